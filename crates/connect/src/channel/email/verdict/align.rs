//! Whether two domains belong to one organisation, where no DMARC record says it.

/// Labels under which a country lets everybody register, as in `co.uk`: the two last labels then name nobody.
const SHARED_SECOND_LEVELS: [&str; 14] = ["ac", "co", "com", "edu", "gob", "gov", "gv", "ltd", "mil", "ne", "net", "nom", "or", "org"];

/// The domains are equal, or one lies below the other and the upper one is something that an organisation can own.
///
/// Narrower than the relaxed alignment of RFC 9989, which finds the organisation by DMARC records; this is for domains that have
/// none. The alternative, the public suffix list, would be a table of 300 kB to keep fresh for the few domains left. Sisters
/// (`a.example.com`, `b.example.com`) are not taken as one for the same reason.
pub(super) fn same_organisation(one: &str, other: &str) -> bool {
    let (one, other) = (mail_auth::common::to_a_label(one), mail_auth::common::to_a_label(other));
    let (one, other) = (one.trim_end_matches('.'), other.trim_end_matches('.'));
    if one.is_empty() {
        return false;
    }
    one == other || below(one, other) || below(other, one)
}

fn below(lower: &str, upper: &str) -> bool {
    lower.strip_suffix(upper).is_some_and(|rest| rest.ends_with('.')) && ownable(upper)
}

fn ownable(domain: &str) -> bool {
    let mut labels = domain.rsplit('.');
    let (Some(top), Some(second)) = (labels.next(), labels.next()) else { return false };
    labels.next().is_some() || !(top.len() == 2 && SHARED_SECOND_LEVELS.contains(&second))
}

#[cfg(test)]
mod tests {
    use super::same_organisation;

    #[test]
    fn a_domain_below_another_is_of_the_same_organisation() {
        assert!(same_organisation("example.com", "Example.com"));
        assert!(same_organisation("mail.example.com", "example.com"));
        assert!(same_organisation("example.co.uk", "bounce.example.co.uk"));
    }

    #[test]
    fn a_suffix_that_nobody_owns_joins_nothing() {
        assert!(!same_organisation("example.co.uk", "co.uk"));
        assert!(!same_organisation("example.com", "com"));
        assert!(!same_organisation("badexample.com", "example.com"));
        assert!(!same_organisation("a.example.com", "b.example.com"));
        assert!(!same_organisation("", ""));
    }
}
