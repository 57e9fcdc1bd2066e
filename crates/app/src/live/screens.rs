//! Which agents have a screen open: counted on this node, believed of the others.

use super::elsewhere::Elsewhere;
use candor_domain::id::AgentId;
use candor_store::Ephemeral;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Open screens of each agent.
#[derive(Default)]
pub struct Screens {
    here: Mutex<HashMap<AgentId, usize>>,
    pub(super) elsewhere: Elsewhere,
}

impl Screens {
    /// Counts one more on this node; true when it is the agent's first.
    pub fn opened(&self, agent: AgentId) -> bool {
        let mut here = self.here();
        let open = here.entry(agent).or_insert(0);
        *open += 1;
        *open == 1
    }

    pub fn closed(&self, agent: AgentId) {
        let mut here = self.here();
        if let Some(open) = here.get_mut(&agent) {
            *open -= 1;
            if *open == 0 {
                here.remove(&agent);
            }
        }
    }

    /// Whether an agent has one open, here or on another node as far as it is known.
    pub fn has(&self, agent: AgentId) -> bool {
        self.here().contains_key(&agent) || self.elsewhere.has(agent)
    }

    /// The notes that tell other nodes of this agent's screen, or of all that are open here.
    pub fn tell(&self, of: Option<AgentId>) -> Vec<Ephemeral> {
        let all = || self.here().keys().copied().collect();
        self.elsewhere.tell(&of.map_or_else(all, |agent| vec![agent]))
    }

    fn here(&self) -> MutexGuard<'_, HashMap<AgentId, usize>> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
