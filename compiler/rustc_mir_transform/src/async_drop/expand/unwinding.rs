//! What is special about an awaited drop on the unwindline: how it is entered, and how it suspends.

use rustc_abi::VariantIdx;
use rustc_middle::mir::*;
use rustc_middle::ty::Ty;

use super::Expander;
use crate::coroutine::async_drop::lines::AwaitedDrop;
use crate::coroutine::async_drop::poll_loop::Exits;
use crate::coroutine::async_drop::{CTX_ARG, SELF_ARG};

impl<'tcx> Expander<'_, 'tcx> {
    /// The loop on the unwindline. Resuming and cancelling by await both go on with it, and in
    /// either case, as when the coroutine is cancelled synchronously, the thread panics again.
    pub(super) fn expand_loop_on_unwindline(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        unwind: UnwindAction,
        poll_unwind: UnwindAction,
        leave: BasicBlock,
    ) -> BasicBlock {
        let source_info = drop.source_info;
        let again = self.emitter(source_info).empty_block();
        let resumed = self.panic_again(drop, again);
        let left = self.panic_again(drop, leave);
        let resume = match &self.outlined {
            Some(outlined) => outlined.poll,
            None => self.with_context(source_info, resumed),
        };
        let cancel = self.fork(source_info, resumed, left);
        let ready = self.after_completion(drop, drop.target, unwind);
        let (context, coroutine) = (self.drop_context, self.suspend.clone());
        let suspend = self.emitter(source_info).suspend(drop, &coroutine, resume, cancel);
        let pending = self.panic_no_more(drop, suspend);
        let exits = Exits { ready, pending, unwind: poll_unwind };
        let head = self.emitter(source_info).poll_loop(drop, context, exits);
        self.poll_again(drop, again, head, unwind);
        self.begin(drop, again, head, unwind)
    }

    /// A block in which the thread panics again, and goes on to `target` with `drop`. The function
    /// that calls an outlined unwindline has seen to that, and has the exception.
    fn panic_again(&mut self, drop: &AwaitedDrop<'tcx>, target: BasicBlock) -> BasicBlock {
        let target = self.where_awaited(drop, target);
        let coroutine_ty = self.body.local_decls[SELF_ARG].ty;
        let exception = self.exception.unwrap();
        let is_outlined = self.outlined.is_some();
        let mut emitter = self.emitter(drop.source_info);
        if is_outlined {
            // It is not saved, then.
            let ty = Ty::new_mut_ptr(emitter.tcx, emitter.tcx.types.u8);
            let nowhere = emitter.null(ty);
            let forget = emitter.assign(exception, nowhere);
            return emitter.block(vec![forget], TerminatorKind::Goto { target });
        }
        emitter.resume_unwinding(exception, coroutine_ty, target)
    }

    /// A block in which the thread ceases to panic before it suspends in `target`.
    fn panic_no_more(&mut self, drop: &AwaitedDrop<'tcx>, target: BasicBlock) -> BasicBlock {
        if self.outlined.is_some() {
            return target;
        }
        let coroutine_ty = self.body.local_decls[SELF_ARG].ty;
        let exception = self.exception.unwrap();
        let state = VariantIdx::ZERO;
        self.emitter(drop.source_info).suspend_unwinding(exception, coroutine_ty, state, target)
    }

    /// Makes room for the state in which a panic that comes to `drop` leaves `poll`.
    pub(super) fn leave_poll_at(&mut self, drop: &AwaitedDrop<'tcx>) {
        if drop.is_first_on_unwindline && self.outlined.is_some() {
            let leave = self.emitter(drop.source_info).empty_block();
            self.outlined.as_mut().unwrap().entries.push((drop.block, leave));
        }
    }

    /// Has the unwindline, if a panic comes to `from` first, enter the drop there in `to`.
    pub(super) fn move_entry(&mut self, from: BasicBlock, to: BasicBlock) {
        let entries = self.outlined.iter_mut().flat_map(|outlined| &mut outlined.entries);
        entries.filter(|(block, _)| *block == from).for_each(|(block, _)| *block = to);
    }

    /// How `drop`, which begins in `begin`, is entered. If a panic comes to it, that is where it
    /// leaves `poll` (see `unwindline/outlined.rs`).
    pub(super) fn enter_outlined(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        begin: BasicBlock,
    ) -> TerminatorKind<'tcx> {
        let entry = self.outlined.as_ref().and_then(|outlined| {
            let entry = outlined.entries.iter().find(|(block, _)| *block == drop.block);
            entry.map(|&(_, leave)| (outlined.poll, leave))
        });
        let Some((resume, leave)) = entry else { return TerminatorKind::Goto { target: begin } };
        let source_info = drop.source_info;
        let value = self.suspend.value.clone();
        let resumed = self.panic_again(drop, begin);
        // Nothing drops the coroutine before it is polled.
        let never = self.patch.unreachable_no_cleanup_block();
        let cancel = Some(self.fork(source_info, resumed, never));
        let resume_arg = CTX_ARG.into();
        let kind = TerminatorKind::Yield { value, resume, resume_arg, drop: cancel };
        self.emitter(source_info).fill(leave, vec![], kind);
        TerminatorKind::FalseEdge { real_target: begin, imaginary_target: leave }
    }
}
