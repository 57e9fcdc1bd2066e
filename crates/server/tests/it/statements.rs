//! What the common things cost, in statements: a number that creeps up is found here, not by a customer.

use crate::writing::{answer, begun};
use candor_testkit::{TestApp, app_test};
use serde_json::json;
use uuid::Uuid;

/// Statements that run while `work` runs, background looks included: the least of several tries.
async fn cost<F: Future<Output = ()>>(app: &TestApp, mut work: impl FnMut() -> F) -> u64 {
    let mut least = u64::MAX;
    for _ in 0..5 {
        let before = app.app.db.count_statements();
        work().await;
        least = least.min(app.app.db.count_statements() - before);
    }
    least
}

app_test!(common_things_cost_few_statements, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    for number in 0..40 {
        begun(&app, &format!("another {number}")).await;
    }
    answer(&alice, &id, "two", 0).await.created();
    app.settle().await;

    let page = cost(&app, || async { drop(alice.get("/api/v1/conversations?view=all&limit=50").await.ok()) }).await;
    let opened = cost(&app, || async { drop(alice.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok()) }).await;
    // Finding out who asks is counted too.
    assert!(page <= 3, "a page of the inbox takes {page} statements");
    assert!(opened <= 6, "opening a conversation takes {opened} statements");

    let client_id = || json!({ "client_id": Uuid::now_v7(), "text": "three" });
    let path = format!("/visitor/v1/conversations/{id}/messages");
    let kept = cost(&app, || async { drop(visitor.post(&path, client_id()).await.created()) }).await;
    assert!(kept <= 12, "a message with its sign-in and its answer takes {kept} statements");
});
