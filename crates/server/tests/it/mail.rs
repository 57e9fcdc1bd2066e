//! Mail handed over by another server: kept before it is acknowledged, once, and a case afterwards.

use crate::names;
use candor_app::channel::{self, New, Patch};
use candor_app::{Config, inbox, mail};
use candor_domain::actor::Actor;
use candor_domain::channel::{ChannelKind, ChannelSettings, Security, Server};
use candor_domain::id::InboundId;
use candor_domain::inbox::{Channel as Medium, WidgetPatch};
use candor_server::smtp::{self, Settings};
use candor_store::channel::Channel;
use candor_testkit::{Agent, TestApp, app_test, on_both};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const MAIL: &str = "From: Ann Lee <ann@example.net>\r\nTo: support@desk.test\r\nSubject: Deposit missing\r\n\
    Date: Mon, 2 Feb 2026 10:00:00 +0000\r\nMessage-ID: <1@example.net>\r\n\r\n\
    My deposit has not arrived.\r\n\r\nOn Sun, 1 Feb 2026 at 09:00, Desk <support@desk.test> wrote:\r\n> How can we help?\r\n";

/// An inbox for e-mail with a listener for `support@desk.test`.
pub(crate) async fn mailbox(app: &TestApp) -> Channel {
    mailbox_of(app, &["support@desk.test"]).await
}

/// An inbox for e-mail with a listener for these addresses.
pub(crate) async fn mailbox_of(app: &TestApp, addresses: &[&str]) -> Channel {
    let by = Actor::machine("test");
    let new = inbox::New { name: "Mail".to_owned(), channel: Medium::Email, team: None, widget: WidgetPatch::default(), hours: None };
    let inbox = inbox::create(&app.app, &by, new).await.unwrap();
    let addresses = addresses.iter().map(ToString::to_string).collect();
    let settings = ChannelSettings { addresses, ..ChannelSettings::default() };
    let new = New { inbox: inbox.id, kind: ChannelKind::Listener, name: "MX".to_owned(), settings, secret: None };
    channel::create(&app.app, &by, new).await.unwrap()
}

/// A mail that could not be made a message, in an inbox of this name; its id.
pub(crate) async fn failed(app: &TestApp, name: &str) -> String {
    let by = Actor::machine("test");
    let new = inbox::New { name: name.to_owned(), channel: Medium::Email, team: None, widget: WidgetPatch::default(), hours: None };
    let place = inbox::create(&app.app, &by, new).await.unwrap();
    let pipe = New { inbox: place.id, kind: ChannelKind::Pipe, name: name.to_owned(), settings: ChannelSettings::default(), secret: None };
    let pipe = channel::create(&app.app, &by, pipe).await.unwrap();
    let patch = inbox::Patch { enabled: Some(false), ..inbox::Patch::default() };
    inbox::update(&app.app, &by, place.id, patch, None).await.unwrap();
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(MAIL.as_bytes()))]);
    let kept = mail::keep(&app.app, &pipe, &mail::Envelope::default(), 1 << 20, body).await.unwrap();
    while mail::failed(&app.app, &by).await.unwrap().iter().all(|one| one.id != kept.id) {
        app.pass(Duration::from_secs(60)).await;
    }
    kept.id.to_string()
}

/// A mail that came in by pipe, in an inbox of its own: its case and its message.
pub(crate) async fn arrived(app: &TestApp, mail: &str) -> (String, String) {
    let by = Actor::machine("test");
    // Visitors come to the oldest inbox, which is not to be this one.
    app.clock.advance(1);
    let new = inbox::New { name: "Piped".to_owned(), channel: Medium::Email, team: None, widget: WidgetPatch::default(), hours: None };
    let place = inbox::create(&app.app, &by, new).await.unwrap();
    let pipe = pipe(app, place.id).await;
    let kept = kept(app, &pipe, mail).await;
    let read = app.app.db.read(candor_store::Pool::Quick, move |rx| candor_store::inbound::get(rx, kept)).await.unwrap();
    (read.conversation.unwrap().to_string(), read.message.unwrap().to_string())
}

async fn listen(app: &TestApp, lmtp: bool) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings { name: "desk.test".to_owned(), lmtp, tls: None };
    tokio::spawn(smtp::run(listener, settings, app.app.clone(), app.state.draining.clone()));
    address
}

