//! Undo send: a reply is durable at once, and becomes a message when its window ends.
//!
//! It carries what its author had seen. When the customer writes during the window the author is asked; without an
//! answer in a minute it goes out as written and the case stays open. A reply that may no longer go comes back as a draft.

use super::reply::{self, FollowUp, ReplyInput};
use super::write::{self, Content, New as NewMessage};
use super::{lock_permitted, permitted};
use crate::mail::out::Copied;
use crate::timers::Kind;
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::conversation::Category;
use candor_domain::event::MessageKind;
use candor_domain::id::{AgentId, ConversationId, HeldReplyId, MessageId};
use candor_domain::permission::{Door, Permission};
use candor_store::conversation::Stored;
use candor_store::flaw::{Flaw, planted};
use candor_store::held_reply::{self, Held};
use candor_store::idempotency::{self, Answered};
use candor_store::{Pool, Query, Queue, Tx, block, conversation, draft, timer};
use uuid::Uuid;

/// How long an author is asked whether an overtaken reply should go, in milliseconds.
const ASK_MS: i64 = 60_000;

/// The status a held reply was answered with.
const TAKEN: i64 = 202;

/// How many held replies one command releases; the rest has its own timers.
const AT_ONCE: usize = 8;

/// A reply about to be held.
pub(super) struct New {
    pub id: HeldReplyId,
    pub author: AgentId,
    pub request_hmac: Vec<u8>,
    pub hold_ms: i64,
}

/// Keeps a reply for its window. The case's lock is held.
pub(super) fn hold(tx: &mut Tx<'_>, stored: &Stored, new: New, input: &ReplyInput, copied: &Copied) -> Result<()> {
    let New { id, author, request_hmac, hold_ms } = new;
    let mail = (!input.copies.is_empty()).then(|| serde_json::to_string(copied).expect("texts always serialise"));
    let mail = mail.map(|mail| tx.seal(stored.key, held_reply::mail_cell(id), mail.as_bytes())).transpose()?;
    let (now, text) = (tx.now(), tx.seal(stored.key, held_reply::text_cell(id), input.content.text.as_bytes())?);
    let release_at = now + hold_ms;
    let held = Held {
        id,
        conversation: stored.case.id,
        author,
        text,
        mail,
        files: input.content.files.clone(),
        client_id: input.client_id,
        request_hmac,
        seen_seq: if input.force { stored.case.last_customer_seq.max(input.seen_seq) } else { input.seen_seq },
        follow_up: serde_json::to_string(&input.follow_up).expect("ids always serialise"),
        created_at: now,
        release_at,
        ask_until: None,
        keep: false,
    };
    held_reply::insert(tx, &held)?;
    arm(tx, stored, release_at)
}

/// Sets the timer that ends the window, and tells the screens that what is held has changed.
fn arm(tx: &mut Tx<'_>, stored: &Stored, at: i64) -> Result<()> {
    crate::timers::arm(tx, stored.case.id, Kind::ReleaseReply, at)?;
    tx.wake(stored.case.id.0, stored.case.seq);
    Ok(())
}

/// A held reply that an earlier request left with this client id, also when it has gone back to its author since: who
/// repeats a request whose answer was lost must not send again what was taken back.
pub(super) fn repeated(tx: &mut Tx<'_>, id: ConversationId, author: AgentId, client_id: Uuid, hmac: &[u8]) -> Result<Option<HeldReplyId>> {
    match held_reply::by_client(tx, id, author, client_id)? {
        Some(found) if write::is_same_request(&found.request_hmac, hmac) => Ok(Some(found.id)),
        Some(_) => Err(Error::BodyMismatch),
        None => given_back(tx, id, author, client_id, hmac),
    }
}

/// Under which name a reply that went back is remembered, for as long as other requests are. No request's key has a space.
fn memory(id: ConversationId, client_id: Uuid) -> String {
    format!("given back {id} {client_id}")
}

fn given_back(tx: &mut Tx<'_>, id: ConversationId, author: AgentId, client_id: Uuid, hmac: &[u8]) -> Result<Option<HeldReplyId>> {
    match idempotency::find(tx, author.0, &memory(id, client_id))? {
        Some(known) if write::is_same_request(&known.body_mac, hmac) => Ok(known.item.map(HeldReplyId)),
        Some(_) => Err(Error::BodyMismatch),
        None => Ok(None),
    }
}

/// A little more than the clocks of two nodes may differ.
const CLOCKS_MS: i64 = 5_000;

