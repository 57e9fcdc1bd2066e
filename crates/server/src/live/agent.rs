//! The agents' line: signing on, its loop, signing off.

use super::agent_frames::{ListAsk, Said, Says};
use super::agent_screen::Screen;
use super::socket::{Socket, limited};
use super::stream;
use super::wire::{End, Gone, Heard, Wire};
use crate::extract::{AgentIn, Body};
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;
use axum::extract::{State, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use candor_app::live::News;
use candor_app::{me, session};
use candor_domain::id::AgentId;
use candor_domain::staff::Presence;
use serde::Deserialize;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval};
use utoipa::ToSchema;
use uuid::Uuid;

/// How often rights are looked at although nobody said that they changed.
const LOOK_AGAIN: Duration = Duration::from_secs(4);
/// How often counts are sent at most.
const COUNTS: Duration = Duration::from_secs(1);

/// `GET /api/v1/stream`: the WebSocket. Cookie and Origin were checked before the upgrade.
pub async fn socket(State(state): State<AppState>, who: AgentIn, upgrade: WebSocketUpgrade) -> Response {
    limited(upgrade).on_upgrade(move |socket| run(state, who.0, Socket::new(socket), vec![])).into_response()
}

/// What a streamed line follows.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = AgentStreamInput)]
#[serde(deny_unknown_fields)]
pub struct StreamInput {
    #[serde(default)]
    lists: Vec<ListAsk>,
    #[serde(default)]
    watch: Vec<WatchInput>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WatchInput {
    conversation: Uuid,
    #[serde(default)]
    after: i64,
}

/// `POST /api/v1/stream`: the same frames as an event stream.
pub async fn streamed(State(state): State<AppState>, who: AgentIn, Body(input): Body<StreamInput>) -> ApiResult<Response> {
    let (wire, response) = stream::open();
    let lists = input.lists.into_iter().map(Said::List);
    let watches = input.watch.into_iter().map(|one| Said::Watch { conversation: one.conversation, after: one.after });
    let wanted = lists.chain(watches).collect();
    tokio::spawn(run(state, who.0, wire, wanted));
    Ok::<_, ApiError>(response)
}

async fn run(state: AppState, who: session::SignedIn, mut wire: impl Wire, wanted: Vec<Said>) {
    // Signed on before the first read, so that nothing falls between them.
    let _open = state.sockets.token();
    let mut news = state.app.live.agent();
    let agent = who.agent;
    let mut screen = Screen::new(state.clone(), who);
    if state.app.live.screens().opened(agent) {
        state.app.live.screens().tell(Some(agent)).into_iter().for_each(|note| state.app.db.publish(note));
        appear(&state, agent, Presence::Online).await;
    }
    let mut look_again = interval(LOOK_AGAIN);
    let mut counts = interval(COUNTS);
    look_again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    counts.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut outcome = begin(&mut screen, &mut wire, wanted).await;
    while outcome.is_ok() {
        outcome = tokio::select! {
            heard = wire.hear() => match heard {
                Heard::Text(text) => match Said::read(&text) {
                    Some(said) => screen.said(&mut wire, said).await,
                    None => Err(Some(End::BadFrame)),
                },
                Heard::Ended => Err(None),
            },
            one = news.recv() => match one {
                Ok(one) => screen.news(&mut wire, one).await,
                // Too far behind to be told one by one.
                Err(RecvError::Lagged(_)) => screen.news(&mut wire, News::Gap).await,
                Err(RecvError::Closed) => Err(None),
            },
            _ = look_again.tick() => screen.look_again(&mut wire).await,
            _ = counts.tick() => screen.send_counts(&mut wire).await,
            () = screen.rows_due() => screen.tell_waiting(&mut wire).await,
            () = state.draining.cancelled() => Err(Some(End::Restart)),
        };
    }
    screen.leave();
    state.app.live.screens().closed(agent);
    tokio::spawn(disappear(state, agent));
    if let Err(Some(why)) = outcome {
        wire.end(why).await;
    }
}

/// A reload of the page is no absence.
const GONE_AFTER: Duration = Duration::from_secs(20);

/// The last screen closed and none came back: the agent is away.
async fn disappear(state: AppState, agent: AgentId) {
    tokio::select! {
        () = tokio::time::sleep(GONE_AFTER) => {}
        () = state.draining.cancelled() => {}
    }
    if !state.app.live.screens().has(agent) {
        appear(&state, agent, Presence::Offline).await;
    }
}

async fn appear(state: &AppState, agent: AgentId, presence: Presence) {
    if let Err(problem) = me::set_presence(&state.app, agent, presence).await {
        tracing::debug!(%problem, "an agent's presence could not be noted");
    }
}

async fn begin(screen: &mut Screen, wire: &mut impl Wire, wanted: Vec<Said>) -> Outcome {
    screen.learn_places().await;
    wire.send_frame(&Says::Ready { agent: screen.agent() }).await.map_err(slow)?;
    for said in wanted {
        screen.said(wire, said).await?;
    }
    Ok(())
}

/// Whether the line goes on; an end may have a reason to tell.
pub(super) type Outcome = Result<(), Option<End>>;

/// A frame that could not be sent: the reader is gone or too slow.
pub(super) fn slow(_: Gone) -> Option<End> {
    Some(End::TooSlow)
}
