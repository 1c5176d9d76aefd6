//! Checks of the invariants that `expand.rs` states, for `-Zvalidate-mir`.

use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::*;
use rustc_middle::span_bug;

/// Checks a body whose awaited drops were expanded. `unresumed` is where the cancellation of a
/// coroutine begins that was never resumed.
pub(super) fn check_cancellation(body: &Body<'_>, unresumed: Option<BasicBlock>) {
    let mut entries: Vec<BasicBlock> = unresumed.into_iter().collect();
    for data in body.basic_blocks.iter() {
        let Terminator { source_info, kind } = data.terminator();
        match *kind {
            TerminatorKind::Yield { drop: Some(entry), .. } => entries.push(entry),
            TerminatorKind::Drop { drop: Some(_), .. }
            | TerminatorKind::Drop { async_fut: Some(_), .. } => {
                span_bug!(source_info.span, "a drop is still marked as awaited: {kind:?}");
            }
            _ => {}
        }
    }
    let (mut droplines, mut synclines) = (Vec::new(), Vec::new());
    for entry in entries {
        match body[entry].terminator().kind {
            TerminatorKind::FalseEdge { real_target, imaginary_target } => {
                droplines.push(real_target);
                synclines.push(imaginary_target);
            }
            // Nothing is awaited from here on, so both lines are one.
            _ => synclines.push(entry),
        }
    }
    check_line(body, droplines, true);
    check_line(body, synclines, false);
}

/// Follows a line from its entries to its ends. It drops the coroutine and never completes it, and
/// the syncline does not suspend.
fn check_line(body: &Body<'_>, mut queue: Vec<BasicBlock>, may_suspend: bool) {
    let mut seen = DenseBitSet::new_empty(body.basic_blocks.len());
    while let Some(block) = queue.pop() {
        if !seen.insert(block) {
            continue;
        }
        let terminator = body[block].terminator();
        match terminator.kind {
            // What the syncline does is on the other side of each fork.
            TerminatorKind::FalseEdge { imaginary_target, .. } if !may_suspend => {
                queue.push(imaginary_target);
            }
            TerminatorKind::Yield { .. } if !may_suspend => {
                span_bug!(terminator.source_info.span, "{block:?} is on the syncline but suspends");
            }
            // The mainline may suspend in the same block, and goes on with the other edge.
            TerminatorKind::Yield { drop, .. } => queue.extend(drop),
            TerminatorKind::Return => {
                span_bug!(terminator.source_info.span, "cancellation completes in {block:?}");
            }
            _ => queue.extend(terminator.successors()),
        }
    }
}
