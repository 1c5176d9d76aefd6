//! `LocalSet`: tasks that stay on their thread.

use std::rc::Rc;

use tokio::task::{LocalSet, spawn_local, yield_now};

use crate::bodies::*;
use crate::ledger::{Ledger, Mark};
use crate::scene::{Scene, abort};

fn spawn_all(ledger: &Ledger) -> Mark {
    let mark = Mark::default();
    spawn_local(stalled(ledger.part("stalled"), mark.clone()));
    spawn_local(destroying(ledger.part("destroying"), mark.clone()));
    mark
}

#[track_caller]
fn expect_all(ledger: &Ledger) {
    ledger.part("stalled").expect(STALLED_SYNC);
    ledger.part("destroying").expect(DESTROYING_SYNC);
}

pub fn set_dropped(scene: &Scene) {
    let ledger = &scene.ledger;
    // Dropped in its runtime, and after its runtime.
    for (round, inside) in [("inside", true), ("after", false)] {
        let (ledger, set, runtime) = (ledger.part(round), LocalSet::new(), scene.runtime());
        runtime.block_on(set.run_until(async { spawn_all(&ledger).reached(2).await }));
        set.spawn_local(unstarted_of(&ledger));
        if inside {
            runtime.block_on(async { drop(set) });
            drop(runtime);
        } else {
            drop(runtime);
            drop(set);
        }
        expect_all(&ledger);
        ledger.expect(UNSTARTED_SYNC);
    }
}

pub fn task_aborted(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    let set = LocalSet::new();
    scene.runtime().block_on(set.run_until(async {
        let task = spawn_local(stalled(ledger.part("stalled"), mark.clone()));
        mark.reached(1).await;
        abort(task).await;
        let task = spawn_local(destroying(ledger.part("destroying"), mark.clone()));
        mark.reached(2).await;
        abort(task).await;
        expect_all(&ledger);
        let task = spawn_local(unstarted_of(&ledger));
        abort(task).await;
        ledger.expect(UNSTARTED_SYNC);
    }));
}

/// The future around the set is cancelled, by `select!`; the set's tasks are the set's.
pub fn run_until_cancelled(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.runtime().block_on(async {
        let set = LocalSet::new();
        let until = set.run_until(async {
            spawn_all(&ledger).reached(2).await;
            stalled(ledger.part("main"), mark.clone()).await;
        });
        tokio::select! {
            () = until => unreachable!("it never completes"),
            () = mark.reached(1) => {}
        }
        // `run_until` is an async body of tokio, which is built without the feature: at worst sync (R24).
        let log = ledger.part("main").log();
        assert!([STALLED_SYNC, STALLED_AWAITED].contains(&&*log), "{log}");
        ledger.part("stalled").expect("");
        drop(set);
        expect_all(&ledger);
    });
}

/// Values behind an `Rc`: the last one ends them. Later: awaited, if it is an async body that drops the last.
pub fn shared_values(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    let set = LocalSet::new();
    scene.runtime().block_on(set.run_until(async {
        let shared = Rc::new((ledger.graceful("value"), ledger.plain("plain")));
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (shared, mark, ledger) = (shared.clone(), mark.clone(), ledger.clone());
                spawn_local(async move {
                    let _own = ledger.graceful("own");
                    let _shared = shared;
                    mark.stall().await;
                })
            })
            .collect();
        drop(shared);
        mark.reached(4).await;
        for task in tasks {
            assert!(!ledger.log().contains("value"));
            abort(task).await;
            yield_now().await;
        }
        assert_eq!(ledger.check(), Ok(6));
    }));
}
