//! Tasks that end by awaiting their destructors.

use std::fmt;
use std::future::run_until_cancelled;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, timeout_at};

/// How the tasks of a set ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Came to their end by themselves.
    pub completed: usize,
    /// Were cancelled, and every destructor of what they held was awaited.
    pub cancelled: usize,
    /// Were not done with that by the deadline, so that what was left was dropped by `Drop`.
    pub aborted: usize,
    /// Panicked, before the shutdown or in a destructor.
    pub panicked: usize,
}

impl Report {
    fn count(&mut self, result: Result<Option<()>, JoinError>) {
        let ended = match result {
            Ok(Some(())) => &mut self.completed,
            Ok(None) => &mut self.cancelled,
            Err(error) if error.is_panic() => &mut self.panicked,
            Err(_) => &mut self.aborted,
        };
        *ended += 1;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { completed, cancelled, aborted, panicked } = self;
        write!(
            f,
            "{completed} completed, {cancelled} cancelled gracefully, {aborted} aborted, {panicked} panicked"
        )
    }
}

/// Tasks that can be told to end, all at once.
///
/// A set that is dropped without [`shutdown`](TaskSet::shutdown) aborts its tasks, as a [`JoinSet`] does.
#[derive(Debug)]
pub struct TaskSet {
    tasks: JoinSet<Option<()>>,
    stop: watch::Sender<bool>,
}

impl Default for TaskSet {
    fn default() -> Self {
        TaskSet { tasks: JoinSet::new(), stop: watch::Sender::new(false) }
    }
}

impl TaskSet {
    /// Spawns a task. It needs to know nothing of the shutdown: at whatever await it stands then, its future is dropped
    /// there by await.
    pub fn spawn(&mut self, future: impl Future<Output = ()> + Send + 'static) {
        let mut stop = self.stop.subscribe();
        let stopped = async move {
            // An error means that the set is gone, and with it this task.
            let _ = stop.wait_for(|stop| *stop).await;
        };
        self.tasks.spawn(run_until_cancelled(future, stopped));
    }

    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Cancels every task and waits until each has awaited its destructors. A task that is not done with that after
    /// `limit` is aborted: its runtime drops it, outside of any async body, so the rest of it is dropped by `Drop`.
    pub async fn shutdown(mut self, limit: Duration) -> Report {
        let deadline = Instant::now() + limit;
        let mut report = Report::default();
        self.stop.send_replace(true);
        while let Ok(next) = timeout_at(deadline, self.tasks.join_next()).await {
            match next {
                Some(result) => report.count(result),
                None => return report,
            }
        }
        self.tasks.abort_all();
        while let Some(result) = self.tasks.join_next().await {
            report.count(result);
        }
        report
    }
}
