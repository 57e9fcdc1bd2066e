//! The suites of openspf, mail-auth and ValiMail.

use super::dns::Zone;
use super::{Envelope, Trust, judged};
use crate::corpus;
use candor_connect::channel::email::verdict::{Check, Judge};
use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, SystemTime};
use yaml_rust2::{Yaml, YamlLoader};

/// Fails when less than 98 % agree, and says which do not.
fn agree(total: usize, differ: &[String]) {
    assert!(differ.len() * 50 <= total, "{} of {total} differ:\n{}", differ.len(), differ.join("\n"));
}

#[tokio::test]
async fn senders_are_allowed_as_the_spf_suites_say() {
    let (mut total, mut differ) = (0, Vec::new());
    for path in corpus::files("dkim-arc-spf/spf", &[".yml"]) {
        for group in std::fs::read_to_string(&path).unwrap().split("---\n") {
            total += spf_group(&path, group, &mut differ).await;
        }
    }
    agree(total, &differ);
}

/// One group: records, then questions. Records between questions replace those before; the files repeat keys, so they are no YAML.
async fn spf_group(path: &Path, group: &str, differ: &mut Vec<String>) -> usize {
    let (mut zone, mut total) = (Zone::default(), 0);
    let (mut name, mut helo, mut sender, mut ip) = ("", "", "", "127.0.0.1".parse::<IpAddr>().unwrap());
    for line in group.lines() {
        let line = line.trim().trim_start_matches('-').trim();
        let Some((key, value)) = line.split_once(':').map(|(key, value)| (key, value.trim())) else { continue };
        let (first, rest) = value.split_once(' ').unwrap_or((value, ""));
        let list: Vec<&str> = rest.split(',').map(str::trim).collect();
        match key {
            "name" => name = value,
            "domain" => helo = value,
            "sender" => sender = value,
            "ip" => ip = value.parse().unwrap(),
            "spf" | "exp" => zone.txt(first, rest),
            "a" | "aaaa" => zone.addresses(first, &list.iter().map(|ip| ip.parse().unwrap()).collect::<Vec<_>>()),
            "ptr" => zone.pointers(first.parse().unwrap(), &list),
            "mx" => {
                let hosts: Vec<String> = (0..list.len()).map(|at| format!("mx{at}.{first}")).collect();
                for (host, ip) in hosts.iter().zip(&list) {
                    zone.addresses(host, &[ip.parse().unwrap()]);
                }
                zone.exchanges(first, &hosts);
            }
            "expect" => {
                let envelope = Envelope { peer: ip, helo: helo.into(), mail_from: sender.into(), receiver: "localdomain.org".into() };
                let verdict = judged(zone.clone(), b"Subject: x\r\n\r\n", Some(&envelope), Trust::default()).await;
                let found = format!("{:?}", verdict.spf).to_lowercase();
                if found != first {
                    differ.push(format!("{}: {name}: {envelope:?}: {found}, not {first}", path.display()));
                }
                total += 1;
            }
            _ => {}
        }
    }
    total
}

