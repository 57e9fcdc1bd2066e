//! Files: what is known of each, and its own key, wrapped by the key of whoever sent it. The bytes lie elsewhere.
//!
//! A file belongs to its sender until a message carries it, then to the conversation.

use crate::Error;
use crate::keys::{Cell, KeyId};
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::actor::{ActorKind, ActorRef};
use candor_domain::file::Scan;
use candor_domain::id::{ContactId, ConversationId, FileId};
use uuid::Uuid;
use zeroize::Zeroizing;

/// A file with its name opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub id: FileId,
    pub key: KeyId,
    pub conversation: Option<ConversationId>,
    pub owner: ActorRef,
    pub name: String,
    pub media_type: String,
    pub size: i64,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub created_at: i64,
    pub scan: Scan,
    /// What a scanner found, or why it could not look.
    pub scan_note: Option<String>,
}

const INSERT: &str = "INSERT INTO file (id, key_id, wrapped_key, owner_kind, owner_id, name_sealed, media_type, size, width, height, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// Adds a file whose bytes are kept by now, and that no scanner has seen. `file_key` seals them and is wrapped here.
pub fn insert(tx: &mut Tx<'_>, file: &File, file_key: &[u8]) -> Result<(), Error> {
    let owner = file.owner.id.ok_or_else(|| Error::Invalid("a file has an owner".into()))?;
    let wrapped = tx.seal(file.key, key_cell(file.id), file_key)?;
    let name = tx.seal(file.key, name_cell(file.id), file.name.as_bytes())?;
    tx.execute(
        INSERT,
        &[
            &file.id.0,
            &file.key.0,
            &wrapped,
            &file.owner.kind.as_str(),
            &owner,
            &name,
            &file.media_type,
            &file.size,
            &file.width,
            &file.height,
            &file.created_at,
        ],
    )?;
    Ok(())
}

const GET: &str = "SELECT id, key_id, conversation_id, owner_kind, owner_id, media_type, size, width, height, created_at, name_sealed, \
     scan, scan_note FROM file WHERE id = $1";

pub fn get(q: &mut impl Query, id: FileId) -> Result<File, Error> {
    let (file, sealed) = q.one(GET, &[&id.0], read)?;
    open(q, file, &sealed)
}

const OF_CASE: &str = "SELECT id, key_id, conversation_id, owner_kind, owner_id, media_type, size, width, height, created_at, name_sealed, \
     scan, scan_note FROM file WHERE conversation_id = $1 ORDER BY id";

/// All files that messages of a conversation carry.
pub fn of_case(q: &mut impl Query, conversation: ConversationId) -> Result<Vec<File>, Error> {
    let lines = q.list(OF_CASE, &[&conversation.0], read)?;
    lines.into_iter().map(|(file, sealed)| open(q, file, &sealed)).collect()
}

/// Opens the key that seals a file's bytes.
pub fn file_key(q: &mut impl Query, id: FileId) -> Result<Vec<u8>, Error> {
    let wrapped: Vec<u8> = q.one("SELECT wrapped_key FROM file WHERE id = $1", &[&id.0], |row| row.get(0))?;
    q.open(key_cell(id), &wrapped)
}

/// Gives a file to the conversation whose message carries it; false when it is not this owner's, or was given before.
pub fn attach(tx: &mut Tx<'_>, id: FileId, conversation: ConversationId, owner: ActorRef) -> Result<bool, Error> {
    const ATTACH: &str =
        "UPDATE file SET conversation_id = $2 WHERE id = $1 AND owner_kind = $3 AND owner_id = $4 AND conversation_id IS NULL";
    let attached = tx.execute(ATTACH, &[&id.0, &conversation.0, &owner.kind.as_str(), &owner.id])? > 0;
    if attached && (owner.kind != ActorKind::Contact || is_aside(tx, conversation)?) {
        hand_over(tx, id, conversation)?;
    }
    Ok(attached)
}

