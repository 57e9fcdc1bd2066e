//! One agent's open screen: the lists and cases it follows, and what is said about them.

mod lists;
mod notify;
mod presence;
mod watch;

use super::agent::{Outcome, slow};
use super::agent_frames::{ListAsk, Said, Says, ViewCount};
use super::burst::Burst;
use super::counts::Places;
use super::wire::{End, Wire};
use crate::state::AppState;
use candor_app::conversation::bulk;
use candor_app::live::{Ask, Doing, News, Sort, View};
use candor_app::{directory, session};
use candor_domain::actor::Actor;
use candor_domain::id::ConversationId;
use candor_domain::permission::{Permission, Scope};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;
use watch::Watch;

/// The most lists and cases one line follows.
const MOST: usize = 32;

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
            Said::Watch { conversation, after } => self.watch(wire, ConversationId(conversation), after).await,
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
                self.read_all_on(wire).await
            }
        }
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
        self.read_all_on(wire).await
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
