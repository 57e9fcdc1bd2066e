//! The other conversations of a case's customer: part of the record, and each one only to whom it is open itself.

use super::{enter, look};
use crate::conversation::permitted;
use crate::{App, Result};
use candor_domain::actor::Actor;
use candor_domain::id::{AgentId, ConversationId};
use candor_domain::permission::{Door, Permission};
use candor_store::contact::{self, Before};
use candor_store::conversation::{self, Row};
use candor_store::{Pool, Query};
use uuid::Uuid;

/// A page of the customer's other conversations, newest first and without spam, and where the next page begins.
pub async fn history(
    app: &App,
    actor: &Actor,
    id: ConversationId,
    before: Option<Before>,
    limit: usize,
) -> Result<(Vec<Row>, Option<Before>)> {
    let asker = actor.clone();
    let ask = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let (contact, rows, next) = app
        .db
        .read(Pool::Quick, move |rx| {
            let contact = enter(rx, &asker, Permission::ContactRead, id)?.case.contact;
            let mut found = contact::history(rx, contact, before, ask)?;
            let more = found.len() > limit;
            found.truncate(limit);
            let next = found.last().filter(|_| more).map(|(id, at)| (*at, id.0));
            Ok::<_, crate::Error>((contact, open_to(rx, &asker, id, found.into_iter().map(|(id, _)| id).collect())?, next))
        })
        .await?;
    look(app, actor, "contact.history_viewed", ("contact", contact.0), id).await?;
    Ok((rows, next))
}

fn open_to(q: &mut impl Query, actor: &Actor, but: ConversationId, ids: Vec<ConversationId>) -> Result<Vec<Row>> {
    let agent = actor.agent().unwrap_or(AgentId(Uuid::nil()));
    let mut rows = Vec::new();
    for row in conversation::rows(q, agent, &ids)? {
        if row.stored.case.id != but && !row.stored.case.spam && permitted(q, actor, Permission::ConversationRead, Door::Text, &row.stored)?
        {
            rows.push(row);
        }
    }
    Ok(rows)
}
