//! Rights that are withdrawn while a line stands open: what was allowed a moment ago is not any more.

use super::world::{Case, MARKER, World};
use crate::writing::act;
use candor_testkit::{Socket, TestApp, app_test};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Tina follows a case of her team.
async fn followed(app: &TestApp, world: &World) -> (Socket, Case) {
    let case = world.case().await;
    app.settle().await;
    let mut line = app.socket(&world.agent("team").client, "/api/v1/stream").await.expect("a line opens");
    line.until("ready").await;
    line.send(json!({ "type": "watch", "conversation": case.id, "after": 0 })).await;
    assert!(line.until("events").await.to_string().contains(MARKER));
    (line, case)
}

/// How soon a withdrawn right acts on open lines.
const ACTS_WITHIN: Duration = Duration::from_secs(5);

/// Everything the line tells when it asks for the case from its beginning.
async fn asked_again(line: &mut Socket, case: &Case) -> String {
    line.send(json!({ "type": "watch", "conversation": case.id, "after": 0 })).await;
    line.send(json!({ "type": "ping" })).await;
    let mut told = String::new();
    loop {
        let frame = line.next().await.expect("the line stands");
        if frame["type"] == "pong" {
            return told;
        }
        told.push_str(&frame.to_string());
    }
}

/// In time the line hears of the withdrawal. What is said in the case then does not reach it, and asking again brings nothing.
async fn hears_nothing(app: &TestApp, world: &World, line: &mut Socket, case: &Case) {
    let begun = Instant::now();
    while asked_again(line, case).await.contains(MARKER) {
        assert!(begun.elapsed() < ACTS_WITHIN, "the right still acts");
    }
    crate::writing::say(&case.visitor, &case.id, "for others only").await;
    app.settle().await;
    let told = asked_again(line, case).await;
    assert!(!told.contains("for others only"), "{told}");
    world.agent("team").get(&format!("/api/v1/conversations/{}", case.id)).await.refused(404, "not_found");
}

async fn admin_does(world: &World, path: &str, body: Value) {
    let answer = world.agent("admin").patch(path, body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

app_test!(a_case_that_moves_to_another_team_is_gone_for_the_first, |app| async move {
    let world = World::build(&app).await;
    let (mut line, case) = followed(&app, &world).await;
    let other = world.other_team();
    act(world.agent("admin"), &case.id, json!({ "type": "team", "team": other })).await;
    hears_nothing(&app, &world, &mut line, &case).await;
});

app_test!(an_agent_whose_grant_ends_loses_the_case_with_the_line_open, |app| async move {
    let world = World::build(&app).await;
    let (mut line, case) = followed(&app, &world).await;
    admin_does(&world, &format!("/api/v1/agents/{}", world.agent("team").id), json!({ "roles": [] })).await;
    hears_nothing(&app, &world, &mut line, &case).await;
});

app_test!(a_role_that_loses_a_right_acts_on_open_lines, |app| async move {
    let world = World::build(&app).await;
    let (mut line, case) = followed(&app, &world).await;
    let roles = world.agent("admin").get("/api/v1/roles").await.ok();
    let role = roles["items"].as_array().and_then(|all| all.iter().find(|one| one["name"] == "agent")).expect("the role").clone();
    let path = format!("/api/v1/roles/{}", role["id"].as_str().expect("an id"));
    admin_does(&world, &path, json!({ "permissions": ["report.read"] })).await;
    hears_nothing(&app, &world, &mut line, &case).await;
});

app_test!(shared_access_that_is_taken_back_closes_the_record_at_once, |app| async move {
    let world = World::build(&app).await;
    let (case, tina) = (world.case().await, world.agent("team"));
    let path = format!("/api/v1/conversations/{}", case.id);
    tina.get(&format!("{path}/contact")).await.refused(403, "take_case_first");
    assert_eq!(world.agent("own").post(&format!("{path}/access"), json!({ "agent": tina.id })).await.status, 204);
    tina.get(&format!("{path}/contact")).await.ok();
    assert_eq!(world.agent("own").delete(&format!("{path}/access/{}", tina.id)).await.status, 204);
    tina.get(&format!("{path}/contact")).await.refused(403, "take_case_first");
});

app_test!(a_revoked_token_is_nobody_at_once, |app| async move {
    let world = World::build(&app).await;
    let admin = world.agent("admin");
    let made = admin.post("/api/v1/tokens", json!({ "name": "t", "permissions": ["conversation.read"] })).await.created();
    let client = app.bare().with("authorization", &format!("Bearer {}", made["secret"].as_str().expect("a secret")));
    client.get("/api/v1/conversations?view=all").await.ok();
    assert_eq!(admin.delete(&format!("/api/v1/tokens/{}", made["token"]["id"].as_str().expect("an id"))).await.status, 204);
    client.get("/api/v1/conversations?view=all").await.refused(401, "unauthenticated");
});
