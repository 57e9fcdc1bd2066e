//! The visitors' line. The socket opens without rights and must say who it is in its first frame, within 5 s.

use super::agent::{Outcome, slow};
use super::socket::{Socket, limited};
use super::stream;
use super::visitor_frames::{Said, Says, WatchAsk};
use super::wire::{End, Heard, Wire};
use crate::extract::origin::refuse_foreign;
use crate::extract::{Body, ClientAddress};
use crate::problem::ApiResult;
use crate::state::AppState;
use crate::visitor::types::{VisitorContact, VisitorConversation, VisitorEvents};
use axum::extract::{State, WebSocketUpgrade};
use axum::response::Response;
use candor_app::conversation::view::{Eyes, timeline_in};
use candor_app::live::{Presence, VisitorNews, VisitorSocket};
use candor_app::visitor::{self, Visitor};
use candor_domain::actor::Actor;
use candor_domain::id::{AgentId, ContactId, ConversationId, VisitorSessionId};
use candor_store::event::Part;
use candor_store::{Pool, agent};
use http::HeaderMap;
use serde::Deserialize;
use std::collections::HashMap;
use std::future::ready;
use std::net::IpAddr;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::task::task_tracker::TaskTrackerToken;
use utoipa::ToSchema;

const FIRST_FRAME: Duration = Duration::from_secs(5);
/// How often the session is looked at although nobody said that it ended.
const LOOK_AGAIN: Duration = Duration::from_secs(4);
/// Conversations one line follows at most, events a frame carries, and how far behind a watch may be.
const MOST: usize = 16;
const FRAME: usize = 100;
const TOO_FAR: i64 = 1_000;
/// How often a customer's typing crosses the bus at most, in milliseconds.
const TYPING_MS: i64 = 1_000;

