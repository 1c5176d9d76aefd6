//! R21: a future that is ready and was awaited is dropped without a suspension if no more is known
//! of it than that it is a future, however it is named: a type parameter, an associated type, what
//! a method of a trait returns, a boxed `dyn Future`. Its output need not be `Send` for its sake.
//@ edition: 2024
//@ revisions: current next
//@[next] compile-flags: -Znext-solver
//@ check-pass
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::pin::Pin;
use std::rc::Rc;

fn spawn<F: Future + Send>(_: F) {}

fn consume<T>(_: T) {}

async fn parameter<F: Future>(future: F) -> F::Output {
    future.await
}

async fn parameter_then_more<F: Future>(future: F) {
    let output = future.await;
    consume(output);
}

/// A coroutine in generic code. What it returns is moved out before its scope ends.
async fn value<T>() {
    let first = make::<T>().await;
    consume(first);
    if let Some(second) = make::<Option<T>>().await {
        let third = Some(second);
        consume(third);
    }
}

async fn make<T>() -> T {
    panic!()
}

async fn into_future<F: IntoFuture>(future: F) {
    consume(future.await);
}

async fn pointers<F: Future + Unpin>(boxed: Box<F>, pinned: Pin<Box<F>>, borrowed: &mut F) {
    consume(borrowed.await);
    consume(boxed.await);
    consume(pinned.await);
}

async fn object(future: Pin<Box<dyn Future<Output = Rc<()>> + Send>>) {
    consume(future.await);
}

async fn local_object(future: Box<dyn Future<Output = Rc<()>> + Send + Unpin>) {
    consume(future.await);
}

trait Handler {
    type Output;
    type Future: Future<Output = Self::Output> + Send;

    fn start(&self) -> Self::Future;

    fn call(&self) -> impl Future<Output = Self::Output> + Send;
}

async fn associated<H: Handler + Sync>(handler: &H) {
    consume(handler.start().await);
}

async fn method<H: Handler + Sync>(handler: &H) {
    consume(handler.call().await);
}

async fn function<T>(function: impl AsyncFn() -> T) {
    consume(function().await);
}

/// The methods of a trait and of an impl are checked as such.
trait Extract: Sized {
    type Rejection;

    fn extract() -> impl Future<Output = Result<Self, Self::Rejection>> + Send;

    fn optional() -> impl Future<Output = Option<Self>> + Send {
        async { Self::extract().await.ok() }
    }
}

impl<A: Extract, B: Extract> Extract for (A, B) {
    type Rejection = A::Rejection;

    async fn extract() -> Result<Self, Self::Rejection> {
        consume(A::extract().await?);
        panic!()
    }
}

fn generic<F, H>(future: F, handler: &H)
where
    F: Future + Send + Unpin,
    H: Handler + Sync,
{
    spawn(parameter_then_more(future));
    spawn(associated(handler));
    spawn(method(handler));
}

fn generic_value<T>() {
    spawn(value::<T>());
}

fn generic_output<F: Future + Send>(future: F) {
    spawn(async { consume(parameter(future).await) });
}

fn generic_pointers<F: Future + Send + Unpin>(boxed: F, pinned: F, mut borrowed: F) {
    spawn(pointers(Box::new(boxed), Box::pin(pinned), &mut borrowed));
}

fn generic_into_future<F: IntoFuture<IntoFuture: Send> + Send>(future: F) {
    spawn(into_future(future));
}

async fn rc() -> Rc<()> {
    Rc::new(())
}

fn main() {
    generic_value::<Rc<()>>();
    generic_output(rc());
    generic_into_future(rc());
    spawn(function(rc));
    generic_pointers(Box::pin(rc()), Box::pin(rc()), Box::pin(rc()));
    spawn(object(Box::pin(rc())));
    spawn(local_object(Box::new(Box::pin(rc()))));
}
