//! R21: a type whose destructor's future is not `Send` is not `Send`. The destructor here holds an
//! `Rc` across an await, so a task that awaits it may not move to another thread, whatever owns the
//! value.
//@ edition: 2024
//@ revisions: current next
//@[next] compile-flags: -Znext-solver
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::{AsyncDrop, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

struct Local;

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

struct Struct {
    _local: Local,
}

enum Enum {
    _Local(Local),
}

struct Generic<T>(T);

trait Trait {}
impl Trait for Local {}

fn opaque() -> impl Sized {
    Local
}

fn send<T: Send>() {}
fn send_value<T: Send>(_: T) {}
fn spawn<F: Future + Send + 'static>(_: F) {}

async fn drops_at_scope_end() {
    let _local = Local;
}

async fn returns_early(early: bool) {
    let _local = Local;
    if early {
        return;
    }
    ready(()).await;
}

async fn assigns(local: &mut Option<Local>) {
    *local = None;
}

async fn drops_its_parameter(_: Local) {}

async fn drops_any<T>(_value: T) {}

fn itself() {
    send::<Local>();
    //~^ ERROR cannot be sent between threads safely
}

fn in_a_struct() {
    send::<Struct>();
    //~^ ERROR cannot be sent between threads safely
}

fn in_an_enum() {
    send::<Enum>();
    //~^ ERROR cannot be sent between threads safely
}

fn in_an_option() {
    send::<Option<Local>>();
    //~^ ERROR cannot be sent between threads safely
}

fn in_a_box() {
    send::<Box<Local>>();
    //~^ ERROR cannot be sent between threads safely
}

fn in_a_generic_struct() {
    send::<Generic<Vec<Local>>>();
    //~^ ERROR cannot be sent between threads safely
}

fn in_an_array() {
    send::<[Local; 2]>();
    //~^ ERROR cannot be sent between threads safely
}

fn in_a_deque() {
    send::<VecDeque<Local>>();
    //~^ ERROR cannot be sent between threads safely
}

fn in_a_tree() {
    send::<BTreeMap<u8, Local>>();
    //~^ ERROR cannot be sent between threads safely
}

fn in_a_map() {
    send::<HashMap<u8, Local>>();
    //~^ ERROR cannot be sent between threads safely
}

fn in_an_arc() {
    send::<Arc<Local>>();
    //~^ ERROR cannot be sent between threads safely
}

fn in_a_mutex() {
    send::<Arc<Mutex<Local>>>();
    //~^ ERROR cannot be sent between threads safely
}

fn borrowed() {
    send::<&mut Local>();
    //~^ ERROR cannot be sent between threads safely
}

fn behind_an_opaque_type() {
    send_value(opaque());
    //~^ ERROR cannot be sent between threads safely
}

fn in_a_closure() {
    let local = Local;
    send_value(move || drop(local));
    //~^ ERROR cannot be sent between threads safely
}

fn in_an_async_closure() {
    let local = Local;
    send_value(async move || drop(local));
    //~^ ERROR cannot be sent between threads safely
}

fn in_a_trait_object() {
    let _: Box<dyn Trait + Send> = Box::new(Local);
    //~^ ERROR cannot be sent between threads safely
}

fn at_scope_end() {
    spawn(drops_at_scope_end());
    //~^ ERROR cannot be sent between threads safely
}

fn early_return() {
    spawn(returns_early(true));
    //~^ ERROR cannot be sent between threads safely
}

fn parameter() {
    spawn(drops_its_parameter(Local));
    //~^ ERROR cannot be sent between threads safely
}

fn in_a_generic_future() {
    spawn(drops_any(Local));
    //~^ ERROR cannot be sent between threads safely
}

fn in_a_vec_in_a_generic_future() {
    spawn(drops_any(Some(vec![Local])));
    //~^ ERROR cannot be sent between threads safely
}

fn assigned() {
    spawn(async {
    //~^ ERROR cannot be sent between threads safely
        let mut local = None;
        assigns(&mut local).await;
    });
}

fn in_an_async_block() {
    spawn(async {
    //~^ ERROR cannot be sent between threads safely
        let _local = Local;
    });
}

fn in_a_future_in_a_future() {
    spawn(async {
    //~^ ERROR cannot be sent between threads safely
        drops_at_scope_end().await;
    });
}

fn main() {}
