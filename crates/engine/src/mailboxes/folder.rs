//! Names of folders as IMAP spells them: letters beyond ASCII in its own UTF-7 (RFC 3501, 5.1.3).

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

const LETTERS: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// A name as a server reads it.
pub(super) fn spelt(name: &str) -> String {
    let mut spelt = String::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let plain = |c: char| matches!(c, ' '..='~');
        let end = rest.find(|c| plain(c) != plain(first)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        if plain(first) {
            spelt.push_str(&run.replace('&', "&-"));
        } else {
            let bytes: Vec<u8> = run.encode_utf16().flat_map(u16::to_be_bytes).collect();
            spelt.push_str(&format!("&{}-", LETTERS.encode(bytes)));
        }
        rest = after;
    }
    spelt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelt_as_servers_read_them() {
        let rows = [
            ("INBOX", "INBOX"),
            ("", ""),
            ("Q&A", "Q&-A"),
            ("已处理", "&XfJZBHQG-"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("Erledigt für 2026 📬", "Erledigt f&APw-r 2026 &2D3c7A-"),
        ];
        for (name, expect) in rows {
            assert_eq!(spelt(name), expect, "{name}");
        }
    }
}
