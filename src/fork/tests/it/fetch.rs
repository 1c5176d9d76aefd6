//! The source: never another than the pinned one, never half of it.

use std::fs;

use crate::toy::{Toy, ended};

/// Everything in the downloads folder.
fn downloads(toy: &Toy) -> Vec<String> {
    let Ok(entries) = toy.cache().join("downloads").read_dir() else { return Vec::new() };
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn another_tarball_is_refused_with_both_sums() {
    let toy = Toy::new();
    let mut bytes = fs::read(toy.tarball()).unwrap();
    bytes.push(0);
    fs::write(toy.tarball(), bytes).unwrap();
    let said = toy.fails(&["prepare"]);
    assert!(said.contains("expected SHA-256 ") && said.contains(", found "), "{said}");
    assert!(!toy.tree().exists());
}

#[test]
fn a_tarball_of_another_name_is_known_by_its_commit() {
    let toy = Toy::new();
    let official = toy.tarball().with_file_name("rustc-1.95.0-src.tar.xz");
    fs::copy(toy.tarball(), &official).unwrap();
    toy.ok(&["prepare", "--source", official.to_str().unwrap()]);

    let toy = Toy::with_pin(|pin| pin.replace("commit = \"59807616e", "commit = \"59807616f"));
    fs::copy(toy.tarball(), &official).unwrap_or_default();
    let official = toy.tarball().with_file_name("rustc-1.95.0-src.tar.xz");
    fs::copy(toy.tarball(), &official).unwrap();
    let said = toy.fails(&["prepare", "--source", official.to_str().unwrap()]);
    assert!(
        said.contains("expected commit 59807616f") && said.contains("found 59807616e"),
        "{said}"
    );
}

#[test]
fn a_git_checkout_of_another_commit_is_refused() {
    let toy = Toy::new();
    let checkout = toy.cache().with_file_name("upstream");
    fs::create_dir_all(&checkout).unwrap();
    let git = |words: &[&str]| {
        let mut command = std::process::Command::new("git");
        command
            .arg("-C")
            .arg(&checkout)
            .args(["-c", "user.name=a", "-c", "user.email=b"])
            .args(words);
        assert!(command.output().unwrap().status.success());
    };
    git(&["init", "--quiet"]);
    git(&["commit", "--quiet", "--allow-empty", "-m", "x"]);
    let said = toy.fails(&["fetch", "--source", checkout.to_str().unwrap()]);
    assert!(said.contains("expected commit 59807616e1fa") && said.contains("git -C"), "{said}");
}

#[test]
fn a_git_checkout_of_the_commit_does_as_well() {
    let toy = Toy::new();
    let checkout = toy.cache().with_file_name("upstream");
    fs::create_dir_all(&checkout).unwrap();
    let git = |words: &[&str]| {
        let mut command = std::process::Command::new("git");
        command
            .arg("-C")
            .arg(&checkout)
            .args(["-c", "user.name=a", "-c", "user.email=b"])
            .args(words);
        ended(&mut command).1.trim().to_owned()
    };
    git(&["init", "--quiet"]);
    fs::write(checkout.join("x.py"), "").unwrap();
    fs::write(checkout.join("Cargo.toml"), "[workspace]\nmembers = []\n").unwrap();
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "x"]);
    let commit = git(&["rev-parse", "HEAD"]);
    let pin = toy.read("upstream.toml");
    toy.write("upstream.toml", &pin.replace("59807616e1fa2540724bfbac14d7976d7e4a3860", &commit));
    toy.ok(&["prepare", "--source", checkout.to_str().unwrap()]);
    let tree = toy.ok(&["print", "tree"]);
    assert!(std::path::Path::new(tree.trim()).join("x.py").is_file());
}

#[test]
fn without_a_network_the_error_names_the_file_and_the_offline_way() {
    let toy = Toy::new();
    let (output, said) = ended(&mut toy.command_without_source(&["prepare"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("cannot fetch rustc_1.95.0+dfsg1.orig.tar.xz"), "{said}");
    assert!(
        said.contains("Could not resolve the archive") && said.contains("--source FILE"),
        "{said}"
    );
    assert_eq!(downloads(&toy), Vec::<String>::new());
}

/// A pretended apt that knows one archive, and a helper that writes `download`.
fn with_archive(toy: &mut Toy, download: &str) {
    let pin = toy.read("upstream.toml");
    let sum = pin
        .lines()
        .find_map(|line| line.strip_prefix("sha256 = "))
        .unwrap()
        .trim_matches('"')
        .to_owned();
    let file = "rustc_1.95.0+dfsg1.orig.tar.xz";
    toy.write_tool(
        "apt-get",
        &format!(
            "case \"$*\" in\n*indextargets*) printf 'Debian\\tDebian\\tmirror:/debian/\\n' \
             ;;\n*print-uris*) echo \"'mirror:/debian/f' {file} 1 SHA256:{sum}\" ;;\nesac"
        ),
    );
    toy.write_tool("apt-helper", download);
    let helper = toy.tools().join("apt-helper").display().to_string();
    toy.env.push(("ASYNCDROP_APT_HELPER".to_owned(), helper));
}

#[test]
fn the_package_archive_gives_the_source() {
    let mut toy = Toy::new();
    let tarball = toy.tarball().display().to_string();
    with_archive(&mut toy, &format!("cp '{tarball}' \"$3\""));
    let (output, said) = ended(&mut toy.command_without_source(&["fetch"]));
    assert!(output.status.success(), "{said}");
    assert_eq!(downloads(&toy), ["rustc_1.95.0+dfsg1.orig.tar.xz"]);
}

#[test]
fn a_download_that_breaks_off_leaves_nothing() {
    for helper in ["echo half > \"$3\"", "echo half > \"$3\"; echo connection lost >&2; exit 1"] {
        let mut toy = Toy::new();
        with_archive(&mut toy, helper);
        let (output, said) = ended(&mut toy.command_without_source(&["fetch"]));
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("SHA-256") || said.contains("connection lost"), "{said}");
        assert_eq!(downloads(&toy), Vec::<String>::new());
    }
}

#[test]
fn a_cache_that_cannot_be_written_is_named() {
    let toy = Toy::new();
    // A file in the folder's place stops root as well.
    fs::write(toy.cache(), "in the way").unwrap();
    let said = toy.fails(&["prepare"]);
    assert!(said.contains("cannot be written") && said.contains("ASYNCDROP_CACHE"), "{said}");
}
