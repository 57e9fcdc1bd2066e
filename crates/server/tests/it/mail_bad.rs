//! Mail that is made to do harm, through the real ways in: each is a case that is kept, or a clear refusal; nothing breaks, no field of
//! ours is forged, no mail hides in another.

use crate::cli::{Desk, candor, done, run};
use crate::mail::{Peer, cases, judging, listen, mail_of, mailbox, piped};
use crate::mail_back::{desk, from_ann};
use crate::writing::act;
use candor_app::mail;
use candor_domain::actor::Actor;
use candor_testkit::{Agent, TestApp, app_test};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

const PLAIN: &str = "Date: Mon, 2 Feb 2026 10:00:00 +0000\r\nFrom: Ann <ann@example.net>\r\n";

/// A hostile mail: what it is called, its bytes, and the doubt that agents are shown of it, if any.
type Bad = (&'static str, Vec<u8>, Option<&'static str>);

fn bad() -> Vec<Bad> {
    let mut all: Vec<Bad> = Vec::new();
    let mut add = |name, bytes: Vec<u8>, doubt| all.push((name, bytes, doubt));
    let text = |head: &str, body: &str| format!("{PLAIN}{head}\r\n{body}\r\n").into_bytes();
    add("a field of 1 MB", text(&format!("Subject: {}\r\n", "long ".repeat(200_000)), "a"), Some("header_cut"));
    add("a folded field of 1 MB", text(&format!("X-Fold: a{}\r\n", "\r\n b".repeat(250_000)), "b"), Some("header_cut"));
    add("5,000 fields", text(&"X-Many: 1\r\n".repeat(5000), "c"), Some("too_many_headers"));
    add("10,000 parts", many_parts(10_500), Some("too_many_parts"));
    add("1,000 parts in each other", nested(1000), Some("too_deep"));
    add("mails in mails", forwarded(300), None);
    add("a boundary without an end", text("Content-Type: multipart/mixed; boundary=b\r\n", "--b\r\n\r\nd"), None);
    add("NUL in a field and in the words", text("Subject: a\0b\r\n", "d\0e"), Some("nul"));
    add("a lone CR", text("Subject: lone\rBcc: x@evil.test\r\n", "e\rf"), Some("lone_cr"));
    add("lone LF alone", b"From: Ann <ann@example.net>\nSubject: unix\n\nwords\n".to_vec(), Some("no_date"));
    add("8 bits in fields", [PLAIN.as_bytes(), b"Subject: caf\xe9 \xff\xfe\r\n\r\nf\r\n"].concat(), None);
    add("no date", b"From: Ann <ann@example.net>\r\nSubject: dateless\r\n\r\ng\r\n".to_vec(), Some("no_date"));
    add("no sender", b"Date: Mon, 2 Feb 2026 10:00:00 +0000\r\nSubject: nobody\r\n\r\nh\r\n".to_vec(), Some("no_from"));
    add("two fields of senders", text("From: Bob <bob@evil.test>\r\n", "i"), Some("two_froms"));
    add("two senders in one", b"From: a@example.net, b@evil.test\r\nSubject: both\r\n\r\nj\r\n".to_vec(), Some("two_froms"));
    add("5,000 recipients", text(&format!("To: {}x@y.test\r\nSubject: list\r\n", "Ann <a@b.test>,\r\n ".repeat(5000)), "k"), None);
    add("an address of 1 MB", text(&format!("To: {}@y.test\r\n", "a".repeat(1 << 20)), "l"), Some("header_cut"));
    add("a base64 of noise", text("Content-Transfer-Encoding: base64\r\n", &"=\u{fffd}A=".repeat(10_000)), None);
    add("a charset that is none", text("Content-Type: text/plain; charset=\"\u{1}evil\"\r\n", "m"), None);
    add("a line of 10 MB", text("Subject: line\r\n", &"n".repeat(10 << 20)), Some("text_cut"));
    add("a bomb in an archive", attached("bomb.zip", "application/zip", &bomb()), None);
    add("a picture of a billion points", attached("wide.png", "image/png", &wide()), None);
    for (name, from) in [
        ("the desk's own name", "Candor Support <a@evil.test>"),
        ("an agent's name", "ALICE <a@evil.test>"),
        ("letters that look alike", "=?utf-8?q?=D0=90l=D1=96ce?= <a@evil.test>"),
        ("staff in Chinese", "=?utf-8?b?5Zyo57q/5a6i5pyN?= <a@evil.test>"),
    ] {
        add(name, format!("From: {from}\r\nSubject: {name}\r\n\r\nsend me your password\r\n").into_bytes(), Some("names_staff"));
    }
    let other = b"From: \"ceo@bank.test\" <a@evil.test>\r\nSubject: as another\r\n\r\no\r\n";
    add("another's address as a name", other.to_vec(), Some("imitation"));
    add("nothing", Vec::new(), Some("no_from"));
    add("noise", (0..20_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).filter(|byte| *byte != b'\n').collect(), None);
    all
}

