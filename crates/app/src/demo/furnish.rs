//! Filling a new desk: staff and settings first, then the stories in the order they happened.

use super::story::{self, Story};
use crate::agent::{self, New};
use crate::conversation::{self, Action, Content, FollowUp, RatingInput, ReplyInput, StartInput};
use crate::inbox::{self, Patch};
use crate::visitor::Visitor;
use crate::{App, Error, Result, reactor, role, tag, team};
use candor_domain::actor::Actor;
use candor_domain::conversation::status;
use candor_domain::id::{AgentId, ConversationId, InboxId, StatusId, TagId, TeamId};
use candor_domain::inbox::WidgetPatch;
use candor_domain::locale::ByLocale;
use candor_store::ManualClock;
use candor_store::agent_role::Held;
use std::collections::{BTreeSet, HashMap};

/// The password of everybody on the demo desk; the desk listens on loopback unless told otherwise.
pub const PASSWORD: &str = "harbor lights at dusk";

/// What a visitor of the demo desk needs.
#[derive(Clone, Debug)]
pub struct Demo {
    pub inbox: InboxId,
    /// Address and role of everybody who can sign in with [`PASSWORD`].
    pub staff: Vec<(String, String)>,
}

const MINUTE: i64 = 60_000;

/// The people and things of the desk by their names in the stories.
struct Cast {
    inbox: InboxId,
    agents: Vec<AgentId>,
    teams: HashMap<String, TeamId>,
    tags: HashMap<String, TagId>,
}

/// Fills a desk that was just set up. `clock` is the store's own: it is set to the time of each act and ends at `now`.
pub async fn furnish(app: &App, clock: &ManualClock, now: i64) -> Result<Demo> {
    let stories = story::read()?;
    let oldest = stories.stories.iter().map(|story| story.ago).max().unwrap_or(0);
    clock.set(now - (oldest + 60) * MINUTE);
    let admin = Actor::machine("demo");
    let cast = settle(app, &admin, &stories).await?;
    let mut told: Vec<&Story> = stories.stories.iter().collect();
    told.sort_by_key(|story| std::cmp::Reverse(story.ago));
    for story in told {
        reactor::drain(app).await?;
        clock.set(now - story.ago * MINUTE);
        tell(app, clock, now, &cast, story).await?;
    }
    clock.set(now);
    reactor::drain(app).await?;
    let staff = stories.agents.into_iter().map(|one| (one.email, one.role)).collect();
    Ok(Demo { inbox: cast.inbox, staff })
}

/// Staff, teams, tags and the inbox's settings.
async fn settle(app: &App, admin: &Actor, stories: &story::Stories) -> Result<Cast> {
    let roles: HashMap<String, _> = role::list(app, admin).await?.into_iter().map(|role| (role.name.to_lowercase(), role.id)).collect();
    let mut agents = Vec::new();
    for one in &stories.agents {
        let role = roles.get(&one.role).copied().ok_or_else(|| Error::Broken(format!("there is no role {}", one.role)))?;
        let new = New {
            email: one.email.clone(),
            name: one.name.clone(),
            roles: vec![Held { role, inbox: None, team: None }],
            teams: BTreeSet::new(),
            locale: Some(one.locale),
        };
        agents.push(agent::create(app, admin, new, PASSWORD).await?.agent.id);
    }
    let before = team::list(app).await?;
    let mut teams = HashMap::new();
    for name in &stories.teams {
        let members = stories.agents.iter().zip(&agents).filter(|(one, _)| one.teams.contains(name)).map(|(_, id)| *id).collect();
        teams.insert(name.clone(), team::create(app, admin, name, members).await?.id);
    }
    let mut tags = HashMap::new();
    for label in &stories.tags {
        tags.insert(label.name.clone(), tag::create(app, admin, &label.name, label.colour).await?.id);
    }
    let inbox = inbox::list(app, admin).await?.first().map(|inbox| inbox.id).ok_or(Error::NotFound)?;
    inbox::rotate_secret(app, admin, inbox).await?;
    let names = ByLocale::all("港湾客服", "港灣客服", "Harborix Support");
    let widget = WidgetPatch { team_name: Some("Harborix Support".into()), team_names: Some(names), ..WidgetPatch::default() };
    let patch = Patch { name: Some("Harborix".into()), widget, team: Some(teams.get("充提一线").copied()), ..Patch::default() };
    inbox::update(app, admin, inbox, patch, None).await?;
    // The team that every new desk begins with has nothing to do on a filled one.
    for one in before {
        team::delete(app, admin, one.id).await?;
    }
    Ok(Cast { inbox, agents, teams, tags })
}

