//! The desk through HTTP, on both databases. One binary, one module a noun: linking is what takes time.

mod cli;
mod openapi;
mod plumbing;
mod session;
