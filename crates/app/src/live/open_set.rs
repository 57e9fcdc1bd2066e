//! The open set: every open conversation's plain columns in memory, so that lists and counts need no SQL and cost
//! grows with open work, not with history.
//!
//! It follows the database: a wake-up reads the row again. Nothing is decided by it; permissions are checked on the
//! database when a case is opened.

use super::entry::Entry;
use super::groups::{Group, Groups};
use super::load;
use super::view::{Sort, View};
use crate::Result;
use candor_domain::filter::Filter;
use candor_domain::id::{AgentId, ConversationId};
use candor_domain::permission::Scope;
use candor_store::conversation::Stored;
use candor_store::flaw::{Flaw, planted};
use candor_store::{Db, Query, conversation, mention};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use uuid::Uuid;

/// How many conversations one read of the start-up brings.
const PIECE: usize = 2_000;

/// All open conversations.
#[derive(Debug, Default)]
pub struct OpenSet(RwLock<Kept>);

#[derive(Debug, Default)]
struct Kept {
    entries: HashMap<ConversationId, Arc<Entry>>,
    groups: Groups,
}

/// What a list asks for.
#[derive(Clone, Debug)]
pub struct Ask {
    pub agent: AgentId,
    pub scope: Scope,
    pub view: View,
    pub filter: Option<Filter>,
    pub sort: Sort,
}

impl Ask {
    /// Whether an entry stands in the list.
    pub fn holds(&self, entry: &Entry) -> bool {
        self.view.holds(entry, self.agent)
            && entry.within(&self.scope)
            && self.filter.as_ref().is_none_or(|filter| filter.matches(&entry.facts(self.agent)))
    }
}

/// Where a page begins: behind this key and id.
pub type Place = (i64, Uuid);

impl OpenSet {
    /// Reads all open work.
    pub async fn load(&self, db: &Db) -> Result<()> {
        self.load_in_pieces(db, PIECE).await
    }

    /// The same by pieces of another size.
    pub async fn load_in_pieces(&self, db: &Db, size: usize) -> Result<()> {
        let entries = load::open_work(db, size).await?;
        let fresh = Kept { groups: Groups::of(entries.values()), entries };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Takes what a conversation is now; answers what it was and what it is, `None` for what is not open.
    pub(super) fn take(&self, id: ConversationId, now: Option<Entry>) -> (Option<Arc<Entry>>, Option<Arc<Entry>>) {
        let now = now.map(Arc::new);
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Two reads may cross; an older one must not win.
        if let (Some(fresh), Some(known)) = (&now, kept.entries.get(&id))
            && known.case.seq > fresh.case.seq
        {
            return (Some(known.clone()), Some(known.clone()));
        }
        let before = kept.put(id, now.clone());
        (before, now)
    }

    /// One page of a list: ids in order, and where the next page begins.
    pub fn page(&self, ask: &Ask, after: Option<Place>, limit: usize) -> (Vec<ConversationId>, Option<Place>) {
        let kept = self.read();
        let mut page: Vec<Place> = Vec::with_capacity(limit + 1);
        let mut take = |place: Place, entry: &Entry| {
            if ask.holds(entry) {
                page.push(place);
            }
            page.len() <= limit
        };
        let group = Group::of(ask.view, ask.agent);
        match group.and_then(|group| kept.groups.ordered(group, ask.sort)) {
            Some(ordered) => {
                let from = after.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded);
                for place in ordered.range((from, std::ops::Bound::Unbounded)) {
                    let Some(entry) = kept.entries.get(&ConversationId(place.1)) else { continue };
                    if !take(*place, entry) {
                        break;
                    }
                }
            }
            None => {
                // No order is kept for this list: it is short, or seldom asked for.
                let mut all: Vec<(Place, &Arc<Entry>)> =
                    kept.entries.values().map(|entry| ((ask.sort.key(entry), entry.id().0), entry)).collect();
                all.retain(|(place, entry)| after.is_none_or(|after| *place > after) && ask.view.holds(entry, ask.agent));
                all.sort_unstable_by_key(|(place, _)| *place);
                for (place, entry) in all {
                    if !take(place, entry) {
                        break;
                    }
                }
            }
        }
        let more = page.len() > limit;
        page.truncate(limit);
        let next = page.last().copied().filter(|_| more);
        (page.into_iter().map(|(_, id)| ConversationId(id)).collect(), next)
    }

    /// How many stand in a list, how many of them wait for us.
    pub fn count(&self, view: View, agent: AgentId, scope: &Scope) -> Count {
        Group::of(view, agent).map_or(Count::default(), |group| self.read().groups.count(group, scope))
    }

    /// How many of a list this agent has not read.
    pub fn unread(&self, view: View, agent: AgentId, scope: &Scope) -> usize {
        let kept = self.read();
        let counts = |entry: &&Arc<Entry>| {
            let news = if view == View::Mentions { entry.mentioned_seq(agent) > entry.read_seq(agent) } else { entry.unread(agent) };
            view.holds(entry, agent) && entry.within(scope) && news
        };
        match Group::of(view, agent).and_then(|group| kept.groups.ordered(group, Sort::Newest)) {
            Some(ordered) => ordered.iter().filter_map(|(_, id)| kept.entries.get(&ConversationId(*id))).filter(counts).count(),
            None => kept.entries.values().filter(counts).count(),
        }
    }

    pub fn get(&self, id: ConversationId) -> Option<Arc<Entry>> {
        self.read().entries.get(&id).cloned()
    }

    pub fn len(&self) -> usize {
        self.read().entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The size of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub total: usize,
    /// Of them, how many wait for us.
    pub us: usize,
}

/// A conversation's entry while it is open.
pub(super) fn entry(q: &mut impl Query, stored: Stored) -> Result<Option<Entry>> {
    if !stored.case.is_work() && !planted(Flaw::KeepsFinished) {
        return Ok(None);
    }
    let id = stored.case.id;
    Ok(Some(Entry::new(stored, conversation::marks_of(q, id)?, mention::of_case(q, id)?)))
}

impl Kept {
    fn put(&mut self, id: ConversationId, now: Option<Arc<Entry>>) -> Option<Arc<Entry>> {
        let before = match &now {
            Some(entry) => self.entries.insert(id, entry.clone()),
            None => self.entries.remove(&id),
        };
        if let Some(before) = &before {
            self.groups.remove(before);
        }
        if let Some(now) = &now {
            self.groups.insert(now);
        }
        before
    }
}
