//! What a widget shows before anybody has signed in: looks, hours, how soon an answer comes, who is there.

use super::{Origin, reachable};
use crate::inbox::Office;
use crate::{App, Error, Limit, Result};
use candor_domain::colour::{Brand, Colour, brand};
use candor_domain::id::InboxId;
use candor_domain::reply_time::ReplyTime;
use candor_domain::staff::{AgentState, Presence};
use candor_store::inbox::Inbox;
use candor_store::{Pool, Query, agent};
use std::net::IpAddr;

/// The widget of an inbox, now.
#[derive(Clone, Debug)]
pub struct Widget {
    pub inbox: Inbox,
    /// The brand's colours, repaired where they could not be read.
    pub brand: Brand,
    pub open_now: bool,
    pub next_change_at: Option<i64>,
    pub time_zone: String,
    /// Measured, never promised by hand; absent while there is too little to tell.
    pub reply_time: Option<ReplyTime>,
    pub agents_online: bool,
}

/// The grounds of the widget's panel in light and dark: `--bg` of the front end's tokens.
const LIGHT: Colour = Colour::WHITE;
const DARK: Colour = Colour { red: 0x14, green: 0x17, blue: 0x1a };
/// Used where a kept brand cannot be read: the desk's own blue.
const OWN: Colour = Colour { red: 0x1f, green: 0x6f, blue: 0xeb };

/// The widget of an inbox, for the pages on its list.
pub async fn widget(app: &App, id: InboxId, origin: Origin<'_>, peer: IpAddr) -> Result<Widget> {
    app.limits.check_peer(Limit::WidgetConfig, peer)?;
    let now = app.now();
    let (inbox, office, agents_online) = app.db.read(Pool::Quick, move |rx| read(rx, id, now)).await?;
    origin.may_use(&inbox)?;
    Ok(Widget {
        brand: brand(inbox.widget.brand.parse().unwrap_or(OWN), LIGHT, DARK),
        open_now: office.open_now,
        next_change_at: office.next_change_at,
        time_zone: inbox.hours.zone.clone(),
        reply_time: office.reply_time,
        agents_online,
        inbox,
    })
}

fn read(q: &mut impl Query, id: InboxId, now: i64) -> Result<(Inbox, Office, bool), Error> {
    let inbox = reachable(q, id)?;
    let office = Office::of(q, &inbox, now)?;
    let online = agent::colleagues(q)?.iter().any(|agent| agent.state == AgentState::Active && agent.presence == Presence::Online);
    Ok((inbox, office, online))
}