/// `GET /visitor/v1/stream`: the WebSocket.
pub async fn socket(
    State(state): State<AppState>,
    ClientAddress(peer): ClientAddress,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> ApiResult<Response> {
    refuse_foreign(&headers, &state.site)?;
    Ok(limited(upgrade).on_upgrade(move |socket| {
        // In a task of its own: the one that upgrades keeps room for all that upgrading takes.
        tokio::spawn(greet(state, peer, Socket::new(socket)));
        ready(())
    }))
}

async fn greet(state: AppState, peer: IpAddr, wire: Socket) {
    if let Some(line) = Box::pin(sign_in(state, peer, wire)).await {
        serve(line).await;
    }
}

async fn sign_in(state: AppState, peer: IpAddr, mut wire: Socket) -> Option<Line<Socket>> {
    let first = timeout(FIRST_FRAME, wire.hear()).await;
    let Ok(Heard::Text(text)) = first else { return refused(wire, End::SignedOut).await };
    let Some(Said::Auth { token, watch }) = Said::read(&text) else { return refused(wire, End::BadFrame).await };
    match Box::pin(visitor::by_token(&state.app, &token)).await {
        Ok(visitor) => Box::pin(Line::open(state, visitor, peer, wire, watch)).await,
        Err(_) => refused(wire, End::SignedOut).await,
    }
}

async fn refused<W: Wire>(wire: W, why: End) -> Option<Line<W>> {
    wire.end(why).await;
    None
}

/// What a streamed line is opened with.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = VisitorStreamInput)]
#[serde(deny_unknown_fields)]
pub struct StreamInput {
    auth: String,
    #[serde(default)]
    watch: Vec<WatchAsk>,
}

/// `POST /visitor/v1/stream`: the same frames as an event stream.
pub async fn streamed(
    State(state): State<AppState>,
    ClientAddress(peer): ClientAddress,
    headers: HeaderMap,
    Body(input): Body<StreamInput>,
) -> ApiResult<Response> {
    refuse_foreign(&headers, &state.site)?;
    let visitor = visitor::by_token(&state.app, &input.auth).await?;
    state.app.heard(visitor.contact.id, peer).await?;
    let (wire, response) = stream::open();
    tokio::spawn(run(state, visitor, peer, wire, input.watch));
    Ok(response)
}

async fn run(state: AppState, visitor: Visitor, peer: IpAddr, wire: impl Wire, watch: Vec<WatchAsk>) {
    if let Some(line) = Box::pin(Line::open(state, visitor, peer, wire, watch)).await {
        serve(line).await;
    }
}

/// Runs a line to its end, and says why it ends.
async fn serve<W: Wire>(mut line: Line<W>) {
    if let Some(why) = line.run().await {
        Box::pin(line.wire.end(why)).await;
    }
}

/// A line that waits. There are thousands, so what they keep is small, and what they do now and then lies outside of it.
struct Line<W> {
    wire: W,
    screen: Box<Screen>,
    seat: VisitorSocket,
    blocks: watch::Receiver<i64>,
    look_again: Instant,
    _open: TaskTrackerToken,
}

impl<W: Wire> Line<W> {
    async fn open(state: AppState, visitor: Visitor, peer: IpAddr, mut wire: W, watch: Vec<WatchAsk>) -> Option<Self> {
        let open = state.sockets.token();
        let blocks = state.app.blocks.moves();
        if state.app.heard(visitor.contact.id, peer).await.is_err() {
            return refused(wire, End::Blocked).await;
        }
        // Signed on before the first read, so that nothing falls between them; and looked at again right after it.
        let (seat, look_again) = (state.app.live.visitor(visitor.contact.id, visitor.session.id), Instant::now());
        let (contact, session) = (visitor.contact.id, visitor.session.id);
        let mut screen = Box::new(Screen { state, contact, session, peer, watches: HashMap::new(), typed_at: 0 });
        match Box::pin(screen.begin(&mut wire, &visitor, watch)).await {
            Ok(()) => Some(Self { wire, screen, seat, blocks, look_again, _open: open }),
            Err(Some(why)) => refused(wire, why).await,
            Err(None) => None,
        }
    }

    /// Until it ends, for a reason to tell or without one.
    async fn run(&mut self) -> Option<End> {
        let draining = self.screen.state.draining.clone();
        loop {
            let outcome = tokio::select! {
                heard = self.wire.hear() => match heard {
                    Heard::Text(text) => match Said::read(&text) {
                        Some(said) => Box::pin(self.screen.said(&mut self.wire, said)).await,
                        None => Err(Some(End::BadFrame)),
                    },
                    Heard::Ended => Err(None),
                },
                news = self.seat.next() => match news {
                    Some(news) => Box::pin(self.screen.news(&mut self.wire, news)).await,
                    // The hub gave up on us: we did not keep up.
                    None => Err(Some(End::TooSlow)),
                },
                () = sleep_until(self.look_again) => {
                    let outcome = Box::pin(self.screen.look_again()).await;
                    self.look_again = Instant::now() + LOOK_AGAIN;
                    outcome
                }
                // Its sender lives as long as the desk.
                _ = self.blocks.changed() => Box::pin(self.screen.heard()).await,
                () = draining.cancelled() => Err(Some(End::Restart)),
            };
            if let Err(ended) = outcome {
                return ended;
            }
        }
    }
}

struct Screen {
    state: AppState,
    contact: ContactId,
    session: VisitorSessionId,
    /// Where they come from, for blocks of networks.
    peer: IpAddr,
    /// The last public number sent of each conversation that is followed.
    watches: HashMap<ConversationId, i64>,
    typed_at: i64,
}

impl Screen {
    fn actor(&self) -> Actor {
        Actor::Visitor { contact: self.contact }
    }

    async fn begin(&mut self, wire: &mut impl Wire, visitor: &Visitor, watch: Vec<WatchAsk>) -> Outcome {
        let contact = VisitorContact::from(&visitor.contact);
        wire.send_frame(&Says::Ready { contact }).await.map_err(slow)?;
        for ask in watch {
            self.watch(wire, ask).await?;
        }
        Ok(())
    }

    async fn said(&mut self, wire: &mut impl Wire, said: Said) -> Outcome {
        match said {
            Said::Watch(ask) => self.watch(wire, ask).await,
            Said::Unwatch { conversation } => {
                self.watches.remove(&ConversationId(conversation));
                Ok(())
            }
            Said::Typing { conversation } => {
                let (id, now) = (ConversationId(conversation), self.state.app.now());
                if self.watches.contains_key(&id) && now - self.typed_at >= TYPING_MS {
                    self.typed_at = now;
                    self.state.app.db.publish(Presence::of_visitor(id));
                }
                Ok(())
            }
            Said::Ping {} => wire.send_frame(&Says::Pong).await.map_err(slow),
            Said::Auth { .. } => Err(Some(End::BadFrame)),
        }
    }

    async fn watch(&mut self, wire: &mut impl Wire, ask: WatchAsk) -> Outcome {
        let id = ConversationId(ask.conversation);
        if self.watches.len() >= MOST && !self.watches.contains_key(&id) {
            return Err(Some(End::BadFrame));
        }
        self.watches.insert(id, ask.after.max(0));
        self.read_on(wire, id).await
    }

    async fn news(&mut self, wire: &mut impl Wire, news: VisitorNews) -> Outcome {
        match news {
            VisitorNews::Change { id, .. } => {
                if self.watches.contains_key(&id) {
                    self.read_on(wire, id).await?;
                }
                self.tell_conversation(wire, id).await
            }
            VisitorNews::AgentTyping { id, agent } if self.watches.contains_key(&id) => self.tell_typing(wire, id, agent).await,
            VisitorNews::AgentTyping { .. } => Ok(()),
            VisitorNews::Revoked => self.look_again().await,
            VisitorNews::Gap => wire.send_frame(&Says::Reload { conversation: None }).await.map_err(slow),
        }
    }

    /// Reads a conversation on from where this screen is, and says what is new.
    async fn read_on(&mut self, wire: &mut impl Wire, id: ConversationId) -> Outcome {
        while let Some(after) = self.watches.get(&id).copied() {
            let actor = self.actor();
            let read =
                self.state.app.db.read(Pool::Quick, move |rx| timeline_in(rx, &actor, id, Part::After(after), FRAME, Eyes::Customer)).await;
            let Ok(timeline) = read else {
                self.watches.remove(&id);
                return wire.send_frame(&Says::Reload { conversation: Some(id.0) }).await.map_err(slow);
            };
            let (more, newest) = (timeline.more, timeline.stored.case.public_seq);
            if newest - after > TOO_FAR {
                self.watches.insert(id, newest);
                return wire.send_frame(&Says::Reload { conversation: Some(id.0) }).await.map_err(slow);
            }
            let events = VisitorEvents::from(timeline).items;
            if let Some(last) = events.last().map(|event| event.seq) {
                self.watches.insert(id, last);
                wire.send_frame(&Says::Events { conversation: id.0, events }).await.map_err(slow)?;
            }
            if !more {
                break;
            }
        }
        Ok(())
    }

    async fn tell_conversation(&self, wire: &mut impl Wire, id: ConversationId) -> Outcome {
        let Ok(case) = visitor::case_of(&self.state.app, self.session, self.actor(), id).await else { return Ok(()) };
        wire.send_frame(&Says::Conversation { conversation: &VisitorConversation::from(case) }).await.map_err(slow)
    }

    async fn tell_typing(&self, wire: &mut impl Wire, id: ConversationId, who: AgentId) -> Outcome {
        let names = self.state.app.db.read(Pool::Quick, move |rx| agent::names(rx, &[who]).map_err(candor_app::Error::from)).await;
        let Some(name) = names.ok().and_then(|mut names| names.remove(&who)) else { return Ok(()) };
        wire.send_frame(&Says::Typing { conversation: id.0, name: &name.public_name }).await.map_err(slow)
    }

    /// Ends the line of who is blocked now.
    async fn heard(&self) -> Outcome {
        self.state.app.heard(self.contact, self.peer).await.map_err(|_| Some(End::Blocked))
    }

    async fn look_again(&self) -> Outcome {
        self.heard().await?;
        match visitor::by_id(&self.state.app, self.session).await {
            // The same session may speak for somebody else now: the client must begin again.
            Ok(fresh) if fresh.contact.id == self.contact => Ok(()),
            Ok(_) | Err(candor_app::Error::Unauthenticated | candor_app::Error::NotFound) => Err(Some(End::SignedOut)),
            Err(_) => Ok(()),
        }
    }
}
