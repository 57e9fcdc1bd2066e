//! Against servers that say what they are told to: what Dovecot never says.

use super::{ImapError, Login, Mailbox, Tls};
use candor_domain::channel::{Security, Server};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What a command has in it, and what is answered; `TAG` in an answer is the command's.
type Script = Vec<(&'static str, String)>;

/// A server that follows a script to its end, and then hands on what it heard.
async fn server(script: Script) -> (Server, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (mut stream, mut heard) = (BufReader::new(stream), Vec::new());
        stream.write_all(b"* OK ready\r\n").await.unwrap();
        for (expected, answer) in script {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            assert!(line.contains(expected), "{expected} is expected: {line}");
            let tag = line.split(' ').next().unwrap_or_default();
            // Whoever has heard enough may be gone.
            let _ = stream.write_all(answer.replace("TAG", tag).as_bytes()).await;
            heard.push(line.trim_end().to_owned());
        }
        heard
    });
    (Server { host: "127.0.0.1".to_owned(), port, security: Security::None, user: Some("desk".to_owned()) }, heard)
}

/// A server that lets us in, can do so much, and goes on like this.
async fn opened(abilities: &str, rest: &[(&'static str, &str)]) -> (Mailbox, JoinHandle<Vec<String>>) {
    let can = format!("* CAPABILITY IMAP4rev1 {abilities}\r\nTAG OK\r\n");
    let mut script: Script = vec![("CAPABILITY", can.clone()), ("LOGIN \"desk\" \"hush\"", "TAG OK\r\n".to_owned()), ("CAPABILITY", can)];
    script.extend(rest.iter().map(|(expected, answer)| (*expected, (*answer).to_owned())));
    let (server, heard) = server(script).await;
    let mailbox = Mailbox::open(&server, &Login::Password("hush".to_owned()), &Tls::public()).await;
    (mailbox.unwrap_or_else(|error| panic!("{error}")), heard)
}

#[tokio::test]
async fn a_no_is_never_taken_for_nothing_there() {
    let (mut mailbox, _) = opened(
        "IDLE",
        &[
            ("UID FETCH 1:*", "* 1 FETCH (UID 1 RFC822.SIZE 5)\r\nTAG NO [UNAVAILABLE] disk on fire\r\n"),
            ("UID FETCH 7", "TAG NO disk on fire\r\n"),
            ("UID FETCH 8", "TAG OK\r\n"),
        ],
    )
    .await;
    let refused = |words: &str| ImapError::Refused(words.to_owned());
    assert_eq!(mailbox.list(1, u32::MAX).await, Err(refused("[UNAVAILABLE] disk on fire")));
    assert_eq!(mailbox.fetch(7, 100).await.err(), Some(refused("disk on fire")));
    assert!(mailbox.fetch(8, 100).await.is_ok_and(|found| found.is_none()), "that one is gone");
}

#[tokio::test]
async fn only_new_mails_are_listed_and_a_mail_comes_byte_for_byte() {
    let said = "* 3 FETCH (UID 9 RFC822.SIZE 11 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\")\r\n* 2 EXISTS\r\n\
                * 1 FETCH (FLAGS (\\Seen) UID 4)\r\n* 4 FETCH (UID 12 RFC822.SIZE 2)\r\nTAG OK\r\n";
    let last = "* 4 FETCH (UID 12 RFC822.SIZE 2)\r\nTAG OK\r\n";
    let body = "* 3 FETCH (UID 9 BODY[] {11}\r\na\u{0}\r\n)\r\n* OK)\r\nTAG OK\r\n";
    let (mut mailbox, _) = opened("", &[("UID FETCH 9:*", said), ("UID FETCH 13:*", last), ("UID FETCH 9 (UID BODY.PEEK[])", body)]).await;
    let listed = mailbox.list(9, u32::MAX).await.unwrap();
    assert_eq!(
        listed.iter().map(|mail| (mail.uid, mail.size, mail.arrived_at)).collect::<Vec<_>>(),
        [(9, 11, 837_596_665_000), (12, 2, 0)]
    );
    assert_eq!(mailbox.list(13, u32::MAX).await, Ok(vec![]), "a server always names its last mail");
    let raw = mailbox.fetch(9, 11).await.unwrap().unwrap();
    assert_eq!(raw.bytes(), b"a\0\r\n)\r\n* OK");
}

#[tokio::test]
async fn a_server_that_sends_more_than_was_asked_for_is_cut_off() {
    let long = format!("* 1 FETCH (UID 9 BODY[] {{300000}}\r\n{}", "x".repeat(300_000));
    let (mut mailbox, _) = opened("", &[("UID FETCH 9", &long)]).await;
    assert_eq!(mailbox.fetch(9, 1_000).await.err(), Some(ImapError::Garbled));
    let (mut mailbox, _) = opened("", &[("UID FETCH 9", "* 1 FETCH (UID customer's words\r\n")]).await;
    assert_eq!(mailbox.fetch(9, 1_000).await.err().unwrap().to_string(), "the mail server's answer cannot be understood");
}

#[tokio::test]
async fn a_server_that_cannot_move_copies_and_removes() {
    let moved = async |abilities: &str, script: &[(&'static str, &str)]| {
        let (mut mailbox, heard) = opened(abilities, script).await;
        mailbox.move_to(&[3, 4, 9], "Done \"x\"").await.unwrap();
        heard.await.unwrap();
    };
    let (copy, mark) = ("UID COPY 3:4,9 \"Done \\\"x\\\"\"", "UID STORE 3:4,9 +FLAGS.SILENT (\\Deleted)");
    moved("MOVE UIDPLUS", &[("UID MOVE 3:4,9 \"Done \\\"x\\\"\"", "* 1 EXPUNGE\r\nTAG OK\r\n")]).await;
    moved("UIDPLUS", &[(copy, "TAG OK\r\n"), (mark, "TAG OK\r\n"), ("UID EXPUNGE 3:4,9", "* 1 EXPUNGE\r\nTAG OK\r\n")]).await;
    moved("", &[(copy, "TAG OK\r\n"), (mark, "TAG OK\r\n")]).await;
    let (mut mailbox, _) = opened("UIDPLUS", &[(copy, "TAG NO [TRYCREATE] no such folder\r\n")]).await;
    let refused = mailbox.move_to(&[3, 4, 9], "Done \"x\"").await;
    assert_eq!(refused, Err(ImapError::Refused("no such folder".to_owned())), "nothing is marked that was not copied");
}

#[tokio::test]
async fn a_token_is_shown_as_providers_want_it_and_never_repeated() {
    let can = "* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\nTAG OK\r\n".to_owned();
    let words = data_encoding::BASE64.encode(b"user=desk\x01auth=Bearer t0ken\x01\x01");
    let words: &'static str = words.leak();
    let refusal = format!("+ {}\r\n", data_encoding::BASE64.encode(b"{\"status\":\"400\"}"));
    let script = vec![
        ("CAPABILITY", can.clone()),
        ("AUTHENTICATE XOAUTH2", "+ \r\n".to_owned()),
        (words, "A0002 OK\r\n".to_owned()),
        ("CAPABILITY", can.clone()),
    ];
    let (place, heard) = server(script).await;
    let login = Login::Token("t0ken".to_owned());
    assert!(Mailbox::open(&place, &login, &Tls::public()).await.is_ok());
    heard.await.unwrap();
    let script = vec![
        ("CAPABILITY", can),
        ("AUTHENTICATE XOAUTH2", "+ \r\n".to_owned()),
        (words, refusal),
        ("", "A0002 NO [AUTHENTICATIONFAILED] t0ken is not known\r\n".to_owned()),
    ];
    let (place, _) = server(script).await;
    assert_eq!(
        Mailbox::open(&place, &login, &Tls::public()).await.err(),
        Some(ImapError::SignIn("[AUTHENTICATIONFAILED] *** is not known".to_owned()))
    );
}

#[tokio::test]
async fn passwords_go_where_they_are_taken() {
    let login = Login::Password("pass wörd".to_owned());
    let words: &'static str = data_encoding::BASE64.encode("\0desk\0pass wörd".as_bytes()).leak();
    let can = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK\r\n".to_owned();
    let script = vec![
        ("CAPABILITY", can.clone()),
        ("AUTHENTICATE PLAIN", "+ \r\n".to_owned()),
        (words, "A0002 OK\r\n".to_owned()),
        ("CAPABILITY", can),
    ];
    let (place, _) = server(script).await;
    assert!(Mailbox::open(&place, &login, &Tls::public()).await.is_ok());
    let (place, _) = server(vec![("CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nTAG OK\r\n".to_owned())]).await;
    assert!(matches!(Mailbox::open(&place, &login, &Tls::public()).await.err(), Some(ImapError::SignIn(_))));
}

#[tokio::test]
async fn whoever_greets_us_as_known_or_goes_away_is_told_nothing() {
    for (greeting, expected) in
        [("* PREAUTH welcome back\r\n", ImapError::Garbled), ("* BYE too busy\r\n", ImapError::Broken("too busy".to_owned()))]
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { listener.accept().await.unwrap().0.write_all(greeting.as_bytes()).await });
        let place = Server { host: "127.0.0.1".to_owned(), port, security: Security::StartTls, user: Some("desk".to_owned()) };
        assert_eq!(Mailbox::open(&place, &Login::Password("hush".to_owned()), &Tls::public()).await.err(), Some(expected));
    }
}

#[tokio::test]
async fn news_before_the_server_agrees_to_speak_is_heard() {
    let selected = "* 3 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 9] x\r\nTAG OK\r\n";
    let (mut mailbox, heard) = opened(
        "IDLE",
        &[("SELECT \"INBOX\"", selected), ("SELECT \"INBOX\"", selected), ("IDLE", "* 4 EXISTS\r\n+ idling\r\n"), ("DONE", "A0006 OK\r\n")],
    )
    .await;
    let seen = mailbox.select("INBOX").await.unwrap();
    assert_eq!((seen.validity, seen.next), (5, Some(9)));
    assert!(mailbox.watch("INBOX", Some(seen), false).await.is_ok());
    heard.await.unwrap();
}
