//! How fast mails are read, beside `mail-parser` alone in the same run: milliseconds a megabyte, a JSON line a set of mails.
//!
//! Run with `cargo run --release -p candor-connect --example mail_speed -- FOLDER...`; a folder holds mails as files. Without one two
//! mails made here are read: a long conversation in Chinese, and one with a file of 10 MB.

use candor_connect::channel::email::{mime, quote};
use mail_parser::MessageParser;
use serde_json::json;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// Rounds in turns; the best of each side counts, because what disturbs only adds.
const ROUNDS: usize = 7;

fn main() -> std::io::Result<()> {
    let folders: Vec<String> = std::env::args().skip(1).collect();
    let sets = if folders.is_empty() {
        vec![("conversation".to_owned(), vec![conversation()]), ("10 MB file".to_owned(), vec![with_file()])]
    } else {
        folders.into_iter().map(|folder| Ok((folder.clone(), mails(Path::new(&folder))?))).collect::<std::io::Result<_>>()?
    };
    let mut out = std::io::stdout();
    for (name, mails) in sets {
        let megabytes = mails.iter().map(Vec::len).sum::<usize>() as f64 / 1e6;
        let (mut ours, mut bare) = (Duration::MAX, Duration::MAX);
        for _ in 0..ROUNDS {
            ours = ours.min(timed(&mails, |raw| quote::fold(&mime::read(raw).text).pieces.len()));
            bare = bare.min(timed(&mails, |raw| MessageParser::default().parse(raw).map_or(0, |message| message.parts.len())));
        }
        let per_megabyte = |took: Duration| took.as_secs_f64() * 1e3 / megabytes;
        let said = json!({ "mails": name, "megabytes": megabytes, "ours": per_megabyte(ours), "bare": per_megabyte(bare) });
        writeln!(out, "{said}")?;
    }
    Ok(())
}

fn timed(mails: &[Vec<u8>], read: impl Fn(&[u8]) -> usize) -> Duration {
    let begun = Instant::now();
    let parts: usize = mails.iter().map(|raw| read(black_box(raw))).sum();
    black_box(parts);
    begun.elapsed()
}

/// Every file below a folder.
fn mails(folder: &Path) -> std::io::Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(mails(&path)?);
        } else {
            found.push(std::fs::read(path)?);
        }
    }
    Ok(found)
}

const HEAD: &str = "From: =?utf-8?B?546L5bCP5piO?= <wang@example.net>\r\nTo: support@desk.test\r\nSubject: =?utf-8?B?5o+Q546w?=\r\n\
    Date: Mon, 2 Feb 2026 10:00:00 +0000\r\nMessage-ID: <1@example.net>\r\nMIME-Version: 1.0\r\n";

fn conversation() -> Vec<u8> {
    let mut text = "您好，我昨天提现的 500 USDT 还没有到账。\r\n".repeat(20);
    for day in 1..=200 {
        text.push_str(&format!("\r\n在 2026年2月{day}日 10:00，客服 <support@desk.test> 写道：\r\n> 请问有什么可以帮您？\r\n"));
    }
    format!("{HEAD}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}").into_bytes()
}

fn with_file() -> Vec<u8> {
    let file = format!("{}\r\n", "QUJD".repeat(19)).repeat(10_000_000 / 57);
    format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n\
         --b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{file}\r\n--b--\r\n"
    )
    .into_bytes()
}
