//! The three kinds of source, Debian's tarball, the official one and a git checkout, read as one
//! stream of files.

use std::fs::File;
use std::io::{BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::failure::fail;
use crate::pin::Pin;
use crate::state::hex;

/// A source whose identity has been checked.
#[derive(Debug, Clone)]
pub enum Source {
    Tarball { path: PathBuf },
    Checkout { path: PathBuf },
}

/// What an entry of the source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Executable,
    /// The content is the target.
    Symlink,
}

impl Kind {
    /// The mode git records.
    pub fn git_mode(self) -> &'static str {
        match self {
            Self::Plain => "100644",
            Self::Executable => "100755",
            Self::Symlink => "120000",
        }
    }
}

/// One file of the source.
#[derive(Debug)]
pub struct Entry {
    /// Relative to the top of the source.
    pub path: String,
    pub kind: Kind,
    pub modified: i64,
    pub content: Vec<u8>,
}

impl Source {
    /// Checks that `path` is the pinned source.
    pub fn check(path: &Path, pin: &Pin) -> Result<Self> {
        if path.is_dir() {
            check_checkout(path, pin)?;
            return Ok(Self::Checkout { path: path.to_owned() });
        }
        if !path.is_file() {
            return Err(fail(format!("there is no source at {}", path.display())).into());
        }
        if path.file_name().is_some_and(|name| name == pin.source.file.as_str()) {
            check_sha256(path, &pin.source.sha256)?;
        } else {
            check_commit_in_tarball(path, pin)?;
        }
        Ok(Self::Tarball { path: path.to_owned() })
    }

    /// Where the source is.
    pub fn path(&self) -> &Path {
        match self {
            Self::Tarball { path } | Self::Checkout { path } => path,
        }
    }

    /// Hands every wanted file to `each`.
    pub fn for_each(
        &self,
        wanted: &dyn Fn(&str) -> bool,
        each: &mut dyn FnMut(Entry) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Tarball { path } => {
                tarball_entries(path, wanted, &mut |entry| each(entry).map(|()| true))
            }
            Self::Checkout { path } => checkout_entries(path, wanted, each),
        }
    }
}

/// Compares a file with the SHA-256 it should have.
pub fn check_sha256(path: &Path, expected: &str) -> Result<()> {
    let mut digest = Sha256::new();
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    std::io::copy(&mut BufReader::new(file), &mut digest)?;
    let found = hex(&digest.finalize());
    if found == expected {
        return Ok(());
    }
    Err(fail(format!(
        "{} is not the pinned source: expected SHA-256 {expected}, found {found}",
        path.display()
    ))
    .next("remove or replace that file, then run the command again")
    .into())
}

/// A tarball of another name than Debian's has to carry the pinned commit.
fn check_commit_in_tarball(path: &Path, pin: &Pin) -> Result<()> {
    let mut found = None;
    tarball_entries(path, &|name| name == "git-commit-hash", &mut |entry| {
        found = Some(String::from_utf8_lossy(&entry.content).trim().to_owned());
        Ok(false)
    })?;
    if found.as_deref() == Some(pin.commit.as_str()) {
        return Ok(());
    }
    let found = found.unwrap_or_else(|| "no git-commit-hash file".to_owned());
    let text = format!(
        "{} is not the pinned source: expected commit {}, found {found}",
        path.display(),
        pin.commit
    );
    Err(fail(text)
        .next(format!("give {} or the official tarball of {}", pin.source.file, pin.version))
        .into())
}

fn check_checkout(path: &Path, pin: &Pin) -> Result<()> {
    let head = String::from_utf8(git_at(path, &["rev-parse", "HEAD"])?)?.trim().to_owned();
    if head != pin.commit {
        let text = format!(
            "{} is not the pinned source: expected commit {}, found {head}",
            path.display(),
            pin.commit
        );
        return Err(fail(text)
            .next(format!("git -C {} checkout {}", path.display(), pin.commit))
            .into());
    }
    if !git_at(path, &["status", "--porcelain", "--untracked-files=no"])?.is_empty() {
        return Err(fail(format!("{} has changes of its own", path.display()))
            .next(format!("git -C {} stash", path.display()))
            .into());
    }
    Ok(())
}