/// A mail server that hands over.
struct Peer(TcpStream);

impl Peer {
    async fn greeted(address: SocketAddr) -> Self {
        let mut peer = Self(TcpStream::connect(address).await.unwrap());
        assert!(peer.heard().await.starts_with("220 desk.test"));
        peer.ask("EHLO mx.example.net", "250").await;
        peer
    }

    /// What the desk says next, up to the end of a reply.
    async fn heard(&mut self) -> String {
        let mut said = String::new();
        loop {
            let mut byte = [0];
            if self.0.read(&mut byte).await.unwrap() == 0 {
                return said;
            }
            said.push(char::from(byte[0]));
            let last = said.lines().last().unwrap_or_default();
            if said.ends_with("\r\n") && last.as_bytes().get(3) == Some(&b' ') {
                return said;
            }
        }
    }

    async fn say(&mut self, words: &str) {
        self.0.write_all(words.as_bytes()).await.unwrap();
    }

    async fn ask(&mut self, command: &str, expected: &str) -> String {
        self.say(&format!("{command}\r\n")).await;
        let said = self.heard().await;
        assert!(said.starts_with(expected), "{command}: {said}");
        said
    }

    async fn hand_over(&mut self, mail: &str, expected: &str) -> String {
        self.ask("MAIL FROM:<ann@example.net> BODY=8BITMIME", "250").await;
        self.ask("RCPT TO:<support@desk.test>", "250").await;
        self.ask("DATA", "354").await;
        self.ask(&format!("{}\r\n.", mail.strip_suffix("\r\n").unwrap_or(mail)), expected).await
    }
}

pub(crate) async fn cases(agent: &Agent) -> Vec<Value> {
    let listed = agent.get("/api/v1/conversations?view=all").await.ok();
    listed["items"].as_array().unwrap().iter().filter(|case| case["channel"] == "email").cloned().collect()
}

app_test!(a_mail_that_was_taken_is_a_case_with_its_new_words_in_front, |app| async move {
    let alice = app.agent().await;
    mailbox(&app).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    peer.hand_over(MAIL, "250 2.0.0 kept as ").await;
    peer.ask("QUIT", "221").await;
    assert!(cases(&alice).await.is_empty(), "kept, and not read yet");
    app.settle().await;
    let found = cases(&alice).await;
    let [case] = found.as_slice() else { panic!("one case: {found:?}") };
    assert_eq!(
        (&case["subject"], &case["contact"]["name"], &case["contact"]["proof"]),
        (&"Deposit missing".into(), &"Ann Lee".into(), &"typed".into())
    );
    assert_eq!(case["preview"], "My deposit has not arrived.", "no quote in the list");
    let timeline = alice.get(&format!("/api/v1/conversations/{}/timeline", case["id"].as_str().unwrap())).await.ok();
    let text = crate::writing::texts(&timeline);
    assert!(text[0].contains("My deposit") && text[0].contains("> How can we help?"), "{text:?}");
});

app_test!(the_same_mail_is_kept_once_however_often_it_is_handed_over, |app| async move {
    let alice = app.agent().await;
    mailbox(&app).await;
    let address = listen(&app, false).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let mut peer = Peer::greeted(address).await;
        ids.push(peer.hand_over(MAIL, "250").await);
        app.settle().await;
    }
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
    let mut peer = Peer::greeted(address).await;
    peer.hand_over(&MAIL.replace("<1@", "<2@"), "250").await;
    app.settle().await;
    assert_eq!(cases(&alice).await.len(), 2, "another mail is another case");
});

app_test!(mail_for_nobody_here_and_mail_out_of_order_is_refused, |app| async move {
    let made = mailbox(&app).await;
    let address = listen(&app, false).await;
    let mut peer = Peer::greeted(address).await;
    peer.ask("RCPT TO:<support@desk.test>", "503").await;
    peer.ask("MAIL FROM:<>", "250").await;
    peer.ask("DATA", "503").await;
    for address in ["someone@else.test", "sales@desk.test", "support@desk.test.evil.test"] {
        peer.ask(&format!("RCPT TO:<{address}>"), "550 5.1.1").await;
    }
    peer.ask("RCPT TO:<Support+c.x7@desk.test>", "250").await;
    peer.ask("RSET", "250").await;
    peer.ask("MAIL FROM:<a@b.test> SIZE=99999999", "552").await;
    peer.ask("AUTH PLAIN AGEAYg==", "502").await;
    peer.ask("STARTTLS", "502").await;
    let off = Patch { enabled: Some(false), ..Patch::default() };
    channel::update(&app.app, &Actor::machine("test"), made.id, off, None).await.unwrap();
    peer.ask("MAIL FROM:<a@b.test>", "250").await;
    peer.ask("RCPT TO:<support@desk.test>", "550").await;
});

