//! A mailbox on another mail server that is read over IMAP: which of its folders, and what becomes there of what was kept here.

use super::Wrong;
use crate::word::words;
use serde::{Deserialize, Serialize};

words! {
    /// What becomes of a mail on its server once it is kept here.
    Afterwards {
        Leave = "leave",
        /// It is marked as read there.
        Read = "read",
        /// It is moved to another folder.
        Move = "move",
    }
}

/// What is read of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// In this order; the first is watched, the others are looked at in between.
    pub folders: Vec<String>,
    pub afterwards: Afterwards,
    /// Where a mail is moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub move_to: Option<String>,
    /// Mail that came to its server before this stays there unread, in milliseconds. Absent: whatever is in the folders belongs here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Present: signs in by OAuth 2 instead of a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth: Option<OAuth>,
}

/// Where a token to sign in with is renewed. The client's secret and the refresh token are kept apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    pub client_id: String,
    pub token_url: String,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self { folders: vec![INBOX.to_owned()], afterwards: Afterwards::Read, move_to: None, since: None, oauth: None }
    }
}

/// The one folder that every mailbox has, under a name without case (RFC 3501, 5.1).
const INBOX: &str = "INBOX";
const MAX_FOLDERS: usize = 10;
/// Of a folder's name, in bytes.
const MAX_FOLDER: usize = 200;
const MAX_CLIENT_ID: usize = 300;
const MAX_URL: usize = 500;

impl Mailbox {
    pub(super) fn checked(self) -> Result<Self, Wrong> {
        let mut folders: Vec<String> = Vec::with_capacity(self.folders.len());
        for typed in &self.folders {
            let name = folder(typed).ok_or(("settings.mailbox.folders", "1 to 200 bytes, in one line"))?;
            if !folders.contains(&name) {
                folders.push(name);
            }
        }
        if folders.is_empty() {
            folders.push(INBOX.to_owned());
        }
        if folders.len() > MAX_FOLDERS {
            return Err(("settings.mailbox.folders", "at most 10 folders"));
        }
        let move_to = match (self.afterwards, self.move_to.as_deref()) {
            (Afterwards::Move, typed) => {
                Some(typed.and_then(folder).ok_or(("settings.mailbox.move_to", "the folder read mail is moved to"))?)
            }
            _ => None,
        };
        // What is moved there would come again as new.
        if move_to.as_ref().is_some_and(|name| folders.contains(name)) {
            return Err(("settings.mailbox.move_to", "a folder that is not read itself"));
        }
        if self.since.is_some_and(|since| since < 0) {
            return Err(("settings.mailbox.since", "a time, in milliseconds"));
        }
        let oauth = self.oauth.map(OAuth::checked).transpose()?;
        Ok(Self { folders, move_to, oauth, ..self })
    }
}

impl OAuth {
    fn checked(self) -> Result<Self, Wrong> {
        let (client_id, token_url) = (self.client_id.trim().to_owned(), self.token_url.trim().to_owned());
        if client_id.is_empty() || client_id.len() > MAX_CLIENT_ID || client_id.contains(char::is_control) {
            return Err(("settings.mailbox.oauth.client_id", "as the mail provider gave it out"));
        }
        if token_url.len() > MAX_URL || !is_token_url(&token_url) {
            return Err(("settings.mailbox.oauth.token_url", "an address that begins with https://"));
        }
        Ok(Self { client_id, token_url })
    }
}

/// A folder's name as it is kept.
fn folder(typed: &str) -> Option<String> {
    let name = typed.trim();
    if name.eq_ignore_ascii_case(INBOX) {
        return Some(INBOX.to_owned());
    }
    (!name.is_empty() && name.len() <= MAX_FOLDER && !name.contains(char::is_control)).then(|| name.to_owned())
}

/// The secrets go there: encrypted, or to this machine.
fn is_token_url(url: &str) -> bool {
    let plain = |rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_graphic()) && !rest.starts_with(['/', '?', '#', ':']);
    if let Some(rest) = url.strip_prefix("https://") {
        return plain(rest);
    }
    let Some(rest) = url.strip_prefix("http://").filter(|rest| plain(rest)) else { return false };
    let place = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = place.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())).map_or(place, |(host, _)| host);
    super::is_here(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_named_once_and_inbox_has_no_case() {
        let typed = |names: &[&str]| Mailbox { folders: names.iter().map(ToString::to_string).collect(), ..Mailbox::default() };
        assert_eq!(typed(&["inbox", " 客服/新 ", "INBOX"]).checked().unwrap().folders, ["INBOX", "客服/新"]);
        assert_eq!(typed(&[]).checked().unwrap().folders, ["INBOX"]);
        for wrong in [["a\r\nb".to_owned()], [String::new()], ["x".repeat(201)]] {
            assert_eq!(typed(&[wrong[0].as_str()]).checked().unwrap_err().0, "settings.mailbox.folders");
        }
        let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
        assert!(typed(&many.iter().map(String::as_str).collect::<Vec<_>>()).checked().is_err());
    }

    #[test]
    fn mail_is_moved_to_a_folder_that_is_not_read() {
        let to =
            |name: Option<&str>| Mailbox { afterwards: Afterwards::Move, move_to: name.map(str::to_owned), ..Mailbox::default() }.checked();
        assert_eq!(to(Some(" Done ")).unwrap().move_to.as_deref(), Some("Done"));
        for wrong in [None, Some(""), Some("Inbox")] {
            assert_eq!(to(wrong).unwrap_err().0, "settings.mailbox.move_to");
        }
        let kept = Mailbox { move_to: Some("Done".to_owned()), ..Mailbox::default() }.checked().unwrap();
        assert_eq!(kept.move_to, None, "what is not used is not kept");
    }

    #[test]
    fn tokens_are_renewed_over_https_or_on_this_machine() {
        let at = |url: &str| OAuth { client_id: "desk".to_owned(), token_url: url.to_owned() }.checked();
        for fine in
            ["https://login.example.com/common/oauth2/v2.0/token", "http://127.0.0.1:8080/token", "http://[::1]:1/t", "http://localhost"]
        {
            assert!(at(fine).is_ok(), "{fine}");
        }
        for wrong in [
            "",
            "https://",
            "https://a b",
            "http://example.com/t",
            "http://localhost.evil.test/t",
            "http://localhost@evil.test/",
            "ftp://x",
        ] {
            assert_eq!(at(wrong).unwrap_err().0, "settings.mailbox.oauth.token_url", "{wrong}");
        }
    }
}
