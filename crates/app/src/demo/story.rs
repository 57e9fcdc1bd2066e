//! What the demo desk tells, read from `stories.json`, and the exchange that signs who its customers are.

use crate::visitor::{self, Origin, StartInput, Visitor};
use crate::{App, Error, Result};
use candor_domain::device::Device;
use candor_domain::id::InboxId;
use candor_domain::locale::Locale;
use candor_store::{Pool, inbox};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Deserialize;
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr};

#[derive(Debug, Deserialize)]
pub(super) struct Stories {
    pub agents: Vec<Colleague>,
    pub teams: Vec<String>,
    pub tags: Vec<Label>,
    pub stories: Vec<Story>,
    pub alive: Alive,
}

#[derive(Debug, Deserialize)]
pub(super) struct Colleague {
    pub name: String,
    pub email: String,
    pub role: String,
    pub teams: Vec<String>,
    pub locale: Locale,
}

#[derive(Debug, Deserialize)]
pub(super) struct Label {
    pub name: String,
    pub colour: candor_domain::staff::Colour,
}

#[derive(Debug, Deserialize)]
pub(super) struct Story {
    #[serde(flatten)]
    pub customer: Customer,
    /// How many minutes ago it began.
    pub ago: i64,
    pub team: String,
    /// Whose case it is: a place among the agents.
    pub to: Option<usize>,
    #[serde(default)]
    pub tags: Vec<String>,
    pub priority: Option<candor_domain::conversation::Priority>,
    /// `waiting`, `others`, `resolved` or `closed`.
    pub status: Option<String>,
    pub rating: Option<i64>,
    /// `c` the customer, `a` the agent, `n` a note of the agent.
    pub lines: Vec<(char, String)>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Customer {
    /// Nobody known when empty.
    pub who: String,
    pub uid: String,
    pub email: Option<String>,
    pub locale: Locale,
    pub page: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Alive {
    #[serde(flatten)]
    pub customer: Customer,
    pub team: String,
    pub tags: Vec<String>,
    pub lines: Vec<String>,
}

pub(super) fn read() -> Result<Stories> {
    serde_json::from_str(include_str!("stories.json")).map_err(|error| Error::Broken(format!("stories.json: {error}")))
}

impl Customer {
    /// Begins a session as the widget does: signed when the exchange knows the customer, else anonymous.
    pub(super) async fn arrive(&self, app: &App, inbox: InboxId) -> Result<Visitor> {
        let jwt = if self.uid.is_empty() {
            None
        } else {
            Some(sign_in_as(app, inbox, &self.uid, &self.who, self.email.as_deref(), self.locale).await?)
        };
        let device = Device { language: Some(self.locale.as_str().into()), ..Device::default() };
        let input = StartInput {
            inbox,
            jwt: jwt.as_deref(),
            resume: None,
            proof: None,
            locale: Some(self.locale),
            device,
            origin: Origin::Own,
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        Ok(visitor::start(app, input).await?.visitor)
    }

    /// Where the chat was opened.
    pub(super) fn origin(&self, app: &App) -> String {
        json!({ "url": format!("{}/demo#{}", app.config.public_url, self.page), "title": "Harborix" }).to_string()
    }
}

/// Signs who a customer is, as an exchange's own back end would: with the inbox's secret, for five minutes.
pub async fn sign_in_as(app: &App, inbox: InboxId, uid: &str, name: &str, email: Option<&str>, locale: Locale) -> Result<String> {
    let now = app.now();
    let secret =
        app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(inbox::identity(rx, inbox, now)?.secret)).await?.ok_or(Error::NotFound)?;
    let seconds = now.div_euclid(1000);
    let claims = json!({
        "sub": uid, "aud": inbox, "iat": seconds, "exp": seconds + 300, "jti": app.ids.make::<uuid::Uuid>(),
        "name": name, "email": email, "locale": locale, "attrs": { "level": "L3" },
    });
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(&secret)).map_err(|error| Error::Broken(error.to_string()))
}
