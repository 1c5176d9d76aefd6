//! Drops values that are in no scope yet when a scope exit is cancelled.
//!
//! ```text
//! async fn f() -> Vec<u8> {
//!     let _conn = Connection::new();
//!     vec![1]
//! }
//! ```
//!
//! The value of the block is computed first, and then `_conn` is dropped, which is awaited. At that
//! point the vector is in `_0`, and no scope owns it: there is no code that would drop it. The same
//! holds for `let v = { let _conn = ..; vec![1] };`, where `v` is scheduled to be dropped only once
//! its initializer is complete, and for a value given to `break`. While drops cannot suspend this
//! is of no consequence, but a coroutine that is cancelled during such a drop must drop that value
//! too:
//!
//! ```text
//! // Before.
//! bb1: _0 = move _4; drop(_3) -> [return: bb2, unwind: bb5, drop: bb6]
//!
//! // After.
//! bb1: _0 = move _4; drop(_3) -> [return: bb2, unwind: bb10, drop: bb9]
//! bb9: drop(_0) -> [return: bb6, unwind: bb5]
//! bb10 (cleanup): drop(_0) -> [return: bb5, unwind terminate]
//! ```
//!
//! The same drop can panic, also while the coroutine is being cancelled, and then the value is
//! dropped while unwinding. (Where a drop is not awaited, it is lost, as it is in a function:
//! rust-lang/rust#47949.)
//!
//! It must run before drop elaboration, which then makes these drops conditional, or open, or
//! removes them, as for any other.

use std::collections::BTreeSet;

use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::visit::{MutatingUseContext, NonMutatingUseContext, PlaceContext, Visitor};
use rustc_middle::mir::*;
use rustc_middle::ty::TyCtxt;
use rustc_mir_dataflow::impls::MaybeInitializedPlaces;
use rustc_mir_dataflow::move_paths::MoveData;
use rustc_mir_dataflow::{Analysis, MaybeReachable};

use super::poll_loop::Emitter;
use crate::patch::MirPatch;

pub(crate) struct DropPendingValues;

impl<'tcx> crate::MirPass<'tcx> for DropPendingValues {
    fn run_pass(&self, tcx: TyCtxt<'tcx>, body: &mut Body<'tcx>) {
        let is_cancellable = |data: &BasicBlockData<'_>| {
            matches!(data.terminator().kind, TerminatorKind::Drop { drop: Some(_), .. })
        };
        if !body.basic_blocks.iter().any(is_cancellable) {
            return;
        }
        let typing_env = body.typing_env(tcx);
        let move_data = MoveData::gather_moves(body, tcx, |ty| ty.needs_drop(tcx, typing_env));
        let mut initialized = MaybeInitializedPlaces::new(tcx, body, &move_data)
            .iterate_to_fixpoint(tcx, body, Some("drop_pending_values"))
            .into_results_cursor(body);

        let mut patch = MirPatch::new(body);
        for (block, data) in body.basic_blocks.iter_enumerated() {
            let terminator = data.terminator();
            let TerminatorKind::Drop { unwind, drop: Some(dropline), .. } = terminator.kind else {
                continue;
            };
            initialized.seek_after_primary_effect(body.terminator_loc(block));
            let MaybeReachable::Reachable(initialized) = initialized.get() else { continue };

            let owned = locals_consumed_from(body, dropline);
            let is_pending = |&local: &Local| {
                // The copy of a `Box` through which a place is named owns nothing.
                let names_place = body.local_decls[local].is_deref_temp();
                !names_place && !owned.contains(local)
            };
            let holding = initialized.iter().map(|path| move_data.base_local(path));
            let pending: BTreeSet<Local> = holding.filter(is_pending).collect();
            if pending.is_empty() {
                continue;
            }
            // What was computed last is dropped first: on the dropline, and while unwinding.
            let source_info = terminator.source_info;
            let mut emitter = Emitter::new(tcx, &mut patch, source_info);
            let terminate = UnwindAction::Terminate(UnwindTerminateReason::InCleanup);
            let (mut entry, mut landing_pad) = (dropline, unwind);
            for local in pending {
                let drop = Emitter::sync_drop(local.into(), entry, landing_pad);
                entry = emitter.block(vec![], drop);
                let target = emitter.unwind_block(landing_pad);
                let drop = Emitter::sync_drop(local.into(), target, terminate);
                landing_pad = UnwindAction::Cleanup(emitter.cleanup_block(vec![], drop));
            }
            let mut kind = terminator.kind.clone();
            let TerminatorKind::Drop { unwind, drop, .. } = &mut kind else { unreachable!() };
            (*unwind, *drop) = (landing_pad, Some(entry));
            patch.patch_terminator(block, kind);
        }
        patch.apply(body);
    }

    fn is_required(&self) -> bool {
        true
    }
}

/// The locals that are dropped, as a whole, or moved from `entry` on. The new value of an
/// assignment whose old value is being dropped is moved: into the place that it is assigned to.
fn locals_consumed_from(body: &Body<'_>, entry: BasicBlock) -> DenseBitSet<Local> {
    let mut seen = DenseBitSet::new_empty(body.basic_blocks.len());
    let mut consumed = Consumed(DenseBitSet::new_empty(body.local_decls.len()));
    let mut queue = vec![entry];
    while let Some(block) = queue.pop() {
        if body[block].is_cleanup || !seen.insert(block) {
            continue;
        }
        consumed.visit_basic_block_data(block, &body[block]);
        queue.extend(body[block].terminator().successors());
    }
    consumed.0
}

struct Consumed(DenseBitSet<Local>);

impl<'tcx> Visitor<'tcx> for Consumed {
    fn visit_local(&mut self, local: Local, context: PlaceContext, _: Location) {
        if let PlaceContext::NonMutatingUse(NonMutatingUseContext::Move)
        | PlaceContext::MutatingUse(MutatingUseContext::Drop) = context
        {
            self.0.insert(local);
        }
    }
}
