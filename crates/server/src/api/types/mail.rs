//! What is known of a message that was a mail.

use super::words;
use candor_app::conversation::view::Letter;
use candor_app::mail;
use candor_domain::channel::MailState;
use candor_domain::mask::{PersonalKind, mask};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The head of a mail. Addresses are masked: they open with the customer's record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailHead {
    #[schema(required)]
    pub from: Option<MailPerson>,
    pub to: Vec<MailPerson>,
    pub cc: Vec<MailPerson>,
    /// Of ours: who got it and whom nobody else sees.
    pub bcc: Vec<MailPerson>,
    /// Of ours: copies that did not arrive.
    pub missed: Vec<MailMissed>,
    pub subject: String,
    /// As the sender dated it.
    #[schema(required)]
    pub date: Option<i64>,
    /// What is odd about it.
    pub doubts: Vec<String>,
    /// Whether it is the sender's; absent in a mail of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<MailSender>,
    /// The conversation that it answers without being a part of it. Why it is not, `doubts` say: `token_unproven`, `token_foreign`,
    /// `case_closed`, or `case_joined` where an agent took the mails of the conversation that it answers over into this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<MailAnswers>,
    /// It has a part that looks like a page.
    pub html: bool,
    /// Files of the mail that were not taken; they are in the original.
    pub left_out: Vec<LeftOutFile>,
    /// How far it has come.
    #[schema(value_type = words::MailState)]
    pub state: MailState,
    /// What the other server said of it, or `no_sender`, `no_address`.
    #[schema(required)]
    pub problem: Option<String>,
    /// The text from its beginning to its end.
    pub pieces: Vec<MailPiece>,
}

/// Somebody in the head of a mail.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailPerson {
    pub name: String,
    pub mail: String,
}

/// Somebody who was to get a copy.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailMissed {
    pub mail: String,
    /// The server's words, without the address.
    pub why: String,
}

/// What is known of the sender.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct MailSender {
    /// `proven`: the sender's domain stands behind the mail. `unproven`: nothing does. `denied`: the domain says what its mail shows, and
    /// this one does not; it may be forged.
    #[schema(value_type = words::MailStanding)]
    pub standing: &'static str,
    /// What proved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::MailMeans>)]
    pub by: Option<&'static str>,
}

/// A conversation that a mail answers.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct MailAnswers {
    pub number: i64,
    /// Absent for who may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Uuid>,
}

/// A file that was not taken, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LeftOutFile {
    pub name: String,
    /// The code with which an upload of it would be refused, or `too_many`.
    pub why: String,
}

/// A stretch of the text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MailPiece {
    pub kind: PieceKind,
    /// In UTF-16 units, as JavaScript counts.
    pub length: usize,
}

/// What a stretch of a mail's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PieceKind {
    New,
    Quote,
    Signature,
}

impl MailHead {
    pub(super) fn of(letter: Letter, text: &str) -> Self {
        let (people, pieces) = (|all: Vec<mail::Person>| all.into_iter().map(MailPerson::from).collect(), pieces(&letter.pieces, text));
        let (head, readable) = (letter.head, letter.answers.map(|id| id.0));
        Self {
            from: head.from.map(MailPerson::from),
            to: people(head.to),
            cc: people(head.cc),
            bcc: people(head.bcc),
            missed: head.missed.into_iter().map(MailMissed::from).collect(),
            subject: head.subject,
            date: head.date,
            doubts: head.doubts,
            sender: (letter.state == MailState::Received).then(|| MailSender::of(&head.verdict)),
            answers: head.answers.map(|answers| MailAnswers { number: answers.number, conversation: readable }),
            html: head.html,
            left_out: head.left_out.into_iter().map(|file| LeftOutFile { name: file.name, why: file.why }).collect(),
            state: letter.state,
            problem: letter.problem,
            pieces,
        }
    }
}

impl MailSender {
    pub(super) fn of(verdict: &mail::Verdict) -> Self {
        let standing = verdict.standing();
        Self { standing: standing.as_str(), by: standing.means().map(mail::Means::as_str) }
    }
}

impl From<mail::Person> for MailPerson {
    fn from(person: mail::Person) -> Self {
        Self { name: person.name, mail: mask(PersonalKind::Mail, &person.mail) }
    }
}

impl From<mail::Missed> for MailMissed {
    fn from(missed: mail::Missed) -> Self {
        let masked = mask(PersonalKind::Mail, &missed.mail);
        Self { why: missed.words.replace(&missed.mail, &masked), mail: masked }
    }
}

/// Lengths that do not fit the text (it was redacted) give one new piece: the whole.
fn pieces(kept: &[(char, usize)], text: &str) -> Vec<MailPiece> {
    let mut begins = 0;
    let mut piece = |(letter, bytes): &(char, usize)| {
        let part = text.get(begins..begins + bytes)?;
        begins += bytes;
        let kind = match letter {
            'q' => PieceKind::Quote,
            's' => PieceKind::Signature,
            _ => PieceKind::New,
        };
        Some(MailPiece { kind, length: part.encode_utf16().count() })
    };
    let found: Option<Vec<MailPiece>> = kept.iter().map(&mut piece).collect();
    found.filter(|_| begins == text.len()).unwrap_or_else(|| vec![MailPiece { kind: PieceKind::New, length: text.encode_utf16().count() }])
}
