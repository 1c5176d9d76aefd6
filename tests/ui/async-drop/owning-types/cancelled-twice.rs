//! R8, R14, R15: while an async body awaits what a cancelled future owns, it is cancelled itself,
//! and so is whoever cancels it. What was dropped stays dropped, what has begun goes on if it can
//! be awaited, and the rest follows in order.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use std::collections::{BTreeMap, LinkedList, VecDeque};
use std::pin::Pin;
use std::rc::Rc;

use owned::*;

fn four() -> [Conn; 4] {
    ["0", "1", "2", "3"].map(conn)
}

/// The first cancellation is in the destructor of the second value, the next one in that of the
/// third, and the last one in that of the fourth.
fn check<T>(title: &str, make: impl Fn() -> T) {
    let once = || leave_after(2, hold(&make));
    let twice = || leave_after(1, once());
    let way = |name: &str| println!("  {name}: {}", told());
    println!("{title}");

    block_on(once());
    way("awaited");

    let mut future = Box::pin(once());
    poll_times(1, future.as_mut());
    drop(future);
    way("a sync context");

    block_on(twice());
    way("an async body");

    block_on(leave_after(1, twice()));
    way("twice in an async body");

    let mut future = Box::pin(twice());
    poll_times(1, future.as_mut());
    drop(future);
    way("then a sync context");

    panic_in_destructor(3);
    catch("AsyncDrop", || block_on(twice()));
    way("a destructor panics");
}

/// A future that holds them in the order in which it drops them.
async fn holds(values: [Conn; 4]) {
    let _values = values;
    forever().await;
}

fn main() {
    check("array", four);
    check("Vec", || Vec::from(four()));
    check("vec::IntoIter", || Vec::from(four()).into_iter());
    check("VecDeque", || VecDeque::from(four()));
    check("LinkedList", || LinkedList::from(four()));
    check("BTreeMap", || BTreeMap::from_iter(four().into_iter().enumerate()));
    check("Box<[T]>", || Box::from(four()) as Box<[Conn]>);
    check("Vec<Box<dyn Trait>>", || Vec::from(four().map(|conn| Box::new(conn) as Box<dyn Send>)));
    check("Box<dyn Trait>", || Box::new((1, four())) as Box<dyn Send>);
    check("Rc<[T]>", || Rc::<[Conn]>::from(four()));
    check("Pin<Box<dyn Future>>", || Box::pin(holds(four())) as Pin<Box<dyn Future<Output = ()>>>);
}
