//! R24: a future has one layout, whichever crate makes its code. What a future awaits when it is
//! dropped is decided by the crate that its body is in, and layouts depend on it.

//@ ignore-cross-compile

use run_make_support::{run, rustc};

fn main() {
    for opt_level in ["0", "3"] {
        rustc().edition("2024").opt_level(opt_level).input("conns.rs").run();
        rustc().edition("2024").opt_level(opt_level).input("plain.rs").run();
        rustc().edition("2024").opt_level(opt_level).input("main.rs").run();
        run("main");
    }
}
