//! One conversation that goes on by itself, so that a look at the demo desk shows what live means: the customer writes,
//! waits, and answers when an agent does.

use super::furnish::begin;
use super::story;
use crate::conversation::{self, Action, Content};
use crate::{App, Error, Result, inbox, tag, team};
use candor_domain::actor::Actor;
use candor_domain::conversation::Turn;
use candor_domain::id::ConversationId;
use candor_store::Pool;
use std::time::Duration;
use tokio::time::sleep;

/// How long the customer takes for a line.
const TYPES: Duration = Duration::from_secs(4);
const PAUSES: Duration = Duration::from_secs(25);
/// How many lines the customer writes before they wait for an answer.
const PATIENCE: usize = 3;

/// Runs until it is dropped, or until the customer has nothing more to say.
pub async fn keep_alive(app: App) {
    if let Err(problem) = run(&app).await {
        tracing::warn!(%problem, "the demo's customer fell silent");
    }
}

async fn run(app: &App) -> Result<()> {
    let story = story::read()?.alive;
    let Some(inbox) = inbox::list(app, &Actor::machine("demo")).await?.first().map(|inbox| inbox.id) else { return Ok(()) };
    let visitor = story.customer.arrive(app, inbox).await?;
    let mut lines = story.lines.iter();
    let Some(first) = lines.next() else { return Ok(()) };
    let id = begin(app, &visitor, inbox, first, story.customer.origin(app)).await?;
    let machine = Actor::machine("demo");
    for action in labels(app, &story).await? {
        conversation::act(app, &machine, id, action).await?;
    }
    let mut unanswered = 1;
    for line in lines {
        loop {
            sleep(PAUSES).await;
            if turn(app, id).await? != Turn::Us {
                unanswered = 0;
            }
            if unanswered < PATIENCE {
                break;
            }
        }
        app.db.publish(crate::live::Presence::of_visitor(id));
        sleep(TYPES).await;
        let content = Content { text: line.clone(), ..Content::default() };
        conversation::receive(app, &visitor.actor(), id, app.ids.make(), content).await?;
        conversation::visitor_read(app, &visitor.actor(), id, i64::MAX).await?;
        unanswered += 1;
    }
    Ok(())
}

async fn labels(app: &App, story: &story::Alive) -> Result<Vec<Action>> {
    let teams = team::list(app).await?;
    let tags = tag::list(app).await?;
    let team = teams.into_iter().find(|team| team.name == story.team).map(|team| Action::Team(Some(team.id)));
    let tags = tags.into_iter().filter(|tag| story.tags.contains(&tag.name)).map(|tag| Action::Tag(tag.id));
    Ok(team.into_iter().chain(tags).collect())
}

async fn turn(app: &App, id: ConversationId) -> Result<Turn> {
    app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(candor_store::conversation::get(rx, id)?.case.turn)).await
}
