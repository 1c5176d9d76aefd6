//! Tasks that spawn tasks.

use std::pin::Pin;

use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use crate::bodies::*;
use crate::ledger::{Ledger, Mark};
use crate::scene::{Scene, abort, finished};

/// A task is no part of the one that spawned it.
pub fn parent_aborted_child_runs_on(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let (inside, at) = (ledger.clone(), mark.clone());
        let (proceed, told) = oneshot::channel();
        let (report, reported) = oneshot::channel();
        let parent = tokio::spawn(async move {
            let _parent = inside.graceful("parent");
            let child = tokio::spawn(async move {
                let _child = inside.part("child").graceful("child");
                at.hit();
                told.await.expect("the case tells");
                let sum = completing(inside.part("completing")).await;
                report.send(sum).expect("the case listens");
            });
            finished(child.await);
        });
        mark.reached(1).await;
        abort(parent).await;
        ledger.expect("sync parent");
        ledger.part("child").expect("");
        proceed.send(()).expect("the child lives");
        assert_eq!(reported.await, Ok(42));
        ledger.settle().await;
        ledger.part("child").expect("begin child, end child");
        ledger.part("completing").expect(COMPLETED);
    });
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The guard in the aborted parent aborts the child.
pub fn abort_guard(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let (inside, at) = (ledger.clone(), mark.clone());
        let parent = tokio::spawn(async move {
            let child = tokio::spawn(stalled(inside.part("child"), at.clone()));
            let _guard = AbortOnDrop(child.abort_handle());
            stalled(inside, at).await;
        });
        mark.reached(2).await;
        abort(parent).await;
        ledger.settle().await;
        ledger.expect(STALLED_SYNC);
        ledger.part("child").expect(STALLED_SYNC);
    });
}

pub fn join_set_in_task(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let (inside, at) = (ledger.clone(), mark.clone());
        let parent = tokio::spawn(async move {
            let mut set = JoinSet::new();
            set.spawn(stalled(inside.part("child"), at.clone()));
            set.spawn(destroying(inside.part("destroying"), at.clone()));
            let _parent = inside.graceful("parent");
            set.join_next().await;
        });
        mark.reached(2).await;
        abort(parent).await;
        ledger.settle().await;
        ledger.expect("sync parent");
        ledger.part("child").expect(STALLED_SYNC);
        ledger.part("destroying").expect(DESTROYING_SYNC);
    });
}

type Link = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Each task holds the set with the next one.
fn link(ledger: Ledger, mark: Mark, depth: usize) -> Link {
    Box::pin(async move {
        let mut set = JoinSet::new();
        let part = ledger.part(depth);
        let _outer = part.graceful("outer");
        if depth > 0 {
            set.spawn(link(ledger, mark.clone(), depth - 1));
        }
        let _inner = part.plain("inner");
        mark.stall().await;
    })
}

pub fn chain(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let task: JoinHandle<()> = tokio::spawn(link(ledger.clone(), mark.clone(), 5));
        mark.reached(6).await;
        abort(task).await;
        ledger.settle().await;
        for depth in 0..=5 {
            ledger.part(depth).expect("sync inner, sync outer");
        }
    });
}

pub fn child_aborts_parent(scene: &Scene) {
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let (inside, at) = (ledger.clone(), mark.clone());
        let (tell, told) = oneshot::channel::<AbortHandle>();
        let parent = tokio::spawn(async move {
            let child = inside.part("child");
            let waits = at.clone();
            tokio::spawn(async move {
                let _child = child.graceful("child");
                waits.reached(1).await;
                told.await.expect("the handle").abort();
            });
            stalled(inside, at).await;
        });
        tell.send(parent.abort_handle()).expect("the child listens");
        let error = parent.await.expect_err("aborted");
        assert!(error.is_cancelled(), "{error}");
        ledger.settle().await;
        ledger.expect(STALLED_SYNC);
        ledger.part("child").expect("begin child, end child");
    });
}
