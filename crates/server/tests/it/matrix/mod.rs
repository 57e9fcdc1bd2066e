//! The authorisation matrix: every route and every socket topic, for every kind of actor, on own and foreign objects.
//!
//! What is expected stands in `agent.txt`, `visitor.txt` and `sockets.rs`, written by hand from what each role is for.
//! It is never made from the code that checks. A route that the document names and no row asks for fails the test.

mod rows;
mod sockets;
mod withdrawn;
mod world;

use candor_app::conversation::bulk;
use candor_server::openapi::document;
use candor_testkit::{TestApp, app_test};
use rows::rows;
use std::collections::BTreeSet;
use world::World;

const AGENT: &str = include_str!("agent.txt");
const VISITOR: &str = include_str!("visitor.txt");

#[test]
fn every_route_of_the_document_is_asked_for() {
    let asked: BTreeSet<String> = [AGENT, VISITOR].into_iter().flat_map(rows).map(|row| row.route()).collect();
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    let mut missing = Vec::new();
    for (path, item) in paths {
        for method in item.as_object().expect("operations").keys().filter(|key| *key != "parameters") {
            let route = rows::shape(&format!("{} {path}", method.to_uppercase()));
            if !asked.contains(&route) {
                missing.push(route);
            }
        }
    }
    assert!(missing.is_empty(), "no row of the matrix asks for {missing:#?}");
}

app_test!(agents_and_integrations_may_do_what_the_matrix_says_and_nothing_else, |app| async move {
    let world = World::build(&app).await;
    let mut wrong = Vec::new();
    for row in rows(AGENT) {
        for (name, expected) in world.columns(AGENT).zip(&row.expected) {
            let answer = world.ask(&row, name, expected).await;
            wrong.extend(world.judge(&row, name, expected, &answer));
        }
    }
    finish(&app).await;
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
});

/// Lets the jobs of what was allowed come to their end.
async fn finish(app: &TestApp) {
    bulk::work_all(&app.app).await.expect("bulk actions end");
    app.finish_keywork().await;
}

app_test!(visitors_may_do_what_the_matrix_says_and_nothing_else, |app| async move {
    let world = World::build(&app).await;
    let mut wrong = Vec::new();
    for row in rows(VISITOR) {
        for (name, expected) in world.columns(VISITOR).zip(&row.expected) {
            let answer = world.ask(&row, name, expected).await;
            wrong.extend(world.judge(&row, name, expected, &answer));
        }
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
});
