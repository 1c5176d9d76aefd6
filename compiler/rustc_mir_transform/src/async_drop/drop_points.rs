//! What is alive where a drop may be awaited.
//!
//! The witness of a coroutine, which decides whether it is `Send`, is computed from MIR in which an
//! awaited drop still is a plain `Drop` terminator:
//!
//! ```text
//! bb3: _5 = Rc::<()>::new(..)
//! bb4: drop(_3) -> [return: bb5, ..]      // a `Connection`: the coroutine suspends here
//! bb5: .. &_5 ..
//! ```
//!
//! So each `Drop` of an async body is looked at as if it were a `Yield`. What is alive there are
//! the dropped value, which the destructor borrows, and each local that is used or dropped later.
//! A local that was moved from does not count: its own drop comes to nothing, though borrowed
//! storage is alive until its scope ends. Nor does a drop of such a local, nor what follows if that
//! is cancelled. Of a value that was partly moved, what is left counts.
//!
//! A panic drops by await too, and then there may be more: what the rest of the body would have
//! moved away is still there. So the drops of cleanup blocks are looked at in the same way.
//!
//! The future of an `.await` is dropped when it is ready. Most are dropped synchronously then, and
//! that drop is left out. An opaque type of this crate may be one of those, but that is not to be
//! known yet. Whether the dropped value needs async drop may depend on type arguments, and is
//! decided where these are known.

use rustc_abi::FIRST_VARIANT;
use rustc_index::bit_set::MixedBitSet;
use rustc_middle::mir::is_spent_when_ready;
use rustc_middle::ty::VariantDef;
use rustc_mir_dataflow::impls::MaybeInitializedPlaces;
use rustc_mir_dataflow::move_paths::{LookupResult, MoveData, MovePathIndex};
use rustc_mir_dataflow::{MaybeReachable, on_all_children_bits};

use super::unwindline::{
    awaits_while_unwinding, is_awaited_by_unwinding_alone, is_poisoned_awaitee,
};
use super::*;

