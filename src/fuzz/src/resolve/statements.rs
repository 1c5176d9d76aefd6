//! Statements.

use super::body::Body;
use super::places::{Kind, State};
use super::types::nameable;
use super::values::is_empty;
use crate::generate::Node;
use crate::program::{Block, Condition, Expr, Pattern, Place, Statement, Ty};

#[derive(Clone, Copy)]
enum Choice {
    Suspend,
    Let,
    Mark,
    LetPattern,
    LetLater,
    LetRef,
    LetElse,
    LetFuture,
    Consume,
    Drop,
    Assign,
    Replace,
    Nested,
    If,
    Leave,
    Exit,
    Match,
    IfLet,
    Loop,
    Call,
    Value,
    AsyncBlock,
    Pinned,
    Both,
    Closure,
    Element,
    WhileLet,
    Borrow,
    Generator,
    Own,
    Unbox,
    Method,
    LoopOver,
    Convert,
    Boxed,
    Yield,
    Next,
}

impl Body<'_> {
    /// Makes the statements for a node. Whether the end of them is never reached.
    pub fn statement(&mut self, node: &Node, statements: &mut Vec<Statement>) -> bool {
        if !self.fuel() {
            return false;
        }
        let choices = [
            (9, Choice::Suspend),
            (14, Choice::Let),
            (1, Choice::Mark),
            (6, Choice::LetPattern),
            (2, Choice::LetLater),
            (3, Choice::LetRef),
            (4, Choice::LetElse),
            (5, Choice::LetFuture),
            (3, Choice::Consume),
            (4, Choice::Drop),
            (9, Choice::Assign),
            (2, Choice::Replace),
            (5, Choice::Nested),
            (5, Choice::If),
            (7, Choice::Leave),
            (1, Choice::Exit),
            (6, Choice::Match),
            (4, Choice::IfLet),
            (7, Choice::Loop),
            (9, Choice::Call),
            (4, Choice::Value),
            (4, Choice::AsyncBlock),
            (7, Choice::Pinned),
            (4, Choice::Both),
            (4, Choice::Closure),
            (3, Choice::Element),
            (4, Choice::WhileLet),
            (4, Choice::Borrow),
            (8, Choice::Generator),
            (8, Choice::Own),
            (4, Choice::Unbox),
            (18, Choice::Method),
            (7, Choice::LoopOver),
            (5, Choice::Convert),
            (8, Choice::Boxed),
            (if self.yields.is_some() { 25 } else { 0 }, Choice::Yield),
            (if self.generator_in_scope().is_some() { 25 } else { 0 }, Choice::Next),
        ];
        match node.choose(&choices) {
            Choice::Suspend => statements.push(Statement::Expr(Expr::Suspend)),
            Choice::Mark => {
                self.marks += 1;
                statements.push(Statement::Expr(Expr::Mark(self.marks)));
            }
            Choice::Let => {
                let ty = self.items.ty(node.part_or_self(0));
                let init = self.value(&ty, node.part_or_self(1));
                statements.push(self.bind_new(ty, init));
            }
            Choice::LetPattern => self.let_pattern(node, statements),
            Choice::LetLater => {
                let ty = self.items.ty(node.part_or_self(0));
                let var = self.declare(ty.clone(), Kind::Owner, State::Gone);
                statements.push(Statement::Let {
                    pattern: Pattern::Bind(var),
                    ty: Some(ty),
                    init: None,
                    or_else: None,
                });
            }
            Choice::LetRef => {
                let ty = self.items.ty(node.part_or_self(0));
                let init = self.value_of_own(&ty, node);
                let var = self.declare(ty, Kind::Reference, State::There);
                statements.push(Statement::LetRef(var, init));
            }
            Choice::LetElse => self.let_else(node, statements),
            Choice::LetFuture => {
                let (future, ty) = self.future(node.part_or_self(0));
                let (init, ty) = self.wrapped(future, ty, node);
                statements.push(self.bind_new(ty, init));
            }
            Choice::Consume => {
                let ty = self.items.ty(node.part_or_self(0));
                let value = self.value(&ty, node.part_or_self(1));
                statements.push(Statement::Expr(Expr::Consume(Box::new(value))));
            }
            Choice::Drop => self.drop_moved(node, statements),
            Choice::Assign => self.assign(node, statements),
            Choice::Replace => self.replace(node, statements),
            Choice::Nested => return self.nested(&node.parts, statements),
            Choice::If => return self.if_statement(node, statements),
            Choice::Leave => {
                let condition = self.condition(node.part_or_self(0));
                let before = self.states();
                let then = self.leaving_block(&node.part(1).parts, node.part_or_self(2));
                self.set_states(&before);
                statements.push(Statement::Expr(Expr::If(condition, then, Block::default())));
            }
            Choice::Exit => {
                let exits = self.exits();
                let exit = self.exit(exits[node.below(exits.len())], node.part(0));
                statements.push(Statement::Expr(exit));
                return true;
            }
            Choice::Match => self.match_statement(node, statements),
            Choice::IfLet => self.if_let(node, statements),
            Choice::Loop => self.loop_statement(node, statements),
            Choice::WhileLet => self.while_let(node, statements),
            Choice::Generator => self.generator_block(node, statements),
            Choice::Own => self.own_value(node, statements),
            Choice::Unbox => self.unbox(node, statements),
            Choice::Method => self.method_statement(node, statements),
            Choice::LoopOver => self.loop_over(node, statements),
            Choice::Convert => self.convert(node, statements),
            Choice::Boxed if node.flag(0) => self.boxed_future(node, statements),
            Choice::Boxed => self.boxed_closure(node, statements),
            Choice::Yield => self.yield_item(node.part(0), statements),
            Choice::Next => self.next_item(node, statements),
            Choice::Borrow => return self.borrowing(node, statements),
            Choice::Call => self.call_statement(node, statements),
            Choice::Value => {
                let temporary = self.temporary(node.part_or_self(0));
                let ty = self.items.ty(node.part_or_self(1));
                let value = Box::new(self.value(&ty, node.part_or_self(2)));
                let suspends = node.flag(0);
                statements.push(Statement::Expr(Expr::With { temporary, value, suspends }));
            }
            Choice::AsyncBlock => {
                let (block, _) = self.async_block(node, Ty::Unit, true);
                statements.push(Statement::Expr(Expr::Await(Box::new(block))));
            }
            Choice::Pinned => self.pinned(node, statements),
            Choice::Closure => self.closure(node, statements),
            Choice::Element => self.assign_element(node, statements),
            Choice::Both => {
                let (init, ty) = self.both(node);
                statements.push(self.bind_new(ty, init));
            }
        }
        false
    }

    /// A new variable with this value.
    pub fn bind_new(&mut self, ty: Ty, init: Expr) -> Statement {
        let written = nameable(&ty) && matches!(ty, Ty::Array(_, 0));
        let var = self.declare(ty.clone(), Kind::Owner, State::There);
        Statement::Let {
            pattern: Pattern::Bind(var),
            ty: written.then_some(ty),
            init: Some(init),
            or_else: None,
        }
    }

    /// Puts a future into something that owns it.
    pub fn wrapped(&mut self, future: Expr, ty: Ty, node: &Node) -> (Expr, Ty) {
        match node.detail {
            0..140 => (future, ty),
            140..180 => {
                let first = self.items.ty(node.part_or_self(1));
                let value = self.value(&first, node.part(2));
                (Expr::Tuple(vec![future, value]), Ty::Tuple(vec![ty, first]))
            }
            180..200 => (Expr::Array(ty.clone(), vec![future]), Ty::Array(Box::new(ty), 1)),
            200..215 => (Expr::Wrap(Box::new(future)), Ty::Wrap(Box::new(ty))),
            215..240 => self.owned(future, ty, node.part(1)),
            _ => (Expr::Guard(Box::new(future)), Ty::Guard(Box::new(ty))),
        }
    }

    fn let_pattern(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let places = self.movable(|ty| matches!(ty, Ty::Tuple(_) | Ty::Wrap(_) | Ty::User(_)));
        let (init, pattern) = if node.flag(0) && !places.is_empty() {
            let (place, ty) = places[node.below(places.len())].clone();
            let Some(pattern) = self.pattern(&ty, node.part(0), false) else { return };
            self.pattern_moves(&place, &pattern);
            (Expr::Move(place), pattern)
        } else {
            let mut ty = self.items.ty(node.part_or_self(0));
            if !matches!(ty, Ty::Tuple(_) | Ty::Wrap(_) | Ty::Array(..) | Ty::User(_)) {
                ty = Ty::Tuple(vec![ty, Ty::Graceful]);
            }
            let init = self.value(&ty, node.part_or_self(1));
            // `let _ = place` drops nothing, and moves nothing.
            let init = match init {
                Expr::Move(place) => {
                    self.set_place(&place, State::There);
                    let Some(pattern) = self.pattern(&ty, node.part(2), false) else { return };
                    self.pattern_moves(&place, &pattern);
                    statements.push(let_of(pattern, Expr::Move(place)));
                    return;
                }
                init => init,
            };
            let pattern = match node.part(2).detail {
                230.. => Some(Pattern::Wild),
                _ => self.pattern(&ty, node.part(2), true),
            };
            (init, pattern.unwrap_or(Pattern::Wild))
        };
        statements.push(let_of(pattern, init));
    }

    /// Drops a variable, or a part of it, here or in a sync function.
    fn drop_moved(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let places = self.movable(|_| true);
        if places.is_empty() {
            return;
        }
        let (place, _) = places[node.below(places.len())].clone();
        self.set_place(&place, State::Gone);
        let moved = Expr::Move(place);
        let dropped =
            if node.parts.len() % 2 == 1 { Expr::Consume(Box::new(moved)) } else { moved };
        statements.push(Statement::Expr(dropped));
    }

    fn assign(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let assignable = |ty: &Ty| self.items.constructible(ty) && nameable(ty);
        let mut places = self.mutable(assignable);
        // What was moved out can be assigned as a whole.
        for var in &self.visible {
            let variable = &self.variables[*var];
            let gone = variable.kind == Kind::Owner && variable.state != State::There;
            if gone && assignable(&variable.ty) {
                let place = (Place::var(*var), variable.ty.clone());
                places.insert(0, place.clone());
                places.push(place);
            }
        }
        if places.is_empty() {
            return;
        }
        let (mut place, mut ty) = places[node.below(places.len())].clone();
        let there = self.variables[place.var].state == State::There;
        if let Ty::Array(element, length) = &ty
            && there
            && *length > 0
            && node.kind.is_multiple_of(2)
            && self.items.constructible(element)
        {
            place.projections.push(self.element(node, *length));
            ty = (**element).clone();
        }
        self.assign_to(place, &ty, node, statements);
    }

    /// `a[1] = ..`
    fn assign_element(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        if self.arrays().is_empty() {
            let ty = Ty::Array(Box::new(self.items.ty(node.part_or_self(1))), 2);
            let init = self.simple(&ty, node);
            statements.push(self.bind_new(ty, init));
        }
        let places = self.arrays();
        let Some((mut place, Ty::Array(element, length))) =
            places.get(node.below(places.len().max(1))).cloned()
        else {
            return;
        };
        place.projections.push(self.element(node, length));
        self.assign_to(place, &element, node, statements);
    }

    /// The arrays whose elements can be assigned.
    fn arrays(&self) -> Vec<(Place, Ty)> {
        self.mutable(|ty| {
            matches!(ty, Ty::Array(element, 1..)
                if self.items.constructible(element) && nameable(element))
        })
    }

    pub fn assign_to(
        &mut self,
        place: Place,
        ty: &Ty,
        node: &Node,
        statements: &mut Vec<Statement>,
    ) {
        let before = self.variables[place.var].state.clone();
        let value = self.value(ty, node.part(0));
        if self.variables[place.var].state != before && !place.projections.is_empty() {
            // The value moved what it was to be assigned into.
            statements.push(Statement::Expr(Expr::Consume(Box::new(value))));
            return;
        }
        self.variables[place.var].mutated = true;
        statements.push(Statement::Assign(place.clone(), value));
        self.set_place(&place, State::There);
    }

    /// Moves something and assigns it anew, which is possible in a loop too.
    fn replace(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let floor = std::mem::replace(&mut self.floor, self.borrowed);
        let places = self.movable(|ty| self.items.constructible(ty) && nameable(ty));
        self.floor = floor;
        if places.is_empty() {
            return;
        }
        let (place, ty) = places[node.below(places.len())].clone();
        let moved = Expr::Move(place.clone());
        let dropped = if node.parts.is_empty() { moved } else { Expr::Consume(Box::new(moved)) };
        statements.push(Statement::Expr(dropped));
        let value = self.simple(&ty, node);
        self.variables[place.var].mutated = true;
        statements.push(Statement::Assign(place, value));
    }

    fn if_statement(&mut self, node: &Node, statements: &mut Vec<Statement>) -> bool {
        let condition = self.condition(node.part_or_self(0));
        let before = self.states();
        let (then, then_diverges) = self.block(&node.part(1).parts, None);
        let after = self.states();
        self.set_states(&before);
        let (or_else, else_diverges) = self.block(&node.part(2).parts, None);
        match (then_diverges, else_diverges) {
            (false, false) => self.join_states(&after),
            (false, true) => self.set_states(&after),
            (true, _) => (),
        }
        if is_empty(&then) && is_empty(&or_else) && !matches!(condition, Condition::Probe(..)) {
            return false;
        }
        statements.push(Statement::Expr(Expr::If(condition, then, or_else)));
        then_diverges && else_diverges
    }

    fn call_statement(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        if node.flag(7)
            && let Some(call) = self.call_closure(node.part(0))
        {
            statements.push(Statement::Expr(call));
            return;
        }
        if node.flag(6)
            && let Some((future, _)) = self.moved_future(node)
        {
            statements.push(Statement::Expr(Expr::Await(Box::new(future))));
            return;
        }
        let count = self.items.signatures.len().saturating_sub(self.callable);
        if count == 0 {
            return;
        }
        let number = self.callable + node.below(count);
        let signature = self.items.signatures[number].clone();
        let argument = signature.generic.then(|| self.generic_argument(node.part(3)));
        let before = self.states();
        let Some(call) = self.call(number, argument.as_ref(), node) else {
            self.set_states(&before);
            return;
        };
        let call = Expr::Await(Box::new(call));
        let output = super::types::substitute(&signature.output, argument.as_ref());
        if output != Ty::Unit && node.flag(5) {
            statements.push(self.bind_new(output, call));
        } else {
            statements.push(Statement::Expr(call));
        }
    }

    /// A type for which there is a value.
    fn generic_argument(&self, node: &Node) -> Ty {
        let places = self.movable(nameable);
        if node.flag(0) && !places.is_empty() {
            let ty = places[node.below(places.len())].1.clone();
            if self.items.constructible(&ty) {
                return ty;
            }
        }
        self.items.ty(node.part_or_self(0))
    }
}

pub fn let_of(pattern: Pattern, init: Expr) -> Statement {
    Statement::Let { pattern, ty: None, init: Some(init), or_else: None }
}
