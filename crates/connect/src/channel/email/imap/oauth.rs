//! A new access token for a refresh token (RFC 6749, 6).

use super::ImapError;
use crate::channel::email::said::{cut, told, without};
use candor_domain::channel::OAuth;
use serde::Deserialize;
use std::time::Duration;

/// The whole question and its answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest answer, in bytes.
const ANSWER: usize = 64 << 10;
/// How long a token lives whose provider does not say.
const USUAL_LIFE: u64 = 600;

/// What the provider gave out.
#[derive(Clone)]
pub struct Renewed {
    pub access: String,
    pub lives: Duration,
    /// Takes the place of the refresh token it was shown.
    pub refresh: Option<String>,
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    expires_in: Option<u64>,
    refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct Refused {
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Asks the provider for a new access token.
///
/// # Errors
///
/// It is not reached, or gives none; then in its own words, without the secrets.
pub async fn renew(oauth: &OAuth, client_secret: Option<&str>, refresh_token: &str) -> Result<Renewed, ImapError> {
    let secrets = [refresh_token, client_secret.unwrap_or_default()];
    let (fine, answer) = post(oauth, question(oauth, client_secret, refresh_token)).await?;
    if fine && let Ok(given) = serde_json::from_slice::<Given>(&answer) {
        let lives = Duration::from_secs(given.expires_in.unwrap_or(USUAL_LIFE));
        return Ok(Renewed { access: given.access_token, lives, refresh: given.refresh_token.filter(|token| !token.is_empty()) });
    }
    match serde_json::from_slice::<Refused>(&answer) {
        Ok(refused) => Err(ImapError::SignIn(without(&format!("{}: {}", refused.error, refused.error_description), &secrets))),
        Err(_) => Err(ImapError::Broken("the mail provider gave no token".to_owned())),
    }
}

fn question(oauth: &OAuth, client_secret: Option<&str>, refresh_token: &str) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", refresh_token).append_pair("client_id", &oauth.client_id);
    if let Some(secret) = client_secret {
        form.append_pair("client_secret", secret);
    }
    form.finish()
}

/// Whether the provider agreed, and what it answered. It is not followed elsewhere: the question holds secrets.
async fn post(oauth: &OAuth, question: String) -> Result<(bool, Vec<u8>), ImapError> {
    let broken = |error: reqwest::Error| ImapError::Broken(cut(&told(&error.without_url())));
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build().map_err(broken)?;
    let asked =
        client.post(&oauth.token_url).header("content-type", "application/x-www-form-urlencoded").header("accept", "application/json");
    let mut response = asked.body(question).send().await.map_err(broken)?;
    let (fine, mut answer) = (response.status().is_success(), Vec::new());
    while let Some(piece) = response.chunk().await.map_err(broken)? {
        answer.extend_from_slice(&piece);
        if answer.len() > ANSWER {
            return Err(ImapError::Broken("the mail provider answers at too great length".to_owned()));
        }
    }
    Ok((fine, answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A provider that answers once, and hands on what it was asked.
    async fn provider(status: &'static str, answer: &'static str) -> (OAuth, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let token_url = format!("http://{}/token", listener.local_addr().unwrap());
        let asked = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut heard, mut piece) = (String::new(), [0; 4096]);
            while !heard.contains("refresh_token=") {
                let length = stream.read(&mut piece).await.unwrap();
                heard.push_str(std::str::from_utf8(&piece[..length]).unwrap());
            }
            let reply = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}", answer.len());
            stream.write_all(reply.as_bytes()).await.unwrap();
            heard
        });
        (OAuth { client_id: "desk & co".to_owned(), token_url }, asked)
    }

    #[tokio::test]
    async fn a_refresh_token_is_exchanged_for_an_access_token() {
        let (oauth, asked) =
            provider("200 OK", r#"{"access_token":"new","expires_in":3599,"token_type":"Bearer","refresh_token":"next"}"#).await;
        let renewed = renew(&oauth, Some("s3cret"), "1//old").await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((renewed.access.as_str(), renewed.lives.as_secs(), renewed.refresh.as_deref()), ("new", 3599, Some("next")));
        let asked = asked.await.unwrap();
        assert!(asked.starts_with("POST /token HTTP/1.1\r\n"), "{asked}");
        assert!(asked.ends_with("grant_type=refresh_token&refresh_token=1%2F%2Fold&client_id=desk+%26+co&client_secret=s3cret"), "{asked}");
    }

    #[tokio::test]
    async fn a_refusal_is_told_without_the_secrets() {
        let (oauth, _) = provider("400 Bad Request", r#"{"error":"invalid_grant","error_description":"1//old was revoked"}"#).await;
        let refused = renew(&oauth, None, "1//old").await.err();
        assert_eq!(refused, Some(ImapError::SignIn("invalid_grant: *** was revoked".to_owned())));
        let (oauth, _) = provider("302 Found", "").await;
        assert!(matches!(renew(&oauth, None, "1//old").await, Err(ImapError::Broken(_))), "nobody is followed elsewhere");
    }
}
