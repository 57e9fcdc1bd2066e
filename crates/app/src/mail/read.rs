//! From bytes to a message: everything that needs no command.

use super::head::{Head, LeftOut, Person};
use super::keep::Envelope;
use super::ours::Ours;
use super::pieces;
use super::returned::Report;
use crate::conversation::Content;
use crate::file::{Incoming, take_in};
use crate::{App, Error, Result};
use bytes::Bytes;
use candor_connect::channel::email::automatic;
use candor_connect::channel::email::bounce::{self, Bounce};
use candor_connect::channel::email::mime::{self, Address, Doubt, Inbound, Part};
use candor_connect::channel::email::quote;
use candor_connect::channel::email::verdict::{self, Verdict};
use candor_domain::actor::Actor;
use candor_domain::id::FileId;
use candor_domain::reply_token::ReplyToken;
use futures_util::stream;
use std::convert::Infallible;

/// The longest text of a mail that becomes a message, in bytes; what is behind it stays in the original.
const MAX_TEXT: usize = 256 << 10;
/// The most files of a mail that become files of a message: each is a row of the command.
const MAX_FILES: usize = 100;

/// A mail that has been read, before it is matched.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub content: Content,
    pub head: Head,
    pub pieces: String,
    /// What the preview shows and the language is found by.
    pub fresh: String,
    /// Tokens of cases that it names, in its recipients and in the ids it refers to.
    pub tokens: Vec<ReplyToken>,
    /// Whether a machine wrote it: no machine answers.
    pub automatic: Option<automatic::Kind>,
    /// What another server says about mail of ours.
    pub report: Option<Report>,
}

/// Reads a mail, folds its history away and keeps its files for `sender`. Bytes that are no mail give an empty letter: the original
/// is all there is.
pub(super) async fn letter(app: &App, sender: &Actor, raw: Vec<u8>, envelope: Envelope, ours: &Ours) -> Result<Letter> {
    let verdict = judged(app, &raw, &envelope).await;
    let parsed = tokio::task::spawn_blocking(move || {
        // First, because it decodes the files for itself: a large one lies in memory once at a time.
        let machine = machine(&raw);
        let mut inbound = mime::read(&raw);
        drop(raw);
        inbound.text.truncate(inbound.text.floor_char_boundary(MAX_TEXT));
        inbound.text.retain(|c| c != '\0');
        let folded = quote::fold(&inbound.text);
        (inbound, folded, machine)
    });
    let (mut inbound, folded, (automatic, bounce)) = parsed.await.map_err(|error| Error::Broken(format!("reading a mail: {error}")))?;
    let tokens = tokens(app, &inbound, &envelope);
    let mut head = head(&inbound, envelope, verdict);
    if automatic.is_some() {
        head.doubts.push(AUTOMATIC.to_owned());
    }
    if inbound.froms.iter().any(|from| ours.imitated_by(&from.name)) {
        head.doubts.push(NAMES_STAFF.to_owned());
    }
    let report = bounce.map(|bounce| Report::of(bounce, &tokens, app.host()));
    let mut files = Vec::new();
    for part in std::mem::take(&mut inbound.files) {
        let name = part.name.clone();
        match kept(app, sender, part, files.len()).await? {
            Ok(id) => files.push(id),
            Err(why) => head.left_out.push(LeftOut { name, why: why.to_owned() }),
        }
    }
    let (fresh, pieces) = (folded.fresh(&inbound.text), pieces::write(&folded));
    let content = Content { text: inbound.text, files, mentions: vec![] };
    Ok(Letter { content, head, pieces, fresh, tokens, automatic, report })
}

/// The code by which people see that a machine wrote it.
const AUTOMATIC: &str = "automatic";

/// The code by which people see that its sender goes by a name of ours.
const NAMES_STAFF: &str = "names_staff";

/// The signs that no person wrote it. What is too costly to look at was written by nobody we answer automatically.
fn machine(raw: &[u8]) -> (Option<automatic::Kind>, Option<Bounce>) {
    match mime::parse(raw) {
        Some(message) => (automatic::read(&message).map(|found| found.kind), bounce::read(&message)),
        None => (Some(automatic::Kind::System), None),
    }
}

