//! A connection pool whose connections say goodbye when they are dropped, next to the usual workarounds.
//!
//! The process that you start is the server: it keeps the only record that counts, of how each session
//! ended. For each strategy it starts a service in a child process, which makes the same requests.

#![feature(async_drop)]
#![allow(incomplete_features)]

mod client;
mod driver;
mod ledger;
mod pool;
mod protocol;
mod report;
mod server;
mod service;
mod strategies;
mod supervisor;
mod workload;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use service::{Flavor, Settings};
use strategies::Name;

const COLUMNS: &str = "\
The columns. All but two count sessions: one use of a pooled connection, from CHECKOUT on.
  sessions            sessions that the server opened; the three columns after it add up to this
  closed gracefully   the client sent RELEASE or BYE and stayed for the answer
  dropped abruptly    the byte stream ended without that
  left open           neither: the client still holds the socket after its runtime was shut down
  lost at shutdown    of those not graceful, the ones whose cleanup had begun and was cut off by the
                      shutdown of the runtime
  panics, deadlocks   in the client: panics other than those of the workload, destructors that never
                      returned, and the death of the process
  median latency      of requests that nobody cancelled (end of scope, early return, ?), from before the
                      checkout, waiting for a place included, until the caller has its answer
  TCP connections     connections opened: an abrupt end costs the pool a new one

The second table counts graceful sessions of all sessions for each way of leaving the connection's scope.

Exit code 0: the counts of server, client and plan agree, and AsyncDrop closed gracefully on every exit on
which that is promised today (end of scope, return, ?, continue, break, select!, timeout, panic), without a leak or a crash.";

/// Makes the same requests with AsyncDrop and with the workarounds for it, and shows what the server saw
#[derive(Debug, Parser)]
#[command(version, after_help = COLUMNS)]
struct Args {
    /// How many requests each strategy makes
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    requests: u32,
    /// Decides how each request leaves the scope of its connection
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Requests under way at a time, and places in the pool
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=400))]
    concurrency: u16,
    /// Sessions that a connection serves before the pool closes it
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    sessions_each: u32,
    /// Milliseconds of work that RELEASE and BYE cost the server
    #[arg(long, default_value_t = 1)]
    closing_ms: u64,
    /// The tokio runtime of the service
    #[arg(long, value_enum, default_value_t = Flavor::MultiThread)]
    runtime: Flavor,
    /// Run only this strategy (repeatable)
    #[arg(long, value_enum)]
    strategy: Vec<Name>,
    /// Seconds without progress after which a strategy is given up
    #[arg(long, default_value_t = 3)]
    stall_secs: u64,
    /// Seconds after which the whole demo is stopped
    #[arg(long, default_value_t = 55)]
    watchdog_secs: u64,
    /// Be the service, with the server at this address
    #[arg(long, hide = true)]
    service: Option<SocketAddr>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match (args.service, args.strategy.as_slice()) {
        (Some(server), &[name]) => {
            service::main(name, args.settings(server));
            ExitCode::SUCCESS
        }
        _ => demo(&args),
    }
}

impl Args {
    fn settings(&self, server: SocketAddr) -> Settings {
        Settings {
            server,
            plan: Arc::from(workload::plan(self.requests as usize, self.seed)),
            concurrency: self.concurrency.into(),
            sessions_each: self.sessions_each,
            flavor: self.runtime,
            stall: Duration::from_secs(self.stall_secs),
        }
    }

    /// The arguments that make a child use the same settings.
    fn for_service(&self) -> Vec<String> {
        let flavor = self.runtime.to_possible_value().expect("every flavor has a name");
        vec![
            format!("--requests={}", self.requests),
            format!("--seed={}", self.seed),
            format!("--concurrency={}", self.concurrency),
            format!("--sessions-each={}", self.sessions_each),
            format!("--runtime={}", flavor.get_name()),
            format!("--stall-secs={}", self.stall_secs),
        ]
    }
}

fn demo(args: &Args) -> ExitCode {
    let plan = workload::plan(args.requests as usize, args.seed);
    let names = if args.strategy.is_empty() { Name::value_variants() } else { &args.strategy };
    let costs = server::Costs { closing: Duration::from_millis(args.closing_ms) };
    let deadline = Instant::now() + Duration::from_secs(args.watchdog_secs);
    let mut runs = Vec::new();
    for &name in names {
        let start = Instant::now();
        // A runtime for each server: nothing of one run can reach the next.
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let run = runtime.and_then(|runtime| {
            supervisor::run(name, &args.for_service(), costs, deadline, &runtime)
        });
        match run {
            Ok(run) => runs.push(run),
            Err(error) => {
                eprintln!("error: {} could not be run: {error}", name.title());
                return ExitCode::FAILURE;
            }
        }
        eprintln!("{}: ran for {:.1} s", name.title(), start.elapsed().as_secs_f32());
    }
    println!("{}\n", report::requests_by_exit(&plan));
    println!("{}\n", report::main_table(&runs));
    println!("Graceful sessions of all sessions, by the way of leaving the connection's scope:\n");
    println!("{}", report::exit_table(&runs));
    for remark in report::remarks(&runs, &plan) {
        println!("\n{remark}");
    }
    let failed = report::failed_checks(&runs, &plan);
    for failure in &failed {
        eprintln!("check failed: {failure}");
    }
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
