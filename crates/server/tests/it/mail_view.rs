//! A mail as it came in, through HTTP: its page runs and fetches nothing, its head and bytes open with the customer's record alone.

use crate::files::link;
use crate::mail::{CHECKED, arrived, cases, judging, mail_of, mailbox, pipe, piped, reply_address, sender};
use crate::writing::act;
use candor_app::mail::{Check, Head};
use candor_domain::id::{ConversationId, MessageId};
use candor_store::{Pool, Queue, conversation, inbound, mail};
use candor_testkit::{Agent, Client, TestApp, app_test};
use serde_json::{Value, json};

/// A picture of one pixel (RFC 2083).
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A mail with this page, a picture `one@desk.test` that its text shows, and a web page that calls itself a picture.
fn with_page(html: &str) -> String {
    format!(
        "From: Ann Lee <ann@example.net>\r\nTo: support@desk.test\r\nSubject: <b>Deposit</b> missing\r\nX-Where: =?utf-8?q?caf=C3=A9?=\r\n\
         Date: Mon, 2 Feb 2026 10:00:00 +0000\r\nMessage-ID: <1@example.net>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n\
         --b\r\nContent-Type: image/png\r\nContent-ID: <one@desk.test>\r\nContent-Transfer-Encoding: base64\r\n\r\n{PIXEL}\r\n\
         --b\r\nContent-Type: image/png\r\nContent-ID: <bad@desk.test>\r\n\r\n<svg onload=alert(1)></svg>\r\n--b--\r\n"
    )
}

const HOSTILE: &str = "<script>alert(1)</script><p onclick=\"alert(1)\" style=\"background:url(https://t.example/b)\">words</p>\
    <img src=\"https://t.example/open.gif?u=7\" onerror=\"alert(1)\"><img src=\"cid:one@desk.test\"><img src=\"cid:bad@desk.test\">\
    <img src=\"cid:else@desk.test\"><a href=\"https://evil.example/login\" title=\"bank.example\">https://bank.example</a>\
    <iframe src=\"https://t.example/\"></iframe><form action=\"https://t.example/\"><input name=p></form><base href=\"https://t.example/\">\
    <meta http-equiv=refresh content=\"0;url=https://t.example/\"><link rel=stylesheet href=\"https://t.example/s.css\">";

/// The place of a mail on the agents' surface.
fn at((case, message): &(String, String)) -> String {
    format!("/api/v1/conversations/{case}/messages/{message}/mail")
}

async fn takes(agent: &Agent, case: &str) {
    act(agent, case, json!({ "type": "assign", "agent": agent.id })).await;
}

/// An agent who has the case of this mail.
async fn taken(app: &TestApp, text: &str) -> (Agent, (String, String)) {
    let (alice, mail) = (app.agent().await, arrived(app, text).await);
    takes(&alice, &mail.0).await;
    (alice, mail)
}

