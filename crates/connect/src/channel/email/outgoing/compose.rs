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
    /// The id by which the page shows it; without one it is only attached.
    pub shown_as: Option<String>,
}

/// A mail about to be written.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub from: Party,
    pub to: Party,
    /// Others who get it and whom everybody sees. Whom nobody sees stands in no mail.
    pub cc: Vec<Party>,
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
/// The longest name of a file, in characters.
const MAX_FILE_NAME: usize = 200;

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
    for party in &out.cc {
        builder = builder.cc(mailbox(party)?);
    }
    let mut message = builder.multipart(body(out)).map_err(ComposeError::Build)?;
    for (name, value) in &out.fields {
        if let Ok(name) = HeaderName::new_from_ascii((*name).to_owned()) {
            message.headers_mut().insert_raw(HeaderValue::new(name, (*value).to_owned()));
        }
    }
    Ok(message.formatted())
}

/// The words twice, the pictures that the page shows with them, and the other files behind.
fn body(out: &Outgoing) -> MultiPart {
    let told = MultiPart::alternative().singlepart(SinglePart::plain(words(&out.text))).singlepart(SinglePart::html(words(&out.html)));
    let whole = MultiPart::mixed();
    let whole = if out.files.iter().any(|file| file.shown_as.is_some()) {
        let page = out.files.iter().filter_map(|file| Some((file, file.shown_as.as_ref()?)));
        whole.multipart(page.fold(MultiPart::related().multipart(told), |page, (file, shown_as)| {
            page.singlepart(part(Attachment::new_inline_with_name(id(shown_as), line(&file.name, MAX_FILE_NAME)), file))
        }))
    } else {
        whole.multipart(told)
    };
    let attached = out.files.iter().filter(|file| file.shown_as.is_none());
    attached.fold(whole, |whole, file| whole.singlepart(part(Attachment::new(line(&file.name, MAX_FILE_NAME)), file)))
}

fn part(attachment: Attachment, file: &File) -> SinglePart {
    attachment.body(file.bytes.clone(), ContentType::parse(&file.mime).unwrap_or(ContentType::TEXT_PLAIN))
}

/// Whether mail can be addressed so.
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
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
            cc: vec![Party { name: "Bob\nBcc: w@evil.test".to_owned(), mail: "bob@example.org".to_owned() }],
            reply_to: Some("support+c.abc@desk.test".to_owned()),
            subject: "Re: 提现\r\nBcc: y@evil.test".to_owned(),
            message_id: "t.1@desk.test".to_owned(),
            in_reply_to: Some("1@example.net>\r\nBcc: z@evil.test".to_owned()),
            date: 1_770_000_000_000,
            text: "您好\n> quoted".to_owned(),
            html: "<p>您好</p>".to_owned(),
            files: vec![File { name: "截图\r\n.png".to_owned(), mime: "image/png".to_owned(), bytes: vec![1, 2, 3], shown_as: None }],
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
    fn a_picture_that_the_page_shows_lies_beside_it_and_other_files_behind() {
        let file = |name: &str, shown_as: Option<&str>| File {
            name: name.to_owned(),
            mime: "image/png".to_owned(),
            bytes: vec![1, 2, 3],
            shown_as: shown_as.map(str::to_owned),
        };
        let files = vec![file("a.png", None), file("b.png", Some("p1@desk.test>\r\nBcc: x@evil.test"))];
        let raw = compose(&Outgoing { files, html: "<img src=\"cid:p1@desk.test\">".to_owned(), ..out() }).unwrap();
        let text = String::from_utf8(raw.clone()).unwrap();
        let places = ["multipart/mixed", "multipart/related", "multipart/alternative", "b.png", "a.png"].map(|mark| text.find(mark));
        assert!(places.is_sorted() && places[0].is_some(), "{places:?} {text}");
        assert!(!text.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc:")), "{text}");
        let read = crate::channel::email::mime::read(&raw);
        let shown: Vec<_> = read.files.iter().filter_map(|part| part.content_id.as_deref()).collect();
        assert_eq!(shown, ["p1@desk.testBcc:x@evil.test"], "one id, and no field begun");
    }

    #[test]
    fn who_is_copied_stands_in_the_head() {
        let read = crate::channel::email::mime::read(&compose(&out()).unwrap());
        assert_eq!(read.cc.iter().map(|one| one.mail.as_str()).collect::<Vec<_>>(), ["bob@example.org"]);
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
        assert!(is_address("a+b@example.net") && !is_address("a..b@example.net") && !is_address("a@b\r\nBcc: c@d.test"));
        let to = Party { name: String::new(), mail: "a b@example.net".to_owned() };
        assert!(matches!(compose(&Outgoing { to, ..out() }), Err(ComposeError::Address(_))));
    }
}
