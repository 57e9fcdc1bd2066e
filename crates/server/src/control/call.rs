//! The command line's end: a running server does the deed, or this process opens the store and does it itself.

use super::deed::{self, Deed};
use super::{Address, Ask, LONGEST, Reply, VERSION};
use candor_app::{App, keywork};
use candor_store::DirLock;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// How long the server may take; making agents costs it a password hash.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{0}")]
    ByServer(String),
    #[error("a server has {dir}, but its control socket does not answer: {source}")]
    Unreachable { dir: String, source: std::io::Error },
    #[error(transparent)]
    App(#[from] candor_app::Error),
}

/// Does the deed where it can be done. `open` opens the store for this process when no server has it.
pub fn perform<E: From<Refused>>(
    dir: &Path,
    deed: Deed,
    open: impl FnOnce() -> Result<(App, tokio::runtime::Runtime), E>,
) -> Result<Value, E> {
    perform_with(dir, deed, Vec::new(), open)
}

/// The same with the bytes that the deed is about.
pub fn perform_with<E: From<Refused>>(
    dir: &Path,
    deed: Deed,
    bytes: Vec<u8>,
    open: impl FnOnce() -> Result<(App, tokio::runtime::Runtime), E>,
) -> Result<Value, E> {
    if DirLock::is_held(dir) {
        return Ok(ask(dir, &deed, &bytes).map_err(|source| Refused::Unreachable { dir: dir.display().to_string(), source })??);
    }
    let (app, runtime) = open()?;
    let done = runtime.block_on(deed::perform(&app, own_uid(), deed, bytes)).map_err(Refused::from);
    app.db.close();
    Ok(done?)
}

/// How often work that goes on is asked about.
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// Does the deed and waits for the work it began: `next` looks at what was said and names the deed to ask with, or that
/// nothing is left to wait for. Without a server this process does the work itself.
pub fn perform_to_end<E: From<Refused>>(
    dir: &Path,
    deed: Deed,
    mut next: impl FnMut(&Value) -> Option<Deed>,
    open: impl FnOnce() -> Result<(App, tokio::runtime::Runtime), E>,
) -> Result<Value, E> {
    if DirLock::is_held(dir) {
        let refused = |source| Refused::Unreachable { dir: dir.display().to_string(), source };
        let mut said = ask(dir, &deed, &[]).map_err(refused)??;
        while let Some(again) = next(&said) {
            std::thread::sleep(ASK_AGAIN);
            said = ask(dir, &again, &[]).map_err(refused)??;
        }
        return Ok(said);
    }
    let (app, runtime) = open()?;
    let done = runtime.block_on(async {
        let mut said = deed::perform(&app, own_uid(), deed, Vec::new()).await?;
        while let Some(again) = next(&said) {
            if keywork::work(&app).await? == 0 {
                tokio::time::sleep(ASK_AGAIN).await;
            }
            said = deed::perform(&app, own_uid(), again, Vec::new()).await?;
        }
        Ok::<_, candor_app::Error>(said)
    });
    app.db.close();
    Ok(done.map_err(Refused::from)?)
}

fn ask(dir: &Path, deed: &Deed, bytes: &[u8]) -> std::io::Result<Result<Value, Refused>> {
    let address = Address::of(dir)?;
    let mut stream = UnixStream::connect(&address.path)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let ask = Ask { version: VERSION.to_owned(), deed: serde_json::to_value(deed)?, bytes: bytes.len() as u64 };
    let mut line = serde_json::to_string(&ask)?;
    line.push('\n');
    stream.write_all(line.as_bytes())?;
    stream.write_all(bytes)?;
    let mut reply = String::new();
    BufReader::new(stream.take(LONGEST)).read_line(&mut reply)?;
    Ok(match serde_json::from_str(&reply)? {
        Reply::Done(done) => Ok(done),
        Reply::Refused(why) => Err(Refused::ByServer(why)),
    })
}

/// Who runs this process, as the kernel says it.
fn own_uid() -> u32 {
    std::fs::metadata("/proc/self").map_or(u32::MAX, |own| own.uid())
}
