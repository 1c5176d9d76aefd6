//! Values that tell when they are born and how they end, and the record of it.

use std::fmt;
use std::future::{AsyncDrop, pending};
use std::panic::panic_any;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::yield_now;
use tokio::time::sleep;

/// For how long something that another thread does may take, valgrind included.
const PATIENCE: Duration = Duration::from_secs(20);

/// The payload of a panic that belongs to a case. It is not reported.
#[derive(Debug, PartialEq)]
pub struct Planned(pub &'static str);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Event {
    /// `Drop::drop` ran
    Sync,
    /// The async destructor was polled for the first time
    Begin,
    /// The async destructor completed
    End,
    /// The async destructor panicked, which ends the value as a panic in `Drop` does
    Panic,
}

#[derive(Debug)]
struct Life {
    tag: String,
    name: String,
    events: Vec<Event>,
}

#[derive(Debug, Default)]
struct Record {
    lives: Vec<Life>,
    log: Vec<(Event, usize)>,
    /// Ended values that are no longer on the record
    forgotten: usize,
}

impl Record {
    fn check(&self) -> Result<usize, String> {
        let fine = |life: &&Life| {
            use Event::*;
            matches!(life.events[..], [Sync] | [Begin, End] | [Begin, Sync] | [Begin, Panic])
        };
        let wrong: Vec<&Life> = self.lives.iter().filter(|life| !fine(life)).collect();
        match wrong.first() {
            None => Ok(self.forgotten + self.lives.len()),
            Some(Life { tag, name, events }) => Err(format!(
                "{} of {} values did not end exactly once; the first: `{tag} {name}`, {events:?}",
                wrong.len(),
                self.lives.len(),
            )),
        }
    }
}

/// Makes values and keeps the record of their ends. A clone shares the record.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    record: Arc<Mutex<Record>>,
    tag: String,
}

impl Ledger {
    /// The same ledger for a part of the case: `expect` on it looks only at the values made with it.
    pub fn part(&self, tag: impl fmt::Display) -> Ledger {
        Ledger { record: self.record.clone(), tag: format!("{}/{tag}", self.tag) }
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn token(&self, name: &str) -> Token {
        let mut record = self.lock();
        let id = record.forgotten + record.lives.len();
        record.lives.push(Life { tag: self.tag.clone(), name: name.into(), events: Vec::new() });
        Token { ledger: self.clone(), id, name: name.into() }
    }

    /// A value with nothing but `Drop`.
    pub fn plain(&self, name: &str) -> Plain {
        Plain { token: self.token(name), explodes: false }
    }

    /// A value whose `Drop` panics.
    pub fn bomb(&self, name: &str) -> Plain {
        Plain { token: self.token(name), explodes: true }
    }

    /// A value whose destructor suspends once.
    pub fn graceful(&self, name: &str) -> Graceful {
        self.ending(name, Ending::Yields(1))
    }

    pub fn ending(&self, name: &str, ending: Ending) -> Graceful {
        Graceful { token: self.token(name), ending }
    }

    /// What happened to the values made with this part, in order, as `begin a, end a, sync b`.
    pub fn log(&self) -> String {
        let record = self.lock();
        let mut words = Vec::new();
        for &(event, id) in &record.log {
            let life = &record.lives[id - record.forgotten];
            if life.tag == self.tag {
                words.push(format!("{} {}", format!("{event:?}").to_lowercase(), life.name));
            }
        }
        words.join(", ")
    }

    #[track_caller]
    pub fn expect(&self, log: &str) {
        let seen = self.log();
        assert!(seen == log, "part `{}`: expected `{log}`, saw `{seen}`", self.tag);
    }

    /// Fails unless each value of all parts had exactly one end, and says how many values there were.
    ///
    /// A value's end is its completed destructor or its sync drop. A destructor may have begun before the
    /// latter, when it was cancelled where nothing could await.
    pub fn check(&self) -> Result<usize, String> {
        self.lock().check()
    }

    /// Checks, and starts a new record, so that a long case need not keep all of it.
    pub fn forget(&self) -> Result<(), String> {
        let mut record = self.lock();
        record.forgotten = record.check()?;
        record.lives.clear();
        record.log.clear();
        Ok(())
    }

    /// Waits until every value ended: tasks that were told to stop do so in their own time.
    #[track_caller]
    pub fn settle(&self) -> impl Future<Output = ()> + use<> {
        let caller = std::panic::Location::caller();
        let (ledger, start) = (self.clone(), Instant::now());
        async move {
            while let Err(error) = ledger.check() {
                assert!(start.elapsed() < PATIENCE, "at {caller}: {error}");
                sleep(Duration::from_millis(1)).await;
            }
        }
    }
}

/// What both kinds of values hold: heap memory, so that a leak or a double drop is one of memory too.
#[derive(Debug)]
struct Token {
    ledger: Ledger,
    id: usize,
    name: String,
}

impl Token {
    fn note(&self, event: Event) {
        let mut record = self.ledger.lock();
        let place = self.id.checked_sub(record.forgotten);
        let Some(life) = place.and_then(|place| record.lives.get_mut(place)) else {
            drop(record);
            panic!("`{}` ended, and then once more", self.name);
        };
        let intact = life.name == self.name;
        life.events.push(event);
        record.log.push((event, self.id));
        drop(record);
        assert!(intact, "the memory of a value was overwritten");
    }
}

#[derive(Debug)]
pub struct Plain {
    token: Token,
    explodes: bool,
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.token.note(Event::Sync);
        if self.explodes {
            panic_any(Planned("bomb"));
        }
    }
}

/// What the destructor of a [`Graceful`] does between its begin and its end.
#[derive(Debug)]
pub enum Ending {
    Yields(usize),
    /// Hits the mark, and takes its time
    Lingers(Mark),
    /// Stays at the mark for ever, with a plain value named `frame` in its own frame
    Stalls(Mark),
    /// Panics; the value in it is a field to be dropped all the same
    Panics(Plain),
}

/// A value with an async destructor.
#[derive(Debug)]
pub struct Graceful {
    token: Token,
    ending: Ending,
}

impl Drop for Graceful {
    fn drop(&mut self) {
        self.token.note(Event::Sync);
    }
}

impl AsyncDrop for Graceful {
    async fn drop(self: Pin<&mut Self>) {
        self.token.note(Event::Begin);
        match &self.ending {
            Ending::Yields(times) => {
                for _ in 0..*times {
                    yield_now().await;
                }
            }
            Ending::Lingers(mark) => {
                mark.hit();
                sleep(Duration::from_millis(20)).await;
            }
            Ending::Stalls(mark) => {
                let _frame = self.token.ledger.plain("frame");
                mark.stall().await;
            }
            Ending::Panics(_field) => {
                self.token.note(Event::Panic);
                panic_any(Planned("destructor"));
            }
        }
        self.token.note(Event::End);
    }
}

/// A point in a task that another one can wait for.
#[derive(Debug, Clone, Default)]
pub struct Mark(Arc<AtomicUsize>);

impl Mark {
    pub fn hit(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Hits the mark, and stays.
    pub async fn stall(&self) {
        self.hit();
        pending().await
    }

    /// Waits until the mark was hit this often.
    #[track_caller]
    pub fn reached(&self, times: usize) -> impl Future<Output = ()> + use<> {
        let caller = std::panic::Location::caller();
        let (mark, start) = (self.clone(), Instant::now());
        async move {
            while mark.count() < times {
                assert!(start.elapsed() < PATIENCE, "at {caller}: no task came to the mark");
                sleep(Duration::from_millis(1)).await;
            }
        }
    }
}
