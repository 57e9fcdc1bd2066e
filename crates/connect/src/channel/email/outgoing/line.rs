//! A mail for several people, in one hand-over: each is asked about apart, and the mail goes to those the server takes.

use super::relay::{Login, PATIENCE, Refused};
use crate::channel::email::said::{cut, told};
use candor_domain::channel::{Security, Server};
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use std::time::Duration;

/// A whole hand-over, with the largest mail.
const WHOLE: Duration = Duration::from_secs(600);

/// Somebody a mail was for, and the server's words on why they do not get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTaken {
    pub mail: String,
    pub words: String,
}

/// What a server made of a mail for several people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Its words when it took the mail; empty where it took nobody.
    pub words: String,
    pub not: Vec<NotTaken>,
}

/// Whom a mail is for.
#[derive(Clone, Copy, Debug)]
pub struct Recipients<'a> {
    /// Without them it goes to nobody.
    pub main: Option<&'a str>,
    pub copies: &'a [String],
}

/// What a connection is opened with.
#[derive(Clone)]
pub(super) struct Line {
    pub server: Server,
    /// Which authorities are believed.
    pub believed: TlsParameters,
    pub login: Option<Login>,
    pub own_name: String,
}

impl Line {
    /// Hands one mail over to all of them. What comes back goes to `from`.
    pub(super) async fn send(&self, from: Option<Address>, to: Recipients<'_>, mail: &[u8]) -> Result<Taken, Refused> {
        let late = || Refused { permanent: false, words: "the mail server does not answer".to_owned() };
        tokio::time::timeout(WHOLE, self.talk(from, to, mail)).await.map_err(|_| late())?
    }

    async fn talk(&self, from: Option<Address>, to: Recipients<'_>, mail: &[u8]) -> Result<Taken, Refused> {
        let mut line = self.open().await.map_err(refused)?;
        let done = hand_over(&mut line, from, to, mail).await;
        // Whatever it says to that, the mail is where it is.
        drop(line.quit().await);
        done
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, Error> {
        let (server, name) = (&self.server, ClientId::Domain(self.own_name.clone()));
        let wrapped = (server.security == Security::Tls).then(|| self.believed.clone());
        let address = (server.host.trim_matches(['[', ']']), server.port);
        let mut line = AsyncSmtpConnection::connect_tokio1(address, Some(PATIENCE), &name, wrapped, None).await?;
        if server.security == Security::StartTls {
            line.starttls(self.believed.clone(), &name).await?;
        }
        if let Some(login) = &self.login {
            let known = Credentials::new(login.user.clone(), login.password.clone());
            line.auth(&[Mechanism::Plain, Mechanism::Login], &known).await?;
        }
        Ok(line)
    }
}

async fn hand_over(line: &mut AsyncSmtpConnection, from: Option<Address>, to: Recipients<'_>, mail: &[u8]) -> Result<Taken, Refused> {
    let far = to.main.into_iter().chain(to.copies.iter().map(String::as_str)).any(|one| !one.is_ascii());
    let mut wants = Vec::new();
    if far && line.server_info().supports_feature(Extension::SmtpUtfEight) {
        wants.push(MailParameter::SmtpUtfEight);
    }
    if !mail.is_ascii() && line.server_info().supports_feature(Extension::EightBitMime) {
        wants.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    line.command(Mail::new(from, wants)).await.map_err(refused)?;
    let mut taken = Taken::default();
    let mut some = false;
    if let Some(main) = to.main {
        let main = main.parse().map_err(|_| Refused { permanent: true, words: "the recipient's address is none".to_owned() })?;
        line.command(Rcpt::new(main, vec![])).await.map_err(refused)?;
        some = true;
    }
    for copy in to.copies {
        match asked(line, copy).await? {
            None => some = true,
            Some(words) => taken.not.push(NotTaken { mail: copy.clone(), words }),
        }
    }
    if some {
        line.command(Data).await.map_err(refused)?;
        let answer = line.message(mail).await.map_err(refused)?;
        taken.words = words(&answer);
    }
    Ok(taken)
}

/// Asks for one more; the server's words where it will not, for now or for good.
async fn asked(line: &mut AsyncSmtpConnection, copy: &str) -> Result<Option<String>, Refused> {
    let Ok(address) = copy.parse() else { return Ok(Some("the recipient's address is none".to_owned())) };
    match line.command(Rcpt::new(address, vec![])).await {
        Ok(_) => Ok(None),
        Err(error) if error.status().is_some() => Ok(Some(cut(&told(&error)))),
        Err(error) => Err(Refused { permanent: false, words: cut(&told(&error)) }),
    }
}

fn refused(error: Error) -> Refused {
    Refused { permanent: error.is_permanent(), words: cut(&told(&error)) }
}

/// A server's answer as it is kept.
pub(super) fn words(answer: &Response) -> String {
    cut(&format!("{} {}", answer.code(), answer.message().collect::<Vec<_>>().join(" ")))
}
