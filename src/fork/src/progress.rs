//! Shows a phase, what it is doing now and the time so far. Without a terminal: one line at the
//! start of a phase and one every half minute.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

const EVERY: Duration = Duration::from_secs(30);

/// The display of one phase.
#[derive(Debug)]
pub struct Progress {
    phase: String,
    start: Instant,
    bar: Option<ProgressBar>,
    printed: Mutex<Instant>,
}

impl Progress {
    /// Begins a phase.
    pub fn new(phase: impl Into<String>) -> Self {
        let phase = phase.into();
        let start = Instant::now();
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {wide_msg}");
            let bar =
                ProgressBar::new_spinner().with_style(style.expect("the template is a constant"));
            bar.set_prefix(phase.clone());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        if bar.is_none() {
            eprintln!("{phase} …");
        }
        Self { phase, start, bar, printed: Mutex::new(start) }
    }

    /// Says what is being done now.
    pub fn now(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
            return;
        }
        let mut printed = self.printed.lock().expect("no holder of this lock panics");
        if printed.elapsed() >= EVERY {
            *printed = Instant::now();
            eprintln!("{} [{}] {what}", self.phase, self.elapsed());
        }
    }

    /// Ends the phase with a line that stays.
    pub fn done(self, what: &str) {
        self.clear();
        eprintln!("{}: {what} [{}]", self.phase, self.elapsed());
    }

    /// Leaves nothing on the screen, so that something else can be printed.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Time since the phase began, as minutes and seconds.
    pub fn elapsed(&self) -> String {
        let seconds = self.start.elapsed().as_secs();
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
