//! Which locals hold a value that is still needed.
//!
//! Two locals of a coroutine can share bytes unless both have storage at some point. But storage
//! lasts until the end of a scope, often long after the last use, and a local without storage
//! markers, like the return place, would have it all the time:
//!
//! ```text
//! async fn f() -> Result<u64, Error> {
//!     let one = g().await?;         // Used for the last time below,
//!     let guard = Guard::new();     // and in scope while `guard` is dropped.
//!     h(one)                        // This result is kept meanwhile.
//! }
//! ```
//!
//! In a packed layout (`packs_layout`) a local has its bytes only where its value is live or a
//! pointer to it may exist, and where a statement mentions it, be it to store what nobody reads.

use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::visit::{PlaceContext, Visitor};
use rustc_middle::mir::*;
use rustc_mir_dataflow::ResultsCursor;
use rustc_mir_dataflow::impls::{MaybeBorrowedLocals, MaybeLiveLocals};

use super::NamedCaptures;

/// Tells at each location which locals are in use. Locations are best asked for block by block.
pub(in crate::coroutine) struct LiveValues<'mir, 'tcx> {
    body: &'mir Body<'tcx>,
    live: ResultsCursor<'mir, 'tcx, MaybeLiveLocals>,
    borrowed: ResultsCursor<'mir, 'tcx, MaybeBorrowedLocals>,
    /// What is live in front of each statement of the block asked last, and of its end.
    live_in_block: (Option<BasicBlock>, Vec<DenseBitSet<Local>>),
    in_use: DenseBitSet<Local>,
    /// How many statements at the start of the body take captures out of the coroutine.
    captures: usize,
}

impl<'mir, 'tcx> LiveValues<'mir, 'tcx> {
    pub(in crate::coroutine) fn new(
        live: ResultsCursor<'mir, 'tcx, MaybeLiveLocals>,
        borrowed: ResultsCursor<'mir, 'tcx, MaybeBorrowedLocals>,
        named: &NamedCaptures,
    ) -> Self {
        let body = live.body();
        LiveValues {
            body,
            live,
            borrowed,
            live_in_block: (None, Vec::new()),
            in_use: DenseBitSet::new_empty(body.local_decls.len()),
            captures: named.names.len(),
        }
    }

    /// The locals that are in use at `location`.
    pub(in crate::coroutine) fn in_use(&mut self, location: Location) -> &DenseBitSet<Local> {
        let Location { block, statement_index } = location;
        if self.live_in_block.0 != Some(block) {
            self.look_into(block);
        }
        self.in_use.clone_from(&self.live_in_block.1[statement_index]);
        self.borrowed.seek_after_primary_effect(location);
        self.in_use.union(self.borrowed.get());
        // Arguments are stored as soon as the body is entered, whether they are live or not.
        if block == START_BLOCK && statement_index < self.captures {
            for argument in self.body.args_iter() {
                self.in_use.insert(argument);
            }
        }
        match self.body.stmt_at(location) {
            either::Either::Left(statement) => {
                Mentioned(&mut self.in_use).visit_statement(statement, location);
            }
            either::Either::Right(terminator) => {
                Mentioned(&mut self.in_use).visit_terminator(terminator, location);
            }
        }
        &self.in_use
    }

    /// Notes what is live in `block`, in the memory of what was noted before.
    fn look_into(&mut self, block: BasicBlock) {
        let end = self.body[block].statements.len();
        let (block_asked, live) = &mut self.live_in_block;
        *block_asked = Some(block);
        if live.len() <= end {
            live.resize(end + 1, DenseBitSet::new_empty(self.body.local_decls.len()));
        }
        // Liveness goes backward: after an effect means in front of the statement.
        for statement_index in (0..=end).rev() {
            self.live.seek_after_primary_effect(Location { block, statement_index });
            live[statement_index].clone_from(self.live.get());
        }
    }
}

/// Collects locals. To mark their storage does not mention them.
struct Mentioned<'a>(&'a mut DenseBitSet<Local>);

impl<'tcx> Visitor<'tcx> for Mentioned<'_> {
    fn visit_local(&mut self, local: Local, context: PlaceContext, _: Location) {
        if context.is_use() {
            self.0.insert(local);
        }
    }
}
