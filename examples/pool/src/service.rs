//! The service: one strategy's run, in a process of its own.
//!
//! The process has its own tokio runtime, which is shut down when the work is done. It then prints one line
//! of JSON and stays until its standard input closes, so that the server can count what is still open
//! before the end of the process closes everything. A run that makes no progress for a while is reported
//! as it stands, with its threads left where they hang.

use std::io::Read;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::runtime::{Builder, Runtime};

use crate::driver::{self, Observed};
use crate::ledger::Ledger;
use crate::pool::Pool;
use crate::strategies::block_on_in_drop::{BlockOnInDrop, InPlace, Naive};
use crate::strategies::{self, Name, PLANNED_PANIC, Strategy};
use crate::workload::Exit;

/// How long the runtime's shutdown may take. Tasks are dropped at once; this is for blocking threads.
const SHUTDOWN: Duration = Duration::from_millis(100);

/// The runtime that the service uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Flavor {
    MultiThread,
    CurrentThread,
}

/// What the service is to do.
#[derive(Clone, Debug)]
pub struct Settings {
    pub server: SocketAddr,
    pub plan: Arc<[Exit]>,
    pub concurrency: usize,
    pub sessions_each: u32,
    pub flavor: Flavor,
    pub stall: Duration,
}

/// What the service reports about itself; how its connections ended is not for it to say.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// Requests that came to their end.
    pub finished: usize,
    /// Sessions that the client opened.
    pub sessions: usize,
    pub median_micros: Option<u64>,
    /// Panics other than those of the workload.
    pub panics: usize,
    pub first_panic: Option<String>,
    /// Destructors that never returned.
    pub deadlocks: usize,
    /// Whether the run had to be given up because nothing moved.
    pub stalled: bool,
    /// Sessions whose cleanup was begun and cut off by the shutdown of the runtime.
    pub cut_off_at_shutdown: Vec<u32>,
    pub surprises: Vec<String>,
}

/// Runs one strategy, prints the report and waits to be dismissed.
pub fn main(name: Name, settings: Settings) {
    let panics = Panics::watch();
    let ledger = Arc::new(Ledger::default());
    let done = match name {
        Name::AsyncDrop => start::<strategies::async_drop::Implicit>(settings.clone(), &ledger),
        Name::ExplicitClose => {
            start::<strategies::explicit_close::Explicit>(settings.clone(), &ledger)
        }
        Name::SpawnInDrop => {
            start::<strategies::spawn_in_drop::SpawnInDrop>(settings.clone(), &ledger)
        }
        Name::BlockOnInDrop => start::<BlockOnInDrop<InPlace>>(settings.clone(), &ledger),
        Name::NaiveBlockOnInDrop => start::<BlockOnInDrop<Naive>>(settings.clone(), &ledger),
        Name::MustClose => start::<strategies::must_close::MustClose>(settings.clone(), &ledger),
    };
    let observed = wait(&done, &ledger, settings.stall);
    let report = report(observed, &ledger, panics);
    println!("{}", serde_json::to_string(&report).expect("a report is plain data"));
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    // Threads that hang in a destructor must not keep the process.
    std::process::exit(0);
}

/// Starts the run on a thread of its own, so that no hang of the runtime reaches the main thread.
fn start<S: Strategy>(settings: Settings, ledger: &Arc<Ledger>) -> Receiver<Observed> {
    let ledger = ledger.clone();
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let runtime = runtime(settings.flavor);
        let (size, each) = (settings.concurrency, settings.sessions_each);
        let pool = Arc::new(Pool::new(settings.server, size, each, ledger.clone()));
        let run = driver::run::<S>(pool, settings.plan, settings.concurrency);
        let observed = runtime.block_on(run);
        ledger.shut_down();
        runtime.shutdown_timeout(SHUTDOWN);
        let _ = sender.send(observed);
    });
    receiver
}

fn runtime(flavor: Flavor) -> Runtime {
    let mut builder = match flavor {
        Flavor::MultiThread => Builder::new_multi_thread(),
        Flavor::CurrentThread => Builder::new_current_thread(),
    };
    builder.worker_threads(2).enable_all().build().expect("a runtime can be built")
}

/// Waits for the run; nothing if it stopped moving for `stall`, or died.
fn wait(done: &Receiver<Observed>, ledger: &Ledger, stall: Duration) -> Option<Observed> {
    let mut progress = (0, Instant::now());
    loop {
        match done.recv_timeout(Duration::from_millis(50)) {
            Ok(observed) => return Some(observed),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => {
                let now = ledger.sessions() + ledger.finished();
                if now != progress.0 {
                    progress = (now, Instant::now());
                } else if progress.1.elapsed() > stall {
                    return None;
                }
            }
        }
    }
}

fn report(observed: Option<Observed>, ledger: &Ledger, panics: &Panics) -> Report {
    let stalled = observed.is_none();
    let mut observed = observed.unwrap_or_default();
    observed.latencies.sort();
    let median = observed.latencies.get(observed.latencies.len() / 2);
    Report {
        finished: ledger.finished(),
        sessions: ledger.sessions(),
        median_micros: median.map(|latency| latency.as_micros() as u64),
        panics: panics.count.load(Relaxed),
        first_panic: panics.first.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        deadlocks: ledger.blocked(),
        stalled,
        // A run that was given up has not been shut down, so nothing was lost by that.
        cut_off_at_shutdown: if stalled { Vec::new() } else { ledger.unfinished() },
        surprises: observed.surprises,
    }
}

/// The panics of this process, counted instead of printed.
#[derive(Debug, Default)]
struct Panics {
    count: AtomicUsize,
    first: Mutex<Option<String>>,
}

impl Panics {
    fn watch() -> &'static Panics {
        let panics: &'static Panics = Box::leak(Box::default());
        std::panic::set_hook(Box::new(|info| {
            let message = info.payload_as_str().unwrap_or("a panic without a message");
            if message == PLANNED_PANIC {
                return;
            }
            panics.count.fetch_add(1, Relaxed);
            let mut first = panics.first.lock().unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert_with(|| message.to_string());
        }));
        panics
    }
}
