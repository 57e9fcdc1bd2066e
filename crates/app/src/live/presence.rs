//! Who looks at a case, types or drafts: never stored, told as small notes that may be lost, gone after some seconds.

use candor_domain::id::{AgentId, ConversationId};
use candor_store::Ephemeral;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a mark holds without being renewed, in milliseconds.
const HOLDS_MS: i64 = 30_000;

/// What an agent does with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    Viewing,
    /// A draft lies there, the hands are still.
    Drafting,
    Typing,
}

/// An agent with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub agent: AgentId,
    pub doing: Doing,
}

/// A note about presence, as it crosses nodes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub(super) enum Whisper {
    Visitor,
    /// `doing` is absent when the agent leaves.
    Agent {
        agent: AgentId,
        doing: Option<Doing>,
        until: i64,
    },
}

impl Whisper {
    pub(super) fn parse(body: &str) -> Option<Self> {
        serde_json::from_str(body).ok()
    }

    fn about(self, id: ConversationId) -> Ephemeral {
        Ephemeral { topic: id.0, body: serde_json::to_string(&self).expect("ids and enums always serialise") }
    }
}

/// Everybody's marks.
#[derive(Debug, Default)]
pub struct Presence(Mutex<Marks>);

/// By case and agent: what they do, and until when it holds.
type Marks = HashMap<ConversationId, HashMap<AgentId, (Doing, i64)>>;

impl Presence {
    /// The note that says what an agent does with a case; publish it.
    pub fn of_agent(id: ConversationId, agent: AgentId, doing: Option<Doing>, now: i64) -> Ephemeral {
        Whisper::Agent { agent, doing, until: now + HOLDS_MS }.about(id)
    }

    /// The note that says that the customer types.
    pub fn of_visitor(id: ConversationId) -> Ephemeral {
        Whisper::Visitor.about(id)
    }

    /// Who is with a case.
    pub fn viewers(&self, id: ConversationId) -> Vec<Viewer> {
        let kept = self.lock();
        let mut viewers: Vec<Viewer> =
            kept.get(&id).into_iter().flatten().map(|(agent, (doing, _))| Viewer { agent: *agent, doing: *doing }).collect();
        viewers.sort_unstable_by_key(|viewer| viewer.agent);
        viewers
    }

    /// Takes a mark; true when it says something new.
    pub(super) fn note(&self, id: ConversationId, agent: AgentId, doing: Option<Doing>, until: i64) -> bool {
        let mut kept = self.lock();
        match doing {
            Some(doing) => kept.entry(id).or_default().insert(agent, (doing, until)).is_none_or(|(before, _)| before != doing),
            None => {
                let left = kept.get_mut(&id).is_some_and(|case| case.remove(&agent).is_some());
                if kept.get(&id).is_some_and(HashMap::is_empty) {
                    kept.remove(&id);
                }
                left
            }
        }
    }

    /// Drops marks that were not renewed; answers the cases that changed.
    pub(super) fn expire(&self, now: i64) -> Vec<ConversationId> {
        let mut changed = Vec::new();
        self.lock().retain(|id, case| {
            let before = case.len();
            case.retain(|_, (_, until)| *until > now);
            if case.len() != before {
                changed.push(*id);
            }
            !case.is_empty()
        });
        changed
    }

    fn lock(&self) -> MutexGuard<'_, Marks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
