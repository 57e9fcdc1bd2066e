//! The floor of everything that is answered over a network: bare axum in a process of its own, without sign-in, rights or
//! rules. It echoes, echoes after a durable commit, reads the rows of a page from a desk's database with the desk's own statements, and tells sockets.

use crate::floor::Commits;
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Path as InPath, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use clap::Args;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use tokio::net::TcpListener;
use tokio::sync::{broadcast, oneshot};

/// As the desk keeps for an agent's socket.
const BEHIND: usize = 1024;
/// As the desk keeps for reading: with the library's own 128 KB a socket nothing else would show.
const READ: usize = 2 << 10;

#[derive(Debug, Args)]
pub(crate) struct BareArgs {
    /// A desk's SQLite database to read pages from.
    #[arg(long, value_name = "PATH")]
    database: Option<PathBuf>,
}

/// What its handlers share.
#[derive(Clone)]
struct Shared {
    database: Option<Arc<Mutex<Connection>>>,
    news: broadcast::Sender<Utf8Bytes>,
    keep: mpsc::Sender<oneshot::Sender<()>>,
}

/// Serves until it is killed; its port is the first line it prints.
pub(crate) async fn run(args: &BareArgs) -> Result<bool> {
    let database = args.database.as_deref().map(open).transpose()?.map(|opened| Arc::new(Mutex::new(opened)));
    let shared = Shared { database, news: broadcast::channel(BEHIND).0, keep: keeper()? };
    let router = Router::new()
        .route("/", post(|body: String| async move { body }))
        .route("/keep", post(keep))
        .route("/inbox", get(|State(shared): State<Shared>| async move { page(&shared, INBOX, None) }))
        .route("/open/{id}", get(|State(shared): State<Shared>, InPath(id): InPath<String>| async move { page(&shared, OPEN, Some(&id)) }))
        .route("/socket", get(socket))
        .route("/tell", post(tell))
        .with_state(shared);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("no free port")?;
    crate::report::line(&listener.local_addr().context("no address")?.port().into());
    axum::serve(listener, router).await.context("cannot serve")?;
    Ok(true)
}

/// The one thread that commits, as every server over SQLite has it.
fn keeper() -> Result<mpsc::Sender<oneshot::Sender<()>>> {
    let (keep, asked) = mpsc::channel::<oneshot::Sender<()>>();
    let commits = Commits::new()?;
    std::thread::Builder::new().name("keeper".to_owned()).spawn(move || {
        for done in asked {
            if commits.one().is_ok() {
                let _ = done.send(());
            }
        }
    })?;
    Ok(keep)
}

async fn keep(State(shared): State<Shared>, body: String) -> Result<String, StatusCode> {
    let (done, kept) = oneshot::channel();
    shared.keep.send(done).map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    kept.await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(body)
}

fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).context("no such database")?;
    connection.execute_batch("PRAGMA cache_size = -8192")?;
    Ok(connection)
}

/// The 50 newest open cases and the last 50 messages of one: every plain column that the desk shows, cells as they lie there.
const INBOX: &str = "SELECT id, number, contact_id, inbox_id, team_id, assignee_id, status_id, category, turn, priority, channel, language, \
     subject_sealed, preview_sealed, preview_from, tags, seq, public_seq, last_customer_seq, visitor_read_seq, created_at, updated_at, \
     last_message_at, waiting_since, first_reply_at, resolved_at, snoozed, snoozed_until, rating FROM conversation WHERE category < 2 AND NOT spam \
     ORDER BY last_message_at DESC LIMIT 50";
const OPEN: &str = "SELECT id, seq, public_seq, kind, author_kind, author_id, body_sealed, language, files, mentions, client_id, at, late, \
     redacted_at FROM message WHERE conversation_id = unhex(replace(?1, '-', '')) ORDER BY seq DESC LIMIT 50";

fn page(shared: &Shared, sql: &str, id: Option<&str>) -> Result<String, (StatusCode, String)> {
    let read = || -> Result<String> {
        let connection = shared.database.as_ref().context("no database was given")?.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare_cached(sql)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = match id {
            Some(id) => statement.query([id])?,
            None => statement.query([])?,
        };
        let mut page = Vec::new();
        while let Some(row) = rows.next()? {
            let mut one = Map::new();
            for (place, name) in names.iter().enumerate() {
                one.insert(name.clone(), shown(row.get_ref(place)?));
            }
            page.push(Value::Object(one));
        }
        Ok(Value::Array(page).to_string())
    };
    read().map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")))
}

/// A cell as text; a sealed one as so much text as it seals, for nothing is opened here.
fn shown(cell: ValueRef<'_>) -> Value {
    const SEAL: usize = 45;
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        ValueRef::Blob(bytes) if bytes.len() == 16 => uuid::Uuid::from_slice(bytes).unwrap_or_default().to_string().into(),
        ValueRef::Blob(bytes) => "x".repeat(bytes.len().saturating_sub(SEAL)).into(),
    }
}

async fn socket(State(shared): State<Shared>, upgrade: WebSocketUpgrade) -> axum::response::Response {
    upgrade.read_buffer_size(READ).write_buffer_size(0).on_upgrade(move |socket| follow(socket, shared.news.subscribe()))
}

async fn follow(mut socket: WebSocket, mut news: broadcast::Receiver<Utf8Bytes>) {
    // The client waits for it, so that nothing is told before all listen.
    let mut good = socket.send(Message::text("ready")).await.is_ok();
    while good {
        good = tokio::select! {
            heard = socket.recv() => matches!(heard, Some(Ok(_))),
            told = news.recv() => match told {
                Ok(text) => socket.send(Message::Text(text)).await.is_ok(),
                Err(_) => false,
            },
        };
    }
}

async fn tell(State(shared): State<Shared>, body: String) -> String {
    shared.news.send(body.into()).map_or(0, |count| count).to_string()
}

/// The bare server as a child.
pub(crate) struct Bare {
    child: Child,
    pub(crate) port: u16,
}

impl Bare {
    pub(crate) fn start(database: Option<&Path>) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe().context("where is this program?")?);
        command.arg("bare").stdin(Stdio::null()).stdout(Stdio::piped());
        if let Some(database) = database {
            command.arg("--database").arg(database);
        }
        let mut child = command.spawn().context("cannot start the bare server")?;
        let mut port = String::new();
        let said = child.stdout.take().context("nothing to read from")?;
        BufReader::new(said).read_line(&mut port).context("the bare server does not speak")?;
        Ok(Self { child, port: port.trim().parse().context("the bare server told no port")? })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // Its data is nobody's, so nothing has to be finished.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
