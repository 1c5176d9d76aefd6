//! `JoinSet`: it aborts what it holds when it is dropped, or when told to.

use tokio::task::JoinSet;

use crate::bodies::*;
use crate::ledger::{Ledger, Mark};
use crate::scene::Scene;

/// Spawns tasks in each state but unstarted, and waits until they are in it.
async fn spawn_all(set: &mut JoinSet<()>, ledger: &Ledger) {
    let mark = Mark::default();
    for task in 0..3 {
        set.spawn(stalled(ledger.part(format!("stalled {task}")), mark.clone()));
        set.spawn(destroying(ledger.part(format!("destroying {task}")), mark.clone()));
    }
    mark.reached(6).await;
}

#[track_caller]
fn expect_all(ledger: &Ledger) {
    for task in 0..3 {
        ledger.part(format!("stalled {task}")).expect(STALLED_SYNC);
        ledger.part(format!("destroying {task}")).expect(DESTROYING_SYNC);
    }
}

pub fn dropped(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let mut set = JoinSet::new();
        spawn_all(&mut set, &ledger).await;
        set.spawn(unstarted_of(&ledger));
        drop(set);
        ledger.settle().await;
        expect_all(&ledger);
    });
}

pub fn shut_down(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let mut set = JoinSet::new();
        spawn_all(&mut set, &ledger).await;
        set.spawn(unstarted_of(&ledger));
        set.shutdown().await;
        assert!(set.is_empty());
        // Each task was joined, so each value is gone.
        assert_eq!(ledger.check(), Ok(3 * 3 + 3 * 5 + 2));
        expect_all(&ledger);
    });
}

pub fn abort_all(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let mut set = JoinSet::new();
        spawn_all(&mut set, &ledger).await;
        set.abort_all();
        let mut cancelled = 0;
        while let Some(result) = set.join_next().await {
            assert!(result.is_err_and(|error| error.is_cancelled()));
            cancelled += 1;
        }
        assert_eq!(cancelled, 6);
        expect_all(&ledger);
    });
}

/// Outputs that nobody asked for go with the set.
pub fn some_finished(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let mut set = JoinSet::new();
        let done = Mark::default();
        for task in 0..4 {
            let (ledger, done) = (ledger.part(task), done.clone());
            set.spawn(async move {
                completing(ledger.clone()).await;
                let output = ledger.graceful("output");
                done.hit();
                Some(output)
            });
        }
        let mark = Mark::default();
        let (waiting, at) = (ledger.part("waiting"), mark.clone());
        set.spawn(async move {
            stalled(waiting, at).await;
            None
        });
        done.reached(4).await;
        mark.reached(1).await;
        let first = set.join_next().await.expect("one of them").expect("it did not fail");
        assert!(first.is_some());
        drop(set);
        drop(first);
        ledger.settle().await;
        ledger.part("waiting").expect(STALLED_SYNC);
        for task in 0..4 {
            ledger.part(task).expect(&format!("{COMPLETED}, sync output"));
        }
    });
}

/// Tasks that left the set end with the runtime.
pub fn detached(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let mut set = JoinSet::new();
        spawn_all(&mut set, &ledger).await;
        set.detach_all();
        drop(set);
        ledger.part("stalled 0").expect("");
    });
    expect_all(&scene.ledger);
}
