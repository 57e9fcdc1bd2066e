//! One peer's conversation with the mail server (RFC 5321): hello, whom from, whom to, the mail, the next one.

use super::body::Body;
use super::line::{Line, SILENCE, WHOLE};
use super::{Settings, reply};
use candor_app::mail::{Envelope, MAX_BYTES};
use candor_app::{App, Error, channel, mail};
use candor_store::channel::Channel;
use smtp_proto::request::receiver::RequestReceiver;
use smtp_proto::{Error as Wrong, MailFrom, Request};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Recipients of one mail (RFC 5321, 4.5.3.1.8).
const RECIPIENTS: usize = 100;
/// Commands that cannot be done, then the line is broken off.
const ERRORS: usize = 20;
/// Mails of one connection.
const MAILS: usize = 1000;

pub(super) struct Session {
    app: App,
    settings: Arc<Settings>,
    peer: IpAddr,
    stop: CancellationToken,
    secure: bool,
    helo: Option<String>,
    mail: Option<Begun>,
    errors: usize,
    mails: usize,
}

/// A mail whose sender is known.
#[derive(Default)]
struct Begun {
    from: String,
    to: Vec<String>,
    /// Where all recipients belong: others are for another mail.
    channel: Option<Channel>,
}

/// What comes after a command.
enum Next {
    Command,
    Data,
    Encrypt,
    End,
}

impl Session {
    pub(super) fn new(app: App, settings: Arc<Settings>, peer: IpAddr, stop: CancellationToken) -> Self {
        Self { app, settings, peer, stop, secure: false, helo: None, mail: None, errors: 0, mails: 0 }
    }

    pub(super) async fn serve(mut self, mut line: Line) -> io::Result<()> {
        line.say(&format!("220 {} {}", self.settings.name, if self.settings.lmtp { "LMTP" } else { "ESMTP" })).await?;
        let mut receiver = RequestReceiver::default();
        loop {
            let waiting = line.waiting();
            let mut bytes = waiting.iter();
            let request = receiver.ingest(&mut bytes).map(Request::into_owned);
            let took = waiting.len() - bytes.len();
            line.took(took);
            let next = match request {
                Err(Wrong::NeedsMoreData { .. }) => {
                    if !self.waits(&mut line).await? {
                        return Ok(());
                    }
                    continue;
                }
                Err(wrong) => self.wrong(&mut line, &wrong).await?,
                Ok(request) => self.command(&mut line, request).await?,
            };
            line.begin(SILENCE);
            match next {
                Next::Command => {}
                Next::Data => {
                    line.begin(WHOLE);
                    self.data(&mut line).await?;
                    line.begin(SILENCE);
                }
                Next::Encrypt => line = self.encrypted(line).await?,
                Next::End => return line.flush().await,
            }
            if self.errors > ERRORS {
                line.say(reply::TOO_MANY_ERRORS).await?;
                return line.flush().await;
            }
        }
    }

    /// Waits for the peer. False: it is gone, or the desk goes down between two commands.
    async fn waits(&self, line: &mut Line) -> io::Result<bool> {
        let came = tokio::select! {
            () = self.stop.cancelled() => None,
            came = line.more() => Some(came),
        };
        let goodbye = match came {
            Some(Err(error)) if error.kind() == io::ErrorKind::TimedOut => reply::TOO_LONG_SILENT,
            Some(came) => return came,
            None => reply::GOING_DOWN,
        };
        line.say(goodbye).await?;
        line.flush().await?;
        Ok(false)
    }

    async fn wrong(&mut self, line: &mut Line, wrong: &Wrong) -> io::Result<Next> {
        self.errors += 1;
        line.say(match wrong {
            Wrong::UnknownCommand => reply::UNKNOWN,
            Wrong::ResponseTooLong => reply::TOO_LONG,
            Wrong::InvalidSenderAddress | Wrong::InvalidRecipientAddress => reply::BAD_ADDRESS,
            Wrong::UnsupportedParameter { .. } => reply::UNKNOWN_PARAMETER,
            _ => reply::BAD_SYNTAX,
        })
        .await?;
        // What follows a line without an end cannot be told from it.
        Ok(if matches!(wrong, Wrong::ResponseTooLong) { Next::End } else { Next::Command })
    }

