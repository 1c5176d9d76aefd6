//! What owns values on the heap: how it is made, changed and left.

use std::cell::Cell;
use std::rc::Rc;

use super::value::{
    Dropped, Exit, Frame, Mode, Outcome, Own, Owner, Scope, Share, Slot, Task, Value,
};
use crate::program::{
    BoxedFn, Conversion, Effect, Expr, Loop, Method, Owning, Pattern, Place, Var,
};

impl<'p> Frame<'p> {
    pub async fn owning(
        &self,
        expr: &'p Expr,
        temporaries: &Scope,
        terminating: bool,
    ) -> Outcome<'p> {
        match expr {
            Expr::Own(kind, _, values) => {
                // Most are functions of an array, which is an expression of its own.
                let terminating = terminating && kind.has_one();
                let values = self.operands(values, temporaries, terminating).await?;
                self.own(*kind, values)
            }
            Expr::Key(number, value) => {
                let fields = self.operands([&**value], temporaries, terminating).await?;
                Ok(self.machine.owner(Own::Nothing, *number, fields))
            }
            Expr::Convert(conversion, value) => {
                let value = self.eval(value, temporaries).await?;
                Ok(self.convert(conversion, value))
            }
            Expr::Method(method) => {
                let arguments = self.operands(&method.arguments, temporaries, terminating).await?;
                self.method(method, arguments).await
            }
            _ => unreachable!("it is about an owner"),
        }
    }

    fn own(&self, kind: Owning, mut values: Vec<Value<'p>>) -> Outcome<'p> {
        Ok(match kind {
            Owning::Rc | Owning::Arc => match values.pop() {
                Some(value) => self.shared(value),
                None => unreachable!("there is one"),
            },
            Owning::RcSlice => self.shared(self.machine.owner(Own::Nothing, 0, values)),
            Owning::BTreeSet => {
                values.sort_by_key(key);
                self.machine.owner(Own::Nothing, 0, values)
            }
            Owning::BTreeMap => {
                values.sort_by_key(|entry| self.entry_key(entry));
                self.machine.owner(Own::Nothing, 0, values)
            }
            Owning::HashMap | Owning::HashSet => self.machine.owner(Own::Table, 0, values),
            Owning::Chain => self.chain(values)?,
            Owning::Tree => {
                let mut order = Vec::new();
                preorder(0, values.len(), &mut order);
                let mut values: Vec<_> = values.into_iter().map(Some).collect();
                let values = order.into_iter().filter_map(|index| values[index].take()).collect();
                self.machine.owner(Own::Nothing, 0, values)
            }
            _ => self.machine.owner(Own::Nothing, 0, values),
        })
    }

    fn shared(&self, value: Value<'p>) -> Value<'p> {
        let content = self.machine.slot(Some(value));
        Value::Shared(Rc::new(Share { owners: Cell::new(1), content }))
    }

    /// The nodes are made from the last one to the first.
    fn chain(&self, values: Vec<Value<'p>>) -> Outcome<'p> {
        let mut next = None;
        for value in values.into_iter().rev() {
            let number = self.number().inspect_err(|_| self.machine.unknown.set(true))?;
            let own = Own::Graceful { number, suspensions: 1 };
            let fields = [Some(value), next].into_iter().flatten().collect();
            next = Some(self.machine.owner(own, 0, fields));
        }
        Ok(self.machine.owner(Own::Nothing, 0, next.into_iter().collect()))
    }

    fn entry_key(&self, entry: &Value<'p>) -> usize {
        let Value::Owner(entry) = entry else { unreachable!("an entry is a pair") };
        self.machine.fields(entry.fields[0]).0
    }

    fn convert(&self, conversion: &Conversion, value: Value<'p>) -> Value<'p> {
        match (conversion, value) {
            (Conversion::FromCell(_), Value::Owner(owner)) => {
                self.machine.take(owner.fields[0]).expect("a cell is never empty")
            }
            (Conversion::FromShared(_), Value::Shared(share)) => {
                share.owners.set(share.owners.get() - 1);
                self.machine.option((share.owners.get() == 0).then_some(share.content))
            }
            (_, value) => value,
        }
    }

    async fn method(&self, method: &Method, arguments: Vec<Value<'p>>) -> Outcome<'p> {
        let machine = &self.machine;
        let slot = self.place(&method.place);
        let arguments: Vec<Slot> =
            arguments.into_iter().map(|argument| machine.slot(Some(argument))).collect();
        let value = match method.effect {
            Effect::PushFront => {
                machine.change(slot, |fields| fields.insert(0, arguments[0]));
                Value::Unit
            }
            Effect::PushBack => {
                machine.change(slot, |fields| fields.push(arguments[0]));
                Value::Unit
            }
            Effect::PopFront => self.removed(slot, 0),
            Effect::PopBack => machine.option(machine.change(slot, Vec::pop)),
            Effect::Remove(index) => self.removed(slot, index),
            Effect::SwapRemove(index) => {
                let take = |fields: &mut Vec<Slot>| {
                    (index < fields.len()).then(|| fields.swap_remove(index))
                };
                machine.option(machine.change(slot, take))
            }
            Effect::Truncate(length) => self.truncate(slot, length).await?,
            Effect::Clear => self.truncate(slot, 0).await?,
            Effect::Drain(count) => {
                let take = |fields: &mut Vec<Slot>| -> Vec<Slot> {
                    fields.drain(..count.min(fields.len())).collect()
                };
                let fields = machine.change(slot, take);
                self.like(slot, fields)
            }
            Effect::Insert => self.insert(slot, arguments).await?,
            Effect::Replace => self.replaced(slot, arguments[0]),
            Effect::ReplaceInner => self.replaced(machine.fields(slot).1[0], arguments[0]),
            Effect::Take => {
                let empty = self.like(slot, Vec::new());
                self.replaced(slot, machine.slot(Some(empty)))
            }
            Effect::Share | Effect::Upgrade | Effect::Downgrade => {
                self.counted(method.effect, slot)
            }
        };
        Ok(value)
    }

    async fn truncate(&self, slot: Slot, length: usize) -> Outcome<'p> {
        let cut = |fields: &mut Vec<Slot>| fields.split_off(length.min(fields.len()));
        let fields = self.machine.change(slot, cut);
        self.drop_in_sync_function(collection(fields)).await?;
        Ok(Value::Unit)
    }

    /// A collection of the same kind as the one in the slot.
    fn like(&self, slot: Slot, fields: Vec<Slot>) -> Value<'p> {
        let own = match &self.machine.slots.borrow()[slot] {
            Some(Value::Owner(owner)) => owner.own,
            _ => unreachable!("no owner in the slot"),
        };
        Value::Owner(Owner { own, variant: 0, fields })
    }

    /// `Some` with the element of this index, if there is one.
    fn removed(&self, slot: Slot, index: usize) -> Value<'p> {
        let take = |fields: &mut Vec<Slot>| (index < fields.len()).then(|| fields.remove(index));
        self.machine.option(self.machine.change(slot, take))
    }

    fn replaced(&self, slot: Slot, new: Slot) -> Value<'p> {
        let old = self.machine.take(slot).expect("the place is initialised");
        let new = self.machine.take(new).expect("there is an argument");
        self.machine.put(slot, new);
        old
    }

    /// If the key is there already, the map keeps that one, and drops the new one.
    async fn insert(&self, map: Slot, arguments: Vec<Slot>) -> Outcome<'p> {
        let machine = &self.machine;
        let key = machine.fields(arguments[0]).0;
        let entries = machine.fields(map).1;
        let key_of = |entry: &Slot| machine.fields(machine.fields(*entry).1[0]).0;
        Ok(match entries.binary_search_by_key(&key, key_of) {
            Ok(index) => {
                if let Some(key) = machine.take(arguments[0])
                    && let Err(panic) = self.drop_in_sync_function(key).await
                {
                    machine.unknown.set(true);
                    return Err(panic.into());
                }
                let old = machine.fields(entries[index]).1[1];
                let old = machine.slot(Some(self.replaced(old, arguments[1])));
                machine.option(Some(old))
            }
            Err(index) => {
                let entry = machine.slot(Some(collection(arguments)));
                machine.change(map, |entries| entries.insert(index, entry));
                machine.option(None)
            }
        })
    }

    /// What makes another owner of something shared.
    fn counted(&self, effect: Effect, slot: Slot) -> Value<'p> {
        let slots = self.machine.slots.borrow();
        let Some(Value::Shared(share) | Value::Weak(share)) = &slots[slot] else {
            unreachable!("nothing is shared there")
        };
        let share = share.clone();
        drop(slots);
        if let Effect::Downgrade = effect {
            return Value::Weak(share);
        }
        if share.owners.get() == 0 {
            return self.machine.option(None);
        }
        share.owners.set(share.owners.get() + 1);
        match effect {
            Effect::Upgrade => self.machine.owner(Own::Nothing, 1, vec![Value::Shared(share)]),
            _ => Value::Shared(share),
        }
    }

    /// Awaits a future in a box, which is dropped before its output is used.
    pub async fn await_boxed(&self, boxed: Value<'p>) -> Outcome<'p> {
        let scope = Scope::default();
        let slot = self.machine.slot(Some(boxed));
        scope.push(slot);
        let outcome = self.await_slot(slot).await;
        self.leave(&scope, outcome).await
    }

    /// A `for` over what an owner held. The iterator owns what is left of it.
    pub async fn loop_over(
        &self,
        a_loop: &'p Loop,
        pattern: &'p Pattern,
        source: &'p Expr,
    ) -> Outcome<'p> {
        let temporaries = Scope::default();
        let own = Scope::default();
        let outcome = match self.eval(source, &temporaries).await {
            Ok(value) => {
                let iterator = self.machine.slot(Some(value));
                own.push(iterator);
                self.rounds_over(a_loop, pattern, iterator).await
            }
            Err(exit) => Err(exit),
        };
        let outcome = self.leave(&own, outcome).await;
        self.leave(&temporaries, outcome).await
    }

    async fn rounds_over(
        &self,
        a_loop: &'p Loop,
        pattern: &'p Pattern,
        iterator: Slot,
    ) -> Outcome<'p> {
        let next = |fields: &mut Vec<Slot>| (!fields.is_empty()).then(|| fields.remove(0));
        while let Some(item) = self.machine.change(iterator, next) {
            let held = Scope::default();
            held.push(item);
            let bindings = Scope::default();
            self.bind(pattern, item, &bindings);
            let outcome = self.block_terminating(&a_loop.body).await;
            let outcome = self.leave(&bindings, outcome).await;
            match self.leave(&held, outcome).await {
                Ok(_) => (),
                Err(Exit::Continue(label)) if label == a_loop.label => (),
                Err(Exit::Break(label, value)) if label == a_loop.label => return Ok(value),
                Err(exit) => return Err(exit),
            }
        }
        Ok(Value::Unit)
    }

    /// Makes a boxed closure.
    pub fn boxed_fn(&self, closure: &'p BoxedFn) -> Value<'p> {
        let capture = |captured: &Var| {
            let value = self.machine.take(self.vars.borrow()[captured]);
            assert!(value.is_some(), "a moved value is captured");
            self.machine.slot(value)
        };
        Value::Closure(closure, closure.captures.iter().map(capture).collect())
    }

    /// Nothing can await in the body. At its end, an `FnOnce` drops the captures that are left.
    pub async fn call_boxed_fn(&self, place: &Place, once: bool) -> Outcome<'p> {
        let slot = self.place(place);
        let (called, captures) = match &self.machine.slots.borrow()[slot] {
            Some(Value::Closure(closure, captures)) => (*closure, captures.clone()),
            _ => unreachable!("no closure in the slot"),
        };
        let closure = if once { self.machine.take(slot) } else { None };
        let body = Frame::new(&self.machine, &Task::new(Mode::Sync));
        let ran = body.boxed_fn_body(called, &captures).await;
        let left = match closure {
            Some(closure) => body.drop_value(closure).await,
            None => Ok(()),
        };
        let outcome = ran.and(left);
        if outcome.is_err() {
            self.task.unwinding.set(true);
        }
        outcome?;
        Ok(Value::Unit)
    }

    async fn boxed_fn_body(&self, closure: &BoxedFn, captures: &[Slot]) -> Dropped {
        for _ in captures {
            self.step()?;
        }
        let local = if closure.local { Some(self.number()?) } else { None };
        let consumed = self.consume_captures(closure, captures).await;
        let local = match local {
            Some(number) => self.drop_sync(number),
            None => Ok(()),
        };
        consumed.and(local)
    }

    async fn consume_captures(&self, closure: &BoxedFn, captures: &[Slot]) -> Dropped {
        for consumed in &closure.consumed {
            let index = closure.captures.iter().position(|captured| captured == consumed);
            let value = self.machine.take(captures[index.expect("it is captured")]);
            let value = value.expect("it is consumed once");
            let stepped = self.step();
            self.drop_in_sync_function(value).await?;
            stepped?;
        }
        Ok(())
    }
}

fn collection<'p>(fields: Vec<Slot>) -> Value<'p> {
    Value::Owner(Owner { own: Own::Nothing, variant: 0, fields })
}

/// The number of a key.
fn key(value: &Value<'_>) -> usize {
    match value {
        Value::Owner(key) => key.variant,
        _ => unreachable!("it is no key"),
    }
}

/// The indices of the nodes of a tree, of which each has two children as in a heap.
fn preorder(root: usize, count: usize, order: &mut Vec<usize>) {
    if root < count {
        order.push(root);
        preorder(2 * root + 1, count, order);
        preorder(2 * root + 2, count, order);
    }
}
