//! An agent passes chosen messages of a case on to a third party. The files go as copies, so that each lies in one conversation only.

use super::leaving::{Leaving, leaving};
use crate::conversation::begin::{Beginning, Made, begin, blinded, outside, place, repeated, stranger};
use crate::conversation::{Content, Started, get_permitted, lock_permitted, record};
use crate::file::{Incoming, read_whole, take_in};
use crate::{App, Error, Limit, Result, audit};
use bytes::Bytes;
use candor_domain::actor::Actor;
use candor_domain::contact::{IdentityKind, MAX_NAME};
use candor_domain::conversation::{Refusal, side_events};
use candor_domain::event::{Cause, SideStep};
use candor_domain::id::{AgentId, ConversationId, FileId, InboxId, MessageId};
use candor_domain::permission::Permission;
use candor_domain::text::clean_line;
use candor_store::conversation::Stored;
use candor_store::file::File;
use candor_store::inbox::Inbox;
use candor_store::{Pool, Query, Queue, Tx, block, contact};
use futures_util::stream;
use serde_json::json;
use std::convert::Infallible;
use uuid::Uuid;

/// What is passed on, and to whom.
#[derive(Clone, Debug)]
pub struct Forward {
    /// The inbox whose mail it is.
    pub inbox: InboxId,
    pub to: String,
    pub client_id: Uuid,
    pub subject: String,
    /// The agent's own words.
    pub text: String,
    pub messages: Vec<MessageId>,
    /// Of the chosen messages.
    pub files: Vec<FileId>,
    /// How long it can be undone; 0 sends at once.
    pub hold_ms: i64,
}

impl Forward {
    fn hmac(&self, q: &impl Query, parent: ConversationId) -> Vec<u8> {
        let extra = json!([parent, self.inbox, self.to, self.subject, self.messages]).to_string();
        Content { text: self.text.clone(), files: self.files.clone(), mentions: vec![] }.hmac(q, &extra)
    }
}

/// Shows exactly what would leave; nothing happens.
pub async fn preview(app: &App, actor: &Actor, parent: ConversationId, asked: Forward) -> Result<Leaving> {
    let asker = actor.clone();
    let leaving = app
        .db
        .read(Pool::Quick, move |rx| {
            let stored = get_permitted(rx, &asker, Permission::ConversationForward, parent)?;
            Ok::<_, Error>(put_together(rx, &asker, &stored, &asked)?.1)
        })
        .await?;
    check(app, &leaving)?;
    Ok(leaving)
}

/// Asks a third party about a case. The same `client_id` of the same agent answers the same side thread.
pub async fn forward(app: &App, actor: &Actor, parent: ConversationId, mut asked: Forward) -> Result<Started> {
    let author = actor.agent().ok_or(Error::Forbidden("only an agent asks others"))?;
    app.limits.check(Limit::AgentBegins, author)?;
    asked.hold_ms = asked.hold_ms.clamp(0, app.config.max_hold_ms);
    let found = match known(app, actor, author, parent, &asked).await? {
        Found::Before(before) => return Ok(before),
        Found::New(found) => found,
    };
    check(app, &found)?;
    let mut copies = Vec::with_capacity(found.files.len());
    for file in &found.files {
        copies.push(copied(app, actor, file).await?);
    }
    let (asker, made, request) = (actor.clone(), Made::new(app), asked.clone());
    match app.db.write(Queue::People, move |tx| ask(tx, &asker, author, parent, &made, &request, &copies)).await {
        // The same request ran twice at the same time and the other was first: the copies belong to nobody and are swept.
        Err(Error::Store(error)) if error.is_unique("conversation", "client_id") => {
            match known(app, actor, author, parent, &asked).await? {
                Found::Before(before) => Ok(before),
                Found::New(_) => Err(error.into()),
            }
        }
        started => started,
    }
}

enum Found {
    Before(Started),
    New(Leaving),
}

