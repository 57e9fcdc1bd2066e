//! Mail of whoever is not heard, and senders who became nobody.

use crate::mail::{MAIL, Peer, cases, failed, judging, kept, listen, mailbox, piped};
use crate::mail_back::{desk, from_ann};
use crate::mail_chat::chat;
use candor_app::mail::{self, Envelope, erase_left};
use candor_domain::actor::Actor;
use candor_store::{Pool, inbound};
use candor_testkit::{TestApp, app_test};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

async fn block(app: &TestApp, mut body: Value) -> Value {
    body["reason"] = json!("threats");
    app.admin().await.post("/api/v1/blocks", body).await.created()
}

/// What of the blocked mail is shown: what stops each.
async fn stopped(app: &TestApp) -> Vec<String> {
    let all = mail::blocked(&app.app, &Actor::machine("test")).await.unwrap();
    all.into_iter().map(|one| one.what.as_str().to_owned()).collect()
}

#[test]
fn mail_of_a_blocked_customer_is_kept_and_becomes_no_message_until_it_is_read_again() {
    judging(async |app| {
        let (alice, pipe, sink) = desk(&app).await;
        let ada = app.agent_as("Ann", "admin", None, None).await;
        piped(&app, &pipe, &from_ann("", 1)).await;
        app.settle().await;
        let id = cases(&alice).await[0]["id"].clone();
        let made = block(&app, json!({ "kind": "contact", "conversation": id })).await;
        piped(&app, &pipe, &from_ann("", 2)).await;
        app.settle().await;
        assert_eq!((cases(&alice).await.len(), sink.taken().len()), (1, 1), "no case and no receipt");
        let listed = ada.get("/api/v1/intake/blocked").await.ok()["items"].clone();
        assert_eq!((listed.as_array().unwrap().len(), &listed[0]["what"]), (1, &json!("contact")));
        assert!(!listed.to_string().contains("example.net"), "{listed}");
        assert_eq!(ada.get("/api/v1/intake").await.ok()["items"], json!([]), "it did not fail");
        let again = format!("/api/v1/intake/{}/again", listed[0]["id"].as_str().unwrap());
        ada.post(&again, Value::Null).await.expect(204);
        app.settle().await;
        assert_eq!((cases(&alice).await.len(), stopped(&app).await.len()), (1, 1), "the block still holds");
        ada.delete(&format!("/api/v1/blocks/{}", made["id"].as_str().unwrap())).await.expect(204);
        ada.post(&again, Value::Null).await.expect(204);
        app.settle().await;
        assert_eq!((cases(&alice).await.len(), stopped(&app).await.len()), (2, 0));
    });
}

#[test]
fn an_address_stops_its_mail_and_one_that_was_only_typed_in_a_chat_stops_nobody() {
    judging(async |app| {
        let (alice, pipe, _sink) = desk(&app).await;
        let visitor = app.visitor().await;
        visitor.patch("/visitor/v1/session", json!({ "email": "ann@example.net" })).await.ok();
        let (_, id) = chat(&app, &visitor.session).await;
        block(&app, json!({ "kind": "contact", "conversation": id })).await;
        piped(&app, &pipe, &from_ann("", 1)).await;
        assert_eq!((cases(&alice).await.len(), stopped(&app).await.len()), (1, 0), "anybody could have typed it");
        let body = json!({ "kind": "address", "address_kind": "email", "address": "eve@example.net", "reason": "threats" });
        app.supervisor().await.post("/api/v1/blocks", body).await.created();
        piped(&app, &pipe, &MAIL.replace("ann@", "EVE@").replace("<1@", "<2@")).await;
        assert_eq!((cases(&alice).await.len(), stopped(&app).await), (1, vec!["address".to_owned()]));
    });
}

app_test!(a_blocked_network_is_refused_at_the_door_and_behind_a_server_of_ours_kept, |app| async move {
    let alice = app.agent().await;
    mailbox(&app).await;
    block(&app, json!({ "kind": "network", "network": "127.0.0.0/24" })).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    peer.ask("MAIL FROM:<ann@example.net>", "550 5.7.1").await;
    peer.ask("RCPT TO:<support@desk.test>", "503").await;
    let mut ours = Peer::connected(listen(&app, true).await).await;
    ours.ask("LHLO mx.example.net", "250").await;
    ours.hand_over(MAIL, "250").await;
    app.settle().await;
    assert_eq!((cases(&alice).await.len(), stopped(&app).await), (0, vec!["network".to_owned()]));
});

app_test!(senders_whose_mail_became_nothing_are_erased_after_ninety_days, |app| async move {
    let alice = app.agent().await;
    let pipe = crate::mail::pipe(&app, mailbox(&app).await.inbox).await;
    let lost = failed(&app, "Off").await;
    block(&app, json!({ "kind": "network", "network": "198.51.100.0/24" })).await;
    let envelope = Envelope { peer: Some("198.51.100.7".parse().unwrap()), ..Envelope::default() };
    let blocked = kept(&app, &pipe, &envelope, &MAIL.replace("<1@", "<3@")).await;
    let read = kept(&app, &pipe, &Envelope::default(), &MAIL.replace("<1@", "<2@")).await;
    assert_eq!((cases(&alice).await.len(), stopped(&app).await.len()), (1, 1));
    let find = async |id| app.app.db.read(Pool::Quick, move |rx| inbound::get(rx, id)).await;
    let (lost, nobody) = (lost.parse().unwrap(), find(blocked).await.unwrap());
    app.clock.advance(89 * DAY);
    assert_eq!(erase_left(&app.app).await.unwrap(), 0);
    app.clock.advance(2 * DAY);
    assert_eq!(erase_left(&app.app).await.unwrap(), 2);
    assert_eq!(erase_left(&app.app).await.unwrap(), 0, "once");
    app.finish_keywork().await;
    for gone in [lost, blocked] {
        assert!(matches!(find(gone).await, Err(candor_store::Error::NotFound)));
    }
    assert!(!app.app.blobs.older_than(std::time::Duration::ZERO, std::time::SystemTime::now()).await.unwrap().contains(&nobody.file));
    let kept = find(read).await.unwrap();
    let whose = app.app.db.read(Pool::Quick, move |rx| candor_store::contact::get(rx, kept.contact)).await.unwrap();
    assert_eq!(whose.name.as_deref(), Some("Ann Lee"), "who has a case stays");
});
