//! Paging by an opaque cursor: what it holds is the list's own business and may change; clients only hand it back.

use crate::problem::{ApiError, Code};
use data_encoding::BASE64URL_NOPAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const USUAL: u32 = 50;
const MOST: u32 = 100;
const LONGEST_CURSOR: usize = 1024;

/// `?limit=&cursor=` of every list. Lists with more parameters flatten nothing (queries cannot): they repeat both fields.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// How many, 1 to 100; 50 when absent.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

impl PageParams {
    pub fn limit(&self) -> Result<usize, ApiError> {
        limit(self.limit)
    }

    pub fn cursor<C: DeserializeOwned>(&self) -> Result<Option<C>, ApiError> {
        self.cursor.as_deref().map(open).transpose()
    }
}

/// How many items a page has.
pub fn limit(asked: Option<u32>) -> Result<usize, ApiError> {
    match asked.unwrap_or(USUAL) {
        limit @ 1..=MOST => Ok(limit as usize),
        _ => Err(ApiError::new(Code::ValidationFailed).field("limit", format!("1 to {MOST}"))),
    }
}

/// Reads a cursor that [`seal`] made.
pub fn open<C: DeserializeOwned>(cursor: &str) -> Result<C, ApiError> {
    let bad = || ApiError::new(Code::ValidationFailed).field("cursor", "not a cursor of this list");
    if cursor.len() > LONGEST_CURSOR {
        return Err(bad());
    }
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| bad())?;
    serde_json::from_slice(&bytes).map_err(|_| bad())
}

/// Makes a cursor of where the next page begins.
pub fn seal<C: Serialize>(place: &C) -> String {
    let bytes = serde_json::to_vec(place).expect("a cursor holds ids and numbers");
    BASE64URL_NOPAD.encode(&bytes)
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Hand back as `cursor` for the page after this one; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page whose items were read one further than asked: `place` of the last kept item starts the next page.
    pub fn of<C: Serialize>(mut items: Vec<T>, limit: usize, place: impl FnOnce(&T) -> C) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| seal(&place(last)));
        Self { items, next }
    }

    /// The whole of a short list.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        let cursor = seal(&(17_i64, "a"));
        assert_eq!(open::<(i64, String)>(&cursor).unwrap(), (17, "a".to_owned()));
    }

    #[test]
    fn strange_cursors_and_limits_are_refused() {
        for cursor in ["", "!", "AAAA", &"A".repeat(5000), "bnVsbA"] {
            assert_eq!(open::<(i64, String)>(cursor).unwrap_err().code(), Code::ValidationFailed, "{cursor}");
        }
        assert!(limit(Some(0)).is_err() && limit(Some(101)).is_err());
        assert_eq!(limit(None).unwrap(), 50);
    }

    #[test]
    fn only_a_full_page_has_a_next() {
        let page = Page::of(vec![1, 2, 3], 2, |last| *last);
        assert_eq!((page.items, open::<i32>(&page.next.unwrap()).unwrap()), (vec![1, 2], 2));
        assert_eq!(Page::of(vec![1, 2], 2, |last| *last).next, None);
    }
}
