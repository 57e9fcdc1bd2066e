//! The answering side: takes requests of this user and of root, and hands them to the application.

use super::{Ask, Hello, LINE, PATIENCE, Say, address, line, versions};
use crate::Error;
use std::fs::Permissions;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use tokio::sync::mpsc;

/// Requests that wait for the application.
const WAITING: usize = 16;

/// A request and who asks; answered by whoever takes it.
pub struct Request {
    /// The asking process's user: the actor of the audit log.
    pub uid: u32,
    pub body: String,
    stream: UnixStream,
}

impl Request {
    /// Tells how far the work is. False: nobody listens any more.
    pub fn progress(&mut self, text: &str) -> bool {
        say(&mut self.stream, &Say::Progress(text.to_owned()))
    }

    pub fn done(mut self, text: &str) -> bool {
        say(&mut self.stream, &Say::Done(text.to_owned()))
    }

    pub fn refuse(mut self, reason: &str) -> bool {
        say(&mut self.stream, &Say::Refused(reason.to_owned()))
    }
}

/// The open socket; gone when dropped.
pub struct ControlServer {
    dir: PathBuf,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ControlServer {
    /// Opens the socket. The caller holds the directory's lock, so a socket that is there was left behind.
    pub fn start(dir: &Path, version: &str) -> Result<(ControlServer, mpsc::Receiver<Request>), Error> {
        let failed = |error| Error::io(format!("cannot open the control socket in {}", dir.display()), error);
        let address = address(dir)?;
        match std::fs::remove_file(&address.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let listener = UnixListener::bind(&address.path).map_err(failed)?;
        std::fs::set_permissions(&address.path, Permissions::from_mode(0o600)).map_err(failed)?;
        let (requests, taken) = mpsc::channel(WAITING);
        let closing = Arc::new(AtomicBool::new(false));
        let (stop, version) = (Arc::clone(&closing), version.to_owned());
        let thread = std::thread::Builder::new()
            .name("control".to_owned())
            .spawn(move || listen(&listener, &stop, &version, &requests))
            .map_err(failed)?;
        Ok((ControlServer { dir: dir.to_owned(), closing, thread: Some(thread) }, taken))
    }
}

impl Drop for ControlServer {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        let Ok(address) = address(&self.dir) else { return };
        // The listening thread wakes for a visitor only.
        let woken = UnixStream::connect(&address.path).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
        let _ = std::fs::remove_file(&address.path);
    }
}

fn listen(listener: &UnixListener, closing: &AtomicBool, version: &str, requests: &mpsc::Sender<Request>) {
    for stream in listener.incoming() {
        if closing.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let (version, requests) = (version.to_owned(), requests.clone());
        // One thread a visitor: people at a shell are few, and a silent one must not stop the others.
        let _ = std::thread::Builder::new().name("control-visitor".to_owned()).spawn(move || {
            if let Err(error) = receive(stream, &version, &requests) {
                tracing::debug!(%error, "a control request was not taken");
            }
        });
    }
}

fn receive(mut stream: UnixStream, version: &str, requests: &mpsc::Sender<Request>) -> Result<(), Error> {
    let failed = |error| Error::io("the control socket failed", error);
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    stream.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
    let uid = rustix::net::sockopt::socket_peercred(&stream).map_err(|error| failed(error.into()))?.uid.as_raw();
    if uid != 0 && uid != rustix::process::geteuid().as_raw() {
        say(&mut stream, &Say::Refused("this user may not control the server".to_owned()));
        return Err(Error::Invalid(format!("user {uid} may not control the server")));
    }
    stream.write_all(line(&Hello { candor: version.to_owned() })?.as_bytes()).map_err(failed)?;
    let mut lines = BufReader::new(stream.try_clone().map_err(failed)?.take(LINE));
    let mut next = String::new();
    lines.read_line(&mut next).map_err(failed)?;
    let wrong = |_| Error::Invalid("not a request".to_owned());
    let hello: Hello = serde_json::from_str(&next).map_err(wrong)?;
    if hello.candor != version {
        let error = versions(version, &hello.candor);
        say(&mut stream, &Say::Refused(error.to_string()));
        return Err(error);
    }
    next.clear();
    lines.read_line(&mut next).map_err(failed)?;
    let Ask { request } = serde_json::from_str(&next).map_err(wrong)?;
    let request = Request { uid, body: request, stream };
    match requests.try_send(request) {
        Ok(()) => Ok(()),
        Err(mpsc::error::TrySendError::Full(request)) => {
            request.refuse("the server is busy with other commands; try again");
            Ok(())
        }
        Err(mpsc::error::TrySendError::Closed(request)) => {
            request.refuse("the server is stopping");
            Ok(())
        }
    }
}

fn say(stream: &mut UnixStream, what: &Say) -> bool {
    line(what).is_ok_and(|line| stream.write_all(line.as_bytes()).is_ok())
}
