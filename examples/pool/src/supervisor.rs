//! Runs one strategy after the other: a fresh server here, the service in a child process.
//!
//! The child may crash, hang, or leak its sockets; the server's record stands all the same.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::server::{Costs, Record, Server};
use crate::service::Report;
use crate::strategies::Name;

/// One strategy's run.
#[derive(Debug)]
pub struct Run {
    pub name: Name,
    pub record: Record,
    /// What the service said, if it lived to say it.
    pub report: Option<Report>,
    /// How the process died, if it did not wait to be dismissed.
    pub death: Option<String>,
}

/// Runs one strategy. `arguments` are the settings that parent and child share.
pub fn run(
    name: Name,
    arguments: &[String],
    costs: Costs,
    deadline: Instant,
    runtime: &Runtime,
) -> io::Result<Run> {
    let server = runtime.block_on(Server::start(costs))?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(arguments)
        .arg(format!("--service={}", server.address))
        .arg(format!("--strategy={}", value_name(name)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let report = read_report(&mut child, deadline);
    // The child lives on until its input closes, so what it leaked is still open when this is taken. If
    // it died, or is about to be killed, this is what stood until then.
    let record = runtime.block_on(server.settled_record());
    let death = dismiss(&mut child, report.is_some())?;
    Ok(Run { name, record, report, death })
}

/// A strategy's name on the command line.
pub fn value_name(name: Name) -> String {
    use clap::ValueEnum;
    name.to_possible_value().expect("every strategy has a name").get_name().to_string()
}

fn read_report(child: &mut Child, deadline: Instant) -> Option<Report> {
    let output = BufReader::new(child.stdout.take().expect("standard output is a pipe"));
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let line = output.lines().next().and_then(Result::ok);
        let _ = sender.send(line.and_then(|line| serde_json::from_str(&line).ok()));
    });
    let patience = deadline.saturating_duration_since(Instant::now());
    receiver.recv_timeout(patience).ok().flatten()
}

/// Closes the child's input and sees it off; the cause, if it did not go in peace.
fn dismiss(child: &mut Child, reported: bool) -> io::Result<Option<String>> {
    drop(child.stdin.take());
    let last_call = Instant::now() + Duration::from_secs(2);
    while Instant::now() < last_call {
        if let Some(status) = child.try_wait()? {
            return Ok((!reported || !status.success()).then(|| cause_of_death(status)));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill()?;
    child.wait()?;
    Ok(Some("killed by the watchdog".to_string()))
}

fn cause_of_death(status: ExitStatus) -> String {
    format!("crashed ({status})")
}
