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
        self.resolve_forks(&mut body, Line::Unwindline);
        OutlinedUnwindline::return_states(tcx, &mut body, self.transform);
        receive_context(tcx, &mut body, context);
        body.var_debug_info.clear();

        // Without a context, what is left is dropped at once.
        let never = insert_term_block(&mut body, TerminatorKind::Unreachable);
        receive(tcx, &mut body, STATE_ARG, tcx.types.u32);
        body.arg_count = 3;
        let [polled, dropped] = [polled, dropped].map(|cases| {
            let cases = cases.into_iter().map(|(state, case)| (state as u128, case));
            let kind = TerminatorKind::SwitchInt {
                discr: Operand::Copy(STATE_ARG.into()),
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
        let terminator = Some(Terminator { source_info, kind });
        blocks[START_BLOCK] = BasicBlockData::new_stmts(vec![ask_context], terminator, false);
        self.finish_polled(&mut body, "coroutine_unwindline");
        body
    }
}

/// Where in the unwindline the coroutine goes on.
const STATE_ARG: Local = Local::from_u32(3);

/// Makes the second argument a pointer to the task context, which may be null. Returns a statement
/// that asks for its address, the local that has that then, and a statement that takes the context.
fn make_context_a_pointer<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &mut Body<'tcx>,
) -> (Statement<'tcx>, Local, Statement<'tcx>) {
    let source_info = SourceInfo::outermost(body.span);
    let context_ty = body.local_decls[CTX_ARG].ty;
    let pointer_ty = Ty::new_mut_ptr(tcx, context_ty.builtin_deref(true).unwrap());
    let context = receive(tcx, body, CTX_ARG, pointer_ty);

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
