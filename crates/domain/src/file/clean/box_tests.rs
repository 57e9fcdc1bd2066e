//! Videos and HEIC pictures that play and look as before, to the byte, and say nothing of who made them where.

use super::tests::{clean, cleaned};
use proptest::prelude::*;

fn boxed(name: &[u8], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], name, body].concat()
}

fn long(name: &[u8], body: &[u8]) -> Vec<u8> {
    [b"\0\0\0\x01", name, &(body.len() as u64 + 16).to_be_bytes()[..], body].concat()
}

fn free(like: &[u8]) -> Vec<u8> {
    boxed(b"free", &vec![0; like.len() - 8])
}

fn track(purpose: &[u8], more: &[u8]) -> Vec<u8> {
    let handler = boxed(b"hdlr", &[b"\0\0\0\0\0\0\0\0", purpose, b"\0\0\0\0\0\0\0\0\0\0\0\0Core Media\0"].concat());
    let media = boxed(b"mdia", &[dated(b"mdhd", 0, 7), handler, boxed(b"minf", &boxed(b"stbl", b"places"))].concat());
    boxed(b"trak", &[dated(b"tkhd", 0, 7), media, more.to_vec()].concat())
}

/// A box with the times of making and changing, all bytes of them `time`.
fn dated(name: &[u8], version: u8, time: u8) -> Vec<u8> {
    let times = if version == 0 { 8 } else { 16 };
    boxed(name, &[&[version, 0, 0, 7], &vec![time; times][..], b"and the rest"].concat())
}

fn ftyp(brand: &[u8]) -> Vec<u8> {
    boxed(b"ftyp", &[brand, b"\0\0\0\0", brand].concat())
}

const PLACE: &[u8] = b"+22.2800+114.1600/";

