//! Starts the tasks, shuts them down, and compares what the set reports and what the peer saw with what was planned.

#![feature(async_drop)]
#![allow(incomplete_features)]

use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{io, panic};

use clap::{Parser, ValueEnum};
use graceful::peer::{End, Peer, Record};
use graceful::task_set::{Report, TaskSet};
use graceful::tasks::{Kind, Place, Planned};
use tokio::runtime::{Builder, Runtime};

const NOTE: &str = "\
The kinds are where the shutdown finds a task: `src/tasks.rs` says what each of them holds.

Exit code 0: the report of the set is the planned one, and the peer saw every connection end as planned, which
is with one goodbye that it could verify. One kind has none: `slow`, whose destructor takes longer than the
deadline.";

/// Shuts down a set of tokio tasks that hold connections, each of which says goodbye when it is dropped
#[derive(Debug, Parser)]
#[command(version, after_help = NOTE)]
struct Args {
    /// How many tasks there are of each kind
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=40))]
    each: u16,
    /// Milliseconds from the beginning of the shutdown until what is left is aborted
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    deadline_ms: u64,
    /// The tokio runtime of the tasks
    #[arg(long, value_enum, default_value_t = Flavor::MultiThread)]
    runtime: Flavor,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Flavor {
    CurrentThread,
    MultiThread,
}

impl Flavor {
    fn runtime(self) -> io::Result<Runtime> {
        let mut builder = match self {
            Flavor::CurrentThread => Builder::new_current_thread(),
            Flavor::MultiThread => Builder::new_multi_thread(),
        };
        builder.worker_threads(2).enable_all().build()
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    silence_planned_panics();
    match run(&args) {
        Ok(failed) if failed.is_empty() => ExitCode::SUCCESS,
        Ok(failed) => {
            failed.iter().for_each(|failure| eprintln!("check failed: {failure}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What came out other than planned.
fn run(args: &Args) -> io::Result<Vec<String>> {
    let each = usize::from(args.each);
    let peer = Peer::start()?;
    let place = Place::new(peer.address);
    let (report, took) = args.runtime.runtime()?.block_on(async {
        let mut set = TaskSet::default();
        for kind in Kind::ALL {
            for _ in 0..each {
                kind.spawn(&mut set, &place).await;
            }
        }
        place.ready(set.len()).await;
        println!("{} tasks", set.len());
        let start = Instant::now();
        (set.shutdown(Duration::from_millis(args.deadline_ms)).await, start.elapsed())
    });
    println!("shut down in {} ms: {report}", took.as_millis());
    let record = peer.into_record();
    print_table(&record, each);
    Ok(failed_checks(&report, &record, each))
}

fn print_table(record: &Record, each: usize) {
    println!("\n| kind      | tasks | connections | goodbye | cut off | left open |");
    println!("|-----------|-------|-------------|---------|---------|-----------|");
    for kind in Kind::ALL {
        let name = kind.name();
        let [goodbye, cut, open] =
            [End::Goodbye, End::Cut, End::Open].map(|end| record.count(name, end));
        let (tasks, connections) = (each * kind.tasks(), goodbye + cut + open);
        println!(
            "| {name:<9} | {tasks:>5} | {connections:>11} | {goodbye:>7} | {cut:>7} | {open:>9} |"
        );
    }
}

fn failed_checks(report: &Report, record: &Record, each: usize) -> Vec<String> {
    let mut failed = record.wrong.clone();
    let mut planned = Report::default();
    for kind in Kind::ALL {
        *kind.counted_in(&mut planned) += each * kind.tasks();
        let (name, connections) = (kind.name(), each * kind.connections());
        let [goodbye, cut] = [End::Goodbye, End::Cut].map(|end| record.count(name, end));
        let holds = match kind {
            Kind::Slow => cut == connections,
            _ => goodbye == connections,
        };
        if !holds {
            failed.push(format!(
                "{name}: of {connections} connections {goodbye} said goodbye, {cut} were cut off"
            ));
        }
    }
    let planned_connections: usize =
        Kind::ALL.into_iter().map(|kind| each * kind.connections()).sum();
    if record.connections.len() != planned_connections {
        let seen = record.connections.len();
        failed.push(format!("{planned_connections} connections planned, {seen} seen"));
    }
    if *report != planned {
        failed.push(format!("planned was {planned}"));
    }
    failed
}

fn silence_planned_panics() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !info.payload().is::<Planned>() {
            report(info);
        }
    }));
}
