//! Which characters the bytes of a CSV file stand for. Spreadsheets write UTF-8 where one asks for it, and what the
//! machine is used to where one does not: GB18030 in China, Big5 in Taiwan, UTF-16 as "Unicode text".

use crate::transfer::format::unreadable;
use diagnostic::Result;
use encoding_rs::{BIG5, CoderResult, Decoder, DecoderResult, Encoding, GB18030, UTF_8};
use std::io::{self, Read, Seek};

/// A set of characters with its bytes, by the names that browsers know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl Charset {
    /// The one of this name: `gb18030`, `Big5`, `utf-8`.
    pub fn from_label(label: &str) -> Option<Charset> {
        Encoding::for_label_no_replacement(label.trim().trim_matches('"').as_bytes()).map(Charset)
    }

    /// The one that HTTP says beside the form: `text/csv; charset=gb18030`. Nothing where it says none.
    ///
    /// # Errors
    /// The name of one that is not known.
    pub fn of_media_type(text: &str) -> std::result::Result<Option<Charset>, String> {
        let said = text.split(';').skip(1).filter_map(|part| part.split_once('='));
        let mut said = said.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
        let Some((_, label)) = said.next() else { return Ok(None) };
        Charset::from_label(label).map(Some).ok_or_else(|| label.trim().to_owned())
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Whether a file of these characters needs no other form.
    pub(super) fn is_utf8(self) -> bool {
        self.0 == UTF_8
    }
}

/// Bytes looked at together.
const CHUNK: usize = 64 * 1024;

/// What the whole file is, from its mark or its bytes; UTF-8 where nothing else fits, which then tells of each line.
pub(super) fn detect(source: &mut (impl Read + Seek)) -> Result<Charset> {
    source.rewind().map_err(unreadable)?;
    let mut survey = Survey::default();
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = source.read(&mut chunk).map_err(unreadable)?;
        survey.take(&chunk[..count], count == 0);
        if count == 0 || survey.marked.is_some() {
            break;
        }
    }
    source.rewind().map_err(unreadable)?;
    Ok(Charset(survey.verdict()))
}

/// What is known of bytes that were seen.
struct Survey {
    begun: bool,
    /// By the mark at the beginning.
    marked: Option<&'static Encoding>,
    /// Those that all bytes so far fit.
    fits: Vec<(&'static Encoding, Decoder)>,
    /// The first byte of a pair whose second one is in the next chunk.
    lead: Option<u8>,
    /// Pairs of bytes beyond ASCII; how many of them are usual in simplified, and in traditional Chinese.
    pairs: (u64, u64, u64),
}

impl Default for Survey {
    fn default() -> Survey {
        let fits = [UTF_8, GB18030, BIG5].map(|one| (one, one.new_decoder_without_bom_handling()));
        Survey { begun: false, marked: None, fits: fits.into(), lead: None, pairs: (0, 0, 0) }
    }
}

impl Survey {
    fn take(&mut self, bytes: &[u8], last: bool) {
        if !std::mem::replace(&mut self.begun, true) {
            self.marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
        }
        self.fits.retain_mut(|(_, decoder)| decodes(decoder, bytes, last));
        for byte in bytes {
            match self.lead.take() {
                // Three more bytes would follow; they are rare.
                Some(_) if byte.is_ascii_digit() => {}
                Some(lead) => {
                    let (all, simplified, traditional) = &mut self.pairs;
                    *all += 1;
                    *simplified += u64::from((0xa1..=0xf7).contains(&lead) && *byte >= 0xa1);
                    *traditional += u64::from((0xa1..=0xc6).contains(&lead));
                }
                None if !byte.is_ascii() => self.lead = Some(*byte),
                None => {}
            }
        }
    }

