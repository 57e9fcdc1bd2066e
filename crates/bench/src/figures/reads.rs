//! What agents read all day, on a small desk and on a large one: a page of the inbox, a case, search; beside the bare read of
//! the same rows. What grows with history shows here.

use super::{FiguresArgs, footprint};
use crate::bare::Bare;
use crate::client::{Client, text};
use crate::desk::Desk;
use crate::ingest::body;
use crate::line::{Line, request};
use crate::machine;
use crate::report::{Figure, Must, median, quantile, round, times};
use crate::search;
use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::time::Instant;

const COUNT: usize = 1_000;
const SEARCHES: usize = 400;
/// Who stands in every filled desk.
const ADMIN: &str = "lin.xia@demo.test";
pub(super) const INBOX: &str = "/api/v1/conversations?view=all&sort=newest&limit=50";

/// A desk with its bare twin on the same database.
struct Side {
    desk: Desk,
    admin: Client,
    headers: String,
    bare: Bare,
    /// Cases of the inbox's first pages, to open in turn.
    cases: Vec<String>,
}

/// What one kind of reading came to: times, and processor time each in microseconds.
struct Run {
    times: Histogram<u64>,
    cpu: f64,
}

pub(super) async fn run(args: &FiguresArgs) -> Result<bool> {
    let (small, _) = Desk::filled(&args.desk, args.small(), None).await?;
    let (mut large, took) = Desk::filled(&args.desk, args.large(), args.large_dir.as_deref()).await?;
    let size = format!("{} conversations, {} messages", args.large, args.large * 3);
    let mut good = true;
    if args.large_dir.is_none() {
        let value = took.as_secs_f64() / 60.0;
        let (name, measured) = (format!("demo fill, {size}"), format!("{value:.1} min"));
        good &=
            Figure { name: &name, measured, beside: String::new(), value, must: Must::Stay(40.0, 30.0), rounds: json!([value]) }.print();
    }
    let admin = large.sign_in(ADMIN).await?;
    good &= footprint::told(&mut large, &admin, &size).await?;
    let (small, large) = (Side::new(small).await?, Side::new(large).await?);
    for (what, path) in [("inbox, 50 newest open", Reading::Inbox), ("open a case of 50 messages", Reading::Fifty)] {
        good &= beside_bare(args, &large, what, path, &size).await?;
    }
    for (what, reading) in [("inbox, 50 newest open", Reading::Inbox), ("open cases in turn", Reading::Turns)] {
        good &= by_size(args, &small, &large, what, reading).await?;
    }
    good &= long_case(args, &small).await?;
    Ok(searched(args, &large, &size).await? && good)
}

#[derive(Clone, Copy)]
enum Reading {
    Inbox,
    /// One case of 50 messages.
    Fifty,
    /// The cases of the inbox, one after the other.
    Turns,
}

impl Side {
    async fn new(desk: Desk) -> Result<Self> {
        let admin = desk.sign_in(ADMIN).await?;
        let page = admin.get("/api/v1/conversations?view=all&limit=100").await?.ok()?;
        let items = page["items"].as_array().context("no list")?;
        let cases = items.iter().map(|item| text(item, "/id")).collect::<Result<Vec<_>>>()?;
        let bare = Bare::start(Some(&desk.database_file()))?;
        Ok(Self { headers: admin.header_lines(), admin, desk, bare, cases })
    }

    async fn ours(&self, reading: Reading, fifty: &str) -> Result<Run> {
        let case = |id: &str| format!("/api/v1/conversations/{id}/timeline?limit=50");
        let path = |number: usize| match reading {
            Reading::Inbox => INBOX.to_owned(),
            Reading::Fifty => case(fifty),
            Reading::Turns => case(&self.cases[number % self.cases.len()]),
        };
        read(self.desk.port(), self.desk.pid()?, &self.headers, path).await
    }

    async fn bare(&self, reading: Reading, fifty: &str) -> Result<Run> {
        let path = |number: usize| match reading {
            Reading::Inbox => "/inbox".to_owned(),
            Reading::Fifty => format!("/open/{fifty}"),
            Reading::Turns => format!("/open/{}", self.cases[number % self.cases.len()]),
        };
        read(self.bare.port, self.bare.pid(), "", path).await
    }

    /// A new case with so many messages.
    async fn case_of(&self, messages: usize) -> Result<String> {
        let inbox = self.desk.inbox(&self.admin).await?;
        let (visitor, _) = self.desk.visitor(&inbox).await?;
        let started = visitor.post("/visitor/v1/conversations", &body(0)).await?.ok()?;
        let id = text(&started, "/conversation/id")?;
        let (path, headers) = (format!("/visitor/v1/conversations/{id}/messages"), visitor.header_lines());
        let mut line = Line::open(self.desk.port()).await?;
        for number in 1..messages {
            line.ask(&request("POST", &path, &headers, &body(number).to_string())).await?;
        }
        Ok(id)
    }
}

