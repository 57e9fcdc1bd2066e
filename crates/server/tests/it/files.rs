//! Files over HTTP: what is refused, who may fetch, which headers keep a browser from running anything.

use candor_testkit::{Client, TestApp, app_test};
use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};
use std::io::Cursor;
use std::time::Duration;

/// The link of this browser's session to what has this id, as the end of its address.
pub(crate) async fn link(app: &TestApp, client: &Client, id: &str) -> String {
    let session = client.get("/api/v1/session").await.ok()["session"].as_str().unwrap().parse().unwrap();
    format!("?link={}", candor_app::file::link(&app.app, session, id.parse().unwrap()).token)
}

/// Files as this browser may fetch them.
async fn linked(client: &Client, ids: &[&Value]) -> Vec<Value> {
    client.post("/api/v1/files/links", json!({ "files": ids })).await.ok()["items"].as_array().unwrap().clone()
}

/// Sends a file in a case of its own; what is known of it.
async fn sent(visitor: &Client, name: &str, media_type: &str, bytes: &[u8]) -> Value {
    let info = visitor.upload(&format!("/visitor/v1/files?name={name}"), media_type, bytes).await.created();
    let body = json!({ "client_id": uuid::Uuid::now_v7(), "files": [info["id"]] });
    visitor.post("/visitor/v1/conversations", body).await.created();
    info
}

app_test!(a_link_opens_one_file_in_one_session_for_some_minutes, |app| async move {
    let visitor = app.visitor().await;
    let (one, two) = (sent(&visitor, "a.txt", "text/plain", b"one").await, sent(&visitor, "b.txt", "text/plain", b"two").await);
    let (alice, bob) = (app.agent().await, app.supervisor().await);
    let found = linked(&alice, &[&one["id"], &two["id"], &json!(uuid::Uuid::nil())]).await;
    assert_eq!((found.len(), &found[0]["file"]["id"]), (2, &one["id"]), "what is not there is left out");
    let url = |at: usize| found[at]["file"]["url"].as_str().unwrap().to_owned();
    assert_eq!(alice.get(&url(0)).await.bytes, b"one");
    let bare = url(0).split('?').next().unwrap().to_owned();
    let swapped = format!("{bare}?{}", url(1).split('?').nth(1).unwrap());
    let later = format!("{bare}?link={:x}.{}", found[0]["until"].as_i64().unwrap() + 1, url(0).rsplit('.').next().unwrap());
    for wrong in [bare.clone(), swapped, later, format!("{bare}?link="), format!("{bare}?link=1.%C3%A9")] {
        alice.get(&wrong).await.refused(410, "link_used");
    }
    // Another session, even with more rights, and even of the same person.
    bob.get(&url(0)).await.refused(410, "link_used");
    let elsewhere = app.sign_in(alice.id, &alice.name, &format!("{}@desk.test", alice.name.to_lowercase())).await;
    elsewhere.get(&url(0)).await.refused(410, "link_used");
    app.anon().get(&url(0)).await.refused(401, "unauthenticated");
    // A right that is taken away counts at once, whatever the link says.
    let own = link(&app, &bob, one["id"].as_str().unwrap()).await;
    assert_eq!(bob.get(&format!("{bare}{own}")).await.status, 200);
    app.clock.advance(i64::try_from(Duration::from_secs(11 * 60).as_millis()).unwrap());
    alice.get(&url(0)).await.refused(410, "link_used");
    let again = linked(&alice, &[&one["id"]]).await[0]["file"]["url"].as_str().unwrap().to_owned();
    assert_eq!(alice.get(&again).await.status, 200);
    assert_eq!(alice.delete("/api/v1/session").await.status, 204);
    alice.get(&again).await.refused(401, "unauthenticated");
});

app_test!(links_are_for_browsers_and_for_a_hundred_files_at_most, |app| async move {
    let (admin, id) = (app.admin().await, uuid::Uuid::nil());
    for files in [vec![], vec![id; 101]] {
        admin.post("/api/v1/files/links", json!({ "files": files })).await.refused(422, "validation_failed");
    }
    let token = app.token(&admin, &[candor_domain::permission::Permission::ConversationRead], &[]).await;
    token.post("/api/v1/files/links", json!({ "files": [id] })).await.refused(403, "forbidden");
    let file = sent(&app.visitor().await.client, "a.txt", "text/plain", b"one").await;
    assert_eq!(token.get(&format!("/api/v1/files/{}", file["id"].as_str().unwrap())).await.bytes, b"one", "a token needs none");
});

