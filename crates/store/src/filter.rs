//! A `domain::Filter` as SQL: the one place where a statement's text is built. The text depends on the filter's shape,
//! never on its values, which are bound.
//!
//! Meant for the tail of [`crate::conversation::page`]: `c` is the conversation, `r` the viewer's read mark, `$1` the viewer.

use crate::value::Value;
use candor_domain::filter::{Field, Filter, Op, Test, Value as Wanted};
use candor_domain::permission::Scope;
use uuid::Uuid;

/// A part of a statement with the values it binds.
#[derive(Clone, Debug)]
pub struct Shaped {
    pub text: String,
    values: Vec<Bound>,
    first: usize,
}

#[derive(Clone, Debug)]
enum Bound {
    Id(Uuid),
    Number(i64),
    Word(String),
    Flag(bool),
}

/// Sizes of `IN` lists: few shapes, so that few statements are prepared.
const SIZES: [usize; 5] = [1, 2, 5, 10, 50];

impl Shaped {
    /// Begins a text whose first bound value is `$first`.
    pub fn new(first: usize) -> Self {
        Self { text: String::new(), values: Vec::new(), first }
    }

    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub fn number(&mut self, value: i64) -> &mut Self {
        self.bind(Bound::Number(value))
    }

    pub fn id(&mut self, value: Uuid) -> &mut Self {
        self.bind(Bound::Id(value))
    }

    /// The values in the order of their numbers.
    pub fn values(&self) -> Vec<&dyn Value> {
        self.values
            .iter()
            .map(|value| match value {
                Bound::Id(id) => id as &dyn Value,
                Bound::Number(number) => number,
                Bound::Word(word) => word,
                Bound::Flag(flag) => flag,
            })
            .collect()
    }

    fn bind(&mut self, value: Bound) -> &mut Self {
        self.values.push(value);
        let place = self.first + self.values.len() - 1;
        self.text.push_str(&format!("${place}"));
        self
    }

    /// Where an actor may look: inbox and team pairs.
    pub fn scope(&mut self, scope: &Scope) -> &mut Self {
        let Scope::Within(pairs) = scope else { return self.push("(1 = 1)") };
        self.push("(1 = 0");
        for (inbox, team) in pairs {
            self.push(" OR (1 = 1");
            if let Some(inbox) = inbox {
                self.push(" AND c.inbox_id = ").id(inbox.0);
            }
            if let Some(team) = team {
                self.push(" AND c.team_id = ").id(team.0);
            }
            self.push(")");
        }
        self.push(")")
    }

    pub fn filter(&mut self, filter: &Filter) -> &mut Self {
        match filter {
            Filter::All(parts) => self.joined(parts, "(1 = 1", " AND "),
            Filter::Any(parts) => self.joined(parts, "(1 = 0", " OR "),
            Filter::Not(part) => self.push("NOT (").filter(part).push(")"),
            Filter::Test(test) => self.test(test),
        }
    }

    fn joined(&mut self, parts: &[Filter], neutral: &str, between: &str) -> &mut Self {
        self.push(neutral);
        for part in parts {
            self.push(between).filter(part);
        }
        self.push(")")
    }

    fn test(&mut self, test: &Test) -> &mut Self {
        let column = column(test.field());
        let operator = match test.op() {
            Op::Is => " = ",
            Op::IsNot => " <> ",
            Op::Before => " < ",
            Op::After => " > ",
            Op::AtLeast => " >= ",
            Op::AtMost => " <= ",
            Op::Empty => return self.push(column).push(" IS NULL"),
            Op::NotEmpty => return self.push(column).push(" IS NOT NULL"),
            Op::Has => " LIKE ",
            Op::HasNot => " NOT LIKE ",
            Op::In => return self.list(column, " IN (", test.values()),
            Op::NotIn => return self.list(column, " NOT IN (", test.values()),
        };
        self.push(column).push(operator);
        let tags = matches!(test.op(), Op::Has | Op::HasNot);
        for value in test.values() {
            self.wanted(value, tags);
        }
        self
    }

    fn list(&mut self, column: &str, opening: &str, values: &[Wanted]) -> &mut Self {
        self.push(column).push(opening);
        let size = SIZES.into_iter().find(|size| *size >= values.len()).unwrap_or(values.len());
        // The last value fills the places that are left.
        for place in 0..size {
            if place > 0 {
                self.push(", ");
            }
            if let Some(value) = values.get(place).or(values.last()) {
                self.wanted(value, false);
            }
        }
        self.push(")")
    }

    fn wanted(&mut self, value: &Wanted, tags: bool) -> &mut Self {
        match value {
            Wanted::Me => self.push("$1"),
            Wanted::Id(id) if tags => self.bind(Bound::Word(format!("%{id}%"))),
            Wanted::Id(id) => self.bind(Bound::Id(*id)),
            Wanted::Number(number) => self.bind(Bound::Number(*number)),
            Wanted::Word(word) => self.bind(Bound::Word(word.clone())),
            Wanted::Flag(flag) => self.bind(Bound::Flag(*flag)),
        }
    }
}

fn column(field: Field) -> &'static str {
    match field {
        Field::Contact => "c.contact_id",
        Field::Inbox => "c.inbox_id",
        Field::Team => "c.team_id",
        Field::Assignee => "c.assignee_id",
        Field::Status => "c.status_id",
        Field::Category => "c.category",
        Field::Turn => "c.turn",
        Field::Priority => "c.priority",
        Field::Channel => "c.channel",
        Field::Language => "c.language",
        Field::Tags => "c.tags",
        Field::Unread => "(c.last_customer_seq > COALESCE(r.seq, 0))",
        Field::Mentioned => {
            "(COALESCE((SELECT MAX(mm.seq) FROM mention mm WHERE mm.agent_id = $1 AND mm.conversation_id = c.id), 0) > COALESCE(r.seq, 0))"
        }
        Field::Snoozed => "c.snoozed",
        Field::Rating => "c.rating",
        Field::CreatedAt => "c.created_at",
        Field::UpdatedAt => "c.updated_at",
        Field::LastMessageAt => "c.last_message_at",
        Field::WaitingSince => "c.waiting_since",
        Field::FirstReplyAt => "c.first_reply_at",
        Field::ResolvedAt => "c.resolved_at",
        Field::SnoozedUntil => "c.snoozed_until",
    }
}
