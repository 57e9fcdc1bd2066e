//! A mail that was kept apart, and the agent who says where it belongs: it is there for good and marked for good, and proves nothing.

use crate::files::link;
use crate::mail::{CHECKED, cases, judging, mail_of, piped, reply_address};
use crate::mail_back::{desk, from_ann};
use crate::sink::Sink;
use crate::spam::figures;
use crate::writing::{act, answer, status, texts};
use candor_domain::id::{FileId, MessageId};
use candor_domain::permission::Permission;
use candor_store::channel::Channel;
use candor_store::{Pool, file, inbound, mail, message};
use candor_testkit::{Agent, Answer, TestApp};
use serde_json::{Value, json};

/// A picture of one pixel (RFC 2083).
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// Ann's case, answered, with the address her answers come to; and a mail to that address from elsewhere, with a picture.
struct Scene {
    alice: Agent,
    pipe: Channel,
    sink: Sink,
    ann: Value,
    address: String,
    apart: Value,
}

impl Scene {
    async fn new(app: &TestApp) -> Self {
        let (alice, pipe, sink) = desk(app).await;
        piped(app, &pipe, &from_ann("", 1)).await;
        let ann = cases(&alice).await.remove(0);
        answer(&alice, text(&ann["id"]), "Which coin?", 0).await.created();
        app.settle().await;
        let address = reply_address(app, text(&ann["id"])).await;
        let apart = stray(app, &alice, &pipe, "", "mallory@evil.test", &address).await;
        Self { alice, pipe, sink, ann, address, apart }
    }

    fn ann(&self) -> &str {
        text(&self.ann["id"])
    }

    fn apart(&self) -> &str {
        text(&self.apart["id"])
    }

