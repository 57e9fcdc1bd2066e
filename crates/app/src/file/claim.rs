//! Whose a store of files is. The first start leaves a mark in it and notes the mark; every later start, on every node,
//! must find the same one, so that no node serves a desk whose files it cannot see and no two desks tidy one store.

use crate::{App, Error};
use candor_domain::id::FileId;
use candor_store::{Pool, Queue, setting};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

/// The setting that says which store it is.
const SETTING: &str = "file_store";
const SAMPLE: &[u8] = b"a node was here";

/// Why a store of files cannot be used. The place and the settings are for the caller to name.
#[derive(Debug, thiserror::Error)]
pub enum Unclaimed {
    #[error("it holds the files of another desk: give this one a place of its own")]
    Foreign,
    #[error(
        "the files of this desk lie elsewhere: its mark is not there. Let files_folder or files_bucket name the store that the other nodes use; if that one is lost, `candor files accept` takes this one in its place"
    )]
    Elsewhere,
    #[error("it cannot be read and written: {0}")]
    Unusable(#[source] std::io::Error),
    #[error(transparent)]
    App(#[from] Error),
}

impl From<candor_store::Error> for Unclaimed {
    fn from(error: candor_store::Error) -> Self {
        Self::App(error.into())
    }
}

/// What stands in the mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// The desk, as only its own keys can name it.
    desk: String,
    store: String,
}

/// What the database says of its store.
#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    store: String,
}

/// Makes sure that this node sees the desk's store and may write there; an unused store becomes the desk's.
pub async fn claim(app: &App) -> Result<(), Unclaimed> {
    if !is_own(app).await? {
        let mark = Mark { desk: desk(app), store: HEXLOWER.encode(&app.ids.bytes::<16>()) };
        app.blobs.leave_mark(&written(&mark), false).await.map_err(Unclaimed::Unusable)?;
        // Of two nodes that come at once the mark of one stays, and both note that one.
        let left = found(app).await?.ok_or(Unclaimed::Elsewhere)?;
        note(app, left.store, false).await?;
        if !is_own(app).await? {
            return Err(Unclaimed::Elsewhere);
        }
    }
    try_out(app).await.map_err(Unclaimed::Unusable)
}

/// Whether the store carries the desk's mark; false while neither store nor database know of one.
pub async fn is_own(app: &App) -> Result<bool, Unclaimed> {
    let (noted, found) = (noted(app).await?, found(app).await?);
    match (noted, found) {
        (_, Some(mark)) if mark.desk != desk(app) => Err(Unclaimed::Foreign),
        (Some(noted), Some(mark)) if noted.store == mark.store => Ok(true),
        (Some(_), _) => Err(Unclaimed::Elsewhere),
        (None, _) => Ok(false),
    }
}

/// Takes the configured store as the desk's although its files lay elsewhere: what is not in it stays missing.
pub async fn accept(app: &App) -> Result<(), Unclaimed> {
    if found(app).await?.is_some_and(|mark| mark.desk != desk(app)) {
        return Err(Unclaimed::Foreign);
    }
    let mark = Mark { desk: desk(app), store: HEXLOWER.encode(&app.ids.bytes::<16>()) };
    app.blobs.leave_mark(&written(&mark), true).await.map_err(Unclaimed::Unusable)?;
    note(app, mark.store, true).await?;
    try_out(app).await.map_err(Unclaimed::Unusable)
}

fn desk(app: &App) -> String {
    HEXLOWER.encode(&app.db.blind("file store", "of this desk"))
}

fn written(mark: &Mark) -> String {
    serde_json::to_string(mark).expect("two texts always serialise")
}

async fn found(app: &App) -> Result<Option<Mark>, Unclaimed> {
    let text = app.blobs.mark().await.map_err(Unclaimed::Unusable)?;
    // Something else of this name was not left by us.
    text.map(|text| serde_json::from_str(&text).map_err(|_| Unclaimed::Foreign)).transpose()
}

async fn noted(app: &App) -> Result<Option<Noted>, Unclaimed> {
    let kept = app.db.read(Pool::Quick, |rx| setting::get(rx, SETTING)).await?;
    let read = |kept: setting::Setting| serde_json::from_str(&kept.value).map_err(|error| Error::Broken(error.to_string()).into());
    kept.map(read).transpose()
}

/// Notes which store it is; `anew`: instead of another.
async fn note(app: &App, store: String, anew: bool) -> Result<(), Unclaimed> {
    let value = serde_json::to_string(&Noted { store }).map_err(|error| Error::Broken(error.to_string()))?;
    let noted = app.db.write(Queue::Machines, move |tx| match anew {
        true => setting::put(tx, SETTING, &value),
        false => setting::insert(tx, SETTING, &value),
    });
    match noted.await {
        // Another node was faster.
        Err(error) if error.is_unique("setting", "key") => Ok(()),
        noted => Ok(noted?),
    }
}

/// A file comes and goes.
async fn try_out(app: &App) -> std::io::Result<()> {
    let id: FileId = app.ids.make();
    let mut draft = app.blobs.begin(id).await?;
    draft.write(SAMPLE).await?;
    draft.keep().await?;
    let read = app.blobs.read(id).await?.read(0, SAMPLE.len()).await;
    app.blobs.remove(id).await?;
    if read? == SAMPLE { Ok(()) } else { Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "it gives back something else")) }
}
