//! Where things are: the checkout, the cache root, and the folder keyed by the pin.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::failure::fail;
use crate::pin::Pin;

/// Marks a folder that `clean` may remove things from.
const MARKER: &str = ".asyncdrop-cache";

/// Every path the tool uses.
#[derive(Debug)]
pub struct Place {
    /// The checkout of this repository.
    pub repo: PathBuf,
    /// The cache root, shared by all pins.
    pub root: PathBuf,
    /// The folder of this pin inside the cache root.
    pub keyed: PathBuf,
    build_dir: Option<PathBuf>,
}

impl Place {
    /// Works out all paths; creates nothing.
    pub fn new(
        repo: &Path,
        cache: Option<PathBuf>,
        build_dir: Option<PathBuf>,
        pin: &Pin,
    ) -> Result<Self> {
        let root = match cache {
            Some(root) => root,
            None => default_root()?,
        };
        let root = std::path::absolute(root)?;
        let keyed = root.join(format!("rustc-{}-{}", pin.version, pin.short_commit()));
        let build_dir = build_dir.map(std::path::absolute).transpose()?;
        Ok(Self { repo: std::path::absolute(repo)?, root, keyed, build_dir })
    }

    /// The prepared upstream tree.
    pub fn tree(&self) -> PathBuf {
        self.keyed.join("tree")
    }

    /// The git folder of the tree, outside it so that bootstrap sees a plain tarball.
    pub fn git(&self) -> PathBuf {
        self.keyed.join("git")
    }

    /// Bootstrap's build folder.
    pub fn build_dir(&self) -> PathBuf {
        self.build_dir.clone().unwrap_or_else(|| self.keyed.join("build"))
    }

    /// Full logs of every long run.
    pub fn logs(&self) -> PathBuf {
        self.keyed.join("logs")
    }

    /// Bootstrap's configuration for this machine.
    pub fn bootstrap_toml(&self) -> PathBuf {
        self.keyed.join("bootstrap.toml")
    }

    /// Downloaded tarballs.
    pub fn downloads(&self) -> PathBuf {
        self.root.join("downloads")
    }

    /// Files taken aside because they would have been overwritten.
    pub fn saved(&self) -> PathBuf {
        self.keyed.join("saved")
    }

    /// Patches and their order.
    pub fn patches(&self) -> PathBuf {
        self.repo.join("patches")
    }

    /// Creates the cache folder and its marker, or says why that is impossible.
    pub fn create(&self) -> Result<()> {
        let attempt = || -> std::io::Result<()> {
            fs::create_dir_all(&self.keyed)?;
            fs::create_dir_all(self.logs())?;
            for folder in [&self.root, &self.keyed] {
                let marker = folder.join(MARKER);
                if !marker.exists() {
                    fs::write(marker, "")?;
                }
            }
            tempfile::tempfile_in(&self.keyed).map(drop)
        };
        attempt().map_err(|err| {
            fail(format!("the cache folder {} cannot be written: {err}", self.keyed.display()))
                .next("./x.py --cache DIR …, or set ASYNCDROP_CACHE")
                .into()
        })
    }

    /// Whether this tool made `folder` as a cache folder.
    pub fn is_marked(folder: &Path) -> bool {
        folder.join(MARKER).is_file()
    }

    /// Takes the lock of the keyed folder; waits, and says for whom, when another holds it.
    pub fn lock(&self, verb: &str) -> Result<Lock> {
        self.create()?;
        let path = self.keyed.join("lock");
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .with_context(|| format!("cannot open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder)?;
                eprintln!("waiting: {} is held by {}", self.keyed.display(), holder.trim());
                file.lock()?;
            }
            Err(TryLockError::Error(err)) => {
                return Err(err).context("cannot lock the cache folder");
            }
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(
            file,
            "`x.py {verb}`, process {}, of {}",
            std::process::id(),
            self.repo.display()
        )?;
        Ok(Lock { _file: file })
    }
}

/// Held while the keyed folder is in use; released when dropped or when the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// `$XDG_CACHE_HOME/asyncdrop`, else `~/.cache/asyncdrop`. `ASYNCDROP_CACHE` is read by the command
/// line.
fn default_root() -> Result<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(base) = set("XDG_CACHE_HOME") {
        return Ok(base.join("asyncdrop"));
    }
    match set("HOME") {
        Some(home) => Ok(home.join(".cache/asyncdrop")),
        None => Err(fail("there is no HOME to put the cache folder in")
            .next("./x.py --cache DIR …")
            .into()),
    }
}
