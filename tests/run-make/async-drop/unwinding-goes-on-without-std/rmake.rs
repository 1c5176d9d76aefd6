//! R16, R19: a crate without `std` catches no panic, but it goes on with a future that is unwinding
//! because another crate has caught one: awaits what is left, suspends in between, and lets the
//! same panic go on, or drops what is left and ends the panic.

//@ ignore-cross-compile
//@ needs-unwind

use run_make_support::{cmd, run, rustc};

fn main() {
    for opt_level in ["0", "2", "3", "s"] {
        for input in ["without_std.rs", "with_std.rs"] {
            rustc().edition("2024").opt_level(opt_level).arg("-Zvalidate-mir").input(input).run();
        }
        run("with_std");
        let output = cmd("./with_std").arg("two-panics").run_fail();
        output.assert_stderr_contains("the first panic: panic 1");
        output.assert_stderr_contains("the panic in the destructor: panic 2");
    }
}
