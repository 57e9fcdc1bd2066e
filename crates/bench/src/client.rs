//! One who speaks JSON over HTTP, with a cookie, a visitor's token, or nothing. Every call has a time limit.

use anyhow::{Context, Result, bail};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{HeaderMap, Method, Request, Response, header};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

type Pool = hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>;

/// A request that takes longer is as good as lost: the server may have been killed under it.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(crate) struct Client {
    pool: Pool,
    base: String,
    headers: HeaderMap,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Client {
    /// Speaks to this address as a page of the desk's own site.
    pub(crate) fn new(base: &str) -> Result<Self> {
        let pool = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, base.parse().context("the address is no header value")?);
        Ok(Self { pool, base: base.to_owned(), headers })
    }

    /// The same client with this header on every request.
    pub(crate) fn with(&self, name: header::HeaderName, value: &str) -> Result<Self> {
        let mut headers = self.headers.clone();
        headers.insert(name, value.parse().context("not a header value")?);
        Ok(Self { headers, ..self.clone() })
    }

    /// As an app speaks, which is no page.
    pub(crate) fn without_origin(mut self) -> Self {
        self.headers.remove(header::ORIGIN);
        self
    }

    /// What it says of itself with every request, for lines and sockets that are opened by hand.
    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        let known = [(header::ORIGIN, "origin"), (header::COOKIE, "cookie"), (header::AUTHORIZATION, "authorization")];
        let shown = |value: &header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        known.into_iter().filter_map(|(name, text)| Some((text, shown(self.headers.get(name)?)))).collect()
    }

    /// The same as the lines of a request.
    pub(crate) fn header_lines(&self) -> String {
        self.headers().into_iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Result<Answer> {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Answer> {
        self.call(Method::DELETE, path, None).await
    }

    /// The same person at another node.
    pub(crate) fn at(&self, base: &str) -> Result<Self> {
        let mut there = Self { base: base.to_owned(), ..self.clone() };
        if there.headers.contains_key(header::ORIGIN) {
            there.headers.insert(header::ORIGIN, base.parse().context("the address is no header value")?);
        }
        Ok(there)
    }

    /// Bytes there and back; the status and what came.
    pub(crate) async fn raw(&self, method: Method, path: &str, kind: &str, body: &[u8], range: Option<&str>) -> Result<(u16, Vec<u8>)> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(headers) = request.headers_mut() {
            headers.extend(self.headers.clone());
            if !kind.is_empty() {
                headers.insert(header::CONTENT_TYPE, kind.parse().context("not a content type")?);
            }
            if let Some(range) = range {
                headers.insert(header::RANGE, range.parse().context("not a range")?);
            }
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body))).context("not a request")?;
        let whole = async {
            let (parts, body) = self.pool.request(request).await.context("the server does not answer")?.into_parts();
            let bytes = body.collect().await.context("the body broke off")?.to_bytes();
            Ok((parts.status.as_u16(), bytes.to_vec()))
        };
        timeout(PATIENCE, whole).await.context("no answer in time")?
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer> {
        let whole = async {
            let response = self.open(method, path, body).await?;
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.context("the body broke off")?.to_bytes();
            let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
        };
        timeout(PATIENCE, whole).await.context("no answer in time")?
    }

    /// The answer as it begins: for streams.
    pub(crate) async fn open(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Response<Incoming>> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(headers) = request.headers_mut() {
            headers.extend(self.headers.clone());
            headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        }
        let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = request.body(Full::new(bytes)).context("not a request")?;
        self.pool.request(request).await.context("the server does not answer")
    }
}

impl Answer {
    /// The body, when the status is one of success.
    pub(crate) fn ok(self) -> Result<Value> {
        if !(200..300).contains(&self.status) {
            bail!("answered {}: {}", self.status, self.body);
        }
        Ok(self.body)
    }
}

/// A text of a document that has to be there.
pub(crate) fn text(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    Ok(found.with_context(|| format!("no {pointer} in {value}"))?.to_owned())
}
