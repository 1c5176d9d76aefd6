//! What a case is given: a runtime of the flavour under test, and a ledger.

use std::panic::resume_unwind;
use std::sync::{Arc, Barrier};

use clap::ValueEnum;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinError, JoinHandle};

use crate::ledger::{Ledger, Planned};

const WORKERS: usize = 2;
/// Without optimisation, the random futures of the soak take half a MiB of stack for each level.
pub const STACK: usize = 16 << 20;

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub enum Flavor {
    CurrentThread,
    MultiThread,
}

#[derive(Debug, Clone)]
pub struct Scene {
    pub flavor: Flavor,
    pub ledger: Ledger,
    pub seed: u64,
    /// Tasks in the soak
    pub soak: usize,
}

impl Scene {
    pub fn runtime(&self) -> Runtime {
        let mut builder = match self.flavor {
            Flavor::CurrentThread => Builder::new_current_thread(),
            Flavor::MultiThread => Builder::new_multi_thread(),
        };
        builder
            .worker_threads(WORKERS)
            .thread_stack_size(STACK)
            .enable_all()
            .build()
            .expect("a runtime")
    }

    /// Runs the future as a task. The runtime is gone when this returns.
    pub fn run(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.runtime().block_on(async { finished(tokio::spawn(future).await) });
    }

    /// Keeps all workers busy while it calls `act`, so that no task that this spawns is polled meanwhile.
    /// To be called outside of the tasks, in `block_on`.
    pub fn while_busy<T>(&self, act: impl FnOnce() -> T) -> T {
        if self.flavor == Flavor::CurrentThread {
            return act();
        }
        let (busy, done) =
            (Arc::new(Barrier::new(WORKERS + 1)), Arc::new(Barrier::new(WORKERS + 1)));
        for _ in 0..WORKERS {
            let (busy, done) = (busy.clone(), done.clone());
            tokio::spawn(async move {
                busy.wait();
                done.wait();
            });
        }
        busy.wait();
        let result = act();
        done.wait();
        result
    }
}

/// The output of a task that did not fail. Its panic, most likely a failed assertion, goes on here.
pub fn finished<T>(result: Result<T, JoinError>) -> T {
    result.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(payload) => resume_unwind(payload),
        Err(error) => panic!("{error}"),
    })
}

/// Aborts the task and waits until it is gone.
#[track_caller]
pub fn abort<T>(task: JoinHandle<T>) -> impl Future<Output = ()> {
    task.abort();
    let caller = std::panic::Location::caller();
    async move {
        match task.await {
            Err(error) => assert!(error.is_cancelled(), "at {caller}: {error}"),
            Ok(_) => panic!("at {caller}: the task completed"),
        }
    }
}

/// Fails unless this is the end of a task by the planned panic of that name.
#[track_caller]
pub fn assert_panicked<T>(result: Result<T, JoinError>, name: &'static str) {
    let payload = result.err().expect("the task completed").into_panic();
    assert_eq!(payload.downcast_ref(), Some(&Planned(name)));
}