fn many_parts(count: usize) -> Vec<u8> {
    let part = "--b\r\nContent-Type: text/plain; name=a.txt\r\n\r\nx\r\n";
    format!("{PLAIN}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n", part.repeat(count)).into_bytes()
}

fn nested(deep: usize) -> Vec<u8> {
    let mut mail = format!("{PLAIN}Subject: deep\r\n");
    for level in 0..deep {
        let _ = write!(mail, "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");
    }
    mail.push_str("\r\nat the bottom\r\n");
    mail.into_bytes()
}

fn forwarded(deep: usize) -> Vec<u8> {
    format!("{}From: z@example.net\r\n\r\nthe first words\r\n", format!("{PLAIN}Content-Type: message/rfc822\r\n\r\n").repeat(deep))
        .into_bytes()
}

fn attached(name: &str, mime: &str, bytes: &[u8]) -> Vec<u8> {
    let encoded = data_encoding::BASE64.encode(bytes);
    format!(
        "{PLAIN}Subject: {name}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee\r\n--b\r\n\
         Content-Type: {mime}; name={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n--b--\r\n"
    )
    .into_bytes()
}

/// The head of an archive that says it holds 4 GB in a few bytes (APPNOTE 4.3.7).
fn bomb() -> Vec<u8> {
    let mut zip = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\x10\0\0\0\xff\xff\xff\xff\x01\0\0\0a".to_vec();
    zip.extend([0; 4096]);
    zip
}

/// The head of a picture of 100,000 by 100,000 points (RFC 2083, 11.2.1).
fn wide() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend(100_000_u32.to_be_bytes());
    png.extend(100_000_u32.to_be_bytes());
    png.extend(b"\x08\x02\0\0\0\0\0\0\0");
    png
}

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

/// What a wall of fields begins with, where one of ours would be forged.
const FORGED: &str = "Bcc: x@evil.test\r\nX-Evil: 1";

#[test]
fn nothing_that_comes_in_forges_a_field_of_a_mail_that_leaves() {
    judging(async |app| injected(&app).await);
}

async fn injected(app: &TestApp) {
    let (alice, pipe, sink) = desk(app).await;
    let coded = |text: &str| format!("=?utf-8?b?{}?=", data_encoding::BASE64.encode(text.as_bytes()));
    let evil = coded(&format!("hello\r\n{FORGED}\r\n\r\nbody"));
    let mail = from_ann("", 1)
        .replace("Subject: Deposit missing", &format!("Subject: {evil}\r\n hello\u{85}{FORGED}\u{2028}x"))
        .replace("From: Ann Lee", &format!("From: {evil}"))
        .replace("Message-ID: <1@example.net>", "Message-ID: <1@example.net\r\n Bcc: x@evil.test\r\n X-Evil: 1>")
        .replace("\r\n\r\nMy deposit", "\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nMy deposit")
        + &format!(
            "\r\n--b\r\nContent-Type: text/plain\r\n\
             Content-Disposition: attachment; filename*=utf-8''a%0D%0ABcc%3A%20x%40evil.test%0D%0AX-Evil%3A%201.txt\r\n\r\nfile\r\n\
             --b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=\"{}\"\r\n\r\nother\r\n--b--\r\n",
            coded(&format!("b\r\n{FORGED}.txt"))
        );
    piped(app, &pipe, &mail).await;
    app.settle().await;
    let found = cases(&alice).await;
    let [case] = found.as_slice() else { panic!("{found:?}") };
    let seen = shown(&alice, case).await;
    for field in [&case["subject"], &case["contact"]["name"], &seen["files"][0]["name"], &seen["files"][1]["name"]] {
        let field = field.as_str().unwrap_or_else(|| panic!("{seen}"));
        assert!(!field.contains(['\r', '\n', '\u{85}', '\u{2028}']), "{field:?}");
    }
    let id = case["id"].as_str().unwrap();
    // An answer with a file whose name and words do the same.
    let name = format!("c%0D%0A{}.txt", "Bcc:%20x@evil.test");
    let file = alice.upload(&format!("/api/v1/files?name={name}"), "text/plain", "words").await;
    let files: Vec<Value> = if file.status == 201 { vec![file.body["id"].clone()] } else { vec![] };
    let seq = alice.get(&format!("/api/v1/conversations/{id}")).await.ok()["seq"].clone();
    let text = format!("words\r\n.\r\nMAIL FROM:<x@evil.test>\r\n{FORGED}\r\n\n.\n\r.\r");
    let body = serde_json::json!({ "client_id": uuid::Uuid::now_v7(), "text": text, "files": files, "seen_seq": seq });
    alice.post(&format!("/api/v1/conversations/{id}/replies"), body).await.created();
    app.settle().await;
    let sent = sink.taken();
    assert_eq!(sent.len(), 2, "a receipt and an answer, each one mail: {sent:?}");
    for mail in &sent {
        sound(mail);
    }
}

