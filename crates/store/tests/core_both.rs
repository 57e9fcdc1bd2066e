//! What both databases promise in the same words.

use candor_store::testing::START;
use candor_store::{Cell, Db, Error, KeyId, Note, Pool, Query, Queue, SealError, db_test};
use uuid::Uuid;

const ADD: &str = "INSERT INTO counter (name, value) VALUES ($1, $2)";
const NAMES: &str = "SELECT name FROM counter ORDER BY name";

async fn names(db: &Db) -> Vec<String> {
    db.read(Pool::Quick, |rx| rx.list(NAMES, &[], |row| row.get(0))).await.expect("reads")
}

async fn add(db: &Db, name: &'static str) -> Result<u64, Error> {
    db.write(Queue::People, move |tx| tx.execute(ADD, &[&name, &1i64])).await
}

db_test!(a_commit_is_read_by_the_next_query, |db| async move {
    add(&db, "one").await.expect("writes");
    assert_eq!(names(&db).await, ["one"]);
});

db_test!(every_kind_of_value_comes_back, |db| async move {
    let id = Uuid::from_u128(9);
    let (text, bytes): (Option<String>, Option<Vec<u8>>) = (None, None);
    type All = (Uuid, i64, bool, Vec<u8>, Option<String>, Option<Uuid>);
    let back: All = db
        .write::<_, Error>(Queue::People, move |tx| {
            tx.execute(
                "INSERT INTO inbox (id, name, channel, enabled, widget, hours, identity_algorithm, identity_required,
                 identity_public_key, identity_secret_sealed, created_at, version)
                 VALUES ($1, $2, 'web', $3, $4, '', '', $5, $6, $7, $8, $9)",
                &[&id, &"名前", &true, &"{}", &false, &text, &bytes, &i64::MIN, &i64::MAX],
            )?;
            tx.execute("UPDATE inbox SET identity_secret_sealed = $1 WHERE id = $2", &[&vec![0u8, 255], &id])?;
            tx.one(
                "SELECT id, version, enabled, identity_secret_sealed, identity_public_key, team_id FROM inbox WHERE name = $1",
                &[&"名前"],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)),
            )
        })
        .await
        .expect("writes and reads");
    assert_eq!(back, (id, i64::MAX, true, vec![0, 255], None, None));
});

db_test!(a_unique_rule_names_its_table_and_column, |db| async move {
    add(&db, "twice").await.expect("the first");
    let error = add(&db, "twice").await.expect_err("the second");
    assert!(error.is_unique("counter", "name"), "{error:?}");
    assert!(!error.is_unique("counter", "value"));
});

db_test!(a_failed_command_leaves_nothing, |db| async move {
    let refused: Result<(), Error> = db
        .write(Queue::People, |tx| {
            tx.execute(ADD, &[&"a", &1i64])?;
            Err(Error::NotFound)
        })
        .await;
    assert!(matches!(refused, Err(Error::NotFound)));
    let panicked: Result<(), Error> = db
        .write(Queue::People, |tx| {
            tx.execute(ADD, &[&"b", &1i64])?;
            panic!("as the test wants")
        })
        .await;
    assert!(matches!(panicked, Err(Error::Panicked(text)) if text == "as the test wants"));
    let swallowed: Result<(), Error> = db
        .write(Queue::People, |tx| {
            tx.execute(ADD, &[&"c", &1i64])?;
            assert!(tx.execute(ADD, &[&"c", &1i64]).is_err());
            Ok(())
        })
        .await;
    assert!(matches!(swallowed, Err(Error::Spoiled)));
    assert!(names(&db).await.is_empty());
});

db_test!(a_savepoint_undoes_its_part_alone, |db| async move {
    let mut notes = db.notes();
    db.write::<_, Error>(Queue::People, |tx| {
        tx.execute(ADD, &[&"before", &1i64])?;
        let part = tx.savepoint::<(), Error>(|tx| {
            tx.execute(ADD, &[&"inside", &1i64])?;
            tx.note(Note::Settings);
            tx.execute(ADD, &[&"before", &1i64])?;
            Ok(())
        });
        assert!(part.is_err_and(|error| error.is_unique("counter", "name")));
        tx.savepoint::<_, Error>(|tx| tx.execute(ADD, &[&"kept", &1i64]))?;
        tx.execute(ADD, &[&"after", &1i64])?;
        tx.note(Note::Job);
        Ok(())
    })
    .await
    .expect("the rest stays");
    assert_eq!(names(&db).await, ["after", "before", "kept"]);
    assert_eq!(notes.recv().await, Ok(Note::Job));
});

