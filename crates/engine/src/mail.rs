//! A mail: who gets it, what it says, and its form on the wire.

use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Result};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Longest name and subject in characters: a header that is longer says nothing more.
const LONGEST_LINE: usize = 300;
/// Longest text in bytes.
const LONGEST_TEXT: usize = 1 << 20;

/// What a mail that comes here becomes.
pub const RECEIVED: &str = "base.mail";

/// The header that mails of the product carry.
pub(crate) const OWN: &str = "X-Lifeloom-Mail";

/// A mail to one receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The receiver's address.
    pub to: String,
    /// What the receiver is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is about.
    pub subject: String,
    /// What it says, as plain text.
    pub text: String,
    /// The same as HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The mails of its thread before it, the oldest first; it answers the last one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thread: Vec<Earlier>,
    /// When it is of no use any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// An earlier mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Earlier {
    /// One that this site sent, by its effect.
    Sent(Uuid),
    /// One that came here, by its `Message-ID` without the brackets.
    Received(String),
}

impl Earlier {
    /// A mail that came here, unless its id could not be repeated in a header.
    pub fn received(id: &str) -> Option<Earlier> {
        let fits = id.contains('@') && id.len() <= LONGEST_LINE;
        let plain = id.chars().all(|c| c.is_ascii_graphic() && c != '<' && c != '>');
        (fits && plain).then(|| Earlier::Received(id.to_owned()))
    }

    fn message_id(&self, from: &Mailbox) -> String {
        match self {
            Earlier::Sent(id) => message_id(from, *id),
            Earlier::Received(id) => format!("<{id}>"),
        }
    }
}

impl Mail {
    /// Whether it can be sent at all: an address, a name and a subject of one line each, texts within bounds.
    ///
    /// # Errors
    /// `effect_refused`.
    pub fn check(&self) -> Result<()> {
        self.receiver()?;
        line("the subject", &self.subject)?;
        for text in [Some(&self.text), self.html.as_ref()].into_iter().flatten() {
            if text.len() > LONGEST_TEXT {
                return Err(refused(format!("its text has more than {LONGEST_TEXT} bytes")));
            }
        }
        Ok(())
    }

    fn receiver(&self) -> Result<Mailbox> {
        if let Some(name) = &self.name {
            line("the receiver's name", name)?;
        }
        let address: Address =
            self.to.parse().map_err(|_| refused(format!("`{}` is no address", self.to.escape_debug())))?;
        Ok(Mailbox::new(self.name.clone().filter(|name| !name.trim().is_empty()), address))
    }

    /// The mail as it travels. The same id gives the same `Message-ID`, however often it is sent, so that a
    /// receiver who gets it twice can tell.
    ///
    /// # Errors
    /// As [`Mail::check`].
    pub(crate) fn message(&self, from: &Mailbox, id: Uuid, written: DateTime<Utc>) -> Result<Message> {
        self.check()?;
        let mut message = Message::builder()
            .from(from.clone())
            .to(self.receiver()?)
            .subject(&self.subject)
            .date(written.into())
            .message_id(Some(message_id(from, id)))
            // So that a mailbox of this site, or of another one, knows a mail that no person wrote.
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(OWN), id.to_string()))
            // Answering machines do not answer this.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        let thread: Vec<String> = self.thread.iter().map(|earlier| earlier.message_id(from)).collect();
        if let Some(last) = thread.last() {
            message = message.in_reply_to(last.clone()).references(thread.join(" "));
        }
        let made = match &self.html {
            Some(html) => {
                message.multipart(MultiPart::alternative_plain_html(self.text.clone(), html.clone()))
            }
            None => message.singlepart(SinglePart::plain(self.text.clone())),
        };
        made.map_err(|error| refused(error.to_string()))
    }
}

/// The `Message-ID` of an effect.
fn message_id(from: &Mailbox, id: Uuid) -> String {
    format!("<{id}@{}>", from.email.domain())
}

/// Refuses what would end a header and begin another.
fn line(what: &str, text: &str) -> Result<()> {
    if text.chars().any(char::is_control) {
        return Err(refused(format!("{what} holds line breaks or control characters")));
    }
    if text.chars().count() > LONGEST_LINE {
        return Err(refused(format!("{what} has more than {LONGEST_LINE} characters")));
    }
    Ok(())
}

