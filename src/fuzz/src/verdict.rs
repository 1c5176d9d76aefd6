//! The kinds of failure, and which of them a program shows.

use std::fmt;

use serde::Serialize;

use crate::child::{End, Finished};

/// What went wrong with a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It printed something else than the oracle.
    Mismatch,
    /// A value or memory was never freed.
    Leak,
    /// A value was dropped, or memory freed, more than once.
    DoubleDrop,
    /// It used memory that is not its own.
    InvalidAccess,
    /// A signal, an abort or a panic.
    Crash,
    /// It, or its compiler, did not end.
    Hang,
    /// The compiler panicked or crashed, or made MIR that is not valid.
    Ice,
    /// The compiler reported an error: a defect of the generator.
    CompileError,
    /// The generator or the oracle panicked.
    FuzzerPanic,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Mismatch,
        Self::Leak,
        Self::DoubleDrop,
        Self::InvalidAccess,
        Self::Crash,
        Self::Hang,
        Self::Ice,
        Self::CompileError,
        Self::FuzzerPanic,
    ];

    /// The name in lists and file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Leak => "leak",
            Self::DoubleDrop => "double-drop",
            Self::InvalidAccess => "invalid-access",
            Self::Crash => "crash",
            Self::Hang => "hang",
            Self::Ice => "ice",
            Self::CompileError => "compile-error",
            Self::FuzzerPanic => "fuzzer-panic",
        }
    }

    /// The name of several.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatches",
            Self::Leak => "leaks",
            Self::DoubleDrop => "double drops",
            Self::InvalidAccess => "invalid accesses",
            Self::Crash => "crashes",
            Self::Hang => "hangs",
            Self::Ice => "ICEs",
            Self::CompileError => "compile errors",
            Self::FuzzerPanic => "fuzzer panics",
        }
    }

    /// Whether the fault is the compiler's, so that a test of it is worth keeping.
    pub fn of_compiler(self) -> bool {
        !matches!(self, Self::CompileError | Self::FuzzerPanic)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Compares what a program printed with what it should. `None`: it is the same.
pub fn of_trace(expected: &str, seen: &str) -> Option<Kind> {
    if expected.trim_end() == seen.trim_end() {
        return None;
    }
    let wrong = |part: &str| {
        let known = expected.lines().filter(|line| line.contains(part)).count();
        seen.lines().filter(|line| line.contains(part)).count() > known
    };
    // A run that ends well says `alive 0`.
    let alive = |text: &str| {
        let left = text.lines().filter_map(|line| line.trim().strip_prefix("alive "));
        left.filter(|values| *values != "0").count()
    };
    Some(if wrong("dropped twice") {
        Kind::DoubleDrop
    } else if alive(seen) > alive(expected) {
        Kind::Leak
    } else {
        Kind::Mismatch
    })
}

/// What a process that did not end well shows.
pub fn of_end(finished: &Finished) -> Kind {
    match finished.end {
        End::TimedOut | End::Flooded => Kind::Hang,
        // The runtime polls no further, and ends the process.
        End::Exited(_) if finished.stdout.ends_with("does not complete\n") => Kind::Hang,
        End::Exited(_)
            if finished.stdout.contains("dropped twice")
                || finished.stderr.contains("free(): double free") =>
        {
            Kind::DoubleDrop
        }
        End::Exited(_) => Kind::Crash,
    }
}

/// What a process that did not end well under valgrind shows.
pub fn of_valgrind(finished: &Finished) -> Kind {
    let said = |words: &str| finished.stderr.contains(words);
    if said("Invalid free()") {
        Kind::DoubleDrop
    } else if said("Invalid read") || said("Invalid write") || said("uninitialised") {
        Kind::InvalidAccess
    } else if said("definitely lost") {
        Kind::Leak
    } else {
        of_end(finished)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    #[test]
    fn traces_are_compared_to_the_letter() {
        let expected = "complete\n  begin 0\n  end 0\n  alive 0\n";
        assert_eq!(of_trace(expected, expected), None);
        assert_eq!(of_trace(expected, expected.trim_end()), None);
        let seen = |from: &str, to: &str| of_trace(expected, &expected.replace(from, to));
        assert_eq!(seen("end 0", "sync 0"), Some(Kind::Mismatch));
        assert_eq!(seen("alive 0", "alive 3"), Some(Kind::Leak));
        assert_eq!(seen("end 0", "end 0\n  dropped twice 0"), Some(Kind::DoubleDrop));
        assert_eq!(of_trace(expected, ""), Some(Kind::Mismatch));
    }

    #[test]
    fn ends_have_kinds() {
        let finished = |end, text: &str| {
            let text = text.to_owned();
            Finished { end, stdout: text.clone(), stderr: text }
        };
        let exited = |code| End::Exited(ExitStatus::from_raw(code << 8));
        let of = |end, stderr: &str| of_end(&finished(end, stderr));
        assert_eq!(of(End::TimedOut, ""), Kind::Hang);
        assert_eq!(of(exited(101), "  poll\ndoes not complete\n"), Kind::Hang);
        assert_eq!(of(End::Exited(ExitStatus::from_raw(11)), ""), Kind::Crash);
        assert_eq!(of(exited(134), "free(): double free detected"), Kind::DoubleDrop);
        let valgrind = |stderr| of_valgrind(&finished(exited(9), stderr));
        assert_eq!(valgrind("==1== Invalid read of size 8"), Kind::InvalidAccess);
        assert_eq!(valgrind("==1== Invalid free() / delete"), Kind::DoubleDrop);
        assert_eq!(valgrind("8 bytes in 1 blocks are definitely lost"), Kind::Leak);
        assert_eq!(valgrind(""), Kind::Crash);
    }
}
