//! Writes a failing program as a regression test.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use asyncdrop_fuzz::{ui_test, ui_test_files};
use sha2::{Digest, Sha256};

use crate::compile::unwind_flag;
use crate::examine::Stage;
use crate::shrink::Shrunk;
use crate::verdict::Kind;

/// Where the tests go.
const FOLDER: &str = "tests/ui/async-drop/fuzz";

/// Columns of a header line.
const WIDTH: usize = 97;

/// A test of a small failing program: it passes once the compiler is mended. Each file with its
/// path in the folder of the tests: first the test, then the library that it may have a part in.
pub fn test(seed: u64, shrunk: &Shrunk, repo: &Path) -> Vec<(String, String)> {
    let (finding, runs) = (&shrunk.finding, &shrunk.runs);
    let program = (finding.index, &shrunk.program, runs);
    let files = ui_test_files(program, finding.edition, &header(seed, shrunk), &name(shrunk));
    // Compiletest would choose another one.
    let mut flags = format!("//@ compile-flags: -Copt-level={}", finding.opt_level);
    if !runs.panicking.is_empty() {
        flags += &format!(" {}", unwind_flag(runs.unwind));
    }
    let with_flags = |(path, text): (String, String)| {
        let at = text.find("//@").unwrap_or(0);
        let text = format!("{}{flags}\n{}", &text[..at], &text[at..]);
        (path, formatted(&text, repo).unwrap_or(text))
    };
    files.into_iter().map(with_flags).collect()
}

/// Saves the test and what it should print. Returns its path. A test that is there already is
/// written anew: the program is the same.
pub fn save(seed: u64, shrunk: &Shrunk, repo: &Path) -> Result<PathBuf> {
    let folder = repo.join(FOLDER);
    let auxiliary = folder.join("auxiliary");
    fs::create_dir_all(&auxiliary)
        .with_context(|| format!("cannot create {}", auxiliary.display()))?;
    let write = |path: &Path, text: &str| {
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    };
    let files = test(seed, shrunk, repo);
    for (file, text) in &files {
        write(&folder.join(file), text)?;
    }
    let path = folder.join(&files[0].0);
    write(&path.with_extension("run.stdout"), &shrunk.expected)?;
    Ok(path)
}

/// Prints the files of a test, each under its path if there are several.
pub fn show(files: &[(String, String)]) {
    for (path, text) in files {
        if files.len() > 1 {
            println!("// {path}");
        }
        println!("{text}");
    }
}

/// Characters of a message that the header quotes.
const MOST_QUOTED: usize = 120;

/// The kind, and a few digits that stand for the program.
fn name(shrunk: &Shrunk) -> String {
    let hash = Sha256::digest(ui_test(&shrunk.program, shrunk.finding.edition, "", &shrunk.runs));
    let digits: String = hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{digits}", shrunk.finding.kind)
}

fn header(seed: u64, shrunk: &Shrunk) -> String {
    let finding = &shrunk.finding;
    let under = if finding.stage == Stage::Valgrind { ", under valgrind" } else { "" };
    let text = format!(
        "Found by `./x.py fuzz` as {seed}:{}, edition {}, opt-level {}{under}. Seen: {}, {}.",
        finding.index,
        finding.edition.year(),
        finding.opt_level,
        finding.kind,
        symptom(finding.kind, &shrunk.expected, &finding.seen)
    );
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is a first line");
        if !line.is_empty() && line.len() + word.len() >= WIDTH - 4 {
            lines.push(word.to_owned());
        } else {
            line.extend([if line.is_empty() { "" } else { " " }, word]);
        }
    }
    lines.iter().map(|line| format!("//! {line}\n")).collect()
}

