//! Bodies that await destructors: in scopes, of parts, around calls and awaits that may panic.

#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

pub struct Conn(pub Box<u8>);

impl Drop for Conn {
    fn drop(&mut self) {
        hint(1);
    }
}

impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {
        pending(2).await;
        hint(3);
    }
}

#[inline(never)]
pub fn hint(number: usize) {
    std::hint::black_box(number);
}

pub async fn pending(number: usize) {
    std::future::pending::<()>().await;
    hint(number);
}

async fn scopes(parameter: Conn) -> usize {
    let first = (Conn(Box::new(1)), Box::new(2));
    for number in 0..4 {
        let _inner = [Conn(Box::new(3)), Conn(Box::new(4))];
        pending(number).await;
        hint(number);
    }
    hint(*parameter.0 as usize);
    *first.1
}

pub fn scopes_erased(parameter: Conn) -> Pin<Box<dyn Future<Output = usize>>> {
    Box::pin(scopes(parameter))
}

pub fn vector(parameter: Vec<Conn>) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        hint(parameter.len());
        pending(0).await;
    })
}
