//! The patch series: files in `patches/`, their headers, and the commits they become.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::failure::fail;
use crate::git::Git;
use crate::place::Place;
use crate::state::sha256;

/// What every patch says at its head.
pub const LABELS: [&str; 3] = ["What:", "Why not an own file:", "Upstream:"];

/// One patch of the series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    pub name: String,
    /// The text above the first `diff --git`, without blank lines around it.
    pub header: String,
    /// The rest.
    pub diff: String,
}

impl Patch {
    /// Splits the text of a patch file.
    pub fn parse(name: &str, text: &str) -> Self {
        let start = if text.starts_with("diff --git ") {
            Some(0)
        } else {
            text.find("\ndiff --git ").map(|at| at + 1)
        };
        let (header, diff) = text.split_at(start.unwrap_or(text.len()));
        Self { name: name.to_owned(), header: header.trim().to_owned(), diff: diff.to_owned() }
    }

    /// The text of the patch file.
    pub fn text(&self) -> String {
        format!("{}\n\n{}", self.header, self.diff)
    }

    /// The message of the patch's commit.
    pub fn message(&self) -> String {
        format!("{}\n\n{}\n", self.name, self.header)
    }

    /// Reads the message of a commit back.
    pub fn from_message(message: &str, diff: String) -> Self {
        let (name, header) = message.split_once('\n').unwrap_or((message, ""));
        Self { name: name.trim().to_owned(), header: header.trim().to_owned(), diff }
    }

    /// What is wrong with the header, if anything.
    pub fn header_fault(&self) -> Option<String> {
        let missing: Vec<&str> = LABELS
            .into_iter()
            .filter(|label| {
                let line = self.header.lines().find_map(|line| line.strip_prefix(label));
                line.is_none_or(|rest| rest.trim().is_empty())
            })
            .collect();
        (!missing.is_empty()).then(|| format!("no header line {}", missing.join(", ")))
    }

    /// Lines added and removed.
    pub fn size(&self) -> (usize, usize) {
        let mut hunk = false;
        let (mut added, mut removed) = (0, 0);
        for line in self.diff.lines() {
            match line.as_bytes().first() {
                Some(b'@') => hunk = true,
                Some(b'd') => hunk = false,
                Some(b'+') if hunk => added += 1,
                Some(b'-') if hunk => removed += 1,
                _ => {}
            }
        }
        (added, removed)
    }
}

/// A patch's name is its file's name and its commit's first line.
pub fn check_name(name: &str) -> Result<()> {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.is_empty() && name.chars().all(fine) {
        return Ok(());
    }
    Err(fail(format!("`{name}` cannot name a patch: lower-case letters, digits and `-` only"))
        .into())
}

/// The names in `patches/series`, in order. No file is an empty series.
pub fn names(folder: &Path) -> Result<Vec<String>> {
    let path = folder.join("series");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(err) => return Err(err).with_context(|| format!("cannot read {}", path.display())),
    };
    let mut names = Vec::new();
    for line in
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let Some(name) = line.strip_suffix(".patch") else {
            return Err(fail(format!("{}: `{line}` does not end in .patch", path.display())).into());
        };
        check_name(name)?;
        if names.iter().any(|other| other == name) {
            return Err(fail(format!("{} names {name}.patch twice", path.display())).into());
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

/// Reads the series.
pub fn read(place: &Place) -> Result<Vec<Patch>> {
    let folder = place.patches();
    let read_one = |name: String| -> Result<Patch> {
        let path = folder.join(format!("{name}.patch"));
        let text = fs::read_to_string(&path).map_err(|err| {
            fail(format!("patches/series names {name}.patch, but it cannot be read: {err}"))
                .next("restore the file, or take its line out of patches/series")
        })?;
        Ok(Patch::parse(&name, &text))
    };
    names(&folder)?.into_iter().map(read_one).collect()
}

/// A digest of the series on a base.
pub fn digest(base: &str, patches: &[Patch]) -> String {
    let mut text = base.to_owned();
    for patch in patches {
        text.push_str(&sha256(patch.message().as_bytes()));
        text.push_str(&sha256(patch.diff.as_bytes()));
    }
    sha256(text.as_bytes())
}

/// Makes the series' commits without touching the tree; returns the last one.
pub fn apply(git: &Git, base: &str, patches: &[Patch]) -> Result<String> {
    let scratch = tempfile::tempdir().context("cannot create a temporary folder")?;
    let git = git.with_index(scratch.path().join("index"));
    git.run(&["read-tree", base])?;
    let mut head = base.to_owned();
    for patch in patches {
        // All context lines have to match; git never guesses. A line number that is off is no
        // matter.
        let args = ["apply", "--cached", "--whitespace=nowarn", "-"];
        let output = git.try_run(&args, Some(patch.diff.as_bytes()))?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            return Err(fail(format!("{}.patch does not apply: {}", patch.name, words.trim()))
                .next(format!(
                    "mend patches/{0}.patch by hand, or take its line out of patches/series, make \
                     the edit in the tree, and run: ./x.py patch new {0}",
                    patch.name
                ))
                .into());
        }
        let tree = git.line(&["write-tree"])?;
        head = git.commit(&tree, &head, &patch.message())?;
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "What: a\nWhy not an own file: b\nUpstream: c\n\ndiff --git a/x b/x\n--- \
                        a/x\n+++ b/x\n@@ -1 +1,2 @@\n-- old\n++ new\n+more\n";

    #[test]
    fn a_patch_file_is_read_back_as_it_was_written() {
        let patch = Patch::parse("p", TEXT);
        assert_eq!(patch.text(), TEXT);
        assert_eq!(patch.header_fault(), None);
        assert_eq!(patch.size(), (2, 1));
        assert_eq!(Patch::from_message(&patch.message(), patch.diff.clone()), patch);
    }

    #[test]
    fn a_header_without_a_reason_is_a_fault() {
        let patch = Patch::parse("p", &TEXT.replace("own file: b", "own file: "));
        assert_eq!(patch.header_fault().as_deref(), Some("no header line Why not an own file:"));
        assert!(Patch::parse("p", "diff --git a/x b/x\n").header_fault().is_some());
    }
}
