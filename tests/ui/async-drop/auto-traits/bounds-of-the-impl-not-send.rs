//! R21: that the impl of `AsyncDrop` has bounds, or other names for the parameters of the type,
//! hides nothing that its destructor holds.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::{AsyncDrop, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;

/// The destructor holds an `A`, which the impl calls `B`.
struct Swapped<A: Default, B: Default>(PhantomData<fn(A) -> B>);

impl<A: Default, B: Default> Drop for Swapped<B, A> {
    fn drop(&mut self) {}
}

impl<A: Default, B: Default> AsyncDrop for Swapped<B, A> {
    async fn drop(self: Pin<&mut Self>) {
        let held = B::default();
        ready(()).await;
        drop(held);
    }
}

/// The destructor holds what a closure returns.
struct Defer<F: FnMut() -> R, R: Future>(F);

impl<F: FnMut() -> R, R: Future> Drop for Defer<F, R> {
    fn drop(&mut self) {}
}

impl<F: FnMut() -> R, R: Future> AsyncDrop for Defer<F, R> {
    async fn drop(mut self: Pin<&mut Self>) {
        let future = unsafe { self.as_mut().get_unchecked_mut() }.0();
        future.await;
    }
}

fn spawn(_: impl Future + Send) {}

fn held_by_what_a_closure_returns() {
    spawn(async {
        //~^ ERROR future cannot be sent between threads safely
        let _defer = Defer(|| async {
            let shared = Rc::new(());
            ready(()).await;
            drop(shared);
        });
    });
}

fn held_by_name() {
    spawn(async {
        let _good = Swapped::<u32, Rc<()>>(PhantomData);
    });
    spawn(async {
        //~^ ERROR future cannot be sent between threads safely
        let _bad = Swapped::<Rc<()>, u32>(PhantomData);
    });
}

fn main() {}
