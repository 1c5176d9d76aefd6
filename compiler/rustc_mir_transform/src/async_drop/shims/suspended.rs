//! The first question of a coroutine's drop glue.

use super::*;
use crate::coroutine::async_drop::destructor::is_destructor;
use crate::coroutine::async_drop::poll_loop::is_suspended_state;
use crate::coroutine::async_drop::spent_futures::may_hold_values;

impl<'tcx> DropShims<'_, 'tcx> {
    /// Splits the switch on the state at the start of `body`. Most coroutines are dropped when they
    /// have completed, and so one comparison tells that there is nothing to do. If one holds
    /// another one, LLVM is told so: it would look for the state of the other first.
    ///
    /// ```text
    /// // Before.
    /// bb0: _9 = discriminant(*_1); switchInt(move _9) -> [0: bb1, 3: bb2, 4: bb3, otherwise: bb4]
    ///
    /// // After.
    /// bb0: _9 = discriminant(*_1); _10 = Ge(_9, 3); switchInt(_10) -> [0: bb5, otherwise: bb6]
    /// bb5: switchInt(copy _9) -> [0: bb1, otherwise: bb4]
    /// bb6: switchInt(copy _9) -> [3: bb2, 4: bb3, otherwise: unreachable]
    /// ```
    pub(super) fn ask_first_whether_suspended(&self, body: &mut Body<'tcx>) {
        if !self.tcx.features().async_drop() || !is_optimized(self.tcx) {
            return;
        }
        let start = &body.basic_blocks[START_BLOCK];
        let TerminatorKind::SwitchInt { discr, targets } = &start.terminator().kind else { bug!() };
        let state = discr.place().unwrap();
        let (suspended, others): (Vec<_>, Vec<_>) = targets
            .iter()
            .partition(|&(state, _)| state >= CoroutineArgs::RESERVED_VARIANTS as u128);
        if suspended.is_empty() {
            return;
        }
        let finished = targets.otherwise();
        let switch = |cases: Vec<(u128, BasicBlock)>, otherwise| TerminatorKind::SwitchInt {
            discr: Operand::Copy(state),
            targets: SwitchTargets::new(cases.into_iter(), otherwise),
        };
        let all_can_be_dropped = suspended.len() == self.transform.suspension_points.len();

        let no_other = match all_can_be_dropped {
            true => insert_term_block(body, TerminatorKind::Unreachable),
            false => finished,
        };
        let others = insert_term_block(body, switch(others, finished));
        let suspended = insert_term_block(body, switch(suspended, no_other));
        let span = body.span;
        let suspended =
            if self.may_hold_coroutine(body) { self.mark_cold(body, suspended) } else { suspended };
        let is_suspended = body.local_decls.push(LocalDecl::new(self.tcx.types.bool, span));
        let start = &mut body.basic_blocks_mut()[START_BLOCK];
        let value = is_suspended_state(self.tcx, span, Operand::Copy(state));
        let assign = StatementKind::Assign(Box::new((is_suspended.into(), value)));
        start.statements.push(Statement::new(SourceInfo::outermost(span), assign));
        start.terminator_mut().kind = TerminatorKind::SwitchInt {
            discr: Operand::Move(is_suspended.into()),
            targets: SwitchTargets::static_if(0, others, suspended),
        };
    }

    /// Whether what `body` drops may be a coroutine, which has to be asked for its state in turn.
    /// The future of a destructor is left as soon as it is ready, and does not count.
    fn may_hold_coroutine(&self, body: &Body<'tcx>) -> bool {
        let tcx = self.tcx;
        let typing_env = ty::TypingEnv::post_analysis(tcx, body.source.def_id());
        body.basic_blocks.iter().any(|data| {
            let TerminatorKind::Drop { place, .. } = data.terminator().kind else { return false };
            let ty = place.ty(body, tcx).ty;
            let may_be_coroutine = match *ty.kind() {
                ty::Coroutine(def_id, _) => !is_destructor(tcx, def_id),
                ty::Param(_) | ty::Alias(..) => true,
                _ => false,
            };
            may_be_coroutine && may_hold_values(tcx, typing_env, ty)
        })
    }

    /// A block that goes on to `target`, and says that this seldom happens.
    fn mark_cold(&self, body: &mut Body<'tcx>, target: BasicBlock) -> BasicBlock {
        let tcx = self.tcx;
        let Some(cold_path) = tcx.lang_items().cold_path_fn() else { return target };
        let unit = body.local_decls.push(LocalDecl::new(tcx.types.unit, body.span));
        let kind = TerminatorKind::Call {
            func: Operand::function_handle(tcx, cold_path, [], body.span),
            args: Box::new([]),
            destination: unit.into(),
            target: Some(target),
            unwind: UnwindAction::Unreachable,
            call_source: CallSource::Misc,
            fn_span: body.span,
        };
        insert_term_block(body, kind)
    }
}
