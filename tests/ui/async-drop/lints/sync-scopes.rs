//! R23: `async_drop_in_sync_context` where a scope of a sync function ends, and at assignments.
//@ edition: 2024
//@ check-pass
#![feature(async_drop)]
#![allow(incomplete_features)]

#[path = "auxiliary/conn.rs"]
mod conn;
use conn::Conn;

fn variable() {
    let conn = Conn;
    //~^ WARN `conn` is dropped in a function that is not async
    conn.is_open();
}

fn parameters(conn: Conn, _: Conn) {
    //~^ WARN `conn` is dropped in a function that is not async
    //~| WARN a value is dropped in a function that is not async
    conn.is_open();
}

fn temporary() {
    Conn.is_open();
    //~^ WARN a value is dropped in a function that is not async
    let _ = Conn::open();
    //~^ WARN a value is dropped in a function that is not async
}

fn assigned(conn: &mut Conn, option: &mut Option<Conn>) {
    *conn = Conn;
    //~^ WARN the old value of `*conn` is dropped in a function that is not async
    *option = None;
    //~^ WARN the old value of `*option` is dropped in a function that is not async
}

fn owned_by_others() {
    let _pair = (Conn, 1);
    //~^ WARN `_pair` is dropped in a function that is not async
    let _vec = vec![Box::new(Conn)];
    //~^ WARN `_vec` is dropped in a function that is not async
    let _array = [Some(Conn), None];
    //~^ WARN `_array` is dropped in a function that is not async
}

fn partly_moved(pair: (Conn, Conn)) -> Conn {
    //~^ WARN part of `pair` is dropped in a function that is not async
    pair.0
}

fn on_one_path(conn: Conn, keep: bool) -> Option<Conn> {
    //~^ WARN `conn` is dropped in a function that is not async
    if keep { Some(conn) } else { None }
}

fn each_way_out_once(count: usize) -> Result<(), String> {
    for _ in 0..count {
        let conn = Conn::open()?;
        //~^ WARN `conn` is dropped in a function that is not async
        if conn.is_open() {
            break;
        }
        Conn::open()?;
        //~^ WARN a value is dropped in a function that is not async
    }
    Ok(())
}

struct Source(Conn);

impl Iterator for Source {
    type Item = Conn;

    fn next(&mut self) -> Option<Conn> {
        None
    }
}

fn not_all_given_away(source: Source, open: &mut Vec<Conn>) -> Result<(), String> {
    //~^ WARN `source` is dropped in a function that is not async
    for conn in std::mem::take(open) {
        //~^ WARN the iterator of a `for` loop is dropped in a function that is not async
        open.push(conn);
        if open.len() == 2 {
            break;
        }
    }
    for conn in std::mem::take(open) {
        //~^ WARN the iterator of a `for` loop is dropped in a function that is not async
        open.push(conn);
        Conn::open().map(std::mem::forget)?;
    }
    for conn in source {
        //~^ WARN the iterator of a `for` loop is dropped in a function that is not async
        open.push(conn);
    }
    Ok(())
}

fn left_where_they_are(mut conns: [Vec<Conn>; 3], conn: Conn, to: &mut Vec<Conn>) {
    //~^ WARN `conns` is dropped in a function that is not async
    for conn in std::mem::take(&mut conns[0]).into_iter().take(1) {
        //~^ WARN the iterator of a `for` loop is dropped in a function that is not async
        to.push(conn);
    }
    for (conn, _) in std::mem::take(&mut conns[1]).into_iter().zip([1]) {
        //~^ WARN the iterator of a `for` loop is dropped in a function that is not async
        to.push(conn);
    }
    let keep = move |other| {
        conn.is_open();
        other
    };
    for conn in std::mem::take(&mut conns[2]).into_iter().map(keep) {
        //~^ WARN the iterator of a `for` loop is dropped in a function that is not async
        to.push(conn);
    }
}

fn generic_owner<T>(value: T) {
    let _pair = (value, Conn);
    //~^ WARN `_pair` is dropped in a function that is not async
}

fn main() {}
