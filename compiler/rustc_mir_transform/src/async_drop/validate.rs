//! Checks of the invariants that `expand.rs` states, for `-Zvalidate-mir`.

use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::{Body, TerminatorKind};
use rustc_middle::span_bug;

/// Follows the syncline from each fork to its end.
pub(super) fn synclines_never_suspend(body: &Body<'_>) {
    let mut seen = DenseBitSet::new_empty(body.basic_blocks.len());
    let mut queue = Vec::new();
    // The fork at the start leads to another fork.
    for data in body.basic_blocks.iter().skip(1) {
        if let TerminatorKind::FalseEdge { imaginary_target, .. } = data.terminator().kind {
            queue.push(imaginary_target);
        }
    }
    while let Some(block) = queue.pop() {
        if !seen.insert(block) {
            continue;
        }
        let terminator = body[block].terminator();
        match terminator.kind {
            TerminatorKind::Yield { .. } | TerminatorKind::FalseEdge { .. } => {
                span_bug!(terminator.source_info.span, "{block:?} is on the syncline but suspends");
            }
            _ => queue.extend(terminator.successors()),
        }
    }
}
