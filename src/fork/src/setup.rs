//! `setup` and `doctor`: what this machine lacks. Debian's packages are installed by name when we
//! are root.

use std::process::Command;

use anyhow::Result;

use crate::failure::fail;
use crate::host::{is_root, on_path, quiet, stage0};
use crate::pin::Pin;

/// What something is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum For {
    /// Building the compiler.
    Building,
    /// Running its tests as well.
    Testing,
}

/// How to tell that a requirement is met.
#[derive(Debug)]
enum Probe {
    /// An executable on PATH.
    Tool(String),
    /// A library that pkg-config knows.
    Library(&'static str),
    /// Only the package manager can tell.
    Package,
}

#[derive(Debug)]
struct Need {
    package: String,
    probe: Probe,
    level: For,
}

fn needs(pin: &Pin) -> Vec<Need> {
    let llvm = pin.llvm;
    let tool = |package: &str, tool: &str, level| Need {
        package: package.to_owned(),
        probe: Probe::Tool(tool.to_owned()),
        level,
    };
    let library = |package: &str, module| Need {
        package: package.to_owned(),
        probe: Probe::Library(module),
        level: For::Building,
    };
    vec![
        Need { package: format!("llvm-{llvm}-dev"), probe: Probe::Package, level: For::Building },
        tool(&format!("llvm-{llvm}"), &format!("llvm-config-{llvm}"), For::Building),
        tool(&format!("llvm-{llvm}-tools"), &format!("FileCheck-{llvm}"), For::Building),
        tool(&format!("lld-{llvm}"), &format!("ld.lld-{llvm}"), For::Testing),
        tool(&format!("clang-{llvm}"), &format!("clang-{llvm}"), For::Testing),
        tool("cmake", "cmake", For::Building),
        tool("ninja-build", "ninja", For::Building),
        tool("pkgconf", "pkg-config", For::Building),
        tool("g++", "c++", For::Building),
        tool("make", "make", For::Building),
        tool("python3", "python3", For::Building),
        tool("git", "git", For::Building),
        tool("xz-utils", "xz", For::Building),
        library("libssl-dev", "openssl"),
        library("zlib1g-dev", "zlib"),
        library("libzstd-dev", "libzstd"),
        tool("valgrind", "valgrind", For::Testing),
        tool("gdb", "gdb", For::Testing),
    ]
}

impl Need {
    fn met(&self) -> bool {
        match &self.probe {
            Probe::Tool(name) => on_path(name).is_some(),
            Probe::Library(name) => {
                quiet(Command::new("pkg-config").args(["--exists", name])).is_some()
            }
            // On a machine without dpkg, `llvm-config` is what tells.
            Probe::Package => on_path("dpkg-query").is_none() || installed(&self.package),
        }
    }
}

fn installed(package: &str) -> bool {
    quiet(Command::new("dpkg-query").args(["-W", "-f=${Status}", package]))
        .is_some_and(|text| text.trim() == "install ok installed")
}

/// Packages of which something is missing, for `level` and what it builds on.
fn missing(pin: &Pin, level: For) -> Vec<String> {
    needs(pin)
        .into_iter()
        .filter(|need| need.level <= level && !need.met())
        .map(|need| need.package)
        .collect()
}

/// Reports what is there and what is not; an error if something is missing.
pub fn doctor(pin: &Pin) -> Result<()> {
    for need in needs(pin) {
        let what = if need.level == For::Testing { " (for tests)" } else { "" };
        println!("{:8} {}{what}", if need.met() { "ok" } else { "missing" }, need.package);
    }
    let rust = stage0(pin);
    match &rust {
        Ok(found) => println!("{:8} Rust {} ({})", "ok", pin.stage0, found.rustc.display()),
        Err(_) => println!("{:8} Rust {}", "missing", pin.stage0),
    }
    let missing = missing(pin, For::Testing);
    if !missing.is_empty() {
        return Err(fail(format!("missing: {}", missing.join(" "))).next("./x.py setup").into());
    }
    rust.map(drop)
}

/// Installs what is missing, or says exactly what to install.
pub fn ensure(pin: &Pin, level: For) -> Result<()> {
    let packages = missing(pin, level);
    if !packages.is_empty() {
        install(&packages)?;
        let still = missing(pin, level);
        if !still.is_empty() {
            return Err(fail(format!("installed, yet still not found: {}", still.join(" "))).into());
        }
    }
    stage0(pin).map(drop)
}

fn install(packages: &[String]) -> Result<()> {
    let list = packages.join(" ");
    if on_path("apt-get").is_none() {
        return Err(fail(format!("missing, by their Debian names: {list}"))
            .next("install what your system calls these, then run ./x.py doctor")
            .into());
    }
    if !is_root() {
        return Err(fail(format!("missing: {list}"))
            .next(format!(
                "sudo apt-get update && sudo apt-get install --no-install-recommends {list}"
            ))
            .into());
    }
    eprintln!("setup: installing {list}");
    let apt = |words: &[&str]| -> Result<()> {
        let status = Command::new("apt-get")
            .args(words)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .status()?;
        if status.success() {
            return Ok(());
        }
        Err(fail(format!("apt-get {} failed while installing {list}", words[0]))
            .next(
                "with a network, run ./x.py setup again; without one, install these packages by \
                 hand",
            )
            .into())
    };
    apt(&["update", "--quiet"])?;
    let names: Vec<&str> = packages.iter().map(String::as_str).collect();
    let mut words = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    words.extend(names);
    apt(&words)
}
