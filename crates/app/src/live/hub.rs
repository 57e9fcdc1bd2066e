//! Who is told when something moves: agents' sockets all hear of every change (there are hundreds, and each decides by
//! its own lists), a visitor's socket only of its own contact (there are thousands).

use super::elsewhere::{self, Elsewhere};
use super::entry::Entry;
use super::frames::Frames;
use super::open_set::{self, OpenSet};
use super::peek;
use super::presence::{Mark, Presence, Whisper};
use crate::{Error, Result};
use candor_domain::id::{AgentId, ContactId, ConversationId, VisitorSessionId};
use candor_store::conversation::Row;
use candor_store::flaw::{Flaw, planted};
use candor_store::{self as store, Db, Ephemeral, Note, Pool, conversation};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{broadcast, mpsc};
use uuid::Uuid;

/// How much an agent's socket may be behind before it must read everything again.
const AGENTS_BEHIND: usize = 1024;
/// How much a visitor's socket may be behind before it is closed.
const VISITOR_BEHIND: usize = 64;
/// How many conversations are read again in one look.
const TOGETHER: usize = 50;
/// How far back the sweep looks, in milliseconds.
const SWEEP_MS: i64 = 15_000;

/// A conversation that moved.
#[derive(Debug)]
pub struct Change {
    pub id: ConversationId,
    pub contact: Option<ContactId>,
    pub seq: i64,
    /// What the open set held before and holds now.
    pub before: Option<Arc<Entry>>,
    pub after: Option<Arc<Entry>>,
    /// The opened row, read once for all; read marks are each agent's own. Only read while an agent listens.
    pub row: Option<Arc<Row>>,
    /// What lines have made of it.
    pub frames: Frames,
}

/// What an agent's socket hears.
#[derive(Clone, Debug)]
pub enum News {
    Change(Arc<Change>),
    /// Who looks at a case has changed.
    Viewers(ConversationId),
    VisitorTyping(ConversationId),
    Settings,
    Revoked(Uuid),
    /// A bulk action of this agent has come further.
    Bulk {
        agent: AgentId,
        bulk: Uuid,
    },
    /// Something may have been missed: read again.
    Gap,
}

/// What a visitor's socket hears.
#[derive(Clone, Debug)]
pub enum VisitorNews {
    Change { id: ConversationId, seq: i64 },
    AgentTyping { id: ConversationId, agent: AgentId },
    Revoked,
    Gap,
}

/// A visitor's end of the hub; dropping it signs off.
pub struct VisitorSocket {
    pub news: mpsc::Receiver<VisitorNews>,
    hub: Arc<Inner>,
    contact: ContactId,
    number: u64,
}

/// The hub. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    open: OpenSet,
    presence: Presence,
    agents: broadcast::Sender<News>,
    visitors: Mutex<HashMap<ContactId, Vec<Seat>>>,
    /// The number each conversation has been told up to, for the sweep.
    told: Mutex<HashMap<ConversationId, (i64, i64)>>,
    /// Open screens of each agent on this node.
    screens: Mutex<HashMap<AgentId, usize>>,
    elsewhere: Elsewhere,
    next: AtomicU64,
    loaded: AtomicBool,
}

struct Seat {
    number: u64,
    session: VisitorSessionId,
    to: mpsc::Sender<VisitorNews>,
}

