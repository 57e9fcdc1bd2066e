//! Who works on a desk and who writes to it: administrators, agents, visitors, signed in as their screens do it.

use crate::client::{Answer, Client, text};
use crate::desk::Desk;
use anyhow::{Context, Result};
use hyper::header;
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
/// As `candor demo fill` says it.
const DEMO_PASSWORD: &str = "harbor lights at dusk";

impl Desk {
    /// The first administrator, signed in by the link of the first start.
    pub(crate) async fn admin(&self) -> Result<Client> {
        let log = self.log();
        let link = log.split_whitespace().find_map(|word| word.split_once("/link/")).context("no link for the first administrator")?.1;
        let client = Client::new(&self.address())?;
        let who = json!({ "name": "Ada", "email": "ada@desk.test", "password": PASSWORD });
        seated(&client, client.post(&format!("/api/v1/links/{link}"), &who).await?)
    }

    /// The same administrator in another browser.
    pub(crate) async fn admin_again(&self) -> Result<Client> {
        self.enter("ada@desk.test", PASSWORD).await
    }

    /// Somebody of a desk filled by `demo fill`.
    pub(crate) async fn sign_in(&self, email: &str) -> Result<Client> {
        self.enter(email, DEMO_PASSWORD).await
    }

    async fn enter(&self, email: &str, password: &str) -> Result<Client> {
        let client = Client::new(&self.address())?;
        seated(&client, client.post("/api/v1/session", &json!({ "email": email, "password": password })).await?)
    }

    /// An agent who sees only the team with the fewest conversations: one in a hundred of a filled desk.
    pub(crate) async fn narrow(&self, admin: &Client) -> Result<Client> {
        let me = admin.get("/api/v1/session").await?.ok()?;
        if let Ok(known) = self.enter("narrow@demo.test", PASSWORD).await {
            return Ok(known);
        }
        let teams = me.pointer("/directory/teams").and_then(Value::as_array).context("no teams")?;
        self.colleague(admin, "narrow@demo.test", &teams.first().context("no team")?["id"]).await
    }

    /// New agents who see everything, signed in.
    pub(crate) async fn agents(&self, admin: &Client, count: usize) -> Result<Vec<Client>> {
        let mut agents = Vec::with_capacity(count);
        for number in 0..count {
            agents.push(self.colleague(admin, &format!("agent{number}@desk.test"), &Value::Null).await?);
        }
        Ok(agents)
    }

    /// A new agent, for one team or for all, signed in by the link of the invitation.
    async fn colleague(&self, admin: &Client, email: &str, team: &Value) -> Result<Client> {
        let roles = admin.get("/api/v1/roles").await?.ok()?;
        let roles = roles.pointer("/items").and_then(Value::as_array).context("no roles")?;
        let role = roles.iter().find(|role| role["name"] == "agent").context("no role for agents")?;
        let mut grant = json!({ "role": role["id"] });
        if !team.is_null() {
            grant["team"] = team.clone();
        }
        let new = json!({ "email": email, "name": "Colleague", "roles": [grant], "teams": [], "locale": "en" });
        let invited = admin.post("/api/v1/agents", &new).await?.ok()?;
        let link = text(&invited, "/link")?;
        let token = link.rsplit_once('/').context("no link")?.1.to_owned();
        let client = Client::new(&self.address())?;
        seated(&client, client.post(&format!("/api/v1/links/{token}"), &json!({ "password": PASSWORD })).await?)
    }

    /// The inbox that every new desk has.
    pub(crate) async fn inbox(&self, admin: &Client) -> Result<String> {
        text(&admin.get("/api/v1/inboxes").await?.ok()?, "/items/0/id")
    }

    /// A new visitor without a name, with the token of the session.
    pub(crate) async fn visitor(&self, inbox: &str) -> Result<(Client, String)> {
        let client = Client::new(&self.address())?;
        let session: Value = client.post("/visitor/v1/sessions", &json!({ "inbox": inbox, "locale": "zh-CN" })).await?.ok()?;
        let token = text(&session, "/token")?;
        Ok((client.with(header::AUTHORIZATION, &format!("Bearer {token}"))?, token))
    }
}

/// The client with the cookie that this answer gave it.
fn seated(client: &Client, answer: Answer) -> Result<Client> {
    let cookie = answer.headers.get(header::SET_COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    answer.ok()?;
    client.with(header::COOKIE, &cookie)
}
