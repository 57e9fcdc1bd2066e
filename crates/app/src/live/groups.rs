//! The orders that are kept for the lists everybody has open: a page is read off, not sorted.

use super::entry::Entry;
use super::open_set::{Count, Place};
use super::view::{Sort, View};
use candor_domain::id::{AgentId, InboxId, TeamId};
use candor_domain::permission::Scope;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A part of the open set whose order is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Group {
    All,
    Unassigned,
    Assignee(AgentId),
    Team(TeamId),
    Inbox(InboxId),
    Snoozed,
    Mentioned(AgentId),
}

impl Group {
    /// The group a list is read from, where one is kept for it.
    pub(super) fn of(view: View, agent: AgentId) -> Option<Self> {
        Some(match view {
            View::Mine => Self::Assignee(agent),
            View::Unassigned => Self::Unassigned,
            View::All => Self::All,
            View::Snoozed => Self::Snoozed,
            View::Team(id) => Self::Team(id),
            View::Inbox(id) => Self::Inbox(id),
            View::Mentions => Self::Mentioned(agent),
            View::Resolved | View::Spam => return None,
        })
    }

    fn of_entry(entry: &Entry) -> impl Iterator<Item = Self> {
        let case = &entry.case;
        let awake = [
            Some(Self::All),
            Some(case.assignee.map_or(Self::Unassigned, Self::Assignee)),
            case.team.map(Self::Team),
            Some(Self::Inbox(case.inbox)),
        ];
        let asleep = [Some(Self::Snoozed), None, None, None];
        let mentioned = entry.mentions.iter().map(|(agent, _)| Self::Mentioned(*agent));
        (if case.snoozed { asleep } else { awake }).into_iter().flatten().chain(mentioned)
    }
}

#[derive(Debug, Default)]
struct Orders {
    waiting: BTreeSet<Place>,
    newest: BTreeSet<Place>,
    /// How many stand there of each inbox and team: a scope is made of these, so counting within one needs no walk.
    cells: HashMap<(InboxId, Option<TeamId>), Count>,
}

impl Orders {
    fn add(&mut self, entry: &Entry) {
        let cell = self.cells.entry(cell(entry)).or_default();
        cell.total += 1;
        cell.us += usize::from(entry.ours());
    }
}

#[derive(Debug, Default)]
pub(super) struct Groups(HashMap<Group, Orders>);

impl Groups {
    /// The groups of all these. Everything is sorted once, and each order takes its part as it comes: many times quicker than to
    /// put one after the other in its place.
    pub(super) fn of<'e>(entries: impl Iterator<Item = &'e Arc<Entry>>) -> Self {
        let entries: Vec<&Arc<Entry>> = entries.collect();
        let mut groups = Self::default();
        let mut sorted: Vec<(Place, &Entry)> = Vec::with_capacity(entries.len());
        for sort in [Sort::Waiting, Sort::Newest] {
            sorted.clear();
            sorted.extend(entries.iter().map(|entry| (place(sort, entry), &***entry)));
            sorted.sort_unstable_by_key(|(place, _)| *place);
            let mut parts: HashMap<Group, Vec<Place>> = HashMap::new();
            for (place, entry) in &sorted {
                Group::of_entry(entry).for_each(|group| parts.entry(group).or_default().push(*place));
            }
            for (group, part) in parts {
                let orders = groups.0.entry(group).or_default();
                let order = if sort == Sort::Waiting { &mut orders.waiting } else { &mut orders.newest };
                *order = part.into_iter().collect();
            }
        }
        for entry in entries {
            for group in Group::of_entry(entry) {
                groups.0.entry(group).or_default().add(entry);
            }
        }
        groups
    }

    pub(super) fn insert(&mut self, entry: &Entry) {
        for group in Group::of_entry(entry) {
            let orders = self.0.entry(group).or_default();
            orders.waiting.insert(place(Sort::Waiting, entry));
            orders.newest.insert(place(Sort::Newest, entry));
            orders.add(entry);
        }
    }

    pub(super) fn remove(&mut self, entry: &Entry) {
        for group in Group::of_entry(entry) {
            let Some(orders) = self.0.get_mut(&group) else { continue };
            orders.waiting.remove(&place(Sort::Waiting, entry));
            orders.newest.remove(&place(Sort::Newest, entry));
            if let Some(one) = orders.cells.get_mut(&cell(entry)) {
                one.total -= 1;
                one.us -= usize::from(entry.ours());
                if one.total == 0 {
                    orders.cells.remove(&cell(entry));
                }
            }
            if orders.newest.is_empty() {
                self.0.remove(&group);
            }
        }
    }

    /// The kept order of a group; `None` where this order is not kept, an empty one where the group is empty.
    pub(super) fn ordered(&self, group: Group, sort: Sort) -> Option<&BTreeSet<Place>> {
        static EMPTY: BTreeSet<Place> = BTreeSet::new();
        let orders = self.0.get(&group);
        match sort {
            Sort::Waiting => Some(orders.map_or(&EMPTY, |orders| &orders.waiting)),
            Sort::Newest => Some(orders.map_or(&EMPTY, |orders| &orders.newest)),
            Sort::Oldest | Sort::Priority => None,
        }
    }

    /// How many of a group stand within a scope.
    pub(super) fn count(&self, group: Group, scope: &Scope) -> Count {
        let cells = self.0.get(&group).into_iter().flat_map(|orders| &orders.cells);
        let within = cells.filter(|((inbox, team), _)| scope.contains(*inbox, *team));
        within.fold(Count::default(), |sum, (_, one)| Count { total: sum.total + one.total, us: sum.us + one.us })
    }
}

fn place(sort: Sort, entry: &Entry) -> Place {
    (sort.key(entry), entry.id().0)
}

fn cell(entry: &Entry) -> (InboxId, Option<TeamId>) {
    (entry.case.inbox, entry.case.team)
}
