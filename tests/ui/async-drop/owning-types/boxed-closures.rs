//! R8, R12, R13, R14, R17: a boxed closure awaits its captures, unless it was called by value:
//! then they belonged to the closure's body, which cannot await.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use owned::*;

fn captures() -> (Conn, Plain, Conn) {
    (conn("0"), plain("1"), conn("2"))
}

fn once() -> Box<dyn FnOnce()> {
    let captured = captures();
    Box::new(move || drop(captured))
}

fn shared() -> Box<dyn Fn() -> bool + Send + Sync> {
    let (first, between, last) = captures();
    Box::new(move || {
        let _between = &between;
        first.is("0") && last.is("2")
    })
}

fn closures() {
    check!("closure", 2, {
        let captured = captures();
        move || _ = &captured
    });
    check!("Box of a closure", 2, {
        let captured = captures();
        Box::new(move || _ = &captured)
    });
    check!("Box<dyn FnOnce>", 2, once());
    check!("Box<dyn FnMut>", 2, {
        let mut captured = Some(captures());
        let closure: Box<dyn FnMut()> = Box::new(move || drop(captured.take()));
        closure
    });
    check!("Box<dyn FnMut>, called", 1, {
        let mut captured = Some(captures());
        let other = conn("other");
        let mut closure: Box<dyn FnMut()> = Box::new(move || {
            let _other = &other;
            drop(captured.take());
        });
        quietly(&mut closure);
        closure
    });
    check!("Box<dyn Fn + Send + Sync>", 2, {
        let closure = shared();
        assert!(closure());
        closure
    });
    check!("closures in closures", 2, {
        let (inner, captured) = (shared(), conn("outer"));
        let outer: Box<dyn Fn() -> bool> = Box::new(move || captured.is("outer") && inner());
        outer
    });
}

fn called() {
    check_block!("Box<dyn FnOnce>, called", 1, {
        let _held = conn("held");
        once()();
        tell("called");
    });
    check_block!("Box<dyn FnOnce>, returning what it captured", 2, {
        let captured = captures();
        let closure: Box<dyn FnOnce() -> (Conn, Plain, Conn)> = Box::new(move || captured);
        let _returned = closure();
        tell("called");
    });
    check_block!("Box<dyn FnOnce>, making a future of what it captured", 2, {
        let captured = captures();
        let closure: Box<dyn FnOnce() -> Pending> = Box::new(move || Pending { captured });
        let _future = closure().captured;
        tell("called");
    });
}

struct Pending {
    captured: (Conn, Plain, Conn),
}

fn main() {
    closures();
    called();
    check_nothing_to_await(|| Box::new(|| ()) as Box<dyn Fn()>);
    check_nothing_to_await(|| {
        let captured = String::from("captured");
        Box::new(move || drop(captured)) as Box<dyn FnOnce()>
    });
}
