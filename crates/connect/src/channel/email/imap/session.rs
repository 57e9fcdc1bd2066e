//! What is done in a mailbox once one is signed in.

use super::answer::{Heard, ask};
use super::line::{Line, SHORT};
use super::list::{List, Listed, set};
use super::sign_in::{Login, name};
use super::{ImapError, Tls, folder, open};
use async_imap::Session;
use async_imap::imap_proto::{AttributeValue, Response, ResponseCode, Status};
use bytes::Bytes;
use candor_domain::channel::Server;
use futures_util::{Stream, stream};
use std::convert::Infallible;

/// The longest list: about a million mails.
const LIST: usize = 64 << 20;
/// The most a server says of a mail beside its bytes.
const AROUND: usize = 64 << 10;
/// The longest head that is fetched alone, in bytes.
const HEAD: usize = 256 << 10;
/// The most numbers one command names.
const AT_ONCE: usize = 500;
/// A piece of a mail as it is handed on.
const PIECE: usize = 64 << 10;

/// A mailbox in which we are signed in.
pub struct Mailbox {
    pub(super) session: Session<Line>,
    pub(super) can: Abilities,
}

/// What the server offers beyond the standard.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Abilities {
    /// It tells of new mail by itself (RFC 2177).
    pub(super) idle: bool,
    /// RFC 6851.
    moves: bool,
    /// Removes single mails (RFC 4315).
    uid_plus: bool,
}

/// A folder that was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Numbers of mails mean something as long as this stays the same.
    pub validity: u32,
    /// The number the next mail gets, at least; absent where the server does not say.
    pub next: Option<u32>,
}

/// A mail, byte for byte.
pub struct Raw(Heard);

impl Mailbox {
    /// Connects and signs in.
    ///
    /// # Errors
    ///
    /// The server is not reached, is not who it should be, or does not let us in.
    pub async fn open(server: &Server, login: &Login, tls: &Tls) -> Result<Self, ImapError> {
        let mut session = open::open(server, login, tls).await?;
        let mut can = Abilities::default();
        ask(&mut session, "CAPABILITY", SHORT, |heard| {
            let Some(Response::Capabilities(all)) = heard.response() else { return };
            for one in all {
                match name(one).to_ascii_uppercase().as_str() {
                    "IDLE" => can.idle = true,
                    "MOVE" => can.moves = true,
                    "UIDPLUS" => can.uid_plus = true,
                    _ => {}
                }
            }
        })
        .await?;
        Ok(Self { session, can })
    }

    /// Enters a folder.
    ///
    /// # Errors
    ///
    /// It is not there, or has no lasting numbers.
    pub async fn select(&mut self, folder: &str) -> Result<Selected, ImapError> {
        let (mut validity, mut next) = (None, None);
        ask(&mut self.session, &format!("SELECT {}", folder::quoted(folder)), SHORT, |heard| {
            let Some(Response::Data { status: Status::Ok, outcome }) = heard.response() else { return };
            match outcome.code {
                Some(ResponseCode::UidValidity(number)) => validity = Some(number),
                Some(ResponseCode::UidNext(number)) => next = Some(number),
                _ => {}
            }
        })
        .await?;
        let validity = validity.ok_or_else(|| ImapError::Refused("the folder has no lasting numbers (UIDVALIDITY)".to_owned()))?;
        Ok(Selected { validity, next })
    }

    /// The mails of the folder from one number to another, in order; `u32::MAX` is the last there is.
    ///
    /// # Errors
    ///
    /// The server refuses, or the line breaks.
    pub async fn list(&mut self, first: u32, last: u32) -> Result<Vec<Listed>, ImapError> {
        let mut list = List::of(first..=last);
        let command = list.command();
        ask(&mut self.session, &command, LIST, |heard| list.heard(&heard)).await?;
        Ok(list.done())
    }