/// The drop points of `body` at which something is alive that is not in `layout`, which has what is
/// alive at each `.await`.
pub(in crate::coroutine) fn drop_points<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &Body<'tcx>,
    layout: &CoroutineLayout<'tcx>,
) -> Vec<CoroutineDropPoint<'tcx>> {
    if !body.is_async() || !tcx.features().async_drop() {
        return vec![];
    }
    let typing_env = body.typing_env(tcx);
    let unwinds = awaits_while_unwinding(tcx);
    let is_awaited = |data: &BasicBlockData<'tcx>, place: Place<'tcx>| {
        let ty = place.ty(body, tcx).ty;
        let holds_nothing = || {
            // What unwinds is not ready.
            if data.is_cleanup {
                is_poisoned_awaitee(tcx, body, place)
            } else {
                is_awaitee(body, place) && is_spent_when_ready(tcx, typing_env, ty)
            }
        };
        let may_await = place.as_local() == Some(SELF_ARG)
            || ty.needs_async_drop(tcx, typing_env) && !holds_nothing();
        may_await && (!data.is_cleanup || unwinds)
    };
    let drops: Vec<(BasicBlock, Place<'tcx>)> = body
        .basic_blocks
        .iter_enumerated()
        .filter_map(|(block, data)| match data.terminator().kind {
            TerminatorKind::Drop { place, .. } if is_awaited(data, place) => Some((block, place)),
            _ => None,
        })
        .collect();
    if drops.is_empty() {
        return vec![];
    }
    let mut body = without_imaginary_edges(body);
    let move_data = MoveData::gather_moves(&body, tcx, |_| true);
    // What no drop is awaited for in the end is not entered, and so may bring no other drop about.
    let mut drops = drops;
    for _ in 0..2 {
        keep_droplines(&mut body, &drops);
        let mut left = LeftAt::new(tcx, &body, &move_data);
        let count = drops.len();
        drops.retain(|&(block, place)| !left.dropped(block, place).is_empty());
        if drops.len() == count {
            break;
        }
    }
    let mut drops = without_unknown_ones_that_only_unwind(tcx, typing_env, &body, drops);
    // Of several that say the same, the first one is kept: a panic is a remote reason.
    drops.sort_by_key(|&(block, _)| body[block].is_cleanup);

    let body = &body;
    let borrowed = MaybeBorrowedLocals.iterate_to_fixpoint(tcx, body, Some("drop_points"));
    let needs_storage = MaybeRequiresStorage::new(ResultsCursor::new_borrowing(body, &borrowed));
    let mut needs_storage =
        needs_storage.iterate_to_fixpoint(tcx, body, None).into_results_cursor(body);
    let mut borrowed = ResultsCursor::new_borrowing(body, &borrowed);
    let mut used_later = MaybeLiveLocals
        .iterate_to_fixpoint(tcx, body, Some("drop_points"))
        .into_results_cursor(body);
    let mut left = LeftAt::new(tcx, body, &move_data);

    let mut points: Vec<CoroutineDropPoint<'tcx>> = Vec::new();
    for (block, place) in drops {
        let dropped_tys = left.dropped(block, place);
        let Some(left) = left.before(block) else { continue };
        let location = body.terminator_loc(block);
        borrowed.seek_before_primary_effect(location);
        needs_storage.seek_before_primary_effect(location);
        used_later.seek_to_block_end(block);
        let mut alive = used_later.get().clone();
        alive.union(borrowed.get());
        alive.intersect(needs_storage.get());
        let others = alive.iter().filter(|&local| local != place.local);
        let live: Vec<CoroutineSavedTy<'tcx>> = std::iter::once(place.local)
            .chain(others)
            .filter(|&local| local != SELF_ARG)
            .flat_map(|local| left.of_local(local))
            .filter(|saved| {
                !saved.ignore_for_traits
                    && layout.field_tys.iter().all(|known| !covers(known, saved))
            })
            .collect();
        let point = CoroutineDropPoint {
            source_info: body[block].terminator().source_info,
            dropped_span: body.local_decls[place.local].source_info.span,
            dropped_tys,
            // What unwinds has not completed.
            is_awaitee: !body[block].is_cleanup && is_awaitee(body, place),
            unwinds: body[block].is_cleanup,
            live,
        };
        if !point.live.is_empty() && !points.iter().any(|known| is_covered_by(&point, known)) {
            points.push(point);
        }
    }
    points
}

/// `drops` without those that are synchronous because a value of an unknown type is dropped nowhere
/// else.
fn without_unknown_ones_that_only_unwind<'tcx>(
    tcx: TyCtxt<'tcx>,
    typing_env: ty::TypingEnv<'tcx>,
    body: &Body<'tcx>,
    drops: Vec<(BasicBlock, Place<'tcx>)>,
) -> Vec<(BasicBlock, Place<'tcx>)> {
    let mut awaited_otherwise = DenseBitSet::new_empty(body.local_decls.len());
    for &(block, place) in &drops {
        if !body[block].is_cleanup {
            awaited_otherwise.insert(place.local);
        }
    }
    let is_awaited = |&(_, place): &(BasicBlock, Place<'tcx>)| {
        awaited_otherwise.contains(place.local)
            || is_awaited_by_unwinding_alone(tcx, typing_env, body, place.ty(body, tcx).ty)
    };
    drops.into_iter().filter(is_awaited).collect()
}

/// The control flow that is left after borrow checking. On an imaginary edge from one arm of a
/// match to the next, a value that the pattern has moved would still be there.
pub(crate) fn without_imaginary_edges<'tcx>(body: &Body<'tcx>) -> Body<'tcx> {
    let mut body = body.clone();
    for data in body.basic_blocks.as_mut() {
        let terminator = data.terminator_mut();
        if let TerminatorKind::FalseEdge { real_target, .. }
        | TerminatorKind::FalseUnwind { real_target, .. } = terminator.kind
        {
            terminator.kind = TerminatorKind::Goto { target: real_target };
        }
    }
    body
}

