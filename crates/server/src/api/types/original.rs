//! A mail as it came in, for who may open the customer's record: nothing in it is masked.

use super::mail::{MailPerson, MailSender};
use super::words;
use candor_app::mail::{Check, Original, PageFacts, Person, Verdict};
use serde::Serialize;
use utoipa::ToSchema;

/// A mail as it came in, besides its words. Its addresses are in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailOriginal {
    pub subject: String,
    #[schema(required)]
    pub from: Option<MailPerson>,
    pub reply_to: Vec<MailPerson>,
    pub to: Vec<MailPerson>,
    pub cc: Vec<MailPerson>,
    /// As the sender dated it.
    #[schema(required)]
    pub date: Option<i64>,
    pub received_at: i64,
    /// In bytes.
    pub size: i64,
    pub verdict: MailVerdict,
    /// Every field of the header, decoded, in order.
    pub headers: Vec<MailHeader>,
    /// Where it has a part that looks like a page: `/mail/html` shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<MailPage>,
    /// Where it is taken away, byte for byte; good for this session and a few minutes.
    pub url: String,
    /// What a scanner for malware said of the whole. What is `infected` is not given out.
    #[schema(value_type = words::FileScan)]
    pub scan: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan_note: Option<String>,
}

/// What the checks of the sender said when the mail came in, in the words of RFC 8601.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailVerdict {
    pub sender: MailSender,
    #[schema(value_type = words::MailCheck)]
    pub spf: Check,
    #[schema(value_type = words::MailCheck)]
    pub dkim: Check,
    #[schema(value_type = words::MailCheck)]
    pub dmarc: Check,
    #[schema(value_type = words::MailCheck)]
    pub arc: Check,
    /// Domains whose signatures hold.
    pub signed_by: Vec<String>,
    /// The domain of the one author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_domain: Option<String>,
}

/// A field of the header.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailHeader {
    pub name: String,
    pub value: String,
}

/// The page in a mail.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct MailPage {
    /// Pictures that lie on other servers; none is fetched before `images=remote`.
    pub remote_images: usize,
    /// Its end is missing.
    pub cut: bool,
    /// Only its words are left: its form could not be made harmless.
    pub plain: bool,
}

impl MailOriginal {
    pub fn new(original: Original, url: String) -> Self {
        let people = |all: Vec<Person>| all.into_iter().map(open).collect();
        let head = original.head;
        Self {
            subject: head.subject,
            from: head.from.map(open),
            reply_to: people(head.reply_to),
            to: people(head.to),
            cc: people(head.cc),
            date: head.date,
            received_at: original.received_at,
            size: original.size,
            verdict: head.verdict.into(),
            headers: original.headers.into_iter().map(|(name, value)| MailHeader { name, value }).collect(),
            page: original.page.map(|PageFacts { remote, cut, plain }| MailPage { remote_images: remote, cut, plain }),
            url,
            scan: original.scan.as_str(),
            scan_note: original.scan_note,
        }
    }
}

impl From<Verdict> for MailVerdict {
    fn from(verdict: Verdict) -> Self {
        let sender = MailSender::of(&verdict);
        let Verdict { spf, dkim, dmarc, arc, signed_by, from_domain, .. } = verdict;
        Self { sender, spf, dkim, dmarc, arc, signed_by, from_domain }
    }
}

/// Somebody with their address in full.
fn open(person: Person) -> MailPerson {
    MailPerson { name: person.name, mail: person.mail }
}
