//! One test of a filter: a field, an operator and values that fit them.

use super::{Cell, Facts, Fault};
use crate::conversation::{Category, Priority, Turn};
use crate::id::TagId;
use crate::inbox::Channel;
use crate::word::words;
use uuid::Uuid;

/// Values in one `in` or `not_in`.
pub const MAX_VALUES: usize = 50;
const MAX_LANGUAGE: usize = 35;

words! {
    Field {
        Contact = "contact",
        Inbox = "inbox",
        Team = "team",
        Assignee = "assignee",
        Status = "status",
        Category = "category",
        Turn = "turn",
        Priority = "priority",
        Channel = "channel",
        Language = "language",
        Tags = "tags",
        Unread = "unread",
        Mentioned = "mentioned",
        Snoozed = "snoozed",
        Rating = "rating",
        CreatedAt = "created_at",
        UpdatedAt = "updated_at",
        LastMessageAt = "last_message_at",
        WaitingSince = "waiting_since",
        FirstReplyAt = "first_reply_at",
        ResolvedAt = "resolved_at",
        SnoozedUntil = "snoozed_until",
    }
    Op {
        Is = "is",
        IsNot = "is_not",
        In = "in",
        NotIn = "not_in",
        /// `<`, of times.
        Before = "before",
        /// `>`, of times.
        After = "after",
        /// `>=`, of ordered values.
        AtLeast = "at_least",
        /// `<=`, of ordered values.
        AtMost = "at_most",
        /// The cell is NULL.
        Empty = "empty",
        NotEmpty = "not_empty",
        /// Of tags.
        Has = "has",
        HasNot = "has_not",
    }
}

/// What kind of values a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Id,
    /// An id of an agent, or `me`.
    Agent,
    /// A word with no order, kept as its level (category, turn).
    Level,
    /// A word with an order, kept as its level (priority).
    Ranked,
    /// Text of a closed list or a language tag.
    Word,
    Tags,
    Flag,
    Number,
    Time,
}

/// A value that a test compares with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    Id(Uuid),
    /// The agent who looks.
    Me,
    /// Numbers, times and the levels of category, turn and priority.
    Number(i64),
    Word(String),
    Flag(bool),
}

/// A valid test: the operator fits the field, the values fit both. The number of values is 0 for `empty` and
/// `not_empty`, 1 to [`MAX_VALUES`] for `in` and `not_in`, else 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Test {
    field: Field,
    op: Op,
    values: Vec<Value>,
}

impl Field {
    pub fn kind(self) -> Kind {
        match self {
            Self::Contact | Self::Inbox | Self::Team | Self::Status => Kind::Id,
            Self::Assignee => Kind::Agent,
            Self::Category | Self::Turn => Kind::Level,
            Self::Priority => Kind::Ranked,
            Self::Channel | Self::Language => Kind::Word,
            Self::Tags => Kind::Tags,
            Self::Unread | Self::Mentioned | Self::Snoozed => Kind::Flag,
            Self::Rating => Kind::Number,
            _ => Kind::Time,
        }
    }

    /// Whether a cell of this field may be empty.
    pub fn optional(self) -> bool {
        matches!(
            self,
            Self::Team
                | Self::Assignee
                | Self::Language
                | Self::Rating
                | Self::WaitingSince
                | Self::FirstReplyAt
                | Self::ResolvedAt
                | Self::SnoozedUntil
        )
    }

    /// Whether the operator says something about this field.
    pub fn takes(self, op: Op) -> bool {
        let kind = self.kind();
        match op {
            Op::Is => !matches!(kind, Kind::Tags | Kind::Time),
            Op::IsNot | Op::In | Op::NotIn => !matches!(kind, Kind::Tags | Kind::Time | Kind::Flag),
            Op::Before | Op::After => kind == Kind::Time,
            Op::AtLeast | Op::AtMost => matches!(kind, Kind::Ranked | Kind::Number | Kind::Time),
            Op::Empty | Op::NotEmpty => self.optional(),
            Op::Has | Op::HasNot => kind == Kind::Tags,
        }
    }

