//! The desk through HTTP, on both databases. One binary, one module a noun: linking is what takes time.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod agents;
mod audit;
mod blocks;
mod bulk;
mod cases;
mod cli;
mod cli_work;
mod clock;
mod colleagues;
mod contacts;
mod desk;
mod erasing;
mod faults;
mod feed;
mod files;
mod filters;
mod idempotency;
mod imap;
mod inboxes;
mod input;
mod lists;
mod live;
mod mail;
mod mail_back;
mod mail_bad;
mod mail_blocked;
mod mail_chat;
mod mail_confirm;
mod mail_first;
mod mail_forged;
mod mail_join;
mod mail_letter;
mod mail_side;
mod mail_transcript;
mod mail_view;
mod matrix;
#[path = "../../../connect/tests/email/verdict/dns.rs"]
#[expect(dead_code, reason = "knows more kinds of records than are needed here")]
mod name_server;
mod nodes;
mod nodes_keys;
mod openapi;
mod plumbing;
mod proof_of_work;
mod roles;
mod scanner;
mod session;
mod signing;
mod sink;
mod spam;
mod statements;
mod visitors;
mod writing;
