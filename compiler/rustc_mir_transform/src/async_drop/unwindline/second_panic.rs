//! What a panic on the unwindline does: it ends the process, before any other destructor runs.

use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::*;
use rustc_middle::ty::{Ty, TyCtxt, TypeVisitableExt};

use crate::coroutine::async_drop::poll_loop::Emitter;
use crate::patch::MirPatch;

/// The blocks of the unwindline that `poll` has: from `entries` to the first drop that is certainly
/// awaited.
pub(super) fn blocks_in_poll<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &Body<'tcx>,
    mut queue: Vec<BasicBlock>,
) -> DenseBitSet<BasicBlock> {
    let mut before = DenseBitSet::new_empty(body.basic_blocks.len());
    while let Some(block) = queue.pop() {
        let terminator = body[block].terminator();
        let is_awaited = match terminator.kind {
            TerminatorKind::Drop { place, async_fut: Some(_), .. } => {
                !place.ty(body, tcx).ty.has_non_region_param()
            }
            _ => false,
        };
        if !is_awaited && !body[block].is_cleanup && before.insert(block) {
            queue.extend(terminator.successors());
        }
    }
    before
}

/// Lets each panic in `blocks`, of an outlined unwindline, leave that: it drops nothing more then,
/// and its caller ends the process.
pub(super) fn unwind_out_of(body: &mut Body<'_>, blocks: &DenseBitSet<BasicBlock>) {
    for block in blocks.iter() {
        let kind = &mut body.basic_blocks.as_mut()[block].terminator_mut().kind;
        if let Some(unwind @ UnwindAction::Cleanup(_)) = kind.unwind_mut() {
            *unwind = UnwindAction::Continue;
        }
    }
}

/// Lets each panic in `blocks`, of the unwindline, end the process at once. What is elaborated from
/// a drop would drop the other parts of the value first. Each has a block of its own for this
/// (`alike.rs`).
pub(super) fn abort_in<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &mut Body<'tcx>,
    blocks: &DenseBitSet<BasicBlock>,
    exception: Local,
) {
    let mut patch = MirPatch::new(body);
    let second = patch.new_temp(Ty::new_mut_ptr(tcx, tcx.types.u8), body.span);
    let never = patch.new_temp(tcx.types.never, body.span);
    let source_info = SourceInfo::outermost(body.span);
    for block in blocks.iter() {
        let mut kind = body[block].terminator().kind.clone();
        if let Some(unwind @ UnwindAction::Cleanup(_)) = kind.unwind_mut() {
            let mut emitter = Emitter::new(tcx, &mut patch, source_info);
            let abort = emitter.abort_block([exception, second], never);
            let catch = emitter.catch(second, abort);
            *unwind = UnwindAction::Cleanup(emitter.cleanup_block(vec![], catch));
            patch.patch_terminator(block, kind);
        }
    }
    patch.apply(body);
}
