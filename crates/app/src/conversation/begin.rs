//! The desk begins a conversation by mail: from which inbox, with whom, and our first words, which wait out their undo window like
//! any reply. Who writes first ([`super::write_first`]) and who asks a third party ([`super::side`]) both end here.

use super::reply::{self, FollowUp, ReplyInput};
use super::start::{Started, enter};
use super::write::{self, Content, New};
use super::{held, permitted, record};
use crate::mail::out::{Copied, Copies};
use crate::mail::{Own, Person, out};
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::contact::{Identity, IdentityKind};
use candor_domain::conversation::Conversation;
use candor_domain::event::{Event, MessageKind, Proof};
use candor_domain::id::{AgentId, ContactId, ConversationId, HeldReplyId, InboxId};
use candor_domain::inbox::Channel as Medium;
use candor_domain::permission::{Door, Permission};
use candor_domain::text;
use candor_store::channel::Channel;
use candor_store::contact::Contact;
use candor_store::conversation::{Start, Stored};
use candor_store::inbox::Inbox;
use candor_store::keys::KeyId;
use candor_store::{Query, Tx, contact, conversation, inbox};
use data_encoding::HEXLOWER;
use uuid::Uuid;

/// What is made before the command, so that every run of it writes the same.
#[derive(Clone, Copy)]
pub(super) struct Made {
    pub conversation: ConversationId,
    pub contact: ContactId,
    identity: Uuid,
    reply: HeldReplyId,
    doc: i64,
}

impl Made {
    pub(super) fn new(app: &App) -> Self {
        let (conversation, contact, identity, reply) = (app.ids.make(), app.ids.make(), app.ids.make(), app.ids.make());
        Self { conversation, contact, identity, reply, doc: app.db.new_doc() }
    }
}

/// Our first words and where they go.
pub(super) struct Beginning<'a> {
    pub actor: &'a Actor,
    pub author: AgentId,
    pub place: &'a Inbox,
    pub contact: ContactId,
    /// Under which all that is said lies.
    pub key: KeyId,
    pub parent: Option<ConversationId>,
    pub to: &'a str,
    pub subject: &'a str,
    pub content: Content,
    pub client_id: Uuid,
    pub request_hmac: Vec<u8>,
    pub hold_ms: i64,
}

/// The inbox and what sends its mail, if this agent may begin a conversation there.
pub(super) fn place(q: &mut impl Query, actor: &Actor, needs: &[Permission], id: InboxId) -> Result<(Inbox, Channel)> {
    let place = inbox::get(q, id).map_err(|error| match error {
        candor_store::Error::NotFound => Error::invalid("inbox", "there is no such inbox"),
        other => other.into(),
    })?;
    let would_be = stored(&place, Conversation::blank(Uuid::nil().into(), Uuid::nil().into(), id, place.team, 0), KeyId::NONE);
    for permission in needs.iter().chain(&[Permission::ConversationReply]) {
        if !permitted(q, actor, *permission, Door::Text, &would_be)? {
            return Err(Error::Forbidden(permission.as_str()));
        }
    }
    if place.channel != Medium::Email || !place.enabled {
        return Err(Error::invalid("inbox", "mail leaves from an inbox of the kind e-mail that is switched on"));
    }
    let sender = out::sender_of(q, &would_be)?.ok_or_else(|| Error::invalid("inbox", "nothing sends the mail of this inbox"))?;
    Ok((place, sender))
}

/// An address that may be written to, in its one form.
pub(super) fn outside(q: &mut impl Query, typed: &str) -> Result<String> {
    let address = IdentityKind::Email.normal(typed).ok_or_else(|| Error::invalid("to", "an address looks like name@example.com"))?;
    if Own::of(q)?.has(&address) {
        return Err(Error::invalid("to", "this is an address of the desk itself"));
    }
    Ok(address)
}

/// A subject in one line. Who did not ask has to see what it is about.
pub(super) fn subject(typed: &str) -> Result<String> {
    let subject = text::clean_line(typed, super::act::MAX_SUBJECT);
    if subject.is_empty() { Err(Error::invalid("subject", "say in a few words what it is about")) } else { Ok(subject) }
}

/// Somebody known by nothing but an address that one of us typed, and what they are called until they say so themselves.
pub(super) fn stranger(tx: &mut Tx<'_>, made: &Made, address: &str, name: Option<String>) -> Result<Contact> {
    let mut stranger = contact::insert(tx, made.contact, None)?;
    stranger.name = name;
    stranger.proof = Proof::Typed;
    let identity = Identity { kind: IdentityKind::Email, value: address.to_owned(), proof: Proof::Typed };
    contact::add_identity(tx, made.identity, stranger.id, stranger.key, &identity)?;
    contact::update(tx, &stranger)?;
    Ok(stranger)
}

/// An address as the audit log names it: the same for the same address, and read by nobody.
pub(super) fn blinded(q: &impl Query, address: &str) -> String {
    HEXLOWER.encode(&contact::identity_blind(q, IdentityKind::Email, address))
}

/// What an earlier request of this agent with the same id began.
pub(super) fn repeated(q: &mut impl Query, author: AgentId, client_id: Uuid, hmac: &[u8]) -> Result<Option<Started>> {
    match conversation::by_start(q, author.0, client_id)? {
        Some((conversation, kept)) if write::is_same_request(&kept, hmac) => Ok(Some(Started { conversation, repeated: true })),
        Some(_) => Err(Error::BodyMismatch),
        None => Ok(None),
    }
}

/// Begins it: the row, and our words in it as a reply of its author.
pub(super) fn begin(tx: &mut Tx<'_>, made: &Made, new: Beginning<'_>) -> Result<()> {
    let case = Conversation::blank(made.conversation, new.contact, new.place.id, new.place.team, tx.now());
    let mut stored = stored(new.place, Conversation { outbound: true, parent: new.parent, ..case }, new.key);
    let events = vec![Event::Started { inbox: new.place.id }, Event::Assigned { from: None, to: Some(new.author) }];
    let to = Person { name: String::new(), mail: new.to.to_owned() };
    let origin = serde_json::to_string(&to).expect("strings always serialise");
    let start = Start { session: new.author.0, client_id: new.client_id, request_hmac: new.request_hmac.clone() };
    enter(tx, &mut stored, new.actor.as_ref(), events, Some(new.subject), Some(&origin), Some(&start))?;
    record::finish(tx, &stored)?;
    say(tx, &mut stored, made, new)
}

fn say(tx: &mut Tx<'_>, stored: &mut Stored, made: &Made, new: Beginning<'_>) -> Result<()> {
    let (follow_up, seen_seq) = (FollowUp::default(), stored.case.seq);
    if new.hold_ms > 0 {
        let Beginning { client_id, content, hold_ms, .. } = new;
        let input = ReplyInput { client_id, content, copies: Copies::default(), seen_seq, hold_ms, follow_up, force: false };
        let held = held::New { id: made.reply, author: new.author, request_hmac: new.request_hmac, hold_ms };
        return held::hold(tx, stored, held, &input, &Copied::default());
    }
    let message = New {
        id: made.reply.0.into(),
        doc: made.doc,
        kind: MessageKind::Reply,
        author: new.actor.as_ref(),
        client_id: new.client_id,
        request_hmac: new.request_hmac,
        late: false,
    };
    reply::send(tx, stored, new.actor, &message, &new.content, &follow_up, &Copied::default())?;
    Ok(())
}

fn stored(place: &Inbox, case: Conversation, key: KeyId) -> Stored {
    Stored { case, key, channel: place.channel.as_str().to_owned(), language: None, tags: vec![], preview_from: "agent".to_owned() }
}
