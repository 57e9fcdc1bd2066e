//! What a program written against the old document would stumble over in the new one. Additions are fine: new
//! operations, new fields in answers, new optional fields in requests. Everything else here is named.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Every breaking change, in words; empty when there is none.
pub fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (path, item) in members(&old["paths"]) {
        for (method, operation) in members(item) {
            let place = format!("{} {path}", method.to_uppercase());
            match new["paths"].get(path).and_then(|item| item.get(method)) {
                Some(now) => operation_breaks(&place, operation, now, &mut found),
                None => found.push(format!("{place} is gone")),
            }
        }
    }
    let sent = Uses::of(old);
    for (name, schema) in members(&old["components"]["schemas"]) {
        match new["components"]["schemas"].get(name) {
            Some(now) => schema_breaks(name, schema, now, sent.requests.contains(name), sent.answers.contains(name), &mut found),
            None if sent.requests.contains(name) || sent.answers.contains(name) => found.push(format!("type {name} is gone")),
            None => {}
        }
    }
    found
}

fn operation_breaks(place: &str, old: &Value, new: &Value, found: &mut Vec<String>) {
    let named = |operation: &Value| -> Vec<(String, bool)> {
        let all = operation["parameters"].as_array().cloned().unwrap_or_default();
        all.iter().map(|one| (format!("{} {}", text(&one["in"]), text(&one["name"])), one["required"] == true)).collect()
    };
    let (before, after) = (named(old), named(new));
    for (name, _) in before.iter().filter(|(name, _)| !after.iter().any(|(other, _)| other == name)) {
        found.push(format!("{place}: parameter {name} is gone"));
    }
    for (name, _) in after.iter().filter(|(name, required)| *required && !before.contains(&(name.clone(), true))) {
        found.push(format!("{place}: parameter {name} is now required"));
    }
    if old.get("requestBody").is_none() && new["requestBody"]["required"] == true {
        found.push(format!("{place}: a body is now required"));
    }
    for (status, answer) in members(&old["responses"]) {
        match new["responses"].get(status) {
            None => found.push(format!("{place}: answer {status} is gone")),
            Some(now) if status != "default" && now["content"] != answer["content"] => {
                found.push(format!("{place}: answer {status} has another body"))
            }
            Some(_) => {}
        }
    }
    if new.get("requestBody").is_some()
        && old.get("requestBody").is_some()
        && old["requestBody"]["content"] != new["requestBody"]["content"]
    {
        found.push(format!("{place}: takes another body"));
    }
}

