//! R8, R24: a value is dropped by await whatever crate erased its type, as long as that knows of
//! the feature through what it depends on. So it does not matter which crate has instantiated
//! generic code, which the opt-level decides.

//@ ignore-cross-compile

use run_make_support::{run, rustc};

fn main() {
    for opt_level in ["0", "1", "3", "s"] {
        for input in ["with_feature.rs", "without_feature.rs", "main.rs"] {
            rustc().edition("2024").opt_level(opt_level).input(input).run();
        }
        run("main");
    }
}
