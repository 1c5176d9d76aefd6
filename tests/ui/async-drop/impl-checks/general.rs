//! R11: an impl that is as general as the type, with the bounds of the type in other words.
//@ check-pass
//@ edition: 2024
#![feature(async_drop)]
#![allow(incomplete_features, dead_code)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Bounded<'a, T: Iterator + 'a, const N: usize>(&'a T)
where
    T::Item: Send;

impl<'b, U, const M: usize> Drop for Bounded<'b, U, M>
where
    U: Iterator,
    U::Item: Send,
{
    fn drop(&mut self) {}
}

impl<'c, I: Iterator<Item: Send>, const LEN: usize> AsyncDrop for Bounded<'c, I, LEN> {
    async fn drop(self: Pin<&mut Self>) {}
}

type Alias<T> = OfTypes<T>;
struct OfTypes<T>(T);

impl<T> Drop for Alias<T> {
    fn drop(&mut self) {}
}
impl<T> AsyncDrop for Alias<T> {
    fn drop(self: Pin<&mut Self>) -> impl Future<Output = ()> {
        std::future::ready(())
    }
}

fn main() {
    struct InFunction;

    impl Drop for InFunction {
        fn drop(&mut self) {}
    }

    const _: () = {
        impl AsyncDrop for InFunction {
            async fn drop(self: Pin<&mut Self>) {}
        }
    };
}
