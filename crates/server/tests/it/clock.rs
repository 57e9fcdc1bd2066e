//! The clock jumps while people work: nobody is refused for it, numbers go on, and what waits for a time still happens.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use crate::writing::{answer, begun, say};
use candor_testkit::{Agent, TestApp, app_test};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// The last second that 32 bits can hold, in milliseconds.
const END_OF_32_BITS: i64 = 2_147_483_647_000;
/// 2016-12-31T23:59:59.900Z: the last leap second so far came after it.
const BEFORE_THE_LEAP: i64 = 1_483_228_799_900;

/// The same agent, signed in again if time has ended the session.
async fn still_in(app: &TestApp, agent: &Agent) -> Agent {
    let answer = agent.get("/api/v1/session").await;
    match answer.status {
        200 => agent.clone(),
        _ => {
            answer.refused(401, "unauthenticated");
            app.sign_in(agent.id, &agent.name, &format!("{}@desk.test", agent.name.to_lowercase())).await
        }
    }
}

/// Waits until the store has seen that nothing waits for the reactor; it looks four times a second.
async fn caught_up(app: &TestApp) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while app.app.db.health().reactor_late {
        assert!(Instant::now() < deadline, "the reactor does not catch up");
        tokio::task::yield_now().await;
    }
}

fn gapless(items: &Value) -> bool {
    items.as_array().unwrap().iter().zip(1..).all(|(item, number)| item["seq"] == json!(number))
}

app_test!(people_go_on_writing_whatever_the_clock_does, |app| async move {
    let alice = app.agent().await;
    let start = app.app.now();
    let jumps = [
        start + HOUR,
        start,
        start - HOUR,
        start + DAY,
        start - DAY,
        END_OF_32_BITS,
        END_OF_32_BITS + 1,
        BEFORE_THE_LEAP,
        BEFORE_THE_LEAP + 1_000,
        // The second that is there twice.
        BEFORE_THE_LEAP + 100,
        start,
    ];
    for (round, to) in jumps.into_iter().enumerate() {
        // Time stands still in tests, so a mark from before the jump looks old for longer than it would.
        caught_up(&app).await;
        let before = app.app.now();
        let (visitor, id) = begun(&app, "before").await;
        let alice = still_in(&app, &alice).await;
        answer(&alice, &id, "held over the jump", 8_000).await.expect(202);
        app.clock.set(to);
        let session = visitor.get("/visitor/v1/session").await;
        let mut expected = vec!["before", "held over the jump", "answered"];
        if session.status == 200 {
            say(&visitor, &id, "after").await;
            expected.push("after");
        } else {
            session.refused(401, "unauthenticated");
            assert!(to - before > 30 * DAY, "round {round}: a session ended before its time");
        }
        let alice = still_in(&app, &alice).await;
        answer(&alice, &id, "answered", 0).await.created();
        app.settle().await;
        // What a newer message overtook asks for a minute; then it goes out, whatever the clock was when it was held.
        app.pass(Duration::from_secs(70)).await;
        let alice = still_in(&app, &alice).await;
        let timeline = alice.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
        let texts: Vec<&str> = timeline["items"].as_array().unwrap().iter().filter_map(|item| item["message"]["text"].as_str()).collect();
        assert!(texts.len() == expected.len() && expected.iter().all(|text| texts.contains(text)), "round {round}: {texts:?}");
        assert!(gapless(&timeline["items"]), "round {round}: {timeline}");
        assert_eq!(alice.get("/api/v1/conversations?view=all").await.status, 200);
    }
});

app_test!(a_reply_held_before_the_clock_went_back_goes_out_at_once, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    answer(&alice, &id, "two", 8_000).await.expect(202);
    app.clock.advance(-HOUR);
    app.settle().await;
    let events = visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok();
    let texts: Vec<&str> = events["items"].as_array().unwrap().iter().filter_map(|item| item["message"]["text"].as_str()).collect();
    assert_eq!(texts, ["one", "two"]);
});
