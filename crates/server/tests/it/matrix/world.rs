//! A desk with one actor of each kind, the objects the matrix speaks of, and how an answer is judged.

use super::rows::{Body, Row, columns};
use crate::sink::Sink;
use crate::writing::{act, status};
use candor_domain::id::{InboxId, TeamId};
use candor_domain::permission::Permission;
use candor_testkit::{Agent, Answer, Client, PASSWORD, TestApp, Visitor};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// Words of the case that nobody may read who is kept out of it.
pub(super) const MARKER: &str = "zanzibarfund";
/// The customer's address: shown in full by a reveal, and in a mail as it came in.
const ADDRESS: &str = "mei.marker@customer.test";
/// Who may not read the case, whatever they ask for.
const KEPT_OUT: [&str; 6] = ["anon", "other", "auditor", "stranger", "gone", "agent"];

pub(super) struct World {
    app: TestApp,
    inbox: InboxId,
    team_a: TeamId,
    team_b: TeamId,
    agents: HashMap<&'static str, Agent>,
    token: Client,
    stranger: Visitor,
    shared: Case,
    /// A case by mail like the shared one, and its mail; made when a row first asks for it.
    mail: OnceCell<(String, String)>,
    sender: OnceCell<String>,
    /// How many networks were named: one that is blocked is blocked once.
    bytes: AtomicU8,
    /// An inbox whose mail something sends.
    sending: OnceCell<String>,
}

/// A case of team A, assigned to Olga, with its customer.
pub(super) struct Case {
    pub(super) id: String,
    pub(super) visitor: Visitor,
}

impl World {
    pub(super) async fn build(app: &TestApp) -> Self {
        let (admin, inbox) = (app.admin().await, app.inbox().await);
        let team_a = id(&admin.post("/api/v1/teams", json!({ "name": "A" })).await.created()["id"]);
        let team_b = id(&admin.post("/api/v1/teams", json!({ "name": "B" })).await.created()["id"]);
        let mut agents = HashMap::from([("super", app.supervisor().await)]);
        for (column, name, role, team) in [
            ("other", "Otto", "agent", Some(team_b)),
            ("team", "Tina", "agent", Some(team_a)),
            ("own", "Olga", "agent", Some(team_a)),
            ("viewer", "Vera", "viewer", None),
            ("auditor", "Abe", "auditor", None),
        ] {
            agents.insert(column, app.agent_as(name, role, None, team).await);
        }
        let token = app.token(&admin, &[Permission::ConversationRead, Permission::ConversationReply], &[]).await;
        agents.insert("admin", admin);
        let stranger = app.visitor().await;
        let shared = case(app, &agents, team_a).await;
        Self {
            app: app.clone(),
            inbox,
            team_a,
            team_b,
            agents,
            token,
            stranger,
            shared,
            mail: OnceCell::new(),
            sender: OnceCell::new(),
            bytes: AtomicU8::new(0),
            sending: OnceCell::new(),
        }
    }