app_test!(commands_that_come_together_are_answered_in_order, |app| async move {
    mailbox(&app).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    peer.say("MAIL FROM:<a@b.test>\r\nRCPT TO:<support@desk.test>\r\nDATA\r\n").await;
    for expected in ["250 2.1.0", "250 2.1.5", "354"] {
        assert!(peer.heard().await.starts_with(expected));
    }
    peer.say("Subject: one\r\n\r\nwords\r\n.\r\nQUIT\r\n").await;
    assert!(peer.heard().await.starts_with("250 2.0.0"));
    assert!(peer.heard().await.starts_with("221"));
    app.settle().await;
});

app_test!(a_dot_ends_a_mail_only_on_a_line_of_its_own_between_two_ends_of_line, |app| async move {
    let alice = app.agent().await;
    mailbox(&app).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    let smuggled =
        "Subject: outer\r\n\r\nfirst\n.\nMAIL FROM:<ceo@desk.test>\n.\r\nRCPT TO:<support@desk.test>\r.\r\n..doubled\r\nlast\r\n";
    peer.hand_over(smuggled, "250").await;
    peer.ask("NOOP", "250 2.0.0").await;
    peer.ask("MAIL FROM:<>", "250").await;
    peer.ask("RCPT TO:<support@desk.test>", "250").await;
    peer.ask("DATA", "354").await;
    peer.ask(".", "250").await;
    app.settle().await;
    let found = cases(&alice).await;
    assert_eq!(found.len(), 2, "one mail with everything in it, and an empty one");
    let outer = found.iter().find(|case| case["subject"] == "outer").unwrap();
    let timeline = alice.get(&format!("/api/v1/conversations/{}/timeline", outer["id"].as_str().unwrap())).await.ok();
    let text = &crate::writing::texts(&timeline)[0];
    assert!(text.contains("MAIL FROM:<ceo@desk.test>") && text.contains("\n.doubled") && text.contains("last"), "{text}");
});

app_test!(each_recipient_of_lmtp_hears_of_the_mail, |app| async move {
    mailbox(&app).await;
    let mut peer = Peer(TcpStream::connect(listen(&app, true).await).await.unwrap());
    assert!(peer.heard().await.contains("LMTP"));
    peer.ask("EHLO x", "502").await;
    peer.ask("LHLO x", "250").await;
    peer.ask("MAIL FROM:<a@b.test>", "250").await;
    peer.ask("RCPT TO:<support@desk.test>", "250").await;
    peer.ask("RCPT TO:<support+2@desk.test>", "250").await;
    peer.ask("DATA", "354").await;
    peer.ask("Subject: x\r\n\r\ny\r\n.", "250").await;
    assert!(peer.heard().await.starts_with("250"), "a reply for each");
    app.settle().await;
});

app_test!(mail_that_cannot_be_read_yet_waits_and_is_read_again, |app| async move {
    let (alice, by, made) = (app.agent().await, Actor::machine("test"), mailbox(&app).await);
    let off = |enabled| inbox::Patch { enabled: Some(enabled), ..inbox::Patch::default() };
    inbox::update(&app.app, &by, made.inbox, off(false), None).await.unwrap();
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    peer.hand_over(MAIL, "250").await;
    for _ in 0..6 {
        app.pass(Duration::from_secs(60)).await;
    }
    let failed = mail::failed(&app.app, &by).await.unwrap();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].problem.contains("switched off"), "{:?}", failed[0]);
    inbox::update(&app.app, &by, made.inbox, off(true), None).await.unwrap();
    mail::again(&app.app, &by, failed[0].id).await.unwrap();
    app.settle().await;
    assert_eq!(cases(&alice).await.len(), 1);
    assert!(mail::failed(&app.app, &by).await.unwrap().is_empty());
});

