//! R1: temporaries are awaited where today's Rust drops them: at the end of their statement, of the
//! condition, of the whole `match` or `if let`, or of the block whose variable extends their
//! lifetime. Edition 2024 drops those of a tail expression before the block's variables, and those
//! of an `if let` before its `else`.
//@ revisions: e2021 e2024
//@[e2021] edition: 2021
//@[e2024] edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features, unused_assignments)]

#[path = "auxiliary/support.rs"]
mod support;

use support::*;

/// Looks at a value that is then a temporary, and not moved.
trait Look {
    fn look(&self) -> &Self {
        self
    }

    fn is(&self, answer: bool) -> bool {
        answer
    }

    fn option(&self, some: bool) -> Option<&Self> {
        some.then_some(self)
    }

    async fn wait(&self) -> u8 {
        println!("    waiting");
        suspend().await;
        7
    }
}

impl Look for Graceful {}
impl Look for Plain {}

fn graceful(name: &'static str) -> Graceful {
    println!("    made {name}");
    Graceful::new(name)
}

fn two(_: &Graceful, _: &Plain) -> u8 {
    println!("    called");
    0
}

async fn statements() {
    graceful("unused");
    println!("    next");
    graceful("looked at").look();
    println!("    next");
    let _ = graceful("let _");
    println!("    next");
    let _ = graceful("let _ of a method").look();
    println!("    next");
    let _x = graceful("_x");
    let _y = graceful("let _y of a method").is(true);
    println!("    next");
    _ = graceful("assigned to _");
    println!("    next");
    let (_, _kept) = (graceful("in a pattern's _"), graceful("kept"));
    println!("    end");
}

async fn place_in_underscore() {
    let a = graceful("a");
    let _ = a;
    println!("    let _ does not move");
}

async fn arguments() {
    two(&graceful("first"), &Plain::new("second"));
    println!("    next");
    let _sum = two(&graceful("1"), &Plain::new("2")) + two(&graceful("3"), &Plain::new("4"));
    println!("    next");
    println!("    formatted {}", graceful("formatted").is(true));
    println!("    end");
}

async fn receivers() {
    let answer = graceful("receiver").look().look().wait().await;
    println!("    answer {answer}");
    async fn hold(_: &Graceful, _: &Plain) {
        println!("    held");
        suspend().await;
    }
    hold(&graceful("first"), &Plain::new("second")).await;
    println!("    end");
}

async fn conditions() {
    if graceful("if").is(true) {
        println!("    then");
    }
    if graceful("a").is(true) && graceful("b").is(false) || graceful("c").is(true) {
        println!("    then");
    }
    let mut rounds = 0;
    while graceful("while").is(rounds < 2) {
        println!("    round");
        rounds += 1;
    }
    let _lazy = graceful("left").is(false) && graceful("never").is(true);
    println!("    next");
    match 0 {
        _ if graceful("guard").is(false) => println!("    first arm"),
        _ => println!("    second arm"),
    }
    println!("    end");
}

async fn match_scrutinee() {
    match graceful("match").is(true) {
        true => println!("    arm"),
        false => {}
    }
    match graceful("match on a reference").option(true) {
        Some(_) => {
            let _local = graceful("local");
            println!("    arm");
        }
        None => {}
    }
    match (graceful("moved"), graceful("not moved")) {
        (_moved, _) => println!("    arm"),
    }
    println!("    end");
}

async fn if_let(some: bool) {
    if let Some(_) = graceful("if let").option(some) {
        println!("    then");
    } else if let Some(_) = graceful("else if let").option(true) {
        println!("    else");
    }
    println!("    end");
}

async fn while_let() {
    let mut rounds = 0;
    while let Some(_) = graceful("while let").option(rounds < 2) {
        println!("    round");
        rounds += 1;
        if rounds == 2 {
            continue;
        }
    }
    for _ in graceful("for").option(true).iter() {
        println!("    round");
    }
    println!("    end");
}