/// Whether a conversation is a side thread.
fn is_aside(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<bool, Error> {
    const ASIDE: &str = "SELECT 1 FROM conversation WHERE id = $1 AND parent_id IS NOT NULL";
    Ok(tx.optional(ASIDE, &[&conversation.0], |_| Ok(()))?.is_some())
}

/// What one of us or a third party sent falls under the customer's key from now on: erasing the customer takes it along.
fn hand_over(tx: &mut Tx<'_>, id: FileId, conversation: ConversationId) -> Result<(), Error> {
    const HAND_OVER: &str = "UPDATE file SET key_id = $2, wrapped_key = $3, name_sealed = $4 WHERE id = $1";
    let key = tx.one("SELECT key_id FROM conversation WHERE id = $1", &[&conversation.0], |row| row.get(0).map(KeyId))?;
    let (wrapped, name) = resealed(tx, id, key)?;
    tx.execute(HAND_OVER, &[&id.0, &key.0, &wrapped, &name])?;
    Ok(())
}

/// The file's own key and its name, sealed with another key than they lie under.
fn resealed(tx: &mut Tx<'_>, id: FileId, key: KeyId) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let (file, raw) = (get(tx, id)?, Zeroizing::new(file_key(tx, id)?));
    Ok((tx.seal(key, key_cell(id), &raw)?, tx.seal(key, name_cell(id), file.name.as_bytes())?))
}

/// Gives a file of one customer's case to another's, whose key this is: it goes with that customer from now on, not with the first.
pub fn join(tx: &mut Tx<'_>, id: FileId, conversation: ConversationId, owner: ContactId, key: KeyId) -> Result<(), Error> {
    const JOIN: &str = "UPDATE file SET conversation_id = $2, owner_kind = 'contact', owner_id = $3, key_id = $4, wrapped_key = $5, \
         name_sealed = $6 WHERE id = $1";
    let (wrapped, name) = resealed(tx, id, key)?;
    tx.execute(JOIN, &[&id.0, &conversation.0, &owner.0, &key.0, &wrapped, &name])?;
    Ok(())
}

/// Which of these ids have a row.
pub fn known(q: &mut impl Query, ids: &[FileId]) -> Result<Vec<FileId>, Error> {
    let mut found = Vec::new();
    for id in ids {
        found.extend(q.optional("SELECT id FROM file WHERE id = $1", &[&id.0], |row| row.get(0).map(FileId))?);
    }
    Ok(found)
}

/// Removes rows of files made before `before` that no message carries and no draft or held reply names.
pub fn delete_unsent(tx: &mut Tx<'_>, before: i64, limit: i64) -> Result<Vec<FileId>, Error> {
    const UNSENT: &str = "SELECT id FROM file WHERE conversation_id IS NULL AND created_at < $1 ORDER BY created_at LIMIT $2";
    let candidates = tx.list(UNSENT, &[&before, &limit], |row| row.get::<Uuid>(0).map(FileId))?;
    let mut removed = Vec::new();
    for id in candidates {
        if tx.execute(DELETE_UNNAMED, &[&id.0, &id.to_string()])? > 0 {
            removed.push(id);
        }
    }
    Ok(removed)
}

const DELETE_UNNAMED: &str = "DELETE FROM file WHERE id = $1 AND conversation_id IS NULL \
     AND NOT EXISTS (SELECT 1 FROM inbound WHERE state <> 'read' AND file_id = file.id) AND NOT EXISTS (SELECT 1 FROM draft WHERE files LIKE '%' || $2 || '%') \
     AND NOT EXISTS (SELECT 1 FROM held_reply WHERE files LIKE '%' || $2 || '%')";

/// Removes the row of a file whose message was redacted. The bytes go after the commit, or with the sweep.
pub fn forget(tx: &mut Tx<'_>, id: FileId) -> Result<bool, Error> {
    Ok(tx.execute("DELETE FROM file WHERE id = $1", &[&id.0])? > 0)
}

fn read(row: &Row<'_>) -> Result<(File, Vec<u8>), Error> {
    let kind: String = row.get(3)?;
    let kind = ActorKind::parse(&kind).ok_or_else(|| Error::Corrupt(format!("file.owner_kind holds {kind}")))?;
    let scan: String = row.get(11)?;
    let file = File {
        id: FileId(row.get(0)?),
        key: KeyId(row.get(1)?),
        conversation: row.get::<Option<Uuid>>(2)?.map(ConversationId),
        owner: ActorRef { kind, id: Some(row.get(4)?) },
        name: String::new(),
        media_type: row.get(5)?,
        size: row.get(6)?,
        width: row.get(7)?,
        height: row.get(8)?,
        created_at: row.get(9)?,
        scan: Scan::parse(&scan).ok_or_else(|| Error::Corrupt(format!("file.scan holds {scan}")))?,
        scan_note: row.get(12)?,
    };
    Ok((file, row.get(10)?))
}

fn open(q: &mut impl Query, file: File, sealed: &[u8]) -> Result<File, Error> {
    let name = q.open_kept(name_cell(file.id), sealed)?.unwrap_or_default();
    Ok(File { name, ..file })
}

fn name_cell(id: FileId) -> Cell<'static> {
    Cell { table: "file", column: "name", row: id.0 }
}

fn key_cell(id: FileId) -> Cell<'static> {
    Cell { table: "file", column: "wrapped_key", row: id.0 }
}
