//! The tree: mended, overlaid, written only where it differs, and nothing in it lost.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::toy::{Toy, numbered};

#[test]
fn the_source_is_mended() {
    let toy = Toy::new();
    toy.ok(&["prepare"]);
    assert!(!toy.tree().join("vendor").exists() && !toy.tree().join(".cargo").exists());
    assert_eq!(toy.in_tree("Cargo.toml"), "[workspace]\nmembers = [\n  \"compiler/a\",\n]\n");
    assert_eq!(toy.in_tree(".gitmodules"), "");
    assert!(toy.in_tree("rustfmt.toml").contains("style_edition"));
    assert!(toy.tree().join("src/llvm-project/lld").is_dir());
    let time = fs::metadata(toy.tree().join("compiler/a/one.rs")).unwrap().modified().unwrap();
    assert_eq!(time, SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000));
}

#[test]
fn preparing_again_writes_nothing() {
    let toy = Toy::new();
    toy.write("tests/ui/async-drop/ours.rs", "ours\n");
    toy.ok(&["prepare"]);
    toy.edit_line("compiler/a/one.rs", 3, "edited");
    toy.patch_new("first");
    let before = toy.times();
    // The source is not needed any more.
    fs::remove_file(toy.tarball()).unwrap();
    toy.ok(&["prepare"]);
    assert_eq!(before, toy.times());
}

#[test]
fn a_second_checkout_at_the_same_state_writes_nothing() {
    let toy = Toy::new();
    toy.write("tests/ui/async-drop/ours.rs", "ours\n");
    toy.ok(&["prepare"]);
    toy.edit_line("compiler/a/one.rs", 3, "edited");
    toy.patch_new("first");
    let before = toy.times();
    let second = toy.cache().with_file_name("second");
    for file in ["upstream.toml", "config.example.toml", "patches/series", "patches/first.patch"] {
        let to = second.join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(toy.repo().join(file), to).unwrap();
    }
    fs::create_dir_all(second.join("tests/ui/async-drop")).unwrap();
    fs::write(second.join("tests/ui/async-drop/ours.rs"), "ours\n").unwrap();
    assert!(toy.command(&["prepare"]).env("ASYNCDROP_REPO", second).status().unwrap().success());
    assert_eq!(before, toy.times());
}

#[test]
fn a_tree_prepared_by_hand_is_adopted_with_its_edits() {
    let toy = Toy::new();
    toy.ok(&["prepare"]);
    toy.edit_line("compiler/a/one.rs", 3, "edited");
    fs::remove_file(toy.tree().join("compiler/a/two.rs")).unwrap();
    fs::remove_dir_all(toy.keyed().join("git")).unwrap();
    fs::remove_file(toy.keyed().join("state.toml")).unwrap();
    let before = toy.times();
    toy.edit("vendor/big.rs", "not wanted\n");
    let said = toy.ok(&["prepare"]);
    assert_eq!(before, toy.times());
    let aside = toy.keyed().join("saved/vendor/big.rs");
    assert_eq!(fs::read_to_string(aside).unwrap(), "not wanted\n");
    assert!(
        said.contains("2 files of the tree differ") && said.contains("compiler/a/one.rs"),
        "{said}"
    );
    toy.patch_new("by-hand");
    assert!(toy.read("patches/by-hand.patch").contains("-line 3\n+edited\n"));
    assert!(toy.read("patches/by-hand.patch").contains("deleted file mode 100644"));
}

#[test]
fn an_interrupted_unpacking_is_finished() {
    let toy = Toy::new();
    toy.ok(&["prepare"]);
    fs::remove_file(toy.tree().join("compiler/a/two.rs")).unwrap();
    fs::remove_dir_all(toy.keyed().join("git")).unwrap();
    fs::remove_file(toy.keyed().join("state.toml")).unwrap();
    fs::write(toy.keyed().join("unpacking"), "").unwrap();
    toy.ok(&["prepare"]);
    assert_eq!(toy.in_tree("compiler/a/two.rs"), numbered());
    assert!(!toy.keyed().join("unpacking").exists());
}

#[test]
fn an_overlay_file_must_not_hide_an_upstream_file() {
    let toy = Toy::new();
    toy.write("compiler/a/one.rs", "mine\n");
    let said = toy.fails(&["prepare"]);
    assert!(said.contains("compiler/a/one.rs would hide upstream's compiler/a/one.rs"), "{said}");
    assert_eq!(toy.in_tree("compiler/a/one.rs"), numbered());

    let toy =
        Toy::with_pin(|pin| pin.replace("replaces = []", "replaces = [\"compiler/a/one.rs\"]"));
    let said = toy.fails(&["prepare"]);
    assert!(said.contains("`replaces` in upstream.toml names compiler/a/one.rs"), "{said}");
    toy.write("compiler/a/one.rs", "mine\n");
    toy.ok(&["prepare"]);
    assert_eq!(toy.in_tree("compiler/a/one.rs"), "mine\n");
}

#[test]
fn a_file_taken_out_of_replaces_is_upstreams_again() {
    let toy = Toy::new();
    let pin = toy.read("upstream.toml");
    toy.write("upstream.toml", &pin.replace("replaces = []", "replaces = [\"compiler/a/one.rs\"]"));
    toy.write("compiler/a/one.rs", "mine\n");
    toy.ok(&["prepare"]);
    toy.write("upstream.toml", &pin);
    fs::remove_file(toy.repo().join("compiler/a/one.rs")).unwrap();
    toy.ok(&["prepare"]);
    assert_eq!(toy.in_tree("compiler/a/one.rs"), numbered());
}

