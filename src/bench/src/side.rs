//! The ways to compile a shape.

use serde::Serialize;

/// What the guards of a shape do at their end, and which compiler compiles it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// `AsyncDrop`, on the fork.
    Implicit,
    /// The same with `-Zasync-drop-unwind=sync`: a panic awaits nothing, as with closes by hand.
    SyncUnwind,
    /// Closed by hand, on the fork, with packed coroutines, but without the feature.
    ByHand,
    /// Closed by hand, on the stock compiler.
    StockByHand,
    /// `AsyncDrop`, on the stock compiler.
    Prototype,
    /// A `Drop` that spawns a task.
    Spawn,
    /// A `Drop` that blocks.
    BlockOn,
    /// The crate async-dropper.
    AsyncDropper,
}

impl Side {
    pub const ALL: [Self; 8] = [
        Self::Implicit,
        Self::SyncUnwind,
        Self::ByHand,
        Self::StockByHand,
        Self::Prototype,
        Self::Spawn,
        Self::BlockOn,
        Self::AsyncDropper,
    ];

    /// As in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Implicit => "implicit",
            Self::SyncUnwind => "implicit, sync unwinding",
            Self::ByHand => "by hand",
            Self::StockByHand => "by hand, stock",
            Self::Prototype => "prototype",
            Self::Spawn => "spawn in drop",
            Self::BlockOn => "block_on in drop",
            Self::AsyncDropper => "async-dropper",
        }
    }

    /// The file of `benches/strategies/` that has the guards.
    pub fn strategy(self) -> &'static str {
        match self {
            Self::Implicit | Self::SyncUnwind | Self::Prototype => "implicit",
            Self::ByHand | Self::StockByHand => "by_hand",
            Self::Spawn => "spawn",
            Self::BlockOn => "block_on",
            Self::AsyncDropper => "async_dropper",
        }
    }

    pub fn is_fork(self) -> bool {
        matches!(self, Self::Implicit | Self::SyncUnwind | Self::ByHand)
    }

    /// Whether the program has a runtime, so that a run is more than the polls of one future.
    pub fn has_runtime(self) -> bool {
        matches!(self, Self::Spawn | Self::BlockOn | Self::AsyncDropper)
    }
}