/// Removes the edges of a cancelled drop from all drops but these. The others are not awaited, and
/// nobody can cancel there.
fn keep_droplines<'tcx>(body: &mut Body<'tcx>, drops: &[(BasicBlock, Place<'tcx>)]) {
    for (block, data) in body.basic_blocks.as_mut().iter_enumerated_mut() {
        if let TerminatorKind::Drop { place, drop, .. } = &mut data.terminator_mut().kind
            && !drops.contains(&(block, *place))
        {
            *drop = None;
        }
    }
}

/// How a local counts among what a coroutine holds. What is written here follows `compute_layout`.
fn saved_ty<'tcx>(decl: &LocalDecl<'tcx>) -> CoroutineSavedTy<'tcx> {
    let ignore_for_traits = match decl.local_info {
        ClearCrossCrate::Set(box LocalInfo::StaticRef { is_thread_local, .. }) => !is_thread_local,
        ClearCrossCrate::Set(box LocalInfo::FakeBorrow) => true,
        _ => false,
    };
    CoroutineSavedTy { ty: decl.ty, source_info: decl.source_info, ignore_for_traits }
}

fn covers<'tcx>(known: &CoroutineSavedTy<'tcx>, saved: &CoroutineSavedTy<'tcx>) -> bool {
    known.ty == saved.ty && !known.ignore_for_traits
}

/// Whether all that `point` says is said by `known`, which is a suspension point whenever `point`
/// is one.
fn is_covered_by<'tcx>(point: &CoroutineDropPoint<'tcx>, known: &CoroutineDropPoint<'tcx>) -> bool {
    (point.is_awaitee || !known.is_awaitee)
        && point.dropped_tys.iter().all(|ty| known.dropped_tys.contains(ty))
        && point.live.iter().all(|saved| known.live.iter().any(|known| covers(known, saved)))
}

/// What is left of values where they are dropped.
struct LeftAt<'a, 'tcx> {
    tcx: TyCtxt<'tcx>,
    body: &'a Body<'tcx>,
    move_data: &'a MoveData<'tcx>,
    initialized: ResultsCursor<'a, 'tcx, MaybeInitializedPlaces<'a, 'tcx>>,
}

impl<'a, 'tcx> LeftAt<'a, 'tcx> {
    fn new(tcx: TyCtxt<'tcx>, body: &'a Body<'tcx>, move_data: &'a MoveData<'tcx>) -> Self {
        let initialized = MaybeInitializedPlaces::new(tcx, body, move_data)
            .exclude_inactive_in_otherwise()
            .iterate_to_fixpoint(tcx, body, Some("drop_points"))
            .into_results_cursor(body);
        Self { tcx, body, move_data, initialized }
    }

    /// What is there before the terminator of a block, if that is reached.
    fn before(&mut self, block: BasicBlock) -> Option<Left<'_, 'tcx>> {
        let &mut Self { tcx, body, move_data, ref mut initialized } = self;
        initialized.seek_before_primary_effect(body.terminator_loc(block));
        match initialized.get() {
            MaybeReachable::Reachable(initialized) => {
                Some(Left { tcx, body, move_data, initialized })
            }
            MaybeReachable::Unreachable => None,
        }
    }

