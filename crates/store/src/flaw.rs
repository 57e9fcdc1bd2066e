//! Flaws planted on purpose, one for each promise that the simulation watches: a watch that finds nothing proves nothing
//! until it has been seen to find what is there. Only tests can plant one; in every other build `planted` is never true
//! and the compiler drops what stands behind it.

/// What is done wrong while the flaw is planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Commands are answered before their commit.
    AnswersEarly,
    /// A message is kept without the id its client gave it, so that a repeat is a second one.
    ForgetsClientId,
    /// A repeat is taken for the same whatever it says.
    TakesAnyBody,
    /// A number is left out of a stream.
    SkipsNumber,
    /// A public number is left out of a stream.
    SkipsPublicNumber,
    /// A note gets a public number.
    ShowsNotes,
    /// The reactor leaves its cursor before the last event it reacted to.
    ReactsTwice,
    /// The reactor hands the newest event over first.
    ReactsBackwards,
    /// A parked event stops its stream.
    ParkedStopsAll,
    /// The open set keeps what is finished.
    KeepsFinished,
    /// The sweep finds nothing.
    SweepsNothing,
    /// A reply that was taken back goes out all the same.
    WithdrawsHalf,
    /// A reply is released although its author may not write any more.
    ReleasesUnasked,
    /// A timer that is claimed does nothing.
    DropsTimer,
    /// A result counts without the lease.
    FinishesWithoutLease,
    /// A key of an idempotent request is free again while the request runs.
    FreesRunningKey,
    /// The head of the audit lane stays where a failed command left it.
    KeepsLaneHead,
    /// Index words of a group are dropped when one of its commands fails.
    DropsWords,
    /// The stream's row is not locked by those who write (PostgreSQL).
    WritesUnlocked,
    /// The stream's row is not locked by the reactor (PostgreSQL).
    ReactsUnlocked,
    /// A merge does not lock the cases it moves (PostgreSQL).
    MergesUnlocked,
    /// A connection goes on with a lane's head that it has read without the lane's lock (PostgreSQL).
    SharesLane,
}

#[cfg(feature = "testing")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Flaw>> = const { std::cell::Cell::new(None) };
}

/// Plants a flaw on this thread, where a simulated store runs its commands; `None` takes it away.
#[cfg(feature = "testing")]
pub fn plant(flaw: Option<Flaw>) {
    PLANTED.set(flaw);
}

/// What is planted on this thread.
#[cfg(feature = "testing")]
pub fn standing() -> Option<Flaw> {
    PLANTED.get()
}

/// Whether this flaw is planted here.
#[cfg(feature = "testing")]
pub fn planted(flaw: Flaw) -> bool {
    PLANTED.get() == Some(flaw)
}

/// Whether this flaw is planted here: never, outside tests.
#[cfg(not(feature = "testing"))]
pub const fn planted(_: Flaw) -> bool {
    false
}
