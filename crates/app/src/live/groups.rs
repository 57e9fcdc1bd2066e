//! The orders that are kept for the lists everybody has open: a page is read off, not sorted.

use super::entry::Entry;
use super::open_set::{Count, Place};
use super::view::{Sort, View};
use candor_domain::id::{AgentId, InboxId, TeamId};
use candor_domain::permission::Scope;
use std::collections::{BTreeSet, HashMap};

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
        let case = &entry.stored.case;
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

#[derive(Debug, Default)]
pub(super) struct Groups(HashMap<Group, Orders>);

impl Groups {
    pub(super) fn insert(&mut self, entry: &Entry) {
        for group in Group::of_entry(entry) {
            let orders = self.0.entry(group).or_default();
            orders.waiting.insert((Sort::Waiting.key(entry), entry.id().0));
            orders.newest.insert((Sort::Newest.key(entry), entry.id().0));
            let cell = orders.cells.entry(cell(entry)).or_default();
            cell.total += 1;
            cell.us += usize::from(entry.ours());
        }
    }

    pub(super) fn remove(&mut self, entry: &Entry) {
        for group in Group::of_entry(entry) {
            let Some(orders) = self.0.get_mut(&group) else { continue };
            orders.waiting.remove(&(Sort::Waiting.key(entry), entry.id().0));
            orders.newest.remove(&(Sort::Newest.key(entry), entry.id().0));
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

fn cell(entry: &Entry) -> (InboxId, Option<TeamId>) {
    (entry.stored.case.inbox, entry.stored.case.team)
}
