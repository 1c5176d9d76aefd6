//! R21: types and futures that are `Send` although the `AsyncDrop` impl has bounds. Those hold
//! where the type does. They are not proved again inside a coroutine, where nothing is known of
//! lifetimes.
//@ edition: 2024
//@ revisions: plain validated
//@[validated] compile-flags: -Zvalidate-mir
//@ build-pass
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features, refining_impl_trait)]

use std::future::{AsyncDrop, Ready, pending, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;

/// A lifetime that outlives another.
struct Lease<'a, 'b: 'a>(&'a mut u32, &'b u32);

impl<'a, 'b: 'a> Drop for Lease<'a, 'b> {
    fn drop(&mut self) {}
}

impl<'a, 'b: 'a> AsyncDrop for Lease<'a, 'b> {
    async fn drop(mut self: Pin<&mut Self>) {
        ready(()).await;
        *self.0 = *self.1;
    }
}

/// A type that outlives a lifetime.
struct Entry<'a, T: 'a>(&'a mut Vec<T>, Option<T>);

impl<'a, T: 'a> Drop for Entry<'a, T> {
    fn drop(&mut self) {}
}

impl<'a, T: 'a> AsyncDrop for Entry<'a, T> {
    async fn drop(mut self: Pin<&mut Self>) {
        ready(()).await;
        let value = unsafe { self.as_mut().get_unchecked_mut() };
        value.0.extend(value.1.take());
    }
}

struct Topic<T: 'static>(T);

impl<T: 'static> Drop for Topic<T> {
    fn drop(&mut self) {}
}

impl<T: 'static> AsyncDrop for Topic<T> {
    async fn drop(self: Pin<&mut Self>) {
        ready(()).await;
        let _value = &self.0;
    }
}

/// An associated type.
struct Drain<I: Iterator<Item = u32>>(I);

impl<I: Iterator<Item = u32>> Drop for Drain<I> {
    fn drop(&mut self) {}
}

impl<I: Iterator<Item = u32>> AsyncDrop for Drain<I> {
    async fn drop(mut self: Pin<&mut Self>) {
        while let Some(item) = unsafe { self.as_mut().get_unchecked_mut() }.0.next() {
            ready(item).await;
        }
    }
}

/// What a closure returns, which is the future of an async block.
struct Defer<F: FnMut() -> R, R: Future>(F);

impl<F: FnMut() -> R, R: Future> Drop for Defer<F, R> {
    fn drop(&mut self) {}
}

impl<F: FnMut() -> R, R: Future> AsyncDrop for Defer<F, R> {
    async fn drop(mut self: Pin<&mut Self>) {
        let future = unsafe { self.as_mut().get_unchecked_mut() }.0();
        future.await;
    }
}

/// A bound for all lifetimes.
struct Visit<F: for<'a> FnMut(&'a mut u32) -> &'a u32>(F, u32);

impl<F: for<'a> FnMut(&'a mut u32) -> &'a u32> Drop for Visit<F> {
    fn drop(&mut self) {}
}

impl<F: for<'a> FnMut(&'a mut u32) -> &'a u32> AsyncDrop for Visit<F> {
    async fn drop(mut self: Pin<&mut Self>) {
        let Self(visit, number) = unsafe { self.as_mut().get_unchecked_mut() };
        ready(*visit(number)).await;
    }
}

trait Close {
    type Closed: Future<Output = ()>;
    fn close(&mut self) -> Self::Closed;
}

impl Close for &u32 {
    type Closed = Ready<()>;
    fn close(&mut self) -> Ready<()> {
        ready(())
    }
}

/// Destructors that are no `async fn`. The first returns a type that its impl's bound names.
struct Closing<T: Close>(T);
struct Boxed<'a, T: Send + 'a>(&'a T);
struct Opaque<'a, 'b: 'a>(&'a &'b u32);

impl<T: Close> Drop for Closing<T> {
    fn drop(&mut self) {}
}

impl<T: Close> AsyncDrop for Closing<T> {
    fn drop(self: Pin<&mut Self>) -> T::Closed {
        unsafe { self.get_unchecked_mut() }.0.close()
    }
}

impl<'a, T: Send + 'a> Drop for Boxed<'a, T> {
    fn drop(&mut self) {}
}

impl<'a, T: Send + 'a> AsyncDrop for Boxed<'a, T> {
    fn drop(self: Pin<&mut Self>) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(ready(()))
    }
}

impl<'a, 'b: 'a> Drop for Opaque<'a, 'b> {
    fn drop(&mut self) {}
}

impl<'a, 'b: 'a> AsyncDrop for Opaque<'a, 'b> {
    fn drop(self: Pin<&mut Self>) -> impl Future<Output = ()> {
        async move {
            ready(()).await;
            let _values = self;
        }
    }
}

/// The impl has other names for the parameters, in another order. Its future holds an `A`.
struct Swapped<'a, 'b, A: Default, const N: usize, B: Default>(
    PhantomData<&'a mut &'b u32>,
    PhantomData<fn(A) -> [B; N]>,
);

impl<const M: usize, B: Default, A: Default> Drop for Swapped<'_, '_, B, M, A> {
    fn drop(&mut self) {}
}

impl<'y, 'x, const M: usize, B: Default, A: Default> AsyncDrop for Swapped<'x, 'y, B, M, A> {
    async fn drop(self: Pin<&mut Self>) {
        let _held = B::default();
        ready(()).await;
    }
}

