//! Which agents have a screen open on another node: told there every few seconds, believed for half a minute. Whoever
//! closes the last screen here is not away while another one is open there.

use candor_domain::id::AgentId;
use candor_store::Ephemeral;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// What these notes are about, where others name a conversation.
pub(super) const TOPIC: Uuid = Uuid::from_u128(0x7363_7265_656e_0000_8000_0000_0000_0001);
const BELIEVED: Duration = Duration::from_secs(30);
/// Agents in one note: it must stay small.
const A_NOTE: usize = 80;

pub(super) struct Elsewhere {
    /// Tells this process's notes from others'.
    me: Uuid,
    seen: Mutex<HashMap<AgentId, Instant>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Told {
    by: Uuid,
    agents: Vec<AgentId>,
}

impl Default for Elsewhere {
    fn default() -> Self {
        Self { me: Uuid::from_u128(rand::random()), seen: Mutex::default() }
    }
}

impl Elsewhere {
    /// The notes that tell other nodes of these agents' screens.
    pub(super) fn tell(&self, agents: &[AgentId]) -> Vec<Ephemeral> {
        let note = |part: &[AgentId]| serde_json::to_string(&Told { by: self.me, agents: part.to_vec() }).ok();
        agents.chunks(A_NOTE).filter_map(note).map(|body| Ephemeral { topic: TOPIC, body }).collect()
    }

    pub(super) fn hear(&self, body: &str) {
        let Ok(told) = serde_json::from_str::<Told>(body) else { return };
        if told.by == self.me {
            return;
        }
        let mut seen = self.seen();
        seen.retain(|_, since| since.elapsed() < BELIEVED);
        seen.extend(told.agents.into_iter().map(|agent| (agent, Instant::now())));
    }

    pub(super) fn has(&self, agent: AgentId) -> bool {
        self.seen().get(&agent).is_some_and(|since| since.elapsed() < BELIEVED)
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<AgentId, Instant>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_of_other_nodes_are_known_and_our_own_notes_say_nothing() {
        let (here, there) = (Elsewhere::default(), Elsewhere::default());
        let agents: Vec<AgentId> = (1..=200).map(|n| AgentId(Uuid::from_u128(n))).collect();
        for note in there.tell(&agents) {
            assert!(note.body.len() < 4000, "a note stays small");
            here.hear(&note.body);
            there.hear(&note.body);
        }
        assert!(agents.iter().all(|agent| here.has(*agent)));
        assert!(!there.has(agents[0]));
        here.hear("not a note");
        assert!(!here.has(AgentId(Uuid::from_u128(999))));
    }
}
