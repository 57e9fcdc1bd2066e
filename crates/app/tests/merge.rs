//! A visitor with many cases signs in: what they wrote moves in pieces, each once, and never by a token that was used.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod desk;

use candor_app::Error;
use candor_app::visitor::{self, Opened, Origin};
use candor_domain::event::{Event, Proof};
use candor_domain::id::{ContactId, ConversationId};
use candor_store::event::Part;
use candor_store::testing::TestDb;
use candor_store::{Pool, audit, db_test};
use desk::{Desk, PAGE};
use serde_json::{Value, json};

/// A desk without limits that matter here, and somebody unknown with this many cases.
async fn with_cases(db: TestDb, count: usize) -> (Desk, Opened, Vec<ConversationId>) {
    let desk = Desk::with(db, |config| config.limit_factor = 1000.try_into().unwrap()).await;
    let nobody = desk.anonymous().await;
    let mut cases = Vec::new();
    for n in 0..count {
        cases.push(desk.writes(&nobody.visitor, &format!("case {n}")).await);
    }
    (desk, nobody, cases)
}

/// Holds that these cases are the person's and say so once each. How many cases each command moved, the fewest first.
async fn moved(desk: &Desk, person: ContactId, cases: Vec<ConversationId>) -> Vec<i64> {
    let read = desk.app.db.read(Pool::Quick, move |rx| {
        for id in cases {
            assert_eq!(candor_store::conversation::get(rx, id)?.case.contact, person);
            let said = candor_store::event::page(rx, id, Part::After(0), 10)?;
            assert_eq!(said.iter().filter(|one| one.event == Event::Identified { proof: Proof::Signed }).count(), 1);
        }
        let asked = audit::Asked { action: Some("contact.merged".to_owned()), ..audit::Asked::default() };
        Ok::<_, Error>(audit::page(rx, &asked, audit::Place::NEWEST, 100)?)
    });
    let merges = read.await.unwrap();
    let count = |data: &str| serde_json::from_str::<Value>(data).unwrap()["cases"].as_i64().unwrap();
    let mut counts: Vec<i64> = merges.iter().map(|entry| count(&entry.data)).collect();
    counts.sort_unstable();
    counts
}

db_test!(a_hundred_and_fifty_cases_move_in_pieces_to_whom_is_known, |db| async move {
    let (desk, nobody, cases) = with_cases(db, 150).await;
    let first = desk.person("u-1").await;
    let known = desk.start(Origin::Page(PAGE), Some(&desk.jwt("u-1", json!({}))), Some(&nobody.token)).await.unwrap().visitor;
    assert_eq!(known.contact.id, first.visitor.contact.id);
    assert_eq!(visitor::case(&desk.app, &known, cases[149]).await.unwrap().last, "case 149");
    assert_eq!(moved(&desk, known.contact.id, cases).await, [30, 40, 40, 40], "a command touches at most 200 rows");
});

db_test!(a_hundred_and_fifty_cases_learn_in_pieces_who_is_new, |db| async move {
    let (desk, nobody, cases) = with_cases(db, 150).await;
    let known = desk.start(Origin::Page(PAGE), Some(&desk.jwt("u-1", json!({}))), Some(&nobody.token)).await.unwrap().visitor;
    assert_eq!(known.contact.id, nobody.visitor.contact.id);
    assert!(moved(&desk, known.contact.id, cases).await.is_empty(), "the contact became the person");
});

db_test!(a_token_that_was_used_moves_no_piece, |db| async move {
    let (desk, nobody, cases) = with_cases(db, 50).await;
    let jwt = desk.jwt("u-1", json!({}));
    desk.start(Origin::Absent, Some(&jwt), None).await.unwrap();
    let replayed = desk.start(Origin::Page(PAGE), Some(&jwt), Some(&nobody.token)).await;
    assert!(matches!(replayed, Err(Error::IdentityRefused(_))));
    for id in cases {
        assert!(visitor::case(&desk.app, &nobody.visitor, id).await.is_ok());
    }
});
