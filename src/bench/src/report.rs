//! What is written at the end.

mod plot;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::lab::Lab;
use crate::table::Table;

#[derive(Serialize)]
pub struct Report {
    pub fork: String,
    pub stock: String,
    pub quick: bool,
    pub seconds: u64,
    pub tables: Vec<Table>,
}

impl Report {
    pub fn new(lab: &Lab<'_>) -> Self {
        Self {
            fork: version(&lab.options.rustc),
            stock: version(&lab.stock),
            quick: lab.options.quick,
            seconds: 0,
            tables: Vec::new(),
        }
    }

    pub fn missed(&self) -> Vec<String> {
        self.tables.iter().flat_map(Table::missed).collect()
    }

    pub fn held(&self) -> usize {
        self.tables.iter().map(Table::held).sum()
    }

    /// `bench.json`, `bench.md`, and a plot for each table that has a ratio or is a line.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join("bench.json");
        std::fs::write(&path, serde_json::to_string_pretty(self)? + "\n")
            .with_context(|| format!("cannot write {}", path.display()))?;
        let missed = self.missed();
        let mut text = format!(
            "# What async drop costs\n\nBy `./x.py bench` in {} s: {} against {}. {} bars held, {} missed.\n",
            self.seconds,
            self.fork,
            self.stock,
            self.held(),
            missed.len()
        );
        for miss in missed {
            text += &format!("- {miss}\n");
        }
        for table in &self.tables {
            text += &format!("\n{table}");
            if plot::plot(table, &folder.join(format!("{}.svg", table.name)))? {
                text += &format!("\n![{}]({}.svg)\n", table.title, table.name);
            }
        }
        std::fs::write(folder.join("bench.md"), text)?;
        Ok(())
    }
}

fn version(rustc: &Path) -> String {
    let output = Command::new(rustc).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_default()
}
