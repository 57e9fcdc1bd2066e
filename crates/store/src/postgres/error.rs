//! PostgreSQL's failures in the store's words. Detail lines repeat values and are never kept.

use crate::Error;
use postgres::error::{DbError, SqlState};

/// A transaction that met another one: the same command may succeed when it runs again.
pub(crate) const AGAIN: [&str; 3] = ["40001", "40P01", "55P03"];

impl From<postgres::Error> for Error {
    fn from(error: postgres::Error) -> Error {
        match error.as_db_error() {
            Some(failure) => told(failure),
            None if error.is_closed() || is_io(&error) => Error::Unavailable(text(&error)),
            None => Error::Postgres { code: String::new(), message: text(&error) },
        }
    }
}

fn told(failure: &DbError) -> Error {
    let code = failure.code();
    let message = failure.message().to_owned();
    if *code == SqlState::UNIQUE_VIOLATION {
        let columns = failure.detail().and_then(between_brackets).unwrap_or_default().replace('"', "");
        return Error::Unique { table: failure.table().unwrap_or_default().to_owned(), columns };
    }
    if *code == SqlState::FOREIGN_KEY_VIOLATION {
        return Error::Foreign(failure.constraint().unwrap_or_default().to_owned());
    }
    if *code == SqlState::QUERY_CANCELED {
        return Error::Deadline;
    }
    if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        return Error::ReadOnly;
    }
    match &code.code()[..2] {
        "23" => Error::Check(message),
        // Connection, resources, operator intervention, system.
        "08" | "53" | "57" | "58" => Error::Unavailable(message),
        "XX" => Error::Corrupt(message),
        _ => Error::Postgres { code: code.code().to_owned(), message },
    }
}

/// The columns of "Key (inbox_id, email_blind)=(...) already exists.", in any language.
fn between_brackets(detail: &str) -> Option<String> {
    let (_, rest) = detail.split_once('(')?;
    let (columns, _) = rest.split_once(")=(")?;
    Some(columns.to_owned())
}

fn is_io(error: &postgres::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<std::io::Error>() {
            return true;
        }
        source = cause.source();
    }
    false
}

/// The message with its causes; the driver keeps the useful half in the cause.
fn text(error: &postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
