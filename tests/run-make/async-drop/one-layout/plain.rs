//! A crate without the feature. It makes the code of generic futures around its own, and of those
//! of the crate with the feature.

#![crate_type = "lib"]

extern crate conns;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use conns::{Conn, wrap};

pub async fn hold<T>(value: T) {
    let _value = value;
    std::future::ready(()).await;
}

macro_rules! futures {
    ($($name:ident: $future:expr,)*) => {
        $(pub fn $name() -> impl Future<Output = ()> { $future })*

        pub fn sizes() -> Vec<usize> {
            vec![$(size_of_val(&$name())),*]
        }

        pub fn run_all() {
            $(run($name());)*
        }
    };
}

futures! {
    future: wrap(hold(Conn)),
    vector: wrap(vec![hold(Conn)]),
    array: wrap((Conn, Box::new([hold(Conn)]), Conn)),
    shared: wrap((vec![vec![hold(Conn)]], std::rc::Rc::new(hold(Conn)))),
    generator: wrap(vec![conns::numbers()]),
    dropping_generator: wrap(vec![conns::more_numbers()]),
}

pub fn run(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100 {
        if future.as_mut().poll(&mut context) == Poll::Ready(()) {
            return;
        }
    }
    panic!("the future does not complete");
}
