//! The demo desk's exchange: names its inbox to the demo page, and signs who its customer is as an exchange's own back
//! end would. Offered with `--demo` alone.

use crate::extract::Body;
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use candor_app::{demo, inbox};
use candor_domain::actor::Actor;
use candor_domain::id::InboxId;
use candor_domain::locale::Locale;
use serde::Deserialize;
use serde_json::{Value, json};

pub fn routes() -> Router<AppState> {
    Router::new().route("/demo/desk.json", get(desk)).route("/demo/sign-in", post(sign_in))
}

async fn the_inbox(state: &AppState) -> ApiResult<InboxId> {
    if !state.options.demo {
        return Err(ApiError::new(Code::NotFound));
    }
    let inboxes = inbox::list(&state.app, &Actor::machine("demo")).await?;
    inboxes.first().map(|inbox| inbox.id).ok_or_else(|| ApiError::new(Code::NotFound))
}

async fn desk(State(state): State<AppState>) -> ApiResult<Json<Value>> {
    Ok(Json(json!({ "inbox": the_inbox(&state).await? })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    locale: Locale,
}

/// Signs in one of the exchange's customers, by the language of the page.
async fn sign_in(State(state): State<AppState>, Body(input): Body<SignIn>) -> ApiResult<Json<Value>> {
    let inbox = the_inbox(&state).await?;
    let (uid, name, email) = match input.locale {
        Locale::SimplifiedChinese => ("88402712", "木木不吃糖", "mumu@example.com"),
        Locale::TraditionalChinese => ("55310987", "阿傑 Jay", "jay@example.com"),
        Locale::English => ("90233411", "Alice Tan", "alice.tan@example.com"),
    };
    let jwt = demo::sign_in_as(&state.app, inbox, uid, name, Some(email), input.locale).await?;
    Ok(Json(json!({ "jwt": jwt, "person": { "uid": uid, "name": name } })))
}
