//! One folder: what is new in it is kept, mail by mail, and then the server is told what becomes of it.

use super::Trouble;
use super::mailbox::Reader;
use crate::mail::MAX_BYTES;
use crate::mail::keep::{Envelope, keep, keep_failed};
use crate::{Error, Result};
use bytes::Bytes;
use candor_connect::channel::email::imap::{ImapError, Listed, Mailbox, Selected};
use candor_domain::channel::Afterwards;
use candor_store::mailbox::{self, Folder, Lease};
use candor_store::{Pool, Queue};

/// After so many kept mails the server is told of them.
const AT_ONCE: usize = 50;

impl Reader {
    /// Reads what is new. Answers how the folder was before, and why the server would not do with the mail what it should.
    pub(super) async fn folder(&mut self, lease: Lease, mailbox: &mut Mailbox, name: &str) -> Result<(Selected, Option<String>), Trouble> {
        let selected = mailbox.select(name).await?;
        let mut at = self.cursor(name, selected.validity).await?;
        // What was kept before somebody died.
        let mut refused = self.settle(lease, mailbox, name, &mut at).await?;
        if selected.next.is_some_and(|next| next <= at.kept.saturating_add(1)) {
            return Ok((selected, refused));
        }
        for some in mailbox.list(at.kept.saturating_add(1), u32::MAX).await?.chunks(AT_ONCE) {
            for mail in some {
                self.keep(mailbox, name, at.validity, mail).await?;
                at.kept = mail.uid;
                self.came_to(lease, name, at).await?;
            }
            if refused.is_none() {
                refused = self.settle(lease, mailbox, name, &mut at).await?;
            }
        }
        Ok((selected, refused))
    }

    /// How far the folder is read; from its beginning where its numbers mean something else by now. What was kept already is known by
    /// its bytes.
    async fn cursor(&self, name: &str, validity: u32) -> Result<Folder> {
        let (channel, folder) = (self.channel.id, name.to_owned());
        let known = self.app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(mailbox::folder(rx, channel, &folder)?)).await?;
        Ok(known.filter(|known| known.validity == validity).unwrap_or(Folder { validity, kept: 0, settled: 0 }))
    }

    async fn came_to(&self, lease: Lease, name: &str, at: Folder) -> Result<()> {
        let name = name.to_owned();
        self.app.db.write(Queue::Machines, move |tx| Ok(mailbox::came_to(tx, lease, &name, at)?)).await
    }

    /// Keeps one mail. What cannot be had is shown to a person, and the folder goes on behind it.
    async fn keep(&mut self, mailbox: &mut Mailbox, name: &str, validity: u32, mail: &Listed) -> Result<(), Trouble> {
        if !self.is_ours(mail) {
            return Ok(());
        }
        if !self.stuck.ask(name, validity, mail.uid) {
            let part = format!("Subject: {name} {uid}\r\n\r\n", uid = mail.uid);
            let why = format!("the mail server does not hand over mail {uid} of the folder {name}: look at it there", uid = mail.uid);
            keep_failed(&self.app, &self.channel, part.into(), why).await?;
            self.stuck.came();
            return Ok(());
        }
        let mut too_large = mail.size > MAX_BYTES;
        if !too_large && let Some(raw) = mailbox.fetch(mail.uid, MAX_BYTES).await? {
            match keep(&self.app, &self.channel, &Envelope::default(), MAX_BYTES, raw.pieces()).await {
                // The server had counted otherwise.
                Err(Error::TooLarge { .. }) => too_large = true,
                kept => drop(kept?),
            }
        }
        if too_large && let Some(head) = mailbox.head(mail.uid).await? {
            let why = format!("the mail has {} MB, and at most {} MB are taken: only its head is here", mail.size >> 20, MAX_BYTES >> 20);
            keep_failed(&self.app, &self.channel, Bytes::copy_from_slice(head.bytes()), why).await?;
        }
        self.stuck.came();
        Ok(())
    }

    /// Tells the server what becomes of the mails that are kept and of which it has not heard. Its words where it refuses: then it is
    /// asked again next time, and reading goes on.
    async fn settle(&self, lease: Lease, mailbox: &mut Mailbox, name: &str, at: &mut Folder) -> Result<Option<String>, Trouble> {
        if at.settled >= at.kept {
            return Ok(None);
        }
        match self.tell(mailbox, at).await {
            Err(ImapError::Refused(words)) => return Ok(Some(words)),
            told => told?,
        }
        at.settled = at.kept;
        self.came_to(lease, name, *at).await?;
        Ok(None)
    }

    async fn tell(&self, mailbox: &mut Mailbox, at: &Folder) -> Result<(), ImapError> {
        if self.settings.afterwards == Afterwards::Leave {
            return Ok(());
        }
        let listed = mailbox.list(at.settled.saturating_add(1), at.kept).await?;
        let uids: Vec<u32> = listed.iter().filter(|mail| self.is_ours(mail)).map(|mail| mail.uid).collect();
        match (self.settings.afterwards, &self.settings.move_to) {
            (Afterwards::Move, Some(folder)) => mailbox.move_to(&uids, folder).await,
            _ => mailbox.mark_read(&uids).await,
        }
    }

    /// Whether it came late enough to be for the desk.
    fn is_ours(&self, mail: &Listed) -> bool {
        self.settings.since.is_none_or(|since| mail.arrived_at == 0 || mail.arrived_at >= since)
    }
}
