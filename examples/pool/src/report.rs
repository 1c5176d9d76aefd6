//! The tables, and the checks behind the exit code.

use std::collections::HashSet;

use comfy_table::{CellAlignment, Table, presets};

use crate::server::{End, Record};
use crate::strategies::Name;
use crate::supervisor::Run;
use crate::workload::{self, Exit};

/// How many ended in each way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub graceful: usize,
    pub abrupt: usize,
    pub open: usize,
}

impl Tally {
    pub fn of(ends: impl IntoIterator<Item = End>) -> Tally {
        let mut tally = Tally::default();
        for end in ends {
            match end {
                End::Graceful => tally.graceful += 1,
                End::Abrupt => tally.abrupt += 1,
                End::Open => tally.open += 1,
            }
        }
        tally
    }

    pub fn sum(self) -> usize {
        self.graceful + self.abrupt + self.open
    }
}

fn sessions_of(record: &Record, exit: Exit) -> Tally {
    let of_exit = record.sessions.iter().filter(|session| session.exit == exit as u32);
    Tally::of(of_exit.map(|session| session.end))
}

/// Sessions whose cleanup was begun, cut off by the shutdown, and so not graceful at the server.
fn lost_at_shutdown(run: &Run) -> usize {
    let Some(report) = &run.report else { return 0 };
    let lost: HashSet<u32> = report.cut_off_at_shutdown.iter().copied().collect();
    let not_graceful = |session: &u32| {
        run.record
            .sessions
            .get(*session as usize)
            .is_some_and(|session| session.end != End::Graceful)
    };
    lost.iter().filter(|session| not_graceful(session)).count()
}

/// The requests by exit, in one line.
pub fn requests_by_exit(plan: &[Exit]) -> String {
    let count = |exit: Exit| plan.iter().filter(|planned| **planned == exit).count();
    let counts = Exit::ALL.into_iter().filter(|exit| count(*exit) > 0);
    let counts: Vec<String> =
        counts.map(|exit| format!("{} {}", count(exit), exit.name())).collect();
    format!("{} requests: {}", plan.len(), counts.join(", "))
}

/// How sessions ended under each strategy.
pub fn main_table(runs: &[Run]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN).set_header([
        "strategy",
        "sessions",
        "closed gracefully",
        "dropped abruptly",
        "left open at the server",
        "lost at shutdown",
        "panics or deadlocks",
        "median latency (µs)",
        "TCP connections",
    ]);
    for run in runs {
        let tally = Tally::of(run.record.sessions.iter().map(|session| session.end));
        let median = run.report.as_ref().and_then(|report| report.median_micros);
        table.add_row([
            run.name.title().to_string(),
            tally.sum().to_string(),
            tally.graceful.to_string(),
            tally.abrupt.to_string(),
            tally.open.to_string(),
            lost_at_shutdown(run).to_string(),
            troubles(run),
            median.map_or("-".to_string(), |micros| micros.to_string()),
            run.record.connections.len().to_string(),
        ]);
    }
    align_numbers(&mut table);
    table
}

/// Which exits each strategy covers: graceful sessions of all sessions.
pub fn exit_table(runs: &[Run]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    let strategies = runs.iter().map(|run| run.name.title());
    table.set_header(std::iter::once("exit").chain(strategies));
    for exit in Exit::ALL {
        let cells = runs.iter().map(|run| {
            let tally = sessions_of(&run.record, exit);
            format!("{}/{}", tally.graceful, tally.sum())
        });
        table.add_row(std::iter::once(exit.name().to_string()).chain(cells));
    }
    align_numbers(&mut table);
    table
}

