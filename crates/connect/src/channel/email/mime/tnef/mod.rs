//! `winmail.dat`: Outlook's own wrapping (MS-OXTNEF), which other programs cannot open.
//!
//! Bounded: each attribute is read once and in order, lengths are checked against what is there, and nothing in it refers back.

mod props;
mod rtf;

use super::{MAX_FILES, MAX_TEXT, charset};
use props::Props;

/// What was packed.
#[derive(Debug, Default)]
pub(super) struct Packed {
    pub(super) text: Option<String>,
    pub(super) html: Option<String>,
    pub(super) rtf: Option<Vec<u8>>,
    pub(super) files: Vec<PackedFile>,
    /// It ends early or something in it could not be read; the original is worth keeping.
    pub(super) damaged: bool,
}

/// A packed file; the name as written, which may be empty.
#[derive(Debug, Default)]
pub(super) struct PackedFile {
    pub(super) name: String,
    pub(super) mime: String,
    pub(super) content_id: Option<String>,
    pub(super) bytes: Vec<u8>,
}

const SIGNATURE: u32 = 0x223e_9f78;
const BODY: u32 = 0x0002_800c;
const CODE_PAGE: u32 = 0x0006_9007;
const MESSAGE_PROPS: u32 = 0x0006_9003;
const ATTACHMENT_START: u32 = 0x0006_9002;
const ATTACHMENT_DATA: u32 = 0x0006_800f;
const ATTACHMENT_TITLE: u32 = 0x0001_8010;
const ATTACHMENT_PROPS: u32 = 0x0006_9005;

/// Unpacks; `None` if it is no TNEF or nothing was found in it.
pub(super) fn unpack(bytes: &[u8]) -> Option<Packed> {
    let mut rest = Reader(bytes);
    if rest.u32()? != SIGNATURE {
        return None;
    }
    rest.u16()?;
    let mut packed = Packed::default();
    let mut code_page = "windows-1252".to_owned();
    while !rest.0.is_empty() {
        let Some((id, data)) = attribute(&mut rest) else {
            packed.damaged = true;
            break;
        };
        take(&mut packed, &mut code_page, id, data);
    }
    let files = packed.files.len();
    packed.files.retain(|file| !file.bytes.is_empty());
    packed.damaged |= packed.files.len() < files;
    let empty = packed.files.is_empty() && packed.text.is_none() && packed.html.is_none() && packed.rtf.is_none();
    (!empty).then_some(packed)
}

/// Level, id, length, data, checksum. The checksum is not checked: damaged files are better than none.
fn attribute<'a>(rest: &mut Reader<'a>) -> Option<(u32, &'a [u8])> {
    rest.take(1)?;
    let id = rest.u32()?;
    let length = usize::try_from(rest.u32()?).ok()?;
    let data = rest.take(length)?;
    rest.u16();
    Some((id, data))
}

fn take(packed: &mut Packed, code_page: &mut String, id: u32, data: &[u8]) {
    match id {
        CODE_PAGE => {
            if let Some(page) = Reader(data).u32() {
                *code_page = page_name(page);
            }
        }
        BODY => packed.text = Some(text(data, code_page)),
        MESSAGE_PROPS => {
            let props = Props::read(data, code_page);
            packed.damaged |= props.damaged;
            packed.text = props.body.or_else(|| packed.text.take());
            packed.html = props.html.or_else(|| packed.html.take());
            packed.rtf = props.rtf.as_deref().and_then(rtf::unpack).or_else(|| packed.rtf.take());
        }
        ATTACHMENT_START if packed.files.len() < MAX_FILES => packed.files.push(PackedFile::default()),
        ATTACHMENT_START => packed.damaged = true,
        _ => {
            let Some(file) = packed.files.last_mut() else { return };
            match id {
                ATTACHMENT_DATA => file.bytes = data.to_vec(),
                ATTACHMENT_TITLE if file.name.is_empty() => file.name = text(data, code_page),
                ATTACHMENT_PROPS => {
                    let props = Props::read(data, code_page);
                    packed.damaged |= props.damaged;
                    file.name = props.name.unwrap_or_else(|| std::mem::take(&mut file.name));
                    file.mime = props.mime.unwrap_or_default();
                    file.content_id = props.content_id;
                    if let Some(bytes) = props.data.filter(|_| file.bytes.is_empty()) {
                        file.bytes = bytes;
                    }
                }
                _ => {}
            }
        }
    }
}

/// The name of a Windows code page as character sets are named.
fn page_name(page: u32) -> String {
    match page {
        65001 => "utf-8".to_owned(),
        936 | 54936 => "gb18030".to_owned(),
        950 => "big5".to_owned(),
        932 => "shift_jis".to_owned(),
        949 => "euc-kr".to_owned(),
        20866 => "koi8-r".to_owned(),
        page => format!("windows-{page}"),
    }
}

/// Text up to its NUL.
fn text(data: &[u8], code_page: &str) -> String {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    charset::decode(data.get(..end.min(2 * MAX_TEXT)).unwrap_or_default(), Some(code_page))
}

/// Little-endian numbers and runs of bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).and_then(|bytes| bytes.try_into().ok()).map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes)
    }
}
