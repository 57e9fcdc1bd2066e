//! The customer of a case: the masked record, changes, single values in full, earlier conversations.

use super::types::conversation::Row;
use super::types::words;
use crate::extract::page::seal;
use crate::extract::{Body, IfMatch, Page, PageParams, Params, Path, SignedIn, Tagged};
use crate::problem::ApiResult;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use candor_app::contact::{self, Patch, Record, What};
use candor_domain::device::Device;
use candor_domain::id::ConversationId;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_one, change)).routes(routes!(reveal)).routes(routes!(history))
}

/// A customer's record. What is personal is masked and named in `masked`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Contact {
    pub id: Uuid,
    #[schema(required)]
    pub name: Option<String>,
    #[schema(required)]
    pub locale: Option<String>,
    #[schema(value_type = words::Proof)]
    pub proof: &'static str,
    pub identities: Vec<ContactIdentity>,
    pub fields: BTreeMap<String, String>,
    pub first_seen_at: i64,
    #[schema(required)]
    pub last_seen_at: Option<i64>,
    #[schema(required)]
    pub device: Option<ContactDevice>,
    /// Paths of masked values: `identities.0`, `fields.passport`.
    pub masked: Vec<String>,
    pub version: i64,
}

/// Something the customer is known by.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContactIdentity {
    pub id: Uuid,
    #[schema(value_type = words::IdentityKind)]
    pub kind: &'static str,
    pub value: String,
    #[schema(value_type = words::Proof)]
    pub proof: &'static str,
    pub masked: bool,
}

/// What the customer's browser or app said of itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContactDevice {
    #[schema(required)]
    pub browser: Option<String>,
    #[schema(required)]
    pub os: Option<String>,
    #[schema(required)]
    pub language: Option<String>,
    #[schema(required)]
    pub time_zone: Option<String>,
}

impl From<Record> for Contact {
    fn from(record: Record) -> Self {
        let identities =
            record.identities.iter().enumerate().filter(|(_, line)| line.shown.masked).map(|(at, _)| format!("identities.{at}"));
        let fields = record.fields.iter().filter(|field| field.shown.masked).map(|field| format!("fields.{}", field.name));
        let device: Option<Device> = record.device.as_deref().and_then(|text| serde_json::from_str(text).ok());
        Self {
            id: record.id.0,
            masked: identities.chain(fields).collect(),
            name: record.name,
            locale: record.locale,
            proof: record.proof.as_str(),
            identities: record
                .identities
                .into_iter()
                .map(|line| ContactIdentity {
                    id: line.id,
                    kind: line.kind.as_str(),
                    value: line.shown.value,
                    proof: line.proof.as_str(),
                    masked: line.shown.masked,
                })
                .collect(),
            fields: record.fields.into_iter().map(|field| (field.name, field.shown.value)).collect(),
            first_seen_at: record.first_seen_at,
            last_seen_at: Some(record.seen_at),
            device: device.map(|Device { browser, os, language, time_zone }| ContactDevice { browser, os, language, time_zone }),
            version: record.version,
        }
    }
}

/// Open the record of a case's customer. Needs a part in the case; the look is on record.
#[utoipa::path(get, path = "/conversations/{id}/contact", tag = "contacts", params(("id" = Uuid, Path)), responses((status = 200, body = Contact)))]
async fn get_one(State(state): State<AppState>, who: SignedIn, Path(id): Path<Uuid>) -> ApiResult<Tagged<Contact>> {
    let record = contact::record(&state.app, &who.actor, ConversationId(id)).await?;
    Ok(Tagged::ok(record.version, record.into()))
}

/// What is changed: absent keeps, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactPatch {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub name: Option<Option<String>>,
    #[serde(default)]
    pub fields: BTreeMap<String, Option<String>>,
}

/// Tells null from absent.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Correct a customer's name and notes.
#[utoipa::path(patch, path = "/conversations/{id}/contact", tag = "contacts", params(("id" = Uuid, Path)), request_body = ContactPatch, responses((status = 200, body = Contact)))]
async fn change(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    IfMatch(expected): IfMatch,
    Body(input): Body<ContactPatch>,
) -> ApiResult<Tagged<Contact>> {
    let patch = Patch { name: input.name, fields: input.fields };
    let record = contact::change(&state.app, &who.actor, ConversationId(id), patch, expected).await?;
    Ok(Tagged::ok(record.version, record.into()))
}

/// Which value is wanted in full.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealInput {
    /// The kind of the identity, or the name of a field.
    pub field: String,
    /// The identity's id, when it is one.
    #[serde(default)]
    pub identity: Option<Uuid>,
}

/// A value in full, to be hidden again at `until`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Revealed {
    pub value: String,
    pub until: i64,
}

/// Reveal one value for a minute. Always on record.
#[utoipa::path(post, path = "/conversations/{id}/contact/reveal", tag = "contacts", params(("id" = Uuid, Path)), request_body = RevealInput, responses((status = 200, body = Revealed)))]
async fn reveal(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Body(input): Body<RevealInput>,
) -> ApiResult<Json<Revealed>> {
    let what = match input.identity {
        Some(id) => What::Identity(id),
        None => What::Field(input.field.strip_prefix("fields.").unwrap_or(&input.field).to_owned()),
    };
    let revealed = contact::reveal(&state.app, &who.actor, ConversationId(id), what).await?;
    Ok(Json(Revealed { value: revealed.value, until: revealed.until }))
}

/// The customer's other conversations, newest first: those that are open to the caller.
#[utoipa::path(get, path = "/conversations/{id}/contact/conversations", tag = "contacts", params(("id" = Uuid, Path), PageParams), responses((status = 200, body = Page<Row>)))]
async fn history(
    State(state): State<AppState>,
    who: SignedIn,
    Path(id): Path<Uuid>,
    Params(asked): Params<PageParams>,
) -> ApiResult<Json<Page<Row>>> {
    let (rows, next) = contact::history(&state.app, &who.actor, ConversationId(id), asked.cursor()?, asked.limit()?).await?;
    Ok(Json(Page { items: rows.into_iter().map(Row::from).collect(), next: next.as_ref().map(seal) }))
}
