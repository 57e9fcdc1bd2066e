//! What is known of a mail beside its words, as it is kept with its message.

use super::Envelope;
use crate::{Error, Result};
use candor_connect::channel::email::verdict::Verdict;
use candor_domain::id::{ConversationId, MessageId};
use serde::{Deserialize, Serialize};

/// Somebody in a header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    pub mail: String,
}

/// A file that was in the mail and is not taken, with the stable code of the reason; it is still in the original.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub name: String,
    pub why: String,
}

/// The case that a mail answers without having become a part of it. That it answers this one is certain: the token in it was made for
/// this case and its customer. Why it stays outside stands with the doubts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    pub conversation: ConversationId,
    pub number: i64,
}

/// Somebody who was to get a mail of ours and did not, in the words of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    pub mail: String,
    pub words: String,
}

/// The head of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub from: Option<Person>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reply_to: Vec<Person>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<Person>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<Person>,
    /// Of ours: who got it and whom nobody else sees.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bcc: Vec<Person>,
    /// Of ours: copies that did not arrive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<Missed>,
    /// Of ours: the copies are out, and a further try is the customer's alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copied: bool,
    #[serde(default)]
    pub subject: String,
    /// As the sender dated it, in milliseconds; believed by nobody.
    pub date: Option<i64>,
    pub message_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// Of ours: earlier answers that go in the same mail, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<MessageId>,
    /// What is odd about it, as stable codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Answers>,
    /// It has a part that looks like a page.
    #[serde(default)]
    pub html: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// Who really sent it.
    #[serde(default)]
    pub verdict: Verdict,
    pub envelope: Envelope,
}

/// A head as it was kept; `None` where its customer was erased.
pub(crate) fn read(kept: Option<&str>) -> Result<Option<Head>> {
    kept.map(|kept| serde_json::from_str(kept).map_err(|error| Error::Broken(error.to_string()))).transpose()
}

/// A head as it is kept.
pub(crate) fn written(head: &Head) -> Result<String> {
    serde_json::to_string(head).map_err(|error| Error::Broken(error.to_string()))
}
