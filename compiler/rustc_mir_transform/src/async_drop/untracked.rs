//! Awaited drops of places that drop elaboration does not track.
//!
//! `*slot = new` drops what is behind a pointer. Nothing can be moved out of there, so there is no
//! drop flag to look at, and elaboration leaves such a drop as it is. It is awaited all the same.
//!
//! So is `array[i] = new`, with one step more: `i` is a local that lives across the await, and a
//! local that a coroutine saves cannot be an index. The element is addressed before the drop, and
//! its new value is assigned through that address:
//!
//! ```text
//! // Before.
//! bb1: drop(_1[_2]; replace) -> [return: bb2, unwind: bb3, drop: bb4]
//! bb2: _1[_2] = move _5; ...            // and the same in bb3 and bb4
//!
//! // After.
//! bb1: _7 = &raw mut _1[_2]; drop((*_7); replace, fut=_8) -> [return: bb2, unwind: bb3, drop: bb4]
//! bb2: (*_7) = move _5; ...
//! ```
//!
//! This is a child of `elaborate_drops` because it extends that module's private context.

use rustc_middle::mir::{
    BasicBlock, Location, Place, ProjectionElem, RawPtrKind, Rvalue, StatementKind, TerminatorKind,
};
use rustc_middle::span_bug;
use rustc_middle::ty::Ty;

use super::ElaborateDropsCtxt;
use crate::coroutine::async_drop::Destructor;
use crate::elaborate_drop::DropElaborator;

impl<'tcx> ElaborateDropsCtxt<'_, 'tcx> {
    /// Marks the drop in `block` as awaited if its type may need that, and if it can be cancelled.
    pub(super) fn await_untracked_drop(&mut self, block: BasicBlock) {
        let terminator = self.body[block].terminator();
        let TerminatorKind::Drop { mut place, target, unwind, replace, drop: Some(dropline), .. } =
            terminator.kind
        else {
            return;
        };
        let (tcx, typing_env) = (self.tcx, self.typing_env());
        let ty = place.ty(&self.body.local_decls, tcx).ty;
        if !self.allow_async_drops() || !ty.needs_async_drop(tcx, typing_env) {
            return;
        }
        let Some(fut_ty) = Destructor::Glue.future_ty(tcx, typing_env, ty) else { return };
        let async_fut = Some(self.patch.new_temp(fut_ty, terminator.source_info.span));
        if place.projection.iter().any(|elem| matches!(elem, ProjectionElem::Index(_))) {
            place = self.address_before_drop(block, place, ty);
        }
        let drop = Some(dropline);
        let kind = TerminatorKind::Drop { place, target, unwind, replace, drop, async_fut };
        self.patch.patch_terminator(block, kind);
    }

    /// Takes the address of `place` before the drop in `block`, lets each assignment of the new
    /// value go through it, and returns the place behind it.
    fn address_before_drop(
        &mut self,
        block: BasicBlock,
        place: Place<'tcx>,
        ty: Ty<'tcx>,
    ) -> Place<'tcx> {
        let span = self.body[block].terminator().source_info.span;
        let pointer = self.patch.new_temp(Ty::new_mut_ptr(self.tcx, ty), span);
        let address = Rvalue::RawPtr(RawPtrKind::Mut, place);
        self.patch.add_assign(self.body.terminator_loc(block), pointer.into(), address);
        let element = self.tcx.mk_place_deref(pointer.into());
        for successor in self.body[block].terminator().successors() {
            let (location, value) = self.new_value(successor, place);
            self.patch.nop_statement(location);
            self.patch.add_assign(location, element, value);
        }
        element
    }

    /// The assignment to `place` that follows the drop of its old value. On the dropline, values
    /// that no scope owns may be dropped first (see `pending_values.rs`).
    fn new_value(&self, mut block: BasicBlock, place: Place<'tcx>) -> (Location, Rvalue<'tcx>) {
        loop {
            let data = &self.body[block];
            for (statement_index, statement) in data.statements.iter().enumerate() {
                if let StatementKind::Assign(box (assigned, value)) = &statement.kind
                    && *assigned == place
                {
                    return (Location { block, statement_index }, value.clone());
                }
            }
            let terminator = data.terminator();
            let TerminatorKind::Drop { target, .. } = terminator.kind else {
                span_bug!(terminator.source_info.span, "{place:?} is dropped but not assigned");
            };
            block = target;
        }
    }
}