/// What was seen, in a few words.
fn symptom(kind: Kind, expected: &str, seen: &str) -> String {
    if matches!(kind, Kind::Mismatch | Kind::Leak | Kind::DoubleDrop) {
        let (mut expected, mut seen) = (expected.lines(), seen.lines());
        let differs = (1..).find_map(|number| match (expected.next(), seen.next()) {
            (None, None) => Some(None),
            (wanted, got) if wanted != got => Some(Some((number, wanted, got))),
            _ => None,
        });
        if let Some(Some((number, wanted, got))) = differs {
            let quoted = |line: Option<&str>| {
                line.map_or("nothing".to_owned(), |line| format!("`{}`", line.trim()))
            };
            return format!("{} instead of {} in line {number}", quoted(got), quoted(wanted));
        }
    }
    let telling = ["Invalid ", "lost in", "panicked at", "error: ", "error[", "LLVM ERROR"];
    let mut lines = seen.lines().filter(|line| telling.iter().any(|words| line.contains(words)));
    let line = lines.next().or_else(|| seen.trim_end().lines().last()).unwrap_or("nothing");
    // Valgrind begins with its process id.
    let line = line.trim_start_matches(|c: char| c == '=' || c.is_ascii_digit()).trim();
    let line = line.trim_end_matches('.').replace('`', "'");
    // An internal compiler error may hold types as long as the program.
    match line.char_indices().nth(MOST_QUOTED) {
        Some((end, _)) => format!("`{}…`", &line[..end]),
        None => format!("`{line}`"),
    }
}

/// The text as rustfmt writes it, where there is one.
pub fn formatted(text: &str, repo: &Path) -> Option<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(repo.join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use asyncdrop_fuzz::{Edition, Runs, generate};

    use super::*;
    use crate::examine::Finding;

    fn shrunk(kind: Kind, expected: &str, seen: &str) -> Shrunk {
        let opt_level = "2".parse().unwrap();
        let (stage, seen) = (Stage::Running, seen.to_owned());
        let edition = Edition::E2021;
        Shrunk {
            program: generate(1, 4).program(),
            runs: Runs::PLAIN,
            expected: expected.to_owned(),
            finding: Finding { index: 4, kind, edition, opt_level, stage, seen },
            compiles: 3,
        }
    }

    #[test]
    fn a_test_says_where_it_comes_from_and_what_was_seen() {
        let shrunk = shrunk(Kind::Mismatch, "a\n  begin 0\n", "a\n  sync 0\n");
        let header = header(1, &shrunk);
        let expected = "//! Found by `./x.py fuzz` as 1:4, edition 2021, opt-level 2. Seen: mismatch, \
                        `sync 0` instead of `begin 0`\n//! in line 2.\n";
        assert_eq!(header.replace("\n//! ", " "), expected.replace("\n//! ", " "));
        assert!(header.lines().all(|line| line.len() <= 100), "{header}");
    }

    #[test]
    fn a_program_with_a_library_is_two_files() {
        let mut shrunk = shrunk(Kind::Leak, "a\n", "b\n");
        shrunk.finding.index = 2;
        let repo = tempfile::tempdir().unwrap();
        let files = test(1, &shrunk, repo.path());
        let [(path, text), (library, of_library)] = &files[..] else { panic!("{files:?}") };
        let aux_build = library.strip_prefix("auxiliary/").unwrap();
        assert!(text.contains(&format!("//@ aux-build: {aux_build}\n")), "{text}");
        assert!(of_library.contains("//@ compile-flags: -Copt-level=2\n"), "{of_library}");
        assert_eq!(save(1, &shrunk, repo.path()).unwrap(), repo.path().join(FOLDER).join(path));
        assert!(repo.path().join(FOLDER).join(library).exists());
    }

    #[test]
    fn symptoms_are_one_line() {
        let valgrind = "  new 0\n==12== Invalid read of size 8\n==12==    at 0x1: f\nexit 9\n";
        assert_eq!(symptom(Kind::InvalidAccess, "", valgrind), "`Invalid read of size 8`");
        assert_eq!(symptom(Kind::Crash, "", "  new 0\nsignal: 11\n"), "`signal: 11`");
        assert_eq!(symptom(Kind::Mismatch, "a\nb\n", "a\n"), "nothing instead of `b` in line 2");
    }

    #[test]
    fn a_saved_test_is_named_by_its_kind_and_its_program() {
        let repo = tempfile::tempdir().unwrap();
        let shrunk = shrunk(Kind::DoubleDrop, "alive 0\n", "twice\n");
        let path = save(1, &shrunk, repo.path()).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let digits = name.strip_prefix("double-drop-").and_then(|rest| rest.strip_suffix(".rs"));
        assert!(digits.is_some_and(|digits| digits.len() == 8), "{name}");
        assert_eq!(path.parent().unwrap(), repo.path().join(FOLDER));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! Found by"), "{text}");
        let output = fs::read_to_string(path.with_extension("run.stdout")).unwrap();
        assert_eq!(output, "alive 0\n");
        assert_eq!(save(1, &shrunk, repo.path()).unwrap(), path);
    }
}
