//! The names we go by before customers: a stranger who goes by one of them is pointed out.

use crate::{Result, workspace};
use candor_domain::channel::ChannelKind;
use candor_domain::staff::imitates;
use candor_store::{Query, agent, channel, inbox};

/// The names of the desk and of its agents.
pub(super) struct Ours {
    desk: Vec<String>,
    people: Vec<String>,
}

impl Ours {
    pub(super) fn read(q: &mut impl Query) -> Result<Self> {
        let senders = channel::list(q)?.into_iter().filter(|one| one.kind == ChannelKind::Sender).map(|one| one.settings.name);
        let teams = inbox::list(q)?.into_iter().map(|one| one.widget.team_name);
        let desk = workspace::find(q)?.map(|(own, _)| own.name).into_iter().chain(senders).chain(teams).collect();
        let people = agent::colleagues(q)?.into_iter().flat_map(|one| [one.name, one.public_name]).collect();
        Ok(Self { desk, people })
    }

    pub(super) fn imitated_by(&self, name: &str) -> bool {
        imitates(name, self.desk.iter().map(String::as_str), self.people.iter().map(String::as_str))
    }
}
