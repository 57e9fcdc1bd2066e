//! Where values come from, lowest first: the file, the environment, the flags. Each value remembers its source,
//! so that what cannot be used is named by the place the operator wrote it.

use super::keys::{Kind, find, nearest};
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};

/// What is wrong with the configuration, in words for the operator. Never holds a secret.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{place}: {why}")]
pub struct ConfigError {
    pub place: String,
    pub why: String,
}

impl ConfigError {
    pub(crate) fn new(place: impl Into<String>, why: impl Into<String>) -> Self {
        Self { place: place.into(), why: why.into() }
    }
}

/// Values and where each was written.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    values: Table,
    places: BTreeMap<String, String>,
}

impl Layers {
    pub(crate) fn into_values(self) -> (Table, BTreeMap<String, String>) {
        (self.values, self.places)
    }

    fn put(&mut self, name: &str, value: Value, place: String) {
        self.values.insert(name.to_owned(), value);
        self.places.insert(name.to_owned(), place);
    }

    /// `candor.toml`.
    pub(crate) fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::new(&shown, error.to_string()))?;
        // The parser's own message would repeat the line, which may hold a secret.
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
            ConfigError::new(format!("{shown}, line {line}"), error.message().to_owned())
        })?;
        for (name, value) in table {
            match value {
                // `[files]` with `folder` in it is another way to write `files_folder`.
                Value::Table(part) => {
                    for (inner, value) in part {
                        self.add(&format!("{name}_{inner}"), value, format!("{shown}: [{name}] {inner}"))?;
                    }
                }
                value => self.add(&name, value, format!("{shown}: {name}"))?,
            }
        }
        Ok(())
    }

    /// Variables that begin with `CANDOR_`.
    pub(crate) fn add_environment(&mut self, variables: impl Iterator<Item = (String, String)>) -> Result<(), ConfigError> {
        for (variable, text) in variables {
            let Some(name) = variable.strip_prefix("CANDOR_").map(str::to_ascii_lowercase) else { continue };
            if is_foreign(&name) || text.is_empty() {
                continue;
            }
            let value = match find(&name) {
                Some(key) => typed(key.kind, &text).map_err(|why| ConfigError::new(&variable, why))?,
                None => Value::String(text),
            };
            self.add(&name, value, variable)?;
        }
        Ok(())
    }

    /// Flags of the command line.
    pub(crate) fn add_flag(&mut self, name: &str, value: Value) {
        self.put(name, value, format!("--{}", name.replace('_', "-")));
    }

    fn add(&mut self, name: &str, value: Value, place: String) -> Result<(), ConfigError> {
        if find(name).is_some() {
            self.put(name, value, place);
            return Ok(());
        }
        if let Some(key) = name.strip_suffix("_file").and_then(find).filter(|key| key.secret) {
            let Value::String(path) = value else { return Err(ConfigError::new(place, "the path of a file is expected")) };
            let text = std::fs::read_to_string(&path).map_err(|error| ConfigError::new(&place, format!("{path}: {error}")))?;
            self.put(key.name, Value::String(text.trim_end().to_owned()), place);
            return Ok(());
        }
        let meant = nearest(name).map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        Err(ConfigError::new(place, format!("unknown setting `{name}`{meant}")))
    }
}

/// Variables with our prefix that are not settings: of tests, naming the file itself, and those that Kubernetes sets
/// for a service called candor.
fn is_foreign(name: &str) -> bool {
    name == "config" || ["test_", "service_", "port"].iter().any(|start| name.starts_with(start))
}

fn typed(kind: Kind, text: &str) -> Result<Value, String> {
    match kind {
        Kind::Text => Ok(Value::String(text.to_owned())),
        Kind::Number => text.parse().map(Value::Integer).map_err(|_| "a number is expected".to_owned()),
        Kind::Flag => match text {
            "1" | "true" | "yes" | "on" => Ok(Value::Boolean(true)),
            "0" | "false" | "no" | "off" => Ok(Value::Boolean(false)),
            _ => Err("true or false is expected".to_owned()),
        },
        Kind::List => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(Value::Array(parts.map(|part| Value::String(part.to_owned())).collect()))
        }
    }
}
