//! Every verb explains itself, and paths can be had without a build.

use crate::toy::{Toy, ended};

#[test]
fn every_verb_has_help() {
    let toy = Toy::new();
    let verbs = [
        "setup", "doctor", "fetch", "prepare", "build", "test", "link", "dist", "patch", "print",
        "demo", "clean",
    ];
    for verb in verbs {
        let said = toy.ok(&[verb, "--help"]);
        assert!(said.contains("Usage: ./x.py"), "{said}");
    }
    for verb in ["new", "edit", "export", "check", "list"] {
        assert!(toy.ok(&["patch", verb, "--help"]).contains("Usage: ./x.py patch"));
    }
    let all = toy.ok(&["--help"]);
    assert!(verbs.iter().all(|verb| all.contains(verb)), "{all}");
}

#[test]
fn print_gives_one_path_on_standard_output() {
    let toy = Toy::new();
    for what in ["rustc", "sysroot", "tree", "git", "build-dir", "cache"] {
        let (output, said) = ended(&mut toy.command(&["print", what]));
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{said}");
        assert_eq!(stdout.lines().count(), 1, "{said}");
        assert!(stdout.starts_with(toy.cache().to_str().unwrap()), "{said}");
    }
    let moved = toy.ok(&["print", "build-dir", "--build-dir", "/elsewhere"]);
    assert_eq!(moved, "/elsewhere\n");
}

#[test]
fn doctor_names_what_is_missing() {
    let toy = Toy::new();
    assert!(toy.ok(&["doctor"]).contains("ok       cmake"));
    toy.write_tool("dpkg-query", "exit 1");
    let said = toy.fails(&["doctor"]);
    assert!(said.contains("missing  llvm-22-dev") && said.contains("next: ./x.py setup"), "{said}");
}
