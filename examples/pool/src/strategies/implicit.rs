//! Request code for guards that clean up by being dropped: there is no line for it.
//!
//! `AsyncDrop`, spawn in `Drop` and `block_on` in `Drop` all share this text; which destructor runs, and
//! whether it is awaited, is decided by the type of the guard.

use std::ops::DerefMut;

use super::{PLANNED_PANIC, PoolOf, Strategy, attempt_exit};
use crate::client::{Error, Wire};
use crate::protocol::Status;
use crate::workload::Exit;

pub async fn serve<G: DerefMut<Target = Wire>>(mut conn: G, exit: Exit) -> Result<u32, Error> {
    let (first, second) = exit.ops();
    let head = conn.request(first).await?;
    if head.status == Status::Complete {
        return Ok(head.value);
    }
    let tail = conn.request(second).await?;
    assert!(tail.status != Status::Damaged, "{PLANNED_PANIC}");
    Ok(head.value + tail.value)
}

pub async fn retry<S>(pool: &PoolOf<S>) -> Result<u32, Error>
where
    S: Strategy<Guard: DerefMut<Target = Wire>>,
{
    let mut attempt = 0;
    let value = loop {
        let exit = attempt_exit(attempt);
        attempt += 1;
        let mut conn = S::checkout(pool, exit).await?;
        let reply = conn.request(exit.ops().0).await?;
        if reply.status == Status::Busy {
            continue;
        }
        break reply.value;
    };
    Ok(value)
}
