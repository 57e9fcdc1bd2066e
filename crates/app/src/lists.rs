//! The lists of the inbox: open work from the open set, finished work from the database.

use crate::live::{Ask, Place, View};
use crate::{App, Result};
use candor_domain::id::ConversationId;
use candor_store::conversation::{self, Row};
use candor_store::filter::Shaped;
use candor_store::{Pool, Query};

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub rows: Vec<Row>,
    /// Where the next page begins.
    pub next: Option<Place>,
}

/// Reads a page. Rows that left the list between the look and the read are still shown: the live line corrects them.
pub async fn list(app: &App, ask: Ask, after: Option<Place>, limit: usize) -> Result<Listed> {
    if ask.view.is_asked_for() {
        return finished(app, ask, after, limit).await;
    }
    app.live.until_ready().await?;
    let (ids, next) = app.live.open().page(&ask, after, limit);
    let agent = ask.agent;
    let rows = app.db.read(Pool::Quick, move |rx| conversation::rows(rx, agent, &ids).map_err(crate::Error::from)).await?;
    Ok(Listed { rows, next })
}

/// The ids of all that stand in a list now: one more than `most` says that there are too many.
pub async fn ids(app: &App, ask: Ask, most: usize) -> Result<Vec<ConversationId>> {
    if !ask.view.is_asked_for() {
        app.live.until_ready().await?;
        return Ok(app.live.open().page(&ask, None, most + 1).0);
    }
    app.db
        .read(Pool::Slow, move |rx| {
            let tail = finished_tail(&ask, None, most);
            Ok(conversation::ids(rx, ask.agent, &tail.text, &tail.values())?)
        })
        .await
}

/// Finished work or spam, the latest first.
async fn finished(app: &App, ask: Ask, after: Option<Place>, limit: usize) -> Result<Listed> {
    let rows = app.db.read(Pool::Slow, move |rx| read_finished(rx, &ask, after, limit)).await?;
    let more = rows.len() > limit;
    let mut rows = rows;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| (row.stored.case.updated_at, row.stored.case.id.0));
    Ok(Listed { rows, next })
}

fn read_finished(q: &mut impl Query, ask: &Ask, after: Option<Place>, limit: usize) -> Result<Vec<Row>> {
    let tail = finished_tail(ask, after, limit);
    Ok(conversation::page(q, ask.agent, &tail.text, &tail.values())?)
}

/// One more than `limit`, so that it is known whether there are more.
fn finished_tail(ask: &Ask, after: Option<Place>, limit: usize) -> Shaped {
    let mut tail = Shaped::new(2);
    tail.push(if ask.view == View::Spam { "WHERE c.spam AND " } else { "WHERE c.category >= 2 AND NOT c.spam AND " }).scope(&ask.scope);
    if let Some(filter) = &ask.filter {
        tail.push(" AND ").filter(filter);
    }
    if let Some((at, id)) = after {
        tail.push(" AND (c.updated_at, c.id) < (").number(at).push(", ").id(id).push(")");
    }
    tail.push(" ORDER BY c.updated_at DESC, c.id DESC LIMIT ").number(i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1);
    tail
}
