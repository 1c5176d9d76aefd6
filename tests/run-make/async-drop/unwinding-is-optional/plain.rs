//! Bodies that hold what has `Drop` only.

#![feature(async_drop)]
#![allow(incomplete_features)]

use std::pin::Pin;

#[inline(never)]
pub fn hint(number: usize) {
    std::hint::black_box(number);
}

async fn pending(number: usize) {
    std::future::pending::<()>().await;
    hint(number);
}

pub fn scopes(parameter: Vec<String>) -> Pin<Box<dyn Future<Output = usize>>> {
    Box::pin(async move {
        let first = (Box::new(1), parameter);
        for number in 0..4 {
            let _inner = [String::from("a"), String::from("b")];
            pending(number).await;
            hint(number);
        }
        *first.0
    })
}
