//! As much of JSON as expectations are written in.

use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    pub(super) fn read(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut at = 0;
        value(&chars, &mut at)
    }

    /// The value at a key of an object or a number of a list; `Null` where there is none.
    pub(super) fn at(&self, key: &str) -> &Json {
        match self {
            Self::Object(map) => map.get(key).unwrap_or(&Self::Null),
            Self::List(list) => key.parse::<usize>().ok().and_then(|at| list.get(at)).unwrap_or(&Self::Null),
            _ => &Self::Null,
        }
    }

    pub(super) fn list(&self) -> &[Json] {
        if let Self::List(list) = self { list } else { &[] }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn number(&self) -> usize {
        if let Self::Number(number) = self { *number as usize } else { 0 }
    }
}

fn value(chars: &[char], at: &mut usize) -> Json {
    space(chars, at);
    match chars[*at] {
        '{' => {
            let mut map = BTreeMap::new();
            *at += 1;
            loop {
                space(chars, at);
                match chars[*at] {
                    '}' => break,
                    ',' => *at += 1,
                    _ => {
                        let key = string(chars, at);
                        space(chars, at);
                        *at += 1;
                        map.insert(key, value(chars, at));
                    }
                }
            }
            *at += 1;
            Json::Object(map)
        }
        '[' => {
            let mut list = Vec::new();
            *at += 1;
            loop {
                space(chars, at);
                match chars[*at] {
                    ']' => break,
                    ',' => *at += 1,
                    _ => list.push(value(chars, at)),
                }
            }
            *at += 1;
            Json::List(list)
        }
        '"' => Json::Text(string(chars, at)),
        _ => {
            let from = *at;
            while *at < chars.len() && !matches!(chars[*at], ',' | '}' | ']') && !chars[*at].is_whitespace() {
                *at += 1;
            }
            match chars[from..*at].iter().collect::<String>().as_str() {
                "null" => Json::Null,
                "true" => Json::Bool(true),
                "false" => Json::Bool(false),
                number => Json::Number(number.parse().expect("a number")),
            }
        }
    }
}

fn space(chars: &[char], at: &mut usize) {
    while *at < chars.len() && chars[*at].is_whitespace() {
        *at += 1;
    }
}

fn string(chars: &[char], at: &mut usize) -> String {
    let mut units: Vec<u16> = Vec::new();
    *at += 1;
    while chars[*at] != '"' {
        let c = chars[*at];
        *at += 1;
        if c != '\\' {
            units.extend(c.encode_utf16(&mut [0; 2]).iter());
            continue;
        }
        let escaped = chars[*at];
        *at += 1;
        units.push(match escaped {
            'n' => 10,
            'r' => 13,
            't' => 9,
            'b' => 8,
            'f' => 12,
            'u' => {
                let hex: String = chars[*at..*at + 4].iter().collect();
                *at += 4;
                u16::from_str_radix(&hex, 16).expect("four digits")
            }
            c => c as u16,
        });
    }
    *at += 1;
    String::from_utf16_lossy(&units)
}
