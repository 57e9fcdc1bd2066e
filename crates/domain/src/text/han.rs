//! Chinese characters: their simplified form, and on which side they are written.
//!
//! The tables are made by `build.rs` and lie in the program's read-only data: nothing is built or allocated at run time.

mod table {
    include!(concat!(env!("OUT_DIR"), "/han.rs"));
}

const FIRST: u32 = 0x4E00;

/// Where a character is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// On both, or on neither.
    Shared,
    /// Simplified: mainland China, Singapore.
    Simplified,
    /// Traditional: Taiwan, Hong Kong, Macau.
    Traditional,
}

/// The simplified form; characters without one stay. Character by character and without regard to its neighbours,
/// because a word and the query that looks for it must fold alike whatever stands beside them.
pub(crate) fn simplified(c: char) -> char {
    let code = u32::from(c);
    if let Some(to) = code.checked_sub(FIRST).and_then(|at| table::SIMPLIFIED.get(at as usize)) {
        return match char::from_u32(u32::from(*to)) {
            Some('\0') | None => rare(code, c),
            Some(to) => to,
        };
    }
    if code < 0x3400 { c } else { rare(code, c) }
}

fn rare(code: u32, c: char) -> char {
    match table::RARE.binary_search_by_key(&code, |pair| pair.0) {
        Ok(at) => char::from_u32(table::RARE[at].1).unwrap_or(c),
        Err(_) => c,
    }
}

pub(crate) fn side(c: char) -> Side {
    match u32::from(c).checked_sub(FIRST).and_then(|at| table::SIDES.get(at as usize)) {
        Some(1) => Side::Simplified,
        Some(2) => Side::Traditional,
        _ => Side::Shared,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_characters_have_their_simplified_form() {
        let folded: String = "提現錢包帳戶後裡臺灣妳回覆㑮".chars().map(simplified).collect();
        assert_eq!(folded, "提现钱包账户后里台湾你回复𫝈");
    }

    #[test]
    fn folding_a_character_twice_changes_nothing() {
        for c in ('\u{3400}'..='\u{9fff}').chain('\u{20000}'..='\u{323af}') {
            assert_eq!(simplified(simplified(c)), simplified(c), "{c}");
        }
    }

    #[test]
    fn characters_written_on_both_sides_tell_nothing() {
        for c in "台里后干的我是人中文".chars() {
            assert_eq!(side(c), Side::Shared, "{c}");
        }
        assert_eq!(side('币'), Side::Simplified);
        assert_eq!(side('幣'), Side::Traditional);
        assert_eq!(side('现'), Side::Simplified);
        assert_eq!(side('現'), Side::Traditional);
    }
}
