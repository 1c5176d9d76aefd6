//! A table of figures, and the bars that some of their ratios have to keep.

use std::fmt;

use serde::Serialize;

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    Number(f64),
    /// One of two others.
    Ratio(f64),
    /// Why there is none.
    Not(String),
}

impl Cell {
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) | Self::Ratio(number) => Some(*number),
            Self::Not(_) => None,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) if number.fract() == 0.0 => {
                let digits = format!("{number}");
                for (index, digit) in digits.chars().enumerate() {
                    if index > 0 && (digits.len() - index) % 3 == 0 {
                        f.write_str(",")?;
                    }
                    write!(f, "{digit}")?;
                }
                Ok(())
            }
            Self::Number(number) => write!(f, "{number:.1}"),
            Self::Ratio(ratio) => f.write_str(&three(*ratio)),
            Self::Not(why) => f.write_str(why),
        }
    }
}

/// What a ratio has to keep.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bar {
    AtMost(f64),
    Below(f64),
}

impl Bar {
    /// As printed, to three decimals.
    fn holds(self, ratio: f64) -> bool {
        let ratio = (ratio * 1e3).round() / 1e3;
        match self {
            Self::AtMost(bar) => ratio <= bar,
            Self::Below(bar) => ratio < bar,
        }
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(bar) => write!(f, "≤ {bar:.2}"),
            Self::Below(bar) => write!(f, "< {bar:.2}"),
        }
    }
}

/// One column over another.
#[derive(Debug, Clone, Serialize)]
pub struct Ratio {
    pub over: usize,
    pub under: usize,
    /// Without one, the ratio is reported only.
    pub bar: Option<Bar>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub name: String,
    pub cells: Vec<Cell>,
    /// Whether its ratios are to keep their bars.
    pub judged: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct Table {
    /// Of its files.
    pub name: String,
    pub title: String,
    pub notes: Vec<String>,
    /// What the rows are.
    pub row: String,
    pub columns: Vec<String>,
    pub ratios: Vec<Ratio>,
    pub rows: Vec<Row>,
    /// Whether the rows are points of a line, to be plotted as one.
    pub line: bool,
    /// Bars that are not those of a ratio: what was found, and whether it holds.
    pub checks: Vec<(String, bool)>,
}

impl Table {
    pub fn new(name: &str, title: &str, row: &str, columns: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            notes: Vec::new(),
            row: row.to_owned(),
            columns: columns.iter().map(|&column| column.to_owned()).collect(),
            ratios: Vec::new(),
            rows: Vec::new(),
            line: false,
            checks: Vec::new(),
        }
    }

    pub fn note(mut self, note: &str) -> Self {
        self.notes.push(note.to_owned());
        self
    }

    pub fn ratio(mut self, over: usize, under: usize, bar: Option<Bar>) -> Self {
        self.ratios.push(Ratio { over, under, bar });
        self
    }

    pub fn push(&mut self, name: &str, cells: Vec<Cell>) {
        self.rows.push(Row { name: name.to_owned(), cells, judged: true });
    }

    /// The value of a ratio, if both sides have a figure.
    pub fn value(row: &Row, ratio: &Ratio) -> Option<f64> {
        let over = row.cells.get(ratio.over)?.number()?;
        let under = row.cells.get(ratio.under)?.number()?;
        Some(if over == under { 1.0 } else { over / under })
    }

    /// Whether a bar is kept; none if there is none for this row. A figure that is missing misses it.
    pub fn verdict(row: &Row, ratio: &Ratio) -> Option<bool> {
        let bar = ratio.bar.filter(|_| row.judged)?;
        Some(Self::value(row, ratio).is_some_and(|value| bar.holds(value)))
    }

    /// What a ratio is called.
    pub fn ratio_name(&self, ratio: &Ratio) -> String {
        format!("{} / {}", self.columns[ratio.over], self.columns[ratio.under])
    }

