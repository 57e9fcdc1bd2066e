//! Opens the store as the settings say.

use super::{Failure, node, out};
use crate::config::Config;
use candor_app::{App, Blobs, Ids};
use candor_store::{Db, MasterKey, Options, Place, SystemClock};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

pub(super) fn place(config: &Config) -> Place {
    let dir = config.data.clone();
    match &config.database_url {
        Some(url) => Place::Postgres { url: url.reveal().to_owned(), dir },
        None => Place::Sqlite { dir },
    }
}

pub(super) fn options(config: &Config) -> Result<Options, Failure> {
    make_directory(&config.data)?;
    let mut options = Options::new(place(config), master_key(config)?, Arc::new(SystemClock::new()));
    // The list of destroyed keys lies beside the master key, outside the data that a restore replaces.
    if let Some(dir) = config.master_key_file.as_ref().and_then(|file| file.parent()) {
        options.erased = dir.join("erased");
    }
    if let Some(path) = &config.audit_roots {
        options.audit_roots.clone_from(path);
    }
    options.node = node::name(config);
    Ok(options)
}

/// A directory that we make is nobody else's to look into.
fn make_directory(dir: &Path) -> Result<(), Failure> {
    if dir.is_dir() {
        return Ok(());
    }
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|error| Failure::Unreachable(format!("cannot make the data directory {}: {error}", dir.display())))
}

pub(super) fn key_file(config: &Config) -> PathBuf {
    config.master_key_file.clone().unwrap_or_else(|| config.data.join("master.key"))
}

/// The key from the settings, from a command, or from its file, which the first start makes.
fn master_key(config: &Config) -> Result<MasterKey, Failure> {
    if let Some(key) = &config.master_key {
        return Ok(MasterKey::parse(key.reveal())?);
    }
    if let Some(command) = &config.master_key_command {
        return printed_key(command);
    }
    let path = key_file(config);
    let is_new = !path.exists();
    if is_new && place(config).is_sealed()? {
        return Err(Failure::Unreachable(format!(
            "the master key {} is gone, and the database is sealed with it: put its copy back, or name it by master_key_file or master_key_command; another node has the same key",
            path.display()
        )));
    }
    let key = MasterKey::load_or_create(&path)?;
    if is_new {
        out::note(&format!(
            "A master key was made: {}\nKeep a copy of it apart from the backups of the data: without it nothing can be read, with it everything can.",
            path.display()
        ));
    }
    Ok(key)
}

fn printed_key(command: &str) -> Result<MasterKey, Failure> {
    let failed = |why: String| Failure::Failed(anyhow::anyhow!("master_key_command: {why}"));
    let output = Command::new("sh").args(["-c", command]).output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    let text = String::from_utf8(output.stdout).map_err(|_| failed("printed something else than text".to_owned()))?;
    Ok(MasterKey::parse(&text)?)
}

fn files(config: &Config) -> Result<Blobs, Failure> {
    let place = config.files();
    let shown = place.to_string();
    Blobs::open(place).map_err(|error| Failure::Unreachable(format!("files cannot lie in {shown}: {error}")))
}

/// The use cases over an open store.
pub(super) fn app(config: &Config, db: Db) -> Result<App, Failure> {
    let mut settings = candor_app::Config::new(config.public_url.clone(), config.data.clone());
    settings.max_file_bytes = config.max_file_mb << 20;
    settings.limit_factor = config.limit_factor;
    settings.files = files(config)?;
    settings.scanner = config.scanner();
    settings.judge = config.judge().map(Arc::new);
    settings.mail_tls = config.mail_tls().map_err(|error| Failure::Unreachable(format!("mail_authorities: {error}")))?;
    // The store corrects its clock by the database's; everybody goes by that one.
    let clock = Arc::clone(db.clock());
    Ok(App::new(db, settings, Ids::new(Arc::clone(&clock)), clock))
}

/// The use cases over a store that this process opens for itself, and the runtime they need.
pub(super) fn opened(config: &Config) -> Result<(App, tokio::runtime::Runtime), Failure> {
    let runtime = runtime()?;
    let db = Db::open(options(config)?)?;
    // The use cases start tasks of their own.
    let app = runtime.block_on(async { app(config, db) })?;
    Ok((app, runtime))
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::Failed(anyhow::anyhow!("cannot start: {error}")))
}
