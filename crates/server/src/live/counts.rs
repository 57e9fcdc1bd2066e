//! How long every list of an agent is: for the rail of views, over REST and live.

pub use super::agent_frames::ViewCount;
use candor_app::App;
use candor_app::live::View;
use candor_domain::id::{AgentId, InboxId, TeamId};
use candor_domain::permission::Scope;
use std::collections::BTreeMap;

/// Which teams and inboxes a desk has: their lists are counted beside the fixed ones.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub teams: Vec<TeamId>,
    pub inboxes: Vec<InboxId>,
}

/// Counts every list of one agent.
pub fn count(app: &App, agent: AgentId, scope: &Scope, places: &Places) -> BTreeMap<String, ViewCount> {
    let fixed = [View::Mine, View::Unassigned, View::All, View::Mentions, View::Snoozed];
    let teams = places.teams.iter().map(|id| View::Team(*id));
    let inboxes = places.inboxes.iter().map(|id| View::Inbox(*id));
    let open = app.live.open();
    fixed
        .into_iter()
        .chain(teams)
        .chain(inboxes)
        .map(|view| {
            let count = open.count(view, agent, scope);
            let unread = if matches!(view, View::Mine | View::Mentions) { open.unread(view, agent, scope) } else { 0 };
            (view.name(), ViewCount { total: count.total, us: count.us, unread })
        })
        .collect()
}