app_test!(a_picture_has_a_small_one_for_whoever_may_see_it, |app| async move {
    let (visitor, stranger, agent) = (app.visitor().await, app.visitor().await, app.agent().await);
    let mut photo = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(1200, 800).write_to(&mut photo, ImageFormat::Png).unwrap();
    let photo = sent(&visitor, "photo.png", "image/png", photo.get_ref()).await;
    let small = visitor.get(photo["small"].as_str().unwrap()).await;
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("content-disposition", "attachment"),
        ("cache-control", "private, no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!((small.status, small.header(name)), (200, Some(value)), "{name}");
    }
    let seen = image::load_from_memory(&small.bytes).unwrap();
    assert_eq!((seen.width(), seen.height()), (320, 213));
    stranger.get(photo["small"].as_str().unwrap()).await.refused(404, "not_found");
    let url = linked(&agent, &[&photo["id"]]).await[0]["file"]["small"].as_str().unwrap().to_owned();
    assert_eq!(agent.get(&url).await.bytes, small.bytes);
    agent.get(url.split('?').next().unwrap()).await.refused(410, "link_used");
    // No pixels behind its head, and no picture at all.
    let torn = sent(&visitor, "a.png", "image/png", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0").await;
    visitor.get(torn["small"].as_str().unwrap()).await.refused(404, "not_found");
    let words = sent(&visitor, "a.txt", "text/plain", b"words").await;
    assert_eq!(words.get("small"), None);
    visitor.get(&format!("{}/small", words["url"].as_str().unwrap())).await.refused(404, "not_found");
});

app_test!(a_file_goes_out_as_an_attachment_that_nothing_runs, |app| async move {
    let visitor = app.visitor().await;
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0".to_vec();
    png.extend((0..200_000_u32).map(|at| (at % 240) as u8 | 0x80));
    let info = visitor.upload("/visitor/v1/files?name=%E6%8F%90%E7%8E%B0.png", "image/png", png.clone()).await.created();
    assert_eq!((&info["name"], &info["size"], &info["width"]), (&json!("提现.png"), &json!(png.len()), &json!(640)));
    let url = info["url"].as_str().unwrap().to_owned();
    let whole = visitor.get(&url).await;
    assert_eq!((whole.status, whole.bytes == png), (200, true));
    for (name, value) in [
        ("content-type", "image/png"),
        ("content-disposition", "attachment; filename=\"__.png\"; filename*=UTF-8''%E6%8F%90%E7%8E%B0.png"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'; frame-ancestors 'none'"),
        ("cache-control", "private, no-store"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(whole.header(name), Some(value), "{name}");
    }
    let part = visitor.client.clone().with("range", "bytes=65530-65545").get(&url).await;
    assert_eq!((part.status, part.bytes.as_slice()), (206, &png[65530..65546]));
    assert_eq!(part.header("content-range"), Some(format!("bytes 65530-65545/{}", png.len()).as_str()));
    let beyond = visitor.client.clone().with("range", "bytes=9999999-").get(&url).await;
    assert_eq!(beyond.header("content-range"), Some(format!("bytes */{}", png.len()).as_str()));
    beyond.refused(416, "range_not_satisfiable");
    // Nobody else's, until it is sent; then the agents' of the inbox.
    let (stranger, agent) = (app.visitor().await, app.agent().await);
    let agents_url = format!("{}{}", url.replace("/visitor/", "/api/"), link(&app, &agent, info["id"].as_str().unwrap()).await);
    stranger.get(&url).await.refused(404, "not_found");
    agent.get(&agents_url).await.refused(404, "not_found");
    let body = json!({ "client_id": "00000000-0000-7000-8000-000000000001", "files": [info["id"]] });
    visitor.post("/visitor/v1/conversations", body).await.created();
    assert_eq!(agent.get(&agents_url).await.status, 200);
    stranger.get(&url).await.refused(404, "not_found");
    app.bare().get(&url).await.refused(401, "unauthenticated");
});

app_test!(files_that_could_harm_are_refused_in_words, |app| async move {
    let visitor = app.visitor().await;
    let path = "/visitor/v1/files?name=a.png";
    for (media_type, bytes, status, code) in [
        ("image/svg+xml", b"<svg onload=alert(1)></svg>".to_vec(), 415, "unsupported_type"),
        ("text/html", b"<html><script>alert(1)</script>".to_vec(), 415, "unsupported_type"),
        ("image/png", b"PK\x03\x04 and a bomb".to_vec(), 415, "unsupported_type"),
        ("image/png", b"%PDF-1.7".to_vec(), 415, "unsupported_type"),
        ("image/png", Vec::new(), 422, "validation_failed"),
        ("text/plain", vec![b'a'; (25 << 20) + 1], 413, "too_large"),
    ] {
        visitor.upload(path, media_type, bytes).await.refused(status, code);
    }
    visitor
        .client
        .clone()
        .with("content-encoding", "gzip")
        .upload(path, "image/png", b"\x1f\x8b".to_vec())
        .await
        .refused(415, "unsupported_type");
    visitor.upload("/visitor/v1/files?name=a&path=/etc", "text/plain", b"a".to_vec()).await.refused(400, "bad_request");
    app.bare().upload(path, "text/plain", b"a".to_vec()).await.refused(401, "unauthenticated");
});
