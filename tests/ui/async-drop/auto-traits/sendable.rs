//! R21, the other side: types and futures that are `Send` although destructors are awaited, because
//! what these hold is, and futures of values that are dropped where nothing is awaited, or moved
//! out before their scope ends.
//@ edition: 2024
//@ revisions: current next
//@[next] compile-flags: -Znext-solver
//@ check-pass
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

use std::collections::HashMap;
use std::future::{AsyncDrop, async_drop, ready, run_until_cancelled};
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

struct Remote(u32);

impl Drop for Remote {
    fn drop(&mut self) {}
}

impl AsyncDrop for Remote {
    async fn drop(mut self: Pin<&mut Self>) {
        // The future holds the value itself, whose `Send` is being proved.
        ready(()).await;
        self.0 += 1;
        // Not alive at an await.
        let _shared = Rc::new(());
    }
}

struct Borrows<'a>(&'a mut Vec<u32>);

impl Drop for Borrows<'_> {
    fn drop(&mut self) {}
}

impl AsyncDrop for Borrows<'_> {
    async fn drop(mut self: Pin<&mut Self>) {
        ready(()).await;
        self.0.push(1);
        ready(()).await;
    }
}

struct Wraps<'a, T>(&'a u32, T);

impl<T> Drop for Wraps<'_, T> {
    fn drop(&mut self) {}
}

impl<T> AsyncDrop for Wraps<'_, T> {
    async fn drop(self: Pin<&mut Self>) {
        let _value = &self.1;
        ready(()).await;
    }
}

/// What an opaque type of this crate hides is looked at, as it is for `Send`.
fn numbers() -> impl Iterator<Item = u8> {
    vec![1].into_iter().map(|number| number + 1)
}

fn wrapped<T>(value: T) -> impl Sized {
    Some(value)
}

trait Task {
    fn run(&self) -> impl Future<Output = ()> + Send;
}

impl Task for u8 {
    async fn run(&self) {
        let shared = Rc::new(1);
        for number in numbers() {
            println!("{shared}{number}");
        }
    }
}

fn opaque() -> impl Future<Output = ()> + Send {
    async {
        let shared = Rc::new(1);
        let _numbers = (numbers(), Some(numbers()), wrapped(wrapped(numbers())));
        drop(shared);
    }
}

/// A type that is dropped on its own thread may hold what it likes.
struct Local(PhantomData<Rc<()>>);

impl Drop for Local {
    fn drop(&mut self) {}
}

impl AsyncDrop for Local {
    async fn drop(self: Pin<&mut Self>) {
        let _shared = Rc::new(());
        ready(()).await;
    }
}

trait Trait {}
impl Trait for Remote {}

fn send<T: Send>(_: T) {}
fn spawn<F: Future + Send + 'static>(_: F) {}
fn consume<T>(_: T) {}

async fn generic<T: Send>(value: T) {
    let _value = value;
    ready(()).await;
}

fn spawn_generic<T: Send + 'static>(value: T) {
    spawn(generic(value));
}

async fn generic_that_drops<T>(_: T) {}

fn spawn_generic_that_drops<T: Send + 'static>(value: T) {
    spawn(generic_that_drops(value));
    spawn(async { generic_that_drops(3).await });
}

async fn moved_out(rc: Rc<()>, remote: Remote) {
    consume(rc);
    let conditional = Remote(1);
    if remote.0 == 1 {
        consume(conditional);
    }
}

async fn moved_out_of_an_option(remote: Remote) {
    let local = Some(Local(PhantomData));
    if let Some(local) = local {
        consume(local);
    }
    drop(remote);
}

async fn dropped_first(_remote: Remote) {
    {
        // Nothing awaits while it is alive.
        let shared = Rc::new(());
        println!("{}", Rc::strong_count(&shared));
    }
    let _other = Remote(1);
}

async fn beside_plain_values() {
    let shared = Rc::new(());
    let _text = String::new();
    let _list = vec![1];
    println!("{}", Rc::strong_count(&shared));
}

/// An `Rc` is alive where the `T` is dropped, which is no suspension point for each `T`.
async fn beside_rc<T>(value: T) {
    let shared = Rc::new(());
    {
        let _value = value;
    }
    println!("{}", Rc::strong_count(&shared));
}

async fn awaits_a_pointer() {
    // The result of the first is alive when its future, which has completed, is dropped.
    let shared = returns_rc().await;
    println!("{}", Rc::strong_count(&shared));
}

async fn returns_rc() -> Rc<()> {
    ready(()).await;
    Rc::new(())
}

fn recursive(depth: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let _remote = Remote(depth);
        if depth > 0 {
            recursive(depth - 1).await;
        }
    })
}

fn main() {
    send(Remote(1));
    send(Borrows(&mut vec![]));
    send(Wraps(&1, Remote(1)));
    send(Wraps(&1, Wraps(&2, vec![Remote(1)])));
    send((Some(Remote(1)), [Remote(2)], Box::new(Remote(3))));
    send(vec![HashMap::from([(1, Remote(1))])]);
    send(Arc::new(Mutex::new(Remote(1))));
    let object: Box<dyn Trait + Send> = Box::new(Remote(1));
    send(object);
    let remote = Remote(1);
    send(move || drop(remote));
    let remote = Remote(1);
    send(async move || drop(remote));

    spawn(generic(Remote(1)));
    spawn_generic(Remote(1));
    spawn_generic_that_drops(vec![Remote(1)]);
    spawn(moved_out_of_an_option(Remote(1)));
    spawn(dropped_first(Remote(1)));
    spawn(beside_plain_values());
    spawn(beside_rc(String::new()));
    spawn(awaits_a_pointer());
    spawn(recursive(3));
    spawn(async_drop(Remote(1)));
    spawn(run_until_cancelled(generic(Remote(1)), ready(())));
    spawn(async {
        let mut list = vec![];
        let _borrows = Borrows(&mut list);
        let future = pin!(generic(Remote(1)));
        future.await;
    });

    // Not sent anywhere.
    let _ = async {
        moved_out(Rc::new(()), Remote(1)).await;
        let _local = Local(PhantomData);
    };
}
