//! Calls, async blocks, and futures that are kept.

use super::body::Body;
use super::places::{Kind, State};
use super::types::substitute;
use crate::generate::Node;
use crate::program::{AsyncBlock, Callee, Condition, Expr, Pattern, Place, Statement, Ty, Var};

/// What the type parameter has to be, so that `output` becomes `ty`.
pub fn replaces_param(output: &Ty, ty: &Ty) -> Option<Ty> {
    match (output, ty) {
        (Ty::Option(output), Ty::Option(ty)) if **output == Ty::Param => Some((**ty).clone()),
        _ => None,
    }
}

impl Body<'_> {
    /// The future of a function, if there is something for each reference.
    pub fn call(&mut self, number: usize, argument: Option<&Ty>, node: &Node) -> Option<Expr> {
        let parameters = self.items.signatures[number].parameters.clone();
        let mut reference = None;
        for ty in &parameters {
            if let Ty::RefMut(target) = ty {
                let places = self.mutable(|found| found == &**target);
                if places.is_empty() {
                    return None;
                }
                reference = Some(target.clone());
            }
        }
        let before = self.states();
        let mut arguments = Vec::new();
        for (index, ty) in parameters.iter().enumerate() {
            if !matches!(ty, Ty::RefMut(_)) {
                let ty = substitute(ty, argument);
                arguments.push(self.value(&ty, node.part(index)));
            }
        }
        if let Some(target) = reference {
            let places = self.mutable(|found| *found == *target);
            if places.is_empty() {
                // The other arguments moved what was to be borrowed.
                self.set_states(&before);
                return None;
            }
            let (place, _) = places[node.below(places.len())].clone();
            self.variables[place.var].mutated = true;
            arguments.push(Expr::RefMut(place));
        }
        Some(Expr::Call(number, argument.cloned(), arguments))
    }

    /// An async block. If it is not awaited at once, it borrows nothing.
    pub fn async_block(&mut self, node: &Node, output: Ty, at_once: bool) -> (Expr, Ty) {
        let moves = !at_once || node.flag(0);
        let captured = self.captured(node, moves);
        let mut bound = Vec::new();
        let mut captures = Vec::new();
        let mut first = Vec::new();
        for (index, var) in captured.iter().enumerate() {
            let position = self.visible.iter().position(|visible| visible == var);
            let may_move = position.is_some_and(|position| position >= self.floor);
            let by_move = !moves && may_move && node.flag(index as u8 % 2 + 5);
            if by_move {
                // What is moved in the block is captured by value even without `move`.
                let ty = self.variables[*var].ty.clone();
                self.variables[*var].state = State::Gone;
                let own = self.variable(ty, Kind::Owner, State::There);
                bound.push(own);
                first.push(Statement::Let {
                    pattern: Pattern::Bind(own),
                    ty: None,
                    init: Some(Expr::Move(Place::var(*var))),
                    or_else: None,
                });
            }
            captures.push((*var, moves || by_move));
        }
        let floor = if moves { 0 } else { captured.len() };
        let mut body = self.within(&captured, floor, output.clone(), |inner| {
            inner.visible.extend(bound);
            inner.block(&node.parts, Some(&output)).0
        });
        first.append(&mut body.statements);
        body.statements = first;
        for (var, moved) in &captures {
            self.variables[*var].state = if *moved { State::Gone } else { State::There };
        }
        let number = self.items.blocks;
        self.items.blocks += 1;
        let ty = Ty::Future(Callee::Block(number), Box::new(output.clone()));
        let block = AsyncBlock { number, moves, captures, body, output };
        (Expr::AsyncBlock(Box::new(block)), ty)
    }

    /// Some of the variables that can be captured as a whole.
    pub fn captured(&self, node: &Node, moves: bool) -> Vec<Var> {
        let from = if moves { self.floor } else { 0 };
        let fits = |var: &&Var| {
            let variable = &self.variables[**var];
            variable.kind == Kind::Owner
                && variable.state == State::There
                && !matches!(variable.ty, Ty::RefMut(_))
        };
        let mut found: Vec<_> = self.visible.iter().skip(from).filter(fits).copied().collect();
        found.reverse();
        found.truncate(node.below(4));
        if node.flag(4) {
            found.reverse();
        }
        found
    }

    /// A future that borrows nothing, and its type.
    pub fn future(&mut self, node: &Node) -> (Expr, Ty) {
        let functions: Vec<_> = (self.callable..self.items.signatures.len())
            .filter(|number| {
                let parameters = &self.items.signatures[*number].parameters;
                !parameters.iter().any(|ty| matches!(ty, Ty::RefMut(_)))
            })
            .collect();
        if node.kind >= 80 && !functions.is_empty() {
            let number = functions[node.below(functions.len())];
            let signature = self.items.signatures[number].clone();
            let argument = signature.generic.then(|| self.items.ty(node.part(3)));
            if let Some(call) = self.call(number, argument.as_ref(), node) {
                let output = substitute(&signature.output, argument.as_ref());
                let callee = Callee::Function(number, argument.map(Box::new));
                return (call, Ty::Future(callee, Box::new(output)));
            }
        }
        let output = if node.flag(3) { self.items.ty(node.part(3)) } else { Ty::Unit };
        self.async_block(node, output, false)
    }

    /// A future with this output that borrows nothing, and its type.
    pub fn future_of(&mut self, node: &Node, output: Ty) -> (Expr, Ty) {
        let places = self.movable(|ty| ty.awaited() == Some(&output));
        if node.flag(5) && !places.is_empty() {
            let (place, ty) = places[node.below(places.len())].clone();
            self.set_place(&place, State::Gone);
            return (Expr::Move(place), ty);
        }
        self.async_block(node, output, false)
    }

    /// A block in which a future is pinned, polled, and perhaps awaited.
    pub fn pinned(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let visible = self.visible.len();
        let mut block = crate::program::Block::default();
        let (future, ty) = match self.moved_future(node.part(0)) {
            Some(future) if node.flag(7) => future,
            _ => self.future(node.part(0)),
        };
        let output = ty.awaited().expect("it is a future").clone();
        let pinned = self.declare(ty, Kind::Pinned, State::There);
        block.statements.push(Statement::Pin(pinned, future));
        let early = self.declare(Ty::Option(Box::new(output)), Kind::Owner, State::There);
        block.statements.push(Statement::Let {
            pattern: Pattern::Bind(early),
            ty: None,
            init: Some(Expr::PollTimes(pinned, node.below(4))),
            or_else: None,
        });
        let nodes = node.parts.get(1..).unwrap_or_default();
        let diverges = self.statements(nodes, &mut block.statements);
        let tells = self.variables[early].state == State::There && !self.variables[early].mutated;
        if !diverges && node.flag(4) && tells {
            let then = crate::program::Block {
                statements: vec![Statement::Expr(Expr::AwaitPinned(pinned))],
                tail: None,
            };
            let or_else = crate::program::Block::default();
            block.tail = Some(Box::new(Expr::If(Condition::IsNone(early), then, or_else)));
        }
        self.visible.truncate(visible);
        statements.push(Statement::Expr(Expr::Block(None, block.with_tail())));
    }

    /// Moves a future out of a variable.
    pub fn moved_future(&mut self, node: &Node) -> Option<(Expr, Ty)> {
        let places = self.movable(|ty| ty.awaited().is_some());
        if places.is_empty() {
            return None;
        }
        let (place, ty) = places[node.below(places.len())].clone();
        self.set_place(&place, State::Gone);
        Some((Expr::Move(place), ty))
    }

    /// `select` or `join` of two futures, awaited, and its type.
    pub fn both(&mut self, node: &Node) -> (Expr, Ty) {
        let mut futures = Vec::new();
        for index in 0..2 {
            let part = node.part(index);
            futures.push(match self.moved_future(part) {
                Some(future) if part.flag(7) => future,
                _ => self.future(part),
            });
        }
        let output = |ty: &Ty| Box::new(ty.awaited().expect("it is a future").clone());
        let (a, b) = (output(&futures[0].1), output(&futures[1].1));
        let mut futures = futures.into_iter().map(|(future, _)| Box::new(future));
        let (Some(first), Some(second)) = (futures.next(), futures.next()) else {
            unreachable!("there are two")
        };
        if node.flag(0) {
            let ty = Ty::Tuple(vec![*a, *b]);
            (Expr::Await(Box::new(Expr::Join(first, second))), ty)
        } else {
            (Expr::Await(Box::new(Expr::Select(first, second))), Ty::Result(a, b))
        }
    }
}
