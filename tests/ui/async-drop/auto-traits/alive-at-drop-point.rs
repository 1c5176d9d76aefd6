//! R21: what is alive where a destructor is awaited is part of the future, like what is alive
//! across an `.await`: the dropped value, a local that was declared before it, a value that is
//! returned, broken with or awaited first, a borrow that is used later. If the dropped value is of
//! generic type, it depends on the type argument.
//@ edition: 2024
//@ revisions: current next
//@[next] compile-flags: -Znext-solver
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::cell::Cell;
use std::future::{AsyncDrop, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard};

struct Remote;

impl Drop for Remote {
    fn drop(&mut self) {}
}

impl AsyncDrop for Remote {
    async fn drop(self: Pin<&mut Self>) {
        ready(()).await;
    }
}

fn spawn<F: Future + Send>(_: F) {}

async fn declared_before() {
    let shared = Rc::new(());
    let _remote = Remote;
    println!("{}", Rc::strong_count(&shared));
}

async fn declared_before_and_only_dropped() {
    let _shared = Rc::new(());
    let _remote = Remote;
}

async fn guard(mutex: &Mutex<u32>) {
    let guard: MutexGuard<'_, u32> = mutex.lock().unwrap();
    {
        let _remote = Remote;
    }
    println!("{guard}");
}

async fn returned() -> Rc<()> {
    let _remote = Remote;
    Rc::new(())
}

async fn returned_beside_a_parameter(_remote: Remote) -> Rc<()> {
    Rc::new(())
}

async fn value_of_a_block() {
    let shared = {
        let _remote = Remote;
        Rc::new(())
    };
    drop(shared);
}

async fn broken_with() {
    let _shared = loop {
        let _remote = Remote;
        break Rc::new(());
    };
}

async fn borrowed(cell: Cell<u32>) {
    let borrow = &cell;
    {
        let _remote = Remote;
    }
    borrow.set(1);
}

async fn assigned(remote: &mut Remote) {
    let shared = Rc::new(());
    *remote = Remote;
    drop(shared);
}

async fn temporary() {
    take(&Rc::new(()), &Remote);
}

fn take(_: &Rc<()>, _: &Remote) {}

async fn beside_rc<T>(value: T) {
    let shared = Rc::new(());
    {
        let _value = value;
    }
    println!("{}", Rc::strong_count(&shared));
}

async fn beside_object(value: Box<dyn Sync + Send>) {
    let _shared = Rc::new(());
    let _value = value;
}

fn generic<T: Send>(value: T) {
    spawn(beside_rc(value)); //~ ERROR cannot be sent between threads safely
}

fn main() {
    spawn(declared_before()); //~ ERROR cannot be sent between threads safely
    spawn(declared_before_and_only_dropped());
    //~^ ERROR cannot be sent between threads safely
    spawn(guard(&Mutex::new(1))); //~ ERROR cannot be sent between threads safely
    spawn(returned()); //~ ERROR cannot be sent between threads safely
    spawn(returned_beside_a_parameter(Remote));
    //~^ ERROR cannot be sent between threads safely
    spawn(value_of_a_block()); //~ ERROR cannot be sent between threads safely
    spawn(broken_with()); //~ ERROR cannot be sent between threads safely
    spawn(borrowed(Cell::new(1))); //~ ERROR cannot be sent between threads safely
    spawn(assigned(&mut Remote)); //~ ERROR cannot be sent between threads safely
    spawn(temporary()); //~ ERROR cannot be sent between threads safely
    spawn(beside_rc(Remote)); //~ ERROR cannot be sent between threads safely
    spawn(beside_rc(Some(vec![Remote]))); //~ ERROR cannot be sent between threads safely
    spawn(beside_rc(1)); // an integer is not awaited
    spawn(beside_object(Box::new(1))); //~ ERROR cannot be sent between threads safely
    generic(1);
}
