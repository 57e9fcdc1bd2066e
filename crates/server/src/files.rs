//! Files over HTTP, the same for visitors and agents: raw bodies in; out as attachments that no browser runs.

use crate::api::types::file::FileInfo;
use crate::extract::drain::drain;
use crate::problem::{ApiError, ApiResult, Code};
use crate::state::AppState;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use candor_app::file::{self, Incoming, Opened};
use candor_domain::actor::Actor;
use candor_domain::id::FileId;
use candor_store::file::File;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;
use std::ops::Range;
use utoipa::IntoParams;

/// `?name=` of an upload.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadParams {
    /// The file's name; made safe, and its extension made true.
    #[serde(default)]
    pub name: String,
}

/// Takes a raw body in.
pub async fn take(state: &AppState, actor: &Actor, params: &UploadParams, headers: &HeaderMap, body: Body) -> ApiResult<File> {
    if headers.contains_key(header::CONTENT_ENCODING) {
        // What is small here and large behind it is nothing we unpack.
        return Err(ApiError::new(Code::UnsupportedType).detail("send the file as it is, without Content-Encoding"));
    }
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let length = text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let declared = text(header::CONTENT_TYPE).unwrap_or_default();
    let incoming = Incoming { name: &params.name, declared, length };
    let mut bytes = body.into_data_stream();
    let kept = file::upload(&state.app, actor, incoming, &mut bytes).await;
    if kept.is_err() {
        drain(bytes).await;
    }
    Ok(kept?)
}

/// The answer to an upload.
pub fn taken(info: FileInfo) -> impl IntoResponse {
    (StatusCode::CREATED, axum::Json(info))
}

/// Gives a file out, or the part of it that was asked for.
pub async fn give(state: &AppState, actor: &Actor, id: FileId, headers: &HeaderMap) -> ApiResult<Response> {
    let opened = file::open(&state.app, actor, id).await?;
    Ok(send(opened, headers))
}

/// Gives the small picture of a file out.
pub async fn give_small(state: &AppState, actor: &Actor, id: FileId) -> ApiResult<Response> {
    let small = file::small(&state.app, actor, id).await?;
    let mut headers = inert();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(small.media_type));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    Ok((headers, Body::from(small.bytes)).into_response())
}

/// Sends what whoever asks may have, or the part of it that was asked for.
pub fn send(opened: Opened, headers: &HeaderMap) -> Response {
    let size = opened.size();
    let tag = format!("\"{}\"", opened.file.id);
    let same = headers.get(header::IF_RANGE).is_none_or(|value| value.to_str().is_ok_and(|value| value == tag));
    let asked = headers.get(header::RANGE).filter(|_| same).and_then(|value| value.to_str().ok());
    let part = match asked.map(|asked| part(asked, size)) {
        Some(Asked::Nothing) => {
            let range = HeaderValue::from_str(&format!("bytes */{size}")).expect("digits are a header value");
            let problem = ApiError::from(candor_app::Error::OutOfRange { size });
            return ([(header::CONTENT_RANGE, range)], problem).into_response();
        }
        Some(Asked::Part(range)) => Some(range),
        Some(Asked::Unclear) | None => None,
    };
    answer(opened, size, part, &tag)
}

fn answer(opened: Opened, size: u64, part: Option<Range<u64>>, tag: &str) -> Response {
    let range = part.clone().unwrap_or(0..size);
    let own = |text: &str| HeaderValue::from_str(text).expect("made of plain ASCII");
    let mut headers = inert();
    headers.insert(header::CONTENT_TYPE, own(&opened.file.media_type));
    headers.insert(header::CONTENT_DISPOSITION, own(&disposition(&opened.file.name)));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::ETAG, own(tag));
    let status = match &part {
        Some(range) => {
            headers.insert(header::CONTENT_RANGE, own(&format!("bytes {}-{}/{size}", range.start, range.end - 1)));
            StatusCode::PARTIAL_CONTENT
        }
        None => StatusCode::OK,
    };
    (status, headers, Body::from_stream(opened.read(range))).into_response()
}

/// What keeps a browser from running, keeping or lending what customers sent.
fn inert() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    headers
}

/// What a `Range` asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Part(Range<u64>),
    /// A part the file does not have.
    Nothing,
    /// Several parts, other units, nonsense: the whole file is a right answer to all of these.
    Unclear,
}

fn part(asked: &str, size: u64) -> Asked {
    let Some((first, last)) = asked.trim().strip_prefix("bytes=").and_then(|rest| rest.split_once('-')) else { return Asked::Unclear };
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    match (first, last) {
        ("", "") => Asked::Unclear,
        ("", last) => match number(last) {
            Some(0) => Asked::Nothing,
            Some(_) if size == 0 => Asked::Nothing,
            Some(last) => Asked::Part(size.saturating_sub(last)..size),
            None => Asked::Unclear,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), None) if last.is_empty() && first < size => Asked::Part(first..size),
            (Some(first), Some(last)) if first > last => Asked::Unclear,
            (Some(first), Some(last)) if first < size => Asked::Part(first..last.saturating_add(1).min(size)),
            (Some(_), None) if last.is_empty() => Asked::Nothing,
            (Some(_), Some(_)) => Asked::Nothing,
            _ => Asked::Unclear,
        },
    }
}

/// Always an attachment: a file of a customer never opens in our origin.
fn disposition(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect();
    let mut exact = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            exact.push(char::from(byte));
        } else {
            exact.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_as_the_standard_says() {
        for (asked, found) in [
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=2-5", Asked::Part(2..6)),
            ("bytes=2-", Asked::Part(2..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-30", Asked::Part(0..10)),
            ("bytes=5-99999999999999999999", Asked::Unclear),
            ("bytes=5-18446744073709551615", Asked::Part(5..10)),
            ("bytes=10-", Asked::Nothing),
            ("bytes=10-12", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=5-2", Asked::Unclear),
            ("bytes=0-1,3-4", Asked::Unclear),
            ("bytes=-", Asked::Unclear),
            ("bytes=a-b", Asked::Unclear),
            ("bytes=+1-2", Asked::Unclear),
            ("pages=1-2", Asked::Unclear),
            ("", Asked::Unclear),
        ] {
            assert_eq!(part(asked, 10), found, "{asked}");
        }
    }

    #[test]
    fn names_cannot_leave_their_header() {
        assert_eq!(disposition("提现 a.png"), "attachment; filename=\"__ a.png\"; filename*=UTF-8''%E6%8F%90%E7%8E%B0%20a.png");
        let odd = disposition("a\"\r\nX: y\\;.png");
        assert!(!odd.contains(['\r', '\n', '\\']) && odd.matches('"').count() == 2, "{odd}");
        assert!(HeaderValue::from_str(&odd).is_ok());
    }
}
