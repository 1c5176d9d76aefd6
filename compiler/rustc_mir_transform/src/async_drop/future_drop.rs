//! Drop glue for the futures that `async_drop_in_place` returns.
//!
//! Such a future owns what it is to drop: if it is itself dropped before it has completed, it drops
//! what is left, synchronously.
//!
//! The body of its coroutine depends on the dropped type, so there is no generic MIR to take a drop
//! shim from. This is a child of `shim`, which asks here instead.

use rustc_middle::bug;
use rustc_middle::mir::*;
use rustc_middle::ty::{self, InstanceKind, Ty, TyCtxt};

use super::*;
use crate::coroutine::async_drop::dropee_pointer;

/// Builds `drop_in_place::<fut_ty>`, where `fut_ty` is the coroutine of
/// `async_drop_in_place::<T>`.
pub(super) fn build_destructor_future_drop<'tcx>(
    tcx: TyCtxt<'tcx>,
    drop_in_place: DefId,
    fut_ty: Ty<'tcx>,
) -> Body<'tcx> {
    let ty::Coroutine(def_id, args) = *fut_ty.kind() else { bug!("{fut_ty} is no coroutine") };
    let dropee_ty = args.type_at(0);
    if !dropee_ty.is_coroutine() {
        let glue = tcx.mir_shims(InstanceKind::AsyncDropGlue(def_id, fut_ty));
        return glue.coroutine_drop().unwrap().clone();
    }

    // Dropping a coroutine is that coroutine's own affair. The future holds nothing but its
    // address, and the coroutine's state tells how much of it is left:
    //
    // bb0: _2 = copy ((*_1).0: *mut T); drop((*_2)) -> bb1
    // bb1: return
    let span = tcx.def_span(drop_in_place);
    let source_info = SourceInfo::outermost(span);
    let pointer_ty = Ty::new_mut_ptr(tcx, dropee_ty);
    let locals = [tcx.types.unit, Ty::new_mut_ptr(tcx, fut_ty), pointer_ty];
    let locals = locals.into_iter().map(|ty| LocalDecl::new(ty, span)).collect();
    let [future, pointer] = [1, 2].map(Local::from_u32);

    let captured = dropee_pointer(tcx, tcx.mk_place_deref(future.into()), dropee_ty);
    let load = (pointer.into(), Rvalue::Use(Operand::Copy(captured)));
    let drop = TerminatorKind::Drop {
        place: tcx.mk_place_deref(pointer.into()),
        target: BasicBlock::from_u32(1),
        unwind: UnwindAction::Continue,
        replace: false,
        drop: None,
        async_fut: None,
    };
    let block = |statements, kind| {
        BasicBlockData::new_stmts(statements, Some(Terminator { source_info, kind }), false)
    };
    let load = Statement::new(source_info, StatementKind::Assign(Box::new(load)));
    let blocks = [block(vec![load], drop), block(vec![], TerminatorKind::Return)];
    let source = MirSource::from_instance(InstanceKind::DropGlue(drop_in_place, Some(fut_ty)));
    let mut body = new_body(source, blocks.into_iter().collect(), locals, 1, span);
    body.phase = MirPhase::Runtime(RuntimePhase::Initial);
    body
}

/// Builds the function in which a coroutine of type `coroutine_ty` goes on while it unwinds.
pub(super) fn build_unwindline<'tcx>(
    tcx: TyCtxt<'tcx>,
    instance: InstanceKind<'tcx>,
    coroutine_ty: Ty<'tcx>,
) -> Body<'tcx> {
    let ty::Coroutine(def_id, args) = *coroutine_ty.kind() else {
        bug!("{coroutine_ty} is no coroutine")
    };
    let body = tcx.optimized_mir(body_def_id(tcx, def_id, args)).coroutine_unwindline().unwrap();
    let mut body = ty::EarlyBinder::bind(body.clone()).instantiate(tcx, args);
    body.source.instance = instance;
    body.phase = MirPhase::Runtime(RuntimePhase::Initial);
    body.var_debug_info.clear();
    body
}

/// The body of a coroutine with these arguments. It is not that of `def_id` if the coroutine comes
/// from an async closure that was called by value: such a coroutine owns what the closure captured.
pub(super) fn body_def_id<'tcx>(
    tcx: TyCtxt<'tcx>,
    def_id: DefId,
    args: ty::GenericArgsRef<'tcx>,
) -> DefId {
    let ty::Coroutine(_, identity) = *tcx.type_of(def_id).skip_binder().kind() else {
        bug!("{def_id:?} is no coroutine")
    };
    if identity.as_coroutine().kind_ty() == args.as_coroutine().kind_ty() {
        def_id
    } else {
        tcx.coroutine_by_move_body_def_id(def_id)
    }
}
