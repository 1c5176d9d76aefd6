//! Keeps the unwindline out of `poll`, and out of the function that drops the coroutine by await.
//!
//! It runs after a panic alone, but they would have to keep registers and stack for it. So they
//! have only what is before the first awaited drop. There they suspend the coroutine, and call its
//! unwindline (`shims/unwindline.rs`), on which the coroutine goes on at once: what is saved there
//! is no more than is saved while that drop is pending.
//!
//! ```text
//! // Before `StateTransform`. `drop` is the first awaited drop that a panic comes to.
//! drop:    falseEdge -> [real: begin, imaginary: leave]
//! leave:   yield -> [resume: poll, drop: fork]
//! fork:    falseEdge -> [real: resumed, imaginary: unreachable]
//! resumed: _e = <nothing>; goto begin
//! poll:    unreachable
//!
//! // In `poll`, after that.
//! bb0:     _s = _2; ..
//! drop:    goto leave
//! leave:   discriminant(self) = 7; goto suspend
//! suspend: unwindline_suspend(self, _e) -> poll
//! poll:    unwindline_poll(self, unwindline::<Self>, &raw mut _s) -> end
//! end:     _0 = Poll::Pending; return
//! ```
//!
//! `unwindline_poll` has the exception while it calls the unwindline. So in that function, of which
//! there is one for each coroutine, little is left: it polls the destructors one after the other,
//! and is ready where the panic is to go on. A second panic just leaves it.
//!
//! Where nothing can await, `unwindline_drop` calls it, which is all that the drop glue does in a
//! state of the unwindline. It has no context then, and drops what is left:
//!
//! ```text
//! // The unwindline.
//! bb0:   _3 = discriminant(self); switchInt(_2 as usize) -> [0: sync, otherwise: async]
//! async: _4 = &mut *_2; switchInt(_3) -> [7: begin, 8: again, ..]
//! sync:  switchInt(_3) -> [8: leave, ..]
//! ```
//!
//! The context of the task is seldom needed as long as a call may panic, and never in a register
//! then: `_s`, whose address is taken, is where `poll` puts it, once.
//!
//! Each suspension on the unwindline has `poll` as its `resume` edge, and in the function that
//! drops the coroutine it is the way on, too. The unwindline itself comes from the `drop` edges,
//! and goes from `drop` to `begin`.
//!
//! The future of `async_drop_in_place` has its unwindline in `poll`: polling it is what dropping it
//! by await does.

use rustc_hir::lang_items::LangItem;
use rustc_middle::mir::*;
use rustc_middle::span_bug;
use rustc_middle::ty::{Ty, TyCtxt};

use super::super::CTX_ARG;
use super::super::poll_loop::Emitter;
use super::{Unwindline, is_outlined};
use crate::coroutine::TransformVisitor;
use crate::patch::MirPatch;

/// What a coroutine's functions have in place of the unwindline.
pub(in crate::coroutine) struct OutlinedUnwindline {
    /// Where a coroutine is polled that is unwinding. Empty, until `call` fills it.
    pub(in super::super) poll: BasicBlock,
    /// The forks in front of the drops that a panic may come to first, each with the block that
    /// leaves `poll` there.
    pub(in super::super) entries: Vec<(BasicBlock, BasicBlock)>,
    exception: Local,
    /// Where `poll` puts the context of the task.
    context: Local,
}