app_test!(the_page_in_a_mail_runs_nothing_and_asks_nobody, |app| async move {
    let (alice, mail) = taken(&app, &with_page(HOSTILE)).await;
    let page = alice.get(&format!("{}/html", at(&mail))).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").unwrap();
    for part in ["sandbox allow-popups allow-popups-to-escape-sandbox;", "default-src 'none'", "img-src data:;", "frame-ancestors 'self'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("script-src") && !policy.contains("allow-scripts") && !policy.contains("allow-same-origin"), "{policy}");
    assert_eq!((page.header("referrer-policy"), page.header("cache-control")), (Some("no-referrer"), Some("private, no-store")));
    let html = String::from_utf8(page.bytes).unwrap();
    for gone in
        ["alert", "onclick", "onerror", "t.example", "<script", "<iframe", "<form", "<input", "<base", "http-equiv", "<link", "<svg"]
    {
        assert!(!html.contains(gone), "{gone} is in {html}");
    }
    assert!(html.contains("<title>&lt;b>Deposit&lt;/b> missing</title>") && html.contains("words</p>"), "{html}");
    let link = "<a href=\"https://evil.example/login\" title=\"evil.example\" target=\"_blank\" rel=\"noopener noreferrer nofollow\"";
    assert!(html.contains(link) && html.contains("data-other-host=\"evil.example\""), "{html}");
    let held = format!("src=\"data:image/png;base64,{PIXEL}\"");
    assert_eq!((html.matches(" src=").count(), html.matches(&held).count()), (1, 1), "the mail's own picture, and no other: {html}");
});

app_test!(pictures_of_other_servers_are_named_only_where_they_are_asked_for, |app| async move {
    let (alice, mail) = taken(&app, &with_page(HOSTILE)).await;
    let known = alice.get(&at(&mail)).await.ok();
    assert_eq!(known["page"], json!({ "remote_images": 1, "cut": false, "plain": false }));
    let path = format!("{}/html", at(&mail));
    let none = alice.get(&format!("{path}?images=none")).await;
    assert_eq!(none.bytes, alice.get(&path).await.bytes);
    let remote = alice.get(&format!("{path}?images=remote")).await;
    assert!(remote.header("content-security-policy").unwrap().contains("img-src data: https:;"));
    let html = String::from_utf8(remote.bytes).unwrap();
    assert!(html.contains("src=\"https://t.example/open.gif?u=7\"") && !html.contains("t.example/b"), "{html}");
    alice.get(&format!("{path}?images=all")).await.refused(422, "validation_failed");
    alice.get(&format!("{path}?pictures=all")).await.refused(400, "bad_request");
});

app_test!(a_picture_comes_from_its_own_mail_alone, |app| async move {
    let alice = app.agent().await;
    let pipe = pipe(&app, mailbox(&app).await.inbox).await;
    piped(&app, &pipe, &with_page("<img src=\"cid:one@desk.test\">")).await;
    let bare =
        "From: Bob <bob@example.net>\r\nSubject: copy\r\nContent-Type: text/html\r\n\r\n<p>see <img src=\"cid:one@desk.test\"></p>\r\n";
    piped(&app, &pipe, bare).await;
    for (subject, shown) in [("<b>Deposit</b> missing", true), ("copy", false)] {
        let case = cases(&alice).await.into_iter().find(|case| case["subject"] == subject).unwrap();
        let id = case["id"].as_str().unwrap().to_owned();
        takes(&alice, &id).await;
        let message = mail_of(&alice, &id, 0).await["id"].as_str().unwrap().to_owned();
        let html = alice.get(&format!("{}/html", at(&(id, message)))).await;
        assert_eq!(String::from_utf8_lossy(&html.bytes).contains("data:image/png"), shown, "{subject}");
    }
});

app_test!(the_head_is_open_in_full_and_the_bytes_are_those_that_came, |app| async move {
    let text = with_page("<p>words</p>");
    let (alice, mail) = taken(&app, &text).await;
    let shown = mail_of(&alice, &mail.0, 0).await;
    assert!(!shown.to_string().contains("ann@example.net"), "masked in the conversation: {shown}");
    assert_eq!((&shown["mail"]["html"], &shown["mail"]["sender"]), (&json!(true), &json!({ "standing": "unproven" })));
    let known = alice.get(&at(&mail)).await.ok();
    assert_eq!((&known["from"]["mail"], &known["to"][0]["mail"]), (&json!("ann@example.net"), &json!("support@desk.test")));
    let field = |name: &str| known["headers"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()["value"].clone();
    assert_eq!((field("X-Where"), field("Message-ID")), (json!("café"), json!("<1@example.net>")));
    assert_eq!((&known["size"], &known["verdict"]["dmarc"]), (&json!(text.len()), &json!("none")));
    let path = known["url"].as_str().unwrap().to_owned();
    let whole = alice.get(&path).await;
    assert_eq!((whole.status, whole.bytes == text.as_bytes()), (200, true));
    for (name, value) in [
        ("content-type", "message/rfc822"),
        ("content-disposition", "attachment; filename=\"message.eml\"; filename*=UTF-8''message.eml"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(whole.header(name), Some(value), "{name}");
    }
    let part = alice.client.clone().with("range", "bytes=0-3").get(&path).await;
    assert_eq!((part.status, part.bytes.as_slice()), (206, b"From".as_slice()));
});

app_test!(a_mail_of_plain_text_has_no_page_and_one_of_ours_no_original, |app| async move {
    let (alice, mail) = taken(&app, "From: Ann <ann@example.net>\r\nSubject: plain\r\n\r\nwords\r\n").await;
    assert_eq!(mail_of(&alice, &mail.0, 0).await["mail"]["html"], json!(false));
    assert_eq!(alice.get(&at(&mail)).await.ok().get("page"), None);
    alice.get(&format!("{}/html", at(&mail))).await.refused(404, "not_found");
    crate::writing::answer(&alice, &mail.0, "hello", 0).await.created();
    let ours = mail_of(&alice, &mail.0, 1).await;
    assert_eq!(ours["mail"].get("sender"), None);
    let ours = (mail.0.clone(), ours["id"].as_str().unwrap().to_owned());
    for end in ends(&app, &alice, &ours).await {
        alice.get(&format!("{}{end}", at(&ours))).await.refused(404, "not_found");
    }
});

/// What is asked of a mail, with this browser's link where one is needed.
async fn ends(app: &TestApp, client: &Client, mail: &(String, String)) -> [String; 3] {
    [String::new(), "/html".to_owned(), format!("/original{}", link(app, client, &mail.1).await)]
}

/// The sealed bytes of a mail, by the id that nobody is told.
async fn raw_file(app: &TestApp, message: &str) -> candor_domain::id::FileId {
    let message: MessageId = message.parse().unwrap();
    let read = app.app.db.read(Pool::Quick, move |rx| {
        let known = mail::get(rx, message)?.expect("a mail");
        inbound::get(rx, known.inbound.expect("it came in"))
    });
    read.await.unwrap().file
}

app_test!(it_opens_like_the_customers_record_and_every_look_is_on_record, |app| async move {
    let (admin, mail) = (app.admin().await, arrived(&app, &with_page("<p>words</p>")).await);
    let team = |name: &'static str| admin.post("/api/v1/teams", json!({ "name": name }));
    let (own, other) = (team("A").await.created()["id"].clone(), team("B").await.created()["id"].clone());
    let id = |value: &Value| Some(value.as_str().unwrap().parse().unwrap());
    let olga = app.agent_as("Olga", "agent", None, id(&own)).await;
    let otto = app.agent_as("Otto", "agent", None, id(&other)).await;
    let vera = app.agent_as("Vera", "viewer", None, None).await;
    act(&admin, &mail.0, json!({ "type": "team", "team": own })).await;
    for (agent, status, code) in [(&otto, 404, "not_found"), (&olga, 403, "take_case_first"), (&vera, 403, "forbidden")] {
        for end in ends(&app, agent, &mail).await {
            let path = format!("{}{end}", at(&mail));
            agent.get(&path).await.refused(status, code);
            app.bare().get(&path).await.refused(401, "unauthenticated");
        }
    }
    takes(&olga, &mail.0).await;
    for end in ends(&app, &olga, &mail).await {
        assert_eq!(olga.get(&format!("{}{end}", at(&mail))).await.status, 200, "{end}");
    }
    let raw = raw_file(&app, &mail.1).await.to_string();
    olga.get(&format!("/api/v1/files/{raw}{}", link(&app, &olga, &raw).await)).await.refused(404, "not_found");
    let bare = format!("{}/original", at(&mail));
    olga.get(&bare).await.refused(410, "link_used");
    olga.get(&format!("{bare}{}", link(&app, &otto, &mail.1).await)).await.refused(410, "link_used");
    let stranger = crate::writing::begun(&app, "hello").await.1;
    act(&admin, &stranger, json!({ "type": "team", "team": own })).await;
    takes(&olga, &stranger).await;
    olga.get(&at(&(stranger, mail.1.clone()))).await.refused(404, "not_found");
    for (action, times) in [("case.mail_viewed", 1), ("case.mail_taken", 1)] {
        let said = admin.get(&format!("/api/v1/audit?action={action}")).await.ok();
        assert_eq!(said["items"].as_array().unwrap().len(), times, "{action}");
    }
});

app_test!(an_erased_customers_mail_and_a_redacted_one_are_gone, |app| async move {
    let (alice, mail) = taken(&app, &with_page("<p>my card is 4111</p>")).await;
    let raw = raw_file(&app, &mail.1).await;
    let admin = app.admin().await;
    let redact = format!("/api/v1/conversations/{}/messages/{}/redact", mail.0, mail.1);
    assert_eq!(admin.post(&redact, json!({ "reason": "a card number" })).await.status, 204);
    for end in ends(&app, &alice, &mail).await {
        alice.get(&format!("{}{end}", at(&mail))).await.refused(404, "not_found");
    }
    let left = app.app.db.read(Pool::Quick, move |rx| candor_store::file::known(rx, &[raw])).await.unwrap();
    assert!(left.is_empty(), "the words are in the original too");

    let contact = admin.get(&format!("/api/v1/conversations/{}", mail.0)).await.ok()["contact"]["id"].as_str().unwrap().to_owned();
    admin.post(&format!("/api/v1/contacts/{contact}/erasure"), json!({})).await.expect(202);
    app.finish_keywork().await;
    for end in ends(&app, &alice, &mail).await {
        alice.get(&format!("{}{end}", at(&mail))).await.refused(410, "gone");
    }
});

#[test]
fn the_verdict_on_the_sender_stands_at_the_message_in_words() {
    judging(async |app| judged(&app).await);
}

async fn judged(app: &TestApp) {
    let alice = app.agent().await;
    let pipe = pipe(app, mailbox(app).await.inbox).await;
    let mail = |checked: &str, subject: &str| format!("{checked}From: Ann <ann@example.net>\r\nSubject: {subject}\r\n\r\nwords\r\n");
    piped(app, &pipe, &mail(CHECKED, "proven")).await;
    piped(app, &pipe, &mail("", "unproven")).await;
    piped(app, &pipe, &mail("", "denied")).await;
    for (subject, sender, dmarc) in [
        ("proven", json!({ "standing": "proven", "by": "dmarc" }), "pass"),
        ("unproven", json!({ "standing": "unproven" }), "none"),
        ("denied", json!({ "standing": "denied" }), "fail"),
    ] {
        let case = cases(&alice).await.into_iter().find(|case| case["subject"] == subject).unwrap();
        let id = case["id"].as_str().unwrap().to_owned();
        let message = mail_of(&alice, &id, 0).await["id"].as_str().unwrap().to_owned();
        if subject == "denied" {
            breaks_its_policy(app, &id, &message).await;
        }
        assert_eq!(mail_of(&alice, &id, 0).await["mail"]["sender"], sender);
        takes(&alice, &id).await;
        let verdict = alice.get(&at(&(id, message))).await.ok()["verdict"].clone();
        assert_eq!((&verdict["sender"], &verdict["dmarc"]), (&sender, &json!(dmarc)));
        assert_eq!(verdict["from_domain"], "example.net");
    }
}

/// Lets a mail be one whose domain publishes a policy that it breaks: no name server of the tests publishes any.
async fn breaks_its_policy(app: &TestApp, case: &str, message: &str) {
    let (case, message): (ConversationId, MessageId) = (case.parse().unwrap(), message.parse().unwrap());
    let changed = app.app.db.write(Queue::People, move |tx| {
        let mut head: Head = serde_json::from_str(&mail::get(tx, message)?.unwrap().head.unwrap()).unwrap();
        head.verdict.dmarc = Check::Fail;
        let key = conversation::lock(tx, case)?.key;
        mail::readdress(tx, key, message, &serde_json::to_string(&head).unwrap())
    });
    changed.await.unwrap();
}

#[test]
fn a_mail_that_was_kept_apart_says_from_which_case_and_leads_there_who_may_read_it() {
    judging(async |app| kept_apart(&app).await);
}

async fn kept_apart(app: &TestApp) {
    let (alice, admin) = (app.agent().await, app.admin().await);
    let made = mailbox(app).await;
    let pipe = pipe(app, made.inbox).await;
    sender(app, &made).await;
    piped(app, &pipe, &format!("{CHECKED}From: Ann <ann@example.net>\r\nSubject: first\r\n\r\nwords\r\n")).await;
    let first = cases(&alice).await.into_iter().find(|case| case["subject"] == "first").unwrap();
    let (id, number) = (first["id"].as_str().unwrap().to_owned(), first["number"].clone());
    crate::writing::answer(&alice, &id, "which coin?", 0).await.created();
    let address = reply_address(app, &id).await;
    let foreign = "support+c.aaaaaaaaaaaaaaaaai@desk.test".to_owned();
    let other = "Authentication-Results: mx.desk.test; dmarc=pass header.from=else.test\r\n";
    for (subject, checked, from, to, doubt, certain) in [
        ("unproven", "", "ann@example.net", &address, "token_unproven", true),
        ("forwarded", other, "bob@else.test", &address, "token_foreign", true),
        ("guessed", CHECKED, "ann@example.net", &foreign, "token_foreign", false),
    ] {
        piped(app, &pipe, &format!("{checked}From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\n\r\nUSDT\r\n")).await;
        let case = cases(&alice).await.into_iter().find(|case| case["subject"] == subject).unwrap();
        let shown = mail_of(&alice, case["id"].as_str().unwrap(), 0).await["mail"].clone();
        assert!(shown["doubts"].as_array().unwrap().contains(&json!(doubt)), "{shown}");
        let answers = certain.then(|| json!({ "number": number, "conversation": id }));
        assert_eq!(shown.get("answers").cloned(), answers, "{subject}");
    }
    // Somebody who may read the new case and not the one it answers.
    let team = |name: &'static str| admin.post("/api/v1/teams", json!({ "name": name }));
    let (a, b) = (team("A").await.created()["id"].clone(), team("B").await.created()["id"].clone());
    let otto = app.agent_as("Otto", "agent", None, Some(b.as_str().unwrap().parse().unwrap())).await;
    let apart = cases(&alice).await.into_iter().find(|case| case["subject"] == "unproven").unwrap()["id"].as_str().unwrap().to_owned();
    act(&admin, &id, json!({ "type": "team", "team": a })).await;
    act(&admin, &apart, json!({ "type": "team", "team": b })).await;
    assert_eq!(mail_of(&otto, &apart, 0).await["mail"]["answers"], json!({ "number": number }));
}