/// Holds that a mail that was handed over has the fields we write, each once, and lines that end in CRLF alone.
fn sound(taken: &str) {
    let (_, mail) = taken.split_once("DATA\r\n").unwrap();
    let bare = mail.replace("\r\n", "");
    assert!(!bare.contains(['\r', '\n', '\0']), "{mail:?}");
    let (head, _) = mail.split_once("\r\n\r\n").unwrap();
    let mut names: Vec<String> = Vec::new();
    for line in head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])) {
        names.push(line.split(':').next().unwrap().to_ascii_lowercase());
    }
    let known = [
        "from",
        "to",
        "reply-to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "auto-submitted",
        "x-auto-response-suppress",
        "precedence",
    ];
    for name in &names {
        assert!(known.contains(&name.as_str()), "{name} in {head}");
        assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "{name} twice in {head}");
    }
    assert_eq!(taken.matches("\r\nRCPT TO:").count(), 1, "{taken}");
}

app_test!(names_and_settings_cannot_begin_a_field, |app| async move {
    let admin = app.admin().await;
    let inbox = mailbox(&app).await.inbox;
    let name = format!("Desk\r\n{FORGED}");
    let server = serde_json::json!({ "host": "127.0.0.1", "port": 25, "security": "none" });
    let wanted = |address: &str, host: &Value| {
        let named = serde_json::json!({ "inbox": inbox, "kind": "sender", "name": "Out", "sender_name": name });
        let mut wanted = named.as_object().unwrap().clone();
        wanted.insert("addresses".to_owned(), serde_json::json!([address]));
        wanted.insert("server".to_owned(), host.clone());
        Value::Object(wanted)
    };
    for address in ["a@b.test\r\nBcc: x@evil.test", "a\r@b.test", "a@b.test>", "a b@c.test", "a@b.test\0"] {
        let refused = admin.post("/api/v1/channels", wanted(address, &server)).await;
        // A NUL is no text that anything here could hold, so it does not come as far as the address.
        assert_eq!(refused.status, if address.contains('\0') { 400 } else { 422 }, "{address:?}");
    }
    let forged = serde_json::json!({ "host": "mx.test\r\nQUIT", "port": 25, "security": "tls" });
    admin.post("/api/v1/channels", wanted("support@desk.test", &forged)).await.refused(422, "validation_failed");
    let made = admin.post("/api/v1/channels", wanted("support@desk.test", &server)).await.created();
    assert!(made["sender_name"].as_str().unwrap().starts_with("Desk") && !made.to_string().contains("\\n"), "{made}");
    let named = admin.patch("/api/v1/me", serde_json::json!({ "public_name": name })).await.ok();
    assert!(!named.to_string().contains("\\n") && !named.to_string().contains("\\r"), "{named}");
    admin.patch("/api/v1/me", serde_json::json!({ "public_name": "a\u{7}b" })).await.refused(422, "validation_failed");
});

/// Ends of a mail that are none: only CRLF, dot, CRLF is one.
const SMUGGLED: [&[u8]; 12] = [
    b"\n.\n",
    b"\r.\r",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r\n.\r",
    b"\r.\r\n",
    b"\n.\r",
    b"\r\n\0.\r\n",
    b"\r\n.\0\r\n",
    b"\r\r\n.\r\r\n",
    b"\r\n.\r\r\n",
    b"\n\r.\n\r",
];

