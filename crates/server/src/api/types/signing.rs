//! Keys with which a sender signs its mail, as the API shows them.

use candor_app::signing::{Published, Signing};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A key with which a sender signs its mail.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SigningKey {
    pub id: Uuid,
    /// The name of the record that the domain has to publish, of the type TXT.
    pub name: String,
    /// What stands in it.
    pub record: String,
    pub made_at: i64,
    /// Since when it signs; `null` until its record was seen.
    #[schema(required)]
    pub seen_at: Option<i64>,
}

impl From<Signing> for SigningKey {
    fn from(kept: Signing) -> Self {
        let name = format!("{}._domainkey.{}", kept.selector, kept.domain);
        Self { id: kept.id.0, name, record: kept.record, made_at: kept.made_at, seen_at: kept.seen_at }
    }
}

/// What the name servers said.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SigningChecked {
    pub key: SigningKey,
    pub found: SigningFound,
}

/// What stands where the record of a key should be.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SigningFound {
    Published,
    Nothing,
    /// Another key.
    Another,
    /// The name servers did not answer.
    Unknown,
}

impl From<Published> for SigningFound {
    fn from(found: Published) -> Self {
        match found {
            Published::Yes => Self::Published,
            Published::Nothing => Self::Nothing,
            Published::Another => Self::Another,
            Published::Unknown => Self::Unknown,
        }
    }
}
