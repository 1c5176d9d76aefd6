//! Which blocks lie on which line.
//!
//! Control flow of a coroutine body runs on one of four lines:
//!
//! - the **mainline** is what the programmer wrote; `Yield` leaves it and `poll` resumes it;
//! - the **dropline** is entered through the `drop` edge of a `Yield` or of an awaited `Drop`, when
//!   the coroutine is cancelled there. It drops what is in scope and ends in `CoroutineDrop`.
//!   Drops that await on the mainline await here too, so the dropline may suspend;
//! - the **unwindline** is entered where a panic is caught. It drops what is in scope and raises
//!   the panic again. It is its own dropline (see `unwindline.rs`);
//! - the **syncline** is the dropline of a coroutine that is cancelled where nothing can await. It
//!   drops the same places in the same order, each by sync drop, and never suspends.
//!
//! MIR building lays out the first two. This module finds the dropline and the unwindline, tells
//! which drops are awaited, and names the blocks of the dropline for which the syncline needs a
//! block of its own.

use rustc_data_structures::fx::FxHashMap;
use rustc_index::IndexVec;
use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::*;
use rustc_middle::ty::{Ty, TyCtxt, TypeVisitableExt};

use super::{Destructor, SELF_ARG};

/// A drop that is awaited.
#[derive(Clone, Debug)]
pub(super) struct AwaitedDrop<'tcx> {
    pub(super) block: BasicBlock,
    pub(super) source_info: SourceInfo,
    pub(super) place: Place<'tcx>,
    pub(super) place_ty: Ty<'tcx>,
    pub(super) destructor: Destructor,
    /// Holds the destructor's future. It has no storage outside of the awaited drop. All drops of a
    /// place have the same one.
    pub(super) fut: Local,
    pub(super) fut_ty: Ty<'tcx>,
    pub(super) target: BasicBlock,
    pub(super) unwind: UnwindAction,
    /// Where the dropline goes on if the coroutine is cancelled during this drop: always set on
    /// the mainline. On the dropline itself that is `target`.
    pub(super) dropline: BasicBlock,
    pub(super) on_dropline: bool,
    /// The coroutine is unwinding. The unwindline is its own dropline, too.
    pub(super) on_unwindline: bool,
    /// A panic may come to this drop before it comes to another one that is awaited.
    pub(super) is_first_on_unwindline: bool,
}

impl AwaitedDrop<'_> {
    /// Whether the future is made anew for each poll. A coroutine knows itself how much of it is
    /// left, and the future of `async_drop_in_place` is no more than its address.
    pub(super) fn is_made_anew(&self) -> bool {
        self.destructor == Destructor::Glue && self.place_ty.is_coroutine()
    }

    /// Whether the value may need no async drop after all, which is known where the arguments of
    /// the body are.
    pub(super) fn is_up_to_arguments(&self) -> bool {
        self.destructor == Destructor::Glue
            && !self.is_made_anew()
            && self.place_ty.has_non_region_param()
    }
}

pub(super) struct Lines<'tcx> {
    /// The drops that are awaited, in block order.
    pub(super) awaited: Vec<AwaitedDrop<'tcx>>,
    /// Blocks of the dropline from which an awaited drop can be reached. The syncline takes the
    /// other blocks of the dropline as they are.
    pub(super) needs_twin: DenseBitSet<BasicBlock>,
}

impl<'tcx> Lines<'tcx> {
    /// `unresumed` is where the dropline of a coroutine begins that was never resumed, and
    /// `unwinding` where the unwindline does.
    pub(super) fn of(
        tcx: TyCtxt<'tcx>,
        body: &Body<'tcx>,
        unresumed: Option<BasicBlock>,
        unwinding: &[BasicBlock],
    ) -> Lines<'tcx> {
        let unwindline = blocks_of_line(body, unwinding.to_vec());
        let mut dropline = blocks_of_line(body, dropline_entries(body, unresumed));
        dropline.union(&unwindline);
        // A ladder has a dropline for each of its drops, entered or not.
        let mainline = traversal::reachable_as_bitset(body);
        let mut awaited = Vec::new();
        for (block, data) in body.basic_blocks.iter_enumerated() {
            let terminator = data.terminator();
            let TerminatorKind::Drop { place, target, unwind, drop, async_fut, replace: _ } =
                terminator.kind
            else {
                continue;
            };
            let Some(fut) = async_fut else { continue };
            // Cleanup is synchronous: what the unwindline awaits is a copy that is none. A drop of
            // the coroutine itself is opened later.
            let is_coroutine = place.as_local() == Some(SELF_ARG);
            let is_entered = mainline.contains(block) || dropline.contains(block);
            if data.is_cleanup || is_coroutine || !is_entered {
                continue;
            }
            let place_ty = place.ty(&body.local_decls, tcx).ty;
            let fut_ty = body.local_decls[fut].ty;
            let destructor = Destructor::of(tcx, body, place_ty, fut_ty);
            // A drop on the mainline that has no way to the dropline cannot suspend.
            let on_dropline = dropline.contains(block);
            let Some(dropline) = (if on_dropline { Some(target) } else { drop }) else {
                assert_ne!(destructor, Destructor::Own, "a sync drop here would drop fields twice");
                continue;
            };
            awaited.push(AwaitedDrop {
                block,
                source_info: terminator.source_info,
                place,
                place_ty,
                destructor,
                fut,
                fut_ty,
                target,
                unwind,
                dropline,
                on_dropline,
                on_unwindline: unwindline.contains(block),
                is_first_on_unwindline: false,
            });
        }
        share_futures(&mut awaited);
        mark_first_on_unwindline(body, unwinding.to_vec(), &mut awaited);
        let needs_twin = blocks_before_awaited_drops(body, &dropline, &awaited);
        Lines { awaited, needs_twin }
    }
}

