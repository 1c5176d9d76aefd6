//! Asks Debian's apt for the source tarball, without touching the machine's configuration: the
//! `deb-src` entry stands in a folder of ours, its address comes from the entries the machine has
//! already.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result};

use crate::failure::fail;
use crate::pin::Source;
use crate::progress::Progress;

/// Fetches the tarball to `target`, which apt checks against the pinned SHA-256.
pub fn fetch(source: &Source, scratch: &Path, target: &Path, progress: &Progress) -> Result<()> {
    let mut last = None;
    for address in archives()? {
        progress.now(&format!("asking the package archive for {}", source.file));
        match from_archive(source, &address, scratch, target) {
            Ok(()) => return Ok(()),
            Err(err) => last = Some(err),
        }
    }
    Err(last.unwrap_or_else(|| fail("apt knows no Debian archive on this machine").into()))
}

/// The Debian archives this machine's apt uses.
fn archives() -> Result<Vec<String>> {
    let format = "$(ORIGIN)\t$(LABEL)\t$(REPO_URI)";
    let output = words(Command::new("apt-get").args(["indextargets", "--format", format]))?;
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for line in output.lines() {
        let mut fields = line.split('\t');
        if let (Some("Debian"), Some("Debian"), Some(address)) =
            (fields.next(), fields.next(), fields.next())
            && seen.insert(address.to_owned())
        {
            found.push(address.to_owned());
        }
    }
    Ok(found)
}

fn from_archive(source: &Source, archive: &str, scratch: &Path, target: &Path) -> Result<()> {
    let lists = scratch.join("lists");
    fs::create_dir_all(lists.join("partial"))?;
    let parts = scratch.join("sources.list.d");
    fs::create_dir_all(&parts)?;
    let entry = format!(
        "Types: deb-src\nURIs: {archive}\nSuites: {}\nComponents: main\nSigned-By: {}\n",
        source.suite, source.keyring
    );
    fs::write(parts.join("source.sources"), entry)?;
    let options = [
        "Dir::Etc::sourcelist=/dev/null".to_owned(),
        format!("Dir::Etc::sourceparts={}", parts.display()),
        format!("Dir::State::lists={}", lists.display()),
        format!("Dir::Cache::pkgcache={}", scratch.join("pkgcache.bin").display()),
        format!("Dir::Cache::srcpkgcache={}", scratch.join("srcpkgcache.bin").display()),
        "Acquire::Languages=none".to_owned(),
        "APT::Get::List-Cleanup=0".to_owned(),
        "APT::Sandbox::User=root".to_owned(),
    ];
    let apt = |words: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(["--quiet", "--quiet"]);
        for option in &options {
            command.args(["-o", option]);
        }
        command.args(words);
        command
    };
    words(&mut apt(&["update"]))?;
    let wanted = format!("{}={}", source.package, source.package_version);
    let listing = words(&mut apt(&["source", "--print-uris", &wanted]))?;
    let (address, sum) = locate(&listing, source)
        .ok_or_else(|| fail(format!("{wanted} in {} has no {}", source.suite, source.file)))?;
    if sum != source.sha256 {
        let text = format!(
            "the archive announces another {}: expected SHA-256 {}",
            source.file, source.sha256
        );
        return Err(fail(format!("{text}, found {sum}")).into());
    }
    words(
        Command::new(helper())
            .arg("download-file")
            .arg(&address)
            .arg(target)
            .arg(format!("SHA256:{sum}")),
    )
    .map(drop)
}

/// Finds the tarball among `'address' file size SHA256:sum` lines.
fn locate(listing: &str, source: &Source) -> Option<(String, String)> {
    listing.lines().find_map(|line| {
        let mut fields = line.split_whitespace();
        let address = fields.next()?.trim_matches('\'');
        let name = fields.next()?;
        let sum = fields.nth(1)?.strip_prefix("SHA256:")?;
        (name == source.file).then(|| (address.to_owned(), sum.to_owned()))
    })
}

/// apt's helper is not on PATH.
fn helper() -> PathBuf {
    let usual = PathBuf::from("/usr/lib/apt/apt-helper");
    std::env::var_os("ASYNCDROP_APT_HELPER").map_or(usual, PathBuf::from)
}

/// Runs a command; its standard output, or an error with its own words.
fn words(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let Output { status, stdout, stderr } =
        command.env("LC_ALL", "C").output().with_context(|| format!("{name} cannot be run"))?;
    let errors = String::from_utf8_lossy(&stderr);
    if status.success() && !errors.lines().any(|line| line.starts_with("W: Failed to fetch")) {
        return Ok(String::from_utf8_lossy(&stdout).into_owned());
    }
    Err(fail(format!("{name}: {}", errors.trim())).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tarball_is_found_among_the_addresses() {
        let source = Source {
            package: "p".into(),
            package_version: "1".into(),
            suite: "sid".into(),
            keyring: "k".into(),
            file: "p_1.orig.tar.xz".into(),
            sha256: "aa".into(),
        };
        let listing = "'u:/p_1.dsc' p_1.dsc 3 SHA256:bb\n'u:/p_1%2b.orig.tar.xz' p_1.orig.tar.xz \
                       9 SHA256:aa\n";
        assert_eq!(locate(listing, &source), Some(("u:/p_1%2b.orig.tar.xz".into(), "aa".into())));
        assert_eq!(locate("", &source), None);
    }
}
