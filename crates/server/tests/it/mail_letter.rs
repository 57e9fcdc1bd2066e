//! What leaves by mail: to whom, with what around it, and what nobody else is to see.

use crate::blocks::signed_in;
use crate::mail::{cases, judging, mail_of, mailbox, piped, reply_address};
use crate::mail_back::{desk, from_ann, only_case, report};
use crate::sink::Sink;
use crate::writing::{act, answer, texts};
use candor_testkit::{Agent, Answer, app_test};
use serde_json::{Value, json};

/// A mail as it went over the wire, with the soft ends of its lines undone.
fn flat(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=")
}

/// The mail with these words.
fn sent(sink: &Sink, words: &str) -> Vec<String> {
    sink.taken().iter().map(|mail| flat(mail)).filter(|mail| mail.contains(words)).collect()
}

async fn write(agent: &Agent, id: &str, text: &str, hold_ms: i64, mail: Value) -> Answer {
    let seen = agent.get(&format!("/api/v1/conversations/{id}")).await.ok()["seq"].clone();
    let body = json!({ "client_id": uuid::Uuid::now_v7(), "text": text, "seen_seq": seen, "hold_ms": hold_ms, "mail": mail });
    agent.post(&format!("/api/v1/conversations/{id}/replies"), body).await
}

async fn people(agent: &Agent, id: &str) -> Value {
    agent.get(&format!("/api/v1/conversations/{id}/mail")).await.ok()
}

const BOB: &str = "Cc: =?utf-8?q?Bob=0D=0ABcc:_evil@evil.test?= <bob@partner.test>, support@desk.test, Ann <ann@example.net>\r\n";

#[test]
fn copies_go_in_one_hand_over_and_blind_ones_stand_in_no_mail() {
    judging(async |app| {
        let (_alice, pipe, sink) = desk(&app).await;
        let ada = app.admin().await;
        piped(&app, &pipe, &from_ann(BOB, 1)).await;
        let id = only_case(&ada).await;
        let known = people(&ada, &id).await;
        let [other] = known["others"].as_array().unwrap().as_slice() else { panic!("neither desk nor customer: {known}") };
        assert_eq!(
            (&other["mail"], &known["to"]["mail"], &known["may_copy"]),
            (&json!("b•••@•••.test"), &json!("a•••@•••.net"), &json!(true))
        );
        let mail = json!({ "cc": ["Carl@else.test", "ann@example.net"], "bcc": ["dora@else.test", "gone@else.test", "carl@else.test"],
            "reply_all": [other["key"]] });
        write(&ada, &id, "On its way.", 0, mail).await.created();
        app.settle().await;
        let [out] = sent(&sink, "On its way.").try_into().unwrap();
        for one in ["ann@example.net", "bob@partner.test", "carl@else.test", "dora@else.test", "gone@else.test"] {
            assert_eq!(out.matches(&format!("RCPT TO:<{one}>")).count(), 1, "{one} in {out}");
        }
        let head = out.split("DATA\r\n").nth(1).unwrap();
        assert!(head.contains("bob@partner.test") && head.contains("carl@else.test"), "{head}");
        for blind in ["dora", "gone"] {
            assert!(!head.contains(blind), "{blind} in {head}");
        }
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc:")), "{head}");
        let ours = mail_of(&ada, &id, 1).await["mail"].clone();
        assert_eq!((&ours["state"], ours["cc"].as_array().unwrap().len(), ours["bcc"].as_array().unwrap().len()), (&json!("handed"), 2, 2));
        assert_eq!(ours["missed"][0]["mail"], "g•••@•••.test", "{ours}");
        assert!(ours["missed"][0]["why"].as_str().unwrap().contains("nobody of that name"), "{ours}");
        let log = ada.get("/api/v1/audit?action=mail.copied").await.ok();
        let entry = log["items"][0].to_string();
        assert!(entry.contains("\"bcc\":2") && entry.contains("\"cc\":2") && !entry.contains("@else"), "{entry}");
    });
}

