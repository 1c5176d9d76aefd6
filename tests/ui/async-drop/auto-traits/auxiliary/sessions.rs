//! Types with async destructors, for the other tests here and for another crate's view of them.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::{AsyncDrop, ready};
use std::pin::Pin;
use std::rc::Rc;

/// Its destructor holds an `Rc` across an await.
pub struct Local;

impl Drop for Local {
    fn drop(&mut self) {}
}

impl AsyncDrop for Local {
    async fn drop(self: Pin<&mut Self>) {
        let shared = Rc::new(());
        ready(()).await;
        drop(shared);
    }
}

/// Its destructor holds nothing of the kind.
pub struct Remote;

impl Drop for Remote {
    fn drop(&mut self) {}
}

impl AsyncDrop for Remote {
    async fn drop(self: Pin<&mut Self>) {
        ready(()).await;
    }
}

/// Its destructor holds another value of type `T` across an await.
pub struct Holds<T: Default>(pub std::marker::PhantomData<fn() -> T>);

impl<T: Default> Drop for Holds<T> {
    fn drop(&mut self) {}
}

impl<T: Default> AsyncDrop for Holds<T> {
    async fn drop(self: Pin<&mut Self>) {
        let value = T::default();
        ready(()).await;
        drop(value);
    }
}

/// Drops a value of any type, an `Rc` being alive.
pub async fn drop_beside_rc<T>(value: T) {
    let shared = Rc::new(());
    {
        let _value = value;
    }
    println!("{}", Rc::strong_count(&shared));
}

/// Holds a `Local`, behind an opaque type.
pub fn hidden_local() -> impl Sized {
    Local
}

/// Holds a `Remote`, behind an opaque type.
pub fn hidden_remote() -> impl Sized {
    Remote
}

/// Has an opaque type that needs no async drop.
pub fn hidden_plain() -> impl Iterator<Item = u32> {
    [1, 2].into_iter()
}

pub async fn serve_local() {
    let _session = Local;
}

pub async fn serve_remote() {
    let _session = Remote;
    ready(()).await;
}

pub fn send<T: Send>(_: T) {}

pub fn spawn<F: Future + Send + 'static>(_: F) {}
