//! Makes the table of Chinese characters: which simplified character a traditional one folds to, and which
//! characters are written on one side only.
//!
//! Built here so that the running program pays nothing for it: no parsing at start, no map on the heap. Folding
//! comes from the OpenCC character list (Apache-2.0) inside `hanconv`; "one side only" from the two classic character
//! sets, GB 2312 (mainland) and Big5 (Taiwan), which list what people of each side write.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::{env, error::Error, fs, path::Path};

const FIRST: u32 = 0x4E00;
const LAST: u32 = 0x9FFF;

/// Pairs that the list leaves alone, but that people use for one another: 到帳 is 到账, 回覆 is 回复.
const MORE: [(char, char); 4] = [('妳', '你'), ('著', '着'), ('帐', '账'), ('覆', '复')];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let pairs = simplified_pairs();
    let mut main = Vec::new();
    let mut sides = Vec::new();
    for code in FIRST..=LAST {
        let Some(c) = char::from_u32(code) else { continue };
        let to = pairs.get(&c).copied().unwrap_or(c);
        // A target outside this table (rare characters) is left to the list below: 0 means "look there".
        main.push(u16::try_from(u32::from(to)).unwrap_or(0));
        sides.push(side(c));
    }
    let rare: Vec<(u32, u32)> = pairs
        .iter()
        .filter(|(from, to)| !(FIRST..=LAST).contains(&u32::from(**from)) || u32::from(**to) > 0xFFFF)
        .map(|(from, to)| (u32::from(*from), u32::from(*to)))
        .collect();
    let mut out = String::new();
    writeln!(out, "pub(super) static SIMPLIFIED: [u16; {}] = {main:?};", main.len())?;
    writeln!(out, "pub(super) static SIDES: [u8; {}] = {sides:?};", sides.len())?;
    writeln!(out, "pub(super) static RARE: [(u32, u32); {}] = {rare:?};", rare.len())?;
    let folder = env::var("OUT_DIR")?;
    fs::write(Path::new(&folder).join("han.rs"), out)?;
    Ok(())
}

/// Traditional to simplified, character by character, followed to the end so that folding twice changes nothing.
fn simplified_pairs() -> BTreeMap<char, char> {
    let mut pairs: BTreeMap<char, char> = BTreeMap::new();
    for (from, to) in hanconv::RawDictionary::TSCharacters.iter() {
        if let (Some(from), Some(to)) = (single(from), single(to))
            && from != to
        {
            pairs.insert(from, to);
        }
    }
    for (from, to) in MORE {
        pairs.entry(from).or_insert(to);
    }
    let ends: Vec<(char, char)> = pairs.keys().map(|from| (*from, end_of(&pairs, *from))).collect();
    ends.into_iter().filter(|(from, to)| from != to).collect()
}

fn end_of(pairs: &BTreeMap<char, char>, from: char) -> char {
    let mut at = from;
    for _ in 0..4 {
        match pairs.get(&at) {
            Some(next) => at = *next,
            None => break,
        }
    }
    at
}

fn single(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// 1: written on the mainland only, 2: in Taiwan only, 0: on both sides or on neither.
fn side(c: char) -> u8 {
    match (in_gb2312(c), in_big5(c)) {
        (true, false) => 1,
        (false, true) => 2,
        _ => 0,
    }
}

fn in_gb2312(c: char) -> bool {
    let mut buffer = [0; 4];
    let (bytes, _, failed) = encoding_rs::GBK.encode(c.encode_utf8(&mut buffer));
    !failed && matches!(*bytes, [0xB0..=0xF7, 0xA1..=0xFE])
}

fn in_big5(c: char) -> bool {
    let mut buffer = [0; 4];
    let (bytes, _, failed) = encoding_rs::BIG5.encode(c.encode_utf8(&mut buffer));
    // The two levels of Big5 itself, without the Hong Kong additions around them.
    !failed && matches!(*bytes, [0xA4..=0xC5 | 0xC9..=0xF9, _] | [0xC6, 0x40..=0x7E])
}
