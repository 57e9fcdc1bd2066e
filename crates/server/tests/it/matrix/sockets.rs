//! The socket topics: who opens a line, whose case it may follow, whose rows it is told.

use super::world::{MARKER, World};
use candor_testkit::{Client, Socket, TestApp, app_test};
use serde_json::json;

/// Everything the line says until the answer to a ping: frames come in order, so nothing is still on its way.
async fn heard(line: &mut Socket) -> String {
    line.send(json!({ "type": "ping" })).await;
    let mut all = String::new();
    loop {
        let frame = line.next().await.expect("the line stands");
        if frame["type"] == "pong" {
            return all;
        }
        all.push_str(&frame.to_string());
        all.push('\n');
    }
}

async fn line(app: &TestApp, client: &Client) -> Socket {
    let mut line = app.socket(client, "/api/v1/stream").await.expect("a line opens");
    line.until("ready").await;
    line
}

app_test!(a_line_follows_the_cases_its_agent_may_read_and_no_others, |app| async move {
    let world = World::build(&app).await;
    // Written by hand: whether the agent may read a case of team A.
    for (name, may) in
        [("other", false), ("team", true), ("own", true), ("viewer", true), ("super", true), ("admin", true), ("auditor", false)]
    {
        let case = world.case().await;
        app.settle().await;
        let mut line = line(&app, &world.agent(name).client).await;
        line.send(json!({ "type": "list", "id": "a", "view": "all" })).await;
        line.send(json!({ "type": "watch", "conversation": case.id, "after": 0 })).await;
        line.send(json!({ "type": "presence", "conversation": case.id, "doing": "viewing" })).await;
        let first = heard(&mut line).await;
        crate::writing::say(&case.visitor, &case.id, &format!("{MARKER} again")).await;
        app.settle().await;
        if may {
            let told = line.until("events").await.to_string();
            assert!(told.contains(MARKER), "{name} may read the case");
        } else {
            let all = first + &heard(&mut line).await;
            assert!(!all.contains(MARKER), "{name} is told words of a foreign case: {all}");
            assert!(!all.contains("\"events\"") && !all.contains("\"row\""), "{name} follows a foreign case: {all}");
        }
    }
});

app_test!(nobody_else_opens_an_agents_line, |app| async move {
    let world = World::build(&app).await;
    let case = world.case().await;
    assert_eq!(app.socket(&app.anon(), "/api/v1/stream").await.err(), Some(401));
    assert_eq!(app.socket(&case.visitor.client, "/api/v1/stream").await.err(), Some(401));
    let mut line = app.socket(&world.agent("admin").client, "/visitor/v1/stream").await.expect("a line opens");
    line.send(json!({ "type": "watch", "conversation": case.id, "after": 0 })).await;
    assert_eq!(line.closed().await, Some(4400), "a cookie says nothing on the visitors' line");
});

app_test!(a_customers_line_follows_their_own_cases_alone, |app| async move {
    let world = World::build(&app).await;
    let (case, stranger) = (world.case().await, app.visitor().await);
    for (visitor, may) in [(&case.visitor, true), (&stranger, false)] {
        let mut line = app.socket(&app.anon(), "/visitor/v1/stream").await.expect("a line opens");
        let watch = json!([{ "conversation": case.id, "after": 0 }]);
        line.send(json!({ "type": "auth", "token": visitor.token(), "watch": watch })).await;
        line.send(json!({ "type": "typing", "conversation": case.id })).await;
        let told = heard(&mut line).await;
        assert_eq!(told.contains(MARKER), may, "{told}");
    }
});
