//! R1, R12: a `gen` block cannot await. What goes out of scope in its body is sync-dropped by
//! `next`, and what it holds is sync-dropped with it in a sync context, also within an async body.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop, gen_blocks)]
#![allow(async_drop_in_sync_context, incomplete_features, unused_assignments, unused_variables)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

gen fn function(_parameter: Graceful) -> usize {
    let _plain = Plain::new("plain");
    let mut value = Graceful::new("0");
    for (number, name) in ["1", "2"].into_iter().enumerate() {
        let _round = Graceful::new("round");
        yield number;
        value = Graceful::new(name);
    }
}

fn take(count: usize, numbers: &mut impl Iterator<Item = usize>) {
    for _ in 0..count {
        println!("  {:?}", numbers.next());
    }
}

async fn exhausted() {
    let _local = Graceful::new("local");
    for number in function(Graceful::new("parameter")) {
        let _number = Graceful::new("number");
        println!("  {number}");
    }
    println!("  exhausted");
}

async fn by_a_function() {
    let mut numbers = function(Graceful::new("parameter"));
    take(1, &mut numbers);
    println!("  drop");
    drop(numbers);
    suspend().await;
    println!("  dropped");
}

fn main() {
    println!("exhausted in an async body");
    block_on(exhausted());
    assert_none_alive();
    println!("dropped by a function");
    block_on(by_a_function());
    assert_none_alive();
    for count in 0..=3 {
        println!("dropped after {count} calls");
        let mut numbers = function(Graceful::new("parameter"));
        take(count, &mut numbers);
        println!("  drop");
        drop(numbers);
        assert_none_alive();
    }
    for polls in 0..=1 {
        cancel_after("held by a cancelled future", polls, async {
            let mut numbers = function(Graceful::new("parameter"));
            take(1, &mut numbers);
            forever().await;
        });
    }
}