    fn holds(self, value: &Value) -> bool {
        match (self.kind(), value) {
            (Kind::Id | Kind::Agent | Kind::Tags, Value::Id(_)) | (Kind::Agent, Value::Me) => true,
            (Kind::Flag, Value::Flag(_)) | (Kind::Number | Kind::Time, Value::Number(_)) => true,
            (Kind::Level | Kind::Ranked, Value::Number(level)) => self.word_of(*level).is_some(),
            (Kind::Word, Value::Word(word)) if self == Self::Channel => Channel::parse(word).is_some(),
            (Kind::Word, Value::Word(word)) => {
                !word.is_empty() && word.len() <= MAX_LANGUAGE && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            }
            _ => false,
        }
    }

    /// The level that the API's word stands for.
    pub(super) fn level_of(self, word: &str) -> Option<i64> {
        match self {
            Self::Category => Category::parse(word).map(Category::level),
            Self::Turn => Turn::parse(word).map(Turn::level),
            Self::Priority => Priority::parse(word).map(Priority::level),
            _ => None,
        }
    }

    pub(super) fn word_of(self, level: i64) -> Option<&'static str> {
        match self {
            Self::Category => Category::from_level(level).map(Category::as_str),
            Self::Turn => Turn::from_level(level).map(Turn::as_str),
            Self::Priority => Priority::from_level(level).map(Priority::as_str),
            _ => None,
        }
    }
}

impl Op {
    /// How many values it takes: least and most.
    pub fn values(self) -> (usize, usize) {
        match self {
            Self::Empty | Self::NotEmpty => (0, 0),
            Self::In | Self::NotIn => (1, MAX_VALUES),
            _ => (1, 1),
        }
    }
}

impl Test {
    pub fn new(field: Field, op: Op, values: Vec<Value>) -> Result<Self, Fault> {
        if !field.takes(op) {
            return Err(Fault::Operator { field, op });
        }
        let (least, most) = op.values();
        if values.len() > most && op.values().1 > 1 {
            return Err(Fault::TooManyValues);
        }
        if values.len() < least || values.len() > most || !values.iter().all(|value| field.holds(value)) {
            return Err(Fault::Value { field });
        }
        Ok(Self { field, op, values })
    }

    pub fn field(&self) -> Field {
        self.field
    }

    pub fn op(&self) -> Op {
        self.op
    }

    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// True, false, or unknown because the cell is empty.
    pub(super) fn truth(&self, facts: &Facts<'_>) -> Option<bool> {
        let cell = facts.cell(self.field);
        match self.op {
            Op::Empty => return Some(cell == Cell::Empty),
            Op::NotEmpty => return Some(cell != Cell::Empty),
            _ if cell == Cell::Empty => return None,
            _ => {}
        }
        let one_of = || self.values.iter().any(|value| equal(cell, value, facts));
        Some(match self.op {
            Op::Is | Op::In | Op::Has => one_of(),
            Op::IsNot | Op::NotIn | Op::HasNot => !one_of(),
            Op::Before => self.number() > number(cell),
            Op::After => self.number() < number(cell),
            Op::AtLeast => self.number() <= number(cell),
            Op::AtMost => self.number() >= number(cell),
            Op::Empty | Op::NotEmpty => return None,
        })
    }

    fn number(&self) -> Option<i64> {
        match self.values.first() {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }
}

fn number(cell: Cell<'_>) -> Option<i64> {
    match cell {
        Cell::Number(number) => Some(number),
        _ => None,
    }
}

fn equal(cell: Cell<'_>, value: &Value, facts: &Facts<'_>) -> bool {
    match (cell, value) {
        (Cell::Id(id), Value::Id(value)) => id == *value,
        (Cell::Id(id), Value::Me) => id == facts.viewer.0,
        (Cell::Number(number), Value::Number(value)) => number == *value,
        (Cell::Word(word), Value::Word(value)) => word == value,
        (Cell::Flag(flag), Value::Flag(value)) => flag == *value,
        (Cell::Tags(tags), Value::Id(value)) => tags.contains(&TagId(*value)),
        _ => false,
    }
}
