//! Held replies: what the simulation has found, told once more by itself.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod desk;

use candor_app::conversation::{self, Content, FollowUp, Replied, ReplyInput};
use candor_app::{Error, agent, rights, timers};
use candor_domain::actor::Actor;
use candor_domain::event::MessageKind;
use candor_domain::id::{ConversationId, HeldReplyId};
use candor_store::agent_role::Held;
use candor_store::{Pool, db_test, message, role};
use desk::Desk;
use std::collections::BTreeSet;

async fn somebody(desk: &Desk) -> Actor {
    let roles = desk.app.db.read(Pool::Quick, |rx| role::list(rx).map_err(Error::from)).await.unwrap();
    let role = roles.iter().find(|role| role.name == "agent").unwrap().id;
    let roles = vec![Held { role, inbox: None, team: None }];
    let new = agent::New { email: "ana@desk.example".into(), name: "Ana".into(), roles, teams: BTreeSet::new(), locale: None };
    let made = agent::create(&desk.app, &Actor::machine("test"), new, "correct horse battery staple").await.unwrap();
    desk.app.db.read(Pool::Quick, move |rx| rights::actor_of(rx, made.agent.id)).await.unwrap().unwrap()
}

fn reply(desk: &Desk, text: &str, hold_ms: i64) -> ReplyInput {
    let content = Content { text: text.to_owned(), ..Content::default() };
    ReplyInput {
        client_id: desk.app.ids.make(),
        content,
        seen_seq: 1_000,
        hold_ms,
        follow_up: FollowUp::default(),
        copies: Default::default(),
        force: false,
    }
}

async fn held(desk: &Desk, by: &Actor, id: ConversationId, input: &ReplyInput) -> HeldReplyId {
    match conversation::reply(&desk.app, by, id, input.clone()).await.unwrap() {
        Replied::Held(held) => held,
        Replied::Sent(_) => panic!("a reply with a window is held"),
    }
}

async fn drafts(desk: &Desk, by: &Actor, id: ConversationId) -> Vec<String> {
    conversation::drafts(&desk.app, by, id).await.unwrap().into_iter().map(|draft| draft.text).collect()
}

/// How many replies have gone out.
async fn sent(desk: &Desk, id: ConversationId) -> usize {
    timers::fire_due(&desk.app).await.unwrap();
    let all = desk.app.db.read(Pool::Quick, move |rx| message::between(rx, id, 1, i64::MAX).map_err(Error::from)).await.unwrap();
    all.iter().filter(|one| one.kind == MessageKind::Reply).count()
}

db_test!(a_long_window_holds_back_no_reply_before_it, |db| async move {
    let desk = Desk::new(db).await;
    let (ana, who) = (somebody(&desk).await, desk.anonymous().await);
    let id = desk.writes(&who.visitor, "hello").await;
    held(&desk, &ana, id, &reply(&desk, "soon", 2_000)).await;
    desk.clock.advance(1);
    held(&desk, &ana, id, &reply(&desk, "later", 20_000)).await;
    desk.clock.advance(2_001);
    assert_eq!(sent(&desk, id).await, 1);
    desk.clock.advance(18_000);
    assert_eq!(sent(&desk, id).await, 2);
});

db_test!(a_reply_that_was_taken_back_is_not_sent_by_a_repeat_of_its_request, |db| async move {
    let desk = Desk::new(db).await;
    let (ana, who) = (somebody(&desk).await, desk.anonymous().await);
    let id = desk.writes(&who.visitor, "hello").await;
    let input = reply(&desk, "not like this", 8_000);
    let first = held(&desk, &ana, id, &input).await;
    conversation::withdraw_held(&desk.app, &ana, id, first).await.unwrap();
    // The answer to the request was lost, so the screen sends it again.
    assert_eq!(held(&desk, &ana, id, &input).await, first);
    let mut other = input.clone();
    other.content.text = "something else".to_owned();
    assert!(matches!(conversation::reply(&desk.app, &ana, id, other).await, Err(Error::BodyMismatch)));
    desk.clock.advance(60_000);
    assert_eq!(sent(&desk, id).await, 0);
    assert_eq!(drafts(&desk, &ana, id).await, ["not like this"]);
});

db_test!(a_late_repeat_of_a_reply_leaves_the_draft_that_was_begun_since, |db| async move {
    let desk = Desk::new(db).await;
    let (ana, who) = (somebody(&desk).await, desk.anonymous().await);
    let id = desk.writes(&who.visitor, "hello").await;
    let taken = held(&desk, &ana, id, &reply(&desk, "not like this", 8_000)).await;
    conversation::withdraw_held(&desk.app, &ana, id, taken).await.unwrap();
    // It was written before, and its request reaches the desk only now.
    held(&desk, &ana, id, &reply(&desk, "one moment", 8_000)).await;
    assert_eq!(drafts(&desk, &ana, id).await, ["not like this"]);
    held(&desk, &ana, id, &reply(&desk, "not like this, but like that", 8_000)).await;
    assert_eq!(drafts(&desk, &ana, id).await, [""; 0], "a draft goes with the reply that grew from it");
});

db_test!(a_reply_behind_one_that_asked_goes_out_when_that_one_is_taken_back, |db| async move {
    let desk = Desk::new(db).await;
    let (ana, who) = (somebody(&desk).await, desk.anonymous().await);
    let id = desk.writes(&who.visitor, "hello").await;
    let mut first = reply(&desk, "has not seen the second question", 2_000);
    first.seen_seq = 2;
    let asked = held(&desk, &ana, id, &first).await;
    desk.clock.advance(1);
    held(&desk, &ana, id, &reply(&desk, "has seen everything", 2_000)).await;
    let content = Content { text: "one more thing".to_owned(), ..Content::default() };
    conversation::receive(&desk.app, &who.visitor.actor(), id, desk.app.ids.make(), content).await.unwrap();
    desk.clock.advance(2_001);
    assert_eq!(sent(&desk, id).await, 0, "the first asks its author");
    conversation::withdraw_held(&desk.app, &ana, id, asked).await.unwrap();
    assert_eq!(sent(&desk, id).await, 1);
});
