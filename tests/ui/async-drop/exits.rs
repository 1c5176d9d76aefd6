//! R2: every way out of a scope awaits the destructors of what is in scope. The value that is
//! returned or broken with is computed first and kept across the awaits; it is moved out and not
//! dropped, also if it needs async drop itself.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

async fn fall_through() {
    let _a = new_value("a");
    let _b = Plain::new("b");
    let _c = new_value("c");
}

async fn tail() -> Graceful {
    let _a = new_value("a");
    new_value("tail")
}

async fn early_return(early: bool) -> Graceful {
    let _a = new_value("a");
    {
        let _b = new_value("b");
        if early {
            let _c = Plain::new("c");
            return new_value("early");
        }
        println!("    not early");
    }
    new_value("late")
}

async fn return_in_tail() -> Graceful {
    let _a = new_value("a");
    return {
        let _b = new_value("b");
        new_value("tail")
    };
}

async fn return_a_local() -> (Graceful, Plain) {
    let a = new_value("a");
    let _b = new_value("b");
    let c = Plain::new("c");
    (a, c)
}

async fn never() -> Result<std::convert::Infallible, Graceful> {
    let _a = new_value("a");
    loop {
        let _b = new_value("b");
        return Err(new_value("error"));
    }
}

async fn question_mark(result: Result<Graceful, Graceful>) -> Result<Graceful, (Graceful, u8)> {
    let _a = new_value("a");
    let ok = {
        let _b = new_value("b");
        result.map_err(|error| (error, 0))?
    };
    println!("    no error");
    Ok(ok)
}

async fn question_mark_from(fails: bool) -> Result<(), Converted> {
    let _a = new_value("a");
    let error = new_value("error");
    if fails {
        Err(error)?;
    }
    Ok(())
}

struct Converted(#[allow(dead_code)] Graceful, #[allow(dead_code)] Plain);

impl From<Graceful> for Converted {
    fn from(value: Graceful) -> Converted {
        println!("    converted");
        Converted(value, Plain::new("conversion"))
    }
}

async fn question_mark_option(option: Option<Graceful>) -> Option<Graceful> {
    let _a = new_value("a");
    let some = option?;
    println!("    some");
    Some(some)
}

async fn break_and_continue() {
    let _outer = new_value("outer");
    for round in 0.. {
        let _a = Graceful::new(["a0", "a1", "a2"][round]);
        if round == 0 {
            let _b = new_value("b");
            continue;
        }
        let _c = Graceful::new(["", "c1", "c2"][round]);
        if round == 2 {
            let _d = new_value("d");
            break;
        }
        println!("    end of round");
    }
    println!("    after the loop");
}

async fn labelled() {
    let mut round = 0;
    'outer: while round < 3 {
        let _outer = Graceful::new(["outer 0", "outer 1", "outer 2"][round]);
        round += 1;
        loop {
            let _inner = new_value("inner");
            for _ in 0..2 {
                let _innermost = new_value("innermost");
                match round {
                    1 => continue 'outer,
                    2 => break,
                    _ => break 'outer,
                }
            }
            println!("    left the innermost loop");
            break;
        }
        println!("    left the inner loop");
    }
    println!("    after the loops");
}

async fn break_with_value() -> Graceful {
    let _a = new_value("a");
    let value = loop {
        let _b = new_value("b");
        loop {
            let _c = new_value("c");
            break;
        }
        break new_value("loop");
    };
    println!("    broke");
    value
}

async fn break_outer_with_value() {
    let _value = 'outer: loop {
        let _a = new_value("a");
        loop {
            let _b = new_value("b");
            break 'outer (new_value("value.0"), Plain::new("value.1"));
        }
    };
    println!("    broke");
}

async fn block_with_value(early: bool) -> Graceful {
    let value = 'block: {
        let _a = new_value("a");
        if early {
            let _b = new_value("b");
            break 'block new_value("early");
        }
        let _c = new_value("c");
        new_value("late")
    };
    println!("    left the block");
    value
}

