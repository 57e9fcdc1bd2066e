//! Reads JSON strictly: one value, no duplicate keys, no NUL (PostgreSQL keeps none), known fields only, and the
//! field is named when its value cannot be used. Pure: bytes in, value or problem out.

use crate::problem::{ApiError, Code};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::collections::HashSet;
use std::fmt;

/// One `T` out of the whole of `bytes`.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ApiError::new(Code::InvalidJson).detail("not UTF-8"))?;
    check(text)?;
    // Types would take their fields in order from a list, which nobody means.
    if !text.trim_start().starts_with('{') {
        return Err(ApiError::new(Code::ValidationFailed).field("body", "an object is expected"));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        unusable(path, &error.into_inner())
    })
}

/// The first pass: well-formed, nothing behind it, nothing said twice.
fn check(text: &str) -> Result<(), ApiError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let checked = serde_path_to_error::deserialize::<_, Clean>(&mut json);
    if let Err(error) = checked {
        let path = error.path().to_string();
        let inner = error.into_inner();
        return Err(if inner.is_data() { refused(Code::BadRequest, path, &inner) } else { malformed(&inner) });
    }
    json.end().map_err(|error| malformed(&error))
}

fn malformed(error: &serde_json::Error) -> ApiError {
    ApiError::new(Code::InvalidJson).detail(format!("line {}, column {}", error.line(), error.column()))
}

fn unusable(path: String, error: &serde_json::Error) -> ApiError {
    let text = error.to_string();
    let code = if text.starts_with("unknown field") { Code::BadRequest } else { Code::ValidationFailed };
    let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    match missing {
        Some(name) => ApiError::new(code).field(join(&path, name), "missing"),
        None => refused(code, path, error),
    }
}

fn refused(code: Code, path: String, error: &serde_json::Error) -> ApiError {
    let text = error.to_string();
    // The place in the text helps nobody who has the field's name.
    let why = text.rsplit_once(" at line ").map_or(text.as_str(), |(why, _)| why).to_owned();
    let path = if path == "." { "body".to_owned() } else { path };
    ApiError::new(code).field(path, why)
}

fn join(path: &str, name: &str) -> String {
    if path == "." { name.to_owned() } else { format!("{path}.{name}") }
}

/// Any value without duplicate keys and NUL; keeps nothing of it.
struct Clean;

impl<'de> Deserialize<'de> for Clean {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CleanVisitor)
    }
}

struct CleanVisitor;

impl<'de> Visitor<'de> for CleanVisitor {
    type Value = Clean;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Clean, E> {
        Ok(Clean)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Clean, E> {
        Ok(Clean)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Clean, E> {
        Ok(Clean)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Clean, E> {
        Ok(Clean)
    }

    fn visit_unit<E>(self) -> Result<Clean, E> {
        Ok(Clean)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Clean, E> {
        if text.contains('\0') { Err(E::custom("the NUL character is not taken")) } else { Ok(Clean) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Clean, A::Error> {
        while seq.next_element::<Clean>()?.is_some() {}
        Ok(Clean)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Clean, A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if key.contains('\0') {
                return Err(A::Error::custom("the NUL character is not taken"));
            }
            map.next_value::<Clean>()?;
            if !keys.insert(key) {
                return Err(A::Error::custom("a key stands twice in one object"));
            }
        }
        Ok(Clean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Letter {
        text: String,
        #[serde(default)]
        page: Option<Place>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Place {
        number: u8,
    }

    fn problem(text: &str) -> (Code, String) {
        let error = read::<Letter>(text.as_bytes()).unwrap_err();
        let fields = error.to_value()["fields"].as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>().join(","));
        (error.code(), fields.unwrap_or_default())
    }

    #[test]
    fn a_good_body_is_read() {
        let letter: Letter = read(r#" {"text":"提现未到账 🙏","page":{"number":7}} "#.as_bytes()).unwrap();
        assert_eq!(letter.text, "提现未到账 🙏");
        assert_eq!(letter.page.unwrap().number, 7);
    }

    #[test]
    fn the_field_is_named() {
        assert_eq!(problem(r#"{"text":"a","page":{"number":"x"}}"#), (Code::ValidationFailed, "page.number".into()));
        assert_eq!(problem(r#"{"text":"a","page":{"number":256}}"#), (Code::ValidationFailed, "page.number".into()));
        assert_eq!(problem(r#"{"text":"a","page":{}}"#), (Code::ValidationFailed, "page.number".into()));
        assert_eq!(problem("{}"), (Code::ValidationFailed, "text".into()));
        assert_eq!(problem(r#"{"text":"a","page":{"number":1,"colour":2}}"#), (Code::BadRequest, "page.colour".into()));
        assert_eq!(problem(r#"{"text":"a","admin":true}"#), (Code::BadRequest, "admin".into()));
        assert_eq!(problem(r#"["a", {"number":1}]"#), (Code::ValidationFailed, "body".into()));
    }

    #[test]
    fn malformed_json_is_refused() {
        for text in [
            "",
            "{",
            "nul",
            r#"{"text":"a"}x"#,
            r#"{"text":"a"} {"text":"b"}"#,
            r#"{'text':1}"#,
            r#"{"text":"\ud800"}"#,
            "\u{feff}{}",
            "NaN",
        ] {
            assert_eq!(problem(text).0, Code::InvalidJson, "{text}");
        }
        assert_eq!(read::<Letter>(b"{\"text\":\"\xff\"}").unwrap_err().code(), Code::InvalidJson);
        assert_eq!(problem(&"[".repeat(100_000)).0, Code::InvalidJson);
    }

    #[test]
    fn nothing_is_said_twice_and_nul_is_refused() {
        assert_eq!(problem(r#"{"text":"a","text":"b"}"#).0, Code::BadRequest);
        assert_eq!(problem(r#"{"text":"a\u0000b"}"#), (Code::BadRequest, "text".into()));
    }
}
