//! Looks at personal data, as the audit log has them: whether one is on record, and what it rested on.

use crate::Error;
use crate::audit::AuditRef;
use crate::query::Query;
use uuid::Uuid;

/// Whether this actor's look at this subject is on record since then.
pub fn noted_since(q: &mut impl Query, actor: Uuid, action: &str, subject: Uuid, since: i64) -> Result<bool, Error> {
    const NOTED: &str = "SELECT 1 FROM audit_entry WHERE actor_id = $1 AND at >= $2 AND action = $3 AND subject_id = $4 LIMIT 1";
    Ok(q.optional(NOTED, &[&actor, &since, &action, &subject], |_| Ok(()))?.is_some())
}

/// The newest entry of this kind by this actor on this subject: what a later one rests on.
pub fn newest(q: &mut impl Query, actor: Uuid, action: &str, subject: Uuid) -> Result<Option<AuditRef>, Error> {
    const NEWEST: &str = "SELECT lane, number, hash FROM audit_entry WHERE actor_id = $1 AND action = $2 AND subject_id = $3 \
         ORDER BY at DESC, number DESC LIMIT 1";
    q.optional(NEWEST, &[&actor, &action, &subject], |row| {
        let hash: Vec<u8> = row.get(2)?;
        let hash = hash.try_into().map_err(|_| Error::Corrupt("an audit hash has not 32 bytes".into()))?;
        Ok(AuditRef { lane: row.get(0)?, number: row.get(1)?, hash })
    })
}
