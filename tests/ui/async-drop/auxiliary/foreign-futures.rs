//@ edition: 2024

//! Futures of a crate that knows nothing of async drop.

use std::future::ready;

pub async fn hold<T>(value: T) {
    let _held = value;
    ready(()).await;
}

pub async fn leave<T>(_value: T) {}

pub async fn take(values: Vec<Box<dyn Fn()>>) -> usize {
    ready(()).await;
    values.len()
}

pub fn hidden<T>(value: T) -> impl Future<Output = ()> {
    async move {
        let _held = value;
        ready(()).await;
    }
}
