//! R16: an exception that is not Rust's unwinds as a panic does: the destructors are awaited. Then
//! it goes on to who would catch it: Rust cannot, and aborts with the message that it has for that.
//! A panic of another copy of `std` is no panic of this one either: it does not count as one. Whose
//! exception it is may count it by thread, so it cannot go on in another.
//@ edition: 2024
//@ run-pass
//@ needs-unwind
//@ needs-subprocess
//@ only-linux
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/unwinding.rs"]
mod unwinding;
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use unwinding::*;

/// The head of an exception, larger than it is anywhere.
#[repr(C, align(16))]
struct Exception {
    class: u64,
    others: [usize; 31],
}

unsafe extern "C-unwind" {
    fn _Unwind_RaiseException(exception: *mut Exception) -> i32;
}

fn throw() {
    throw_of(u64::from_be_bytes(*b"TESTFORE"));
}

/// Has the class of Rust's exceptions, without what follows in those of this `std`.
fn throw_like_rust() {
    throw_of(u64::from_ne_bytes(*b"MOZ\0RUST"));
}

fn throw_of(class: u64) {
    let exception = Exception { class, others: [0; 31] };
    let code = unsafe { _Unwind_RaiseException(Box::into_raw(Box::new(exception))) };
    panic!("nobody catches it: {code}");
}

async fn body() {
    let _outer = g("outer");
    let _plain = p("plain");
    async {
        let _inner = g("inner");
        throw();
    }
    .await;
}

async fn of_another_std() {
    let _value = g("value");
    throw_like_rust();
}

fn counts_as_no_panic() {
    let mut future = Box::pin(of_another_std());
    assert!(poll_once(future.as_mut()).is_pending());
    assert!(!std::thread::panicking());
    std::panic::set_hook(Box::new(|_| ()));
    assert!(catch_unwind(|| panic!("another")).is_err());
    drop(future);
    assert!(!std::thread::panicking());
    assert_none_alive();
}

fn in_another_thread() {
    let mut future = Box::pin(async {
        let _value = g("value");
        throw();
    });
    assert!(poll_once(future.as_mut()).is_pending());
    let _ = std::thread::spawn(move || poll_once(future.as_mut())).join();
}

/// What a child process said and told, before it was aborted.
fn aborted(what: &str) -> (String, String) {
    let program = std::env::args().next().unwrap();
    let output = Command::new(program).arg(what).output().unwrap();
    let [said, told] =
        [output.stderr, output.stdout].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert_eq!(output.status.signal(), Some(6), "{}\n{told}{said}", output.status);
    (said, told)
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("caught") => {
            let _ = catch_unwind(AssertUnwindSafe(|| block_on(body())));
            return println!("it was caught");
        }
        Some(_) => return in_another_thread(),
        None => counts_as_no_panic(),
    }
    let (said, told) = aborted("caught");
    assert!(said.contains("foreign exception"), "{said}");
    let expected = ["begin inner", "end inner", "sync plain", "begin outer", "end outer"];
    assert_eq!(told.lines().map(str::trim).collect::<Vec<_>>(), expected);
    let (said, _) = aborted("in another thread");
    assert!(said.contains("in another thread"), "{said}");
}
