//! R23: `implicit_async_drop` names the value, its destructor, and the exits that await it.
//@ edition: 2024
//@ check-pass
#![feature(async_drop)]
#![allow(incomplete_features)]
#![warn(implicit_async_drop)]

#[path = "auxiliary/conn.rs"]
mod conn;
use conn::Conn;


async fn work() {}

async fn at_the_end(conn: Conn) {
    work().await;
} //~ WARN the destructor of `conn` is awaited

async fn each_exit(count: usize) -> Result<(), String> {
    for number in 0..count {
        let conn = Conn::open()?;
        if number == 3 {
            break; //~ WARN the destructor of `conn` is awaited
        }
        if number == 4 {
            continue;
        }
        if number == 5 {
            return Ok(());
        }
        let _number: u8 = "7".parse().map_err(|_| String::new())?;
        conn.is_open();
    }
    work().await;
    Ok(())
}

async fn temporary() {
    Conn.is_open(); //~ WARN the destructor of a value is awaited
    work().await;
}

async fn assigned(mut conn: Conn) {
    conn = Conn; //~ WARN the destructor of `conn` is awaited
    std::mem::forget(conn);
}

async fn generic<T>(value: T) {
    work().await;
} //~ WARN the destructor of `value` is awaited

fn captures(conn: Conn) -> impl Future<Output = ()> {
    async move {
        conn.is_open();
    } //~ WARN the destructor of `conn` is awaited
}

async fn owner(conns: Vec<Conn>, erased: Box<dyn Send>) {
    work().await;
}
//~^ WARN the destructor of `conns` is awaited
//~| WARN the destructor of `erased` is awaited

async fn nothing(text: String, future: impl Future + Copy) {
    std::future::async_drop(Conn).await;
}

fn sync() {
    std::mem::forget(Conn);
}

fn main() {}
