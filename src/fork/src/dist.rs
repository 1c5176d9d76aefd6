//! `dist`: the built toolchain as a `.tar.xz` that works wherever it is unpacked.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::bootstrap::Job;
use crate::failure::fail;
use crate::host::{on_path, quiet, stage0};
use crate::progress::Progress;
use crate::sysroot;

const INSTALL: &str = include_str!("install.sh");

/// Packs the stage 1 sysroot; with `check`, tries the result somewhere else. The caller holds the
/// lock.
pub fn dist(job: &Job, check: bool) -> Result<()> {
    let name = format!("asyncdrop-{}-{}", job.pin.version, stage0(job.pin)?.host);
    let folder = job.place.keyed.join("dist");
    fs::create_dir_all(&folder)?;
    let target = folder.join(format!("{name}.tar.xz"));
    let away = Away::path(&job.place.build_dir());
    if away.exists() && !job.place.build_dir().exists() {
        fs::rename(&away, job.place.build_dir())?;
    }
    let sysroot = sysroot::whole(job.place, job.pin)?;
    let progress = Progress::new("dist");
    let part = tempfile::NamedTempFile::new_in(&folder)?;
    pack(job, &sysroot, &name, part.as_file(), &progress)?;
    part.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    part.persist(&target)?;
    let mebibytes = target.metadata()?.len() >> 20;
    progress.done(&format!("{} ({mebibytes} MiB)", target.display()));
    if check {
        try_elsewhere(job, &target, &name)?;
        println!(
            "compiled and ran a program with it, unpacked elsewhere and with the build folder away"
        );
    }
    println!("{}", target.display());
    Ok(())
}

fn pack(job: &Job, sysroot: &Path, name: &str, out: &File, progress: &Progress) -> Result<()> {
    let threads =
        std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(1));
    let stream = liblzma::stream::MtStreamBuilder::new().preset(6).threads(threads).encoder()?;
    let mut archive = tar::Builder::new(liblzma::write::XzEncoder::new_stream(out, stream));
    archive.mode(tar::HeaderMode::Deterministic);
    for (path, from) in contents(sysroot)? {
        progress.now(&path);
        archive
            .append_path_with_name(&from, format!("{name}/{path}"))
            .with_context(|| format!("cannot pack {path}"))?;
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        archive.append_path_with_name(job.place.repo.join(licence), format!("{name}/{licence}"))?;
    }
    let mut header = tar::Header::new_gnu();
    header.set_size(INSTALL.len() as u64);
    header.set_mode(0o755);
    header.set_cksum();
    archive.append_data(&mut header, format!("{name}/install.sh"), INSTALL.as_bytes())?;
    archive.into_inner()?.finish()?;
    Ok(())
}

/// Path in the archive, and the file it comes from. Links into the tree or the build folder are
/// followed.
fn contents(sysroot: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut files = BTreeMap::new();
    for part in ["bin", "lib", "libexec"] {
        let folder = sysroot.join(part);
        let sources = |entry: &walkdir::DirEntry| {
            !["src", "rustc-src"].iter().any(|name| entry.file_name() == *name)
        };
        for entry in walkdir::WalkDir::new(&folder).into_iter().filter_entry(sources) {
            let Ok(entry) = entry else { break };
            let from = fs::canonicalize(entry.path())
                .with_context(|| format!("{} leads nowhere", entry.path().display()))?;
            if from.is_file() {
                let path = entry.path().strip_prefix(sysroot)?;
                files.insert(path.to_str().context("a path is not UTF-8")?.to_owned(), from);
            }
        }
    }
    for (name, from) in shared_llvm(sysroot)? {
        files.insert(format!("lib/{name}"), from);
    }
    Ok(files)
}

/// The system's LLVM that the compiler is linked with. The compiler looks for libraries in
/// `$ORIGIN/../lib` first.
fn shared_llvm(sysroot: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in sysroot.join("lib").read_dir()? {
        let path = entry?.path();
        if !path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("librustc_driver-"))
        {
            continue;
        }
        let listing = quiet(Command::new("ldd").arg(&path))
            .context("ldd cannot read the compiler's library")?;
        for line in listing.lines() {
            let mut words = line.split_whitespace();
            if let (Some(name), Some("=>"), Some(at)) = (words.next(), words.next(), words.next())
                && name.starts_with("libLLVM")
            {
                found.push((name.to_owned(), fs::canonicalize(at)?));
            }
        }
    }
    if found.is_empty() {
        return Err(fail(
            "the compiler is not linked with a shared LLVM; config.example.toml asks for one",
        )
        .into());
    }
    Ok(found)
}

/// Unpacks the archive in a temporary folder and compiles and runs a program, with nothing but a C
/// compiler on PATH.
fn try_elsewhere(job: &Job, archive: &Path, name: &str) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let file = std::io::BufReader::new(File::open(archive)?);
    tar::Archive::new(liblzma::bufread::XzDecoder::new(file)).unpack(scratch.path())?;
    let tools = scratch.path().join("tools");
    fs::create_dir(&tools)?;
    for tool in ["cc", "ld"] {
        let from = on_path(tool).with_context(|| format!("{tool} is not on PATH"))?;
        std::os::unix::fs::symlink(from, tools.join(tool))?;
    }
    fs::write(scratch.path().join("hello.rs"), "fn main() { println!(\"hello\"); }\n")?;
    let away = Away::new(&job.place.build_dir())?;
    let unpacked = scratch.path().join(name);
    let run = |program: &Path, args: &[&str]| -> Result<String> {
        let mut command = Command::new(program);
        command.args(args).current_dir(scratch.path()).env_clear().env("PATH", &tools);
        let output =
            command.output().with_context(|| format!("{} cannot be run", program.display()))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(fail(format!(
            "{}: {}",
            program.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        ))
        .into())
    };
    run(&unpacked.join("bin/rustc"), &["hello.rs"])?;
    for (library, at) in shared_llvm(&unpacked)? {
        if !at.starts_with(fs::canonicalize(&unpacked)?) {
            return Err(fail(format!(
                "the unpacked compiler takes {library} from {}",
                at.display()
            ))
            .into());
        }
    }
    let said = run(&scratch.path().join("hello"), &[])?;
    drop(away);
    if said == "hello\n" {
        Ok(())
    } else {
        Err(fail(format!("the program printed {said:?}")).into())
    }
}

/// The build folder under another name, for as long as this value lives.
struct Away {
    usual: PathBuf,
    away: PathBuf,
}

impl Away {
    fn path(usual: &Path) -> PathBuf {
        usual.with_extension("away")
    }

    fn new(usual: &Path) -> Result<Self> {
        let away = Self::path(usual);
        fs::rename(usual, &away)
            .with_context(|| format!("cannot move {} away", usual.display()))?;
        Ok(Self { usual: usual.to_owned(), away })
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        if let Err(err) = fs::rename(&self.away, &self.usual) {
            eprintln!(
                "error: cannot move {} back to {}: {err}",
                self.away.display(),
                self.usual.display()
            );
        }
    }
}
