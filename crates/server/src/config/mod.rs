//! What the operator decides, from defaults, `candor.toml`, `CANDOR_*` variables and flags, in rising order.
//!
//! An unknown name is an error that says which one was probably meant; secrets are never shown.

mod files;
mod keys;
mod layers;
mod mail;
mod secret;

pub use candor_domain::network::Network;
pub(crate) use files::is_node_name;
pub use layers::ConfigError;
pub use secret::Secret;

use crate::logs::Format;
use crate::state::Site;
use layers::Layers;
use mail::Protocol;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

/// Which parts of the desk this process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    All,
    /// Answers requests; background work is done elsewhere.
    Web,
    /// Reacts, runs jobs and timers; offers health and metrics only.
    Worker,
}

/// The settings, complete and checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_listen: Option<SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_listen: Option<SocketAddr>,
    pub mail_protocol: Protocol,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_certificate: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_key: Option<PathBuf>,
    pub mail_name_servers: Vec<SocketAddr>,
    pub mail_trusted_servers: Vec<String>,
    pub mail_trusted_sealers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_authorities: Option<PathBuf>,
    pub public_url: String,
    pub trusted_proxies: Vec<Network>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<Secret>,
    pub role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_folder: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_bucket: Option<String>,
    pub files_prefix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_endpoint: Option<String>,
    pub files_region: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_access_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_secret_key: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scanner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key_command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_roots: Option<PathBuf>,
    pub max_file_mb: u64,
    pub limit_factor: NonZeroU32,
    pub log_level: String,
    pub log_format: Format,
    pub demo: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("candor-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics_listen: None,
            mail_listen: None,
            mail_protocol: Protocol::Smtp,
            mail_certificate: None,
            mail_key: None,
            mail_name_servers: Vec::new(),
            mail_trusted_servers: Vec::new(),
            mail_trusted_sealers: Vec::new(),
            mail_authorities: None,
            public_url: String::new(),
            trusted_proxies: Vec::new(),
            database_url: None,
            role: Role::All,
            node: None,
            files_folder: None,
            files_bucket: None,
            files_prefix: String::new(),
            files_endpoint: None,
            files_region: "us-east-1".to_owned(),
            files_access_key: None,
            files_secret_key: None,
            scanner: None,
            master_key: None,
            master_key_file: None,
            master_key_command: None,
            audit_roots: None,
            max_file_mb: 25,
            limit_factor: NonZeroU32::MIN,
            log_level: "info".to_owned(),
            log_format: Format::Auto,
            demo: false,
        }
    }
}

/// Where settings are looked for.
#[derive(Debug, Default)]
pub struct Sources {
    /// The file; `candor.toml` in the working directory when absent, if it is there.
    pub file: Option<PathBuf>,
    pub environment: Vec<(String, String)>,
    /// Names and values of the flags that were given.
    pub flags: Vec<(&'static str, toml::Value)>,
}

const USUAL_FILE: &str = "candor.toml";
const LARGEST_FILE_MB: u64 = 1024;

impl Config {
    pub fn load(sources: Sources) -> Result<Self, ConfigError> {
        let named = |(name, path): &(String, String)| (name == "CANDOR_CONFIG").then(|| PathBuf::from(path));
        let mut layers = Layers::default();
        match sources.file.or_else(|| sources.environment.iter().find_map(named)) {
            Some(path) => layers.add_file(&path)?,
            None if Path::new(USUAL_FILE).is_file() => layers.add_file(Path::new(USUAL_FILE))?,
            None => {}
        }
        layers.add_environment(sources.environment.into_iter())?;
        for (name, value) in sources.flags {
            layers.add_flag(name, value);
        }
        Self::read(layers)
    }

    fn read(layers: Layers) -> Result<Self, ConfigError> {
        let (values, places) = layers.into_values();
        let place = |name: &str| places.get(name).cloned().unwrap_or_else(|| name.to_owned());
        let mut config: Self = serde_path_to_error::deserialize(toml::Value::Table(values)).map_err(|error| {
            let path = error.path().to_string();
            let name = path.split(['[', '.']).next().unwrap_or_default();
            let hidden = keys::find(name).is_some_and(|key| key.secret);
            let why = if hidden { "not a text".to_owned() } else { error.into_inner().message().to_owned() };
            ConfigError::new(place(name), why)
        })?;
        config.complete().map_err(|(name, why)| ConfigError::new(place(name), why))?;
        Ok(config)
    }

