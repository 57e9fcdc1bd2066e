//! What the server says, with enhanced codes (RFC 2034, RFC 3463). Each is a whole reply without its end of line.

pub(super) const OK: &str = "250 2.0.0 OK";
pub(super) const SENDER_OK: &str = "250 2.1.0 OK";
pub(super) const RECIPIENT_OK: &str = "250 2.1.5 OK";
pub(super) const GO_ON: &str = "354 go on, end with a dot on a line of its own";
pub(super) const START_TLS: &str = "220 2.0.0 go ahead";
pub(super) const BYE: &str = "221 2.0.0 bye";
pub(super) const HELP: &str = "214 2.0.0 RFC 5321";
pub(super) const CANNOT_VERIFY: &str = "252 2.5.0 send it and see";

pub(super) const GOING_DOWN: &str = "421 4.3.2 going down, try again soon";
pub(super) const TOO_MANY_CONNECTIONS: &str = "421 4.7.0 too many connections, try again later";
pub(super) const TOO_MANY_ERRORS: &str = "421 4.7.0 too many errors";
pub(super) const TOO_LONG_SILENT: &str = "421 4.4.2 too long silent";
pub(super) const ENOUGH_MAIL: &str = "421 4.7.0 enough mail for one connection, open another";
pub(super) const NOT_KEPT: &str = "451 4.3.0 the mail could not be kept, try again";
pub(super) const TOO_MANY_RECIPIENTS: &str = "452 4.5.3 this one in another mail";

pub(super) const UNKNOWN: &str = "500 5.5.2 not a command";
pub(super) const TOO_LONG: &str = "500 5.5.2 the line is too long";
pub(super) const BAD_ADDRESS: &str = "501 5.1.7 this address cannot be read";
pub(super) const BAD_SYNTAX: &str = "501 5.5.4 this cannot be read";
pub(super) const NOT_OFFERED: &str = "502 5.5.1 not offered";
pub(super) const HELLO_FIRST: &str = "503 5.5.1 say hello first";
pub(super) const MAIL_FIRST: &str = "503 5.5.1 MAIL first";
pub(super) const RECIPIENT_FIRST: &str = "503 5.5.1 no recipient was taken";
pub(super) const NESTED: &str = "503 5.5.1 a mail is under way";
pub(super) const ALREADY_SECURE: &str = "503 5.5.1 it is encrypted already";
pub(super) const NOT_HERE: &str = "550 5.1.1 no such address here";
pub(super) const NOT_HEARD: &str = "550 5.7.1 mail is not taken from your network";
pub(super) const TOO_LARGE: &str = "552 5.3.4 the mail is too large";
pub(super) const UNKNOWN_PARAMETER: &str = "555 5.5.4 a parameter is not offered";
