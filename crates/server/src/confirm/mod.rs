//! `/confirm/…`: the page behind the link of a mail, for whoever reads at an address. It works without script. Opening it changes
//! nothing, because programs that look at mail open every link; the button does.

mod words;

use crate::extract::{ClientAddress, Path};
use crate::headers;
use crate::problem::{ApiError, ApiResult};
use crate::state::AppState;
use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use candor_app::{Error, visitor};
use candor_domain::locale::Locale;
use candor_domain::text::html_escaped;
use data_encoding::BASE64;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use words::Words;

pub fn routes() -> Router<AppState> {
    Router::new().route("/confirm/{token}", get(look).post(confirm))
}

const STYLE: &str = include_str!("page.css");

/// Who follows a link: which one, from where, and in what words they read of it.
struct Visit {
    token: String,
    peer: IpAddr,
    words: Words,
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let Path(token) = Path::<String>::from_request_parts(parts, state).await?;
        let ClientAddress(peer) = ClientAddress::from_request_parts(parts, state).await?;
        let words = Words::of(locale(parts.uri.query(), &parts.headers));
        Ok(Self { token, peer, words })
    }
}

async fn look(State(state): State<AppState>, Visit { token, peer, words }: Visit) -> ApiResult<Response> {
    let good = visitor::can_confirm(&state.app, peer, &token).await?;
    let button = format!("<form method=\"post\"><button>{}</button></form>", words.button);
    let desk = visitor::desk_name(&state.app).await?;
    Ok(match good {
        true => page(StatusCode::OK, &words, &desk, [words.ask, words.ask_text, &button]),
        false => page(StatusCode::GONE, &words, &desk, [words.gone, words.gone_text, ""]),
    })
}

async fn confirm(State(state): State<AppState>, Visit { token, peer, words }: Visit) -> ApiResult<Response> {
    let (status, texts) = match visitor::confirm(&state.app, peer, &token).await {
        Ok(()) => (StatusCode::OK, [words.done, words.done_text, ""]),
        Err(Error::LinkUsed | Error::Erased | Error::NotFound) => (StatusCode::GONE, [words.gone, words.gone_text, ""]),
        Err(other) => return Err(ApiError::from(other)),
    };
    let desk = visitor::desk_name(&state.app).await?;
    Ok(page(status, &words, &desk, texts))
}

/// The language of the mail, which the link names; else the browser's first that we speak.
fn locale(query: Option<&str>, asked: &HeaderMap) -> Locale {
    let named = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("lang="));
    let wished = asked.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let tags = named.into_iter().chain(wished.split(',').filter_map(|one| one.split(';').next()));
    tags.filter_map(Locale::nearest).next().unwrap_or(Locale::English)
}

/// The texts are ours, and the name an administrator's: nothing on the page was written by anybody else.
fn page(status: StatusCode, words: &Words, desk: &str, [title, text, more]: [&str; 3]) -> Response {
    let desk = html_escaped(desk);
    let html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}{}{desk}</title><style>{STYLE}</style></head>\
         <body><main><p class=\"desk\">{desk}</p><h1>{title}</h1><p>{text}</p>{more}<p class=\"safe\">{}</p></main></body></html>",
        words.locale.as_str(),
        if desk.is_empty() { "" } else { " · " },
        words.safe,
    );
    let style = BASE64.encode(&Sha256::digest(STYLE.as_bytes()));
    let policy = format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    let mut response = (status, Html(html)).into_response();
    headers::page(response.headers_mut(), &policy, true);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_names_the_language_and_else_the_browser_does() {
        let mut asked = HeaderMap::new();
        assert_eq!(locale(None, &asked), Locale::English);
        asked.insert(header::ACCEPT_LANGUAGE, "fr;q=0.9, zh-HK;q=0.8".parse().unwrap());
        assert_eq!(locale(Some("x=1&lang=xx"), &asked), Locale::TraditionalChinese);
        assert_eq!(locale(Some("lang=zh-CN"), &asked), Locale::SimplifiedChinese);
    }

    #[test]
    fn the_page_may_load_nothing_and_shows_its_own_style() {
        let words = Words::of(Locale::English);
        let response = page(StatusCode::OK, &words, "Desk", [words.ask, words.ask_text, ""]);
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !STYLE.contains('<'), "{policy}");
    }
}
