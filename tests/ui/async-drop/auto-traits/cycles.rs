//! R21: asking whether a type is `Send` does not send the compiler in circles: the destructor
//! itself may ask, and so may what it calls, whose opaque types the destructor's future depends on.
//@ edition: 2024
//@ revisions: current next
//@[next] compile-flags: -Znext-solver
//@ check-pass
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

use std::future::{AsyncDrop, Ready, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

fn send<T: Send>(value: T) -> T {
    value
}

fn spawn<F: Future<Output = ()> + Send + 'static>(future: F) -> Ready<()> {
    drop(Box::pin(future));
    ready(())
}

/// The destructor spawns a task that holds another value of its type.
struct Pooled {
    next: Option<Box<Pooled>>,
    pool: Arc<Mutex<Vec<Pooled>>>,
}

impl Pooled {
    const IS_SEND: () = {
        const fn check<T: Send>() {}
        check::<Pooled>();
    };
}

impl Drop for Pooled {
    fn drop(&mut self) {}
}

impl AsyncDrop for Pooled {
    async fn drop(mut self: Pin<&mut Self>) {
        let () = Self::IS_SEND;
        if let Some(next) = self.next.take() {
            spawn(async move {
                let _next = next;
                ready(()).await;
            })
            .await;
        }
        spawn(reconnect(self.pool.clone())).await;
        send(spawn(refill(self.pool.clone()))).await;
    }
}

async fn reconnect(pool: Arc<Mutex<Vec<Pooled>>>) {
    let pooled = Pooled { next: None, pool: pool.clone() };
    spawn(async move {
        let _pooled = send(pooled);
        ready(()).await;
    })
    .await;
    // An await on a future whose `Send` depends on the destructor's.
    send(give_back(pool)).await;
}

async fn give_back(pool: Arc<Mutex<Vec<Pooled>>>) {
    let pooled = pool.lock().unwrap().pop();
    ready(pooled).await;
}

fn refill(pool: Arc<Mutex<Vec<Pooled>>>) -> impl Future<Output = ()> + Send {
    async move {
        let pooled: Box<dyn Send> = Box::new(Pooled { next: None, pool });
        ready(()).await;
        drop(pooled);
    }
}

/// The same, generic.
struct Linked<T: Send + 'static>(Option<Box<Linked<T>>>, T);

impl<T: Send + 'static> Drop for Linked<T> {
    fn drop(&mut self) {}
}

impl<T: Send + 'static> AsyncDrop for Linked<T> {
    async fn drop(mut self: Pin<&mut Self>) {
        // SAFETY: nothing relies on the pinning of this field.
        let next = unsafe { self.as_mut().get_unchecked_mut().0.take() };
        if let Some(next) = next {
            spawn(async move { drop(send(next)) }).await;
        }
    }
}

/// Two types whose destructors hold each other.
struct Ping(Option<Box<Pong>>);
struct Pong(Option<Box<Ping>>);

impl Drop for Ping {
    fn drop(&mut self) {}
}

impl AsyncDrop for Ping {
    async fn drop(mut self: Pin<&mut Self>) {
        let pong = send(self.0.take());
        ready(()).await;
        drop(send(pong));
    }
}

impl Drop for Pong {
    fn drop(&mut self) {}
}

impl AsyncDrop for Pong {
    async fn drop(mut self: Pin<&mut Self>) {
        let ping = send(self.0.take());
        spawn(async move {
            let _ping = ping;
            ready(()).await;
        })
        .await;
    }
}

/// With lifetimes.
struct Guard<'a>(&'a Mutex<u32>, Option<Box<Guard<'a>>>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {}
}

impl AsyncDrop for Guard<'_> {
    async fn drop(mut self: Pin<&mut Self>) {
        let inner = send(self.1.take());
        ready(()).await;
        drop(send(inner));
        send(async {
            let _guard = Guard(self.0, None);
            ready(()).await;
        })
        .await;
    }
}

trait Job: Send {}
impl Job for Pooled {}
impl<T: Send> Job for Linked<T> {}
impl Job for Guard<'_> {}

struct Needs<T: Send>(T);
struct Holds(Needs<Pooled>);

fn opaque() -> impl Send {
    Pooled { next: None, pool: Default::default() }
}

fn main() {
    let pooled = Pooled { next: None, pool: Default::default() };
    send(Holds(Needs(pooled)));
    send(opaque());
    send(Linked(None, 1));
    send(Ping(None));
    send(Pong(None));
    let mutex = Mutex::new(1);
    send(Guard(&mutex, None));
    send(async {
        let _guard = Guard(&mutex, None);
        let _ping = Ping(Some(Box::new(Pong(None))));
    });
}