    async fn command(&mut self, line: &mut Line, request: Request<String>) -> io::Result<Next> {
        let said = match request {
            Request::Ehlo { host } if !self.settings.lmtp => return self.hello(line, host, true).await,
            Request::Lhlo { host } if self.settings.lmtp => return self.hello(line, host, true).await,
            Request::Helo { host } if !self.settings.lmtp => return self.hello(line, host, false).await,
            Request::Mail { from } => self.from(from).await,
            Request::Rcpt { to } => self.to(to.address).await,
            Request::Data => match &self.mail {
                Some(begun) if begun.channel.is_some() => return Ok(Next::Data),
                Some(_) => reply::RECIPIENT_FIRST,
                None => reply::MAIL_FIRST,
            },
            Request::StartTls if self.secure => reply::ALREADY_SECURE,
            Request::StartTls if self.settings.tls.is_some() => {
                line.say(reply::START_TLS).await?;
                return Ok(Next::Encrypt);
            }
            Request::Rset => {
                self.mail = None;
                reply::OK
            }
            Request::Noop { .. } => reply::OK,
            Request::Vrfy { .. } => reply::CANNOT_VERIFY,
            Request::Help { .. } => reply::HELP,
            Request::Quit => {
                line.say(reply::BYE).await?;
                return Ok(Next::End);
            }
            _ => reply::NOT_OFFERED,
        };
        self.errors += usize::from(said.starts_with('5'));
        line.say(said).await?;
        Ok(Next::Command)
    }

    async fn hello(&mut self, line: &mut Line, host: String, extended: bool) -> io::Result<Next> {
        self.helo = Some(host);
        self.mail = None;
        let name = &self.settings.name;
        if !extended {
            line.say(&format!("250 {name}")).await?;
            return Ok(Next::Command);
        }
        let tls = if self.settings.tls.is_some() && !self.secure { "250-STARTTLS\r\n" } else { "" };
        let offered = format!("250-PIPELINING\r\n250-SIZE {MAX_BYTES}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n{tls}250 ENHANCEDSTATUSCODES");
        line.say(&format!("250-{name}\r\n{offered}")).await?;
        Ok(Next::Command)
    }

    async fn from(&mut self, from: MailFrom<String>) -> &'static str {
        if self.helo.is_none() {
            return reply::HELLO_FIRST;
        }
        if self.mail.is_some() {
            return reply::NESTED;
        }
        if from.size as u64 > MAX_BYTES {
            return reply::TOO_LARGE;
        }
        // Behind LMTP stands a mail server of our own: what it has taken is kept and looked at later.
        if !self.settings.lmtp && matches!(self.app.heard_from(self.peer).await, Err(Error::Blocked(_))) {
            return reply::NOT_HEARD;
        }
        self.mail = Some(Begun { from: from.address, ..Begun::default() });
        reply::SENDER_OK
    }

    async fn to(&mut self, address: String) -> &'static str {
        let Some(begun) = &mut self.mail else { return reply::MAIL_FIRST };
        if begun.to.len() >= RECIPIENTS {
            return reply::TOO_MANY_RECIPIENTS;
        }
        let place = match channel::of_address(&self.app, &address).await {
            Ok(Some(place)) => place,
            Ok(None) => return reply::NOT_HERE,
            Err(_) => return reply::NOT_KEPT,
        };
        if begun.channel.as_ref().is_some_and(|other| other.id != place.id) {
            return reply::TOO_MANY_RECIPIENTS;
        }
        begun.channel = Some(place);
        begun.to.push(address);
        reply::RECIPIENT_OK
    }

    async fn data(&mut self, line: &mut Line) -> io::Result<()> {
        let Some(Begun { from, to, channel: Some(place) }) = self.mail.take() else { return Ok(()) };
        line.say(reply::GO_ON).await?;
        let recipients = to.len();
        let envelope = Envelope { peer: Some(self.peer), helo: self.helo.clone().unwrap_or_default(), from, to };
        let mut body = Body::new(line);
        let kept = mail::keep(&self.app, &place, &envelope, MAX_BYTES, body.parts()).await;
        // A sender who is in the middle of a mail does not read a reply; far beyond the limit it is cut off instead.
        if !body.skip(MAX_BYTES).await? {
            return Err(io::Error::other("a mail without an end"));
        }
        let said = match kept {
            Ok(kept) => format!("250 2.0.0 kept as {}", kept.id),
            Err(Error::TooLarge { .. }) => reply::TOO_LARGE.to_owned(),
            Err(error) => {
                tracing::warn!(%error, "a mail could not be kept; its sender tries again");
                reply::NOT_KEPT.to_owned()
            }
        };
        for _ in 0..if self.settings.lmtp { recipients } else { 1 } {
            line.say(&said).await?;
        }
        self.mails += 1;
        if self.mails >= MAILS {
            line.say(reply::ENOUGH_MAIL).await?;
            line.flush().await?;
            return Err(io::Error::other("enough mail for one connection"));
        }
        Ok(())
    }

    async fn encrypted(&mut self, line: Line) -> io::Result<Line> {
        let Some(tls) = self.settings.tls.clone() else { return Ok(line) };
        let secure = line.encrypt(&tls).await?;
        // What was said in the clear counts no more (RFC 3207, 4.2).
        (self.secure, self.helo, self.mail) = (true, None, None);
        Ok(secure)
    }
}
