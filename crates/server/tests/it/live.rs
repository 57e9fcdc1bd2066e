//! The live lines: what each screen is told, how it resumes, and when it is cut.

use crate::writing::{answer, begun, say, texts};
use candor_testkit::{Agent, Socket, TestApp, Visitor, app_test};
use serde_json::{Value, json};

pub(crate) async fn visitor_line(app: &TestApp, visitor: &Visitor, watch: Value) -> Socket {
    let mut line = app.socket(&app.anon(), "/visitor/v1/stream").await.expect("a socket opens");
    line.send(json!({ "type": "auth", "token": visitor.token(), "watch": watch })).await;
    line.until("ready").await;
    line
}

pub(crate) async fn agent_line(app: &TestApp, agent: &Agent) -> Socket {
    let mut line = app.socket(agent, "/api/v1/stream").await.expect("a socket opens");
    line.until("ready").await;
    line
}

fn seqs(frame: &Value) -> Vec<i64> {
    frame["events"].as_array().unwrap().iter().map(|event| event["seq"].as_i64().unwrap()).collect()
}

app_test!(an_agent_sees_a_message_at_once_and_a_customer_the_answer, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    let mut desk = agent_line(&app, &alice).await;
    desk.send(json!({ "type": "list", "id": "a", "view": "unassigned" })).await;
    desk.send(json!({ "type": "watch", "conversation": id, "after": 0 })).await;
    assert_eq!(seqs(&desk.until("events").await), [1, 2]);
    let mut chat = visitor_line(&app, &visitor, json!([{ "conversation": id, "after": 1 }])).await;
    say(&visitor, &id, "two").await;
    let row = desk.until("row").await;
    assert_eq!((&row["op"], &row["row"]["preview"], &row["row"]["unread"]), (&json!("change"), &json!("two"), &json!(1)));
    assert_eq!(seqs(&desk.until("events").await), [3]);
    assert_eq!(seqs(&chat.until("events").await), [2]);
    answer(&alice, &id, "three", 0).await.created();
    let joined = chat.until("events").await;
    assert_eq!(
        (seqs(&joined), &joined["events"][0]["type"], &joined["events"][1]["message"]["text"]),
        (vec![3, 4], &json!("joined"), &json!("three"))
    );
    let left = desk.until("row").await;
    assert_eq!((&left["op"], left.get("row")), (&json!("leave"), None), "an assigned case leaves the list of free ones");
});

app_test!(a_line_resumes_where_its_client_is, |app| async move {
    let (visitor, id) = begun(&app, "1").await;
    for text in ["2", "3", "4"] {
        say(&visitor, &id, text).await;
    }
    let mut chat = visitor_line(&app, &visitor, json!([{ "conversation": id, "after": 2 }])).await;
    assert_eq!(seqs(&chat.until("events").await), [3, 4]);
    drop(chat);
    say(&visitor, &id, "5").await;
    let mut chat = visitor_line(&app, &visitor, json!([{ "conversation": id, "after": 4 }])).await;
    assert_eq!(seqs(&chat.until("events").await), [5]);
    let all = visitor.get(&format!("/visitor/v1/conversations/{id}/events")).await.ok();
    assert_eq!(texts(&all), ["1", "2", "3", "4", "5"]);
});

app_test!(a_note_never_reaches_a_customers_line, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    let mut chat = visitor_line(&app, &visitor, json!([{ "conversation": id, "after": 1 }])).await;
    alice
        .post(&format!("/api/v1/conversations/{id}/notes"), json!({ "client_id": uuid::Uuid::now_v7(), "text": "careful" }))
        .await
        .created();
    say(&visitor, &id, "two").await;
    let frame = chat.until("events").await;
    assert_eq!((seqs(&frame), frame.to_string().contains("careful")), (vec![2], false));
});

app_test!(a_line_of_somebody_else_shows_nothing, |app| async move {
    let (_, id) = begun(&app, "one").await;
    let other = app.visitor().await;
    let mut chat = visitor_line(&app, &other, json!([{ "conversation": id, "after": 0 }])).await;
    assert_eq!(chat.until("reload").await["conversation"], json!(id));
    chat.send(json!({ "type": "ping" })).await;
    chat.until("pong").await;
});

app_test!(a_line_without_a_right_is_never_opened, |app| async move {
    assert_eq!(app.socket(&app.anon(), "/api/v1/stream").await.err(), Some(401));
    let alice = app.agent().await;
    let foreign = alice.client.clone().with("origin", "https://evil.test");
    assert_eq!(app.socket(&foreign, "/api/v1/stream").await.err(), Some(403));
    let bare = app.bare().with("origin", "https://evil.test");
    assert_eq!(app.socket(&bare, "/visitor/v1/stream").await.err(), Some(403));
    let mut line = app.socket(&app.anon(), "/visitor/v1/stream").await.unwrap();
    line.send(json!({ "type": "auth", "token": "nobody's" })).await;
    assert_eq!(line.closed().await, Some(4401));
    let mut line = app.socket(&app.anon(), "/visitor/v1/stream").await.unwrap();
    line.send(json!({ "type": "ping" })).await;
    assert_eq!(line.closed().await, Some(4400), "the first frame says who it is");
});

app_test!(a_withdrawn_right_cuts_the_line_and_a_log_out_ends_it, |app| async move {
    let (admin, alice) = (app.admin().await, app.agent().await);
    let (visitor, id) = begun(&app, "one").await;
    let mut desk = agent_line(&app, &alice).await;
    desk.send(json!({ "type": "watch", "conversation": id, "after": 0 })).await;
    desk.until("events").await;
    let roles = admin.get("/api/v1/roles").await.ok();
    let none = admin.post("/api/v1/roles", json!({ "name": "Nothing", "permissions": ["report.read"] })).await.created();
    assert!(roles["items"].is_array());
    admin.patch(&format!("/api/v1/agents/{}", alice.id), json!({ "roles": [{ "role": none["id"] }] })).await.ok();
    desk.until("me").await;
    assert_eq!(desk.until("reload").await.get("conversation"), None);
    assert_eq!(desk.until("reload").await["conversation"], json!(id), "the case it followed is gone for it");
    say(&visitor, &id, "unseen").await;
    admin.post(&format!("/api/v1/agents/{}/disable", alice.id), json!({})).await.ok();
    assert_eq!(desk.closed().await, Some(4401));

    let mut chat = visitor_line(&app, &visitor, json!([])).await;
    assert_eq!(visitor.delete("/visitor/v1/session").await.status, 204);
    assert_eq!(chat.closed().await, Some(4401));
});

app_test!(colleagues_see_who_is_with_a_case, |app| async move {
    let (alice, sam) = (app.agent().await, app.supervisor().await);
    let (_, id) = begun(&app, "one").await;
    let mut one = agent_line(&app, &alice).await;
    one.send(json!({ "type": "watch", "conversation": id, "after": 0 })).await;
    one.until("events").await;
    let mut two = agent_line(&app, &sam).await;
    two.send(json!({ "type": "watch", "conversation": id, "after": 0 })).await;
    two.send(json!({ "type": "presence", "conversation": id, "doing": "typing" })).await;
    loop {
        let frame = one.until("viewers").await;
        if frame["viewers"] == json!([{ "agent": sam.id, "doing": "typing" }]) {
            break;
        }
    }
    drop(two);
    loop {
        if one.until("viewers").await["viewers"] == json!([]) {
            break;
        }
    }
});
