//! A large desk for measuring: conversations and messages by the thousand, written by the same commands, many at once, so
//! that the store groups them into large transactions. The same seed writes the same texts.

use super::furnish::answer;
use crate::conversation::{self, Action, Content, StartInput};
use crate::visitor::{self, Origin, StartInput as Arrival, Visitor};
use crate::{App, Error, Result, chores, inbox, reactor, search};
use candor_domain::actor::Actor;
use candor_domain::conversation::status;
use candor_domain::device::Device;
use candor_domain::id::{AgentId, InboxId, TeamId};
use candor_domain::locale::Locale;
use candor_store::{ManualClock, Pool, agent};
use futures_util::StreamExt;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::net::{IpAddr, Ipv4Addr};

/// How much to write.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    pub conversations: u64,
    /// In all; each conversation gets its share.
    pub messages: u64,
    pub seed: u64,
}

/// Commands under way at once: the writer groups what waits together.
const AT_ONCE: usize = 256;
/// Of a hundred conversations, how many stay open.
const OPEN: u64 = 5;
/// Over how many days the conversations are spread.
const DAYS: i64 = 90;
const DAY_MS: i64 = 86_400_000;
/// After how many conversations the reactor gets its turn.
const PIECE: u64 = 2_000;

/// Writes them, oldest first. `told` hears how many conversations are done.
pub async fn fill(app: &App, clock: &ManualClock, now: i64, amount: Amount, mut told: impl FnMut(u64)) -> Result<()> {
    let place = Place::find(app).await?;
    let mut done = 0;
    while done < amount.conversations {
        let piece = PIECE.min(amount.conversations - done);
        let jobs = (done..done + piece).map(|number| {
            let (app, place) = (app.clone(), place.clone());
            async move { one(&app, &place, amount, number).await }
        });
        let at = i64::try_from(done).unwrap_or(0) * DAYS * DAY_MS / i64::try_from(amount.conversations).unwrap_or(1).max(1);
        clock.set(now - DAYS * DAY_MS + at);
        let mut running = futures_util::stream::iter(jobs).buffer_unordered(AT_ONCE);
        while let Some(outcome) = running.next().await {
            outcome?;
        }
        reactor::drain(app).await?;
        done += piece;
        told(done);
    }
    clock.set(now);
    // Sessions of the first weeks have ended since.
    chores::run(app).await;
    Ok(())
}

/// Where and by whom it is written.
#[derive(Clone)]
struct Place {
    inbox: InboxId,
    teams: Vec<TeamId>,
    agents: Vec<(AgentId, Actor)>,
}

impl Place {
    async fn find(app: &App) -> Result<Self> {
        let inbox = inbox::list(app, &Actor::machine("demo")).await?.first().map(|inbox| inbox.id).ok_or(Error::NotFound)?;
        let teams = crate::team::list(app).await?.into_iter().map(|team| team.id).collect();
        let colleagues = app.db.read(Pool::Quick, |rx| agent::colleagues(rx).map_err(Error::from)).await?;
        let mut agents = Vec::new();
        for one in colleagues {
            let id = one.id;
            if let Some(actor) = app.db.read(Pool::Quick, move |rx| crate::rights::actor_of(rx, id)).await? {
                agents.push((id, actor));
            }
        }
        Ok(Self { inbox, teams, agents })
    }
}

async fn one(app: &App, place: &Place, amount: Amount, number: u64) -> Result<()> {
    let mut random = StdRng::seed_from_u64(amount.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let share = amount.messages / amount.conversations + u64::from(number < amount.messages % amount.conversations);
    let visitor = arrive(app, place.inbox, number).await?;
    let content = |random: &mut StdRng| Content { text: super::words::sentence(random), ..Content::default() };
    let input = StartInput {
        session: visitor.session.id,
        inbox: place.inbox,
        client_id: app.ids.make(),
        content: content(&mut random),
        subject: None,
        origin: None,
    };
    let id = conversation::start(app, &visitor.actor(), input).await?.conversation;
    // Skewed, so that one team has few: an agent who may see little is what makes a search hard.
    let skew = random.random_range(0..100_usize);
    let place_of = match skew {
        0 => 0,
        1..=30 => 1,
        _ => 2,
    };
    if let Some(team) = place.teams.get(place_of.min(place.teams.len().saturating_sub(1))) {
        conversation::act(app, &Actor::machine("demo"), id, Action::Team(Some(*team))).await?;
        // Now, while it is one message: what is left over would keep the desk busy long after its start.
        search::rewrite_case(app, id).await?;
    }
    let agent = (!place.agents.is_empty()).then(|| &place.agents[random.random_range(0..place.agents.len())].1);
    for turn in 1..share {
        match agent.filter(|_| turn % 2 == 1) {
            Some(agent) => answer(app, agent, id, content(&mut random)).await?,
            None => conversation::receive(app, &visitor.actor(), id, app.ids.make(), content(&mut random)).await.map(|_| ())?,
        }
    }
    if number % 100 >= OPEN {
        conversation::act(app, &Actor::machine("demo"), id, Action::Status(status::RESOLVED)).await?;
    }
    Ok(())
}

async fn arrive(app: &App, inbox: InboxId, number: u64) -> Result<Visitor> {
    let locale = match number % 3 {
        0 => Locale::SimplifiedChinese,
        1 => Locale::English,
        _ => Locale::TraditionalChinese,
    };
    // An address of its own for each, so that the limits of real visitors hold for these too.
    let peer = IpAddr::V4(Ipv4Addr::from(0x0a00_0000 | u32::try_from(number & 0x00ff_ffff).unwrap_or(0)));
    let input =
        Arrival { inbox, jwt: None, resume: None, proof: None, locale: Some(locale), device: Device::default(), origin: Origin::Own, peer };
    Ok(visitor::start(app, input).await?.visitor)
}
