//! The functions that drop a coroutine.
//!
//! Each is made from a copy of the transformed body: the entry point becomes a switch on the
//! coroutine's state that leads from each suspension point to its `drop` edge. Forks on those edges
//! are resolved to the line that the function runs on.
//!
//! - `sync_drop_shim`, `fn(*mut Coroutine)`, runs on the syncline. It is the drop glue.
//! - `drop_poll_shim`, `fn(Pin<&mut Coroutine>, &mut Context<'_>) -> Poll<()>`, runs on the
//!   dropline and may suspend; it is polled until it is ready. A coroutine that awaits no drop has
//!   `drop_poll_proxy` instead, which runs the drop glue and is ready at once. Both leave the
//!   coroutine in the state "returned", so that neither polling it again nor dropping it afterwards
//!   touches what has been dropped.
//!
//! `unwindline_shim`, `unsafe fn(Pin<&mut Coroutine>, *mut Context<'_>, u32) -> u32`, is made in
//! the same way, but drops nothing that is not on the unwindline. It is what a coroutine goes on
//! with that is unwinding, be it polled or dropped (`unwindline/outlined.rs`). It is given the
//! state in which it was suspended, and returns the next one, or zero where the panic goes on.

use super::alike::{merge_alike, merge_panics};
use super::unwindline::{OutlinedUnwindline, awaits_while_unwinding, reachable_from};
use super::*;
use crate::elaborate_drop::{Unwind, elaborate_drop};
use crate::patch::MirPatch;
use crate::remove_noop_landing_pads::RemoveNoopLandingPads;
use crate::shim::DropShimElaborator;

mod scalars;
mod suspended;
mod unwindline;

/// Adds the code that drops what an unresumed coroutine owns, and returns the block it begins in.
pub(in crate::coroutine) fn insert_unresumed_drop<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &mut Body<'tcx>,
    produce_async_drops: bool,
) -> BasicBlock {
    let target = insert_term_block(body, TerminatorKind::CoroutineDrop);
    let def_id = body.source.def_id();
    let place = if tcx.is_async_drop_in_place_coroutine(def_id) {
        // What a destructor's future captures is a mere pointer, but it owns the pointee.
        let ty::Coroutine(_, args) = *body.local_decls[SELF_ARG].ty.kind() else { bug!() };
        let dropee_ty = args.type_at(0);
        tcx.mk_place_deref(dropee_pointer(tcx, SELF_ARG.into(), dropee_ty))
    } else {
        SELF_ARG.into()
    };
    let unresumed = insert_term_block(
        body,
        TerminatorKind::Drop {
            place,
            target,
            unwind: UnwindAction::Continue,
            replace: false,
            drop: None,
            async_fut: None,
        },
    );
    open_drops_of_captures(tcx, body, produce_async_drops);
    unresumed
}

/// Opens each drop of the coroutine itself into drops of its captures. This body is what the
/// coroutine's drop glue is made of, so a drop of the coroutine in it would never end.
pub(super) fn open_drops_of_captures<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &mut Body<'tcx>,
    produce_async_drops: bool,
) {
    let mut elaborator = DropShimElaborator {
        body,
        patch: MirPatch::new(body),
        tcx,
        // The phase of the body is still that before this lowering, and would hide opaque types.
        typing_env: ty::TypingEnv::post_analysis(tcx, body.source.def_id()),
        produce_async_drops,
    };
    for (block, data) in body.basic_blocks.iter_enumerated() {
        let Terminator { source_info, kind } = data.terminator();
        let TerminatorKind::Drop { place, target, unwind, drop, .. } = *kind else { continue };
        if place.as_local() != Some(SELF_ARG) {
            continue;
        }
        let patch = &mut elaborator.patch;
        let unwind = match unwind {
            _ if data.is_cleanup => Unwind::InCleanup,
            UnwindAction::Cleanup(block) => Unwind::To(block),
            UnwindAction::Continue => Unwind::To(patch.resume_block()),
            UnwindAction::Unreachable => Unwind::To(patch.unreachable_cleanup_block()),
            UnwindAction::Terminate(reason) => Unwind::To(patch.terminate_block(reason)),
        };
        elaborate_drop(&mut elaborator, *source_info, place, (), target, unwind, block, drop);
    }
    elaborator.patch.apply(body);
}

