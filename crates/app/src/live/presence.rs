//! Who looks at a case, types or drafts, and what of a draft its author lets colleagues see: never stored, told as small
//! notes that may be lost, gone after some seconds.

use candor_domain::id::{AgentId, ConversationId};
use candor_store::Ephemeral;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub agent: AgentId,
    pub doing: Doing,
    /// The last words of their draft, where they show them.
    pub peek: Option<Arc<str>>,
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
        /// Words of the draft, sealed: they must not lie readable on another server's disk. Absent: as before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        peek: Option<String>,
    },
    /// A bulk action of the agent who is the note's topic has come further.
    Bulk {
        id: Uuid,
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

type Marks = HashMap<ConversationId, HashMap<AgentId, Mark>>;

/// What an agent does with a case, and until when that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) doing: Doing,
    pub(super) until: i64,
    pub(super) peek: Option<Arc<str>>,
}

impl Mark {
    /// The same on the screen.
    fn looks_like(&self, other: &Self) -> bool {
        self.doing == other.doing && self.peek == other.peek
    }
}

impl Presence {
    /// The note that says what an agent does with a case, with a sealed peek of the draft; publish it.
    pub fn of_agent(id: ConversationId, agent: AgentId, doing: Option<Doing>, now: i64, peek: Option<String>) -> Ephemeral {
        Whisper::Agent { agent, doing, until: now + HOLDS_MS, peek }.about(id)
    }

    /// The note that says that the customer types.
    pub fn of_visitor(id: ConversationId) -> Ephemeral {
        Whisper::Visitor.about(id)
    }

    /// The note that says that an agent's bulk action has come further.
    pub fn of_bulk(agent: AgentId, id: Uuid) -> Ephemeral {
        Whisper::Bulk { id }.about(ConversationId(agent.0))
    }

    /// Who is with a case.
    pub fn viewers(&self, id: ConversationId) -> Vec<Viewer> {
        let kept = self.lock();
        let mut viewers: Vec<Viewer> = kept
            .get(&id)
            .into_iter()
            .flatten()
            .map(|(agent, mark)| Viewer { agent: *agent, doing: mark.doing, peek: mark.peek.clone() })
            .collect();
        viewers.sort_unstable_by_key(|viewer| viewer.agent);
        viewers
    }

    /// Whether anybody but this agent is with a case.
    pub fn others(&self, id: ConversationId, agent: AgentId) -> bool {
        self.lock().get(&id).is_some_and(|case| case.keys().any(|other| *other != agent))
    }

    /// Takes a mark, `None` when the agent left; true when it says something new. A mark without words keeps those that
    /// were there for as long as the agent has a draft.
    pub(super) fn note(&self, id: ConversationId, agent: AgentId, mark: Option<Mark>) -> bool {
        let mut kept = self.lock();
        match mark {
            Some(mut mark) => {
                let case = kept.entry(id).or_default();
                if mark.peek.is_none() && mark.doing != Doing::Viewing {
                    mark.peek = case.get(&agent).and_then(|before| before.peek.clone());
                }
                let same = case.get(&agent).is_some_and(|before| before.looks_like(&mark));
                case.insert(agent, mark);
                !same
            }
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
            case.retain(|_, mark| mark.until > now);
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
