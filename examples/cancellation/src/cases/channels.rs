//! Values on their way through a channel when it goes. A channel keeps them in containers, which the fork does not await
//! yet, so these cases assert "exactly once" (later: awaited, wherever an async body drops the last end of a channel).

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::yield_now;

use crate::bodies::SOON;
use crate::ledger::Mark;
use crate::scene::{Scene, abort};

/// Messages that nobody took go with the last end of the channel.
pub fn receiver_dropped(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (send, mut receive) = mpsc::channel(8);
        for _ in 0..8 {
            send.send((ledger.graceful("value"), ledger.plain("plain"))).await.expect("place");
        }
        drop(receive.recv().await);
        drop(receive);
        drop(send);
        assert_eq!(ledger.check(), Ok(16));
    });
}

/// The value is in the future of `send`, which waits for place.
pub fn blocked_sender_aborted(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (send, mut receive) = mpsc::channel(1);
        send.send(ledger.graceful("first")).await.expect("place for one");
        let (mark, blocked) = (Mark::default(), ledger.part("blocked"));
        let tasks: Vec<_> = (0..4)
            .map(|task| {
                let (send, mark, ledger) = (send.clone(), mark.clone(), blocked.part(task));
                tokio::spawn(async move {
                    let value = ledger.graceful("value");
                    mark.hit();
                    let _ = send.send(value).await;
                })
            })
            .collect();
        mark.reached(4).await;
        tokio::time::sleep(SOON).await;
        for (number, task) in tasks.into_iter().enumerate() {
            abort(task).await;
            blocked.part(number).expect("sync value");
        }
        drop(send);
        while let Some(_first) = receive.recv().await {}
        // A value that came through is a local like any other.
        ledger.expect("begin first, end first");
    });
}

pub fn oneshot_receiver_gone(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        // Refused: it comes back.
        let (send, receive) = oneshot::channel();
        drop(receive);
        let refused = send.send(ledger.graceful("refused"));
        assert!(refused.is_err());
        drop(refused);
        // Sent, and never taken.
        let (send, receive) = oneshot::channel();
        send.send(ledger.graceful("sent")).expect("somebody listens");
        drop(receive);
        assert_eq!(ledger.check(), Ok(2));
    });
}

/// The receiving task is aborted with the value already in the channel, or still in the sender's hands.
pub fn oneshot_aborted(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (send, receive) = oneshot::channel();
        let mark = Mark::default();
        let (inside, hit) = (ledger.clone(), mark.clone());
        let task = tokio::spawn(async move {
            let _waiting = inside.graceful("waiting");
            hit.hit();
            receive.await
        });
        mark.reached(1).await;
        tokio::time::sleep(SOON).await;
        task.abort();
        // The task may end by either of the two; the value ends once in any case.
        let _ = send.send(ledger.graceful("value"));
        drop(task.await);
        ledger.settle().await;
    });
}

/// The value was taken from the channel, and is a local of the aborted task.
pub fn received_then_aborted(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (send, mut receive) = mpsc::channel(1);
        let mark = Mark::default();
        let at = mark.clone();
        let task = tokio::spawn(async move {
            while let Some(_value) = receive.recv().await {
                at.hit();
                if at.count() == 3 {
                    at.stall().await;
                }
            }
        });
        for name in ["a", "b", "c", "queued"] {
            send.send(ledger.graceful(name)).await.expect("somebody listens");
        }
        mark.reached(4).await;
        abort(task).await;
        drop(send);
        ledger.settle().await;
        let log = ledger.log();
        assert!(log.starts_with("begin a, end a, begin b, end b, sync c"), "{log}");
    });
}

/// The old value of a `watch` channel is dropped by whoever sends a new one.
pub fn watch_replaced(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (send, mut receive) = watch::channel(Some(ledger.graceful("a")));
        let task = tokio::spawn(async move {
            while receive.changed().await.is_ok() {}
            receive
        });
        for name in ["b", "c"] {
            send.send(Some(ledger.graceful(name))).expect("somebody listens");
            yield_now().await;
        }
        let old = send.send_replace(None);
        drop(send);
        drop(old);
        drop(task.await);
        assert_eq!(ledger.check(), Ok(3));
    });
}

/// Many values from many tasks, some of them aborted, and a receiver that stops half-way.
pub fn unbounded(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (send, mut receive) = mpsc::unbounded_channel();
        let tasks: Vec<_> = (0..10)
            .map(|_| {
                let (send, ledger) = (send.clone(), ledger.clone());
                tokio::spawn(async move {
                    let _own = ledger.graceful("own");
                    for _ in 0..100 {
                        if send.send((ledger.graceful("value"), ledger.plain("plain"))).is_err() {
                            break;
                        }
                        yield_now().await;
                    }
                })
            })
            .collect();
        drop(send);
        for taken in 0..200 {
            let (_value, _plain) = receive.recv().await.expect("there are more");
            if taken % 20 == 0 {
                tasks[taken / 20].abort();
            }
        }
        drop(receive);
        for task in tasks {
            drop(task.await);
        }
        ledger.settle().await;
    });
}
