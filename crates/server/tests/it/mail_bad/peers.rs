//! Mail servers that keep no rule of SMTP.

use crate::mail::{Peer, cases, listen, mailbox};
use candor_testkit::app_test;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

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
