//! Turns the one SQL text into what each database reads: parameter marks and row locks.
//! Knows no table and no value; quoted text is passed through untouched.

/// A statement's text: a constant of the program, or one of a bounded number of shapes (filters, search).
#[derive(Clone, Copy)]
pub(crate) enum Sql<'a> {
    Fixed(&'static str),
    Shaped(&'a str),
}

#[cfg(feature = "testing")]
impl Sql<'_> {
    pub(crate) fn text(&self) -> &str {
        match self {
            Sql::Fixed(sql) => sql,
            Sql::Shaped(sql) => sql,
        }
    }
}

/// Identifies a constant text without reading it.
pub(crate) type TextKey = (usize, usize);

pub(crate) fn key(sql: &'static str) -> TextKey {
    (sql.as_ptr() as usize, sql.len())
}

const LOCK: &str = "/*lock*/";
const LOCK_SKIP: &str = "/*lock skip*/";

/// SQLite numbers `$1` by order of appearance, but takes the number of `?1` as it stands; it has one writer, so row locks go.
pub(crate) fn for_sqlite(sql: &str) -> String {
    rewrite(sql, "?", "", "")
}

pub(crate) fn for_postgres(sql: &str) -> String {
    rewrite(sql, "$", "FOR UPDATE", "FOR UPDATE SKIP LOCKED")
}

fn rewrite(sql: &str, mark: &str, lock: &str, lock_skip: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 16);
    let mut rest = sql;
    while let Some(at) = rest.find(['$', '/', '\'']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (replacement, taken) = if rest.starts_with(LOCK) {
            (lock, LOCK.len())
        } else if rest.starts_with(LOCK_SKIP) {
            (lock_skip, LOCK_SKIP.len())
        } else if let Some(quoted) = rest.strip_prefix('\'') {
            let end = quoted.find('\'').map_or(rest.len(), |end| end + 2);
            (&rest[..end], end)
        } else if rest.starts_with('$') && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
            (mark, 1)
        } else {
            (&rest[..1], 1)
        };
        out.push_str(replacement);
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "SELECT a FROM b WHERE c = $2 AND d = '$1 /*lock*/' AND e = $12 /*lock skip*/";

    #[test]
    fn sqlite_gets_numbered_marks_and_no_locks() {
        assert_eq!(for_sqlite(TEXT), "SELECT a FROM b WHERE c = ?2 AND d = '$1 /*lock*/' AND e = ?12 ");
    }

    #[test]
    fn postgres_gets_row_locks() {
        assert_eq!(for_postgres(TEXT), "SELECT a FROM b WHERE c = $2 AND d = '$1 /*lock*/' AND e = $12 FOR UPDATE SKIP LOCKED");
        assert_eq!(for_postgres("SELECT 1 /*lock*/"), "SELECT 1 FOR UPDATE");
    }
}
