//! One agent's open screen: the lists and cases it follows, and what is said about them.

use super::agent::{Outcome, slow};
use super::agent_frames::{ListAsk, NotifyKind, Op, Said, Says, ViewCount, ViewerFrame};
use super::burst::{Burst, Due, ops};
use super::counts::{Places, count};
use super::wire::{End, Wire, written};
use crate::api::types::case::HeldReply;
use crate::api::types::conversation::{Row, TimelineItem};
use crate::state::AppState;
use bytes::Bytes;
use candor_app::conversation::bulk;
use candor_app::conversation::detail::{held_in, row_in};
use candor_app::conversation::view::{Eyes, timeline_in};
use candor_app::live::{Ask, Change, Doing, Entry, News, Presence, Sort, View, seal_peek};
use candor_app::{directory, session};
use candor_domain::actor::{Actor, ActorKind};
use candor_domain::event::Event;
use candor_domain::id::ConversationId;
use candor_domain::permission::{Permission, Scope};
use candor_store::Pool;
use candor_store::event::{self, Part};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tokio::time::Instant;
use uuid::Uuid;

/// The most lists and cases one line follows.
const MOST: usize = 32;
/// Events a frame carries at most, and how many a watch may be behind before it must read again.
const FRAME: usize = 100;
const FRAME_EVENTS: i64 = 100;
const TOO_FAR: i64 = 1_000;

pub(super) struct Screen {
    state: AppState,
    who: session::SignedIn,
    scope: Scope,
    lists: HashMap<String, Ask>,
    watches: HashMap<ConversationId, Watch>,
    places: Places,
    counts: BTreeMap<String, ViewCount>,
    counts_moved: bool,
    burst: Burst,
    /// When this line last said what its agent does, by case: at most one a second crosses the bus.
    presence: HashMap<ConversationId, (Doing, i64)>,
    /// When it last told words of a draft.
    peeked_at: i64,
}

struct Watch {
    after: i64,
    held: String,
}

impl Screen {
    pub(super) fn new(state: AppState, who: session::SignedIn) -> Self {
        let scope = scope_of(&who.actor);
        Self {
            state,
            who,
            scope,
            lists: HashMap::new(),
            watches: HashMap::new(),
            places: Places::default(),
            counts: BTreeMap::new(),
            counts_moved: true,
            burst: Burst::default(),
            presence: HashMap::new(),
            peeked_at: 0,
        }
    }

    pub(super) fn agent(&self) -> Uuid {
        self.who.agent.0
    }

    pub(super) async fn said(&mut self, wire: &mut impl Wire, said: Said) -> Outcome {
        match said {
            Said::List(ask) => self.list(ask),
            Said::Unlist { id } => {
                self.lists.remove(&id);
                Ok(())
            }
            Said::Watch { conversation, after } => {
                let id = ConversationId(conversation);
                if self.watches.len() >= MOST && !self.watches.contains_key(&id) {
                    return Err(Some(End::BadFrame));
                }
                self.watches.insert(id, Watch { after: after.max(0), held: String::new() });
                self.read_on(wire, id).await?;
                // Only whoever may read the case stays, and hears who else does.
                if self.watches.contains_key(&id) { self.tell_viewers(wire, id).await } else { Ok(()) }
            }
            Said::Unwatch { conversation } => {
                self.watches.remove(&ConversationId(conversation));
                self.whisper(ConversationId(conversation), None, None);
                Ok(())
            }
            Said::Presence { conversation, doing, peek } => {
                if let Some(id) = conversation.map(ConversationId).filter(|id| self.watches.contains_key(id)) {
                    let peek = self.sealed_peek(id, doing, peek).await;
                    self.whisper(id, Some(doing), peek);
                }
                Ok(())
            }
            Said::Ping {} => wire.send_frame(&Says::Pong).await.map_err(slow),
        }
    }

    fn list(&mut self, ask: ListAsk) -> Outcome {
        let Some(view) = View::parse(&ask.view).filter(|_| self.lists.len() < MOST) else { return Err(Some(End::BadFrame)) };
        let ask_for = Ask { agent: self.who.agent, scope: self.scope.clone(), view, filter: ask.filter, sort: Sort::default() };
        self.lists.insert(ask.id, ask_for);
        Ok(())
    }

