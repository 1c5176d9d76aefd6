//! R1, R7: an array in a packed struct is moved to where it is aligned, and its elements are
//! awaited there, as the fields of such a struct are.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ revisions: o0 o3
//@[o0] compile-flags: -C opt-level=0
//@[o3] compile-flags: -C opt-level=3
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features, unused_assignments)]

#[path = "auxiliary/support.rs"]
mod support;
use std::future::AsyncDrop;
use std::hint::black_box;
use std::pin::Pin;

use support::*;

/// Fails if it is dropped where it is not aligned.
struct Aligned(u64, Graceful);

impl Aligned {
    fn new(name: &'static str) -> Aligned {
        Aligned(7, Graceful::new(name))
    }

    fn check(&self) {
        let address = black_box(&raw const self.0).addr();
        assert_eq!((address % align_of::<u64>(), self.0), (0, 7));
    }
}

impl Drop for Aligned {
    fn drop(&mut self) {
        self.check();
    }
}

impl AsyncDrop for Aligned {
    async fn drop(self: Pin<&mut Self>) {
        self.check();
        suspend().await;
        self.check();
    }
}

#[repr(packed)]
struct Packed<T>(u8, T, u8);

#[repr(packed(2))]
struct Less<T>(u16, (u8, T));

fn two() -> [Aligned; 2] {
    [Aligned::new("first"), Aligned::new("second")]
}

async fn field() {
    let _packed = Packed(1, two(), 2);
}

async fn part_of_a_field() {
    let _packed = Less(1, (2, two()));
}

async fn of_any_type<T>(array: T) {
    let _packed = Packed(1, array, 2);
}

async fn in_a_box() {
    let _packed = Box::new(Packed(1, two(), 2));
}

async fn in_a_vec() {
    let _packed = vec![Packed(1, two(), 2), Packed(3, two(), 4)];
}

async fn assigned() {
    let mut packed = Packed(1, two(), 2);
    suspend().await;
    packed = Packed(3, [Aligned::new("third"), Aligned::new("fourth")], 4);
    black_box(&packed.0);
}

async fn without_the_other_field() {
    let packed = Packed(1, (two(), Plain::new("moved")), 2);
    drop(packed.1.1);
    suspend().await;
}

fn main() {
    block_on(run("field", field()));
    block_on(run("part of a field", part_of_a_field()));
    block_on(run("of any type", of_any_type(two())));
    block_on(run("in a box", in_a_box()));
    block_on(run("in a vec", in_a_vec()));
    block_on(run("assigned", assigned()));
    block_on(run("without the other field", without_the_other_field()));
    println!("cancelled");
    cancel_everywhere(field);
    cancel_everywhere(assigned);
    cancel_everywhere(|| of_any_type(two()));
    assert_none_alive();
}