/// The line that a function runs on.
#[derive(Clone, Copy)]
enum Line {
    Mainline,
    Dropline,
    Unwindline,
    Syncline,
}

/// Makes the drop shims of one coroutine.
pub(in crate::coroutine) struct DropShims<'a, 'tcx> {
    pub(in crate::coroutine) tcx: TyCtxt<'tcx>,
    pub(in crate::coroutine) transform: &'a TransformVisitor<'tcx>,
    pub(in crate::coroutine) coroutine_ty: Ty<'tcx>,
    /// The block that drops the captures.
    pub(in crate::coroutine) unresumed: BasicBlock,
    /// The local in which the dropline expects the task context, if it awaits anything.
    pub(in crate::coroutine) drop_context: Option<Local>,
    pub(in crate::coroutine) outlined: Option<&'a OutlinedUnwindline>,
    /// Whether the coroutine awaits while it runs.
    pub(in crate::coroutine) is_async: bool,
    pub(in crate::coroutine) can_unwind: bool,
}

impl<'tcx> DropShims<'_, 'tcx> {
    /// Makes the shims and stores them in `body`, which is left on the mainline.
    pub(in crate::coroutine) fn build(&self, body: &mut Body<'tcx>) {
        let tcx = self.tcx;
        let mut sync = self.sync_drop_shim(body);
        deref_finder(self.tcx, &mut sync, false);
        let mut poll = match self.drop_context {
            Some(context) => self.drop_poll_shim(body, context),
            None => self.drop_poll_proxy(body),
        };
        deref_finder(self.tcx, &mut poll, false);
        let unwindline = self.drop_context.zip(self.outlined).map(|(context, outlined)| {
            let mut unwindline = self.unwindline_shim(body, context, outlined);
            deref_finder(self.tcx, &mut unwindline, false);
            unwindline
        });

        let coroutine = body.coroutine.as_mut().unwrap();
        coroutine.coroutine_drop = Some(sync);
        match self.drop_context {
            Some(_) => coroutine.coroutine_drop_async = Some(poll),
            None => coroutine.coroutine_drop_proxy_async = Some(poll),
        }
        coroutine.coroutine_unwindline = unwindline;
        match self.outlined {
            Some(outlined) if self.is_async => {
                outlined.call(tcx, body, self.transform, self.coroutine_ty);
            }
            Some(outlined) => outlined.refuse(tcx, body, self.transform),
            None => {}
        }
        self.resolve_forks(body, Line::Mainline);
        if let Some(context) = self.drop_context {
            define_context(tcx, body, context);
        }
    }

    /// Lets all forks lead to `line`. The mainline has one at its start, and those of unwinding; it
    /// passes by the others. The latter are for any crate that drops by await while unwinding, and
    /// for what may await.
    fn resolve_forks(&self, body: &mut Body<'tcx>, line: Line) {
        let catches =
            awaits_while_unwinding(self.tcx) && (self.is_async || !matches!(line, Line::Mainline));
        for data in body.basic_blocks_mut() {
            let is_cleanup = data.is_cleanup;
            let kind = &mut data.terminator_mut().kind;
            if let TerminatorKind::FalseEdge { real_target, imaginary_target } = *kind {
                let target = match line {
                    Line::Syncline => imaginary_target,
                    _ if is_cleanup && !catches => imaginary_target,
                    Line::Mainline | Line::Dropline | Line::Unwindline => real_target,
                };
                *kind = TerminatorKind::Goto { target };
            }
        }
    }

    fn sync_drop_shim(&self, body: &Body<'tcx>) -> Body<'tcx> {
        let tcx = self.tcx;
        let layout = body.coroutine_layout_raw().unwrap();
        let mut body = self.copy(body);
        self.resolve_forks(&mut body, Line::Syncline);
        let source_info = SourceInfo::outermost(body.span);

        let mut cases = self.cases(&mut body);
        if let Some(outlined) = self.outlined {
            let (transform, coroutine_ty) = (self.transform, self.coroutine_ty);
            outlined.drop_by_call(tcx, &mut body, transform, coroutine_ty, &mut cases);
        }
        if self.drop_context.is_some() {
            self.load_scalars(&mut body, layout, &cases);
        }
        let finished = insert_term_block(&mut body, TerminatorKind::Return);
        insert_switch(&mut body, cases, self.transform, finished);
        self.ask_first_whether_suspended(&mut body);
        for data in body.basic_blocks_mut() {
            let kind = &mut data.terminator_mut().kind;
            if let TerminatorKind::CoroutineDrop = kind {
                *kind = TerminatorKind::Return;
            }
        }

        // Drop glue takes a raw pointer and returns nothing.
        body.arg_count = 1;
        body.local_decls[RETURN_PLACE] = LocalDecl::with_source_info(tcx.types.unit, source_info);
        make_coroutine_state_argument_indirect(tcx, &mut body);
        let pointer_ty = Ty::new_mut_ptr(tcx, self.coroutine_ty);
        body.local_decls[SELF_ARG] = LocalDecl::with_source_info(pointer_ty, source_info);
        self.tidy(&mut body);

        // The dump carries the coroutine's name; afterwards the body is drop glue.
        if let Some(dumper) = MirDumper::new(tcx, "coroutine_drop", &body) {
            dumper.dump_mir(&body);
        }
        let drop_in_place = tcx.require_lang_item(LangItem::DropInPlace, body.span);
        body.source.instance = InstanceKind::DropGlue(drop_in_place, Some(self.coroutine_ty));

        // `StateTransform` is a step within a phase, and the pass manager will move only the
        // coroutine's own body on. The shim starts the phase that follows by itself.
        body.phase = MirPhase::Runtime(RuntimePhase::Initial);
        body
    }

    fn drop_poll_shim(&self, body: &Body<'tcx>, context: Local) -> Body<'tcx> {
        let tcx = self.tcx;
        let mut body = self.copy(body);
        if let Some(outlined) = self.outlined {
            outlined.call(tcx, &mut body, self.transform, self.coroutine_ty);
        }
        self.resolve_forks(&mut body, Line::Dropline);
        self.make_poll_unit(&mut body, context);

        let cases = self.cases(&mut body);
        if let Some(outlined) = self.outlined {
            for &(state, case) in &cases {
                if outlined.has_state(self.transform, state) {
                    outlined.go_on_from(&mut body.basic_blocks_mut()[case]);
                }
            }
        }
        let finished = insert_poll_ready_block(tcx, &mut body);
        insert_switch(&mut body, cases, self.transform, finished);
        for data in body.basic_blocks_mut() {
            if let TerminatorKind::CoroutineDrop = data.terminator().kind {
                self.finish(data);
            }
        }
        if let Some(outlined) = self.outlined {
            outlined.finish(tcx, &mut body);
        }
        self.finish_polled(&mut body, "coroutine_drop_async");
        body
    }

    /// Makes `body` a function that receives the task context, returns `Poll<()>`, and poisons the
    /// coroutine if it unwinds.
    fn make_poll_unit(&self, body: &mut Body<'tcx>, context: Local) {
        assert!(!self.transform.remap.contains(context), "the dropline's context was saved");
        self.return_poll_unit(body);
        receive_context(self.tcx, body, context);
        if self.can_unwind {
            generate_poison_block_and_redirect_unwinds_there(self.transform, body);
        }
    }

    fn finish_polled(&self, body: &mut Body<'tcx>, name: &'static str) {
        let tcx = self.tcx;
        make_coroutine_state_argument_pinned(tcx, body);
        self.tidy(body);
        pm::run_passes_no_validate(tcx, body, &[&abort_unwinding_calls::AbortUnwindingCalls], None);
        if let Some(dumper) = MirDumper::new(tcx, name, body) {
            dumper.dump_mir(body);
        }
    }

    /// `drop_in_place(self); Poll::Ready(())`.
    fn drop_poll_proxy(&self, body: &Body<'tcx>) -> Body<'tcx> {
        let tcx = self.tcx;
        let source_info = SourceInfo::outermost(body.span);
        let mut body = body.clone();
        let _ = body.coroutine.take();
        body.var_debug_info.clear();
        body.basic_blocks = BasicBlocks::new(IndexVec::new());
        body.arg_count = 2;
        let argument = |ty| LocalDecl::with_source_info(ty, source_info);
        body.local_decls = IndexVec::from_raw(vec![
            argument(self.poll_unit_ty()),
            argument(self.coroutine_ty),
            argument(Ty::new_task_context(tcx)),
        ]);

        let unwinds = tcx.sess.panic_strategy().unwinds();
        let [finished, poisoned] = [1, 2].map(BasicBlock::from_u32);
        let kind = TerminatorKind::Drop {
            place: SELF_ARG.into(),
            target: finished,
            unwind: if unwinds { UnwindAction::Cleanup(poisoned) } else { UnwindAction::Continue },
            replace: false,
            drop: None,
            async_fut: None,
        };
        insert_term_block(&mut body, kind);
        let finished = insert_term_block(&mut body, TerminatorKind::Return);
        self.finish(&mut body.basic_blocks_mut()[finished]);
        if unwinds {
            let state = VariantIdx::new(CoroutineArgs::POISONED);
            let statements = vec![self.transform.set_discr(state, source_info)];
            let terminator = Terminator { source_info, kind: TerminatorKind::UnwindResume };
            let data = BasicBlockData::new_stmts(statements, Some(terminator), true);
            body.basic_blocks_mut().push(data);
        }

        make_coroutine_state_argument_pinned(tcx, &mut body);
        if let Some(dumper) = MirDumper::new(tcx, "coroutine_drop_proxy_async", &body) {
            dumper.dump_mir(&body);
        }
        body
    }

    /// Takes out what a shim does not need of the coroutine's blocks, and of its locals, if
    /// lowering has added some. There is a shim for each coroutine, and few are optimized in MIR.
    fn tidy(&self, body: &mut Body<'tcx>) {
        if self.drop_context.is_none() {
            simplify::remove_dead_blocks(body);
            // A copy of the whole coroutine was there before.
            body.basic_blocks.as_mut_preserves_cfg().shrink_to_fit();
            return;
        }
        let run = |body: &mut Body<'tcx>, passes: &[&dyn crate::MirPass<'tcx>]| {
            pm::run_passes_no_validate(self.tcx, body, passes, None);
        };
        simplify::remove_dead_blocks(body);
        // Storage of locals that only the coroutine's other lines have would tell blocks apart.
        run(body, &[&simplify::SimplifyLocals::Final, &RemoveNoopLandingPads]);
        merge_alike(body);
        run(body, &[&simplify::SimplifyCfg::MakeShim, &simplify::SimplifyLocals::Final]);
    }

    /// A copy of the body. A shim is made from the coroutine, but is none.
    fn copy(&self, body: &Body<'tcx>) -> Body<'tcx> {
        let mut body = body.clone();
        let _ = body.coroutine.take();
        body
    }

    /// Where each state begins. A coroutine that has returned or panicked has nothing left to drop
    /// and is no case.
    fn cases(&self, body: &mut Body<'tcx>) -> Vec<(usize, BasicBlock)> {
        let mut cases = create_cases(body, self.transform, Operation::Drop);
        cases.insert(0, (CoroutineArgs::UNRESUMED, self.unresumed));
        cases
    }

    /// Ends a cancellation that was polled: nothing is left to drop, and `Poll::Ready(())` says so.
    fn finish(&self, data: &mut BasicBlockData<'tcx>) {
        let source_info = data.terminator().source_info;
        let state = VariantIdx::new(CoroutineArgs::RETURNED);
        data.statements.push(self.transform.set_discr(state, source_info));
        data.statements.push(return_poll_ready_assign(self.tcx, source_info));
        data.terminator_mut().kind = TerminatorKind::Return;
    }

    fn poll_unit_ty(&self) -> Ty<'tcx> {
        let poll = self.tcx.require_lang_item(LangItem::Poll, DUMMY_SP);
        let args = self.tcx.mk_args(&[self.tcx.types.unit.into()]);
        Ty::new_adt(self.tcx, self.tcx.adt_def(poll), args)
    }

    /// Changes the return type to `Poll<()>`. The dropline returns only to suspend, until `finish`
    /// adds its end. It does so in one block.
    fn return_poll_unit(&self, body: &mut Body<'tcx>) {
        const PENDING: VariantIdx = VariantIdx::from_usize(1);
        let source_info = SourceInfo::outermost(body.span);
        let poll_ty = self.poll_unit_ty();
        let ty::Adt(poll, args) = *poll_ty.kind() else { bug!() };
        body.local_decls[RETURN_PLACE] = LocalDecl::with_source_info(poll_ty, source_info);

        let value = make_aggregate_adt(poll.did(), PENDING, args, IndexVec::new());
        let pending = StatementKind::Assign(Box::new((RETURN_PLACE.into(), value)));
        let return_pending = insert_term_block(body, TerminatorKind::Return);
        let blocks = body.basic_blocks_mut();
        for data in &mut *blocks {
            return_nothing(data);
            if let TerminatorKind::Return = data.terminator().kind {
                data.terminator_mut().kind = TerminatorKind::Goto { target: return_pending };
            }
        }
        let data = &mut blocks[return_pending];
        data.statements.push(Statement::new(source_info, pending));
        data.terminator_mut().kind = TerminatorKind::Return;
    }
}

/// Takes out of `data` what the coroutine returns, where a shim returns something else.
pub(super) fn return_nothing(data: &mut BasicBlockData<'_>) {
    data.retain_statements(|statement| match &statement.kind {
        StatementKind::Assign(box (place, _)) => place.local != RETURN_PLACE,
        _ => true,
    });
}

/// Completes `poll` if it awaits drops.
pub(in crate::coroutine) fn finish_poll(
    tcx: TyCtxt<'_>,
    body: &mut Body<'_>,
    outlined: Option<OutlinedUnwindline>,
) {
    if let Some(outlined) = outlined
        && body.is_async()
    {
        outlined.finish(tcx, body);
    }
    let has_completed = body.basic_blocks.iter_enumerated().find(|(_, data)| {
        let TerminatorKind::Assert { msg, .. } = &data.terminator().kind else { return false };
        matches!(**msg, AssertKind::ResumedAfterReturn(_))
    });
    // What is dropped by await is resumed only by who breaks the contract of `async_drop_in_place`.
    // There need not be two panics for that.
    if let Some((has_completed, _)) = has_completed {
        for data in body.basic_blocks_mut() {
            let end = data.terminator_mut();
            if let TerminatorKind::Assert { msg, .. } = &end.kind
                && let AssertKind::ResumedAfterDrop(_) = **msg
            {
                end.kind = TerminatorKind::Goto { target: has_completed };
            }
        }
    }
    merge_panics(body);
    simplify::remove_dead_blocks(body);
}

/// Makes the task context the second argument, and puts it in the place of each placeholder for it.
/// A coroutine that is not `async` has another resume argument, or none. On the dropline it plays
/// no part, unless it was saved, and then it is no longer a local.
fn receive_context<'tcx>(tcx: TyCtxt<'tcx>, body: &mut Body<'tcx>, context: Local) {
    let context_ty = body.local_decls[context].ty;
    if body.local_decls[CTX_ARG].ty != context_ty {
        receive(tcx, body, CTX_ARG, context_ty);
    }
    body.arg_count = 2;
    define_context(tcx, body, context);
}