impl OutlinedUnwindline {
    pub(in super::super) fn of<'tcx>(
        tcx: TyCtxt<'tcx>,
        body: &Body<'tcx>,
        line: &Unwindline,
        context_ty: Ty<'tcx>,
        patch: &mut MirPatch<'tcx>,
    ) -> Option<OutlinedUnwindline> {
        if !is_outlined(tcx, body) {
            return None;
        }
        let source_info = SourceInfo::outermost(body.span);
        let poll = Emitter { tcx, patch, source_info }.empty_block();
        let context = patch.new_temp(context_ty, body.span);
        Some(OutlinedUnwindline { poll, entries: vec![], exception: line.exception, context })
    }

    /// Whether a coroutine in `state` is on the unwindline.
    pub(in super::super) fn has_state(
        &self,
        transform: &TransformVisitor<'_>,
        state: usize,
    ) -> bool {
        let mut points = transform.suspension_points.iter();
        points.any(|point| point.state == state && point.resume == self.poll)
    }

    /// Lets `case`, where a coroutine is dropped in a state of its unwindline, poll that.
    pub(in super::super) fn go_on_from(&self, case: &mut BasicBlockData<'_>) {
        case.terminator_mut().kind = TerminatorKind::Goto { target: self.poll };
    }

    /// Has `body`, which is the drop glue and begins with `cases` for its states, leave a coroutine
    /// that unwinds to its unwindline.
    pub(in super::super) fn drop_by_call<'tcx>(
        &self,
        tcx: TyCtxt<'tcx>,
        body: &mut Body<'tcx>,
        transform: &TransformVisitor<'tcx>,
        coroutine_ty: Ty<'tcx>,
        cases: &mut [(usize, BasicBlock)],
    ) {
        if self.entries.is_empty() {
            return;
        }
        let source_info = SourceInfo::outermost(body.span);
        let mut patch = MirPatch::new(body);
        let mut emitter = Emitter { tcx, patch: &mut patch, source_info };
        let end = emitter.block(vec![], TerminatorKind::Return);
        let mut statements = vec![];
        let function = LangItem::UnwindlineDrop;
        let call = emitter.call_unwindline(function, coroutine_ty, None, end, &mut statements);
        let call = emitter.block(statements, call);
        patch.apply(body);
        for (state, case) in cases {
            if self.has_state(transform, *state) {
                *case = call;
            }
        }
    }

    /// Has `body`, which is the unwindline as a function, be `ready` where the panic is to go on,
    /// and not end the process, which its caller does.
    pub(in super::super) fn return_at_end<'tcx>(
        tcx: TyCtxt<'tcx>,
        body: &mut Body<'tcx>,
        ready: Statement<'tcx>,
    ) {
        for data in body.basic_blocks_mut() {
            let is_cleanup = data.is_cleanup;
            let kind = &mut data.terminator_mut().kind;
            if let Some(unwind @ UnwindAction::Cleanup(_)) = kind.unwind_mut()
                && !is_cleanup
            {
                *unwind = UnwindAction::Continue;
            }
            if let TerminatorKind::Call { func, .. } = kind
                && let Some((function, _)) = func.const_fn_def()
                && tcx.is_lang_item(function, LangItem::UnwindlineRaise)
            {
                *kind = TerminatorKind::Return;
                data.statements.push(ready.clone());
            }
        }
    }

    /// Has `body`, which is a function of the coroutine after `StateTransform`, call the unwindline
    /// instead of entering it.
    pub(in super::super) fn call<'tcx>(
        &self,
        tcx: TyCtxt<'tcx>,
        body: &mut Body<'tcx>,
        transform: &TransformVisitor<'tcx>,
        coroutine_ty: Ty<'tcx>,
    ) {
        // Each says in the same way that the coroutine is pending.
        let Some(&(_, leave)) = self.entries.first() else { return };
        let returned = body[leave].statements.iter().find(|statement| match &statement.kind {
            StatementKind::Assign(box (place, _)) => place.local == RETURN_PLACE,
            _ => false,
        });
        let Some(pending) = returned.cloned() else {
            span_bug!(body.span, "{leave:?} suspends, but returns nothing")
        };

        let source_info = SourceInfo::outermost(body.span);
        let mut patch = MirPatch::new(body);
        let mut emitter = Emitter { tcx, patch: &mut patch, source_info };
        let end = emitter.block(vec![pending], TerminatorKind::Return);
        // Going on gives each local the storage that it had. None is used here.
        let always_live = &transform.always_live_locals;
        let stored = (0..always_live.domain_size()).map(Local::from_usize).filter(|&local| {
            let mut points = transform.suspension_points.iter();
            !transform.remap.contains(local)
                && !always_live.contains(local)
                && points.any(|point| {
                    point.resume == self.poll && point.storage_liveness.contains(local)
                })
        });
        let dead = stored.map(|local| emitter.statement(StatementKind::StorageDead(local)));
        let mut statements: Vec<_> = dead.collect();
        let context_ty = body.local_decls[self.context].ty;
        let context = emitter.address(self.context.into(), context_ty, &mut statements);
        let function = LangItem::UnwindlinePoll;
        let call =
            emitter.call_unwindline(function, coroutine_ty, Some(context), end, &mut statements);
        emitter.fill(self.poll, statements, call);
        let suspend = emitter.suspend_unwinding(self.exception, coroutine_ty, self.poll);
        for &(fork, leave) in &self.entries {
            patch.patch_terminator(fork, TerminatorKind::Goto { target: leave });
            patch.patch_terminator(leave, TerminatorKind::Goto { target: suspend });
        }
        patch.apply(body);
    }

    /// Has the finished `body` put the context of the task where it is found after a panic.
    pub(in super::super) fn keep_context(&self, body: &mut Body<'_>) {
        if self.entries.is_empty() {
            return;
        }
        let source_info = SourceInfo::outermost(body.span);
        let value = Rvalue::Use(Operand::Copy(CTX_ARG.into()));
        let keep = StatementKind::Assign(Box::new((self.context.into(), value)));
        let start = &mut body.basic_blocks.as_mut()[START_BLOCK];
        start.statements.insert(0, Statement::new(source_info, keep));
    }
}
