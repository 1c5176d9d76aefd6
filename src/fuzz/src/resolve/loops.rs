//! Loops that are statements.

use super::body::{Body, Exit};
use super::places::{Kind, State};
use super::types::nameable;
use crate::generate::Node;
use crate::program::{
    Block, Condition, Expr, Loop, LoopKind, Pattern, Place, Statement, Ty, Variants,
};

impl Body<'_> {
    pub fn loop_statement(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let rounds = 1 + node.below(3);
        let label = self.label();
        let kind = match node.part(0).kind {
            0..150 => LoopKind::For,
            150..200 => LoopKind::While(None),
            200..230 => LoopKind::While(Some(self.simple(&Ty::Graceful, node))),
            _ => LoopKind::Loop(Expr::Unit),
        };
        let before = self.states();
        let ((body, diverges), breaks) =
            self.inside(label, Some(rounds), Ty::Unit, |body| body.block(&node.parts, None));
        if diverges {
            self.set_states(&before);
        } else {
            self.join_states(&before);
        }
        self.after_breaks(true, &breaks);
        statements.push(Statement::Expr(Expr::Loop(Box::new(Loop { label, kind, rounds, body }))));
    }

    /// `while let` over a source of values, whose temporaries live as long as the body.
    pub fn while_let(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let rounds = 1 + node.below(3);
        let label = self.label();
        let ty = self.items.ty(node.part_or_self(0));
        let value = self.in_loop(|body| body.value(&ty, node.part(1)));
        let mut source = Expr::Item(label, rounds, Box::new(value));
        if node.flag(7) || node.flag(6) {
            let temporary = self.in_loop(|body| body.temporary(node.part(2)));
            let suspends = node.flag(5);
            source = Expr::With { temporary, value: Box::new(source), suspends };
        }
        let (payload, node) = (ty, node.part(3));
        self.while_let_over(source, payload, (label, rounds), node, statements);
    }

    /// Makes what each round of a loop evaluates, so that it moves nothing of what is around.
    fn in_loop<R>(&mut self, make: impl FnOnce(&mut Self) -> R) -> R {
        let floor = std::mem::replace(&mut self.floor, self.visible.len());
        let made = make(self);
        self.floor = floor;
        made
    }

    /// A `while let` over something that makes options of the payload.
    pub fn while_let_over(
        &mut self,
        source: Expr,
        payload: Ty,
        (label, rounds): (usize, usize),
        node: &Node,
        statements: &mut Vec<Statement>,
    ) {
        let variants = Variants::Option(Box::new(payload.clone()));
        let before = self.states();
        let visible = self.visible.len();
        let ((pattern, (body, diverges)), breaks) =
            self.inside(label, Some(rounds), Ty::Unit, |body| {
                let pattern = body.variant_pattern(&variants, 1, &[payload], node);
                (pattern, body.block(&node.parts, None))
            });
        self.visible.truncate(visible);
        if diverges {
            self.set_states(&before);
        } else {
            self.join_states(&before);
        }
        self.after_breaks(true, &breaks);
        let kind = LoopKind::WhileLet(pattern, source);
        statements.push(Statement::Expr(Expr::Loop(Box::new(Loop { label, kind, rounds, body }))));
    }

    /// A `for` over a source of items.
    pub fn for_over(
        &mut self,
        source: Expr,
        item: Ty,
        node: &Node,
        statements: &mut Vec<Statement>,
    ) {
        let label = self.label();
        let before = self.states();
        let visible = self.visible.len();
        let ((pattern, (body, diverges)), breaks) = self.inside(label, Some(0), Ty::Unit, |body| {
            let pattern = body.part_pattern(&item, node.part(2), false);
            let (mut block, diverges) = body.block(&node.parts, None);
            if !diverges && node.flag(6) {
                // The iterator is left with what it still owns.
                body.leave_after_a_round(&mut block);
            }
            (pattern, (block, diverges))
        });
        self.visible.truncate(visible);
        if diverges {
            self.set_states(&before);
        } else {
            self.join_states(&before);
        }
        self.after_breaks(true, &breaks);
        let kind = LoopKind::Over(pattern, source);
        let a_loop = Loop { label, kind, rounds: 0, body };
        statements.push(Statement::Expr(Expr::Loop(Box::new(a_loop))));
    }

    /// `if yes(true) { break }` at the end of the body of the innermost loop.
    fn leave_after_a_round(&mut self, body: &mut Block) {
        body.statements.extend(body.tail.take().map(|tail| Statement::Expr(*tail)));
        let exit = Exit::Break(self.targets.len() - 1);
        let exit = Statement::Expr(self.exit(exit, &super::NOTHING));
        let then = Block { statements: vec![exit], tail: None };
        let leave = Expr::If(Condition::Is(true), then, Block::default());
        body.tail = Some(Box::new(leave));
    }

    /// A block in which a local reference borrows a place, and what is assigned goes through it.
    pub fn borrowing(&mut self, node: &Node, statements: &mut Vec<Statement>) -> bool {
        let places = self.mutable(|ty| self.items.constructible(ty));
        if places.is_empty() {
            return false;
        }
        let (mut place, mut ty) = places[node.below(places.len())].clone();
        if let Ty::Array(element, length @ 1..) = &ty
            && node.kind.is_multiple_of(2)
        {
            place.projections.push(self.element(node, *length));
            ty = (**element).clone();
        }
        let visible = self.visible.len();
        let owner = place.var;
        self.variables[owner].mutated = true;
        self.variables[owner].kind = Kind::Borrowed;
        let mut block = Block::default();
        let init = Some(Expr::RefMut(place));
        let reference = self.declare(Ty::RefMut(Box::new(ty.clone())), Kind::Owner, State::There);
        let pattern = Pattern::Bind(reference);
        block.statements.push(Statement::Let { pattern, ty: None, init, or_else: None });
        let (first, rest) = node.parts.split_first().unwrap_or((&super::NOTHING, &[]));
        if nameable(&ty) && node.flag(6) {
            self.assign_to(Place::var(reference), &ty, first, &mut block.statements);
        }
        let diverges = self.statements(rest, &mut block.statements);
        if nameable(&ty) && !node.flag(6) && !diverges {
            self.assign_to(Place::var(reference), &ty, first, &mut block.statements);
        }
        self.visible.truncate(visible);
        self.variables[owner].kind = Kind::Owner;
        statements.push(Statement::Expr(Expr::Block(None, block.with_tail())));
        diverges
    }
}
