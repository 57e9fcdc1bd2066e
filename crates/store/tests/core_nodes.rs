//! Several nodes on one PostgreSQL: who may join, and what a node that is gone leaves to the others.

use candor_store::job::{self, NewJob};
use candor_store::testing::{START, TestDb, options, run, server};
use candor_store::timer::{self, Timer};
use candor_store::{Db, Error, MasterKey, Place, Pool, Query, Queue, SealError, node};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use uuid::Uuid;

const DEADLINE: Duration = Duration::from_secs(20);

/// The same database from another data directory.
fn beside(db: &TestDb) -> (Place, TempDir) {
    let Place::Postgres { url, .. } = &db.place else { panic!("this test runs on PostgreSQL") };
    let dir = tempfile::tempdir().expect("a directory");
    (Place::Postgres { url: url.clone(), dir: dir.path().to_owned() }, dir)
}

#[test]
fn two_nodes_of_one_name_are_not_let_in_and_the_name_is_free_when_its_node_is_gone() {
    run(TestDb::postgres(), |db| async move {
        let open = || {
            let (place, dir) = beside(&db);
            let mut options = options(place, &db.clock);
            options.node = "frankfurt-1".to_owned();
            (Db::open(options), dir)
        };
        let (first, _kept) = open();
        let first = first.expect("the first of the name");
        let names = first.read(Pool::Quick, node::list).await.expect("reads").into_iter().map(|one| one.name).collect::<Vec<_>>();
        assert!(names.contains(&"frankfurt-1".to_owned()), "{names:?}");
        let refused = open().0.err().expect("refused");
        assert!(matches!(&refused, Error::SameNode { name } if name == "frankfurt-1"), "{refused}");
        assert!(refused.to_string().contains("`node` in its settings"), "{refused}");
        first.close();
        open().0.expect("the name is free again").close();
    });
}

#[test]
fn a_node_with_another_master_key_is_not_let_in() {
    run(TestDb::postgres(), |db| async move {
        let (place, _dir) = beside(&db);
        assert!(place.is_sealed().expect("asks"));
        let mut options = options(place, &db.clock);
        options.master = MasterKey::from_bytes([9; 32]);
        let refused = Db::open(options).err().expect("refused");
        assert!(matches!(refused, Error::Sealed(SealError::WrongMaster)), "{refused}");
        assert!(refused.to_string().contains("master_key_file"), "{refused}");
        db.write::<_, Error>(Queue::People, |tx| timer::disarm(tx, Uuid::nil(), "k", "")).await.expect("nobody is disturbed");
    });
}

#[test]
fn a_job_of_a_node_that_is_gone_is_taken_over_and_its_late_result_counts_for_nothing() {
    run(TestDb::postgres(), |db| async move {
        let (other, _dir) = db.second_node();
        let new = |tx: &mut candor_store::Tx<'_>| {
            let (queue, kind, body) = ("q", "k", "{}");
            let id = Uuid::from_u128(7);
            job::insert(tx, &NewJob { id, queue, kind, unique_key: None, stream: None, body, due_at: START, max_tries: 3 })
        };
        db.write::<_, Error>(Queue::People, new).await.expect("adds");
        let claim = |tx: &mut candor_store::Tx<'_>| job::claim(tx, "q", 30_000, 5);
        let here = db.write::<_, Error>(Queue::Machines, claim).await.expect("claims").pop().expect("one job");
        assert!(
            other.write::<_, Error>(Queue::Machines, claim).await.expect("asks").is_empty(),
            "while the lease holds nobody else runs it"
        );
        db.clock.advance(30_001);
        let there = other.write::<_, Error>(Queue::Machines, claim).await.expect("claims").pop().expect("the lease has ended");
        assert_eq!((there.id, there.tries), (here.id, 2));
        let late = db.write::<_, Error>(Queue::Machines, move |tx| job::finish(tx, &here)).await;
        assert!(matches!(late, Err(Error::LeaseLost)), "{late:?}");
        other.write::<_, Error>(Queue::Machines, move |tx| job::finish(tx, &there)).await.expect("counts");
        assert_eq!(other.read(Pool::Quick, |rx| job::open(rx)).await.expect("counts"), 0);
        other.close();
    });
}