fn refused(reason: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::EffectRefused).with("what", "mail").with("reason", reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_header_is_refused() {
        let rows = [
            ("ann@example.com", "Ann", "Hello", "sent"),
            ("ann@example.com", "安娜 \"A\" <x>", "您好", "sent"),
            ("ann@example.com", "Ann", "Hello\r\nBcc: eve@example.com", "the subject holds line breaks"),
            ("ann@example.com", "Ann", "Hello\nBcc: eve@example.com", "the subject holds line breaks"),
            ("ann@example.com", "Ann", "Hello\rBcc: eve@example.com", "the subject holds line breaks"),
            ("ann@example.com", "Ann", "Hello\u{85}there", "the subject holds line breaks"),
            ("ann@example.com", "Ann\r\nBcc: eve@example.com", "Hello", "the receiver's name holds"),
            ("ann@example.com\r\nBcc: eve@example.com", "Ann", "Hello", "is no address"),
            ("ann@example.com, eve@example.com", "Ann", "Hello", "is no address"),
            ("ann@example.com>\r\nRCPT TO:<eve@example.com", "Ann", "Hello", "is no address"),
            ("", "Ann", "Hello", "is no address"),
            ("ann", "Ann", "Hello", "is no address"),
        ];
        let from: Mailbox = "Lifeloom <no-reply@desk.example>".parse().unwrap();
        for (to, name, subject, expect) in rows {
            let (to, name, subject) = (to.to_owned(), Some(name.to_owned()), subject.to_owned());
            let mail = Mail { to, name, subject, text: "x".into(), ..Mail::default() };
            let made = mail.message(&from, Uuid::nil(), DateTime::UNIX_EPOCH);
            let shown = made.map_or_else(|found| found.to_string(), |_| "sent".to_owned());
            assert!(shown.contains(expect), "{mail:?}: {shown}");
        }
        let mail =
            Mail { to: "ann@example.com".into(), subject: "x".repeat(LONGEST_LINE + 1), ..Mail::default() };
        assert_eq!(mail.check().unwrap_err().code, Code::EffectRefused);
    }

    #[test]
    fn a_mail_stands_in_its_thread() {
        let from: Mailbox = "no-reply@desk.example".parse().unwrap();
        let received: Vec<Earlier> = ["1@x", "none", "a b@x", "<2@x>", "ü@x", "3@x\r\nBcc: eve@x"]
            .iter()
            .filter_map(|id| Earlier::received(id))
            .collect();
        assert_eq!(received, [Earlier::Received("1@x".to_owned())]);
        let rows = [
            (vec![], vec![]),
            (received.clone(), vec!["In-Reply-To: <1@x>\r\n", "References: <1@x>\r\n"]),
            (
                [received, vec![Earlier::Sent(Uuid::nil())]].concat(),
                vec![
                    "In-Reply-To: <00000000-0000-0000-0000-000000000000@desk.example>\r\n",
                    "References: <1@x> <00000000-0000-0000-0000-000000000000@desk.example>\r\n",
                ],
            ),
        ];
        for (thread, expect) in rows {
            let mail = Mail { to: "ann@example.com".into(), thread, ..Mail::default() };
            let message = mail.message(&from, Uuid::max(), DateTime::UNIX_EPOCH).unwrap();
            let text = String::from_utf8(message.formatted()).unwrap();
            for line in &expect {
                assert!(text.contains(line), "{text}");
            }
            assert_eq!(text.contains("References"), !expect.is_empty(), "{text}");
        }
    }

    #[test]
    fn the_same_effect_has_the_same_identity() {
        let from: Mailbox = "no-reply@desk.example".parse().unwrap();
        let mail = Mail { to: "ann@example.com".into(), subject: "s".into(), ..Mail::default() };
        let text = |id: u128| {
            let message = mail.message(&from, Uuid::from_u128(id), DateTime::UNIX_EPOCH).unwrap();
            String::from_utf8(message.formatted()).unwrap()
        };
        assert!(
            text(1).contains("Message-ID: <00000000-0000-0000-0000-000000000001@desk.example>"),
            "{}",
            text(1)
        );
        assert_eq!(text(1), text(1));
        assert_ne!(text(1), text(2));
    }
}
