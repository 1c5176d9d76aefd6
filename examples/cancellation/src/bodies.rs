//! Futures for the cases to cancel, and the logs that they leave behind.

use std::time::Duration;

use crate::ledger::{Ending, Graceful, Ledger, Mark};

/// Short enough to fire soon, long enough for the first poll of what it limits.
pub const SOON: Duration = Duration::from_millis(5);

/// Stays at the mark, with values in the frames of two async functions.
pub async fn stalled(ledger: Ledger, mark: Mark) {
    let _outer = ledger.graceful("outer");
    let _buffer = ledger.plain("buffer");
    stalled_inner(&ledger, &mark).await;
}

async fn stalled_inner(ledger: &Ledger, mark: &Mark) {
    let _inner = ledger.graceful("inner");
    mark.stall().await;
}

/// [`stalled`], cancelled where nothing can await.
pub const STALLED_SYNC: &str = "sync inner, sync buffer, sync outer";
/// [`stalled`], cancelled in an async body.
pub const STALLED_AWAITED: &str = "begin inner, end inner, sync buffer, begin outer, end outer";

/// Stays at the mark inside a destructor, which began at the end of an inner scope.
pub async fn destroying(ledger: Ledger, mark: Mark) {
    let _rest = ledger.graceful("rest");
    let _buffer = ledger.plain("buffer");
    {
        let _slow = ledger.ending("slow", Ending::Stalls(mark.clone()));
        let _first = ledger.graceful("first");
    }
    unreachable!("the destructor never completes");
}

/// [`destroying`], cancelled where nothing can await: the destructor's own frame goes first.
pub const DESTROYING_SYNC: &str =
    "begin first, end first, begin slow, sync frame, sync slow, sync buffer, sync rest";

/// Has values in its parameters, and none of its own.
pub async fn unstarted(_first: Graceful, mark: Mark, _second: Graceful) {
    mark.stall().await;
}

/// [`unstarted`], cancelled before its first poll: captures go in their order, like fields.
pub const UNSTARTED_SYNC: &str = "sync first, sync second";

/// [`unstarted`] with values made in order, by the ledger.
pub fn unstarted_of(ledger: &Ledger) -> impl Future<Output = ()> + use<> {
    unstarted(ledger.graceful("first"), Mark::default(), ledger.graceful("second"))
}

/// Comes to its end, and has an awaited destructor in each frame.
pub async fn completing(ledger: Ledger) -> u32 {
    let _outer = ledger.graceful("outer");
    let _buffer = ledger.plain("buffer");
    let inner = {
        let _inner = ledger.ending("inner", Ending::Yields(2));
        tokio::task::yield_now().await;
        41
    };
    tokio::task::yield_now().await;
    inner + 1
}

pub const COMPLETED: &str = STALLED_AWAITED;
