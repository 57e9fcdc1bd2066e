//! Mail fetched from a mailbox on a real IMAP server: kept before the server is told, once, whatever ends in between.

use crate::cli;
use candor_app::channel::{self, New, Secret};
use candor_app::{App, Ids, inbox, mail};
use candor_domain::actor::Actor;
use candor_domain::channel::{Afterwards, ChannelKind, ChannelSettings, Mailbox, Security, Server};
use candor_domain::id::ChannelId;
use candor_domain::inbox::{Channel as Medium, WidgetPatch};
use candor_store::channel::Channel;
use candor_store::{Error, Pool, Query, Queue, mailbox};
use candor_testkit::{Agent, TestApp, TestDb, app_test, on_both};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

const PASSWORD: &str = "test-secret";
/// What a busy machine may take for something that is a matter of moments. No poll of a mailbox is as quick.
const DEADLINE: Duration = Duration::from_secs(30);

/// The IMAP server of the tests; without one they fail, they are never passed over.
struct Place {
    port: u16,
    tls: u16,
    authority: PathBuf,
}

fn place() -> Place {
    let named = std::env::var("CANDOR_TEST_IMAP").expect("CANDOR_TEST_IMAP names an IMAP server: scripts/dovecot.sh start DIR");
    let [port, tls, dir] = named.splitn(3, ',').collect::<Vec<_>>()[..] else { panic!("PORT,TLSPORT,DIR: {named}") };
    Place { port: port.parse().unwrap(), tls: tls.parse().unwrap(), authority: PathBuf::from(dir).join("ca.pem") }
}

/// A mailbox of nobody else's, seen by its owner.
struct Owner {
    user: String,
    line: TcpStream,
}

impl Owner {
    async fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let user = format!("u{}x{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let line = TcpStream::connect(("127.0.0.1", place().port)).await.unwrap();
        let mut owner = Self { user, line };
        assert!(owner.heard("* OK").await.starts_with("* OK"));
        owner.ask(&format!("LOGIN {} {PASSWORD}", owner.user)).await;
        owner
    }

    /// What the server says, up to the line that begins so.
    async fn heard(&mut self, last: &str) -> String {
        let mut said = Vec::new();
        let mut piece = [0; 8192];
        loop {
            let length = self.line.read(&mut piece).await.unwrap();
            assert!(length > 0, "the server ended the line");
            said.extend_from_slice(&piece[..length]);
            let text = String::from_utf8_lossy(&said);
            if text.ends_with("\r\n") && text.lines().last().is_some_and(|line| line.starts_with(last)) {
                return text.into_owned();
            }
        }
    }

    async fn ask(&mut self, command: &str) -> String {
        self.line.write_all(format!("a {command}\r\n").as_bytes()).await.unwrap();
        let said = self.heard("a ").await;
        assert!(said.lines().last().unwrap().starts_with("a OK"), "{command}: {said}");
        said
    }

    /// Puts a mail there, as if it had just come.
    async fn receive(&mut self, folder: &str, mail: &[u8]) {
        self.receive_at(folder, "", mail).await;
    }

    async fn receive_at(&mut self, folder: &str, time: &str, mail: &[u8]) {
        self.line.write_all(format!("a APPEND {folder} {time}{{{}}}\r\n", mail.len()).as_bytes()).await.unwrap();
        assert!(self.heard("+ ").await.starts_with('+'));
        self.line.write_all(mail).await.unwrap();
        self.line.write_all(b"\r\n").await.unwrap();
        let said = self.heard("a ").await;
        assert!(said.contains("a OK"), "{said}");
    }

    /// Numbers of the mails in a folder that are so.
    async fn found(&mut self, folder: &str, so: &str) -> usize {
        self.ask(&format!("SELECT {folder}")).await;
        let said = self.ask(&format!("SEARCH {so}")).await;
        let line = said.lines().find(|line| line.starts_with("* SEARCH")).unwrap_or_default().to_owned();
        line.split_whitespace().skip(2).count()
    }
}

