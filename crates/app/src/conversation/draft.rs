//! Drafts live on the server: typed here, found again on another machine. Each agent has one a case and mode.

use super::get_permitted;
use super::write::Content;
use crate::mail::out::Copies;
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::id::{AgentId, ConversationId, FileId};
use candor_domain::permission::Permission;
use candor_store::keys::KeyId;
use candor_store::{Pool, Query, Queue, Tx, draft, read_text};
use uuid::Uuid;

/// A draft as its author sees it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// `reply` or `note`.
    pub mode: String,
    pub text: String,
    pub files: Vec<FileId>,
    /// Whom a reply by mail is also for.
    pub copies: Copies,
    pub updated_at: i64,
}

/// The actor's drafts in a case.
pub async fn drafts(app: &App, actor: &Actor, id: ConversationId) -> Result<Vec<Draft>> {
    let (actor, agent) = (actor.clone(), actor.agent().ok_or(Error::NotFound)?);
    app.db
        .read(Pool::Quick, move |rx| {
            get_permitted(rx, &actor, Permission::ConversationRead, id)?;
            let kept = draft::list(rx, id, agent)?;
            kept.into_iter()
                .map(|one| {
                    let text = read_text(rx.open(draft::text_cell(one.id), &one.text)?)?;
                    let copies = copies(rx, &one)?;
                    Ok(Draft { mode: one.mode, text, copies, files: one.files, updated_at: one.updated_at })
                })
                .collect()
        })
        .await
}

/// Keeps what was typed; an empty draft is removed.
pub async fn put_draft(
    app: &App,
    actor: &Actor,
    id: ConversationId,
    mode: &str,
    text: String,
    files: Vec<FileId>,
    copies: Copies,
) -> Result<()> {
    if text.chars().count() > app.config.max_text {
        return Err(Error::TooLarge { limit: app.config.max_text as u64 });
    }
    if text.contains('\0') {
        return Err(Error::invalid("text", "the character U+0000 cannot be kept"));
    }
    copies.check()?;
    if text.is_empty() && files.is_empty() && copies.is_empty() {
        return remove_draft(app, actor, id, mode).await;
    }
    let (mode, permission) = mode_of(mode)?;
    if mode == "note" && !copies.is_empty() {
        return Err(Error::invalid("mail", "a note goes to nobody"));
    }
    let (actor, agent, draft_id) = (actor.clone(), actor.agent().ok_or(Error::NotFound)?, app.ids.make());
    app.db
        .write(Queue::People, move |tx| {
            let stored = get_permitted(tx, &actor, permission, id)?;
            let sealed = tx.seal(stored.key, draft::text_cell(draft_id), text.as_bytes())?;
            let (updated_at, mail) = (tx.now(), seal(tx, stored.key, draft_id, &copies)?);
            Ok(draft::put(
                tx,
                id,
                agent,
                &draft::Draft { id: draft_id, mode: mode.into(), text: sealed, mail, files: files.clone(), updated_at },
            )?)
        })
        .await
}

pub async fn remove_draft(app: &App, actor: &Actor, id: ConversationId, mode: &str) -> Result<()> {
    let (mode, _) = mode_of(mode)?;
    let (actor, agent) = (actor.clone(), actor.agent().ok_or(Error::NotFound)?);
    app.db
        .write(Queue::People, move |tx| {
            get_permitted(tx, &actor, Permission::ConversationRead, id)?;
            Ok(draft::delete(tx, id, agent, mode)?)
        })
        .await
}

/// Removes the draft that a message grew from: what it holds begins the message. One that holds other words stays, for the message may
/// be a late repeat of an earlier one, and what lies there was begun, or taken back, since. A screen that changed the beginning after it
/// last kept the draft removes it itself.
pub(super) fn spend(tx: &mut Tx<'_>, id: ConversationId, agent: AgentId, mode: &str, content: &Content) -> Result<()> {
    let Some(kept) = draft::list(tx, id, agent)?.into_iter().find(|draft| draft.mode == mode) else { return Ok(()) };
    let text = read_text(tx.open(draft::text_cell(kept.id), &kept.text)?)?;
    let gone_out = content.text.starts_with(text.trim()) && kept.files.iter().all(|file| content.files.contains(file));
    if gone_out {
        draft::delete(tx, id, agent, mode)?;
    }
    Ok(())
}

fn mode_of(mode: &str) -> Result<(&'static str, Permission)> {
    match mode {
        "reply" => Ok(("reply", Permission::ConversationReply)),
        "note" => Ok(("note", Permission::ConversationNote)),
        _ => Err(Error::NotFound),
    }
}

/// Seals whom a draft is also for.
pub(super) fn seal(tx: &mut Tx<'_>, key: KeyId, id: Uuid, copies: &Copies) -> Result<Option<Vec<u8>>> {
    if copies.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_string(copies).expect("texts always serialise");
    Ok(Some(tx.seal(key, draft::mail_cell(id), text.as_bytes())?))
}

/// Whom a draft is also for.
pub(super) fn copies(q: &mut impl Query, kept: &draft::Draft) -> Result<Copies> {
    let Some(sealed) = &kept.mail else { return Ok(Copies::default()) };
    let text = read_text(q.open(draft::mail_cell(kept.id), sealed)?)?;
    serde_json::from_str(&text).map_err(|error| Error::Broken(format!("draft.mail: {error}")))
}

/// What two drafts are for, each address once.
pub(super) fn both(mut one: Copies, other: Copies) -> Copies {
    let add = |list: &mut Vec<String>, more: Vec<String>| {
        for each in more {
            if !list.contains(&each) {
                list.push(each);
            }
        }
    };
    add(&mut one.cc, other.cc);
    add(&mut one.bcc, other.bcc);
    add(&mut one.reply_all, other.reply_all);
    one
}
