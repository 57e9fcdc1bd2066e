//! What a widget shows before anybody has signed in.

use super::types::ConfigParams;
use crate::api::types::words;
use crate::extract::{ClientAddress, OptionalOrigin, Params, Path};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::conversation::MAX_FILES;
use candor_app::visitor::{Widget, widget};
use candor_domain::file::accept_list;
use candor_domain::id::InboxId;
use candor_domain::inbox::Position;
use candor_domain::locale::{ByLocale, Locale};
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_config))
}

/// How long an answer usually takes, measured.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ReplyTime {
    pub low_s: i64,
    pub high_s: i64,
}

/// The looks and hours of a widget.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WidgetConfig {
    pub inbox: Uuid,
    pub name: String,
    pub team_name: String,
    /// The same in the languages where it is called otherwise; none when the language was asked for.
    #[schema(value_type = words::ByLocale)]
    pub team_names: ByLocale,
    /// Colours of the button and its text on light and dark pages, repaired so that they can be read.
    pub brand: String,
    pub brand_ink: String,
    pub brand_dark: String,
    pub brand_dark_ink: String,
    #[schema(value_type = words::ByLocale)]
    pub greeting: ByLocale,
    #[schema(value_type = words::Position)]
    pub position: Position,
    pub anti_scam: bool,
    pub open_now: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_change_at: Option<i64>,
    pub time_zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_time: Option<ReplyTime>,
    pub agents_online: bool,
    pub anonymous_allowed: bool,
    pub offline_form: bool,
    pub max_file_bytes: u64,
    pub max_files: usize,
    pub accept: Vec<String>,
    pub max_text: usize,
    #[schema(value_type = words::Locale)]
    pub default_locale: Locale,
    pub csat: bool,
}

/// The settings of a widget. Needs no session; may be cached for a minute.
#[utoipa::path(get, path = "/inboxes/{inbox}/config", tag = "visitor", params(("inbox" = Uuid, Path), ConfigParams), security(()), responses((status = 200, body = WidgetConfig)))]
async fn get_config(
    State(state): State<AppState>,
    Path(inbox): Path<Uuid>,
    Params(asked): Params<ConfigParams>,
    origin: OptionalOrigin,
    ClientAddress(peer): ClientAddress,
) -> ApiResult<([(HeaderName, HeaderValue); 2], Json<WidgetConfig>)> {
    let found = widget(&state.app, InboxId(inbox), origin.as_origin(), peer).await?;
    let headers =
        [(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")), (header::VARY, HeaderValue::from_static("Origin"))];
    Ok((headers, Json(WidgetConfig::of(&state, found, asked.locale.as_deref().and_then(Locale::nearest)))))
}

impl WidgetConfig {
    fn of(state: &AppState, found: Widget, only: Option<Locale>) -> Self {
        let (settings, config) = (found.inbox.widget, &state.app.config);
        let mut greeting = settings.greeting;
        if let Some(words) = only.and_then(|locale| greeting.best(locale).map(|words| (locale, words.to_owned()))) {
            greeting = ByLocale([words].into());
        }
        let (mut team_name, mut team_names) = (settings.team_name, settings.team_names);
        if let Some(locale) = only {
            team_name = team_names.get(locale).map(str::to_owned).unwrap_or(team_name);
            team_names = ByLocale::default();
        }
        Self {
            inbox: found.inbox.id.0,
            name: found.inbox.name,
            team_name,
            team_names,
            brand: found.brand.light.ground.to_string(),
            brand_ink: found.brand.light.ink.to_string(),
            brand_dark: found.brand.dark.ground.to_string(),
            brand_dark_ink: found.brand.dark.ink.to_string(),
            greeting,
            position: settings.position,
            anti_scam: settings.anti_scam,
            open_now: found.open_now,
            next_change_at: found.next_change_at,
            time_zone: found.time_zone,
            reply_time: found.reply_time.map(|time| ReplyTime { low_s: time.low_s, high_s: time.high_s }),
            agents_online: found.agents_online,
            anonymous_allowed: settings.anonymous_allowed && !found.inbox.identity_required,
            // Outside the hours a message waits and an address helps to answer it.
            offline_form: !found.open_now,
            max_file_bytes: config.max_file_bytes,
            max_files: MAX_FILES,
            accept: accept_list(),
            max_text: config.max_text,
            default_locale: settings.default_locale,
            csat: settings.csat,
        }
    }
}
