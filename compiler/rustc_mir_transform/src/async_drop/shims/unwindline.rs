//! The unwindline of a coroutine as a function of its own.

use super::*;

impl<'tcx> DropShims<'_, 'tcx> {
    /// The function in which a coroutine goes on that is unwinding (`unwindline/outlined.rs`).
    pub(super) fn unwindline_shim(
        &self,
        body: &Body<'tcx>,
        context: Local,
        outlined: &OutlinedUnwindline,
    ) -> Body<'tcx> {
        let tcx = self.tcx;
        let source_info = SourceInfo::outermost(body.span);
        let mut body = self.copy(body);
        let mut polled = create_cases(&mut body, self.transform, Operation::Drop);
        polled.retain(|&(state, _)| outlined.has_state(self.transform, state));
        let dropped: Vec<(usize, BasicBlock)> = polled
            .iter()
            .map(|&(state, case)| (state, case_on_syncline(&mut body, case)))
            .collect();
        resolve_forks(tcx, &mut body, Line::Unwindline);
        self.return_poll_unit(&mut body);
        receive_context(tcx, &mut body, context);
        let ready = return_poll_ready_assign(tcx, source_info);
        OutlinedUnwindline::return_at_end(tcx, &mut body, ready);
        body.var_debug_info.clear();

        // Without a context, what is left is dropped at once.
        let never = insert_term_block(&mut body, TerminatorKind::Unreachable);
        let (ask_state, state) = self.transform.get_discr(&mut body);
        let [polled, dropped] = [polled, dropped].map(|cases| {
            let cases = cases.into_iter().map(|(state, case)| (state as u128, case));
            let kind = TerminatorKind::SwitchInt {
                discr: Operand::Copy(state),
                targets: SwitchTargets::new(cases, never),
            };
            insert_term_block(&mut body, kind)
        });
        let (ask_context, address, take) = make_context_a_pointer(tcx, &mut body);
        let blocks = body.basic_blocks_mut();
        blocks[polled].statements.insert(0, take);
        // Nothing else begins where the coroutine does.
        let kind = TerminatorKind::SwitchInt {
            discr: Operand::Move(address.into()),
            targets: SwitchTargets::static_if(0, dropped, polled),
        };
        let statements = vec![ask_state, ask_context];
        blocks[START_BLOCK] =
            BasicBlockData::new_stmts(statements, Some(Terminator { source_info, kind }), false);
        self.finish_poll_unit(&mut body, "coroutine_unwindline");
        body
    }
}

/// Makes the second argument a pointer to the task context, which may be null. Returns a statement
/// that asks for its address, the local that has that then, and a statement that takes the context.
fn make_context_a_pointer<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &mut Body<'tcx>,
) -> (Statement<'tcx>, Local, Statement<'tcx>) {
    let source_info = SourceInfo::outermost(body.span);
    let context_ty = body.local_decls[CTX_ARG].ty;
    let pointer_ty = Ty::new_mut_ptr(tcx, context_ty.builtin_deref(true).unwrap());
    let context = body.local_decls.push(LocalDecl::with_source_info(pointer_ty, source_info));
    body.local_decls.swap(CTX_ARG, context);
    RenameLocalVisitor { from: CTX_ARG, to: context, tcx }.visit_body(body);

    let address = body.local_decls.push(LocalDecl::new(tcx.types.usize, body.span));
    let assign = |local: Local, value| {
        Statement::new(source_info, StatementKind::Assign(Box::new((local.into(), value))))
    };
    let pointer = Operand::Copy(CTX_ARG.into());
    let expose = CastKind::PointerExposeProvenance;
    let ask = assign(address, Rvalue::Cast(expose, pointer, tcx.types.usize));
    let kind = BorrowKind::Mut { kind: MutBorrowKind::Default };
    let pointee = tcx.mk_place_deref(CTX_ARG.into());
    let take = assign(context, Rvalue::Ref(tcx.lifetimes.re_erased, kind, pointee));
    (ask, address, take)
}

/// A copy of `case`, which leads to a suspension's `drop` edge, that goes on to the syncline.
fn case_on_syncline(body: &mut Body<'_>, case: BasicBlock) -> BasicBlock {
    let mut copy = body.basic_blocks[case].clone();
    let TerminatorKind::Goto { target } = &mut copy.terminator_mut().kind else { bug!() };
    if let TerminatorKind::FalseEdge { imaginary_target, .. } =
        body.basic_blocks[*target].terminator().kind
    {
        *target = imaginary_target;
    }
    body.basic_blocks_mut().push(copy)
}
