//! A small bounded pool: a semaphore bounds the connections in use, idle ones wait on a stack.
//!
//! [`Pool::checkout`] gives out a [`Slot`], the bare material that each strategy wraps in its own guard.
//! A slot has no destructor; [`Slot::hand_back`] is what somebody, somehow, has to get awaited.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::client::{Error, Wire};
use crate::ledger::Ledger;
use crate::workload::Exit;

/// A pool of connections of type `C`, which is a [`Wire`] or a wrapper around one.
#[derive(Debug)]
pub struct Pool<C> {
    address: SocketAddr,
    permits: Arc<Semaphore>,
    /// Nothing once the pool has closed.
    idle: Mutex<Option<Vec<C>>>,
    /// A connection is closed after this many sessions, as pools do to even out load and memory.
    sessions_each: u32,
    pub ledger: Arc<Ledger>,
}

/// A checked-out connection with its place in the pool. The fields drop in this order: the place becomes
/// free when the connection has gone.
#[derive(Debug)]
pub struct Slot<C> {
    pub connection: C,
    pub place: Place<C>,
}

/// One of the places that the pool's bound allows.
#[derive(Debug)]
pub struct Place<C> {
    pub pool: Arc<Pool<C>>,
    _permit: OwnedSemaphorePermit,
}

impl AsMut<Wire> for Wire {
    fn as_mut(&mut self) -> &mut Wire {
        self
    }
}

impl<C: From<Wire> + AsMut<Wire>> Pool<C> {
    pub fn new(address: SocketAddr, size: usize, sessions_each: u32, ledger: Arc<Ledger>) -> Self {
        let permits = Arc::new(Semaphore::new(size));
        Pool { address, permits, idle: Mutex::new(Some(Vec::new())), sessions_each, ledger }
    }

    /// Waits for a place, takes an idle connection or opens one, and begins a session on it.
    pub async fn checkout(self: &Arc<Self>, exit: Exit) -> Result<Slot<C>, Error> {
        let permit =
            self.permits.clone().acquire_owned().await.expect("the semaphore is never closed");
        let mut connection = match self.take_idle() {
            Some(connection) => connection,
            None => C::from(Wire::connect(self.address).await?),
        };
        connection.as_mut().checkout(exit as u32).await?;
        self.ledger.session_opened();
        Ok(Slot { connection, place: Place { pool: self.clone(), _permit: permit } })
    }

    /// Whether a connection may serve another session after this one.
    pub fn wants_back(&self, wire: &Wire) -> bool {
        wire.sessions() < self.sessions_each
    }

    /// Puts back a connection whose session has ended; a closed pool returns it.
    pub fn put_idle(&self, connection: C) -> Result<(), C> {
        match &mut *self.idle.lock().unwrap() {
            Some(idle) => {
                idle.push(connection);
                Ok(())
            }
            None => Err(connection),
        }
    }

    fn take_idle(&self) -> Option<C> {
        self.idle.lock().unwrap().as_mut()?.pop()
    }

    /// Closes the pool: no connection is kept from here on. Gives out the idle ones to be closed. Requests
    /// that are under way may still check out new ones.
    pub fn close(&self) -> Vec<C> {
        self.idle.lock().unwrap().take().unwrap_or_default()
    }
}

impl Slot<Wire> {
    /// Ends the session in good order: the connection goes back to the pool, or says BYE if it has served
    /// long enough. The cleanup counts as begun from this call on, not only from the first poll.
    pub fn hand_back(self) -> impl Future<Output = ()> + Send + 'static {
        let Slot { connection: mut wire, place } = self;
        let ticket = place.pool.ledger.begin(wire.session());
        async move {
            let kept = place.pool.wants_back(&wire) && wire.release().await.is_ok();
            let unwanted = if kept { place.pool.put_idle(wire).err() } else { Some(wire) };
            if let Some(mut wire) = unwanted {
                // A server that is gone needs no farewell.
                let _ = wire.bye().await;
            }
            ticket.finish();
            // The place is free again only now.
            drop(place);
        }
    }
}
