//! The code of one `.await`, built from its parts.

use rustc_abi::{FieldIdx, VariantIdx};
use rustc_data_structures::fx::FxHashMap;
use rustc_hir as hir;
use rustc_hir::def_id::DefId;
use rustc_hir::lang_items::LangItem;
use rustc_index::IndexVec;
use rustc_middle::bug;
use rustc_middle::mir::interpret::Scalar;
use rustc_middle::mir::*;
use rustc_middle::ty::{self, CoroutineArgs, CoroutineArgsExt, Ty, TyCtxt};
use rustc_span::source_map::dummy_spanned;
use rustc_span::{DUMMY_SP, Span};

use super::lines::AwaitedDrop;
use super::{Destructor, is_coroutine_with_body, is_optimized, may_leave_end_open};
use crate::patch::MirPatch;

/// Where the three ways out of a poll loop lead.
pub(super) struct Exits {
    /// The future is ready.
    pub(super) ready: BasicBlock,
    /// It is not: the coroutine is suspended.
    pub(super) pending: BasicBlock,
    /// `poll` panicked.
    pub(super) unwind: UnwindAction,
}

/// Emits blocks into a patch, all with the source location of one awaited drop.
pub(crate) struct Emitter<'a, 'tcx> {
    pub(crate) tcx: TyCtxt<'tcx>,
    pub(crate) patch: &'a mut MirPatch<'tcx>,
    pub(crate) source_info: SourceInfo,
    /// What `brief_temp` returned.
    pub(super) temps: Option<&'a mut BriefTemps<'tcx>>,
}

/// Locals, one for each type, whose values are of use for a moment.
pub(super) type BriefTemps<'tcx> = FxHashMap<Ty<'tcx>, Local>;

impl<'a, 'tcx> Emitter<'a, 'tcx> {
    pub(crate) fn new(
        tcx: TyCtxt<'tcx>,
        patch: &'a mut MirPatch<'tcx>,
        source_info: SourceInfo,
    ) -> Self {
        Emitter { tcx, patch, source_info, temps: None }
    }

    pub(crate) fn block(
        &mut self,
        statements: Vec<Statement<'tcx>>,
        kind: TerminatorKind<'tcx>,
    ) -> BasicBlock {
        self.block_on(false, statements, kind)
    }

    pub(crate) fn cleanup_block(
        &mut self,
        statements: Vec<Statement<'tcx>>,
        kind: TerminatorKind<'tcx>,
    ) -> BasicBlock {
        self.block_on(true, statements, kind)
    }

    pub(crate) fn block_on(
        &mut self,
        is_cleanup: bool,
        statements: Vec<Statement<'tcx>>,
        kind: TerminatorKind<'tcx>,
    ) -> BasicBlock {
        let terminator = Terminator { source_info: self.source_info, kind };
        self.patch.new_block(BasicBlockData::new_stmts(statements, Some(terminator), is_cleanup))
    }

