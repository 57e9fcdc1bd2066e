//! An agent writes first, by mail, to somebody who has not asked. It is done in the desk's name to any address, so it needs a right of
//! its own, is counted, and stands in the audit log.

use super::begin::{Beginning, Made, begin, blinded, outside, place, repeated, stranger, subject};
use super::start::Started;
use super::write::Content;
use crate::contact::enter;
use crate::mail::out;
use crate::{App, Error, Limit, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::contact::{IdentityKind, called};
use candor_domain::conversation::Refusal;
use candor_domain::id::{AgentId, ConversationId, InboxId};
use candor_domain::permission::Permission;
use candor_store::contact::Contact;
use candor_store::{Queue, Tx, block, contact};
use serde_json::json;
use uuid::Uuid;

/// Whom an agent writes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    Address(String),
    /// The customer of this case, at their best address; the agent need not see it.
    CustomerOf(ConversationId),
}

/// A first mail as an agent sends it.
#[derive(Clone, Debug)]
pub struct FirstInput {
    pub inbox: InboxId,
    pub to: Recipient,
    pub client_id: Uuid,
    pub subject: String,
    pub content: Content,
    /// How long it can be undone; 0 sends at once.
    pub hold_ms: i64,
}

/// Begins a conversation with our words. The same `client_id` of the same agent answers the same conversation.
pub async fn write_first(app: &App, actor: &Actor, mut input: FirstInput) -> Result<Started> {
    input.content.check(app)?;
    let author = actor.agent().ok_or(Error::Forbidden("only an agent writes first"))?;
    app.limits.check(Limit::AgentBegins, author)?;
    input.hold_ms = input.hold_ms.clamp(0, app.config.max_hold_ms);
    let (actor, made) = (actor.clone(), Made::new(app));
    let (again, same) = (actor.clone(), input.clone());
    match app.db.write(Queue::People, move |tx| first(tx, &actor, author, &made, &input)).await {
        // The same request ran twice at the same time and the other was first: now there is something to answer with.
        Err(Error::Store(error)) if error.is_unique("conversation", "client_id") => {
            app.db.write(Queue::People, move |tx| first(tx, &again, author, &made, &same)).await
        }
        started => started,
    }
}

fn first(tx: &mut Tx<'_>, actor: &Actor, author: AgentId, made: &Made, input: &FirstInput) -> Result<Started> {
    let (place, _) = place(tx, actor, &[Permission::ConversationStart], input.inbox)?;
    let request_hmac = input.content.hmac(tx, &asked(input));
    if let Some(before) = repeated(tx, author, input.client_id, &request_hmac)? {
        return Ok(before);
    }
    let subject = subject(&input.subject)?;
    let (contact, to) = recipient(tx, actor, made, &input.to)?;
    if block::of_contact(tx, contact.id)?.is_some() {
        return Err(Refusal::Blocked.into());
    }
    let new = Beginning {
        actor,
        author,
        place: &place,
        contact: contact.id,
        key: contact.key,
        parent: None,
        to: &to,
        subject: &subject,
        content: input.content.clone(),
        client_id: input.client_id,
        request_hmac,
        hold_ms: input.hold_ms,
    };
    begin(tx, made, new)?;
    let data = json!({ "inbox": place.id, "address": blinded(tx, &to), "files": input.content.files });
    audit::record(tx, actor, "mail.begun", ("conversation", made.conversation.0), data)?;
    Ok(Started { conversation: made.conversation, repeated: false })
}

/// What makes a request the same, beside what it says.
fn asked(input: &FirstInput) -> String {
    let to = match &input.to {
        Recipient::Address(typed) => typed.clone(),
        Recipient::CustomerOf(id) => id.to_string(),
    };
    json!([input.inbox, to, input.subject]).to_string()
}

/// Who it is, and the address. A typed address is that of the customer who has proven it; else nobody we know has it: a visitor may
/// have typed anybody's.
fn recipient(tx: &mut Tx<'_>, actor: &Actor, made: &Made, to: &Recipient) -> Result<(Contact, String)> {
    match to {
        Recipient::Address(typed) => {
            let address = outside(tx, typed)?;
            let known = contact::proven(tx, IdentityKind::Email, &address)?;
            let contact = match known {
                Some((id, _)) => contact::lock(tx, id)?,
                None => stranger(tx, made, &address, called("", &address))?,
            };
            Ok((contact, address))
        }
        Recipient::CustomerOf(id) => {
            let stored = enter(tx, actor, Permission::ContactRead, *id)?;
            let person = out::known_address(tx, &stored)?;
            let person = person.ok_or_else(|| Error::invalid("customer_of", "there is no address of theirs that mail may go to"))?;
            Ok((contact::lock(tx, stored.case.contact)?, outside(tx, &person.mail)?))
        }
    }
}
