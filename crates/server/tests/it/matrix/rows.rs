//! The matrix as text: a request with its places, and what each actor gets.

/// A line of the matrix.
pub(super) struct Row {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: Body,
    pub(super) expected: Vec<String>,
}

/// What a request carries.
pub(super) enum Body {
    Nothing,
    Json(String),
    /// A small text file.
    File,
}

impl Row {
    /// Whether what it asks for changes a case or its customer.
    pub(super) fn speaks_of_a_case(&self) -> bool {
        let body = if let Body::Json(text) = &self.body { text.as_str() } else { "" };
        ["{case}", "{done case}", "{contact}", "/visitor/v1/session"].iter().any(|place| self.path.contains(place) || body.contains(place))
    }

    /// The route this row asks for, with its parameters as `{}`.
    pub(super) fn route(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        shape(&format!("{} {path}", self.method))
    }
}

/// A route without the names of its parameters.
pub(super) fn shape(route: &str) -> String {
    let mut out = String::new();
    let mut rest = route;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        out.push_str("{}");
        rest = after.split_once('}').expect("a closed place").1;
    }
    out + rest
}

/// The rows of a page; lines that begin with `#` are for people, the last of them before the rows names the actors.
pub(super) fn rows(page: &str) -> impl Iterator<Item = Row> {
    page.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(row)
}

/// The actors, from the line that names the columns.
pub(super) fn columns(page: &str) -> impl Iterator<Item = &str> {
    let line = page.lines().find_map(|line| line.strip_prefix("# request")).expect("a line that names the columns");
    line.split_whitespace()
}

fn row(line: &str) -> Row {
    let (method, rest) = line.split_once(' ').expect("a method");
    let (path, rest) = path(rest.trim_start());
    let rest = rest.trim_start();
    let (body, rest) = match rest.chars().next() {
        Some('{') => {
            let end = rest.rfind('}').expect("a closed body") + 1;
            (Body::Json(rest[..end].to_owned()), &rest[end..])
        }
        Some('<') => (Body::File, rest.trim_start_matches("<file>")),
        _ => (Body::Nothing, rest),
    };
    let expected = rest.split_whitespace().map(str::to_owned).collect();
    Row { method: method.to_owned(), path: path.to_owned(), body, expected }
}

/// The path up to the first space outside a place: places have names of several words.
fn path(text: &str) -> (&str, &str) {
    let mut inside = false;
    let end = text.find(|letter| {
        inside = match letter {
            '{' => true,
            '}' => false,
            _ => inside,
        };
        letter == ' ' && !inside
    });
    text.split_at(end.unwrap_or(text.len()))
}
