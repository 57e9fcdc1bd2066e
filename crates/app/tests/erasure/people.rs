//! Customers of whom every kind of trace is left: marked words wherever a customer, or somebody about them, can leave any.
#![allow(dead_code, clippy::allow_attributes, clippy::unwrap_used, reason = "shared by test files, each of which uses its part")]

use super::desk::{Desk, PAGE, PEER};
use bytes::Bytes;
use candor_app::conversation::{self, Action, Content, FollowUp, RatingInput, ReplyInput, StartInput};
use candor_app::file::{self, Incoming};
use candor_app::visitor::{self, Details, Origin, Visitor};
use candor_domain::actor::Actor;
use candor_domain::conversation::status;
use candor_domain::id::{ContactId, ConversationId};
use candor_domain::permission::Permission as P;
use candor_store::testing::TestDb;
use futures_util::stream;
use serde_json::json;
use std::num::NonZeroU32;

/// A customer and what they left.
pub(crate) struct Person {
    pub(crate) number: usize,
    pub(crate) contact: ContactId,
    pub(crate) visitor: Visitor,
    pub(crate) token: String,
    pub(crate) cases: [ConversationId; 2],
}

/// Every kind of word a person leaves.
pub(crate) const PARTS: [&str; 14] =
    ["text", "second", "subject", "name", "sub", "mail", "phone", "page", "file", "note", "reply", "comment", "held", "draft"];

impl Person {
    /// A word that only this customer has.
    pub(crate) fn word(&self, part: &str) -> String {
        word(self.number, part)
    }
}

fn word(number: usize, part: &str) -> String {
    format!("zq{number:03}{part}xv")
}

/// A desk whose limits a hundred customers at once do not reach.
pub(crate) async fn busy_desk(db: TestDb) -> Desk {
    Desk::with(db, |config| config.limit_factor = NonZeroU32::new(1000).unwrap()).await
}

/// Somebody who was nobody first, then signed in; with two cases, a file, a rating, notes and unsent words about them.
pub(crate) async fn person(desk: &Desk, number: usize) -> Person {
    let word = |part: &str| word(number, part);
    let nobody = desk.anonymous().await;
    let details = Details { name: Some(word("first")), ..Details::default() };
    visitor::change(&desk.app, &nobody.visitor, details).await.unwrap();
    let first = starts(desk, &nobody.visitor, &word("text"), &word("subject"), &word("page")).await;
    let claims = json!({ "name": word("name"), "email": format!("{}@mail.example", word("mail")), "attrs": { "phone": word("phone") } });
    let opened = desk.start(Origin::Page(PAGE), Some(&desk.jwt(&word("sub"), claims)), Some(&nobody.token)).await.unwrap();
    let visitor = opened.visitor.clone();
    let sent = upload(desk, &visitor.actor(), &word("file")).await;
    let second = desk.sends(&visitor, &word("second"), &[sent]).await.unwrap();
    about(desk, number, &visitor, [first, second]).await;
    Person { number, contact: visitor.contact.id, visitor, token: opened.token, cases: [first, second] }
}

/// What agents write of the customer, sent and unsent, and what the customer says of it.
async fn about(desk: &Desk, number: usize, visitor: &Visitor, [first, second]: [ConversationId; 2]) {
    let word = |part: &str| word(number, part);
    let app = &desk.app;
    let agent = desk.agent(&[P::ConversationRead, P::ConversationReply, P::ConversationNote, P::ConversationStatus]);
    let says = |text: String| Content { text, ..Content::default() };
    conversation::note(app, &agent, first, app.ids.make(), says(word("note"))).await.unwrap();
    let reply = |text, hold_ms| ReplyInput {
        client_id: app.ids.make(),
        content: says(text),
        seen_seq: 1_000,
        hold_ms,
        follow_up: FollowUp::default(),
        copies: Default::default(),
        force: true,
    };
    conversation::reply(app, &agent, first, reply(word("reply"), 0)).await.unwrap();
    conversation::act(app, &agent, first, Action::Status(status::RESOLVED)).await.unwrap();
    let rating = RatingInput { score: 4, solved: Some(true), comment: Some(word("comment")) };
    conversation::rate(app, &visitor.actor(), first, rating).await.unwrap();
    conversation::reply(app, &agent, second, reply(word("held"), 30_000)).await.unwrap();
    conversation::put_draft(app, &agent, second, "reply", word("draft"), vec![], Default::default()).await.unwrap();
}

async fn starts(desk: &Desk, who: &Visitor, text: &str, subject: &str, page: &str) -> ConversationId {
    let input = StartInput {
        session: who.session.id,
        inbox: who.session.inbox,
        client_id: desk.app.ids.make(),
        content: Content { text: text.to_owned(), ..Content::default() },
        subject: Some(subject.to_owned()),
        origin: Some(json!({ "url": format!("https://exchange.example/{page}") }).to_string()),
    };
    visitor::open(&desk.app, who, PEER, input).await.unwrap().0.id
}

/// A picture whose bytes and name are marked.
async fn upload(desk: &Desk, actor: &Actor, word: &str) -> candor_domain::id::FileId {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0".to_vec();
    bytes.extend(word.as_bytes().repeat(20));
    let name = format!("{word}.png");
    let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from(bytes))]);
    file::upload(&desk.app, actor, Incoming { name: &name, declared: "image/png", length: None }, body).await.unwrap().id
}