/// Makes `argument` a value of type `ty`, and returns the local that is now what it was.
fn receive<'tcx>(tcx: TyCtxt<'tcx>, body: &mut Body<'tcx>, argument: Local, ty: Ty<'tcx>) -> Local {
    let received = LocalDecl::with_source_info(ty, SourceInfo::outermost(body.span));
    let other = body.local_decls.push(received);
    body.local_decls.swap(argument, other);
    RenameLocalVisitor { from: argument, to: other, tcx }.visit_body(body);
    other
}

/// Puts the task context that the function at hand received in the place of each placeholder.
fn define_context<'tcx>(tcx: TyCtxt<'tcx>, body: &mut Body<'tcx>, context: Local) {
    if body.local_decls[CTX_ARG].ty != body.local_decls[context].ty {
        return;
    }
    for data in body.basic_blocks_mut() {
        data.retain_statements(|statement| match &statement.kind {
            StatementKind::Assign(box (place, _)) => place.as_local() != Some(context),
            _ => true,
        });
    }
    UseArgument { tcx, context }.visit_body_preserves_cfg(body);
}

/// Puts the argument that is the task context in the place of another local for it.
struct UseArgument<'tcx> {
    tcx: TyCtxt<'tcx>,
    context: Local,
}

impl<'tcx> MutVisitor<'tcx> for UseArgument<'tcx> {
    fn tcx(&self) -> TyCtxt<'tcx> {
        self.tcx
    }

    fn visit_local(&mut self, local: &mut Local, _: PlaceContext, _: Location) {
        if *local == self.context {
            *local = CTX_ARG;
        }
    }
}
