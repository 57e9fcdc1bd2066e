//! Nodes of the real program on one database: who is let in, what is said to who is not, and that nothing is lost by it.

use crate::cli::KEY;
use candor_store::testing::{START, TestDb, options};
use candor_store::{Db, ManualClock, Place, Queue};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const DEADLINE: Duration = Duration::from_secs(30);
pub(super) const SERVE: [&str; 5] = ["serve", "--listen", "127.0.0.1:0", "--public-url", "http://localhost:5688"];

/// A desk of several nodes: one database, one folder of files, a data directory each.
pub(super) struct Desk {
    pub(super) db: TestDb,
    url: String,
    files: TempDir,
}

pub(super) struct Node {
    child: Child,
    lines: Receiver<String>,
    address: String,
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Desk {
    pub(super) fn new() -> Self {
        let db = TestDb::postgres();
        let Place::Postgres { url, .. } = db.place.clone() else { panic!("a PostgreSQL database") };
        Self { db, url, files: tempfile::tempdir().expect("a directory") }
    }

    pub(super) fn command(&self, data: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        command.current_dir(data).env_clear().env("CANDOR_DATA", data.join("data")).env("CANDOR_DATABASE_URL", &self.url);
        command.env("CANDOR_MASTER_KEY", KEY).env("CANDOR_FILES_FOLDER", self.files.path());
        command
    }
}

impl Node {
    /// Starts it and waits until it serves.
    pub(super) fn start(command: &mut Command) -> Self {
        let mut child = command.args(SERVE).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the program starts");
        let (sender, lines) = channel();
        let stderr = child.stderr.take().expect("piped");
        std::thread::spawn(move || BufReader::new(stderr).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut node = Self { child, lines, address: String::new() };
        let mut seen = Vec::new();
        loop {
            let line = node.lines.recv_timeout(DEADLINE).unwrap_or_else(|_| panic!("the node does not serve: {seen:#?}"));
            if line.contains("the desk is open") {
                let said: Value = serde_json::from_str(&line).expect("a line of JSON");
                node.address = said["address"].as_str().expect("an address").to_owned();
                return node;
            }
            seen.push(line);
        }
    }
}

/// Runs a command that must end by itself, and says what it said on stderr.
#[track_caller]
pub(super) fn refused(command: &mut Command, code: i32) -> String {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let begun = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if begun.elapsed() > DEADLINE {
            let _ = child.kill();
            panic!("it serves instead of refusing");
        }
        std::thread::yield_now();
    }
    let output: Output = child.wait_with_output().expect("its words");
    let problem = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{problem}");
    problem
}

#[track_caller]
pub(super) fn says(problem: &str, words: &[&str]) {
    for word in words {
        assert!(problem.contains(word), "`{word}` is missing in: {problem}");
    }
}

pub(super) fn dir() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

#[test]
fn a_second_node_is_let_in_by_the_mark_and_kept_out_without_it() {
    let desk = Desk::new();
    let (a, b, elsewhere) = (dir(), dir(), dir());
    let first = Node::start(&mut desk.command(a.path()));
    drop(Node::start(&mut desk.command(b.path())));
    // Its own disk, as after a forgotten mount.
    let problem = refused(desk.command(b.path()).env("CANDOR_FILES_FOLDER", elsewhere.path()).args(SERVE), 3);
    says(&problem, &["the files of this desk lie elsewhere", "files_folder", "candor files accept"]);
    let problem = refused(desk.command(b.path()).env_remove("CANDOR_FILES_FOLDER").args(SERVE), 3);
    says(&problem, &["files_folder or files_bucket"]);
    let status = desk.command(b.path()).args(["files", "status"]).output().expect("runs");
    says(&String::from_utf8_lossy(&status.stdout), &["holds this desk's files"]);
    drop(first);
    // The old store is lost: the new one is taken on purpose, and the others learn of it.
    let accepted = desk.command(b.path()).env("CANDOR_FILES_FOLDER", elsewhere.path()).args(["files", "accept", "--yes"]).output();
    assert!(accepted.expect("runs").status.success());
    drop(Node::start(desk.command(b.path()).env("CANDOR_FILES_FOLDER", elsewhere.path())));
    says(&refused(desk.command(a.path()).args(SERVE), 3), &["lie elsewhere"]);
}

#[test]
fn two_desks_never_share_a_store_of_files() {
    let desk = Desk::new();
    let a = dir();
    std::fs::write(desk.files.path().join("candor.mark"), r#"{"desk":"00","store":"11"}"#).expect("writes");
    says(&refused(desk.command(a.path()).args(SERVE), 3), &["the files of another desk", "a place of its own"]);
    says(&refused(desk.command(a.path()).args(["files", "accept", "--yes"]), 3), &["the files of another desk"]);
}

#[test]
fn a_store_that_cannot_be_written_is_named() {
    let desk = Desk::new();
    let a = dir();
    let missing = a.path().join("not-a-folder");
    std::fs::write(&missing, b"a file").expect("writes");
    let problem = refused(desk.command(a.path()).env("CANDOR_FILES_FOLDER", &missing).args(SERVE), 3);
    says(&problem, &["not-a-folder", "cannot be read and written"]);
}

#[test]
fn a_node_with_another_master_key_or_with_none_is_told_what_to_do() {
    let desk = Desk::new();
    let (a, b) = (dir(), dir());
    let _first = Node::start(&mut desk.command(a.path()));
    let other = "08".repeat(32);
    says(
        &refused(desk.command(b.path()).env("CANDOR_MASTER_KEY", other).args(SERVE), 1),
        &["does not belong to this database", "master_key_file"],
    );
    let problem = refused(desk.command(b.path()).env_remove("CANDOR_MASTER_KEY").args(SERVE), 3);
    says(&problem, &["data/master.key is gone", "put its copy back"]);
    assert!(!b.path().join("data/master.key").exists(), "a new key would only hide that the right one is missing");
}

#[test]
fn a_master_key_that_is_gone_is_not_replaced_on_sqlite() {
    let dir = dir();
    let command = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        command.current_dir(dir.path()).env_clear().env("CANDOR_DATA", dir.path().join("data"));
        command
    };
    drop(Node::start(&mut command()));
    let key = dir.path().join("data/master.key");
    let copy = std::fs::read(&key).expect("the key");
    std::fs::remove_file(&key).expect("removes");
    says(&refused(command().args(SERVE), 3), &["master.key is gone"]);
    assert!(!key.exists());
    std::fs::write(&key, copy).expect("puts it back");
    drop(Node::start(&mut command()));
}

#[test]
fn a_copied_data_directory_brings_a_name_that_is_taken() {
    let desk = Desk::new();
    let (a, b) = (dir(), dir());
    let _first = Node::start(&mut desk.command(a.path()));
    std::fs::create_dir(b.path().join("data")).expect("makes");
    std::fs::copy(a.path().join("data/node"), b.path().join("data/node")).expect("copies");
    let problem = refused(desk.command(b.path()).args(SERVE), 3);
    says(&problem, &["serves this database already", "`node` in its settings"]);
    drop(Node::start(desk.command(b.path()).env("CANDOR_NODE", "munich-2")));
    let doctor = desk.command(a.path()).args(["doctor", "--json"]).output().expect("runs");
    says(&String::from_utf8_lossy(&doctor.stdout), &["munich-2", "marked as this desk's"]);
}

/// Asks a node for a link that does not exist; the status of the answer.
fn guess(address: &str) -> u16 {
    let mut stream = TcpStream::connect(address).expect("connects");
    write!(stream, "GET /api/v1/links/guessed HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("asks");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answers");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

#[test]
fn a_limit_that_is_used_up_on_one_node_is_used_up_on_the_other_within_five_seconds() {
    let desk = Desk::new();
    let (a, b) = (dir(), dir());
    let (first, second) = (Node::start(&mut desk.command(a.path())), Node::start(&mut desk.command(b.path())));
    let tries = (0..40).take_while(|_| guess(&first.address) != 429).count();
    assert!((15..=25).contains(&tries), "{tries} guesses were let through");
    let begun = Instant::now();
    // Each look takes one of the other node's own twenty: at most eight looks in five seconds prove something.
    let mut looks = 0;
    while guess(&second.address) != 429 {
        looks += 1;
        assert!(looks < 8 && begun.elapsed() < Duration::from_secs(5), "the other node still lets guesses through");
        std::thread::sleep(Duration::from_millis(600));
    }
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let desk = Desk::new();
    let a = dir();
    let place = desk.db.place.clone();
    let db = Db::open(options(beside(&place, a.path()), &Arc::new(ManualClock::at(START)))).expect("opens");
    let later = "INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES (9999, 'later', '', 0)";
    db.write_blocking::<_, candor_store::Error>(Queue::People, move |tx| tx.execute(later, &[])).expect("writes");
    db.close();
    says(&refused(desk.command(a.path()).args(SERVE), 1), &["schema 9999, newer than", "use a newer candor"]);
}

fn beside(place: &Place, dir: &Path) -> Place {
    let Place::Postgres { url, .. } = place else { panic!("a PostgreSQL database") };
    Place::Postgres { url: url.clone(), dir: dir.join("store") }
}

/// A small disk that can only be read, gone with the test. Only root can make one.
struct ReadOnly(TempDir);

impl ReadOnly {
    fn make(fill: impl FnOnce(&Path)) -> Option<Self> {
        let mount = |options: &str, path: &Path| {
            Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(path).output().is_ok_and(|done| done.status.success())
        };
        let disk = Self(dir());
        if !mount("size=64m", disk.0.path()) {
            return None;
        }
        fill(disk.0.path());
        let again = Command::new("mount").args(["-o", "remount,ro"]).arg(disk.0.path()).output().expect("mount runs");
        assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
        Some(disk)
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

#[test]
fn a_data_directory_on_a_disk_that_can_only_be_read_is_named() {
    let command = |data: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        command.env_clear().env("CANDOR_DATA", data);
        command
    };
    let Some(disk) = ReadOnly::make(|disk| drop(Node::start(&mut command(&disk.join("data"))))) else {
        panic!("this test mounts a small disk: it runs as root, in a container that may mount");
    };
    let data = disk.0.path().join("data");
    says(&refused(command(&data).args(SERVE), 3), &["can only be read", "mount it for writing"]);
    // A new directory there fails before anything else is tried.
    says(&refused(command(&disk.0.path().join("new")).args(SERVE), 3), &["Read-only file system"]);
}