#[test]
fn a_video_plays_as_before_and_says_nothing_of_its_making() {
    let places = boxed(b"udta", &boxed(b"\xa9xyz", PLACE));
    let keys = boxed(b"meta", &boxed(b"keys", b"com.apple.quicktime.location.ISO6709"));
    let moments = track(b"meta", b"");
    let sample = [&[0xab; 500][..], b"moov udta meta uuid are words in a film"].concat();
    let xmp = boxed(b"uuid", b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac<x:xmpmeta/>");
    let movie = |time, places: &[u8], keys: &[u8], moments: &[u8]| {
        let (head, film) = (dated(b"mvhd", 1, time), track(b"vide", places));
        let film: Vec<u8> = if time == 0 { film.iter().map(|byte| if *byte == 7 { 0 } else { *byte }).collect() } else { film };
        boxed(b"moov", &[&head, &film, places, keys, moments].concat())
    };
    let whole =
        [ftyp(b"isom"), xmp.clone(), long(b"mdat", &sample), movie(7, &places, &keys, &moments), boxed(b"sefd", b"a maker's own")].concat();
    let out = clean(&whole);
    assert_eq!(out.len(), whole.len(), "nothing moves");
    // Flags of the boxes are 7, too, and stay.
    let mut bare = [
        ftyp(b"isom"),
        free(&xmp),
        long(b"mdat", &sample),
        movie(0, &free(&places), &free(&keys), &free(&moments)),
        boxed(b"free", &[0; 13]),
    ]
    .concat();
    let flags: Vec<usize> = bare
        .windows(4)
        .enumerate()
        .filter(|(_, name)| [b"tkhd", b"mdhd"].contains(&<&[u8; 4]>::try_from(*name).unwrap()))
        .map(|(at, _)| at + 7)
        .collect();
    flags.iter().for_each(|at| bare[*at] = 7);
    assert_eq!(out, bare);
    for told in [PLACE, b"quicktime", b"xmpmeta", b"maker"] {
        assert!(!out.windows(told.len()).any(|part| part == told), "{}", String::from_utf8_lossy(told));
    }
}

#[test]
fn a_recording_that_is_sent_while_it_runs_is_kept_piece_by_piece() {
    let piece = |udta: &[u8]| {
        boxed(
            b"moof",
            &[boxed(b"mfhd", b"\0\0\0\0\0\0\0\x01"), boxed(b"traf", &[boxed(b"tfhd", b"\0\0\0\0"), udta.to_vec()].concat())].concat(),
        )
    };
    let udta = boxed(b"udta", PLACE);
    let end = b"\0\0\0\0mdat and so on to the end";
    let whole = [ftyp(b"iso5"), piece(&udta), boxed(b"mdat", b"one"), piece(&udta), end.to_vec()].concat();
    let bare = [ftyp(b"iso5"), piece(&free(&udta)), boxed(b"mdat", b"one"), piece(&free(&udta)), end.to_vec()].concat();
    assert_eq!(clean(&whole), bare);
}

/// A picture of two parts and, as items 3 and 4, what tells of it: in the file and in the list's own data.
fn heic(exif: &[u8], xmp: &[u8], before: bool) -> Vec<u8> {
    let entry = |item: u16, kind: &[u8]| boxed(b"infe", &[b"\x02\0\0\0", &item.to_be_bytes()[..], b"\0\0", kind, b"\0"].concat());
    let info =
        boxed(b"iinf", &[b"\0\0\0\0\0\x04".to_vec(), entry(1, b"hvc1"), entry(2, b"grid"), entry(3, b"Exif"), entry(4, b"mime")].concat());
    let (first, second) = (b"picture one", b"the grid");
    let list = |start: u32| {
        let place = |item: u16, way: u16, from: u32, length: usize| {
            let (from, length) = (from.to_be_bytes(), u32::try_from(length).unwrap().to_be_bytes());
            [&item.to_be_bytes()[..], &way.to_be_bytes(), b"\0\0\0\x01", &from, &length].concat()
        };
        let then = start + first.len() as u32;
        let places = [
            place(1, 0, start, first.len()),
            place(3, 0, then, exif.len()),
            place(2, 1, 0, second.len()),
            place(4, 1, second.len() as u32, xmp.len()),
        ];
        let table = boxed(b"iloc", &[b"\x01\0\0\0\x44\0\0\x04".to_vec(), places.concat()].concat());
        boxed(
            b"meta",
            &[b"\0\0\0\0".to_vec(), boxed(b"hdlr", b"\0\0\0\0\0\0\0\0pict"), info.clone(), table, boxed(b"idat", &[second, xmp].concat())]
                .concat(),
        )
    };
    let (head, data) = (ftyp(b"heic"), boxed(b"mdat", &[first, exif, b"behind"].concat()));
    let start = head.len() as u32 + 8;
    if before { [head, data, list(start)].concat() } else { [head, list(start + list(0).len() as u32), data].concat() }
}

#[test]
fn a_photograph_of_a_telephone_keeps_its_picture_alone() {
    let (exif, xmp) = (b"\0\0\0\x06Exif\0\0MM\0*GPS 22.28N 114.16E", b"<x:xmpmeta>me</x:xmpmeta>");
    let out = clean(&heic(exif, xmp, false));
    assert_eq!(out, heic(&[0; 32], &[0; 25], false));
}

#[test]
fn what_cannot_be_cleaned_is_refused() {
    let list_behind = heic(&[1; 32], b"me", true);
    let torn = [ftyp(b"isom"), boxed(b"moov", b"\0\0\x10\0trak and no more")].concat();
    let deep = [ftyp(b"isom"), (0..12).fold(Vec::new(), |inner, _| boxed(b"moov", &inner))].concat();
    let no_places = [
        ftyp(b"heic"),
        boxed(b"meta", &[b"\0\0\0\0".to_vec(), boxed(b"iinf", b"\0\0\0\0\0\x01\0\0\0\x15infe\x02\0\0\0\0\x01\0\0Exif\0")].concat()),
    ]
    .concat();
    let unfinished = [ftyp(b"heic"), b"\0\0\0\x40meta\0\0\0\0".to_vec()].concat();
    for bytes in [list_behind, torn, deep, no_places, unfinished] {
        assert_eq!(cleaned(&bytes, bytes.len()), None, "{:?}", String::from_utf8_lossy(&bytes));
        assert_eq!(cleaned(&bytes, 1), None, "byte by byte");
    }
}

proptest! {
    #[test]
    fn boxes_are_read_alike_in_pieces_and_never_move(
        brand in proptest::sample::select(vec![&b"isom"[..], b"heic", b"qt  "]),
        rest in proptest::collection::vec(prop_oneof![
            proptest::sample::select(vec![&b"moov"[..], b"trak", b"mdia", b"hdlr", b"vide", b"meta", b"iinf", b"iloc", b"infe", b"idat", b"mdat", b"udta", b"mvhd",
                b"\0\0\0\x08", b"\0\0\0\x10", b"\0\0\0\x20", b"\0\0\0\x40", b"\0\0\0\0", b"\0\0\0\x01"]).prop_map(<[u8]>::to_vec),
            proptest::collection::vec(any::<u8>(), 1..5),
        ], 0..60),
        piece in 1usize..40,
    ) {
        let bytes = [ftyp(brand), rest.concat()].concat();
        let whole = cleaned(&bytes, bytes.len());
        prop_assert_eq!(&cleaned(&bytes, piece), &whole);
        if let Some(whole) = whole {
            prop_assert_eq!(whole.len(), bytes.len());
            prop_assert_eq!(cleaned(&whole, whole.len()), Some(whole));
        }
    }

    #[test]
    fn media_stay_as_they_are(sample in proptest::collection::vec(any::<u8>(), 0..300), place in proptest::collection::vec(any::<u8>(), 0..40)) {
        let movie = boxed(b"moov", &[track(b"soun", b""), boxed(b"udta", &place)].concat());
        let bytes = [ftyp(b"M4V "), boxed(b"mdat", &sample), movie].concat();
        let out = clean(&bytes);
        let data = ftyp(b"M4V ").len()..ftyp(b"M4V ").len() + 8 + sample.len();
        prop_assert_eq!(&out[data.clone()], &bytes[data]);
    }
}
