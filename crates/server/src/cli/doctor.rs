//! `candor doctor`: looks at one installation and says what is wrong and what would mend it.

use super::{Done, Failure, PlaceArgs, open, out};
use crate::config::Config;
use candor_app::{App, file};
use candor_store::{Db, DirLock, Error, Place, Pool, audit, node};
use clap::Args;
use serde::Serialize;
use std::fs::Metadata;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A node says every five seconds that it is there.
const NODE_GONE_MS: i64 = 20_000;

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Finding {
    Good,
    Warning,
    Bad,
}

#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    finding: Finding,
    note: String,
}

impl Check {
    fn good(what: &'static str, note: impl Into<String>) -> Self {
        Self { what, finding: Finding::Good, note: note.into() }
    }

    fn warning(what: &'static str, note: impl Into<String>) -> Self {
        Self { what, finding: Finding::Warning, note: note.into() }
    }

    fn bad(what: &'static str, note: impl Into<String>) -> Self {
        Self { what, finding: Finding::Bad, note: note.into() }
    }
}

pub(super) fn run(place: PlaceArgs, args: &DoctorArgs) -> Done {
    let checks = match place.load(Vec::new()) {
        Ok(config) => look(&config),
        Err(error) => vec![Check::bad("settings", error.to_string())],
    };
    let bad = checks.iter().any(|check| check.finding == Finding::Bad);
    if args.json {
        out::json(&serde_json::json!({ "ok": !bad, "checks": checks }));
    } else {
        for check in &checks {
            let mark = match check.finding {
                Finding::Good => "ok  ",
                Finding::Warning => "warn",
                Finding::Bad => "BAD ",
            };
            out::line(&format!("{mark}  {}: {}", check.what, check.note));
        }
    }
    if bad { Err(Failure::Found) } else { Ok(()) }
}

fn look(config: &Config) -> Vec<Check> {
    let mut checks = vec![Check::good("settings", "in order"), interface(), address(config)];
    let Ok(dir) = std::fs::metadata(&config.data) else {
        checks.push(Check::warning("data directory", format!("{} does not exist yet; the first start makes it", config.data.display())));
        return checks;
    };
    checks.push(readable_by_others("data directory", &config.data, &dir, 0o007));
    checks.push(key(config));
    let running = DirLock::is_held(&config.data);
    checks.push(Check::good("server", if running { "running" } else { "not running" }));
    checks.push(roots(config));
    checks.push(scanner(config));
    if let Some(pooled) = pooler(config) {
        checks.push(pooled);
        return checks;
    }
    checks.extend(database(config));
    checks
}

fn interface() -> Check {
    if candor_assets::BUILT {
        Check::good("interface", "in this program")
    } else {
        Check::bad("interface", "left out when this program was compiled")
    }
}

fn address(config: &Config) -> Check {
    if config.site().is_secure() {
        Check::good("public_url", config.public_url.clone())
    } else {
        Check::warning("public_url", format!("{} works on this machine only", config.public_url))
    }
}

fn readable_by_others(what: &'static str, path: &Path, found: &Metadata, forbidden: u32) -> Check {
    let mode = found.permissions().mode() & 0o777;
    if mode & forbidden == 0 {
        Check::good(what, path.display().to_string())
    } else {
        Check::warning(what, format!("{} has mode {mode:o}; take rights from others with chmod", path.display()))
    }
}

fn key(config: &Config) -> Check {
    if config.master_key.is_some() || config.master_key_command.is_some() {
        return Check::good("master key", "given from outside");
    }
    let path = open::key_file(config);
    match std::fs::metadata(&path) {
        Ok(found) => readable_by_others("master key", &path, &found, 0o077),
        Err(_) => Check::warning("master key", format!("{} does not exist yet; the first start makes it", path.display())),
    }
}

/// Roots beside the data can be changed by whoever changes the data.
fn roots(config: &Config) -> Check {
    match &config.audit_roots {
        Some(path) if !path.starts_with(&config.data) => Check::good("audit roots", path.display().to_string()),
        _ => Check::warning("audit roots", "they lie beside the data; set audit_roots to a place that this machine cannot rewrite"),
    }
}

