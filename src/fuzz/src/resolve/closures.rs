//! Async closures: they own what they capture, and are called by reference.

use super::body::Body;
use super::places::{Kind, State};
use crate::generate::Node;
use crate::program::{Closure, Expr, Statement, Ty};

impl Body<'_> {
    /// A closure, and perhaps a call of it.
    pub fn closure(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let captures = self.captured(node, true);
        for var in &captures {
            self.variables[*var].kind = Kind::Reference;
        }

        let ty = self.items.ty(node.part(0));
        let nodes = node.parts.get(1..).unwrap_or_default();
        let (parameter, body) = self.within(&captures, captures.len(), Ty::Unit, |inner| {
            let parameter = inner.declare(ty.clone(), Kind::Owner, State::There);
            (parameter, inner.block(nodes, None).0)
        });
        for var in &captures {
            self.variables[*var].kind = Kind::Owner;
            self.variables[*var].state = State::Gone;
        }
        let var = self.declare(ty.clone(), Kind::Closure, State::There);
        let closure = Closure { captures, parameter, ty, body };
        statements.push(Statement::Closure(var, Box::new(closure)));
        if node.flag(3) {
            let call = self.call_closure(node.part(0));
            statements.extend(call.map(Statement::Expr));
        }
    }

    /// Calls the closure in scope that was made last, and awaits it.
    pub fn call_closure(&mut self, node: &Node) -> Option<Expr> {
        let is_closure = |var: &&usize| self.variables[**var].kind == Kind::Closure;
        let var = *self.visible.iter().rev().find(is_closure)?;
        let ty = self.variables[var].ty.clone();
        let argument = self.value(&ty, node);
        Some(Expr::CallClosure(var, Box::new(argument)))
    }
}
