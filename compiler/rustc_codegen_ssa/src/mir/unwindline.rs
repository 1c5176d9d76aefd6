//! Landing pads that end unwinding.
//!
//! ```text
//! bb7 (cleanup): drop(_8) -> [return: bb9, unwind terminate]
//! bb9 (cleanup): _12 = unwindline_catch() -> [return: bb10, unwind unreachable]
//! bb10:          ..
//! ```
//!
//! A coroutine that awaits destructors while a panic unwinds has such blocks. For the unwinder, the
//! landing pad of `bb7` has to be the handler of the panic, since control does not return from it:
//! it gets a clause that matches each exception, where others are mere cleanup. The call of the
//! intrinsic says that handling begins, and gives the exception that the landing pad received.
//!
//! Once a landing pad has become a handler, unwinding cannot go on from it. So each way from it has
//! to lead to a catch, and MIR is built like that.

use rustc_hir::LangItem;
use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::{self, TerminatorKind};
use rustc_middle::ty::TyCtxt;

use super::FunctionCx;
use crate::traits::*;

/// The cleanup blocks from which unwinding gets to a catch.
pub(super) fn catching_blocks<'tcx>(
    tcx: TyCtxt<'tcx>,
    mir: &mir::Body<'tcx>,
) -> DenseBitSet<mir::BasicBlock> {
    let mut catching = DenseBitSet::new_empty(mir.basic_blocks.len());
    let Some(catch) = tcx.lang_items().get(LangItem::UnwindlineCatch) else { return catching };
    let is_catch = |data: &mir::BasicBlockData<'tcx>| match &data.terminator().kind {
        TerminatorKind::Call { func, .. } => {
            data.is_cleanup && func.const_fn_def().is_some_and(|(function, _)| function == catch)
        }
        _ => false,
    };
    let catches = mir.basic_blocks.iter_enumerated().filter(|(_, data)| is_catch(data));
    let mut queue: Vec<mir::BasicBlock> = catches.map(|(block, _)| block).collect();
    while let Some(block) = queue.pop() {
        if mir[block].is_cleanup && catching.insert(block) {
            queue.extend(mir.basic_blocks.predecessors()[block].iter().copied());
        }
    }
    catching
}

impl<'a, 'tcx, Bx: BuilderMethods<'a, 'tcx>> FunctionCx<'a, 'tcx, Bx> {
    /// The exception that the landing pad received.
    pub(super) fn codegen_unwindline_catch(&mut self, bx: &mut Bx) -> Bx::Value {
        let slot = self.get_personality_slot(bx);
        let exception = slot.project_field(bx, 0);
        let exception = bx.load_operand(exception).immediate();
        slot.storage_dead(bx);
        exception
    }
}
