//! When a desk is open: weekly hours in a time zone, with holidays.
//!
//! [`Hours`] is the setting as it is written; [`Calendar`] is the checked form that answers. Times are milliseconds
//! since 1970 UTC; the clock is the caller's.
//!
//! Hours follow the wall clock. Where the clock jumps forward, an end that falls into the gap means the jump itself;
//! where it is set back, the repeated hour counts once, from its first beginning to its last end.

mod calendar;
mod clock;
mod setting;
#[cfg(test)]
mod tests;

pub use calendar::Calendar;
pub use clock::Clock;
pub use setting::{Holiday, Hours, HoursError, Opening, TimeOfDay};