app_test!(bytes_that_are_no_mail_are_a_case_all_the_same, |app| async move {
    let alice = app.agent().await;
    mailbox(&app).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    peer.hand_over("\u{1}\u{2} no header at all \u{fffd}", "250").await;
    app.settle().await;
    assert_eq!(cases(&alice).await.len(), 1);
});

/// A desk whose only trusted word on senders is that of `mx.desk.test`; its name server knows nobody.
pub(crate) fn judging(test: impl AsyncFn(TestApp)) {
    let judge = |config: &mut Config| {
        let trust = mail::Trust { servers: vec!["mx.desk.test".to_owned()], sealers: vec![] };
        config.judge = Some(Arc::new(mail::Judge::at(&[names::serve(&[])], trust).unwrap()));
    };
    on_both(judge, test);
}

/// What `mx.desk.test` says above a mail whose From it has checked.
pub(crate) const CHECKED: &str = "Authentication-Results: mx.desk.test; dmarc=pass header.from=example.net\r\n";

pub(crate) async fn pipe(app: &TestApp, inbox: candor_domain::id::InboxId) -> Channel {
    let new = New { inbox, kind: ChannelKind::Pipe, name: "Pipe".to_owned(), settings: ChannelSettings::default(), secret: None };
    channel::create(&app.app, &Actor::machine("test"), new).await.unwrap()
}

pub(crate) async fn piped(app: &TestApp, pipe: &Channel, mail: &str) {
    kept(app, pipe, mail).await;
}

async fn kept(app: &TestApp, pipe: &Channel, mail: &str) -> InboundId {
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(mail.to_owned()))]);
    let kept = mail::keep(&app.app, pipe, &mail::Envelope::default(), 1 << 20, body).await.unwrap();
    app.settle().await;
    kept.id
}

/// Sends this inbox's mail to a listener of the desk itself, which takes the customer's address: both ends are real.
pub(crate) async fn sender(app: &TestApp, from: &Channel) -> SocketAddr {
    let (by, address) = (Actor::machine("test"), listen(app, false).await);
    let new = inbox::New { name: "Customer".to_owned(), channel: Medium::Email, team: None, widget: WidgetPatch::default(), hours: None };
    let place = inbox::create(&app.app, &by, new).await.unwrap();
    let own = ChannelSettings { addresses: vec!["ann@example.net".to_owned()], ..ChannelSettings::default() };
    let new = New { inbox: place.id, kind: ChannelKind::Listener, name: "Ann".to_owned(), settings: own, secret: None };
    channel::create(&app.app, &by, new).await.unwrap();
    let server = Server { host: "127.0.0.1".to_owned(), port: address.port(), security: Security::None, user: None };
    let own = vec!["support@desk.test".to_owned()];
    let settings = ChannelSettings { addresses: own, name: "客服".to_owned(), server: Some(server), ..ChannelSettings::default() };
    let new = New { inbox: from.inbox, kind: ChannelKind::Sender, name: "Out".to_owned(), settings, secret: None };
    channel::create(&app.app, &by, new).await.unwrap();
    address
}

pub(crate) async fn mail_of(agent: &Agent, id: &str, place: usize) -> Value {
    let timeline = agent.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
    let items = timeline["items"].as_array().unwrap();
    items.iter().filter(|item| !item["message"].is_null()).nth(place).unwrap()["message"].clone()
}

app_test!(an_answer_leaves_by_mail_once_with_its_thread_and_says_how_far_it_is, |app| async move {
    let alice = app.agent().await;
    let made = mailbox(&app).await;
    sender(&app, &made).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    peer.hand_over(MAIL, "250").await;
    app.settle().await;
    let id = cases(&alice).await[0]["id"].as_str().unwrap().to_owned();
    crate::writing::answer(&alice, &id, "It is on its way.\n500 USDT", 0).await.created();
    assert_eq!(mail_of(&alice, &id, 1).await["mail"]["state"], "queued");
    app.settle().await;
    app.settle().await;
    let ours = mail_of(&alice, &id, 1).await;
    assert_eq!((&ours["mail"]["state"], &ours["mail"]["subject"]), (&"handed".into(), &"Re: Deposit missing".into()));
    let all = cases(&alice).await;
    assert_eq!(all.len(), 2, "handed over once");
    let theirs = all.iter().find(|case| case["id"] != id.as_str()).unwrap();
    let got = mail_of(&alice, theirs["id"].as_str().unwrap(), 0).await;
    let text = got["text"].as_str().unwrap();
    assert!(text.starts_with("It is on its way.\n500 USDT") && text.contains("> My deposit has not arrived."), "{text}");
    assert_eq!(got["mail"]["from"]["name"], "客服");
});

