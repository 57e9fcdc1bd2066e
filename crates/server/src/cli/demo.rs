//! `candor demo`: desks to look at and to measure. They are filled by the use cases themselves, under a clock of their
//! own so that the past lies in the past, while no server has the directory.

use super::{Done, open, out};
use crate::config::Config;
use candor_app::demo::{self, Amount};
use candor_app::{App, link, setup};
use candor_domain::locale::Locale;
use candor_store::{Clock, Db, ManualClock, SystemClock};
use clap::Subcommand;
use std::io::IsTerminal;
use std::num::NonZeroU32;
use std::sync::Arc;

#[derive(Debug, Subcommand)]
pub(super) enum DemoCommand {
    /// Fills a desk with many conversations, for measuring.
    Fill {
        #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
        conversations: u64,
        /// In all; at least one each.
        #[arg(long, default_value_t = 10_000)]
        messages: u64,
        /// The same seed writes the same texts.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

pub(super) fn run(mut config: Config, command: &DemoCommand) -> Done {
    let DemoCommand::Fill { conversations, messages, seed } = *command;
    let amount = Amount { conversations, messages: messages.max(conversations), seed };
    config.limit_factor = NonZeroU32::MAX;
    open::runtime()?.block_on(async {
        let (app, clock, now) = past(&config)?;
        settle(&app, &clock, now).await?;
        let shown = std::io::stderr().is_terminal();
        demo::fill(&app, &clock, now, amount, |done| {
            if shown || done == amount.conversations {
                out::note(&format!("{done} of {} conversations", amount.conversations));
            }
        })
        .await?;
        app.db.close();
        Ok(())
    })
}

/// Fills an empty desk for `serve --demo`; then it is closed and opened like any other.
pub(super) async fn furnish(config: &Config) -> Done {
    let (app, clock, now) = past(config)?;
    settle(&app, &clock, now).await?;
    app.db.close();
    Ok(())
}

/// A desk whose clock is ours to set.
fn past(config: &Config) -> Result<(App, Arc<ManualClock>, i64), super::Failure> {
    let clock = Arc::new(ManualClock::at(SystemClock::new().now_ms()));
    let now = clock.now_ms();
    let mut options = open::options(config)?;
    options.clock = Arc::clone(&clock) as Arc<dyn Clock>;
    Ok((open::app(config, Db::open(options)?)?, clock, now))
}

/// Staff, settings and the stories, on a desk that nobody can enter yet.
async fn settle(app: &App, clock: &ManualClock, now: i64) -> Done {
    if link::anybody(app).await? {
        return Ok(());
    }
    setup::run(app, Locale::English).await?;
    let demo = demo::furnish(app, clock, now).await?;
    let staff: Vec<String> = demo.staff.iter().map(|(email, role)| format!("  {email}  ({role})")).collect();
    out::note(&format!("The demo desk is filled. Sign in with the password \"{}\" as\n{}", demo::PASSWORD, staff.join("\n")));
    Ok(())
}