fn schema_breaks(name: &str, old: &Value, new: &Value, requested: bool, answered: bool, found: &mut Vec<String>) {
    let required = |schema: &Value| -> BTreeSet<String> {
        schema["required"].as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let (needed, needs) = (required(old), required(new));
    for (field, was) in members(&old["properties"]) {
        match new["properties"].get(field) {
            None => found.push(format!("{name}.{field} is gone")),
            Some(now) => value_breaks(&format!("{name}.{field}"), was, now, requested, answered, found),
        }
    }
    if requested {
        found.extend(needs.difference(&needed).map(|field| format!("{name}.{field} is now required")));
    }
    if answered {
        found.extend(
            needed
                .difference(&needs)
                .filter(|field| new["properties"].get(field.as_str()).is_some())
                .map(|field| format!("{name}.{field} may now be absent")),
        );
    }
    if old.get("properties").is_none() {
        value_breaks(name, old, new, requested, answered, found);
    }
}

fn value_breaks(place: &str, old: &Value, new: &Value, requested: bool, answered: bool, found: &mut Vec<String>) {
    let words =
        |schema: &Value| -> Option<BTreeSet<String>> { Some(schema.get("enum")?.as_array()?.iter().map(Value::to_string).collect()) };
    if let (Some(before), Some(after)) = (words(old), words(new)) {
        if requested {
            found.extend(before.difference(&after).map(|word| format!("{place}: {word} is no longer taken")));
        }
        if answered && !requested {
            found.extend(before.difference(&after).map(|word| format!("{place}: {word} is gone")));
        }
        return;
    }
    if parts_break(place, old, new, requested, answered, found) {
        return;
    }
    let shape = |schema: &Value| -> Value {
        let mut bare = schema.clone();
        if let Some(bare) = bare.as_object_mut() {
            for note in ["description", "example", "examples", "title", "default", "deprecated"] {
                bare.remove(note);
            }
        }
        bare
    };
    if shape(old) != shape(new) {
        found.push(format!("{place} has another type"));
    }
}

/// Looks into what is written in place: objects, lists, types that are put together, and choices, which may get longer. False
/// when it is none of these, so that it has to stay as it is.
fn parts_break(place: &str, old: &Value, new: &Value, requested: bool, answered: bool, found: &mut Vec<String>) -> bool {
    let list = |schema: &Value, name: &str| schema.get(name).and_then(Value::as_array).cloned();
    if old.get("properties").is_some() && new.get("properties").is_some() && old["type"] == new["type"] {
        schema_breaks(place, old, new, requested, answered, found);
        return true;
    }
    if let (Some(was), Some(now)) = (old.get("items"), new.get("items"))
        && old["type"] == new["type"]
    {
        value_breaks(&format!("{place}[]"), was, now, requested, answered, found);
        return true;
    }
    if let (Some(was), Some(now)) = (list(old, "allOf"), list(new, "allOf"))
        && was.len() == now.len()
    {
        was.iter().zip(&now).for_each(|(was, now)| value_breaks(place, was, now, requested, answered, found));
        return true;
    }
    if let (Some(was), Some(now)) = (list(old, "oneOf"), list(new, "oneOf")) {
        for one in &was {
            let tag = &one["properties"]["type"]["enum"];
            match now.iter().find(|other| *other == one || (!tag.is_null() && other["properties"]["type"]["enum"] == *tag)) {
                Some(other) => value_breaks(place, one, other, requested, answered, found),
                None if now.iter().any(|other| other.get("$ref").is_some() && other["$ref"] == one["$ref"]) => {}
                None => found.push(format!("{place}: a choice is gone")),
            }
        }
        return true;
    }
    false
}

/// Which types stand in requests, which in answers, through all references.
struct Uses {
    requests: BTreeSet<String>,
    answers: BTreeSet<String>,
}

impl Uses {
    fn of(document: &Value) -> Self {
        let mut uses = Self { requests: BTreeSet::new(), answers: BTreeSet::new() };
        for (_, item) in members(&document["paths"]) {
            for (_, operation) in members(item) {
                follow(document, &operation["requestBody"], &mut uses.requests);
                follow(document, &operation["responses"], &mut uses.answers);
            }
        }
        uses
    }
}

fn follow(document: &Value, value: &Value, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(name) = object.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next())
                && seen.insert(name.to_owned())
            {
                follow(document, &document["components"]["schemas"][name], seen);
            }
            object.values().for_each(|value| follow(document, value, seen));
        }
        Value::Array(values) => values.iter().for_each(|value| follow(document, value, seen)),
        _ => {}
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "paths": { "/api/v1/tags": { "post": {
                "parameters": [{ "in": "query", "name": "limit" }],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/NewTag" } } } },
                "responses": { "201": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Tag" } } } } },
            } } },
            "components": { "schemas": {
                "NewTag": { "required": ["name"], "properties": { "name": { "type": "string" }, "colour": { "enum": ["red", "blue"] } } },
                "Tag": { "required": ["id", "name"], "properties": { "id": { "type": "string" }, "name": { "type": "string" } } },
            } },
        })
    }

    fn after(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut new = document();
        change(&mut new);
        breaks(&document(), &new)
    }

    #[test]
    fn additions_break_nothing() {
        assert_eq!(after(|_| {}), Vec::<String>::new());
        let added = after(|new| {
            new["paths"]["/api/v1/teams"] = json!({ "get": { "responses": {} } });
            new["components"]["schemas"]["Tag"]["properties"]["position"] = json!({ "type": "integer" });
            new["components"]["schemas"]["Tag"]["required"] = json!(["id", "name", "position"]);
            new["components"]["schemas"]["NewTag"]["properties"]["position"] = json!({ "type": "integer" });
            new["components"]["schemas"]["NewTag"]["properties"]["name"]["description"] = json!("what it is called");
            new["components"]["schemas"]["NewTag"]["properties"]["colour"]["enum"] = json!(["red", "blue", "green"]);
        });
        assert_eq!(added, Vec::<String>::new());
    }

    #[test]
    fn removals_and_new_demands_are_named() {
        assert_eq!(after(|new| new["paths"] = json!({})), ["POST /api/v1/tags is gone"]);
        let tag = |new: &mut Value| {
            new["components"]["schemas"]["Tag"] = json!({ "required": ["id"], "properties": { "id": { "type": "integer" } } })
        };
        assert_eq!(after(tag), ["Tag.id has another type", "Tag.name is gone"]);
        let needs = |new: &mut Value| new["components"]["schemas"]["NewTag"]["required"] = json!(["name", "colour"]);
        assert_eq!(after(needs), ["NewTag.colour is now required"]);
        let fewer = |new: &mut Value| new["components"]["schemas"]["NewTag"]["properties"]["colour"]["enum"] = json!(["red"]);
        assert_eq!(after(fewer), ["NewTag.colour: \"blue\" is no longer taken"]);
    }

    #[test]
    fn what_is_written_in_place_may_grow_and_not_shrink() {
        let page = |row: Value| json!({ "type": "object", "properties": { "items": { "type": "array", "items": row } } });
        let row = |names: &[&str]| {
            let fields = names.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect::<Map<_, _>>();
            json!({ "type": "object", "properties": fields })
        };
        let said = |old: &Value, new: &Value| {
            let mut found = Vec::new();
            schema_breaks("T", old, new, true, true, &mut found);
            found
        };
        assert!(said(&page(row(&["a"])), &page(row(&["a", "b"]))).is_empty());
        assert_eq!(said(&page(row(&["a", "b"])), &page(row(&["a"]))), ["T.items[].b is gone"]);
        let whole = |more: Value| json!({ "allOf": [{ "$ref": "#/x" }, more] });
        assert!(said(&whole(row(&["a"])), &whole(row(&["a", "b"]))).is_empty());
        assert_eq!(said(&whole(row(&["a", "b"])), &whole(row(&["a"]))), ["T.b is gone"]);
        let choice = |tag: &str| json!({ "type": "object", "properties": { "type": { "type": "string", "enum": [tag] } } });
        let of = |tags: &[&str]| json!({ "oneOf": tags.iter().map(|tag| choice(tag)).collect::<Vec<_>>() });
        assert!(said(&of(&["a"]), &of(&["a", "b"])).is_empty());
        assert_eq!(said(&of(&["a", "b"]), &of(&["b"])), ["T: a choice is gone"]);
    }
}
