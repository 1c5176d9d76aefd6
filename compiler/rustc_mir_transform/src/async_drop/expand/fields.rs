//! The fields that are left when a destructor's future has completed (`Destructor::OwnThenFields`).

use rustc_middle::bug;
use rustc_middle::mir::*;
use rustc_middle::ty;

use super::Expander;
use crate::coroutine::async_drop::Destructor;
use crate::coroutine::async_drop::lines::AwaitedDrop;
use crate::coroutine::async_drop::poll_loop::Emitter;

impl<'tcx> Expander<'_, 'tcx> {
    /// The drop, followed by that of the fields which it leaves, on each way out of it.
    pub(super) fn with_fields_behind(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        fields: &[Place<'tcx>],
    ) -> AwaitedDrop<'tcx> {
        let mut drop = drop.clone();
        let mut target = drop.target;
        let mut dropline = drop.dropline;
        let mut unwind = drop.unwind;
        let mut emitter = self.emitter(drop.source_info);
        for &field in fields.iter().rev() {
            target = emitter.block(vec![], Emitter::sync_drop(field, target, unwind));
            if !drop.on_dropline {
                dropline = emitter.block(vec![], Emitter::sync_drop(field, dropline, unwind));
            }
            if !drop.on_unwindline {
                let next = emitter.unwind_block(unwind);
                let terminate = UnwindAction::Terminate(UnwindTerminateReason::InCleanup);
                let kind = Emitter::sync_drop(field, next, terminate);
                unwind = UnwindAction::Cleanup(emitter.cleanup_block(vec![], kind));
            }
        }
        let dropline = if drop.on_dropline { target } else { dropline };
        (drop.target, drop.dropline, drop.unwind) = (target, dropline, unwind);
        drop
    }

    /// The fields that are still to be dropped when the future of `drop` has completed.
    pub(super) fn fields_left_by(&self, drop: &AwaitedDrop<'tcx>) -> Vec<Place<'tcx>> {
        if drop.destructor != Destructor::OwnThenFields {
            return vec![];
        }
        let (tcx, place, ty) = (self.tcx, drop.place, drop.place_ty);
        let typing_env = self.typing_env();
        let ty::Adt(adt, args) = *ty.kind() else { bug!("`{ty}` has no destructor") };
        let fields = adt.non_enum_variant().fields.iter_enumerated();
        let fields = fields.map(|(index, field)| {
            let ty = field.ty(tcx, args);
            (index, tcx.try_normalize_erasing_regions(typing_env, ty).unwrap_or(ty))
        });
        let fields = fields.filter(|(_, ty)| ty.needs_drop(tcx, typing_env));
        fields.map(|(index, ty)| tcx.mk_place_field(place, index, ty)).collect()
    }
}
