//! Who is told when something moves: agents' sockets all hear of every change (there are hundreds, and each decides by
//! its own lists), a visitor's socket only of its own contact (there are thousands).

use super::elsewhere;
use super::frames::Frames;
use super::look::{self, Followed, Follower};
use super::news::{Change, News, VisitorNews};
use super::open_set::OpenSet;
use super::peek;
use super::presence::{Mark, Presence, Whisper};
use super::screens::Screens;
use super::seats::{Seats, VisitorSocket};
use super::told::{SWEEP_MS, Told};
use crate::{Error, Result};
use candor_domain::id::{AgentId, ContactId, ConversationId, VisitorSessionId};
use candor_store::flaw::{Flaw, planted};
use candor_store::{self as store, Db, Note, Pool, Rx, conversation};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// How much an agent's socket may be behind before it must read everything again.
const AGENTS_BEHIND: usize = 1024;
/// How many conversations are read again in one look.
const TOGETHER: usize = 50;
/// How long a list waits for the open set, which a large desk reads in less than a second.
const PATIENCE: Duration = Duration::from_secs(10);

/// The hub. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    open: OpenSet,
    presence: Presence,
    agents: broadcast::Sender<News>,
    visitors: Seats,
    told: Told,
    screens: Screens,
    followed: Arc<Followed>,
    loaded: watch::Sender<bool>,
}

impl Default for Hub {
    fn default() -> Self {
        let (agents, _) = broadcast::channel(AGENTS_BEHIND);
        let inner = Inner {
            open: OpenSet::default(),
            presence: Presence::default(),
            agents,
            visitors: Seats::default(),
            told: Told::default(),
            screens: Screens::default(),
            followed: Arc::default(),
            loaded: watch::Sender::new(false),
        };
        Self(Arc::new(inner))
    }
}

impl Hub {
    pub fn open(&self) -> &OpenSet {
        &self.0.open
    }

    pub fn presence(&self) -> &Presence {
        &self.0.presence
    }

    pub fn screens(&self) -> &Screens {
        &self.0.screens
    }

    /// An agent's socket signs on.
    pub fn agent(&self) -> broadcast::Receiver<News> {
        self.0.agents.subscribe()
    }

    /// An agent's line follows a case from now on: what is new of it is read along with each change.
    pub fn follow(&self, id: ConversationId) -> Follower {
        Follower::new(&self.0.followed, id)
    }

    /// A visitor's socket signs on.
    pub fn visitor(&self, contact: ContactId, session: VisitorSessionId) -> VisitorSocket {
        self.0.visitors.take(contact, session)
    }

    /// Whether the open set has been read: before that every list would be empty.
    pub fn is_ready(&self) -> bool {
        *self.0.loaded.borrow()
    }

    /// Waits for the open set; whoever answers from it asks first. A node without screens never has one.
    pub async fn until_ready(&self) -> Result<()> {
        let mut loaded = self.0.loaded.subscribe();
        let ready = tokio::time::timeout(PATIENCE, loaded.wait_for(|loaded| *loaded)).await;
        let late = || Error::Store(store::Error::Unavailable("open work has not been read yet".to_owned()));
        ready.map(drop).map_err(|_| late())
    }

    /// Reads all open work, at start and after a gap.
    pub async fn load(&self, db: &Db) -> Result<()> {
        self.0.open.load(db).await?;
        self.0.loaded.send_replace(true);
        Ok(())
    }

    /// Takes one note of the store.
    pub async fn hear(&self, db: &Db, note: Note) -> Result<()> {
        match note {
            Note::Wake { stream, seq } => self.moved(db, &[(ConversationId(stream), seq)]).await,
            Note::Ephemeral(one) if one.topic == crate::limit::TOPIC => Ok(()),
            Note::Ephemeral(one) if one.topic == elsewhere::TOPIC => {
                self.0.screens.elsewhere.hear(&one.body);
                Ok(())
            }
            Note::Ephemeral(one) => {
                self.whispered(db, &one.body, ConversationId(one.topic)).await;
                Ok(())
            }
            Note::Settings => {
                self.tell(News::Settings);
                Ok(())
            }
            Note::Revoked { agent } => {
                self.tell(News::Revoked(agent));
                Ok(())
            }
            Note::VisitorLeft { session } => {
                self.0.visitors.left(session);
                Ok(())
            }
            Note::Gap => self.missed(db).await,
            Note::Job | Note::Feed | Note::Timer { .. } | Note::KeysDestroyed => Ok(()),
        }
    }

