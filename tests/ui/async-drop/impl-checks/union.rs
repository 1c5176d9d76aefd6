//! R11: a union can have an async destructor, as it can have a sync one. Its fields have none.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(incomplete_features, async_drop_in_sync_context)]

use std::future::AsyncDrop;
use std::mem::ManuallyDrop;
use std::pin::Pin;

#[path = "../auxiliary/support.rs"]
mod support;
use support::*;

union Either {
    graceful: ManuallyDrop<Graceful>,
    #[allow(dead_code)]
    number: u8,
}

impl Drop for Either {
    fn drop(&mut self) {
        println!("    sync union");
        unsafe { ManuallyDrop::drop(&mut self.graceful) }
    }
}

impl AsyncDrop for Either {
    async fn drop(mut self: Pin<&mut Self>) {
        println!("    async union");
        let graceful = unsafe { ManuallyDrop::take(&mut self.graceful) };
        std::future::async_drop(graceful).await;
    }
}

fn either() -> Either {
    Either { graceful: ManuallyDrop::new(Graceful::new("1")) }
}

async fn scope() {
    let _either = either();
}

fn main() {
    println!("awaited");
    block_on(scope());
    assert_none_alive();
    println!("sync");
    let _ = [either()].len();
    assert_none_alive();
}
