//! Spawn in `Drop`: the destructor moves the connection into a new task that closes it.
//!
//! It covers every exit, and nobody waits for it: the request goes on before its connection is closed, the
//! place in the pool stays taken meanwhile, and what is unfinished when the runtime shuts down is lost.

use std::ops::{Deref, DerefMut};

use tokio::runtime::Handle;

use super::{PoolOf, Strategy, implicit};
use crate::client::{Error, Wire};
use crate::pool::Slot;
use crate::workload::Exit;

/// A checked-out connection that closes itself behind everybody's back.
pub struct Guard(Option<Slot<Wire>>);

impl Drop for Guard {
    fn drop(&mut self) {
        // Without a runtime there is nobody to hand the connection to: its socket closes.
        if let (Some(slot), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(slot.hand_back());
        }
    }
}

impl Deref for Guard {
    type Target = Wire;

    fn deref(&self) -> &Wire {
        &self.0.as_ref().expect("taken only by the destructor").connection
    }
}

impl DerefMut for Guard {
    fn deref_mut(&mut self) -> &mut Wire {
        &mut self.0.as_mut().expect("taken only by the destructor").connection
    }
}

pub struct SpawnInDrop;

impl Strategy for SpawnInDrop {
    type Connection = Wire;
    type Guard = Guard;

    async fn checkout(pool: &PoolOf<Self>, exit: Exit) -> Result<Guard, Error> {
        Ok(Guard(Some(pool.checkout(exit).await?)))
    }

    async fn serve(guard: Guard, exit: Exit) -> Result<u32, Error> {
        implicit::serve(guard, exit).await
    }

    async fn retry(pool: &PoolOf<Self>) -> Result<u32, Error> {
        implicit::retry::<Self>(pool).await
    }

    async fn retire(mut wire: Wire) {
        let _ = wire.bye().await;
    }
}
