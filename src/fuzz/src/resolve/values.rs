//! Expressions of a given type.

use super::NOTHING;
use super::body::Body;
use super::futures::replaces_param;
use super::places::State;
use super::types::nameable;
use crate::generate::Node;
use crate::program::{
    Block, Callee, Condition, Expr, Loop, LoopKind, Projection, Shape, Statement, Ty, Variants,
};

#[derive(Clone, Copy)]
enum Choice {
    Construct,
    Move,
    Block,
    Labelled,
    If,
    With,
    Call,
    Loop,
    Question,
    AsyncBlock,
}

impl Body<'_> {
    /// An expression of the type. Somehow a value of it can be made.
    pub fn value(&mut self, ty: &Ty, node: &Node) -> Expr {
        if !self.fuel() || !self.items.constructible(ty) {
            return self.simple(ty, node);
        }
        let choices = [
            (10, Choice::Construct),
            (8, Choice::Move),
            (2, Choice::Block),
            (1, Choice::Labelled),
            (2, Choice::If),
            (4, Choice::With),
            (8, Choice::Call),
            (1, Choice::Loop),
            (3, Choice::Question),
            (2, Choice::AsyncBlock),
        ];
        let before = self.states();
        let made = match node.choose(&choices) {
            Choice::Construct => None,
            Choice::Move => self.moved(ty, node),
            Choice::Block => {
                let (block, diverges) = self.block(&node.parts, Some(ty));
                (!diverges).then_some(Expr::Block(None, block))
            }
            Choice::Labelled => self.labelled(ty, node),
            Choice::If => self.if_value(ty, node),
            Choice::With => {
                let temporary = self.temporary(node.part(0));
                let value = Box::new(self.value(ty, node.part(1)));
                Some(Expr::With { temporary, value, suspends: node.flag(0) })
            }
            Choice::Call => self.call_for(ty, node),
            Choice::Loop => self.loop_value(ty, node),
            Choice::Question => self.question(ty, node),
            Choice::AsyncBlock if matches!(ty, Ty::Future(..)) => None,
            Choice::AsyncBlock => {
                let (block, _) = self.async_block(node, ty.clone(), true);
                Some(Expr::Await(Box::new(block)))
            }
        };
        match made {
            Some(expr) => expr,
            None => {
                self.set_states(&before);
                self.construct(ty, node)
            }
        }
    }

    /// A value that is borrowed for a while.
    pub fn temporary(&mut self, node: &Node) -> Box<Expr> {
        let ty = self.items.ty(node.part(0));
        Box::new(self.value_of_own(&ty, node))
    }

    /// A value that is a temporary when it is borrowed: a place is moved out in a block.
    pub fn value_of_own(&mut self, ty: &Ty, node: &Node) -> Expr {
        match self.value(ty, node) {
            Expr::Move(place) => {
                let tail = Some(Box::new(Expr::Move(place)));
                Expr::Block(None, Block { statements: Vec::new(), tail })
            }
            value => value,
        }
    }

    /// A value without anything around it.
    pub fn simple(&mut self, ty: &Ty, node: &Node) -> Expr {
        if !self.items.constructible(ty) {
            return self.moved(ty, node).expect("there is a value to move");
        }
        self.construct(ty, &NOTHING)
    }

    /// Moves a place of this type.
    pub fn moved(&mut self, ty: &Ty, node: &Node) -> Option<Expr> {
        let places = self.movable(|found| found == ty);
        if places.is_empty() {
            return None;
        }
        let (place, _) = places[node.below(places.len())].clone();
        self.set_place(&place, State::Gone);
        Some(Expr::Move(place))
    }

    fn construct(&mut self, ty: &Ty, node: &Node) -> Expr {
        let node = if self.items.fuel == 0 { &NOTHING } else { node };
        match ty {
            Ty::Unit => Expr::Unit,
            Ty::Plain => Expr::Plain,
            Ty::Graceful => Expr::Graceful([1, 1, 2, 0, 1, 3][node.below(6)]),
            Ty::Tuple(parts) => Expr::Tuple(self.values(parts, node)),
            Ty::Array(element, length) => Expr::Array(
                (**element).clone(),
                self.values(&vec![(**element).clone(); *length], node),
            ),
            Ty::Wrap(value) => Expr::Wrap(Box::new(self.value(value, node.part(0)))),
            Ty::Guard(value) => Expr::Guard(Box::new(self.value(value, node.part(0)))),
            Ty::Option(payload) => {
                let some = self.items.constructible(payload) && node.detail % 4 != 3;
                let values =
                    if some { vec![self.value(payload, node.part(0))] } else { Vec::new() };
                Expr::Variant(Variants::Option(payload.clone()), usize::from(some), values)
            }
            Ty::Result(ok, error) => {
                let is_ok = !self.items.constructible(error)
                    || node.detail % 2 == 0 && self.items.constructible(ok);
                let payload = if is_ok { ok } else { error };
                let value = self.value(payload, node.part(0));
                let variants = Variants::Result(ok.clone(), error.clone());
                Expr::Variant(variants, usize::from(!is_ok), vec![value])
            }
            Ty::User(number) => match self.items.program.types[*number].shape.clone() {
                Shape::Struct(fields) => Expr::Struct(*number, self.values(&fields, node)),
                Shape::Enum(variants) => {
                    let index = node.below(variants.len());
                    let values = self.values(&variants[index], node);
                    Expr::Variant(Variants::User(*number), index, values)
                }
            },
            Ty::Future(Callee::Function(number, argument), _) => {
                let call = self.call(*number, argument.as_deref(), node);
                call.expect("a function whose future is a value has no references")
            }
            Ty::Owning(kind, of) => self.own(*kind, of, node),
            Ty::Key(value) => Expr::Key(node.below(5), Box::new(self.value(value, node.part(0)))),
            Ty::BoxedFn { once } => self.boxed_fn(*once, node),
            Ty::Param
            | Ty::RefMut(_)
            | Ty::Future(Callee::Block(_), _)
            | Ty::Generator(..)
            | Ty::Iter(..)
            | Ty::Weak(..)
            | Ty::Started(_)
            | Ty::Dyn
            | Ty::DynFuture(_) => {
                unreachable!("{ty:?} is not constructible")
            }
        }
    }

    fn values(&mut self, types: &[Ty], node: &Node) -> Vec<Expr> {
        types.iter().enumerate().map(|(index, ty)| self.value(ty, node.part(index))).collect()
    }

    fn labelled(&mut self, ty: &Ty, node: &Node) -> Option<Expr> {
        let label = self.label();
        let nodes = &node.parts;
        let ((block, diverges), breaks) =
            self.inside(label, None, ty.clone(), |body| body.block(nodes, Some(ty)));
        if breaks.is_empty() {
            return (!diverges).then_some(Expr::Block(None, block));
        }
        self.after_breaks(!diverges, &breaks);
        Some(Expr::Block(Some(label), block))
    }

    /// The states after a loop or a labelled block, whose own end may be reached.
    pub fn after_breaks(&mut self, end_reached: bool, breaks: &[super::places::States]) {
        let mut breaks = breaks.iter();
        if !end_reached && let Some(first) = breaks.next() {
            self.set_states(first);
        }
        for states in breaks {
            self.join_states(states);
        }
    }

    fn if_value(&mut self, ty: &Ty, node: &Node) -> Option<Expr> {
        let condition = self.condition(node.part(2));
        let before = self.states();
        let (then, then_diverges) = self.block(&node.part(0).parts, Some(ty));
        let after = self.states();
        self.set_states(&before);
        if then_diverges {
            let (or_else, diverges) = self.block(&[], Some(ty));
            debug_assert!(!diverges);
            return Some(Expr::If(condition, then, or_else));
        }
        let (or_else, diverges) = self.block(&node.part(1).parts, Some(ty));
        if diverges {
            self.set_states(&after);
        } else {
            self.join_states(&after);
        }
        Some(Expr::If(condition, then, or_else))
    }

    pub fn condition(&mut self, node: &Node) -> Condition {
        let loops: Vec<_> = self.targets.iter().filter(|target| target.rounds > 0).collect();
        match node.kind {
            0..60 => Condition::Is(node.flag(0)),
            60..200 if !loops.is_empty() => {
                let target = loops[loops.len() - 1];
                Condition::Round(target.label, 1 + node.below(target.rounds.max(1)))
            }
            215.. if self.fuel() => Condition::Probe(self.temporary(node), node.flag(0)),
            _ => Condition::Is(node.flag(1)),
        }
    }

    fn loop_value(&mut self, ty: &Ty, node: &Node) -> Option<Expr> {
        let rounds = 1 + node.below(2);
        let label = self.label();
        let before = self.states();
        let value = self.value(ty, node.part(0));
        let at_end = self.states();
        self.set_states(&before);
        let nodes = &node.part(1).parts;
        let ((body, _), breaks) =
            self.inside(label, Some(rounds), ty.clone(), |body| body.block(nodes, None));
        self.set_states(&at_end);
        self.after_breaks(true, &breaks);
        Some(Expr::Loop(Box::new(Loop { label, kind: LoopKind::Loop(value), rounds, body })))
    }

    fn question(&mut self, ty: &Ty, node: &Node) -> Option<Expr> {
        if !nameable(ty) {
            return None;
        }
        let (whole, variants) = match &self.output {
            Ty::Option(_) => {
                let ty = Box::new(ty.clone());
                (Ty::Option(ty.clone()), Variants::Option(ty))
            }
            Ty::Result(_, error) => {
                let ty = Box::new(ty.clone());
                (Ty::Result(ty.clone(), error.clone()), Variants::Result(ty, error.clone()))
            }
            _ => return None,
        };
        Some(Expr::Question(Box::new(self.value(&whole, node.part(0))), variants))
    }

    /// Awaits a function with this output.
    fn call_for(&mut self, ty: &Ty, node: &Node) -> Option<Expr> {
        let mut found = Vec::new();
        for number in self.callable..self.items.signatures.len() {
            let signature = &self.items.signatures[number];
            match replaces_param(&signature.output, ty) {
                // That would take a value of the caller's own type parameter.
                Some(Ty::Param) => (),
                Some(argument) => found.push((number, Some(argument))),
                None if signature.output == *ty => found.push((number, None)),
                None => (),
            }
        }
        if found.is_empty() {
            return None;
        }
        let (number, argument) = found[node.below(found.len())].clone();
        let argument = match argument {
            None if self.items.signatures[number].generic => Some(self.items.ty(node.part(3))),
            argument => argument,
        };
        let call = self.call(number, argument.as_ref(), node)?;
        Some(Expr::Await(Box::new(call)))
    }

    /// A place that is an element of an array.
    pub fn element(&self, node: &Node, length: usize) -> Projection {
        let index = node.below(length);
        if node.flag(7) { Projection::OpaqueIndex(index) } else { Projection::Index(index) }
    }

    /// `{ statements }` as a statement.
    pub fn nested(&mut self, nodes: &[Node], statements: &mut Vec<Statement>) -> bool {
        let (block, diverges) = self.block(nodes, None);
        if !is_empty(&block) {
            statements.push(Statement::Expr(Expr::Block(None, block)));
        }
        diverges
    }
}

pub fn is_empty(block: &Block) -> bool {
    block.statements.is_empty() && block.tail.is_none()
}
