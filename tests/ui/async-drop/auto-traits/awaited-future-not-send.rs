//! R21, the other side of `awaited-future.rs`: a future of a type that is known may hold something
//! when it is ready, so that its drop is awaited with the output alive. The same goes for what is
//! not known where the auto trait is asked for, but is known when drops are elaborated: an opaque
//! type, an associated type of one, and an associated type that may be specialized.
//@ edition: 2024
//@ revisions: current next
//@[next] compile-flags: -Znext-solver
#![feature(async_drop, specialization)]
#![allow(incomplete_features)]

use std::future::{AsyncDrop, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

fn spawn<F: Future + Send>(_: F) {}

fn consume<T>(_: T) {}

struct Remote;

impl Drop for Remote {
    fn drop(&mut self) {}
}

impl AsyncDrop for Remote {
    async fn drop(self: Pin<&mut Self>) {
        ready(()).await;
    }
}

/// Polls another future, and holds something of its own.
struct Guarded<F>(F, Remote);

impl<F: Future + Unpin> Future for Guarded<F> {
    type Output = Rc<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Rc<()>> {
        Pin::new(&mut self.0).poll(cx).map(|_| Rc::new(()))
    }
}

/// May give up, and holds the other future then.
struct Timeout<F>(F);

impl<F: Future + Unpin> Future for Timeout<F> {
    type Output = Rc<()>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Rc<()>> {
        Poll::Ready(Rc::new(()))
    }
}

fn guarded() -> Guarded<Ready<()>> {
    Guarded(ready(()), Remote)
}

async fn known() {
    consume(guarded().await);
}

async fn boxed() {
    consume(Box::pin(guarded()).await);
}

async fn wrapped<F: Future + Unpin>(future: F) {
    consume(Timeout(future).await);
}

async fn wrapped_object(future: Pin<Box<dyn Future<Output = ()> + Send>>) {
    consume(Timeout(future).await);
}

fn opaque() -> impl Future<Output = Rc<()>> {
    guarded()
}

async fn awaits_opaque() {
    consume(opaque().await);
}

fn opaque_into_future<T>() -> impl IntoFuture<Output = Rc<()>, IntoFuture: Send> {
    guarded()
}

async fn awaits_associated_of_opaque<T>() {
    consume(opaque_into_future::<T>().await);
}

trait Start {
    type Future: Future<Output = Rc<()>> + Send;

    fn start(&self) -> Self::Future;
}

impl<T> Start for T {
    default type Future = Guarded<Ready<()>>;

    default fn start(&self) -> Self::Future {
        unreachable!()
    }
}

async fn awaits_specialized() {
    consume(1_u8.start().await);
}

fn generic<F: Future + Send + Unpin>(future: F) {
    spawn(wrapped(future)); //~ ERROR cannot be sent between threads safely
}

fn main() {
    spawn(known()); //~ ERROR cannot be sent between threads safely
    spawn(boxed()); //~ ERROR cannot be sent between threads safely
    spawn(wrapped(ready(1))); // holds nothing that is awaited
    spawn(wrapped(guarded())); //~ ERROR cannot be sent between threads safely
    spawn(wrapped_object(Box::pin(ready(())))); //~ ERROR cannot be sent between threads safely
    spawn(awaits_opaque()); //~ ERROR cannot be sent between threads safely
    spawn(awaits_associated_of_opaque::<u8>()); //~ ERROR cannot be sent between threads safely
    spawn(awaits_specialized()); //~ ERROR cannot be sent between threads safely
    generic(ready(1));
}
