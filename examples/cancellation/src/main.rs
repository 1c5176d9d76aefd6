//! Runs the cases, one line each.

#![feature(async_drop)]
#![allow(incomplete_features)]

use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;
use std::{panic, thread};

use cancellation::cases::{self, Case};
use cancellation::ledger::{Ledger, Planned};
use cancellation::scene::{Flavor, STACK, Scene};
use clap::{Parser, ValueEnum};

/// Cancels tokio tasks and futures in every way there is, and checks that each value in them is dropped exactly
/// once
///
/// Exit code 0: every case passed.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// Run only cases whose name contains this
    filter: Option<String>,
    /// The filter is a whole name
    #[arg(long, requires = "filter")]
    exact: bool,
    /// Tasks in the soak
    #[arg(long, default_value_t = 10_000)]
    soak: usize,
    /// Decides what the tasks of the soak do, and when they are cancelled
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run only on this runtime
    #[arg(long, value_enum)]
    runtime: Option<Flavor>,
    /// Seconds after which a case is given up
    #[arg(long, default_value_t = 120)]
    limit_secs: u64,
    /// Print the names of the cases, and run none
    #[arg(long)]
    list: bool,
}

impl Args {
    fn wants(&self, case: &Case) -> bool {
        match &self.filter {
            Some(filter) if self.exact => case.name == filter,
            Some(filter) => case.name.contains(filter.as_str()),
            None => true,
        }
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    silence_planned_panics();
    let chosen: Vec<&Case> = cases::ALL.iter().filter(|case| args.wants(case)).collect();
    if args.list {
        chosen.iter().for_each(|case| println!("{}", case.name));
        return ExitCode::SUCCESS;
    }
    if chosen.is_empty() {
        eprintln!("error: no case has this name; --list prints them");
        return ExitCode::FAILURE;
    }
    let flavors = args.runtime.as_ref().map_or(Flavor::value_variants(), std::slice::from_ref);
    let (mut passed, mut failed) = (0, 0);
    for &flavor in flavors {
        let runtime = flavor.to_possible_value().expect("every flavor has a name");
        for case in &chosen {
            let title = format!("{} [{}]", case.name, runtime.get_name());
            match run(case, flavor, &args) {
                Ok(values) => {
                    passed += 1;
                    println!("ok    {title}: {values} values");
                }
                Err(error) => {
                    failed += 1;
                    println!("FAIL  {title}: {error}");
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs a case in a thread of its own, and says how many values it made.
fn run(case: &Case, flavor: Flavor, args: &Args) -> Result<usize, String> {
    let ledger = Ledger::default();
    let scene = Scene { flavor, ledger: ledger.clone(), seed: args.seed, soak: args.soak };
    let (report, reported) = mpsc::channel();
    let act = case.run;
    let builder = thread::Builder::new().name(case.name.into()).stack_size(STACK);
    let thread = builder.spawn(move || {
        let result = panic::catch_unwind(|| act(&scene));
        // Nobody listens any more if the case was given up.
        let _ = report.send(result.map_err(|payload| message(&*payload)));
    });
    let thread = thread.map_err(|error| format!("no thread for it: {error}"))?;
    let Ok(result) = reported.recv_timeout(Duration::from_secs(args.limit_secs)) else {
        return Err(format!("no end after {} s", args.limit_secs));
    };
    thread.join().map_err(|payload| message(&*payload))?;
    result?;
    match ledger.check()? {
        0 => Err("no value was made".into()),
        values => Ok(values),
    }
}

fn message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let planned = || payload.downcast_ref::<Planned>().map(|planned| planned.0);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).or_else(planned);
    text.unwrap_or("a panic").to_string()
}

fn silence_planned_panics() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !info.payload().is::<Planned>() {
            report(info);
        }
    }));
}
