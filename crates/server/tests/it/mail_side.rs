//! A third party is asked about a case: what leaves, who learns of it, and what stays when the customer is erased.

use crate::erasing::carried_out;
use crate::files::link;
use crate::live::visitor_line;
use crate::mail::{judging, mail_of, piped, reply_address};
use crate::mail_back::{desk, from_ann};
use crate::mail_first::{mail_inbox, sums};
use crate::sink::Sink;
use crate::writing::{act, answer, begun, say, status, texts};
use candor_store::channel::Channel;
use candor_store::{Pool, conversation};
use candor_testkit::{Agent, Answer, TestApp, Visitor};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// A word of the customer, one of our note, and one of the third party: who sees which is what these tests are about.
const WORD: &str = "zqpassport";
const NOTE: &str = "zqsuspicion";
const THEIRS: &str = "zqledger";

/// A chat with a file, a note and a removed message, a supervisor who has it, and a desk whose mail goes to the sink.
struct Scene {
    sam: Agent,
    pipe: Channel,
    sink: Sink,
    visitor: Visitor,
    case: String,
    inbox: Value,
}

async fn scene(app: &TestApp) -> Scene {
    let (visitor, case) = begun(app, &format!("my {WORD} was refused")).await;
    app.clock.advance(1);
    let (_, pipe, sink) = desk(app).await;
    let sam = app.supervisor().await;
    let file = visitor.upload("/visitor/v1/files?name=proof.txt", "text/plain", "the proof itself").await.created();
    let body = json!({ "client_id": Uuid::now_v7(), "text": "here is proof", "files": [file["id"]] });
    visitor.post(&format!("/visitor/v1/conversations/{case}/messages"), body).await.created();
    let note = json!({ "client_id": Uuid::now_v7(), "text": NOTE });
    sam.post(&format!("/api/v1/conversations/{case}/notes"), note).await.created();
    act(&sam, &case, json!({ "type": "assign", "agent": sam.id })).await;
    let inbox = mail_inbox(&sam).await;
    Scene { sam, pipe, sink, visitor, case, inbox }
}

impl Scene {
    fn path(&self) -> String {
        format!("/api/v1/conversations/{}", self.case)
    }

    /// The messages of the case with this text.
    async fn message(&self, text: &str) -> Value {
        let timeline = self.sam.get(&format!("{}/timeline", self.path())).await.ok();
        let mut messages = timeline["items"].as_array().unwrap().iter().map(|item| item["message"].clone());
        messages.find(|message| message["text"].as_str().is_some_and(|words| words.contains(text))).unwrap()
    }

    fn question(&self, fields: &Value) -> Value {
        let mut body = json!({
            "inbox": self.inbox, "to": "ann@example.net", "client_id": Uuid::now_v7(), "subject": "A question", "text": "Do you know this?",
            "messages": [], "hold_ms": 0,
        });
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    }

    async fn ask(&self, agent: &Agent, fields: Value) -> Answer {
        agent.post(&format!("{}/side-threads", self.path()), self.question(&fields)).await
    }

    /// Asks with both messages of the customer and the file, and lets the mail leave; the thread's id.
    async fn asked(&self, app: &TestApp) -> String {
        let (word, proof) = (self.message(WORD).await, self.message("here is proof").await);
        let fields = json!({ "messages": [proof["id"], word["id"]], "files": [proof["files"][0]["id"]] });
        let side = self.ask(&self.sam, fields).await.created();
        app.settle().await;
        side["id"].as_str().unwrap().to_owned()
    }

    /// The third party answers by mail.
    async fn answered(&self, app: &TestApp, side: &str) {
        let address = reply_address(app, side).await;
        let answer = from_ann("", 7)
            .replace("To: support@desk.test", &format!("To: {address}"))
            .replace("My deposit has not arrived.", &format!("It is in our {THEIRS}"));
        piped(app, &self.pipe, &answer).await;
    }

    async fn sides(&self, agent: &Agent) -> Vec<Value> {
        agent.get(&format!("{}/side-threads", self.path())).await.ok()["items"].as_array().unwrap().clone()
    }
}

