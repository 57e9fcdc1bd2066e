//! The list of settings: the same names in `candor.toml`, as `CANDOR_*` and as flags.

/// How a variable's text becomes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Flag,
    /// Parts between commas.
    List,
}

pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Never shown; may be given as the path of a file, under the name with `_file` behind it.
    pub(crate) secret: bool,
    pub(crate) about: &'static str,
}

const fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, secret: false, about }
}

const fn secret(name: &'static str, about: &'static str) -> Key {
    Key { name, kind: Kind::Text, secret: true, about }
}

pub(crate) const KEYS: &[Key] = &[
    key("data", Kind::Text, "the data directory"),
    key("listen", Kind::Text, "address and port of the site"),
    key("metrics_listen", Kind::Text, "address and port of /metrics; absent: not offered"),
    key("mail_listen", Kind::Text, "address and port where mail servers hand mail over; absent: none do"),
    key("mail_protocol", Kind::Text, "smtp or lmtp"),
    key("mail_certificate", Kind::Text, "the chain of certificates for STARTTLS, PEM; absent: mail comes in the clear"),
    key("mail_key", Kind::Text, "the key of the certificate, PEM"),
    key("mail_name_servers", Kind::List, "name servers that prove senders, as 192.0.2.1:53; absent: this machine's own"),
    key("mail_trusted_servers", Kind::List, "names of mail servers before the desk whose Authentication-Results are believed"),
    key("mail_trusted_sealers", Kind::List, "domains of forwarders whose ARC seals are believed"),
    key(
        "mail_authorities",
        Kind::Text,
        "certificates, PEM, of your own authorities that vouch for mail servers the desk signs in to; the public ones always do",
    ),
    key("public_url", Kind::Text, "where browsers reach the desk; cookies, Origin checks and links follow it"),
    key("trusted_proxies", Kind::List, "networks whose X-Forwarded-For is believed"),
    secret("database_url", "a PostgreSQL address; absent: SQLite in the data directory"),
    key("role", Kind::Text, "all, web or worker"),
    key("node", Kind::Text, "what this process is called among the nodes; absent: the name kept in the data directory"),
    key("files_folder", Kind::Text, "the folder of files, which all nodes must reach; absent: files in the data directory"),
    key("files_bucket", Kind::Text, "a bucket of an S3-compatible store instead of a folder"),
    key("files_prefix", Kind::Text, "what the names of objects in the bucket begin with"),
    key("files_endpoint", Kind::Text, "the address of the S3-compatible store; absent: Amazon's"),
    key("files_region", Kind::Text, "the region of the bucket"),
    key("files_access_key", Kind::Text, "the access key of the bucket; absent: the machine's own role"),
    secret("files_secret_key", "the secret key of the bucket"),
    key(
        "scanner",
        Kind::Text,
        "a ClamAV scanner near by, as unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310; absent: no file is looked at",
    ),
    secret("master_key", "the key that wraps all keys, 64 hexadecimal digits"),
    key("master_key_file", Kind::Text, "the file of the master key, made at the first start; absent: master.key in the data directory"),
    key("master_key_command", Kind::Text, "a command that prints the master key"),
    key("audit_roots", Kind::Text, "where signed audit roots are appended; absent: audit-roots.jsonl in the data directory"),
    key("max_file_mb", Kind::Number, "the largest file a message may carry"),
    key("limit_factor", Kind::Number, "how many times as wide as usual the rate limits are"),
    key("log_level", Kind::Text, "error, warn, info, debug, or filters as target=level"),
    key("log_format", Kind::Text, "auto, json or text"),
    key("demo", Kind::Flag, "offer the demo page and fill an empty desk"),
];

pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The name that was probably meant.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let best = KEYS.iter().map(|key| (strsim::jaro_winkler(name, key.name), key.name)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(likeness, _)| *likeness > 0.7).map(|(_, name)| name)
}
