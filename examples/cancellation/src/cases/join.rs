//! `join!` and `try_join!`: several futures in one task.

use tokio::task::yield_now;

use crate::bodies::*;
use crate::ledger::Mark;
use crate::scene::{Scene, abort};

pub fn completes(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (a, b) = (ledger.part("a"), ledger.part("b"));
        assert_eq!(tokio::join!(completing(a.clone()), completing(b.clone())), (42, 42));
        a.expect(COMPLETED);
        b.expect(COMPLETED);
    });
}

pub fn aborted(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let (a, b) = (ledger.part("a"), ledger.part("b"));
        let (first, second) =
            (stalled(a.clone(), mark.clone()), destroying(b.clone(), mark.clone()));
        let task = tokio::spawn(async move { tokio::join!(first, second) });
        mark.reached(2).await;
        abort(task).await;
        a.expect(STALLED_SYNC);
        b.expect(DESTROYING_SYNC);
    });
}

/// The finished one left an output in the macro's state.
pub fn one_finished_aborted(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let (inside, at) = (ledger.clone(), mark.clone());
        let task = tokio::spawn(async move {
            let finished = async {
                let output = inside.graceful("output");
                yield_now().await;
                at.hit();
                output
            };
            tokio::join!(finished, stalled(inside.part("stalled"), at.clone()))
        });
        mark.reached(2).await;
        abort(task).await;
        ledger.expect("sync output");
        ledger.part("stalled").expect(STALLED_SYNC);
    });
}

/// The first error cancels the others, in this async body.
pub fn try_join_fails(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let (fails, waits) = (ledger.part("fails"), ledger.part("waits"));
        let failing = async {
            let _outer = fails.graceful("outer");
            mark.reached(1).await;
            Err::<(), _>("failed")
        };
        let waiting = async {
            stalled(waits.clone(), mark.clone()).await;
            Ok(())
        };
        assert_eq!(tokio::try_join!(waiting, failing), Err("failed"));
        fails.expect("begin outer, end outer");
        waits.expect(STALLED_AWAITED);
    });
}