db_test!(a_wrong_number_of_values_is_an_error, |db| async move {
    let few: Result<u64, Error> = db.write(Queue::People, |tx| tx.execute(ADD, &[&"a"])).await;
    assert!(matches!(few, Err(Error::Values { expected: 2, given: 1 })), "{few:?}");
    let many: Result<u64, Error> = db.write(Queue::People, |tx| tx.execute(ADD, &[&"a", &1i64, &2i64])).await;
    assert!(matches!(many, Err(Error::Values { expected: 2, given: 3 })), "{many:?}");
    add(&db, "goes on").await.expect("writes");
});

db_test!(a_command_keeps_its_time_and_statements_are_counted, |db| async move {
    db.clock.set(START + 5);
    let before = db.count_statements();
    let at = db.write::<_, Error>(Queue::People, |tx| Ok(tx.now())).await.expect("writes");
    assert_eq!(at, START + 5);
    add(&db, "one").await.expect("writes");
    assert_eq!(db.count_statements() - before, 1);
});

db_test!(a_cell_opens_where_it_was_sealed_and_nowhere_else, |db| async move {
    let contact = Uuid::from_u128(1);
    let cell = Cell { table: "message", column: "body_sealed", row: Uuid::from_u128(2) };
    let (key, sealed) = db
        .write::<(KeyId, Vec<u8>), Error>(Queue::People, move |tx| {
            let key = tx.new_key(Some(contact))?;
            Ok((key, tx.seal(key, cell, "你好".as_bytes())?))
        })
        .await
        .expect("seals");
    let open = |cell: Cell<'static>, sealed: Vec<u8>| db.read(Pool::Quick, move |rx| rx.open(cell, &sealed));
    assert_eq!(open(cell, sealed.clone()).await.expect("opens"), "你好".as_bytes());
    let elsewhere = Cell { row: Uuid::from_u128(3), ..cell };
    assert!(matches!(open(elsewhere, sealed.clone()).await, Err(Error::Sealed(SealError::Tampered))));
    let mut changed = sealed.clone();
    *changed.last_mut().expect("not empty") ^= 1;
    assert!(matches!(open(cell, changed).await, Err(Error::Sealed(SealError::Tampered))));
    assert!(matches!(open(cell, b"plain".to_vec()).await, Err(Error::Sealed(SealError::NotSealed))));
    db.write::<_, Error>(Queue::People, move |tx| {
        tx.note(Note::KeysDestroyed);
        tx.execute("DELETE FROM customer_key WHERE id = $1", &[&key.0])
    })
    .await
    .expect("destroys");
    assert!(matches!(open(cell, sealed).await, Err(Error::Sealed(SealError::Destroyed))));
});

db_test!(blind_words_are_equal_for_equal_words_only, |db| async move {
    assert_eq!(db.blind("email", "a@b"), db.blind("email", "a@b"));
    assert_ne!(db.blind("email", "a@b"), db.blind("phone", "a@b"));
    let mark = db.mark("提现");
    assert_eq!(mark, db.mark("提现"));
    assert_ne!(mark, db.mark("充值"));
    assert!(mark.len() == 8 && mark.bytes().all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte)));
});

