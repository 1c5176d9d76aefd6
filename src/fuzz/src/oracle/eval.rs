//! Blocks, statements and expressions.

use super::value::{Boxed, Exit, Frame, Outcome, Own, Promise, Scope, Slot, Start, Value};
use crate::Edition;
use crate::program::{
    Arm, Block, Condition, Destructor, Expr, Loop, LoopKind, Pattern, Place, Statement, Variants,
};

impl<'p> Frame<'p> {
    /// A block with scopes of its own. In edition 2021 the temporaries of its tail belong to what
    /// encloses it.
    pub fn block<'a>(
        &'a self,
        block: &'p Block,
        temporaries: &'a Scope,
        destructor: Option<usize>,
    ) -> Boxed<'a, Outcome<'p>> {
        Box::pin(async move {
            let scope = Scope::default();
            let outcome = self.statements(block, &scope, temporaries, destructor).await;
            self.leave(&scope, outcome).await
        })
    }

    async fn statements(
        &self,
        block: &'p Block,
        scope: &Scope,
        temporaries: &Scope,
        destructor: Option<usize>,
    ) -> Outcome<'p> {
        for statement in &block.statements {
            self.statement(statement, scope).await?;
        }
        if let Some(number) = destructor {
            self.event("end", number)?;
        }
        match &block.tail {
            None => Ok(Value::Unit),
            Some(tail) if self.machine.edition == Edition::E2021 => {
                self.eval(tail, temporaries).await
            }
            Some(tail) => self.eval_terminating(tail).await,
        }
    }

    /// An expression at whose end its temporaries are dropped.
    async fn eval_terminating(&self, expr: &'p Expr) -> Outcome<'p> {
        let temporaries = Scope::default();
        let outcome = self.eval_in(expr, &temporaries, true).await;
        self.leave(&temporaries, outcome).await
    }

    /// A block at whose end the temporaries of its tail are dropped.
    pub async fn block_terminating(&self, block: &'p Block) -> Outcome<'p> {
        self.body(block, None).await
    }

    async fn statement(&self, statement: &'p Statement, scope: &Scope) -> Result<(), Exit<'p>> {
        let temporaries = Scope::default();
        let outcome = self.statement_in(statement, scope, &temporaries).await;
        let else_block = match outcome {
            Ok(else_block) => {
                self.leave(&temporaries, Ok(Value::Unit)).await?;
                else_block
            }
            Err(exit) => {
                self.leave(&temporaries, Err(exit)).await?;
                return Ok(());
            }
        };
        if let Some(block) = else_block {
            self.block_terminating(block).await?;
            unreachable!("the else of a let does not diverge");
        }
        Ok(())
    }

    /// Returns the else block of a `let` that does not match.
    async fn statement_in(
        &self,
        statement: &'p Statement,
        scope: &Scope,
        temporaries: &Scope,
    ) -> Result<Option<&'p Block>, Exit<'p>> {
        match statement {
            Statement::Let { pattern: Pattern::Bind(var), init, .. } => {
                let slot = self.variable(*var);
                if let Some(init) = init {
                    let value = self.eval(init, temporaries).await?;
                    self.machine.put(slot, value);
                }
                scope.push(slot);
            }
            Statement::Let { pattern, init, or_else, .. } => {
                let init = init.as_ref().expect("a pattern has an initialiser");
                let scrutinee_scope = if pattern.borrows() { scope } else { temporaries };
                let slot = self.scrutinee(init, temporaries, scrutinee_scope).await?;
                if !self.matches(pattern, slot) {
                    return Ok(or_else.as_ref());
                }
                self.bind(pattern, slot, scope);
            }
            Statement::LetRef(var, init) => {
                let value = self.eval(init, temporaries).await?;
                let slot = self.machine.slot(Some(value));
                scope.push(slot);
                let reference = self.machine.slot(Some(Value::Reference(slot)));
                self.vars.borrow_mut().insert(*var, reference);
            }
            Statement::Pin(var, init) => {
                let slot = self.variable(*var);
                let value = self.eval(init, temporaries).await?;
                self.machine.put(slot, value);
                scope.push(slot);
            }
            Statement::Closure(var, closure) => {
                let value = self.closure(*var, closure);
                let slot = self.variable(*var);
                self.machine.put(slot, value);
                scope.push(slot);
            }
            Statement::Assign(place, value) => {
                let value = self.eval(value, temporaries).await?;
                // R3: the old value is dropped before the new one is stored. It is stored even if
                // the task was cancelled or that panicked, and then dropped with its place.
                let slot = self.place(place);
                let dropped = self.drop_slot(slot).await;
                self.machine.put(slot, value);
                self.after(dropped, Ok(Value::Unit)).await?;
            }
            Statement::Since2024(_) if self.machine.edition == Edition::E2021 => (),
            Statement::Expr(expr) | Statement::Since2024(expr) => {
                let value = self.eval(expr, temporaries).await?;
                temporaries.push(self.machine.slot(Some(value)));
            }
        }
        Ok(None)
    }

    fn variable(&self, var: usize) -> Slot {
        let slot = self.machine.slot(None);
        self.vars.borrow_mut().insert(var, slot);
        slot
    }

    /// The slot of a place, or of a temporary with the value.
    async fn scrutinee(
        &self,
        expr: &'p Expr,
        temporaries: &Scope,
        owner: &Scope,
    ) -> Result<Slot, Exit<'p>> {
        if let Expr::Move(place) = expr {
            return Ok(self.place(place));
        }
        let value = self.eval(expr, temporaries).await?;
        let slot = self.machine.slot(Some(value));
        owner.push(slot);
        Ok(slot)
    }

    /// Evaluates operands in order. If one of them is left, the ones before it are dropped: before
    /// the temporaries, or among them, if the expression is `terminating` itself and so has no
    /// scope of its own.
    pub async fn operands(
        &self,
        exprs: impl IntoIterator<Item = &'p Expr>,
        temporaries: &Scope,
        terminating: bool,
    ) -> Result<Vec<Value<'p>>, Exit<'p>> {
        let operands = self.tagged_operands(exprs, false, temporaries, terminating).await?;
        Ok(operands.1)
    }

    /// As `operands`, and perhaps the tag of a value as the last operand: its number.
    async fn tagged_operands(
        &self,
        exprs: impl IntoIterator<Item = &'p Expr>,
        tagged: bool,
        temporaries: &Scope,
        terminating: bool,
    ) -> Result<(Option<usize>, Vec<Value<'p>>), Exit<'p>> {
        let own = Scope::default();
        let scope = if terminating { temporaries } else { &own };
        let mut slots = Vec::new();
        for expr in exprs {
            match self.eval(expr, temporaries).await {
                Ok(value) => {
                    let slot = self.machine.slot(Some(value));
                    scope.push(slot);
                    slots.push(slot);
                }
                Err(exit) => {
                    self.leave(&own, Err(exit)).await?;
                }
            }
        }
        let number = if tagged { Some(self.number_after(&own).await?) } else { None };
        Ok((number, slots.into_iter().filter_map(|slot| self.machine.take(slot)).collect()))
    }

    async fn owner(
        &self,
        own: Own,
        variant: usize,
        exprs: impl IntoIterator<Item = &'p Expr>,
        temporaries: &Scope,
        terminating: bool,
    ) -> Outcome<'p> {
        let fields = self.operands(exprs, temporaries, terminating).await?;
        Ok(self.machine.owner(own, variant, fields))
    }

    /// A value of a type of the program. Its number is made after the fields.
    async fn user(
        &self,
        ty: usize,
        variant: usize,
        fields: &'p [Expr],
        temporaries: &Scope,
        terminating: bool,
    ) -> Outcome<'p> {
        let destructor = &self.machine.program.types[ty].destructor;
        let tagged = !matches!(destructor, Destructor::None);
        let (number, fields) =
            self.tagged_operands(fields, tagged, temporaries, terminating).await?;
        let own = match (destructor, number) {
            (Destructor::Sync, Some(number)) => Own::Sync(number),
            (Destructor::Async(_), Some(number)) => Own::Body { number, ty },
            _ => Own::Nothing,
        };
        Ok(self.machine.owner(own, variant, fields))
    }

    /// `Guard::new`, a sync function that owns the value until it has a number.
    async fn guard(&self, value: Value<'p>) -> Outcome<'p> {
        match self.number() {
            Ok(number) => {
                let own = Own::Graceful { number, suspensions: 1 };
                Ok(self.machine.owner(own, 0, vec![value]))
            }
            Err(panic) => {
                self.drop_in_sync_function(value).await?;
                Err(panic.into())
            }
        }
    }

    pub fn eval<'a>(&'a self, expr: &'p Expr, temporaries: &'a Scope) -> Boxed<'a, Outcome<'p>> {
        self.eval_in(expr, temporaries, false)
    }

    fn eval_in<'a>(
        &'a self,
        expr: &'p Expr,
        temporaries: &'a Scope,
        terminating: bool,
    ) -> Boxed<'a, Outcome<'p>> {
        Box::pin(async move {
            match expr {
                Expr::Unit => Ok(Value::Unit),
                Expr::Touch(_) => {
                    self.step()?;
                    Ok(Value::Unit)
                }
                Expr::Mark(number) => {
                    self.event("mark", *number)?;
                    Ok(Value::Unit)
                }
                Expr::Plain => Ok(self.machine.owner(Own::Sync(self.number()?), 0, Vec::new())),
                Expr::Graceful(suspensions) => {
                    let own = Own::Graceful { number: self.number()?, suspensions: *suspensions };
                    Ok(self.machine.owner(own, 0, Vec::new()))
                }
                Expr::Struct(ty, fields) => {
                    self.user(*ty, 0, fields, temporaries, terminating).await
                }
                Expr::Guard(value) => {
                    let value = self.eval(value, temporaries).await?;
                    self.guard(value).await
                }
                Expr::Wrap(value) => {
                    self.owner(Own::Nothing, 0, [&**value], temporaries, terminating).await
                }
                Expr::Tuple(values) | Expr::Array(_, values) => {
                    self.owner(Own::Nothing, 0, values, temporaries, terminating).await
                }
                Expr::Variant(Variants::User(ty), variant, values) => {
                    self.user(*ty, *variant, values, temporaries, terminating).await
                }
                Expr::Variant(_, variant, values) => {
                    self.owner(Own::Nothing, *variant, values, temporaries, terminating).await
                }
                Expr::Move(place) => {
                    Ok(self.machine.take(self.place(place)).expect("a moved value is used"))
                }
                Expr::RefMut(place) => Ok(Value::Reference(self.place(place))),
                Expr::Call(function, _, arguments) => {
                    self.future(Start::Function(*function), arguments, temporaries).await
                }
                Expr::Select(a, b) => self.future(Start::Select, [&**a, &**b], temporaries).await,
                Expr::Join(a, b) => self.future(Start::Join, [&**a, &**b], temporaries).await,
                Expr::Yield(value) => {
                    let value = self.eval(value, temporaries).await?;
                    self.task.item.set(Some(self.machine.slot(Some(value))));
                    self.pend().await.map(|()| Value::Unit)
                }
                Expr::Next(var) => self.next(self.place(&Place::var(*var))).await,
                Expr::PollNext(var, times) => self.poll_next(*var, *times),
                Expr::AsyncBlock(block) | Expr::Generator(block) => Ok(self.async_block(block)),
                Expr::Await(future) => match self.eval(future, temporaries).await? {
                    Value::Future(Promise::Unstarted(start, captures)) => {
                        self.start(start, captures).await
                    }
                    boxed => self.await_boxed(boxed).await,
                },
                Expr::CallClosure(var, argument) => {
                    let argument = self.eval(argument, temporaries).await?;
                    self.call_closure(*var, argument).await
                }
                Expr::AwaitPinned(var) => self.await_slot(self.place(&Place::var(*var))).await,
                Expr::PollTimes(var, times) => self.poll_times(*var, *times),
                Expr::With { temporary, value, suspends } => {
                    let borrowed = self.eval(temporary, temporaries).await?;
                    temporaries.push(self.machine.slot(Some(borrowed)));
                    let value = self.eval(value, temporaries).await?;
                    if *suspends { suspended(self, value).await } else { self.pass(value).await }
                }
                Expr::Item(label, rounds, value) => {
                    self.step()?;
                    let goes_on = self.rounds.borrow()[label] <= *rounds;
                    let value = self.eval(value, temporaries).await?;
                    let value = self.pass(value).await?;
                    if goes_on {
                        return Ok(self.machine.owner(Own::Nothing, 1, vec![value]));
                    }
                    self.drop_in_sync_function(value).await?;
                    Ok(self.machine.owner(Own::Nothing, 0, Vec::new()))
                }
                Expr::Consume(value) => {
                    let value = self.eval(value, temporaries).await?;
                    let value = self.pass(value).await?;
                    self.drop_in_sync_function(value).await?;
                    Ok(Value::Unit)
                }
                Expr::Suspend => self.suspend().await.map(|()| Value::Unit),
                Expr::Block(label, block) => match self.block(block, temporaries, None).await {
                    Err(Exit::Break(target, value)) if Some(target) == *label => Ok(value),
                    outcome => outcome,
                },
                Expr::If(condition, then, or_else) => {
                    let holds = self.condition(condition).await?;
                    self.block_terminating(if holds { then } else { or_else }).await
                }
                Expr::IfLet { pattern, scrutinee, then, or_else } => {
                    self.if_let(pattern, scrutinee, then, or_else, temporaries).await
                }
                Expr::Match(scrutinee, arms) => self.match_arms(scrutinee, arms, temporaries).await,
                Expr::Loop(a_loop) => self.a_loop(a_loop).await,
                Expr::Return(value) => Err(Exit::Return(self.eval(value, temporaries).await?)),
                Expr::Break(label, value) => {
                    Err(Exit::Break(*label, self.eval(value, temporaries).await?))
                }
                Expr::Continue(label) => Err(Exit::Continue(*label)),
                Expr::Question(value, variants) => {
                    let value = self.eval(value, temporaries).await?;
                    self.question(value, variants)
                }
                Expr::Own(..) | Expr::Key(..) | Expr::Convert(..) | Expr::Method(_) => {
                    self.owning(expr, temporaries, terminating).await
                }
                Expr::BoxedFn(closure) => Ok(self.boxed_fn(closure)),
                Expr::CallBoxedFn { place, once } => self.call_boxed_fn(place, *once).await,
            }
        })
    }

    async fn future(
        &self,
        start: Start<'p>,
        arguments: impl IntoIterator<Item = &'p Expr>,
        temporaries: &Scope,
    ) -> Outcome<'p> {
        let arguments = self.operands(arguments, temporaries, false).await?;
        let captures = arguments.into_iter().map(|value| self.machine.slot(Some(value))).collect();
        Ok(Value::Future(Promise::Unstarted(start, captures)))
    }

    fn poll_times(&self, var: usize, times: usize) -> Outcome<'p> {
        let slot = self.place(&Place::var(var));
        for _ in 0..times {
            if let std::task::Poll::Ready(outcome) = self.poll_slot(slot) {
                return Ok(self.machine.owner(Own::Nothing, 1, vec![outcome?]));
            }
        }
        Ok(self.machine.owner(Own::Nothing, 0, Vec::new()))
    }

    /// `Some` and `Ok` go on with their payload, the rest returns.
    fn question(&self, value: Value<'p>, variants: &Variants) -> Outcome<'p> {
        let Value::Owner(owner) = value else { unreachable!("`?` on something else") };
        let goes_on = if matches!(variants, Variants::Option(_)) { 1 } else { 0 };
        if owner.variant != goes_on {
            return Err(Exit::Return(Value::Owner(owner)));
        }
        Ok(self.machine.take(owner.fields[0]).expect("the payload is there"))
    }

    async fn if_let(
        &self,
        pattern: &'p Pattern,
        scrutinee: &'p Expr,
        then: &'p Block,
        or_else: &'p Block,
        temporaries: &Scope,
    ) -> Outcome<'p> {
        let own = Scope::default();
        let held = if self.machine.edition == Edition::E2021 { temporaries } else { &own };
        let slot = match self.scrutinee(scrutinee, held, held).await {
            Ok(slot) => slot,
            Err(exit) => return self.leave(&own, Err(exit)).await,
        };
        if self.matches(pattern, slot) {
            let bindings = Scope::default();
            self.bind(pattern, slot, &bindings);
            let outcome = self.block_terminating(then).await;
            let outcome = self.leave(&bindings, outcome).await;
            self.leave(&own, outcome).await
        } else {
            self.leave(&own, Ok(Value::Unit)).await?;
            self.block_terminating(or_else).await
        }
    }

    async fn match_arms(
        &self,
        scrutinee: &'p Expr,
        arms: &'p [Arm],
        temporaries: &Scope,
    ) -> Outcome<'p> {
        let slot = self.scrutinee(scrutinee, temporaries, temporaries).await?;
        for arm in arms {
            if !self.matches(&arm.pattern, slot) {
                continue;
            }
            if let Some(guard) = &arm.guard
                && !self.condition(guard).await?
            {
                continue;
            }
            let bindings = Scope::default();
            self.bind(&arm.pattern, slot, &bindings);
            let outcome = self.block_terminating(&arm.body).await;
            return self.leave(&bindings, outcome).await;
        }
        unreachable!("no arm matches")
    }

    async fn condition(&self, condition: &'p Condition) -> Result<bool, Exit<'p>> {
        match condition {
            Condition::Is(holds) => {
                self.step()?;
                Ok(*holds)
            }
            Condition::Round(label, round) => {
                self.step()?;
                Ok(self.rounds.borrow().get(label) == Some(round))
            }
            Condition::Probe(temporary, holds) => {
                self.probe(temporary, false).await?;
                Ok(*holds)
            }
            Condition::IsNone(var) => Ok(self.machine.fields(self.place(&Place::var(*var))).0 == 0),
        }
    }

    /// A temporary that lives as long as a condition, which may count rounds too.
    async fn probe(&self, temporary: &'p Expr, counts: bool) -> Outcome<'p> {
        let temporaries = Scope::default();
        let outcome = match self.eval(temporary, &temporaries).await {
            Ok(value) => {
                temporaries.push(self.machine.slot(Some(value)));
                let counted = if counts { self.step() } else { Ok(()) };
                counted.and_then(|()| self.step()).map(|()| Value::Unit).map_err(Exit::Panic)
            }
            Err(exit) => Err(exit),
        };
        self.leave(&temporaries, outcome).await
    }

    async fn a_loop(&self, a_loop: &'p Loop) -> Outcome<'p> {
        if let LoopKind::Over(pattern, source) = &a_loop.kind {
            return self.loop_over(a_loop, pattern, source).await;
        }
        for round in 1.. {
            self.rounds.borrow_mut().insert(a_loop.label, round);
            let outcome = self.round(a_loop, round <= a_loop.rounds).await;
            match outcome {
                Ok(true) => (),
                Ok(false) => return Ok(Value::Unit),
                Err(Exit::Continue(label)) if label == a_loop.label => (),
                Err(Exit::Break(label, value)) if label == a_loop.label => return Ok(value),
                Err(exit) => return Err(exit),
            }
        }
        unreachable!("the rounds end")
    }

    /// One round of a loop; whether there is another one.
    async fn round(&self, a_loop: &'p Loop, goes_on: bool) -> Result<bool, Exit<'p>> {
        match &a_loop.kind {
            LoopKind::While(Some(temporary)) => {
                self.probe(temporary, true).await?;
            }
            LoopKind::While(None) | LoopKind::Loop(_) => self.step()?,
            _ => (),
        }
        match &a_loop.kind {
            LoopKind::WhileLet(pattern, scrutinee) => {
                return self.while_let(pattern, scrutinee, &a_loop.body).await;
            }
            LoopKind::Loop(value) if !goes_on => {
                let value = self.eval_terminating_break(value, a_loop.label).await?;
                drop(value);
            }
            _ => (),
        }
        if goes_on {
            self.block_terminating(&a_loop.body).await?;
        }
        Ok(goes_on)
    }

    /// One round of a `while let`: what the scrutinee leaves is dropped after the body.
    async fn while_let(
        &self,
        pattern: &'p Pattern,
        scrutinee: &'p Expr,
        body: &'p Block,
    ) -> Result<bool, Exit<'p>> {
        let held = Scope::default();
        let slot = match self.scrutinee(scrutinee, &held, &held).await {
            Ok(slot) => slot,
            Err(exit) => {
                self.leave(&held, Err(exit)).await?;
                unreachable!("a way out is kept")
            }
        };
        let goes_on = self.matches(pattern, slot);
        let mut outcome = Ok(Value::Unit);
        if goes_on {
            let bindings = Scope::default();
            self.bind(pattern, slot, &bindings);
            outcome = self.block_terminating(body).await;
            outcome = self.leave(&bindings, outcome).await;
        }
        self.leave(&held, outcome).await?;
        Ok(goes_on)
    }

    /// `break value;` as a statement.
    async fn eval_terminating_break(&self, value: &'p Expr, label: usize) -> Outcome<'p> {
        let temporaries = Scope::default();
        let outcome = match self.eval(value, &temporaries).await {
            Ok(value) => Err(Exit::Break(label, value)),
            Err(exit) => Err(exit),
        };
        self.leave(&temporaries, outcome).await
    }
}

/// `with_async`: its future holds the value while it is suspended.
async fn suspended<'p>(frame: &Frame<'p>, value: Value<'p>) -> Outcome<'p> {
    let scope = Scope::default();
    let slot = frame.machine.slot(Some(value));
    scope.push(slot);
    match frame.suspend().await {
        Ok(()) => Ok(frame.machine.take(slot).expect("nothing took it")),
        Err(exit) => frame.leave(&scope, Err(exit)).await,
    }
}
