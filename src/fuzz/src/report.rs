//! What a run has found so far: shown while it goes on, summed up at its end.

use std::collections::BTreeMap;
use std::fmt;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::examine::{Finding, Stage};
use crate::verdict::Kind;

/// How often a line is printed where there is no terminal.
const EVERY: Duration = Duration::from_secs(30);

/// Counts over a run.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Tally {
    pub programs: u64,
    /// Traces compared: the ways in which a program is polled and dropped, at each opt-level.
    pub runs: u64,
    /// Programs that ran under valgrind.
    pub valgrind: u64,
    pub failures: Vec<Failure>,
}

/// A failing program, as it is listed.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    pub index: u64,
    pub kind: Kind,
    pub edition: &'static str,
    pub opt_level: String,
    pub under_valgrind: bool,
}

impl Failure {
    pub fn of(finding: &Finding) -> Self {
        Self {
            index: finding.index,
            kind: finding.kind,
            edition: finding.edition.year(),
            opt_level: finding.opt_level.to_string(),
            under_valgrind: finding.stage == Stage::Valgrind,
        }
    }
}

impl Tally {
    /// Adds the counts of a batch.
    pub fn add(&mut self, other: Self) {
        self.programs += other.programs;
        self.runs += other.runs;
        self.valgrind += other.valgrind;
        self.failures.extend(other.failures);
    }

    fn kinds(&self) -> BTreeMap<Kind, usize> {
        let mut kinds: BTreeMap<_, _> = Kind::ALL.into_iter().map(|kind| (kind, 0)).collect();
        for failure in &self.failures {
            *kinds.entry(failure.kind).or_default() += 1;
        }
        kinds
    }
}

/// The end of a run.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub seed: u64,
    pub compiler: String,
    pub opt_levels: Vec<String>,
    pub seconds: f64,
    /// It was ended before its bound.
    pub interrupted: bool,
    #[serde(flatten)]
    pub tally: Tally,
}

impl Summary {
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(path, text + "\n")
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tally, .. } = self;
        let mut row = |name: &str, value: &dyn fmt::Display| writeln!(f, "{name:<20} {value:>12}");
        row("seed", &self.seed)?;
        row("programs", &tally.programs)?;
        row("runs compared", &tally.runs)?;
        row("opt-levels", &self.opt_levels.join(", "))?;
        row("under valgrind", &tally.valgrind)?;
        for (kind, count) in tally.kinds() {
            row(kind.plural(), &count)?;
        }
        let duration = Duration::from_secs_f64(self.seconds);
        row("time", &minutes(duration))?;
        row("programs per minute", &rate(tally.programs, duration))?;
        writeln!(f, "compiler             {}", self.compiler)?;
        if self.interrupted {
            writeln!(f, "interrupted: what was being examined is not counted")?;
        }
        let mut failures: Vec<_> = tally.failures.iter().collect();
        failures.sort_by_key(|failure| (failure.kind, failure.index));
        if !failures.is_empty() {
            writeln!(f, "failed:")?;
        }
        for Failure { index, kind, edition, opt_level, under_valgrind } in failures {
            let under = if *under_valgrind { ", under valgrind" } else { "" };
            let name = format!("{}:{index}", self.seed);
            writeln!(
                f,
                "    {name:<20} {kind:<15} edition {edition}, opt-level {opt_level}{under}"
            )?;
        }
        Ok(())
    }
}

/// Minutes and seconds.
fn minutes(duration: Duration) -> String {
    format!("{}:{:02}", duration.as_secs() / 60, duration.as_secs() % 60)
}

fn rate(programs: u64, time: Duration) -> String {
    format!("{:.0}", programs as f64 * 60.0 / time.as_secs_f64().max(0.001))
}

/// The display while programs are examined.
#[derive(Debug)]
pub struct Progress {
    start: Instant,
    end: Option<u64>,
    bar: Option<ProgressBar>,
    printed: Mutex<Instant>,
}

impl Progress {
    /// Begins; `end` programs are to be examined, if that is known.
    pub fn new(end: Option<u64>) -> Self {
        let start = Instant::now();
        let bar = std::io::stderr().is_terminal().then(|| {
            let (bar, template) = match end {
                Some(end) => (
                    ProgressBar::new(end),
                    "[{elapsed}] {bar:30} {pos}/{len} programs, left {eta} {wide_msg}",
                ),
                None => {
                    (ProgressBar::no_length(), "{spinner} [{elapsed}] {pos} programs {wide_msg}")
                }
            };
            let style = ProgressStyle::with_template(template).expect("both are constants");
            let bar = bar.with_style(style);
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        });
        Self { start, end, bar, printed: Mutex::new(start) }
    }

    /// Shows how far the run is.
    pub fn update(&self, tally: &Tally) {
        let kinds = tally.kinds().into_iter().filter(|(_, count)| *count > 0);
        let kinds: String =
            kinds.map(|(kind, count)| format!(", {count} {}", kind.plural())).collect();
        let text = format!("{}/min{kinds}", rate(tally.programs, self.start.elapsed()));
        if let Some(bar) = &self.bar {
            bar.set_position(tally.programs);
            bar.set_message(text);
            return;
        }
        let mut printed = self.printed.lock().expect("no holder of this lock panics");
        if printed.elapsed() >= EVERY {
            *printed = Instant::now();
            let end = self.end.map_or(String::new(), |end| format!(" of {end}"));
            let time = minutes(self.start.elapsed());
            eprintln!("fuzz [{time}] {}{end} programs, {text}", tally.programs);
        }
    }

    /// Prints a line that stays.
    pub fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    /// Leaves nothing on the screen.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Time since the begin.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        let failure = |index, kind, under_valgrind| Failure {
            index,
            kind,
            edition: "2024",
            opt_level: "2".to_owned(),
            under_valgrind,
        };
        let mut tally = Tally { programs: 100, runs: 2_000, valgrind: 10, failures: Vec::new() };
        let failures = vec![failure(9, Kind::Leak, true), failure(3, Kind::Mismatch, false)];
        tally.add(Tally { programs: 50, runs: 1_000, valgrind: 5, failures });
        Summary {
            seed: 7,
            compiler: "rustc".to_owned(),
            opt_levels: vec!["0".to_owned(), "2".to_owned()],
            seconds: 90.0,
            interrupted: false,
            tally,
        }
    }

    #[test]
    fn a_summary_has_all_counts_and_names_what_failed() {
        let text = summary().to_string();
        let row = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.split_whitespace().last()).map(str::to_owned)
        };
        assert_eq!(row("programs ").as_deref(), Some("150"));
        assert_eq!(row("runs compared").as_deref(), Some("3000"));
        assert_eq!(row("leaks").as_deref(), Some("1"));
        assert_eq!(row("crashes").as_deref(), Some("0"));
        assert_eq!(row("time").as_deref(), Some("1:30"));
        assert_eq!(row("programs per minute").as_deref(), Some("100"));
        let listed: Vec<&str> = text.lines().skip_while(|line| *line != "failed:").collect();
        assert_eq!(listed[1].split_whitespace().take(2).collect::<Vec<_>>(), ["7:3", "mismatch"]);
        assert!(listed[2].ends_with("edition 2024, opt-level 2, under valgrind"), "{text}");
    }

    #[test]
    fn the_written_summary_is_flat() {
        let value = serde_json::to_value(summary()).unwrap();
        assert_eq!(value["programs"], 150);
        assert_eq!(value["failures"][0]["kind"], "leak");
        assert_eq!(value["opt_levels"][1], "2");
    }
}
