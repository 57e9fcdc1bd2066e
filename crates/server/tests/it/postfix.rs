//! Mail through a real mail server: Postfix relays to the desk, takes what the desk sends, returns it, and waits for a desk that is down.

use crate::files::link;
use crate::imap::{kept, until, until_kept};
use crate::mail::{cases, mail_of, mailbox_of};
use crate::mail_back::category;
use crate::{names, writing};
use candor_app::channel::{self, New, Secret};
use candor_app::{Config, mail};
use candor_domain::actor::Actor;
use candor_domain::channel::{ChannelKind, ChannelSettings, Security, Server};
use candor_server::smtp::{self, Settings};
use candor_store::channel::Channel;
use candor_testkit::{Agent, TestApp, on_both};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The Postfix of the tests; without one they fail, they are never passed over.
struct Place {
    port: u16,
    submission: u16,
    dir: PathBuf,
}

fn place() -> Place {
    let named = std::env::var("CANDOR_TEST_POSTFIX").expect("CANDOR_TEST_POSTFIX names a Postfix: scripts/postfix.sh start DIR");
    let [port, submission, dir] = named.splitn(3, ',').collect::<Vec<_>>()[..] else { panic!("PORT,SUBMISSION,DIR: {named}") };
    Place { port: port.parse().unwrap(), submission: submission.parse().unwrap(), dir: PathBuf::from(dir) }
}

/// A desk that knows who may send for `customer.test`, and believes the tests' authority.
fn beside_postfix(test: impl AsyncFn(TestApp)) {
    let change = |config: &mut Config| {
        let server = names::serve(&[("customer.test", "v=spf1 ip4:127.0.0.1 -all")]);
        config.judge = Some(Arc::new(mail::Judge::at(&[server], mail::Trust::default()).unwrap()));
        config.mail_tls = mail::Tls::and_of(&place().dir.join("ca.pem")).unwrap();
    };
    on_both(change, test);
}

/// The desk's mail server, and who reads what comes.
struct Desk {
    alice: Agent,
    port: u16,
    way: &'static str,
    made: Channel,
    listening: Option<(CancellationToken, JoinHandle<()>)>,
}

impl Desk {
    /// One that Postfix reaches by `smtp`, by `lmtp`, or by `tls`: SMTP that it encrypts or does not speak.
    async fn new(app: &TestApp, way: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let domain = format!("p{port}.{way}.test");
        let made = mailbox_of(app, &[&format!("support@{domain}"), &format!("客服@{domain}")]).await;
        let mut desk = Self { alice: app.agent().await, port, way, made, listening: None };
        desk.listen(app, listener);
        desk
    }

    fn listen(&mut self, app: &TestApp, listener: TcpListener) {
        let dir = place().dir;
        let tls = (self.way == "tls").then(|| smtp::acceptor(&dir.join("certificate.pem"), &dir.join("key.pem")).unwrap());
        let settings = Settings { name: "desk.test".to_owned(), lmtp: self.way == "lmtp", tls };
        let stop = CancellationToken::new();
        self.listening = Some((stop.clone(), tokio::spawn(smtp::run(listener, settings, app.app.clone(), stop))));
    }

    async fn goes_down(&mut self) {
        let (stop, task) = self.listening.take().unwrap();
        stop.cancel();
        task.await.unwrap();
    }

    async fn comes_back(&mut self, app: &TestApp) {
        let mut listener = None;
        until("the port is free", async || {
            listener = TcpListener::bind(("127.0.0.1", self.port)).await.ok();
            listener.is_some()
        })
        .await;
        self.listen(app, listener.unwrap());
    }

    fn address(&self) -> &str {
        &self.made.settings.addresses[0]
    }

    /// Answers leave by Postfix, signed in over STARTTLS.
    async fn answers_by_mail(&self, app: &TestApp) {
        let server =
            Server { host: "127.0.0.1".to_owned(), port: place().submission, security: Security::StartTls, user: Some("desk".to_owned()) };
        let addresses = vec![self.address().to_owned()];
        let settings = ChannelSettings { addresses, name: "客服".to_owned(), server: Some(server), ..ChannelSettings::default() };
        let secret = Some(Secret { word: "test-secret".to_owned(), client: None });
        let new = New { inbox: self.made.inbox, kind: ChannelKind::Sender, name: "Out".to_owned(), settings, secret };
        channel::create(&app.app, &Actor::machine("test"), new).await.unwrap();
    }

    async fn only_case(&self) -> Value {
        let found = cases(&self.alice).await;
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }
}

/// Somebody with a mailbox of nobody else's, or with none.
struct Customer(String);