    /// Conversations have come to these numbers: reads them again, and tells whoever listens. Those that moved together are
    /// read together, because what waits for a thread waits once; where one of them cannot be read, each is tried alone.
    pub async fn moved(&self, db: &Db, moved: &[(ConversationId, i64)]) -> Result<()> {
        let mut outcome = Ok(());
        for piece in moved.chunks(TOGETHER) {
            match self.read_again(db, piece).await {
                Ok(()) => {}
                // A database that is away answers none of them.
                Err(away @ Error::Store(store::Error::Unavailable(_) | store::Error::Deadline)) => return Err(away),
                Err(_) => {
                    for one in piece {
                        let told = self.read_again(db, std::slice::from_ref(one)).await;
                        outcome = outcome.and(told);
                    }
                }
            }
        }
        outcome
    }

    /// Tells from the thread that reads: what woke it need not be woken for that. One alone is read where we are.
    async fn read_again(&self, db: &Db, moved: &[(ConversationId, i64)]) -> Result<()> {
        let asked: Vec<look::Ask> = moved.iter().map(|(id, _)| look::Ask { id: *id, followed_from: self.followed_from(*id) }).collect();
        let (hub, moved, listened) = (self.clone(), moved.to_vec(), self.0.agents.receiver_count() > 0);
        let alone = moved.len() == 1;
        let read = move |rx: &mut Rx<'_>| {
            for ((id, seq), look) in moved.into_iter().zip(look::look(rx, &asked, listened)?) {
                hub.changed(id, seq, look);
            }
            Ok(())
        };
        if alone { db.glance(read).await } else { db.read(Pool::Quick, read).await }
    }

    fn changed(&self, id: ConversationId, seq: i64, look: Option<look::Look>) {
        let (contact, now, row, sequel) =
            look.map_or((None, None, None, None), |look| (Some(look.contact), look.entry, look.row, look.sequel));
        let (before, after) = self.0.open.take(id, now);
        let seq = after.as_ref().map_or(seq, |entry| entry.case.seq.max(seq));
        self.0.told.note(id, seq);
        if let Some(contact) = contact {
            self.0.visitors.tell(contact, &VisitorNews::Change { id, seq });
        }
        self.tell(News::Change(Arc::new(Change { id, contact, seq, before, after, row, sequel, frames: Frames::default() })));
    }

    /// Where the lines are that follow a case: at what the open set holds, which everybody was told.
    fn followed_from(&self, id: ConversationId) -> Option<i64> {
        self.0.open.get(id).filter(|_| self.0.followed.has(id)).map(|entry| entry.case.seq)
    }

    async fn whispered(&self, db: &Db, body: &str, id: ConversationId) {
        match Whisper::parse(body) {
            Some(Whisper::Visitor) => self.tell(News::VisitorTyping(id)),
            Some(Whisper::Agent { agent, doing, until, peek }) => {
                let peek = match peek {
                    Some(sealed) => peek::open(db, agent, &sealed).await,
                    None => None,
                };
                if self.0.presence.note(id, agent, doing.map(|doing| Mark { doing, until, peek })) {
                    self.tell(News::Viewers(id));
                }
                if doing == Some(super::Doing::Typing)
                    && let Some(entry) = self.0.open.get(id)
                {
                    self.0.visitors.tell(entry.case.contact, &VisitorNews::AgentTyping { id, agent });
                }
            }
            Some(Whisper::Bulk { id: bulk }) => self.tell(News::Bulk { agent: AgentId(id.0), bulk }),
            None => tracing::debug!("an ephemeral note of another version was dropped"),
        }
    }

    /// Notes may have been missed: everything is read again, by us and by every screen.
    async fn missed(&self, db: &Db) -> Result<()> {
        self.load(db).await?;
        self.tell(News::Gap);
        self.0.visitors.tell_of_gap();
        Ok(())
    }

    /// Finds what changed in the last seconds and was not told: another node's note was lost.
    pub async fn sweep(&self, db: &Db, now: i64) -> Result<()> {
        let since = now - SWEEP_MS;
        let changed = db.read(Pool::Quick, move |rx| conversation::changed_since(rx, since).map_err(crate::Error::from)).await?;
        let changed = if planted(Flaw::SweepsNothing) { Vec::new() } else { changed };
        let missed = self.0.told.missing(changed, now);
        self.moved(db, &missed).await?;
        for id in self.0.presence.expire(now) {
            self.tell(News::Viewers(id));
        }
        Ok(())
    }

    fn tell(&self, news: News) {
        // Nobody listens: nothing to tell.
        let _ = self.0.agents.send(news);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candor_store::testing::TestDb;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn whoever_asks_for_a_list_at_a_start_waits_for_the_open_work() {
        let (db, hub) = (TestDb::sqlite(), Hub::default());
        let mut asked = Box::pin(hub.until_ready());
        assert!(asked.as_mut().now_or_never().is_none(), "nothing has been read yet");
        hub.load(&db).await.unwrap();
        asked.await.unwrap();
        hub.until_ready().now_or_never().expect("read long ago").unwrap();
    }
}
