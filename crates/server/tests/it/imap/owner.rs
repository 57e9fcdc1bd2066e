//! The IMAP server of the tests, and a mailbox there as its owner sees it.

use super::PASSWORD;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The IMAP server of the tests; without one they fail, they are never passed over.
pub(super) struct Place {
    pub port: u16,
    pub tls: u16,
    pub authority: PathBuf,
}

pub(super) fn place() -> Place {
    let named = std::env::var("CANDOR_TEST_IMAP").expect("CANDOR_TEST_IMAP names an IMAP server: scripts/dovecot.sh start DIR");
    let [port, tls, dir] = named.splitn(3, ',').collect::<Vec<_>>()[..] else { panic!("PORT,TLSPORT,DIR: {named}") };
    Place { port: port.parse().unwrap(), tls: tls.parse().unwrap(), authority: PathBuf::from(dir).join("ca.pem") }
}

/// A mailbox of nobody else's, seen by its owner.
pub(super) struct Owner {
    pub user: String,
    line: TcpStream,
}

impl Owner {
    pub(super) async fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let user = format!("u{}x{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let line = TcpStream::connect(("127.0.0.1", place().port)).await.unwrap();
        let mut owner = Self { user, line };
        assert!(owner.heard("* OK").await.starts_with("* OK"));
        owner.ask(&format!("LOGIN {} {PASSWORD}", owner.user)).await;
        owner
    }

    /// What the server says, up to the line that begins so.
    async fn heard(&mut self, last: &str) -> String {
        let mut said = Vec::new();
        let mut piece = [0; 8192];
        loop {
            let length = self.line.read(&mut piece).await.unwrap();
            assert!(length > 0, "the server ended the line");
            said.extend_from_slice(&piece[..length]);
            let text = String::from_utf8_lossy(&said);
            if text.ends_with("\r\n") && text.lines().last().is_some_and(|line| line.starts_with(last)) {
                return text.into_owned();
            }
        }
    }

    pub(super) async fn ask(&mut self, command: &str) -> String {
        self.line.write_all(format!("a {command}\r\n").as_bytes()).await.unwrap();
        let said = self.heard("a ").await;
        assert!(said.lines().last().unwrap().starts_with("a OK"), "{command}: {said}");
        said
    }

    /// Puts a mail there, as if it had just come.
    pub(super) async fn receive(&mut self, folder: &str, mail: &[u8]) {
        self.receive_at(folder, "", mail).await;
    }

    pub(super) async fn receive_at(&mut self, folder: &str, time: &str, mail: &[u8]) {
        self.line.write_all(format!("a APPEND {folder} {time}{{{}}}\r\n", mail.len()).as_bytes()).await.unwrap();
        assert!(self.heard("+ ").await.starts_with('+'));
        self.line.write_all(mail).await.unwrap();
        self.line.write_all(b"\r\n").await.unwrap();
        let said = self.heard("a ").await;
        assert!(said.contains("a OK"), "{said}");
    }

    /// Numbers of the mails in a folder that are so.
    pub(super) async fn found(&mut self, folder: &str, so: &str) -> usize {
        self.ask(&format!("SELECT {folder}")).await;
        let said = self.ask(&format!("SEARCH {so}")).await;
        let line = said.lines().find(|line| line.starts_with("* SEARCH")).unwrap_or_default().to_owned();
        line.split_whitespace().skip(2).count()
    }
}

pub(super) fn written(number: u32) -> Vec<u8> {
    format!(
        "From: Ann Lee <ann@example.net>\r\nTo: support@desk.test\r\nSubject: Deposit {number}\r\nMessage-ID: <{number}@example.net>\r\n\
         Date: Mon, 2 Feb 2026 10:00:00 +0000\r\n\r\nMy deposit {number} has not arrived.\r\n"
    )
    .into_bytes()
}
