//! `candor openapi`: the contract. Writing the published file refuses what would break programs written against it.

use super::{Done, Failure, out};
use crate::openapi::{breaks, text};
use anyhow::{Context, anyhow};
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct OpenapiArgs {
    /// Writes the document to this file instead of printing it.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// The decision page that allows a breaking change.
    #[arg(long, value_name = "PAGE", requires = "write")]
    decision: Option<PathBuf>,
}

pub(super) fn run(args: &OpenapiArgs) -> Done {
    let new = text();
    let Some(path) = &args.write else {
        out::text(&new);
        return Ok(());
    };
    let old = std::fs::read_to_string(path).ok();
    if let Some(old) = old.as_deref().and_then(|old| serde_json::from_str::<Value>(old).ok()) {
        refuse_breaks(&old, &crate::openapi::document(), args)?;
    }
    if old.as_deref() != Some(&new) {
        std::fs::write(path, new).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn refuse_breaks(old: &Value, new: &Value, args: &OpenapiArgs) -> Done {
    let found = breaks(old, new);
    let decided = args.decision.as_ref().is_some_and(|page| page.is_file());
    if found.is_empty() || decided {
        return Ok(());
    }
    let list = found.join("\n  ");
    Err(Failure::Failed(anyhow!(
        "programs written against the published contract would break:\n  {list}\nname the page that decides it: --decision docs/decisions/NNN-why.md"
    )))
}
