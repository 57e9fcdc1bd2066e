//! Lists and counts are the same in memory, in SQL, and as the events say.

use crate::tasks::finish;
use crate::world::World;
use candor_app::live::{Ask, Sort, View};
use candor_domain::conversation::Turn;
use candor_domain::id::{AgentId, ConversationId};
use candor_domain::permission::Scope;
use candor_store::conversation::{self, End, OPEN_ENDS};
use candor_store::{Error, Pool};
use std::collections::BTreeSet;

pub fn check(world: &World) -> Vec<String> {
    let app = world.app();
    let rows = finish(app.db.read::<_, Error>(Pool::Quick, |rx| conversation::open_states(rx, OPEN_ENDS, End::Oldest, 1000))).unwrap();
    let agent = world.people.agents[0];
    let mut views = vec![View::All, View::Unassigned, View::Snoozed, View::Inbox(world.people.inbox), View::Team(world.people.team)];
    views.extend([View::Mine]);
    let mut wrong = Vec::new();
    for view in views {
        let in_sql: Vec<_> = rows.iter().filter(|row| stands_in(view, row, agent)).collect();
        let ids: BTreeSet<ConversationId> = in_sql.iter().map(|row| row.case.id).collect();
        let us = in_sql.iter().filter(|row| row.case.turn == Turn::Us).count();
        let count = app.live.open().count(view, agent, &Scope::Everywhere);
        let ask = Ask { agent, scope: Scope::Everywhere, view, filter: None, sort: Sort::Waiting };
        let listed: BTreeSet<ConversationId> = app.live.open().page(&ask, None, 1000).0.into_iter().collect();
        if (count.total, count.us) != (ids.len(), us) || listed != ids {
            let found = format!("{count:?} and a list of {}", listed.len());
            wrong.push(format!("counts are the open set and SQL: {view:?} says {found}, SQL {} and {us}", ids.len()));
        }
    }
    wrong
}

/// Whether a row stands in a list: written here once more, by the words of the manual.
fn stands_in(view: View, row: &conversation::Stored, agent: AgentId) -> bool {
    let case = &row.case;
    match view {
        View::Snoozed => case.snoozed,
        _ if case.snoozed => false,
        View::All => true,
        View::Unassigned => case.assignee.is_none(),
        View::Mine => case.assignee == Some(agent),
        View::Inbox(inbox) => case.inbox == inbox,
        View::Team(team) => case.team == Some(team),
        _ => false,
    }
}
