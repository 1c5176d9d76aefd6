//! R12, R24: crates with and without the feature link and mix. A future that is made in one and
//! dropped in the other drops all that it holds, at worst synchronously.

//@ ignore-cross-compile

use run_make_support::{run, rustc};

fn main() {
    for opt_level in ["0", "3"] {
        rustc().edition("2024").opt_level(opt_level).input("with_feature.rs").run();
        rustc().edition("2024").opt_level(opt_level).input("without_feature.rs").run();
        rustc().edition("2024").opt_level(opt_level).input("main_with_feature.rs").run();
        rustc().edition("2024").opt_level(opt_level).input("main_without_feature.rs").run();
        run("main_with_feature");
        run("main_without_feature");
    }
}
