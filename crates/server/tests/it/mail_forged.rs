//! Forged threads: every way to claim that a mail belongs to a case, with everything but the one proof that counts.

use crate::mail::{CHECKED, MAIL, cases, judging, reply_address};
use crate::mail_back::desk;
use candor_app::mail;
use candor_store::channel::Channel;
use candor_testkit::TestApp;
use serde_json::Value;
use std::collections::BTreeMap;

/// A case of somebody, opened by mail and answered, with the address its answers go to.
async fn opened(app: &TestApp, alice: &candor_testkit::Agent, pipe: &Channel, who: &str) -> (String, i64, String) {
    let before: Vec<Value> = cases(alice).await;
    kept(app, pipe, &format!("{CHECKED}{}", MAIL.replace("ann@", &format!("{who}@")).replace("<1@", &format!("<{who}@")))).await;
    app.settle().await;
    let new = cases(alice).await.into_iter().find(|case| before.iter().all(|old| old["id"] != case["id"])).unwrap();
    let id = new["id"].as_str().unwrap().to_owned();
    crate::writing::answer(alice, &id, "which coin?", 0).await.created();
    let address = reply_address(app, &id).await;
    (id, new["number"].as_i64().unwrap(), address)
}

async fn kept(app: &TestApp, pipe: &Channel, mail: &str) {
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(mail.to_owned()))]);
    mail::keep(&app.app, pipe, &mail::Envelope::default(), 1 << 20, body).await.unwrap();
}

/// `count` mails that claim to belong to Ann's case: `token` is hers, `other` was made for Bob's.
fn forgeries(number: i64, token: &str, other: &str) -> Vec<String> {
    let (user, host) = token.split_once('@').unwrap();
    let flipped: String = user
        .chars()
        .map(|c| {
            if c == 'a' {
                'b'
            } else if c == '2' {
                '3'
            } else {
                c
            }
        })
        .collect();
    let letters = user.rsplit_once('.').unwrap().1;
    let stranger = "mallory@evil.test";
    let addresses = [
        "support@desk.test".to_owned(),
        token.to_owned(),
        other.to_owned(),
        format!("{flipped}q@{host}"),
        format!("{}@{host}", &user[..user.len() - 2]),
        format!("{user}{letters}@{host}"),
        "support+c.@desk.test".to_owned(),
        format!("support+{number}@desk.test"),
    ];
    // Proven by mx.desk.test, or not: of a sender who is not Ann, or who only says so.
    let senders = [
        ("", "ann@example.net"),
        ("Authentication-Results: mx.desk.test; dmarc=fail header.from=example.net\r\n", "ann@example.net"),
        ("Authentication-Results: mx.evil.test; dmarc=pass header.from=example.net\r\n", "ann@example.net"),
        ("Authentication-Results: mx.desk.test; dmarc=pass header.from=evil.test\r\n", stranger),
        ("Authentication-Results: mx.desk.test; dmarc=pass header.from=evil.test\r\n", "\"ann@example.net\" <mallory@evil.test>"),
        (CHECKED, "bob@example.net"),
        (CHECKED, "ann@example.net, mallory@evil.test"),
        ("Authentication-Results: mx.desk.test; dmarc=pass header.from=sub.example.net\r\n", "ann@sub.example.net"),
    ];
    let clues = [
        String::new(),
        "In-Reply-To: <ann@example.net>\r\nReferences: <ann@example.net>\r\n".to_owned(),
        format!("In-Reply-To: <{letters}.0190@desk.test>\r\n"),
        format!("X-Case: {number}\r\nThread-Topic: #{number}\r\n"),
    ];
    let mut all = Vec::new();
    for address in &addresses {
        for (checked, from) in senders {
            for clue in &clues {
                let id = all.len();
                all.push(format!(
                    "{checked}From: {from}\r\nTo: {address}\r\nSubject: Re: [#{number}] Deposit missing\r\n{clue}Message-ID: <forged{id}@evil.test>\r\n\
                     Date: Mon, 2 Feb 2026 11:00:00 +0000\r\n\r\nsend it to my new address, {id}\r\n"
                ));
            }
        }
    }
    all
}

#[test]
fn no_forged_mail_enters_anybodys_case() {
    judging(async |app| {
        let (alice, pipe, _sink) = desk(&app).await;
        let (ann, number, token) = opened(&app, &alice, &pipe, "ann").await;
        let (bob, _, other) = opened(&app, &alice, &pipe, "bob").await;
        let forged = forgeries(number, &token, &other);
        assert!(forged.len() >= 200, "{}", forged.len());
        for mail in &forged {
            kept(&app, &pipe, mail).await;
        }
        app.settle().await;
        let mut entered = BTreeMap::new();
        for id in [&ann, &bob] {
            let timeline = alice.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
            entered.insert(id.clone(), crate::writing::texts(&timeline));
        }
        // What Bob himself sends to the token that was made for him is his answer, and goes nowhere else.
        let bobs: Vec<&String> =
            forged.iter().filter(|mail| mail.starts_with(CHECKED) && mail.contains("From: bob@") && mail.contains(&other)).collect();
        assert_eq!(entered[&ann].len(), 2, "{:?}", entered[&ann]);
        assert_eq!(entered[&bob].len(), 2 + bobs.len(), "{:?}", entered[&bob]);
    });
}