    pub(super) fn columns<'a>(&self, page: &'a str) -> impl Iterator<Item = &'a str> + use<'a> {
        columns(page)
    }

    pub(super) fn agent(&self, name: &str) -> &Agent {
        &self.agents[name]
    }

    pub(super) fn other_team(&self) -> TeamId {
        self.team_b
    }

    pub(super) async fn case(&self) -> Case {
        case(&self.app, &self.agents, self.team_a).await
    }

    /// Asks a row as this actor. What would change something, and the customer who logs out, get a case of their own.
    pub(super) async fn ask(&self, row: &Row, name: &str, expected: &str) -> Answer {
        let changes = expected == "ok" && row.method != "GET" && row.speaks_of_a_case();
        let fresh = changes || name == "gone";
        let own = if fresh { Some(self.case().await) } else { None };
        let case = own.as_ref().unwrap_or(&self.shared);
        let path = self.fill(&row.path, case).await;
        let body = match &row.body {
            Body::Json(text) => Some(serde_json::from_str(&self.fill(text, case).await).expect("a body is JSON")),
            Body::Nothing | Body::File => None,
        };
        let client = self.client(name, row, case).await;
        let path = self.linked(path, name, &client).await;
        match (&row.body, row.method.as_str(), body) {
            (Body::File, _, _) => client.upload(&path, "text/plain", "plain words").await,
            (_, "GET", _) => client.get(&path).await,
            (_, "DELETE", _) => client.delete(&path).await,
            (_, "PATCH", Some(body)) => client.patch(&path, body).await,
            (_, "PUT", Some(body)) => client.put(&path, body).await,
            (_, "POST", body) => client.post(&path, body.unwrap_or_else(|| json!({}))).await,
            (_, method, _) => panic!("{method} without a body"),
        }
    }

    /// `?link=own` becomes the link of whoever asks, so that it is the rights that decide. Only browsers' sessions have one.
    async fn linked(&self, path: String, name: &str, client: &Client) -> String {
        match path.strip_suffix("?link=own") {
            Some(plain) if self.agents.contains_key(name) => {
                // Of several ids the last is what the address is of.
                let id = plain.split('/').rfind(|part| part.parse::<Uuid>().is_ok()).expect("a path with an id");
                format!("{plain}{}", crate::files::link(&self.app, client, id).await)
            }
            _ => path,
        }
    }

    async fn client(&self, name: &str, row: &Row, case: &Case) -> Client {
        match name {
            "anon" => self.app.anon(),
            "token" => self.token.clone(),
            "visitor" | "owner" => case.visitor.client.clone(),
            "stranger" if row.path == "/visitor/v1/session" => self.app.visitor().await.client,
            "stranger" => self.stranger.client.clone(),
            "gone" => {
                assert_eq!(case.visitor.delete("/visitor/v1/session").await.status, 204);
                case.visitor.client.clone()
            }
            "agent" => self.agent("admin").client.clone(),
            _ if row.path.contains("session") || row.path.contains("password") => self.again(name).await,
            _ => self.agent(name).client.clone(),
        }
    }

    /// The same agent in another browser.
    async fn again(&self, name: &str) -> Client {
        let agent = self.agent(name);
        self.app.sign_in(agent.id, &agent.name, &format!("{}@desk.test", agent.name.to_lowercase())).await.client
    }

    /// What is wrong with an answer, if anything is.
    pub(super) fn judge(&self, row: &Row, name: &str, expected: &str, answer: &Answer) -> Option<String> {
        let text = String::from_utf8_lossy(&answer.bytes);
        let as_said = match expected {
            "ok" => (200..300).contains(&answer.status),
            // Done for nobody: the answer names the case as one that is not there.
            "none" => answer.status == 200 && answer.body["done"] == json!([]) && text.contains("not_found"),
            status => status == answer.status.to_string(),
        };
        let kept_out = KEPT_OUT.contains(&name) || answer.status >= 400;
        let asked = row.path.contains("/search") && answer.status >= 400;
        let said = match () {
            () if !as_said => format!("is {}, not {expected}", answer.status),
            () if kept_out && !asked && text.contains(MARKER) => "shows words of the case".to_owned(),
            () if text.contains(ADDRESS)
                && !row.path.contains("/reveal")
                && !row.path.contains("{mail}/mail")
                && !row.path.starts_with("/visitor/") =>
            {
                "shows the customer's address".to_owned()
            }
            () => return None,
        };
        Some(format!("{} {} as {name}: {said}: {}", row.method, row.path, text.chars().take(160).collect::<String>()))
    }

    /// Puts real objects into a text's places.
    async fn fill(&self, text: &str, case: &Case) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let known = match after.split_once('}') {
                Some((place, behind)) => self.place(place, case).await.map(|value| (value, behind)),
                None => None,
            };
            out.push_str(before);
            match known {
                Some((value, behind)) => {
                    out.push_str(&value);
                    rest = behind;
                }
                None => {
                    out.push('{');
                    rest = after;
                }
            }
        }
        out + rest
    }

    /// The object of this name; `None` when the braces are JSON's own.
    async fn place(&self, name: &str, case: &Case) -> Option<String> {
        let (admin, own) = (self.agent("admin"), self.agent("own"));
        let path = format!("/api/v1/conversations/{}", case.id);
        let new = Uuid::now_v7().to_string();
        Some(match name {
            "new" => new,
            "marker" => MARKER.to_owned(),
            "password" => PASSWORD.to_owned(),
            "reply mode" => "reply".to_owned(),
            "case" => case.id.clone(),
            "done case" => {
                status(admin, &case.id, "resolved").await;
                case.id.clone()
            }
            "message" => text(&admin.get(&format!("{path}/timeline")).await.ok()["items"][1]["message"]["id"]),
            "identity" => text(&own.get(&format!("{path}/contact")).await.ok()["identities"][0]["id"]),
            "held" => text(&crate::writing::answer(own, &case.id, "soon", 8000).await.expect(202)["id"]),
            "sending inbox" => self.sending().await.clone(),
            "side thread" => {
                let message = text(&admin.get(&format!("{path}/timeline")).await.ok()["items"][1]["message"]["id"]);
                let body = json!({
                    "inbox": self.sending().await, "to": format!("{new}@stranger.test"), "client_id": new, "subject": "a question",
                    "messages": [message], "hold_ms": 60_000,
                });
                text(&admin.post(&format!("{path}/side-threads"), body).await.created()["id"])
            }
            "number" => admin.get(&path).await.ok()["number"].to_string(),
            "mail case" => self.mail().await.0.clone(),
            "mail" => self.mail().await.1.clone(),
            "file" => {
                let file = case.visitor.upload("/visitor/v1/files?name=a.txt", "text/plain", MARKER).await.created();
                let body = json!({ "client_id": new, "text": "see", "files": [file["id"]] });
                case.visitor.post(&format!("/visitor/v1/conversations/{}/messages", case.id), body).await.created();
                text(&file["id"])
            }
            "picture" => {
                let mut pixel = std::io::Cursor::new(Vec::new());
                image::DynamicImage::new_rgb8(1, 1).write_to(&mut pixel, image::ImageFormat::Png).expect("a picture");
                let file = case.visitor.upload("/visitor/v1/files?name=a.png", "image/png", pixel.into_inner()).await.created();
                let body = json!({ "client_id": new, "text": "see", "files": [file["id"]] });
                case.visitor.post(&format!("/visitor/v1/conversations/{}/messages", case.id), body).await.created();
                text(&file["id"])
            }
            "undo of own" => {
                let body = json!({ "conversations": [case.id], "action": { "type": "priority", "priority": "urgent" } });
                text(&own.post("/api/v1/bulk", body).await.ok()["undo"])
            }
            "job of own" => {
                let body = json!({ "matching": { "view": "mine" }, "action": { "type": "priority", "priority": "urgent" } });
                text(&own.post("/api/v1/bulk", body).await.expect(202)["id"])
            }
            "block" => {
                let body = json!({ "kind": "contact", "conversation": self.case().await.id, "reason": "threats" });
                text(&self.made("blocks", body).await["id"])
            }
            "byte" => self.bytes.fetch_add(1, Ordering::Relaxed).to_string(),
            "contact" => text(&admin.get(&path).await.ok()["contact"]["id"]),
            "erasure" => {
                let gone = case_of(&self.app).await;
                let contact = text(&admin.get(&format!("/api/v1/conversations/{}", gone.id)).await.ok()["contact"]["id"]);
                text(&admin.post(&format!("/api/v1/contacts/{contact}/erasure"), json!({})).await.expect(202)["id"])
            }
            "session of own" => {
                let browser = self.again("own").await;
                text(&browser.get("/api/v1/session").await.ok()["session"])
            }
            "link" => {
                let body = json!({ "email": format!("{new}@desk.test"), "name": "Ivy", "roles": [], "teams": [], "locale": "en" });
                let link = text(&admin.post("/api/v1/agents", body).await.created()["link"]);
                link.rsplit('/').next().expect("a token").to_owned()
            }
            "resolved" => text(&self.directory("statuses", |one| one["category"] == "resolved").await["id"]),
            "inbox" => self.inbox.to_string(),
            "team B" => self.team_b.to_string(),
            "who shares" => {
                let tina = self.agent("team").id.to_string();
                assert_eq!(own.post(&format!("{path}/access"), json!({ "agent": tina })).await.status, 204);
                tina
            }
            "team's id" => self.agent("team").id.to_string(),
            "tag" => text(&self.made("tags", json!({ "name": new, "colour": "red" })).await["id"]),
            "spare tag" => text(&self.made("tags", json!({ "name": new, "colour": "red" })).await["id"]),
            "spare team" => text(&self.made("teams", json!({ "name": new })).await["id"]),
            "spare inbox" => text(&self.made("inboxes", json!({ "name": new, "channel": "web" })).await["id"]),
            "mail inbox" => text(&self.made("inboxes", json!({ "name": new, "channel": "email" })).await["id"]),
            "channel" => {
                let inbox = self.made("inboxes", json!({ "name": new, "channel": "email" })).await["id"].clone();
                text(&self.made("channels", json!({ "inbox": inbox, "kind": "pipe", "name": new })).await["id"])
            }
            "sender" => self.sender().await.clone(),
            "signing" => text(&admin.post(&format!("/api/v1/channels/{}/signings", self.sender().await), json!({})).await.created()["id"]),
            "failed mail" => crate::mail::failed(&self.app, &new).await,
            "spare role" => text(&self.made("roles", json!({ "name": new, "permissions": ["report.read"] })).await["id"]),
            "spare token" => text(&self.made("tokens", json!({ "name": new, "permissions": ["conversation.read"] })).await["token"]["id"]),
            "spare status" => {
                let name = json!({ "en": new, "zh-CN": new, "zh-TW": new });
                text(&self.made("statuses", json!({ "name": name, "category": "waiting" })).await["id"])
            }
            "spare agent" => {
                let body = json!({ "email": format!("{new}@desk.test"), "name": "New", "roles": [], "teams": [], "locale": "en" });
                text(&self.made("agents", body).await["agent"]["id"])
            }
            _ => return None,
        })
    }

    async fn sending(&self) -> &String {
        let made = async || {
            // Visitors come to the oldest inbox, which is not to be this one.
            self.app.clock.advance(1);
            let inbox = text(&self.made("inboxes", json!({ "name": "Out", "channel": "email" })).await["id"]);
            let (_, port) = Sink::started().await;
            let server = json!({ "host": "127.0.0.1", "port": port, "security": "none" });
            let sender = json!({ "inbox": inbox, "kind": "sender", "name": "Out", "addresses": ["out@desk.test"], "server": server });
            self.made("channels", sender).await;
            inbox
        };
        self.sending.get_or_init(made).await
    }

    async fn mail(&self) -> &(String, String) {
        let made = async || {
            let html = format!("From: Mei <{ADDRESS}>\r\nSubject: Help\r\nContent-Type: text/html\r\n\r\n<p>my {MARKER} is gone</p>\r\n");
            let (case, message) = crate::mail::arrived(&self.app, &html).await;
            hand_over(&self.agents, &case, self.team_a).await;
            (case, message)
        };
        self.mail.get_or_init(made).await
    }

    /// A sender without keys.
    async fn sender(&self) -> &String {
        let made = async || {
            let inbox = self.made("inboxes", json!({ "name": "Signed", "channel": "email" })).await["id"].clone();
            let server = json!({ "host": "localhost", "port": 25, "security": "none" });
            let body = json!({ "inbox": inbox, "kind": "sender", "name": "Signed", "addresses": ["signed@desk.test"], "server": server });
            text(&self.made("channels", body).await["id"])
        };
        let id = self.sender.get_or_init(made).await;
        let path = format!("/api/v1/channels/{id}/signings");
        for key in self.agent("admin").get(&path).await.ok()["items"].as_array().expect("a list") {
            assert_eq!(self.agent("admin").delete(&format!("{path}/{}", text(&key["id"]))).await.status, 204);
        }
        id
    }

    async fn made(&self, noun: &str, body: Value) -> Value {
        self.agent("admin").post(&format!("/api/v1/{noun}"), body).await.created()
    }

    async fn directory(&self, part: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let directory = self.agent("admin").get("/api/v1/session").await.ok()["directory"].clone();
        directory[part].as_array().and_then(|all| all.iter().find(|one| wanted(one))).expect("is there").clone()
    }
}

/// A customer's new case, as it comes in.
async fn case_of(app: &TestApp) -> Case {
    let visitor = app.visitor().await;
    visitor.patch("/visitor/v1/session", json!({ "name": "Mei", "email": ADDRESS })).await.ok();
    let body = json!({ "client_id": Uuid::now_v7(), "text": format!("my {MARKER} is gone") });
    let started = visitor.post("/visitor/v1/conversations", body).await.created();
    Case { id: text(&started["conversation"]["id"]), visitor }
}

async fn case(app: &TestApp, agents: &HashMap<&'static str, Agent>, team: TeamId) -> Case {
    let case = case_of(app).await;
    hand_over(agents, &case.id, team).await;
    case
}

/// Gives a case to Olga of this team.
async fn hand_over(agents: &HashMap<&'static str, Agent>, case: &str, team: TeamId) {
    act(&agents["admin"], case, json!({ "type": "team", "team": team })).await;
    act(&agents["admin"], case, json!({ "type": "assign", "agent": agents["own"].id })).await;
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(value: &Value) -> T {
    text(value).parse().expect("an id")
}