fn written(number: u32) -> Vec<u8> {
    format!(
        "From: Ann Lee <ann@example.net>\r\nTo: support@desk.test\r\nSubject: Deposit {number}\r\nMessage-ID: <{number}@example.net>\r\n\
         Date: Mon, 2 Feb 2026 10:00:00 +0000\r\n\r\nMy deposit {number} has not arrived.\r\n"
    )
    .into_bytes()
}

/// A channel that reads this mailbox, as `change` says.
async fn way(app: &TestApp, owner: &Owner, change: impl FnOnce(&mut Mailbox)) -> Channel {
    let server = Server { host: "127.0.0.1".to_owned(), port: place().port, security: Security::None, user: Some(owner.user.clone()) };
    way_to(app, server, PASSWORD, change).await
}

async fn way_to(app: &TestApp, server: Server, password: &str, change: impl FnOnce(&mut Mailbox)) -> Channel {
    let by = Actor::machine("test");
    let new = inbox::New { name: "Mail".to_owned(), channel: Medium::Email, team: None, widget: WidgetPatch::default(), hours: None };
    let inbox = inbox::create(&app.app, &by, new).await.unwrap();
    let mut read = Mailbox::default();
    change(&mut read);
    let settings = ChannelSettings { server: Some(server), mailbox: Some(read), ..ChannelSettings::default() };
    let secret = Some(Secret { word: password.to_owned(), client: None });
    channel::create(&app.app, &by, New { inbox: inbox.id, kind: ChannelKind::Imap, name: "Mailbox".to_owned(), settings, secret })
        .await
        .unwrap()
}

/// The readers of one process; they die with it, in the middle of whatever they do.
struct Readers(JoinHandle<()>);

