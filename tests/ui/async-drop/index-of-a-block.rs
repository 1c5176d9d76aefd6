//! R2: an index that a block computes is kept across the awaits at the end of that block, and so
//! is the index before it in the same place.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use support::*;

fn row() -> usize {
    1
}

async fn read(index: usize) {
    let array = [10, 11, 12];
    let value = array[{
        let _block = g("block");
        index
    }];
    println!("    {value}");
    let value = &array[{
        let _block = g("block");
        index - 1
    }];
    println!("    {value}");
}

async fn write(index: usize) {
    let mut array = [10, 11, 12];
    array[{
        let _block = g("block");
        index
    }] = 20;
    array[{
        let _block = g("block");
        index - 1
    }] += 20;
    *(&mut array[{
        let _block = g("block");
        index - 2
    }]) = 30;
    println!("    {array:?}");
}

async fn slice(slice: &mut [u8], index: usize) {
    slice[{
        let _block = g("block");
        index
    }] = 20;
    println!("    {slice:?}");
}

async fn rows() {
    let mut array = [[1, 2], [3, 4]];
    let value = array[row()][{
        let _block = g("block");
        1
    }];
    array[row()][{
        let _block = g("block");
        0
    }] = 5;
    println!("    {value} {array:?}");
}

async fn of_graceful_elements(index: usize) {
    let mut array = [g("0"), g("1"), g("2")];
    array[{
        let _block = g("block");
        index
    }] = g("new");
    println!("    end");
}

async fn run(title: &str, future: impl Future<Output = ()>) {
    println!("{title}");
    future.await;
    assert_none_alive();
}

async fn all() {
    run("read", read(2)).await;
    run("write", write(2)).await;
    run("slice", async { slice(&mut [10, 11, 12], 1).await }).await;
    run("rows", rows()).await;
    run("graceful elements", of_graceful_elements(1)).await;
}

fn main() {
    block_on(all());
}
