//! Bounces: what mail servers send back about mail of ours. Read from the mail alone; whether the mail that came back was
//! really ours, only the desk knows (it compares [`Bounce::original`] with what it sent). Nothing is sent or stored here.

mod address;
mod body;
mod complaint;
mod cut;
pub(super) mod head;
mod original;
mod report;
mod returned;
mod service;
mod signs;
mod status;
mod text;
mod words;

use body::Letter;
use mail_parser::Message;

/// Recipients of one bounce that are kept.
pub const MAX_RECIPIENTS: usize = 100;
/// Characters of a server's words that are kept.
pub const MAX_WORDS: usize = 300;

/// What happened to a mail of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// The worst that is reported.
    pub kind: Kind,
    /// The recipients it is about, at most [`MAX_RECIPIENTS`], in the order of the mail, each once. Empty where the mail
    /// names none: then the recipients of [`Self::original`] are the ones to ask for.
    pub recipients: Vec<Failed>,
    /// The Message-ID of the mail that came back, without angle brackets. From the mail that is attached or follows in
    /// the text, else from what the bounce answers to.
    pub original: Option<String>,
    /// Whether writing again to at least one of the recipients is pointless: it failed, and not with a code of class 4
    /// ("persistent transient", RFC 3463), nor, where there is no code, with words of a full mailbox or a silent host.
    /// False for delays and complaints.
    pub permanent: bool,
}

/// What a bounce tells; ordered from harmless to grave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The mail arrived or was passed on; servers say so on request.
    Delivered,
    /// The server still tries. A bounce may follow.
    Delay,
    /// The server gave up.
    Bounce,
    /// It arrived and was called spam (RFC 5965). Recipients are `Delivered`; do not write to them unasked.
    Complaint,
}

/// A recipient of a mail that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The address that failed, as the server writes it, without angle brackets. After a redirection it is not the one
    /// that was written to.
    pub mail: String,
    /// The address that was written to (`Original-Recipient`), where it is another than `mail`.
    pub addressed: Option<String>,
    pub action: Action,
    /// The enhanced status code (RFC 3463), such as `5.1.1`. Where the server gives a bare SMTP code, its class:
    /// `5.0.0` for `550`. `None` where it gives none.
    pub status: Option<String>,
    /// The server's own words in one line, at most [`MAX_WORDS`] characters; empty where it says none. Not for
    /// the customer: servers put anything here.
    pub words: String,
}

/// What became of a recipient (RFC 3464, 2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Failed,
    Delayed,
    Delivered,
    Relayed,
    Expanded,
}

/// Reads a bounce; `None` for every other mail, automatic ones included (an answer of absence is no bounce, nor is a
/// receipt that a mail was read).
///
/// Three things make one, and each needs a sign that no person wrote it: an empty return path, `Auto-Submitted`, or a
/// `mailer-daemon` or postmaster as the sender. A person who forwards a bounce by hand or writes about one has none of
/// these, and the bounce that is attached to such a mail is not looked into.
///
/// 1. A delivery report (RFC 3464): the mail is a `multipart/report` of deliveries (mail programs of people never
///    send that type, so it needs no sign), or has a `message/delivery-status` part or the fields of one in its text, and
///    a sign.
/// 2. `X-Failed-Recipients`, and a sign.
/// 3. A sentence that says the mail did not arrive, in the text or the subject, and a sign, and something to show for it:
///    the mail or its head comes back, or a code of SMTP is given. A `mailer-daemon` need only name an address, and a
///    sender without a return path need only say it in the subject. A sender that is automatic and nothing else must do
///    both, show something and say it in the subject: shops and forges of code speak of deliveries and rejections, too.
///    An answer of absence, by its subject, never is one. Of a `no-reply` sender, which is no sign, it is believed where
///    it names an address and attaches the mail: carriers do.
///
/// Besides: feedback reports (RFC 5965) and the notifications of Amazon SES.
pub fn read(message: &Message<'_>) -> Option<Bounce> {
    if message.parts.is_empty() || head::report_type(message).is_some_and(|kind| kind == "disposition-notification") {
        return None;
    }
    let letter = Letter::read(message);
    complaint::read(message, &letter).or_else(|| service::read(message, &letter)).or_else(|| returned::read(message, &letter))
}

/// Words in one line, without control characters, at most [`MAX_WORDS`] characters.
fn short(words: &str) -> String {
    let mut line = String::new();
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let trimmed = words.trim_start_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '>' | ':' | '"' | '\'' | ',' | ')' | ';' | '：' | '.')
    });
    let mut count = 0;
    for c in trimmed.chars().map(clean) {
        if c == ' ' && line.ends_with(' ') {
            continue;
        }
        if count == MAX_WORDS {
            break;
        }
        line.push(if c.is_whitespace() { ' ' } else { c });
        count += 1;
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests;
