//! One case for each row of the RFC's table that an order of events can show.
#![feature(async_drop)]
#![allow(incomplete_features, unused_assignments, unused_variables)]
#[path = "../../tests/ui/async-drop/auxiliary/support.rs"]
mod support;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;

use support::*;

fn graceful(name: &'static str) -> Graceful {
    Graceful::new(name)
}

fn case<F: Future>(title: &str, future: F) {
    println!("{title}");
    let mut future = Box::pin(future);
    for _ in 0..1_000 {
        if poll_once(future.as_mut()).is_ready() {
            return;
        }
    }
    println!("    never completes");
    std::mem::forget(future);
}

async fn suspended() {
    let _held = graceful("held");
    forever().await
}

fn main() {
    case("scope end", async {
        let _a = graceful("a");
    });
    case("question mark", async {
        let _: Result<(), ()> = async {
            let _a = graceful("a");
            Err(())?;
            Ok(())
        }
        .await;
    });
    case("continue, break", async {
        for last in [false, true] {
            let _a = graceful("a");
            if last {
                break;
            }
            continue;
        }
    });
    case("temporary", async {
        let _ = *&graceful("a");
        println!("    next statement");
    });
    case("parameters", async {
        async fn two(_a: Graceful, _: Graceful) {}
        two(graceful("a"), graceful("b")).await
    });
    case("tuple, enum", async {
        let _both = (graceful("0"), Some(graceful("1")));
    });
    case("array", async {
        let _array = [graceful("0"), graceful("1")];
    });
    case("generic", async {
        async fn hold<T>(value: T) {
            let _value = value;
        }
        hold(graceful("a")).await
    });
    case("assignment", async {
        let mut place = graceful("old");
        place = graceful("new");
        println!("    assigned");
    });
    let captured = graceful("captured");
    case("capture, at completion", async move {
        let _ = &captured;
        println!("    body");
    });
    case("unstarted future, its captures", async {
        let captured = graceful("captured");
        {
            let _future = async move { drop(captured) };
        }
        println!("    left the scope");
    });
    case("unstarted future, its parameters", async {
        async fn one(_parameter: Graceful) {}
        {
            let _future = one(graceful("parameter"));
        }
        println!("    left the scope");
    });
    case("suspended future, pinned", async {
        {
            let mut future = pin!(suspended());
            assert!(poll_once(future.as_mut()).is_pending());
        }
        println!("    left the scope");
    });
    case("suspended future, boxed", async {
        {
            let mut future = Box::pin(suspended());
            assert!(poll_once(future.as_mut()).is_pending());
        }
        println!("    left the scope");
    });
    case("suspended future, boxed and erased", async {
        {
            let mut future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(suspended());
            assert!(poll_once(future.as_mut()).is_pending());
        }
        println!("    left the scope");
    });
    case("Box, Vec, Rc", async {
        let _rc = Rc::new(graceful("rc"));
        let _vec = vec![graceful("vec")];
        let _box = Box::new(graceful("box"));
    });
    case("mem::drop", async { drop(graceful("a")) });

    println!("panic");
    let mut future = Box::pin(async {
        let _a = graceful("a");
        resume_unwind(Box::new(()))
    });
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let _: std::task::Poll<()> = poll_once(future.as_mut());
    }));
}
