//! Filters against a plain reading of SQL's rules, and every refusal.

use super::*;
use crate::conversation::{Category, Priority, Turn};
use crate::id::{AgentId, ContactId, InboxId, StatusId, TagId};
use crate::inbox::Channel;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

const TAGS: [TagId; 2] = [TagId(Uuid::from_u128(71)), TagId(Uuid::from_u128(72))];

fn facts() -> Facts<'static> {
    Facts {
        viewer: AgentId(id(5)),
        contact: ContactId(id(1)),
        inbox: InboxId(id(2)),
        team: None,
        assignee: Some(AgentId(id(5))),
        status: StatusId(id(4)),
        category: Category::Open,
        turn: Turn::Us,
        priority: Priority::High,
        channel: Channel::Web,
        language: Some("zh-CN"),
        tags: &TAGS,
        unread: true,
        mentioned: false,
        snoozed: false,
        rating: None,
        created_at: 100,
        updated_at: 200,
        last_message_at: 200,
        waiting_since: Some(150),
        first_reply_at: None,
        resolved_at: None,
        snoozed_until: None,
    }
}

fn filter(json: serde_json::Value) -> Filter {
    Filter::from_json(&json).expect("a good filter")
}

fn matches(json: serde_json::Value) -> bool {
    filter(json).matches(&facts())
}

fn fault(json: serde_json::Value) -> (String, Fault) {
    let error = Filter::from_json(&json).expect_err("refused");
    (error.at, error.fault)
}

#[test]
fn each_operator_tests_its_field() {
    let five = id(5);
    for (json, expected) in [
        (json!({"field": "assignee", "op": "is", "value": five}), true),
        (json!({"field": "assignee", "op": "is", "value": "me"}), true),
        (json!({"field": "assignee", "op": "is_not", "value": "me"}), false),
        (json!({"field": "inbox", "op": "in", "value": [id(9), id(2)]}), true),
        (json!({"field": "inbox", "op": "not_in", "value": [id(9)]}), true),
        (json!({"field": "category", "op": "is", "value": "open"}), true),
        (json!({"field": "turn", "op": "in", "value": ["customer", "nobody"]}), false),
        (json!({"field": "priority", "op": "at_least", "value": "high"}), true),
        (json!({"field": "priority", "op": "at_most", "value": "normal"}), false),
        (json!({"field": "channel", "op": "is", "value": "web"}), true),
        (json!({"field": "language", "op": "in", "value": ["zh-CN", "zh-TW"]}), true),
        (json!({"field": "tags", "op": "has", "value": id(72)}), true),
        (json!({"field": "tags", "op": "has_not", "value": id(72)}), false),
        (json!({"field": "unread", "op": "is", "value": true}), true),
        (json!({"field": "mentioned", "op": "is", "value": true}), false),
        (json!({"field": "created_at", "op": "before", "value": 100}), false),
        (json!({"field": "created_at", "op": "at_most", "value": 100}), true),
        (json!({"field": "waiting_since", "op": "after", "value": 149}), true),
        (json!({"field": "waiting_since", "op": "at_least", "value": 151}), false),
        (json!({"field": "team", "op": "empty"}), true),
        (json!({"field": "assignee", "op": "not_empty"}), true),
        (json!({"all": []}), true),
        (json!({"any": []}), false),
        (json!({"not": {"any": []}}), true),
    ] {
        assert_eq!(matches(json.clone()), expected, "{json}");
    }
}

#[test]
fn an_empty_cell_is_unknown_and_unknown_is_no_match() {
    let unknown = json!({"field": "team", "op": "is_not", "value": id(3)});
    let (yes, no) = (json!({"all": []}), json!({"any": []}));
    for (json, expected) in [
        (unknown.clone(), None),
        (json!({"not": unknown}), None),
        (json!({"field": "team", "op": "not_in", "value": [id(3)]}), None),
        (json!({"field": "snoozed_until", "op": "before", "value": 1}), None),
        (json!({"all": [unknown, yes]}), None),
        (json!({"all": [unknown, no]}), Some(false)),
        (json!({"any": [unknown, yes]}), Some(true)),
        (json!({"any": [unknown, no]}), None),
        (json!({"not": {"any": [unknown, no]}}), None),
    ] {
        assert_eq!(filter(json.clone()).truth(&facts()), expected, "{json}");
        assert_eq!(matches(json), expected == Some(true));
    }
}

