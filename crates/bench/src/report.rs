//! What is printed: one JSON line a figure, so that scripts can read it.

use serde_json::Value;
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
