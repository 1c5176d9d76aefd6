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
//! leave:   goto suspend
//! suspend: unwindline_suspend(self, <size>, _e, 7) -> poll
//! poll:    unwindline_poll(self, <size>, unwindline::<Self>, &raw mut _s)
//!              -> [pending, unwind continue]
//! pending: _0 = Poll::Pending; discriminant(self) = 7; return
//! ```
//!
//! `unwindline_poll` has the exception while it calls the unwindline. So in that function, of which
//! there is one for each coroutine, little is left: it polls the destructors one after the other,
//! and returns zero where the panic is to go on. A second panic just leaves it.
//!
//! With the exception `std` keeps the state in which the unwindline is suspended: that returns it,
//! and is given it again. The coroutine itself is in the same state in all of them. Where the panic
//! is to go on, the unwindline poisons it. So `poll` has no landing pad for the call, and ends
//! after it as wherever else it suspends, with a store and a return. LLVM makes one end of all of
//! these, and then a copy of it for each that needs no jump to it.
//!
//! Where nothing can await, `unwindline_drop` calls the unwindline, which is all that the drop glue
//! does in a state of it. It has no context then, and drops what is left:
//!
//! ```text
//! // The unwindline.
//! bb0:   switchInt(_2 as usize) -> [0: sync, otherwise: async]
//! async: _4 = &mut *_2; switchInt(_3) -> [7: begin, 8: again, ..]
//! sync:  switchInt(_3) -> [8: leave, ..]
//! end:   discriminant(self) = 2; _0 = 0; return
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

use rustc_abi::VariantIdx;
use rustc_data_structures::fx::FxIndexSet;
use rustc_hir::lang_items::LangItem;
use rustc_middle::mir::*;
use rustc_middle::span_bug;
use rustc_middle::ty::{CoroutineArgs, CoroutineArgsExt, Ty, TyCtxt};

use super::super::poll_loop::Emitter;
use super::super::shims::return_nothing;
use super::super::{CTX_ARG, SELF_ARG};
use super::calls::state_constant;
use super::{Unwindline, is_outlined};
use crate::coroutine::TransformVisitor;
use crate::patch::MirPatch;

