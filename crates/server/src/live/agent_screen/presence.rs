//! What the agent at this screen does with a case, told to colleagues.

use super::Screen;
use candor_app::live::{Doing, Presence, seal_peek};
use candor_domain::id::ConversationId;

impl Screen {
    /// The words of a draft that its author lets colleagues see, sealed for the way: at most once a second from one line,
    /// and not at all while nobody else is there.
    pub(super) async fn sealed_peek(&mut self, id: ConversationId, doing: Doing, peek: Option<String>) -> Option<String> {
        let now = self.state.app.now();
        let text = peek.filter(|_| doing != Doing::Viewing && now - self.peeked_at >= 1_000)?;
        if !self.state.app.live.presence().others(id, self.who.agent) {
            return None;
        }
        self.peeked_at = now;
        seal_peek(&self.state.app, id, self.who.agent, &text).await.ok()
    }

    /// Says what the agent does with a case, at most once a second unless it changed.
    pub(super) fn whisper(&mut self, id: ConversationId, doing: Option<Doing>, peek: Option<String>) {
        let now = self.state.app.now();
        let known = self.presence.get(&id);
        if doing.is_some() && known.is_some_and(|(before, at)| Some(*before) == doing && now - at < 1_000) {
            return;
        }
        match doing {
            Some(doing) => drop(self.presence.insert(id, (doing, now))),
            None if self.presence.remove(&id).is_none() => return,
            None => {}
        }
        self.state.app.db.publish(Presence::of_agent(id, self.who.agent, doing, now, peek));
    }

    /// The line ends: its agent is nowhere any more.
    pub(in crate::live) fn leave(&mut self) {
        for id in self.presence.keys().copied().collect::<Vec<_>>() {
            self.whisper(id, None, None);
        }
    }
}
