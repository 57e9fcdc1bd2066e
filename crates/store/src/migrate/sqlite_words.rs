//! The shared migration text in SQLite's words: its types, `STRICT` tables, and tables stored by their key.

/// Marks a table that is stored in its primary key's order on SQLite.
pub(super) const KEYED: &str = "/*keyed*/";

pub(super) fn rewrite(shared: &str) -> String {
    let mut out = String::with_capacity(shared.len());
    for statement in super::statements(shared) {
        let words = super::replace_words(&statement, |word| match word {
            "UUID" | "BYTES" => Some("BLOB"),
            "BIGINT" | "BOOLEAN" => Some("INTEGER"),
            _ => None,
        });
        let table = words.contains("CREATE TABLE");
        let keyed = words.contains(KEYED);
        out.push_str(words.replace(KEYED, "").trim_end());
        out.push_str(match (table, keyed) {
            (true, true) => " STRICT, WITHOUT ROWID;\n",
            (true, false) => " STRICT;\n",
            (false, _) => ";\n",
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_strict_and_keyed_ones_have_no_row_id() {
        let text = "-- a; b\nCREATE TABLE a (id UUID PRIMARY KEY, ok BOOLEAN, uuid_x BYTES);\nCREATE TABLE b (n BIGINT) /*keyed*/;\nCREATE INDEX c ON a (ok);";
        assert_eq!(
            rewrite(text).lines().filter(|line| !line.is_empty()).collect::<Vec<_>>(),
            [
                "CREATE TABLE a (id BLOB PRIMARY KEY, ok INTEGER, uuid_x BLOB) STRICT;",
                "CREATE TABLE b (n INTEGER) STRICT, WITHOUT ROWID;",
                "CREATE INDEX c ON a (ok);"
            ]
        );
    }
}
