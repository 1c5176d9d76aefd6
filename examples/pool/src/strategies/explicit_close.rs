//! Explicit close: a `close().await` wherever somebody thought of one.
//!
//! That is before every `return`, `continue` and `break` that is written out, and at the end. A `?` has no
//! place for it, and a future that is dropped at an await runs no further line.

use std::ops::{Deref, DerefMut};

use super::{PLANNED_PANIC, PoolOf, Strategy, attempt_exit};
use crate::client::{Error, Wire};
use crate::pool::Slot;
use crate::protocol::Status;
use crate::workload::Exit;

/// A checked-out connection with a method to end it.
pub struct Guard(Slot<Wire>);

impl Guard {
    pub async fn close(self) {
        self.0.hand_back().await;
    }
}

impl Deref for Guard {
    type Target = Wire;

    fn deref(&self) -> &Wire {
        &self.0.connection
    }
}

impl DerefMut for Guard {
    fn deref_mut(&mut self) -> &mut Wire {
        &mut self.0.connection
    }
}

pub struct Explicit;

impl Strategy for Explicit {
    type Connection = Wire;
    type Guard = Guard;

    async fn checkout(pool: &PoolOf<Self>, exit: Exit) -> Result<Guard, Error> {
        Ok(Guard(pool.checkout(exit).await?))
    }

    async fn serve(mut conn: Guard, exit: Exit) -> Result<u32, Error> {
        let (first, second) = exit.ops();
        let head = conn.request(first).await?;
        if head.status == Status::Complete {
            conn.close().await;
            return Ok(head.value);
        }
        let tail = conn.request(second).await?;
        assert!(tail.status != Status::Damaged, "{PLANNED_PANIC}");
        conn.close().await;
        Ok(head.value + tail.value)
    }

    async fn retry(pool: &PoolOf<Self>) -> Result<u32, Error> {
        let mut attempt = 0;
        let value = loop {
            let exit = attempt_exit(attempt);
            attempt += 1;
            let mut conn = Self::checkout(pool, exit).await?;
            let reply = conn.request(exit.ops().0).await?;
            if reply.status == Status::Busy {
                conn.close().await;
                continue;
            }
            conn.close().await;
            break reply.value;
        };
        Ok(value)
    }

    async fn retire(mut wire: Wire) {
        let _ = wire.bye().await;
    }
}
