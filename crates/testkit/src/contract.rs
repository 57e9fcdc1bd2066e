//! Holds every frame that a test hears and every answer it gets to the published contract: what the document does not
//! name, or names otherwise, fails the test that met it.

use http::Method;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

static DOCUMENT: LazyLock<Value> = LazyLock::new(candor_server::openapi::document);
static AGENT: LazyLock<Validator> = LazyLock::new(|| validator("AgentFrame"));
static VISITOR: LazyLock<Validator> = LazyLock::new(|| validator("VisitorFrame"));
/// Made when first needed, by the JSON of their schemas: most operations answer one of few types.
static ANSWERS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Fails when a JSON answer of an operation of the contract is not what it says, or when there is none where it says one. What it has
/// no operation for is left alone, and so is what is no JSON.
pub(crate) fn hold_answer(method: &Method, path: &str, status: u16, kind: Option<&str>, body: &Value) {
    let Some(operation) = operation(method, path) else { return };
    let answers = &operation["responses"];
    let answer = answers.get(status.to_string()).unwrap_or(&answers["default"]);
    let Some(kind) = kind else {
        let named = answer["content"].as_object().filter(|named| named.keys().any(|kind| kind.ends_with("json")));
        assert!(named.is_none(), "{method} {path} answered {status} with nothing where the contract names JSON");
        return;
    };
    if !kind.ends_with("json") {
        return;
    }
    let schema = &answer["content"][kind]["schema"];
    assert!(schema.is_object(), "{method} {path} answered {status} with {kind}, which the contract does not name: {body:#}");
    let validator = answer_validator(schema);
    let wrong: Vec<String> = validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{method} {path} answered {status}, not as the contract says: {wrong:#?}\n{body:#}");
}

/// The operation of a path: words before names, as the router chooses.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let named = |template: &str| template.split('/').filter(|part| part.starts_with('{')).count();
    let fits = |template: &str| {
        template.split('/').count() == path.split('/').count()
            && template.split('/').zip(path.split('/')).all(|(part, word)| part.starts_with('{') || part == word)
    };
    let paths = DOCUMENT["paths"].as_object()?;
    let (_, item) = paths.iter().filter(|(template, _)| fits(template)).min_by_key(|(template, _)| named(template))?;
    item.get(method.as_str().to_lowercase())
}

fn answer_validator(schema: &Value) -> Arc<Validator> {
    let mut made = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    let new = || {
        let mut whole = schema.clone();
        whole["components"] = DOCUMENT["components"].clone();
        Arc::new(jsonschema::validator_for(&whole).expect("the contract's schemas are sound"))
    };
    made.entry(schema.to_string()).or_insert_with(new).clone()
}

/// Fails when a frame of this line is not what the contract says.
pub(crate) fn hold(line: &str, frame: &Value) {
    let validator = if line.starts_with("/visitor/") { &VISITOR } else { &AGENT };
    let wrong: Vec<String> = validator.iter_errors(frame).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "a frame of {line} is not the contract's: {wrong:#?}\n{frame:#}");
}

fn validator(frames: &str) -> Validator {
    let mut document = DOCUMENT.clone();
    let variants = document["components"]["schemas"][frames]["oneOf"].as_array_mut().expect("frames are one of several");
    // A frame has no member that is not written down; what frames carry may grow.
    for variant in variants.iter_mut().filter(|variant| variant["properties"].is_object()) {
        variant["additionalProperties"] = json!(false);
    }
    let schema = json!({ "$ref": format!("#/components/schemas/{frames}"), "components": document["components"] });
    jsonschema::validator_for(&schema).expect("the contract's schemas are sound")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held_as(path: &str, status: u16, kind: Option<&str>, body: &Value) -> bool {
        std::panic::catch_unwind(|| hold_answer(&Method::POST, path, status, kind, body)).is_ok()
    }

    fn held(path: &str, status: u16, body: &Value) -> bool {
        held_as(path, status, Some("application/json"), body)
    }

    #[test]
    fn an_answer_is_what_the_contract_says() {
        let id = "0190a0b0-0000-7000-8000-000000000000";
        assert!(held("/api/v1/teams", 201, &json!({ "id": id })), "a repeat");
        assert!(!held("/api/v1/teams", 201, &json!({ "id": id, "nane": "Night" })));
        assert!(!held("/api/v1/teams", 299, &json!({ "id": id })), "a status without a name");
        assert!(!held(&format!("/api/v1/agents/{id}/enable"), 200, &json!([])));
        assert!(held("/api/v1/no/such/place", 200, &json!([])));
        assert!(!held_as("/api/v1/teams", 201, None, &Value::Null), "nothing where a team is named");
    }

    #[test]
    fn only_what_the_contract_names_passes() {
        hold("/api/v1/stream", &json!({ "type": "pong" }));
        let refused = [
            json!({ "type": "gong" }),
            json!({ "type": "pong", "at": 1 }),
            json!({ "type": "visitor_typing" }),
            json!({ "type": "viewers", "conversation": "c", "viewers": [{ "agent": "a", "doing": "sleeping" }] }),
        ];
        for frame in refused {
            assert!(!AGENT.is_valid(&frame), "{frame}");
        }
        assert!(!VISITOR.is_valid(&json!({ "type": "viewers", "conversation": "c", "viewers": [] })), "that is none of a visitor's");
    }
}
