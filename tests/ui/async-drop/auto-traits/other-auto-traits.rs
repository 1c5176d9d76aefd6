//! R21 for other auto traits. A trait that somebody defines is like `Send`. `Sync`, `Unpin` and
//! `UnwindSafe` say nothing of the destructor's future: it is not reached through a shared
//! reference, it is pinned wherever the value is moved before, and it holds a `&mut`.
//@ edition: 2024
#![feature(async_drop, auto_traits, negative_impls)]
#![allow(incomplete_features)]

use std::cell::Cell;
use std::future::{AsyncDrop, ready};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;

/// What may be used on any of several devices.
auto trait Roams {}

struct Fixed(Cell<u32>);
impl !Roams for Fixed {}

struct Local;

impl Drop for Local {
    fn drop(&mut self) {}
}

impl AsyncDrop for Local {
    async fn drop(self: Pin<&mut Self>) {
        let fixed = Fixed(Cell::new(1));
        ready(()).await;
        fixed.0.set(2);
    }
}

struct Remote;

impl Drop for Remote {
    fn drop(&mut self) {}
}

impl AsyncDrop for Remote {
    async fn drop(self: Pin<&mut Self>) {
        let cell = Cell::new(1);
        ready(()).await;
        cell.set(2);
    }
}

fn roams<T: Roams>(_: T) {}
fn sync<T: Sync>(_: T) {}
fn unpin<T: Unpin>(_: T) {}
fn unwind_safe<T: UnwindSafe + RefUnwindSafe>(_: T) {}

async fn drops<T>(_value: T) {}

async fn beside_a_cell() {
    let cell = Cell::new(1);
    {
        let _remote = Remote;
    }
    cell.set(1);
}

fn main() {
    roams(Remote);
    roams(drops(Remote));
    sync(Local);
    sync(Remote);
    sync(drops(Remote));
    unpin(Local);
    unpin(Remote);
    unwind_safe(Local);
}

fn itself() {
    roams(Local); //~ ERROR the trait bound `Fixed: Roams` is not satisfied
}

fn in_a_vec() {
    roams(vec![Local]); //~ ERROR the trait bound `Fixed: Roams` is not satisfied
}

fn in_a_future() {
    roams(drops(Local)); //~ ERROR the trait bound `Fixed: Roams` is not satisfied
}

fn alive_at_a_drop_point() {
    sync(beside_a_cell()); //~ ERROR cannot be shared between threads safely
}