/// An associated type with a lifetime, of another type and of the same.
trait Finish {
    type Finished<'a>: Future<Output = ()>
    where
        Self: 'a;
    fn finish(&mut self) -> Self::Finished<'_>;
}

impl Finish for &u32 {
    type Finished<'a>
        = Ready<()>
    where
        Self: 'a;
    fn finish(&mut self) -> Ready<()> {
        ready(())
    }
}

struct Finishing<T: Finish>(T);
struct Finishes<T: 'static>(T);

impl<T: Finish> Drop for Finishing<T> {
    fn drop(&mut self) {}
}

impl<T: Finish> AsyncDrop for Finishing<T> {
    fn drop(self: Pin<&mut Self>) -> T::Finished<'_> {
        unsafe { self.get_unchecked_mut() }.0.finish()
    }
}

impl<T: 'static> Finish for Finishes<T> {
    type Finished<'a>
        = Ready<()>
    where
        T: 'a;
    fn finish(&mut self) -> Ready<()> {
        ready(())
    }
}

impl<T: 'static> Drop for Finishes<T> {
    fn drop(&mut self) {}
}

impl<T: 'static> AsyncDrop for Finishes<T> {
    fn drop(self: Pin<&mut Self>) -> <Self as Finish>::Finished<'_> {
        unsafe { self.get_unchecked_mut() }.finish()
    }
}

/// Impls that promise `Send`, with the bounds of the type and without.
struct Raw<'a, T: 'a>(*mut T, PhantomData<&'a mut T>);
struct Two<'a, 'b: 'a>(&'a mut u32, &'b u32, *mut u32);
struct Short<'a, T>(*mut T, PhantomData<&'a mut T>);

unsafe impl<'a, T: Send + 'a> Send for Raw<'a, T> {}
unsafe impl<'a, 'b: 'a> Send for Two<'a, 'b> {}
unsafe impl<T: Send> Send for Short<'_, T> {}

impl<'a, T: 'a> Drop for Raw<'a, T> {
    fn drop(&mut self) {}
}

impl<'a, T: 'a> AsyncDrop for Raw<'a, T> {
    async fn drop(mut self: Pin<&mut Self>) {
        let this = &mut self;
        ready(()).await;
        let _this = this;
    }
}

impl<'a, 'b: 'a> Drop for Two<'a, 'b> {
    fn drop(&mut self) {}
}

impl<'a, 'b: 'a> AsyncDrop for Two<'a, 'b> {
    async fn drop(mut self: Pin<&mut Self>) {
        let this = &mut self;
        ready(()).await;
        let _this = this;
    }
}

impl<T> Drop for Short<'_, T> {
    fn drop(&mut self) {}
}

impl<T> AsyncDrop for Short<'_, T> {
    async fn drop(mut self: Pin<&mut Self>) {
        let this = &mut self;
        ready(()).await;
        let _this = this;
    }
}

fn spawn(_: impl Future + Send + 'static) {}

fn send<T: Send>(_: T) {}

fn finishing_elsewhere(finishing: Finishing<&u32>) {
    send(finishing)
}

fn finishing_later<'a>(finishing: Finishing<&'a u32>) -> impl Send + 'a {
    async move {
        let _finishing = finishing;
    }
}

fn raw_elsewhere<'a, 'b: 'a, T: Send + 'a>(raw: Raw<'a, T>, two: Two<'a, 'b>, short: Short<'a, T>) {
    send((raw, two, short))
}

fn is_send<T: Send>() {}

async fn callee(number: &u32, vector: &mut Vec<&u32>) {
    let mut copy = *number;
    let _lease = Lease(&mut copy, number);
    let _entry = Entry(vector, None);
    let _closing = Closing(number);
    let _boxed = Boxed(number);
    let _finishing = Finishing(number);
    let mut numbers = [*number; 2];
    let [one, two] = &mut numbers;
    let _raw = Raw(one, PhantomData);
    let _short = Short(two, PhantomData);
    let _opaque = Opaque(&number);
    let _swapped = Swapped::<u32, 3, Rc<()>>(PhantomData, PhantomData);
    pending::<()>().await;
}

async fn generic<'a, T: Send + Sync + 'static, I: Iterator<Item = u32> + Send>(
    topic: Topic<&'static T>,
    iterator: I,
) {
    let _drain = Drain(iterator.map(|item| item + 1));
    pending::<()>().await;
    drop(topic);
}

async fn body() {
    let _topic = Topic("news");
    let _finishes = Finishes("race");
    let numbers = vec![1, 2, 3];
    let _drain = Drain(numbers.iter().map(|number| *number));
    let _defer = Defer(|| async { println!("{numbers:?}") });
    let _visit = Visit(|number| number, 1);
    pending::<()>().await;
    callee(&numbers[0], &mut vec![]).await;
    generic(Topic(&1), numbers.iter().copied()).await;
}

fn main() {
    spawn(body());
    spawn(async {
        let list = [Some(Topic("a")), None];
        let _owner: Box<dyn Future<Output = ()> + Send> = Box::new(async move {
            pending::<()>().await;
            drop(list);
        });
        body().await;
    });
    is_send::<Swapped<'static, 'static, u32, 0, Rc<()>>>();
    is_send::<Lease<'static, 'static>>();
}