    /// Fills in what follows from other values and checks what belongs together.
    fn complete(&mut self) -> Result<(), (&'static str, String)> {
        if self.public_url.is_empty() {
            if !self.listen.ip().is_loopback() {
                return Err(("public_url", "needed when the site listens beyond this machine, as https://support.example.com".to_owned()));
            }
            self.public_url = format!("http://localhost:{}", self.listen.port());
        }
        let site = Site::parse(&self.public_url).map_err(|error| ("public_url", error.to_string()))?;
        self.public_url = site.origin().to_owned();
        if !(1..=LARGEST_FILE_MB).contains(&self.max_file_mb) {
            return Err(("max_file_mb", format!("1 to {LARGEST_FILE_MB}")));
        }
        if self.role != Role::All && self.database_url.is_none() {
            return Err(("role", "several processes need PostgreSQL: set database_url".to_owned()));
        }
        if let Some(name) = &self.node
            && !is_node_name(name)
        {
            return Err(("node", "1 to 60 letters, digits, dots, hyphens and underscores".to_owned()));
        }
        self.check_mail()?;
        self.check_files()?;
        let sources = [self.master_key.is_some(), self.master_key_file.is_some(), self.master_key_command.is_some()];
        if sources.iter().filter(|given| **given).count() > 1 {
            return Err(("master_key", "give one of master_key, master_key_file and master_key_command".to_owned()));
        }
        Ok(())
    }

    /// What is in force, as a file that would give it, with secrets masked.
    pub fn dump(&self) -> String {
        let values = toml::Table::try_from(self).expect("settings are texts, numbers and lists");
        let mut text = String::new();
        for key in keys::KEYS {
            text.push_str(&format!("# {}\n", key.about));
            match values.get(key.name) {
                Some(value) => text.push_str(&format!("{} = {value}\n\n", key.name)),
                None => text.push_str(&format!("# {} =\n\n", key.name)),
            }
        }
        text
    }

