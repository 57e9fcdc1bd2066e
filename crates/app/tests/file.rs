//! Files: what is taken, who may read it, which part, and what is swept.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod desk;

use bytes::Bytes;
use candor_app::conversation::{self, Content, ReplyInput};
use candor_app::file::{self, Incoming};
use candor_app::{Error, Result, visitor};
use candor_domain::actor::Actor;
use candor_domain::id::FileId;
use candor_domain::permission::Permission;
use candor_store::file::File;
use candor_store::{Pool, db_test};
use desk::Desk;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::time::{Duration, SystemTime};
use uuid::Uuid;

const CHUNK: usize = 64 << 10;

/// A picture with `size` bytes behind its header.
fn png(size: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0".to_vec();
    bytes.extend((0..size).map(|at| (at % 241) as u8 | 0x80));
    bytes
}

async fn send(desk: &Desk, actor: &Actor, name: &str, declared: &str, bytes: &[u8]) -> Result<File> {
    let parts = bytes.chunks(10_000).map(|part| Ok::<_, std::io::Error>(Bytes::copy_from_slice(part))).collect::<Vec<_>>();
    file::upload(&desk.app, actor, Incoming { name, declared, length: None }, stream::iter(parts)).await
}

async fn fetch(desk: &Desk, actor: &Actor, id: FileId, range: Option<std::ops::Range<u64>>) -> Result<Vec<u8>> {
    let opened = file::open(&desk.app, actor, id).await?;
    let range = range.unwrap_or(0..opened.size());
    let parts: Vec<Bytes> = opened.read(range).try_collect().await.unwrap();
    Ok(parts.concat())
}

fn files_on_disk(desk: &Desk) -> usize {
    let shelves = std::fs::read_dir(desk.db.dir().join("files")).unwrap();
    shelves.map(|shelf| std::fs::read_dir(shelf.unwrap().path()).unwrap().count()).sum()
}

db_test!(a_file_comes_back_whole_and_in_parts_and_lies_sealed, |db| async move {
    let desk = Desk::new(db).await;
    let visitor = desk.anonymous().await.visitor.actor();
    let bytes = png(3 * CHUNK + 77);
    let kept = send(&desk, &visitor, "../提现 receipt.jpg", "image/jpeg", &bytes).await.unwrap();
    assert_eq!((kept.name.as_str(), kept.media_type.as_str(), kept.size), ("提现 receipt.png", "image/png", bytes.len() as i64));
    assert_eq!((kept.width, kept.height), (Some(640), Some(480)));
    assert_eq!(fetch(&desk, &visitor, kept.id, None).await.unwrap(), bytes);
    let chunk = CHUNK as u64;
    for range in [0..1, chunk - 1..chunk + 1, chunk..2 * chunk, 5..3 * chunk + 9, bytes.len() as u64 - 3..bytes.len() as u64] {
        let wanted = &bytes[range.start as usize..range.end as usize];
        assert_eq!(fetch(&desk, &visitor, kept.id, Some(range.clone())).await.unwrap(), wanted, "{range:?}");
    }
    let text = kept.id.0.simple().to_string();
    let sealed = std::fs::read(desk.db.dir().join("files").join(&text[30..]).join(kept.id.to_string())).unwrap();
    assert!(sealed.len() > bytes.len() && !sealed.windows(8).any(|part| part == &bytes[..8]), "nothing of it lies in the clear");
});

db_test!(a_photograph_loses_the_place_it_was_taken_at, |db| async move {
    let desk = Desk::new(db).await;
    let visitor = desk.anonymous().await.visitor.actor();
    let (head, frame) =
        (b"\xff\xd8".as_slice(), b"\xff\xc0\0\x0b\x08\x01\xe0\x02\x80\x01\x01\x11\0\xff\xda\0\x02pixels\xff\xd9".as_slice());
    let story = b"\xff\xe1\0\x1cExif\0\0GPS 22.28N 114.16E!!".as_slice();
    let kept = send(&desk, &visitor, "a.jpg", "image/jpeg", &[head, story, frame].concat()).await.unwrap();
    let plain = [head, frame].concat();
    assert_eq!((kept.size, kept.width), (plain.len() as i64, Some(640)));
    assert_eq!(fetch(&desk, &visitor, kept.id, None).await.unwrap(), plain);
});