    pub(crate) fn statement(&self, kind: StatementKind<'tcx>) -> Statement<'tcx> {
        Statement::new(self.source_info, kind)
    }

    pub(crate) fn assign(&self, local: Local, rvalue: Rvalue<'tcx>) -> Statement<'tcx> {
        self.statement(StatementKind::Assign(Box::new((local.into(), rvalue))))
    }

    pub(crate) fn temp(&mut self, ty: Ty<'tcx>) -> Local {
        self.patch.new_temp(ty, self.source_info.span)
    }

    /// A local whose value is used up before another one of its type is made, and before the
    /// coroutine suspends. All drops of a body have the same: data flow takes time and memory for
    /// each local in each block, and more of them would say nothing more.
    pub(super) fn brief_temp(&mut self, ty: Ty<'tcx>) -> Local {
        let span = self.source_info.span;
        match &mut self.temps {
            Some(temps) => *temps.entry(ty).or_insert_with(|| self.patch.new_temp(ty, span)),
            None => self.temp(ty),
        }
    }

    /// Assigns `&mut place` to a new local.
    pub(crate) fn borrow(
        &mut self,
        place: Place<'tcx>,
        ty: Ty<'tcx>,
        statements: &mut Vec<Statement<'tcx>>,
    ) -> Local {
        let region = self.tcx.lifetimes.re_erased;
        let reference = self.brief_temp(Ty::new_mut_ref(self.tcx, region, ty));
        let kind = BorrowKind::Mut { kind: MutBorrowKind::Default };
        statements.push(self.assign(reference, Rvalue::Ref(region, kind, place)));
        reference
    }

    /// Assigns `&raw mut place` to a new local.
    pub(crate) fn address(
        &mut self,
        place: Place<'tcx>,
        ty: Ty<'tcx>,
        statements: &mut Vec<Statement<'tcx>>,
    ) -> Local {
        let address = self.brief_temp(Ty::new_mut_ptr(self.tcx, ty));
        statements.push(self.assign(address, Rvalue::RawPtr(RawPtrKind::Mut, place)));
        address
    }

    /// The same, without the type of what is at the address.
    pub(super) fn erased_address(
        &mut self,
        place: Place<'tcx>,
        ty: Ty<'tcx>,
        statements: &mut Vec<Statement<'tcx>>,
    ) -> Local {
        let address = self.address(place, ty, statements);
        let erased_ty = Ty::new_mut_ptr(self.tcx, self.tcx.types.unit);
        let erased = self.brief_temp(erased_ty);
        let cast = Rvalue::Cast(CastKind::PtrToPtr, Operand::Move(address.into()), erased_ty);
        statements.push(self.assign(erased, cast));
        erased
    }

    /// Assigns `Pin { &mut place }` to a new local. What it points to never moves again: it is a
    /// field of the coroutine, or lies behind a pointer.
    pub(super) fn pin(
        &mut self,
        place: Place<'tcx>,
        ty: Ty<'tcx>,
        statements: &mut Vec<Statement<'tcx>>,
    ) -> Local {
        let tcx = self.tcx;
        let reference = self.borrow(place, ty, statements);
        let reference_ty = self.patch.local_ty(reference);
        let pin = tcx.require_lang_item(LangItem::Pin, self.source_info.span);
        let args = tcx.mk_args(&[reference_ty.into()]);
        let pinned = self.brief_temp(Ty::new_adt(tcx, tcx.adt_def(pin), args));
        let kind = AggregateKind::Adt(pin, VariantIdx::ZERO, args, None, None);
        let fields = IndexVec::from_raw(vec![Operand::Move(reference.into())]);
        statements.push(self.assign(pinned, Rvalue::Aggregate(Box::new(kind), fields)));
        pinned
    }

    pub(crate) fn call(
        &self,
        (function, ty): (hir::def_id::DefId, Ty<'tcx>),
        args: impl IntoIterator<Item = Local>,
        destination: Local,
        target: BasicBlock,
        unwind: UnwindAction,
    ) -> TerminatorKind<'tcx> {
        let args = args.into_iter().map(|arg| Operand::Move(arg.into()));
        self.call_with(function, &[ty.into()], args, destination.into(), Some(target), unwind)
    }

    /// A call of `function` with these generic arguments.
    pub(super) fn call_with(
        &self,
        function: hir::def_id::DefId,
        generic_args: &[ty::GenericArg<'tcx>],
        args: impl IntoIterator<Item = Operand<'tcx>>,
        destination: Place<'tcx>,
        target: Option<BasicBlock>,
        unwind: UnwindAction,
    ) -> TerminatorKind<'tcx> {
        let span = self.source_info.span;
        let generic_args = generic_args.iter().copied();
        TerminatorKind::Call {
            func: Operand::function_handle(self.tcx, function, generic_args, span),
            args: args.into_iter().map(dummy_spanned).collect(),
            destination,
            target,
            unwind,
            call_source: CallSource::Misc,
            fn_span: span,
        }
    }

    /// Gives the local for the task context a definition for liveness to see. `shims.rs` puts the
    /// context of the function at hand in its place.
    pub(super) fn define_context(&self, context: Local) -> Statement<'tcx> {
        self.assign(context, self.null(Ty::new_task_context(self.tcx)))
    }

    pub(super) fn null(&self, ty: Ty<'tcx>) -> Rvalue<'tcx> {
        let null = ConstValue::Scalar(Scalar::from_target_usize(0, &self.tcx));
        let span = self.source_info.span;
        let null = ConstOperand { span, user_ty: None, const_: Const::Val(null, ty) };
        Rvalue::Use(Operand::Constant(Box::new(null)))
    }

    /// The block that unwinding goes on to.
    pub(super) fn unwind_block(&mut self, unwind: UnwindAction) -> BasicBlock {
        match unwind {
            UnwindAction::Cleanup(block) => block,
            UnwindAction::Continue => self.patch.resume_block(),
            UnwindAction::Unreachable => self.patch.unreachable_cleanup_block(),
            UnwindAction::Terminate(reason) => self.patch.terminate_block(reason),
        }
    }

    /// A synchronous drop of `place`.
    pub(crate) fn sync_drop(
        place: Place<'tcx>,
        target: BasicBlock,
        unwind: UnwindAction,
    ) -> TerminatorKind<'tcx> {
        TerminatorKind::Drop { place, target, unwind, replace: false, drop: None, async_fut: None }
    }

    /// The block in which the coroutine is suspended because the future of `drop` is pending. From
    /// there, `resume` goes on if the coroutine is resumed, and `cancel` if it is cancelled.
    pub(super) fn suspend(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        coroutine: &Suspend<'tcx>,
        resume: BasicBlock,
        cancel: BasicBlock,
    ) -> BasicBlock {
        let dead = self.statement(StatementKind::StorageDead(drop.fut));
        self.block(
            if drop.is_made_anew() { vec![dead] } else { vec![] },
            TerminatorKind::Yield {
                value: coroutine.value.clone(),
                resume,
                resume_arg: super::CTX_ARG.into(),
                drop: Some(cancel),
            },
        )
    }

    /// A block that panics because a coroutine is resumed whose cancellation has begun. There is
    /// one for each drop, and all say that it happened in the same place, so that they become one
    /// block in the end (`alike.rs`).
    pub(super) fn resumed_after_drop(&mut self, kind: hir::CoroutineKind) -> BasicBlock {
        let const_ = Const::from_bool(self.tcx, false);
        let cond = ConstOperand { span: self.source_info.span, user_ty: None, const_ };
        let assert = TerminatorKind::Assert {
            cond: Operand::Constant(Box::new(cond)),
            expected: true,
            msg: Box::new(AssertKind::ResumedAfterDrop(kind)),
            target: self.patch.unreachable_no_cleanup_block(),
            unwind: UnwindAction::Continue,
        };
        self.block(vec![], assert)
    }

    /// Polls the future of `drop`, and returns the block in which that begins. Suspending closes
    /// the loop.
    ///
    /// ```text
    /// head:    _r = &mut fut; _p = Pin { _r }; _c = &mut *context
    ///          _q = Future::poll(move _p, move _c) -> [return: check, unwind: exits.unwind]
    /// check:   switch discriminant(_q) [Ready: exits.ready, Pending: exits.pending]
    /// ```
    ///
    /// The context of the task is read anew for each poll, so that a waker that changed while the
    /// coroutine was suspended is the one that the future sees. Resuming stores it in `_2`, where
    /// the rest of the body expects it.
    ///
    /// An erased future is polled by another function (`poll_erased`).
    pub(super) fn poll_loop(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        context: Local,
        exits: Exits,
    ) -> BasicBlock {
        let tcx = self.tcx;
        let polled = self.polled();
        let check = self.check_polled(polled, &exits);
        if drop.destructor.is_erased() {
            return self.poll_erased(drop, Some(context), polled, check, exits.unwind);
        }
        let mut statements = Vec::new();
        let pinned = self.pin(drop.fut.into(), drop.fut_ty, &mut statements);
        let reborrowed = tcx.mk_place_deref(context.into());
        let context = self.borrow(reborrowed, self.context_ty(), &mut statements);
        let poll = (self.poll_function(drop), drop.fut_ty);
        let call = self.call(poll, [pinned, context], polled, check, exits.unwind);
        self.block(statements, call)
    }

    /// The block that asks whether the future that was polled is ready.
    fn check_polled(&mut self, polled: Local, exits: &Exits) -> BasicBlock {
        let tcx = self.tcx;
        let span = self.source_info.span;
        let poll_ty = self.patch.local_ty(polled);
        let poll_adt = poll_ty.ty_adt_def().unwrap();
        let discriminant_of = |item| {
            let variant = poll_adt.variant_index_with_id(tcx.require_lang_item(item, span));
            poll_ty.discriminant_for_variant(tcx, variant).unwrap().val
        };
        let targets = [
            (discriminant_of(LangItem::PollReady), exits.ready),
            (discriminant_of(LangItem::PollPending), exits.pending),
        ];
        let otherwise = self.patch.unreachable_no_cleanup_block();
        let discr = self.brief_temp(poll_ty.discriminant_ty(tcx));
        self.block(
            vec![self.assign(discr, Rvalue::Discriminant(polled.into()))],
            TerminatorKind::SwitchInt {
                discr: Operand::Move(discr.into()),
                targets: SwitchTargets::new(targets.into_iter(), otherwise),
            },
        )
    }

    /// A local for what polling returns: `Poll<()>`.
    pub(super) fn polled(&mut self) -> Local {
        let tcx = self.tcx;
        let poll = tcx.adt_def(tcx.require_lang_item(LangItem::Poll, self.source_info.span));
        self.brief_temp(Ty::new_adt(tcx, poll, tcx.mk_args(&[tcx.types.unit.into()])))
    }

    /// `Context<'_>`.
    fn context_ty(&self) -> Ty<'tcx> {
        Ty::new_task_context(self.tcx).builtin_deref(true).unwrap()
    }

