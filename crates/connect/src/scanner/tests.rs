//! A scanner that says what the real one says, and worse.

use super::*;
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[test]
fn a_scanner_is_on_this_machine_or_near() {
    for (text, shown) in [
        ("unix:/run/clamav/clamd.ctl", "unix:/run/clamav/clamd.ctl"),
        ("tcp:127.0.0.1:3310", "tcp:127.0.0.1:3310"),
        ("tcp:[::1]:3310", "tcp:[::1]:3310"),
        (" tcp:10.1.2.3:3310 ", "tcp:10.1.2.3:3310"),
        ("tcp:[fd00::7]:3310", "tcp:[fd00::7]:3310"),
    ] {
        assert_eq!(Scanner::parse(text).unwrap().to_string(), shown);
    }
    for text in ["", "/run/clamd.ctl", "unix:clamd.ctl", "tcp:127.0.0.1", "tcp:scanner.test:3310", "http://127.0.0.1:3310"] {
        assert_eq!(Scanner::parse(text), Err(NoPlace::Form), "{text}");
    }
    for text in ["tcp:192.0.2.1:3310", "tcp:0.0.0.0:3310", "tcp:[2001:db8::1]:3310", "tcp:[::ffff:192.0.2.1]:3310"] {
        assert_eq!(Scanner::parse(text), Err(NoPlace::Public), "{text}");
    }
}

#[test]
fn what_it_says_is_a_verdict_or_no_verdict() {
    assert_eq!(read("stream: OK").unwrap(), Verdict::Clean);
    assert_eq!(read("stream: Win.Test.EICAR_HDB-1 FOUND").unwrap(), Verdict::Infected("Win.Test.EICAR_HDB-1".into()));
    assert_eq!(read("INSTREAM size limit exceeded. ERROR").unwrap(), Verdict::TooLarge);
    assert_eq!(read("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND").unwrap(), Verdict::TooLarge);
    for nothing in ["", "stream: ", "COMMAND READ TIMED OUT", "stream: OK and more", "FOUND"] {
        assert!(matches!(read(nothing), Err(ScanError::Said(_))), "{nothing}");
    }
}

/// A listener that reads so many bytes, says this and hangs up.
async fn one_who(reads: usize, says: &'static [u8]) -> Scanner {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let scanner = Scanner::parse(&format!("tcp:{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        let (mut line, _) = listener.accept().await.unwrap();
        line.read_exact(&mut vec![0; reads]).await.unwrap();
        line.write_all(says).await.unwrap();
    });
    scanner
}

fn file(pieces: usize, size: usize) -> impl Stream<Item = io::Result<Bytes>> {
    stream::iter((0..pieces).map(move |_| Ok(Bytes::from(vec![7; size]))))
}

#[tokio::test]
async fn pieces_go_with_their_lengths_and_the_verdict_comes_back() {
    let whole = b"zINSTREAM\0".len() + 2 * (4 + 5) + 4;
    let scanner = one_who(whole, b"stream: OK\0").await;
    assert_eq!(scanner.scan(file(2, 5)).await.unwrap(), Verdict::Clean);
}

#[tokio::test]
async fn who_hangs_up_is_heard_out_first() {
    let scanner = one_who(10, b"INSTREAM size limit exceeded. ERROR\0").await;
    let found = scanner.scan(file(400, 64 << 10)).await;
    // What is still on its way when the other hangs up may take the answer with it: then it is asked again.
    assert!(matches!(found, Ok(Verdict::TooLarge) | Err(ScanError::Line(_))), "{found:?}");
    let scanner = one_who(10, b"").await;
    assert!(matches!(scanner.scan(file(1, 1)).await, Err(ScanError::Said(_) | ScanError::Line(_))));
}

#[tokio::test]
async fn a_file_that_breaks_off_is_not_judged() {
    let scanner = one_who(10, b"stream: OK\0").await;
    let broken = stream::iter([Ok(Bytes::from_static(b"half")), Err(io::ErrorKind::InvalidData.into())]);
    assert!(matches!(scanner.scan(broken).await, Err(ScanError::File(_))));
    let gone = Scanner::parse("unix:/nowhere/clamd.ctl").unwrap();
    assert!(matches!(gone.version().await, Err(ScanError::Line(_))));
}
