//! One case as an agent opens it: its row, and what only the opened case shows.

use super::held_view::{HeldView, held_in};
use super::view::readable;
use super::{get_permitted, permitted};
use crate::block::{self, OnCase};
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::id::{AgentId, ConversationId};
use candor_domain::permission::{Door, Permission};
use candor_store::case_access::{self, Access};
use candor_store::conversation::{self, Row};
use candor_store::{Pool, Query, rating};
use uuid::Uuid;

/// A case with everything its screen needs besides the timeline.
#[derive(Clone, Debug)]
pub struct Detail {
    /// Who opened it.
    pub reader: Option<AgentId>,
    pub row: Row,
    /// Whether the customer's record is open to this agent.
    pub record_open: bool,
    /// The page the chat was started on, as JSON.
    pub origin: Option<String>,
    pub rating: Option<RatingView>,
    pub shared_with: Vec<Access>,
    pub held: Vec<HeldView>,
    /// What stops the customer now.
    pub block: Option<OnCase>,
    /// Of a side thread the case it is about, where this reader may open that.
    pub parent: Option<Parent>,
}

/// The case a side thread is about.
#[derive(Clone, Copy, Debug)]
pub struct Parent {
    pub id: ConversationId,
    pub number: i64,
}

/// A rating with its comment opened.
#[derive(Clone, Debug)]
pub struct RatingView {
    pub score: i64,
    pub solved: Option<bool>,
    pub comment: Option<String>,
    pub at: i64,
}

/// Opens a case.
pub async fn detail(app: &App, actor: &Actor, id: ConversationId) -> Result<Detail> {
    let actor = actor.clone();
    let mut found = app.db.read(Pool::Quick, move |rx| detail_in(rx, &actor, id)).await?;
    found.block = block::on_case(app, found.row.stored.case.contact).await?;
    Ok(found)
}

/// The same inside a query that reads more, without what stops the customer.
fn detail_in(q: &mut impl Query, actor: &Actor, id: ConversationId) -> Result<Detail> {
    let stored = get_permitted(q, actor, Permission::ConversationRead, id)?;
    let record_open = permitted(q, actor, Permission::ContactRead, Door::Record, &stored)?;
    let row = row_in(q, actor, id)?;
    let origin = conversation::origin(q, id)?;
    let rating = rating::get(q, id)?.map(|kept| open_rating(q, id, kept)).transpose()?;
    let parent = stored.case.parent.map(|parent| readable(q, actor, parent)).transpose()?.flatten();
    let parent = parent.map(|parent| Parent { id: parent.case.id, number: parent.case.number });
    let now = q.now();
    let (shared_with, held) = (case_access::list(q, id, now)?, held_in(q, id)?);
    Ok(Detail { reader: actor.agent(), row, record_open, origin, rating, shared_with, held, block: None, parent })
}

/// The row of one case as this actor sees it; an integration has no read marks.
pub fn row_in(q: &mut impl Query, actor: &Actor, id: ConversationId) -> Result<Row> {
    let agent = actor.agent().unwrap_or(AgentId(Uuid::nil()));
    conversation::rows(q, agent, &[id])?.pop().ok_or(Error::NotFound)
}

pub(crate) fn open_rating(q: &mut impl Query, id: ConversationId, kept: rating::Rating) -> Result<RatingView> {
    let comment = kept.comment.map(|sealed| q.open_kept(rating::comment_cell(id), &sealed)).transpose()?.flatten();
    Ok(RatingView { score: kept.score, solved: kept.solved, comment, at: kept.at })
}
