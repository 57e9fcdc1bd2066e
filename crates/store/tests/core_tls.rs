//! TLS to PostgreSQL: each `sslmode` means what it means there. Starts a server of its own, with a certificate for "localhost".

use candor_store::testing::{START, options};
use candor_store::{Db, Error, ManualClock, Place, Pool, Query};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// A server that takes TLS only; stopped when dropped.
struct Server {
    dir: tempfile::TempDir,
    port: u16,
    bin: PathBuf,
}

impl Server {
    fn start() -> Server {
        let dir = tempfile::tempdir().expect("a directory");
        let bin = bin();
        certificates(dir.path());
        own(dir.path());
        let port = (54330..54340).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a free port");
        let server = Server { dir, port, bin };
        let data = server.path("data");
        server.run("initdb", &["-D", &data, "-U", "postgres", "-A", "trust", "--no-sync"]);
        std::fs::write(server.dir.path().join("data/pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n").expect("writes");
        let settings = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c ssl=on -c ssl_cert_file='{}' -c ssl_key_file='{}'",
            server.path("cert.pem"),
            server.path("key.pem")
        );
        server.run("pg_ctl", &["-D", &data, "-o", &settings, "-l", &server.path("log"), "-w", "start"]);
        server
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_string_lossy().into_owned()
    }

    fn run(&self, program: &str, args: &[&str]) {
        let output = command(&self.bin.join(program)).args(args).stdin(Stdio::null()).stdout(Stdio::null()).output();
        let output = output.expect("the program starts");
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Opens a store and says whether its connection is encrypted.
    fn open(&self, host: &str, mode: &str) -> Result<bool, Error> {
        let dir = tempfile::tempdir().expect("a directory");
        let url = format!("postgres://postgres@{host}:{}/postgres?{mode}", self.port);
        let place = Place::Postgres { url, dir: dir.path().to_owned() };
        let db = Db::open(options(place, &Arc::new(ManualClock::at(START))))?;
        let encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        let encrypted = db.read_blocking::<bool, Error>(Pool::Quick, |rx| rx.one(encrypted, &[], |row| row.get(0)));
        db.close();
        encrypted
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.path("data");
        let _ = command(&self.bin.join("pg_ctl")).args(["-D", &data, "-m", "immediate", "stop"]).output();
    }
}

/// The newest server installed.
fn bin() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = installed.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").exists()).collect();
    found.sort();
    found.pop().unwrap_or_default()
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// PostgreSQL does not run as root.
fn command(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program).current_dir("/");
    command
}

fn own(dir: &Path) {
    if is_root() {
        let done = Command::new("chown").args(["-R", "postgres"]).arg(dir).status();
        assert!(done.is_ok_and(|status| status.success()));
    }
}

/// A root, and a certificate for "localhost" from it; a second root that signed nothing here.
fn certificates(dir: &Path) {
    let root = |name: &str| {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a root");
        std::fs::write(dir.join(name), issuer.pem()).expect("writes");
        issuer
    };
    let issuer = root("root.pem");
    root("other.pem");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    let cert = params.signed_by(&key, &issuer).expect("a certificate");
    std::fs::write(dir.join("cert.pem"), cert.pem()).expect("writes");
    std::fs::write(dir.join("key.pem"), key.serialize_pem()).expect("writes");
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(dir.join("key.pem"), private).expect("sets the mode");
}

#[test]
fn every_sslmode_means_what_it_says() {
    let server = Server::start();
    let root = format!("sslrootcert={}", server.path("root.pem"));
    let other = format!("sslrootcert={}", server.path("other.pem"));
    let with = |mode: &str, root: &str| format!("sslmode={mode}&{root}");
    for (host, mode) in [
        ("localhost", "sslmode=prefer".to_owned()),
        ("localhost", "application_name=x".to_owned()),
        ("127.0.0.1", "sslmode=require".to_owned()),
        ("localhost", with("require", &root)),
        ("127.0.0.1", with("verify-ca", &root)),
        ("localhost", with("verify-full", &root)),
    ] {
        assert!(server.open(host, &mode).unwrap_or_else(|error| panic!("{host} {mode}: {error}")), "{host} {mode}");
    }
    for (host, mode) in [
        ("localhost", "sslmode=disable".to_owned()),
        ("localhost", "sslmode=verify-ca".to_owned()),
        ("localhost", "sslmode=verify-full".to_owned()),
        ("localhost", with("require", &other)),
        ("localhost", with("verify-ca", &other)),
        ("localhost", with("verify-full", &other)),
        ("127.0.0.1", with("verify-full", &root)),
        ("localhost", "sslmode=sometimes".to_owned()),
        ("localhost", "sslmode=verify-ca&sslrootcert=/none.pem".to_owned()),
    ] {
        assert!(server.open(host, &mode).is_err(), "{host} {mode} was let in");
    }
}
