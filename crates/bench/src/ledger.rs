//! What writers were told is kept, and what a list says afterwards: the two are compared here.

use crate::client::Client;
use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use std::ops::AddAssign;

/// Largest page of either surface.
const PAGE: usize = 100;

/// A message that the server has acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) text: String,
}

/// One line of a conversation as it was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) seq: i64,
    /// Id and text, when it is a message.
    pub(crate) message: Option<(String, String)>,
}

/// What does not agree. All zero is what is promised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Faults {
    /// Acknowledged, and not there.
    pub(crate) lost: usize,
    /// There twice.
    pub(crate) doubled: usize,
    /// At another place than was said, or behind a message that was written later.
    pub(crate) out_of_order: usize,
    /// Numbers that are missing from 1 to the end.
    pub(crate) gaps: usize,
    /// There, and nobody has written it.
    pub(crate) strange: usize,
}

impl AddAssign for Faults {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.out_of_order += other.out_of_order;
        self.gaps += other.gaps;
        self.strange += other.strange;
    }
}

impl Acknowledged {
    /// From an event of either surface: both carry `seq` and `message`.
    pub(crate) fn read(event: &Value) -> Result<Self> {
        match Line::read(event)? {
            Line { seq, message: Some((id, text)) } => Ok(Self { seq, id, text }),
            Line { .. } => bail!("no message in {event}"),
        }
    }
}

impl Line {
    pub(crate) fn read(event: &Value) -> Result<Self> {
        let seq = event["seq"].as_i64().with_context(|| format!("no seq in {event}"))?;
        let text = |name: &str| event["message"][name].as_str().map(str::to_owned);
        Ok(Self { seq, message: text("id").zip(text("text")) })
    }
}

/// A conversation, read on from a number, page by page.
pub(crate) async fn read(client: &Client, path: &str, from: i64) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = Vec::new();
    loop {
        let after = lines.last().map_or(from, |line| line.seq);
        let page = client.get(&format!("{path}?after={after}&limit={PAGE}")).await?.ok()?;
        for event in page["items"].as_array().context("no items")? {
            lines.push(Line::read(event)?);
        }
        if page["more"] != true {
            return Ok(lines);
        }
    }
}

/// Compares a list with what its writers were told. `writers` holds each writer's acknowledgements in the order of writing.
pub(crate) fn compare(lines: &[Line], writers: &[&[Acknowledged]]) -> Faults {
    let mut faults = Faults { gaps: gaps(lines), ..Faults::default() };
    let mut places: HashMap<&str, (i64, &str)> = HashMap::new();
    let mut texts: HashMap<&str, usize> = HashMap::new();
    for line in lines {
        let Some((id, text)) = &line.message else { continue };
        let seen = places.insert(id, (line.seq, text)).is_some();
        let said = texts.entry(text).or_default();
        *said += 1;
        faults.doubled += usize::from(seen || *said > 1);
    }
    let mut known = 0;
    for acknowledged in writers.iter().copied() {
        for one in acknowledged {
            match places.get(one.id.as_str()) {
                None => faults.lost += 1,
                Some(place) => {
                    known += 1;
                    faults.out_of_order += usize::from(*place != (one.seq, one.text.as_str()));
                }
            }
        }
        faults.out_of_order += acknowledged.windows(2).filter(|pair| pair[0].seq >= pair[1].seq).count();
    }
    faults.strange += places.len().saturating_sub(known);
    faults
}

fn gaps(lines: &[Line]) -> usize {
    lines.iter().zip(1..).filter(|(line, expected)| line.seq != *expected).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(seq: i64, id: &str) -> Line {
        Line { seq, message: Some((id.to_owned(), format!("text of {id}"))) }
    }

    fn told(seq: i64, id: &str) -> Acknowledged {
        Acknowledged { seq, id: id.to_owned(), text: format!("text of {id}") }
    }

    #[test]
    fn a_list_that_is_as_it_was_told_has_no_faults() {
        let lines = [line(1, "a"), Line { seq: 2, message: None }, line(3, "b"), line(4, "c")];
        assert_eq!(compare(&lines, &[&[told(1, "a"), told(4, "c")], &[told(3, "b")]]), Faults::default());
    }

    #[test]
    fn every_kind_of_fault_is_seen() {
        let lost = compare(&[line(1, "a")], &[&[told(1, "a"), told(2, "b")]]);
        assert_eq!(lost, Faults { lost: 1, ..Faults::default() });
        let mut twin = line(2, "b");
        twin.message = Some(("b".to_owned(), "text of a".to_owned()));
        let doubled = compare(&[line(1, "a"), twin], &[&[told(1, "a")]]);
        assert_eq!((doubled.doubled, doubled.strange), (1, 1));
        let moved = compare(&[line(1, "a"), line(2, "b")], &[&[told(2, "a"), told(1, "b")]]);
        assert_eq!(moved, Faults { out_of_order: 3, ..Faults::default() });
        assert_eq!(compare(&[line(1, "a"), line(3, "b")], &[&[told(1, "a"), told(3, "b")]]).gaps, 1);
    }
}