    /// Polls the erased future of `drop`, or drops it where there is no `context`, and returns the
    /// block in which that begins.
    ///
    /// ```text
    /// _d = &raw mut place; _r = &raw mut fut; _c = &raw mut *context
    /// polled = async_drop_dyn::<T>(move _d, move _r, move _c) -> [return: target, unwind: unwind]
    /// ```
    pub(super) fn poll_erased(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        context: Option<Local>,
        polled: Local,
        target: BasicBlock,
        unwind: UnwindAction,
    ) -> BasicBlock {
        let tcx = self.tcx;
        let mut statements = Vec::new();
        let to_drop = match drop.destructor {
            Destructor::Erased => self.erased_address(drop.place, drop.place_ty, &mut statements),
            _ => self.address(drop.place, drop.place_ty, &mut statements),
        };
        let future = self.address(drop.fut.into(), drop.fut_ty, &mut statements);
        let context_ty = self.context_ty();
        let context = match context {
            Some(context) => {
                let context = tcx.mk_place_deref(context.into());
                self.address(context, context_ty, &mut statements)
            }
            None => {
                let pointer_ty = Ty::new_mut_ptr(tcx, context_ty);
                let nobody = self.brief_temp(pointer_ty);
                statements.push(self.assign(nobody, self.null(pointer_ty)));
                nobody
            }
        };
        let function = (drop.destructor.function(tcx), drop.place_ty);
        let call = self.call(function, [to_drop, future, context], polled, target, unwind);
        self.block(statements, call)
    }

