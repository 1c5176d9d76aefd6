//! Six ways of getting a connection closed in good order.
//!
//! A strategy says what a guard is and how request code looks with it. The code for requests follows the
//! same script everywhere ([`implicit`] holds the version in which nothing is written for the cleanup), so
//! what differs is only what each idiom makes the programmer write.

pub mod async_drop;
pub mod block_on_in_drop;
pub mod explicit_close;
pub mod implicit;
pub mod must_close;
pub mod spawn_in_drop;

use std::sync::Arc;

use crate::client::{Error, Wire};
use crate::pool::Pool;
use crate::workload::Exit;

/// The message of the panic that belongs to the workload; any other panic is counted.
pub const PLANNED_PANIC: &str = "planned: the reply is damaged";

/// The pool of a strategy.
pub type PoolOf<S> = Arc<Pool<<S as Strategy>::Connection>>;

/// One way of closing connections.
pub trait Strategy: 'static {
    /// What waits in the pool.
    type Connection: From<Wire> + AsMut<Wire> + Send + 'static;
    /// What request code holds while it uses a connection.
    type Guard: Send + 'static;

    /// Takes a connection out of the pool.
    fn checkout(
        pool: &PoolOf<Self>,
        exit: Exit,
    ) -> impl Future<Output = Result<Self::Guard, Error>> + Send;

    /// Serves a request with a connection, which it owns and ends.
    fn serve(
        guard: Self::Guard,
        exit: Exit,
    ) -> impl Future<Output = Result<u32, Error>> + Send + 'static;

    /// Serves a request in a loop that tries again while the server is busy.
    fn retry(pool: &PoolOf<Self>) -> impl Future<Output = Result<u32, Error>> + Send;

    /// Closes an idle connection when the service ends.
    fn retire(connection: Self::Connection) -> impl Future<Output = ()> + Send + 'static;
}

/// The label, and by it the script, of an attempt in [`Strategy::retry`]: the first finds the server busy.
pub fn attempt_exit(attempt: u32) -> Exit {
    if attempt == 0 { Exit::Continue } else { Exit::Break }
}

/// The strategies by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Name {
    /// `impl AsyncDrop`: the compiler awaits the close wherever the guard is dropped in an async body
    AsyncDrop,
    /// `guard.close().await` on the happy path and before every written-out early exit
    ExplicitClose,
    /// `Drop` hands the close to `tokio::spawn`
    SpawnInDrop,
    /// `Drop` runs the close with `block_in_place` and `Handle::block_on`
    BlockOnInDrop,
    /// `Drop` runs the close with `futures::executor::block_on`
    NaiveBlockOnInDrop,
    /// a `#[must_use]` guard that panics when dropped unclosed, closed by a scope function
    MustClose,
}

impl Name {
    pub fn title(self) -> &'static str {
        match self {
            Name::AsyncDrop => "AsyncDrop",
            Name::ExplicitClose => "explicit close",
            Name::SpawnInDrop => "spawn in Drop",
            Name::BlockOnInDrop => "block_on in Drop",
            Name::NaiveBlockOnInDrop => "block_on, naive",
            Name::MustClose => "#[must_use] guard",
        }
    }
}
