//! R16: an exception that is not Rust's unwinds as a panic does: the destructors are awaited. Then
//! it goes on to who would catch it: Rust cannot, and aborts with the message that it has for that.
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
    let exception = Exception { class: u64::from_be_bytes(*b"TESTFORE"), others: [0; 31] };
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

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() > 1 {
        let _ = catch_unwind(AssertUnwindSafe(|| block_on(body())));
        return println!("it was caught");
    }
    let output = Command::new(&arguments[0]).arg("child").output().unwrap();
    let (said, told) =
        (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    assert_eq!(output.status.signal(), Some(6), "{}\n{told}{said}", output.status);
    assert!(said.contains("foreign exception"), "{said}");
    let expected = ["begin inner", "end inner", "sync plain", "begin outer", "end outer"];
    assert_eq!(told.lines().map(str::trim).collect::<Vec<_>>(), expected);
}
