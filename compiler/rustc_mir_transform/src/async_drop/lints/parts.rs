//! What a `Drop` terminator drops: of its place, what may be initialized there.
//!
//! ```text
//! let (conn, log) = pair;      // pair.0 and pair.1 are moved out
//! match result {               // `(result as Ok).0` is moved out, and elsewhere
//!     Ok(conn) => keep(conn),  // there is no value of that variant
//!     Err(_) => {}
//! }
//! drop(_result)                // MIR: nothing but the error
//! ```

use rustc_abi::{FIRST_VARIANT, FieldIdx};
use rustc_middle::mir::{Body, Location, Place, PlaceElem, PlaceTy, ProjectionElem};
use rustc_middle::ty::{self, Ty};
use rustc_mir_dataflow::impls::MaybeInitializedPlaces;
use rustc_mir_dataflow::move_paths::{LookupResult, MoveData, MovePathIndex};
use rustc_mir_dataflow::{Analysis, MaybeReachable, ResultsCursor};

use super::Context;

/// A part of a place, and its type.
pub(super) type Part<'tcx> = (Place<'tcx>, Ty<'tcx>);

pub(super) struct Parts<'a, 'tcx> {
    cx: &'a Context<'a, 'tcx>,
    /// The body, without edges that only borrowck has a use for: on them everything is initialized.
    body: &'a Body<'tcx>,
    move_data: &'a MoveData<'tcx>,
    inits: ResultsCursor<'a, 'tcx, MaybeInitializedPlaces<'a, 'tcx>>,
}

impl<'a, 'tcx> Parts<'a, 'tcx> {
    pub(super) fn new(
        cx: &'a Context<'a, 'tcx>,
        body: &'a Body<'tcx>,
        move_data: &'a MoveData<'tcx>,
    ) -> Self {
        let inits = MaybeInitializedPlaces::new(cx.tcx, body, move_data)
            .exclude_inactive_in_otherwise()
            .skipping_unreachable_unwind()
            .iterate_to_fixpoint(cx.tcx, body, Some("async_drop_lints"))
            .into_results_cursor(body);
        Self { cx, body, move_data, inits }
    }

    /// What is dropped of `place` at a location.
    pub(super) fn dropped(&mut self, place: Place<'tcx>, location: Location) -> Vec<Part<'tcx>> {
        self.inits.seek_before_primary_effect(location);
        let mut parts = Vec::new();
        match self.move_data.rev_lookup.find(place.as_ref()) {
            LookupResult::Exact(path) => self.add(path, &mut parts),
            LookupResult::Parent(Some(parent)) if !self.is_live(parent) => {}
            LookupResult::Parent(_) => {
                parts.push((place, place.ty(self.body, self.cx.tcx).ty));
            }
        }
        parts
    }

    fn is_live(&self, path: MovePathIndex) -> bool {
        match self.inits.get() {
            MaybeReachable::Reachable(live) => live.contains(path),
            MaybeReachable::Unreachable => false,
        }
    }

    /// Adds what is live of a move path. A part that has no path of its own is where its parent is.
    fn add(&self, path: MovePathIndex, parts: &mut Vec<Part<'tcx>>) {
        if !self.is_live(path) {
            return;
        }
        let tcx = self.cx.tcx;
        let place = self.move_data.move_paths[path].place;
        let children = self.children(path);
        let PlaceTy { ty, variant_index } = place.ty(self.body, tcx);
        // What a closure has captured has names.
        let is_captures = place.as_local() == Some(ty::CAPTURE_STRUCT_LOCAL)
            && self.cx.tcx.is_closure_like(self.cx.def.to_def_id());
        if children.is_empty() && !is_captures {
            return parts.push((place, ty));
        }
        let mut add = |place: Place<'tcx>, elem: PlaceElem<'tcx>, field_ty: Ty<'tcx>| match children
            .iter()
            .find(|(child_elem, _)| is_same(*child_elem, elem))
        {
            Some((_, child)) => self.add(*child, parts),
            None => parts.push((place.project_deeper(&[elem], tcx), field_ty)),
        };
        match *ty.kind() {
            ty::Adt(adt, args) if adt.is_enum() && variant_index.is_none() => {
                for (variant_index, variant) in adt.variants().iter_enumerated() {
                    let downcast = ProjectionElem::Downcast(Some(variant.name), variant_index);
                    match children.iter().find(|(elem, _)| is_same(*elem, downcast)) {
                        Some((_, child)) => self.add(*child, parts),
                        None => {
                            parts.extend(variant.fields.iter_enumerated().map(|(index, field)| {
                                let ty = field.ty(tcx, args);
                                let field = ProjectionElem::Field(index, ty);
                                (place.project_deeper(&[downcast, field], tcx), ty)
                            }))
                        }
                    }
                }
            }
            ty::Adt(adt, args) if !adt.is_box() => {
                let variant = adt.variant(variant_index.unwrap_or(FIRST_VARIANT));
                for (index, field) in variant.fields.iter_enumerated() {
                    let ty = field.ty(tcx, args);
                    add(place, ProjectionElem::Field(index, ty), ty);
                }
            }
            ty::Tuple(tys) => {
                for (index, ty) in tys.iter().enumerate() {
                    add(place, ProjectionElem::Field(FieldIdx::from_usize(index), ty), ty);
                }
            }
            ty::Closure(_, args) => {
                for (index, ty) in args.as_closure().upvar_tys().iter().enumerate() {
                    add(place, ProjectionElem::Field(FieldIdx::from_usize(index), ty), ty);
                }
            }
            ty::Coroutine(_, args) => {
                for (index, ty) in args.as_coroutine().upvar_tys().iter().enumerate() {
                    add(place, ProjectionElem::Field(FieldIdx::from_usize(index), ty), ty);
                }
            }
            // The contents of a box, or elements of an array that is taken apart by a pattern. Of
            // elements that no pattern names, nothing is said.
            _ => children.iter().for_each(|&(_, child)| self.add(child, parts)),
        }
    }

    fn children(&self, path: MovePathIndex) -> Vec<(PlaceElem<'tcx>, MovePathIndex)> {
        let paths = &self.move_data.move_paths;
        let next = |&child: &MovePathIndex| paths[child].next_sibling;
        std::iter::successors(paths[path].first_child, next)
            .filter_map(|child| Some((*paths[child].place.projection.last()?, child)))
            .collect()
    }
}

/// Whether two projections name the same part. The types of fields may be normalized or not.
pub(super) fn is_same(a: PlaceElem<'_>, b: PlaceElem<'_>) -> bool {
    match (a, b) {
        (ProjectionElem::Field(a, _), ProjectionElem::Field(b, _)) => a == b,
        (ProjectionElem::Downcast(_, a), ProjectionElem::Downcast(_, b)) => a == b,
        _ => false,
    }
}