/// git in a checkout of the user's.
fn git_at(path: &Path, args: &[&str]) -> Result<Vec<u8>> {
    let output =
        Command::new("git").arg("-C").arg(path).args(args).output().context("git cannot be run")?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(fail(format!("{} is not a git checkout: {}", path.display(), words.trim())).into())
}

/// Streams a `.tar.xz`; `each` says whether to go on.
fn tarball_entries(
    path: &Path,
    wanted: &dyn Fn(&str) -> bool,
    each: &mut dyn FnMut(Entry) -> Result<bool>,
) -> Result<()> {
    let damaged = || format!("{} is not a complete .tar.xz", path.display());
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut archive =
        tar::Archive::new(liblzma::bufread::XzDecoder::new_multi_decoder(BufReader::new(file)));
    for entry in archive.entries().with_context(damaged)? {
        let mut entry = entry.with_context(damaged)?;
        let Some(name) = below_top(&entry.path().with_context(damaged)?)? else { continue };
        if !wanted(&name) {
            continue;
        }
        let header = entry.header();
        let modified = i64::try_from(header.mtime()?)?;
        let kind = match header.entry_type() {
            tar::EntryType::Regular if header.mode()? & 0o100 != 0 => Kind::Executable,
            tar::EntryType::Regular => Kind::Plain,
            tar::EntryType::Symlink => Kind::Symlink,
            tar::EntryType::Directory => continue,
            other => {
                return Err(fail(format!(
                    "{}: {name} is of the unexpected kind {other:?}",
                    path.display()
                ))
                .into());
            }
        };
        let mut content = Vec::new();
        if kind == Kind::Symlink {
            let target = entry.link_name()?.with_context(damaged)?;
            content.extend_from_slice(target.as_os_str().as_bytes());
        } else {
            entry.read_to_end(&mut content).with_context(damaged)?;
        }
        if !each(Entry { path: name, kind, modified, content })? {
            return Ok(());
        }
    }
    Ok(())
}

/// Removes the top folder of a path in a tarball; `None` for the top folder itself.
fn below_top(path: &Path) -> Result<Option<String>> {
    let mut parts = path.components().filter(|part| *part != Component::CurDir);
    parts.next();
    let rest: PathBuf = parts.collect();
    if rest.components().any(|part| !matches!(part, Component::Normal(_))) {
        return Err(fail(format!("{} would be written outside the tree", path.display())).into());
    }
    let text = rest.to_str().with_context(|| format!("{} is not UTF-8", path.display()))?;
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Reads the tracked files of a checkout and of its submodules.
fn checkout_entries(
    path: &Path,
    wanted: &dyn Fn(&str) -> bool,
    each: &mut dyn FnMut(Entry) -> Result<()>,
) -> Result<()> {
    let listing = git_at(path, &["ls-files", "-z", "--recurse-submodules"])?;
    let listing = String::from_utf8(listing).context("a path in the checkout is not UTF-8")?;
    for name in listing.split('\0').filter(|name| !name.is_empty() && wanted(name)) {
        let file = path.join(name);
        let meta =
            file.symlink_metadata().with_context(|| format!("{} is missing", file.display()))?;
        if meta.is_dir() {
            // A submodule that has not been fetched. Bootstrap can do without most of them.
            continue;
        }
        let (kind, content) = if meta.is_symlink() {
            (Kind::Symlink, std::fs::read_link(&file)?.as_os_str().as_bytes().to_vec())
        } else {
            let executable = meta.permissions().mode() & 0o100 != 0;
            (if executable { Kind::Executable } else { Kind::Plain }, std::fs::read(&file)?)
        };
        let modified = filetime::FileTime::from_last_modification_time(&meta).unix_seconds();
        each(Entry { path: name.to_owned(), kind, modified, content })?;
    }
    Ok(())
}