impl Readers {
    /// Begins so long after the last ones died that their leases are over.
    fn start(app: &TestApp) -> Self {
        app.clock.advance(61_000);
        Self(tokio::spawn(mail::imap::run(app.app.clone())))
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub(crate) async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !so().await {
        assert!(Instant::now() < deadline, "not yet: {what}");
        sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) async fn kept(app: &TestApp) -> i64 {
    let count = |rx: &mut candor_store::Rx<'_>| rx.one("SELECT COUNT(*) FROM inbound", &[], |row| row.get::<i64>(0));
    app.app.db.read(Pool::Quick, count).await.unwrap()
}

pub(crate) async fn until_kept(app: &TestApp, number: i64) {
    until(&format!("{number} mails are kept"), async || kept(app).await >= number).await;
}

async fn reading(app: &TestApp, id: ChannelId) -> channel::Reading {
    channel::readings(&app.app).await.unwrap().remove(&id).unwrap_or_default()
}

/// Waits for a pass over all folders that begins now and ends well.
async fn until_read(app: &TestApp, id: ChannelId) {
    until("all folders are read", async || reading(app, id).await.read_at.is_some()).await;
}

async fn subjects(app: &TestApp, agent: &Agent) -> Vec<String> {
    app.settle().await;
    let listed = agent.get("/api/v1/conversations?view=all&limit=100").await.ok();
    let mail = listed["items"].as_array().unwrap().iter().filter(|case| case["channel"] == "email");
    let mut found: Vec<String> = mail.map(|case| case["subject"].as_str().unwrap().to_owned()).collect();
    found.sort();
    found
}

app_test!(new_mail_is_a_case_as_soon_as_its_server_tells_of_it, |app| async move {
    let (alice, mut owner) = (app.agent().await, Owner::new().await);
    let way = way(&app, &owner, |_| {}).await;
    let _readers = Readers::start(&app);
    until_read(&app, way.id).await;
    for number in 1..=3 {
        owner.receive("INBOX", &written(number)).await;
        until_kept(&app, number.into()).await;
    }
    assert_eq!(subjects(&app, &alice).await, ["Deposit 1", "Deposit 2", "Deposit 3"]);
    until("they are marked as read", async || owner.found("INBOX", "SEEN").await == 3).await;
    assert_eq!(reading(&app, way.id).await.problem, None);
});

app_test!(what_came_while_nobody_read_is_kept_afterwards_and_nothing_twice, |app| async move {
    let mut owner = Owner::new().await;
    way(&app, &owner, |_| {}).await;
    owner.receive("INBOX", &written(1)).await;
    let readers = Readers::start(&app);
    until_kept(&app, 1).await;
    drop(readers);
    for number in 2..=60 {
        owner.receive("INBOX", &written(number)).await;
    }
    app.clock.advance(7 * 24 * 3_600_000);
    let _readers = Readers::start(&app);
    until("all are marked as read", async || owner.found("INBOX", "SEEN").await == 60).await;
    assert_eq!(kept(&app).await, 60);
    assert_eq!(subjects(&app, &app.agent().await).await.len(), 60);
});

app_test!(a_folder_that_was_made_anew_is_read_from_its_beginning_and_doubles_nothing, |app| async move {
    let (alice, mut owner) = (app.agent().await, Owner::new().await);
    owner.ask("CREATE Work").await;
    let way = way(&app, &owner, |read| (read.folders, read.afterwards) = (vec!["Work".to_owned()], Afterwards::Leave)).await;
    for number in 1..=3 {
        owner.receive("Work", &written(number)).await;
    }
    let readers = Readers::start(&app);
    until_read(&app, way.id).await;
    drop(readers);
    let cursor = async || {
        let read = app.app.db.read(Pool::Quick, move |rx| mailbox::folder(rx, way.id, "Work")).await;
        read.unwrap().unwrap()
    };
    let before = cursor().await;
    assert_eq!((before.kept, before.settled), (3, 3));
    owner.ask("DELETE Work").await;
    owner.ask("CREATE Work").await;
    for number in 2..=4 {
        owner.receive("Work", &written(number)).await;
    }
    let _readers = Readers::start(&app);
    until("it is read under its new numbers", async || {
        let now = cursor().await;
        now.validity != before.validity && now.kept == 3
    })
    .await;
    assert_eq!(kept(&app).await, 4, "two were known");
    assert_eq!(subjects(&app, &alice).await.len(), 4);
    assert_eq!(owner.found("Work", "SEEN").await, 0, "it is left as it is");
});

app_test!(a_mail_that_was_kept_when_its_reader_died_is_not_doubled_and_its_server_hears_of_it, |app| async move {
    let (alice, mut owner) = (app.agent().await, Owner::new().await);
    let way = way(&app, &owner, |_| {}).await;
    owner.receive("INBOX", &written(1)).await;
    // The reader that died had come so far: kept, and nothing else.
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(written(1)))]);
    mail::keep(&app.app, &way, &mail::Envelope::default(), 1 << 20, body).await.unwrap();
    let _readers = Readers::start(&app);
    until("it is marked as read", async || owner.found("INBOX", "SEEN").await == 1).await;
    assert_eq!(kept(&app).await, 1);
    assert_eq!(subjects(&app, &alice).await, ["Deposit 1"]);
});

app_test!(mail_is_moved_afterwards_and_a_server_that_refuses_holds_up_no_mail, |app| async move {
    let (alice, mut owner) = (app.agent().await, Owner::new().await);
    let to = |read: &mut Mailbox| (read.afterwards, read.move_to) = (Afterwards::Move, Some("已处理".to_owned()));
    let way = way(&app, &owner, to).await;
    owner.receive("INBOX", &written(1)).await;
    let readers = Readers::start(&app);
    until("the refusal is told", async || reading(&app, way.id).await.problem.is_some_and(|words| words.starts_with("INBOX: "))).await;
    owner.receive("INBOX", &written(2)).await;
    until_kept(&app, 2).await;
    assert_eq!(owner.found("INBOX", "ALL").await, 2, "nothing was moved");
    drop(readers);
    owner.ask("CREATE &XfJZBHQG-").await;
    owner.receive("INBOX", &written(3)).await;
    let _readers = Readers::start(&app);
    until("all are moved", async || owner.found("&XfJZBHQG-", "ALL").await == 3).await;
    assert_eq!(owner.found("INBOX", "ALL").await, 0);
    until("the problem is over", async || reading(&app, way.id).await.problem.is_none()).await;
    assert_eq!(subjects(&app, &alice).await.len(), 3);
    assert_eq!(kept(&app).await, 3);
});

