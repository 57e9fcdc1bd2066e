//! What the customer thinks of it: asked when a case is finished, kept once, out of agents' reach.

use super::lock_permitted;
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::conversation::{Change, decide};
use candor_domain::event::Cause;
use candor_domain::id::{ConversationId, InboxId};
use candor_domain::permission::Permission;
use candor_store::{Query, Queue, inbox, rating};

/// The longest comment, in characters.
const MAX_COMMENT: usize = 2_000;

/// A customer's rating.
#[derive(Clone, Debug)]
pub struct RatingInput {
    /// 1 to 5.
    pub score: i64,
    pub solved: Option<bool>,
    pub comment: Option<String>,
}

/// Keeps a rating. Only the customer of the case gives it, only once, only when the case is finished.
pub async fn rate(app: &App, actor: &Actor, id: ConversationId, input: RatingInput) -> Result<()> {
    let Actor::Visitor { .. } = actor else { return Err(Error::Forbidden("only the customer rates")) };
    if input.comment.as_ref().is_some_and(|comment| comment.chars().count() > MAX_COMMENT || comment.contains('\0')) {
        return Err(Error::invalid("comment", format!("at most {MAX_COMMENT} characters")));
    }
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let mut stored = lock_permitted(tx, &actor, Permission::ConversationRead, id)?;
            let events = decide(&stored.case, &Change::Rate { score: input.score, solved: input.solved })?;
            let comment = input.comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty());
            let comment = comment.map(|comment| tx.seal(stored.key, rating::comment_cell(id), comment.as_bytes())).transpose()?;
            let at = tx.now();
            rating::insert(tx, id, &rating::Rating { score: input.score, solved: input.solved, comment, agent: stored.case.assignee, at })?;
            super::record(tx, &mut stored, actor.as_ref(), &Cause::ACT, events, None)?;
            Ok(())
        })
        .await
}

/// Whether an inbox asks for ratings.
pub(super) fn asked_in(q: &mut impl Query, id: InboxId) -> Result<bool> {
    Ok(inbox::get(q, id)?.widget.csat)
}
