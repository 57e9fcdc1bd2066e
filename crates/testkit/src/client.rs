//! One who speaks HTTP to the desk: with a cookie, a token, or nothing.

use crate::answer::Answer;
use crate::contract;
use axum::Router;
use axum::body::Body;
use candor_server::extract::Peer;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use http_body_util::BodyExt;
use serde_json::Value;
use std::net::SocketAddr;
use tower::ServiceExt;

/// Requests go through the whole router, without a connection; every answer is held to the contract.
#[derive(Clone)]
pub struct Client {
    router: Router,
    headers: HeaderMap,
    peer: SocketAddr,
}

impl Client {
    pub(crate) fn new(router: Router) -> Self {
        Self { router, headers: HeaderMap::new(), peer: SocketAddr::from(([203, 0, 113, 7], 50_000)) }
    }

    /// The same client with this header on every request.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header value"));
        self
    }

    /// The same client without this header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// The same client from another address.
    #[must_use]
    pub fn from(mut self, peer: SocketAddr) -> Self {
        self.peer = peer;
        self
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// A body that is not JSON, as a file.
    pub async fn upload(&self, path: &str, media_type: &str, bytes: impl Into<Vec<u8>>) -> Answer {
        let bytes = bytes.into();
        let request = self.request(Method::POST, path).header(header::CONTENT_TYPE, media_type).header(header::CONTENT_LENGTH, bytes.len());
        self.run(request.body(Body::from(bytes)).expect("a request")).await
    }

    /// Exactly these bytes as a JSON body, valid or not.
    pub async fn post_raw(&self, path: &str, bytes: impl Into<Vec<u8>>) -> Answer {
        self.upload(path, "application/json", bytes).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.request(method, path);
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.run(request.expect("a request")).await
    }

    fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(headers) = request.headers_mut() {
            headers.clone_from(&self.headers);
        }
        request
    }

    /// Any request at all.
    pub async fn run(&self, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(Peer(self.peer));
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("the body ends well").to_bytes().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        contract::hold_answer(&method, &path, parts.status.as_u16(), kind, &body);
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes, body }
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}
