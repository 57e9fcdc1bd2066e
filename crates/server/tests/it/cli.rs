//! The program itself: started, asked, stopped, and its exit codes.

use candor_store::testing::{START, TestDb, options};
use candor_store::{Db, ManualClock, Place, Queue};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const DEADLINE: Duration = Duration::from_secs(20);
/// The tests' master key, as the store's own tests use it.
pub(super) const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

pub(super) fn candor(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
    command.current_dir(dir).env_clear().env("CANDOR_DATA", dir.join("data"));
    command
}

#[track_caller]
pub(super) fn done(output: &Output, code: i32) -> String {
    let (said, problem) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "stdout: {said}\nstderr: {problem}");
    said.into_owned()
}

#[track_caller]
pub(super) fn run(command: &mut Command, arguments: &[&str]) -> Output {
    command.args(arguments).output().expect("the program starts")
}

/// A running desk; killed when the test ends.
pub(super) struct Desk {
    child: Child,
    lines: Receiver<String>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Desk {
    pub(super) fn start(command: &mut Command) -> Self {
        let serve = ["serve", "--listen", "127.0.0.1:0", "--public-url", "http://localhost:5688"];
        let mut child = command.args(serve).stderr(Stdio::piped()).spawn().expect("the program starts");
        let (sender, lines) = channel();
        let stderr = child.stderr.take().expect("piped");
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The lines up to the one that holds this, that one last.
    pub(super) fn until(&self, wanted: &str) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            let line = self.lines.recv_timeout(DEADLINE).unwrap_or_else(|_| panic!("no `{wanted}` after {seen:#?}"));
            let found = line.contains(wanted);
            seen.push(line);
            if found {
                return seen;
            }
        }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
    }

    pub(super) fn wait(mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(begun.elapsed() < DEADLINE, "the desk does not stop");
            std::thread::yield_now();
        }
    }
}

/// The story of an operator: first start, people, a second command beside the server, an orderly end.
fn story(dir: &Path, prepare: impl Fn(&mut Command)) {
    let command = || {
        let mut command = candor(dir);
        prepare(&mut command);
        command
    };
    let desk = Desk::start(&mut command());
    let said = desk.until("the desk is open");
    assert!(said.iter().any(|line| line.starts_with("http://localhost:5688/link/")), "{said:#?}");
    let address = said.last().and_then(|line| serde_json::from_str::<Value>(line).ok()).expect("a line of JSON");
    let address = address["address"].as_str().expect("an address").to_owned();

    done(&run(&mut command(), &["healthcheck", "--listen", &address]), 0);
    let link = done(&run(&mut command(), &["user", "create", "ann@desk.test", "--name", "Ann", "--role", "admin"]), 0);
    assert!(link.starts_with("http://localhost:5688/link/"), "{link}");
    done(&run(&mut command(), &["user", "create", "ann@desk.test", "--name", "Ann"]), 1);
    let people: Value = serde_json::from_str(&done(&run(&mut command(), &["user", "list", "--json"]), 0)).expect("JSON");
    assert_eq!((&people["items"][0]["email"], &people["items"][0]["state"]), (&"ann@desk.test".into(), &"invited".into()));
    let secret = done(&run(&mut command(), &["token", "create", "bot", "--permission", "conversation.read"]), 0);
    assert!(secret.starts_with("cnd_"), "{secret}");
    done(&run(&mut command(), &["token", "create", "bot", "--permission", "conversation.everything"]), 1);
    done(&run(&mut command(), &["audit", "verify"]), 0);
    let second = run(&mut command(), &["serve", "--listen", "127.0.0.1:0", "--public-url", "http://localhost:5688"]);
    done(&second, 3);

    desk.signal("TERM");
    desk.until("the desk is closed");
    assert!(desk.wait().success());
    // Without a server the command opens the data itself.
    let list = done(&run(&mut command(), &["user", "list"]), 0);
    assert!(list.contains("ann@desk.test"), "{list}");
    done(&run(&mut command(), &["migrate", "--check"]), 0);
}

#[test]
fn an_operator_runs_a_desk_on_sqlite() {
    let dir = tempfile::tempdir().expect("a directory");
    story(dir.path(), |_| {});
}

#[test]
fn an_operator_runs_a_desk_on_postgres() {
    let db = TestDb::postgres();
    let Place::Postgres { url, .. } = db.place.clone() else { panic!("a PostgreSQL database") };
    let dir = tempfile::tempdir().expect("a directory");
    story(dir.path(), |command| {
        command.env("CANDOR_DATABASE_URL", &url).env("CANDOR_MASTER_KEY", KEY);
    });
}