    /// What polls the future of `drop`. If that is a coroutine, nobody polls or drops it once it is
    /// ready, or has panicked. It need not store that it is, then (`future_drop.rs`).
    fn poll_function(&self, drop: &AwaitedDrop<'tcx>) -> DefId {
        let tcx = self.tcx;
        let is_over = may_leave_end_open(tcx) && is_coroutine_with_body(tcx, drop.fut_ty);
        let poll = if is_over { LangItem::PollAwaited } else { LangItem::FuturePoll };
        tcx.require_lang_item(poll, self.source_info.span)
    }

    /// Says that a destructor's future, which was pending, is suspended. If its `poll` is inlined
    /// where the coroutine is resumed, no more than that is left of the states which it may have: a
    /// future that suspends in one place goes on there at once. On the unwindline, which need not
    /// be fast, nothing is said.
    ///
    /// ```text
    /// _s = discriminant(fut); _i = Ge(move _s, 3); assume(move _i)
    /// ```
    pub(super) fn assume_suspended(&mut self, drop: &AwaitedDrop<'tcx>) -> Vec<Statement<'tcx>> {
        let tcx = self.tcx;
        // What drops a coroutine leaves no trace in its own state (`is_made_anew`), and a type that
        // is not known may be one.
        let may_be_coroutine = matches!(drop.place_ty.kind(), ty::Param(_) | ty::Alias(..));
        let has_states = drop.fut_ty.is_coroutine() && !may_be_coroutine && !drop.on_unwindline;
        if !has_states || !is_optimized(tcx) {
            return vec![];
        }
        let [state, is_suspended] = [tcx.types.u32, tcx.types.bool].map(|ty| self.brief_temp(ty));
        let value = is_suspended_state(tcx, self.source_info.span, Operand::Move(state.into()));
        let assume = NonDivergingIntrinsic::Assume(Operand::Move(is_suspended.into()));
        vec![
            self.assign(state, Rvalue::Discriminant(drop.fut.into())),
            self.assign(is_suspended, value),
            self.statement(StatementKind::Intrinsic(Box::new(assume))),
        ]
    }

    /// A block that `fill` gives its contents.
    pub(crate) fn empty_block(&mut self) -> BasicBlock {
        self.block(vec![], TerminatorKind::Unreachable)
    }

    /// Gives the new, still empty `block` its contents.
    pub(crate) fn fill(
        &mut self,
        block: BasicBlock,
        statements: Vec<Statement<'tcx>>,
        kind: TerminatorKind<'tcx>,
    ) {
        for statement in statements {
            self.patch.add_statement(Location { block, statement_index: 0 }, statement.kind);
        }
        self.patch.patch_terminator(block, kind);
    }
}

/// Whether a coroutine in `state`, of which this is the discriminant, is suspended.
pub(super) fn is_suspended_state<'tcx>(
    tcx: TyCtxt<'tcx>,
    span: Span,
    state: Operand<'tcx>,
) -> Rvalue<'tcx> {
    let first = Const::from_bits(
        tcx,
        CoroutineArgs::RESERVED_VARIANTS as u128,
        ty::TypingEnv::fully_monomorphized(),
        tcx.types.u32,
    );
    let first = Operand::Constant(Box::new(ConstOperand { span, user_ty: None, const_: first }));
    Rvalue::BinaryOp(BinOp::Ge, Box::new((state, first)))
}

