//! What a mail says, in the desk's own shapes.

/// A mail as it was read. Everything is text of the sender: shown, never believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inbound {
    /// `Message-ID` without angle brackets and white space.
    pub message_id: Option<String>,
    /// Ids of `In-Reply-To`, as above.
    pub in_reply_to: Vec<String>,
    /// Ids of `References`, oldest first, each once, at most [`super::MAX_IDS`].
    pub references: Vec<String>,
    /// All mailboxes of all `From` fields; more than one is a doubt.
    pub froms: Vec<Address>,
    /// The first mailbox of `Sender`.
    pub sender: Option<Address>,
    /// Mailboxes of `Reply-To`, groups opened.
    pub reply_to: Vec<Address>,
    /// Mailboxes of `To`, groups opened.
    pub to: Vec<Address>,
    /// Mailboxes of `Cc`, groups opened.
    pub cc: Vec<Address>,
    /// The envelope's sender as the last server wrote it; `Some("")` is the empty path `<>` of bounces.
    pub return_path: Option<String>,
    /// One line without anything invisible, at most [`super::MAX_LINE`] long; may be empty.
    pub subject: String,
    /// `Date` in milliseconds of UTC since 1970.
    pub date: Option<i64>,
    /// The best readable plain text, lines end with LF, at most [`super::MAX_TEXT`] bytes.
    pub text: String,
    /// The HTML body parts joined, **not sanitised**; plain parts between them are in it as escaped text. At most
    /// [`super::MAX_TEXT`] bytes.
    pub html: Option<String>,
    /// Attachments, inline pictures, attached mails, and what lay in `winmail.dat` or as uuencode in the text.
    pub files: Vec<Part>,
    /// All header fields of the mail, decoded, in order, for "show headers".
    pub headers: Vec<(String, String)>,
    /// What is odd about the mail, each kind once.
    pub doubts: Vec<Doubt>,
    /// No header field could be found; then the raw file is all there is.
    pub unparsed: bool,
}

/// A mailbox (RFC 5322, 3.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// The display name, one clean line; empty where there is none.
    pub name: String,
    /// `local@domain` as written; empty where the field holds only a name.
    pub mail: String,
}

/// A file of the mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Safe on any disk, unique in the mail without regard to case, at most [`super::MAX_NAME`] characters.
    pub name: String,
    /// The declared type in lower case, such as `image/png`; a claim, not a fact.
    pub mime: String,
    /// `Content-ID` without angle brackets.
    pub content_id: Option<String>,
    /// The HTML shows it in its place (`cid:`); anything else belongs in the list of attachments.
    pub inline: bool,
    /// The content, its transfer encoding removed.
    pub bytes: Vec<u8>,
}

/// A fact about a mail that honest mails rarely show.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// No `From` with a mailbox.
    NoFrom,
    /// Several mailboxes or several `From` fields; programs disagree about whom to show.
    TwoFroms,
    /// No `Date`, or none that can be read.
    NoDate,
    /// CR without LF, which servers and readers take differently.
    LoneCr,
    /// NUL bytes.
    Nul,
    /// More parts than are kept; this many were left out.
    TooManyParts(usize),
    /// Parts deeper than [`super::MAX_DEPTH`]; they stay files.
    TooDeep,
    /// This field was longer than [`super::MAX_HEADER`] and was cut.
    HeaderCut(String),
    /// More header fields than are kept.
    TooManyHeaders,
    /// The text or the HTML was cut at [`super::MAX_TEXT`].
    TextCut,
    /// A multipart without its boundary; the text is what could be saved.
    BrokenStructure,
    /// A display name that holds another address than the mailbox it belongs to.
    Imitation {
        /// The address in the name.
        named: String,
        /// The real one.
        mail: String,
    },
    /// Nothing in it looks like a mail.
    Unparsable,
}

impl Inbound {
    /// Notes a doubt once.
    pub(super) fn doubt(&mut self, doubt: Doubt) {
        if !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
    }
}
