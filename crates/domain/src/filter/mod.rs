//! Filters over conversations: what a list shows, what a saved view and a rule's condition mean.
//!
//! A closed list of fields and operators over the plain columns of a conversation. Two readers give the same answer:
//! [`Filter::matches`] on the open set in memory, and the SQL that the store writes from the same enum.
//!
//! **Empty cells** follow SQL's three-valued logic to the letter. A test on an empty cell (no assignee, no team) is
//! neither true nor false but unknown, whatever the operator, `is_not` and `not_in` included; `not` of unknown is
//! unknown; `all` is false if one part is false, else unknown if one is unknown; `any` is true if one part is true,
//! else unknown if one is unknown. Only `empty` and `not_empty` look at the emptiness itself. A filter matches when it
//! is true: unknown is no match. `all` of nothing is true, `any` of nothing is false.

mod facts;
mod json;
mod leaf;
#[cfg(test)]
mod tests;

pub use facts::{Cell, Facts};
pub use json::{Fault, FilterError};
pub use leaf::{Field, Kind, MAX_VALUES, Op, Test, Value};

/// How deep filters may nest: a bare test is 1 deep.
pub const MAX_DEPTH: usize = 8;
/// Tests in one filter.
pub const MAX_LEAVES: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Test(Test),
}

impl Filter {
    /// Whether a conversation is in the filter's list.
    pub fn matches(&self, facts: &Facts<'_>) -> bool {
        self.truth(facts) == Some(true)
    }

    /// True, false, or unknown.
    fn truth(&self, facts: &Facts<'_>) -> Option<bool> {
        match self {
            Self::All(parts) => settle(parts, facts, false),
            Self::Any(parts) => settle(parts, facts, true),
            Self::Not(part) => part.truth(facts).map(|truth| !truth),
            Self::Test(test) => test.truth(facts),
        }
    }

    pub fn depth(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => 1 + parts.iter().map(Self::depth).max().unwrap_or(0),
            Self::Not(part) => 1 + part.depth(),
            Self::Test(_) => 1,
        }
    }

    pub fn leaves(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::leaves).sum(),
            Self::Not(part) => part.leaves(),
            Self::Test(_) => 1,
        }
    }

    /// A filter made in code is held to the same limits as one that arrives.
    pub fn within_limits(&self) -> Result<(), FilterError> {
        if self.depth() > MAX_DEPTH {
            return Err(FilterError::at_top(Fault::TooDeep));
        }
        if self.leaves() > MAX_LEAVES {
            return Err(FilterError::at_top(Fault::TooMany));
        }
        Ok(())
    }
}

/// One part that is `decisive` decides; else one unknown part leaves it unknown.
fn settle(parts: &[Filter], facts: &Facts<'_>, decisive: bool) -> Option<bool> {
    let mut result = Some(!decisive);
    for part in parts {
        match part.truth(facts) {
            Some(truth) if truth == decisive => return Some(decisive),
            Some(_) => {}
            None => result = None,
        }
    }
    result
}