    pub fn site(&self) -> Site {
        Site::parse(&self.public_url).expect("checked when the settings were read")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(toml: &str, environment: &[(&str, &str)], flags: &[(&'static str, &str)]) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("candor.toml");
        std::fs::write(&file, toml).unwrap();
        let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        let flags = flags.iter().map(|(name, text)| (*name, toml::Value::String((*text).to_owned()))).collect();
        let sources = Sources { file: Some(file.clone()), environment: environment.iter().map(own).collect(), flags };
        Config::load(sources).map_err(|error| error.to_string().replace(&file.display().to_string(), "candor.toml"))
    }

    #[test]
    fn flags_stand_over_variables_over_the_file_over_defaults() {
        let file = "listen = '127.0.0.1:1'\nmax_file_mb = 7\nlog_level = 'warn'";
        let config = load(file, &[("CANDOR_LISTEN", "127.0.0.1:2"), ("CANDOR_LOG_LEVEL", "debug")], &[("listen", "127.0.0.1:3")]).unwrap();
        assert_eq!(config.listen.port(), 3);
        assert_eq!(config.public_url, "http://localhost:3");
        assert_eq!((config.max_file_mb, config.log_level.as_str()), (7, "debug"));
        assert_eq!(config.role, Role::All);
    }

    #[test]
    fn an_unknown_name_says_which_was_meant() {
        assert_eq!(load("lisen = 'x'", &[], &[]).unwrap_err(), "candor.toml: lisen: unknown setting `lisen`; did you mean `listen`?");
        assert_eq!(
            load("", &[("CANDOR_DATABSE_URL", "x")], &[]).unwrap_err(),
            "CANDOR_DATABSE_URL: unknown setting `databse_url`; did you mean `database_url`?"
        );
        assert!(load("", &[("CANDOR_TEST_POSTGRES", "x"), ("CANDOR_SERVICE_HOST", "x"), ("HOME", "x")], &[]).is_ok());
    }

    #[test]
    fn what_cannot_be_used_is_named_by_its_place() {
        assert!(load("listen = 'here'", &[], &[]).unwrap_err().starts_with("candor.toml: listen: "));
        assert!(load("", &[("CANDOR_MAX_FILE_MB", "many")], &[]).unwrap_err().starts_with("CANDOR_MAX_FILE_MB: "));
        assert!(load("", &[("CANDOR_TRUSTED_PROXIES", "10.0.0.0/8, nonsense")], &[]).unwrap_err().starts_with("CANDOR_TRUSTED_PROXIES: "));
        assert!(load("max_file_mb = 0", &[], &[]).is_err());
        assert!(load("listen = '0.0.0.0:80'", &[], &[]).unwrap_err().starts_with("public_url: needed"));
        assert!(load("public_url = 'http://desk.test'", &[], &[]).unwrap_err().contains("https"));
        assert!(load("role = 'web'", &[], &[]).unwrap_err().contains("PostgreSQL"));
        assert!(load("a = b", &[], &[]).unwrap_err().starts_with("candor.toml, line 1: "));
    }

    #[test]
    fn files_lie_in_one_place_that_is_wholly_named() {
        let place = |toml: &str| load(toml, &[], &[]).map(|config| config.files().to_string());
        assert_eq!(place("data = '/tmp/x'").unwrap(), "the folder /tmp/x/files");
        assert_eq!(place("[files]\nfolder = '/mnt/desk'").unwrap(), "the folder /mnt/desk");
        let bucket = "[files]\nbucket = 'desk'\nendpoint = 'http://127.0.0.1:9000'\naccess_key = 'a'\nsecret_key = 'hush'";
        assert_eq!(place(bucket).unwrap(), "the bucket desk at http://127.0.0.1:9000");
        assert!(!load(bucket, &[], &[]).unwrap().dump().contains("hush"));
        assert!(place("[files]\nfolder = 'a'\nbucket = 'b'").unwrap_err().contains("one of files_folder and files_bucket"));
        assert!(place("[files]\nendpoint = 'http://127.0.0.1:9000'").unwrap_err().contains("files_bucket"));
        assert!(place("[files]\nbucket = 'b'\naccess_key = 'a'").unwrap_err().contains("files_secret_key"));
        assert!(place("[files]\nbucket = 'b'\nendpoint = 'desk.test'").unwrap_err().contains("https://"));
        assert!(place("[files]\nfoldr = 'a'").unwrap_err().contains("did you mean `files_folder`?"));
        assert!(place("node = 'a b'").unwrap_err().contains("node: "));
    }

    #[test]
    fn a_scanner_is_near_by() {
        let scanner = |text: &str| load(&format!("scanner = '{text}'"), &[], &[]).map(|config| config.scanner().map(|one| one.to_string()));
        assert_eq!(scanner("unix:/run/clamav/clamd.ctl").unwrap().as_deref(), Some("unix:/run/clamav/clamd.ctl"));
        assert!(scanner("tcp:192.0.2.1:3310").unwrap_err().contains("in the clear"));
        assert!(scanner("clamd").unwrap_err().starts_with("candor.toml: scanner: "));
        assert_eq!(load("", &[], &[]).unwrap().scanner(), None);
    }

    #[test]
    fn secrets_are_not_shown() {
        let config = load("database_url = 'postgres://me:hush@db/candor'", &[], &[]).unwrap();
        assert_eq!(config.database_url.as_ref().unwrap().reveal(), "postgres://me:hush@db/candor");
        for shown in [format!("{config:?}"), config.dump()] {
            assert!(!shown.contains("hush"), "{shown}");
        }
    }

    #[test]
    fn a_secret_may_stand_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("url");
        std::fs::write(&path, "postgres://db/candor\n").unwrap();
        let config = load("", &[("CANDOR_DATABASE_URL_FILE", path.to_str().unwrap())], &[]).unwrap();
        assert_eq!(config.database_url.unwrap().reveal(), "postgres://db/candor");
    }

    #[test]
    fn a_dump_gives_the_same_settings_again() {
        let config = load("trusted_proxies = ['10.0.0.0/8']\nlisten = '127.0.0.1:9'\ndata = '/tmp/x'", &[], &[]).unwrap();
        let again = load(&config.dump(), &[], &[]).unwrap();
        assert_eq!(format!("{config:?}"), format!("{again:?}"));
    }
}
