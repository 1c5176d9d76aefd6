//! `tokio::time::timeout`. What it cancels, it cancels in the async body that awaits it, so destructors are awaited
//! (R13), and one that has begun is finished first (R14).

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::bodies::*;
use crate::ledger::{Ending, Ledger, Mark};
use crate::scene::{Scene, abort};

const LONG: Duration = Duration::from_secs(1000);

pub fn fires(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let result = timeout(SOON, stalled(ledger.clone(), Mark::default())).await;
        assert!(result.is_err());
        ledger.expect(STALLED_AWAITED);
    });
}

/// A destructor that takes longer than the limit.
async fn slowly(ledger: Ledger) {
    let _rest = ledger.graceful("rest");
    {
        let _slow = ledger.ending("slow", Ending::Lingers(Mark::default()));
    }
    unreachable!("the limit is over");
}

const SLOWLY_AWAITED: &str = "begin slow, end slow, begin rest, end rest";

pub fn fires_in_destructor(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let result = timeout(SOON, slowly(ledger.clone())).await;
        assert!(result.is_err());
        ledger.expect(SLOWLY_AWAITED);
    });
}

pub fn in_time(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        assert_eq!(timeout(LONG, completing(ledger.clone())).await, Ok(42));
        ledger.expect(COMPLETED);
    });
}

pub fn nested(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let inside = ledger.clone();
        let result = timeout(SOON, async move {
            let _limited = inside.graceful("limited");
            let mut limited = inside.part("long");
            if timeout(LONG, stalled(limited.clone(), Mark::default())).await.is_err() {
                limited = inside;
            }
            limited.log()
        });
        assert!(result.await.is_err());
        ledger.part("long").expect(STALLED_AWAITED);
        ledger.expect("begin limited, end limited");
    });
}

/// A limit on a boxed future of unknown type.
pub fn erased(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let future: Pin<Box<dyn Future<Output = ()> + Send>> =
            Box::pin(stalled(ledger.clone(), Mark::default()));
        assert!(timeout(SOON, future).await.is_err());
        // Later: awaited. Today the contents of a box are sync-dropped, so no more than this:
        assert_eq!(ledger.check(), Ok(3));
    });
}

/// Dropped before it is polled.
pub fn unstarted(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        drop(timeout(SOON, unstarted_of(&ledger)));
        // `drop` is not async, so this cannot be awaited.
        ledger.expect(UNSTARTED_SYNC);
        let ledger = ledger.part("scope");
        {
            let _limit = timeout(SOON, unstarted_of(&ledger));
        }
        // Later: awaited. Today the captures of a future that never ran are sync-dropped everywhere.
        assert_eq!(ledger.check(), Ok(4));
    });
}

/// The task that awaits the limit is aborted: no async body is left that could await.
pub fn aborted(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let future = stalled(ledger.clone(), mark.clone());
        let task = tokio::spawn(async move { timeout(LONG, future).await });
        mark.reached(1).await;
        abort(task).await;
        ledger.expect(STALLED_SYNC);

        // Aborted while it awaits the destructors of what the limit cancelled.
        let (ledger, mark) = (ledger.part("late"), Mark::default());
        let (inside, at) = (ledger.clone(), mark.clone());
        let limited = async move {
            let _rest = inside.graceful("rest");
            let _slow = inside.ending("slow", Ending::Stalls(at));
            sleep(LONG).await;
        };
        let task = tokio::spawn(async move { timeout(SOON, limited).await });
        mark.reached(1).await;
        abort(task).await;
        ledger.expect("begin slow, sync frame, sync slow, sync rest");
    });
}
