//! R12: the drop glue of a future is reached through a vtable, a `Vec` and an `Rc` like any other.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::pin::Pin;
use std::rc::Rc;

use support::*;

type Erased = Pin<Box<dyn Future<Output = ()>>>;

async fn holds(name: &'static str) {
    let _plain = Plain::new("plain");
    let _graceful = Graceful::new(name);
    forever().await;
}

fn main() {
    println!("a vector of erased futures, the second one not started");
    let mut futures: Vec<Erased> = vec![
        Box::pin(holds("first")),
        Box::pin(holds("second")),
        Box::pin(async {
            let _local = Graceful::new("third");
            holds("inner").await
        }),
    ];
    for index in [0, 2] {
        assert!(poll_once(futures[index].as_mut()).is_pending());
    }
    drop(futures);
    assert_none_alive();

    println!("a shared owner");
    let captured = Graceful::new("captured");
    let shared: Rc<dyn std::any::Any> = Rc::new(async move {
        let _captured = captured;
    });
    let clone = Rc::clone(&shared);
    drop(shared);
    println!("  last");
    drop(clone);
    assert_none_alive();

    println!("in an option that is overwritten");
    let mut slot = Some(Box::pin(holds("slot")));
    assert!(poll_once(slot.as_mut().unwrap().as_mut()).is_pending());
    slot = None;
    assert!(slot.is_none());
    assert_none_alive();
}
