//! Patterns: which value fits, and what is bound.

use super::value::{Frame, Scope, Slot, Value};
use crate::program::{Pattern, Place, Projection};

impl<'p> Frame<'p> {
    /// The slot of a place. References are followed.
    pub fn place(&self, place: &Place) -> Slot {
        let mut slot = self.vars.borrow()[&place.var];
        if let Some(Value::Reference(target)) = &self.machine.slots.borrow()[slot] {
            slot = *target;
        }
        for projection in &place.projections {
            let index = match *projection {
                Projection::Field(index)
                | Projection::Named(index)
                | Projection::Index(index)
                | Projection::OpaqueIndex(index) => index,
                Projection::Deref => 0,
            };
            slot = self.machine.fields(slot).1[index];
        }
        slot
    }

    pub fn matches(&self, pattern: &Pattern, slot: Slot) -> bool {
        match pattern {
            Pattern::Wild | Pattern::Bind(_) | Pattern::Ref(_) => true,
            Pattern::Tuple(parts) | Pattern::Struct(_, parts) | Pattern::Array(parts) => {
                self.parts_match(parts, slot)
            }
            Pattern::Wrap(part) => self.matches(part, self.machine.fields(slot).1[0]),
            Pattern::Variant(_, variant, parts) => {
                self.machine.fields(slot).0 == *variant && self.parts_match(parts, slot)
            }
        }
    }

    fn parts_match(&self, parts: &[Pattern], slot: Slot) -> bool {
        let (_, fields) = self.machine.fields(slot);
        parts.iter().zip(fields).all(|(part, field)| self.matches(part, field))
    }

    /// Moves what the pattern binds into new variables of the scope (R4).
    pub fn bind(&self, pattern: &Pattern, slot: Slot, scope: &Scope) {
        match pattern {
            Pattern::Wild => (),
            Pattern::Bind(var) => {
                let value = self.machine.take(slot);
                assert!(value.is_some(), "a moved value is bound");
                let bound = self.machine.slot(value);
                self.vars.borrow_mut().insert(*var, bound);
                scope.push(bound);
            }
            Pattern::Ref(var) => {
                let reference = self.machine.slot(Some(Value::Reference(slot)));
                self.vars.borrow_mut().insert(*var, reference);
            }
            Pattern::Tuple(parts)
            | Pattern::Struct(_, parts)
            | Pattern::Array(parts)
            | Pattern::Variant(_, _, parts) => {
                let (_, fields) = self.machine.fields(slot);
                for (part, field) in parts.iter().zip(fields) {
                    self.bind(part, field, scope);
                }
            }
            Pattern::Wrap(part) => self.bind(part, self.machine.fields(slot).1[0], scope),
        }
    }
}
