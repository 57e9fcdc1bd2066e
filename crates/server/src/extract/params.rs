//! The query string as a handler's type; a wrong value names its parameter.

use crate::problem::{ApiError, Code};
use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

/// Types refuse unknown parameters themselves: `#[serde(deny_unknown_fields)]`. Describe them with `IntoParams`.
#[derive(Clone, Copy, Debug)]
pub struct Params<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    if query.contains("%00") {
        return Err(ApiError::new(Code::BadRequest).detail("the NUL character is not taken"));
    }
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let path = error.path().to_string();
        let why = error.into_inner().to_string();
        let code = if why.starts_with("unknown field") { Code::BadRequest } else { Code::ValidationFailed };
        ApiError::new(code).field(if path == "." { "query".to_owned() } else { path }, why)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Question {
        q: String,
        limit: Option<u8>,
    }

    #[test]
    fn a_query_is_read_and_wrong_parameters_are_named() {
        let question: Question = read("q=%E6%8F%90%E7%8E%B0&limit=20").unwrap();
        assert_eq!((question.q.as_str(), question.limit), ("提现", Some(20)));
        let fields = |query: &str| read::<Question>(query).unwrap_err().to_value()["fields"].to_string();
        assert!(fields("q=a&limit=x").contains("limit"));
        assert!(fields("q=a&colour=x").contains("colour"));
        assert_eq!(read::<Question>("q=a%00").unwrap_err().code(), Code::BadRequest);
    }
}
