//! The tool behind `x.py`. One file a verb; CONTRIBUTING.md describes the work it supports.

mod apt;
mod bench;
mod bootstrap;
mod build;
mod clean;
mod cli;
mod config;
mod crates;
mod demo;
mod dist;
mod examples;
mod failure;
mod fetch;
mod fuzz;
mod git;
mod host;
mod import;
mod link;
mod overlay;
mod patch;
mod pin;
mod place;
mod prepare;
mod print;
mod programs;
mod progress;
mod run;
mod same_mir;
mod series;
mod setup;
mod source;
mod state;
mod suites;
mod summary;
mod sysroot;
mod test;
mod upstream;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use bootstrap::Job;
use cli::{Cli, Verb};
use pin::Pin;
use place::Place;

fn main() -> ExitCode {
    if let Some(code) = same_mir::as_wrapper() {
        return code;
    }
    match dispatch(Cli::parse()) {
        Ok(code) => code,
        Err(err) => {
            failure::report(&err);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode> {
    let globals = cli.globals;
    let pin = Pin::read(&globals.repo)?;
    let place = Place::new(&globals.repo, globals.cache, globals.build_dir, &pin)?;
    let source = globals.source.as_deref();
    let job = Job { place: &place, pin: &pin, source, verbose: globals.verbose };
    match cli.verb {
        Verb::Setup => {
            setup::ensure(&pin, setup::For::Testing).and_then(|()| setup::doctor(&pin))?
        }
        Verb::Doctor => setup::doctor(&pin)?,
        Verb::Fetch => println!("{}", fetch::fetch(&place, &pin, source)?.path().display()),
        Verb::Prepare => {
            let _lock = place.lock("prepare")?;
            prepare::prepare(&place, &pin, source)?;
        }
        Verb::Build(args) => {
            let _lock = place.lock("build")?;
            build::build(&job, args.stage, &args.words)?;
        }
        Verb::Test(args) => {
            let _lock = place.lock("test")?;
            return test::test(&job, &args);
        }
        Verb::Fuzz { words } => fuzz::fuzz(&job, &words)?,
        Verb::Bench { words } => bench::bench(&job, &words)?,
        Verb::Link { name } => {
            let _lock = place.lock("link")?;
            link::link(&place, &pin, &name)?;
        }
        Verb::Dist { check } => {
            let _lock = place.lock("dist")?;
            dist::dist(&job, check)?;
        }
        Verb::Patch(verb) => {
            let _lock = place.lock("patch")?;
            return patch::patch(&job, &verb);
        }
        Verb::Print { what } => println!("{}", print::path(&place, &pin, what)?.display()),
        Verb::Demo => {
            let _lock = place.lock("demo")?;
            demo::demo(&job)?;
        }
        Verb::Clean { all } => clean::clean(&place, all)?,
        Verb::Upstream(words) => {
            let _lock = place.lock(&words.join(" "))?;
            return upstream::hand_over(&job, &words);
        }
    }
    Ok(ExitCode::SUCCESS)
}
