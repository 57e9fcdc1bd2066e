//! The lists a screen follows: how rows enter, change and leave them, and how long they are.

use super::Screen;
use crate::api::types::conversation::Row;
use crate::live::agent::{Outcome, slow};
use crate::live::agent_frames::{Op, Says};
use crate::live::burst::{Due, ops};
use crate::live::counts::{Places, count};
use crate::live::wire::{Wire, written};
use bytes::Bytes;
use candor_app::directory;
use candor_app::live::{Change, Entry};
use candor_domain::id::AgentId;
use std::sync::Arc;
use tokio::time::Instant;

impl Screen {
    pub(super) async fn changed(&mut self, wire: &mut impl Wire, change: &Arc<Change>) -> Outcome {
        self.counts_moved = true;
        if !ops(&self.lists, change.before.as_deref(), change).is_empty() && self.burst.tells_now(change, Instant::now()) {
            self.tell_row(wire, change.before.as_deref(), change).await?;
        }
        if let Some(kind) = self.worth_telling(change).await
            && let Some(row) = own_row(change, self.who.agent)
        {
            let title = if row.contact.name.is_empty() { row.subject.as_deref().unwrap_or_default() } else { &row.contact.name };
            wire.send_frame(&Says::Notify { kind, conversation: change.id.0, title, text: &row.preview }).await.map_err(slow)?;
        }
        self.go_on(wire, change).await
    }

    async fn tell_row(&self, wire: &mut impl Wire, before: Option<&Entry>, change: &Change) -> Outcome {
        for (op, lists) in ops(&self.lists, before, change) {
            wire.send_made(self.row_frame(change, op, lists)).await.map_err(slow)?;
        }
        Ok(())
    }

    /// Waits until rows that were held back are due.
    pub(in crate::live) async fn rows_due(&self) {
        self.burst.due().await;
    }

    /// Tells what was held back while much moved at once.
    pub(in crate::live) async fn tell_waiting(&mut self, wire: &mut impl Wire) -> Outcome {
        match self.burst.take(Instant::now()) {
            Due::Rows(rows) => {
                for one in rows {
                    self.tell_row(wire, one.before.as_deref(), &one.now).await?;
                }
                Ok(())
            }
            Due::ReadAgain => {
                let lists = Some(self.lists.keys().map(String::as_str).collect());
                wire.send_frame(&Says::Reload { conversation: None, lists }).await.map_err(slow)
            }
        }
    }

    /// Says how a row stands to these lists. Screens with the same lists and marks say the same, so it is written once for them.
    fn row_frame(&self, change: &Change, op: Op, mut lists: Vec<&str>) -> Bytes {
        lists.sort_unstable();
        let marks = change.after.as_ref().map(|entry| (entry.read_seq(self.who.agent), entry.mentioned_seq(self.who.agent)));
        let key = format!("{op:?} {marks:?} {lists:?}");
        change.frames.get_or_make(key, || {
            let row = own_row(change, self.who.agent).filter(|_| op != Op::Leave);
            Bytes::from(written(&Says::Row { lists, op, id: change.id.0, row: row.as_ref() }))
        })
    }

    pub(in crate::live) async fn learn_places(&mut self) {
        if let Ok(found) = directory::get(&self.state.app, &self.who.actor).await {
            self.places = Places {
                teams: found.teams.iter().map(|team| team.id).collect(),
                inboxes: found.inboxes.iter().map(|inbox| inbox.id).collect(),
            };
        }
    }

    pub(in crate::live) async fn send_counts(&mut self, wire: &mut impl Wire) -> Outcome {
        // Before open work has been read every list is empty.
        if !self.state.app.live.is_ready() || !std::mem::take(&mut self.counts_moved) {
            return Ok(());
        }
        let fresh = count(&self.state.app, self.who.agent, &self.scope, &self.places);
        if fresh == self.counts {
            return Ok(());
        }
        self.counts = fresh;
        wire.send_frame(&Says::Counts { views: &self.counts }).await.map_err(slow)
    }
}

/// The row through this agent's eyes.
pub(super) fn own_row(change: &Change, agent: AgentId) -> Option<Row> {
    let row = Row::from(change.row.as_deref()?.clone());
    let Some(entry) = &change.after else { return Some(row) };
    Some(row.seen_by(entry.read_seq(agent), entry.mentioned_seq(agent), entry.case.last_customer_seq))
}