    /// The types of what is dropped at the end of a block, of those that need async drop.
    fn dropped(&mut self, block: BasicBlock, place: Place<'tcx>) -> Vec<Ty<'tcx>> {
        let Some(left) = self.before(block) else { return vec![] };
        let Left { tcx, body, move_data, .. } = left;
        let mut tys = Vec::new();
        match move_data.rev_lookup.find(place.as_ref()) {
            LookupResult::Exact(path) => left.of_path(path, &mut tys),
            LookupResult::Parent(_) => tys.push(place.ty(body, tcx).ty),
        }
        let typing_env = body.typing_env(tcx);
        tys.retain(|ty| ty.needs_async_drop(tcx, typing_env));
        tys
    }
}

/// What is left of a value of which parts may have been moved.
struct Left<'a, 'tcx> {
    tcx: TyCtxt<'tcx>,
    body: &'a Body<'tcx>,
    move_data: &'a MoveData<'tcx>,
    initialized: &'a MixedBitSet<MovePathIndex>,
}

impl<'tcx> Left<'_, 'tcx> {
    /// What a local holds.
    fn of_local(&self, local: Local) -> Vec<CoroutineSavedTy<'tcx>> {
        let mut tys = Vec::new();
        if let Some(path) = self.move_data.rev_lookup.find_local(local) {
            self.of_path(path, &mut tys);
        }
        let saved = saved_ty(&self.body.local_decls[local]);
        tys.into_iter().map(|ty| CoroutineSavedTy { ty, ..saved.clone() }).collect()
    }

    /// Adds the types of what is left at `path`, as a drop ladder would find it.
    fn of_path(&self, path: MovePathIndex, tys: &mut Vec<Ty<'tcx>>) {
        let paths = &self.move_data.move_paths;
        let place = paths[path].place;
        let PlaceTy { ty, variant_index } = place.ty(self.body, self.tcx);
        if paths[path].first_child.is_none() && place.as_local() != Some(SELF_ARG) {
            if self.initialized.contains(path) {
                tys.push(ty);
            }
            return;
        }
        match *ty.kind() {
            // The captures of this coroutine.
            ty::Coroutine(_, args) => self.of_fields(path, args.as_coroutine().upvar_tys(), tys),
            ty::Closure(_, args) => self.of_fields(path, args.as_closure().upvar_tys(), tys),
            ty::Tuple(parts) => self.of_fields(path, parts, tys),
            ty::Adt(adt, args) if adt.is_struct() => {
                self.of_fields(path, self.fields(adt.variant(FIRST_VARIANT), args), tys);
            }
            ty::Adt(adt, args) if adt.is_enum() => match variant_index {
                Some(variant) => self.of_fields(path, self.fields(adt.variant(variant), args), tys),
                None => {
                    for (index, variant) in adt.variants().iter_enumerated() {
                        let is_variant = |elem| match elem {
                            PlaceElem::Downcast(_, variant) => variant == index,
                            _ => false,
                        };
                        self.of_part(path, is_variant, self.fields(variant, args), tys);
                    }
                }
            },
            // A `Box`, whose contents are a part, or an array.
            _ => {
                let mut any = false;
                on_all_children_bits(self.move_data, path, |child| {
                    any |= self.initialized.contains(child);
                });
                if any {
                    tys.push(ty);
                }
            }
        }
    }

    fn of_fields(
        &self,
        path: MovePathIndex,
        fields: impl IntoIterator<Item = Ty<'tcx>>,
        tys: &mut Vec<Ty<'tcx>>,
    ) {
        for (index, ty) in fields.into_iter().enumerate() {
            let is_field = |elem| matches!(elem, PlaceElem::Field(f, _) if f.as_usize() == index);
            self.of_part(path, is_field, [ty], tys);
        }
    }

    /// A part of `path` has a path of its own if something was moved out of it somewhere. Else it
    /// is there if the rest of `path` is.
    fn of_part(
        &self,
        path: MovePathIndex,
        is_part: impl Fn(PlaceElem<'tcx>) -> bool,
        part_tys: impl IntoIterator<Item = Ty<'tcx>>,
        tys: &mut Vec<Ty<'tcx>>,
    ) {
        let paths = &self.move_data.move_paths;
        let mut children = paths[path].children(paths);
        match children.find(|(_, part)| part.place.projection.last().is_some_and(|&e| is_part(e))) {
            Some((child, _)) => self.of_path(child, tys),
            None if self.initialized.contains(path) => tys.extend(part_tys),
            None => {}
        }
    }

    fn fields(&self, variant: &VariantDef, args: GenericArgsRef<'tcx>) -> Vec<Ty<'tcx>> {
        variant.fields.iter().map(|field| field.ty(self.tcx, args)).collect()
    }
}