app_test!(an_answer_that_nothing_sends_says_so_and_can_be_sent_later, |app| async move {
    let alice = app.agent().await;
    let made = mailbox(&app).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    peer.hand_over(MAIL, "250").await;
    app.settle().await;
    let id = cases(&alice).await[0]["id"].as_str().unwrap().to_owned();
    crate::writing::answer(&alice, &id, "hello", 0).await.created();
    let kept = mail_of(&alice, &id, 1).await;
    assert_eq!((&kept["mail"]["state"], &kept["mail"]["problem"]), (&"failed".into(), &"no_sender".into()));
    let path = format!("/api/v1/conversations/{id}/messages/{}/send-again", kept["id"].as_str().unwrap());
    sender(&app, &made).await;
    assert_eq!(alice.post(&path, serde_json::json!({})).await.status, 204);
    alice.post(&path, serde_json::json!({})).await.refused(409, "conflict");
    app.settle().await;
    assert_eq!(mail_of(&alice, &id, 1).await["mail"]["state"], "handed");
    app.settle().await;
});

/// The address customers answer to, as the mail to them said it.
pub(crate) async fn reply_address(app: &TestApp, id: &str) -> String {
    let id: candor_domain::id::ConversationId = id.parse().unwrap();
    let mail = app
        .app
        .db
        .read(candor_store::Pool::Quick, move |rx| {
            let last = candor_store::message::newest(rx, id, 1)?.remove(0);
            candor_store::mail::get(rx, last.id)
        })
        .await
        .unwrap()
        .unwrap();
    let head: mail::Head = serde_json::from_str(&mail.head.unwrap()).unwrap();
    head.reply_to[0].mail.clone()
}

#[test]
fn a_mail_joins_its_case_by_token_and_proven_sender_and_by_nothing_less() {
    judging(async |app| joining(&app).await);
}

async fn joining(app: &TestApp) {
    let alice = app.agent().await;
    let made = mailbox(app).await;
    let pipe = pipe(app, made.inbox).await;
    sender(app, &made).await;
    let here = async || cases(&alice).await.into_iter().filter(|case| case["inbox"] == made.inbox.to_string().as_str()).collect::<Vec<_>>();
    piped(app, &pipe, &format!("{CHECKED}{MAIL}")).await;
    let case = here().await[0].clone();
    let (id, number) = (case["id"].as_str().unwrap().to_owned(), case["number"].clone());
    crate::writing::answer(&alice, &id, "which coin?", 0).await.created();
    let address = reply_address(app, &id).await;
    let reply = |checked: &str, from: &str, to: &str, id: u32| {
        format!(
            "{checked}From: {from}\r\nTo: {to}\r\nSubject: Re: [#{number}] Deposit missing\r\nIn-Reply-To: <1@example.net>\r\n            Message-ID: <r{id}@example.net>\r\nDate: Mon, 2 Feb 2026 11:00:00 +0000\r\n\r\nUSDT\r\n"
        )
    };
    let forged = [
        ("", "ann@example.net", address.as_str()),
        (CHECKED, "bob@example.net", address.as_str()),
        (CHECKED, "ann@example.net", "support@desk.test"),
        (CHECKED, "ann@example.net", "support+c.aaaaaaaaaaaaaaaaai@desk.test"),
        ("Authentication-Results: mx.evil.test; dmarc=pass header.from=example.net\r\n", "ann@example.net", address.as_str()),
        (CHECKED, "ann@example.net, bob@example.net", address.as_str()),
    ];
    for (number, (checked, from, to)) in forged.iter().enumerate() {
        piped(app, &pipe, &reply(checked, from, to, number as u32)).await;
        assert_eq!(here().await.len(), number + 2, "{checked} {from} {to} is a case of its own");
    }
    piped(app, &pipe, &reply(CHECKED, "Ann <ANN@example.net>", &address, 99)).await;
    assert_eq!(here().await.len(), forged.len() + 1, "the real one joins");
    let joined = mail_of(&alice, &id, 2).await;
    assert_eq!((&joined["text"], &joined["kind"], &joined["author"]["name"]), (&"USDT".into(), &"customer".into(), &"Ann Lee".into()));
}
