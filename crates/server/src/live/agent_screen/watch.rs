//! The cases a screen follows: each is read on from the number it has come to.

use super::lists::own_row;
use super::{MOST, Screen};
use crate::api::types::conversation::{Row, TimelineItem};
use crate::api::types::held::HeldReply;
use crate::live::agent::{Outcome, slow};
use crate::live::agent_frames::{Says, ViewerFrame};
use crate::live::wire::{End, Wire};
use candor_app::conversation::detail::row_in;
use candor_app::conversation::held_view::{HeldView, held_in};
use candor_app::conversation::may_read;
use candor_app::conversation::view::{Eyes, timeline_in};
use candor_app::live::{Change, Follower, Sequel};
use candor_domain::id::ConversationId;
use candor_store::Pool;
use candor_store::event::Part;

/// Events a frame carries at most, and how many a watch may be behind before it must read again.
const FRAME: usize = 100;
const TOO_FAR: i64 = 1_000;

/// How far a followed case was told.
pub(super) struct Watch {
    after: i64,
    held: String,
    /// What is new of the case is read along for as long as this is kept.
    _follower: Follower,
}

impl Screen {
    /// Follows a case from this number on.
    pub(super) async fn watch(&mut self, wire: &mut impl Wire, id: ConversationId, after: i64) -> Outcome {
        if self.watches.len() >= MOST && !self.watches.contains_key(&id) {
            return Err(Some(End::BadFrame));
        }
        let follower = self.state.app.live.follow(id);
        self.watches.insert(id, Watch { after: after.max(0), held: String::new(), _follower: follower });
        self.read_on(wire, id).await?;
        // Only whoever may read the case stays, and hears who else does.
        if self.watches.contains_key(&id) { self.tell_viewers(wire, id).await } else { Ok(()) }
    }

    /// Reads all followed cases on.
    pub(super) async fn read_all_on(&mut self, wire: &mut impl Wire) -> Outcome {
        for id in self.watches.keys().copied().collect::<Vec<_>>() {
            self.read_on(wire, id).await?;
        }
        Ok(())
    }

    /// Says what is new of a followed case, as it was read for all; where that does not go on from where this screen is, the
    /// screen reads on by itself.
    pub(super) async fn go_on(&mut self, wire: &mut impl Wire, change: &Change) -> Outcome {
        let Some(watch) = self.watches.get_mut(&change.id) else { return Ok(()) };
        let (after, actor) = (watch.after, &self.who.actor);
        let fits = |sequel: &&Sequel| sequel.after <= after && may_read(actor, &sequel.timeline.stored);
        let sequel = change.sequel.as_ref().filter(|_| change.after.is_some()).filter(fits);
        let Some((sequel, row)) = sequel.zip(own_row(change, self.who.agent)) else { return self.read_on(wire, change.id).await };
        let stored = &sequel.timeline.stored;
        // Read before this screen read on by itself: it knows more than that already.
        if stored.case.seq < watch.after {
            return Ok(());
        }
        let behind = std::mem::replace(&mut watch.after, stored.case.seq);
        let names = &sequel.timeline.names;
        let items = sequel.timeline.items.iter().filter(|item| item.recorded.seq > behind);
        let events = items.map(|item| TimelineItem::of(item.clone(), names)).collect();
        wire.send_frame(&Says::Events { conversation: change.id.0, events, row: &row }).await.map_err(slow)?;
        self.tell_held(wire, change.id, sequel.held.clone()).await
    }

    /// Reads a followed case on from where this screen is, and says what is new.
    pub(super) async fn read_on(&mut self, wire: &mut impl Wire, id: ConversationId) -> Outcome {
        loop {
            let Some(watch) = self.watches.get(&id) else { return Ok(()) };
            let (actor, after) = (self.who.actor.clone(), watch.after);
            let read = self
                .state
                .app
                .db
                .read(Pool::Quick, move |rx| {
                    let timeline = timeline_in(rx, &actor, id, Part::After(after), FRAME, Eyes::Staff)?;
                    Ok::<_, candor_app::Error>((timeline, row_in(rx, &actor, id)?, held_in(rx, id)?))
                })
                .await;
            let Ok((timeline, row, held)) = read else {
                // Not allowed any more, or gone: the client finds out by asking.
                self.watches.remove(&id);
                return wire.send_frame(&Says::Reload { conversation: Some(id.0), lists: None }).await.map_err(slow);
            };
            let (more, seq) = (timeline.more, timeline.stored.case.seq);
            if seq - after > TOO_FAR {
                if let Some(watch) = self.watches.get_mut(&id) {
                    (watch.after, watch.held) = (seq, String::new());
                }
                return wire.send_frame(&Says::Reload { conversation: Some(id.0), lists: None }).await.map_err(slow);
            }
            let events = TimelineItem::all(timeline);
            let last = events.last().map_or(after, |item| item.seq);
            wire.send_frame(&Says::Events { conversation: id.0, events, row: &Row::from(row) }).await.map_err(slow)?;
            if let Some(watch) = self.watches.get_mut(&id) {
                watch.after = last;
            }
            self.tell_held(wire, id, held).await?;
            if !more {
                return Ok(());
            }
        }
    }

    /// Says which replies are on their way, when that changed.
    async fn tell_held(&mut self, wire: &mut impl Wire, id: ConversationId, held: Vec<HeldView>) -> Outcome {
        let reader = self.who.actor.agent();
        let held: Vec<_> = held.into_iter().map(|one| HeldReply::seen_by(one, reader)).collect();
        let mark: String = held.iter().map(|one| format!("{}{:?}{};", one.id, one.state, one.release_at)).collect();
        let Some(watch) = self.watches.get_mut(&id).filter(|watch| watch.held != mark) else { return Ok(()) };
        watch.held = mark;
        wire.send_frame(&Says::Held { conversation: id.0, held: &held }).await.map_err(slow)
    }

    pub(super) async fn tell_viewers(&self, wire: &mut impl Wire, id: ConversationId) -> Outcome {
        let all = self.state.app.live.presence().viewers(id);
        let viewers = all.into_iter().map(ViewerFrame::from).collect();
        wire.send_frame(&Says::Viewers { conversation: id.0, viewers }).await.map_err(slow)
    }
}
