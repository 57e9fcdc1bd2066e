//! The two readers of a filter agree: Rust on the open set, SQL in the database.

use crate::writing::{act, answer, begun, status};
use candor_app::live::{Ask, Sort, View};
use candor_domain::filter::{Field, Filter, Op, Test, Value};
use candor_domain::id::ConversationId;
use candor_domain::permission::Scope;
use candor_store::filter::Shaped;
use candor_store::{Pool, conversation};
use candor_testkit::app_test;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A small generator: the same seed asks the same questions.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }
}

/// What values may be about: ids that stand in rows, and some that do not.
struct Pot {
    ids: Vec<Uuid>,
    times: Vec<i64>,
}

fn filter(dice: &mut Dice, pot: &Pot, depth: usize) -> Filter {
    match dice.roll(if depth == 0 { 1 } else { 4 }) {
        1 => Filter::All((0..dice.roll(4)).map(|_| filter(dice, pot, depth - 1)).collect()),
        2 => Filter::Any((0..dice.roll(4)).map(|_| filter(dice, pot, depth - 1)).collect()),
        3 => Filter::Not(Box::new(filter(dice, pot, depth - 1))),
        _ => Filter::Test(test(dice, pot)),
    }
}

fn test(dice: &mut Dice, pot: &Pot) -> Test {
    loop {
        let (field, op) = (dice.pick(Field::ALL), dice.pick(Op::ALL));
        let count = match op.values() {
            (0, _) => 0,
            (_, 1) => 1,
            _ => 1 + dice.roll(3),
        };
        let values = (0..count).map(|_| value(dice, pot)).collect();
        if let Ok(test) = Test::new(field, op, values) {
            return test;
        }
    }
}

fn value(dice: &mut Dice, pot: &Pot) -> Value {
    match dice.roll(6) {
        0 => Value::Me,
        1 => Value::Flag(dice.roll(2) == 0),
        2 => Value::Number(dice.roll(6) as i64),
        3 => Value::Number(dice.pick(&pot.times)),
        4 => Value::Word(dice.pick(&["web", "email", "en", "zh-CN"]).to_owned()),
        _ => Value::Id(dice.pick(&pot.ids)),
    }
}

fn uuid(value: &Json) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}

app_test!(sql_and_rust_read_every_filter_alike, |app| async move {
    let (sam, alice) = (app.supervisor().await, app.agent().await);
    let tag = sam.post("/api/v1/tags", json!({ "name": "VIP", "colour": "red" })).await.created();
    let team = sam.post("/api/v1/teams", json!({ "name": "Night", "members": [] })).await.created();
    let mut pot = Pot {
        ids: vec![uuid(&tag["id"]), uuid(&team["id"]), alice.id.0, sam.id.0, Uuid::from_u128(3), app.inbox().await.0],
        times: vec![app.app.now()],
    };
    let mut all = Vec::new();
    for number in 0..10 {
        app.clock.advance(60_000);
        let (visitor, id) = begun(&app, if number % 2 == 0 { "please help me with this" } else { "提现没有到账" }).await;
        if number % 3 == 0 {
            answer(&alice, &id, "hello", 0).await.created();
        }
        if number % 4 == 1 {
            act(&sam, &id, json!({ "type": "tag", "tag": tag["id"] })).await;
            act(&sam, &id, json!({ "type": "priority", "priority": "high" })).await;
        }
        if number % 5 == 2 {
            act(&sam, &id, json!({ "type": "team", "team": team["id"] })).await;
            act(&sam, &id, json!({ "type": "snooze", "until": app.app.now() + 3_600_000 })).await;
        }
        if number == 4 {
            status(&sam, &id, "waiting").await;
            let body = json!({ "client_id": Uuid::now_v7(), "text": "look", "mentions": [alice.id] });
            sam.post(&format!("/api/v1/conversations/{id}/notes"), body).await.created();
        }
        if number % 3 == 1 {
            assert_eq!(alice.post(&format!("/api/v1/conversations/{id}/read"), json!({ "seq": 99 })).await.status, 204);
        }
        pot.times.push(app.app.now());
        pot.ids.push(uuid(&visitor.session["contact"]["id"]));
        all.push(ConversationId(id.parse().unwrap()));
    }
    app.settle().await;
    let mut dice = Dice(0xca_0d02);
    for round in 0..400 {
        let filter = filter(&mut dice, &pot, 3);
        let agent = alice.id;
        let mut rust = BTreeSet::new();
        for view in [View::All, View::Snoozed] {
            let ask = Ask { agent, scope: Scope::Everywhere, view, filter: Some(filter.clone()), sort: Sort::Newest };
            rust.extend(app.app.live.open().page(&ask, None, 100).0);
        }
        let (asked, ids) = (filter.clone(), all.clone());
        let sql: BTreeSet<ConversationId> = app
            .app
            .db
            .read(Pool::Quick, move |rx| {
                let mut found = BTreeSet::new();
                for id in ids {
                    let mut tail = Shaped::new(2);
                    tail.push("WHERE c.id = ").id(id.0).push(" AND ").filter(&asked);
                    if conversation::matches(rx, agent, &tail.text, &tail.values())? {
                        found.insert(id);
                    }
                }
                Ok::<_, candor_store::Error>(found)
            })
            .await
            .unwrap_or_else(|error| panic!("round {round}: {error}: {}", filter.to_json()));
        assert_eq!(rust, sql, "round {round}: {}", filter.to_json());
    }
});
