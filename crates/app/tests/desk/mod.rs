//! A desk for tests of the use cases: one inbox, its secret, an exchange that signs, visitors and their words.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::unwrap_used,
    reason = "shared by test files, each of which uses its part"
)]

use candor_app::conversation::{Content, StartInput};
use candor_app::visitor::{self, Opened, Origin, Visitor};
use candor_app::{App, Config, Ids, Result, inbox, reactor, setup};
use candor_domain::actor::Actor;
use candor_domain::device::Device;
use candor_domain::id::{AgentId, ConversationId, FileId, InboxId};
use candor_domain::inbox::WidgetPatch;
use candor_domain::locale::Locale;
use candor_domain::permission::{Grant, Permission, Rights};
use candor_store::testing::TestDb;
use candor_store::{Clock, ManualClock};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use uuid::Uuid;

pub const PAGE: &str = "https://exchange.example";
pub const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

pub struct Desk {
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub inbox: InboxId,
    pub secret: String,
    pub db: TestDb,
}

impl Desk {
    pub async fn new(db: TestDb) -> Desk {
        Desk::made(db, reactor::standard(), |_| {}).await
    }

    /// A desk with other settings.
    pub async fn with(db: TestDb, change: impl FnOnce(&mut Config)) -> Desk {
        Desk::made(db, reactor::standard(), change).await
    }

    /// A desk whose events are followed by these.
    pub async fn followed(db: TestDb, followers: reactor::Followers) -> Desk {
        Desk::made(db, followers, |_| {}).await
    }

    async fn made(db: TestDb, followers: reactor::Followers, change: impl FnOnce(&mut Config)) -> Desk {
        let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&db.clock);
        let mut config = Config::new("https://desk.example".to_owned(), db.dir().to_owned());
        change(&mut config);
        let app = App::with_followers(db.db.clone(), config, Ids::new(Arc::clone(&clock)), clock, followers);
        setup::run(&app, Locale::English).await.unwrap();
        let operator = Actor::machine("test");
        let inbox = inbox::list(&app, &operator).await.unwrap()[0].id;
        let widget = WidgetPatch { origins: Some(vec![PAGE.parse().unwrap()]), ..WidgetPatch::default() };
        inbox::update(&app, &operator, inbox, inbox::Patch { widget, ..inbox::Patch::default() }, None).await.unwrap();
        let secret = inbox::rotate_secret(&app, &operator, inbox).await.unwrap();
        Desk { app, clock: Arc::clone(&db.clock), inbox, secret, db }
    }

    /// The use cases over another store, under the same clock.
    pub async fn over(db: candor_store::Db, dir: &std::path::Path, like: &Desk) -> App {
        let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&like.clock);
        let config = Config::new("https://desk.example".to_owned(), dir.to_owned());
        App::new(db, config, Ids::new(Arc::clone(&clock)), clock)
    }

    pub fn now_s(&self) -> i64 {
        self.app.now() / 1000
    }

    /// A token of the exchange, with changes.
    pub fn jwt(&self, sub: &str, changes: Value) -> String {
        signed(&self.claims(sub, changes), self.secret.as_bytes())
    }

    pub fn claims(&self, sub: &str, changes: Value) -> Value {
        let now = self.now_s();
        let mut claims =
            json!({ "sub": sub, "aud": self.inbox, "iat": now, "exp": now + 300, "jti": Uuid::from_bytes(self.app.ids.bytes()) });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    pub async fn start(&self, origin: Origin<'_>, jwt: Option<&str>, resume: Option<&str>) -> Result<Opened> {
        visitor::start(&self.app, start_input(self.inbox, origin, jwt, resume)).await
    }

    pub async fn anonymous(&self) -> Opened {
        self.start(Origin::Page(PAGE), None, None).await.unwrap()
    }

    pub async fn person(&self, sub: &str) -> Opened {
        self.start(Origin::Absent, Some(&self.jwt(sub, json!({}))), None).await.unwrap()
    }

    pub async fn writes(&self, who: &Visitor, text: &str) -> ConversationId {
        self.sends(who, text, &[]).await.unwrap()
    }

    pub async fn sends(&self, who: &Visitor, text: &str, files: &[FileId]) -> Result<ConversationId> {
        let input = StartInput {
            session: who.session.id,
            inbox: who.session.inbox,
            client_id: self.app.ids.make(),
            content: Content { text: text.to_owned(), files: files.to_vec(), mentions: vec![] },
            subject: None,
            origin: None,
        };
        Ok(visitor::open(&self.app, who, PEER, input).await?.0.id)
    }

    /// An agent with these rights everywhere; known to nobody but the test.
    pub fn agent(&self, permissions: &[Permission]) -> Actor {
        let grant = Grant { permissions: permissions.iter().copied().collect(), inbox: None, team: None };
        Actor::Agent { id: self.app.ids.make::<AgentId>(), rights: Rights { grants: vec![grant] } }
    }
}

pub fn signed(claims: &Value, secret: &[u8]) -> String {
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(secret)).unwrap()
}

/// How a browser asks for a session.
pub fn start_input<'a>(inbox: InboxId, origin: Origin<'a>, jwt: Option<&'a str>, resume: Option<&'a str>) -> visitor::StartInput<'a> {
    visitor::StartInput { inbox, jwt, resume, proof: None, locale: Some(Locale::English), device: Device::default(), origin, peer: PEER }
}
