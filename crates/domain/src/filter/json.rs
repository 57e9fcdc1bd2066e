//! A filter as it is written: `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}` or `{"field", "op", "value"}`.
//!
//! Category, turn, priority and channel are words, times are milliseconds, ids are UUIDs in text. Every refusal names
//! the place in the document.

use super::{Field, Filter, Kind, MAX_DEPTH, MAX_LEAVES, MAX_VALUES, Op, Test, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value as Json, json};

/// What is wrong with a filter, and where: `all[1].not`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}{}{at}", if at.is_empty() { "" } else { " at " })]
pub struct FilterError {
    pub at: String,
    pub fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("a filter is one of all, any, not, or field with op")]
    Shape,
    #[error("unknown field {0:?}")]
    UnknownField(String),
    #[error("unknown operator {0:?}")]
    UnknownOperator(String),
    #[error("{} cannot be tested with {}", field.as_str(), op.as_str())]
    Operator { field: Field, op: Op },
    #[error("no value that fits {}", field.as_str())]
    Value { field: Field },
    #[error("more than {MAX_VALUES} values in one test")]
    TooManyValues,
    #[error("nested deeper than {MAX_DEPTH}")]
    TooDeep,
    #[error("more than {MAX_LEAVES} tests")]
    TooMany,
}

impl FilterError {
    pub(super) fn at_top(fault: Fault) -> Self {
        Self { at: String::new(), fault }
    }
}

impl Filter {
    pub fn from_json(json: &Json) -> Result<Self, FilterError> {
        let mut reader = Reader { leaves: 0, path: Vec::new() };
        reader.filter(json).map_err(|fault| FilterError { at: reader.path.concat().trim_start_matches('.').to_owned(), fault })
    }

    pub fn to_json(&self) -> Json {
        match self {
            Self::All(parts) => json!({ "all": parts.iter().map(Self::to_json).collect::<Vec<_>>() }),
            Self::Any(parts) => json!({ "any": parts.iter().map(Self::to_json).collect::<Vec<_>>() }),
            Self::Not(part) => json!({ "not": part.to_json() }),
            Self::Test(test) => test_to_json(test),
        }
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(&Json::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

/// On a fault the path stays where it happened.
struct Reader {
    leaves: usize,
    path: Vec<String>,
}

impl Reader {
    fn filter(&mut self, json: &Json) -> Result<Filter, Fault> {
        let object = json.as_object().ok_or(Fault::Shape)?;
        if let Some((key, inner)) = object.iter().next().filter(|_| object.len() == 1) {
            match (key.as_str(), inner) {
                ("all", Json::Array(parts)) => return self.parts("all", parts).map(Filter::All),
                ("any", Json::Array(parts)) => return self.parts("any", parts).map(Filter::Any),
                ("not", part) => return self.inside(".not".to_owned(), part).map(|part| Filter::Not(Box::new(part))),
                _ => {}
            }
        }
        self.test(object).map(Filter::Test)
    }

    fn parts(&mut self, name: &str, parts: &[Json]) -> Result<Vec<Filter>, Fault> {
        // Refused before it is read, so that a huge list costs nothing.
        if parts.len() > MAX_LEAVES {
            return Err(Fault::TooMany);
        }
        parts.iter().enumerate().map(|(at, part)| self.inside(format!(".{name}[{at}]"), part)).collect()
    }

    fn inside(&mut self, step: String, part: &Json) -> Result<Filter, Fault> {
        self.path.push(step);
        if self.path.len() >= MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        let filter = self.filter(part)?;
        self.path.pop();
        Ok(filter)
    }

    fn test(&mut self, object: &Map<String, Json>) -> Result<Test, Fault> {
        self.leaves += 1;
        if self.leaves > MAX_LEAVES {
            return Err(Fault::TooMany);
        }
        if object.keys().any(|key| !matches!(key.as_str(), "field" | "op" | "value")) {
            return Err(Fault::Shape);
        }
        let text = |key: &str| object.get(key).and_then(Json::as_str).ok_or(Fault::Shape);
        let field = Field::parse(text("field")?).ok_or_else(|| Fault::UnknownField(shown(object, "field")))?;
        let op = Op::parse(text("op")?).ok_or_else(|| Fault::UnknownOperator(shown(object, "op")))?;
        if !field.takes(op) {
            return Err(Fault::Operator { field, op });
        }
        let value = |json: &Json| value(field, json).ok_or(Fault::Value { field });
        let values = match (op.values().1, object.get("value")) {
            (0, None | Some(Json::Null)) => Vec::new(),
            (1, Some(one)) => vec![value(one)?],
            (most, Some(Json::Array(many))) if most > 1 => {
                if many.len() > most {
                    return Err(Fault::TooManyValues);
                }
                many.iter().map(value).collect::<Result<_, _>>()?
            }
            _ => return Err(Fault::Value { field }),
        };
        Test::new(field, op, values)
    }
}

/// What was written, short enough for an error.
fn shown(object: &Map<String, Json>, key: &str) -> String {
    object.get(key).and_then(Json::as_str).unwrap_or_default().chars().take(40).collect()
}

fn value(field: Field, json: &Json) -> Option<Value> {
    match (field.kind(), json) {
        (Kind::Agent, Json::String(text)) if text == "me" => Some(Value::Me),
        (Kind::Id | Kind::Agent | Kind::Tags, Json::String(text)) => text.parse().ok().map(Value::Id),
        (Kind::Level | Kind::Ranked, Json::String(text)) => field.level_of(text).map(Value::Number),
        (Kind::Word, Json::String(text)) => Some(Value::Word(text.clone())),
        (Kind::Flag, Json::Bool(flag)) => Some(Value::Flag(*flag)),
        (Kind::Number | Kind::Time, Json::Number(number)) => number.as_i64().map(Value::Number),
        _ => None,
    }
}

fn test_to_json(test: &Test) -> Json {
    let field = test.field();
    let mut values: Vec<Json> = test.values().iter().map(|value| value_to_json(field, value)).collect();
    let mut out = json!({ "field": field.as_str(), "op": test.op().as_str() });
    match test.op().values().1 {
        0 => {}
        1 => out["value"] = values.pop().unwrap_or_default(),
        _ => out["value"] = Json::Array(values),
    }
    out
}

fn value_to_json(field: Field, value: &Value) -> Json {
    match value {
        Value::Id(id) => json!(id),
        Value::Me => json!("me"),
        Value::Number(number) => field.word_of(*number).map_or_else(|| json!(number), |word| json!(word)),
        Value::Word(word) => json!(word),
        Value::Flag(flag) => json!(flag),
    }
}
