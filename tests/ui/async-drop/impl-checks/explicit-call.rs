//! R11: the destructor is not called by hand, nor taken as a function.
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Conn;
impl Drop for Conn {
    fn drop(&mut self) {}
}
impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {}
}

struct Pool(Conn);
impl Drop for Pool {
    fn drop(&mut self) {}
}
impl AsyncDrop for Pool {
    async fn drop(mut self: Pin<&mut Self>) {
        AsyncDrop::drop(Pin::new(&mut self.0)).await;
        //~^ ERROR explicit use of async destructor method
    }
}

async fn called(mut conn: Pin<&mut Conn>) {
    conn.as_mut().drop().await;
    //~^ ERROR explicit use of async destructor method
    Conn::drop(conn.as_mut()).await;
    //~^ ERROR multiple applicable items in scope
    <Conn as AsyncDrop>::drop(conn.as_mut()).await;
    //~^ ERROR explicit use of async destructor method
    let function = AsyncDrop::drop;
    //~^ ERROR explicit use of async destructor method
    function(conn).await;
}

async fn generic<T: AsyncDrop>(value: Pin<&mut T>) {
    T::drop(value).await;
    //~^ ERROR explicit use of async destructor method
}

fn main() {}
