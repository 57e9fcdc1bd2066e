//! What the desk begins by mail, as clients send and see it.

use super::conversation::Row;
use super::file::FileInfo;
use super::mail::MailPerson;
use super::words;
use crate::problem::{ApiError, ApiResult, Code};
use candor_app::conversation::{self as app, Content, FirstInput, Leaving, Recipient, Side};
use candor_domain::channel::MailState;
use candor_domain::id::ConversationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A mail to somebody who has not asked. Exactly one of `to` and `customer_of` says whom it is for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstMail {
    /// An inbox of the kind e-mail, whose mail it is.
    pub inbox: Uuid,
    /// An address.
    #[serde(default)]
    pub to: Option<String>,
    /// A case whose customer it goes to, at their best address. Needs what the customer's record needs.
    #[serde(default)]
    pub customer_of: Option<Uuid>,
    /// Made by the client and kept until the answer comes: a repeat changes nothing.
    pub client_id: Uuid,
    pub subject: String,
    pub text: String,
    #[serde(default)]
    pub files: Vec<Uuid>,
    /// How long it can be undone, in milliseconds; 0 or absent sends at once.
    #[serde(default)]
    pub hold_ms: i64,
}

impl FirstMail {
    pub fn into_first(self) -> ApiResult<FirstInput> {
        let to = match (self.to, self.customer_of) {
            (Some(address), None) => Recipient::Address(address),
            (None, Some(case)) => Recipient::CustomerOf(ConversationId(case)),
            _ => return Err(ApiError::new(Code::ValidationFailed).field("to", "either an address or customer_of")),
        };
        Ok(FirstInput {
            inbox: self.inbox.into(),
            to,
            client_id: self.client_id,
            subject: self.subject,
            content: Content { text: self.text, files: self.files.into_iter().map(Into::into).collect(), mentions: vec![] },
            hold_ms: self.hold_ms,
        })
    }
}

/// A question to a third party. Notes and removed messages are refused.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Forward {
    /// An inbox of the kind e-mail, whose mail it is.
    pub inbox: Uuid,
    /// An address that is not the customer's.
    pub to: String,
    pub client_id: Uuid,
    pub subject: String,
    /// The agent's own words; they stand above what is passed on.
    #[serde(default)]
    pub text: String,
    /// The messages that are passed on.
    #[serde(default)]
    pub messages: Vec<Uuid>,
    /// Files of these messages; no other file goes.
    #[serde(default)]
    pub files: Vec<Uuid>,
    #[serde(default)]
    pub hold_ms: i64,
}

impl From<Forward> for app::Forward {
    fn from(input: Forward) -> Self {
        Self {
            inbox: input.inbox.into(),
            to: input.to,
            client_id: input.client_id,
            subject: input.subject,
            text: input.text,
            messages: input.messages.into_iter().map(Into::into).collect(),
            files: input.files.into_iter().map(Into::into).collect(),
            hold_ms: input.hold_ms,
        }
    }
}

/// Exactly what would leave; the agent's name stands below it as below every answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ForwardPreview {
    pub from: MailPerson,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub files: Vec<FileInfo>,
}

impl From<Leaving> for ForwardPreview {
    fn from(leaving: Leaving) -> Self {
        Self {
            from: MailPerson { name: leaving.from.name, mail: leaving.from.mail },
            to: leaving.to,
            subject: leaving.subject,
            text: leaving.text,
            files: leaving.files.into_iter().map(FileInfo::for_agents).collect(),
        }
    }
}

/// A side thread as its parent shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SideThread {
    #[serde(flatten)]
    pub row: Row,
    /// Whether words of ours wait out their undo window in it.
    pub held: bool,
    /// How far the last mail of ours has come.
    #[schema(required, value_type = Option<words::MailState>)]
    pub mail: Option<MailState>,
}

impl From<Side> for SideThread {
    fn from(side: Side) -> Self {
        Self { row: side.row.into(), held: side.held, mail: side.mail }
    }
}

/// The side threads of a case, the oldest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SideThreads {
    pub items: Vec<SideThread>,
}