async fn let_else(some: bool) -> u8 {
    let _a = graceful("a");
    let Some(_) = graceful("let else").option(some) else {
        println!("    else");
        return 1;
    };
    println!("    bound");
    0
}

async fn tail() -> u8 {
    let _local = graceful("local");
    two(&graceful("tail"), &Plain::new("plain tail"))
}

async fn tail_of_a_block() {
    let _answer = {
        let _local = graceful("local");
        graceful("tail").is(true)
    };
    println!("    next");
    {
        let _local = graceful("local");
        graceful("tail of a statement").is(true)
    };
    println!("    next");
    match graceful("tail match").is(true) {
        answer => {
            let _local = graceful("local");
            println!("    {answer}");
        }
    }
}

async fn return_value() -> u8 {
    let _local = graceful("local");
    return two(&graceful("returned"), &Plain::new("plain returned"));
}

#[allow(dead_code)]
struct Pair<'a> {
    first: &'a Graceful,
    second: (u8, &'a Plain),
}

async fn extended() {
    let _a = &graceful("a");
    let _pair = Pair { first: &graceful("b"), second: (0, &Plain::new("c")) };
    let _block = {
        let _local = graceful("local");
        &graceful("of a block")
    };
    let ref _d = graceful("d");
    let _array = [&graceful("e"), &graceful("f")];
    let _not_extended = graceful("not extended").look().is(true);
    println!("    end");
}

async fn extended_in_a_loop() {
    for _ in 0..2 {
        let _a = &graceful("a");
        let Some(_b) = &Some(graceful("b")) else { return };
        println!("    round");
    }
}

struct Three {
    a: Graceful,
    b: Plain,
    c: Graceful,
}

fn three(names: [&'static str; 3]) -> Three {
    Three { a: graceful(names[0]), b: Plain::new(names[1]), c: graceful(names[2]) }
}

async fn struct_update() {
    let _updated = Three { b: Plain::new("new b"), ..three(["a", "b", "c"]) };
    println!("    next");
    let base = three(["base a", "base b", "base c"]);
    let _updated = Three { a: graceful("new a"), ..base };
    println!("    end");
}

async fn field_of_a_temporary() {
    let _b = three(["a", "b", "c"]).b;
    println!("    next");
    let _ = three(["d", "e", "f"]).a;
    println!("    next");
    let _looked = three(["g", "h", "i"]).c.is(true);
    println!("    end");
}

async fn operators() {
    let _sum = graceful("left").is(true) as u8 + graceful("right").wait().await;
    println!("    next");
    let mut array = [0, 0];
    array[graceful("index").is(true) as usize] = graceful("value").is(true) as u8;
    println!("    next");
    let _deref = *graceful("dereferenced").look().option(true).map(|_| &1).unwrap();
    println!("    end");
}

async fn question_mark() -> Option<u8> {
    let _local = graceful("local");
    graceful("some").option(true)?;
    println!("    next");
    let _never = (graceful("before").look(), graceful("none").option(false)?);
    Some(0)
}

async fn all() {
    run("statements", statements()).await;
    run("place in _", place_in_underscore()).await;
    run("arguments", arguments()).await;
    run("receivers", receivers()).await;
    run("conditions", conditions()).await;
    run("match", match_scrutinee()).await;
    run("if let, then", if_let(true)).await;
    run("if let, else", if_let(false)).await;
    run("while let", while_let()).await;
    run("let-else, bound", let_else(true)).await;
    run("let-else, else", let_else(false)).await;
    run("tail", tail()).await;
    run("tail of a block", tail_of_a_block()).await;
    run("return", return_value()).await;
    run("extended", extended()).await;
    run("extended in a loop", extended_in_a_loop()).await;
    run("struct update", struct_update()).await;
    run("field of a temporary", field_of_a_temporary()).await;
    run("operators", operators()).await;
    run("question mark", question_mark()).await;
}

fn main() {
    block_on(all());
}
