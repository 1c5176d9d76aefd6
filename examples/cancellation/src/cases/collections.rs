//! Futures in collections and boxes. Where an async body drops one of these, the fork does not await their contents
//! yet: such cases assert "exactly once" (later: awaited).

use std::pin::Pin;
use std::task::Poll;

use futures::future::{AbortHandle, Abortable, FutureExt, join_all};
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::task::yield_now;

use crate::bodies::*;
use crate::ledger::{Ledger, Mark};
use crate::scene::{Scene, abort};

type Erased = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Polls the future once, and leaves it suspended.
async fn start<F: Future + Unpin>(future: &mut F) {
    std::future::poll_fn(|context| {
        assert!(future.poll_unpin(context).is_pending());
        Poll::Ready(())
    })
    .await
}

fn several(ledger: &Ledger, mark: &Mark) -> FuturesUnordered<Erased> {
    let futures = FuturesUnordered::new();
    for task in 0..4 {
        futures.push(Box::pin(stalled(ledger.part(task), mark.clone())) as Erased);
    }
    futures.push(Box::pin(destroying(ledger.part("destroying"), mark.clone())));
    futures
}

/// A task with a set of futures is aborted.
pub fn unordered(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let (inside, at) = (ledger.clone(), mark.clone());
        let task = tokio::spawn(async move {
            let mut futures = several(&inside, &at);
            futures.push(Box::pin(async move {
                completing(inside.part("completing")).await;
                at.hit();
            }));
            while futures.next().await.is_some() {}
        });
        mark.reached(6).await;
        abort(task).await;
        for task in 0..4 {
            ledger.part(task).expect(STALLED_SYNC);
        }
        ledger.part("destroying").expect(DESTROYING_SYNC);
        ledger.part("completing").expect(COMPLETED);
    });
}

/// Later: awaited.
pub fn unordered_dropped_in_body(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let mark = Mark::default();
        {
            let mut futures: FuturesUnordered<_> =
                (0..4).map(|task| stalled(ledger.part(task), mark.clone())).collect();
            tokio::select! {
                _ = futures.next() => unreachable!("none completes"),
                () = mark.reached(4) => {}
            }
        }
        assert_eq!(ledger.check(), Ok(12));
        // Cleared, with futures that never ran among the others.
        let mut futures: FuturesUnordered<_> = (0..4).map(|_| unstarted_of(&ledger)).collect();
        tokio::select! {
            biased;
            _ = futures.next() => unreachable!("none completes"),
            () = yield_now() => futures.clear(),
        }
        assert_eq!(ledger.check(), Ok(20));
    });
}

/// Later: awaited.
pub fn all_joined(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let mark = Mark::default();
        tokio::select! {
            _ = join_all((0..3).map(|task| stalled(ledger.part(task), mark.clone()))) => {}
            () = mark.reached(3) => {}
        }
        // Above 30 it is a `FuturesOrdered`.
        let (ledger, mark) = (ledger.part("many"), Mark::default());
        tokio::select! {
            _ = join_all((0..40).map(|task| stalled(ledger.part(task), mark.clone()))) => {}
            () = mark.reached(40) => {}
        }
        assert_eq!(ledger.check(), Ok(3 * 43));
    });
}

/// Boxes in boxes, in an aborted task.
pub fn boxed(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let (inside, at) = (ledger.clone(), mark.clone());
        let task = tokio::spawn(async move {
            let first: Erased = Box::pin(stalled(inside.part("first"), at.clone()));
            let second: Erased = Box::pin(destroying(inside.part("second"), at.clone()));
            let both: Erased = Box::pin(async move {
                tokio::join!(first, second);
            });
            both.await;
        });
        mark.reached(2).await;
        abort(task).await;
        ledger.part("first").expect(STALLED_SYNC);
        ledger.part("second").expect(DESTROYING_SYNC);
    });
}

/// Later: awaited.
pub fn boxed_dropped_in_body(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let mark = Mark::default();
        {
            let mut suspended: Erased = Box::pin(stalled(ledger.part("a"), mark.clone()));
            start(&mut suspended).await;
            let mut concrete = Box::pin(stalled(ledger.part("b"), mark.clone()));
            start(&mut concrete).await;
            let mut several: Vec<Erased> = vec![suspended, Box::pin(unstarted_of(&ledger))];
            start(&mut several[1]).await;
            several.push(Box::pin(stalled(ledger.part("never polled"), mark.clone())));
        }
        assert_eq!(ledger.check(), Ok(8));
    });
}

/// A boxed future in an `Option` that is assigned to. Later: awaited.
pub fn option_cleared(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let mark = Mark::default();
        let mut current: Option<Erased> = None;
        for round in 0..4 {
            let mut next: Erased = Box::pin(stalled(ledger.part(round), mark.clone()));
            start(&mut next).await;
            current = Some(next);
        }
        assert!(current.is_some());
        current = None;
        assert!(current.is_none());
        assert_eq!(ledger.check(), Ok(12));
    });
}

/// The last clone of a shared future ends it. Later: awaited.
pub fn shared(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let future = stalled(ledger.clone(), mark.clone()).shared();
        let other = tokio::spawn(future.clone());
        mark.reached(1).await;
        abort(other).await;
        ledger.expect("");
        drop(future);
        assert_eq!(ledger.check(), Ok(3));
    });
}

/// An aborted `Abortable` completes, and drops its future where it is dropped itself.
pub fn abortable(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let (handle, registration) = AbortHandle::new_pair();
        let future = Abortable::new(stalled(ledger.clone(), mark.clone()), registration);
        let task = tokio::spawn(future);
        mark.reached(1).await;
        handle.abort();
        assert!(task.await.expect("it was not cancelled").is_err());
        // The runtime drops the completed future.
        ledger.expect(STALLED_SYNC);
    });
}
