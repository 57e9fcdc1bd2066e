//! Adds to every operation what handlers need not repeat: a unique id, the ids in its path, who may call it, and
//! that any refusal is a problem document.

use crate::problem::Code;
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// The document handlers made, completed.
pub fn finish(document: OpenApi) -> Value {
    let mut document = serde_json::to_value(document).expect("the document is plain JSON");
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths {
            let Some(item) = item.as_object_mut() else { continue };
            for (method, operation) in item.iter_mut().filter(|(method, _)| METHODS.contains(&method.as_str())) {
                complete(path, method, operation);
            }
        }
    }
    let components = child(&mut document, "components");
    child(components, "schemas")["Problem"] = problem();
    child(components, "schemas")["Repeated"] = repeated();
    *child(components, "securitySchemes") = json!({
        "agent_session": { "type": "apiKey", "in": "cookie", "name": "__Host-candor", "description": "the cookie of a signed-in agent" },
        "agent_token": { "type": "http", "scheme": "bearer", "description": "a scoped token, cnd_..." },
        "visitor_session": { "type": "http", "scheme": "bearer", "description": "the token of POST /visitor/v1/sessions" },
    });
    document
}

fn child<'a>(value: &'a mut Value, name: &str) -> &'a mut Value {
    if !value[name].is_object() {
        value[name] = Value::Object(Map::new());
    }
    &mut value[name]
}

fn complete(path: &str, method: &str, operation: &mut Value) {
    let words: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != "v1").collect();
    let named: Vec<String> = words.iter().map(|word| word.trim_matches(['{', '}']).replace(['-', '.'], "_")).collect();
    operation["operationId"] = json!(format!("{method}_{}", named.join("_")));
    operation["tags"] = json!([words.iter().take(2).copied().collect::<Vec<_>>().join("/")]);
    if operation.get("security").is_none() {
        operation["security"] = match words.first() {
            Some(&"visitor") => json!([{ "visitor_session": [] }]),
            _ => json!([{ "agent_session": [] }, { "agent_token": [] }]),
        };
    }
    add_parameters(operation, path_parameters(path));
    if method == "post" && words.first() == Some(&"api") && takes_a_key(operation) {
        add_parameters(operation, vec![idempotency_key()]);
        may_be_repeated(operation);
    }
    child(operation, "responses")["default"] = json!({ "description": "a refusal" });
    refuse_with_problems(operation);
}

/// Every refusal is a problem document, those that a handler named too.
fn refuse_with_problems(operation: &mut Value) {
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    let refusals = responses.iter_mut().filter(|(status, _)| status.starts_with(['4', '5']) || *status == "default");
    for (_, response) in refusals.filter(|(_, response)| response["content"].is_null()) {
        response["content"] = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
    }
}

/// Ids in the path.
fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } })).collect()
}

/// A key has an owner, and uploads stream past it.
fn takes_a_key(operation: &Value) -> bool {
    let owned = operation["security"].as_array().is_some_and(|who| !who.is_empty());
    let body = &operation["requestBody"]["content"];
    owned && (body.is_null() || body.get("application/json").is_some())
}

/// Every answer that is not empty may be that of a repeat instead.
fn may_be_repeated(operation: &mut Value) {
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (_, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
        if let Some(schema) = response.pointer_mut("/content/application~1json/schema") {
            *schema = json!({ "anyOf": [schema.take(), { "$ref": "#/components/schemas/Repeated" }] });
        }
    }
}

fn repeated() -> Value {
    json!({
        "type": "object",
        "description": "the answer to a repeat with the same `Idempotency-Key`, told by the header `Idempotency-Replayed`: nothing was done again",
        "additionalProperties": false,
        "properties": { "id": { "type": "string", "format": "uuid", "description": "of what the first request made or changed, if it was one thing" } },
    })
}

fn idempotency_key() -> Value {
    let about =
        "a repeat with the same key and body changes nothing and is answered with the first status and id (`Repeated`), for 24 hours";
    json!({ "name": "Idempotency-Key", "in": "header", "description": about, "schema": { "type": "string", "minLength": 1, "maxLength": 255 } })
}

/// Adds those that the handler did not describe itself.
fn add_parameters(operation: &mut Value, parameters: Vec<Value>) {
    if !operation["parameters"].is_array() {
        operation["parameters"] = json!([]);
    }
    let Some(described) = operation["parameters"].as_array_mut() else { return };
    for parameter in parameters {
        if !described.iter().any(|one| one["in"] == parameter["in"] && one["name"] == parameter["name"]) {
            described.push(parameter);
        }
    }
}

fn problem() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    json!({
        "type": "object",
        "description": "RFC 9457. Act on `code`; some codes carry more members.",
        "required": ["type", "title", "status", "code"],
        "additionalProperties": true,
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer", "format": "int32" },
            "code": { "type": "string", "enum": codes },
            "detail": { "type": "string" },
            "fields": { "type": "object", "description": "what is wrong, by the field's name", "additionalProperties": { "type": "string" } },
            "retry_after_ms": { "type": "integer", "format": "int64" },
            "messages": { "type": "array", "description": "with `newer_message`: what the customer wrote meanwhile", "items": { "$ref": "#/components/schemas/Message" } },
        },
    })
}
