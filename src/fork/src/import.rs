//! Makes the base commit: reads the source once, mends it, writes what the tree lacks, and gives
//! everything to `git fast-import`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufWriter, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{ChildStdin, Stdio};

use anyhow::{Context, Result};
use filetime::FileTime;

use crate::failure::fail;
use crate::git::{BASE, Git};
use crate::pin::{Pin, within};
use crate::progress::Progress;
use crate::source::{Entry, Kind, Source};
use crate::state::sha256;

/// Changed when the mending itself changes, so that prepared trees are mended again.
const MENDING: u32 = 1;

/// What the base commit depends on besides the source, which the pin fixes.
pub fn mended_digest(pin: &Pin) -> String {
    sha256(format!("{MENDING} {} {:?} {:?}", pin.commit, pin.mend, pin.replaces).as_bytes())
}

/// Reads the source into the git folder; with `tree`, also writes the files that are missing there.
/// Returns the base commit.
pub fn import(
    git: &Git,
    source: &Source,
    pin: &Pin,
    tree: Option<&Path>,
    progress: &Progress,
) -> Result<String> {
    git.init()?;
    let mut child = git
        .command()
        .args(["fast-import", "--quiet", "--force", "--done"])
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|err| fail(format!("git cannot be run: {err}")).next("./x.py setup"))?;
    let stdin = child.stdin.take().context("git has a standard input")?;
    let mut importer = Importer { out: BufWriter::new(stdin), seen: BTreeSet::new(), tree, pin };
    let result = importer.all(source, progress);
    drop(importer);
    let status = child.wait()?;
    result?;
    if !status.success() {
        return Err(fail(format!("git fast-import failed: {status}")).into());
    }
    git.line(&["rev-parse", "--verify", BASE])
}

struct Importer<'a> {
    out: BufWriter<ChildStdin>,
    /// Paths written so far, to know which workspace members exist.
    seen: BTreeSet<String>,
    tree: Option<&'a Path>,
    pin: &'a Pin,
}

impl Importer<'_> {
    fn all(&mut self, source: &Source, progress: &Progress) -> Result<()> {
        let pin = self.pin;
        let message = format!("upstream {}\n", pin.version);
        write!(
            self.out,
            "commit {BASE}\ncommitter asyncdrop <asyncdrop> 0 +0000\ndata {}\n{message}",
            message.len()
        )?;
        writeln!(self.out, "deleteall")?;
        let dropped = |path: &str| pin.mend.drop.iter().any(|folder| within(path, folder));
        let wanted = |path: &str| !dropped(path) && !pin.mend.write.contains_key(path);
        let mut manifest = None;
        let mut missing: BTreeSet<&str> = pin.replaces.iter().map(String::as_str).collect();
        source.for_each(&wanted, &mut |entry| {
            progress.now(&entry.path);
            if missing.remove(entry.path.as_str()) {
                return Ok(());
            }
            if entry.path == "Cargo.toml" {
                manifest = Some(entry);
                return Ok(());
            }
            self.add(&entry)
        })?;
        if let Some(path) = missing.first() {
            return Err(fail(format!("`replaces` names {path}, which is not an upstream file"))
                .next("remove that line from upstream.toml")
                .into());
        }
        if let Some(mut entry) = manifest {
            let text = String::from_utf8(entry.content).context("Cargo.toml is not UTF-8")?;
            entry.content = without_missing_members(&text, &self.seen).into_bytes();
            self.add(&entry)?;
        }
        for (path, content) in &pin.mend.write {
            let content = content.clone().into_bytes();
            self.add(&Entry { path: path.clone(), kind: Kind::Plain, modified: 0, content })?;
        }
        writeln!(self.out, "done")?;
        self.out.flush().context("git fast-import stopped reading")
    }

    fn add(&mut self, entry: &Entry) -> Result<()> {
        if let Some(tree) = self.tree {
            write_missing(&tree.join(&entry.path), entry)?;
        }
        if self.pin.mend.generated.contains(&entry.path) {
            return Ok(());
        }
        writeln!(self.out, "M {} inline {}", entry.kind.git_mode(), entry.path)?;
        writeln!(self.out, "data {}", entry.content.len())?;
        self.out.write_all(&entry.content)?;
        self.out.write_all(b"\n")?;
        self.seen.insert(entry.path.clone());
        Ok(())
    }
}

/// Writes a file that is not there yet, with the time it has in the source.
fn write_missing(path: &Path, entry: &Entry) -> Result<()> {
    if path.symlink_metadata().is_ok() {
        return Ok(());
    }
    let attempt = || -> Result<()> {
        let folder = path.parent().context("a file has a folder")?;
        fs::create_dir_all(folder)?;
        if entry.kind == Kind::Symlink {
            let target = std::str::from_utf8(&entry.content)?;
            return Ok(symlink(target, path)?);
        }
        // A hard kill while writing leaves a name that git and bootstrap both pass over, never half
        // a source file.
        let mut name = path.file_name().context("a file has a name")?.to_owned();
        name.push(".asyncdrop-part");
        let part = path.with_file_name(name);
        fs::write(&part, &entry.content)?;
        let mode = if entry.kind == Kind::Executable { 0o755 } else { 0o644 };
        fs::set_permissions(&part, fs::Permissions::from_mode(mode))?;
        if entry.modified > 0 {
            filetime::set_file_mtime(&part, FileTime::from_unix_time(entry.modified, 0))?;
        }
        Ok(fs::rename(part, path)?)
    };
    attempt().with_context(|| format!("cannot write {}", path.display()))
}

/// Drops the workspace members whose manifest the source lacks.
fn without_missing_members(manifest: &str, present: &BTreeSet<String>) -> String {
    let mut members = false;
    let mut kept = String::with_capacity(manifest.len());
    for line in manifest.split_inclusive('\n') {
        let word = line.trim();
        if word.starts_with("members") {
            members = true;
        } else if members && word.starts_with(']') {
            members = false;
        } else if members && word.starts_with('"') {
            let member = word.trim_end_matches(',').trim_matches('"');
            if !present.contains(&format!("{member}/Cargo.toml")) {
                continue;
            }
        }
        kept.push_str(line);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_without_a_manifest_are_dropped_and_the_rest_stays_as_it_is() {
        let present = ["a/Cargo.toml".to_owned()].into();
        let manifest = "[workspace]\nmembers = [\n  \"a\", # kept\n  # note\n  \"b\",\n]\nexclude \
                        = [\n  \"c\",\n]\n";
        let manifest = manifest.replace(" # kept", "");
        let expected = manifest.replace("  \"b\",\n", "");
        assert_eq!(without_missing_members(&manifest, &present), expected);
    }
}
