//! `test`: what is run, with which flags, and what is made of the result.

use crate::toy::{Toy, ended};

const PASS: &str =
    "print('test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out')";

#[test]
fn a_suite_is_run_and_summed_up_in_the_last_line() {
    let mut toy = Toy::new();
    toy.write("tests/ui/async-drop/ours.rs", "ours\n");
    toy.write("tests/run-make/async-drop/ours/rmake.rs", "ours\n");
    toy.bootstrap_does(PASS);
    let (output, said) = ended(&mut toy.command(&["test", "ours", "upstream-ui"]));
    assert!(output.status.success(), "{said}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(stdout.lines().last(), Some("9 passed, 0 failed, 3 skipped"));
    let calls = toy.calls();
    let calls: Vec<&str> =
        calls.lines().map(|line| line.split_once("--stage 1 ").unwrap().1).collect();
    let (library, calls) = calls.split_last().unwrap();
    assert_eq!(*library, "library", "the sysroot is left whole");
    let flags = "--no-fail-fast --force-rerun";
    let ui = "--compiletest-rustc-args=-Zvalidate-mir tests/ui --test-args=tests/ui/async-drop/";
    let run_make = "tests/run-make --test-args=tests/run-make/async-drop/";
    assert_eq!(calls, [ui, run_make, "tests/ui/drop"].map(|words| format!("{flags} {words}")));
}

#[test]
fn a_test_can_be_named_by_its_path_or_without_the_first_folder() {
    let mut toy = Toy::new();
    toy.bootstrap_does(PASS);
    toy.write("tests/ui/async-drop/ours.rs", "ours\n");
    for word in ["tests/ui/async-drop/ours.rs", "ui/async-drop", "tests/ui/drop/"] {
        toy.ok(&["test", word]);
    }
    let calls = toy.calls();
    let paths: Vec<&str> = calls
        .lines()
        .map(|line| line.rsplit(' ').next().unwrap())
        .filter(|path| *path != "library")
        .collect();
    let ours = ["--test-args=tests/ui/async-drop/ours.rs", "--test-args=tests/ui/async-drop/"];
    assert_eq!(paths, [ours[0], ours[1], "tests/ui/drop"]);
    assert!(toy.fails(&["test", "ui/none"]).contains("there is no test or suite ui/none"));
}

#[test]
fn failures_are_named_and_counted() {
    let mut toy = Toy::new();
    toy.bootstrap_does(
        "print('failures:\\n    [ui] tests/ui/drop/x.rs\\n\\ntest result: FAILED. 2 passed; 1 \
         failed; 0 ignored'); sys.exit(1)",
    );
    let said = toy.fails(&["test", "upstream-ui"]);
    assert!(said.contains("failed:\n    [ui] tests/ui/drop/x.rs\n2 passed, 1 failed\n"), "{said}");
}

#[test]
fn a_run_without_tests_and_a_run_that_breaks_are_failures() {
    let mut toy = Toy::new();
    assert!(toy.fails(&["test", "upstream-ui"]).contains("0 passed, 0 failed\n"));
    toy.bootstrap_does("print('error: could not compile'); sys.exit(1)");
    let said = toy.fails(&["test", "upstream-ui"]);
    assert!(
        said.contains("error: could not compile") && said.contains("0 passed, 1 failed\n"),
        "{said}"
    );
}

#[test]
fn all_of_ui_is_compared_with_the_recorded_failures() {
    let mut toy = Toy::new();
    toy.write(
        "tests/known-failures.toml",
        "[[known]]\nname = \"[ui] tests/ui/y.rs\"\nreason = \"no network\"\n",
    );
    let all = |failing: &str| {
        let text = format!(
            "failures:\\n    {failing}\\n\\ntest result: FAILED. 2 passed; 1 failed; 0 ignored"
        );
        format!("if sys.argv[-1] == 'tests/ui': print('{text}'); sys.exit(1)\n{PASS}")
    };
    toy.bootstrap_does(&all("[ui] tests/ui/y.rs"));
    let said = toy.ok(&["test", "upstream-ui", "--full"]);
    assert!(said.contains("5 passed, 0 failed, 2 skipped\n"), "{said}");
    toy.bootstrap_does(&all("[ui] tests/ui/other.rs"));
    let said = toy.fails(&["test", "upstream-ui", "--full"]);
    assert!(said.contains("5 passed, 2 failed, 1 skipped\n"), "{said}");
    assert!(
        said.contains("[ui] tests/ui/y.rs, which the list has as failing: no network"),
        "{said}"
    );
}

#[test]
fn tidy_may_fail_in_the_check_that_cannot_pass_and_in_no_other() {
    let mut toy = Toy::new();
    toy.bootstrap_does("print('tidy: The following check failed: deps'); sys.exit(1)");
    assert!(toy.ok(&["test", "tidy"]).contains("1 passed, 0 failed"));
    toy.env.clear();
    toy.bootstrap_does("print('tidy: The following checks failed: deps, style'); sys.exit(1)");
    assert!(toy.fails(&["test", "tidy"]).contains("    tidy: style\n0 passed, 1 failed"));
}

#[test]
fn blessed_files_come_back_into_the_checkout() {
    let mut toy = Toy::new();
    toy.write("tests/ui/async-drop/ours.rs", "ours\n");
    toy.bootstrap_does(&format!(
        "open('tests/ui/async-drop/ours.stderr', 'w').write('blessed\\n'); {PASS}"
    ));
    toy.ok(&["test", "--bless", "ui/async-drop"]);
    assert!(toy.calls().contains("--bless"));
    assert_eq!(toy.read("tests/ui/async-drop/ours.stderr"), "blessed\n");
    assert!(!toy.ok(&["patch", "export"]).contains("copied"));
}
