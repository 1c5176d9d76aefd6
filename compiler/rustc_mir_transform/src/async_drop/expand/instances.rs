//! What differs between the instances of a generic body: some await a drop, and some need not.

use rustc_hir as hir;
use rustc_middle::mir::*;

use super::Expander;
use crate::coroutine::async_drop::lines::AwaitedDrop;
use crate::coroutine::async_drop::poll_loop::Emitter;

impl<'tcx> Expander<'_, 'tcx> {
    /// Has an instance of the body whose value needs no async drop not await `drop`, which is what
    /// `kind` does.
    pub(super) fn await_if_needed(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        kind: TerminatorKind<'tcx>,
    ) -> TerminatorKind<'tcx> {
        if !drop.is_up_to_arguments() {
            return kind;
        }
        self.drop_futures.push(drop.fut);
        let awaited = self.emitter(drop.source_info).block(vec![], kind);
        self.move_entry(drop.block, awaited);
        let kind = Emitter::sync_drop(drop.place, drop.target, drop.unwind);
        let sync = self.emitter(drop.source_info).block(vec![], kind);
        self.if_awaited(drop, awaited, sync)
    }

    /// `target`, where a state leads in which `drop` is pending. An instance that does not await it
    /// is never in such a state, and has no code for what would follow, nor a future that this
    /// could use.
    pub(super) fn where_awaited(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        target: BasicBlock,
    ) -> BasicBlock {
        if !drop.is_up_to_arguments() {
            return target;
        }
        let never = self.patch.unreachable_no_cleanup_block();
        let kind = self.if_awaited(drop, target, never);
        self.emitter(drop.source_info).block(vec![], kind)
    }

    /// Goes on to `awaited` in instances of the body that await `drop`, and to `otherwise` in
    /// others. The switch is on a constant, so each instance has one side of it.
    fn if_awaited(
        &self,
        drop: &AwaitedDrop<'tcx>,
        awaited: BasicBlock,
        otherwise: BasicBlock,
    ) -> TerminatorKind<'tcx> {
        let tcx = self.tcx;
        let span = drop.source_info.span;
        let is_awaited = tcx.require_lang_item(hir::LangItem::DropIsAwaited, span);
        let is_awaited = UnevaluatedConst::new(is_awaited, tcx.mk_args(&[drop.place_ty.into()]));
        let const_ = Const::Unevaluated(is_awaited, tcx.types.bool);
        let is_awaited = ConstOperand { span, user_ty: None, const_ };
        TerminatorKind::if_(Operand::Constant(Box::new(is_awaited)), awaited, otherwise)
    }
}
