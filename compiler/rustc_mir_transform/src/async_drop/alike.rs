//! Finds blocks that do the same.
//!
//! MIR building gives unwinding from the dropline cleanup blocks of its own: if it had those of the
//! mainline, drop elaboration would ask drop flags there, which the coroutine would have to save.
//! Once drops are elaborated, most of the two are alike. The unwindline has each of them once.
//!
//! A function that drops a coroutine does the same in many of its states.
//!
//! Each awaited drop has a block that panics if the coroutine is resumed during its cancellation,
//! and one on the unwindline that ends the process at a second panic. In a shared block, everything
//! alive at any of those drops would be alive at once, and nothing could share bytes of the
//! coroutine. In the functions that `StateTransform` makes, one of each is enough.

use std::hash::{Hash, Hasher};

use rustc_data_structures::fx::{FxHashMap, FxHasher};
use rustc_index::IndexVec;
use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::*;

/// The first of the cleanup blocks that do the same as a block. For any other block, that itself.
pub(super) fn alike_in_cleanup(body: &Body<'_>) -> IndexVec<BasicBlock, BasicBlock> {
    alike(body, |_, data| data.is_cleanup)
}

/// The first of `blocks` that do the same as one of these. For any other block, that itself.
pub(super) fn alike_among(
    body: &Body<'_>,
    blocks: &DenseBitSet<BasicBlock>,
) -> IndexVec<BasicBlock, BasicBlock> {
    alike(body, |block, _| blocks.contains(block))
}

/// Gives the statements before a drop in cleanup a block of their own: they are often all that two
/// such blocks differ in.
pub(super) fn split_before_cleanup_drops(body: &mut Body<'_>) {
    let blocks = body.basic_blocks.as_mut();
    for block in blocks.indices() {
        let target = blocks.next_index();
        let data = &mut blocks[block];
        let is_drop = matches!(data.terminator().kind, TerminatorKind::Drop { .. });
        if data.is_cleanup && is_drop && !data.statements.is_empty() {
            let source_info = data.terminator().source_info;
            let kind = TerminatorKind::Goto { target };
            let drop = data.terminator.replace(Terminator { source_info, kind });
            blocks.push(BasicBlockData::new(drop, true));
        }
    }
}

/// Merges the blocks that panic or end the process, in a function made by `StateTransform`.
pub(super) fn merge_panics(body: &mut Body<'_>) {
    merge(body, |_| false);
}

/// Merges these blocks, and those that do the same as another without a panic. Of the blocks of a
/// loop it is not seen.
pub(super) fn merge_alike(body: &mut Body<'_>) {
    merge(body, |data| !data.is_cleanup);
}

fn merge(body: &mut Body<'_>, is_candidate: impl Fn(&BasicBlockData<'_>) -> bool) {
    let never_returns = |data: &BasicBlockData<'_>| {
        let kind = &data.terminator().kind;
        matches!(kind, TerminatorKind::Assert { .. } | TerminatorKind::Call { target: None, .. })
    };
    // Only what catches a panic leads from cleanup to elsewhere.
    let ends_process = |data: &BasicBlockData<'_>| match data.terminator().kind {
        TerminatorKind::Call { target: Some(target), .. } => {
            let target = &body[target];
            data.is_cleanup && !target.is_cleanup && never_returns(target)
        }
        _ => false,
    };
    let alike = alike(body, |_, data| {
        is_candidate(data) || (!data.is_cleanup && never_returns(data)) || ends_process(data)
    });
    for data in body.basic_blocks.as_mut() {
        data.terminator_mut().successors_mut(|target| *target = alike[*target]);
    }
}

/// For each block that `is_candidate` accepts, the first of those that do the same, and for any
/// other block, that itself. What a block leads to is looked at first.
fn alike(
    body: &Body<'_>,
    is_candidate: impl Fn(BasicBlock, &BasicBlockData<'_>) -> bool,
) -> IndexVec<BasicBlock, BasicBlock> {
    let mut first: IndexVec<BasicBlock, BasicBlock> = body.basic_blocks.indices().collect();
    let mut seen: FxHashMap<u64, Vec<(BasicBlock, TerminatorKind<'_>)>> = FxHashMap::default();
    for (block, data) in traversal::postorder(body) {
        if block == START_BLOCK || !is_candidate(block, data) {
            continue;
        }
        let mut end = data.terminator().kind.clone();
        end.successors_mut(|target| *target = first[*target]);
        let mut hasher = FxHasher::default();
        for statement in &data.statements {
            statement.kind.hash(&mut hasher);
        }
        end.hash(&mut hasher);
        let others = seen.entry(hasher.finish()).or_default();
        let same = others.iter().find(|(other, other_end)| {
            *other_end == end && is_alike_but_for_end(data, &body[*other])
        });
        match same {
            Some(&(other, _)) => first[block] = other,
            None => others.push((block, end)),
        }
    }
    first
}

fn is_alike_but_for_end<'tcx>(a: &BasicBlockData<'tcx>, b: &BasicBlockData<'tcx>) -> bool {
    let (end, other_end) = (a.terminator(), b.terminator());
    // A panic says where it happened.
    let says_where =
        matches!(end.kind, TerminatorKind::Assert { .. } | TerminatorKind::Call { .. });
    a.is_cleanup == b.is_cleanup
        && (!says_where || end.source_info.span == other_end.source_info.span)
        && a.statements.len() == b.statements.len()
        && a.statements.iter().zip(&b.statements).all(|(a, b)| a.kind == b.kind)
}