impl Customer {
    fn named(name: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        Self(format!("{name}{}x{}@customer.test", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed)))
    }

    /// Sends by a mail program that is none of ours.
    async fn sends(&self, to: &str, mail: &str) {
        let mut command = Command::new("python3");
        command.args(["-c", include_str!("send.py"), &place().port.to_string(), &self.0, to]).stdin(Stdio::piped());
        let mut program = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        program.stdin.take().unwrap().write_all(mail.as_bytes()).await.unwrap();
        let ended = program.wait_with_output().await.unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }

    /// Writes to somebody, with these fields in the head.
    async fn writes(&self, to: &str, fields: &str, words: &str) {
        let head = format!("From: Ann Lee <{}>\r\nTo: {to}\r\nDate: Mon, 2 Feb 2026 10:00:00 +0000\r\n{fields}", self.0);
        self.sends(to, &format!("{head}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{words}\r\n"))
            .await;
    }

    /// The mail in the mailbox, once it is there.
    async fn received(&self) -> String {
        let (folder, mine, mut found) = (place().dir.join("mail/Maildir/new"), format!("\nDelivered-To: {}\n", self.0), None);
        until("the mail is delivered", async || {
            let files = std::fs::read_dir(&folder).map(|files| files.filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok()));
            found = files.ok().and_then(|mut mails| mails.find(|mail| mail.contains(&mine)));
            found.is_some()
        })
        .await;
        found.unwrap()
    }
}

/// A field of a mail, on one line.
fn field(mail: &str, name: &str) -> String {
    let head = mail.split("\n\n").next().unwrap().replace("\r\n", "\n").replace("\n\t", " ").replace("\n ", " ");
    let found = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned));
    found.unwrap_or_else(|| panic!("no {name} in {mail}"))
}

/// Why Postfix still has mail to this address; empty where it has none.
async fn waits(to: &str) -> String {
    let etc = place().dir.join("etc");
    let output = Command::new("/usr/sbin/postqueue").arg("-c").arg(etc).arg("-j").output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let queued = String::from_utf8(output.stdout).unwrap();
    queued.lines().filter(|line| line.contains(to)).collect()
}

#[test]
fn what_postfix_relays_is_a_case_whichever_way_it_comes() {
    for way in ["smtp", "lmtp", "tls"] {
        beside_postfix(async |app| {
            let (desk, ann) = (Desk::new(&app, way).await, Customer::named("ann"));
            ann.writes(desk.address(), "Subject: Deposit missing\r\nMessage-ID: <1@customer.test>\r\n", "It has not arrived.").await;
            until_kept(&app, 1).await;
            app.settle().await;
            let case = desk.only_case().await;
            assert_eq!((&case["subject"], &case["contact"]["name"]), (&"Deposit missing".into(), &"Ann Lee".into()), "{way}");
            let message = mail_of(&desk.alice, case["id"].as_str().unwrap(), 0).await;
            assert_eq!(message["text"], "It has not arrived.");
            assert_eq!(message["mail"]["sender"]["standing"], "proven", "SPF, by the address of Postfix: {message}");
        });
    }
}

#[test]
fn an_answer_is_handed_over_encrypted_and_signed_in_and_what_its_customer_answers_joins() {
    beside_postfix(async |app| {
        let (desk, ann) = (Desk::new(&app, "smtp").await, Customer::named("ann"));
        desk.answers_by_mail(&app).await;
        ann.writes(desk.address(), "Subject: Deposit missing\r\nMessage-ID: <1@customer.test>\r\n", "My deposit has not arrived.").await;
        until_kept(&app, 1).await;
        app.settle().await;
        let id = desk.only_case().await["id"].as_str().unwrap().to_owned();
        writing::answer(&desk.alice, &id, "Which coin?", 0).await.created();
        app.settle().await;
        let ours = mail_of(&desk.alice, &id, 1).await;
        assert_eq!(ours["mail"]["state"], "handed", "{ours}");
        let got = ann.received().await;
        assert!(field(&got, "Received").contains("with ESMTPSA"), "{got}");
        assert!(field(&got, "To").contains(&ann.0) && field(&got, "Subject") == "Re: Deposit missing", "{got}");
        assert_eq!(
            (field(&got, "In-Reply-To"), field(&got, "References")),
            ("<1@customer.test>".to_owned(), "<1@customer.test>".to_owned())
        );
        assert!(field(&got, "From").ends_with(&format!("<{}>", desk.address())), "{got}");
        let answers = field(&got, "Reply-To");
        assert!(answers.starts_with("support+c.") && field(&got, "Return-Path") == format!("<{answers}>"), "{got}");
        assert!(got.contains("Which coin?"), "{got}");
        let fields =
            format!("Subject: Re: Deposit missing\r\nMessage-ID: <2@customer.test>\r\nIn-Reply-To: {}\r\n", field(&got, "Message-ID"));
        ann.writes(&answers, &fields, "USDT").await;
        until_kept(&app, 2).await;
        app.settle().await;
        let joined = mail_of(&desk.alice, &id, 2).await;
        assert_eq!((&joined["text"], &joined["kind"]), (&"USDT".into(), &"customer".into()));
        desk.only_case().await;
    });
}