#[test]
fn a_timer_that_two_nodes_find_fires_on_one() {
    run(TestDb::postgres(), |db| async move {
        let (other, _dir) = db.second_node();
        for n in 0..20u128 {
            let timer = Timer {
                id: Uuid::from_u128(n + 1),
                stream: Uuid::from_u128(n + 1),
                kind: "k".to_owned(),
                name: String::new(),
                due_at: START,
                body: String::new(),
            };
            db.write::<_, Error>(Queue::People, move |tx| timer::arm(tx, &timer)).await.expect("arms");
        }
        let fire = |db: Db| async move {
            let due = db.read(Pool::Quick, |rx| timer::due(rx, 100)).await.expect("reads");
            let mut fired = 0;
            for one in due {
                let claimed = db.write::<_, Error>(Queue::Machines, move |tx| timer::claim(tx, one.id)).await.expect("claims");
                fired += usize::from(claimed.is_some());
            }
            fired
        };
        let (here, there) = tokio::join!(tokio::spawn(fire(db.db.clone())), tokio::spawn(fire(other.clone())));
        assert_eq!(here.expect("ends") + there.expect("ends"), 20);
        other.close();
    });
}

/// PgBouncer between us and the server of the tests.
struct Bouncer {
    child: Child,
    port: u16,
    _dir: TempDir,
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Bouncer {
    fn start(pool_mode: &str) -> Bouncer {
        let dir = tempfile::tempdir().expect("a directory");
        let server: postgres::Config = server().parse().expect("an address");
        let password = String::from_utf8_lossy(server.get_password().unwrap_or_default()).into_owned();
        let (user, to) = (server.get_user().unwrap_or("postgres"), server.get_ports().first().copied().unwrap_or(5432));
        let port = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|one| one.local_addr()).expect("a free port").port();
        let ini = dir.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={to} user={user} password={password}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {pool_mode}\ndefault_pool_size = 40\n"
        );
        std::fs::write(&ini, text).expect("writes");
        // It never runs as root, and the user it runs as must be able to read this.
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).expect("its own directory");
        let mut command = Command::new("pgbouncer");
        if rustix::process::geteuid().is_root() {
            command.args(["-u", "postgres"]);
        }
        let child =
            command.arg(&ini).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("pgbouncer is installed: run `make setup`");
        let bouncer = Bouncer { child, port, _dir: dir };
        let end = Instant::now() + DEADLINE;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < end, "pgbouncer does not listen");
            std::thread::yield_now();
        }
        bouncer
    }

    fn place(&self, db: &TestDb) -> (Place, TempDir) {
        let (Place::Postgres { url, dir: _ }, dir) = beside(db) else { panic!("this test runs on PostgreSQL") };
        let address: postgres::Config = url.parse().expect("an address");
        let name = address.get_dbname().expect("a database");
        (Place::Postgres { url: format!("postgres://candor@127.0.0.1:{}/{name}", self.port), dir: dir.path().to_owned() }, dir)
    }
}

#[test]
fn a_transaction_pooler_is_recognised_and_refused() {
    run(TestDb::postgres(), |db| async move {
        let bouncer = Bouncer::start("transaction");
        let (place, _dir) = bouncer.place(&db);
        assert!(place.is_pooled().expect("asks"));
        let refused = Db::open(options(place.clone(), &db.clock)).err().expect("refused");
        assert!(matches!(refused, Error::Pooled), "{refused}");
        assert!(refused.to_string().contains("pool_mode = session"), "{refused}");
        assert!(matches!(Db::open_reader(options(place, &db.clock)).err(), Some(Error::Pooled)));
        assert!(!db.place.is_pooled().expect("asks"), "the server itself is none");
    });
}

#[test]
fn a_session_pooler_serves_a_node_like_the_server_itself() {
    run(TestDb::postgres(), |db| async move {
        let bouncer = Bouncer::start("session");
        let (place, _dir) = bouncer.place(&db);
        assert!(!place.is_pooled().expect("asks"));
        let node = Db::open(options(place, &db.clock)).expect("opens");
        let one: i64 =
            node.read::<_, Error>(Pool::Quick, |rx| rx.one("SELECT CAST(1 AS BIGINT)", &[], |row| row.get(0))).await.expect("reads");
        assert_eq!(one, 1);
        node.close();
    });
}