    /// A mail of about this size, without marking it as read. `None`: it is there no more.
    ///
    /// # Errors
    ///
    /// The server refuses, the line breaks, or the mail has more than `most` bytes.
    pub async fn fetch(&mut self, uid: u32, most: u64) -> Result<Option<Raw>, ImapError> {
        let most = usize::try_from(most).unwrap_or(usize::MAX).saturating_add(AROUND);
        self.section(uid, "BODY.PEEK[]", most).await
    }

    /// The beginning of a mail, of about the length of its head.
    ///
    /// # Errors
    ///
    /// As for the whole.
    pub async fn head(&mut self, uid: u32) -> Result<Option<Raw>, ImapError> {
        self.section(uid, &format!("BODY.PEEK[HEADER]<0.{HEAD}>"), HEAD + AROUND).await
    }

    async fn section(&mut self, uid: u32, section: &str, most: usize) -> Result<Option<Raw>, ImapError> {
        let mut found = None;
        ask(&mut self.session, &format!("UID FETCH {uid} (UID {section})"), most, |heard| {
            if bytes(&heard, uid).is_some() {
                found = Some(Raw(heard));
            }
        })
        .await?;
        Ok(found)
    }

    /// Marks mails as read.
    ///
    /// # Errors
    ///
    /// The server refuses, or the line breaks.
    pub async fn mark_read(&mut self, uids: &[u32]) -> Result<(), ImapError> {
        for some in uids.chunks(AT_ONCE) {
            self.tell(&format!("UID STORE {} +FLAGS.SILENT (\\Seen)", set(some)?)).await?;
        }
        Ok(())
    }

    /// Moves mails to another folder. A server that cannot move copies; one that cannot remove single mails keeps the old ones,
    /// marked as deleted: others that are marked so may be waiting for their owner.
    ///
    /// # Errors
    ///
    /// The folder is not there, or the line breaks; what was moved by then stays moved.
    pub async fn move_to(&mut self, uids: &[u32], folder: &str) -> Result<(), ImapError> {
        let folder = folder::quoted(folder);
        for some in uids.chunks(AT_ONCE) {
            let some = set(some)?;
            if self.can.moves {
                self.tell(&format!("UID MOVE {some} {folder}")).await?;
                continue;
            }
            self.tell(&format!("UID COPY {some} {folder}")).await?;
            self.tell(&format!("UID STORE {some} +FLAGS.SILENT (\\Deleted)")).await?;
            if self.can.uid_plus {
                self.tell(&format!("UID EXPUNGE {some}")).await?;
            }
        }
        Ok(())
    }

    async fn tell(&mut self, command: &str) -> Result<(), ImapError> {
        ask(&mut self.session, command, SHORT, |_| {}).await
    }

    /// Says goodbye.
    pub async fn close(mut self) {
        // Whoever does not hear it notices that the line ends.
        let _ = self.tell("LOGOUT").await;
    }
}

impl Raw {
    pub fn bytes(&self) -> &[u8] {
        any_bytes(&self.0).unwrap_or_default()
    }

    /// Its bytes in pieces, so that whoever takes them needs no second copy of the whole.
    pub fn pieces(&self) -> impl Stream<Item = Result<Bytes, Infallible>> + '_ {
        stream::iter(self.bytes().chunks(PIECE).map(|piece| Ok(Bytes::copy_from_slice(piece))))
    }
}

fn any_bytes(heard: &Heard) -> Option<&[u8]> {
    let Some(Response::Fetch(_, attributes)) = heard.response() else { return None };
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { data: Some(data), .. } => Some(data.as_ref()),
        _ => None,
    })
}

fn bytes(heard: &Heard, uid: u32) -> Option<&[u8]> {
    let Some(Response::Fetch(_, attributes)) = heard.response() else { return None };
    let is = attributes.iter().any(|attribute| matches!(attribute, AttributeValue::Uid(number) if *number == uid));
    if is { any_bytes(heard) } else { None }
}