/// What a coroutine's functions have in place of the unwindline.
pub(in crate::coroutine) struct OutlinedUnwindline {
    /// Where a coroutine is polled that is unwinding. Empty, until `call` or `refuse` fills it.
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
        patch: &mut MirPatch<'tcx>,
    ) -> Option<OutlinedUnwindline> {
        if !is_outlined(tcx, body) {
            return None;
        }
        let source_info = SourceInfo::outermost(body.span);
        let poll = Emitter::new(tcx, patch, source_info).empty_block();
        let context = patch.new_temp(Ty::new_task_context(tcx), body.span);
        Some(OutlinedUnwindline { poll, entries: vec![], exception: line.exception, context })
    }

    /// Whether a coroutine in `state` is on the unwindline.
    pub(in super::super) fn has_state(
        &self,
        transform: &TransformVisitor<'_>,
        state: usize,
    ) -> bool {
        let index = state.checked_sub(CoroutineArgs::RESERVED_VARIANTS);
        index.is_some_and(|index| transform.suspension_points[index].resume == self.poll)
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
        let mut emitter = Emitter::new(tcx, &mut patch, source_info);
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

    /// Has `body`, which is the unwindline as a function, return the state where it suspends, and
    /// zero where the panic is to go on, which leaves the coroutine poisoned. It does not end the
    /// process, which its caller does.
    pub(in super::super) fn return_states<'tcx>(
        tcx: TyCtxt<'tcx>,
        body: &mut Body<'tcx>,
        transform: &TransformVisitor<'tcx>,
    ) {
        let source_info = SourceInfo::outermost(body.span);
        let returned = |state| {
            let value = Rvalue::Use(state_constant(tcx, state, source_info.span));
            StatementKind::Assign(Box::new((RETURN_PLACE.into(), value)))
        };
        let state_ty = tcx.types.u32;
        body.local_decls[RETURN_PLACE] = LocalDecl::with_source_info(state_ty, source_info);
        for data in body.basic_blocks_mut() {
            let is_cleanup = data.is_cleanup;
            return_nothing(data);
            for statement in &mut data.statements {
                if let Some(state) = stored_state(statement) {
                    statement.kind = returned(state);
                }
            }
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
                let poisoned = VariantIdx::from_usize(CoroutineArgs::POISONED);
                data.statements.push(transform.set_discr(poisoned, source_info));
                let end = returned(VariantIdx::ZERO);
                data.statements.push(Statement::new(source_info, end));
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
        // Nor does any store that it is in its state: the first of these is that of the coroutine
        // wherever the unwindline is suspended.
        let blocks = body.basic_blocks.as_mut_preserves_cfg();
        let entries: Vec<(BasicBlock, BasicBlock, VariantIdx)> = self
            .entries
            .iter()
            .map(|&(fork, leave)| {
                let state = blocks[leave].statements.iter().find_map(stored_state).unwrap();
                blocks[leave].retain_statements(|statement| stored_state(statement).is_none());
                (fork, leave, state)
            })
            .collect();
        let unwinding = entries[0].2;

        let source_info = SourceInfo::outermost(body.span);
        let mut patch = MirPatch::new(body);
        let mut emitter = Emitter::new(tcx, &mut patch, source_info);
        let stay = transform.set_discr(unwinding, source_info);
        let pending = emitter.block(vec![pending, stay], TerminatorKind::Return);
        // Going on gives each local the storage that it had. None is used here.
        let points = transform.suspension_points.iter();
        let points = points.filter(|point| point.resume == self.poll);
        let stored: FxIndexSet<Local> =
            points.flat_map(|point| point.storage_liveness.iter()).collect();
        let mut statements: Vec<_> = stored
            .into_iter()
            .map(|local| emitter.statement(StatementKind::StorageDead(local)))
            .collect();
        let context_ty = body.local_decls[self.context].ty;
        let context = emitter.address(self.context.into(), context_ty, &mut statements);
        let function = LangItem::UnwindlinePoll;
        let context = Some(context);
        let call =
            emitter.call_unwindline(function, coroutine_ty, context, pending, &mut statements);
        emitter.fill(self.poll, statements, call);
        for (fork, leave, state) in entries {
            let mut emitter = Emitter::new(tcx, &mut patch, source_info);
            let suspend = emitter.suspend_unwinding(self.exception, coroutine_ty, state, self.poll);
            patch.patch_terminator(fork, TerminatorKind::Goto { target: leave });
            patch.patch_terminator(leave, TerminatorKind::Goto { target: suspend });
        }
        patch.apply(body);
    }

    /// Has `body`, which resumes a coroutine that is not `async`, panic if that is unwinding: only
    /// dropping the coroutine goes on with it.
    pub(in super::super) fn refuse<'tcx>(
        &self,
        tcx: TyCtxt<'tcx>,
        body: &mut Body<'tcx>,
        transform: &TransformVisitor<'tcx>,
    ) {
        let source_info = SourceInfo::outermost(body.span);
        let mut patch = MirPatch::new(body);
        let mut emitter = Emitter::new(tcx, &mut patch, source_info);
        let refused = emitter.resumed_after_drop(transform.coroutine_kind);
        emitter.fill(self.poll, vec![], TerminatorKind::Goto { target: refused });
        patch.apply(body);
    }

    /// Has `body`, in which `call` was made, and then a block that poisons the coroutine after each
    /// panic, put the context of the task where it is found after a panic, and not poison the
    /// coroutine after one of the call.
    pub(in super::super) fn finish(&self, tcx: TyCtxt<'_>, body: &mut Body<'_>) {
        if self.entries.is_empty() {
            return;
        }
        let source_info = SourceInfo::outermost(body.span);
        let value = Rvalue::Use(Operand::Copy(CTX_ARG.into()));
        let keep = StatementKind::Assign(Box::new((self.context.into(), value)));
        let blocks = body.basic_blocks.as_mut();
        blocks[START_BLOCK].statements.insert(0, Statement::new(source_info, keep));
        for data in blocks {
            if let TerminatorKind::Call { func, unwind, .. } = &mut data.terminator_mut().kind
                && let Some((function, _)) = func.const_fn_def()
                && tcx.is_lang_item(function, LangItem::UnwindlinePoll)
            {
                *unwind = UnwindAction::Continue;
            }
        }
    }
}

/// The state that `statement` stores in the coroutine.
fn stored_state(statement: &Statement<'_>) -> Option<VariantIdx> {
    match statement.kind {
        StatementKind::SetDiscriminant { ref place, variant_index }
            if place.as_local() == Some(SELF_ARG) =>
        {
            Some(variant_index)
        }
        _ => None,
    }
}