#[test]
fn an_answer_that_postfix_returns_says_why_and_is_work_again() {
    beside_postfix(async |app| {
        let (desk, gone) = (Desk::new(&app, "smtp").await, Customer("gone@customer.test".to_owned()));
        desk.answers_by_mail(&app).await;
        gone.writes(desk.address(), "Subject: Hello\r\nMessage-ID: <1@customer.test>\r\n", "Is anybody there?").await;
        until_kept(&app, 1).await;
        app.settle().await;
        let id = desk.only_case().await["id"].as_str().unwrap().to_owned();
        writing::answer(&desk.alice, &id, "We are.", 0).await.created();
        app.settle().await;
        writing::status(&desk.alice, &id, "resolved").await;
        assert_eq!(category(&desk.alice, &id).await, "resolved");
        until_kept(&app, 2).await;
        app.settle().await;
        let ours = mail_of(&desk.alice, &id, 1).await;
        assert_eq!(ours["mail"]["state"], "bounced");
        let why = ours["mail"]["problem"].as_str().unwrap();
        assert!(why.starts_with("5.1.1 ") && why.contains("unknown user: \"gone@customer.test\""), "{why}");
        assert_eq!(category(&desk.alice, &id).await, "open");
    });
}

#[test]
fn mail_that_the_desk_cannot_keep_now_waits_at_postfix_and_comes_once() {
    beside_postfix(async |app| {
        let (mut desk, ann) = (Desk::new(&app, "smtp").await, Customer::named("ann"));
        let (files, away) = (app.app.config.dir.join("files"), app.app.config.dir.join("away"));
        std::fs::create_dir_all(&files).unwrap();
        std::fs::rename(&files, &away).unwrap();
        std::fs::write(&files, "no folder").unwrap();
        let to = desk.address().to_owned();
        ann.writes(&to, "Subject: Patience\r\nMessage-ID: <1@customer.test>\r\n", "I can wait.").await;
        until("the desk has refused it for now", async || waits(&to).await.contains("451 4.3.0")).await;
        desk.goes_down().await;
        until("the desk is not reached", async || waits(&to).await.contains("refused")).await;
        std::fs::remove_file(&files).unwrap();
        std::fs::rename(&away, &files).unwrap();
        assert_eq!(kept(&app).await, 0);
        desk.comes_back(&app).await;
        // Its queue looks empty, too, while a mail goes from one of its lists to the next.
        until_kept(&app, 1).await;
        until("Postfix has got rid of it", async || waits(&to).await.is_empty()).await;
        app.settle().await;
        assert_eq!((kept(&app).await, &desk.only_case().await["subject"]), (1, &"Patience".into()));
    });
}

#[test]
fn addresses_and_words_beyond_ascii_pass_as_they_are() {
    beside_postfix(async |app| {
        let (desk, wang) = (Desk::new(&app, "smtp").await, Customer::named("小明"));
        desk.answers_by_mail(&app).await;
        let to = desk.made.settings.addresses[1].clone();
        let head = format!(
            "From: 王小明 <{}>\r\nTo: {to}\r\nSubject: 提现没有到账\r\nDate: Mon, 2 Feb 2026 10:00:00 +0000\r\nMessage-ID: <1@customer.test>\r\n",
            wang.0
        );
        let body = "我的 500 USDT 还没有到账。\r\n";
        wang.sends(
            &to,
            &format!("{head}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}"),
        )
        .await;
        until_kept(&app, 1).await;
        app.settle().await;
        let case = desk.only_case().await;
        assert_eq!((&case["subject"], &case["contact"]["name"]), (&"提现没有到账".into(), &"王小明".into()));
        let id = case["id"].as_str().unwrap().to_owned();
        let message = mail_of(&desk.alice, &id, 0).await;
        assert_eq!(message["text"].as_str().unwrap(), body.trim_end());
        writing::act(&desk.alice, &id, serde_json::json!({ "type": "assign", "agent": desk.alice.id })).await;
        let path = format!("/api/v1/conversations/{id}/messages/{}/mail/original", message["id"].as_str().unwrap());
        let raw = desk.alice.get(&format!("{path}{}", link(&app, &desk.alice, message["id"].as_str().unwrap()).await)).await;
        let raw = String::from_utf8(raw.bytes).unwrap();
        assert!(raw.contains(&head) && raw.ends_with(&format!("Content-Transfer-Encoding: 8bit\r\n\r\n{body}")), "{raw}");
        assert!(field(&raw, "Received").contains("with UTF8SMTP"), "{raw}");
        writing::answer(&desk.alice, &id, "已经在路上了。", 0).await.created();
        app.settle().await;
        let ours = mail_of(&desk.alice, &id, 1).await;
        assert_eq!(ours["mail"]["state"], "handed", "{ours}");
        let got = wang.received().await;
        assert!(got.contains("with UTF8SMTPSA"), "{got}");
    });
}
