//! R2, R12: a value that was computed, but is in no scope yet because another value is being
//! dropped first, is kept across that drop, and dropped if the future is cancelled there.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

async fn tail() -> Plain {
    let _scope = Graceful::new("scope");
    Plain::new("tail")
}

async fn let_initializer() {
    let _value = {
        let _scope = Graceful::new("scope");
        (Plain::new("value.0"), Graceful::new("value.1"))
    };
}

async fn break_value() {
    let _before = Plain::new("before");
    let _value = loop {
        let _scope = Graceful::new("scope");
        break Plain::new("break");
    };
}

async fn labelled(early: bool) {
    let _value = 'block: {
        let _scope = Graceful::new("scope");
        if early {
            break 'block Some(Plain::new("early"));
        }
        None
    };
}

async fn argument() {
    fn both(_: Plain, _: Plain) {}
    both(Plain::new("first"), {
        let _scope = Graceful::new("scope");
        Plain::new("second")
    });
}

async fn question_mark() -> Result<(), Plain> {
    let _scope = Graceful::new("scope");
    let _value = Err(Plain::new("error"))?;
    Ok(())
}

async fn nested() -> Plain {
    let _outer = Graceful::new("outer");
    {
        let _inner = Graceful::new("inner");
        Plain::new("value")
    }
}

fn main() {
    cancel_after("tail of the body", 1, tail());
    cancel_after("initializer of a variable", 1, let_initializer());
    cancel_after("initializer, when the variable is in scope", 2, let_initializer());
    cancel_after("break value", 1, break_value());
    cancel_after("labelled block, with a value", 1, labelled(true));
    cancel_after("labelled block, without one", 1, labelled(false));
    cancel_after("argument of a call", 1, argument());
    cancel_after("error value", 1, question_mark());
    cancel_after("nested blocks, in the inner one", 1, nested());
    cancel_after("nested blocks, in the outer one", 2, nested());

    println!("not cancelled");
    let value = block_on(nested());
    println!("  drop the value");
    drop(value);
    assert_none_alive();
}
