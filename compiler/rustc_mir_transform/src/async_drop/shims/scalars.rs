//! Scalars that drop glue loads once.
//!
//! Nobody sees what is left of a coroutine that was dropped. So what changes while it is dropped,
//! as a drop flag does or the cursor of a loop over a slice, need not be stored in it.
//!
//! ```text
//! // Before.
//! case:    goto advance
//! advance: (_1 as variant#3).1 = Offset((_1 as variant#3).1, 1); ..
//!
//! // After.
//! case:    _7 = (_1 as variant#3).1; goto advance
//! advance: _7 = Offset(_7, 1); ..
//! ```
//!
//! LLVM does not know that nobody looks. It would keep the stores, and with them a loop that does
//! nothing else, since the destructors of the elements turned out to be empty.

use rustc_abi::{FieldIdx, VariantIdx};
use rustc_data_structures::fx::FxIndexMap;

use super::*;

/// The field of the coroutine in which a local was saved.
type Field = (VariantIdx, FieldIdx);

impl<'tcx> DropShims<'_, 'tcx> {
    /// Makes scalars that drop glue assigns locals again. `cases` are where it begins, one for each
    /// state, `layout` is that of the coroutine.
    pub(super) fn load_scalars(
        &self,
        body: &mut Body<'tcx>,
        layout: &CoroutineLayout<'tcx>,
        cases: &[(usize, BasicBlock)],
    ) {
        let saved = self.transform.remap.iter_enumerated();
        let scalars = saved.filter_map(|(local, &field)| {
            let (ty, variant, field) = field?;
            let is_scalar = ty.is_bool() || ty.is_integral() || ty.is_raw_ptr();
            is_scalar.then_some((
                (variant, field),
                Scalar { local, is_assigned: false, has_address: false },
            ))
        });
        let mut uses = ScalarUses(scalars.collect());
        for block in reachable_from(body, cases.iter().map(|&(_, case)| case)).iter() {
            uses.visit_basic_block_data(block, &body[block]);
        }
        uses.0.retain(|_, scalar| scalar.is_assigned && !scalar.has_address);
        if uses.0.is_empty() {
            return;
        }

        let mut loads = Loads { tcx: self.tcx, scalars: &uses.0 };
        loads.visit_body_preserves_cfg(body);
        for &(state, case) in cases {
            // Those have one block for all, which only calls the unwindline.
            if self.outlined.is_some_and(|outlined| outlined.has_state(self.transform, state)) {
                continue;
            }
            let here = &layout.variant_fields[VariantIdx::new(state)];
            let loaded = uses.0.iter().filter(|&(&(variant, field), _)| {
                here.raw.contains(&layout.variant_fields[variant][field])
            });
            let source_info = body[case].terminator().source_info;
            let loaded: Vec<_> = loaded
                .map(|(&(variant, field), scalar)| {
                    let ty = body.local_decls[scalar.local].ty;
                    let place = self.transform.make_field(variant, field, ty);
                    let value = Rvalue::Use(Operand::Copy(place));
                    let kind = StatementKind::Assign(Box::new((scalar.local.into(), value)));
                    Statement::new(source_info, kind)
                })
                .collect();
            body.basic_blocks_mut()[case].statements.extend(loaded);
        }
    }
}

struct Scalar {
    /// What it was before it was saved.
    local: Local,
    is_assigned: bool,
    has_address: bool,
}

/// What becomes of scalars of the coroutine.
struct ScalarUses(FxIndexMap<Field, Scalar>);

impl<'tcx> Visitor<'tcx> for ScalarUses {
    fn visit_place(&mut self, place: &Place<'tcx>, context: PlaceContext, _: Location) {
        if let Some((field, rest)) = field_of_coroutine(*place)
            && let Some(scalar) = self.0.get_mut(&field)
            && rest.is_empty()
        {
            scalar.has_address |= context.may_observe_address();
            scalar.is_assigned |= context.is_place_assignment();
        }
    }
}

/// Puts scalars in the place of the fields in which they were saved.
struct Loads<'a, 'tcx> {
    tcx: TyCtxt<'tcx>,
    scalars: &'a FxIndexMap<Field, Scalar>,
}

impl<'tcx> MutVisitor<'tcx> for Loads<'_, 'tcx> {
    fn tcx(&self) -> TyCtxt<'tcx> {
        self.tcx
    }

    fn visit_place(&mut self, place: &mut Place<'tcx>, _: PlaceContext, _: Location) {
        if let Some((field, rest)) = field_of_coroutine(*place)
            && let Some(scalar) = self.scalars.get(&field)
        {
            *place = Place::from(scalar.local).project_deeper(rest, self.tcx);
        }
    }
}

/// The field of the coroutine that `place` begins with, and what follows.
fn field_of_coroutine<'tcx>(place: Place<'tcx>) -> Option<(Field, &'tcx [PlaceElem<'tcx>])> {
    match place.projection.as_slice() {
        [PlaceElem::Downcast(_, variant), PlaceElem::Field(field, _), rest @ ..]
            if place.local == SELF_ARG =>
        {
            Some(((*variant, *field), rest))
        }
        _ => None,
    }
}
