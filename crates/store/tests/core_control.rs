//! The control socket: who is answered and who is refused.

use candor_store::Error;
use candor_store::control::{ControlServer, ask};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;

/// A server that answers the word "count" with progress and any other request with its own words.
fn serve(dir: &Path) -> ControlServer {
    let (server, mut requests) = ControlServer::start(dir, "1.2.3").expect("opens");
    std::thread::spawn(move || {
        while let Some(mut request) = requests.blocking_recv() {
            match request.body.as_str() {
                "count" => {
                    request.progress("1 of 2");
                    request.progress("2 of 2");
                    request.done("counted");
                }
                "refuse" => {
                    request.refuse("not today");
                }
                _ => {
                    let answer = format!("{} asked {}", request.uid, request.body);
                    request.done(&answer);
                }
            }
        }
    });
    server
}

fn quiet(_: &str) {}

#[test]
fn a_request_is_answered_with_progress_and_the_callers_user() {
    let dir = tempfile::tempdir().expect("a directory");
    let _server = serve(dir.path());
    let mut heard = Vec::new();
    let answer = ask(dir.path(), "1.2.3", "count", |line| heard.push(line.to_owned())).expect("answers");
    assert_eq!((answer.as_str(), heard), ("counted", vec!["1 of 2".to_owned(), "2 of 2".to_owned()]));
    let uid = std::fs::metadata(dir.path()).map(|meta| std::os::unix::fs::MetadataExt::uid(&meta)).expect("metadata");
    let words = "two\nlines and 文字";
    assert_eq!(ask(dir.path(), "1.2.3", words, quiet).expect("answers"), format!("{uid} asked {words}"));
    assert!(matches!(ask(dir.path(), "1.2.3", "refuse", quiet), Err(Error::Invalid(why)) if why == "not today"));
}

#[test]
fn another_version_is_refused_by_name() {
    let dir = tempfile::tempdir().expect("a directory");
    let _server = serve(dir.path());
    let refused = ask(dir.path(), "1.3.0", "count", quiet).expect_err("refused").to_string();
    assert!(refused.contains("1.2.3") && refused.contains("1.3.0"), "{refused}");
}

#[test]
fn the_socket_is_for_its_owner_and_survives_a_stale_one() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("control.sock"), b"left behind").expect("writes");
    let server = serve(dir.path());
    let mode = std::fs::metadata(dir.path().join("control.sock")).expect("a socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(server);
    assert!(!dir.path().join("control.sock").exists());
    assert!(matches!(ask(dir.path(), "1.2.3", "count", quiet), Err(Error::Io { .. })));
}

#[test]
fn a_directory_with_a_long_path_is_served_too() {
    let dir = tempfile::tempdir().expect("a directory");
    let long = dir.path().join("d".repeat(120));
    std::fs::create_dir(&long).expect("a directory");
    let _server = serve(&long);
    assert_eq!(ask(&long, "1.2.3", "count", quiet).expect("answers"), "counted");
}

#[test]
fn nonsense_stops_nobody() {
    let dir = tempfile::tempdir().expect("a directory");
    let _server = serve(dir.path());
    for nonsense in [&b"\xff\xfe\n\n"[..], b"{}\n", b"", &[b'x'; 2 << 20]] {
        let mut stream = UnixStream::connect(dir.path().join("control.sock")).expect("connects");
        // The server may hang up before all of it is written.
        let _ = stream.write_all(nonsense);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard);
    }
    assert_eq!(ask(dir.path(), "1.2.3", "count", quiet).expect("answers"), "counted");
}
