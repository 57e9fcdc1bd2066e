//! One flaw planted for each promise: the watch finds it soon, and names the promise that it breaks.

use crate::seeds;
use candor_store::flaw::{self, Flaw};

/// How many seeds may pass before a planted flaw is found.
const SOON: u64 = 400;

/// Plants a flaw and asks which promise it breaks first.
fn finds(flaw: Flaw, promises: &[&str]) {
    let found = seeds::first_wrong(1, SOON, Some(flaw));
    let seed = found.unwrap_or_else(|| panic!("{flaw:?} was not found in {SOON} seeds"));
    flaw::plant(Some(flaw));
    let wrong = seeds::play(seed, false).wrong;
    flaw::plant(None);
    let named = wrong.iter().any(|one| promises.iter().any(|promise| one.starts_with(promise)));
    assert!(named, "{flaw:?} broke something else, with seed {seed}: {wrong:#?}");
}

macro_rules! finds {
    ($($name:ident: $flaw:ident breaks $($promise:literal)|+;)*) => {$(
        #[test]
        fn $name() {
            finds(Flaw::$flaw, &[$($promise),+]);
        }
    )*};
}

finds! {
    what_is_answered_before_its_commit_gets_lost: AnswersEarly breaks "nothing lost" | "a key makes one thing";
    what_forgets_its_id_is_doubled: ForgetsClientId breaks "nothing doubled" | "nothing lost";
    another_body_is_refused: TakesAnyBody breaks "another body is refused";
    seq_has_no_gap: SkipsNumber breaks "seq has no gap";
    public_seq_has_no_gap: SkipsPublicNumber breaks "public_seq has no gap";
    the_public_never_sees_a_note: ShowsNotes breaks "the public never sees a note";
    effects_happen_once: ReactsTwice breaks "effects happen once";
    effects_happen_in_order: ReactsBackwards breaks "effects happen once and in order";
    a_parked_follower_stops_nobody: ParkedStopsAll breaks "a parked follower stops nobody";
    counts_forget_what_is_finished: KeepsFinished breaks "counts are the open set and SQL";
    the_sweep_finds_what_the_bus_has_lost: SweepsNothing breaks "counts are the open set and SQL";
    a_held_reply_ends_as_one_thing: WithdrawsHalf breaks "a held reply ends as one thing";
    a_withdrawn_right_holds_back_a_held_reply: ReleasesUnasked breaks "a withdrawn right acts";
    what_waits_for_a_time_has_a_timer: DropsTimer breaks "what waits for a time";
    a_late_finisher_changes_nothing: FinishesWithoutLease breaks "a job has one result";
    a_key_makes_one_thing: FreesRunningKey breaks "a key makes one thing";
    the_audit_chain_is_whole: KeepsLaneHead breaks "the audit chain is whole";
    index_words_are_those_of_the_messages: DropsWords breaks "index words are those of the messages";
}
