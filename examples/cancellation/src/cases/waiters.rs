//! Futures that register themselves with something, pinned, and must be gone from its list once they are dropped: where
//! a cancelled future is freed without the drop of what it holds, these corrupt memory. Each case cancels some of the
//! waiters, in an order of its own, and then wakes the others through the same list.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Barrier, Mutex, Notify, RwLock, Semaphore, broadcast, mpsc, oneshot, watch};
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{interval, sleep, timeout};

use crate::bodies::SOON;
use crate::ledger::{Ledger, Mark};
use crate::scene::{Scene, abort, finished};

/// Spawns a task that awaits `wait`, two frames down, with values in both. It hits the mark once it is registered:
/// after the first poll of `wait`.
fn waiter<F, T>(ledger: Ledger, mark: &Mark, wait: F) -> JoinHandle<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    async fn inner<T>(ledger: &Ledger, mark: &Mark, wait: impl Future<Output = T>) -> T {
        let _inner = ledger.graceful("inner");
        let (mut wait, mut registered) = (pin!(wait), false);
        poll_fn(|context| {
            let result = wait.as_mut().poll(context);
            if !std::mem::replace(&mut registered, true) {
                mark.hit();
            }
            result
        })
        .await
    }
    let mark = mark.clone();
    tokio::spawn(async move {
        let _outer = ledger.graceful("outer");
        inner(&ledger, &mark, wait).await
    })
}

const CANCELLED: &str = "sync inner, sync outer";
const COMPLETED: &str = "begin inner, end inner, begin outer, end outer";

const WAITERS: usize = 8;

/// Eight waiters of which the odd ones are cancelled; `wake` has to release the others.
async fn half_cancelled<F>(ledger: Ledger, wait: impl Fn() -> F, wake: impl AsyncFnOnce())
where
    F: Future<Output = ()> + Send + 'static,
{
    let mark = Mark::default();
    let spawn = |task| (task, waiter(ledger.part(task), &mark, wait()));
    let tasks: Vec<(usize, _)> = (0..WAITERS).map(spawn).collect();
    mark.reached(WAITERS).await;
    let (odd, even): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|(task, _)| task % 2 == 1);
    for (task, handle) in odd.into_iter().rev() {
        abort(handle).await;
        ledger.part(task).expect(CANCELLED);
    }
    wake().await;
    for (task, handle) in even {
        finished(handle.await);
        ledger.part(task).expect(COMPLETED);
    }
}

pub fn mpsc_receive(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (send, mut receive) = mpsc::channel::<u32>(1);
        let mark = Mark::default();
        let task = waiter(ledger.clone(), &mark, async move { receive.recv().await });
        mark.reached(1).await;
        abort(task).await;
        ledger.expect(CANCELLED);
        assert!(send.send(1).await.is_err(), "the receiver is gone");
    });
}

pub fn mpsc_send(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (send, mut receive) = mpsc::channel(1);
        send.send(0).await.expect("there is place for one");
        let wait = || {
            let send = send.clone();
            async move { send.send(1).await.expect("somebody listens") }
        };
        half_cancelled(ledger, wait, async || {
            let mut sum = 0;
            for _ in 0..=WAITERS / 2 {
                sum += receive.recv().await.expect("a message");
            }
            assert_eq!(sum, WAITERS / 2);
        })
        .await;
    });
}

pub fn mpsc_reserve(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (send, mut receive) = mpsc::channel::<usize>(2);
        let permits = (send.clone().reserve_owned().await, send.clone().reserve_owned().await);
        let wait = || {
            let send = send.clone();
            async move { drop(send.reserve_owned().await.expect("somebody listens")) }
        };
        half_cancelled(ledger, wait, async || drop(permits)).await;
        drop(send);
        assert_eq!(receive.recv().await, None);
    });
}

pub fn oneshot(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        for round in 0..2 {
            let (send, receive) = oneshot::channel::<u32>();
            let (mark, ledger) = (Mark::default(), ledger.part(round));
            let task = waiter(ledger.clone(), &mark, receive);
            mark.reached(1).await;
            if round == 0 {
                abort(task).await;
                ledger.expect(CANCELLED);
                assert_eq!(send.send(1), Err(1));
            } else {
                send.send(1).expect("somebody listens");
                assert_eq!(finished(task.await), Ok(1));
                ledger.expect(COMPLETED);
            }
        }
    });
}

