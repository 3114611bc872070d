//! What sets nothing off: mails that no person wrote.

use crate::mailboxes::letter::Letter;

/// Why a mail is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A machine sent it: answering it would go on for ever.
    AutoReply,
    /// This site sent it.
    Loop,
    /// Its sender sends too many.
    Flood,
    /// Another mail of its `Message-ID` was taken.
    Duplicate,
    /// It is larger than what is taken.
    TooLarge,
    /// It cannot be read.
    Broken,
}

impl Reason {
    /// As the record says it.
    pub fn name(self) -> &'static str {
        match self {
            Reason::AutoReply => "auto_reply",
            Reason::Loop => "loop",
            Reason::Flood => "flood",
            Reason::Duplicate => "duplicate",
            Reason::TooLarge => "too_large",
            Reason::Broken => "broken",
        }
    }
}

/// Why a mail is held back by what stands in it.
pub fn judge(letter: &Letter) -> Option<Reason> {
    let signs = &letter.signs;
    if signs.own {
        return Some(Reason::Loop);
    }
    if signs.broken {
        return Some(Reason::Broken);
    }
    let first = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default();
        text.split([';', ' ', '(']).next().unwrap_or_default().to_owned()
    };
    let submitted = first(&signs.auto_submitted);
    let precedence = first(&signs.precedence);
    let local = letter.from.as_deref().and_then(|from| from.split('@').next()).unwrap_or_default();
    let by_machine = !matches!(submitted.as_str(), "" | "no")
        || !matches!(signs.suppress.as_deref(), None | Some("" | "none"))
        || matches!(precedence.as_str(), "bulk" | "junk" | "list" | "auto_reply")
        || signs.return_path.as_deref() == Some("<>")
        || matches!(local, "mailer-daemon" | "postmaster")
        || signs.report;
    by_machine.then_some(Reason::AutoReply)
}
