//! `docs/data.md` lists every column of the schema once, with the kind its name says.

use candor_store::testing::TestDb;
use candor_store::{Error, Pool, Query};
use std::collections::BTreeMap;

const TABLES: &str =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_doc%' ORDER BY name";
const COLUMNS: &str = "SELECT name FROM pragma_table_info($1)";

/// The store's own bookkeeping of migrations, made outside them.
const OUTSIDE: [&str; 1] = ["schema_migration"];

fn page() -> BTreeMap<(String, String), String> {
    let text = include_str!("../../../docs/data.md");
    let (mut found, mut table) = (BTreeMap::new(), String::new());
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            table = name.trim().to_owned();
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let Some(column) = cells.get(1).and_then(|cell| cell.strip_prefix('`')?.strip_suffix('`')) else { continue };
        let before = found.insert((table.clone(), column.to_owned()), cells[2].to_owned());
        assert!(before.is_none(), "{table}.{column} stands twice in docs/data.md");
    }
    found
}

#[test]
fn the_page_names_every_column_of_the_schema_and_no_other() {
    let db = TestDb::sqlite();
    let schema: Vec<(String, String)> = db
        .read_blocking(Pool::Quick, |rx| {
            let mut all = Vec::new();
            for table in rx.list(TABLES, &[], |row| row.get::<String>(0))? {
                for column in rx.list(COLUMNS, &[&table], |row| row.get::<String>(0))? {
                    all.push((table.clone(), column));
                }
            }
            Ok::<_, Error>(all)
        })
        .expect("the schema can be read");
    let page = page();
    let missing: Vec<_> =
        schema.iter().filter(|(table, _)| !OUTSIDE.contains(&table.as_str())).filter(|key| !page.contains_key(*key)).collect();
    assert!(missing.is_empty(), "not in docs/data.md: {missing:?}");
    let gone: Vec<_> = page.keys().filter(|key| !schema.contains(key)).collect();
    assert!(gone.is_empty(), "in docs/data.md but not in the schema: {gone:?}");
}

#[test]
fn a_columns_name_says_its_kind() {
    for ((table, column), kind) in page() {
        let expected = match column.as_str() {
            name if name.ends_with("_sealed") => "sealed",
            name if name.ends_with("_blind") => "blind",
            "detail" if table == "audit_entry" => "sealed",
            _ => "plain",
        };
        assert_eq!(kind, expected, "{table}.{column}");
    }
}
