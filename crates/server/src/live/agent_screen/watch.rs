//! The cases a screen follows: each is read on from the number it has come to.

use super::{MOST, Screen};
use crate::api::types::case::HeldReply;
use crate::api::types::conversation::{Row, TimelineItem};
use crate::live::agent::{Outcome, slow};
use crate::live::agent_frames::{Says, ViewerFrame};
use crate::live::wire::{End, Wire};
use candor_app::conversation::detail::{held_in, row_in};
use candor_app::conversation::view::{Eyes, timeline_in};
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
}

impl Screen {
    /// Follows a case from this number on.
    pub(super) async fn watch(&mut self, wire: &mut impl Wire, id: ConversationId, after: i64) -> Outcome {
        if self.watches.len() >= MOST && !self.watches.contains_key(&id) {
            return Err(Some(End::BadFrame));
        }
        self.watches.insert(id, Watch { after: after.max(0), held: String::new() });
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
                self.watches.insert(id, Watch { after: seq, held: String::new() });
                return wire.send_frame(&Says::Reload { conversation: Some(id.0), lists: None }).await.map_err(slow);
            }
            let events = TimelineItem::all(timeline);
            let last = events.last().map_or(after, |item| item.seq);
            wire.send_frame(&Says::Events { conversation: id.0, events, row: &Row::from(row) }).await.map_err(slow)?;
            if let Some(watch) = self.watches.get_mut(&id) {
                watch.after = last;
            }
            self.tell_held(wire, id, held.into_iter().map(HeldReply::from).collect()).await?;
            if !more {
                return Ok(());
            }
        }
    }

    /// Says which replies are on their way, when that changed.
    async fn tell_held(&mut self, wire: &mut impl Wire, id: ConversationId, held: Vec<HeldReply>) -> Outcome {
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