db_test!(what_could_harm_is_not_taken_and_leaves_nothing, |db| async move {
    let desk = Desk::new(db).await;
    let visitor = desk.anonymous().await.visitor.actor();
    let zip_bomb = [b"PK\x03\x04".as_slice(), &[0; 9000]].concat();
    let polyglot = [png(100), b"<script>alert(1)</script>".to_vec()].concat();
    for (name, declared, bytes, reason) in [
        ("a.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), "markup"),
        ("a.png", "image/png", b"<!doctype html><script>alert(1)</script>".to_vec(), "markup"),
        ("a.zip", "application/zip", zip_bomb, "archive"),
        ("a.png", "image/png", polyglot, "hidden"),
        ("a.png", "image/png", b"%PDF-1.7 and more".to_vec(), "mismatch"),
        ("a.exe", "application/octet-stream", b"MZ\x90\0".to_vec(), "program"),
        ("a.txt", "text/plain", Vec::new(), "empty"),
    ] {
        let refused = send(&desk, &visitor, name, declared, &bytes).await;
        assert!(matches!(&refused, Err(Error::FileRefused(why)) if why.code() == reason), "{name}: {refused:?}");
    }
    let claimed = Incoming { name: "a.png", declared: "image/png", length: Some(26 << 20) };
    let nothing = stream::empty::<Result<Bytes, std::io::Error>>();
    assert!(matches!(file::upload(&desk.app, &visitor, claimed, nothing).await, Err(Error::TooLarge { limit }) if limit == 25 << 20));
    let part = Bytes::from(png(1 << 20));
    let endless = stream::iter(0..).map(move |_| Ok::<_, std::io::Error>(part.clone()));
    let unclaimed = Incoming { name: "a.png", declared: "image/png", length: None };
    assert!(matches!(file::upload(&desk.app, &visitor, unclaimed, endless).await, Err(Error::TooLarge { .. })));
    let broken = stream::iter([Ok(Bytes::from(png(10))), Err(std::io::Error::other("the line broke"))]);
    assert!(matches!(file::upload(&desk.app, &visitor, unclaimed, broken).await, Err(Error::Invalid { field: "body", .. })));
    assert_eq!(files_on_disk(&desk), 0);
});

db_test!(a_file_is_its_senders_until_a_message_carries_it, |db| async move {
    let desk = Desk::new(db).await;
    let (owner, other) = (desk.anonymous().await.visitor, desk.anonymous().await.visitor);
    let agent = desk.agent(&[Permission::ConversationRead]);
    let kept = send(&desk, &owner.actor(), "a.png", "", &png(10)).await.unwrap().id;
    assert!(fetch(&desk, &owner.actor(), kept, None).await.is_ok());
    for stranger in [&other.actor(), &agent] {
        assert!(matches!(fetch(&desk, stranger, kept, None).await, Err(Error::NotFound)));
    }
    assert!(matches!(desk.sends(&other, "mine now", &[kept]).await, Err(Error::Invalid { field: "files", .. })));
    let id = desk.sends(&owner, "", &[kept]).await.unwrap();
    assert!(fetch(&desk, &owner.actor(), kept, None).await.is_ok());
    assert!(fetch(&desk, &agent, kept, None).await.is_ok());
    assert!(matches!(fetch(&desk, &other.actor(), kept, None).await, Err(Error::NotFound)));
    assert!(matches!(fetch(&desk, &desk.agent(&[Permission::ReportRead]), kept, None).await, Err(Error::NotFound)));
    let again = Content { text: "twice".into(), files: vec![kept], mentions: vec![] };
    assert!(matches!(visitor::say(&desk.app, &owner, id, Uuid::from_u128(5), again).await, Err(Error::Invalid { field: "files", .. })));
    let items = visitor::timeline(&desk.app, &owner, id, candor_store::event::Part::After(0), 5).await.unwrap().items;
    assert_eq!(items[0].message.as_ref().unwrap().files[0].id, kept);
});

db_test!(a_file_of_a_note_is_not_the_customers_to_see, |db| async move {
    let desk = Desk::new(db).await;
    let customer = desk.anonymous().await.visitor;
    let id = desk.writes(&customer, "hello").await;
    let agent = desk.agent(&[Permission::ConversationRead, Permission::ConversationNote, Permission::ConversationReply]);
    let (inner, outer) = (
        send(&desk, &agent, "inner.png", "", &png(10)).await.unwrap().id,
        send(&desk, &agent, "outer.png", "", &png(10)).await.unwrap().id,
    );
    let with = |files| Content { text: "see the file".into(), files, mentions: vec![] };
    conversation::note(&desk.app, &agent, id, Uuid::from_u128(1), with(vec![inner])).await.unwrap();
    let reply = ReplyInput {
        client_id: Uuid::from_u128(2),
        content: with(vec![outer]),
        seen_seq: 100,
        hold_ms: 0,
        force: false,
        follow_up: Default::default(),
        copies: Default::default(),
    };
    conversation::reply(&desk.app, &agent, id, reply).await.unwrap();
    assert!(matches!(fetch(&desk, &customer.actor(), inner, None).await, Err(Error::NotFound)));
    assert!(fetch(&desk, &customer.actor(), outer, None).await.is_ok());
    assert!(fetch(&desk, &agent, inner, None).await.is_ok());
    // What we sent falls under the customer's key.
    let keys = desk.app.db.read(Pool::Quick, move |rx| {
        let of = |rx: &mut candor_store::Rx<'_>, id: FileId| candor_store::file::get(rx, id).map(|file| file.key);
        let customers = candor_store::conversation::get(rx, id)?.key;
        Ok::<_, Error>([of(rx, inner)? == customers, of(rx, outer)? == customers])
    });
    assert_eq!(keys.await.unwrap(), [true, true]);
});

db_test!(a_person_keeps_the_files_of_the_nobody_they_were, |db| async move {
    let desk = Desk::new(db).await;
    desk.person("u-1").await;
    let nobody = desk.anonymous().await;
    let (sent, unsent) = (
        send(&desk, &nobody.visitor.actor(), "a.png", "", &png(1)).await.unwrap().id,
        send(&desk, &nobody.visitor.actor(), "b.png", "", &png(2)).await.unwrap().id,
    );
    desk.sends(&nobody.visitor, "", &[sent]).await.unwrap();
    let jwt = desk.jwt("u-1", serde_json::json!({}));
    let known = desk.start(visitor::Origin::Page(desk::PAGE), Some(&jwt), Some(&nobody.token)).await.unwrap().visitor;
    assert_eq!(fetch(&desk, &known.actor(), sent, None).await.unwrap(), png(1));
    assert_eq!(fetch(&desk, &known.actor(), unsent, None).await.unwrap(), png(2));
    desk.sends(&known, "", &[unsent]).await.unwrap();
});

db_test!(what_nobody_sent_goes_after_a_day, |db| async move {
    let desk = Desk::new(db).await;
    let customer = desk.anonymous().await.visitor;
    let sent = send(&desk, &customer.actor(), "sent.png", "", &png(1)).await.unwrap().id;
    desk.sends(&customer, "", &[sent]).await.unwrap();
    let unsent = send(&desk, &customer.actor(), "unsent.png", "", &png(1)).await.unwrap().id;
    // A killed process leaves bytes without a row, and halves.
    desk.app.blobs.begin(desk.app.ids.make()).await.unwrap().keep().await.unwrap();
    std::fs::write(desk.db.dir().join("files/arriving/half"), b"x").unwrap();
    let now = SystemTime::now();
    assert_eq!(file::sweep(&desk.app, now).await.unwrap(), file::Swept::default(), "nothing is a day old");
    desk.clock.advance(25 * 3_600_000);
    let swept = file::sweep(&desk.app, now + Duration::from_secs(25 * 3600)).await.unwrap();
    assert_eq!(swept, file::Swept { unsent: 1, orphans: 1, halves: 1 });
    assert!(matches!(fetch(&desk, &customer.actor(), unsent, None).await, Err(Error::NotFound)));
    assert!(fetch(&desk, &customer.actor(), sent, None).await.is_ok());
});

db_test!(a_file_that_was_changed_on_disk_does_not_open, |db| async move {
    let desk = Desk::new(db).await;
    let visitor = desk.anonymous().await.visitor.actor();
    let kept = send(&desk, &visitor, "a.png", "", &png(CHUNK)).await.unwrap();
    let text = kept.id.0.simple().to_string();
    let path = desk.db.dir().join("files").join(&text[30..]).join(kept.id.to_string());
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let opened = file::open(&desk.app, &visitor, kept.id).await.unwrap();
    let size = opened.size();
    let parts: Vec<std::io::Result<Bytes>> = opened.read(0..size).collect().await;
    assert_eq!((parts[0].is_ok(), parts[1].is_err()), (true, true));
});
