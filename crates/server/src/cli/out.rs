//! The one place that prints. What a program may read goes to standard output, what is for people to standard error.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is how a command line answers")]

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use std::io::IsTerminal;

/// How a command answers.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Form {
    /// Prints JSON.
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) fn line(text: &str) {
    println!("{text}");
}

/// Text that ends itself.
pub(super) fn text(text: &str) {
    print!("{text}");
}

pub(super) fn json(value: &impl Serialize) {
    let text = serde_json::to_string_pretty(value).expect("answers are plain data");
    println!("{text}");
}

pub(super) fn problem(text: &str) {
    eprintln!("candor: {text}");
}

/// For people only: not mixed into what a program reads.
pub(super) fn note(text: &str) {
    eprintln!("{text}");
}

/// Rows under their headings, each column as wide as its widest cell.
pub(super) fn table(headings: &[&str], rows: &[Vec<String>]) {
    let widths: Vec<usize> = headings
        .iter()
        .enumerate()
        .map(|(column, heading)| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).chain([heading.len()]).max().unwrap_or(0)
        })
        .collect();
    let show = |cells: &[String]| {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        println!("{}", padded.join("  ").trim_end());
    };
    if std::io::stdout().is_terminal() {
        show(&headings.iter().map(|heading| heading.to_uppercase()).collect::<Vec<_>>());
    }
    rows.iter().for_each(|row| show(row));
}

/// A cell of a table.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
