//! A `#[must_use]` guard: a scope function closes it, and dropping it unclosed panics.
//!
//! The scope function sees every way its body can *return*, `?` included, so the closes that an explicit
//! style forgets are made. What it cannot see is its own future being dropped; there the guard's panic,
//! meant to find a missing close in a test, goes off in production. `#[must_use]` itself only speaks of
//! guards that are never bound to a name.

use super::{PLANNED_PANIC, PoolOf, Strategy, attempt_exit};
use crate::client::{Error, Wire};
use crate::pool::Slot;
use crate::protocol::Status;
use crate::workload::Exit;

/// A checked-out connection that has to be closed by [`with_conn`].
#[must_use = "a connection must be closed"]
pub struct Guard(Option<Slot<Wire>>);

impl Guard {
    async fn close(mut self) {
        if let Some(slot) = self.0.take() {
            slot.hand_back().await;
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // A second panic would abort the process, so an unwinding thread is let pass.
        if self.0.is_some() && !std::thread::panicking() {
            panic!("a connection was dropped without being closed");
        }
    }
}

/// Lends the connection to `body` and closes it whatever `body` returns.
async fn with_conn<T>(mut guard: Guard, body: impl AsyncFnOnce(&mut Wire) -> T) -> T {
    let slot = guard.0.as_mut().expect("taken only by `close`");
    let result = body(&mut slot.connection).await;
    guard.close().await;
    result
}

pub struct MustClose;

impl Strategy for MustClose {
    type Connection = Wire;
    type Guard = Guard;

    async fn checkout(pool: &PoolOf<Self>, exit: Exit) -> Result<Guard, Error> {
        Ok(Guard(Some(pool.checkout(exit).await?)))
    }

    async fn serve(guard: Guard, exit: Exit) -> Result<u32, Error> {
        with_conn(guard, async |conn| {
            let (first, second) = exit.ops();
            let head = conn.request(first).await?;
            if head.status == Status::Complete {
                return Ok(head.value);
            }
            let tail = conn.request(second).await?;
            assert!(tail.status != Status::Damaged, "{PLANNED_PANIC}");
            Ok(head.value + tail.value)
        })
        .await
    }

    async fn retry(pool: &PoolOf<Self>) -> Result<u32, Error> {
        let mut attempt = 0;
        let value = loop {
            let exit = attempt_exit(attempt);
            attempt += 1;
            let guard = Self::checkout(pool, exit).await?;
            let reply = with_conn(guard, async |conn| conn.request(exit.ops().0).await).await?;
            if reply.status == Status::Busy {
                continue;
            }
            break reply.value;
        };
        Ok(value)
    }

    async fn retire(mut wire: Wire) {
        let _ = wire.bye().await;
    }
}
