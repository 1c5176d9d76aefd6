//! The order in which blocks come to a fixpoint.
//!
//! A block has to be looked at again when its entry state has changed. All that wait are taken in
//! sweeps over the body, each in the order in which an effect goes on from block to block:
//!
//! ```text
//! let mut dirty_blocks = DirtyBlocks::new::<Forward>(body);
//! while let Some(block) = dirty_blocks.pop() {
//!     // Apply the effects of `block` to its entry state, and join that into its successors'.
//!     dirty_blocks.insert(successor_that_has_changed);
//! }
//! ```
//!
//! A change that goes around a loop waits for the next sweep. Any other is taken up by the sweep
//! that made it, with all that others have changed on the way. So a body takes about as many sweeps
//! as its loops are nested deep.
//!
//! In a queue, what each loop of a sequence changes would go on to the end of the body by itself,
//! behind what the one before has changed: `n` loops, one after the other, would take `n * n`
//! visits. A body that awaits is such a sequence.

use rustc_index::IndexVec;
use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::{self, BasicBlock};

use super::Direction;

pub(super) struct DirtyBlocks {
    /// The blocks in the order of a sweep, the last one first.
    blocks: Vec<BasicBlock>,
    /// Where each of them is in `blocks`.
    positions: IndexVec<BasicBlock, usize>,
    /// The positions of those that wait.
    dirty: DenseBitSet<usize>,
    /// How much of `blocks` this sweep has not come to.
    rest: usize,
}

impl DirtyBlocks {
    /// All blocks wait that are reachable.
    pub(super) fn new<D: Direction>(body: &mir::Body<'_>) -> Self {
        let reverse_postorder = body.basic_blocks.reverse_postorder();
        let reachable = reverse_postorder.len();
        let mut blocks = reverse_postorder.to_vec();
        if D::IS_FORWARD {
            blocks.reverse();
        }
        let mut positions = IndexVec::from_elem(usize::MAX, &body.basic_blocks);
        for (position, &block) in blocks.iter().enumerate() {
            positions[block] = position;
        }
        // An effect that goes backward may come to others.
        for (block, position) in positions.iter_enumerated_mut() {
            if *position == usize::MAX {
                *position = blocks.len();
                blocks.push(block);
            }
        }
        let mut dirty = DenseBitSet::new_empty(blocks.len());
        dirty.insert_range(..reachable);
        DirtyBlocks { rest: blocks.len(), blocks, positions, dirty }
    }

    pub(super) fn insert(&mut self, block: BasicBlock) {
        self.dirty.insert(self.positions[block]);
    }

    /// The next block that waits. It does so no more.
    pub(super) fn pop(&mut self) -> Option<BasicBlock> {
        let in_this_sweep = self.dirty.last_set_in(..self.rest);
        let position = in_this_sweep.or_else(|| self.dirty.last_set_in(..))?;
        self.dirty.remove(position);
        self.rest = position;
        Some(self.blocks[position])
    }
}
