//! Databases for tests, and `db_test!`, which runs a test on SQLite and on PostgreSQL.
//! `CANDOR_TEST_POSTGRES` names a server (as superuser); without it the PostgreSQL half fails, it is never passed over.

use crate::{Clock, Db, ManualClock, MasterKey, Options, Place};
use postgres::{Client, NoTls};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// When tests begin: 2026-01-01 00:00 UTC.
pub const START: i64 = 1_767_225_600_000;
const SERVER: &str = "CANDOR_TEST_POSTGRES";

/// A database of one test, gone when the test ends. Used like a `Db`.
pub struct TestDb {
    pub db: Db,
    pub clock: Arc<ManualClock>,
    pub place: Place,
    dir: tempfile::TempDir,
    /// The database to drop.
    made: Option<String>,
}

impl Deref for TestDb {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl TestDb {
    pub fn sqlite() -> TestDb {
        let dir = tempfile::tempdir().expect("a temporary directory");
        TestDb::at(Place::Sqlite { dir: dir.path().to_owned() }, dir, None)
    }

    pub fn postgres() -> TestDb {
        let (url, name) = new_database();
        let dir = tempfile::tempdir().expect("a temporary directory");
        TestDb::at(Place::Postgres { url, dir: dir.path().to_owned() }, dir, Some(name))
    }

    fn at(place: Place, dir: tempfile::TempDir, made: Option<String>) -> TestDb {
        let clock = Arc::new(ManualClock::at(START));
        let db = Db::open(options(place.clone(), &clock)).expect("a new database opens");
        TestDb { db, clock, place, dir, made }
    }

    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Closes the store and opens it again, as a restart does.
    pub fn reopen(&mut self) {
        self.db.close();
        self.db = Db::open(options(self.place.clone(), &self.clock)).expect("the database opens again");
    }

    /// Every file in which this database's rows lie, written out to them before: what a thief of the disk would read.
    pub fn kept_files(&self) -> Vec<std::path::PathBuf> {
        let mut found = files_below(self.dir.path());
        if let Some(name) = self.made.clone() {
            let folder = std::thread::spawn(move || cluster_folder(&name)).join().expect("the folder of the database");
            found.extend(files_below(&folder));
        }
        found
    }

    /// A second node on the same PostgreSQL database.
    pub fn second_node(&self) -> (Db, tempfile::TempDir) {
        let Place::Postgres { url, .. } = &self.place else { panic!("only PostgreSQL has several nodes") };
        let dir = tempfile::tempdir().expect("a temporary directory");
        let place = Place::Postgres { url: url.clone(), dir: dir.path().to_owned() };
        (Db::open(options(place, &self.clock)).expect("a second node opens"), dir)
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        self.db.close();
        if let Some(name) = &self.made {
            // The server goes with the test run; a database that stays behind harms nobody.
            let drop = || admin().batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            let _ = std::thread::scope(|scope| scope.spawn(drop).join());
        }
    }
}

/// Options of a small store with the tests' master key.
pub fn options(place: Place, clock: &Arc<ManualClock>) -> Options {
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(clock);
    let mut options = Options::new(place, MasterKey::from_bytes([7; 32]), clock);
    options.quick_readers = 2;
    options.slow_readers = 1;
    options.writers = 4;
    options
}

/// Runs a test's future; what `db_test!` calls.
pub fn run<F: Future<Output = ()>>(db: TestDb, test: impl FnOnce(TestDb) -> F) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime").block_on(test(db));
}

/// `db_test!(name, |db| async move { ... })` makes two tests, `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! db_test {
    ($(#[$meta:meta])* $name:ident, |$db:ident| $test:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($db: $crate::testing::TestDb) {
                let test = $test;
                test.await
            }

            $(#[$meta])*
            #[test]
            fn sqlite() {
                $crate::testing::run($crate::testing::TestDb::sqlite(), test);
            }

            $(#[$meta])*
            #[test]
            fn postgres() {
                $crate::testing::run($crate::testing::TestDb::postgres(), test);
            }
        }
    };
}

/// A new database copied from the migrated template; its address and name.
fn new_database() -> (String, String) {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    let template = TEMPLATE.get_or_init(template);
    let name = format!("candor_t_{}_{:016x}", std::process::id(), rand::random::<u64>());
    let mut admin = admin();
    admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).expect("a database for the test");
    (url_of(&name), name)
}

/// The template for this program's schema, made by whoever comes first.
fn template() -> String {
    let name = format!("candor_template_{}", crate::migrate::fingerprint(crate::Backend::Postgres));
    let mut admin = admin();
    admin.batch_execute("SELECT pg_advisory_lock(7403811)").expect("a lock");
    let ready = admin
        .query_opt("SELECT datistemplate FROM pg_database WHERE datname = $1", &[&name])
        .expect("a list of databases")
        .map(|row| row.get::<_, bool>(0));
    if ready != Some(true) {
        admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).expect("drops");
        admin.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database for the template");
        let dir = tempfile::tempdir().expect("a temporary directory");
        let place = Place::Postgres { url: url_of(&name), dir: dir.path().to_owned() };
        Db::open(options(place, &Arc::new(ManualClock::at(START)))).expect("the template opens").close();
        admin.batch_execute(&format!("ALTER DATABASE {name} IS_TEMPLATE true")).expect("a template");
    }
    admin.batch_execute("SELECT pg_advisory_unlock(7403811)").expect("unlocks");
    name
}

/// Where the server keeps a database, all of it on disk by now.
fn cluster_folder(name: &str) -> std::path::PathBuf {
    let mut admin = admin();
    admin.batch_execute("CHECKPOINT").expect("a checkpoint");
    let row = admin
        .query_one("SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = $1", &[&name])
        .expect("the database is there");
    std::path::Path::new(&row.get::<_, String>(0)).join("base").join(row.get::<_, u32>(1).to_string())
}

fn files_below(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a folder that can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}

fn admin() -> Client {
    Client::connect(&server(), NoTls).expect("the server of CANDOR_TEST_POSTGRES answers")
}

/// The server's address.
pub fn server() -> String {
    std::env::var(SERVER).unwrap_or_else(|_| {
        panic!("{SERVER} is not set: run `make test`, or start a PostgreSQL server and set it to its superuser address")
    })
}

/// The server's address with another database.
pub fn url_of(database: &str) -> String {
    let server = server();
    let (base, query) = server.split_once('?').map_or((server.as_str(), ""), |(base, query)| (base, query));
    let host = base.find("://").map_or(0, |at| at + 3);
    let base = base[host..].find('/').map_or(base, |slash| &base[..host + slash]);
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    format!("{base}/{database}{query}")
}