    fn verdict(&self) -> &'static Encoding {
        let fits = |wanted: &'static Encoding| self.fits.iter().any(|(one, _)| *one == wanted);
        let (all, simplified, traditional) = self.pairs;
        match self.marked {
            Some(marked) => marked,
            None if fits(UTF_8) => UTF_8,
            // Letters with accents of a European page fit as well, but for what stands beside them.
            None if fits(GB18030) && simplified * 4 >= all * 3 => GB18030,
            None if fits(BIG5) && traditional * 4 >= all * 3 => BIG5,
            None => UTF_8,
        }
    }
}

fn decodes(decoder: &mut Decoder, bytes: &[u8], last: bool) -> bool {
    let mut text = [0; 4096];
    let mut rest = bytes;
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut text, last);
        rest = &rest[read..];
        match result {
            DecoderResult::InputEmpty => return true,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => return false,
        }
    }
}

/// A file as UTF-8; U+FFFD stands for what is none of its characters.
pub(super) struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    pub fn new(inner: R, charset: Charset) -> Decoded<R> {
        let decoder = charset.0.new_decoder_with_bom_removal();
        Decoded { inner, decoder, raw: vec![0; CHUNK], text: Vec::new(), given: 0, ended: false }
    }

    fn more(&mut self) -> io::Result<()> {
        let count = self.inner.read(&mut self.raw)?;
        self.ended = count == 0;
        let mut text = String::with_capacity(4 * CHUNK);
        let mut rest = &self.raw[..count];
        loop {
            let (result, read, _) = self.decoder.decode_to_string(rest, &mut text, self.ended);
            rest = &rest[read..];
            match result {
                CoderResult::InputEmpty => break,
                CoderResult::OutputFull => text.reserve(CHUNK),
            }
        }
        (self.text, self.given) = (text.into_bytes(), 0);
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            self.more()?;
        }
        let count = out.len().min(self.text.len() - self.given);
        out[..count].copy_from_slice(&self.text[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn check(bytes: &[u8], expect: (&str, &str)) {
        let mut source = Cursor::new(bytes.to_vec());
        let charset = detect(&mut source).unwrap();
        let mut text = String::new();
        Decoded::new(source, charset).read_to_string(&mut text).unwrap();
        assert_eq!((charset.name(), text.as_str()), expect);
    }

    #[test]
    fn files_say_what_they_are() {
        let simplified = "名称,城市\n深圳创新科技,上海\n";
        let traditional = "名稱,城市\n臺灣積體電路製造,新竹\n";
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let rows: [(Vec<u8>, (&str, &str)); 8] = [
            (Vec::new(), ("UTF-8", "")),
            (b"name\nAda\n".to_vec(), ("UTF-8", "name\nAda\n")),
            (simplified.as_bytes().to_vec(), ("UTF-8", simplified)),
            (["\u{feff}".as_bytes(), simplified.as_bytes()].concat(), ("UTF-8", simplified)),
            (GB18030.encode(simplified).0.into_owned(), ("gb18030", simplified)),
            (BIG5.encode(traditional).0.into_owned(), ("Big5", traditional)),
            ([vec![0xff, 0xfe], utf16(simplified)].concat(), ("UTF-16LE", simplified)),
            // Letters of a European code page are not taken for Chinese.
            (b"name\nM\xfcller\n".to_vec(), ("UTF-8", "name\nM\u{fffd}ller\n")),
        ];
        for (bytes, expect) in rows {
            check(&bytes, expect);
        }
    }

    #[test]
    fn a_pair_that_is_cut_by_a_chunk_is_one_character() {
        let text = format!("x{}", "深圳".repeat(CHUNK));
        check(&GB18030.encode(&text).0, ("gb18030", &text));
    }

    #[test]
    fn the_media_type_may_say_it() {
        let rows = [
            ("text/csv", Ok(None)),
            ("text/csv; charset=utf-8", Ok(Some("UTF-8"))),
            ("text/csv; header=present; Charset=\"GB18030\"", Ok(Some("gb18030"))),
            ("text/csv; charset=klingon", Err("klingon".to_owned())),
        ];
        for (text, expect) in rows {
            assert_eq!(Charset::of_media_type(text).map(|found| found.map(Charset::name)), expect);
        }
    }
}
