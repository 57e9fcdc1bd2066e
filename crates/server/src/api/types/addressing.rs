//! Whom a reply by mail goes to, and the words around it.

use super::mail::MailPerson;
use candor_app::mail::out::{Addressing, Copies};
use candor_domain::channel::Around;
use candor_domain::locale::Locale;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Whom a reply by mail is also for; at most 20 altogether.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailCopies {
    /// Needs `conversation.copy`.
    #[serde(default)]
    pub cc: Vec<String>,
    /// Whom nobody else sees. Needs `conversation.copy`.
    #[serde(default)]
    pub bcc: Vec<String>,
    /// Others in the customer's last mail, by the keys that `GET /conversations/{id}/mail` gives them.
    #[serde(default)]
    pub reply_all: Vec<String>,
}

impl From<MailCopies> for Copies {
    fn from(typed: MailCopies) -> Self {
        Self { cc: typed.cc, bcc: typed.bcc, reply_all: typed.reply_all }
    }
}

impl MailCopies {
    pub(crate) fn of(kept: Copies) -> Option<Self> {
        (!kept.is_empty()).then_some(Self { cc: kept.cc, bcc: kept.bcc, reply_all: kept.reply_all })
    }
}

/// Whom a reply would go to. Addresses of the customer's own mail are masked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailAddressing {
    /// The address the desk writes from; `null` where nothing sends.
    #[schema(required)]
    pub from: Option<String>,
    #[schema(required)]
    pub to: Option<MailPerson>,
    /// Others in the customer's last mail; none where its sender is not proven.
    pub others: Vec<MailOther>,
    /// Whether you may name further addresses.
    pub may_copy: bool,
}

/// Somebody else in the customer's last mail.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailOther {
    /// Names them in `reply_all`.
    pub key: String,
    pub name: String,
    pub mail: String,
}

impl From<Addressing> for MailAddressing {
    fn from(found: Addressing) -> Self {
        let other = |one: candor_app::mail::out::Offered| {
            let MailPerson { name, mail } = one.person.into();
            MailOther { key: one.key, name, mail }
        };
        Self {
            from: found.from,
            to: found.to.map(MailPerson::from),
            others: found.others.into_iter().map(other).collect(),
            may_copy: found.may_copy,
        }
    }
}

/// Words around an answer, with the placeholders `{agent}`, `{desk}` and `{number}`. Empty: as the desk does by itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailAround {
    /// Above the answer.
    #[serde(default)]
    pub head: String,
    /// Below it, in the place of agent and desk.
    #[serde(default)]
    pub foot: String,
}

/// The words of each language that has its own.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailArounds {
    #[schema(nullable = false)]
    #[serde(default, rename = "zh-CN", skip_serializing_if = "Option::is_none")]
    simplified: Option<MailAround>,
    #[schema(nullable = false)]
    #[serde(default, rename = "zh-TW", skip_serializing_if = "Option::is_none")]
    traditional: Option<MailAround>,
    #[schema(nullable = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    en: Option<MailAround>,
}

impl From<MailArounds> for BTreeMap<Locale, Around> {
    fn from(typed: MailArounds) -> Self {
        let all =
            [(Locale::SimplifiedChinese, typed.simplified), (Locale::TraditionalChinese, typed.traditional), (Locale::English, typed.en)];
        let words =
            |(locale, words): (Locale, Option<MailAround>)| words.map(|words| (locale, Around { head: words.head, foot: words.foot }));
        all.into_iter().filter_map(words).collect()
    }
}

impl From<BTreeMap<Locale, Around>> for MailArounds {
    fn from(mut kept: BTreeMap<Locale, Around>) -> Self {
        let mut of = |locale| kept.remove(&locale).map(|words| MailAround { head: words.head, foot: words.foot });
        Self { simplified: of(Locale::SimplifiedChinese), traditional: of(Locale::TraditionalChinese), en: of(Locale::English) }
    }
}
