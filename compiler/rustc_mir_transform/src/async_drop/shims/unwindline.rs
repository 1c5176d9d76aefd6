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

        let (argument, context) = make_context_optional(tcx, &mut body);

        let never = insert_term_block(&mut body, TerminatorKind::Unreachable);
        let [polled, dropped] = [polled, dropped].map(|cases| {
            let (ask, state) = self.transform.get_discr(&mut body);
            let cases = cases.into_iter().map(|(state, case)| (state as u128, case));
            let kind = TerminatorKind::SwitchInt {
                discr: Operand::Move(state),
                targets: SwitchTargets::new(cases, never),
            };
            let block = insert_term_block(&mut body, kind);
            body.basic_blocks_mut()[block].statements.push(ask);
            block
        });
        let (is_given, given) = argument;
        let assign = |local: Local, value| {
            Statement::new(source_info, StatementKind::Assign(Box::new((local.into(), value))))
        };
        let take = assign(context, Rvalue::Use(Operand::Copy(given)));
        let ask = assign(is_given, Rvalue::Discriminant(CTX_ARG.into()));
        let blocks = body.basic_blocks_mut();
        blocks[polled].statements.insert(0, take);
        // Nothing else begins where the coroutine does.
        let kind = TerminatorKind::SwitchInt {
            discr: Operand::Move(is_given.into()),
            targets: SwitchTargets::static_if(0, dropped, polled),
        };
        blocks[START_BLOCK] =
            BasicBlockData::new_stmts(vec![ask], Some(Terminator { source_info, kind }), false);
        self.finish_poll_unit(&mut body, "coroutine_unwindline");
        body
    }
}

/// Makes the second argument an `Option` of the task context. Returns a local for its discriminant,
/// the place of the context in it, and the local that is the context in `body` now.
fn make_context_optional<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &mut Body<'tcx>,
) -> ((Local, Place<'tcx>), Local) {
    let context_ty = body.local_decls[CTX_ARG].ty;
    let option = tcx.adt_def(tcx.require_lang_item(LangItem::Option, body.span));
    let some = option.variant_index_with_id(tcx.require_lang_item(LangItem::OptionSome, body.span));
    let option_ty = Ty::new_adt(tcx, option, tcx.mk_args(&[context_ty.into()]));

    let argument = LocalDecl::with_source_info(option_ty, SourceInfo::outermost(body.span));
    let context = body.local_decls.push(argument);
    body.local_decls.swap(CTX_ARG, context);
    RenameLocalVisitor { from: CTX_ARG, to: context, tcx }.visit_body(body);

    let is_given = LocalDecl::new(option_ty.discriminant_ty(tcx), body.span);
    let is_given = body.local_decls.push(is_given);
    let variant = tcx.mk_place_downcast(CTX_ARG.into(), option, some);
    ((is_given, tcx.mk_place_field(variant, FieldIdx::ZERO, context_ty)), context)
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
