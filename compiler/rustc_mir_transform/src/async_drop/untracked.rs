//! Awaited drops of places that drop elaboration does not track.
//!
//! `*slot = new` drops what is behind a pointer, `array[i] = new` what is at an index. Nothing can
//! be moved out of there, so there is no drop flag to look at, and elaboration leaves such a drop
//! as it is. It is awaited all the same.
//!
//! This is a child of `elaborate_drops` because it extends that module's private context.

use rustc_middle::mir::{BasicBlock, TerminatorKind};

use super::ElaborateDropsCtxt;
use crate::coroutine::async_drop::Destructor;
use crate::elaborate_drop::DropElaborator;

impl<'tcx> ElaborateDropsCtxt<'_, 'tcx> {
    /// Marks the drop in `block` as awaited if its type may need that, and if it can be cancelled.
    pub(super) fn await_untracked_drop(&mut self, block: BasicBlock) {
        let terminator = self.body[block].terminator();
        let TerminatorKind::Drop { place, target, unwind, replace, drop: Some(dropline), .. } =
            terminator.kind
        else {
            return;
        };
        let (tcx, typing_env) = (self.tcx, self.typing_env());
        let ty = place.ty(&self.body.local_decls, tcx).ty;
        if !self.allow_async_drops() || !ty.needs_async_drop(tcx, typing_env) {
            return;
        }
        // What is polled takes an address, since the place may have an index.
        let destructor = match Destructor::of_value(tcx, typing_env, self.body, ty) {
            Destructor::OwnThenFields => Destructor::Glue,
            destructor => destructor,
        };
        let Some(fut_ty) = destructor.future_ty(tcx, typing_env, ty) else { return };
        let async_fut = Some(self.patch.new_temp(fut_ty, terminator.source_info.span));
        let drop = Some(dropline);
        let kind = TerminatorKind::Drop { place, target, unwind, replace, drop, async_fut };
        self.patch.patch_terminator(block, kind);
    }
}