#[test]
fn what_a_copied_person_writes_is_not_the_customers() {
    judging(async |app| {
        let (_alice, pipe, _sink) = desk(&app).await;
        let ada = app.admin().await;
        piped(&app, &pipe, &from_ann("", 1)).await;
        let id = only_case(&ada).await;
        let number = cases(&ada).await[0]["number"].clone();
        write(&ada, &id, "Please look.", 0, json!({ "cc": ["bob@partner.test"] })).await.created();
        app.settle().await;
        let address = reply_address(&app, &id).await;
        let bobs = format!(
            "Authentication-Results: mx.desk.test; dmarc=pass header.from=partner.test\r\nFrom: Bob <bob@partner.test>\r\nTo: {address}\r\n\
             Subject: Re: Deposit missing\r\nMessage-ID: <b1@partner.test>\r\nDate: Mon, 2 Feb 2026 11:00:00 +0000\r\n\r\nPay it to me.\r\n"
        );
        piped(&app, &pipe, &bobs).await;
        let all = cases(&ada).await;
        let own = all.iter().find(|case| case["id"] != id.as_str()).expect("a conversation of its own");
        let first = mail_of(&ada, own["id"].as_str().unwrap(), 0).await;
        assert_eq!((&first["mail"]["doubts"], &first["mail"]["answers"]["number"]), (&json!(["token_foreign"]), &number));
    });
}

#[test]
fn a_copy_that_comes_back_is_named_and_the_customers_mail_is_not() {
    judging(async |app| {
        let (_alice, pipe, sink) = desk(&app).await;
        let ada = app.admin().await;
        piped(&app, &pipe, &from_ann("", 1)).await;
        let id = only_case(&ada).await;
        write(&ada, &id, "On its way.", 0, json!({ "bcc": ["bob@partner.test"] })).await.created();
        app.settle().await;
        let [out] = sent(&sink, "On its way.").try_into().unwrap();
        let name = out.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
        let back = report(name, "support@desk.test").replace("rfc822; ann@example.net", "rfc822; bob@partner.test");
        piped(&app, &pipe, &back).await;
        let ours = mail_of(&ada, &id, 1).await["mail"].clone();
        assert_eq!((&ours["state"], &ours["missed"][0]["mail"]), (&json!("handed"), &json!("b•••@•••.test")), "{ours}");
        piped(&app, &pipe, &report(name, "support@desk.test")).await;
        assert_eq!(mail_of(&ada, &id, 1).await["mail"]["state"], "bounced");
        let path = format!("/api/v1/conversations/{id}/messages/{}/send-again", mail_of(&ada, &id, 1).await["id"].as_str().unwrap());
        ada.post(&path, json!({})).await.expect(204);
        app.settle().await;
        let [_, again] = sent(&sink, "On its way.").try_into().unwrap();
        assert!(!again.contains("bob@partner.test"), "who has a copy gets no second one: {again}");
    });
}

