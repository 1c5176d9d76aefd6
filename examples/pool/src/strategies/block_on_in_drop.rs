//! `block_on` in `Drop`: the destructor blocks its thread until the close is done.
//!
//! Two forms. [`InPlace`] knows tokio: `block_in_place` first hands the worker's other tasks to another
//! thread, which costs a thread for every close under way and panics on a current-thread runtime.
//! [`Naive`] is `futures::executor::block_on`: once every worker blocks in a destructor, none is left to
//! hear from the network, and all of them wait for ever.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use tokio::runtime::Handle;

use super::{PoolOf, Strategy, implicit};
use crate::client::{Error, Wire};
use crate::pool::Slot;
use crate::workload::Exit;

/// A way of blocking on a future.
pub trait Blocking: Send + 'static {
    fn block_on(future: impl Future<Output = ()>);
}

pub struct InPlace;

impl Blocking for InPlace {
    fn block_on(future: impl Future<Output = ()>) {
        tokio::task::block_in_place(|| Handle::current().block_on(future));
    }
}

pub struct Naive;

impl Blocking for Naive {
    fn block_on(future: impl Future<Output = ()>) {
        futures::executor::block_on(future);
    }
}

/// A checked-out connection that stops the world, or its part of it, to close itself.
pub struct Guard<B: Blocking>(Option<Slot<Wire>>, PhantomData<B>);

impl<B: Blocking> Drop for Guard<B> {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            let ledger = slot.place.pool.ledger.clone();
            ledger.while_blocking(|| B::block_on(slot.hand_back()));
        }
    }
}

impl<B: Blocking> Deref for Guard<B> {
    type Target = Wire;

    fn deref(&self) -> &Wire {
        &self.0.as_ref().expect("taken only by the destructor").connection
    }
}

impl<B: Blocking> DerefMut for Guard<B> {
    fn deref_mut(&mut self) -> &mut Wire {
        &mut self.0.as_mut().expect("taken only by the destructor").connection
    }
}

pub struct BlockOnInDrop<B>(PhantomData<B>);

impl<B: Blocking> Strategy for BlockOnInDrop<B> {
    type Connection = Wire;
    type Guard = Guard<B>;

    async fn checkout(pool: &PoolOf<Self>, exit: Exit) -> Result<Guard<B>, Error> {
        Ok(Guard(Some(pool.checkout(exit).await?), PhantomData))
    }

    async fn serve(guard: Guard<B>, exit: Exit) -> Result<u32, Error> {
        implicit::serve(guard, exit).await
    }

    async fn retry(pool: &PoolOf<Self>) -> Result<u32, Error> {
        implicit::retry::<Self>(pool).await
    }

    async fn retire(mut wire: Wire) {
        let _ = wire.bye().await;
    }
}
