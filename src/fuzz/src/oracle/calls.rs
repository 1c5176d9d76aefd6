//! Bodies: async functions, async blocks, and the runtime's `select` and `join`.

use std::task::Poll;

use super::value::{Boxed, Exit, Frame, Outcome, Own, Owner, Promise, Scope, Slot, Start, Value};
use crate::program::{AsyncBlock, Block, Closure, Function, Pattern, Var};

impl<'p> Frame<'p> {
    /// Runs what a future does, in a new frame of this task.
    pub fn start<'a>(&'a self, start: Start<'p>, captures: Vec<Slot>) -> Boxed<'a, Outcome<'p>> {
        let frame = Frame::new(&self.machine, &self.task);
        Box::pin(async move {
            match start {
                Start::Function(function) => {
                    let program = frame.machine.program;
                    frame.function(&program.functions[function], captures).await
                }
                Start::Block(block, references) => {
                    frame.block_body(block, references, captures).await
                }
                Start::Select => frame.select(captures).await,
                Start::Join => frame.join(captures).await,
            }
        })
    }

    /// R5: the parameters are dropped after the locals, in reverse. What a pattern leaves of a
    /// parameter is dropped after what it binds.
    async fn function(&self, function: &'p Function, arguments: Vec<Slot>) -> Outcome<'p> {
        let scope = Scope::default();
        for (parameter, argument) in function.parameters.iter().zip(arguments) {
            if !matches!(parameter.pattern, Pattern::Bind(_)) {
                scope.push(argument);
            }
            self.bind(&parameter.pattern, argument, &scope);
        }
        let outcome = match self.body(&function.body, None).await {
            Err(Exit::Return(value)) => Ok(value),
            outcome => outcome,
        };
        self.leave(&scope, outcome).await
    }

    /// R5: the captures are dropped after the locals, in the order of their capture. They are the
    /// fields of one value.
    async fn block_body(
        &self,
        block: &'p AsyncBlock,
        references: Vec<(usize, Slot)>,
        captures: Vec<Slot>,
    ) -> Outcome<'p> {
        let scope = Scope::default();
        let fields = captures.clone();
        let closure = Value::Owner(Owner { own: Own::Nothing, variant: 0, fields });
        scope.push(self.machine.slot(Some(closure)));
        let mut captures = captures.into_iter();
        for (var, moved) in &block.captures {
            let slot = if *moved {
                captures.next()
            } else {
                references.iter().find(|(reference, _)| reference == var).map(|(_, slot)| *slot)
            };
            self.vars.borrow_mut().insert(*var, slot.expect("each capture has a slot"));
        }
        let outcome = match self.touching(block.captures.len(), &block.body).await {
            Err(Exit::Return(value)) => Ok(value),
            outcome => outcome,
        };
        self.leave(&scope, outcome).await
    }

    /// A body that touches its captures first.
    async fn touching(&self, captures: usize, body: &'p Block) -> Outcome<'p> {
        for _ in 0..captures {
            self.step()?;
        }
        self.body(body, None).await
    }

    /// The block of a body. Temporaries of its tail are dropped with it. A destructor tells its end
    /// when its statements are done.
    pub async fn body(&self, block: &'p Block, destructor: Option<usize>) -> Outcome<'p> {
        let temporaries = Scope::default();
        let outcome = self.block(block, &temporaries, destructor).await;
        self.leave(&temporaries, outcome).await
    }

    /// Makes a closure, whose fields are its captures.
    pub fn closure(&self, var: Var, closure: &'p Closure) -> Value<'p> {
        let capture = |captured: &Var| {
            let value = self.machine.take(self.vars.borrow()[captured]);
            self.machine.slot(value)
        };
        let fields = closure.captures.iter().map(capture).collect();
        self.closures.borrow_mut().insert(var, closure);
        Value::Owner(Owner { own: Own::Nothing, variant: 0, fields })
    }

    /// The body of a closure borrows the captures and owns the argument.
    pub async fn call_closure(&self, var: Var, argument: Value<'p>) -> Outcome<'p> {
        let closure = self.closures.borrow()[&var];
        let fields = self.machine.fields(self.vars.borrow()[&var]).1;
        let frame = Frame::new(&self.machine, &self.task);
        frame.vars.borrow_mut().extend(closure.captures.iter().copied().zip(fields));
        let scope = Scope::default();
        let argument = self.machine.slot(Some(argument));
        frame.bind(&Pattern::Bind(closure.parameter), argument, &scope);
        let outcome = match frame.touching(closure.captures.len(), &closure.body).await {
            Err(Exit::Return(value)) => Ok(value),
            outcome => outcome,
        };
        frame.leave(&scope, outcome).await
    }

    async fn select(&self, futures: Vec<Slot>) -> Outcome<'p> {
        let scope = Scope::default();
        futures.iter().for_each(|slot| scope.push(*slot));
        let outcome = loop {
            let ready = (0..2).find_map(|branch| match self.poll_slot(futures[branch]) {
                Poll::Ready(outcome) => Some((branch, outcome)),
                Poll::Pending => None,
            });
            if let Some((branch, outcome)) = ready {
                break outcome.map(|value| self.machine.owner(Own::Nothing, branch, vec![value]));
            }
            if let Err(exit) = self.pend().await {
                break Err(exit);
            }
        };
        self.leave(&scope, outcome).await
    }

    async fn join(&self, futures: Vec<Slot>) -> Outcome<'p> {
        let scope = Scope::default();
        let outputs = [self.machine.slot(None), self.machine.slot(None)];
        futures.iter().chain(&outputs).for_each(|slot| scope.push(*slot));
        let mut ready = [false; 2];
        let outcome = 'polls: loop {
            for branch in 0..2 {
                if !ready[branch]
                    && let Poll::Ready(outcome) = self.poll_slot(futures[branch])
                {
                    match outcome {
                        Ok(value) => self.machine.put(outputs[branch], value),
                        Err(exit) => break 'polls Err(exit),
                    }
                    ready[branch] = true;
                }
            }
            if ready == [true; 2] {
                let values = outputs.iter().filter_map(|slot| self.machine.take(*slot)).collect();
                break Ok(self.machine.owner(Own::Nothing, 0, values));
            }
            if let Err(exit) = self.pend().await {
                break Err(exit);
            }
        };
        self.leave(&scope, outcome).await
    }

    /// Awaits the future in a slot, which keeps it.
    pub async fn await_slot(&self, slot: Slot) -> Outcome<'p> {
        loop {
            match self.poll_slot(slot) {
                Poll::Ready(outcome) => return outcome,
                Poll::Pending => self.pend().await?,
            }
        }
    }

    /// Polls a generator once. After its end it goes on to give nothing.
    fn poll_item(&self, slot: Slot) -> Poll<Outcome<'p>> {
        let nothing = || Ok(self.machine.owner(Own::Nothing, 0, Vec::new()));
        if let Some(Value::Future(Promise::Done)) = self.machine.slots.borrow()[slot] {
            return Poll::Ready(nothing());
        }
        if let Poll::Ready(outcome) = self.poll_slot(slot) {
            return Poll::Ready(outcome.and_then(|_| nothing()));
        }
        let item = match &self.machine.slots.borrow()[slot] {
            Some(Value::Future(Promise::Running(task, _))) => task.item.take(),
            _ => unreachable!("it is pending"),
        };
        match item.and_then(|item| self.machine.take(item)) {
            Some(item) => Poll::Ready(Ok(self.machine.owner(Own::Nothing, 1, vec![item]))),
            None => Poll::Pending,
        }
    }

    /// Awaits the next item of the generator in a slot.
    pub async fn next(&self, slot: Slot) -> Outcome<'p> {
        loop {
            match self.poll_item(slot) {
                Poll::Ready(item) => return item,
                Poll::Pending => self.pend().await?,
            }
        }
    }

    /// Polls a generator until there is an item or its end, but not more often than that.
    pub fn poll_next(&self, var: Var, times: usize) -> Outcome<'p> {
        let slot = self.vars.borrow()[&var];
        for _ in 0..times {
            if let Poll::Ready(item) = self.poll_item(slot) {
                return item;
            }
        }
        Ok(self.machine.owner(Own::Nothing, 0, Vec::new()))
    }

    /// The future of an async block: what it moves in, and where what it borrows is.
    pub fn async_block(&self, block: &'p AsyncBlock) -> Value<'p> {
        let mut captures = Vec::new();
        let mut references = Vec::new();
        for (var, moved) in &block.captures {
            let slot = self.vars.borrow()[var];
            if *moved {
                let value = self.machine.take(slot);
                assert!(value.is_some(), "a moved value is captured");
                captures.push(self.machine.slot(value));
            } else {
                references.push((*var, slot));
            }
        }
        Value::Future(Promise::Unstarted(Start::Block(block, references), captures))
    }
}