#[test]
fn addresses_are_the_supervisors_to_name_and_answering_all_is_anybodys() {
    judging(async |app| {
        let (alice, pipe, sink) = desk(&app).await;
        piped(&app, &pipe, &from_ann(BOB, 1)).await;
        let id = only_case(&alice).await;
        let known = people(&alice, &id).await;
        assert_eq!(known["may_copy"], false);
        for mail in [json!({ "cc": ["bob@partner.test"] }), json!({ "bcc": ["bob@partner.test"] })] {
            write(&alice, &id, "hello", 0, mail).await.refused(403, "forbidden");
        }
        let held = write(&alice, &id, "To all.", 5_000, json!({ "reply_all": [known["others"][0]["key"]] })).await.expect(202);
        let (cc, other) = (&held["mail"]["cc"], &known["others"][0]);
        assert_eq!((&held["mail"]["to"], cc), (&known["to"], &json!([{ "name": other["name"], "mail": "b•••@•••.test" }])));
        let draft = alice.delete(&format!("/api/v1/conversations/{id}/replies/{}", held["id"].as_str().unwrap())).await.ok();
        assert_eq!(draft["mail"]["reply_all"][0], known["others"][0]["key"], "taken back with whom it was for");
        write(&alice, &id, "To all.", 5_000, draft["mail"].clone()).await.expect(202);
        app.pass(std::time::Duration::from_secs(6)).await;
        app.settle().await;
        let [out] = sent(&sink, "To all.").try_into().unwrap();
        assert!(out.contains("RCPT TO:<bob@partner.test>"), "{out}");
        piped(&app, &pipe, &from_ann(BOB, 2).replace("dmarc=pass", "dmarc=none").replace("ann@", "eve@")).await;
        let all = cases(&alice).await;
        let unproven = all.iter().find(|case| case["id"] != id.as_str()).unwrap()["id"].as_str().unwrap();
        assert_eq!(people(&alice, unproven).await["others"], json!([]), "whoever forged it may have put themselves there");
    });
}

#[test]
fn in_its_window_a_reply_shows_whom_it_goes_to_and_what_was_typed_to_its_author_alone() {
    judging(async |app| {
        let (alice, pipe, _sink) = desk(&app).await;
        let ada = app.admin().await;
        piped(&app, &pipe, &from_ann("", 1)).await;
        let id = only_case(&alice).await;
        let held = write(&ada, &id, "hello", 5_000, json!({ "cc": ["Bob@Partner.test"], "bcc": ["eve@partner.test"] })).await.expect(202);
        let person = |mail: &str| json!([{ "name": "", "mail": mail }]);
        let typed = |mail: &Value| (mail["cc"].clone(), mail["bcc"].clone());
        assert_eq!(typed(&held["mail"]), (person("bob@partner.test"), person("eve@partner.test")), "{held}");
        let masked = people(&ada, &id).await["to"].clone();
        let path = format!("/api/v1/conversations/{id}");
        let (own, other) = (ada.get(&path).await.ok(), alice.get(&path).await.ok());
        assert_eq!((&own["held"][0], &other["held"][0]["mail"]["to"]), (&held, &masked));
        assert_eq!(typed(&other["held"][0]["mail"]), (person("b•••@•••.test"), person("e•••@•••.test")), "{other}");
        app.pass(std::time::Duration::from_secs(6)).await;
    });
}

app_test!(what_is_no_address_or_the_desks_own_is_refused, |app| async move {
    let visitor = app.visitor().await.client;
    let (_alice, pipe, _sink) = desk(&app).await;
    let ada = app.admin().await;
    piped(&app, &pipe, &from_ann("", 1)).await;
    let id = only_case(&ada).await;
    let many: Vec<String> = (0..21).map(|number| format!("p{number}@else.test")).collect();
    for (mail, field) in [
        (json!({ "cc": ["a@b.test\r\nBcc: x@evil.test"] }), "mail"),
        (json!({ "cc": ["ok@else.test", "a..b@else.test"] }), "mail.cc"),
        (json!({ "bcc": ["Ann <ann@else.test>"] }), "mail.bcc"),
        (json!({ "bcc": ["support@desk.test"] }), "mail.bcc"),
        (json!({ "cc": ["Support+c.abc@desk.test"] }), "mail.cc"),
        (json!({ "reply_all": ["00112233445566778899aabb"] }), "mail.reply_all"),
        (json!({ "cc": many }), "mail"),
    ] {
        let said = write(&ada, &id, "hello", 0, mail.clone()).await.refused(422, "validation_failed");
        assert!(said["fields"][field].is_string(), "{mail}: {said}");
    }
    let body = json!({ "client_id": uuid::Uuid::now_v7(), "text": "hi" });
    let chat = visitor.post("/visitor/v1/conversations", body).await.created()["conversation"]["id"].as_str().unwrap().to_owned();
    write(&ada, &chat, "hello", 0, json!({ "cc": ["x@else.test"] })).await.refused(422, "validation_failed");
    ada.get(&format!("/api/v1/conversations/{chat}/mail")).await.refused(409, "conflict");
});

