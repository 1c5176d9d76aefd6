//! `fuzz`: what the fuzzer is called with, and what a test run makes of its summary.

use std::fs;
use std::path::Path;

use crate::toy::Toy;

/// A toy whose cargo makes a shell script of the fuzzer, and reports three of its tests.
fn toy(fuzzer: &str) -> Toy {
    let toy = Toy::new();
    toy.write("src/fuzz/Cargo.toml", "");
    toy.write("fuzzer", &format!("#!/bin/sh\n{fuzzer}\n"));
    let script = "verb=$1\nfor word; do last=$word; done\nmkdir -p $last/release\n\
                  [ $verb = test ] && echo 'test result: ok. 3 passed; 0 failed'\n\
                  cp fuzzer $last/release/asyncdrop-fuzz\nchmod +x $last/release/asyncdrop-fuzz";
    toy.write_tool("cargo", script);
    toy
}

fn with_sysroot(toy: &Toy) {
    let sysroot = toy.ok(&["print", "sysroot"]);
    let sysroot = Path::new(sysroot.trim());
    let host = sysroot.parent().unwrap().file_name().unwrap();
    let libraries = sysroot.join("lib/rustlib").join(host).join("lib");
    for folder in [&sysroot.join("bin"), &libraries] {
        fs::create_dir_all(folder).unwrap();
    }
    fs::write(sysroot.join("bin/rustc"), "").unwrap();
    fs::write(libraries.join("libstd-0.rlib"), "").unwrap();
}

#[test]
fn the_fuzzer_gets_the_forks_compiler_and_its_own_options() {
    let toy = toy("echo called with \"$@\"");
    let said = toy.fails(&["fuzz", "--programs", "7"]);
    assert!(said.contains("has no compiler") && said.contains("next: ./x.py build"), "{said}");
    with_sysroot(&toy);
    let said = toy.ok(&["fuzz", "--programs", "7"]);
    let repo = toy.repo();
    assert!(said.contains("called with --rustc /"), "{said}");
    assert!(said.contains(&format!("stage1/bin/rustc --repo {} --programs 7\n", repo.display())));
}

#[test]
fn another_compiler_and_help_need_no_build() {
    let toy = toy("echo called with \"$@\"");
    for words in
        [&["--toolchain", "1.95.0"][..], &["--toolchain=x"], &["--rustc", "y"], &["--help"]]
    {
        let said = toy.ok(&[&["fuzz"], words].concat());
        let expected = format!("called with --repo {} {}\n", toy.repo().display(), words.join(" "));
        assert!(said.contains(&expected), "{said}");
    }
}

#[test]
fn the_exit_code_is_the_fuzzers() {
    let toy = toy("exit 1");
    toy.fails(&["fuzz", "--help"]);
}

#[test]
fn each_program_of_the_slice_counts_as_a_test() {
    let toy = toy("case $* in *--mutate*) echo 'programs    100'; exit;; esac; \
                   echo 'programs    200'; echo 'under valgrind     40'");
    with_sysroot(&toy);
    let said = toy.ok(&["test", "fuzz"]);
    assert!(said.contains("303 passed, 0 failed\n"), "{said}");
}

#[test]
fn programs_that_fail_are_named() {
    let toy = toy("printf 'programs    200\\nfailed:\\n    1:5   leak   edition 2024\\n'; exit 1");
    with_sysroot(&toy);
    let said = toy.fails(&["test", "fuzz"]);
    let failed = "failed:\n    fuzz 1:5: leak\n    mutants 1:5: leak\n";
    assert!(said.contains(&format!("{failed}401 passed, 2 failed\n")), "{said}");
}

#[test]
fn a_slice_that_breaks_is_a_failure() {
    let toy = toy("echo 'error: no valgrind' >&2; exit 1");
    with_sysroot(&toy);
    let said = toy.fails(&["test", "fuzz"]);
    assert!(said.contains("no valgrind") && said.contains("fuzz could not be run"), "{said}");
}
