//! Which impls and calls are rejected. Each line is tried by itself: `--cfg one`, and so on.
#![feature(async_drop)]
#![allow(incomplete_features, dead_code)]
use std::future::AsyncDrop;
use std::pin::Pin;

struct Wrapper<T>(T);
impl<T> Drop for Wrapper<T> {
    fn drop(&mut self) {}
}

#[cfg(any(specialised, specialised_used))]
impl AsyncDrop for Wrapper<u8> {
    async fn drop(self: Pin<&mut Self>) {}
}

#[cfg(any(bounded, bounded_used))]
impl<T: Copy> AsyncDrop for Wrapper<T> {
    async fn drop(self: Pin<&mut Self>) {}
}

#[cfg(any(specialised_used, bounded_used))]
async fn used() {
    let _wrapper = Wrapper(1_u8);
}

#[cfg(general)]
impl<T> AsyncDrop for Wrapper<T> {
    async fn drop(self: Pin<&mut Self>) {}
}

#[cfg(reference)]
impl AsyncDrop for &Wrapper<u8> {
    async fn drop(self: Pin<&mut Self>) {}
}

#[cfg(without_drop)]
struct Plain;
#[cfg(without_drop)]
impl AsyncDrop for Plain {
    async fn drop(self: Pin<&mut Self>) {}
}

#[cfg(copy)]
#[derive(Clone, Copy)]
struct Plain;
#[cfg(copy)]
impl AsyncDrop for Plain {
    async fn drop(self: Pin<&mut Self>) {}
}

#[cfg(called)]
impl<T> AsyncDrop for Wrapper<T> {
    async fn drop(self: Pin<&mut Self>) {}
}
#[cfg(called)]
async fn called() {
    let mut wrapper = std::pin::pin!(Wrapper(1));
    AsyncDrop::drop(wrapper.as_mut()).await;
}

fn main() {}