/// What suspending looks like in the coroutine at hand.
#[derive(Clone)]
pub(super) struct Suspend<'tcx> {
    pub(super) kind: hir::CoroutineKind,
    /// The value to yield. An `async` body suspends without one.
    pub(super) value: Operand<'tcx>,
}

impl<'tcx> Suspend<'tcx> {
    pub(super) fn new(tcx: TyCtxt<'tcx>, body: &Body<'tcx>, kind: hir::CoroutineKind) -> Self {
        let (const_, span) = match kind {
            hir::CoroutineKind::Desugared(hir::CoroutineDesugaring::AsyncGen, _) => {
                // `async gen` yields `Poll<Option<T>>`, and `Poll::Pending` of that type here.
                let yield_ty = body.yield_ty().unwrap();
                let ty::Adt(_, poll_args) = *yield_ty.kind() else { bug!() };
                let ty::Adt(_, option_args) = *poll_args.type_at(0).kind() else { bug!() };
                let pending = tcx.require_lang_item(LangItem::AsyncGenPending, body.span);
                let unevaluated = UnevaluatedConst::new(pending, option_args);
                (Const::Unevaluated(unevaluated, yield_ty), body.span)
            }
            _ => (Const::zero_sized(tcx.types.unit), DUMMY_SP),
        };
        let value = Operand::Constant(Box::new(ConstOperand { span, user_ty: None, const_ }));
        Suspend { kind, value }
    }
}

/// The place of the only capture of a destructor future's coroutine: a pointer to what it drops.
pub(crate) fn dropee_pointer<'tcx>(
    tcx: TyCtxt<'tcx>,
    coroutine: Place<'tcx>,
    dropee_ty: Ty<'tcx>,
) -> Place<'tcx> {
    tcx.mk_place_field(coroutine, FieldIdx::ZERO, Ty::new_mut_ptr(tcx, dropee_ty))
}
