//! Writes a mail (RFC 5322, MIME): plain words and the same as HTML, with its files.
//!
//! Everything that comes from people is cleaned of line ends and control characters before it becomes a field: no value can begin
//! another field.

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use std::time::{Duration, UNIX_EPOCH};

/// Somebody in a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub name: String,
    pub mail: String,
}

/// A file that goes with a mail.
#[derive(Clone, Debug)]
pub struct File {
    pub name: String,
    pub mime: String,
    pub bytes: Vec<u8>,
}

/// A mail about to be written.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub from: Party,
    pub to: Party,
    /// Where answers go.
    pub reply_to: Option<String>,
    pub subject: String,
    /// Without angle brackets; the same in every try.
    pub message_id: String,
    /// What it answers, without angle brackets.
    pub in_reply_to: Option<String>,
    /// Milliseconds of UTC.
    pub date: i64,
    pub text: String,
    pub html: String,
    pub files: Vec<File>,
    /// Further fields, as `Auto-Submitted`.
    pub fields: Vec<(&'static str, &'static str)>,
}

/// What cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    #[error("this is not an address: {0}")]
    Address(lettre::address::AddressError),
    #[error("the mail cannot be written: {0}")]
    Build(lettre::error::Error),
}

/// The longest subject, in characters; what is longer is cut.
const MAX_SUBJECT: usize = 400;

/// The mail as bytes, lines end with CRLF.
///
/// # Errors
///
/// An address is none.
pub fn compose(out: &Outgoing) -> Result<Vec<u8>, ComposeError> {
    let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(out.date).unwrap_or(0));
    let mut builder = Message::builder()
        .from(mailbox(&out.from)?)
        .to(mailbox(&out.to)?)
        .date(date)
        .subject(line(&out.subject, MAX_SUBJECT))
        .message_id(Some(format!("<{}>", id(&out.message_id))));
    if let Some(address) = &out.reply_to {
        builder = builder.reply_to(mailbox(&Party { name: String::new(), mail: address.clone() })?);
    }
    if let Some(answered) = &out.in_reply_to {
        let answered = format!("<{}>", id(answered));
        builder = builder.in_reply_to(answered.clone()).references(answered);
    }
    let told = MultiPart::alternative().singlepart(SinglePart::plain(words(&out.text))).singlepart(SinglePart::html(words(&out.html)));
    let body = out.files.iter().fold(MultiPart::mixed().multipart(told), |body, file| {
        let kind = ContentType::parse(&file.mime).unwrap_or(ContentType::TEXT_PLAIN);
        body.singlepart(Attachment::new(line(&file.name, 200)).body(file.bytes.clone(), kind))
    });
    let mut message = builder.multipart(body).map_err(ComposeError::Build)?;
    for (name, value) in &out.fields {
        if let Ok(name) = HeaderName::new_from_ascii((*name).to_owned()) {
            message.headers_mut().insert_raw(HeaderValue::new(name, (*value).to_owned()));
        }
    }
    Ok(message.formatted())
}

fn mailbox(party: &Party) -> Result<Mailbox, ComposeError> {
    let address: Address = party.mail.parse().map_err(ComposeError::Address)?;
    let name = line(&party.name, 100);
    Ok(Mailbox::new((!name.is_empty()).then_some(name), address))
}

/// Words with one kind of line end. A lone CR goes to some servers as an end of line, and a dot between two of them as the end of the mail.
fn words(text: &str) -> String {
    let ends = text.replace("\r\n", "\n").replace('\r', "\n");
    ends.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// One line of at most so many characters.
fn line(text: &str, longest: usize) -> String {
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    clean.take(longest).collect::<String>().trim().to_owned()
}

/// An id of printable ASCII without brackets.
fn id(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() && !"<>()\"\\,;".contains(*c)).take(250).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out() -> Outgoing {
        Outgoing {
            from: Party { name: "客服".to_owned(), mail: "support@desk.test".to_owned() },
            to: Party { name: "Ann \r\nBcc: x@evil.test".to_owned(), mail: "ann@example.net".to_owned() },
            reply_to: Some("support+c.abc@desk.test".to_owned()),
            subject: "Re: 提现\r\nBcc: y@evil.test".to_owned(),
            message_id: "t.1@desk.test".to_owned(),
            in_reply_to: Some("1@example.net>\r\nBcc: z@evil.test".to_owned()),
            date: 1_770_000_000_000,
            text: "您好\n> quoted".to_owned(),
            html: "<p>您好</p>".to_owned(),
            files: vec![File { name: "截图\r\n.png".to_owned(), mime: "image/png".to_owned(), bytes: vec![1, 2, 3] }],
            fields: vec![("Auto-Submitted", "auto-replied")],
        }
    }

    #[test]
    fn no_value_begins_another_field() {
        let raw = compose(&out()).unwrap();
        let text = String::from_utf8(raw.clone()).unwrap();
        assert!(!text.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc:")), "{text}");
        let read = crate::channel::email::mime::read(&raw);
        assert_eq!(read.froms[0].name, "客服");
        assert_eq!((read.message_id.as_deref(), read.reply_to[0].mail.as_str()), (Some("t.1@desk.test"), "support+c.abc@desk.test"));
        assert!(read.subject.starts_with("Re: 提现"));
        assert_eq!((read.text.trim_end(), read.files.len()), ("您好\n> quoted", 1));
        assert_eq!(read.files[0].bytes, [1, 2, 3]);
        assert!(read.headers.iter().any(|(name, value)| name == "Auto-Submitted" && value == "auto-replied"));
    }

    #[test]
    fn no_end_of_line_in_the_words_is_another_than_ours() {
        let text = "one\r\n.\r\ntwo\n.\nthree\r.\rfour\0".to_owned();
        let raw = String::from_utf8(compose(&Outgoing { text, files: vec![], ..out() }).unwrap()).unwrap();
        assert!(!raw.replace("\r\n", "").contains(['\r', '\n', '\0']), "{raw:?}");
        assert!(raw.contains("one") && raw.contains("four"), "{raw}");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let to = Party { name: String::new(), mail: "a b@example.net".to_owned() };
        assert!(matches!(compose(&Outgoing { to, ..out() }), Err(ComposeError::Address(_))));
    }
}