/// What an earlier request began, or what this one would send.
async fn known(app: &App, actor: &Actor, author: AgentId, parent: ConversationId, asked: &Forward) -> Result<Found> {
    let (asker, asked) = (actor.clone(), asked.clone());
    app.db
        .read(Pool::Quick, move |rx| {
            let stored = get_permitted(rx, &asker, Permission::ConversationForward, parent)?;
            let hmac = asked.hmac(rx, parent);
            match repeated(rx, author, asked.client_id, &hmac)? {
                Some(before) => Ok(Found::Before(before)),
                None => Ok(Found::New(put_together(rx, &asker, &stored, &asked)?.1)),
            }
        })
        .await
}

fn put_together(q: &mut impl Query, actor: &Actor, stored: &Stored, asked: &Forward) -> Result<(Inbox, Leaving)> {
    if stored.case.is_side() {
        return Err(Error::Conflict("a side thread is passed on from the case it is about"));
    }
    let (place, sender) = place(q, actor, &[], asked.inbox)?;
    let to = outside(q, &asked.to)?;
    let leaving = leaving(q, stored, &place, &sender, asked, to)?;
    Ok((place, leaving))
}

/// The whole is held to what one message may be.
fn check(app: &App, leaving: &Leaving) -> Result<()> {
    Content { text: leaving.text.clone(), files: vec![], mentions: vec![] }.check(app)
}

async fn copied(app: &App, actor: &Actor, file: &File) -> Result<FileId> {
    let bytes = Bytes::from(read_whole(app, file).await?);
    let incoming = Incoming { name: &file.name, declared: &file.media_type, length: Some(bytes.len() as u64) };
    Ok(take_in(app, actor, incoming, stream::iter([Ok::<_, Infallible>(bytes)])).await?.id)
}

fn ask(
    tx: &mut Tx<'_>,
    actor: &Actor,
    author: AgentId,
    parent: ConversationId,
    made: &Made,
    asked: &Forward,
    copies: &[FileId],
) -> Result<Started> {
    let mut stored = lock_permitted(tx, actor, Permission::ConversationForward, parent)?;
    let request_hmac = asked.hmac(tx, parent);
    if let Some(before) = repeated(tx, author, asked.client_id, &request_hmac)? {
        return Ok(before);
    }
    // Their lock: nothing is begun about a customer whose erasure was ordered.
    contact::key(tx, stored.case.contact)?;
    let (place, leaving) = put_together(tx, actor, &stored, asked)?;
    if is_customers(tx, &stored, &leaving.to)? {
        return Err(Error::invalid("to", "this is an address of the customer: answer them in the conversation"));
    }
    // By the whole address: colleagues have to see who was asked, and it is no customer's.
    let third = stranger(tx, made, &leaving.to, Some(clean_line(&leaving.to, MAX_NAME)))?;
    if block::of_contact(tx, third.id)?.is_some() {
        return Err(Refusal::Blocked.into());
    }
    let events = side_events(&stored.case, made.conversation, SideStep::Opened);
    record(tx, &mut stored, actor.as_ref(), &Cause::ACT, events, None)?;
    let new = Beginning {
        actor,
        author,
        place: &place,
        contact: third.id,
        key: stored.key,
        parent: Some(parent),
        to: &leaving.to,
        subject: &leaving.subject,
        content: Content { text: leaving.text, files: copies.to_vec(), mentions: vec![] },
        client_id: asked.client_id,
        request_hmac,
        hold_ms: asked.hold_ms,
    };
    begin(tx, made, new)?;
    let files: Vec<FileId> = leaving.files.iter().map(|file| file.id).collect();
    let data = json!({
        "side": made.conversation, "inbox": asked.inbox, "address": blinded(tx, &leaving.to), "messages": asked.messages, "files": files,
    });
    audit::record(tx, actor, "case.forwarded", ("conversation", parent.0), data)?;
    Ok(Started { conversation: made.conversation, repeated: false })
}

fn is_customers(tx: &mut Tx<'_>, stored: &Stored, address: &str) -> Result<bool> {
    let known = contact::identities(tx, stored.case.contact)?;
    Ok(known.iter().any(|one| one.identity.kind == IdentityKind::Email && one.identity.value == address))
}
