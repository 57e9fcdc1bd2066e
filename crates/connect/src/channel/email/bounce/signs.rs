//! Signs that a mail was written by a mail server, whatever it says.

use super::{address, head};
use mail_parser::Message;

#[derive(Debug, Default)]
pub(super) struct Signs {
    /// A `multipart/report` of deliveries.
    pub(super) report: bool,
    /// An empty return path.
    pub(super) null_path: bool,
    /// Automatic by its own word.
    pub(super) automatic: bool,
    /// Written by `mailer-daemon` or the like.
    pub(super) daemon: bool,
    /// Written by a postmaster, or by someone who is called a mail system: people are, too.
    pub(super) postmaster: bool,
    /// Written by an address that is not read (`no-reply`).
    pub(super) deaf: bool,
    /// Passed on by someone, by its subject.
    pub(super) forwarded: bool,
}

impl Signs {
    pub(super) fn read(message: &Message<'_>) -> Self {
        let mut writers = head::values(message, "From");
        writers.extend(head::values(message, "Sender"));
        let writers = writers.join("\n").to_lowercase();
        let locals = || address::all(&writers).filter_map(|at| writers.get(at)?.split('@').next());
        let subject = head::lower(message, "Subject").unwrap_or_default();
        Self {
            report: head::report_type(message).is_some_and(|kind| kind == "delivery-status"),
            null_path: head::null_path(message),
            automatic: head::auto_submitted(message).is_some(),
            daemon: DAEMONS.iter().any(|name| writers.contains(name)),
            postmaster: locals().any(postmaster) || NAMES.iter().any(|name| writers.contains(name)),
            deaf: locals().any(|local| local.replace(['-', '_', '.'], "").starts_with("noreply")),
            forwarded: FORWARDS.iter().any(|mark| subject.starts_with(mark)),
        }
    }

    /// Whether a machine or a postmaster wrote it; a forward by a postmaster's hand does not count.
    pub(super) fn any(&self) -> bool {
        self.server() || self.automatic || self.postmaster && !self.forwarded
    }

    /// Whether only a mail server, or an answering machine, can have written it. Shops and forges of code are automatic,
    /// too, and have a return path.
    pub(super) fn server(&self) -> bool {
        self.null_path || self.daemon
    }
}

fn postmaster(local: &str) -> bool {
    let local: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    local.starts_with("postmaster") || local.starts_with("postoffice") || local.ends_with("postmaster")
}

/// In the address or the name of the writer.
const DAEMONS: &[&str] = &[
    "mailer-daemon",
    "mailer_daemon",
    "mailer.daemon",
    "mailerdaemon",
    "mailer daemon",
    "mail-daemon",
    "maildaemon",
    "mdaemon@",
    "mail.delivery.system",
    "mail-delivery-s",
];

/// In the name of the writer.
const NAMES: &[&str] = &[
    "mail delivery",
    "mail deliver ",
    "delivery subsystem",
    "delivery system",
    "mail system",
    "mail router",
    "mail admin",
    "message delivery",
    "system administrator",
    "postmaster",
    "content-filter",
    "mail gateway",
    "interscan",
    "ndr ",
    "邮件系统",
    "郵件系統",
    "系统管理员",
    "系統管理員",
    "システム管理者",
];

/// What mail programs put before the subject of a mail that a person passes on.
const FORWARDS: &[&str] =
    &["fwd:", "fw:", "wg:", "tr:", "rv:", "i:", "enc:", "doorst:", "vs:", "vb:", "pd:", "пересл", "转发", "轉寄", "轉發", "転送", "전달"];
