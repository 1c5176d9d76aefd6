//! The calls that the unwindline makes: of the intrinsic that ends unwinding, and of the functions
//! of `std` that deal with the exception.

use rustc_abi::VariantIdx;
use rustc_hir as hir;
use rustc_hir::lang_items::LangItem;
use rustc_middle::mir::interpret::Scalar;
use rustc_middle::mir::*;
use rustc_middle::span_bug;
use rustc_middle::ty::adjustment::PointerCoercion;
use rustc_middle::ty::{self, Ty, TyCtxt};
use rustc_span::Span;
use rustc_span::source_map::dummy_spanned;

use super::super::SELF_ARG;
use super::super::poll_loop::Emitter;

impl<'tcx> Emitter<'_, 'tcx> {
    /// Ends unwinding, and goes on to `target` with the exception.
    pub(super) fn catch(&mut self, exception: Local, target: BasicBlock) -> TerminatorKind<'tcx> {
        let catch = self.tcx.require_lang_item(LangItem::UnwindlineCatch, self.source_info.span);
        let destination = exception.into();
        self.call_with(catch, &[], [], destination, Some(target), UnwindAction::Unreachable)
    }

    /// A block that calls the function of `std` which `item` names with `exception`.
    pub(super) fn unwindline_block(
        &mut self,
        item: LangItem,
        exception: Local,
        target: Option<BasicBlock>,
    ) -> BasicBlock {
        let tcx = self.tcx;
        let output = if target.is_some() { tcx.types.unit } else { tcx.types.never };
        let unwind = match item {
            LangItem::UnwindlineRaise => UnwindAction::Continue,
            _ => UnwindAction::Unreachable,
        };
        let destination = self.temp(output);
        let args = vec![Operand::Copy(exception.into())];
        self.call_std(vec![], item, args, destination, target, unwind)
    }

    /// A block that ends the process because `exceptions`, two of them, were thrown. `never` is for
    /// what it returns.
    pub(super) fn abort_block(&mut self, exceptions: [Local; 2], never: Local) -> BasicBlock {
        let args = exceptions.map(|exception| Operand::Copy(exception.into())).to_vec();
        let unwind = UnwindAction::Unreachable;
        self.call_std(vec![], LangItem::UnwindlineAbort, args, never, None, unwind)
    }

    /// A block in which the coroutine leaves its exception to `std`, before it suspends. Then `std`
    /// knows that the unwindline goes on in `state`, if it is outlined.
    pub(in super::super) fn suspend_unwinding(
        &mut self,
        exception: Local,
        coroutine_ty: Ty<'tcx>,
        state: VariantIdx,
        target: BasicBlock,
    ) -> BasicBlock {
        let mut statements = Vec::new();
        let [address, size] = self.coroutine_place(coroutine_ty, &mut statements);
        let state = state_constant(self.tcx, state, self.source_info.span);
        let args = vec![address, size, Operand::Copy(exception.into()), state];
        let unit = self.temp(self.tcx.types.unit);
        let (item, unwind) = (LangItem::UnwindlineSuspend, UnwindAction::Unreachable);
        self.call_std(statements, item, args, unit, Some(target), unwind)
    }

    /// A block in which the coroutine takes its exception back, when it goes on.
    pub(in super::super) fn resume_unwinding(
        &mut self,
        exception: Local,
        coroutine_ty: Ty<'tcx>,
        target: BasicBlock,
    ) -> BasicBlock {
        let mut statements = Vec::new();
        let args = self.coroutine_place(coroutine_ty, &mut statements).to_vec();
        let (item, unwind) = (LangItem::UnwindlineResume, UnwindAction::Unreachable);
        self.call_std(statements, item, args, exception, Some(target), unwind)
    }

    /// A block that calls the function of `std` which `item` names, after `statements`.
    ///
    /// A crate that knows no `std` never catches a panic. But where it is linked with one that
    /// does, it may go on with what that has caught, and asks `core` for the function:
    ///
    /// ```text
    /// _t = unwindline_functions() -> bb2
    /// bb2: _f = copy (*_t).unwindline_suspend; _ = copy _f(..)
    /// ```
    fn call_std(
        &mut self,
        statements: Vec<Statement<'tcx>>,
        item: LangItem,
        args: Vec<Operand<'tcx>>,
        destination: Local,
        target: Option<BasicBlock>,
        unwind: UnwindAction,
    ) -> BasicBlock {
        let (tcx, span) = (self.tcx, self.source_info.span);
        if let Some(function) = tcx.lang_items().get(item) {
            let call = self.call_with(function, &[], args, destination.into(), target, unwind);
            return self.block(statements, call);
        }
        let functions = tcx.require_lang_item(LangItem::UnwindlineFunctions, span);
        let table_ty = tcx.fn_sig(functions).instantiate_identity().output().skip_binder();
        let table_ty = tcx.erase_and_anonymize_regions(table_ty);
        let ty::Adt(adt, args_of_adt) = *table_ty.builtin_deref(true).unwrap().kind() else {
            span_bug!(span, "`{table_ty}` is no table of functions")
        };
        let fields = &adt.non_enum_variant().fields;
        let mut fields = fields.iter_enumerated();
        let Some((index, field)) = fields.find(|(_, field)| field.name == item.name()) else {
            span_bug!(span, "`{table_ty}` has no function `{}`", item.name())
        };
        let function_ty = field.ty(tcx, args_of_adt);
        let [table, function] = [table_ty, function_ty].map(|ty| self.temp(ty));
        let entry = tcx.mk_place_field(tcx.mk_place_deref(table.into()), index, function_ty);
        let load = self.assign(function, Rvalue::Use(Operand::Copy(entry)));
        let call = TerminatorKind::Call {
            func: Operand::Copy(function.into()),
            args: args.into_iter().map(dummy_spanned).collect(),
            destination: destination.into(),
            target,
            unwind,
            call_source: CallSource::Misc,
            fn_span: span,
        };
        let call = self.block(vec![load], call);
        let unwind = UnwindAction::Unreachable;
        let ask = self.call_with(functions, &[], [], table.into(), Some(call), unwind);
        self.block(statements, ask)
    }

    /// A call of the function of `std` that `item` names, which calls the unwindline of the
    /// coroutine in its turn.
    pub(super) fn call_unwindline(
        &mut self,
        item: LangItem,
        coroutine_ty: Ty<'tcx>,
        context: Option<Local>,
        target: BasicBlock,
        statements: &mut Vec<Statement<'tcx>>,
    ) -> TerminatorKind<'tcx> {
        let (tcx, span) = (self.tcx, self.source_info.span);
        let [address, size] = self.coroutine_place(coroutine_ty, statements);

        let line = tcx.require_lang_item(LangItem::Unwindline, span);
        let line = Operand::function_handle(tcx, line, [coroutine_ty.into()], span);
        let typed_ty = Ty::new_fn_ptr(tcx, line.constant().unwrap().ty().fn_sig(tcx));
        let reify = PointerCoercion::ReifyFnPointer(hir::Safety::Unsafe);
        let reify = CastKind::PointerCoercion(reify, CoercionSource::Implicit);
        let typed = self.temp(typed_ty);
        statements.push(self.assign(typed, Rvalue::Cast(reify, line, typed_ty)));

        let function = tcx.require_lang_item(item, span);
        let erased_ty = tcx.fn_sig(function).instantiate_identity().input(2).skip_binder();
        let erased = self.temp(erased_ty);
        let cast = Rvalue::Cast(CastKind::Transmute, Operand::Move(typed.into()), erased_ty);
        statements.push(self.assign(erased, cast));

        let args = [address, size, Operand::Move(erased.into())];
        let args = args.into_iter().chain(context.map(|slot| Operand::Move(slot.into())));
        let unit = self.temp(tcx.types.unit).into();
        self.call_with(function, &[], args, unit, Some(target), UnwindAction::Continue)
    }

    /// The address of the coroutine, and its size. It is pinned, and so has the same address until
    /// it is gone. Its size as a constant would depend on the body at hand. A pointer to its end
    /// would do as well, but then LLVM keeps that in a register, if it is of use to others.
    fn coroutine_place(
        &mut self,
        coroutine_ty: Ty<'tcx>,
        statements: &mut Vec<Statement<'tcx>>,
    ) -> [Operand<'tcx>; 2] {
        let (tcx, span) = (self.tcx, self.source_info.span);
        let usize_ty = tcx.types.usize;
        let typed = self.address(SELF_ARG.into(), coroutine_ty, statements);
        let end = self.temp(Ty::new_mut_ptr(tcx, coroutine_ty));
        let one = Scalar::from_target_usize(1, &tcx);
        let one = Operand::const_from_scalar(tcx, usize_ty, one, span);
        let behind = Rvalue::BinaryOp(BinOp::Offset, Box::new((Operand::Copy(typed.into()), one)));
        statements.push(self.assign(end, behind));
        let [from, to] = [typed, end].map(|pointer| {
            let number = self.temp(usize_ty);
            let pointer = Operand::Copy(pointer.into());
            let cast = Rvalue::Cast(CastKind::PointerExposeProvenance, pointer, usize_ty);
            statements.push(self.assign(number, cast));
            Operand::Move(number.into())
        });
        let size = self.temp(usize_ty);
        let distance = Rvalue::BinaryOp(BinOp::Sub, Box::new((to, from)));
        statements.push(self.assign(size, distance));
        let erased_ty = Ty::new_mut_ptr(tcx, tcx.types.u8);
        let erased = self.temp(erased_ty);
        let cast = Rvalue::Cast(CastKind::PtrToPtr, Operand::Move(typed.into()), erased_ty);
        statements.push(self.assign(erased, cast));
        [erased, size].map(|local| Operand::Move(local.into()))
    }

    /// Ends the process where unwinding cannot go on.
    pub(super) fn end_process(&mut self) -> TerminatorKind<'tcx> {
        let tcx = self.tcx;
        let function = tcx.require_lang_item(LangItem::PanicCannotUnwind, self.source_info.span);
        let destination = self.temp(tcx.types.never).into();
        self.call_with(function, &[], [], destination, None, UnwindAction::Unreachable)
    }
}

/// A state of the unwindline as a `State` of `std`.
pub(super) fn state_constant<'tcx>(
    tcx: TyCtxt<'tcx>,
    state: VariantIdx,
    span: Span,
) -> Operand<'tcx> {
    Operand::const_from_scalar(tcx, tcx.types.u32, Scalar::from_u32(state.as_u32()), span)
}
