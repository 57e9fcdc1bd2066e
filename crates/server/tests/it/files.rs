//! Files over HTTP: what is refused, who may fetch, which headers keep a browser from running anything.

use candor_testkit::app_test;
use serde_json::json;

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
    let agents_url = url.replace("/visitor/", "/api/");
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
