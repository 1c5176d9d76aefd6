//! Tasks that panic. The values of an async body that unwinds are awaited (R16 to R18).

use std::panic::panic_any;

use tokio::task::{JoinSet, yield_now};

use crate::bodies::*;
use crate::ledger::{Ending, Ledger, Mark, Planned};
use crate::scene::{Scene, assert_panicked};

async fn panicking(ledger: Ledger, name: &'static str) {
    let _outer = ledger.graceful("outer");
    let _buffer = ledger.plain("buffer");
    panicking_inner(&ledger, name).await;
}

async fn panicking_inner(ledger: &Ledger, name: &'static str) {
    let _inner = ledger.graceful("inner");
    yield_now().await;
    panic_any(Planned(name));
}

/// What happens to the values of `panicking`.
const PANICKED: &str = STALLED_AWAITED;

pub fn payload_is_kept(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        assert_panicked(tokio::spawn(panicking(ledger.clone(), "task")).await, "task");
        ledger.expect(PANICKED);
    });
}

/// The rest is dropped all the same (R17).
pub fn in_destructor(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let inside = ledger.clone();
        let task = tokio::spawn(async move {
            let _first = inside.graceful("first");
            let _buffer = inside.plain("buffer");
            let _panics = inside.ending("panics", Ending::Panics(inside.plain("field")));
            let _last = inside.graceful("last");
            yield_now().await;
        });
        assert_panicked(task.await, "destructor");
        ledger.expect(
            "begin last, end last, begin panics, panic panics, sync field, sync buffer, begin first, end first",
        );
    });
}

/// The abort of a task meets a `Drop` that panics: it goes into the `JoinError`.
pub fn in_drop_while_aborted(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let (inside, at) = (ledger.clone(), mark.clone());
        let task = tokio::spawn(async move {
            let _outer = inside.graceful("outer");
            let _bomb = inside.bomb("bomb");
            stalled(inside.part("inner"), at).await;
        });
        mark.reached(1).await;
        task.abort();
        assert_panicked(task.await, "bomb");
        ledger.part("inner").expect(STALLED_SYNC);
        ledger.expect("sync bomb, sync outer");
    });
}

/// A `Drop` panics at a scope exit, between destructors.
pub fn in_drop_on_exit(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let inside = ledger.clone();
        let task = tokio::spawn(async move {
            let _outer = inside.graceful("outer");
            let _bomb = inside.bomb("bomb");
            let _inner = inside.graceful("inner");
            yield_now().await;
        });
        assert_panicked(task.await, "bomb");
        ledger.expect("begin inner, end inner, sync bomb, begin outer, end outer");
    });
}

/// One panics, the others are cancelled.
pub fn in_join_set(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let mut set = JoinSet::new();
        for task in 0..3 {
            set.spawn(stalled(ledger.part(task), mark.clone()));
        }
        mark.reached(3).await;
        set.spawn(panicking(ledger.part("panicking"), "set"));
        assert_panicked(set.join_next().await.expect("one ends"), "set");
        set.shutdown().await;
        for task in 0..3 {
            ledger.part(task).expect(STALLED_SYNC);
        }
        ledger.part("panicking").expect(PANICKED);
    });
}

/// A task's panic ends up in the task that joins it, and again in the one that joins that.
pub fn in_nested_task(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let inside = ledger.clone();
        let parent = tokio::spawn(async move {
            let _parent = inside.part("parent").graceful("parent");
            let child = tokio::spawn(panicking(inside, "child"));
            crate::scene::finished(child.await);
        });
        assert_panicked(parent.await, "child");
        ledger.expect(PANICKED);
        ledger.part("parent").expect("begin parent, end parent");
    });
}