app_test!(several_folders_are_read_and_one_that_is_not_there_holds_up_no_other, |app| async move {
    let (alice, mut owner) = (app.agent().await, Owner::new().await);
    // 客服 as IMAP writes it.
    owner.ask("CREATE &W6JnDQ-").await;
    let names = ["INBOX", "Gone", "客服"].map(str::to_owned).to_vec();
    let way = way(&app, &owner, |read| read.folders = names).await;
    owner.receive("INBOX", &written(1)).await;
    owner.receive("&W6JnDQ-", &written(2)).await;
    let _readers = Readers::start(&app);
    until_kept(&app, 2).await;
    assert_eq!(subjects(&app, &alice).await, ["Deposit 1", "Deposit 2"]);
    until("the one that is gone is named", async || reading(&app, way.id).await.problem.is_some_and(|words| words.starts_with("Gone: ")))
        .await;
    owner.receive("INBOX", &written(3)).await;
    until_kept(&app, 3).await;
});

app_test!(a_wrong_password_is_shown_in_the_words_of_the_server, |app| async move {
    let (admin, owner) = (app.admin().await, Owner::new().await);
    let server = Server { host: "127.0.0.1".to_owned(), port: place().port, security: Security::None, user: Some(owner.user.clone()) };
    let way = way_to(&app, server, "wr0ng-word", |_| {}).await;
    let _readers = Readers::start(&app);
    until("the refusal is told", async || reading(&app, way.id).await.problem.is_some()).await;
    let path = format!("/api/v1/channels/{}", way.id);
    let shown = admin.get(&path).await.ok();
    let problem = shown["reading"]["problem"].as_str().unwrap();
    assert!(problem.contains("Authentication failed"), "{problem}");
    assert!(!shown.to_string().contains("wr0ng-word"));
    assert_eq!((&shown["reading"]["read_at"], &shown["secret_set"]), (&Value::Null, &true.into()));
    // Another password is tried at once, although a reader that was refused rests for a minute.
    admin.client.clone().with("if-match", &format!("\"{}\"", shown["version"])).patch(&path, json!({ "secret": PASSWORD })).await.ok();
    until_read(&app, way.id).await;
    assert_eq!(admin.get("/api/v1/channels").await.ok()["items"][0]["reading"]["problem"], Value::Null);
});

app_test!(a_mail_that_is_too_large_is_shown_and_the_next_one_is_read, |app| async move {
    let (alice, by, mut owner) = (app.agent().await, Actor::machine("test"), Owner::new().await);
    let way = way(&app, &owner, |_| {}).await;
    let mut large = b"From: Ann <ann@example.net>\r\nSubject: Pictures\r\n\r\n".to_vec();
    large.resize(usize::try_from(mail::MAX_BYTES).unwrap() + 1, b'x');
    owner.receive("INBOX", &large).await;
    owner.receive("INBOX", &written(2)).await;
    let _readers = Readers::start(&app);
    until_read(&app, way.id).await;
    assert_eq!(subjects(&app, &alice).await, ["Deposit 2"]);
    let failed = mail::failed(&app.app, &by).await.unwrap();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].problem.contains("40 MB"), "{:?}", failed[0]);
    mail::again(&app.app, &by, failed[0].id).await.unwrap();
    assert_eq!(subjects(&app, &alice).await, ["Deposit 2", "Pictures"], "its head can be a case");
});

app_test!(mail_from_before_the_desk_is_left_alone_where_that_is_wanted, |app| async move {
    let (alice, mut owner) = (app.agent().await, Owner::new().await);
    let way = way(&app, &owner, |read| read.since = Some(1_735_689_600_000)).await;
    owner.receive_at("INBOX", "\" 1-Feb-2020 10:00:00 +0000\" ", &written(1)).await;
    owner.receive("INBOX", &written(2)).await;
    let _readers = Readers::start(&app);
    until_read(&app, way.id).await;
    assert_eq!(subjects(&app, &alice).await, ["Deposit 2"]);
    assert_eq!(owner.found("INBOX", "UNSEEN").await, 1, "the old one is as it was");
});

