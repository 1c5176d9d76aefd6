//! The series: from edits to files and back, with nothing left to chance.

use std::fs;

use crate::toy::{Toy, numbered};

/// A tree with two patches on different lines of one file.
fn two_patches() -> Toy {
    let toy = Toy::new();
    toy.ok(&["prepare"]);
    toy.edit_line("compiler/a/one.rs", 3, "first");
    toy.patch_new("first");
    toy.edit_line("compiler/a/one.rs", 15, "second");
    toy.patch_new("second");
    toy
}

#[test]
fn an_edit_becomes_a_patch_with_one_line_of_context() {
    let toy = two_patches();
    assert_eq!(toy.read("patches/series"), "first.patch\nsecond.patch\n");
    let expected = "\
What: an edit
Why not an own file: it is a line
Upstream: yes

diff --git a/compiler/a/one.rs b/compiler/a/one.rs
--- a/compiler/a/one.rs
+++ b/compiler/a/one.rs
@@ -2,3 +2,3 @@ line 1
 line 2
-line 3
+first
 line 4
";
    assert_eq!(toy.read("patches/first.patch"), expected);
    toy.ok(&["patch", "check"]);
    let list = toy.ok(&["patch", "list"]);
    assert!(list.contains("2 patches, +2 -2 lines"), "{list}");
}

#[test]
fn the_same_series_gives_the_same_commits_on_another_machine() {
    let head = |toy: &Toy| {
        let state = fs::read_to_string(toy.keyed().join("state.toml")).unwrap();
        state.lines().find(|line| line.starts_with("head =")).unwrap().to_owned()
    };
    let toy = two_patches();
    let other = Toy::new();
    for file in ["series", "first.patch", "second.patch"] {
        other.write(&format!("patches/{file}"), &toy.read(&format!("patches/{file}")));
    }
    other.ok(&["prepare"]);
    assert_eq!(head(&toy), head(&other));
    assert_eq!(toy.in_tree("compiler/a/one.rs"), other.in_tree("compiler/a/one.rs"));
}

#[test]
fn an_edit_is_folded_into_an_earlier_patch() {
    let toy = two_patches();
    toy.edit_line("compiler/a/one.rs", 4, "folded");
    toy.ok(&["patch", "edit", "first"]);
    assert!(toy.read("patches/first.patch").contains("-line 3\n-line 4\n+first\n+folded\n"));
    assert!(toy.read("patches/second.patch").contains("+second\n"));
    toy.ok(&["patch", "check"]);
    toy.ok(&["patch", "edit", "first", "--upstream", "no"]);
    assert!(toy.read("patches/first.patch").contains("Upstream: no\n"));
}

#[test]
fn edits_can_be_split_into_patches_by_path() {
    let toy = Toy::new();
    toy.ok(&["prepare"]);
    toy.edit_line("compiler/a/one.rs", 3, "one");
    toy.edit_line("compiler/a/two.rs", 3, "two");
    let header = ["--what", "a", "--why", "b", "--upstream", "c"];
    toy.ok(&[&["patch", "new", "one", "compiler/a/one.rs"], header.as_slice()].concat());
    assert!(!toy.read("patches/one.patch").contains("two"));
    assert!(toy.in_tree("compiler/a/two.rs").contains("two\n"));
    toy.ok(&[&["patch", "new", "two"], header.as_slice()].concat());
    assert!(toy.read("patches/two.patch").contains("+two\n"));
    toy.ok(&["patch", "check"]);
}

#[test]
fn a_conflicting_fold_changes_nothing() {
    let toy = two_patches();
    let edited = toy.in_tree("compiler/a/one.rs").replace("second\n", "second and more\n");
    toy.edit("compiler/a/one.rs", &edited);
    let patches = toy.read("patches/first.patch");
    let said = toy.fails(&["patch", "edit", "first"]);
    assert!(said.contains("conflict") && said.contains("compiler/a/one.rs"), "{said}");
    assert_eq!(toy.in_tree("compiler/a/one.rs"), edited);
    assert_eq!(toy.read("patches/first.patch"), patches);
    toy.ok(&["patch", "edit", "second"]);
    assert!(toy.read("patches/second.patch").contains("+second and more\n"));
}

#[test]
fn a_patch_needs_its_reasons() {
    let toy = Toy::new();
    toy.ok(&["prepare"]);
    toy.edit_line("compiler/a/one.rs", 3, "first");
    let said = toy.fails(&["patch", "new", "first", "--what", "an edit"]);
    assert!(
        said.contains("Why not an own file:, Upstream:") && said.contains("--why TEXT"),
        "{said}"
    );
    assert!(toy.in_tree("compiler/a/one.rs").contains("first"));
    toy.patch_new("first");
}