fn align_numbers(table: &mut Table) {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

fn troubles(run: &Run) -> String {
    let mut troubles = Vec::new();
    if let Some(report) = &run.report {
        if report.panics > 0 {
            troubles.push(format!("{} panics", report.panics));
        }
        if report.deadlocks > 0 {
            troubles.push(format!("{} deadlocks", report.deadlocks));
        } else if report.stalled {
            troubles.push("stalled".to_string());
        }
    }
    troubles.extend(run.death.clone());
    if troubles.is_empty() { "0".to_string() } else { troubles.join(", ") }
}

/// Remarks on runs that did not go smoothly.
pub fn remarks(runs: &[Run], plan: &[Exit]) -> Vec<String> {
    let mut remarks = Vec::new();
    for run in runs {
        let title = run.name.title();
        let Some(report) = &run.report else {
            remarks.push(format!(
                "{title}: the process died before its report; the server's counts stand"
            ));
            continue;
        };
        if let Some(message) = &report.first_panic {
            remarks.push(format!("{title}: the first panic says: {message}"));
        }
        if report.stalled {
            let never = plan.len() - report.finished;
            remarks.push(format!(
                "{title}: given up when nothing moved; {never} requests never finished"
            ));
        }
        if let Some(first) = report.surprises.first() {
            let count = report.surprises.len();
            remarks.push(format!("{title}: {count} requests came out wrong, the first: {first}"));
        }
    }
    remarks
}

/// What does not hold although it should; the demo fails if there is any.
pub fn failed_checks(runs: &[Run], plan: &[Exit]) -> Vec<String> {
    let mut failed = Vec::new();
    for run in runs {
        check_counts(run, plan, &mut failed);
        if run.name == Name::AsyncDrop {
            check_promises(run, &mut failed);
        }
    }
    failed
}

/// The columns add up, and server, client and plan agree.
fn check_counts(run: &Run, plan: &[Exit], failed: &mut Vec<String>) {
    let title = run.name.title();
    let mut check = |holds: bool, what: String| {
        if !holds {
            failed.push(format!("{title}: {what}"));
        }
    };
    let Record { connections, sessions, wrong_counts } = &run.record;
    let by_connection = Tally::of(connections.iter().copied());
    check(by_connection.sum() == connections.len(), "connections do not add up".to_string());
    let by_exit: usize =
        Exit::ALL.into_iter().map(|exit| sessions_of(&run.record, exit).sum()).sum();
    check(by_exit == sessions.len(), "sessions do not add up".to_string());
    check(*wrong_counts == 0, format!("{wrong_counts} BYE frames with a wrong count of requests"));
    if let Some(report) = run.report.as_ref().filter(|report| !report.stalled) {
        let (server, client) = (sessions.len(), report.sessions);
        check(server == client, format!("{server} sessions at the server, {client} at the client"));
        for (exit, planned) in Exit::ALL.into_iter().zip(workload::sessions(plan)) {
            let seen = sessions_of(&run.record, exit).sum();
            check(seen == planned, format!("{}: {planned} planned, {seen} seen", exit.name()));
        }
    }
}

/// What `AsyncDrop` promises today: an awaited close on every exit that completes, and no leak on the others.
fn check_promises(run: &Run, failed: &mut Vec<String>) {
    let title = run.name.title();
    for exit in Exit::PROMISED {
        let tally = sessions_of(&run.record, exit);
        if tally.graceful != tally.sum() {
            let missed = tally.sum() - tally.graceful;
            failed.push(format!(
                "{title}: {missed} sessions not closed gracefully on {}",
                exit.name()
            ));
        }
    }
    let open = Tally::of(run.record.connections.iter().copied()).open;
    if open > 0 {
        failed.push(format!("{title}: {open} connections leaked"));
    }
    if run.report.as_ref().is_none_or(|report| report.stalled || !report.surprises.is_empty()) {
        failed.push(format!("{title}: the run did not come to its end"));
    }
    if troubles(run) != "0" {
        failed.push(format!("{title}: {}", troubles(run)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Session;
    use crate::service::Report;

    fn run(sessions: &[(Exit, End)], report: Report) -> Run {
        let sessions =
            sessions.iter().map(|&(exit, end)| Session { exit: exit as u32, end }).collect();
        let record = Record { connections: vec![End::Graceful], sessions, wrong_counts: 0 };
        Run { name: Name::AsyncDrop, record, report: Some(report), death: None }
    }

    #[test]
    fn lost_is_what_was_cut_off_and_did_not_reach_the_server() {
        let report = Report { cut_off_at_shutdown: vec![0, 1], ..Report::default() };
        let sessions = [End::Graceful, End::Abrupt, End::Abrupt].map(|end| (Exit::Abort, end));
        let run = run(&sessions, report);
        assert_eq!(lost_at_shutdown(&run), 1);
        assert_eq!(
            sessions_of(&run.record, Exit::Abort),
            Tally { graceful: 1, abrupt: 2, open: 0 }
        );
    }

    #[test]
    fn a_missed_close_fails_only_where_it_is_promised() {
        let report = Report { sessions: 2, finished: 2, ..Report::default() };
        let plan = [Exit::Return, Exit::Abort];
        let missed_abort = [(Exit::Return, End::Graceful), (Exit::Abort, End::Abrupt)];
        assert_eq!(failed_checks(&[run(&missed_abort, report.clone())], &plan), [""; 0]);
        let missed_return = [(Exit::Return, End::Abrupt), (Exit::Abort, End::Graceful)];
        let failed = failed_checks(&[run(&missed_return, report.clone())], &plan);
        assert_eq!(failed, ["AsyncDrop: 1 sessions not closed gracefully on early return"]);
        let unplanned = failed_checks(&[run(&missed_abort[..1], report)], &plan);
        assert_eq!(unplanned.len(), 2, "{unplanned:?}");
    }
}
