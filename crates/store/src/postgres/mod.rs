//! PostgreSQL: a thread per connection, one command a transaction, repeated when the database asks for it.

mod error;
