//! R23: where `async_drop_in_sync_context` has nothing to say: what is moved on, what may need no
//! async drop, futures, unwinding, code of derives, and async bodies.
//@ edition: 2024
//@ check-pass
#![feature(async_drop)]
#![allow(incomplete_features)]
#![deny(async_drop_in_sync_context)]

#[path = "auxiliary/conn.rs"]
mod conn;
use conn::Conn;


use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

fn moved_on(conn: Conn) -> Option<Conn> {
    conn.is_open();
    Some(conn)
}

fn matched(result: Result<Conn, String>) -> Result<Vec<Conn>, String> {
    match result {
        Ok(conn) => Ok(vec![conn]),
        Err(error) => Err(error + "!"),
    }
}

fn opened() -> Result<Conn, String> {
    let conn = Conn::open()?;
    if !conn.is_open() {
        return Ok(conn);
    }
    match Conn::open() {
        Ok(other) => Ok(keep(conn, other)),
        Err(_) => Ok(conn),
    }
}

fn keep(conn: Conn, other: Conn) -> Conn {
    std::mem::forget(other);
    conn
}

fn option(option: Option<Conn>) -> Option<Conn> {
    if let Some(conn) = option { Some(conn) } else { None }
}

fn generic<T>(value: T, values: &mut Vec<T>) {
    values.clear();
    drop(value);
}

fn erased(value: Box<dyn Send>, opaque: impl Send) {
    drop((value, opaque));
}

fn counted(one: Rc<Conn>, other: Arc<Conn>) {
    drop(one);
    drop(other);
}

fn by_hand(conn: Conn) -> ManuallyDrop<Conn> {
    ManuallyDrop::new(conn)
}

fn taken_out(map: HashMap<u8, Conn>) -> impl Iterator<Item = Conn> {
    map.into_values().collect::<Vec<_>>().into_iter()
}

fn moved_on_one_by_one(conns: Vec<Conn>, pairs: [(u8, Conn); 2]) -> Vec<(u8, Conn)> {
    let mut all = Vec::new();
    for (number, conn) in conns.into_iter().enumerate() {
        if !conn.is_open() {
            std::mem::forget(conn);
            continue;
        }
        all.push((number as u8, conn));
    }
    for (number, conn) in pairs {
        all.push((number, conn));
    }
    for conn in std::iter::once(Conn) {
        loop {
            if conn.is_open() {
                break;
            }
        }
        all.push((3, conn));
    }
    all
}

async fn request(conn: Conn) {
    conn.is_open();
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

fn futures(conn: Conn) {
    let boxed: Pin<Box<dyn Future<Output = ()>>> = Box::pin(request(conn));
    block_on(boxed);
    block_on(async {
        let _conn = Conn;
        request(Conn).await;
    });
    let unused = request(Conn);
    drop(unused);
}

async fn awaited(mut conn: Conn, conns: Vec<Conn>) -> Result<(), String> {
    conn = Conn::open()?;
    let _again = conns;
    Conn.is_open();
    std::future::async_drop(conn).await;
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Derived<T>(T);

macro_rules! unwinding {
    ($conn:expr) => {
        if !$conn.is_open() {
            panic!("closed");
        }
    };
}

fn main() {
    let conn = Conn;
    unwinding!(conn);
    block_on(request(conn));
}
