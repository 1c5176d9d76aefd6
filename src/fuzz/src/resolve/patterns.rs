//! Patterns, and what they move.

use super::body::Body;
use super::places::{Kind, State};
use super::types::nameable;
use crate::generate::Node;
use crate::program::{Pattern, Place, Projection, Shape, Ty};

impl Body<'_> {
    /// A pattern that always matches and takes a value apart. What it takes apart is a value of
    /// its own if it may have references, and only then is an array taken apart, all of it: the
    /// order in which Rust drops the rest of an array depends on what is moved elsewhere.
    pub fn pattern(&mut self, ty: &Ty, node: &Node, refs: bool) -> Option<Pattern> {
        Some(match ty {
            Ty::Tuple(parts) => Pattern::Tuple(self.part_patterns(parts, node, refs)),
            Ty::Array(element, length) if refs => Pattern::Array(
                (0..*length)
                    .map(|_| {
                        let ty = (**element).clone();
                        Pattern::Bind(self.declare(ty, Kind::Owner, State::There))
                    })
                    .collect(),
            ),
            Ty::Wrap(value) => {
                Pattern::Wrap(Box::new(self.part_pattern(value, node.part(0), refs)))
            }
            Ty::User(number) if !self.items.has_destructor(*number) => {
                let Shape::Struct(fields) = self.items.program.types[*number].shape.clone() else {
                    return None;
                };
                Pattern::Struct(*number, self.part_patterns(&fields, node, refs))
            }
            _ => return None,
        })
    }

    pub fn part_patterns(&mut self, parts: &[Ty], node: &Node, refs: bool) -> Vec<Pattern> {
        let part = |(index, ty)| self.part_pattern(ty, node.part(index), refs);
        parts.iter().enumerate().map(part).collect()
    }

    pub fn part_pattern(&mut self, ty: &Ty, node: &Node, refs: bool) -> Pattern {
        match node.detail % 5 {
            1 => return Pattern::Wild,
            2 if refs && nameable(ty) => {
                return Pattern::Ref(self.declare(ty.clone(), Kind::Reference, State::There));
            }
            3 => {
                if let Some(pattern) = self.pattern(ty, node, refs) {
                    return pattern;
                }
            }
            _ => (),
        }
        Pattern::Bind(self.declare(ty.clone(), Kind::Owner, State::There))
    }

    /// Notes what a pattern moves out of a place.
    pub fn pattern_moves(&mut self, place: &Place, pattern: &Pattern) {
        let at = |projection| {
            let mut place = place.clone();
            place.projections.push(projection);
            place
        };
        match pattern {
            Pattern::Wild | Pattern::Ref(_) => (),
            Pattern::Bind(_) => self.set_place(place, State::Gone),
            Pattern::Tuple(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    self.pattern_moves(&at(Projection::Field(index)), part);
                }
            }
            Pattern::Struct(_, parts) => {
                for (index, part) in parts.iter().enumerate() {
                    self.pattern_moves(&at(Projection::Named(index)), part);
                }
            }
            Pattern::Wrap(part) => self.pattern_moves(&at(Projection::Field(0)), part),
            Pattern::Array(parts) | Pattern::Variant(_, _, parts) => {
                if parts.iter().any(Pattern::moves) {
                    self.set_place(place, State::Gone);
                }
            }
        }
    }
}
