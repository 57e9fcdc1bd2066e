//! One file, checked while it arrives.
//!
//! A refusal comes as early as the bytes allow it; nothing is accepted before the last byte was seen.

use super::kind::declared_family;
use super::pixels::pixels;
use super::signature::{LONGEST_RUN, contains, ends_as_archive, markup, runs, runs_anywhere, sniff};
use super::{Family, FileKind, FilePolicy, safe_name};

/// Bytes of the beginning that are kept: a picture's header stands in them, behind embedded previews and profiles.
const HEAD: usize = 256 * 1024;
/// Bytes after which the kind is decided.
const ENOUGH: usize = 4096;
/// Bytes of the end that are kept: the end record of an archive with its longest comment.
const TAIL: usize = 65_535 + 22;
/// Where readers look for the beginning of another document.
const FIRST: usize = 1024;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the file is empty")]
    Empty,
    #[error("the file is larger than allowed")]
    TooLarge,
    #[error("archives are not taken: send the files in it one by one")]
    Archive,
    #[error("programs and scripts are not taken")]
    Program,
    #[error("office documents are not taken: send a PDF")]
    Office,
    #[error("web pages, SVG and XML are not taken: send a picture or a PDF")]
    Markup,
    #[error("this kind of file is not taken")]
    Unknown,
    #[error("the content is not what the file says it is")]
    Mismatch { found: FileKind },
    #[error("the file hides another one")]
    Hidden,
    #[error("the picture is damaged")]
    Damaged,
    #[error("the picture has too many pixels")]
    TooManyPixels,
    #[error("what the file tells of its making cannot be taken out: send it in another format")]
    Uncleaned,
}

impl Refused {
    /// The stable code of the refusal in the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too_large",
            Self::Archive => "archive",
            Self::Program => "program",
            Self::Office => "office",
            Self::Markup => "markup",
            Self::Unknown => "unknown_type",
            Self::Mismatch { .. } => "mismatch",
            Self::Hidden => "hidden",
            Self::Damaged => "damaged",
            Self::TooManyPixels => "too_many_pixels",
            Self::Uncleaned => "uncleaned",
        }
    }
}

/// A file that may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub kind: FileKind,
    /// Safe to show and to write into a header after quoting; its extension follows from the content.
    pub name: String,
    pub size: u64,
    pub pixels: Option<(u32, u32)>,
}

/// A file on its way in.
pub struct Check {
    policy: FilePolicy,
    name: String,
    declared: Option<Family>,
    head: Vec<u8>,
    tail: Vec<u8>,
    size: u64,
    kind: Option<FileKind>,
}

impl Check {
    /// `name` and `declared` (the Content-Type) as they were sent; either may be empty.
    pub fn new(policy: FilePolicy, name: &str, declared: &str) -> Self {
        let name = name.chars().take(1024).collect();
        Self { policy, name, declared: declared_family(declared), head: Vec::new(), tail: Vec::new(), size: 0, kind: None }
    }

    /// The next bytes. After a refusal the check is over.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.size > self.policy.max_bytes {
            return Err(Refused::TooLarge);
        }
        let room = HEAD - self.head.len().min(HEAD);
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        let seam = self.keep_tail(bytes);
        if self.kind.is_none() && self.head.len() >= ENOUGH {
            self.kind = Some(self.decide()?);
            look(self.kind, &self.head)?;
        }
        look(self.kind, &seam)?;
        look(self.kind, bytes)
    }

    /// The verdict, after the last bytes.
    pub fn finish(self) -> Result<Accepted, Refused> {
        if self.size == 0 {
            return Err(Refused::Empty);
        }
        let kind = match self.kind {
            Some(kind) => kind,
            None => {
                let kind = self.decide()?;
                look(Some(kind), &self.head)?;
                kind
            }
        };
        if kind.family() != Family::Text && ends_as_archive(&self.tail) {
            return Err(Refused::Hidden);
        }
        let pixels = pixels(kind, &self.head);
        if matches!(kind, FileKind::Png | FileKind::Jpeg | FileKind::Gif | FileKind::Webp) {
            self.size_of(pixels)?;
        }
        Ok(Accepted { kind, name: safe_name(&self.name, kind), size: self.size, pixels })
    }

    fn size_of(&self, pixels: Option<(u32, u32)>) -> Result<(), Refused> {
        let (width, height) = pixels.filter(|(width, height)| *width > 0 && *height > 0).ok_or(Refused::Damaged)?;
        let side = width.max(height);
        if side > self.policy.max_side || u64::from(width) * u64::from(height) > self.policy.max_pixels {
            return Err(Refused::TooManyPixels);
        }
        Ok(())
    }

    fn decide(&self) -> Result<FileKind, Refused> {
        let start = &self.head[..self.head.len().min(ENOUGH)];
        let kind = match sniff(start)? {
            Some(kind) => {
                let elsewhere = kind != FileKind::Pdf && contains(&start[..start.len().min(FIRST)], b"%PDF-", false);
                if elsewhere || (kind != FileKind::Pdf && runs(&start[..start.len().min(FIRST)])) {
                    return Err(Refused::Hidden);
                }
                kind
            }
            None => self.text(start)?,
        };
        match self.declared {
            Some(declared) if declared != kind.family() => Err(Refused::Mismatch { found: kind }),
            _ => Ok(kind),
        }
    }

    fn text(&self, start: &[u8]) -> Result<FileKind, Refused> {
        if !is_text(start) {
            return Err(Refused::Unknown);
        }
        if markup(start) || runs(start) {
            return Err(Refused::Markup);
        }
        // Content alone cannot tell a table from text.
        let extension = self.name.rsplit('.').next().unwrap_or_default();
        let table = FileKind::of_extension(extension) == Some(FileKind::Csv);
        Ok(if table { FileKind::Csv } else { FileKind::Text })
    }

    /// Keeps the end; answers what lies across the seam to the bytes before.
    fn keep_tail(&mut self, bytes: &[u8]) -> Vec<u8> {
        let before = &self.tail[self.tail.len().saturating_sub(LONGEST_RUN - 1)..];
        let seam = [before, &bytes[..bytes.len().min(LONGEST_RUN - 1)]].concat();
        if bytes.len() >= TAIL {
            self.tail.clear();
        }
        self.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
        // Cut only when it has doubled, so that small pieces cost no copying.
        if self.tail.len() > 2 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
        seam
    }
}

/// What must hold of every byte, not only of the first ones.
fn look(kind: Option<FileKind>, bytes: &[u8]) -> Result<(), Refused> {
    match kind.map(FileKind::family) {
        Some(Family::Text) if !is_text(bytes) => Err(Refused::Unknown),
        Some(Family::Picture) if runs_anywhere(bytes) => Err(Refused::Hidden),
        _ => Ok(()),
    }
}

/// No control bytes but white space. UTF-8 is not asked for: spreadsheets of mainland China write GBK.
fn is_text(bytes: &[u8]) -> bool {
    !bytes.iter().any(|byte| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f))
}
