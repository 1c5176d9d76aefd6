//! R19, R20: where nothing is awaited while a panic unwinds, nothing is emitted for it, to the
//! letter: with `panic=abort`, in a crate without std, and in bodies in which nothing needs async
//! drop.

//@ ignore-cross-compile
//@ needs-unwind

use run_make_support::{rfs, rustc};

fn code(input: &str, panic: &str, opt_level: &str, mode: &str) -> String {
    rustc()
        .input(input)
        .edition("2024")
        .crate_type("lib")
        .panic(panic)
        .opt_level(opt_level)
        .codegen_units(1)
        .arg(format!("-Zasync-drop-unwind={mode}"))
        .emit("llvm-ir")
        .output("code.ll")
        .run();
    rfs::read_to_string("code.ll")
}

fn main() {
    for opt_level in ["0", "2"] {
        let is_same = |input, panic| {
            code(input, panic, opt_level, "await") == code(input, panic, opt_level, "sync")
        };
        assert!(is_same("graceful.rs", "abort"), "panic=abort, opt-level {opt_level}");
        assert!(is_same("without_std.rs", "unwind"), "no_std, opt-level {opt_level}");
        assert!(is_same("plain.rs", "unwind"), "plain values, opt-level {opt_level}");
        assert!(!is_same("graceful.rs", "unwind"), "the option does nothing");
        // Without a word about the option, destructors are awaited.
        rustc()
            .input("graceful.rs")
            .edition("2024")
            .crate_type("lib")
            .panic("unwind")
            .opt_level(opt_level)
            .codegen_units(1)
            .emit("llvm-ir")
            .output("code.ll")
            .run();
        let default = rfs::read_to_string("code.ll");
        let awaited = code("graceful.rs", "unwind", opt_level, "await");
        assert!(default == awaited, "awaiting is not the default");
    }
}