#[test]
fn a_second_signal_is_not_needed_and_idle_connections_do_not_hold_the_end() {
    let dir = tempfile::tempdir().expect("a directory");
    let desk = Desk::start(&mut candor(dir.path()));
    let line = desk.until("the desk is open").pop().expect("a line");
    let address: Value = serde_json::from_str(&line).expect("JSON");
    let _idle = std::net::TcpStream::connect(address["address"].as_str().expect("an address")).expect("connects");
    let begun = Instant::now();
    desk.signal("INT");
    assert!(desk.wait().success());
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

/// Somebody with the database in their hands changes what the log says.
fn tampered(place: Place, prepare: impl Fn(&mut Command), dir: &Path) {
    let command = || {
        let mut command = candor(dir);
        prepare(command.env("CANDOR_MASTER_KEY", KEY));
        command
    };
    done(&run(&mut command(), &["user", "create", "ann@desk.test", "--name", "Ann"]), 0);
    done(&run(&mut command(), &["audit", "verify"]), 0);
    let db = Db::open(options(place, &Arc::new(ManualClock::at(START)))).expect("opens");
    let changed =
        db.write_blocking(Queue::People, |tx| tx.execute("UPDATE audit_entry SET action = 'nothing.happened' WHERE number = 2", &[]));
    assert!(changed.expect("writes") >= 1);
    db.close();
    let said = done(&run(&mut command(), &["audit", "verify"]), 1);
    assert!(said.contains("entry 2 was changed"), "{said}");
    let said: Value = serde_json::from_str(&done(&run(&mut command(), &["audit", "verify", "--json"]), 1)).expect("JSON");
    assert_eq!(said["ok"], false);
}

#[test]
fn a_changed_audit_log_is_named_on_sqlite() {
    let dir = tempfile::tempdir().expect("a directory");
    tampered(Place::Sqlite { dir: dir.path().join("data") }, |_| {}, dir.path());
}

#[test]
fn a_changed_audit_log_is_named_on_postgres() {
    let db = TestDb::postgres();
    let Place::Postgres { url, .. } = db.place.clone() else { panic!("a PostgreSQL database") };
    let dir = tempfile::tempdir().expect("a directory");
    let place = Place::Postgres { url: url.clone(), dir: dir.path().join("data") };
    tampered(
        place,
        |command| {
            command.env("CANDOR_DATABASE_URL", &url);
        },
        dir.path(),
    );
}

#[test]
fn mistakes_in_the_settings_are_named_and_end_with_2() {
    let dir = tempfile::tempdir().expect("a directory");
    let output = run(candor(dir.path()).env("CANDOR_LISTN", "x"), &["config", "check"]);
    done(&output, 2);
    let problem = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(problem.contains("CANDOR_LISTN") && problem.contains("did you mean `listen`?"), "{problem}");
    done(&run(&mut candor(dir.path()), &["nonsense"]), 2);
    done(&run(&mut candor(dir.path()), &["config", "check"]), 0);
}

#[test]
fn secrets_are_masked_in_a_dump() {
    let dir = tempfile::tempdir().expect("a directory");
    let dump = done(
        &run(candor(dir.path()).env("CANDOR_DATABASE_URL", "postgres://me:hush@db/x").env("CANDOR_MASTER_KEY", KEY), &["config", "dump"]),
        0,
    );
    assert!(!dump.contains("hush") && !dump.contains(KEY) && dump.contains("***"), "{dump}");
}

#[test]
fn the_control_socket_is_the_owners_only_and_refuses_other_versions() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a directory");
    let desk = Desk::start(&mut candor(dir.path()));
    desk.until("the desk is open");
    let path = dir.path().join("data/control.sock");
    let mode = std::fs::metadata(&path).expect("the socket").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    assert_eq!(std::fs::metadata(dir.path().join("data")).expect("the directory").permissions().mode() & 0o777, 0o700);
    let ask = |line: &str| {
        let mut stream = UnixStream::connect(&path).expect("connects");
        stream.write_all(line.as_bytes()).expect("writes");
        let mut reply = String::new();
        BufReader::new(stream).read_line(&mut reply).expect("answers");
        reply
    };
    assert!(ask("{\"version\":\"0.0.1\",\"deed\":{\"deed\":\"user_list\"}}\n").contains("use the same"));
    assert!(ask("nonsense\n").contains("refused"));
    assert!(ask(&format!("{{\"version\":\"{}\",\"deed\":{{\"deed\":\"explode\"}}}}\n", env!("CARGO_PKG_VERSION"))).contains("refused"));
}

#[test]
fn a_data_directory_with_a_long_path_has_its_socket_too() {
    let dir = tempfile::tempdir().expect("a directory");
    let long = dir.path().join("a-directory-name-that-is-rather-long/and-another-one-that-is-just-as-long-as-the-first/and-one-more");
    std::fs::create_dir_all(&long).expect("makes");
    let desk = Desk::start(&mut candor(&long));
    desk.until("the desk is open");
    done(&run(&mut candor(&long), &["user", "list"]), 0);
}

#[test]
fn without_a_server_a_healthcheck_ends_with_3() {
    let dir = tempfile::tempdir().expect("a directory");
    done(&run(&mut candor(dir.path()), &["healthcheck", "--listen", "127.0.0.1:1"]), 3);
}
