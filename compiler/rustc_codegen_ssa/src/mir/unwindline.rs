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

use rustc_data_structures::fx::FxHashSet;
use rustc_hir::LangItem;
use rustc_middle::mir::{self, TerminatorKind};
use rustc_middle::ty::TyCtxt;

use super::FunctionCx;
use crate::traits::*;

/// Whether unwinding that gets to `landing_pad` ends there.
pub(super) fn catches<'tcx>(
    tcx: TyCtxt<'tcx>,
    mir: &mir::Body<'tcx>,
    landing_pad: mir::BasicBlock,
) -> bool {
    let Some(catch) = tcx.lang_items().get(LangItem::UnwindlineCatch) else { return false };
    let mut seen = FxHashSet::default();
    let mut queue = vec![landing_pad];
    while let Some(block) = queue.pop() {
        let data = &mir[block];
        if !data.is_cleanup || !seen.insert(block) {
            continue;
        }
        if let TerminatorKind::Call { func, .. } = &data.terminator().kind
            && func.const_fn_def().is_some_and(|(function, _)| function == catch)
        {
            return true;
        }
        queue.extend(data.terminator().successors());
    }
    false
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
