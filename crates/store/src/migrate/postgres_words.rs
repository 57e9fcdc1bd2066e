//! The shared migration text in PostgreSQL's words: only `BYTES` differs.

pub(super) fn rewrite(shared: &str) -> String {
    super::replace_words(shared, |word| (word == "BYTES").then_some("BYTEA"))
}
