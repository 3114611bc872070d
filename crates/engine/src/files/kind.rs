//! What bytes are, whatever they are called: a look at how they begin. Pictures are never drawn; their size stands in
//! their head, so that a small file that would unfold to a huge one does no harm.

use definition::field::Media;

/// What is known of bytes by their beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The type.
    pub media: Media,
    /// Width and height of a picture.
    pub size: Option<(u32, u32)>,
}

/// Judges by the beginning of a file; `None` for what is none of the known types.
pub fn of(head: &[u8]) -> Option<Kind> {
    let plain = |media| Some(Kind { media, size: None });
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(Kind { media: Media::Png, size: Some(png(head)?) });
    }
    if head.starts_with(b"\xff\xd8\xff") {
        return Some(Kind { media: Media::Jpeg, size: Some(jpeg(head)?) });
    }
    if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        let size = (u32::from(u16_little(head, 6)?), u32::from(u16_little(head, 8)?));
        return Some(Kind { media: Media::Gif, size: Some(size) });
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some(Kind { media: Media::Webp, size: Some(webp(head)?) });
    }
    if head.starts_with(b"%PDF-") {
        return plain(Media::Pdf);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return plain(archive(head));
    }
    if head.get(4..8) == Some(b"ftyp") {
        return plain(Media::Mp4);
    }
    if head.starts_with(b"ID3") || (head.len() > 2 && head[0] == 0xff && head[1] & 0xe6 == 0xe2) {
        return plain(Media::Mp3);
    }
    is_text(head).then_some(Kind { media: Media::Text, size: None })
}

/// A document of an office program names its parts; which folder it has says which program.
fn archive(head: &[u8]) -> Media {
    let has = |word: &[u8]| head.windows(word.len()).any(|part| part == word);
    if !has(b"[Content_Types].xml") {
        return Media::Zip;
    }
    match (has(b"word/"), has(b"xl/"), has(b"ppt/")) {
        (true, ..) => Media::Docx,
        (_, true, _) => Media::Xlsx,
        (.., true) => Media::Pptx,
        _ => Media::Zip,
    }
}

/// UTF-8 without control characters. A character may be cut at the end of what is looked at.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

fn png(head: &[u8]) -> Option<(u32, u32)> {
    if head.get(12..16)? != b"IHDR" {
        return None;
    }
    let word = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    Some((word(16)?, word(20)?))
}

/// Walks from segment to segment to the one that tells the size.
fn jpeg(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *head.get(at)? != 0xff {
            return None;
        }
        let marker = *head.get(at + 1)?;
        let length = usize::from(u16_big(head, at + 2)?);
        match marker {
            0xff => at += 1,
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some((u32::from(u16_big(head, at + 7)?), u32::from(u16_big(head, at + 5)?)));
            }
            0xd8..=0xda => return None,
            _ if length < 2 => return None,
            _ => at += 2 + length,
        }
    }
}

fn webp(head: &[u8]) -> Option<(u32, u32)> {
    let three = |at: usize| {
        let bytes = head.get(at..at + 3)?;
        Some(u32::from(bytes[0]) | u32::from(bytes[1]) << 8 | u32::from(bytes[2]) << 16)
    };
    match head.get(12..16)? {
        b"VP8X" => Some((three(24)? + 1, three(27)? + 1)),
        b"VP8 " => {
            let side = |at| Some(u32::from(u16_little(head, at)? & 0x3fff));
            Some((side(26)?, side(28)?))
        }
        b"VP8L" => {
            let bits = u32::from_le_bytes(head.get(21..25)?.try_into().ok()?);
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        _ => None,
    }
}

fn u16_big(head: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(head.get(at..at + 2)?.try_into().ok()?))
}

fn u16_little(head: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(head.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A type, and the size of a picture.
    type Told = (Media, Option<(u32, u32)>);

    #[test]
    fn bytes_say_what_they_are() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06";
        let bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\x86\xa0\0\x01\x86\xa0\x08\x06";
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x20\0\x40\x03";
        let docx = b"PK\x03\x04....[Content_Types].xml....word/document.xml";
        let gif = b"GIF89a\x03\0\x05\0";
        let webp = b"RIFF\x10\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1f\0\0\x0f\0\0";
        let rows: [(&[u8], Option<Told>); 18] = [
            (png, Some((Media::Png, Some((640, 480))))),
            (bomb, Some((Media::Png, Some((100_000, 100_000))))),
            (jpeg, Some((Media::Jpeg, Some((64, 32))))),
            (gif, Some((Media::Gif, Some((3, 5))))),
            (webp, Some((Media::Webp, Some((32, 16))))),
            (b"%PDF-1.7", Some((Media::Pdf, None))),
            (docx, Some((Media::Docx, None))),
            (b"PK\x03\x04 a.txt", Some((Media::Zip, None))),
            (b"\0\0\0\x18ftypmp42", Some((Media::Mp4, None))),
            (b"ID3\x04", Some((Media::Mp3, None))),
            ("名称,数量\n螺丝,5\n".as_bytes(), Some((Media::Text, None))),
            // Pages and drawings are text to us, and are handed out as plain text.
            (b"<html><script>alert(1)</script>", Some((Media::Text, None))),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Some((Media::Text, None))),
            (b"", Some((Media::Text, None))),
            // Cut off, or not what they begin as.
            (b"\x89PNG\r\n\x1a\n\0\0", None),
            (b"\xff\xd8\xff\xe0\0\0", None),
            (b"MZ\x90\0\x03\0\0\0", None),
            (b"\x7fELF\x02\x01\x01\0", None),
        ];
        for (head, expect) in rows {
            let found = of(head).map(|kind| (kind.media, kind.size));
            assert_eq!(found, expect, "{}", head.escape_ascii());
        }
        let cut = "数".as_bytes();
        assert!(is_text(&cut[..2]), "a character that is cut at the end");
        // Nothing here panics, wherever it is cut.
        for whole in [png.as_slice(), jpeg, gif, webp, docx] {
            for end in 0..whole.len() {
                let _ = of(&whole[..end]);
            }
        }
    }
}