/// Gives all drops of one place one future, on whatever line and way out of a scope: one of them
/// happens.
fn share_futures(awaited: &mut [AwaitedDrop<'_>]) {
    let mut futures = FxHashMap::default();
    for drop in awaited {
        drop.fut = *futures.entry((drop.place, drop.fut_ty)).or_insert(drop.fut);
    }
}

/// What has a `drop` edge, and where that leads.
pub(super) fn drop_edges<'a, 'tcx>(
    body: &'a Body<'tcx>,
) -> impl Iterator<Item = (&'a TerminatorKind<'tcx>, BasicBlock)> {
    body.basic_blocks.iter().filter_map(|data| {
        let kind = &data.terminator().kind;
        match *kind {
            TerminatorKind::Yield { drop, .. } | TerminatorKind::Drop { drop, .. } => {
                Some((kind, drop?))
            }
            _ => None,
        }
    })
}

/// The targets of the `drop` edges that are taken, and `unresumed`.
pub(super) fn dropline_entries(body: &Body<'_>, unresumed: Option<BasicBlock>) -> Vec<BasicBlock> {
    let suspends =
        |kind: &TerminatorKind<'_>| !matches!(kind, TerminatorKind::Drop { async_fut: None, .. });
    let taken = drop_edges(body).filter(|(kind, _)| suspends(kind)).map(|(_, entry)| entry);
    unresumed.into_iter().chain(taken).collect()
}

/// The blocks reachable from the entries in `queue`, without those that unwind.
pub(super) fn blocks_of_line(body: &Body<'_>, queue: Vec<BasicBlock>) -> DenseBitSet<BasicBlock> {
    blocks_along(body, queue, |terminator, queue| queue.extend(terminator.successors()))
}

/// The blocks of the mainline, without those that unwind.
pub(super) fn blocks_of_mainline(body: &Body<'_>) -> DenseBitSet<BasicBlock> {
    blocks_along(body, vec![START_BLOCK], |terminator, queue| match terminator.kind {
        TerminatorKind::Yield { resume, .. } => queue.push(resume),
        TerminatorKind::Drop { target, .. } => queue.push(target),
        _ => queue.extend(terminator.successors()),
    })
}

/// The blocks that are reached from those in `queue` where each leads on as `follow` says, without
/// those that unwind.
fn blocks_along<'tcx>(
    body: &Body<'tcx>,
    mut queue: Vec<BasicBlock>,
    follow: impl Fn(&Terminator<'tcx>, &mut Vec<BasicBlock>),
) -> DenseBitSet<BasicBlock> {
    let mut line = DenseBitSet::new_empty(body.basic_blocks.len());
    while let Some(block) = queue.pop() {
        if !body[block].is_cleanup && line.insert(block) {
            follow(body[block].terminator(), &mut queue);
        }
    }
    line
}

/// Follows the unwindline from the entries in `queue` to the first drop that is awaited.
fn mark_first_on_unwindline(
    body: &Body<'_>,
    mut queue: Vec<BasicBlock>,
    awaited: &mut [AwaitedDrop<'_>],
) {
    let mut seen = DenseBitSet::new_empty(body.basic_blocks.len());
    while let Some(block) = queue.pop() {
        if body[block].is_cleanup || !seen.insert(block) {
            continue;
        }
        // They are in block order.
        let drop = awaited.binary_search_by_key(&block, |drop| drop.block);
        if let Ok(index) = drop {
            awaited[index].is_first_on_unwindline = true;
        }
        if drop.map_or(true, |index| awaited[index].is_up_to_arguments()) {
            queue.extend(body[block].terminator().successors());
        }
    }
}

/// The blocks of the dropline from which one of the awaited drops on it can be reached.
fn blocks_before_awaited_drops(
    body: &Body<'_>,
    dropline: &DenseBitSet<BasicBlock>,
    awaited: &[AwaitedDrop<'_>],
) -> DenseBitSet<BasicBlock> {
    let predecessors: &IndexVec<_, _> = body.basic_blocks.predecessors();
    let mut before = DenseBitSet::new_empty(body.basic_blocks.len());
    let mut queue: Vec<BasicBlock> =
        awaited.iter().filter(|drop| drop.on_dropline).map(|drop| drop.block).collect();
    while let Some(block) = queue.pop() {
        if dropline.contains(block) && before.insert(block) {
            queue.extend(predecessors[block].iter().copied());
        }
    }
    before
}