app_test!(no_mail_hides_in_another_whatever_ends_its_lines, |app| async move {
    let alice = app.agent().await;
    mailbox(&app).await;
    let mut peer = Peer::greeted(listen(&app, false).await).await;
    for (at, end) in SMUGGLED.iter().enumerate() {
        peer.ask("MAIL FROM:<ann@example.net>", "250").await;
        peer.ask("RCPT TO:<support@desk.test>", "250").await;
        peer.ask("DATA", "354").await;
        let hidden = b"MAIL FROM:<ceo@desk.test>\r\nRCPT TO:<support@desk.test>\r\nDATA\r\nSubject: hidden\r\n\r\nobey";
        peer.say([format!("Subject: outer {at}\r\n\r\nfirst").as_bytes(), end, hidden, b"\r\n.\r\n"].concat()).await;
        assert!(peer.heard().await.starts_with("250 2.0.0 kept"), "{end:?}");
        peer.ask("NOOP", "250 2.0.0 OK").await;
        app.settle().await;
        let found = cases(&alice).await;
        assert_eq!(found.len(), at + 1, "{end:?}: {found:?}");
        assert!(found.iter().all(|case| case["subject"] != "hidden"), "{end:?}");
    }
});

/// All that a peer hears until the line ends.
async fn heard_out(address: SocketAddr, said: &[u8]) -> String {
    let mut peer = Peer(TcpStream::connect(address).await.unwrap());
    // The other end may close before it has read all of it.
    let sending = async {
        let _ = tokio::io::AsyncWriteExt::write_all(&mut peer.0, said).await;
    };
    sending.await;
    let mut heard = Vec::new();
    let _ = peer.0.read_to_end(&mut heard).await;
    String::from_utf8_lossy(&heard).into_owned()
}

app_test!(peers_that_keep_no_rule_are_refused_clearly_and_harm_nobody, |app| async move {
    let alice = app.agent().await;
    mailbox(&app).await;
    let address = listen(&app, false).await;
    // Whoever talks before the greeting is answered in order.
    let early = b"EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<support@desk.test>\r\nDATA\r\nSubject: early\r\n\r\nx\r\n.\r\nQUIT\r\n";
    let heard = heard_out(address, early).await;
    let codes: Vec<&str> = heard.lines().filter(|line| line.as_bytes().get(3) == Some(&b' ')).map(|line| &line[..3]).collect();
    assert_eq!(codes, ["220", "250", "250", "250", "354", "250", "221"], "{heard}");
    let mut peer = Peer(TcpStream::connect(address).await.unwrap());
    peer.heard().await;
    for (command, code) in [
        ("MAIL FROM:<a@b.test>", "503"),
        ("RCPT TO:<support@desk.test>", "503"),
        ("DATA", "503"),
        ("EHLO x", "250"),
        ("MAIL FROM:<a@b.test>", "250"),
        ("MAIL FROM:<a@b.test>", "503"),
        ("DATA", "503"),
        ("RCPT TO:<support@desk.test>", "250"),
        ("EHLO again", "250"),
        ("DATA", "503"),
        ("BDAT 5 LAST", "502"),
        ("MAIL FROM:<a@b.test", "501"),
        ("NOOP", "250"),
    ] {
        let said = peer.ask(command, code).await;
        assert!(said.as_bytes()[3] == b' ' || code == "250", "{said}");
    }
    // Lines without an end, other languages, and errors without an end: told, and closed.
    for (what, said, code) in [
        ("a command of 10 MB", vec![b'a'; 10 << 20], "500 5.5.2 the line is too long"),
        ("an address of 1 MB", [b"EHLO x\r\nMAIL FROM:<".as_slice(), &vec![b'a'; 1 << 20]].concat(), "500 5.5.2 the line is too long"),
        ("HTTP", b"GET / HTTP/1.1\r\nHost: desk.test\r\n\r\n".repeat(20), "421 4.7.0 too many errors"),
        ("TLS", [b"\x16\x03\x01\x02\0\x01\0".as_slice(), &[0; 512], b"\r\n"].concat().repeat(30), "421 4.7.0 too many errors"),
    ] {
        let heard = heard_out(address, &said).await;
        assert!(heard.starts_with("220 ") && heard.contains(code), "{what}: {heard}");
        assert!(!heard.contains("354"), "{what}: {heard}");
    }
    // Whoever goes away in the middle of a mail has sent none.
    let mut gone = Peer::greeted(address).await;
    gone.ask("MAIL FROM:<a@b.test>", "250").await;
    gone.ask("RCPT TO:<support@desk.test>", "250").await;
    gone.ask("DATA", "354").await;
    gone.say("Subject: half\r\n\r\nhalf a mail\r\n").await;
    drop(gone);
    // All this took nothing from others.
    let mut honest = Peer::greeted(address).await;
    honest.hand_over(crate::mail::MAIL, "250").await;
    app.settle().await;
    let subjects: Vec<Value> = cases(&alice).await.iter().map(|case| case["subject"].clone()).collect();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
});

