//! The one kind of error a user meets: what is wrong, and the command to type next.

use std::fmt;

/// A failure with, where there is one, the next command.
#[derive(Debug)]
pub struct Failure {
    message: String,
    next: Option<String>,
}

/// A failure that says only what is wrong.
pub fn fail(message: impl Into<String>) -> Failure {
    Failure { message: message.into(), next: None }
}

impl Failure {
    /// Adds what the user should type or do next.
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Prints an error, its causes and the next command to standard error.
pub fn report(error: &anyhow::Error) {
    eprintln!("error: {error}");
    let mut last = error.to_string();
    for cause in error.chain().skip(1) {
        let text = cause.to_string();
        if text != last {
            eprintln!("  because: {text}");
        }
        last = text;
    }
    let next = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<Failure>())
        .find_map(|f| f.next.as_deref());
    if let Some(next) = next {
        eprintln!("next: {next}");
    }
}
