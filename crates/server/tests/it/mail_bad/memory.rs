//! What hostile mail costs the program as it runs.

use super::PLAIN;
use super::letters::bad;
use crate::cli::{Desk, candor, done, run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

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
    let secret = done(
        &run(&mut candor(dir.path()), &["token", "create", "bot", "--permission", "conversation.read", "--permission", "event.read"]),
        0,
    );
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
    assert_eq!(made(&address, secret.trim(), expected), expected);
    let said = done(&run(&mut candor(dir.path()), &["channel", "failed", "--json"]), 0);
    assert!(said.contains("[]"), "{said}");
    let most = most_memory(running.pid());
    assert!(most < MOST, "{most} KB");
    running.signal("TERM");
    assert!(running.wait().success());
}

/// How many cases a program outside hears of until there are so many, or for two minutes. The feed answers when there is news: who asked
/// again and again would take a processor from the desk.
fn made(address: &str, secret: &str, expected: usize) -> usize {
    let (mut cases, mut after, begun) = (BTreeSet::new(), String::new(), Instant::now());
    while cases.len() < expected && begun.elapsed() < Duration::from_secs(120) {
        let page = asked(address, secret, &format!("/api/v1/events?wait=10&limit=100{after}"));
        cases.extend(page["items"].as_array().unwrap().iter().map(|event| event["conversation"].to_string()));
        after = format!("&after={}", page["next"].as_str().unwrap());
    }
    cases.len()
}

fn asked(address: &str, secret: &str, path: &str) -> Value {
    let mut line = std::net::TcpStream::connect(address).unwrap();
    let asked = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\nConnection: close\r\n\r\n");
    line.write_all(asked.as_bytes()).unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(body).unwrap()
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
