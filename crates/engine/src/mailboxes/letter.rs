//! What a mail says, as far as it can be read: whatever its bytes are, something of it is kept.

use crate::mail::OWN;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use mail_parser::{Address, HeaderValue, Message, MessageParser, MimeHeaders};
use sha2::{Digest, Sha256};

/// Longest line of a mail that is kept, in characters.
const LINE: usize = 500;
/// Longest list of addresses or references, in characters.
const LIST: usize = 4000;
/// Longest text that is kept, in characters.
const TEXT: usize = 100_000;
/// Most attachments of a mail.
const MOST_FILES: usize = 100;
/// Most parts of a mail that are its text.
const MOST_TEXTS: usize = 20;

/// A mail that came in.
#[derive(Clone, Debug, Default)]
pub struct Letter {
    /// Whom it is from, in small letters.
    pub from: Option<String>,
    /// What the sender is called.
    pub from_name: Option<String>,
    /// To whom, one after another.
    pub to: Option<String>,
    /// To whom else.
    pub cc: Option<String>,
    /// What it is about.
    pub subject: Option<String>,
    /// What it says, as plain text.
    pub text: Option<String>,
    /// Its `Message-ID`, without brackets.
    pub message_id: Option<String>,
    /// The mail that it answers.
    pub in_reply_to: Option<String>,
    /// The mails of its thread.
    pub references: Vec<String>,
    /// When it says that it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// Its files: what each is called, and its bytes.
    pub files: Vec<(String, Bytes)>,
    /// What in its head says who sent it.
    pub signs: Signs,
    /// The digest of its bytes.
    pub digest: Vec<u8>,
}

/// What in the head of a mail says who sent it, in small letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// `Auto-Submitted` (RFC 3834).
    pub auto_submitted: Option<String>,
    /// `X-Auto-Response-Suppress`: its sender wants no answers of machines.
    pub suppress: Option<String>,
    /// `Precedence`.
    pub precedence: Option<String>,
    /// `Return-Path`, as the server that took it wrote it.
    pub return_path: Option<String>,
    /// It reports what became of another mail.
    pub report: bool,
    /// The product sent it.
    pub own: bool,
    /// It cannot be read, or says not whom it is from.
    pub broken: bool,
}

impl Letter {
    /// Reads a mail, or the head of one.
    pub fn read(raw: &[u8]) -> Letter {
        let digest = Sha256::digest(raw).to_vec();
        // The reader was made for whatever comes; a fault of it must not stand in the way of all other mails.
        let read = std::panic::catch_unwind(|| MessageParser::default().parse(raw).map(|mail| of(&mail)));
        match read.ok().flatten() {
            Some(letter) => Letter { digest, ..letter },
            None => {
                let text = clean(&String::from_utf8_lossy(&raw[..raw.len().min(TEXT)]), TEXT, true);
                Letter {
                    digest,
                    text,
                    signs: Signs { broken: true, ..Signs::default() },
                    ..Letter::default()
                }
            }
        }
    }
}

fn of(mail: &Message<'_>) -> Letter {
    let sender = mail.from().and_then(Address::first);
    let from = sender.and_then(|one| one.address.as_deref()).and_then(|text| line(&text.to_lowercase()));
    let mut texts: Vec<String> = Vec::new();
    for place in 0..mail.text_body_count().min(MOST_TEXTS) {
        texts.extend(mail.body_text(place).map(|text| text.into_owned()));
    }
    let files = mail.attachments().take(MOST_FILES).enumerate().map(|(place, part)| {
        let name = part.attachment_name().map(str::to_owned);
        let usual = if part.is_message() { "eml" } else { "bin" };
        (name.unwrap_or_else(|| format!("{}.{usual}", place + 1)), Bytes::copy_from_slice(part.contents()))
    });
    let answers = ids(mail.in_reply_to());
    Letter {
        from_name: sender.and_then(|one| one.name.as_deref()).and_then(|name| clean(name, 300, false)),
        to: people(mail.to()),
        cc: people(mail.cc()),
        subject: mail.subject().and_then(line),
        text: clean(&texts.join("\n"), TEXT, true),
        message_id: mail.message_id().and_then(line),
        in_reply_to: answers.first().cloned(),
        references: ids(mail.references()),
        sent_at: mail.date().and_then(|at| DateTime::from_timestamp(at.to_timestamp(), 0)),
        files: files.collect(),
        signs: Signs { broken: from.is_none(), ..signs(mail) },
        from,
        digest: Vec::new(),
    }
}

fn signs(mail: &Message<'_>) -> Signs {
    let said = |name: &'static str| mail.header_raw(name).map(|text| text.trim().to_ascii_lowercase());
    Signs {
        auto_submitted: said("Auto-Submitted"),
        suppress: said("X-Auto-Response-Suppress"),
        precedence: said("Precedence"),
        return_path: said("Return-Path"),
        report: mail.is_content_type("multipart", "report"),
        own: mail.header_raw(OWN).is_some(),
        broken: false,
    }
}

fn people(addresses: Option<&Address<'_>>) -> Option<String> {
    let all = addresses?.iter().filter_map(|one| one.address.as_deref());
    clean(&all.collect::<Vec<_>>().join(", "), LIST, false)
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let all: Vec<&str> = match value {
        HeaderValue::Text(text) => vec![text],
        HeaderValue::TextList(all) => all.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    };
    // The first and the last ones of a long thread say most.
    let first = all.iter().take(5);
    let last = all.iter().skip(5.max(all.len().saturating_sub(20)));
    first.chain(last).filter_map(|id| line(id)).collect()
}

fn line(text: &str) -> Option<String> {
    clean(text, LINE, false)
}

/// Text without what is no text, of so many characters at most.
fn clean(text: &str, most: usize, lines: bool) -> Option<String> {
    let kept = |c: char| match c {
        '\n' | '\t' if lines => Some(c),
        '\r' => None,
        c if c.is_control() => (!lines).then_some(' '),
        c => Some(c),
    };
    let text: String = text.chars().filter_map(kept).take(most).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
