//! `JoinHandle::abort`. The runtime drops the future, outside of any async body, so nothing is awaited (R12); a
//! destructor that had begun is dropped where it stands, and then its value (R14).

use tokio::task::yield_now;

use crate::bodies::*;
use crate::ledger::{Ledger, Mark};
use crate::scene::{Scene, abort, finished};

/// Aborted before its first poll: only the captures are there to be dropped.
pub fn unstarted(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.runtime().block_on(async {
        let task = scene.while_busy(|| {
            let task = tokio::spawn(unstarted_of(&ledger));
            task.abort();
            task
        });
        abort(task).await;
        ledger.expect(UNSTARTED_SYNC);

        let ledger = ledger.part("block");
        let (first, second) = (ledger.graceful("first"), ledger.plain("second"));
        let task = scene.while_busy(|| {
            let task = tokio::spawn(async move {
                let (_second, _first) = (&second, &first);
                yield_now().await;
            });
            task.abort();
            task
        });
        abort(task).await;
    });
}

pub fn suspended(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let task = tokio::spawn(stalled(ledger.clone(), mark.clone()));
        mark.reached(1).await;
        abort(task).await;
        ledger.expect(STALLED_SYNC);
    });
}

pub fn in_destructor(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let task = tokio::spawn(destroying(ledger.clone(), mark.clone()));
        mark.reached(1).await;
        abort(task).await;
        ledger.expect(DESTROYING_SYNC);
    });
}

/// A task that aborts itself goes on until it suspends.
pub fn from_inside(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (inside, (tell, told)) = (ledger.clone(), tokio::sync::oneshot::channel());
        let task = tokio::spawn(async move {
            let _outer = inside.graceful("outer");
            let _buffer = inside.plain("buffer");
            let own: tokio::task::AbortHandle = told.await.expect("the handle");
            let _inner = inside.graceful("inner");
            own.abort();
            yield_now().await;
            unreachable!("aborted");
        });
        tell.send(task.abort_handle()).expect("the task listens");
        let error = task.await.expect_err("aborted");
        assert!(error.is_cancelled(), "{error}");
        ledger.expect(STALLED_SYNC);
    });
}

/// The output waits in the task for its handle.
pub fn after_completion(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let output = ledger.graceful("output");
        let task = tokio::spawn(async move { output });
        while !task.is_finished() {
            yield_now().await;
        }
        task.abort();
        ledger.expect("");
        drop(finished(task.await));
        ledger.expect("sync output");

        let unclaimed = ledger.part("unclaimed");
        let output = unclaimed.graceful("output");
        let task = tokio::spawn(async move { output });
        while !task.is_finished() {
            yield_now().await;
        }
        drop(task);
        // A handle is no async body's value that needs async drop: the runtime owns the output.
        unclaimed.expect("sync output");
    });
}

/// The task is a boxed future of unknown type.
pub fn while_erased(scene: &Scene) {
    type Erased = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let future: Erased = Box::pin(stalled(ledger.clone(), mark.clone()));
        let task = tokio::spawn(future);
        mark.reached(1).await;
        abort(task).await;
        ledger.expect(STALLED_SYNC);
    });
}

/// Dropping a handle is no cancellation: each scope exit is awaited.
pub fn detached_runs_on(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let inside: Ledger = ledger.clone();
        let done = Mark::default();
        let hit = done.clone();
        drop(tokio::spawn(async move {
            assert_eq!(completing(inside).await, 42);
            hit.hit();
        }));
        done.reached(1).await;
        ledger.expect(COMPLETED);
    });
}
