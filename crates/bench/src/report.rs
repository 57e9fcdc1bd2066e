//! What is printed: one JSON line a figure, so that scripts can read it, and its row for the page of figures.

use crate::machine;
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::io::Write;
use std::process::ExitCode;

/// A line on standard output. Nobody listening is nobody's fault.
pub(crate) fn line(figure: &Value) {
    let _ = writeln!(std::io::stdout().lock(), "{figure}");
}

/// Why there is no figure.
pub(crate) fn failed(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr().lock(), "{error:#}");
    ExitCode::FAILURE
}

/// Which side of its limit a figure must stay on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Must {
    /// At least the guard, better the aim.
    Reach(f64, f64),
    /// At most the guard, better the aim.
    Stay(f64, f64),
    /// Nothing is demanded of it.
    BeKnown,
}

/// One figure with what stands beside it.
pub(crate) struct Figure<'a> {
    pub(crate) name: &'a str,
    pub(crate) measured: String,
    pub(crate) beside: String,
    /// What is held against the limit: usually measured over beside it.
    pub(crate) value: f64,
    pub(crate) must: Must,
    /// Every round, for who wants to look closer.
    pub(crate) rounds: Value,
}

impl Figure<'_> {
    /// Prints the figure; true when it is where it must be.
    pub(crate) fn print(self) -> bool {
        let (limit, holds) = match self.must {
            Must::Reach(guard, aim) => (format!("≥ {guard}, aim {aim}"), self.value >= guard),
            Must::Stay(guard, aim) => (format!("≤ {guard}, aim {aim}"), self.value <= guard),
            Must::BeKnown => (String::new(), true),
        };
        let (value, load) = (round(self.value), round(machine::load()));
        let missed = if holds { "" } else { ": **missed**" };
        let row = format!("| {} | {} | {} | **{value}** | {limit}{missed} | {load} |", self.name, self.measured, self.beside);
        line(&json!({ "figure": self.name, "value": value, "holds": holds, "load": load, "rounds": self.rounds, "row": row }));
        holds
    }
}

/// Milliseconds at a quantile of a histogram of microseconds.
pub(crate) fn quantile(times: &Histogram<u64>, quantile: f64) -> f64 {
    round(times.value_at_quantile(quantile) as f64 / 1000.0)
}

pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Three digits behind the point.
pub(crate) fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// A histogram of microseconds.
pub(crate) fn times() -> Histogram<u64> {
    Histogram::new(3).expect("three digits are what a histogram offers")
}