const CODE: &str = "Your anti-phishing code: blue fish";

#[test]
fn the_anti_phishing_code_stands_above_the_customers_mail_and_in_no_copy() {
    judging(async |app| {
        let ada = app.admin().await;
        let claims = json!({ "sub": "u1", "email": "ann@example.net", "attrs": { "anti_phishing_code": "blue fish" } });
        let session = signed_in(&app, &ada, claims).await.created();
        let (_alice, pipe, sink) = desk(&app).await;
        piped(&app, &pipe, &from_ann("", 1)).await;
        app.settle().await;
        let [receipt] = sent(&sink, "Your message has arrived").try_into().unwrap();
        assert_eq!(receipt.matches(CODE).count(), 2, "as text and as a page: {receipt}");
        let id = only_case(&ada).await;
        write(&ada, &id, "On its way.", 0, json!({ "cc": ["gone@else.test", "bob@partner.test"] })).await.created();
        app.settle().await;
        let [anns, copy] = sent(&sink, "On its way.").try_into().unwrap();
        assert!(anns.matches(CODE).count() == 2 && !anns.contains("RCPT TO:<bob@"), "{anns}");
        assert!(copy.contains("RCPT TO:<bob@partner.test>") && !copy.contains("blue fish") && !copy.contains("RCPT TO:<ann@"), "{copy}");
        assert_eq!(mail_of(&ada, &id, 1).await["mail"]["missed"][0]["mail"], "g•••@•••.test");
        // Quoted back by the customer's mail program, it is not for agents to read.
        let quoted =
            format!("Thanks.\r\n\r\nOn Mon, Feb 2, 2026 at 10:00 AM Desk <support@desk.test> wrote:\r\n> {CODE}\r\n> On its way.\r\n");
        let back = from_ann("", 2).replace("To: support@desk.test", &format!("To: {}", reply_address(&app, &id).await));
        let back = format!("{}\r\n\r\n{quoted}", back.split("\r\n\r\n").next().unwrap());
        piped(&app, &pipe, &back).await;
        let seen = texts(&ada.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok());
        assert!(seen[2].contains("Your anti-phishing code: *********") && !seen[2].contains("blue fish"), "{seen:?}");
        // The exchange alone sets it, and the record masks it.
        let token = session["token"].as_str().unwrap();
        let ann = app.bare().with("origin", candor_testkit::PUBLIC_URL).with("authorization", &format!("Bearer {token}"));
        let body = json!({ "client_id": uuid::Uuid::now_v7(), "text": "hi", "fields": { "Anti Phishing Code": "red fox" } });
        let chat = ann.post("/visitor/v1/conversations", body).await.created()["conversation"]["id"].as_str().unwrap().to_owned();
        act(&ada, &chat, json!({ "type": "assign", "agent": ada.id })).await;
        let record = ada.get(&format!("/api/v1/conversations/{chat}/contact")).await.ok();
        assert!(record.to_string().contains("anti_phishing_code") && !record.to_string().contains("fish\""), "{record}");
        assert!(!record.to_string().contains("red fox"), "{record}");
        let patch = json!({ "fields": { "anti_phishing_code": "red fox" } });
        ada.patch(&format!("/api/v1/conversations/{chat}/contact"), patch).await.refused(422, "validation_failed");
    });
}

