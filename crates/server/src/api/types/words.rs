//! The closed lists of words, described in the OpenAPI document from the domain's own enums.
//!
//! The types here only describe: values are read and written as the domain's enums, or are words of the store.

use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! describe {
    ($($(#[$doc:meta])* $name:ident = $kind:path),* $(,)?) => {$(
        $(#[$doc])*
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = <$kind>::ALL.iter().map(|word| word.as_str());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

/// Words and numbers that no enum holds.
macro_rules! list {
    ($($(#[$doc:meta])* $name:ident: $kind:ident = $values:expr),* $(,)?) => {$(
        $(#[$doc])*
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::$kind).enum_values(Some($values)).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

describe! {
    Permission = candor_domain::permission::Permission,
    Locale = candor_domain::locale::Locale,
    Category = candor_domain::conversation::Category,
    Channel = candor_domain::inbox::Channel,
    ChannelKind = candor_domain::channel::ChannelKind,
    Afterwards = candor_domain::channel::Afterwards,
    MailState = candor_domain::channel::MailState,
    FileScan = candor_domain::file::Scan,
    Security = candor_domain::channel::Security,
    Position = candor_domain::inbox::Position,
    IdentityAlgorithm = candor_domain::inbox::IdentityAlgorithm,
    AgentState = candor_domain::staff::AgentState,
    Presence = candor_domain::staff::Presence,
    LinkKind = candor_domain::staff::LinkKind,
    Colour = candor_domain::staff::Colour,
    Theme = candor_domain::staff::Theme,
    Density = candor_domain::staff::Density,
    BulkState = candor_domain::bulk::BulkState,
    ActorKind = candor_domain::actor::ActorKind,
    MessageKind = candor_domain::event::MessageKind,
    Proof = candor_domain::event::Proof,
    SideStep = candor_domain::event::SideStep,
    Turn = candor_domain::conversation::Turn,
    Priority = candor_domain::conversation::Priority,
    IdentityKind = candor_domain::contact::IdentityKind,
    ProofMode = candor_domain::inbox::ProofMode,
    BlockKind = candor_domain::block::BlockKind,
}

list! {
    PreviewFrom: String = ["customer", "agent", "note", "system"],
    AccessKind: String = ["shared", "break_glass"],
    Doing: String = ["viewing", "typing", "drafting"],
    DraftMode: String = ["reply", "note"],
    ChecklistKey: String = ["password", "inbox", "widget", "team", "first_reply"],
    Sort: String = ["waiting", "newest", "oldest", "priority"],
    UndoSeconds: Integer = [0, 5, 8, 15, 30],
    Weekday: Integer = 1..=7,
    EventType: String = super::event::TYPES,
    Follower: String = ["rollup", "feed"],
    MailImages: String = ["none", "remote"],
    MailStanding: String = ["proven", "unproven", "denied"],
    MailMeans: String = ["dmarc", "dkim", "spf", "arc"],
    MailCheck: String = ["pass", "fail", "soft_fail", "neutral", "none", "temp_error", "perm_error"],
}

/// Words in several languages: `{"zh-CN": "...", "zh-TW": "...", "en": "..."}`, none of which must be there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes candor_domain::locale::ByLocale")]
pub struct ByLocale {
    #[schema(nullable = false)]
    #[serde(rename = "zh-CN")]
    simplified: Option<String>,
    #[schema(nullable = false)]
    #[serde(rename = "zh-TW")]
    traditional: Option<String>,
    #[schema(nullable = false)]
    en: Option<String>,
}

/// For fields of a PATCH where `null` clears and absence keeps: `#[serde(default, deserialize_with = "present")]`.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
