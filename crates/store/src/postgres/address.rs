//! A database address as people write it for PostgreSQL: `sslmode` and `sslrootcert` mean what they mean there.
//! The driver knows three modes of six, so both are read here and taken out of what it sees.

use crate::Error;
use postgres::config::SslMode;
use std::path::PathBuf;
use tokio_postgres::Config;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Never TLS.
    Disable,
    /// TLS where the server offers it; the certificate is not looked at.
    Prefer,
    /// TLS or nothing; the certificate is looked at only if a root is given.
    Require,
    /// The certificate must come from a known root.
    VerifyCa,
    /// ... and name the host.
    VerifyFull,
}

pub(super) struct Address {
    pub(super) config: Config,
    pub(super) mode: Mode,
    pub(super) root: Option<PathBuf>,
}

impl Address {
    pub(super) fn parse(url: &str) -> Result<Address, Error> {
        let (mut mode, mut root) = (Mode::Prefer, None);
        let mut keep = |part: &str| -> Result<bool, Error> {
            match part.split_once('=') {
                Some(("sslmode", value)) => mode = Mode::parse(value)?,
                Some(("sslrootcert", value)) => root = Some(PathBuf::from(unescaped(value)?)),
                _ => return Ok(true),
            }
            Ok(false)
        };
        let rest = match url.split_once('?') {
            Some((base, query)) => with_kept(query, '&', &mut keep)?.map_or(base.to_owned(), |rest| format!("{base}?{rest}")),
            None if url.contains("://") => url.to_owned(),
            None => with_kept(url, ' ', &mut keep)?.unwrap_or_default(),
        };
        let mut config: Config = rest.parse().map_err(|error| wrong(&error))?;
        config.ssl_mode(match mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            _ => SslMode::Require,
        });
        Ok(Address { config, mode, root })
    }
}

impl Mode {
    fn parse(text: &str) -> Result<Mode, Error> {
        Ok(match text {
            "disable" => Mode::Disable,
            "allow" | "prefer" => Mode::Prefer,
            "require" => Mode::Require,
            "verify-ca" => Mode::VerifyCa,
            "verify-full" => Mode::VerifyFull,
            _ => {
                return Err(Error::Invalid("sslmode must be disable, allow, prefer, require, verify-ca or verify-full".to_owned()));
            }
        })
    }
}

fn with_kept(list: &str, separator: char, keep: &mut impl FnMut(&str) -> Result<bool, Error>) -> Result<Option<String>, Error> {
    let mut kept = Vec::new();
    for part in list.split(separator) {
        if keep(part)? {
            kept.push(part);
        }
    }
    Ok((!kept.is_empty()).then(|| kept.join(&separator.to_string())))
}

/// Percent-decoding, for a path in a query.
fn unescaped(text: &str) -> Result<String, Error> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let decoded = match (first, after) {
            (b'%', [high, low, ..]) => data_encoding::HEXLOWER_PERMISSIVE.decode(&[*high, *low]).ok(),
            _ => None,
        };
        match decoded {
            Some(decoded) => {
                bytes.extend(decoded);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).map_err(|error| wrong(&error))
}

/// The address holds a password: only the reason is told.
fn wrong(error: &dyn std::error::Error) -> Error {
    let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    Error::Invalid(format!("the database address cannot be read: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_and_roots_are_read_and_taken_out() {
        let address =
            Address::parse("postgres://u:p@h:5432/d?sslmode=verify-full&connect_timeout=3&sslrootcert=%2Fa%20b.pem").expect("parses");
        assert_eq!(address.mode, Mode::VerifyFull);
        assert_eq!(address.root, Some(PathBuf::from("/a b.pem")));
        assert_eq!(address.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(address.config.get_dbname(), Some("d"));
        let address = Address::parse("host=/run/postgresql user=u sslmode=disable").expect("parses");
        assert_eq!(address.mode, Mode::Disable);
        assert_eq!(address.config.get_user(), Some("u"));
    }

    #[test]
    fn a_wrong_address_is_refused_without_its_password() {
        for url in ["postgres://u:secret@h/d?sslmode=perhaps", "postgres://u:secret@h:port/d"] {
            let error = Address::parse(url).err().expect("refused").to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