app_test!(the_words_around_an_answer_follow_the_customers_language, |app| async move {
    let (alice, pipe, sink) = desk(&app).await;
    let ada = app.admin().await;
    let listed = ada.get("/api/v1/channels").await.ok();
    let sender = listed["items"].as_array().unwrap().iter().find(|one| one["kind"] == "sender").unwrap();
    let path = format!("/api/v1/channels/{}", sender["id"].as_str().unwrap());
    for wrong in ["{name}", "{agent", "}", "{AGENT}"] {
        let body = json!({ "around": { "en": { "head": wrong, "foot": "" } } });
        let said = ada.patch(&path, body).await.refused(422, "validation_failed");
        assert!(said["fields"]["settings.around"].is_string(), "{said}");
    }
    let around = json!({
        "en": { "head": "About your case #{number}:", "foot": "{agent} for {desk}\nBcc: x@evil.test" },
        "zh-CN": { "head": "Words for those who write in simplified Chinese, about their case with the number {number}", "foot": "" },
    });
    let changed = ada.patch(&path, json!({ "around": around })).await.ok();
    assert_eq!(changed["around"]["en"], around["en"]);
    piped(&app, &pipe, &from_ann("", 1)).await;
    piped(&app, &pipe, &from_ann("", 2).replace("My deposit has not arrived.", "我的充值还没有到账，请帮我查一下")).await;
    for case in cases(&alice).await {
        answer(&alice, case["id"].as_str().unwrap(), &format!("reply to {}", case["number"]), 0).await.created();
        app.settle().await;
        let [out] = sent(&sink, &format!("reply to {}", case["number"])).try_into().unwrap();
        let chinese = case["preview"].as_str().unwrap().contains('我');
        let head = if chinese { "the number" } else { "About your case" };
        assert!(out.contains(head), "{out}");
        if !chinese {
            assert!(out.contains(&format!("About your case #{}:", case["number"])) && out.contains("Alice for Desk\r\nBcc: x"), "{out}");
            assert!(out.contains("type=\"cite\"") && out.contains("class=\"gmail_quote\""), "{out}");
            let head = out.split("DATA\r\n").nth(1).unwrap().split("\r\n\r\n").next().unwrap();
            assert!(!head.contains("evil"), "words of the body begin no field: {head}");
        }
    }
});

app_test!(pictures_of_an_answer_stand_in_its_page, |app| async move {
    let (alice, pipe, sink) = desk(&app).await;
    piped(&app, &pipe, &from_ann("", 1)).await;
    let id = only_case(&alice).await;
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0".to_vec();
    png.extend([0x80; 400]);
    let picture = alice.upload("/api/v1/files?name=a%22b.png", "image/png", png).await.created();
    let note = alice.upload("/api/v1/files?name=note.txt", "text/plain", b"words".to_vec()).await.created();
    let seen = alice.get(&format!("/api/v1/conversations/{id}")).await.ok()["seq"].clone();
    let body = json!({ "client_id": uuid::Uuid::now_v7(), "text": "See here", "seen_seq": seen, "hold_ms": 0, "files": [picture["id"], note["id"]] });
    alice.post(&format!("/api/v1/conversations/{id}/replies"), body).await.created();
    app.settle().await;
    let [out] = sent(&sink, "See here").try_into().unwrap();
    let cid = out.split("Content-ID: <").nth(1).and_then(|rest| rest.split('>').next()).unwrap();
    assert!(out.contains("multipart/related") && out.contains(&format!("src=\"cid:{cid}\"")), "{out}");
    assert!(out.contains("Content-Disposition: inline") && out.contains("Content-Disposition: attachment; filename=\"note.txt\""), "{out}");
});

app_test!(an_answer_without_copies_is_as_it_was, |app| async move {
    let (alice, made) = (app.agent().await, mailbox(&app).await);
    let pipe = crate::mail::pipe(&app, made.inbox).await;
    piped(&app, &pipe, &from_ann("", 1)).await;
    let id = only_case(&alice).await;
    let known = people(&alice, &id).await;
    assert_eq!((&known["from"], &known["others"]), (&Value::Null, &json!([])), "nothing sends, and nobody else was written to");
    write(&alice, &id, "hello", 0, Value::Null).await.created();
    let kept = mail_of(&alice, &id, 1).await;
    assert_eq!((&kept["mail"]["bcc"], &kept["mail"]["missed"]), (&json!([]), &json!([])));
});