    pub(super) async fn news(&mut self, wire: &mut impl Wire, news: News) -> Outcome {
        match news {
            News::Change(change) => self.changed(wire, &change).await,
            News::Viewers(id) if self.watches.contains_key(&id) => self.tell_viewers(wire, id).await,
            News::VisitorTyping(id) if self.watches.contains_key(&id) => {
                wire.send_frame(&Says::VisitorTyping { conversation: id.0 }).await.map_err(slow)
            }
            News::Viewers(_) | News::VisitorTyping(_) => Ok(()),
            News::Settings => {
                self.look_again(wire).await?;
                self.learn_places().await;
                self.counts_moved = true;
                self.tell_directory(wire).await
            }
            News::Revoked(who) if who == self.who.agent.0 || who == self.who.session.0 => self.look_again(wire).await,
            News::Revoked(_) => Ok(()),
            News::Bulk { agent, bulk } if agent == self.who.agent => self.tell_bulk(wire, bulk).await,
            News::Bulk { .. } => Ok(()),
            News::Gap => {
                self.counts_moved = true;
                wire.send_frame(&Says::Reload { conversation: None, lists: None }).await.map_err(slow)?;
                for id in self.watches.keys().copied().collect::<Vec<_>>() {
                    self.read_on(wire, id).await?;
                }
                Ok(())
            }
        }
    }

    async fn changed(&mut self, wire: &mut impl Wire, change: &Arc<Change>) -> Outcome {
        self.counts_moved = true;
        if !ops(&self.lists, change.before.as_deref(), change).is_empty() && self.burst.tells_now(change, Instant::now()) {
            self.tell_row(wire, change.before.as_deref(), change).await?;
        }
        if let Some(kind) = self.worth_telling(change).await
            && let Some(row) = self.own_row(change)
        {
            let title = if row.contact.name.is_empty() { row.subject.as_deref().unwrap_or_default() } else { &row.contact.name };
            wire.send_frame(&Says::Notify { kind, conversation: change.id.0, title, text: &row.preview }).await.map_err(slow)?;
        }
        if self.watches.contains_key(&change.id) { self.read_on(wire, change.id).await } else { Ok(()) }
    }

    async fn tell_row(&self, wire: &mut impl Wire, before: Option<&Entry>, change: &Change) -> Outcome {
        for (op, lists) in ops(&self.lists, before, change) {
            wire.send_made(self.row_frame(change, op, lists)).await.map_err(slow)?;
        }
        Ok(())
    }

    /// Waits until rows that were held back are due.
    pub(super) async fn rows_due(&self) {
        self.burst.due().await;
    }

