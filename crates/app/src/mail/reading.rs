//! What the job of a mail notes: the mail, and how often it was read with no other at its side.

use super::intake::unread;
use crate::{Error, Result};
use candor_domain::id::InboundId;
use candor_store::job::Job;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) inbound: InboundId,
    pub(super) alone: i64,
}

impl Reading {
    /// Of a job's body: the mail, then the number, which a new job leaves out.
    pub(super) fn of(job: &Job) -> Result<Reading> {
        Self::parse(&job.body).ok_or_else(|| Error::Broken("a job of the mail without its mail".into()))
    }

    fn parse(body: &str) -> Option<Reading> {
        let (inbound, alone) = body.split_once(' ').unwrap_or((body, "0"));
        Some(Reading { inbound: inbound.parse().ok()?, alone: alone.parse().ok()? })
    }

    /// Once more; an error when it was begun so often before and never came to an end.
    pub(super) fn again(self, most: i64) -> Result<Reading> {
        if self.alone >= most {
            return Err(Error::Conflict(unread::ENDED_PROCESS));
        }
        Ok(Reading { alone: self.alone + 1, ..self })
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.inbound, self.alone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_never_came_to_an_end_is_given_up_after_so_many_readings_alone() {
        let mut reading = Reading::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap();
        for _ in 0..3 {
            reading = Reading::parse(&reading.again(3).unwrap().to_string()).unwrap();
        }
        assert_eq!(reading.alone, 3);
        assert!(reading.again(3).is_err());
    }

    #[test]
    fn a_body_of_something_else_is_no_mail() {
        assert_eq!(Reading::parse("{}"), None);
        assert_eq!(Reading::parse(""), None);
        assert_eq!(Reading::parse("01890a5d-ac96-774b-bcce-b302099a8057 x"), None);
    }
}
