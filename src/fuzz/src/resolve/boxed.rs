//! Futures and closures in boxes.

use super::body::Body;
use super::places::State;
use super::types::nameable;
use crate::generate::Node;
use crate::program::{Block, BoxedFn, Condition, Conversion, Expr, Owning, Statement, Ty};

impl Body<'_> {
    /// A variable with a boxed future, which is perhaps polled, and perhaps awaited.
    pub fn boxed_future(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let (future, ty) = match self.moved_future(node.part(0)) {
            Some(future) if node.flag(7) => future,
            _ => self.future(node.part(0)),
        };
        let output = ty.awaited().expect("it is a future").clone();
        let mut boxed = Expr::Own(Owning::PinBox, Box::new(ty.clone()), vec![future]);
        let mut ty = Ty::owning(Owning::PinBox, ty);
        if node.flag(1) && nameable(&output) {
            ty = Ty::owning(Owning::PinBox, Ty::DynFuture(Box::new(output.clone())));
            boxed = Expr::Convert(Conversion::Unsize(ty.clone()), Box::new(boxed));
        }
        statements.push(self.bind_new(ty.clone(), boxed));
        let future = self.variables.len() - 1;
        if node.flag(2) {
            return;
        }
        self.variables[future].ty = Ty::Started(Box::new(ty));
        let times = node.part(1).below(4);
        let early = Expr::PollTimes(future, times);
        statements.push(self.bind_new(Ty::Option(Box::new(output)), early));
        let early = self.variables.len() - 1;
        if node.flag(3) {
            let awaited = Statement::Expr(Expr::AwaitPinned(future));
            let then = Block { statements: vec![awaited], tail: None };
            let condition = Condition::IsNone(early);
            statements.push(Statement::Expr(Expr::If(condition, then, Block::default())));
        }
    }

    /// A new boxed closure.
    pub fn boxed_fn(&mut self, once: bool, node: &Node) -> Expr {
        let captures = self.captured(node, true);
        for var in &captures {
            self.variables[*var].state = State::Gone;
        }
        let choice = node.part_or_self(0);
        let consumed = captures.iter().enumerate().rev();
        let consumed = consumed.filter(|(index, _)| once && choice.flag(*index as u8));
        let consumed = consumed.map(|(_, var)| *var).collect();
        Expr::BoxedFn(Box::new(BoxedFn { once, captures, consumed, local: choice.flag(3) }))
    }

    /// Calls a boxed closure in scope, or makes a new one.
    pub fn boxed_closure(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let mut places = self.movable(|ty| *ty == Ty::BoxedFn { once: true });
        places.extend(self.mutable(|ty| *ty == Ty::BoxedFn { once: false }));
        if node.flag(1) && !places.is_empty() {
            let (place, ty) = places[node.below(places.len())].clone();
            let once = ty == Ty::BoxedFn { once: true };
            if once {
                self.set_place(&place, State::Gone);
            }
            statements.push(Statement::Expr(Expr::CallBoxedFn { place, once }));
            return;
        }
        let once = node.flag(2);
        let closure = self.boxed_fn(once, node.part_or_self(0));
        let statement = self.bind_new(Ty::BoxedFn { once }, closure);
        statements.push(statement);
    }
}
