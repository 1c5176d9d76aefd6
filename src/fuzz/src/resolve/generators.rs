//! Async generators. Only edition 2024 has them, so that what is after them must not need them.

use super::body::Body;
use super::places::{Kind, State};
use crate::generate::Node;
use crate::program::{AsyncBlock, Block, Expr, Statement, Ty, Var};

impl Body<'_> {
    /// A block with a generator, which is pinned and polled, or moved unstarted.
    pub fn generator_block(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let before = self.states();
        let visible = self.visible.len();
        // A way out to a label would be its only one, perhaps.
        let targets = std::mem::take(&mut self.targets);
        let mut block = Block::default();
        let (generator, ty) = self.generator(node.part_or_self(0));
        if node.detail < 190 {
            let pinned = self.declare(ty, Kind::Pinned, State::There);
            block.statements.push(Statement::Pin(pinned, generator));
            self.next_item(node, &mut block.statements);
        } else {
            let (init, ty) = self.wrapped(generator, ty, node.part(1));
            block.statements.push(self.bind_new(ty, init));
        }
        let nodes = node.parts.get(1..).unwrap_or_default();
        if self.statements(nodes, &mut block.statements) {
            self.set_states(&before);
        } else {
            self.join_states(&before);
        }
        self.targets = targets;
        self.visible.truncate(visible);
        statements.push(Statement::Since2024(Expr::Block(None, block.with_tail())));
    }

    /// A generator that borrows nothing, and its type.
    fn generator(&mut self, node: &Node) -> (Expr, Ty) {
        let captured = self.captured(node, true);
        let item = if node.flag(3) { Ty::Unit } else { self.items.ty(node.part(0)) };
        let statements = self.within(&captured, 0, Ty::Unit, |inner| {
            inner.yields = Some(item.clone());
            let mut statements = Vec::new();
            // One item at least says what their type is.
            let first = node.flag(2);
            if first {
                inner.yield_item(node.part(1), &mut statements);
            }
            inner.statements(&node.parts, &mut statements);
            if !first {
                inner.yield_item(&super::NOTHING, &mut statements);
            }
            statements
        });
        for var in &captured {
            self.variables[*var].state = State::Gone;
        }
        let number = self.items.blocks;
        self.items.blocks += 1;
        let captures = captured.into_iter().map(|var| (var, true)).collect();
        let body = Block { statements, tail: None }.with_tail();
        let block = AsyncBlock { number, moves: true, captures, body, output: Ty::Unit };
        (Expr::Generator(Box::new(block)), Ty::Generator(number, Box::new(item)))
    }

    pub fn yield_item(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let Some(item) = self.yields.clone() else { return };
        let value = self.value(&item, node);
        statements.push(Statement::Expr(Expr::Yield(Box::new(value))));
    }

    /// The pinned generator that was made last, and the type of its items.
    pub fn generator_in_scope(&self) -> Option<(Var, Ty)> {
        self.visible.iter().rev().find_map(|var| match &self.variables[*var] {
            variable if variable.kind != Kind::Pinned => None,
            variable => match &variable.ty {
                Ty::Generator(_, item) => Some((*var, (**item).clone())),
                _ => None,
            },
        })
    }

    /// The next item of a generator, or all that are left.
    pub fn next_item(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let Some((var, item)) = self.generator_in_scope() else { return };
        let init = match node.detail % 8 {
            0 | 1 => Expr::PollNext(var, 1 + node.below(3)),
            2..=5 => Expr::Next(var),
            _ => {
                let label = self.label();
                let source = Expr::Next(var);
                return self.while_let_over(source, item, (label, 0), node.part(0), statements);
            }
        };
        statements.push(self.bind_new(Ty::Option(Box::new(item)), init));
    }
}