/// A desk that believes these authorities, too.
fn believing(test: impl AsyncFn(TestApp)) {
    on_both(|config| config.mail_tls = mail::Tls::and_of(&place().authority).unwrap(), test);
}

#[test]
fn lines_are_encrypted_from_the_start_or_after_a_word() {
    for security in [Security::Tls, Security::StartTls] {
        believing(async |app| {
            let (alice, mut owner) = (app.agent().await, Owner::new().await);
            let port = if security == Security::Tls { place().tls } else { place().port };
            let server = Server { host: "127.0.0.1".to_owned(), port, security, user: Some(owner.user.clone()) };
            way_to(&app, server, PASSWORD, |_| {}).await;
            owner.receive("INBOX", &written(1)).await;
            let _readers = Readers::start(&app);
            until_kept(&app, 1).await;
            assert_eq!(subjects(&app, &alice).await, ["Deposit 1"]);
        });
    }
}

app_test!(a_server_that_nobody_vouches_for_is_told_no_password, |app| async move {
    let owner = Owner::new().await;
    let server = Server { host: "127.0.0.1".to_owned(), port: place().tls, security: Security::Tls, user: Some(owner.user.clone()) };
    let way = way_to(&app, server, PASSWORD, |_| {}).await;
    let _readers = Readers::start(&app);
    until("the problem is told", async || reading(&app, way.id).await.problem.is_some_and(|words| words.contains("UnknownIssuer"))).await;
    assert_eq!(reading(&app, way.id).await.read_at, None);
});

app_test!(one_process_reads_a_mailbox_at_a_time_and_a_late_one_moves_nothing, |app| async move {
    let owner = Owner::new().await;
    let id = way(&app, &owner, |_| {}).await.id;
    let take = async || app.app.db.write(Queue::Machines, move |tx| mailbox::take(tx, id, 60_000)).await.unwrap();
    let first = take().await.unwrap();
    assert_eq!(take().await, None);
    app.clock.advance(60_001);
    let second = take().await.unwrap();
    let at = mailbox::Folder { validity: 1, kept: 9, settled: 9 };
    let note = async |lease| app.app.db.write(Queue::Machines, move |tx| mailbox::came_to(tx, lease, "INBOX", at)).await;
    assert!(matches!(note(first).await, Err(Error::LeaseLost)));
    assert_eq!(app.app.db.read(Pool::Quick, move |rx| mailbox::folder(rx, id, "INBOX")).await.unwrap(), None);
    note(second).await.unwrap();
    app.app.db.write(Queue::Machines, move |tx| mailbox::let_go(tx, second)).await.unwrap();
    assert!(take().await.is_some(), "whoever lets go is waited for by nobody");
});

#[test]
fn two_nodes_fetch_nothing_twice_and_one_goes_on_where_the_other_died() {
    candor_testkit::run(TestDb::postgres, async |app| {
        let (alice, mut owner) = (app.agent().await, Owner::new().await);
        let way = way(&app, &owner, |_| {}).await;
        let (db, _dir) = app.db().second_node();
        let clock = Arc::<candor_store::ManualClock>::clone(&app.clock);
        let other = App::new(db, app.app.config.clone(), Ids::seeded(clock.clone(), 5), clock);
        let first = Readers::start(&app);
        until_read(&app, way.id).await;
        let second = tokio::spawn(mail::imap::run(other.clone()));
        for number in 1..=5 {
            owner.receive("INBOX", &written(number)).await;
        }
        until_kept(&app, 5).await;
        drop(first);
        app.clock.advance(61_000);
        owner.receive("INBOX", &written(6)).await;
        until_kept(&app, 6).await;
        second.abort();
        drop(second.await);
        assert_eq!(subjects(&app, &alice).await.len(), 6);
        assert_eq!(kept(&app).await, 6);
        other.db.close();
    });
}

