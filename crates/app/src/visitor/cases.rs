//! A customer's conversations as the customer may see them: public numbers and public names, nothing of notes.

use super::Visitor;
use crate::conversation::detail::{RatingView, open_rating};
use crate::conversation::get_permitted;
use crate::{App, Error, Limit, Result};
use candor_domain::actor::Actor;
use candor_domain::conversation::Category;
use candor_domain::id::{ConversationId, VisitorSessionId};
use candor_domain::permission::Permission;
use candor_domain::text;
use candor_store::agent::{self, Name};
use candor_store::{Pool, Query, contact, conversation, message, rating, read_text};
use uuid::Uuid;

/// One conversation in the customer's list.
#[derive(Clone, Debug)]
pub struct Case {
    pub id: ConversationId,
    pub number: i64,
    pub subject: Option<String>,
    pub category: Category,
    pub public_seq: i64,
    /// Up to where the customer has read.
    pub read_seq: i64,
    /// Up to where one of us has read.
    pub their_read_seq: i64,
    /// Messages of ours the customer has not read.
    pub unread: i64,
    /// The newest message in one line.
    pub last: String,
    pub last_at: i64,
    /// Who has the case.
    pub agent: Option<Name>,
    pub rating: Option<RatingView>,
    pub can_rate: bool,
    pub created_at: i64,
}

/// How long the line of the newest message is.
const LINE: usize = 140;

/// A page of the visitor's conversations, newest first; one more than `limit` if there are more.
pub async fn cases(app: &App, visitor: &Visitor, before: Option<contact::Before>, limit: usize) -> Result<Vec<Case>> {
    app.limits.check(Limit::VisitorRead, visitor.session.id)?;
    let (actor, contact) = (visitor.actor(), visitor.contact.id);
    let ask = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    app.db
        .read(Pool::Quick, move |rx| {
            let ids = contact::shown_history(rx, contact, before, ask)?;
            ids.into_iter().map(|(id, _)| case_in(rx, &actor, id)).collect()
        })
        .await
}

/// One of the visitor's conversations.
pub async fn case(app: &App, visitor: &Visitor, id: ConversationId) -> Result<Case> {
    case_of(app, visitor.session.id, visitor.actor(), id).await
}

/// The same for a line that keeps no more of its visitor.
pub async fn case_of(app: &App, session: VisitorSessionId, actor: Actor, id: ConversationId) -> Result<Case> {
    app.limits.check(Limit::VisitorRead, session)?;
    app.db.read(Pool::Quick, move |rx| case_in(rx, &actor, id)).await
}

/// The same inside a query that reads more.
pub fn case_in(q: &mut impl Query, actor: &Actor, id: ConversationId) -> Result<Case> {
    let case = get_permitted(q, actor, Permission::ConversationRead, id)?.case;
    let subject = conversation::subject(q, id)?;
    let newest = message::newest_public(q, id)?;
    if case.outbound && newest.is_none() {
        // We have not said anything yet.
        return Err(Error::NotFound);
    }
    let last_at = newest.as_ref().map_or(case.created_at, |message| message.at);
    let last = match newest.and_then(|message| message.body.map(|body| (message.id, body))) {
        Some((id, body)) => text::preview(&read_text(q.open(message::body_cell(id), &body)?)?, LINE),
        None => String::new(),
    };
    let agent = match case.assignee {
        Some(id) => agent::names(q, &[id])?.remove(&id),
        None => None,
    };
    let rating = rating::get(q, id)?.map(|kept| open_rating(q, id, kept)).transpose()?;
    Ok(Case {
        id,
        number: case.number,
        subject,
        category: case.category,
        public_seq: case.public_seq,
        read_seq: case.visitor_read_seq,
        their_read_seq: case.agent_read_seq,
        unread: message::unread_by_customer(q, id, case.visitor_read_seq)?,
        last,
        last_at,
        agent,
        can_rate: case.rating_asked && rating.is_none(),
        rating,
        created_at: case.created_at,
    })
}

impl Case {
    /// Where the page after this conversation begins.
    pub fn place(&self) -> (i64, Uuid) {
        (self.created_at, self.id.0)
    }
}