/// Whether somebody looks for malware in files, and answers.
fn scanner(config: &Config) -> Check {
    let Some(scanner) = config.scanner() else {
        return Check::warning("scanner", "no file is looked at for malware; set scanner to a ClamAV daemon near by");
    };
    let asked = open::runtime().map(|runtime| runtime.block_on(scanner.version()));
    match asked {
        Ok(Ok(version)) => Check::good("scanner", format!("{scanner}, {version}")),
        Ok(Err(why)) => Check::bad("scanner", format!("{scanner}: {why}; files wait for it, and can be opened meanwhile")),
        Err(failure) => Check::bad("scanner", failure.to_string()),
    }
}

/// What a pooler that hands connections on between transactions would break; nothing where there is none.
fn pooler(config: &Config) -> Option<Check> {
    config.database_url.as_ref()?;
    match open::place(config).is_pooled() {
        Ok(true) => Some(Check::bad(
            "database address",
            "leads through a transaction pooler. What a node keeps in its session breaks there: advisory locks (node names, audit lanes, migrations), LISTEN (typing, wake-ups, revocations), prepared statements and time limits. Let database_url name PostgreSQL itself, or a pool with pool_mode = session",
        )),
        Ok(false) => None,
        Err(error) => Some(Check::bad("database address", error.to_string())),
    }
}

/// Whether the store of files is this desk's.
fn files(config: &Config, app: &App) -> Check {
    let place = config.files();
    let looked = open::runtime().map(|runtime| runtime.block_on(file::is_own(app)));
    match looked {
        Ok(Ok(true)) => Check::good("files", format!("{place}, marked as this desk's")),
        Ok(Ok(false)) if config.database_url.is_some() && !config.names_files() => Check::warning(
            "files",
            format!("{place}: other nodes cannot see it; set files_folder or files_bucket before a second node starts"),
        ),
        Ok(Ok(false)) => Check::good("files", format!("{place}, not marked yet")),
        Ok(Err(why)) => Check::bad("files", super::files::refused(&place, why).to_string()),
        Err(failure) => Check::bad("files", failure.to_string()),
    }
}

/// Who else serves this database.
fn nodes(app: &App) -> Option<Check> {
    let now = app.now();
    let known = app.db.read_blocking(Pool::Quick, node::list).ok()?;
    let alive = known.into_iter().filter(|one| now - one.seen_at < NODE_GONE_MS).map(|one| format!("{} ({})", one.name, one.version));
    let alive: Vec<String> = alive.collect();
    (!alive.is_empty()).then(|| Check::good("nodes", alive.join(", ")))
}

fn database(config: &Config) -> Vec<Check> {
    if matches!(open::place(config), Place::Sqlite { dir } if !dir.join("candor.db").exists()) {
        return vec![Check::warning("database", "there is none yet; the first start makes it")];
    }
    let opened = open::options(config).and_then(|options| {
        let roots = options.audit_roots.clone();
        Ok((Db::open_reader(options)?, roots))
    });
    let (db, roots) = match opened {
        Ok(opened) => opened,
        Err(failure) => return vec![Check::bad("database", failure.to_string())],
    };
    let mut checks = vec![Check::good("database", format!("{:?}, opened with the master key", db.backend()))];
    checks.push(match audit::verify(&db, &roots) {
        Ok(report) => Check::good("audit log", format!("{} entries, whole", report.entries)),
        Err(audit::FirstBad::Unreadable(Error::Deadline)) => {
            Check::warning("audit log", "too long to check now; run `candor audit verify`")
        }
        Err(bad) => Check::bad("audit log", bad.to_string()),
    });
    match open::app(config, db.clone()) {
        Ok(app) => {
            checks.push(files(config, &app));
            checks.extend(nodes(&app));
        }
        Err(failure) => checks.push(Check::bad("files", failure.to_string())),
    }
    db.close();
    checks
}
