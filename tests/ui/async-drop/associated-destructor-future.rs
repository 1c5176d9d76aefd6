//! The future of a destructor may be of an associated type of a type parameter. Generic code polls
//! it without knowing it.
//@ edition: 2024
//@ run-pass
//@ revisions: o0 o3
//@[o0] compile-flags: -Copt-level=0
//@[o3] compile-flags: -Copt-level=3
#![feature(async_drop)]
#![allow(incomplete_features, refining_impl_trait)]

use std::cell::Cell;
use std::future::{AsyncDrop, Ready, ready};
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

thread_local! {
    static CLOSED: Cell<u32> = const { Cell::new(0) };
    static DROPPED: Cell<u32> = const { Cell::new(0) };
}

trait Close {
    type Closed: Future<Output = ()>;
    fn close() -> Self::Closed;
}

struct Once;
struct Twice;

/// Pending as often as the number says.
struct Pending(u32);

impl Future for Pending {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            CLOSED.set(CLOSED.get() + 1);
            return Poll::Ready(());
        }
        self.0 -= 1;
        Poll::Pending
    }
}

impl Close for Once {
    type Closed = Ready<()>;

    fn close() -> Ready<()> {
        CLOSED.set(CLOSED.get() + 1);
        ready(())
    }
}

impl Close for Twice {
    type Closed = Pending;

    fn close() -> Pending {
        Pending(2)
    }
}

struct Lease<T: Close>(PhantomData<T>);

impl<T: Close> Drop for Lease<T> {
    fn drop(&mut self) {
        DROPPED.set(DROPPED.get() + 1);
    }
}

impl<T: Close> AsyncDrop for Lease<T> {
    fn drop(self: Pin<&mut Self>) -> T::Closed {
        T::close()
    }
}

async fn scope<T: Close>(_parameter: Lease<T>) {
    let _local = (Lease::<T>(PhantomData), [Lease::<T>(PhantomData), Lease::<T>(PhantomData)]);
}

/// Polls a future so many times, and tells whether it is ready then.
fn poll(mut future: Pin<&mut impl Future>, times: usize) -> bool {
    let context = &mut Context::from_waker(Waker::noop());
    (0..times).any(|_| future.as_mut().poll(context).is_ready())
}

fn main() {
    assert!(poll(pin!(scope(Lease::<Once>(PhantomData))), 1));
    assert_eq!((CLOSED.take(), DROPPED.take()), (4, 0));

    assert!(!poll(pin!(scope(Lease::<Twice>(PhantomData))), 8));
    assert_eq!((CLOSED.take(), DROPPED.take()), (3, 1));

    assert!(poll(pin!(scope(Lease::<Twice>(PhantomData))), 9));
    assert_eq!((CLOSED.take(), DROPPED.take()), (4, 0));
}
