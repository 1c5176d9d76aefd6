//! What the service itself knows about its cleanups: which ones it began, and which never came back.
//!
//! The server says how a session ended. Only the client can say that a cleanup had been *begun* when the
//! runtime was shut down, or that a destructor blocks a thread for ever; this is the place for that.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

/// Shared by the pool, its guards and the service.
#[derive(Debug, Default)]
pub struct Ledger {
    shutting_down: AtomicBool,
    unfinished: Mutex<HashSet<u32>>,
    blocked: AtomicUsize,
    sessions: AtomicUsize,
    finished: AtomicUsize,
}

impl Ledger {
    /// From now on a cleanup that is dropped unfinished was lost at shutdown.
    pub fn shut_down(&self) {
        self.shutting_down.store(true, Relaxed);
    }

    pub fn session_opened(&self) {
        self.sessions.fetch_add(1, Relaxed);
    }

    pub fn request_finished(&self) {
        self.finished.fetch_add(1, Relaxed);
    }

    /// Sessions that the client opened.
    pub fn sessions(&self) -> usize {
        self.sessions.load(Relaxed)
    }

    /// Requests that came to their end, whichever it was.
    pub fn finished(&self) -> usize {
        self.finished.load(Relaxed)
    }

    /// Destructors that are blocking a thread at this moment.
    pub fn blocked(&self) -> usize {
        self.blocked.load(Relaxed)
    }

    /// Sessions whose cleanup was begun and has not finished, unless it was cancelled before shutdown.
    pub fn unfinished(&self) -> Vec<u32> {
        self.unfinished.lock().unwrap().iter().copied().collect()
    }

    /// Notes that the cleanup of a session begins now, or is handed to somebody who will do it later.
    pub fn begin(self: &Arc<Self>, session: u32) -> Ticket {
        self.unfinished.lock().unwrap().insert(session);
        Ticket { ledger: self.clone(), session, finished: false }
    }

    /// Runs a destructor's blocking work, visible in [`Ledger::blocked`] while it lasts.
    pub fn while_blocking<T>(&self, work: impl FnOnce() -> T) -> T {
        struct Leave<'a>(&'a AtomicUsize);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Relaxed);
            }
        }
        self.blocked.fetch_add(1, Relaxed);
        let _leave = Leave(&self.blocked);
        work()
    }
}

/// One begun cleanup.
#[derive(Debug)]
#[must_use]
pub struct Ticket {
    ledger: Arc<Ledger>,
    session: u32,
    finished: bool,
}

impl Ticket {
    pub fn finish(mut self) {
        self.finished = true;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.finished || !self.ledger.shutting_down.load(Relaxed) {
            self.ledger.unfinished.lock().unwrap().remove(&self.session);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_shutdown_cuts_off_is_lost() {
        let ledger = Arc::new(Ledger::default());
        drop(ledger.begin(1));
        let (late, cut_off) = (ledger.begin(2), ledger.begin(3));
        ledger.shut_down();
        late.finish();
        drop(cut_off);
        assert_eq!(ledger.unfinished(), [3]);
    }

    #[test]
    fn a_blocking_destructor_counts_while_it_blocks() {
        let ledger = Ledger::default();
        assert_eq!(ledger.while_blocking(|| ledger.blocked()), 1);
        assert_eq!(ledger.blocked(), 0);
    }
}
