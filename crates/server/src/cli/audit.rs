//! `candor audit verify`: walks the whole log and names the first bad entry.

use super::{Done, Failure, open, out};
use crate::config::Config;
use candor_store::{Db, audit};
use clap::Subcommand;
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Checks every entry, lane and root; exit code 1 and the first bad entry when the log was changed.
    Verify {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(config: &Config, command: &AuditCommand) -> Done {
    let AuditCommand::Verify { json } = command;
    let options = open::options(config)?;
    let roots = options.audit_roots.clone();
    let db = Db::open_reader(options)?;
    match audit::verify(&db, &roots) {
        Ok(report) if *json => {
            out::json(
                &json!({ "ok": true, "entries": report.entries, "lanes": report.lanes, "roots": report.roots, "uncovered": report.uncovered }),
            );
        }
        Ok(report) => {
            out::line(&format!(
                "the audit log is whole: {} entries in {} lanes, {} roots, {} entries not covered by a root yet",
                report.entries, report.lanes, report.roots, report.uncovered
            ));
        }
        Err(audit::FirstBad::Unreadable(error)) => return Err(error.into()),
        Err(bad) => {
            if *json {
                out::json(&json!({ "ok": false, "first_bad": bad.to_string() }));
            } else {
                out::line(&format!("the audit log was changed: {bad}"));
            }
            return Err(Failure::Found);
        }
    }
    Ok(())
}