app_test!(a_mailbox_is_set_up_and_never_tells_its_secrets, |app| async move {
    let admin = app.admin().await;
    let inbox = admin.post("/api/v1/inboxes", json!({ "name": "Mail", "channel": "email" })).await.created();
    let new = |change: Value| {
        let mut new = json!({
            "inbox": inbox["id"], "kind": "imap", "name": "Mailbox", "secret": "1//refresh", "client_secret": "s3cret",
            "server": { "host": "imap.example.com", "port": 993, "security": "tls", "user": "support@example.com" },
            "mailbox": { "folders": ["inbox", "客服"], "afterwards": "move", "move_to": "Done", "oauth": { "client_id": "desk", "token_url": "https://login.example.com/token" } },
        });
        new.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        new
    };
    for (change, field) in [
        (json!({ "server": null }), "settings.server"),
        (json!({ "server": { "host": "imap.example.com", "port": 143, "security": "none", "user": "x" } }), "settings.server.security"),
        (json!({ "server": { "host": "imap.example.com", "port": 993, "security": "tls", "user": null } }), "settings.server.user"),
        (json!({ "mailbox": { "folders": [], "afterwards": "move", "move_to": "INBOX" } }), "settings.mailbox.move_to"),
        (json!({ "secret": "" }), "secret"),
        (json!({ "kind": "pipe", "server": null }), "settings.mailbox"),
    ] {
        let refused = admin.post("/api/v1/channels", new(change)).await.expect(422);
        assert!(refused.to_string().contains(field), "{field}: {refused}");
    }
    let made = admin.post("/api/v1/channels", new(json!({}))).await.created();
    assert_eq!(made["mailbox"]["folders"], json!(["INBOX", "客服"]));
    assert_eq!((&made["secret_set"], &made["reading"]), (&true.into(), &Value::Null));
    for shown in [&made, &admin.get("/api/v1/channels").await.ok(), &admin.get("/api/v1/audit").await.ok()] {
        let shown = shown.to_string();
        assert!(!shown.contains("refresh\"") && !shown.contains("s3cret"), "{shown}");
    }
    let path = format!("/api/v1/channels/{}", made["id"].as_str().unwrap());
    let alone = admin.client.clone().with("if-match", "\"1\"").patch(&path, json!({ "client_secret": "other" })).await.expect(422);
    assert!(alone.to_string().contains("secret"), "one without the other: {alone}");
    assert_eq!(admin.delete(&path).await.status, 204);
});

/// `candor channel create` with a password on its standard input.
fn create(dir: &std::path::Path, flags: &[&str]) -> Output {
    let mut command = cli::candor(dir);
    command.args(["channel", "create", "Mailbox", "--inbox", "Mail", "--kind", "imap"]).args(flags);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that ends before it reads anything is told nothing.
    let _ = child.stdin.take().unwrap().write_all(b"hush-hush\n\n");
    child.wait_with_output().unwrap()
}

#[test]
fn an_operator_sets_up_a_mailbox_from_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let refused = create(dir.path(), &[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--host"), "{refused:?}");
    cli::done(&refused, 1);
    let server = ["--host", "imap.example.com", "--user", "support@example.com", "--password-stdin", "--json"];
    let more = ["--folder", "INBOX", "--folder", "客服", "--afterwards", "move", "--move-to", "Done", "--new-only"];
    let token = ["--oauth-client-id", "desk", "--oauth-token-url", "https://login.example.com/token"];
    let made: Value = serde_json::from_str(&cli::done(&create(dir.path(), &[&server[..], &more, &token].concat()), 0)).unwrap();
    assert_eq!((&made["kind"], &made["enabled"]), (&"imap".into(), &true.into()));
    let listed = cli::done(&cli::run(&mut cli::candor(dir.path()), &["channel", "list", "--json"]), 0);
    assert!(listed.contains("\"problem\"") && !listed.contains("hush-hush"), "{listed}");
}
