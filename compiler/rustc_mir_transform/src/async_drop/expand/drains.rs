//! How the dropline goes on with a destructor that is pending.
//!
//! ```text
//! async fn f() {
//!     let _conn = Connection::new();
//!     work().await;                  // Cancelled here, the dropline drops `_conn`.
//! }                                  // Cancelled here, it goes on with that drop.
//! ```
//!
//! Both drops have the same future and go on in the same blocks, whether the destructor returns or
//! panics. So there is one loop in which the dropline polls it, and one `leave` for the syncline.

use rustc_middle::mir::*;

use super::Expander;
use crate::coroutine::async_drop::Destructor;
use crate::coroutine::async_drop::lines::AwaitedDrop;

/// The ways on from a suspension in a destructor if the coroutine is cancelled.
#[derive(Clone, Copy)]
pub(super) struct Drained {
    /// The block of the drop that these are part of.
    pub(super) by: BasicBlock,
    /// The loop on the dropline. Filled when its drop is expanded.
    pub(super) drain: BasicBlock,
    /// The way on the syncline.
    pub(super) leave: BasicBlock,
}

/// What decides how a destructor is drained.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Drain {
    future: Local,
    destructor: Destructor,
    /// Where the dropline goes on.
    target: BasicBlock,
    /// Where a panic in the destructor leads. The mainline may ask a drop flag there that the
    /// dropline does not ask: it knows what it has dropped.
    unwind: UnwindAction,
}

impl<'tcx> Expander<'_, 'tcx> {
    /// Lays out how each drop on the dropline is drained.
    pub(super) fn lay_out_drains(&mut self, drops: &[&AwaitedDrop<'tcx>]) {
        for drop in drops.iter().filter(|drop| drop.on_dropline) {
            let drain = self.drain(drop);
            if !self.drained.contains_key(&drain) {
                let unwind = self.unwind_without_future(drop);
                let drained = self.drained(drop, unwind);
                self.drained.insert(drain, drained);
            }
        }
    }

    /// How `drop` is drained: by itself, or if it is not on the dropline, by one that is.
    pub(super) fn drained(&mut self, drop: &AwaitedDrop<'tcx>, unwind: UnwindAction) -> Drained {
        let shared = self.drained.get(&self.drain(drop)).copied();
        let is_usable =
            |shared: &Drained| shared.by == drop.block || !drop.on_dropline && !drop.on_unwindline;
        shared.filter(is_usable).unwrap_or_else(|| {
            let leave = self.leave_synchronously(drop, unwind);
            Drained { by: drop.block, drain: self.emitter(drop.source_info).empty_block(), leave }
        })
    }

    fn drain(&self, drop: &AwaitedDrop<'tcx>) -> Drain {
        let unwind = match drop.unwind {
            UnwindAction::Cleanup(block) => UnwindAction::Cleanup(self.alike[block]),
            unwind => unwind,
        };
        Drain { future: drop.fut, destructor: drop.destructor, target: drop.dropline, unwind }
    }
}
