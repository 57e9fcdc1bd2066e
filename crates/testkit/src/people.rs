//! The actors of tests: signed-in agents with a role, integrations, visitors.

use crate::app::{PUBLIC_URL, TestApp};
use crate::client::Client;
use candor_app::{agent, session, token};
use candor_domain::actor::Actor;
use candor_domain::id::{AgentId, InboxId, TeamId};
use candor_domain::locale::Locale;
use candor_domain::permission::Permission;
use candor_store::agent_role::Held;
use candor_store::{Pool, inbox, role};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Deref;

/// Every agent's password in tests.
pub const PASSWORD: &str = "correct horse battery staple";

/// A signed-in agent in a browser.
#[derive(Clone)]
pub struct Agent {
    pub id: AgentId,
    pub name: String,
    pub client: Client,
}

/// A visitor with a session.
#[derive(Clone)]
pub struct Visitor {
    /// `VisitorSession` as it was answered.
    pub session: Value,
    pub client: Client,
}

impl Deref for Agent {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Deref for Visitor {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Visitor {
    pub fn token(&self) -> &str {
        self.session["token"].as_str().expect("a session has a token")
    }
}

impl TestApp {
    pub async fn admin(&self) -> Agent {
        self.agent_as("Ada", "admin", None, None).await
    }

    pub async fn supervisor(&self) -> Agent {
        self.agent_as("Sam", "supervisor", None, None).await
    }

    pub async fn agent(&self) -> Agent {
        self.agent_as("Alice", "agent", None, None).await
    }

    /// A new agent of this name with a built-in role, everywhere or within an inbox or team. Names differ within a test.
    pub async fn agent_as(&self, name: &str, role: &str, inbox: Option<InboxId>, team: Option<TeamId>) -> Agent {
        let wanted = role.to_owned();
        let roles = self.app.db.read(Pool::Quick, |rx| role::list(rx)).await.expect("roles");
        let role = roles.iter().find(|role| role.name == wanted).expect("a built-in role").id;
        let email = format!("{}@desk.test", name.to_lowercase());
        let roles = vec![Held { role, inbox, team }];
        let new =
            agent::New { email: email.clone(), name: name.to_owned(), roles, teams: Default::default(), locale: Some(Locale::English) };
        let made = agent::create(&self.app, &Actor::machine("test"), new, PASSWORD).await.expect("a new agent");
        self.sign_in(made.agent.id, name, &email).await
    }

    /// The agent of this address in another browser.
    pub async fn sign_in(&self, id: AgentId, name: &str, email: &str) -> Agent {
        let from = session::From { address: IpAddr::V4(Ipv4Addr::LOCALHOST), device: None };
        let started = session::sign_in(&self.app, email, PASSWORD, from).await.expect("signs in");
        let cookie = format!("{}={}", self.state.site.cookie_name(), started.token);
        Agent { id, name: name.to_owned(), client: self.anon().with("cookie", &cookie) }
    }

    /// An integration with these permissions, made by this agent.
    pub async fn token(&self, maker: &Agent, permissions: &[Permission], inboxes: &[InboxId]) -> Client {
        let permissions = permissions.iter().copied().collect();
        let new = token::New { name: "integration".to_owned(), permissions, inboxes: inboxes.to_vec(), expires_at: None };
        let rights = session::by_cookie(&self.app, self.cookie_of(maker)).await.expect("is signed in").actor;
        let (_, secret) = token::create(&self.app, &rights, new).await.expect("a token");
        self.bare().with("authorization", &format!("Bearer {secret}"))
    }

    fn cookie_of<'a>(&self, agent: &'a Agent) -> &'a str {
        let cookie = agent.client.headers().get("cookie").and_then(|value| value.to_str().ok()).expect("signed in");
        cookie.split_once('=').map_or(cookie, |(_, value)| value)
    }

    /// The inbox a new desk has.
    pub async fn inbox(&self) -> InboxId {
        let inboxes = self.app.db.read(Pool::Quick, |rx| inbox::list(rx)).await.expect("inboxes");
        inboxes.first().expect("a new desk has an inbox").id
    }

    /// An anonymous visitor in the widget of the first inbox.
    pub async fn visitor(&self) -> Visitor {
        let inbox = self.inbox().await;
        self.visitor_of(inbox).await
    }

    pub async fn visitor_of(&self, inbox: InboxId) -> Visitor {
        let body = json!({ "inbox": inbox, "locale": "en", "page": { "url": "https://exchange.test/wallet", "title": "Wallet" } });
        let session = self.anon().post("/visitor/v1/sessions", body).await.created();
        let token = session["token"].as_str().expect("a token").to_owned();
        Visitor { session, client: self.bare().with("origin", PUBLIC_URL).with("authorization", &format!("Bearer {token}")) }
    }
}
