//! The end of a runtime that still has tasks.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::bodies::*;
use crate::ledger::{Ledger, Mark, Planned};
use crate::scene::Scene;

/// A runtime with tasks in each state. The unstarted ones may come to their first poll all the same.
fn occupied(scene: &Scene) -> Runtime {
    let (runtime, ledger, mark) = (scene.runtime(), &scene.ledger, Mark::default());
    for task in 0..3 {
        runtime.spawn(stalled(ledger.part(format!("stalled {task}")), mark.clone()));
        runtime.spawn(destroying(ledger.part(format!("destroying {task}")), mark.clone()));
        runtime.spawn(completing(ledger.part(format!("completed {task}"))));
    }
    runtime.block_on(async {
        mark.reached(6).await;
        for task in 0..3 {
            let ledger = ledger.part(format!("completed {task}"));
            while ledger.log() != COMPLETED {
                tokio::task::yield_now().await;
            }
        }
    });
    runtime.spawn(unstarted_of(ledger));
    runtime
}

#[track_caller]
fn expect_all(ledger: &Ledger) {
    for task in 0..3 {
        ledger.part(format!("stalled {task}")).expect(STALLED_SYNC);
        ledger.part(format!("destroying {task}")).expect(DESTROYING_SYNC);
        ledger.part(format!("completed {task}")).expect(COMPLETED);
    }
}

pub fn runtime_dropped(scene: &Scene) {
    drop(occupied(scene));
    expect_all(&scene.ledger);
}

pub fn with_timeout(scene: &Scene) {
    occupied(scene).shutdown_timeout(Duration::from_secs(10));
    expect_all(&scene.ledger);
}

/// Nobody waits for the workers, which drop the tasks.
pub fn in_background(scene: &Scene) {
    let start = Instant::now();
    occupied(scene).shutdown_background();
    while scene.ledger.check().is_err() && start.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(1));
    }
    expect_all(&scene.ledger);
}

/// The future of `block_on` unwinds; the tasks go with the runtime.
pub fn block_on_panics(scene: &Scene) {
    let runtime = occupied(scene);
    let ledger = scene.ledger.part("main");
    let result = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            let _outer = ledger.plain("outer");
            let _inner = ledger.plain("inner");
            tokio::task::yield_now().await;
            panic_any(Planned("main"));
        })
    }));
    assert_eq!(result.unwrap_err().downcast_ref(), Some(&Planned("main")));
    ledger.expect("sync inner, sync outer");
    drop(runtime);
    expect_all(&scene.ledger);
}
