//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Prepares the pinned upstream compiler with this fork's changes, builds it, tests it and links it
/// into rustup.
///
/// Any verb that is not listed is handed to upstream's own bootstrap in the prepared tree, for
/// instance `./x.py check compiler/rustc_mir_transform`.
#[derive(Debug, Parser)]
#[command(name = "x.py", bin_name = "./x.py", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Args)]
pub struct Globals {
    /// Cache root; by default $XDG_CACHE_HOME/asyncdrop or ~/.cache/asyncdrop
    #[arg(long, global = true, value_name = "DIR", env = "ASYNCDROP_CACHE")]
    pub cache: Option<PathBuf>,
    /// Bootstrap's build folder; by default inside the cache
    #[arg(long, global = true, value_name = "DIR", env = "ASYNCDROP_BUILD_DIR")]
    pub build_dir: Option<PathBuf>,
    /// Upstream's source: Debian's tarball, the official one, or a git checkout of the pinned
    /// commit
    #[arg(long, global = true, value_name = "PATH", env = "RUST_SOURCE")]
    pub source: Option<PathBuf>,
    /// Show everything the called tools print
    #[arg(long, global = true)]
    pub verbose: bool,
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "ASYNCDROP_REPO",
        hide = true,
        default_value = "."
    )]
    pub repo: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Install what this machine lacks (Debian packages, as root), or say what to install
    Setup,
    /// Report what this machine has and lacks
    Doctor,
    /// Fetch the pinned upstream source and check it
    Fetch,
    /// Bring the tree up to date: source, patch series, own files
    Prepare,
    /// Build the compiler and its library
    Build(Build),
    /// Run tests; ends with one line `N passed, N failed`
    Test(Test),
    /// Compare random programs with what the rules say; `./x.py fuzz --help` lists its options
    #[command(disable_help_flag = true)]
    Fuzz {
        /// Options of the fuzzer
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Measure what async drop costs, and compare it with the bars; `./x.py bench --help` lists its
    /// options
    #[command(disable_help_flag = true)]
    Bench {
        /// Options of the benchmarks
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Make the built toolchain known to rustup
    Link {
        #[arg(default_value = "asyncdrop")]
        name: String,
    },
    /// Pack the built toolchain as a relocatable .tar.xz with an install.sh
    Dist {
        /// Also unpack it elsewhere and compile and run a program with it
        #[arg(long)]
        check: bool,
    },
    /// Work on the patch series
    #[command(subcommand)]
    Patch(PatchVerb),
    /// Print one path
    Print { what: What },
    /// Do everything that is missing, then build and run examples/pool with the linked toolchain
    Demo,
    /// Remove the build folder
    Clean {
        /// Also the tree, the logs, the downloads
        #[arg(long)]
        all: bool,
    },
    #[command(external_subcommand)]
    Upstream(Vec<String>),
}

#[derive(Debug, Args)]
pub struct Build {
    /// Which stage to build
    #[arg(long, default_value_t = 1)]
    pub stage: u32,
    /// What to build and further words for upstream's bootstrap; by default `library`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Test {
    /// Suites or tests: fork, tidy, ours, valgrind, examples, fuzz, bench, same-mir, crates, a
    /// suite of suites.toml, ui/async-drop, tests/ui/async-drop/x.rs; by default all but tidy
    pub suites: Vec<String>,
    /// All of tests/ui as well, compared with tests/known-failures.toml
    #[arg(long)]
    pub full: bool,
    /// Write the expected output of our suites anew and copy it into the checkout
    #[arg(long)]
    pub bless: bool,
}

#[derive(Debug, Subcommand)]
pub enum PatchVerb {
    /// Make the tree's uncommitted edits a new patch at the end of the series
    New {
        name: String,
        /// Only the edits of these files or folders of the tree; by default all
        paths: Vec<String>,
        #[command(flatten)]
        header: Header,
    },
    /// Fold the tree's uncommitted edits, or a changed header, into a patch
    Edit {
        name: String,
        /// Only the edits of these files or folders of the tree; by default all
        paths: Vec<String>,
        #[command(flatten)]
        header: Header,
    },
    /// Write patches/ from the tree's commits, and take edited own files into the checkout
    Export,
    /// Fail if patches/ is not what an export would write, or if a patch has no reason at its head
    Check,
    /// List the series with its sizes
    List,
}

/// The three lines at the head of a patch.
#[derive(Debug, Args)]
pub struct Header {
    /// What the patch does
    #[arg(long)]
    pub what: Option<String>,
    /// Why this cannot be a file of our own
    #[arg(long)]
    pub why: Option<String>,
    /// Whether upstream could take it
    #[arg(long)]
    pub upstream: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum What {
    /// The built compiler
    Rustc,
    /// The built toolchain's folder
    Sysroot,
    /// The prepared tree
    Tree,
    /// The git folder of the tree, for `git --git-dir`
    Git,
    /// Bootstrap's build folder
    BuildDir,
    /// The cache root
    Cache,
}