#[test]
fn a_removed_overlay_file_leaves_the_tree() {
    let toy = Toy::new();
    toy.write("tests/ui/async-drop/sub/ours.rs", "ours\n");
    toy.write("tests/ui/async-drop/left.rs", "left\n");
    toy.ok(&["prepare"]);
    fs::remove_file(toy.repo().join("tests/ui/async-drop/sub/ours.rs")).unwrap();
    toy.ok(&["prepare"]);
    assert!(!toy.tree().join("tests/ui/async-drop/sub").exists());
    assert_eq!(toy.in_tree("tests/ui/async-drop/left.rs"), "left\n");
}

#[test]
fn an_overlay_file_edited_in_the_tree_is_not_lost() {
    let toy = Toy::new();
    toy.write("compiler/a/ours/mod.rs", "ours\n");
    toy.ok(&["prepare"]);
    toy.edit("compiler/a/ours/mod.rs", "edited in the tree\n");
    toy.edit("compiler/a/ours/new.rs", "new in the tree\n");
    let said = toy.ok(&["prepare"]);
    assert!(said.contains("compiler/a/ours/mod.rs was edited in the tree"), "{said}");
    toy.ok(&["patch", "export"]);
    assert_eq!(toy.read("compiler/a/ours/mod.rs"), "edited in the tree\n");
    assert_eq!(toy.read("compiler/a/ours/new.rs"), "new in the tree\n");

    toy.edit("compiler/a/ours/mod.rs", "one side\n");
    toy.write("compiler/a/ours/mod.rs", "other side\n");
    let said = toy.fails(&["prepare"]);
    assert!(said.contains("edited both in the checkout and in the tree"), "{said}");
    assert_eq!(toy.in_tree("compiler/a/ours/mod.rs"), "one side\n");
}

#[test]
fn edits_stay_when_the_series_changes_elsewhere_and_stop_it_where_they_would_be_lost() {
    let toy = Toy::new();
    toy.ok(&["prepare"]);
    toy.edit_line("compiler/a/one.rs", 3, "patched");
    toy.patch_new("first");
    toy.edit_line("compiler/a/two.rs", 5, "edit");
    let series = toy.read("patches/series");
    toy.write("patches/series", "");
    toy.ok(&["prepare"]);
    assert_eq!(toy.in_tree("compiler/a/one.rs"), numbered());
    assert!(toy.in_tree("compiler/a/two.rs").contains("edit"));

    toy.edit_line("compiler/a/one.rs", 12, "edit");
    toy.write("patches/series", &series);
    let said = toy.fails(&["prepare"]);
    assert!(said.contains("uncommitted edits") && said.contains("compiler/a/one.rs"), "{said}");
    assert!(said.contains("next: ./x.py patch"), "{said}");
    assert!(toy.in_tree("compiler/a/one.rs").contains("edit"));
}

#[test]
fn an_interrupted_move_to_another_series_is_finished() {
    let toy = Toy::new();
    toy.ok(&["prepare"]);
    toy.edit_line("compiler/a/one.rs", 3, "patched");
    toy.patch_new("first");
    let patched = toy.in_tree("compiler/a/one.rs");
    let state = fs::read_to_string(toy.keyed().join("state.toml")).unwrap();
    let series = toy.read("patches/series");
    toy.write("patches/series", "");
    toy.ok(&["prepare"]);

    // The file was written, but git's index and the stamp were not.
    toy.write("patches/series", &series);
    toy.edit("compiler/a/one.rs", &patched);
    toy.ok(&["prepare"]);
    assert_eq!(toy.in_tree("compiler/a/one.rs"), patched);

    // Everything but the stamp was written.
    toy.write("patches/series", "");
    toy.ok(&["prepare"]);
    fs::write(toy.keyed().join("state.toml"), state).unwrap();
    toy.ok(&["prepare"]);
    assert_eq!(toy.in_tree("compiler/a/one.rs"), numbered());
}

#[test]
fn a_lost_git_folder_is_made_again() {
    let toy = Toy::new();
    toy.ok(&["prepare"]);
    toy.edit_line("compiler/a/one.rs", 3, "patched");
    toy.patch_new("first");
    toy.edit_line("compiler/a/two.rs", 3, "edited");
    let before = toy.times();
    fs::remove_dir_all(toy.keyed().join("git")).unwrap();
    toy.ok(&["prepare"]);
    assert_eq!(before, toy.times());
    toy.ok(&["patch", "edit", "first"]);
    assert!(toy.read("patches/first.patch").contains("+edited\n"));
    toy.ok(&["patch", "check"]);
}

#[test]
fn clean_removes_only_what_the_tool_made() {
    let toy = Toy::new();
    toy.ok(&["prepare"]);
    fs::create_dir_all(toy.keyed().join("build")).unwrap();
    fs::write(toy.keyed().join("build/big"), "x").unwrap();
    assert!(toy.ok(&["clean"]).contains("GiB freed"));
    assert!(toy.tree().exists() && !toy.keyed().join("build").exists());
    toy.edit_line("compiler/a/one.rs", 3, "edited");
    assert!(toy.fails(&["clean", "--all"]).contains("work that is not in patches/"));
    toy.patch_new("first");
    toy.ok(&["clean", "--all"]);
    assert!(!toy.tree().exists());
    toy.ok(&["prepare"]);
    assert!(toy.in_tree("compiler/a/one.rs").contains("edited"));
}

#[test]
fn clean_refuses_a_folder_it_did_not_make() {
    let toy = Toy::new();
    fs::create_dir_all(toy.keyed().join("build")).unwrap();
    assert!(toy.fails(&["clean"]).contains("was not made by this tool"));
    assert!(toy.keyed().join("build").exists());
}