    /// Each bar that is missed, in words.
    pub fn missed(&self) -> Vec<String> {
        let ratios = self.rows.iter().flat_map(|row| {
            self.ratios.iter().filter(|ratio| Self::verdict(row, ratio) == Some(false)).map(
                |ratio| {
                    let value = Self::value(row, ratio).map_or("no figure".to_owned(), three);
                    let bar = ratio.bar.map(|bar| format!(" ({bar})")).unwrap_or_default();
                    format!(
                        "{}, {}: {} is {value}{bar}",
                        self.title,
                        row.name,
                        self.ratio_name(ratio)
                    )
                },
            )
        });
        let failed = self.checks.iter().filter(|(_, holds)| !holds);
        ratios.chain(failed.map(|(what, _)| format!("{}: {what}", self.title))).collect()
    }

    /// How many bars are kept.
    pub fn held(&self) -> usize {
        let rows = self.rows.iter().flat_map(|row| {
            self.ratios.iter().filter(|ratio| Self::verdict(row, ratio) == Some(true))
        });
        rows.count() + self.checks.iter().filter(|(_, holds)| *holds).count()
    }
}

/// To three decimals, so that one instruction more is seen.
fn three(value: f64) -> String {
    format!("{value:.3}")
}

/// As Markdown.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n", self.title)?;
        for note in &self.notes {
            writeln!(f, "{note}\n")?;
        }
        let ratios = self.ratios.iter().map(|ratio| {
            let bar = ratio.bar.map(|bar| format!(" ({bar})")).unwrap_or_default();
            self.ratio_name(ratio) + &bar
        });
        let head: Vec<String> = self.columns.iter().cloned().chain(ratios).collect();
        writeln!(f, "| {} | {} |", self.row, head.join(" | "))?;
        writeln!(f, "| --- |{}", " ---: |".repeat(head.len()))?;
        for row in &self.rows {
            write!(f, "| {} |", row.name)?;
            for cell in &row.cells {
                write!(f, " {cell} |")?;
            }
            for ratio in &self.ratios {
                let value = Self::value(row, ratio).map_or(String::new(), three);
                match Self::verdict(row, ratio) {
                    Some(false) => write!(f, " **{value} missed** |")?,
                    _ => write!(f, " {value} |")?,
                }
            }
            writeln!(f)?;
        }
        for (what, holds) in &self.checks {
            writeln!(f, "\n{what}: {}", if *holds { "holds" } else { "**missed**" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new("size", "Size", "shape", &["implicit", "by hand"]).ratio(
            0,
            1,
            Some(Bar::AtMost(1.0)),
        );
        table.push("leaf", vec![Cell::Number(1000.0), Cell::Number(1000.0)]);
        table.push("slow", vec![Cell::Number(1001.0), Cell::Number(1000.0)]);
        table.push("vec", vec![Cell::Not("leaks".to_owned()), Cell::Number(0.5)]);
        table
    }

    #[test]
    fn a_bar_is_missed_by_little_and_without_a_figure() {
        let table = table();
        assert_eq!(table.held(), 1);
        assert_eq!(
            table.missed(),
            [
                "Size, slow: implicit / by hand is 1.001 (≤ 1.00)",
                "Size, vec: implicit / by hand is no figure (≤ 1.00)"
            ]
        );
    }

    #[test]
    fn markdown_shows_the_bar() {
        let text = table().to_string();
        assert!(text.contains("| shape | implicit | by hand | implicit / by hand (≤ 1.00) |"));
        assert!(text.contains("| leaf | 1,000 | 1,000 | 1.000 |"), "{text}");
        assert!(text.contains("| slow | 1,001 | 1,000 | **1.001 missed** |"));
        assert!(text.contains("| vec | leaks | 0.5 | ** missed** |"));
    }

    #[test]
    fn nothing_over_nothing_is_one() {
        let ratio = Ratio { over: 0, under: 1, bar: Some(Bar::Below(0.9)) };
        let row = Row {
            name: String::new(),
            cells: vec![Cell::Number(0.0), Cell::Number(0.0)],
            judged: true,
        };
        assert_eq!(Table::value(&row, &ratio), Some(1.0));
        assert_eq!(Table::verdict(&row, &ratio), Some(false));
    }
}
