//! R22: an awaited drop is a use of the value, so what the value borrows has to live until the
//! destructor has ended, and must not be changed before. Checked by both versions of the borrow
//! checker.
//@ edition: 2024
//@ revisions: nll polonius
//@ [polonius] compile-flags: -Zpolonius=next
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

use std::future::{AsyncDrop, ready};
use std::pin::Pin;

struct Logs<'a>(&'a mut Vec<u32>);

impl Drop for Logs<'_> {
    fn drop(&mut self) {}
}

impl AsyncDrop for Logs<'_> {
    async fn drop(mut self: Pin<&mut Self>) {
        ready(()).await;
        self.0.push(1);
    }
}

impl Logs<'_> {
    fn log(&mut self, entry: usize) {
        self.0.push(entry as u32);
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

async fn borrowed_value_is_gone() {
    let _logs;
    let mut list = vec![];
    _logs = Logs(&mut list); //~ ERROR `list` does not live long enough
}

async fn borrowed_value_is_used() {
    let mut list = vec![];
    let _logs = Logs(&mut list);
    list.push(2); //~ ERROR cannot borrow `list` as mutable more than once at a time
}

async fn borrowed_value_is_returned() -> Vec<u32> {
    let mut list = vec![];
    let _logs = Logs(&mut list);
    list //~ ERROR cannot move out of `list` because it is borrowed
}

async fn value_is_borrowed() {
    let mut list = vec![];
    let length;
    {
        let logs = Logs(&mut list);
        length = &logs.0; //~ ERROR borrow may still be in use when destructor runs
    }
    println!("{}", length.len());
}

async fn assigned() {
    let (mut first, mut second) = (vec![], vec![]);
    let mut logs = Logs(&mut first);
    first.clear(); //~ ERROR cannot borrow `first` as mutable more than once at a time
    logs = Logs(&mut second);
    logs.log(1);
}

async fn captured() -> impl Future<Output = ()> {
    let mut list = vec![];
    let logs = Logs(&mut list);
    async move { //~ ERROR cannot return value referencing local variable `list`
        let _logs = logs;
    }
}

async fn in_an_option(early: bool) {
    let mut list = vec![];
    let mut logs = None;
    if early {
        logs = Some(Logs(&mut list));
    }
    list.clear(); //~ ERROR cannot borrow `list` as mutable more than once at a time
    ready(&mut logs).await;
}

// The other side.

async fn lives_long_enough() -> Vec<u32> {
    let mut list = vec![];
    {
        let mut logs = Logs(&mut list);
        // A two-phase borrow, and a reborrow.
        logs.log(logs.len());
        let again = Logs(&mut *logs.0);
        again.0.push(3);
    }
    list.push(2);
    list
}

async fn moved_out() {
    let mut list = vec![];
    let logs = Logs(&mut list);
    drop(logs);
    list.push(2);
}

async fn assigned_when_free() {
    let (mut first, mut second) = (vec![], vec![]);
    let mut logs = Logs(&mut first);
    logs.log(1);
    logs = Logs(&mut second);
    logs.log(2);
    first.clear();
}

async fn in_a_loop(lists: &mut [Vec<u32>]) {
    for list in lists.iter_mut() {
        let _logs = Logs(list);
    }
    lists[0].clear();
}

async fn plain_reference() {
    // No destructor: the borrow ends with its last use, though an await follows.
    let _value;
    let number = 1;
    _value = &number;
    let mut list = vec![];
    let _logs = Logs(&mut list);
}

fn main() {}