impl Default for Hub {
    fn default() -> Self {
        let (agents, _) = broadcast::channel(AGENTS_BEHIND);
        let inner = Inner {
            open: OpenSet::default(),
            presence: Presence::default(),
            agents,
            visitors: Mutex::default(),
            told: Mutex::default(),
            screens: Mutex::default(),
            elsewhere: Elsewhere::default(),
            next: AtomicU64::new(1),
            loaded: AtomicBool::new(false),
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

    /// An agent's socket signs on.
    pub fn agent(&self) -> broadcast::Receiver<News> {
        self.0.agents.subscribe()
    }

    /// Counts an agent's open screens on this node; true when this is the first.
    pub fn screen_opened(&self, agent: AgentId) -> bool {
        let mut screens = self.0.screens.lock().unwrap_or_else(PoisonError::into_inner);
        let open = screens.entry(agent).or_insert(0);
        *open += 1;
        *open == 1
    }

    pub fn screen_closed(&self, agent: AgentId) {
        let mut screens = self.0.screens.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = screens.get_mut(&agent) {
            *open -= 1;
            if *open == 0 {
                screens.remove(&agent);
            }
        }
    }

    /// Whether an agent has a screen open, here or on another node as far as it is known.
    pub fn has_screen(&self, agent: AgentId) -> bool {
        self.0.screens.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&agent) || self.0.elsewhere.has(agent)
    }

    /// The notes that tell other nodes of this agent's screen, or of all that are open here.
    pub fn tell_screens(&self, of: Option<AgentId>) -> Vec<Ephemeral> {
        let all = || self.0.screens.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
        self.0.elsewhere.tell(&of.map_or_else(all, |agent| vec![agent]))
    }

    /// A visitor's socket signs on.
    pub fn visitor(&self, contact: ContactId, session: VisitorSessionId) -> VisitorSocket {
        let (to, news) = mpsc::channel(VISITOR_BEHIND);
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.0.seats().entry(contact).or_default().push(Seat { number, session, to });
        VisitorSocket { news, hub: self.0.clone(), contact, number }
    }

    /// Whether the open set has been read: before that the desk is not ready.
    pub fn is_ready(&self) -> bool {
        self.0.loaded.load(Ordering::Acquire)
    }

    /// Reads all open work, at start and after a gap.
    pub async fn load(&self, db: &Db) -> Result<()> {
        self.0.open.load(db).await?;
        self.0.loaded.store(true, Ordering::Release);
        Ok(())
    }

    /// Takes one note of the store.
    pub async fn hear(&self, db: &Db, note: Note) -> Result<()> {
        match note {
            Note::Wake { stream, seq } => self.moved(db, &[(ConversationId(stream), seq)]).await,
            Note::Ephemeral(one) if one.topic == crate::limit::TOPIC => Ok(()),
            Note::Ephemeral(one) if one.topic == elsewhere::TOPIC => {
                self.0.elsewhere.hear(&one.body);
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
                self.visitor_left(session);
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

    async fn read_again(&self, db: &Db, moved: &[(ConversationId, i64)]) -> Result<()> {
        let ids: Vec<ConversationId> = moved.iter().map(|(id, _)| *id).collect();
        let listened = self.0.agents.receiver_count() > 0;
        let (looks, rows) = db
            .read(Pool::Quick, move |rx| {
                let looks = ids.iter().map(|id| open_set::look(rx, *id)).collect::<Result<Vec<_>>>()?;
                let rows = if listened { conversation::rows(rx, AgentId(Uuid::nil()), &ids)? } else { vec![] };
                Ok::<_, crate::Error>((looks, rows))
            })
            .await?;
        let mut rows: HashMap<ConversationId, Arc<Row>> = rows.into_iter().map(|row| (row.stored.case.id, Arc::new(row))).collect();
        for ((id, seq), look) in moved.iter().copied().zip(looks) {
            let (contact, now) = look.map_or((None, None), |(contact, now)| (Some(contact), now));
            let (before, after) = self.0.open.take(id, now);
            let seq = after.as_ref().map_or(seq, |entry| entry.stored.case.seq.max(seq));
            self.0.note_told(id, seq);
            if let Some(contact) = contact {
                self.0.tell_visitors(contact, &VisitorNews::Change { id, seq });
            }
            let row = rows.remove(&id);
            self.tell(News::Change(Arc::new(Change { id, contact, seq, before, after, row, frames: Frames::default() })));
        }
        Ok(())
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
                    self.0.tell_visitors(entry.stored.case.contact, &VisitorNews::AgentTyping { id, agent });
                }
            }
            Some(Whisper::Bulk { id: bulk }) => self.tell(News::Bulk { agent: AgentId(id.0), bulk }),
            None => tracing::debug!("an ephemeral note of another version was dropped"),
        }
    }

    /// A visitor's session ended or goes on under another token: its sockets look again.
    fn visitor_left(&self, session: Uuid) {
        for seat in self.0.seats().values().flatten().filter(|seat| seat.session.0 == session) {
            let _ = seat.to.try_send(VisitorNews::Revoked);
        }
    }

    /// Notes may have been missed: everything is read again, by us and by every screen.
    async fn missed(&self, db: &Db) -> Result<()> {
        self.load(db).await?;
        self.tell(News::Gap);
        for seat in self.0.seats().values().flatten() {
            let _ = seat.to.try_send(VisitorNews::Gap);
        }
        Ok(())
    }

    /// Finds what changed in the last seconds and was not told: another node's note was lost.
    pub async fn sweep(&self, db: &Db, now: i64) -> Result<()> {
        let since = now - SWEEP_MS;
        let changed = db.read(Pool::Quick, move |rx| conversation::changed_since(rx, since).map_err(crate::Error::from)).await?;
        let missed: Vec<(ConversationId, i64)> = {
            let mut told = self.0.told();
            // What was told since the last sweep gets this one's time; what is older than two windows cannot be missed any more.
            told.values_mut().filter(|(_, at)| *at == i64::MAX).for_each(|(_, at)| *at = now);
            told.retain(|_, (_, at)| *at >= since - SWEEP_MS);
            let found = |_: &(ConversationId, i64)| !planted(Flaw::SweepsNothing);
            changed.into_iter().filter(found).filter(|(id, seq)| told.get(id).is_none_or(|(known, _)| known < seq)).collect()
        };
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

impl Inner {
    fn seats(&self) -> MutexGuard<'_, HashMap<ContactId, Vec<Seat>>> {
        self.visitors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self) -> MutexGuard<'_, HashMap<ConversationId, (i64, i64)>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_told(&self, id: ConversationId, seq: i64) {
        let mut told = self.told();
        let one = told.entry(id).or_insert((0, i64::MAX));
        *one = (one.0.max(seq), i64::MAX);
    }

    /// A socket that does not keep up is dropped: its client comes back and reads what it missed.
    fn tell_visitors(&self, contact: ContactId, news: &VisitorNews) {
        let mut seats = self.seats();
        let Some(own) = seats.get_mut(&contact) else { return };
        own.retain(|seat| seat.to.try_send(news.clone()).is_ok());
        if own.is_empty() {
            seats.remove(&contact);
        }
    }
}

impl Drop for VisitorSocket {
    fn drop(&mut self) {
        let mut seats = self.hub.seats();
        if let Some(own) = seats.get_mut(&self.contact) {
            own.retain(|seat| seat.number != self.number);
            if own.is_empty() {
                seats.remove(&self.contact);
            }
        }
    }
}
