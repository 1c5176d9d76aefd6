//! A crate without the feature that owns, erases and drops values of one with it.
//@ edition: 2024
//@ aux-build: conns.rs

extern crate conns;
use std::any::Any;
use std::pin::Pin;
use std::rc::Rc;

use conns::{Conn, Trait, conn};

pub struct Pool {
    pub conns: Vec<Conn>,
}

pub fn pool() -> Pool {
    Pool { conns: vec![conn("0"), conn("1")] }
}

pub fn boxed(name: &'static str) -> Box<dyn Trait> {
    Box::new(conn(name))
}

pub fn boxed_pool() -> Box<dyn Any> {
    Box::new(pool())
}

pub fn shared(name: &'static str) -> Rc<dyn Trait> {
    Rc::new(conn(name))
}

pub fn boxed_future(name: &'static str) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(conns::future(conn(name)))
}

pub fn boxed_closure(name: &'static str) -> Box<dyn Fn()> {
    let captured = conn(name);
    Box::new(move || _ = &captured)
}

pub fn erase<T: 'static>(value: T) -> Box<dyn Any> {
    Box::new(value)
}

#[inline]
pub fn erase_inline<T: 'static>(value: T) -> Box<dyn Any> {
    Box::new(value)
}

pub fn drop_vec(conns: Vec<Conn>) {
    drop(conns);
}

pub async fn hold<T>(value: T) {
    let _value = value;
}

pub async fn hold_forever(value: Vec<Conn>) {
    let _value = value;
    std::future::pending().await
}
