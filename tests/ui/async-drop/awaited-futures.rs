//! R1, R13: a future that was awaited is dropped when it is ready. If its type is known, what it
//! holds by then is dropped by await: a guard, or the loser of a timeout, whatever that is. If no
//! more is known than that it is a future, it is dropped synchronously: as a type parameter, as an
//! associated type, in a box, and as a trait object. A future that is cancelled before it was ready
//! is dropped by await in any case.
//@ edition: 2024
//@ run-pass
//@ check-run-results
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;

use std::pin::Pin;
use std::task::{Context, Poll};

use support::*;

/// Polls a future, and holds a guard.
struct Guarded<F> {
    future: Pin<Box<F>>,
    _guard: Graceful,
}

fn guarded<F: Future>(name: &'static str, future: F) -> Guarded<F> {
    Guarded { future: Box::pin(future), _guard: g(name) }
}

impl<F: Future> Future for Guarded<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.future.as_mut().poll(cx)
    }
}

/// Gives up at the second poll.
struct Timeout<F> {
    future: Pin<Box<F>>,
    polls: usize,
}

fn timeout<F: Future>(future: F) -> Timeout<F> {
    Timeout { future: Box::pin(future), polls: 2 }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        self.polls -= 1;
        match self.future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.polls == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

type Object<T> = Pin<Box<dyn Future<Output = T>>>;

async fn holds(name: &'static str) {
    let _value = g(name);
    suspend().await;
}

async fn holds_forever(name: &'static str) {
    let _value = g(name);
    forever().await;
}

async fn parameter<F: Future>(future: F) -> F::Output {
    let output = future.await;
    println!("  ready");
    output
}

async fn boxed<F: Future>(future: Pin<Box<F>>) -> F::Output {
    let output = future.await;
    println!("  ready");
    output
}

async fn object<T>(future: Object<T>) -> T {
    let output = future.await;
    println!("  ready");
    output
}

async fn wrapped<F: Future>(future: F) {
    assert!(timeout(future).await.is_none());
    println!("  ready");
}

trait Start {
    type Future: Future;

    fn start(self) -> Self::Future;
}

struct Starts(&'static str);

impl Start for Starts {
    type Future = Guarded<std::future::Ready<()>>;

    fn start(self) -> Self::Future {
        guarded(self.0, std::future::ready(()))
    }
}

async fn associated<S: Start>(start: S) {
    start.start().await;
    println!("  ready");
}

async fn associated_known(start: Starts) {
    start.start().await;
    println!("  ready");
}

fn opaque(name: &'static str) -> impl Future<Output = ()> {
    guarded(name, suspend())
}

fn main() {
    block_on(async {
        let title = "a type that is known";
        run(title, async {
            guarded("guard", suspend()).await;
            println!("  ready");
        })
        .await;
        run("the same in a box", async {
            Box::pin(guarded("guard", suspend())).await;
            println!("  ready");
        })
        .await;
        run("the same behind an opaque type", async {
            opaque("guard").await;
            println!("  ready");
        })
        .await;
        run("an associated type that is known", associated_known(Starts("guard"))).await;

        run("a type parameter", parameter(guarded("guard", suspend()))).await;
        run("a boxed type parameter", boxed(Box::pin(guarded("guard", suspend())))).await;
        run("an associated type", associated(Starts("guard"))).await;
        run("a trait object", object(Box::pin(guarded("guard", suspend())))).await;

        run("coroutines have dropped all by then", async {
            parameter(holds("parameter")).await;
            boxed(Box::pin(holds("box"))).await;
            object(Box::pin(holds("object"))).await;
        })
        .await;

        run("a timeout of a coroutine", async {
            assert!(timeout(holds_forever("loser")).await.is_none());
            println!("  ready");
        })
        .await;
        run("a timeout of a trait object", async {
            let future: Object<()> = Box::pin(holds_forever("loser"));
            assert!(timeout(future).await.is_none());
            println!("  ready");
        })
        .await;
        run("a timeout of a type parameter", wrapped(holds_forever("loser"))).await;
        run("a timeout as a type parameter", parameter(timeout(holds_forever("loser")))).await;
    });

    block_on(async {
        println!("cancelled: a type parameter");
        leave_after(1, parameter(holds_forever("value"))).await;
        println!("cancelled: a boxed type parameter");
        leave_after(1, boxed(Box::pin(holds_forever("value")))).await;
        println!("cancelled: an associated type");
        leave_after(1, associated(StartsForever)).await;
        println!("cancelled: a trait object");
        leave_after(1, object(Box::pin(holds_forever("value")))).await;
        println!("cancelled: a guard behind a type parameter");
        leave_after(1, parameter(guarded("guard", holds_forever("value")))).await;
        assert_none_alive();
    });
    cancel_after("cancelled in sync code", 1, parameter(guarded("guard", holds_forever("value"))));
}

struct StartsForever;

impl Start for StartsForever {
    type Future = Guarded<std::future::Pending<()>>;

    fn start(self) -> Self::Future {
        guarded("guard", std::future::pending())
    }
}