db_test!(words_are_found_newest_first_and_only_in_scope, |db| async move {
    let (hello, bye, mine, yours) = (db.mark("hello"), db.mark("bye"), db.mark("inbox:1"), db.mark("inbox:2"));
    let docs: Vec<i64> = (0..4).map(|_| db.new_doc()).collect();
    let words = [
        vec![hello.clone(), mine.clone()],
        vec![hello.clone(), bye.clone(), yours.clone()],
        vec![hello.clone(), bye.clone(), mine.clone()],
        vec![bye.clone(), mine.clone()],
    ];
    let (at, words) = (docs.clone(), words);
    db.write::<_, Error>(Queue::People, move |tx| {
        for (doc, words) in at.iter().zip(&words) {
            tx.index(*doc, words.clone());
        }
        Ok(())
    })
    .await
    .expect("indexes");
    let find = |all: Vec<String>, scope: Vec<String>, before: Option<i64>| {
        db.read::<_, Error>(Pool::Quick, move |rx| rx.search_docs(&all, &scope, before, 10))
    };
    assert_eq!(find(vec![hello.clone()], vec![], None).await.expect("finds"), [docs[2], docs[1], docs[0]]);
    assert_eq!(find(vec![hello.clone()], vec![mine.clone()], None).await.expect("finds"), [docs[2], docs[0]]);
    assert_eq!(find(vec![hello.clone(), bye.clone()], vec![mine.clone(), yours], None).await.expect("finds"), [docs[2], docs[1]]);
    assert_eq!(find(vec![hello.clone()], vec![mine.clone()], Some(docs[2])).await.expect("finds"), [docs[0]]);
    for wrong in ["x' | 'y", "hello", "ABCDEFGH", "", "abcdefg\""] {
        let refused = find(vec![wrong.to_owned()], vec![], None).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{wrong}: {refused:?}");
    }
    let (gone, changed, other) = (docs[2], docs[0], bye.clone());
    db.write::<_, Error>(Queue::People, move |tx| {
        tx.unindex(gone);
        tx.index(changed, vec![other.clone()]);
        Ok(())
    })
    .await
    .expect("changes");
    assert_eq!(find(vec![hello], vec![], None).await.expect("finds"), [docs[1]]);
    assert_eq!(find(vec![bye], vec![], None).await.expect("finds"), [docs[3], docs[1], docs[0]]);
});

db_test!(documents_are_numbered_after_the_newest_when_the_store_opens_again, |db| async move {
    let mut db = db;
    let (doc, mark) = (db.new_doc(), db.mark("word"));
    db.write::<_, Error>(Queue::People, move |tx| {
        tx.index(doc, vec![mark.clone()]);
        Ok(())
    })
    .await
    .expect("indexes");
    db.clock.advance(-60_000);
    db.reopen();
    assert!(db.new_doc() > doc);
});

db_test!(many_writers_lose_nothing, |db| async move {
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let db = db.db.clone();
            tokio::spawn(async move {
                for n in 0..25 {
                    let name = format!("{task}-{n}");
                    db.write::<_, Error>(Queue::People, move |tx| {
                        tx.execute(ADD, &[&name, &1i64])?;
                        tx.execute("UPDATE counter SET value = value + 1 WHERE name = $1", &[&"all"])
                    })
                    .await
                    .expect("writes");
                }
            })
        })
        .collect();
    add(&db, "all").await.expect("writes");
    for task in tasks {
        task.await.expect("the task ends");
    }
    assert_eq!(names(&db).await.len(), 201);
});

db_test!(a_closed_store_answers_so, |db| async move {
    db.close();
    assert!(matches!(add(&db, "late").await, Err(Error::Closed)));
    let read: Result<i64, Error> = db.read(Pool::Quick, |_| Ok(1)).await;
    assert!(matches!(read, Err(Error::Closed)));
});

db_test!(a_second_owner_of_a_directory_is_refused_by_name, |db| async move {
    let second = Db::open(candor_store::testing::options(db.place.clone(), &db.clock));
    let error = second.err().expect("refused");
    assert!(matches!(&error, Error::Locked { pid, .. } if *pid == std::process::id().to_string()), "{error}");
    let reader = Db::open_reader(candor_store::testing::options(db.place.clone(), &db.clock)).expect("reads beside it");
    add(&db, "seen").await.expect("writes");
    assert_eq!(names(&reader).await, ["seen"]);
    assert!(matches!(add(&reader, "never").await, Err(Error::Closed)));
});

db_test!(another_master_key_is_refused, |db| async move {
    db.close();
    let mut options = candor_store::testing::options(db.place.clone(), &db.clock);
    options.master = candor_store::MasterKey::from_bytes([8; 32]);
    assert!(matches!(Db::open(options), Err(Error::Sealed(SealError::WrongMaster))));
});
