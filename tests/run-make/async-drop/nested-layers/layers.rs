//! A value in layers: of a type that has an async destructor itself, of pairs of the next layer, or
//! of arrays of it.
#![crate_type = "lib"]
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::future::{AsyncDrop, ready};
use std::pin::Pin;

pub struct Graceful<T>(pub T);

impl<T> Drop for Graceful<T> {
    fn drop(&mut self) {}
}

impl<T> AsyncDrop for Graceful<T> {
    async fn drop(self: Pin<&mut Self>) {
        ready(()).await;
    }
}

#[cfg(destructors)]
pub type Layer<T> = Graceful<T>;
#[cfg(pairs)]
pub type Layer<T> = (T, T);
#[cfg(arrays)]
pub type Layer<T> = [T; 1];

macro_rules! layers {
    ($inner:ty;) => { $inner };
    ($inner:ty; $_:tt $($more:tt)*) => { Layer<layers!($inner; $($more)*)> };
}

#[cfg(three)]
pub type Layers = layers!(Graceful<()>; 1 2 3);
#[cfg(nine)]
pub type Layers = layers!(Graceful<()>; 1 2 3 4 5 6 7 8 9);
#[cfg(twelve)]
pub type Layers = layers!(Graceful<()>; 1 2 3 4 5 6 7 8 9 10 11 12);
#[cfg(forty_eight)]
pub type Layers = layers!(Graceful<()>; 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
    24 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24);

pub fn drop_layers(layers: Box<Layers>) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        let _layers = layers;
    })
}
