//! Properties of MAPI inside TNEF (MS-OXTNEF, 2.1.3.4): typed values by number.

use super::{Reader, charset, text};
use crate::channel::email::mime::MAX_TEXT;

/// The properties that matter of a message or an attachment.
#[derive(Debug, Default)]
pub(super) struct Props {
    pub(super) body: Option<String>,
    pub(super) html: Option<String>,
    pub(super) rtf: Option<Vec<u8>>,
    pub(super) name: Option<String>,
    pub(super) mime: Option<String>,
    pub(super) content_id: Option<String>,
    pub(super) data: Option<Vec<u8>>,
    pub(super) damaged: bool,
}

/// A string of 8-bit characters, one of UTF-16, and bytes.
const STRING8: u16 = 0x001e;
const UNICODE: u16 = 0x001f;
const OBJECT: u16 = 0x000d;
const BINARY: u16 = 0x0102;
const MANY: u16 = 0x1000;

impl Props {
    pub(super) fn read(data: &[u8], code_page: &str) -> Self {
        let mut props = Self::default();
        let mut rest = Reader(data);
        let Some(count) = rest.u32() else { return props };
        for _ in 0..count {
            if props.one(&mut rest, code_page).is_none() {
                props.damaged = true;
                break;
            }
        }
        props
    }

    fn one(&mut self, rest: &mut Reader<'_>, code_page: &str) -> Option<()> {
        let kind = rest.u16()?;
        let id = rest.u16()?;
        if id >= 0x8000 {
            // A named property: a GUID, then a number or a name.
            rest.take(16)?;
            let named = rest.u32()? == 1;
            let length = rest.u32()?;
            if named {
                padded(rest, length)?;
            }
        }
        let many = kind & MANY != 0;
        let base = kind & !MANY;
        let fixed = match base {
            0x0002 | 0x0003 | 0x0004 | 0x000a | 0x000b => Some(4),
            0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Some(8),
            0x0048 => Some(16),
            STRING8 | UNICODE | OBJECT | BINARY => None,
            0x0001 => Some(0),
            _ => return None,
        };
        let values = if many || fixed.is_none() { rest.u32()? } else { 1 };
        if let Some(size) = fixed {
            rest.take(size * usize::try_from(values).ok()?)?;
            return Some(());
        }
        for at in 0..values {
            let length = rest.u32()?;
            let value = padded(rest, length)?;
            if at == 0 {
                self.set(id, base, value, code_page);
            }
        }
        Some(())
    }

    fn set(&mut self, id: u16, kind: u16, value: &[u8], code_page: &str) {
        let words = || match kind {
            UNICODE => charset::decode(value.get(..4 * MAX_TEXT).unwrap_or(value), Some("utf-16le")).trim_end_matches('\0').to_owned(),
            _ => text(value, code_page),
        };
        match id {
            0x1000 => self.body = Some(words()),
            0x1009 => self.rtf = Some(value.to_vec()),
            0x1013 => self.html = Some(words()),
            0x3707 => self.name = Some(words()),
            0x3704 if self.name.is_none() => self.name = Some(words()),
            0x370e => self.mime = Some(words().to_lowercase()),
            0x3712 => self.content_id = Some(words().trim_matches(['<', '>', ' ']).to_owned()),
            // An object begins with the id of its interface, 16 bytes.
            0x3701 if kind == OBJECT => self.data = value.get(16..).map(<[u8]>::to_vec),
            0x3701 => self.data = Some(value.to_vec()),
            _ => {}
        }
    }
}

/// So many bytes, and what fills them up to a multiple of four; the last value of a file may lack that.
fn padded<'a>(rest: &mut Reader<'a>, length: u32) -> Option<&'a [u8]> {
    let length = usize::try_from(length).ok()?;
    let value = rest.take(length)?;
    let fill = length.next_multiple_of(4) - length;
    rest.take(fill.min(rest.0.len()))?;
    Some(value)
}
