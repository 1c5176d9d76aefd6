//! Calls that change what an owner holds, or that share it.

use super::body::Body;
use super::places::Kind;
use super::types::nameable;
use crate::generate::Node;
use crate::program::{Effect, Expr, Form, Method, Owning, Place, Statement, Ty};

/// A call: its form and effect, the types of its arguments, and the type of its value.
type Call = (Form, Effect, Vec<Ty>, Ty);

impl Body<'_> {
    /// A call on an owner in scope, or on a new one.
    pub fn method_statement(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let calls = |(_, ty): &(Place, Ty)| self.calls(ty, &super::NOTHING).len();
        if self.receivers().iter().map(calls).max() <= Some(1) {
            self.own_value(node.part_or_self(0), statements);
        }
        for round in 0..=node.mixed(4, 3) {
            self.method_call(node.part_or_self(round), statements);
        }
    }

    fn method_call(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let mut receivers = self.receivers();
        // Anything can be replaced, so that there are many of those.
        let has_calls = |body: &Self, ty: &Ty| {
            !matches!(ty, Ty::Option(_)) && body.calls(ty, &super::NOTHING).len() > 1
        };
        if node.mixed(5, 4) > 0 && receivers.iter().any(|(_, ty)| has_calls(self, ty)) {
            receivers.retain(|(_, ty)| has_calls(self, ty));
        }
        if receivers.is_empty() {
            return;
        }
        let (place, ty) = receivers[node.mixed(1, receivers.len())].clone();
        self.call_on(place, &ty, node, statements);
    }

    /// One of the calls that a place takes.
    pub fn call_on(&mut self, place: Place, ty: &Ty, node: &Node, statements: &mut Vec<Statement>) {
        let calls = self.calls(ty, node);
        let (form, effect, parameters, output) = calls[node.mixed(2, calls.len())].clone();
        let arguments = self.arguments(&place, &parameters, node);
        let call = Expr::Method(Box::new(Method { form, effect, place, arguments }));
        if output != Ty::Unit && !node.flag(7) {
            statements.push(self.bind_new(output, call));
        } else {
            statements.push(Statement::Expr(call));
        }
    }

    /// More variables that own what an `Rc` or `Arc` refers to, or refer to it.
    pub fn share(&mut self, place: &Place, ty: &Ty, node: &Node, statements: &mut Vec<Statement>) {
        let Ty::Owning(Owning::Rc | Owning::Arc | Owning::RcSlice, _) = ty else { return };
        let is = |wanted: bool| move |call: &Call| matches!(call.1, Effect::Downgrade) == wanted;
        for index in 0..node.below(3) {
            let calls = self.calls(ty, node);
            let mut shares = calls.into_iter().filter(|(form, ..)| matches!(form, Form::Reader(_)));
            let Some((form, effect, _, output)) = shares.find(is(node.flag(index as u8 + 4)))
            else {
                continue;
            };
            let call = Method { form, effect, place: place.clone(), arguments: Vec::new() };
            let is_weak = matches!(output, Ty::Weak(..));
            statements.push(self.bind_new(output.clone(), Expr::Method(Box::new(call))));
            if is_weak && node.flag(6) {
                let weak = Place::var(self.variables.len() - 1);
                self.call_on(weak, &output, node, statements);
            }
        }
    }

    /// The places that a call can be made on.
    fn receivers(&self) -> Vec<(Place, Ty)> {
        self.mutable(|ty| {
            let owns = matches!(ty, Ty::Owning(..) | Ty::Iter(..) | Ty::Weak(..) | Ty::Option(_));
            owns && !self.calls(ty, &super::NOTHING).is_empty()
        })
    }

    /// Values for the parameters. The place is borrowed meanwhile.
    fn arguments(&mut self, place: &Place, parameters: &[Ty], node: &Node) -> Vec<Expr> {
        let kind = std::mem::replace(&mut self.variables[place.var].kind, Kind::Borrowed);
        let mut arguments = Vec::new();
        for (index, ty) in parameters.iter().enumerate() {
            arguments.push(self.value(ty, node.part(index)));
        }
        let variable = &mut self.variables[place.var];
        variable.kind = kind;
        variable.mutated = true;
        arguments
    }

    /// The calls that a place of this type takes.
    fn calls(&self, ty: &Ty, node: &Node) -> Vec<Call> {
        let mut calls = Vec::new();
        let number = node.mixed(3, 3);
        let mut call = |form, effect, parameters: &[Ty], output: &Ty| {
            calls.push((form, effect, parameters.to_vec(), output.clone()));
        };
        let option = |of: &Ty| Ty::Option(Box::new(of.clone()));
        match ty {
            Ty::Owning(kind, of) => {
                let makes = self.items.constructible(of);
                let (form, _) = ends(*kind);
                if let Some([push_back, pop_back]) = form {
                    if makes {
                        let value = &[(**of).clone()];
                        call(Form::Method(push_back), Effect::PushBack, value, &Ty::Unit);
                        call(Form::Method(push_back), Effect::PushBack, value, &Ty::Unit);
                    }
                    call(Form::Method(pop_back), Effect::PopBack, &[], &option(of));
                }
                if let (_, Some([push_front, pop_front])) = ends(*kind) {
                    if makes {
                        let value = (**of).clone();
                        call(Form::Method(push_front), Effect::PushFront, &[value], &Ty::Unit);
                    }
                    call(Form::Method(pop_front), Effect::PopFront, &[], &option(of));
                }
                match kind {
                    Owning::Vec => {
                        let (remove, swap) = (Effect::Remove(number), Effect::SwapRemove(number));
                        call(Form::Function("remove"), remove, &[], &option(of));
                        call(Form::Function("swap_remove"), swap, &[], &option(of));
                        call(Form::Function("drain"), Effect::Drain(number), &[], ty);
                    }
                    Owning::BTreeSet | Owning::BTreeMap => {
                        call(Form::Method("pop_first"), Effect::PopFront, &[], &option(of));
                        call(Form::Method("pop_last"), Effect::PopBack, &[], &option(of));
                    }
                    Owning::OnceCell | Owning::OnceLock => {
                        call(Form::Method("take"), Effect::PopFront, &[], &option(of));
                    }
                    Owning::RefCell | Owning::Cell if makes => {
                        call(Form::Method("replace"), Effect::ReplaceInner, &[(**of).clone()], of);
                    }
                    Owning::Rc | Owning::RcSlice | Owning::Arc => {
                        let weak = match kind {
                            Owning::Arc => ["Arc::clone", "Arc::downgrade"],
                            _ => ["Rc::clone", "Rc::downgrade"],
                        };
                        call(Form::Reader(weak[0]), Effect::Share, &[], ty);
                        call(Form::Reader(weak[0]), Effect::Share, &[], ty);
                        if *kind != Owning::RcSlice {
                            let output = Ty::Weak(*kind, of.clone());
                            call(Form::Reader(weak[1]), Effect::Downgrade, &[], &output);
                        }
                    }
                    _ => (),
                }
                if let (Owning::BTreeMap, Ty::Tuple(entry)) = (kind, &**of)
                    && makes
                {
                    call(Form::Method("insert"), Effect::Insert, entry, &option(&entry[1]));
                }
                if matches!(kind, Owning::Vec | Owning::VecDeque) {
                    let effect = Effect::Truncate(number);
                    call(Form::Method("truncate"), effect, &[], &Ty::Unit);
                }
                if is_collection(*kind) {
                    call(Form::Method("clear"), Effect::Clear, &[], &Ty::Unit);
                    call(Form::Function("std::mem::take"), Effect::Take, &[], ty);
                }
            }
            Ty::Iter(kind, of) => {
                call(Form::Method("next"), Effect::PopFront, &[], &option(of));
                if !matches!(kind, Owning::HashMap | Owning::HashSet) {
                    call(Form::Method("next_back"), Effect::PopBack, &[], &option(of));
                }
            }
            Ty::Weak(kind, of) => {
                let output = option(&Ty::Owning(*kind, of.clone()));
                call(Form::Method("upgrade"), Effect::Upgrade, &[], &output);
            }
            Ty::Option(_) => call(Form::Method("take"), Effect::Take, &[], ty),
            _ => (),
        }
        if self.items.constructible(ty) && nameable(ty) {
            let form = Form::Function("std::mem::replace");
            calls.push((form, Effect::Replace, vec![ty.clone()], ty.clone()));
        }
        calls
    }
}

/// The names of `push` and `pop` at the back, and at the front.
fn ends(kind: Owning) -> (Option<[&'static str; 2]>, Option<[&'static str; 2]>) {
    match kind {
        Owning::Vec => (Some(["push", "pop"]), None),
        Owning::VecDeque | Owning::LinkedList => {
            (Some(["push_back", "pop_back"]), Some(["push_front", "pop_front"]))
        }
        _ => (None, None),
    }
}

/// Whether it can be empty, and has methods for that.
fn is_collection(kind: Owning) -> bool {
    matches!(
        kind,
        Owning::Vec
            | Owning::VecDeque
            | Owning::LinkedList
            | Owning::BinaryHeap
            | Owning::BTreeSet
            | Owning::BTreeMap
            | Owning::HashMap
            | Owning::HashSet
    )
}