/// Replies that wait longer than any window and any question lasts: the clock has gone back since they were held. They go
/// out now, as their customers expect, and not when the clock has come there again. Returns how many there were.
pub async fn mend_windows(app: &App) -> Result<usize> {
    let longest = app.config.max_hold_ms.max(ASK_MS) + CLOCKS_MS;
    let beyond =
        app.db.read(Pool::Quick, move |rx| held_reply::ending_after(rx, rx.now() + longest, AT_ONCE as i64).map_err(Error::from)).await?;
    let count = beyond.len();
    for (held, id) in beyond {
        tracing::warn!(conversation = %id, "the clock went back; a held reply goes out now");
        app.db
            .write(Queue::People, move |tx| {
                let stored = conversation::lock(tx, id)?;
                let now = tx.now();
                held_reply::hasten(tx, held, now)?;
                arm(tx, &stored, now)
            })
            .await?;
    }
    Ok(count)
}

/// Sends a held reply at once: its author does not want to wait.
pub async fn release_held(app: &App, actor: &Actor, id: ConversationId, held: HeldReplyId) -> Result<()> {
    end_window(app, actor, id, held, false).await
}

/// Its author was asked and says: send it anyway.
pub async fn keep_held(app: &App, actor: &Actor, id: ConversationId, held: HeldReplyId) -> Result<()> {
    end_window(app, actor, id, held, true).await
}

async fn end_window(app: &App, actor: &Actor, id: ConversationId, held: HeldReplyId, keep: bool) -> Result<()> {
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let stored = lock_permitted(tx, &actor, Permission::ConversationReply, id)?;
            let found = own(tx, &actor, id, held)?;
            let now = tx.now();
            if keep || found.keep {
                held_reply::keep(tx, held, now)?;
            } else {
                held_reply::hasten(tx, held, now)?;
            }
            arm(tx, &stored, now)
        })
        .await?;
    release_case(app, id, None).await
}

/// Takes a held reply back; it becomes the author's draft again.
pub async fn withdraw_held(app: &App, actor: &Actor, id: ConversationId, held: HeldReplyId) -> Result<()> {
    let (actor, draft_id) = (actor.clone(), app.ids.make());
    app.db
        .write(Queue::People, move |tx| {
            let stored = lock_permitted(tx, &actor, Permission::ConversationRead, id)?;
            let found = own(tx, &actor, id, held)?;
            back_to_draft(tx, &stored, &found, draft_id)?;
            // Those behind it may have waited for its answer longer than for their own windows.
            match held_reply::of_case(tx, id)?.first() {
                Some(next) => arm(tx, &stored, next.release_at.max(tx.now())),
                None => Ok(()),
            }
        })
        .await
}

/// A held reply is its author's alone.
fn own(tx: &mut Tx<'_>, actor: &Actor, id: ConversationId, held: HeldReplyId) -> Result<Held> {
    let found = held_reply::get(tx, held)?.filter(|found| found.conversation == id).ok_or(Error::NotFound)?;
    if actor.agent() == Some(found.author) { Ok(found) } else { Err(Error::NotFound) }
}

/// Ends the windows of a case whose time has come. The timer's row is claimed in the transaction that releases.
pub async fn release_due(app: &App, id: ConversationId, timer: Uuid) -> Result<()> {
    release_case(app, id, Some(timer)).await
}

async fn release_case(app: &App, id: ConversationId, timer: Option<Uuid>) -> Result<()> {
    let docs: Vec<i64> = (0..AT_ONCE).map(|_| app.db.new_doc()).collect();
    let draft_ids: Vec<Uuid> = (0..AT_ONCE).map(|_| app.ids.make()).collect();
    app.db
        .write(Queue::People, move |tx| {
            let mut stored = conversation::lock(tx, id)?;
            if let Some(row) = timer
                && timer::claim(tx, row)?.is_none()
            {
                return Ok(());
            }
            let waiting = held_reply::of_case(tx, id)?;
            let next = waiting.get(AT_ONCE).map(|_| tx.now());
            for (held, (doc, draft_id)) in waiting.iter().zip(docs.iter().zip(&draft_ids)) {
                if held.release_at > tx.now() {
                    return arm(tx, &stored, held.release_at);
                }
                // They go in order: one that asks its author holds back those behind it.
                if let Some(until) = release(tx, &mut stored, held, *doc, *draft_id)? {
                    return arm(tx, &stored, until);
                }
            }
            next.map_or(Ok(()), |at| arm(tx, &stored, at))
        })
        .await
}

