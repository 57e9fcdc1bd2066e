//! Holds every frame that a test hears to the published contract: a member that the document does not name, or names
//! otherwise, fails the test that heard it.

use jsonschema::Validator;
use serde_json::{Value, json};
use std::sync::LazyLock;

static AGENT: LazyLock<Validator> = LazyLock::new(|| validator("AgentFrame"));
static VISITOR: LazyLock<Validator> = LazyLock::new(|| validator("VisitorFrame"));

/// Fails when a frame of this line is not what the contract says.
pub(crate) fn hold(line: &str, frame: &Value) {
    let validator = if line.starts_with("/visitor/") { &VISITOR } else { &AGENT };
    let wrong: Vec<String> = validator.iter_errors(frame).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "a frame of {line} is not the contract's: {wrong:#?}\n{frame:#}");
}

fn validator(frames: &str) -> Validator {
    let mut document = candor_server::openapi::document();
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
