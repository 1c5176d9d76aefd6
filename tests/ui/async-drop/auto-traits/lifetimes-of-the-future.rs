//! R21: the destructor's future may be `Send` for some lifetimes only. A body that defines an
//! opaque type, as each async body does, looks at destructors when its lifetimes are no longer
//! known, and takes no such future for `Send`. What the value itself asks of lifetimes has been
//! proved by then.
//@ edition: 2024
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features, refining_impl_trait)]

use std::future::AsyncDrop;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::slice::Iter;
use std::task::{Context, Poll};

struct Static<'a>(*mut &'a ());

unsafe impl Send for Static<'static> {}

struct Closing<'a>(#[allow(dead_code)] Static<'a>);

impl Future for Closing<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

struct Lease<'a>(#[allow(dead_code)] &'a ());

impl Drop for Lease<'_> {
    fn drop(&mut self) {}
}

impl<'a> AsyncDrop for Lease<'a> {
    fn drop(self: Pin<&mut Self>) -> Closing<'a> {
        Closing(Static(std::ptr::null_mut()))
    }
}

/// What the future's lifetime is, the bound of an impl tells, which names no such type.
trait Close {
    type Closed: Future<Output = ()>;
    fn close(&mut self) -> Self::Closed;
}

struct All<T>(T);

impl<'a, T: Iterator<Item = &'a ()>> Close for All<T> {
    type Closed = Closing<'a>;

    fn close(&mut self) -> Closing<'a> {
        Closing(Static(std::ptr::null_mut()))
    }
}

struct Owner<T: Close>(T);

impl<T: Close> Drop for Owner<T> {
    fn drop(&mut self) {}
}

impl<T: Close> AsyncDrop for Owner<T> {
    fn drop(self: Pin<&mut Self>) -> T::Closed {
        unsafe { self.get_unchecked_mut() }.0.close()
    }
}

/// A promise that holds for one lifetime says nothing of others.
struct Promised<'a, T>(*const (), PhantomData<(&'a (), T)>);

trait Lives<'a> {}

unsafe impl<'a, T: Send + Lives<'a>> Send for Promised<'a, T> {}
//~^ ERROR implementation of `Lives` is not general enough
//~| ERROR implementation of `Lives` is not general enough

impl<T> Drop for Promised<'_, T> {
    fn drop(&mut self) {}
}

impl<T> AsyncDrop for Promised<'_, T> {
    async fn drop(self: Pin<&mut Self>) {
        let other = ManuallyDrop::new(Promised::<'static, T>(self.0, PhantomData));
        std::future::ready(()).await;
        std::mem::forget(other);
    }
}

/// `Send` for some lifetimes only, as a value.
struct Ordered<'a, 'b>(&'a (), &'b (), *mut ());

unsafe impl<'a, 'b: 'a> Send for Ordered<'a, 'b> {}

impl Drop for Ordered<'_, '_> {
    fn drop(&mut self) {}
}

impl AsyncDrop for Ordered<'_, '_> {
    async fn drop(self: Pin<&mut Self>) {}
}

fn send<T: Send>(_: T) {}

fn opaque<'a>(lease: Lease<'a>) -> impl Sized {
    send(lease)
    //~^ ERROR `Lease<'_>: Send` holds for some lifetimes only
}

async fn body<'a>(lease: Lease<'a>) {
    send(lease)
    //~^ ERROR `Lease<'_>: Send` holds for some lifetimes only
}

fn returned<'a>(lease: Lease<'a>) -> impl Send {
    //~^ ERROR `Lease<'_>: Send` holds for some lifetimes only
    lease
}

fn in_function<'a>(owner: Owner<All<Iter<'a, ()>>>) {
    send(owner);
    //~^ ERROR borrowed data escapes outside of function
}

fn in_opaque<'a>(owner: Owner<All<Iter<'a, ()>>>) -> impl Send {
    //~^ ERROR `Owner<All<std::slice::Iter<'_, ()>>>: Send` holds for some lifetimes only
    owner
}

fn erased<'a>(lease: Lease<'a>) -> impl Sized {
    let erased: Box<dyn Send + 'a> = Box::new(lease);
    //~^ ERROR `Lease<'_>: Send` holds for some lifetimes only
    erased
}

async fn proved_by_borrowck<'a, 'b: 'a>(ordered: Ordered<'a, 'b>) {
    send(ordered)
}

fn main() {}
