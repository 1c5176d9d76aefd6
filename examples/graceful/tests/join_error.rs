//! R16: a tokio task that panics awaits the destructors of what it holds. Its `JoinError` comes after
//! that, and keeps the payload. Aborted meanwhile, the task is cancelled, and the panic is over.

#![feature(async_drop)]
#![allow(incomplete_features)]

#[macro_use]
mod runtimes;

use std::future::AsyncDrop;
use std::panic::panic_any;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::{JoinSet, spawn};
use tokio::time::sleep;

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(60);

type Log = Arc<Mutex<Vec<&'static str>>>;

fn tell(log: &Log, what: &'static str) {
    log.lock().expect("nothing panics under this lock").push(what);
}

/// A value whose destructor takes so long.
struct Held(Log, Duration);

fn held(log: &Log) -> Held {
    Held(log.clone(), Duration::from_millis(2))
}

impl Drop for Held {
    fn drop(&mut self) {
        tell(&self.0, "dropped");
    }
}

impl AsyncDrop for Held {
    async fn drop(self: Pin<&mut Self>) {
        assert!(std::thread::panicking());
        tell(&self.0, "begun");
        sleep(self.1).await;
        assert!(std::thread::panicking());
        tell(&self.0, "awaited");
    }
}

/// The payload of a panic.
#[derive(Debug, PartialEq)]
struct Payload(Box<u8>);

async fn panics(_held: Held) {
    sleep(Duration::from_millis(1)).await;
    panic_any(Payload(Box::new(7)));
}

async fn outer(inner: Held, outer: Held) {
    let _outer = outer;
    panics(inner).await;
}

async fn payload_is_kept() {
    let log = Log::default();
    let error = spawn(outer(held(&log), held(&log))).await.expect_err("the task panicked");
    assert_eq!(*log.lock().unwrap(), ["begun", "awaited", "begun", "awaited"]);
    let payload = error.into_panic().downcast::<Payload>().expect("it is its own payload");
    assert_eq!(*payload, Payload(Box::new(7)));
}

async fn others_go_on() {
    let log = Log::default();
    let mut set = JoinSet::new();
    set.spawn(panics(held(&log)));
    for _ in 0..10 {
        set.spawn(sleep(Duration::from_millis(5)));
    }
    let mut failed = 0;
    while let Some(result) = set.join_next().await {
        failed += usize::from(result.is_err_and(|error| error.is_panic()));
    }
    assert_eq!(failed, 1);
    assert_eq!(*log.lock().unwrap(), ["begun", "awaited"]);
}

async fn aborted_meanwhile() {
    let log = Log::default();
    let task = spawn(panics(Held(log.clone(), LONG)));
    while log.lock().unwrap().is_empty() {
        sleep(Duration::from_millis(1)).await;
    }
    task.abort();
    assert!(task.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!(*log.lock().unwrap(), ["begun", "dropped"]);
}

on_both_runtimes! {
    payload_is_kept
    others_go_on
    aborted_meanwhile
}
