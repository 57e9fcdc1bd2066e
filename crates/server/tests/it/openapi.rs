//! The published contract is what the code says, and the code's word is sound.

use candor_server::openapi::{breaks, document};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("a path has operations");
        item.iter().filter(|(_, operation)| operation.is_object()).map(move |(method, operation)| (format!("{method} {path}"), operation))
    })
}

fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str));
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn the_published_document_is_the_one_made_from_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/openapi.json");
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    let published: Value = serde_json::from_str(&published).expect("web/openapi.json is there and is JSON: run `make openapi`");
    let made = document();
    assert!(
        published == made,
        "web/openapi.json is not what the code says: run `make openapi`. It would break: {:#?}",
        breaks(&published, &made)
    );
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_has_its_own_name() {
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in found {
        let path = reference.trim_start_matches('#');
        assert!(document.pointer(path).is_some(), "{reference} leads nowhere");
    }
    let names: Vec<&str> = operations(&document).filter_map(|(_, operation)| operation["operationId"].as_str()).collect();
    assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "{names:?}");
    assert_eq!(names.len(), operations(&document).count());
}

#[test]
fn every_operation_says_who_may_call_it_and_how_it_refuses() {
    let document = document();
    assert_eq!(document["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
    for (name, operation) in operations(&document) {
        assert!(operation["security"].is_array(), "{name}");
        let problem = &operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
        assert_eq!(problem, "#/components/schemas/Problem", "{name}");
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let described: BTreeSet<&str> =
            parameters.iter().filter(|one| one["in"] == "path").filter_map(|one| one["name"].as_str()).collect();
        let named: BTreeSet<&str> = name.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(described, named, "{name}");
    }
}
