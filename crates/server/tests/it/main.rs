//! The desk through HTTP, on both databases. One binary, one module a noun: linking is what takes time.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod agents;
mod audit;
mod blocks;
mod bulk;
mod cases;
mod cli;
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
mod mail_chat;
mod mail_forged;
mod mail_view;
mod matrix;
mod names;
mod nodes;
mod openapi;
mod plumbing;
mod postfix;
mod proof_of_work;
mod roles;
mod session;
mod sink;
mod spam;
mod statements;
mod visitors;
mod writing;
