//! R8, R24: the types of another crate are awaited like one's own, also within the types of a crate
//! without the feature. What such a crate itself drops, or makes a `dyn Trait` of, is sync-dropped
//! at worst. Each value is dropped once.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ aux-build: conns.rs
//@ aux-build: featureless.rs
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

extern crate conns;
extern crate featureless;

#[path = "../auxiliary/support.rs"]
mod support;
use std::any::Any;
use std::collections::HashMap;
use std::pin::{Pin, pin};

use conns::{Trait, Variants, Wrapper, conn, told};
use support::*;

/// Drops a value in an async body, and in one that is cancelled in its first destructor, if there
/// is one.
fn check<T>(title: &str, make: impl Fn() -> T) {
    println!("{title}");
    let hold = async || {
        let _value = make();
    };
    block_on(hold());
    println!("  awaited: {}", told());
    drop(make());
    println!("  sync: {}", told());

    let mut future = Box::pin(hold());
    if poll_once(future.as_mut()).is_pending() {
        drop(future);
        println!("  cancelled in a sync context: {}", told());
        block_on(leave(hold()));
        println!("  cancelled in an async body: {}", told());
    }
    told();
}

async fn leave(future: impl Future) {
    let mut future = pin!(future);
    let _ = poll_once(future.as_mut());
}

fn types_of_another_crate() {
    check("tuple", || (1, conn("value")));
    check("Vec", || vec![conn("0"), conn("1")]);
    check("enum of a Vec", || Some(Variants::Vec(vec![conn("0"), conn("1")])));
    check("enum of a trait object", || {
        [Variants::Nothing, Variants::Erased(conns::boxed("value"))]
    });
    check("struct", || Wrapper(conn("0"), [conn("1")]));
    check("struct that ends in a trait object", || {
        let wrapper: Box<Wrapper<dyn Any>> = Box::new(Wrapper(conn("0"), conn("1")));
        wrapper
    });
    check("trait object made there", || conns::boxed("value"));
    check("trait object made here", || Box::new(conn("value")) as Box<dyn Trait>);
    check("HashMap", || HashMap::from([("key", conns::boxed("value"))]));
    check("future", || {
        let mut future = Box::pin(conns::future(conn("captured")));
        let _ = poll_once(future.as_mut());
        future
    });
    check("future in a trait object", || Box::new(conns::future(conn("captured"))) as Box<dyn Any>);
}

fn a_crate_without_the_feature() {
    check("struct", featureless::pool);
    check("trait object", || featureless::boxed("value"));
    check("trait object of a Vec", featureless::boxed_pool);
    check("trait object in an Rc", || featureless::shared("value"));
    check("closure", || featureless::boxed_closure("captured"));
    check("future, not started", || featureless::boxed_future("captured"));
    check("future, suspended", || {
        let mut future = featureless::boxed_future("captured");
        let _ = poll_once(future.as_mut());
        future
    });
    check("own trait objects next to such ones", || {
        vec![featureless::boxed("0"), Box::new(conn("1")), conns::boxed("2")]
    });
    check("Vec given to it", || featureless::drop_vec(vec![conn("0"), conn("1")]));
}

/// Code that is generic, or inlined, is compiled here from what is known there. So are the futures
/// of its async functions. Their values are dropped in one way or the other, once.
fn generic_code_of_such_a_crate() {
    fn assert_dropped_once() {
        let told = told();
        assert!(["sync value", "begin value, end value"].contains(&&*told), "{told}");
    }
    fn check_once<T>(make: impl Fn() -> T) {
        block_on(async {
            let _value = make();
        });
        assert_dropped_once();
        drop(make());
        assert_dropped_once();
    }
    check_once(|| featureless::erase(conn("value")));
    check_once(|| featureless::erase_inline(conn("value")));
    check_once(|| featureless::erase([conn("value")]));
    check_once(|| featureless::erase(featureless::hold(conn("value"))));
    check_once(|| featureless::hold(conn("value")));
    check_once(|| featureless::hold_forever(vec![conn("value")]));
    check_once(|| {
        let mut future = Box::pin(featureless::hold_forever(vec![conn("value")]));
        assert!(poll_once(future.as_mut()).is_pending());
        future
    });
    check_once(|| {
        let future = featureless::hold_forever(vec![conn("value")]);
        let mut future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
        assert!(poll_once(future.as_mut()).is_pending());
        future
    });
    block_on(featureless::hold(conn("value")));
    assert_dropped_once();
}

fn main() {
    types_of_another_crate();
    a_crate_without_the_feature();
    generic_code_of_such_a_crate();
}
