//! `build`: the compiler and its library, by upstream's bootstrap.

use anyhow::Result;

use crate::bootstrap::Job;
use crate::setup::For;

/// Builds `words`, or the library, which needs the compiler. The caller holds the lock.
pub fn build(job: &Job, stage: u32, words: &[String]) -> Result<()> {
    job.ready(For::Building)?;
    let stage = stage.to_string();
    let mut all = vec!["build", "--stage", &stage];
    if words.is_empty() {
        all.push("library");
    } else {
        all.extend(words.iter().map(String::as_str));
    }
    let (ran, progress) = job.bootstrap("build", &all, &mut |_| None)?;
    progress.clear();
    ran.check("the build", "./x.py build")?;
    progress.done(&format!("stage {stage} is ready"));
    Ok(())
}
