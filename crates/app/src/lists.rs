//! The lists of the inbox: open work from the open set, finished work from the database.

use crate::live::{Ask, Place, View};
use crate::{App, Result};
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
    if ask.view == View::Resolved {
        return finished(app, ask, after, limit).await;
    }
    let (ids, next) = app.live.open().page(&ask, after, limit);
    let agent = ask.agent;
    let rows = app.db.read(Pool::Quick, move |rx| conversation::rows(rx, agent, &ids).map_err(crate::Error::from)).await?;
    Ok(Listed { rows, next })
}

/// Finished work, the latest first.
async fn finished(app: &App, ask: Ask, after: Option<Place>, limit: usize) -> Result<Listed> {
    let rows = app.db.read(Pool::Slow, move |rx| read_finished(rx, &ask, after, limit)).await?;
    let more = rows.len() > limit;
    let mut rows = rows;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| (row.stored.case.updated_at, row.stored.case.id.0));
    Ok(Listed { rows, next })
}

fn read_finished(q: &mut impl Query, ask: &Ask, after: Option<Place>, limit: usize) -> Result<Vec<Row>> {
    let mut tail = Shaped::new(2);
    tail.push("WHERE c.category >= 2 AND ").scope(&ask.scope);
    if let Some(filter) = &ask.filter {
        tail.push(" AND ").filter(filter);
    }
    if let Some((at, id)) = after {
        tail.push(" AND (c.updated_at, c.id) < (").number(at).push(", ").id(id).push(")");
    }
    tail.push(" ORDER BY c.updated_at DESC, c.id DESC LIMIT ").number(i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1);
    Ok(conversation::page(q, ask.agent, &tail.text, &tail.values())?)
}
