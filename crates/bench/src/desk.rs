//! The real program as a child: started on a new desk, killed with -9, started again on the same data.

use crate::client::Client;
use anyhow::{Context, Result, bail};
use clap::Args;
use postgres::NoTls;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a start may take before the run is given up. The target is far below.
const PATIENCE: Duration = Duration::from_secs(30);

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
    /// The superuser's address of PostgreSQL, when the desk is on it.
    pub(crate) fn postgres(&self) -> Option<&str> {
        self.postgres.as_deref()
    }

    /// The same desk on this PostgreSQL.
    pub(crate) fn on(&self, postgres: String) -> Self {
        Self { postgres: Some(postgres), ..self.clone() }
    }

    pub(crate) fn database(&self) -> &'static str {
        if self.postgres.is_some() { "postgres" } else { "sqlite" }
    }
}

/// How much a filled desk holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amount {
    pub(crate) conversations: u64,
    pub(crate) messages: u64,
}

pub(crate) struct Desk {
    program: PathBuf,
    database: Option<Arc<Database>>,
    /// Variables of this process alone.
    settings: Vec<(String, String)>,
    data: Folder,
    port: u16,
    metrics: u16,
    child: Option<Child>,
}

/// Where a desk's data lies: in a folder of this run, or in one that stays.
struct Folder {
    path: PathBuf,
    _own: Option<TempDir>,
}

impl Folder {
    fn temporary() -> Result<Self> {
        let own = tempfile::tempdir().context("no temporary directory")?;
        Ok(Self { path: own.path().to_owned(), _own: Some(own) })
    }
}

/// A database of this run, dropped with it.
struct Database {
    admin: String,
    name: String,
}

impl Desk {
    /// A new desk after its first start.
    pub(crate) async fn start(args: &DeskArgs) -> Result<Self> {
        let database = match &args.postgres {
            Some(admin) => Some(Database::create(admin.clone()).await?),
            None => None,
        };
        let mut desk = Self::new(args, Folder::temporary()?, database)?;
        desk.wake().await?;
        Ok(desk)
    }

    /// A node with settings of its own: the first of a new desk, or one more beside it, with its own data directory.
    pub(crate) async fn node(args: &DeskArgs, beside: Option<&Self>, settings: &[(&str, &str)]) -> Result<Self> {
        let database = match (beside, &args.postgres) {
            (Some(first), _) => first.database.clone(),
            (None, Some(admin)) => Some(Arc::new(Database::create(admin.clone()).await?)),
            (None, None) => None,
        };
        let mut node = Self::over(args, Folder::temporary()?, database)?;
        node.settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        node.wake().await?;
        Ok(node)
    }

    /// Where the master key lies that the first start made.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.data.path.join("master.key")
    }

    /// A desk filled by `candor demo fill` before its first start, and how long that took. In a `folder` that was filled by
    /// an earlier run it is taken as it is.
    pub(crate) async fn filled(args: &DeskArgs, amount: Amount, folder: Option<&Path>) -> Result<(Self, Duration)> {
        let folder = match folder {
            Some(path) => Folder { path: path.to_owned(), _own: None },
            None => Folder::temporary()?,
        };
        let mut desk = Self::new(args, folder, None)?;
        let begun = Instant::now();
        if !desk.database_file().exists() {
            desk.fill(amount).await?;
        }
        let took = begun.elapsed();
        desk.wake().await?;
        Ok((desk, took))
    }

    fn new(args: &DeskArgs, data: Folder, database: Option<Database>) -> Result<Self> {
        Self::over(args, data, database.map(Arc::new))
    }

    fn over(args: &DeskArgs, data: Folder, database: Option<Arc<Database>>) -> Result<Self> {
        let (program, [port, metrics]) = (args.candor.clone(), free_ports()?);
        Ok(Self { program, database, settings: Vec::new(), data, port, metrics, child: None })
    }

    async fn fill(&self, amount: Amount) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.args(["demo", "fill", "--conversations", &amount.conversations.to_string()]);
        command.args(["--messages", &amount.messages.to_string()]).args(self.place()).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let ended = tokio::task::spawn_blocking(move || command.status()).await.context("the thread panicked")?;
        let status = ended.context("cannot fill the desk")?;
        if !status.success() {
            bail!("filling ended with {status}");
        }
        Ok(())
    }

    /// The process, for what the system says of it.
    pub(crate) fn pid(&self) -> Result<u32> {
        Ok(self.child.as_ref().context("the server does not run")?.id())
    }

    /// Where the desk's files lie, which is beside its database.
    pub(crate) fn files_folder(&self) -> PathBuf {
        self.data.path.join("files")
    }

    /// Where SQLite keeps the desk.
    pub(crate) fn database_file(&self) -> PathBuf {
        self.data.path.join("candor.db")
    }

    /// The address of this desk's own database, on PostgreSQL.
    pub(crate) fn database_url(&self) -> Option<String> {
        self.database.as_deref().map(Database::url)
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
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
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

    /// Fails when the process ended by itself: what happened to it since its start, it must have outlived.
    pub(crate) fn is_still_up(&mut self) -> Result<()> {
        let child = self.child.as_mut().context("the server does not run")?;
        match child.try_wait().context("cannot watch the server")? {
            None => Ok(()),
            Some(status) => bail!("the server ended with {status}:\n{}", self.log()),
        }
    }

    /// Where the data is, as arguments of any command.
    fn place(&self) -> Vec<String> {
        let mut place = vec!["--data".to_owned(), self.data.path.display().to_string()];
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
        self.data.path.join("said.log")
    }
}

/// A port that is free now; nobody on this machine is expected to take it in between.
pub(crate) fn free_port() -> Result<u16> {
    Ok(free_ports()?[0])
}

/// Two ports that are free now; held together, because the system may give a port that was just let go a second time.
fn free_ports() -> Result<[u16; 2]> {
    let bound = || TcpListener::bind(("127.0.0.1", 0)).context("no free port");
    let (one, other) = (bound()?, bound()?);
    Ok([one.local_addr()?.port(), other.local_addr()?.port()])
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