async fn read(port: u16, pid: u32, headers: &str, path: impl Fn(usize) -> String) -> Result<Run> {
    let mut line = Line::open(port).await?;
    let mut taken = times();
    let before = machine::used(pid)?;
    for number in 0..COUNT {
        let request = request("GET", &path(number), headers, "");
        let asked = Instant::now();
        line.ask(&request).await?;
        taken.record(asked.elapsed().as_micros() as u64)?;
    }
    Ok(Run { times: taken, cpu: (machine::used(pid)? - before) * 1e6 / COUNT as f64 })
}

async fn beside_bare(args: &FiguresArgs, side: &Side, what: &str, reading: Reading, size: &str) -> Result<bool> {
    let fifty = side.case_of(50).await?;
    let mut rounds: Vec<[f64; 4]> = Vec::new();
    for _ in 0..args.rounds {
        let (ours, bare) = (side.ours(reading, &fifty).await?, side.bare(reading, &fifty).await?);
        rounds.push([quantile(&ours.times, 0.5), quantile(&bare.times, 0.5), ours.cpu, bare.cpu]);
    }
    let of = |place: usize| median(&rounds.iter().map(|round| round[place]).collect::<Vec<_>>());
    let ratio = |over: usize| median(&rounds.iter().map(|round| round[over] / round[over + 1]).collect::<Vec<_>>());
    let print = |which: &str, value: f64| {
        Figure {
            name: &format!("{what}, {which}, {size}"),
            measured: format!("p50 {} ms, {:.0} µs of processor", of(0), of(2)),
            beside: format!("bare read + answer: p50 {} ms, {:.0} µs", of(1), of(3)),
            value,
            must: Must::Stay(8.0, 4.0),
            rounds: json!(rounds),
        }
        .print()
    };
    let (time, cpu) = (print("p50", ratio(0)), print("processor", ratio(2)));
    Ok(time && cpu)
}

async fn by_size(args: &FiguresArgs, small: &Side, large: &Side, what: &str, reading: Reading) -> Result<bool> {
    let mut rounds: Vec<[f64; 2]> = Vec::new();
    for _ in 0..args.rounds {
        let (few, many) = (small.ours(reading, "").await?, large.ours(reading, "").await?);
        rounds.push([quantile(&many.times, 0.99), quantile(&few.times, 0.99)]);
    }
    Ok(p99(&format!("{what}, p99, {} conversations", args.large), "10,000 conversations", &rounds, Must::Stay(2.0, 1.5)))
}

async fn long_case(args: &FiguresArgs, side: &Side) -> Result<bool> {
    let (short, long) = (side.case_of(50).await?, side.case_of(5_000).await?);
    let mut rounds: Vec<[f64; 2]> = Vec::new();
    for _ in 0..args.rounds {
        let (few, many) = (side.ours(Reading::Fifty, &short).await?, side.ours(Reading::Fifty, &long).await?);
        rounds.push([quantile(&many.times, 0.99), quantile(&few.times, 0.99)]);
    }
    Ok(p99("open a case of 5,000 messages, first page, p99", "a case of 50", &rounds, Must::Stay(2.0, 1.5)))
}

fn p99(name: &str, other: &str, rounds: &[[f64; 2]], must: Must) -> bool {
    let of = |place: usize| median(&rounds.iter().map(|round| round[place]).collect::<Vec<_>>());
    Figure {
        name,
        measured: format!("{} ms", of(0)),
        beside: format!("{other}: {} ms", of(1)),
        value: median(&rounds.iter().map(|round| round[0] / round[1]).collect::<Vec<_>>()),
        must,
        rounds: json!(rounds),
    }
    .print()
}

/// Search by somebody who sees all and by somebody who sees one in a hundred.
async fn searched(args: &FiguresArgs, side: &Side, size: &str) -> Result<bool> {
    let narrow = side.desk.narrow(&side.admin).await?;
    let mut rounds: Vec<Value> = Vec::new();
    let mut all: [Vec<f64>; 6] = Default::default();
    for _ in 0..args.rounds {
        let runs = [
            search::mixed(&side.admin, SEARCHES).await?,
            search::commonest(&side.admin, SEARCHES).await?,
            search::commonest(&narrow, SEARCHES).await?,
        ];
        for (place, run) in runs.iter().enumerate() {
            all[place * 2].push(quantile(run, 0.5));
            all[place * 2 + 1].push(quantile(run, 0.99));
        }
        rounds.push(json!(runs.iter().map(|run| [quantile(run, 0.5), quantile(run, 0.99)]).collect::<Vec<_>>()));
    }
    let mut good = true;
    for (place, what) in ["mixed words", "the commonest word", "the commonest word, by who sees 1 %"].iter().enumerate() {
        good &= Figure {
            name: &format!("search, {what}, p99, {size}"),
            measured: format!("p50 {} ms, p99 {} ms", median(&all[place * 2]), median(&all[place * 2 + 1])),
            beside: String::new(),
            value: round(median(&all[place * 2 + 1])),
            must: Must::Stay(50.0, 10.0),
            rounds: json!(rounds),
        }
        .print();
    }
    Ok(good)
}
