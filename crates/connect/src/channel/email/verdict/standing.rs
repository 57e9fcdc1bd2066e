//! What a verdict says of the sender in one word, for people.

use super::align::same_organisation;
use super::{Check, Verdict};

/// How sure it is that the author is who the mail says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The author's domain stands behind it; this shows it.
    Proven(Means),
    /// Nothing stands behind it, and nothing speaks against it: many honest domains publish no policy.
    Unproven,
    /// The author's domain publishes what its mail shows, and this one does not show it.
    Denied,
}

/// What showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    Dmarc,
    Dkim,
    Spf,
    Arc,
}

impl Standing {
    /// A stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proven(_) => "proven",
            Self::Unproven => "unproven",
            Self::Denied => "denied",
        }
    }

    pub fn means(self) -> Option<Means> {
        if let Self::Proven(means) = self { Some(means) } else { None }
    }
}

impl Means {
    /// A stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dmarc => "dmarc",
            Self::Dkim => "dkim",
            Self::Spf => "spf",
            Self::Arc => "arc",
        }
    }
}

impl Verdict {
    /// The verdict in one word.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match (self.aligned, self.dmarc) {
            (true, _) => Standing::Proven(self.means()),
            (false, Check::Fail) => Standing::Denied,
            (false, _) => Standing::Unproven,
        }
    }

    /// Which of the checks made it aligned. Where the domain publishes no policy and both SPF and a chain of forwarders passed,
    /// SPF is named: it was asked first.
    fn means(&self) -> Means {
        let author = self.from_domain.as_deref().unwrap_or_default();
        match self.dmarc {
            Check::Pass => Means::Dmarc,
            Check::None if self.signed_by.iter().any(|signer| same_organisation(signer, author)) => Means::Dkim,
            Check::None if self.spf == Check::Pass => Means::Spf,
            _ => Means::Arc,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(aligned: bool, spf: Check, dmarc: Check, arc: Check, signer: &str) -> Standing {
        let signed_by = if signer.is_empty() { vec![] } else { vec![signer.to_owned()] };
        Verdict { spf, dmarc, arc, aligned, signed_by, from_domain: Some("example.net".to_owned()), ..Verdict::default() }.standing()
    }

    #[test]
    fn a_proven_sender_is_named_with_what_proved_them() {
        use Check::{Fail, None, Pass};
        assert_eq!(of(true, Pass, Pass, None, "example.net"), Standing::Proven(Means::Dmarc));
        assert_eq!(of(true, Pass, None, None, "mail.example.net"), Standing::Proven(Means::Dkim));
        assert_eq!(of(true, Pass, None, Pass, "other.example"), Standing::Proven(Means::Spf));
        assert_eq!(of(true, Fail, Fail, Pass, ""), Standing::Proven(Means::Arc));
    }

    #[test]
    fn only_a_policy_that_the_mail_breaks_denies_its_sender() {
        use Check::{Fail, None, Pass, TempError};
        assert_eq!(of(false, Fail, Fail, None, ""), Standing::Denied);
        assert_eq!(of(false, Fail, None, None, ""), Standing::Unproven);
        assert_eq!(of(false, Pass, TempError, None, ""), Standing::Unproven);
        assert_eq!(Verdict::default().standing(), Standing::Unproven);
    }
}
