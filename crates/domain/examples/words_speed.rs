//! How fast index words are made: prints megabytes a second for English, Chinese and mixed chat.
//!
//! Run with `cargo run --release -p candor-domain --example words_speed`.

use candor_domain::text;
use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

const ENGLISH: &str = "Hi, my withdrawal of 1,000.50 USDT has not arrived. The hash is \
    0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060, sent to TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t yesterday. Please help!";
const CHINESE: &str =
    "您好，我昨天提現的USDT一直沒有到帳，已經過了24小時了，麻煩幫我查一下，訂單號是20251121004821，謝謝！请问审核还要多久？";

fn main() -> std::io::Result<()> {
    let mixed = format!("{ENGLISH} {CHINESE} 🙏 ¿Por qué no llegó? Où est mon dépôt?");
    let mut out = std::io::stdout();
    for (name, message) in [("english", ENGLISH), ("chinese", CHINESE), ("mixed", &mixed)] {
        for (what, run) in [("fold", fold as fn(&str) -> usize), ("index_words", index), ("words", words)] {
            let times = 20_000_000 / message.len() / if cfg!(debug_assertions) { 10 } else { 1 };
            let start = Instant::now();
            let total: usize = (0..times).map(|_| run(black_box(message))).sum();
            let seconds = start.elapsed().as_secs_f64();
            let megabytes = (times * message.len()) as f64 / 1e6;
            writeln!(out, "{name:8} {what:12} {:7.1} MB/s ({total} in all)", megabytes / seconds)?;
        }
    }
    Ok(())
}

fn fold(message: &str) -> usize {
    text::fold(message).len()
}

fn index(message: &str) -> usize {
    text::index_words(message).iter().map(str::len).sum()
}

fn words(message: &str) -> usize {
    text::words(message).len()
}
