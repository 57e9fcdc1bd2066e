//! Removes the text of a message for good: from the row, the index, the files and the original of a mail, leaving a line that says so.

use super::{lock_permitted, record};
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::event::Event;
use candor_domain::id::{ConversationId, MessageId};
use candor_domain::permission::Permission;
use candor_store::audit::{AuditEntry, detail_cell};
use candor_store::{Query, Queue, conversation, file, inbound, mail, message};

/// Redacts a message; the reason goes into the audit log, sealed.
pub async fn redact(app: &App, actor: &Actor, id: ConversationId, message_id: MessageId, reason: String) -> Result<()> {
    if reason.trim().is_empty() {
        return Err(Error::invalid("reason", "say why"));
    }
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let mut stored = lock_permitted(tx, &actor, Permission::ConversationRedact, id)?;
            let found = message::get(tx, message_id)?;
            if found.conversation != id {
                return Err(Error::NotFound);
            }
            if !message::redact(tx, message_id, tx.now())? {
                return Ok(());
            }
            tx.unindex(found.doc);
            for one in &found.files {
                file::forget(tx, *one)?;
            }
            // A mail as it came in has the same words.
            if let Some(inbound) = mail::get(tx, message_id)?.and_then(|mail| mail.inbound) {
                let kept = inbound::get(tx, inbound)?;
                file::forget(tx, kept.file)?;
            }
            let (kind, by) = (actor.as_ref().kind.as_str(), actor.as_ref().id);
            let data = serde_json::json!({ "message": message_id, "seq": found.seq }).to_string();
            let detail = tx.seal(stored.key, detail_cell(id.0), reason.trim().as_bytes())?;
            tx.audit(AuditEntry::new(kind, by, "message.redacted").subject("conversation", id.0).data(&data).detail(&detail))?;
            let event = Event::Redacted { message: message_id };
            record::record_public(tx, &mut stored, actor.as_ref(), event, found.public_seq.is_some())?;
            let newest = stored.case.seq - 1 == found.seq;
            if newest {
                let blank = tx.seal(stored.key, conversation::preview_cell(id), b"")?;
                conversation::save(tx, &stored, Some(blank))?;
            }
            Ok(())
        })
        .await
}
