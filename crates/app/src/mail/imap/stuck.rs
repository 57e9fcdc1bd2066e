//! A mail that cannot be had: after some tries the folder goes on behind it.

/// How often one mail is asked for. The rests between them make it about a quarter of an hour.
const TRIES: u32 = 10;

/// The mail that was asked for last and has not come.
#[derive(Default)]
pub(super) struct Stuck {
    at: Option<(String, u32, u32)>,
    tries: u32,
}

impl Stuck {
    /// Notes that it is asked for. False: it was asked for often enough.
    pub(super) fn ask(&mut self, folder: &str, validity: u32, uid: u32) -> bool {
        let same = self.at.as_ref().is_some_and(|(name, at, number)| name == folder && (*at, *number) == (validity, uid));
        if !same {
            (self.at, self.tries) = (Some((folder.to_owned(), validity, uid)), 0);
        }
        self.tries += 1;
        self.tries <= TRIES
    }

    /// It has come.
    pub(super) fn came(&mut self) {
        self.at = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mail_is_asked_for_ten_times_and_others_are_counted_anew() {
        let mut stuck = Stuck::default();
        assert!((0..10).all(|_| stuck.ask("INBOX", 1, 7)));
        assert!(!stuck.ask("INBOX", 1, 7));
        assert!(stuck.ask("INBOX", 1, 8) && stuck.ask("INBOX", 1, 7) && stuck.ask("Other", 1, 7));
        stuck.came();
        assert!((0..10).all(|_| stuck.ask("Other", 1, 7)));
    }
}