/// Who really sent it, as far as name servers say. A desk without name servers believes nobody.
async fn judged(app: &App, raw: &[u8], envelope: &Envelope) -> Verdict {
    let Some(judge) = &app.config.judge else { return Verdict::default() };
    let session = envelope.peer.map(|peer| verdict::Envelope {
        peer,
        helo: envelope.helo.clone(),
        mail_from: envelope.from.clone(),
        receiver: app.host().to_owned(),
    });
    judge.judge(raw, session.as_ref()).await
}

/// The most tokens that are looked at: a mail answers one case, and a reference to another is of no use to its sender.
const MAX_TOKENS: usize = 4;

fn tokens(app: &App, inbound: &Inbound, envelope: &Envelope) -> Vec<ReplyToken> {
    let handed = envelope.to.iter().filter_map(|address| ReplyToken::in_address(address));
    let to = inbound.to.iter().chain(&inbound.cc).filter_map(|person| ReplyToken::in_address(&person.mail));
    let ids = inbound.in_reply_to.iter().chain(inbound.references.iter().rev());
    let mut found: Vec<ReplyToken> = Vec::new();
    for token in handed.chain(to).chain(ids.filter_map(|id| ReplyToken::in_message_id(id, app.host()))) {
        if !found.contains(&token) && found.len() < MAX_TOKENS {
            found.push(token);
        }
    }
    found
}

/// Keeps a file of the mail, or says why not.
async fn kept(app: &App, sender: &Actor, part: Part, before: usize) -> Result<Result<FileId, &'static str>> {
    if before >= MAX_FILES {
        return Ok(Err("too_many"));
    }
    let incoming = Incoming { name: &part.name, declared: &part.mime, length: Some(part.bytes.len() as u64) };
    let body = stream::iter([Ok::<_, Infallible>(Bytes::from(part.bytes))]);
    match take_in(app, sender, incoming, body).await {
        Ok(file) => Ok(Ok(file.id)),
        Err(Error::FileRefused(refused)) => Ok(Err(refused.code())),
        Err(Error::TooLarge { .. }) => Ok(Err("too_large")),
        Err(other) => Err(other),
    }
}

fn head(inbound: &Inbound, envelope: Envelope, verdict: Verdict) -> Head {
    let people = |list: &[Address]| list.iter().map(person).collect();
    Head {
        from: inbound.froms.first().map(person),
        reply_to: people(&inbound.reply_to),
        to: people(&inbound.to),
        cc: people(&inbound.cc),
        bcc: vec![],
        missed: vec![],
        copied: false,
        subject: inbound.subject.clone(),
        date: inbound.date,
        message_id: inbound.message_id.clone(),
        in_reply_to: inbound.in_reply_to.first().cloned(),
        with: vec![],
        doubts: inbound.doubts.iter().map(|doubt| code(doubt).to_owned()).collect(),
        answers: None,
        html: inbound.html.is_some(),
        left_out: vec![],
        verdict,
        envelope,
    }
}

fn person(address: &Address) -> Person {
    Person { name: address.name.clone(), mail: address.mail.clone() }
}

/// The stable code of a doubt.
fn code(doubt: &Doubt) -> &'static str {
    match doubt {
        Doubt::NoFrom => "no_from",
        Doubt::TwoFroms => "two_froms",
        Doubt::NoDate => "no_date",
        Doubt::LoneCr => "lone_cr",
        Doubt::Nul => "nul",
        Doubt::TooManyParts(_) => "too_many_parts",
        Doubt::TooDeep => "too_deep",
        Doubt::HeaderCut(_) => "header_cut",
        Doubt::TooManyHeaders => "too_many_headers",
        Doubt::TextCut => "text_cut",
        Doubt::BrokenStructure => "broken_structure",
        Doubt::Imitation { .. } => "imitation",
        Doubt::Unparsable => "unparsable",
        _ => "odd",
    }
}
