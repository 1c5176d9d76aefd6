//! Takes out drops of futures that hold nothing, and what is done for these drops alone.
//!
//! ```text
//! // Before. `_7` is the future of an `async fn`, and what `.await` polls.
//! bb5: _8 = <F as Future>::poll(..) -> [return: bb6, unwind: bb12]
//! bb6: switchInt(discriminant(_8)) -> [ready: bb7, pending: bb9]
//! bb7: _6 = (_8 as Ready).0; drop(_7) -> [return: bb8, unwind: bb13, drop: bb10]
//! bb9: _2 = yield(..) -> [resume: bb5, drop: bb11]
//! bb11: drop(_7) -> [return: bb10, unwind: bb13]
//! bb12 (cleanup): drop(_7) -> [return: bb13, unwind terminate]
//!
//! // After.
//! bb5: _8 = poll_awaited::<F>(..) -> [return: bb6, unwind: bb12]
//! bb7: _6 = (_8 as Ready).0; goto -> bb8
//! bb12 (cleanup): goto -> bb13
//! ```
//!
//! An `.await` ends when the future is ready, when its `poll` panics, or when it is cancelled. A
//! coroutine that is ready, or that a panic has left, has dropped all that it held: its drop asks
//! in which state it is, to find this out. To cancel it (bb11) is another matter, unless none of
//! its states holds anything that is dropped. What cancels is found by the `drop` edges that lead
//! to it. The drop in bb7 need not have one.
//!
//! Nobody else asks: `.await` does not poll it again. So it need not say that it is over, and has a
//! `poll` for this that does not (`build_poll_of_awaited` in `future_drop.rs`).
//!
//! Of other futures nothing is known. It must run behind `PostAnalysisNormalize`, which tells what
//! an `async fn` returns.

use rustc_data_structures::fx::FxHashSet;
use rustc_hir::lang_items::LangItem;
use rustc_index::IndexVec;
use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::*;
use rustc_middle::ty::{self, EarlyBinder, Ty, TyCtxt};

use super::lines::{blocks_of_line, blocks_of_mainline, drop_edges};
use super::{is_awaitee, is_coroutine_with_body, may_leave_end_open};

pub(crate) struct RemoveSpentDrops;

impl<'tcx> crate::MirPass<'tcx> for RemoveSpentDrops {
    fn run_pass(&self, tcx: TyCtxt<'tcx>, body: &mut Body<'tcx>) {
        if !tcx.features().async_drop() || !body.is_async() {
            return;
        }
        let typing_env = body.typing_env(tcx);
        // Not each drop on the mainline has a `drop` edge: that of a coroutine that certainly needs
        // no async drop has none. Which of the others are awaited is not known yet.
        let cancelled = blocks_of_line(body, drop_edges(body).map(|(_, entry)| entry).collect());
        let is_spent = |block: BasicBlock, data: &BasicBlockData<'tcx>| {
            let TerminatorKind::Drop { place, target, .. } = data.terminator().kind else {
                return None;
            };
            let ty = place.ty(body, tcx).ty;
            let is_spent = ty.is_coroutine()
                && (!cancelled.contains(block) && is_awaitee(body, place)
                    || !may_hold_values(tcx, typing_env, ty));
            is_spent.then_some(target)
        };
        let spent: Vec<(BasicBlock, BasicBlock)> = body
            .basic_blocks
            .iter_enumerated()
            .filter_map(|(block, data)| Some((block, is_spent(block, data)?)))
            .collect();
        for (block, target) in spent {
            body.basic_blocks_mut()[block].terminator_mut().kind = TerminatorKind::Goto { target };
        }
        if may_leave_end_open(tcx) {
            poll_without_an_end(tcx, body);
        }
    }

    fn is_required(&self) -> bool {
        false
    }
}