    async fn take_both(&self) {
        for id in [self.ann(), self.apart()] {
            act(&self.alice, id, json!({ "type": "assign", "agent": self.alice.id })).await;
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// A mail from `from` to `to`, with what a trusted server says of it in front, and the case it became.
async fn stray(app: &TestApp, alice: &Agent, pipe: &Channel, checked: &str, from: &str, to: &str) -> Value {
    let before = cases(alice).await;
    let mail = format!(
        "{checked}From: Mallory <{from}>\r\nTo: {to}\r\nSubject: zqsubject {from}\r\nMIME-Version: 1.0\r\nMessage-ID: <m.{}@evil.test>\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nzqwords USDT\r\n--b\r\nContent-Type: image/png; name=zqfile.png\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{PIXEL}\r\n--b--\r\n",
        before.len()
    );
    piped(app, pipe, &mail).await;
    cases(alice).await.into_iter().find(|case| before.iter().all(|old| old["id"] != case["id"])).unwrap()
}

/// Says that the first mail of a case belongs to the case of this number.
async fn join(agent: &Agent, case: &str, number: &Value) -> Answer {
    let message = mail_of(agent, case, 0).await;
    join_message(agent, case, text(&message["id"]), number).await
}

async fn join_message(agent: &Agent, case: &str, message: &str, number: &Value) -> Answer {
    agent.post(&format!("/api/v1/conversations/{case}/messages/{message}/join"), json!({ "number": number })).await
}

async fn timeline(agent: &Agent, case: &str) -> Vec<Value> {
    let found = agent.get(&format!("/api/v1/conversations/{case}/timeline")).await.ok();
    found["items"].as_array().unwrap().clone()
}

/// The file a message brought, and the bytes it came as.
async fn files_of(app: &TestApp, message: &str) -> [FileId; 2] {
    let id: MessageId = message.parse().unwrap();
    let read = app.app.db.read(Pool::Quick, move |rx| {
        let known = mail::get(rx, id)?.unwrap();
        Ok::<_, candor_store::Error>([message::get(rx, id)?.files[0], inbound::get(rx, known.inbound.unwrap())?.file])
    });
    read.await.unwrap()
}

#[test]
fn a_mail_is_taken_over_by_who_has_a_part_in_both_cases_and_is_marked_for_good() {
    judging(async |app| taken_over(&app).await);
}

async fn taken_over(app: &TestApp) {
    let scene = Scene::new(app).await;
    let (alice, admin) = (&scene.alice, app.admin().await);
    let message = text(&mail_of(alice, scene.apart(), 0).await["id"]).to_owned();
    // A part in neither, then in one: whoever answers a case has it.
    act(alice, scene.ann(), json!({ "type": "assign", "agent": null })).await;
    join(alice, scene.apart(), &scene.ann["number"]).await.refused(403, "take_case_first");
    act(alice, scene.apart(), json!({ "type": "assign", "agent": alice.id })).await;
    join(alice, scene.apart(), &scene.ann["number"]).await.refused(403, "take_case_first");
    scene.take_both().await;
    app.settle().await;
    let before = figures(app).await;
    let joined = join(alice, scene.apart(), &scene.ann["number"]).await.ok();
    assert_eq!(joined["conversation"], scene.ann["id"]);

    let there = timeline(alice, scene.ann()).await;
    let item = there.iter().find(|item| item["seq"] == joined["seq"]).unwrap();
    assert_eq!((&item["type"], &item["actor"]["id"]), (&json!("message"), &json!(alice.id)));
    assert_eq!((&item["data"], item.get("public_seq")), (&json!({ "joined_from": scene.apart["number"] }), None));
    let shown = &item["message"];
    assert_eq!((&shown["id"], &shown["kind"], &shown["author"]["kind"]), (&json!(message), &json!("customer"), &json!("contact")));
    assert_eq!(shown["author"]["id"], scene.ann["contact"]["id"]);
    assert!(text(&shown["text"]).contains("zqwords"), "{shown}");
    assert_eq!((&shown["mail"]["sender"]["standing"], shown["files"][0]["name"].as_str()), (&json!("unproven"), Some("zqfile.png")));
    let case = alice.get(&format!("/api/v1/conversations/{}", scene.ann())).await.ok();
    assert_eq!((&case["category"], &case["turn"], &case["preview"]), (&json!("open"), &json!("us"), &json!("zqwords USDT")));

    // What is left is over and says where the mail went.
    let left = alice.get(&format!("/api/v1/conversations/{}", scene.apart())).await.ok();
    assert_eq!((&left["category"], &left["subject"], &left["preview"]), (&json!("closed"), &json!(null), &json!("")));
    assert_eq!(left["contact"]["name"], "");
    let here = timeline(alice, scene.apart()).await;
    assert!(here.iter().all(|item| item["message"].is_null()), "{here:?}");
    let data = json!({ "message": message, "into": scene.ann["number"], "emptied": true });
    let last = here.last().unwrap();
    assert_eq!((&last["type"], &last["data"], &last["actor"]["id"]), (&json!("mail_joined"), &data, &json!(alice.id)));
    app.settle().await;
    let after = figures(app).await;
    assert_eq!((after[0], after[1], after[4]), (before[0] - 1, before[1], before[4]), "one case less, as many mails, nothing resolved");

    // Programs outside see the mark, the log who did it.
    let program = app.token(&admin, &[Permission::EventRead], &[]).await;
    let heard = program.get("/api/v1/events?limit=100").await.ok()["items"].as_array().unwrap().clone();
    let told = heard.iter().find(|event| event["conversation"] == scene.ann["id"] && event["seq"] == joined["seq"]).unwrap();
    assert_eq!((&told["data"], &told["actor"]["id"]), (&json!({ "joined_from": scene.apart["number"] }), &json!(alice.id)));
    assert!(heard.iter().any(|event| event["type"] == "mail_joined" && event["data"] == data));
    let said = admin.get("/api/v1/audit?action=case.mail_joined").await.ok()["items"].as_array().unwrap().clone();
    assert_eq!((said.len(), &said[0]["actor"]["id"]), (1, &json!(alice.id)), "{said:?}");

    // The original and the file open where the mail is now, and nowhere else.
    let original = |case: &str| format!("/api/v1/conversations/{case}/messages/{message}/mail");
    assert_eq!(alice.get(&original(scene.ann())).await.ok()["from"]["mail"], "mallory@evil.test");
    alice.get(&original(scene.apart())).await.refused(403, "take_case_first");
    let file = &shown["files"][0];
    assert_eq!(alice.get(&format!("{}{}", text(&file["url"]), link(app, alice, text(&file["id"])).await)).await.status, 200);

    // Nothing is proven by it: the customer has the addresses they had, and answers go where they went.
    let record = alice.get(&format!("/api/v1/conversations/{}/contact", scene.ann())).await.ok();
    assert!(!record.to_string().contains("evil"), "{record}");
    let sent = scene.sink.taken().len();
    answer(alice, scene.ann(), "Thank you", 0).await.created();
    app.settle().await;
    let mails = scene.sink.taken();
    assert_eq!(mails.len(), sent + 1);
    assert!(mails[sent].contains("RCPT TO:<ann@example.net>") && !mails[sent].contains("evil"), "{}", mails[sent]);
    assert!(mails[sent].contains("In-Reply-To: <1@example.net>") && !mails[sent].contains("zqwords"), "{}", mails[sent]);
    join_message(alice, scene.apart(), &message, &scene.ann["number"]).await.refused(403, "take_case_first");
}

#[test]
fn a_mail_goes_by_number_only_where_its_agent_may_answer() {
    judging(async |app| by_number(&app).await);
}

async fn by_number(app: &TestApp) {
    let scene = Scene::new(app).await;
    let (alice, admin) = (&scene.alice, app.admin().await);
    scene.take_both().await;
    let own = stray(app, alice, &scene.pipe, CHECKED, "carol@example.net", "support@desk.test").await;
    let id = text(&own["id"]);
    act(alice, id, json!({ "type": "assign", "agent": alice.id })).await;
    join(alice, id, &own["number"]).await.refused(409, "conflict");
    join(alice, id, &json!(999_999)).await.refused(404, "not_found");
    join(alice, id, &json!(-1)).await.refused(404, "not_found");
    join(alice, id, &json!("1")).await.refused(422, "validation_failed");
    let ours = mail_of(alice, scene.ann(), 1).await;
    join_message(alice, scene.ann(), text(&ours["id"]), &own["number"]).await.refused(404, "not_found");
    join_message(alice, scene.ann(), text(&mail_of(alice, id, 0).await["id"]), &own["number"]).await.refused(404, "not_found");
    // A case that is spam, and one that is closed for good.
    act(alice, scene.ann(), json!({ "type": "spam", "spam": true })).await;
    join(alice, id, &scene.ann["number"]).await.refused(409, "conflict");
    act(alice, scene.ann(), json!({ "type": "spam", "spam": false })).await;
    // One of a team that is not hers: not there for her.
    let team = admin.post("/api/v1/teams", json!({ "name": "B" })).await.created()["id"].clone();
    let otto = app.agent_as("Otto", "agent", None, Some(text(&team).parse().unwrap())).await;
    act(&admin, id, json!({ "type": "team", "team": team })).await;
    act(&admin, id, json!({ "type": "assign", "agent": otto.id })).await;
    let message = text(&mail_of(alice, id, 0).await["id"]).to_owned();
    join_message(&otto, id, &message, &scene.ann["number"]).await.refused(404, "not_found");
    let program =
        app.token(&admin, &[Permission::ConversationRead, Permission::ConversationReply, Permission::ConversationJoin], &[]).await;
    let path = format!("/api/v1/conversations/{id}/messages/{message}/join");
    program.post(&path, json!({ "number": scene.ann["number"] })).await.refused(403, "forbidden");
    act(&admin, id, json!({ "type": "team", "team": null })).await;
    act(&admin, id, json!({ "type": "assign", "agent": alice.id })).await;
    join(alice, id, &scene.ann["number"]).await.ok();
    assert_eq!(texts(&alice.get(&format!("/api/v1/conversations/{}/timeline", scene.ann())).await.ok()).len(), 3);
    status(alice, scene.ann(), "closed").await;
    join(alice, scene.apart(), &scene.ann["number"]).await.refused(403, "take_case_first");
    admin.post(&format!("/api/v1/conversations/{}/access", scene.ann()), json!({ "agent": alice.id })).await.expect(204);
    join(alice, scene.apart(), &scene.ann["number"]).await.refused(409, "conflict");
}

#[test]
fn later_mail_of_the_same_sender_is_looked_at_again() {
    judging(async |app| later(&app).await);
}

async fn later(app: &TestApp) {
    let scene = Scene::new(app).await;
    let alice = &scene.alice;
    let elses = "Authentication-Results: mx.desk.test; dmarc=pass header.from=else.test\r\n";
    let bobs = stray(app, alice, &scene.pipe, elses, "bob@else.test", &scene.address).await;
    let (id, number) = (text(&bobs["id"]), &scene.ann["number"]);
    answer(alice, id, "Who are you?", 0).await.created();
    app.settle().await;
    let token = reply_address(app, id).await;
    for case in [id, scene.ann()] {
        act(alice, case, json!({ "type": "assign", "agent": alice.id })).await;
    }
    join(alice, id, number).await.ok();
    let left = alice.get(&format!("/api/v1/conversations/{id}")).await.ok();
    assert_eq!((&left["preview"], &left["contact"]["name"]), (&json!("Who are you?"), &json!("Mallory")), "we wrote to him");
    // He is who he says; that Ann is the same person is still nobody's word but an agent's.
    let again = stray(app, alice, &scene.pipe, elses, "bob@else.test", &token).await;
    let shown = mail_of(alice, text(&again["id"]), 0).await["mail"].clone();
    assert!(shown["doubts"].as_array().unwrap().contains(&json!("case_joined")), "{shown}");
    assert_eq!(shown["answers"], json!({ "number": number, "conversation": scene.ann["id"] }));
    // And the address the mail came from opens nothing of Ann's.
    let forged = stray(app, alice, &scene.pipe, elses, "bob@else.test", &scene.address).await;
    assert!(forged["id"] != scene.ann["id"]);
}

#[test]
fn of_two_who_take_it_over_at_once_one_does_and_nothing_is_lost() {
    judging(async |app| Box::pin(at_once(&app)).await);
}

async fn at_once(app: &TestApp) {
    let scene = Scene::new(app).await;
    let (alice, tom) = (&scene.alice, app.agent_as("Tom", "agent", None, None).await);
    let other = stray(app, alice, &scene.pipe, CHECKED, "carol@example.net", "support@desk.test").await;
    scene.take_both().await;
    act(&tom, text(&other["id"]), json!({ "type": "assign", "agent": tom.id })).await;
    alice.post(&format!("/api/v1/conversations/{}/access", scene.apart()), json!({ "agent": tom.id })).await.expect(204);
    let message = text(&mail_of(alice, scene.apart(), 0).await["id"]).to_owned();
    // Ann writes into her case meanwhile.
    let reply = from_ann("", 7).replace("To: support@desk.test", &format!("To: {}", scene.address));
    let (one, two, ()) = tokio::join!(
        join_message(alice, scene.apart(), &message, &scene.ann["number"]),
        join_message(&tom, scene.apart(), &message, &other["number"]),
        piped(app, &scene.pipe, &reply),
    );
    let mut codes = [one.status, two.status];
    codes.sort_unstable();
    // Whoever comes second finds the case closed, and their part in it with it; a part that was shared stays open.
    assert!(codes[0] == 200 && [403, 409].contains(&codes[1]), "{codes:?}");
    let mut found = 0;
    for id in [scene.ann(), scene.apart(), text(&other["id"])] {
        let items = timeline(alice, id).await;
        let numbers: Vec<i64> = items.iter().map(|item| item["seq"].as_i64().unwrap()).collect();
        assert_eq!(numbers, (1..=i64::try_from(items.len()).unwrap()).collect::<Vec<_>>(), "no hole");
        found += items.iter().filter(|item| item["message"]["id"] == message.as_str()).count();
    }
    assert_eq!(found, 1);
    let words = texts(&alice.get(&format!("/api/v1/conversations/{}/timeline", scene.ann())).await.ok()).join("\n");
    assert_eq!(words.matches("My deposit has not arrived.").count(), 2, "{words}");
}

/// Erases the customer of a case, to the end of the keys and rows.
async fn erased(app: &TestApp, admin: &Agent, contact: &Value) {
    admin.post(&format!("/api/v1/contacts/{}/erasure", text(contact)), json!({})).await.expect(202);
    app.finish_keywork().await;
}

async fn left(app: &TestApp, files: [FileId; 2]) -> usize {
    app.app.db.read(Pool::Quick, move |rx| file::known(rx, &files)).await.unwrap().len()
}

#[test]
fn a_mail_that_was_taken_over_goes_with_its_new_customer_and_not_with_its_sender() {
    judging(async |app| Box::pin(erasing(&app)).await);
}

async fn erasing(app: &TestApp) {
    let (scene, admin) = (Scene::new(app).await, app.admin().await);
    let alice = &scene.alice;
    scene.take_both().await;
    let message = text(&mail_of(alice, scene.apart(), 0).await["id"]).to_owned();
    join(alice, scene.apart(), &scene.ann["number"]).await.ok();
    let files = files_of(app, &message).await;

    erased(app, &admin, &scene.apart["contact"]["id"]).await;
    let kept = mail_of(alice, scene.ann(), 2).await;
    assert!(text(&kept["text"]).contains("zqwords") && text(&kept["mail"]["subject"]).contains("zqsubject"), "{kept}");
    let path = format!("/api/v1/conversations/{}/messages/{message}/mail", scene.ann());
    let raw = format!("{path}/original{}", link(app, alice, &message).await);
    assert_eq!(alice.get(&raw).await.status, 200);
    let file = format!("{}{}", text(&kept["files"][0]["url"]), link(app, alice, text(&kept["files"][0]["id"])).await);
    assert_eq!((alice.get(&file).await.status, left(app, files).await), (200, 2));
    assert_eq!(alice.get("/api/v1/search?q=zqwords").await.ok()["items"].as_array().unwrap().len(), 1);

    erased(app, &admin, &scene.ann["contact"]["id"]).await;
    let gone = mail_of(alice, scene.ann(), 2).await;
    assert_eq!((&gone["text"], &gone["redacted"], gone.get("mail")), (&json!(""), &json!(true), None));
    alice.get(&raw).await.refused(410, "gone");
    assert_eq!(left(app, files).await, 0);
    assert_eq!(alice.get("/api/v1/search?q=zqwords").await.ok()["items"], json!([]));
    // Who took it over stays on record.
    assert!(timeline(alice, scene.ann()).await.iter().any(|item| item["data"]["joined_from"] == scene.apart["number"]));
    let open = app.app.db.read(Pool::Quick, |rx| {
        candor_store::Query::one(rx, "SELECT COUNT(*) FROM message WHERE body_sealed IS NOT NULL", &[], |row| row.get::<i64>(0))
    });
    assert_eq!(open.await.unwrap(), 0);
}

#[test]
fn nothing_is_taken_over_from_or_for_who_is_erased() {
    judging(async |app| shut(&app).await);
}

async fn shut(app: &TestApp) {
    let scene = Scene::new(app).await;
    scene.take_both().await;
    let second = stray(app, &scene.alice, &scene.pipe, "", "mallory@evil.test", &scene.address).await;
    act(&scene.alice, text(&second["id"]), json!({ "type": "assign", "agent": scene.alice.id })).await;
    let admin = app.admin().await;
    let order = async |contact: &Value| {
        admin.post(&format!("/api/v1/contacts/{}/erasure", text(contact)), json!({})).await.expect(202);
    };
    // Ordered, and not carried out yet.
    order(&second["contact"]["id"]).await;
    join(&scene.alice, text(&second["id"]), &scene.ann["number"]).await.refused(410, "gone");
    order(&scene.ann["contact"]["id"]).await;
    join(&scene.alice, scene.apart(), &scene.ann["number"]).await.refused(410, "gone");
}

#[test]
fn in_a_chat_the_customer_is_not_shown_it_as_theirs() {
    judging(async |app| in_chat(&app).await);
}

async fn in_chat(app: &TestApp) {
    let (visitor, chat) = crate::writing::begun(app, "hello").await;
    let (alice, pipe, _sink) = desk(app).await;
    let number = alice.get(&format!("/api/v1/conversations/{chat}")).await.ok()["number"].clone();
    let apart = stray(app, &alice, &pipe, "", "mallory@evil.test", "support@desk.test").await;
    for id in [chat.as_str(), text(&apart["id"])] {
        act(&alice, id, json!({ "type": "assign", "agent": alice.id })).await;
    }
    join(&alice, text(&apart["id"]), &number).await.ok();
    let events = visitor.get(&format!("/visitor/v1/conversations/{chat}/events?after=0")).await.ok();
    assert!(!events.to_string().contains("zqwords") && events.to_string().contains("hello"), "{events}");
    let seen = mail_of(&alice, &chat, 1).await;
    assert!(text(&seen["text"]).contains("zqwords"));
    assert_eq!(seen["mail"]["sender"]["standing"], "unproven");
    visitor.get(&format!("/visitor/v1/files/{}", text(&seen["files"][0]["id"]))).await.refused(404, "not_found");
    let listed = visitor.get("/visitor/v1/conversations").await.ok();
    assert!(!listed.to_string().contains("zqwords"), "{listed}");
}