/// The most memory a process has had, in KB (proc(5), VmHWM).
fn most_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

/// Hostile mails take no more than this, in KB, whatever they are: several are read at a time, and each is held a few times over.
const MOST: u64 = 700 << 10;

#[test]
fn the_program_takes_hostile_mail_by_every_way_within_a_bound_of_memory() {
    let dir = tempfile::tempdir().expect("a directory");
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    done(&run(&mut candor(dir.path()), &["channel", "create", "Pipe", "--inbox", "Mail", "--kind", "pipe"]), 0);
    let listener = ["channel", "create", "MX", "--inbox", "Mail", "--kind", "listener", "--address", "support@desk.test"];
    done(&run(&mut candor(dir.path()), &listener), 0);
    let secret = done(&run(&mut candor(dir.path()), &["token", "create", "bot", "--permission", "conversation.read"]), 0);
    let mut program = candor(dir.path());
    let running = Desk::start(program.env("CANDOR_MAIL_LISTEN", format!("127.0.0.1:{port}")).env("CANDOR_LIMIT_FACTOR", "1000"));
    let open = running.until("the desk is open").pop().unwrap();
    let address = serde_json::from_str::<Value>(&open).unwrap()["address"].as_str().unwrap().to_owned();
    let mails = bad();
    for (name, mail, _) in &mails {
        let mut child = candor(dir.path()).args(["channel", "deliver"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(mail).unwrap();
        let output = child.wait_with_output().unwrap();
        // An empty pipe is a broken script: it hears that there is no mail.
        assert_eq!(output.status.success(), !mail.is_empty(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let expected = mails.iter().filter(|(_, mail, _)| !mail.is_empty()).count() + HEAVY;
    // The heaviest at once.
    let senders: Vec<_> = (0..HEAVY).map(|at| std::thread::spawn(move || heavy(port, at))).collect();
    for sender in senders {
        let said = sender.join().unwrap();
        assert!(said.starts_with("250"), "{said}");
    }
    let begun = Instant::now();
    while listed(&address, secret.trim()) < expected {
        assert!(begun.elapsed() < Duration::from_secs(120), "{} of {}", listed(&address, secret.trim()), expected);
    }
    let said = done(&run(&mut candor(dir.path()), &["channel", "failed", "--json"]), 0);
    assert!(said.contains("[]"), "{said}");
    let most = most_memory(running.pid());
    assert!(most < MOST, "{most} KB");
    running.signal("TERM");
    assert!(running.wait().success());
}

/// How many cases a program outside is told of.
fn listed(address: &str, secret: &str) -> usize {
    let mut line = std::net::TcpStream::connect(address).unwrap();
    let asked = format!(
        "GET /api/v1/conversations?view=all&limit=100 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\nConnection: close\r\n\r\n"
    );
    line.write_all(asked.as_bytes()).unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str::<Value>(body).unwrap()["items"].as_array().unwrap().len()
}

/// Heavy mails that are handed over at once.
const HEAVY: usize = 6;

/// A mail of about 20 MB in parts, handed over by SMTP; the last reply.
fn heavy(port: u16, at: usize) -> String {
    let line = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut replies = BufReader::new(line.try_clone().unwrap()).lines();
    let mut line = line;
    let mut last = move || loop {
        let said = replies.next().unwrap().unwrap();
        if said.as_bytes().get(3) == Some(&b' ') {
            return said;
        }
    };
    last();
    for command in ["EHLO x", "MAIL FROM:<a@b.test>", "RCPT TO:<support@desk.test>", "DATA"] {
        line.write_all(format!("{command}\r\n").as_bytes()).unwrap();
        last();
    }
    let mut mail = format!("{PLAIN}Subject: heavy {at}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n");
    for part in 0..20 {
        let _ = write!(mail, "--b\r\nContent-Type: text/html; name=p{part}.txt\r\n\r\n{}\r\n", "<div><p>a".repeat(116_000));
    }
    mail.push_str("--b--\r\n.\r\n");
    line.write_all(mail.as_bytes()).unwrap();
    last()
}
