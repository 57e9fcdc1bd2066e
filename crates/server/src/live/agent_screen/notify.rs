//! What an agent is told of although another screen is open.

use super::Screen;
use crate::live::agent_frames::NotifyKind;
use candor_app::live::Change;
use candor_domain::actor::ActorKind;
use candor_domain::event::Event;
use candor_domain::id::ConversationId;
use candor_store::Pool;
use candor_store::event::{self, Part};

/// Events that are looked at for who gave a case away.
const EVENTS: i64 = 100;

impl Screen {
    /// What is worth a sound: a customer's message in an own case, a case that somebody gave to us, a mention.
    pub(super) async fn worth_telling(&self, change: &Change) -> Option<NotifyKind> {
        let after = change.after.as_ref().filter(|entry| entry.within(&self.scope))?;
        let (me, before) = (self.who.agent, change.before.as_ref());
        if after.mentioned_seq(me) > before.map_or(0, |entry| entry.mentioned_seq(me)) {
            return Some(NotifyKind::Mention);
        }
        if after.case.assignee != Some(me) {
            return None;
        }
        if before.is_some_and(|entry| entry.case.assignee != Some(me)) {
            let since = before.map_or(0, |entry| entry.case.seq);
            return (!self.did_it(change.id, since).await).then_some(NotifyKind::Assigned);
        }
        let news = before.is_none_or(|entry| after.case.last_customer_seq > entry.case.last_customer_seq);
        news.then_some(NotifyKind::Message)
    }

    /// Whether it was this agent who last gave the case away or took it, behind this number.
    async fn did_it(&self, id: ConversationId, since: i64) -> bool {
        let read =
            self.state.app.db.read(Pool::Quick, move |rx| event::page(rx, id, Part::After(since), EVENTS).map_err(candor_app::Error::from));
        let Ok(events) = read.await else { return false };
        let given = events.iter().rev().find(|one| matches!(one.event, Event::Assigned { .. }));
        given.is_some_and(|one| one.actor.kind == ActorKind::Agent && one.actor.id == Some(self.who.agent.0))
    }
}
