//! Small pictures of large ones. Any bytes give an answer, within bounds that are known before the first pixel is read.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// Pixels of the longer side.
const SIDE: u32 = 320;
/// Pixels of a side that is looked at.
const MAX_SIDE: u32 = 30_000;
/// What reading a picture may take of memory: 33 megapixels with four bytes each, 44 with three.
const ROOM: u64 = 128 << 20;
const QUALITY: u8 = 80;

/// A small picture, with nothing in it but pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Small {
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

/// Why there is no small picture of something.
#[derive(Debug, thiserror::Error)]
pub enum NoPicture {
    #[error("no kind of picture that is read")]
    Kind,
    #[error("{0}")]
    Broken(#[from] image::ImageError),
}

/// Makes a picture small, the right way up. Of a moving one it is the first.
pub fn small(bytes: &[u8]) -> Result<Small, NoPicture> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(image::ImageError::IoError)?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif | ImageFormat::WebP)) {
        return Err(NoPicture::Kind);
    }
    let mut decoder = reader.into_decoder()?;
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(ROOM);
    // What the pixels take is known from the head, and the decoder must do with the rest.
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    let upright = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    if picture.width().max(picture.height()) > SIDE {
        picture = picture.thumbnail(SIDE, SIDE);
    }
    picture.apply_orientation(upright);
    Ok(written(&picture)?)
}

fn written(picture: &DynamicImage) -> Result<Small, image::ImageError> {
    let mut bytes = Vec::new();
    if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.to_rgba8()).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
        return Ok(Small { media_type: "image/png", bytes });
    }
    let plain = picture.to_rgb8();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    encoder.write_image(&plain, plain.width(), plain.height(), image::ExtendedColorType::Rgb8)?;
    Ok(Small { media_type: "image/jpeg", bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage, Rgba, RgbaImage};
    use proptest::prelude::*;

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    fn sides(small: &Small) -> (u32, u32) {
        let picture = image::load_from_memory(&small.bytes).unwrap();
        (picture.width(), picture.height())
    }

    #[test]
    fn pictures_of_every_kind_become_small_ones() {
        let opaque = DynamicImage::ImageRgb8(RgbImage::from_pixel(1280, 640, Rgb([200, 30, 30])));
        let clear = DynamicImage::ImageRgba8(RgbaImage::from_pixel(640, 1280, Rgba([0, 0, 200, 99])));
        for (bytes, media_type, wanted) in [
            (encoded(&opaque, ImageFormat::Png), "image/jpeg", (320, 160)),
            (encoded(&opaque, ImageFormat::Jpeg), "image/jpeg", (320, 160)),
            (encoded(&clear, ImageFormat::Png), "image/png", (160, 320)),
            (encoded(&clear, ImageFormat::WebP), "image/png", (160, 320)),
            (encoded(&clear, ImageFormat::Gif), "image/png", (160, 320)),
        ] {
            let small = small(&bytes).unwrap();
            assert_eq!((small.media_type, sides(&small)), (media_type, wanted));
            assert!(small.bytes.len() < 20_000);
        }
        let tiny = encoded(&DynamicImage::new_rgb8(3, 2), ImageFormat::Png);
        assert_eq!(sides(&small(&tiny).unwrap()), (3, 2));
    }

    #[test]
    fn a_photograph_is_turned_the_right_way_up() {
        let lying = encoded(&DynamicImage::new_rgb8(400, 200), ImageFormat::Jpeg);
        let way_up = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let turned = [&lying[..2], way_up, &lying[2..]].concat();
        assert_eq!(sides(&small(&turned).unwrap()), (160, 320));
    }

    #[test]
    fn a_picture_that_needs_too_much_room_is_not_begun() {
        // A head that promises 30,000 by 30,000 points, and nothing behind it.
        let mut head = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x75\x30\0\0\x75\x30\x08\x06\0\0\0".to_vec();
        head.extend([0x9b, 0x01, 0xd4, 0x3b]);
        assert!(small(&head).is_err());
        for nothing in [&b""[..], b"%PDF-1.7", b"<svg/>", b"\xff\xd8\xff\xd9", b"BM and a bitmap"] {
            assert!(small(nothing).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer(at in 0usize..2000, with in any::<u8>(), cut in 0usize..2000, kind in 0usize..4) {
            let format = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP][kind];
            let mut bytes = encoded(&DynamicImage::new_rgb8(40, 30), format);
            let at = at % bytes.len();
            bytes[at] = with;
            bytes.truncate(bytes.len().max(cut) - cut.min(bytes.len()) / 2);
            drop(small(&bytes));
        }
    }
}