#[test]
fn refusals_say_what_and_where() {
    let leaf = json!({"field": "unread", "op": "is", "value": true});
    assert_eq!(fault(json!([])), (String::new(), Fault::Shape));
    assert_eq!(fault(json!({})), (String::new(), Fault::Shape));
    assert_eq!(fault(json!({"all": [], "any": []})).1, Fault::Shape);
    assert_eq!(fault(json!({"field": "unread", "op": "is", "value": true, "also": 1})).1, Fault::Shape);
    assert_eq!(
        fault(json!({"all": [leaf, {"not": {"field": "balance", "op": "is", "value": 1}}]})),
        ("all[1].not".into(), Fault::UnknownField("balance".into()))
    );
    assert_eq!(fault(json!({"field": "team", "op": "like", "value": "x"})).1, Fault::UnknownOperator("like".into()));
    assert_eq!(fault(json!({"field": "unread", "op": "has", "value": true})).1, Fault::Operator { field: Field::Unread, op: Op::Has });
    assert_eq!(fault(json!({"field": "inbox", "op": "empty"})).1, Fault::Operator { field: Field::Inbox, op: Op::Empty });
    for (field, value) in [
        ("inbox", json!("me")),
        ("inbox", json!("x")),
        ("category", json!("new")),
        ("channel", json!("fax")),
        ("language", json!("'; --")),
        ("unread", json!("true")),
        ("rating", json!(1.5)),
    ] {
        let field_of = Field::parse(field).expect("known");
        assert_eq!(fault(json!({"field": field, "op": "is", "value": value})).1, Fault::Value { field: field_of }, "{field}");
    }
    assert_eq!(fault(json!({"field": "inbox", "op": "in", "value": []})).1, Fault::Value { field: Field::Inbox });
    assert_eq!(fault(json!({"field": "team", "op": "empty", "value": 1})).1, Fault::Value { field: Field::Team });
    assert_eq!(fault(json!({"field": "inbox", "op": "in", "value": vec![id(1); 51]})).1, Fault::TooManyValues);
    assert_eq!(fault(json!({"all": vec![leaf.clone(); 65]})).1, Fault::TooMany);
    assert_eq!(
        fault(json!({"any": [{"all": vec![leaf.clone(); 40]}, {"all": vec![leaf; 40]}]})),
        ("any[1].all[24]".into(), Fault::TooMany)
    );
}

#[test]
fn depth_is_limited() {
    let nested = |times: usize| (1..times).fold(json!({"field": "unread", "op": "is", "value": true}), |inner, _| json!({ "not": inner }));
    assert_eq!(filter(nested(MAX_DEPTH)).depth(), MAX_DEPTH);
    assert_eq!(fault(nested(MAX_DEPTH + 1)).1, Fault::TooDeep);
    let made = Filter::Not(Box::new(filter(nested(MAX_DEPTH))));
    assert_eq!(made.within_limits().map_err(|error| error.fault), Err(Fault::TooDeep));
}

fn any_test() -> impl Strategy<Value = Filter> {
    let pairs: Vec<(Field, Op)> =
        Field::ALL.iter().flat_map(|field| Op::ALL.iter().map(move |op| (*field, *op))).filter(|(field, op)| field.takes(*op)).collect();
    (proptest::sample::select(pairs), 0u8..4, 1usize..4).prop_map(|((field, op), pick, count)| {
        let value = |n: u8| match field.kind() {
            Kind::Id | Kind::Tags => Value::Id(id(70 + u128::from(n))),
            Kind::Agent if n == 0 => Value::Me,
            Kind::Agent => Value::Id(id(4 + u128::from(n))),
            Kind::Level | Kind::Ranked => Value::Number(i64::from(n)),
            Kind::Number | Kind::Time => Value::Number(100 + 50 * i64::from(n)),
            Kind::Word if field == Field::Channel => Value::Word(Channel::ALL[usize::from(n) % Channel::ALL.len()].as_str().into()),
            Kind::Word => Value::Word(["zh-CN", "zh-TW", "en", "ja"][usize::from(n)].into()),
            Kind::Flag => Value::Flag(n.is_multiple_of(2)),
        };
        let (least, most) = op.values();
        let count = count.clamp(least, most);
        let values = (0..count).map(|n| value((pick + u8::try_from(n).expect("small")) % 4)).collect();
        Filter::Test(Test::new(field, op, values).expect("values that fit"))
    })
}

fn any_filter() -> impl Strategy<Value = Filter> {
    any_test().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Filter::All),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Filter::Any),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
}

proptest! {
    #[test]
    fn a_filter_survives_being_written(filter in any_filter()) {
        prop_assert_eq!(Filter::from_json(&filter.to_json()), Ok(filter.clone()));
        let text = serde_json::to_string(&filter).expect("json");
        prop_assert_eq!(serde_json::from_str::<Filter>(&text).expect("json"), filter);
    }

    #[test]
    fn de_morgan_holds_with_unknowns(parts in proptest::collection::vec(any_filter(), 0..4)) {
        let not = |filter: Filter| Filter::Not(Box::new(filter));
        let all = not(Filter::All(parts.clone()));
        let any = Filter::Any(parts.into_iter().map(not).collect());
        prop_assert_eq!(all.truth(&facts()), any.truth(&facts()));
    }

    #[test]
    fn any_json_is_read_or_refused(text in "[\\[\\]{}\":,a-z0-9 ]{0,60}") {
        if let Ok(json) = serde_json::from_str::<serde_json::Value>(&text) {
            let _ = Filter::from_json(&json);
        }
    }
}
