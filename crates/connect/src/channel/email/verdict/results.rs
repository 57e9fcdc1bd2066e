//! `Authentication-Results` (RFC 8601) of a host that we trust.

use super::Check;
use mail_auth::AuthenticatedMessage;

/// Bytes of one header that are read; what is longer does not come from a mail host.
const MAX_BYTES: usize = 16_384;
/// Results in one header.
const MAX_REPORTS: usize = 64;

/// One line of such a header: `spf=pass smtp.mailfrom=example.org`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) method: String,
    pub(super) check: Check,
    properties: Vec<(String, String)>,
}

impl Report {
    /// The domain that the result is about, from the first of these properties that is there; lower case.
    pub(super) fn domain(&self, names: &[&str]) -> Option<String> {
        let value = names.iter().find_map(|name| self.properties.iter().find(|(property, _)| property == name))?.1.as_str();
        let domain = value.rsplit_once('@').map_or(value, |(_, domain)| domain);
        let domain = domain.trim_matches(|c: char| c == '<' || c == '>' || c == '.').to_lowercase();
        (!domain.is_empty()).then_some(domain)
    }

    /// The domain of the reverse path or of the greeting.
    pub(super) fn sender(&self) -> Option<String> {
        self.domain(&["smtp.mailfrom", "smtp.mfrom", "smtp.mail", "smtp.helo"])
    }

    /// The domain that signed.
    pub(super) fn signer(&self) -> Option<String> {
        self.domain(&["header.d", "header.i"])
    }

    /// The domain of the author.
    pub(super) fn author(&self) -> Option<String> {
        self.domain(&["header.from"])
    }
}

/// The reports of the topmost header with one of these names, and of those with the same name directly below it: a host writes
/// its results in one block, and what stands further down came with the mail. Of each method only the topmost header counts.
pub(super) fn trusted(message: &AuthenticatedMessage<'_>, servers: &[String]) -> Vec<Report> {
    let mut reports: Vec<Report> = Vec::new();
    let mut host: Option<String> = None;
    for (name, value) in &message.headers {
        let read = if is_results(name) { parse(value) } else { None };
        match (&host, read) {
            (None, Some((id, found))) if servers.iter().any(|server| server.eq_ignore_ascii_case(&id)) => {
                reports = found;
                host = Some(id);
            }
            (None, _) => {}
            (Some(host), Some((id, found))) if *host == id => {
                let known: Vec<String> = reports.iter().map(|report| report.method.clone()).collect();
                reports.extend(found.into_iter().filter(|report| !known.contains(&report.method)));
            }
            (Some(_), _) => break,
        }
    }
    reports
}

fn is_results(name: &[u8]) -> bool {
    name.trim_ascii().eq_ignore_ascii_case(b"authentication-results")
}

/// The name of the host, lower case, and its results. `None` when it is not such a header.
pub(super) fn parse(value: &[u8]) -> Option<(String, Vec<Report>)> {
    let value = String::from_utf8_lossy(value.get(..MAX_BYTES).unwrap_or(value));
    let mut parts = split(&value).into_iter();
    let id = parts.next()?.into_iter().next()?.to_lowercase();
    Some((id, parts.filter_map(report).take(MAX_REPORTS).collect()))
}

/// The results in an `ARC-Authentication-Results`: the same after its instance, `i=1;`.
pub(super) fn parse_sealed(value: &[u8]) -> Option<Vec<Report>> {
    let start = value.iter().position(|byte| *byte == b';')?;
    parse(value.get(start + 1..)?).map(|(_, reports)| reports)
}

/// Words of each part between semicolons; comments are gone, quotes are taken off, `a = b` has become `a=b`.
fn split(value: &str) -> Vec<Vec<String>> {
    let mut parts = vec![Vec::new()];
    let mut word = String::new();
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let end_word = |parts: &mut Vec<Vec<String>>, word: &mut String| {
        if let (false, Some(part)) = (word.is_empty(), parts.last_mut()) {
            match part.last_mut() {
                Some(before) if before.ends_with('=') || word.starts_with('=') => before.push_str(word),
                _ => part.push(word.clone()),
            }
        }
        word.clear();
    };
    for letter in value.chars() {
        match letter {
            _ if escaped => {
                escaped = false;
                if depth == 0 {
                    word.push(letter);
                }
            }
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            _ if quoted => word.push(letter),
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ';' => {
                end_word(&mut parts, &mut word);
                parts.push(Vec::new());
            }
            _ if letter.is_whitespace() => end_word(&mut parts, &mut word),
            _ => word.push(letter),
        }
    }
    end_word(&mut parts, &mut word);
    parts
}

fn report(words: Vec<String>) -> Option<Report> {
    let mut words = words.into_iter();
    let first = words.next()?;
    let (method, result) = first.split_once('=')?;
    let method = method.split_once('/').map_or(method, |(name, _version)| name);
    let properties = words.filter_map(|word| word.split_once('=').map(|(name, value)| (name.to_lowercase(), value.to_owned()))).collect();
    Some(Report { method: method.to_lowercase(), check: check(result)?, properties })
}

/// Words of the RFC and older ones that are still seen. An unknown word is no result.
fn check(word: &str) -> Option<Check> {
    Some(match word.to_ascii_lowercase().as_str() {
        "pass" => Check::Pass,
        "fail" | "hardfail" | "policy" => Check::Fail,
        "softfail" => Check::SoftFail,
        "neutral" => Check::Neutral,
        "none" => Check::None,
        "temperror" | "error" => Check::TempError,
        "permerror" => Check::PermError,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Check, parse};

    #[test]
    fn comments_quotes_and_spaces_do_not_hide_a_result() {
        let (id, reports) = parse(
            b" mx.Example.org (Postfix; a \\) b) 1;\r\n spf/1 = pass (ok; dkim=fail) smtp.mailfrom=\"a;b\"@d.example;\r\n dkim=fail reason=\"x; spf=fail\" header.d=D2.example",
        )
        .unwrap();
        assert_eq!(id, "mx.example.org");
        assert_eq!(reports.len(), 2);
        assert_eq!((reports[0].method.as_str(), reports[0].check), ("spf", Check::Pass));
        assert_eq!(reports[0].sender().as_deref(), Some("d.example"));
        assert_eq!((reports[1].method.as_str(), reports[1].check), ("dkim", Check::Fail));
        assert_eq!(reports[1].signer().as_deref(), Some("d2.example"));
    }

    #[test]
    fn a_header_without_results_is_read_too() {
        assert_eq!(parse(b" mx.example.org; none").unwrap().1, vec![]);
        assert_eq!(parse(b""), None);
        assert_eq!(parse(b";;;==;(((").map(|(_, reports)| reports), None);
    }
}