/// One conversation, line by line.
async fn tell(app: &App, clock: &ManualClock, now: i64, cast: &Cast, story: &Story) -> Result<()> {
    let visitor = story.customer.arrive(app, cast.inbox).await?;
    let mut lines = story.lines.iter();
    let Some((_, first)) = lines.next() else { return Ok(()) };
    let id = begin(app, &visitor, cast.inbox, first, story.customer.origin(app)).await?;
    let machine = Actor::machine("demo");
    let mut actions: Vec<Action> = cast.teams.get(&story.team).map(|team| Action::Team(Some(*team))).into_iter().collect();
    actions.extend(story.tags.iter().filter_map(|name| cast.tags.get(name)).map(|tag| Action::Tag(*tag)));
    actions.extend(story.priority.map(Action::Priority));
    for action in actions {
        conversation::act(app, &machine, id, action).await?;
    }
    let agent = match story.to.and_then(|place| cast.agents.get(place)) {
        Some(agent) => Some(staff(app, *agent).await?),
        None => None,
    };
    let left = i64::try_from(story.lines.len()).unwrap_or(1);
    let step = ((story.ago * MINUTE) / (left + 1)).clamp(20_000, 3 * MINUTE);
    for (who, text) in lines {
        // Before time moves on: strangers would be put off at a desk whose reactor is hours late.
        reactor::drain(app).await?;
        clock.set((candor_store::Clock::now_ms(clock) + step).min(now));
        say(app, &visitor, agent.as_ref(), id, *who, text).await?;
    }
    finish(app, &visitor, agent.as_ref(), id, story).await
}

pub(super) async fn begin(app: &App, visitor: &Visitor, inbox: InboxId, text: &str, origin: String) -> Result<ConversationId> {
    let content = Content { text: text.to_owned(), ..Content::default() };
    let input = StartInput { session: visitor.session.id, inbox, client_id: app.ids.make(), content, subject: None, origin: Some(origin) };
    Ok(conversation::start(app, &visitor.actor(), input).await?.conversation)
}

async fn staff(app: &App, id: AgentId) -> Result<Actor> {
    let found = app.db.read(candor_store::Pool::Quick, move |rx| crate::rights::actor_of(rx, id)).await?;
    found.ok_or(Error::NotFound)
}

async fn say(app: &App, visitor: &Visitor, agent: Option<&Actor>, id: ConversationId, who: char, text: &str) -> Result<()> {
    let content = Content { text: text.to_owned(), ..Content::default() };
    match (who, agent) {
        ('c', _) => conversation::receive(app, &visitor.actor(), id, app.ids.make(), content).await.map(|_| ())?,
        ('n', Some(agent)) => conversation::note(app, agent, id, app.ids.make(), content).await.map(|_| ())?,
        ('a', Some(agent)) => {
            answer(app, agent, id, content).await?;
            conversation::visitor_read(app, &visitor.actor(), id, i64::MAX).await?;
        }
        _ => return Err(Error::Broken(format!("a line of {who:?} without an agent"))),
    }
    Ok(())
}

/// An answer of somebody who has seen everything; it leaves at once.
pub(super) async fn answer(app: &App, agent: &Actor, id: ConversationId, content: Content) -> Result<()> {
    let reply = ReplyInput {
        client_id: app.ids.make(),
        content,
        seen_seq: i64::MAX,
        hold_ms: 0,
        follow_up: FollowUp::default(),
        copies: Default::default(),
        force: false,
    };
    conversation::reply(app, agent, id, reply).await?;
    Ok(())
}

async fn finish(app: &App, visitor: &Visitor, agent: Option<&Actor>, id: ConversationId, story: &Story) -> Result<()> {
    let to: Option<StatusId> = match story.status.as_deref() {
        Some("waiting") => Some(status::WAITING_FOR_CUSTOMER),
        Some("others") => Some(status::WAITING_FOR_OTHERS),
        Some("resolved") => Some(status::RESOLVED),
        Some("closed") => Some(status::CLOSED),
        _ => None,
    };
    if let (Some(to), Some(agent)) = (to, agent) {
        conversation::act(app, agent, id, Action::Status(to)).await?;
    }
    if let Some(agent) = agent {
        conversation::agent_read(app, agent, id, i64::MAX).await?;
    }
    if let Some(score) = story.rating {
        conversation::rate(app, &visitor.actor(), id, RatingInput { score, solved: Some(score > 2), comment: None }).await?;
    }
    Ok(())
}
