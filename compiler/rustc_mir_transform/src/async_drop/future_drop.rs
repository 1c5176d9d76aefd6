//! Drop glue for the futures that `async_drop_in_place` returns.
//!
//! Such a future owns what it is to drop: if it is itself dropped before it has completed, it drops
//! what is left, synchronously.
//!
//! The body of its coroutine depends on the dropped type, so there is no generic MIR to take a drop
//! shim from. This is a child of `shim`, which asks here instead, and for the functions of other
//! coroutines that are no drop glue.

use rustc_abi::FieldIdx;
use rustc_index::bit_set::DenseBitSet;
use rustc_middle::bug;
use rustc_middle::mir::*;
use rustc_middle::ty::{self, CoroutineArgs, CoroutineArgsExt, InstanceKind, Ty, TyCtxt};

use super::*;
use crate::coroutine::async_drop::dropee_pointer;

/// Builds `drop_in_place::<fut_ty>`, where `fut_ty` is the coroutine of
/// `async_drop_in_place::<T>`.
pub(super) fn build_destructor_future_drop<'tcx>(
    tcx: TyCtxt<'tcx>,
    drop_in_place: DefId,
    fut_ty: Ty<'tcx>,
) -> Body<'tcx> {
    let (def_id, args) = def_and_args(fut_ty);
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

/// Builds the function in which a coroutine of type `coroutine_ty` goes on while it unwinds. As
/// with drop glue, optimizing it is left to the backend: it runs after a panic alone.
pub(super) fn build_unwindline<'tcx>(
    tcx: TyCtxt<'tcx>,
    instance: InstanceKind<'tcx>,
    coroutine_ty: Ty<'tcx>,
) -> Body<'tcx> {
    let (def_id, args) = def_and_args(coroutine_ty);
    let body = tcx.optimized_mir(body_def_id(tcx, def_id, args)).coroutine_unwindline().unwrap();
    let mut body = ty::EarlyBinder::bind(body.clone()).instantiate(tcx, args);
    body.source.instance = instance;
    body.phase = MirPhase::Runtime(RuntimePhase::Initial);
    pm::run_passes(
        tcx,
        &mut body,
        &[
            &mentioned_items::MentionedItems,
            &abort_unwinding_calls::AbortUnwindingCalls,
            &add_call_guards::CriticalCallEdges,
            &simplify::SimplifyCfg::MakeShim,
        ],
        Some(MirPhase::Runtime(RuntimePhase::Optimized)),
        pm::Optimizations::Allowed,
    );
    body
}

/// Builds the `poll` of a coroutine, of type `coroutine_ty`, that an awaited drop calls for the
/// future of a destructor, and `.await` for any. Once such a future is ready, or has panicked, it
/// is neither polled again nor dropped. So it does not store that it is in one of these states, nor
/// asks whether it is:
///
/// ```text
/// // In `poll`.
/// bb0: _3 = discriminant(self); switch _3 -> [0: bb1, 1: panics, 2: panics, 3: bb2]
/// bb9: _0 = Poll::Ready(()); discriminant(self) = 1; return
///
/// // Here.
/// bb0: _3 = discriminant(self); switch _3 -> [0: bb1, 3: bb2]
/// bb9: _0 = Poll::Ready(()); return
/// ```
pub(super) fn build_poll_of_awaited<'tcx>(
    tcx: TyCtxt<'tcx>,
    instance: InstanceKind<'tcx>,
    coroutine_ty: Ty<'tcx>,
) -> Body<'tcx> {
    let (def_id, args) = def_and_args(coroutine_ty);
    let poll = tcx.optimized_mir(body_def_id(tcx, def_id, args));
    let pointers = pointers_to_self(poll);
    let is_self = |place: Place<'_>| {
        matches!(place.projection[..], [PlaceElem::Deref]) && pointers.contains(place.local)
    };
    let is_end =
        |state: usize| state == CoroutineArgs::RETURNED || state == CoroutineArgs::POISONED;

    let mut body = ty::EarlyBinder::bind(poll.clone()).instantiate(tcx, args);
    body.source.instance = instance;
    body.coroutine = None;
    for data in body.basic_blocks_mut() {
        let mut state = None;
        for statement in &mut data.statements {
            match &statement.kind {
                StatementKind::SetDiscriminant { place, variant_index }
                    if is_self(**place) && is_end(variant_index.as_usize()) =>
                {
                    statement.make_nop(true);
                }
                StatementKind::Assign(box (to, Rvalue::Discriminant(of))) if is_self(*of) => {
                    state = to.as_local();
                }
                _ => {}
            }
        }
        if let TerminatorKind::SwitchInt { discr, targets } = &mut data.terminator_mut().kind
            && state.is_some_and(|state| discr.place() == Some(state.into()))
        {
            let others = targets.iter().filter(|&(state, _)| !is_end(state as usize));
            *targets = SwitchTargets::new(others, targets.otherwise());
        }
    }
    body
}

/// The locals of the `poll` of a coroutine that point to that.
fn pointers_to_self(poll: &Body<'_>) -> DenseBitSet<Local> {
    let itself = poll.args_iter().next().unwrap();
    let mut pointers = DenseBitSet::new_empty(poll.local_decls.len());
    for statement in poll.basic_blocks.iter().flat_map(|data| &data.statements) {
        if let StatementKind::Assign(box (to, Rvalue::Use(operand))) = &statement.kind
            && let Some(to) = to.as_local()
            && let Some(from) = operand.place()
            && from.local == itself
            && let [ProjectionElem::Field(FieldIdx::ZERO, _)] = from.projection[..]
        {
            pointers.insert(to);
        }
    }
    pointers
}

/// What a coroutine's type names.
fn def_and_args<'tcx>(coroutine_ty: Ty<'tcx>) -> (DefId, ty::GenericArgsRef<'tcx>) {
    let ty::Coroutine(def_id, args) = *coroutine_ty.kind() else {
        bug!("{coroutine_ty} is no coroutine")
    };
    (def_id, args)
}

/// The body of a coroutine with these arguments. It is not that of `def_id` if the coroutine comes
/// from an async closure that was called by value: such a coroutine owns what the closure captured.
pub(super) fn body_def_id<'tcx>(
    tcx: TyCtxt<'tcx>,
    def_id: DefId,
    args: ty::GenericArgsRef<'tcx>,
) -> DefId {
    let (_, identity) = def_and_args(tcx.type_of(def_id).skip_binder());
    if identity.as_coroutine().kind_ty() == args.as_coroutine().kind_ty() {
        def_id
    } else {
        tcx.coroutine_by_move_body_def_id(def_id)
    }
}
