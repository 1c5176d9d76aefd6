//! R23: `async_drop_in_sync_context` at calls that drop what they are given, in any body.
//@ edition: 2024
//@ check-pass
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/conn.rs"]
mod conn;
use conn::Conn;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::mem::ManuallyDrop;

fn in_function(conn: Conn) {
    drop(conn);
    //~^ WARN `drop` does not await destructors
}

async fn in_async_body(conn: Conn, pointer: *mut Conn) {
    std::mem::drop(Some(conn));
    //~^ WARN `drop` does not await destructors
    let mut slot = ManuallyDrop::new(Conn);
    unsafe { ManuallyDrop::drop(&mut slot) };
    //~^ WARN `ManuallyDrop::drop` does not await destructors
    unsafe { std::ptr::drop_in_place(pointer) };
    //~^ WARN `drop_in_place` does not await destructors
    unsafe { pointer.drop_in_place() };
    //~^ WARN `drop_in_place` does not await destructors
}

async fn collections(
    vec: &mut Vec<Conn>,
    deque: &mut VecDeque<Box<Conn>>,
    map: &mut HashMap<u8, Conn>,
    tree: &mut BTreeMap<u8, (u8, Conn)>,
) {
    vec.clear();
    //~^ WARN `Vec::clear` does not await destructors
    vec.truncate(1);
    //~^ WARN `Vec::truncate` does not await destructors
    vec.retain(|conn| conn.is_open());
    //~^ WARN `Vec::retain` does not await destructors
    deque.truncate(1);
    //~^ WARN `VecDeque::truncate` does not await destructors
    map.clear();
    //~^ WARN `HashMap::clear` does not await destructors
    tree.retain(|_, (_, conn)| conn.is_open());
    //~^ WARN `BTreeMap::retain` does not await destructors
}

fn passed_on(conns: Vec<Conn>, other: Option<(Conn, u8)>) -> fn(Conn) {
    conns.into_iter().for_each(drop);
    //~^ WARN `drop` does not await destructors
    other.map(std::mem::drop);
    //~^ WARN `drop` does not await destructors
    vec![1].into_iter().for_each(drop);
    drop
    //~^ WARN `drop` does not await destructors
}

fn main() {}