#[tokio::test]
async fn signed_mails_pass() {
    for path in corpus::files("dkim-arc-spf", &[".txt"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        let (records, mail) = text.split_once("\n\n").unwrap();
        let mut zone = Zone::default();
        for (name, value) in records.lines().filter_map(|line| line.split_once(' ')) {
            zone.txt(name, value);
        }
        // The files keep LF, as a maildir does. They are judged on the day of their signature, since some have a last day.
        let made = mail.split_once("t=").and_then(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
        let day = SystemTime::UNIX_EPOCH + Duration::from_secs(made.unwrap());
        let (server, _zone) = super::dns::serve(zone).await;
        let verdict = Judge::at(&[server], Trust::default()).unwrap().judge_at(mail.as_bytes(), None, day).await;
        assert_eq!(verdict.dkim, Check::Pass, "{}: {verdict:?}", path.display());
        assert!(!verdict.signed_by.is_empty());
        if path.parent().unwrap().ends_with("arc") {
            assert_eq!(verdict.arc, Check::Pass, "{}", path.display());
        }
        let broken = mail.replacen("\n\n", "\n\nOne more line.\n", 1);
        let verdict = judged(Zone::default(), broken.as_bytes(), None, Trust::default()).await;
        assert_ne!(verdict.dkim, Check::Pass, "{}", path.display());
    }
}

#[tokio::test]
async fn chains_hold_as_the_arc_suite_says() {
    let (mut total, mut differ) = (0, Vec::new());
    for path in corpus::files("arc-suite", &[".yml"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        for document in YamlLoader::load_from_str(&text).unwrap() {
            let mut zone = Zone::default();
            for (name, value) in document["txt-records"].as_hash().into_iter().flatten() {
                zone.txt(name.as_str().unwrap(), value.as_str().unwrap());
            }
            for (name, case) in document["tests"].as_hash().into_iter().flatten() {
                let Some(mail) = case["message"].as_str() else { continue };
                let verdict = judged(zone.clone(), mail.as_bytes(), None, Trust::default()).await;
                let expected = expected_chain(case);
                total += 1;
                if !expected.contains(&verdict.arc) {
                    differ.push(format!("{}: {:?}, not {expected:?}", name.as_str().unwrap(), verdict.arc));
                }
            }
        }
    }
    // One differs: a signature over no header at all (`h=` empty) is to pass. The grammar of RFC 6376 wants at least one name there, and
    // a forwarder who vouches for nothing vouches for nothing.
    agree(total, &differ);
}

/// What the chain of a case is. An empty `cv` stands for a chain that its last sealer already called broken: it has failed, and the
/// suite only says that nothing may be sealed onto it. The cases of signing give the state of the chain they continue as `cv=` of
/// the seal to be made; we only verify.
fn expected_chain(case: &Yaml) -> Vec<Check> {
    let seal = case["AS"].as_str().map(|seal| seal.split_once("cv=").map_or("", |(_, rest)| rest.split(';').next().unwrap()));
    match case["cv"].as_str().or(seal) {
        Some("Pass" | "pass") => vec![Check::Pass],
        Some("None" | "none") => vec![Check::None],
        _ => vec![Check::Fail],
    }
}

#[tokio::test]
async fn any_mail_gets_a_verdict() {
    let (server, _zone) = super::dns::serve(Zone::default()).await;
    let judge = Judge::at(&[server], Trust::default()).unwrap();
    let envelope = Envelope { peer: "192.0.2.1".parse().unwrap(), helo: "[x".into(), mail_from: "@@".into(), receiver: String::new() };
    let sets = ["rspamd-messages", "spamassassin-data", "flanker", "mail-parser-eml", "ruby-mail", "mimekit", "cpython-email"];
    for path in sets.iter().flat_map(|set| corpus::files(set, &[])) {
        let raw = std::fs::read(&path).unwrap();
        for part in [&raw[..], &raw[..raw.len() / 2], &raw[raw.len() / 3..]] {
            let verdict = judge.judge(part, Some(&envelope)).await;
            assert!(verdict.dkim != Check::Pass && !verdict.aligned, "{}: {verdict:?}", path.display());
        }
    }
}

#[tokio::test]
async fn a_damaged_signature_is_no_surprise() {
    let (server, _zone) = super::dns::serve(Zone::default()).await;
    let judge = Judge::at(&[server], Trust::default()).unwrap();
    // A fixed sequence, so that a failure comes again.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    for path in corpus::files("dkim-arc-spf", &[".txt"]) {
        let text = std::fs::read(&path).unwrap();
        let head = text.len().min(3_000);
        for _ in 0..100 {
            let mut mail = text.clone();
            for _ in 0..=next(8) {
                mail[next(head)] = [b';', b'=', b':', b'\n', b' ', b'9', b'i', 0, 0xff, b'@', b'\r', b'h'][next(12)];
            }
            let verdict = judge.judge(&mail, None).await;
            assert!(!verdict.aligned, "{}", path.display());
        }
    }
}
