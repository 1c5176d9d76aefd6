//! Tasks that do random things, cancelled at random points. On a current-thread runtime all of it follows from the seed.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle, JoinSet, yield_now};
use tokio::time::timeout;

use crate::ledger::{Ending, Graceful, Ledger};
use crate::scene::Scene;

/// Tasks under way at a time
const BATCH: usize = 200;
/// How deep a task nests
const DEPTH: usize = 3;
/// The last poll at which a task may be cancelled
const MAX_POLLS: usize = 20;

type Erased = Pin<Box<dyn Future<Output = ()> + Send>>;

async fn yields(times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

fn value(ledger: &Ledger, random: &mut Rng) -> Graceful {
    ledger.ending("value", Ending::Yields(random.usize(0..4)))
}

/// An async function without a box around it.
async fn leaf(ledger: Ledger, mut random: Rng) -> Option<Graceful> {
    let _plain = ledger.plain("plain");
    let mut value = self::value(&ledger, &mut random);
    for _ in 0..random.usize(0..4) {
        let _inner = self::value(&ledger, &mut random);
        yields(random.usize(0..3)).await;
        if random.bool() {
            value = self::value(&ledger, &mut random);
        }
        if random.u8(0..8) == 0 {
            return None;
        }
    }
    random.bool().then_some(value)
}

fn tree(ledger: Ledger, mut random: Rng, depth: usize) -> Erased {
    Box::pin(async move {
        let _first = value(&ledger, &mut random);
        let child = |random: &mut Rng| {
            let (ledger, random) = (ledger.clone(), random.fork());
            async move {
                if depth == 0 {
                    drop(leaf(ledger, random).await);
                } else {
                    tree(ledger, random, depth - 1).await;
                }
            }
        };
        for _ in 0..random.usize(1..4) {
            let _plain = ledger.plain("plain");
            match random.u8(0..9) {
                0 => yields(random.usize(0..4)).await,
                1 => {
                    let _output = leaf(ledger.clone(), random.fork()).await;
                    yield_now().await;
                }
                2 => child(&mut random).await,
                3 => tokio::select! {
                    () = child(&mut random) => {}
                    () = yields(random.usize(0..6)) => {}
                },
                4 => {
                    let limit = Duration::from_micros(random.u64(0..2000));
                    let _ = timeout(limit, child(&mut random)).await;
                }
                5 => drop(tokio::join!(child(&mut random), leaf(ledger.clone(), random.fork()))),
                6 => {
                    let mut set = JoinSet::new();
                    (0..random.usize(0..3)).for_each(|_| drop(set.spawn(child(&mut random))));
                    if random.bool() {
                        let _ = set.join_next().await;
                    }
                }
                7 => through_a_channel(&ledger, &mut random).await,
                _ => {
                    let _value = value(&ledger, &mut random);
                    if random.u8(0..3) == 0 {
                        return;
                    }
                }
            }
        }
    })
}

/// Sends more values than it receives.
async fn through_a_channel(ledger: &Ledger, random: &mut Rng) {
    let (send, mut receive) = mpsc::channel(2);
    let sending = async {
        for _ in 0..4 {
            if send.send(value(ledger, random)).await.is_err() {
                return;
            }
        }
    };
    let receiving = async {
        let _received = receive.recv().await;
        let _another = receive.recv().await;
    };
    tokio::select! {
        () = sending => {}
        () = receiving => {}
    }
}

/// Aborts its own task within its poll number `polls`, if it has so many.
async fn mortal(mut future: Erased, polls: usize, own: Arc<OnceLock<AbortHandle>>) {
    let mut polled = 0;
    poll_fn(|context| {
        polled += 1;
        if polled == polls {
            own.wait().abort();
        }
        future.as_mut().poll(context)
    })
    .await
}

pub fn random_tasks(scene: &Scene) {
    let (ledger, soak) = (scene.ledger.clone(), scene.soak);
    let mut random = Rng::with_seed(scene.seed);
    scene.run(async move {
        let (mut cancelled, mut left) = (0, soak);
        while left > 0 {
            let count = BATCH.min(left);
            left -= count;
            let mut tasks: Vec<JoinHandle<()>> = Vec::new();
            for _ in 0..count {
                let future = tree(ledger.clone(), random.fork(), DEPTH);
                let (polls, own) = (random.usize(0..MAX_POLLS), Arc::default());
                let task = tokio::spawn(mortal(future, polls, Arc::clone(&own)));
                own.set(task.abort_handle()).expect("set once");
                if random.u8(0..50) == 0 {
                    task.abort();
                }
                tasks.push(task);
                if random.u8(0..8) == 0 {
                    yield_now().await;
                }
            }
            for task in tasks {
                match task.await {
                    Ok(()) => {}
                    Err(error) if error.is_cancelled() => cancelled += 1,
                    Err(error) => panic!("{error}"),
                }
            }
            // Tasks of a `JoinSet` that went with its owner end in their own time.
            ledger.settle().await;
            if let Err(error) = ledger.forget() {
                panic!("{error}");
            }
        }
        // Small soaks may have few of either.
        assert!(cancelled >= soak / 10, "only {cancelled} of {soak} tasks were cancelled");
    });
}
