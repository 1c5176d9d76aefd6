//! Looking into enums: `match`, `if let` and `let else`.

use super::body::Body;
use super::places::State;
use crate::generate::Node;
use crate::program::{Arm, Block, Condition, Expr, Pattern, Shape, Statement, Ty, Variants};

impl Body<'_> {
    /// The variants of an enum and their payloads.
    fn variants(&self, ty: &Ty) -> Option<(Variants, Vec<Vec<Ty>>)> {
        Some(match ty {
            Ty::Option(payload) => {
                (Variants::Option(payload.clone()), vec![Vec::new(), vec![(**payload).clone()]])
            }
            Ty::Result(ok, error) => (
                Variants::Result(ok.clone(), error.clone()),
                vec![vec![(**ok).clone()], vec![(**error).clone()]],
            ),
            Ty::User(number) => match &self.items.program.types[*number].shape {
                Shape::Enum(variants) => (Variants::User(*number), variants.clone()),
                Shape::Struct(_) => return None,
            },
            _ => return None,
        })
    }

    /// Something of an enum type to look into, and its type. The state of a place is unchanged.
    fn scrutinee(&mut self, node: &Node) -> (Expr, Ty) {
        let is_enum = |ty: &Ty| self.variants(ty).is_some();
        let mut places = self.movable(is_enum);
        places.retain(|(place, _)| !self.is_in_open_box(place));
        if node.flag(0) && !places.is_empty() {
            let (place, ty) = places[node.below(places.len())].clone();
            return (Expr::Move(place), ty);
        }
        let enums: Vec<_> = (0..self.items.program.types.len())
            .map(Ty::User)
            .filter(|ty| self.variants(ty).is_some())
            .collect();
        let ty = if node.flag(1) && !enums.is_empty() {
            enums[node.below(enums.len())].clone()
        } else {
            Ty::Option(Box::new(self.items.ty(node.part_or_self(0))))
        };
        let value = self.value(&ty, node.part_or_self(1));
        if let Expr::Move(place) = &value {
            if self.is_in_open_box(place) {
                let block = Block { statements: Vec::new(), tail: Some(Box::new(value)) };
                return (Expr::Block(None, block), ty);
            }
            self.set_place(place, State::There);
        }
        (value, ty)
    }

    pub fn variant_pattern(
        &mut self,
        variants: &Variants,
        index: usize,
        parts: &[Ty],
        node: &Node,
    ) -> Pattern {
        let parts = if self.is_whole(variants) {
            vec![Pattern::Wild; parts.len()]
        } else {
            self.part_patterns(parts, node, false)
        };
        Pattern::Variant(variants.clone(), index, parts)
    }

    pub fn match_statement(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let (scrutinee, ty) = self.scrutinee(node.part_or_self(0));
        let Some((variants, payloads)) = self.variants(&ty) else { return };
        self.moves_parts(&scrutinee, &variants);
        let before = self.states();
        let visible = self.visible.len();
        let mut after = Vec::new();
        let mut arms = Vec::new();
        let rest = node.flag(3).then_some(payloads.len() - 1);
        for (index, payload) in payloads.iter().enumerate() {
            let guarded = (node.flag(2) && index == node.below(payloads.len())).then_some(true);
            for guarded in guarded.into_iter().chain([false]) {
                let part = node.part(1 + index + usize::from(guarded));
                self.set_states(&before);
                let guard = guarded.then(|| self.guard(part));
                let pattern = if Some(index) == rest && !guarded {
                    Pattern::Wild
                } else {
                    self.variant_pattern(&variants, index, payload, part)
                };
                let (body, diverges) = self.block(&part.parts, None);
                self.visible.truncate(visible);
                if !diverges {
                    after.push(self.states());
                }
                arms.push(Arm { pattern, guard, body });
            }
        }
        self.set_states(&before);
        let end_reached = after.is_empty();
        self.after_breaks(end_reached, &after);
        statements.push(Statement::Expr(Expr::Match(Box::new(scrutinee), arms)));
    }

    fn guard(&mut self, node: &Node) -> Condition {
        if node.flag(5) {
            let temporary = self.simple(&Ty::Graceful, node);
            Condition::Probe(Box::new(temporary), node.flag(4))
        } else {
            Condition::Is(node.flag(4))
        }
    }

    /// Something of an enum type that is looked into for one variant, whose payload is last.
    fn looked_into(&mut self, node: &Node) -> Option<(Expr, Variants, usize, Vec<Ty>)> {
        let (scrutinee, ty) = self.scrutinee(node.part_or_self(0));
        let (variants, mut payloads) = self.variants(&ty)?;
        self.moves_parts(&scrutinee, &variants);
        let index = node.below(payloads.len());
        Some((scrutinee, variants, index, payloads.swap_remove(index)))
    }

    /// Notes that patterns may move parts of the scrutinee.
    fn moves_parts(&mut self, scrutinee: &Expr, variants: &Variants) {
        if let Expr::Move(place) = scrutinee
            && !self.is_whole(variants)
        {
            self.set_place(place, State::Gone);
        }
    }

    /// Whether nothing can be moved out of the variants.
    fn is_whole(&self, variants: &Variants) -> bool {
        matches!(variants, Variants::User(number) if self.items.has_destructor(*number))
    }

    pub fn if_let(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let Some((scrutinee, variants, index, payload)) = self.looked_into(node) else { return };
        let before = self.states();
        let visible = self.visible.len();
        let pattern = self.variant_pattern(&variants, index, &payload, node.part(1));
        let (then, diverges) = self.block(&node.part(1).parts, None);
        self.visible.truncate(visible);
        let mut after = Vec::new();
        if !diverges {
            after.push(self.states());
        }
        self.set_states(&before);
        let (or_else, diverges) = self.block(&node.part(2).parts, None);
        self.after_breaks(!diverges, &after);
        let scrutinee = Box::new(scrutinee);
        statements.push(Statement::Expr(Expr::IfLet { pattern, scrutinee, then, or_else }));
    }

    pub fn let_else(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let Some((init, variants, index, payload)) = self.looked_into(node) else { return };
        let before = self.states();
        let block = self.leaving_block(&node.part(1).parts, node.part_or_self(2));
        self.set_states(&before);
        let pattern = self.variant_pattern(&variants, index, &payload, node.part(3));
        let (init, or_else) = (Some(init), Some(block));
        statements.push(Statement::Let { pattern, ty: None, init, or_else });
    }
}
