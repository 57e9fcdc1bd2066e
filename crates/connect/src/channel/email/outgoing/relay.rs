//! The mail server that takes what we send.

use super::line::{Line, Recipients, Taken, words};
use crate::channel::email::imap::Tls;
use crate::channel::email::said::{cut, told};
use candor_domain::channel::{Security, Server};
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{self, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::sync::Arc;
use std::time::Duration;

/// Connections that are kept open.
const POOL: u32 = 4;
/// A command and its answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Who signs in there.
#[derive(Clone)]
pub struct Login {
    pub user: String,
    pub password: String,
}

/// A line to a mail server, with its connections; cheap to clone.
#[derive(Clone)]
pub struct Relay {
    pool: AsyncSmtpTransport<Tokio1Executor>,
    line: Arc<Line>,
}

/// The server cannot be spoken to as it was described.
#[derive(Debug, thiserror::Error)]
#[error("the mail server cannot be used: {0}")]
pub struct RelayError(Error);

/// Why a mail was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// It will never be taken so.
    pub permanent: bool,
    /// The server's own words, or what happened on the way there.
    pub words: String,
}

impl Relay {
    /// Opens no connection yet.
    ///
    /// # Errors
    ///
    /// The lines to it cannot be encrypted.
    pub fn new(server: &Server, login: Option<Login>, own_name: &str, tls: &Tls) -> Result<Self, RelayError> {
        let believed = believing(server, tls).map_err(RelayError)?;
        let protection = match server.security {
            Security::None => client::Tls::None,
            Security::StartTls => client::Tls::Required(believed.clone()),
            Security::Tls => client::Tls::Wrapper(believed.clone()),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .tls(protection)
            .hello_name(ClientId::Domain(own_name.to_owned()))
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().max_size(POOL));
        let line = Line { server: server.clone(), believed, login: login.clone(), own_name: own_name.to_owned() };
        if let Some(login) = login {
            builder = builder.credentials(Credentials::new(login.user, login.password));
        }
        Ok(Self { pool: builder.build(), line: Arc::new(line) })
    }

    /// Hands a mail over; the server's words when it took it. What comes back goes to `from`, and nowhere without it. A line that breaks after the last byte leaves open whether it did: then
    /// it is tried again under the same id.
    ///
    /// # Errors
    ///
    /// It was not taken, or nobody said so.
    pub async fn send(&self, from: Option<&str>, to: &str, mail: &[u8]) -> Result<String, Refused> {
        let never = |words: String| Refused { permanent: true, words };
        let from = from.map(str::parse).transpose().map_err(|_| never("the sender's address is none".to_owned()))?;
        let to = to.parse().map_err(|_| never("the recipient's address is none".to_owned()))?;
        let envelope = Envelope::new(from, vec![to]).map_err(|error| never(error.to_string()))?;
        match self.pool.send_raw(&envelope, mail).await {
            Ok(response) => Ok(words(&response)),
            Err(error) => Err(Refused { permanent: error.is_permanent(), words: cut(&told(&error)) }),
        }
    }

    /// Hands one mail over to several people. Whom the server will not have is named; without the main recipient nobody gets it.
    ///
    /// # Errors
    ///
    /// It was not taken, or nobody said so.
    pub async fn send_all(&self, from: Option<&str>, to: Recipients<'_>, mail: &[u8]) -> Result<Taken, Refused> {
        if let (Some(main), []) = (to.main, to.copies) {
            return self.send(from, main, mail).await.map(|words| Taken { words, not: vec![] });
        }
        let none = |_| Refused { permanent: true, words: "the sender's address is none".to_owned() };
        let from = from.map(str::parse).transpose().map_err(none)?;
        self.line.send(from, to, mail).await
    }
}

/// Believes the public authorities and the operator's own.
fn believing(server: &Server, tls: &Tls) -> Result<TlsParameters, Error> {
    let mut parameters = TlsParameters::builder(server.host.clone());
    for authority in tls.own() {
        parameters = parameters.add_root_certificate(Certificate::from_der(authority.to_vec())?);
    }
    parameters.build()
}
