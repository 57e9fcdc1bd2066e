//! What is read of a conversation that moved: once, in one query, for all lines of this node.

use super::entry::Entry;
use super::open_set;
use crate::Result;
use crate::conversation::held_view::{HeldView, held_in};
use crate::conversation::view::{Timeline, chat_after};
use candor_domain::id::{AgentId, ContactId, ConversationId};
use candor_store::conversation::Row;
use candor_store::{Query, conversation};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Events that are read along; whoever is further behind reads on by itself.
const EVENTS: usize = 20;

/// What those who follow a case are shown of a change. It was read for nobody in particular: each line checks that its agent may
/// read the case as it stands in `timeline.stored`.
#[derive(Debug)]
pub struct Sequel {
    /// The number it goes on behind.
    pub after: i64,
    pub timeline: Timeline,
    pub held: Vec<HeldView>,
}

/// A conversation that moved.
pub(super) struct Ask {
    pub(super) id: ConversationId,
    /// Where those who follow it are, as far as everybody was told.
    pub(super) followed_from: Option<i64>,
}

/// What it is now.
pub(super) struct Look {
    pub(super) contact: ContactId,
    pub(super) entry: Option<Entry>,
    pub(super) row: Option<Arc<Row>>,
    pub(super) sequel: Option<Sequel>,
}

/// Reads conversations again, in the order asked for; `None` for what there is none of. Rows and what follows are read only while
/// an agent listens.
pub(super) fn look(q: &mut impl Query, asked: &[Ask], listened: bool) -> Result<Vec<Option<Look>>> {
    let ids: Vec<ConversationId> = asked.iter().map(|ask| ask.id).collect();
    let rows = if listened { conversation::rows(q, AgentId(Uuid::nil()), &ids)? } else { vec![] };
    let mut rows: HashMap<ConversationId, Row> = rows.into_iter().map(|row| (row.stored.case.id, row)).collect();
    asked.iter().map(|ask| one(q, ask, rows.remove(&ask.id))).collect()
}

fn one(q: &mut impl Query, ask: &Ask, row: Option<Row>) -> Result<Option<Look>> {
    let stored = match &row {
        Some(row) => row.stored.clone(),
        None => match conversation::get(q, ask.id) {
            Err(candor_store::Error::NotFound) => return Ok(None),
            other => other?,
        },
    };
    let sequel = match ask.followed_from.filter(|_| row.is_some()) {
        Some(after) => sequel(q, &stored, after)?,
        None => None,
    };
    Ok(Some(Look { contact: stored.case.contact, entry: open_set::entry(q, stored)?, row: row.map(Arc::new), sequel }))
}

fn sequel(q: &mut impl Query, stored: &conversation::Stored, after: i64) -> Result<Option<Sequel>> {
    let Some(timeline) = chat_after(q, stored, after, EVENTS)?.filter(|timeline| !timeline.more) else { return Ok(None) };
    Ok(Some(Sequel { after, timeline, held: held_in(q, stored.case.id)? }))
}

/// How many lines of this node follow each case.
#[derive(Debug, Default)]
pub(super) struct Followed(Mutex<HashMap<ConversationId, usize>>);

impl Followed {
    pub(super) fn has(&self, id: ConversationId) -> bool {
        self.lock().contains_key(&id)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConversationId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line that follows a case, until this is dropped.
#[derive(Debug)]
pub struct Follower {
    all: Arc<Followed>,
    id: ConversationId,
}

impl Follower {
    pub(super) fn new(all: &Arc<Followed>, id: ConversationId) -> Self {
        *all.lock().entry(id).or_insert(0) += 1;
        Self { all: Arc::clone(all), id }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        if let Some(lines) = all.get_mut(&self.id) {
            *lines -= 1;
            if *lines == 0 {
                all.remove(&self.id);
            }
        }
    }
}
