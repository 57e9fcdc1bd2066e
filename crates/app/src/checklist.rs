//! What is left to set up on a new desk. Derived from what is there; only that somebody put it away is kept.

use crate::{App, Result};
use candor_domain::id::AgentId;
use candor_domain::staff::AgentState;
use candor_store::{Query, Queue, agent, inbox, setting, usage};

/// A step of the first run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub key: &'static str,
    pub done: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checklist {
    pub steps: Vec<Step>,
    pub dismissed: bool,
}

fn key(agent: AgentId) -> String {
    format!("checklist_dismissed:{agent}")
}

/// The list of one agent; without steps when it was put away.
pub(crate) fn read(q: &mut impl Query, id: AgentId) -> Result<Checklist> {
    let dismissed = setting::get(q, &key(id))?.is_some();
    if dismissed {
        return Ok(Checklist { steps: Vec::new(), dismissed });
    }
    let colleagues = agent::colleagues(q)?.iter().filter(|agent| agent.state != AgentState::Disabled).count();
    let steps = vec![
        Step { key: "password", done: agent::credentials_of(q, id)?.password_hash.is_some() },
        // A setting was changed after the first start.
        Step { key: "inbox", done: inbox::list(q)?.iter().any(|inbox| inbox.version > 1) },
        Step { key: "widget", done: inbox::any_sessions(q)? },
        Step { key: "team", done: colleagues > 1 },
        Step { key: "first_reply", done: usage::any_replied(q)? },
    ];
    Ok(Checklist { steps, dismissed })
}

pub async fn dismiss(app: &App, agent: AgentId) -> Result<()> {
    app.db.write(Queue::People, move |tx| Ok(setting::put(tx, &key(agent), "true")?)).await
}