/// Releases one reply, or says until when its author is asked.
fn release(tx: &mut Tx<'_>, stored: &mut Stored, held: &Held, doc: i64, draft_id: Uuid) -> Result<Option<i64>> {
    let author = crate::rights::actor_of(tx, held.author)?;
    let allowed = planted(Flaw::ReleasesUnasked)
        || match &author {
            Some(author) => permitted(tx, author, Permission::ConversationReply, Door::Text, stored)?,
            None => false,
        };
    let copied = copied(tx, held)?;
    let unheard = stored.case.spam || block::of_contact(tx, stored.case.contact)?.is_some();
    let copies = match &author {
        Some(author) => match reply::check_copies(tx, author, stored, &copied.asked) {
            Err(Error::Forbidden(_)) => false,
            other => other.map(|()| true)?,
        },
        None => true,
    };
    if !allowed || !copies || unheard || stored.case.category == Category::Closed {
        back_to_draft(tx, stored, held, draft_id)?;
        return Ok(None);
    }
    let overtaken = stored.case.last_customer_seq > held.seen_seq && !held.keep;
    if overtaken && held.ask_until.is_none() {
        let until = tx.now() + ASK_MS;
        held_reply::ask(tx, held.id, until)?;
        return Ok(Some(until));
    }
    let text = open(tx, held)?;
    let mut follow_up: FollowUp =
        serde_json::from_str(&held.follow_up).map_err(|error| Error::Broken(format!("held_reply.follow_up: {error}")))?;
    if overtaken {
        follow_up.status = None;
    }
    let content = Content { text, files: held.files.clone(), mentions: vec![] };
    let actor = author.expect("an author without rights was sent back above");
    let new = NewMessage {
        id: MessageId(held.id.0),
        doc,
        kind: MessageKind::Reply,
        author: actor.as_ref(),
        client_id: held.client_id,
        request_hmac: held.request_hmac.clone(),
        late: overtaken,
    };
    let before = stored.clone();
    match tx.savepoint(|tx| reply::send(tx, stored, &actor, &new, &content, &follow_up, &copied)) {
        Ok(_) => held_reply::delete(tx, held.id).map(|_| ())?,
        // What it names is gone by now (a file, a status): it goes back instead of blocking those behind it.
        Err(Error::Invalid { .. } | Error::Refused(_)) => {
            *stored = before;
            back_to_draft(tx, stored, held, draft_id)?;
        }
        Err(other) => return Err(other),
    }
    Ok(None)
}

/// Gives a reply back to its author: before a draft that was begun since, if there is one.
fn back_to_draft(tx: &mut Tx<'_>, stored: &Stored, held: &Held, draft_id: Uuid) -> Result<()> {
    let mut text = open(tx, held)?;
    let mut files = held.files.clone();
    let mut copies = copied(tx, held)?.asked;
    if let Some(begun) = draft::list(tx, stored.case.id, held.author)?.into_iter().find(|draft| draft.mode == "reply") {
        let begun_text = candor_store::read_text(tx.open(draft::text_cell(begun.id), &begun.text)?)?;
        if !begun_text.trim().is_empty() {
            text = format!("{text}\n\n{begun_text}");
        }
        copies = super::draft::both(copies, super::draft::copies(tx, &begun)?);
        files.extend(begun.files);
    }
    let sealed = tx.seal(stored.key, draft::text_cell(draft_id), text.as_bytes())?;
    let (updated_at, mail) = (tx.now(), super::draft::seal(tx, stored.key, draft_id, &copies)?);
    let begun = draft::Draft { id: draft_id, mode: "reply".into(), text: sealed, mail, files, updated_at };
    draft::put(tx, stored.case.id, held.author, &begun)?;
    let answered = Answered { body_mac: held.request_hmac.clone(), status: TAKEN, item: Some(held.id.0) };
    idempotency::keep(tx, held.author.0, &memory(stored.case.id, held.client_id), &answered)?;
    if !planted(Flaw::WithdrawsHalf) {
        held_reply::delete(tx, held.id)?;
    }
    tx.wake(stored.case.id.0, stored.case.seq);
    Ok(())
}

fn open(tx: &mut Tx<'_>, held: &Held) -> Result<String> {
    Ok(candor_store::read_text(tx.open(held_reply::text_cell(held.id), &held.text)?)?)
}

/// Whom a held reply also goes to. Nobody once the keys of its customer are destroyed.
pub(super) fn copied(q: &mut impl Query, held: &Held) -> Result<Copied> {
    let Some(sealed) = &held.mail else { return Ok(Copied::default()) };
    let Some(kept) = q.open_kept(held_reply::mail_cell(held.id), sealed)? else { return Ok(Copied::default()) };
    serde_json::from_str(&kept).map_err(|error| Error::Broken(format!("held_reply.mail: {error}")))
}
