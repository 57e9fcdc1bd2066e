//! Connecting: the line, its encryption, the greeting, signing in.

use super::answer::{broken, fault, timed, words};
use super::line::Line;
use super::sign_in::{Login, sign_in};
use super::{ImapError, Tls};
use crate::channel::email::said::cut;
use async_imap::imap_proto::{Response, Status};
use async_imap::{Client, Session};
use candor_domain::channel::{Security, Server};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::ServerName;

/// Reaching it, encrypting, and its greeting: each.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn open(server: &Server, login: &Login, tls: &Tls) -> Result<Session<Line>, ImapError> {
    let host = server.host.trim_start_matches('[').trim_end_matches(']');
    let reached = async { TcpStream::connect((host, server.port)).await.map_err(|error| fault(&error)) };
    let stream = timed(PATIENCE, reached).await?;
    // Each command waits for its answer: nothing is gained by gathering bytes.
    let _ = stream.set_nodelay(true);
    let client = match server.security {
        Security::None => greeted(Line::plain(stream)).await?,
        Security::Tls => greeted(encrypted(stream, host, tls).await?).await?,
        Security::StartTls => {
            let mut client = greeted(Line::plain(stream)).await?;
            let begun = async { client.run_command_and_check_ok("STARTTLS", None).await.map_err(|error| broken(&error)) };
            timed(PATIENCE, begun).await?;
            // What was read in the clear is thrown away with the client: nobody can have put words before ours.
            let stream = client.into_inner().into_plain().ok_or(ImapError::Garbled)?;
            Client::new(encrypted(stream, host, tls).await?)
        }
    };
    sign_in(client, server.user.as_deref().unwrap_or_default(), login).await
}

async fn encrypted(stream: TcpStream, host: &str, tls: &Tls) -> Result<Line, ImapError> {
    let name = ServerName::try_from(host.to_owned()).map_err(|error| ImapError::Broken(cut(&error.to_string())))?;
    let shaken = async { tls.connector.connect(name, stream).await.map_err(|error| ImapError::Broken(cut(&error.to_string()))) };
    timed(PATIENCE, shaken).await.map(Line::tls)
}

/// Hears the greeting. Whoever says that we are signed in already is not believed: that would be somebody in between.
async fn greeted(line: Line) -> Result<Client<Line>, ImapError> {
    let mut client = Client::new(line);
    let heard = async { client.read_response().await.map_err(|error| fault(&error)) };
    let greeting = timed(PATIENCE, heard).await?;
    match greeting.as_ref().map(|response| response.parsed()) {
        Some(Response::Data { status: Status::Ok, .. }) => Ok(client),
        Some(Response::Data { status: Status::Bye, outcome }) => Err(ImapError::Broken(words(outcome))),
        _ => Err(ImapError::Garbled),
    }
}
