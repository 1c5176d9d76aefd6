//! `select!`. The losers are dropped in the async body around it, so their destructors are awaited (R13).

use std::pin::pin;

use tokio::task::yield_now;

use crate::bodies::*;
use crate::ledger::{Ending, Graceful, Ledger, Mark, Plain};
use crate::scene::{Scene, abort};

pub fn loser(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let mark = Mark::default();
        tokio::select! {
            () = stalled(ledger.clone(), mark.clone()) => unreachable!("it never completes"),
            () = mark.reached(1) => {}
        }
        ledger.expect(STALLED_AWAITED);
    });
}

/// The loser's destructor has begun: it is finished first (R14).
pub fn loser_in_destructor(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (inside, mark) = (ledger.clone(), Mark::default());
        let begun = mark.reached(1);
        let slowly = async move {
            let _rest = inside.graceful("rest");
            {
                let _slow = inside.ending("slow", Ending::Lingers(mark));
            }
            unreachable!("the other one won");
        };
        tokio::select! {
            () = slowly => {}
            () = begun => {}
        }
        ledger.expect("begin slow, end slow, begin rest, end rest");
    });
}

pub fn loser_never_polled(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        tokio::select! {
            biased;
            () = async {} => {}
            () = unstarted_of(&ledger) => unreachable!("it comes second"),
        }
        // Later: awaited. Today the captures of a future that never ran are sync-dropped everywhere.
        assert_eq!(ledger.check(), Ok(2));
    });
}

/// A loser by reference stays, and is dropped at the end of its own scope.
pub fn pinned_loser(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        {
            let mark = Mark::default();
            let mut future = pin!(stalled(ledger.clone(), mark.clone()));
            for _ in 0..3 {
                tokio::select! {
                    () = &mut future => unreachable!("it never completes"),
                    () = mark.reached(1) => {}
                }
                ledger.expect("");
            }
        }
        ledger.expect(STALLED_AWAITED);
    });
}

/// A pinned future in an inner scope of an arm, left by `break`.
pub fn pinned_in_arm(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        for round in 0..3 {
            let (part, mark) = (ledger.part(round), Mark::default());
            tokio::select! {
                () = yield_now() => {
                    let mut future = pin!(stalled(part.clone(), mark.clone()));
                    tokio::select! {
                        () = &mut future => {}
                        () = mark.reached(1) => continue,
                    }
                }
                () = std::future::pending() => {}
            }
            unreachable!("left by `continue`");
        }
        for round in 0..3 {
            ledger.part(round).expect(STALLED_AWAITED);
        }
    });
}

/// The loser stands at an await of a future that borrows from temporaries of the same expression.
pub fn temporaries(scene: &Scene) {
    async fn borrowing(values: &(Graceful, Plain), mark: &Mark) {
        let _values = values;
        mark.stall().await;
    }
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let mark = Mark::default();
        tokio::select! {
            () = async { borrowing(&(ledger.graceful("a"), ledger.plain("b")), &mark).await } => {}
            () = mark.reached(1) => {}
        }
        ledger.expect("begin a, end a, sync b");
    });
}

/// One future loses again and again while values travel through the other.
pub fn in_loop(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (send, mut receive) = tokio::sync::mpsc::channel(1);
        let (sent, received) = (ledger.part("sent"), ledger.part("received"));
        let sender = tokio::spawn(async move {
            for _ in 0..50 {
                yield_now().await;
                send.send(sent.graceful("value")).await.expect("somebody listens");
            }
        });
        loop {
            let waiting = received.graceful("waiting");
            tokio::select! {
                value = receive.recv() => match value {
                    Some(_value) => continue,
                    None => break,
                },
                () = async {
                    let _moved = waiting;
                    yield_now().await;
                    yield_now().await;
                } => {}
            }
        }
        sender.await.expect("it was not cancelled");
        let events = ledger.part("sent").log();
        assert_eq!(events, ["begin value, end value"; 50].join(", "));
        // Later: awaited, also where `recv` came first and the block had not begun.
        assert!(ledger.check().is_ok());
    });
}

/// The task around a `select!` is aborted: nothing is awaited any more.
pub fn aborted(scene: &Scene) {
    async fn both(ledger: Ledger, mark: Mark) {
        let mut pinned = pin!(stalled(ledger.part("pinned"), mark.clone()));
        tokio::select! {
            () = &mut pinned => {}
            () = stalled(ledger.part("owned"), mark.clone()) => {}
            () = destroying(ledger.part("destroying"), mark.clone()) => {}
        }
    }
    let (ledger, mark) = (scene.ledger.clone(), Mark::default());
    scene.run(async move {
        let task = tokio::spawn(both(ledger.clone(), mark.clone()));
        mark.reached(3).await;
        abort(task).await;
        ledger.part("pinned").expect(STALLED_SYNC);
        ledger.part("owned").expect(STALLED_SYNC);
        ledger.part("destroying").expect(DESTROYING_SYNC);
    });
}
