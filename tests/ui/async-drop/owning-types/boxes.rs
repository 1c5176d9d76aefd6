//! R8, R12, R13, R14, R17: a `Box` awaits what it owns, a value of a known type, a slice or a trait
//! object, and is freed after it, wherever it is halted.
//@ run-pass
//@ check-run-results
//@ needs-unwind
//@ revisions: e2021 e2024
//@[e2021] edition: 2021
//@[e2024] edition: 2024
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use std::any::Any;
use std::pin::Pin;

use owned::*;

trait Super {}

trait Sub: Super {
    fn name(&self) -> &'static str;
}

impl Super for (Plain, Conn) {}

impl Sub for (Plain, Conn) {
    fn name(&self) -> &'static str {
        "sub"
    }
}

/// The conversions from its type parameter need none of the parameter's own.
trait Of<'a> {}
impl<T> Of<'_> for T {}

struct Holder<T: ?Sized> {
    _before: Conn,
    _byte: u8,
    _value: T,
}

fn holder<T>(value: T) -> Box<Holder<T>> {
    Box::new(Holder { _before: conn("before"), _byte: 0, _value: value })
}

fn sub() -> Box<dyn Sub> {
    Box::new((plain("0"), conn("1")))
}

fn known_types() {
    check!("Box", 1, Box::new(conn("value")));
    check!("Box of a tuple", 2, Box::new((conn("0"), plain("1"), conn("2"), plain("3"))));
    check!("Box of a Box", 1, Box::new(Box::new(conn("value"))));
    check!("Option of a Box", 1, Some(Box::new(conn("value"))));
    check!("Box of an array", 2, Box::new([conn("0"), conn("1"), conn("2")]));
    check!("boxes in a tuple", 2, (Box::new(conn("0")), plain("1"), Box::new((2, conn("2")))));
    check!("Pin of a Box", 1, Box::pin(conn("value")));
    check!("pinned Box", 1, Pin::new(Box::new(conn("value"))));
    check!("Box of a future", 1, {
        let captured = conn("captured");
        Box::pin(async move { captured })
    });
}

fn unsized_types() {
    check!("Box<[T]>", 2, {
        let slice: Box<[Conn]> = Box::new([conn("0"), conn("1"), conn("2")]);
        slice
    });
    check!("Box<dyn Trait>", 1, sub());
    check!("Box<dyn Super> made of a Box<dyn Sub>", 1, {
        let sub = sub();
        assert_eq!(sub.name(), "sub");
        sub as Box<dyn Super>
    });
    check!("Box<dyn Any>", 1, Box::new(conn("value")) as Box<dyn Any>);
    check!("Box<dyn Any + Send + Sync>", 1, {
        let any: Box<dyn Any + Send + Sync> = Box::new(conn("value"));
        any
    });
    check!("Box<dyn Any>, downcast", 1, {
        let any: Box<dyn Any> = Box::new(conn("value"));
        any.downcast::<Conn>().unwrap()
    });
    let name = String::from("borrowed");
    check!("Box<dyn Trait + 'a>", 1, {
        let borrowing: Box<dyn Of + '_> = Box::new((conn("value"), name.as_str()));
        borrowing
    });
    check!("Box<dyn for<'a> Trait<'a>>", 1, {
        let general: Box<dyn for<'a> Of<'a>> = Box::new(conn("value"));
        general
    });
    check!("Box of a Box<dyn Trait>", 1, Box::new(sub()));
    check!("Box<dyn Trait> of a Box<dyn Trait>", 1, {
        let outer: Box<dyn Any> = Box::new(sub());
        outer
    });
    check!("struct that ends in a slice", 3, {
        let holder: Box<Holder<[Conn]>> = holder([conn("0"), conn("1"), conn("2")]);
        holder
    });
    check!("struct that ends in a trait object", 2, {
        let holder: Box<Holder<dyn Of>> = holder((plain("0"), conn("1")));
        holder
    });
    check!("structs that end in structs that end in a trait object", 3, {
        let holder: Box<Holder<Holder<dyn Of>>> = holder(*holder((conn("0"), plain("1"))));
        holder
    });
}

/// What was moved out is dropped by itself, the box drops the rest and frees the memory.
fn moved_out() {
    check_block!("moved out", 1, {
        let boxed = Box::new(conn("value"));
        let _value = *boxed;
        tell("moved");
    });
    check_block!("first field moved out", 2, {
        let boxed = Box::new((conn("0"), conn("1"), plain("2")));
        let _first = boxed.0;
        tell("moved");
    });
    check_block!("last field moved out", 2, {
        let boxed = Box::new((conn("0"), conn("1")));
        let _last = boxed.1;
        tell("moved");
    });
    check_block!("all fields moved out", 2, {
        let boxed = Box::new((conn("0"), conn("1")));
        let (_first, _last) = *boxed;
        tell("moved");
    });
    check_block!("moved out of the inner of two", 2, {
        let boxed = Box::new((Box::new((conn("0.0"), conn("0.1"))), conn("1")));
        let _moved = boxed.0.1;
        tell("moved");
    });
    check_block!("moved out, and in again", 2, {
        let mut boxed = Box::new(conn("first"));
        let _first = *boxed;
        *boxed = conn("second");
        tell("moved");
    });
    for condition in [true, false] {
        check_block!(&format!("moved out if {condition}"), 1, {
            let boxed = Box::new((conn("0"), plain("1")));
            if condition {
                let _moved = boxed.0;
                tell("moved");
            }
            tell("end of the scope");
        });
    }
}

fn assigned() {
    check_block!("contents assigned", 2, {
        let mut boxed = Box::new(conn("first"));
        tell(boxed.is("first"));
        *boxed = conn("second");
        tell("assigned");
    });
    check_block!("box assigned", 2, {
        let mut boxed = Box::new(conn("first"));
        tell(boxed.is("first"));
        boxed = Box::new(conn("second"));
        tell(boxed.is("second"));
    });
    check_block!("trait object assigned", 2, {
        let mut boxed = sub();
        tell(boxed.name());
        boxed = Box::new((plain("2"), conn("3")));
        tell(boxed.name());
    });
    check_block!("leaked, and owned again", 1, {
        let leaked = Box::into_raw(Box::new(conn("value")));
        tell("leaked");
        // SAFETY: it comes from a box.
        let _boxed = unsafe { Box::from_raw(leaked) };
    });
}

fn main() {
    known_types();
    unsized_types();
    moved_out();
    assigned();
    check_nothing_to_await(|| Box::<[Conn]>::from([]));
    check_nothing_to_await(|| None::<Box<Conn>>);
    check_nothing_to_await(|| Box::new(None::<Conn>));
    check_nothing_to_await(|| Box::new(None::<Conn>) as Box<dyn Any>);
    check_nothing_to_await(|| Box::new([0; 4]) as Box<dyn Any>);
}