    /// Tells what was held back while much moved at once.
    pub(super) async fn tell_waiting(&mut self, wire: &mut impl Wire) -> Outcome {
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
            let row = self.own_row(change).filter(|_| op != Op::Leave);
            Bytes::from(written(&Says::Row { lists, op, id: change.id.0, row: row.as_ref() }))
        })
    }

    /// The row through this agent's eyes.
    fn own_row(&self, change: &Change) -> Option<Row> {
        let row = Row::from(change.row.as_deref()?.clone());
        let Some(entry) = &change.after else { return Some(row) };
        Some(row.seen_by(entry.read_seq(self.who.agent), entry.mentioned_seq(self.who.agent), entry.stored.case.last_customer_seq))
    }

    /// What is worth a sound: a customer's message in an own case, a case that somebody gave to us, a mention.
    async fn worth_telling(&self, change: &Change) -> Option<NotifyKind> {
        let after = change.after.as_ref().filter(|entry| entry.within(&self.scope))?;
        let (me, before) = (self.who.agent, change.before.as_ref());
        if after.mentioned_seq(me) > before.map_or(0, |entry| entry.mentioned_seq(me)) {
            return Some(NotifyKind::Mention);
        }
        if after.stored.case.assignee != Some(me) {
            return None;
        }
        if before.is_some_and(|entry| entry.stored.case.assignee != Some(me)) {
            let since = before.map_or(0, |entry| entry.stored.case.seq);
            return (!self.did_it(change.id, since).await).then_some(NotifyKind::Assigned);
        }
        let news = before.is_none_or(|entry| after.stored.case.last_customer_seq > entry.stored.case.last_customer_seq);
        news.then_some(NotifyKind::Message)
    }

    /// Reads a followed case on from where this screen is, and says what is new.
    async fn read_on(&mut self, wire: &mut impl Wire, id: ConversationId) -> Outcome {
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

    async fn tell_viewers(&self, wire: &mut impl Wire, id: ConversationId) -> Outcome {
        let all = self.state.app.live.presence().viewers(id);
        let viewers = all.into_iter().map(ViewerFrame::from).collect();
        wire.send_frame(&Says::Viewers { conversation: id.0, viewers }).await.map_err(slow)
    }

    async fn tell_bulk(&self, wire: &mut impl Wire, id: Uuid) -> Outcome {
        let Ok(found) = bulk::get(&self.state.app, &self.who.actor, id).await else { return Ok(()) };
        wire.send_frame(&Says::Bulk { job: &found.into() }).await.map_err(slow)
    }

    async fn tell_directory(&self, wire: &mut impl Wire) -> Outcome {
        let Ok(found) = directory::get(&self.state.app, &self.who.actor).await else { return Ok(()) };
        wire.send_frame(&Says::Directory { directory: Box::new(found.into()) }).await.map_err(slow)
    }

    /// Looks at session and rights again; whoever lost them loses the line, the lists and the cases with them.
    pub(super) async fn look_again(&mut self, wire: &mut impl Wire) -> Outcome {
        let fresh = match session::by_id(&self.state.app, self.who.session).await {
            Ok(fresh) => fresh,
            Err(candor_app::Error::Unauthenticated | candor_app::Error::NotFound) => return Err(Some(End::SignedOut)),
            // The database is away: nothing is read meanwhile, so nothing can leak.
            Err(_) => return Ok(()),
        };
        if rights(&fresh.actor) == rights(&self.who.actor) {
            return Ok(());
        }
        self.who = fresh;
        self.scope = scope_of(&self.who.actor);
        for ask in self.lists.values_mut() {
            ask.scope = self.scope.clone();
        }
        self.counts_moved = true;
        wire.send_frame(&Says::Me).await.map_err(slow)?;
        wire.send_frame(&Says::Reload { conversation: None, lists: None }).await.map_err(slow)?;
        for id in self.watches.keys().copied().collect::<Vec<_>>() {
            self.read_on(wire, id).await?;
        }
        Ok(())
    }

    pub(super) async fn learn_places(&mut self) {
        if let Ok(found) = directory::get(&self.state.app, &self.who.actor).await {
            self.places = Places {
                teams: found.teams.iter().map(|team| team.id).collect(),
                inboxes: found.inboxes.iter().map(|inbox| inbox.id).collect(),
            };
        }
    }

    pub(super) async fn send_counts(&mut self, wire: &mut impl Wire) -> Outcome {
        if !std::mem::take(&mut self.counts_moved) {
            return Ok(());
        }
        let fresh = count(&self.state.app, self.who.agent, &self.scope, &self.places);
        if fresh == self.counts {
            return Ok(());
        }
        self.counts = fresh;
        wire.send_frame(&Says::Counts { views: &self.counts }).await.map_err(slow)
    }

    /// Whether it was this agent who last gave the case away or took it, behind this number.
    async fn did_it(&self, id: ConversationId, since: i64) -> bool {
        let read = self
            .state
            .app
            .db
            .read(Pool::Quick, move |rx| event::page(rx, id, Part::After(since), FRAME_EVENTS).map_err(candor_app::Error::from));
        let Ok(events) = read.await else { return false };
        let given = events.iter().rev().find(|one| matches!(one.event, Event::Assigned { .. }));
        given.is_some_and(|one| one.actor.kind == ActorKind::Agent && one.actor.id == Some(self.who.agent.0))
    }

    /// The words of a draft that its author lets colleagues see, sealed for the way: at most once a second from one line,
    /// and not at all while nobody else is there.
    async fn sealed_peek(&mut self, id: ConversationId, doing: Doing, peek: Option<String>) -> Option<String> {
        let now = self.state.app.now();
        let text = peek.filter(|_| doing != Doing::Viewing && now - self.peeked_at >= 1_000)?;
        if !self.state.app.live.presence().others(id, self.who.agent) {
            return None;
        }
        self.peeked_at = now;
        seal_peek(&self.state.app, id, self.who.agent, &text).await.ok()
    }

    /// Says what the agent does with a case, at most once a second unless it changed.
    fn whisper(&mut self, id: ConversationId, doing: Option<Doing>, peek: Option<String>) {
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
    pub(super) fn leave(&mut self) {
        for id in self.presence.keys().copied().collect::<Vec<_>>() {
            self.whisper(id, None, None);
        }
    }
}

fn scope_of(actor: &Actor) -> Scope {
    rights(actor).map_or(Scope::Within(vec![]), |rights| rights.scope(Permission::ConversationRead))
}

fn rights(actor: &Actor) -> Option<&candor_domain::permission::Rights> {
    match actor {
        Actor::Agent { rights, .. } => Some(rights),
        _ => None,
    }
}
