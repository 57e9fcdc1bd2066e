//! Lists, counts and search: what stands where, for whom, in which order.

use crate::writing::{act, answer, begun, say, status};
use candor_app::live::{Ask, OpenSet, Sort, View};
use candor_domain::id::TeamId;
use candor_domain::permission::Scope;
use candor_store::Pool;
use candor_store::conversation::{self, End, OPEN_ENDS};
use candor_testkit::{Agent, app_test};
use serde_json::{Value, json};

async fn ids(agent: &Agent, query: &str) -> Vec<String> {
    let page = agent.get(&format!("/api/v1/conversations?{query}")).await.ok();
    page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

async fn found(agent: &Agent, query: &str) -> Vec<String> {
    let page = agent.get(&format!("/api/v1/search?{query}")).await.ok();
    page["items"].as_array().unwrap().iter().map(|hit| hit["conversation"]["id"].as_str().unwrap().to_owned()).collect()
}

app_test!(open_work_is_read_whole_in_pieces_from_either_end, |app| async move {
    let mut cases = Vec::new();
    for number in 0..5 {
        cases.push(begun(&app, &format!("{number}")).await.1);
    }
    cases.sort_unstable();
    for end in [End::Oldest, End::Newest] {
        let (mut read, mut between) = (Vec::new(), OPEN_ENDS);
        loop {
            // All of them came at the same time of the test's clock: the id goes on where the time does not.
            let piece = app.app.db.read(Pool::Quick, move |rx| conversation::open_states(rx, between, end, 2)).await.unwrap();
            let Some(last) = piece.last() else { break };
            let place = if end == End::Oldest { &mut between.0 } else { &mut between.1 };
            *place = (last.case.last_message_at, last.case.id);
            read.extend(piece.iter().map(|one| one.case.id.0.to_string()));
        }
        if end == End::Newest {
            read.reverse();
        }
        assert_eq!(read, cases, "{end:?}");
    }
});

app_test!(a_start_finds_the_open_work_the_running_desk_has_followed, |app| async move {
    let alice = app.agent().await;
    let mut cases = Vec::new();
    for number in 0..7 {
        app.clock.advance(number % 3);
        cases.push(begun(&app, &format!("{number}")).await.1);
    }
    status(&alice, &cases[2], "resolved").await;
    alice.post(&format!("/api/v1/conversations/{}/read", cases[4]), json!({ "seq": 99 })).await;
    app.settle().await;
    let agent = alice.id;
    for size in [1, 2, 3, 100] {
        let fresh = OpenSet::default();
        fresh.load_in_pieces(&app.app.db, size).await.unwrap();
        for view in [View::All, View::Unassigned, View::Mine] {
            for sort in [Sort::Waiting, Sort::Newest] {
                let ask = Ask { agent, scope: Scope::Everywhere, view, filter: None, sort };
                assert_eq!(fresh.page(&ask, None, 100), app.app.live.open().page(&ask, None, 100), "{size}, {view:?}, {sort:?}");
            }
            let sums = |set: &OpenSet| (set.count(view, agent, &Scope::Everywhere), set.unread(view, agent, &Scope::Everywhere));
            assert_eq!(sums(&fresh), sums(app.app.live.open()), "{size}, {view:?}");
        }
        assert_eq!(fresh.len(), 6);
    }
});

app_test!(a_case_stands_in_the_lists_it_belongs_to, |app| async move {
    let alice = app.agent().await;
    let (visitor, id) = begun(&app, "one").await;
    app.settle().await;
    assert_eq!((ids(&alice, "view=unassigned").await, ids(&alice, "view=mine").await), (vec![id.clone()], vec![]));
    answer(&alice, &id, "two", 0).await.created();
    app.settle().await;
    assert_eq!((ids(&alice, "view=unassigned").await, ids(&alice, "view=mine").await), (vec![], vec![id.clone()]));
    let counts = alice.get("/api/v1/counts").await.ok();
    assert_eq!(counts["views"]["mine"], json!({ "total": 1, "us": 0, "unread": 1 }));
    say(&visitor, &id, "three").await;
    alice.post(&format!("/api/v1/conversations/{id}/read"), json!({ "seq": 99 })).await;
    app.settle().await;
    assert_eq!(alice.get("/api/v1/counts").await.ok()["views"]["mine"], json!({ "total": 1, "us": 1, "unread": 0 }));
    act(&alice, &id, json!({ "type": "snooze" })).await;
    app.settle().await;
    assert_eq!((ids(&alice, "view=mine").await, ids(&alice, "view=snoozed").await), (vec![], vec![id.clone()]));
    status(&alice, &id, "resolved").await;
    app.settle().await;
    assert_eq!(
        (ids(&alice, "view=all").await, ids(&alice, "view=snoozed").await, ids(&alice, "view=resolved").await),
        (vec![], vec![], vec![id])
    );
});

app_test!(pages_follow_each_other_without_holes_in_every_order, |app| async move {
    let alice = app.agent().await;
    let mut all = Vec::new();
    for number in 0..7 {
        app.clock.advance(1000);
        all.push(begun(&app, &format!("case {number}")).await.1);
    }
    act(&alice, &all[3], json!({ "type": "priority", "priority": "urgent" })).await;
    app.settle().await;
    let newest: Vec<String> = all.iter().rev().cloned().collect();
    let mut urgent = all.clone();
    urgent.rotate_left(3);
    let urgent: Vec<String> = [all[3].clone()].into_iter().chain(all.iter().filter(|id| **id != all[3]).cloned()).collect();
    for (sort, expected) in [("waiting", all.clone()), ("oldest", all.clone()), ("newest", newest), ("priority", urgent)] {
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = alice.get(&format!("/api/v1/conversations?view=all&sort={sort}&limit=3{cursor}")).await.ok();
            walked.extend(page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(walked, expected, "{sort}");
    }
    for id in &all {
        status(&alice, id, "resolved").await;
    }
    let first = alice.get("/api/v1/conversations?view=resolved&limit=4").await.ok();
    let rest = alice.get(&format!("/api/v1/conversations?view=resolved&limit=4&cursor={}", first["next"].as_str().unwrap())).await.ok();
    assert_eq!((first["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len(), rest.get("next")), (4, 3, None));
});

app_test!(lists_and_search_show_only_what_a_scope_allows, |app| async move {
    let sam = app.supervisor().await;
    let team: Value = sam.post("/api/v1/teams", json!({ "name": "Night shift", "members": [] })).await.created();
    let team_id = TeamId(team["id"].as_str().unwrap().parse().unwrap());
    let night = app.agent_as("Nina", "agent", None, Some(team_id)).await;
    let (_, open) = begun(&app, "提现 common word").await;
    let (_, hidden) = begun(&app, "提现 common word").await;
    act(&sam, &open, json!({ "type": "team", "team": team["id"] })).await;
    app.settle().await;
    assert_eq!(ids(&night, "view=all").await, std::slice::from_ref(&open));
    assert_eq!(night.get("/api/v1/counts").await.ok()["views"]["all"]["total"], 1);
    night.get(&format!("/api/v1/conversations/{hidden}")).await.refused(404, "not_found");
    night.get(&format!("/api/v1/conversations/{hidden}/timeline")).await.refused(404, "not_found");
    candor_app::search::rewrite_moved(&app.app).await.unwrap();
    assert_eq!(found(&night, "q=提现").await, std::slice::from_ref(&open));
    assert_eq!(found(&night, "q=common").await, std::slice::from_ref(&open));
    assert_eq!(found(&sam, "q=common").await.len(), 2);
    act(&sam, &open, json!({ "type": "team" })).await;
    assert_eq!(found(&night, "q=common").await, Vec::<String>::new(), "a stale word shows nothing");
});

app_test!(a_moved_case_is_found_before_its_index_rows_are_rewritten, |app| async move {
    let sam = app.supervisor().await;
    let team: Value = sam.post("/api/v1/teams", json!({ "name": "Night shift", "members": [] })).await.created();
    let night = app.agent_as("Nina", "agent", None, Some(TeamId(team["id"].as_str().unwrap().parse().unwrap()))).await;
    let (_, id) = begun(&app, "bridge transfer").await;
    act(&sam, &id, json!({ "type": "team", "team": team["id"] })).await;
    assert_eq!(found(&night, "q=bridge").await, [id]);
});

app_test!(chinese_and_ids_are_found_as_people_write_them, |app| async move {
    let alice = app.agent().await;
    let hash = "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060";
    let (_, one) = begun(&app, &format!("我的提現一直沒到帳 {hash}")).await;
    let (_, two) = begun(&app, "身份验证过不了，订单 ORD-2026-118834").await;
    for query in ["提现", "提現", "到账", "0x5c50", "b22060", hash] {
        assert_eq!(found(&alice, &format!("q={query}")).await, std::slice::from_ref(&one), "{query}");
    }
    for query in ["身份验证", "身份驗證", "ORD-2026-118834", "%232"] {
        assert_eq!(found(&alice, &format!("q={query}")).await, std::slice::from_ref(&two), "{query}");
    }
    let hit = alice.get("/api/v1/search?q=提现").await.ok()["items"][0].clone();
    let snippet: Vec<u16> = hit["snippet"].as_str().unwrap().encode_utf16().collect();
    let mark = &hit["marks"][0];
    let (start, end) = (mark[0].as_u64().unwrap() as usize, mark[1].as_u64().unwrap() as usize);
    assert_eq!(String::from_utf16(&snippet[start..end]).unwrap(), "提現");
    assert_eq!(found(&alice, "q=提币").await, Vec::<String>::new());
    alice.get("/api/v1/search?q=%20").await.refused(422, "validation_failed");
    let inbox = app.inbox().await;
    assert_eq!(found(&alice, &format!("q=提现&inbox={inbox}&from=0")).await, [one]);
    assert_eq!(found(&alice, "q=提现&to=5").await, Vec::<String>::new());
});

app_test!(strange_lists_are_refused, |app| async move {
    let alice = app.agent().await;
    for query in [
        "view=nothing",
        "view=team:x",
        "sort=random",
        "limit=0",
        "limit=101",
        "cursor=zz",
        "filter=1",
        "filter=%7B%22field%22:%22secret%22%7D",
    ] {
        alice.get(&format!("/api/v1/conversations?{query}")).await.refused(422, "validation_failed");
    }
    alice.get("/api/v1/conversations?colour=red").await.refused(400, "bad_request");
});
