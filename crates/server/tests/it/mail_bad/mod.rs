//! Mail that is made to do harm, through the real ways in: each is a case that is kept, or a clear refusal; nothing breaks, no field of
//! ours is forged, no mail hides in another.

mod fields;
mod letters;
mod memory;
mod peers;

use crate::mail::{Peer, cases, listen, mail_of, mailbox};
use crate::writing::act;
use candor_app::mail;
use candor_domain::actor::Actor;
use candor_testkit::{Agent, app_test};
use letters::bad;
use serde_json::Value;

const PLAIN: &str = "Date: Mon, 2 Feb 2026 10:00:00 +0000\r\nFrom: Ann <ann@example.net>\r\n";

/// Doubles the dots that begin a line (RFC 5321, 4.5.2).
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + 16);
    for (at, byte) in mail.iter().enumerate() {
        if *byte == b'.' && (at == 0 || mail[..at].ends_with(b"\r\n")) {
            out.push(b'.');
        }
        out.push(*byte);
    }
    if !out.is_empty() && !out.ends_with(b"\r\n") {
        out.extend(b"\r\n");
    }
    out
}

/// Hands bytes over; the reply.
async fn handed(peer: &mut Peer, mail: &[u8]) -> String {
    peer.ask("MAIL FROM:<ann@example.net> BODY=8BITMIME", "250").await;
    peer.ask("RCPT TO:<support@desk.test>", "250").await;
    peer.ask("DATA", "354").await;
    peer.say(stuffed(mail)).await;
    peer.say(".\r\n").await;
    peer.heard().await
}

/// What agents see of the mail in a case.
async fn shown(agent: &Agent, case: &Value) -> Value {
    mail_of(agent, case["id"].as_str().unwrap(), 0).await
}

app_test!(every_hostile_mail_is_a_case_with_its_doubt_and_none_breaks_anything, |app| async move {
    let alice = app.agent().await;
    mailbox(&app).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    let mut before: Vec<Value> = Vec::new();
    for (name, bytes, doubt) in bad() {
        let said = handed(&mut peer, &bytes).await;
        assert!(said.starts_with("250 2.0.0 kept as "), "{name}: {said}");
        app.settle().await;
        let now = cases(&alice).await;
        let new: Vec<&Value> = now.iter().filter(|case| before.iter().all(|old| old["id"] != case["id"])).collect();
        let [case] = new.as_slice() else { panic!("{name}: {} cases", new.len()) };
        let seen = shown(&alice, case).await;
        let doubts = seen["mail"]["doubts"].to_string();
        assert!(doubt.is_none_or(|doubt| doubts.contains(&format!("\"{doubt}\""))), "{name}: {doubts}");
        assert!(!["names_staff", "imitation"].iter().any(|one| doubts.contains(one) && doubt != Some(one)), "{name}: {doubts}");
        assert!(seen["text"].as_str().unwrap().len() <= 300 << 10, "{name}");
        assert!(seen["mail"]["to"].as_array().unwrap().len() <= 1000 && seen["files"].as_array().unwrap().len() <= 100, "{name}");
        // The newest fifty are listed; whoever is done with goes.
        act(&alice, case["id"].as_str().unwrap(), serde_json::json!({ "type": "spam", "spam": true })).await;
        before = cases(&alice).await;
    }
    assert!(mail::failed(&app.app, &Actor::machine("test")).await.unwrap().is_empty());
});
