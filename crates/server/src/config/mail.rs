//! Where mail is handed over.

use super::Config;
use crate::smtp::{Settings, acceptor};
use candor_app::mail::{Judge, Tls, TlsError, Trust};
use serde::{Deserialize, Serialize};

/// What the listener for mail speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    Smtp,
    Lmtp,
}

impl Config {
    pub(super) fn check_mail(&self) -> Result<(), (&'static str, String)> {
        match (&self.mail_certificate, &self.mail_key) {
            (Some(_), None) => Err(("mail_key", "a certificate needs its key".to_owned())),
            (None, Some(_)) => Err(("mail_certificate", "a key needs its certificate".to_owned())),
            _ => Ok(()),
        }
    }

    /// Who says from whom a mail really is. A machine without name servers judges nothing, and believes no sender.
    pub(crate) fn judge(&self) -> Option<Judge> {
        let trust = Trust { servers: self.mail_trusted_servers.clone(), sealers: self.mail_trusted_sealers.clone() };
        let judge = match self.mail_name_servers.as_slice() {
            [] => Judge::system(trust),
            servers => Judge::at(servers, trust),
        };
        judge.inspect_err(|error| tracing::warn!(%error, "no sender of mail can be proven")).ok()
    }

    /// Whom we believe to be a mail server with a mailbox, or one that takes what we send.
    pub(crate) fn mail_tls(&self) -> Result<Tls, TlsError> {
        self.mail_authorities.as_deref().map_or_else(|| Ok(Tls::public()), Tls::and_of)
    }

    /// How the listener for mail speaks; reads the certificate.
    pub(crate) fn mail(&self, name: &str) -> std::io::Result<Settings> {
        let certificate = self.mail_certificate.as_deref().zip(self.mail_key.as_deref());
        Ok(Settings {
            name: name.to_owned(),
            lmtp: self.mail_protocol == Protocol::Lmtp,
            tls: certificate.map(|(chain, key)| acceptor(chain, key)).transpose()?,
        })
    }
}
