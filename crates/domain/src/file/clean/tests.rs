//! Pictures that keep their looks and lose their stories.

use super::*;
use proptest::prelude::*;

/// `None` where it is refused.
pub(super) fn cleaned(bytes: &[u8], piece: usize) -> Option<Vec<u8>> {
    let (mut cleaner, mut out) = (Cleaner::default(), Vec::new());
    for part in bytes.chunks(piece.max(1)) {
        cleaner.feed(part, &mut out);
    }
    cleaner.finish(&mut out).is_ok().then_some(out)
}

pub(super) fn clean(bytes: &[u8]) -> Vec<u8> {
    let whole = cleaned(bytes, bytes.len());
    assert_eq!(cleaned(bytes, 1), whole, "byte by byte");
    whole.unwrap()
}

fn segment(mark: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xff, mark], &length[..], body].concat()
}

/// An Exif block with the way up and a place, in either byte order.
fn exif(little: bool, way_up: u8) -> Vec<u8> {
    let block: &[u8] = if little {
        b"II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x09\0\0\0\x25\x88\x04\0\x01\0\0\0\0\0\0\0\0\0\0\0"
    } else {
        b"MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x09\0\0\x88\x25\0\x04\0\0\0\x01\0\0\0\0\0\0\0\0"
    };
    let mut block = block.to_vec();
    let at = block.iter().position(|byte| *byte == 9).unwrap();
    block[at] = way_up;
    [b"Exif\0\0", &block[..], b"GPS 22.28N 114.16E"].concat()
}

fn jpeg(about: &[Vec<u8>], behind: &[u8]) -> Vec<u8> {
    let (start, table) = (b"\xff\xd8".to_vec(), segment(0xdb, &[16; 65]));
    let scan = [segment(0xda, b"\x01\x01\0\0\x3f\0"), b"data\xff\x00more\xff\xd0and\xff\xff\x00".to_vec()].concat();
    // A progressive picture has tables and further scans between its data.
    let second = [segment(0xc4, &[0; 20]), segment(0xda, b"\x01\x01\0\x01\x05\0"), b"end".to_vec(), b"\xff\xd9".to_vec()].concat();
    [start, segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"), about.concat(), table, scan, second, behind.to_vec()].concat()
}

#[test]
fn a_photograph_loses_its_place_and_stays_upright() {
    let plain = jpeg(&[], b"");
    assert_eq!(clean(&plain), plain);
    let profile = segment(0xe2, b"ICC_PROFILE\0\x01\x01 colours");
    let stories = [
        segment(0xe1, &exif(true, 6)),
        segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta> me"),
        segment(0xe2, b"MPF\0 another picture"),
        profile.clone(),
        segment(0xed, b"Photoshop 3.0\0 caption"),
        segment(0xfe, b"made by me"),
    ];
    for little in [true, false] {
        let mut about = stories.clone();
        about[0] = segment(0xe1, &exif(little, 6));
        let out = clean(&jpeg(&about, b"\xff\xd8\xff\xe1 a film with sound and place"));
        let upright = jpeg(&[jpeg_upright(6), profile.clone()], b"");
        assert_eq!(out, upright);
    }
    assert_eq!(clean(&jpeg(&[segment(0xe1, &exif(true, 1))], b"")), plain, "already upright");
    assert_eq!(clean(&jpeg(&[segment(0xe1, &exif(true, 99))], b"")), plain);
}

fn jpeg_upright(way_up: u8) -> Vec<u8> {
    let mut body = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x00\0\0\0\0\0\0".to_vec();
    body[25] = way_up;
    segment(0xe1, &body)
}

fn chunk(name: &[u8], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], name, body, b"crc!"].concat()
}

#[test]
fn a_screenshot_loses_its_texts_and_what_lies_behind_it() {
    let kept = |name: &[u8]| chunk(name, b"0123456789");
    let needed: Vec<Vec<u8>> = [&b"IHDR"[..], b"sRGB", b"pHYs", b"IDAT", b"IDAT"].map(kept).into();
    let plain = [PNG.to_vec(), needed.concat(), chunk(b"IEND", b"")].concat();
    assert_eq!(clean(&plain), plain);
    let stories: Vec<Vec<u8>> = [&b"tEXt"[..], b"zTXt", b"iTXt", b"eXIf", b"tIME", b"caBX", b"prVt"].map(kept).into();
    let full = [
        PNG.to_vec(),
        needed[..2].concat(),
        stories.concat(),
        needed[2..].concat(),
        stories[0].clone(),
        chunk(b"IEND", b""),
        b"PK\x03\x04".to_vec(),
    ]
    .concat();
    assert_eq!(clean(&full), [PNG.to_vec(), needed.concat(), chunk(b"IEND", b"")].concat());
}

#[test]
fn a_webp_keeps_its_length_and_loses_its_story() {
    let part = |name: &[u8], body: &[u8]| {
        let pad = vec![0; body.len() % 2];
        [name, &u32::try_from(body.len()).unwrap().to_le_bytes()[..], body, &pad].concat()
    };
    let riff = |parts: &[Vec<u8>]| {
        let body = [b"WEBP".to_vec(), parts.concat()].concat();
        [b"RIFF", &u32::try_from(body.len()).unwrap().to_le_bytes()[..], &body].concat()
    };
    let (canvas, picture) = (part(b"VP8X", b"\x0c\0\0\0\x7f\x02\0\xdf\x01\0"), part(b"VP8 ", b"picture"));
    let (story, place) = (part(b"XMP ", b"me"), part(b"EXIF", b"place"));
    let turned = exif(true, 6)[6..].to_vec();
    let full = riff(&[canvas.clone(), picture.clone(), place, story, part(b"EXIF", &turned)]);
    let upright = [&jpeg_upright(6)[10..], &vec![0; turned.len() - 26]].concat();
    let bare = riff(&[canvas, picture, part(b"JUNK", &[0; 5]), part(b"JUNK", &[0; 2]), part(b"EXIF", &upright)]);
    assert_eq!(clean(&[full, b"behind".to_vec()].concat()), bare);
}

#[test]
fn what_is_no_picture_or_broken_passes_as_it_came() {
    for bytes in [
        &b"%PDF-1.7 with Exif\0\0 in it"[..],
        b"short",
        b"",
        b"\xff\xd8\xff\xe0\0\x01 no length",
        b"\xff\xd8\xff\xe0\0\x04abno mark here",
        b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDAT",
        b"\x89PNG\r\n\x1a\n\0\0\0\x02I AT",
        b"RIFF\x10\0\0\0WEBPVP8 \xff\xff\0\0 longer than all",
    ] {
        assert_eq!(clean(bytes), bytes, "{:?}", String::from_utf8_lossy(bytes));
    }
}

proptest! {
    #[test]
    fn pieces_do_not_matter_and_once_is_enough(
        start in proptest::sample::select(vec![&b"\xff\xd8\xff"[..], PNG, b"RIFF\x60\0\0\0WEBP", b"", b"\xff\xd8\xff\xe1\0\x2aExif\0\0II*\0\x08\0\0\0"]),
        rest in proptest::collection::vec(prop_oneof![Just(0xff_u8), Just(0xe1), Just(0xda), Just(0), Just(8), any::<u8>()], 0..400),
        piece in 1usize..100,
    ) {
        let bytes = [start, &rest].concat();
        let whole = cleaned(&bytes, bytes.len()).unwrap();
        prop_assert_eq!(&cleaned(&whole, whole.len()).unwrap(), &whole);
        prop_assert_eq!(cleaned(&bytes, piece), Some(whole));
    }
}
