//! `AsyncDrop`: a connection says BYE, and a lease hands its connection back, when they are dropped.
//!
//! The two compose. A [`Lease`] ends the session and puts the connection back, if the pool takes it;
//! otherwise the connection stays in its field, and dropping the field says BYE. `Drop` is the forceful half of
//! each type: where nothing can await, the socket simply closes.

use std::future::AsyncDrop;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;

use super::{PoolOf, Strategy, implicit};
use crate::client::{Error, Wire};
use crate::pool::{Place, Slot};
use crate::workload::Exit;

/// A connection that ends with BYE.
#[derive(Debug)]
pub struct Connection {
    wire: Wire,
}

impl Drop for Connection {
    fn drop(&mut self) {}
}

impl AsyncDrop for Connection {
    async fn drop(self: Pin<&mut Self>) {
        // A server that is gone needs no farewell.
        let _ = self.get_mut().wire.bye().await;
    }
}

impl From<Wire> for Connection {
    fn from(wire: Wire) -> Self {
        Connection { wire }
    }
}

impl AsMut<Wire> for Connection {
    fn as_mut(&mut self) -> &mut Wire {
        &mut self.wire
    }
}

/// A checked-out connection. The fields drop in this order, so the place is free after the BYE.
#[derive(Debug)]
pub struct Lease {
    connection: Option<Connection>,
    place: Place<Connection>,
}

impl Drop for Lease {
    fn drop(&mut self) {}
}

impl AsyncDrop for Lease {
    async fn drop(self: Pin<&mut Self>) {
        let Lease { connection, place } = self.get_mut();
        let Some(lent) = connection else { return };
        let ticket = place.pool.ledger.begin(lent.wire.session());
        if place.pool.wants_back(&lent.wire) && lent.wire.release().await.is_ok() {
            *connection = connection.take().and_then(|idle| place.pool.put_idle(idle).err());
        }
        ticket.finish();
    }
}

impl Deref for Lease {
    type Target = Wire;

    fn deref(&self) -> &Wire {
        &self.connection.as_ref().expect("taken only by the destructor").wire
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Wire {
        &mut self.connection.as_mut().expect("taken only by the destructor").wire
    }
}

pub struct Implicit;

impl Strategy for Implicit {
    type Connection = Connection;
    type Guard = Lease;

    async fn checkout(pool: &PoolOf<Self>, exit: Exit) -> Result<Lease, Error> {
        let Slot { connection, place } = pool.checkout(exit).await?;
        Ok(Lease { connection: Some(connection), place })
    }

    async fn serve(lease: Lease, exit: Exit) -> Result<u32, Error> {
        implicit::serve(lease, exit).await
    }

    async fn retry(pool: &PoolOf<Self>) -> Result<u32, Error> {
        implicit::retry::<Self>(pool).await
    }

    async fn retire(_connection: Connection) {}
}