pub fn notify(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let notify = Arc::new(Notify::new());
        let wait = || notify.clone().notified_owned();
        half_cancelled(ledger.part("all"), wait, async || notify.notify_waiters()).await;
        half_cancelled(ledger.part("each"), wait, async || {
            (0..WAITERS / 2).for_each(|_| notify.notify_one());
        })
        .await;
    });
}

pub fn semaphore(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let semaphore = Arc::new(Semaphore::new(0));
        let wait = || {
            let semaphore = semaphore.clone();
            async move { drop(semaphore.acquire_many(2).await.expect("it is open")) }
        };
        half_cancelled(ledger, wait, async || semaphore.add_permits(3)).await;
        assert_eq!(semaphore.available_permits(), 3);
    });
}

pub fn mutex(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let mutex = Arc::new(Mutex::new(0));
        let guard = mutex.clone().lock_owned().await;
        let wait = || {
            let mutex = mutex.clone();
            async move { *mutex.lock().await += 1 }
        };
        half_cancelled(ledger, wait, async || drop(guard)).await;
        assert_eq!(*mutex.lock().await, WAITERS / 2);
    });
}

pub fn rwlock(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let lock = Arc::new(RwLock::new(0));
        let guard = lock.clone().write_owned().await;
        let wait = || {
            let lock = lock.clone();
            async move {
                assert!(*lock.read().await <= WAITERS);
                *lock.write().await += 1;
            }
        };
        half_cancelled(ledger, wait, async || drop(guard)).await;
        assert_eq!(*lock.read().await, WAITERS / 2);
    });
}

pub fn watch(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (send, receive) = watch::channel(0);
        let wait = || {
            let mut receive = receive.clone();
            async move { receive.changed().await.expect("the sender is there") }
        };
        half_cancelled(ledger, wait, async || send.send(1).expect("somebody listens")).await;
        assert_eq!(*receive.borrow(), 1);
    });
}

pub fn broadcast(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (send, _receive) = broadcast::channel(4);
        let wait = || {
            let mut receive = send.subscribe();
            async move { assert_eq!(receive.recv().await, Ok(7)) }
        };
        half_cancelled(ledger, wait, async || {
            send.send(7).expect("somebody listens");
        })
        .await;
    });
}

/// A waiter that came counts, cancelled or not.
pub fn barrier(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let barrier = Arc::new(Barrier::new(WAITERS + 1));
        let wait = || {
            let barrier = barrier.clone();
            async move { assert!(!barrier.wait().await.is_leader()) }
        };
        half_cancelled(ledger, wait, async || assert!(barrier.wait().await.is_leader())).await;
    });
}

/// The timer wheel links its entries, too.
pub fn timer(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let wait = || async {
            let mut ticks = interval(SOON * 10);
            ticks.tick().await;
            ticks.tick().await;
            sleep(SOON).await;
        };
        half_cancelled(ledger, wait, async || {}).await;
        sleep(SOON * 20).await;
    });
}

/// The I/O driver keeps a list of those who wait for a socket.
pub fn accept(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port on loopback");
        let address = listener.local_addr().expect("an address");
        let listener = Arc::new(listener);
        let wait = || {
            let listener = listener.clone();
            async move { drop(listener.accept().await.expect("a connection")) }
        };
        half_cancelled(ledger, wait, async || {
            for _ in 0..WAITERS / 2 {
                drop(TcpStream::connect(address).await.expect("a connection"));
            }
        })
        .await;
    });
}

/// Waiters that lose a `select!` or meet a timeout, and leave the list in an async body.
pub fn losers(scene: &Scene) {
    let ledger = scene.ledger.clone();
    scene.run(async move {
        let (notify, semaphore) = (Notify::new(), Semaphore::new(0));
        for round in 0..20 {
            let ledger = ledger.part(round);
            let waiting = async {
                let _outer = ledger.graceful("outer");
                let _buffer = ledger.plain("buffer");
                notify.notified().await;
            };
            tokio::select! {
                biased;
                () = waiting => unreachable!("nobody notifies"),
                _ = semaphore.acquire() => unreachable!("no permit"),
                () = yield_now() => {}
            }
            ledger.expect("sync buffer, begin outer, end outer");
            let limit = timeout(Duration::from_millis(1), semaphore.acquire());
            assert!(limit.await.is_err());
            notify.notify_waiters();
        }
        semaphore.add_permits(1);
        assert!(semaphore.acquire().await.is_ok());
    });
}