async fn arms(arm: u8) -> Graceful {
    let _a = new_value("a");
    let value = match arm {
        0 => {
            let _b = new_value("b");
            new_value("0")
        }
        1 => {
            let _b = new_value("b");
            return new_value("1");
        }
        n if n == 2 => new_value("2"),
        _ => {
            let (_b, _c) = (new_value("b"), new_value("c"));
            new_value("_")
        }
    };
    println!("    matched");
    value
}

async fn let_else(option: Option<Graceful>) -> u8 {
    let _a = new_value("a");
    let Some(_value) = option else {
        let _b = new_value("b");
        println!("    else");
        return 1;
    };
    println!("    bound");
    2
}

async fn let_else_drops_the_rest(pair: (Option<u8>, Graceful)) {
    'block: {
        let _a = new_value("a");
        let (Some(_), _b) = pair else {
            println!("    else");
            break 'block;
        };
        println!("    bound");
    }
    println!("    after the block");
}

async fn loops() {
    for name in ["for 0", "for 1"] {
        let _a = Graceful::new(name);
    }
    let mut round = 0;
    while round < 2 {
        let _a = Graceful::new(["while 0", "while 1"][round]);
        round += 1;
    }
    let mut rest = vec![Graceful::new("while let 1"), Graceful::new("while let 0")];
    while let Some(_a) = rest.pop() {
        println!("    popped");
    }
    println!("    after the loops");
}

/// The owning iterator is dropped with what is left in it, which the compiler alone cannot await:
/// here nothing is left.
async fn for_by_value() {
    for (_graceful, _plain) in
        [(new_value("0"), Plain::new("0")), (new_value("1"), Plain::new("1"))]
    {
        println!("    round");
    }
    println!("    after the loop");
}

async fn nested_blocks() -> &'static str {
    let _a = new_value("a");
    let text = {
        let _b = new_value("b");
        let text = {
            let _c = new_value("c");
            "text"
        };
        println!("    inner {text}");
        text
    };
    println!("    outer {text}");
    text
}

async fn all() {
    run_keeping("fall-through", fall_through()).await;
    run_keeping("tail", tail()).await;
    run_keeping("return", early_return(true)).await;
    run_keeping("no return", early_return(false)).await;
    run_keeping("return in the tail", return_in_tail()).await;
    run_keeping("return of a local", return_a_local()).await;
    run_keeping("never type", never()).await;
    run_keeping("? on Ok", question_mark(Ok(Graceful::new("ok")))).await;
    run_keeping("? on Err", question_mark(Err(Graceful::new("error")))).await;
    run_keeping("? that converts", question_mark_from(true)).await;
    run_keeping("? not reached", question_mark_from(false)).await;
    run_keeping("? on Some", question_mark_option(Some(Graceful::new("some")))).await;
    run_keeping("? on None", question_mark_option(None)).await;
    run_keeping("break and continue", break_and_continue()).await;
    run_keeping("labelled break and continue", labelled()).await;
    run_keeping("break with a value", break_with_value()).await;
    run_keeping("break outer with a value", break_outer_with_value()).await;
    run_keeping("labelled block, early", block_with_value(true)).await;
    run_keeping("labelled block, late", block_with_value(false)).await;
    run_keeping("first arm", arms(0)).await;
    run_keeping("arm that returns", arms(1)).await;
    run_keeping("arm with a guard", arms(2)).await;
    run_keeping("last arm", arms(3)).await;
    run_keeping("let-else, bound", let_else(Some(Graceful::new("some")))).await;
    run_keeping("let-else, else", let_else(None)).await;
    run_keeping("let-else, partly bound", let_else_drops_the_rest((Some(0), Graceful::new("1"))))
        .await;
    run_keeping("let-else, not bound", let_else_drops_the_rest((None, Graceful::new("1")))).await;
    run_keeping("loops", loops()).await;
    run_keeping("for by value", for_by_value()).await;
    run_keeping("nested blocks", nested_blocks()).await;
}

fn main() {
    block_on(all());
}
