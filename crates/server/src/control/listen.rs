//! The server's end of the control socket.

use super::deed::{self, Deed};
use super::{Address, Ask, LONGEST, MOST, NAME, Reply, VERSION};
use crate::state::AppState;
use std::fs::{Permissions, remove_file, set_permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedReadHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

/// The open socket; its file goes when the server ends.
pub struct Control {
    accepting: JoinHandle<()>,
    path: PathBuf,
}

impl Control {
    /// After `draining`: waits for the last deed and takes the file away.
    pub async fn finish(self) {
        if self.accepting.await.is_err() {
            tracing::error!("the control socket panicked");
        }
        // A file that stays is replaced by the next start.
        let _ = remove_file(&self.path);
    }
}

/// Opens the socket. The caller owns the directory, so a file that is there is left over.
pub fn listen(state: &AppState, dir: &Path) -> std::io::Result<Control> {
    let path = dir.join(NAME);
    match remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let address = Address::of(dir)?;
    let listener = UnixListener::bind(&address.path)?;
    set_permissions(&path, Permissions::from_mode(0o600))?;
    let accepting = tokio::spawn(accept(state.clone(), listener));
    Ok(Control { accepting, path })
}

async fn accept(state: AppState, listener: UnixListener) {
    loop {
        let stream = tokio::select! {
            () = state.draining.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        // One at a time: whoever types commands waits for the one before.
        match stream {
            Ok((stream, _)) => {
                if let Err(error) = serve(&state, stream).await {
                    tracing::warn!(%error, "a command through the control socket broke off");
                }
            }
            Err(error) => tracing::warn!(%error, "the control socket cannot accept"),
        }
    }
}

async fn serve(state: &AppState, stream: UnixStream) -> std::io::Result<()> {
    let uid = stream.peer_cred()?.uid();
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut read = BufReader::new(read);
    (&mut read).take(LONGEST).read_line(&mut line).await?;
    let reply = match answer(state, uid, &line, &mut read).await {
        Ok(done) => Reply::Done(done),
        Err(why) => Reply::Refused(why),
    };
    let mut text = serde_json::to_string(&reply)?;
    text.push('\n');
    write.write_all(text.as_bytes()).await
}

async fn answer(state: &AppState, uid: u32, line: &str, rest: &mut BufReader<OwnedReadHalf>) -> Result<serde_json::Value, String> {
    let ask: Ask = serde_json::from_str(line).map_err(|_| "the command cannot be read".to_owned())?;
    if ask.version != VERSION {
        return Err(format!("the running server is candor {VERSION}, this command is candor {}: use the same", ask.version));
    }
    let deed: Deed = serde_json::from_value(ask.deed).map_err(|error| error.to_string())?;
    if ask.bytes > MOST {
        return Err(format!("at most {MOST} bytes"));
    }
    let mut bytes = Vec::new();
    rest.take(ask.bytes).read_to_end(&mut bytes).await.map_err(|error| error.to_string())?;
    if bytes.len() as u64 != ask.bytes {
        return Err("the command broke off".to_owned());
    }
    deed::perform(&state.app, uid, deed, bytes).await.map_err(|error| error.to_string())
}
