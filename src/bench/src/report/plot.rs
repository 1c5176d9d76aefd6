//! SVG plots: a line for each side where something grows, else a bar for each row's ratios.

use std::fmt::Display;
use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use crate::table::{Bar, Ratio, Row, Table};

const COLORS: [RGBColor; 4] =
    [RGBColor(200, 30, 30), RGBColor(30, 90, 200), RGBColor(90, 160, 60), RGBColor(140, 140, 140)];

/// Whether there was something to plot.
pub fn plot(table: &Table, path: &Path) -> Result<bool> {
    if table.line {
        lines(table, path).map_err(as_error)?;
        return Ok(true);
    }
    let judged: Vec<&Ratio> = table.ratios.iter().filter(|ratio| ratio.bar.is_some()).collect();
    if judged.is_empty() || table.rows.len() < 2 {
        return Ok(false);
    }
    bars(table, &judged, path).map_err(as_error)?;
    Ok(true)
}

fn as_error(err: impl Display) -> anyhow::Error {
    anyhow!("a plot cannot be drawn: {err}")
}

type Drawn = std::result::Result<(), Box<dyn std::error::Error>>;

/// Both axes are logarithmic: the counts are powers of four.
fn lines(table: &Table, path: &Path) -> Drawn {
    let count = |row: &Row| row.name.parse::<f64>().ok();
    let lines: Vec<(&String, Vec<(f64, f64)>)> = table
        .columns
        .iter()
        .enumerate()
        .map(|(column, name)| {
            let point = |row: &Row| Some((count(row)?, row.cells[column].number()?.max(0.1)));
            (name, table.rows.iter().filter_map(point).collect())
        })
        .collect();
    let points = || lines.iter().flat_map(|(_, points)| points);
    let least = points().map(|point| point.1).fold(f64::MAX, f64::min);
    let most = points().map(|point| point.1).fold(0.0, f64::max);
    let end = points().map(|point| point.0).fold(1.0, f64::max);
    let root = SVGBackend::new(path, (760, 460)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(&table.title, ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(64)
        .build_cartesian_2d((1.0..end).log_scale(), (least * 0.9..most * 1.1).log_scale())?;
    chart.configure_mesh().x_desc(&table.row).draw()?;
    for ((name, points), color) in lines.into_iter().zip(COLORS) {
        let marks =
            points.clone().into_iter().map(move |point| Circle::new(point, 3, color.filled()));
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
        chart.draw_series(marks)?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw()?;
    root.present()?;
    Ok(())
}

fn bars(table: &Table, ratios: &[&Ratio], path: &Path) -> Drawn {
    let values: Vec<Vec<f64>> = table
        .rows
        .iter()
        .map(|row| ratios.iter().map(|ratio| Table::value(row, ratio).unwrap_or(0.0)).collect())
        .collect();
    let most = values.iter().flatten().copied().fold(1.2, f64::max) * 1.05;
    let rows = table.rows.len();
    let root = SVGBackend::new(path, (860, 90 + 22 * rows as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(&table.title, ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(24)
        .y_label_area_size(150)
        .build_cartesian_2d(0.0..most, 0.0..rows as f64)?;
    let name = |y: &f64| {
        let row = (rows as f64 - 0.5 - y).round();
        table.rows.get(row as usize).map_or(String::new(), |row| row.name.clone())
    };
    chart
        .configure_mesh()
        .disable_mesh()
        .disable_y_axis()
        .y_labels(0)
        .y_label_formatter(&name)
        .draw()?;
    let height = 0.8 / ratios.len() as f64;
    for (index, (ratio, color)) in ratios.iter().zip(COLORS).enumerate() {
        let boxes = values.iter().enumerate().map(|(row, values)| {
            let top = rows as f64 - row as f64 - 0.1 - index as f64 * height;
            Rectangle::new([(0.0, top - height), (values[index], top)], color.mix(0.7).filled())
        });
        chart
            .draw_series(boxes)?
            .label(table.ratio_name(ratio))
            .legend(move |(x, y)| Rectangle::new([(x, y - 4), (x + 12, y + 4)], color.filled()));
        if let Some(Bar::AtMost(bar) | Bar::Below(bar)) = ratio.bar {
            let line = [(bar, 0.0), (bar, rows as f64)];
            chart.draw_series(LineSeries::new(line, color.stroke_width(1)))?;
        }
    }
    let style = ("sans-serif", 13).into_font().into_text_style(&root);
    for (row, entry) in table.rows.iter().enumerate() {
        let (_, y) = chart.backend_coord(&(0.0, rows as f64 - row as f64 - 0.4));
        root.draw_text(&entry.name, &style, (14, y - 4))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw()?;
    root.present()?;
    Ok(())
}
