//! The real program as a child: started on a new desk, killed with -9, started again on the same data.

use crate::client::{Client, text};
use anyhow::{Context, Result, bail};
use clap::Args;
use hyper::header;
use postgres::NoTls;
use serde_json::{Value, json};
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a start may take before the run is given up. The target is far below.
const PATIENCE: Duration = Duration::from_secs(30);
const PASSWORD: &str = "correct horse battery staple";
/// As `candor demo fill` says it.
const DEMO_PASSWORD: &str = "harbor lights at dusk";

/// Which desk a run works on.
#[derive(Clone, Debug, Args)]
pub(crate) struct DeskArgs {
    /// The program.
    #[arg(long, default_value = "target/debug/candor", value_name = "PATH")]
    candor: PathBuf,
    /// A superuser's address of PostgreSQL: the run makes a database there and drops it. Without it SQLite.
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
}

impl DeskArgs {
    pub(crate) fn database(&self) -> &'static str {
        if self.postgres.is_some() { "postgres" } else { "sqlite" }
    }
}

pub(crate) struct Desk {
    program: PathBuf,
    database: Option<Database>,
    data: TempDir,
    port: u16,
    metrics: u16,
    child: Option<Child>,
}

/// A database of this run, dropped with it.
struct Database {
    admin: String,
    name: String,
}

impl Desk {
    /// A new desk after its first start.
    pub(crate) async fn start(args: &DeskArgs) -> Result<Self> {
        let data = tempfile::tempdir().context("no temporary directory")?;
        let database = match &args.postgres {
            Some(admin) => Some(Database::create(admin.clone()).await?),
            None => None,
        };
        let mut desk = Self { program: args.candor.clone(), database, data, port: free_port()?, metrics: free_port()?, child: None };
        desk.wake().await?;
        Ok(desk)
    }

    /// A desk filled by `candor demo fill` before its first start.
    pub(crate) async fn filled(args: &DeskArgs, conversations: u64, messages: u64) -> Result<Self> {
        let data = tempfile::tempdir().context("no temporary directory")?;
        let mut desk = Self { program: args.candor.clone(), database: None, data, port: free_port()?, metrics: free_port()?, child: None };
        let amount = [("--conversations", conversations), ("--messages", messages)];
        let amount: Vec<String> = amount.into_iter().flat_map(|(name, count)| [name.to_owned(), count.to_string()]).collect();
        let mut command = Command::new(&desk.program);
        command
            .args(["demo", "fill"])
            .args(amount)
            .args(desk.place())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let status =
            tokio::task::spawn_blocking(move || command.status()).await.context("the thread panicked")?.context("cannot fill the desk")?;
        if !status.success() {
            bail!("filling ended with {status}");
        }
        desk.wake().await?;
        Ok(desk)
    }

