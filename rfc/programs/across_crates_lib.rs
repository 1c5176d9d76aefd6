//! The library of `across_crates`. It has the feature and no `AsyncDrop` type.
#![feature(async_drop)]
#![allow(incomplete_features)]
#![crate_type = "rlib"]

pub struct Plain(pub Box<u8>);

impl Drop for Plain {
    fn drop(&mut self) {
        println!("dropped {}", self.0);
    }
}

pub async fn hold<T>(value: T) {
    let _value = Some(value);
    std::future::ready(()).await;
}

pub fn request() -> impl Future<Output = ()> {
    hold(Plain(Box::new(7)))
}

pub fn size_of_request() -> usize {
    size_of_val(&request())
}
