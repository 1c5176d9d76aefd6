//! A value in layers, each with an async destructor of its own.
#![crate_type = "lib"]
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::{AsyncDrop, ready};
use std::pin::Pin;

pub struct Layer<T>(pub T);

impl<T> Drop for Layer<T> {
    fn drop(&mut self) {}
}

impl<T> AsyncDrop for Layer<T> {
    async fn drop(self: Pin<&mut Self>) {
        ready(()).await;
    }
}

macro_rules! layers {
    ($inner:ty;) => { $inner };
    ($inner:ty; $_:tt $($more:tt)*) => { Layer<layers!($inner; $($more)*)> };
}

#[cfg(few)]
pub type Layers = layers!(Layer<()>; 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
#[cfg(not(few))]
pub type Layers = layers!(Layer<()>; 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
    1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
    1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);

pub fn drop_layers(layers: Layers) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        let _layers = layers;
    })
}
