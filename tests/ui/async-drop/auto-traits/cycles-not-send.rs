//! R21: a circular proof that `Send` holds finds the one place where it does not.
//@ edition: 2024
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

use std::future::{AsyncDrop, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;

fn send<T: Send>(_: T) {}

fn spawn<F: Future<Output = ()> + Send + 'static>(future: F) -> Ready<()> {
    drop(Box::pin(future));
    ready(())
}

struct Ping(Option<Box<Pong>>);
struct Pong(Option<Box<Ping>>);

impl Drop for Ping {
    fn drop(&mut self) {}
}

impl AsyncDrop for Ping {
    async fn drop(mut self: Pin<&mut Self>) {
        let pong = self.0.take();
        ready(()).await;
        drop(pong);
    }
}

impl Drop for Pong {
    fn drop(&mut self) {}
}

impl AsyncDrop for Pong {
    async fn drop(mut self: Pin<&mut Self>) {
        let _shared = Rc::new(());
        let ping = self.0.take();
        ready(()).await;
        drop(ping);
    }
}

/// The destructor itself asks.
struct Asks;

impl Drop for Asks {
    fn drop(&mut self) {}
}

impl AsyncDrop for Asks {
    async fn drop(self: Pin<&mut Self>) {
        let shared = Rc::new(());
        send(Asks); //~ ERROR cannot be sent between threads safely
        spawn(helper()).await;
        drop(shared);
    }
}

async fn helper() {
    spawn(async { //~ ERROR cannot be sent between threads safely
        let _asks = Asks;
        ready(()).await;
    })
    .await;
}

/// With lifetimes.
struct Guard<'a>(&'a u32, Option<Box<Guard<'a>>>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {}
}

impl AsyncDrop for Guard<'_> {
    async fn drop(mut self: Pin<&mut Self>) {
        let inner = self.1.take();
        ready(()).await;
        let _shared = Rc::new(());
        ready(()).await;
        drop(inner);
    }
}

fn opaque() -> impl Send { //~ ERROR cannot be sent between threads safely
    Ping(None)
}

trait Job: Send {}
impl Job for Pong {} //~ ERROR cannot be sent between threads safely

fn ping() {
    send(Ping(None)); //~ ERROR cannot be sent between threads safely
}

fn pong() {
    send(Pong(None)); //~ ERROR cannot be sent between threads safely
}

fn guard() {
    send(Guard(&1, None)); //~ ERROR cannot be sent between threads safely
}

fn guard_in_a_future() {
    let guard = async {
        let value = 1;
        let _guard = Guard(&value, None);
    };
    send(guard); //~ ERROR cannot be sent between threads safely
}

fn main() {}
