//! The audit log: what `verify` finds, and that failures leave no hole in a lane.

use candor_store::audit::{FirstBad, Report, verify};
use candor_store::testing::TestDb;
use candor_store::{AuditEntry, AuditRef, Error, Fault, Queue, db_test};
use std::path::PathBuf;
use uuid::Uuid;

fn entry<'a>(action: &'a str, data: &'a str) -> AuditEntry<'a> {
    AuditEntry {
        actor_kind: "agent",
        actor_id: Some(Uuid::from_u128(1)),
        action,
        subject_kind: "contact",
        subject_id: Some(Uuid::from_u128(2)),
        data,
        detail: Some(b"sealed"),
        cause: None,
    }
}

async fn write(db: &TestDb, count: i64) -> Vec<AuditRef> {
    let mut written = Vec::new();
    for n in 0..count {
        let data = format!("{{\"n\":{n}}}");
        written.push(db.write::<_, Error>(Queue::People, move |tx| tx.audit(entry("contact.look", &data))).await.expect("writes"));
    }
    written
}

fn roots(db: &TestDb) -> PathBuf {
    db.dir().join("audit-roots.jsonl")
}

/// Closes and opens the store, which writes a root.
fn rooted(mut db: TestDb) -> TestDb {
    db.reopen();
    db
}

fn check(db: &TestDb) -> Result<Report, FirstBad> {
    let (db, roots) = (db.db.clone(), roots(db));
    std::thread::spawn(move || verify(&db, &roots)).join().expect("verify does not panic")
}

async fn tamper(db: &TestDb, sql: &'static str) {
    let changed = db.write::<_, Error>(Queue::People, move |tx| tx.execute(sql, &[])).await.expect("tampers");
    assert!(changed > 0, "nothing was changed by {sql}");
}

db_test!(a_whole_log_verifies_and_says_what_it_saw, |db| async move {
    write(&db, 5).await;
    let before = check(&db).expect("whole");
    assert_eq!(before.entries, 5);
    let db = rooted(db);
    let after = check(&db).expect("whole");
    assert_eq!((after.entries, after.uncovered), (5, 0));
    assert!(after.roots >= 1);
    write(&db, 2).await;
    assert!(check(&db).expect("whole").uncovered <= 2);
});

db_test!(a_changed_entry_is_named, |db| async move {
    write(&db, 3).await;
    for sql in [
        "UPDATE audit_entry SET action = 'contact.nothing' WHERE number = 1 AND lane = 0",
        "UPDATE audit_entry SET data = '{}' WHERE number = 1 AND lane = 0",
        "UPDATE audit_entry SET at = at + 1 WHERE number = 1 AND lane = 0",
        "UPDATE audit_entry SET actor_id = NULL WHERE number = 1 AND lane = 0",
        "UPDATE audit_entry SET detail = NULL WHERE number = 1 AND lane = 0",
    ] {
        tamper(&db, sql).await;
        let bad = check(&db).expect_err("found");
        assert!(matches!(bad, FirstBad::Changed { lane: 0, number: 1 }), "{sql}: {bad}");
    }
});

db_test!(a_removed_entry_leaves_a_gap, |db| async move {
    let written = write(&db, 40).await;
    // PostgreSQL spreads entries over lanes: take one that has several.
    let lane = written.iter().find(|entry| entry.number == 3).map(|entry| entry.lane).expect("a lane of three");
    let sql: &'static str = Box::leak(format!("DELETE FROM audit_entry WHERE lane = {lane} AND number = 2").into_boxed_str());
    tamper(&db, sql).await;
    assert!(matches!(check(&db).expect_err("found"), FirstBad::Missing { number: 2, .. }));
});

db_test!(entries_cut_off_the_end_are_missed_by_a_root, |db| async move {
    write(&db, 4).await;
    let db = rooted(db);
    tamper(&db, "DELETE FROM audit_entry WHERE number = (SELECT MAX(number) FROM audit_entry WHERE lane = 0) AND lane = 0").await;
    assert!(matches!(check(&db).expect_err("found"), FirstBad::Missing { lane: 0, .. }));
});

db_test!(roots_that_were_changed_removed_or_forged_are_found, |db| async move {
    write(&db, 1).await;
    let db = rooted(db);
    write(&db, 1).await;
    let db = rooted(db);
    write(&db, 1).await;
    let db = rooted(db);
    let path = roots(&db);
    let whole = std::fs::read_to_string(&path).expect("roots");
    let lines: Vec<&str> = whole.lines().collect();
    assert!(lines.len() >= 3, "{whole}");
    check(&db).expect("whole");
    std::fs::write(&path, whole.replacen("\"number\":1", "\"number\":2", 1)).expect("writes");
    assert!(matches!(check(&db).expect_err("found"), FirstBad::Root { line: 1 }));
    std::fs::write(&path, format!("{}\n{}\n", lines[0], lines[2])).expect("writes");
    assert!(matches!(check(&db).expect_err("found"), FirstBad::RootOrder { line: 2 }));
    std::fs::write(&path, whole).expect("writes");
    check(&db).expect("whole again");
});

db_test!(a_cause_must_say_what_it_said, |db| async move {
    db.write::<_, Error>(Queue::People, |tx| {
        let cause = tx.audit(entry("approval.given", "{}"))?;
        tx.audit(AuditEntry { cause: Some(cause), ..entry("action.sent", "{}") })
    })
    .await
    .expect("writes");
    check(&db).expect("whole");
    db.write::<_, Error>(Queue::People, |tx| {
        let cause = AuditRef { lane: 0, number: 1, hash: [9; 32] };
        tx.audit(AuditEntry { cause: Some(cause), ..entry("action.sent", "{}") })
    })
    .await
    .expect("writes");
    assert!(matches!(check(&db).expect_err("found"), FirstBad::Cause { .. }));
});

db_test!(refused_commands_and_parts_leave_no_hole, |db| async move {
    for n in 0..30 {
        if n % 7 == 0 {
            db.fail(1, Fault::Commit);
        }
        let _: Result<(), Error> = db
            .write(Queue::People, move |tx| {
                tx.audit(entry("first", "{}"))?;
                let _ = tx.savepoint::<(), Error>(|tx| {
                    tx.audit(entry("undone", "{}"))?;
                    Err(Error::NotFound)
                });
                tx.audit(entry("second", "{}"))?;
                if n % 3 == 0 { Err(Error::NotFound) } else { Ok(()) }
            })
            .await;
        db.fail(0, Fault::Statement);
    }
    let report = check(&db).expect("whole");
    assert!(report.entries > 0 && report.entries.is_multiple_of(2), "{report:?}");
});

/// Rewrites a lane from an entry on with hashes that fit: only a root can tell.
#[test]
fn a_rewritten_chain_is_found_by_its_root() {
    let db = TestDb::sqlite();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(write(&db, 2));
    let db = rooted(db);
    runtime.block_on(async {
        tamper(&db, "DELETE FROM audit_entry").await;
    });
    let mut db = db;
    let kept = std::fs::read(roots(&db)).expect("roots");
    db.reopen();
    runtime.block_on(async {
        for _ in 0..3 {
            db.write::<_, Error>(Queue::People, |tx| tx.audit(entry("something.else", "{}"))).await.expect("writes");
        }
    });
    std::fs::write(roots(&db), kept).expect("the roots as they were");
    let bad = check(&db).expect_err("found");
    assert!(matches!(bad, FirstBad::Rewritten { lane: 0, after: 0, number: 2, line: 1 }), "{bad}");
}
