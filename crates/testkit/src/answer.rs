//! What came back, with checks that say what was expected and what the body says.

use http::HeaderMap;
use serde_json::Value;

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    /// The body when it is JSON, else null.
    pub body: Value,
}

impl Answer {
    /// The body, when the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self.body
    }

    /// The body of a 200.
    #[track_caller]
    pub fn ok(self) -> Value {
        self.expect(200)
    }

    /// The body of a 201.
    #[track_caller]
    pub fn created(self) -> Value {
        self.expect(201)
    }

    /// Checks a refusal by status and stable code; the document comes back.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        let kind = self.header("content-type").unwrap_or_default().to_owned();
        let body = self.expect(status);
        assert_eq!((kind.as_str(), &body["code"]), ("application/problem+json", &Value::from(code)), "{body}");
        assert_eq!(body["status"], status);
        body
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