#[test]
fn chosen_messages_leave_as_they_were_shown_and_the_answer_is_seen_where_it_was_asked() {
    judging(async |app| {
        let scene = scene(&app).await;
        let (word, proof) = (scene.message(WORD).await, scene.message("here is proof").await);
        let chosen = json!({ "messages": [proof["id"], word["id"]], "files": [proof["files"][0]["id"]] });
        let shown = scene.sam.post(&format!("{}/side-threads/preview", scene.path()), scene.question(&chosen)).await.ok();
        assert_eq!((&shown["from"]["mail"], &shown["to"]), (&json!("support@desk.test"), &json!("ann@example.net")));
        let text = shown["text"].as_str().unwrap();
        let (own, first, second) = (text.find("Do you know"), text.find(WORD), text.find("here is proof"));
        assert!(own < first && first < second && text.contains("[proof.txt]") && !text.contains(NOTE), "{text}");
        assert!(scene.sides(&scene.sam).await.is_empty() && scene.sink.taken().is_empty(), "nothing has left");

        let side = scene.asked(&app).await;
        let ours = mail_of(&scene.sam, &side, 0).await;
        assert_eq!((&ours["text"], &ours["mail"]["state"]), (&shown["text"], &json!("handed")));
        let [mail] = scene.sink.taken().try_into().unwrap();
        assert!(mail.contains("RCPT TO:<ann@example.net>") && mail.contains("proof.txt") && !mail.contains(NOTE), "{mail}");
        let opened = scene.sam.get(&format!("/api/v1/conversations/{side}")).await.ok();
        assert_eq!((&opened["side"], &opened["turn"], &opened["parent"]["id"]), (&json!(true), &json!("third_party"), &json!(scene.case)));

        scene.sam.post(&format!("{}/read", scene.path()), json!({ "seq": opened_seq(&scene).await })).await.expect(204);
        scene.answered(&app, &side).await;
        let [thread] = scene.sides(&scene.sam).await.try_into().unwrap();
        assert_eq!((&thread["turn"], &thread["unread"], &thread["waiting_since"]), (&json!("us"), &json!(1), &Value::Null));
        assert!(thread["preview"].as_str().unwrap().contains(THEIRS), "{thread}");
        let parent = scene.sam.get(&scene.path()).await.ok();
        assert_eq!(parent["mentioned"], true, "whoever has the case sees that there is something to read");
        let timeline = scene.sam.get(&format!("{}/timeline", scene.path())).await.ok();
        let told: Vec<Value> = timeline["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|item| item["type"] == "side_thread")
            .map(|item| item["data"].clone())
            .collect();
        assert_eq!(told, [json!({ "side": side, "step": "opened" }), json!({ "side": side, "step": "answered" })]);
    });
}

async fn opened_seq(scene: &Scene) -> Value {
    scene.sam.get(&scene.path()).await.ok()["seq"].clone()
}

#[test]
fn the_customer_sees_nothing_of_it_anywhere() {
    judging(async |app| {
        let scene = scene(&app).await;
        let visitor = &scene.visitor;
        let all = format!("/visitor/v1/conversations/{}/events?after=0", scene.case);
        let before = visitor.get(&all).await.ok();
        let last = before["items"].as_array().unwrap().last().unwrap()["seq"].clone();
        let mut chat = visitor_line(&app, visitor, json!([{ "conversation": scene.case, "after": last }])).await;
        let side = scene.asked(&app).await;
        scene.answered(&app, &side).await;
        answer(&scene.sam, &side, "thanks for the ledger", 0).await.created();
        app.settle().await;
        // What is said on the line next is what the customer is told next: the answer to themselves, and nothing before it.
        answer(&scene.sam, &scene.case, "we are looking", 0).await.created();
        let frame = chat.until("events").await;
        assert!(frame["events"].to_string().contains("we are looking"), "{frame}");
        assert_eq!(frame["events"].as_array().unwrap().len(), 1, "{frame}");
        let after = visitor.get(&all).await.ok();
        assert_eq!(after["items"].as_array().unwrap().len(), before["items"].as_array().unwrap().len() + 1, "their numbers have no hole");
        let listed = visitor.get("/visitor/v1/conversations").await.ok();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        for seen in [&after, &listed, &frame] {
            for words in [THEIRS, NOTE, "ledger", side.as_str(), "side_thread", "ann@example.net"] {
                assert!(!seen.to_string().contains(words), "{words} in {seen}");
            }
        }
        for path in [format!("/visitor/v1/conversations/{side}"), format!("/visitor/v1/conversations/{side}/events")] {
            visitor.get(&path).await.refused(404, "not_found");
        }
        visitor
            .post(&format!("/visitor/v1/conversations/{side}/messages"), json!({ "client_id": Uuid::now_v7(), "text": "me" }))
            .await
            .refused(404, "not_found");
        let file = mail_of(&scene.sam, &side, 0).await["files"][0]["id"].clone();
        visitor.get(&format!("/visitor/v1/files/{}", file.as_str().unwrap())).await.refused(404, "not_found");
    });
}

#[test]
fn not_even_a_visitor_with_the_threads_own_contact_reads_it() {
    judging(async |app| {
        let scene = scene(&app).await;
        let side: candor_domain::id::ConversationId = scene.asked(&app).await.parse().unwrap();
        let read = app.app.db.read(Pool::Quick, move |rx| {
            let contact = conversation::get(rx, side)?.case.contact;
            let actor = candor_domain::actor::Actor::Visitor { contact };
            let page = candor_store::contact::shown_history(rx, contact, None, 10)?;
            let opened = candor_app::conversation::get_permitted(rx, &actor, candor_domain::permission::Permission::ConversationRead, side);
            Ok::<_, candor_app::Error>((page, opened.is_err()))
        });
        assert_eq!(read.await.unwrap(), (vec![], true));
    });
}

#[test]
fn what_must_not_leave_is_refused() {
    judging(async |app| {
        let scene = scene(&app).await;
        let (word, note, proof) = (scene.message(WORD).await, scene.message(NOTE).await, scene.message("here is proof").await);
        let sam = &scene.sam;
        let (_, other) = begun(&app, "another customer").await;
        let foreign = sam.get(&format!("/api/v1/conversations/{other}/timeline")).await.ok()["items"][1]["message"]["id"].clone();
        let wrong = async |fields: Value, field: &str| {
            for path in ["side-threads", "side-threads/preview"] {
                let told = sam.post(&format!("{}/{path}", scene.path()), scene.question(&fields)).await.refused(422, "validation_failed");
                assert!(told["fields"][field].is_string(), "{field}: {told}");
            }
        };
        wrong(json!({ "messages": [note["id"]] }), "messages").await;
        wrong(json!({ "messages": [foreign] }), "messages").await;
        wrong(json!({ "messages": [word["id"]], "files": [proof["files"][0]["id"]] }), "files").await;
        wrong(json!({ "to": "support@desk.test" }), "to").await;
        wrong(json!({ "text": "" }), "text").await;
        sam.post(&format!("{}/messages/{}/redact", scene.path(), word["id"].as_str().unwrap()), json!({ "reason": "a passport" }))
            .await
            .expect(204);
        wrong(json!({ "messages": [word["id"]] }), "messages").await;
        scene.visitor.patch("/visitor/v1/session", json!({ "email": "mei@customer.test" })).await.ok();
        let own = scene.ask(sam, json!({ "to": "Mei@customer.test" })).await.refused(422, "validation_failed");
        assert!(own["fields"]["to"].is_string(), "{own}");
        let side = scene.asked_only(&app).await;
        let nested = sam.post(&format!("/api/v1/conversations/{side}/side-threads"), scene.question(&json!({}))).await;
        nested.refused(409, "conflict");
        let said = app.admin().await.get("/api/v1/audit?action=case.forwarded").await.ok();
        let [entry] = said["items"].as_array().unwrap().as_slice() else { panic!("one entry: {said}") };
        assert_eq!((&entry["detail"]["side"], &entry["detail"]["messages"]), (&json!(side), &json!([proof["id"]])));
        assert!(entry["detail"]["address"].is_string() && !said.to_string().contains("ann@example"), "{said}");
    });
}

impl Scene {
    async fn asked_only(&self, app: &TestApp) -> String {
        let proof = self.message("here is proof").await;
        let side = self.ask(&self.sam, json!({ "messages": [proof["id"]] })).await.created();
        app.settle().await;
        side["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn who_may_not_read_the_case_does_not_learn_its_number() {
    judging(async |app| {
        let scene = scene(&app).await;
        let side = scene.asked(&app).await;
        scene.answered(&app, &side).await;
        let mail = scene.inbox.as_str().unwrap().parse().unwrap();
        let mara = app.agent_as("Mara", "supervisor", Some(mail), None).await;
        let opened = mara.get(&format!("/api/v1/conversations/{side}")).await.ok();
        assert_eq!((&opened["side"], &opened["parent"]), (&json!(true), &Value::Null));
        let timeline = mara.get(&format!("/api/v1/conversations/{side}/timeline")).await.ok();
        let number = scene.sam.get(&scene.path()).await.ok()["number"].to_string();
        for seen in [&opened, &timeline] {
            assert!(!seen.to_string().contains(&scene.case) && !seen.to_string().contains(&format!("#{number}")), "{seen}");
        }
        mara.get(&format!("{}/side-threads", scene.path())).await.refused(404, "not_found");
        scene.ask(&mara, json!({})).await.refused(404, "not_found");
        // The other way round: who reads the case and not the mail inbox is not shown the thread.
        let web = app.agent_as("Wes", "agent", Some(app.inbox().await), None).await;
        assert!(scene.sides(&web).await.is_empty());
        scene.ask(&web, json!({})).await.refused(403, "forbidden");
    });
}

#[test]
fn what_does_not_arrive_is_told_and_feeds_no_figure_of_customers() {
    judging(async |app| {
        let scene = scene(&app).await;
        let before = sums(&app).await;
        let side = scene.asked(&app).await;
        scene.answered(&app, &side).await;
        answer(&scene.sam, &side, "thanks", 0).await.created();
        status(&scene.sam, &side, "resolved").await;
        let after = sums(&app).await;
        assert_eq!(format!("{before:?}"), format!("{after:?}"));
        let opened = scene.sam.get(&format!("/api/v1/conversations/{side}")).await.ok();
        assert_eq!((&opened["first_reply_at"], &opened["waiting_since"]), (&Value::Null, &Value::Null));
        let parent = scene.sam.get(&scene.path()).await.ok();
        assert_eq!((&parent["turn"], &parent["first_reply_at"]), (&json!("us"), &Value::Null), "the customer still waits");
    });
}

#[test]
fn erasing_the_customer_erases_what_was_said_about_them() {
    judging(async |app| {
        let scene = scene(&app).await;
        let side = scene.asked(&app).await;
        scene.answered(&app, &side).await;
        let held = scene.ask(&scene.sam, json!({ "hold_ms": 60_000, "text": "waits" })).await.created();
        let file = mail_of(&scene.sam, &side, 0).await["files"][0]["id"].as_str().unwrap().to_owned();
        let (admin, contact) = (app.admin().await, scene.visitor.session["contact"]["id"].as_str().unwrap());
        let ordered = admin.post(&format!("/api/v1/contacts/{contact}/erasure"), json!({})).await.expect(202);
        scene.ask(&scene.sam, json!({})).await.refused(410, "gone");
        let report = carried_out(&app, &admin.client, ordered["id"].as_str().unwrap()).await;
        assert_eq!(report["conversations"], 3, "theirs and both threads: {report}");
        for id in [side.as_str(), held["id"].as_str().unwrap()] {
            let shell = admin.get(&format!("/api/v1/conversations/{id}")).await.ok();
            let timeline = admin.get(&format!("/api/v1/conversations/{id}/timeline")).await.ok();
            assert_eq!((&shell["subject"], &shell["preview"], &shell["held"]), (&Value::Null, &json!(""), &json!([])), "{shell}");
            assert!(texts(&timeline).iter().all(String::is_empty), "{timeline}");
        }
        for word in [WORD, THEIRS] {
            assert_eq!(admin.get(&format!("/api/v1/search?q={word}")).await.ok()["items"], json!([]), "{word}");
        }
        admin.get(&format!("/api/v1/files/{file}{}", link(&app, &admin, &file).await)).await.refused(404, "not_found");
        let thread: candor_domain::id::ConversationId = side.parse().unwrap();
        let left = app.app.db.read(Pool::Quick, move |rx| candor_store::file::of_case(rx, thread)).await.unwrap();
        assert!(left.is_empty(), "the mail as it came in is gone as well");
        app.pass(Duration::from_secs(120)).await;
        assert_eq!(scene.sink.taken().len(), 1, "what waited does not leave");
    });
}

#[test]
fn new_keys_for_customers_leave_threads_readable_and_erasable() {
    judging(async |app| {
        let scene = scene(&app).await;
        let side = scene.asked(&app).await;
        scene.answered(&app, &side).await;
        candor_app::keys::renew_customers(&app.app, &candor_domain::actor::Actor::machine("test")).await.unwrap();
        app.finish_keywork().await;
        let timeline = scene.sam.get(&format!("/api/v1/conversations/{side}/timeline")).await.ok();
        assert!(texts(&timeline)[0].contains(WORD) && texts(&timeline)[1].contains(THEIRS), "{timeline}");
        let file = mail_of(&scene.sam, &side, 0).await["files"][0]["id"].as_str().unwrap().to_owned();
        let opened = format!("/api/v1/files/{file}{}", link(&app, &scene.sam, &file).await);
        assert_eq!(scene.sam.get(&opened).await.bytes, b"the proof itself");
        let (thread, case): (candor_domain::id::ConversationId, candor_domain::id::ConversationId) =
            (side.parse().unwrap(), scene.case.parse().unwrap());
        let keys = app.app.db.read(Pool::Quick, move |rx| {
            Ok::<_, candor_app::Error>((conversation::get(rx, thread)?.key, conversation::get(rx, case)?.key))
        });
        let (thread, case) = keys.await.unwrap();
        assert_eq!(thread, case, "a thread lies under the key of the case it is about");
        say(&scene.visitor, &scene.case, "still here").await;
    });
}
