//! Runs every case in a process of its own, so that a crash is the failure of one test.

#![feature(async_drop)]
#![allow(incomplete_features)]

use std::process::Command;

fn run(case: &str, runtime: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_cancellation"))
        .args(["--exact", case, "--runtime", runtime])
        .output()
        .expect("the cases start");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}\n{stdout}{stderr}", output.status);
    assert!(stdout.ends_with("1 passed, 0 failed\n"), "{stdout}{stderr}");
}

macro_rules! tests {
    ($($group:ident { $($case:ident)* })*) => {
        $(mod $group {
            $(mod $case {
                const NAME: &str = concat!(stringify!($group), "::", stringify!($case));

                #[test]
                fn current_thread() {
                    crate::run(NAME, "current-thread");
                }

                #[test]
                fn multi_thread() {
                    crate::run(NAME, "multi-thread");
                }
            })*
        })*
    };
}

cancellation::for_each_case!(tests);
