//! The workload: which requests are made, and the way each of them leaves the scope of its connection.

use crate::protocol::Op;

/// The way a request leaves the scope that its connection lives in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    EndOfScope,
    Return,
    QuestionMark,
    Continue,
    Break,
    Select,
    Timeout,
    Abort,
    JoinSetDropped,
    JoinSetShutDown,
    Panic,
}

impl Exit {
    pub const ALL: [Exit; 11] = [
        Exit::EndOfScope,
        Exit::Return,
        Exit::QuestionMark,
        Exit::Continue,
        Exit::Break,
        Exit::Select,
        Exit::Timeout,
        Exit::Abort,
        Exit::JoinSetDropped,
        Exit::JoinSetShutDown,
        Exit::Panic,
    ];

    /// Exits on which this fork already promises that an `AsyncDrop` destructor is awaited.
    pub const PROMISED: [Exit; 8] = [
        Exit::EndOfScope,
        Exit::Return,
        Exit::QuestionMark,
        Exit::Continue,
        Exit::Break,
        Exit::Select,
        Exit::Timeout,
        Exit::Panic,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Exit::EndOfScope => "end of scope",
            Exit::Return => "early return",
            Exit::QuestionMark => "? on an error reply",
            Exit::Continue => "continue",
            Exit::Break => "break",
            Exit::Select => "loser of select!",
            Exit::Timeout => "timeout fires",
            Exit::Abort => "task aborted",
            Exit::JoinSetDropped => "JoinSet dropped",
            Exit::JoinSetShutDown => "JoinSet shut down",
            Exit::Panic => "panic",
        }
    }

    /// What the request asks for first and second; the answers drive it to its exit.
    pub fn ops(self) -> (Op, Op) {
        match self {
            Exit::EndOfScope => (Op::Work, Op::Work),
            Exit::Return | Exit::Break => (Op::Cached, Op::Cached),
            Exit::QuestionMark => (Op::Forbidden, Op::Work),
            Exit::Continue => (Op::Contended, Op::Work),
            Exit::Select | Exit::Timeout | Exit::Abort => (Op::Work, Op::Slow),
            Exit::JoinSetDropped | Exit::JoinSetShutDown => (Op::Work, Op::Slow),
            Exit::Panic => (Op::Work, Op::Corrupt),
        }
    }
}

/// In how many of a hundred requests each exit is planned. `Continue` is not planned on its own: a
/// request that leaves by `break` has been told to try again once, and left by `continue` before.
const SHARES: [(Exit, usize); 10] = [
    (Exit::EndOfScope, 34),
    (Exit::Return, 12),
    (Exit::QuestionMark, 12),
    (Exit::Break, 10),
    (Exit::Select, 8),
    (Exit::Timeout, 8),
    (Exit::Abort, 8),
    (Exit::JoinSetDropped, 3),
    (Exit::JoinSetShutDown, 3),
    (Exit::Panic, 2),
];

/// The exits of all requests, the same for the same seed.
pub fn plan(requests: usize, seed: u64) -> Vec<Exit> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..requests)
        .map(|_| {
            let mut ticket = random.usize(0..100);
            let drawn = SHARES.iter().find(|(_, share)| {
                let hit = ticket < *share;
                ticket = ticket.saturating_sub(*share);
                hit
            });
            drawn.expect("the shares add up to a hundred").0
        })
        .collect()
}

/// How many sessions a plan opens for each exit, in the order of [`Exit::ALL`].
pub fn sessions(plan: &[Exit]) -> [usize; Exit::ALL.len()] {
    let mut count = [0; Exit::ALL.len()];
    for &exit in plan {
        count[exit as usize] += 1;
        if exit == Exit::Break {
            count[Exit::Continue as usize] += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exits_are_numbered_as_listed_and_shares_are_percent() {
        for (position, exit) in Exit::ALL.into_iter().enumerate() {
            assert_eq!(exit as usize, position);
        }
        assert_eq!(SHARES.iter().map(|(_, share)| share).sum::<usize>(), 100);
    }

    #[test]
    fn a_plan_follows_its_seed_and_covers_every_exit() {
        let once = plan(1000, 7);
        assert_eq!(once, plan(1000, 7));
        assert_ne!(once, plan(1000, 8));
        let sessions = sessions(&once);
        assert!(sessions.iter().all(|&count| count > 0), "{sessions:?}");
        assert_eq!(sessions.iter().sum::<usize>(), 1000 + sessions[Exit::Break as usize]);
    }
}
