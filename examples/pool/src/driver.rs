//! Runs the plan with one strategy: the callers of the request code, who lose patience with it.
//!
//! A connection is always checked out before the clock of its caller starts, so every strategy opens the
//! same sessions and differs only in how they end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::task::{JoinError, JoinSet};
use tokio::time::{sleep, timeout};

use crate::client::Error;
use crate::pool::Pool;
use crate::strategies::{PoolOf, Strategy};
use crate::workload::Exit;

/// How long a caller waits before it cancels a request that will never be answered.
const PATIENCE: Duration = Duration::from_millis(10);

/// How a request came out, seen by its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Answered,
    Refused,
    CutOff,
    Panicked,
}

/// What the driver saw.
#[derive(Debug, Default)]
pub struct Observed {
    /// Of the requests that nobody cancelled, checkout and cleanup included as far as the caller waits.
    pub latencies: Vec<Duration>,
    /// Requests that came out differently from what their exit implies.
    pub surprises: Vec<String>,
}

/// Runs the whole plan, `concurrency` requests at a time. The pool is closed when no request is left to
/// begin, as in a service that stops: the last requests finish, and then the runtime goes.
pub async fn run<S: Strategy>(
    pool: Arc<Pool<S::Connection>>,
    plan: Arc<[Exit]>,
    concurrency: usize,
) -> Observed {
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..concurrency {
        workers.spawn(worker::<S>(pool.clone(), plan.clone(), next.clone()));
    }
    let mut observed = Observed::default();
    while let Some(worker) = workers.join_next().await {
        match worker {
            Ok(share) => {
                observed.latencies.extend(share.latencies);
                observed.surprises.extend(share.surprises);
            }
            Err(error) => observed.surprises.push(format!("a worker of the driver: {error}")),
        }
    }
    observed
}

/// Closes the pool, and its idle connections side by side.
async fn close_pool<S: Strategy>(pool: &PoolOf<S>) {
    let retired = pool.close().into_iter().map(S::retire);
    retired.collect::<JoinSet<()>>().join_all().await;
}

/// Takes one request after the other from the plan, each in a task of its own.
async fn worker<S: Strategy>(
    pool: PoolOf<S>,
    plan: Arc<[Exit]>,
    next: Arc<AtomicUsize>,
) -> Observed {
    let mut observed = Observed::default();
    while let Some(&exit) = plan.get(next.fetch_add(1, Relaxed)) {
        let start = Instant::now();
        let outcome = tokio::spawn(request::<S>(pool.clone(), exit)).await;
        let elapsed = start.elapsed();
        pool.ledger.request_finished();
        match outcome {
            Ok(Ok(outcome)) if outcome == expected(exit) => {
                if matches!(exit, Exit::EndOfScope | Exit::Return | Exit::QuestionMark) {
                    observed.latencies.push(elapsed);
                }
            }
            Ok(Ok(outcome)) => observed.surprises.push(format!("{}: {outcome:?}", exit.name())),
            Ok(Err(error)) => observed.surprises.push(format!("{}: {error}", exit.name())),
            Err(error) => observed.surprises.push(format!("{}: {error}", exit.name())),
        }
    }
    close_pool::<S>(&pool).await;
    observed
}

fn expected(exit: Exit) -> Outcome {
    match exit {
        Exit::EndOfScope | Exit::Return | Exit::Continue | Exit::Break => Outcome::Answered,
        Exit::QuestionMark => Outcome::Refused,
        Exit::Select | Exit::Timeout | Exit::Abort => Outcome::CutOff,
        Exit::JoinSetDropped | Exit::JoinSetShutDown => Outcome::CutOff,
        Exit::Panic => Outcome::Panicked,
    }
}

/// One request, ended by its caller in the way that its exit asks for.
async fn request<S: Strategy>(pool: PoolOf<S>, exit: Exit) -> Result<Outcome, Error> {
    if exit == Exit::Break {
        return answered(S::retry(&pool).await);
    }
    let guard = S::checkout(&pool, exit).await?;
    match exit {
        Exit::Select => tokio::select! {
            answer = S::serve(guard, exit) => answered(answer),
            () = sleep(PATIENCE) => Ok(Outcome::CutOff),
        },
        Exit::Timeout => match timeout(PATIENCE, S::serve(guard, exit)).await {
            Ok(answer) => answered(answer),
            Err(_) => Ok(Outcome::CutOff),
        },
        Exit::Abort => {
            let task = tokio::spawn(S::serve(guard, exit));
            sleep(PATIENCE).await;
            task.abort();
            joined(task.await)
        }
        Exit::JoinSetDropped => {
            let mut tasks = JoinSet::new();
            tasks.spawn(S::serve(guard, exit));
            sleep(PATIENCE).await;
            drop(tasks);
            Ok(Outcome::CutOff)
        }
        Exit::JoinSetShutDown => {
            let mut tasks = JoinSet::new();
            tasks.spawn(S::serve(guard, exit));
            sleep(PATIENCE).await;
            tasks.shutdown().await;
            Ok(Outcome::CutOff)
        }
        Exit::Panic => joined(tokio::spawn(S::serve(guard, exit)).await),
        Exit::EndOfScope | Exit::Return | Exit::QuestionMark | Exit::Continue | Exit::Break => {
            answered(S::serve(guard, exit).await)
        }
    }
}

fn answered(answer: Result<u32, Error>) -> Result<Outcome, Error> {
    match answer {
        Ok(_) => Ok(Outcome::Answered),
        Err(Error::Refused(_)) => Ok(Outcome::Refused),
        Err(error) => Err(error),
    }
}

fn joined(end: Result<Result<u32, Error>, JoinError>) -> Result<Outcome, Error> {
    match end {
        Ok(answer) => answered(answer),
        Err(error) if error.is_panic() => Ok(Outcome::Panicked),
        Err(_) => Ok(Outcome::CutOff),
    }
}
