//! How the contract describes a filter; it is read and written as the domain's own.

use serde_json::Value;
use utoipa::ToSchema;

/// Which conversations a list shows: groups of tests, and tests of one field.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum Filter {
    All {
        #[schema(no_recursion)]
        all: Vec<Filter>,
    },
    Any {
        #[schema(no_recursion)]
        any: Vec<Filter>,
    },
    Not {
        #[schema(no_recursion)]
        not: Box<Filter>,
    },
    Test {
        field: String,
        op: String,
        value: Option<Value>,
    },
}