#[test]
fn a_new_file_is_sent_to_the_checkout() {
    let toy = Toy::new();
    toy.ok(&["prepare"]);
    toy.edit("compiler/a/three.rs", "new\n");
    toy.edit_line("compiler/a/one.rs", 3, "first");
    let words = ["patch", "new", "first", "--what", "a", "--why", "b", "--upstream", "c"];
    let said = toy.fails(&words);
    assert!(
        said.contains("compiler/a/three.rs is new in the tree") && said.contains("next: mv "),
        "{said}"
    );
}

#[test]
fn check_says_exactly_what_is_wrong() {
    let toy = two_patches();
    let first = toy.read("patches/first.patch");
    let check = |expected: &str| {
        let said = toy.fails(&["patch", "check"]);
        assert!(said.contains(expected), "expected {expected:?} in:\n{said}");
    };

    toy.write("patches/first.patch", &first.replace("@@ line 1", "@@ elsewhere"));
    check("patches/first.patch: stale");
    toy.write("patches/first.patch", &first.replace("What: an edit\n", ""));
    check("patches/first.patch: no header line What:");
    toy.write("patches/first.patch", &first);
    toy.ok(&["patch", "check"]);

    toy.write("patches/stray.patch", &first);
    check("patches/stray.patch: not in patches/series");
    fs::remove_file(toy.repo().join("patches/stray.patch")).unwrap();

    toy.write("patches/series", "first.patch\nsecond.patch\nthird.patch\n");
    check("third.patch is listed but missing");
    toy.write("patches/series", "first.patch\nsecond.patch\n");
    toy.ok(&["patch", "check"]);

    let creates = "diff --git a/compiler/new.rs b/compiler/new.rs\nnew file mode 100644\n--- \
                   /dev/null\n+++ b/compiler/new.rs\n@@ -0,0 +1 @@\n+new\n";
    toy.write("patches/first.patch", &(first + creates));
    check("creates compiler/new.rs, which belongs in the checkout");
}

#[test]
fn a_commit_made_by_hand_is_stale_until_it_is_exported() {
    let toy = two_patches();
    toy.edit_line("compiler/a/two.rs", 9, "third");
    let git = |words: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.arg("--git-dir").arg(toy.keyed().join("git")).args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=b",
        ]);
        assert!(command.args(words).current_dir(toy.tree()).status().unwrap().success());
    };
    git(&["commit", "--quiet", "-am", "third\n\nWhat: c\nWhy not an own file: d\nUpstream: e"]);
    let said = toy.fails(&["patch", "check"]);
    assert!(said.contains("the tree's commit `third` is not in patches/"), "{said}");
    toy.ok(&["prepare"]);
    toy.ok(&["patch", "export"]);
    assert!(toy.read("patches/third.patch").starts_with("What: c\n"));
    toy.ok(&["patch", "check"]);
}

#[test]
fn a_patch_that_does_not_apply_stops_before_the_tree_is_touched() {
    let toy = two_patches();
    let before = toy.times();
    let second = toy.read("patches/second.patch");
    toy.write("patches/second.patch", &second.replace(" line 14\n", " another line\n"));
    let said = toy.fails(&["prepare"]);
    assert!(
        said.contains("second.patch does not apply") && said.contains("compiler/a/one.rs:14"),
        "{said}"
    );
    assert!(said.contains("next: mend patches/second.patch"), "{said}");
    assert_eq!(before, toy.times());
}

#[test]
fn an_export_does_not_overwrite_patches_that_were_changed() {
    let toy = two_patches();
    let second = toy.read("patches/second.patch");
    toy.write("patches/second.patch", &second.replace("+second\n", "+other\n"));
    assert!(toy.fails(&["patch", "export"]).contains("patches/ was changed"));
    toy.ok(&["prepare"]);
    assert!(toy.in_tree("compiler/a/one.rs").contains("other"));
    toy.ok(&["patch", "check"]);
}

#[test]
fn a_patch_taken_out_of_the_series_leaves_the_tree() {
    let toy = two_patches();
    toy.write("patches/series", "second.patch\n");
    fs::remove_file(toy.repo().join("patches/first.patch")).unwrap();
    toy.ok(&["prepare"]);
    assert_eq!(toy.in_tree("compiler/a/one.rs"), numbered().replace("line 15\n", "second\n"));
    toy.ok(&["patch", "check"]);
}