    /// The process, for what the system says of it.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// How long the oldest stream has waited for the reactor, in seconds.
    pub(crate) async fn reactor_behind(&self) -> Result<f64> {
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", self.metrics)).await.context("no metrics")?;
        let text = read_plain(stream).await?;
        let line = text.lines().find_map(|line| line.strip_prefix("candor_reactor_behind_seconds ")).context("no figure of the reactor")?;
        line.trim().parse().context("not a number")
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Starts the program; how long it took until it was ready.
    pub(crate) async fn wake(&mut self) -> Result<Duration> {
        let begun = Instant::now();
        let said = File::options().create(true).append(true).open(self.said()).context("cannot keep the log")?;
        let mut command = Command::new(&self.program);
        command.args(["serve", "--listen", &format!("127.0.0.1:{}", self.port), "--public-url", &self.address()]);
        // A CANDOR_ variable of this machine would change what is measured.
        command.args(self.place()).env_clear().env("CANDOR_LIMIT_FACTOR", "1000000");
        command.env("CANDOR_METRICS_LISTEN", format!("127.0.0.1:{}", self.metrics));
        command.stdin(Stdio::null()).stdout(said.try_clone().context("cannot keep the log")?).stderr(said);
        let child = self.child.insert(command.spawn().with_context(|| format!("cannot start {}", self.program.display()))?);
        let client = Client::new(&format!("http://127.0.0.1:{}", self.port))?;
        loop {
            if client.get("/readyz").await.is_ok_and(|answer| answer.status == 200) {
                return Ok(begun.elapsed());
            }
            if let Some(status) = child.try_wait().context("cannot watch the server")? {
                bail!("the server ended with {status}:\n{}", self.log());
            }
            if begun.elapsed() > PATIENCE {
                bail!("the server was not ready after {PATIENCE:?}:\n{}", self.log());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Where the data is, as arguments of any command.
    fn place(&self) -> Vec<String> {
        let mut place = vec!["--data".to_owned(), self.data.path().display().to_string()];
        if let Some(database) = &self.database {
            place.extend(["--database-url".to_owned(), database.url()]);
        }
        place
    }

    /// SIGKILL: nothing is finished, nothing is flushed.
    pub(crate) fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().context("cannot kill the server")?;
            child.wait().context("cannot wait for the server")?;
        }
        Ok(())
    }

    /// Whether the audit log is whole, as the program itself says it.
    pub(crate) fn audit_is_whole(&self) -> Result<bool> {
        let output = Command::new(&self.program)
            .args(["audit", "verify"])
            .args(self.place())
            .env_clear()
            .output()
            .context("cannot verify the audit log")?;
        Ok(output.status.success())
    }

    /// Everything the program has said.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.said()).unwrap_or_default()
    }

    fn said(&self) -> PathBuf {
        Path::join(self.data.path(), "said.log")
    }

    /// The first administrator, signed in by the link of the first start.
    pub(crate) async fn admin(&self) -> Result<Client> {
        let log = self.log();
        let link = log.split_whitespace().find_map(|word| word.split_once("/link/")).context("no link for the first administrator")?.1;
        let client = Client::new(&self.address())?;
        let who = json!({ "name": "Ada", "email": "ada@desk.test", "password": PASSWORD });
        let answer = client.post(&format!("/api/v1/links/{link}"), &who).await?;
        let cookie = answer.headers.get(header::SET_COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        answer.ok()?;
        client.with(header::COOKIE, &cookie)
    }

    /// The same administrator in another browser.
    pub(crate) async fn admin_again(&self) -> Result<Client> {
        self.enter("ada@desk.test", PASSWORD).await
    }

    /// Somebody of a desk filled by `demo fill`.
    pub(crate) async fn sign_in(&self, email: &str) -> Result<Client> {
        self.enter(email, DEMO_PASSWORD).await
    }

    async fn enter(&self, email: &str, password: &str) -> Result<Client> {
        let client = Client::new(&self.address())?;
        let answer = client.post("/api/v1/session", &json!({ "email": email, "password": password })).await?;
        let cookie = answer.headers.get(header::SET_COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        answer.ok()?;
        client.with(header::COOKIE, &cookie)
    }

    /// An agent who sees only the team with the fewest conversations: one in a hundred of a filled desk.
    pub(crate) async fn narrow(&self, admin: &Client) -> Result<Client> {
        let me = admin.get("/api/v1/session").await?.ok()?;
        let teams = me.pointer("/directory/teams").and_then(Value::as_array).context("no teams")?;
        let roles = admin.get("/api/v1/roles").await?.ok()?;
        let roles = roles.pointer("/items").and_then(Value::as_array).context("no roles")?;
        let role = roles.iter().find(|role| role["name"] == "agent").context("no role for agents")?;
        let grant = json!({ "role": role["id"], "team": teams.first().context("no team")?["id"] });
        let new = json!({ "email": "narrow@demo.test", "name": "Narrow", "roles": [grant], "teams": [], "locale": "en" });
        let invited = admin.post("/api/v1/agents", &new).await?.ok()?;
        let link = text(&invited, "/link")?;
        let token = link.rsplit_once('/').context("no link")?.1.to_owned();
        let client = Client::new(&self.address())?;
        client.post(&format!("/api/v1/links/{token}"), &json!({ "password": PASSWORD })).await?.ok()?;
        self.enter("narrow@demo.test", PASSWORD).await
    }

    /// The inbox that every new desk has.
    pub(crate) async fn inbox(&self, admin: &Client) -> Result<String> {
        text(&admin.get("/api/v1/inboxes").await?.ok()?, "/items/0/id")
    }

    /// A new visitor without a name, with the token of the session.
    pub(crate) async fn visitor(&self, inbox: &str) -> Result<(Client, String)> {
        let client = Client::new(&self.address())?;
        let session: Value = client.post("/visitor/v1/sessions", &json!({ "inbox": inbox, "locale": "zh-CN" })).await?.ok()?;
        let token = text(&session, "/token")?;
        Ok((client.with(header::AUTHORIZATION, &format!("Bearer {token}"))?, token))
    }
}

/// Free now; nobody on this machine is expected to take it in between.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).context("no free port")?.port())
}

/// One plain answer to `GET /metrics`.
async fn read_plain(mut stream: tokio::net::TcpStream) -> Result<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.context("cannot ask")?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await.context("no answer")?;
    Ok(text)
}

impl Drop for Desk {
    fn drop(&mut self) {
        // The data goes with it, so nothing has to be finished.
        let _ = self.kill();
    }
}

impl Database {
    async fn create(admin: String) -> Result<Self> {
        let database = Self { admin, name: format!("candor_bench_{}", uuid::Uuid::new_v4().simple()) };
        database.admin(format!("CREATE DATABASE {}", database.name)).await?;
        Ok(database)
    }

    /// The admin's address with this database in its path.
    fn url(&self) -> String {
        let base = self.admin.rsplit_once('/').map_or(self.admin.as_str(), |(base, _)| base);
        format!("{base}/{}", self.name)
    }

    /// On a thread of its own: the driver blocks and brings its own runtime.
    async fn admin(&self, statement: String) -> Result<()> {
        let url = self.admin.clone();
        let run = move || postgres::Client::connect(&url, NoTls)?.batch_execute(&statement);
        tokio::task::spawn_blocking(run).await.context("the thread panicked")?.context("PostgreSQL refused")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (url, statement) = (self.admin.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        let drop = std::thread::spawn(move || postgres::Client::connect(&url, NoTls)?.batch_execute(&statement));
        // One that stays behind goes with the cluster.
        let _ = drop.join();
    }
}