/// Has each `.await` of a coroutine call the `poll` that does not say that it is over.
fn poll_without_an_end<'tcx>(tcx: TyCtxt<'tcx>, body: &mut Body<'tcx>) {
    let future_poll = tcx.require_lang_item(LangItem::FuturePoll, body.span);
    let poll_awaited = tcx.require_lang_item(LangItem::PollAwaited, body.span);
    let sources = Sources::of(body);
    // That with which an `.await` ends is gone by now, unless a cancelled one has the same block.
    let mut dropped = DenseBitSet::new_empty(body.local_decls.len());
    for block in blocks_of_mainline(body).iter() {
        if let TerminatorKind::Drop { place, .. } = body[block].terminator().kind {
            dropped.insert(place.local);
        }
    }
    let is_await = |data: &BasicBlockData<'tcx>| {
        let TerminatorKind::Call { func, args, .. } = &data.terminator().kind else { return false };
        let Some((function, generic_args)) = func.const_fn_def() else { return false };
        let [pinned, _context] = &args[..] else { return false };
        function == future_poll
            && is_coroutine_with_body(tcx, generic_args.type_at(0))
            && sources
                .of_pointer(&pinned.node)
                .is_some_and(|place| is_awaitee(body, place) && !dropped.contains(place.local))
    };
    let polls: Vec<BasicBlock> = body
        .basic_blocks
        .iter_enumerated()
        .filter_map(|(block, data)| is_await(data).then_some(block))
        .collect();
    for block in polls {
        let terminator = body.basic_blocks.as_mut_preserves_cfg()[block].terminator_mut();
        let TerminatorKind::Call { func, .. } = &mut terminator.kind else { continue };
        let Some((_, generic_args)) = func.const_fn_def() else { continue };
        let span = terminator.source_info.span;
        *func = Operand::function_handle(tcx, poll_awaited, generic_args, span);
    }
}

/// From where the value comes that is assigned to a local, of those that are assigned once.
struct Sources<'tcx>(IndexVec<Local, Source<'tcx>>);

#[derive(Clone, Copy)]
enum Source<'tcx> {
    None,
    Place(Place<'tcx>),
    Unknown,
}

impl<'tcx> Sources<'tcx> {
    fn of(body: &Body<'tcx>) -> Sources<'tcx> {
        let mut sources = IndexVec::from_elem(Source::None, &body.local_decls);
        let mut assign = |to: Place<'tcx>, from: Option<Place<'tcx>>| {
            sources[to.local] = match (sources[to.local], from) {
                (Source::None, Some(from)) if to.as_local().is_some() => Source::Place(from),
                _ => Source::Unknown,
            };
        };
        for data in body.basic_blocks.iter() {
            for statement in &data.statements {
                if let StatementKind::Assign(box (to, value)) = &statement.kind {
                    let from = match value {
                        Rvalue::Ref(_, BorrowKind::Mut { .. }, from) => Some(*from),
                        _ => None,
                    };
                    assign(*to, from);
                }
            }
            // `Pin::new_unchecked`, where it is used.
            if let TerminatorKind::Call { args, destination, .. } = &data.terminator().kind {
                let from = match &args[..] {
                    [argument] => argument.node.place(),
                    _ => None,
                };
                assign(*destination, from);
            }
        }
        Sources(sources)
    }

    /// What is borrowed, and pinned then.
    fn of_pointer(&self, pinned: &Operand<'tcx>) -> Option<Place<'tcx>> {
        let source = |local: Local| match self.0[local] {
            Source::Place(place) => Some(place),
            Source::None | Source::Unknown => None,
        };
        let reference = source(pinned.place()?.as_local()?)?.as_local()?;
        let borrowed = source(reference)?;
        match borrowed.projection[..] {
            [PlaceElem::Deref] => source(borrowed.local),
            _ => Some(borrowed),
        }
    }
}

/// Whether a value of type `ty` may hold something that is dropped, in whatever state it is. The
/// drop glue of a coroutine is there for the compiler even if it does nothing.
pub(super) fn may_hold_values<'tcx>(
    tcx: TyCtxt<'tcx>,
    typing_env: ty::TypingEnv<'tcx>,
    ty: Ty<'tcx>,
) -> bool {
    let mut seen = FxHashSet::default();
    let mut queue = vec![ty];
    while let Some(ty) = queue.pop() {
        let ty = tcx.try_normalize_erasing_regions(typing_env, ty).unwrap_or(ty);
        if !seen.insert(ty) {
            continue;
        }
        match *ty.kind() {
            ty::Coroutine(def_id, args) if !tcx.is_async_drop_in_place_coroutine(def_id) => {
                let Some(witness) = tcx.mir_coroutine_witnesses(def_id) else { return true };
                // What is alive at a `yield`, and what may be where a drop is awaited.
                let saved = witness.field_tys.iter().map(|saved| saved.ty);
                let dropped = witness.dropped_tys.iter().flatten().copied();
                let tys = saved.chain(dropped);
                queue.extend(args.as_coroutine().upvar_tys());
                queue.extend(tys.map(|ty| EarlyBinder::bind(ty).instantiate(tcx, args)));
            }
            _ if ty.needs_drop(tcx, typing_env) => return true,
            _ => {}
        }
    }
    false
}
