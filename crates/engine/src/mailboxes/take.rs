//! Taking a mail: what it becomes, and how far its mailbox was read, are one transaction.

use crate::engine::Engine;
use crate::files::{kind, upload};
use crate::flow::automation::{Cause, set_off};
use crate::identity::trail::{Origin, entry};
use crate::mail::RECEIVED;
use crate::mailboxes::judge::{Reason, judge};
use crate::mailboxes::letter::Letter;
use crate::records::command::Command;
use crate::records::read::{self, Given};
use crate::work::Work;
use chrono::{DateTime, TimeDelta, Utc};
use definition::connector::ImapConnection;
use diagnostic::{Code, Diagnostic, Locale, Result};
use plan::Row;
use plan::planner::Mode;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use storage::store::audit;
use storage::store::file::{self as files, File};
use storage::store::mailbox::{self as table, Mailbox, Received};
use storage::store::{effect, mail as sent};
use uuid::Uuid;

/// How many mails of one sender are taken in an hour where nothing is said.
const MOST_PER_HOUR: u32 = 60;

/// A mail as it lies in its mailbox.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The mailbox: a connector's full name.
    pub mailbox: Arc<str>,
    /// What it says.
    pub letter: Letter,
    /// When it came.
    pub at: DateTime<Utc>,
    /// Only its head was read.
    pub too_large: bool,
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It set off what waits for it.
    SetOff(Uuid),
    /// It is held back.
    Quarantined(Uuid, Reason),
    /// The very same mail was taken before.
    Known,
}

impl Engine {
    /// Takes a mail that came to a mailbox under a lease, up to whose number it is then read. Without a lease it is one that
    /// a scenario plays.
    pub(crate) async fn take_mail(
        &self,
        arrived: Arrived,
        held: Option<(Mailbox, TimeDelta)>,
    ) -> Result<Taken> {
        let stored = self.store_files(&arrived.letter).await?;
        let given = Arc::new((arrived, held, stored));
        self.transact(self.system(), Mode::System, true, move |work| {
            let given = given.clone();
            async move {
                let (arrived, held, stored) = &*given;
                Box::pin(taken(&work, arrived, held.as_ref(), stored)).await
            }
        })
        .await
    }

    /// Puts attachments beside the database; what nobody can keep is named.
    async fn store_files(&self, letter: &Letter) -> Result<Stored> {
        let mut stored = Stored::default();
        for (name, bytes) in &letter.files {
            let known = kind::of(&bytes[..bytes.len().min(1 << 20)]).filter(|_| !bytes.is_empty());
            let made = match known {
                Some(known) => upload::store(self, name, known, bytes).await?,
                None => None,
            };
            match made {
                Some(file) => stored.files.push(file),
                None => stored.left_out.push(name.chars().filter(|c| !c.is_control()).take(200).collect()),
            }
        }
        Ok(stored)
    }
}

/// The attachments of a mail.
#[derive(Default)]
struct Stored {
    files: Vec<File>,
    left_out: Vec<String>,
}

async fn taken(
    work: &Work,
    arrived: &Arrived,
    held: Option<&(Mailbox, TimeDelta)>,
    stored: &Stored,
) -> Result<Taken> {
    let (letter, now) = (&arrived.letter, work.bindings.now);
    let (validity, uid) = match held {
        Some((held, lease)) => {
            if !table::advance(&work.tx, held, now + *lease).await? {
                return Err(Box::new(Diagnostic::new(Code::DatabaseBusy)));
            }
            (held.validity, held.uid)
        }
        // No mailbox numbers what a scenario plays.
        None => (0, i64::try_from(Uuid::new_v4().as_u128() >> 65).unwrap_or_default()),
    };
    let digest: String = letter.digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let message_id = letter.message_id.clone().unwrap_or_else(|| format!("sha256:{digest}"));
    let before = table::of_message(&work.tx, &arrived.mailbox, &message_id).await?;
    if let Some(same) = before.iter().find(|one| one.digest == letter.digest) {
        if held.is_some() {
            // Marked under its new number, too.
            let again = Received { id: Uuid::now_v7(), validity, uid, marked_at: None, ..same.clone() };
            table::insert(&work.tx, &again).await?;
        }
        return Ok(Taken::Known);
    }
    let reason = reason(work, arrived, !before.is_empty()).await?;
    let row = record(work, arrived, reason, &stored.left_out).await?;
    attach(work, &row, &stored.files).await?;
    let received = Received {
        id: Uuid::now_v7(),
        mailbox: arrived.mailbox.to_string(),
        validity,
        uid,
        message_id,
        digest: letter.digest.clone(),
        sender: letter.from.clone().unwrap_or_default(),
        record: row.id(),
        at: now,
        marked_at: None,
    };
    table::insert(&work.tx, &received).await?;
    let Some(reason) = reason else {
        set_off_by(work, &arrived.mailbox, &row).await?;
        return Ok(Taken::SetOff(row.id()));
    };
    tracing::warn!(mailbox = %arrived.mailbox, mail = %row.id(), reason = reason.name(), "a mail is held back");
    let told = json!({"mailbox": arrived.mailbox, "reason": reason.name()});
    let mut told = entry("mail.quarantined", now, None, None, &Origin::default(), told);
    (told.object, told.record) = (Some(RECEIVED.to_owned()), Some(row.id()));
    audit::insert(&work.tx, work.engine.pen(), &[told]).await?;
    Ok(Taken::Quarantined(row.id(), reason))
}

/// Why a mail is held back, by what stands in it and by what came before.
async fn reason(work: &Work, arrived: &Arrived, known: bool) -> Result<Option<Reason>> {
    let letter = &arrived.letter;
    if arrived.too_large {
        return Ok(Some(Reason::TooLarge));
    }
    if let Some(reason) = judge(letter) {
        return Ok(Some(reason));
    }
    if let Some(id) = letter.message_id.as_deref().and_then(effect_of)
        && (effect::get(&work.tx, id).await?.is_some() || sent::find(&work.tx, id).await?.is_some())
    {
        return Ok(Some(Reason::Loop));
    }
    if known {
        return Ok(Some(Reason::Duplicate));
    }
    let imap = mailbox_of(work, &arrived.mailbox);
    let most = imap.and_then(|imap| imap.most_per_hour).unwrap_or(MOST_PER_HOUR);
    let sender = letter.from.as_deref().unwrap_or_default();
    let since = work.bindings.now - TimeDelta::hours(1);
    let many = table::of_sender(&work.tx, &arrived.mailbox, sender, since).await? >= u64::from(most);
    Ok(many.then_some(Reason::Flood))
}

fn mailbox_of<'w>(work: &'w Work, name: &str) -> Option<&'w ImapConnection> {
    match &work.published.catalog.connectors.get(name)?.connection {
        catalog::Connection::Imap(imap) => Some(imap),
        _ => None,
    }
}

/// The effect that sent a mail of this id, if this site did: its ids are `<effect@domain>`.
fn effect_of(message_id: &str) -> Option<Uuid> {
    message_id.split_once('@')?.0.parse().ok()
}

/// The record about which this site sent the mail that this one answers.
async fn about(work: &Work, letter: &Letter) -> Result<Option<Json>> {
    let answers = letter.in_reply_to.iter().chain(letter.references.iter().rev());
    for id in answers.filter_map(|id| effect_of(id)) {
        let Some(known) = sent::find(&work.tx, id).await? else { continue };
        let Some(object) = work.published.catalog.object(&known.object) else { continue };
        if work.rows().load(object, known.record).await?.is_some() {
            return Ok(Some(json!({"object": known.object, "id": known.record})));
        }
    }
    Ok(None)
}

async fn record(work: &Work, arrived: &Arrived, reason: Option<Reason>, left_out: &[String]) -> Result<Row> {
    let letter = &arrived.letter;
    let references: String = letter.references.join(" ").chars().take(4000).collect();
    let left_out: String = left_out.join("\n").chars().take(4000).collect();
    let given = |text: String| if text.is_empty() { Json::Null } else { text.into() };
    let mut body = Map::new();
    let fields = [
        ("mailbox", json!(arrived.mailbox)),
        ("state", json!(if reason.is_some() { "quarantined" } else { "taken" })),
        ("reason", json!(reason.map(Reason::name))),
        ("from", json!(letter.from.as_deref().map(|text| text.chars().take(320).collect::<String>()))),
        ("from_name", json!(letter.from_name)),
        ("to", json!(letter.to)),
        ("cc", json!(letter.cc)),
        ("subject", json!(letter.subject)),
        ("text", json!(letter.text)),
        ("about", json!(about(work, letter).await?)),
        ("message_id", json!(letter.message_id)),
        ("in_reply_to", json!(letter.in_reply_to)),
        ("references", given(references)),
        ("received_at", json!(arrived.at)),
        ("sent_at", json!(letter.sent_at)),
        ("left_out", given(left_out)),
    ];
    body.extend(fields.map(|(name, value)| (name.to_owned(), value)));
    let made = work.execute(&Command::Create { object: RECEIVED.into(), body: Json::Object(body) }).await?;
    Ok(made.row)
}

async fn attach(work: &Work, row: &Row, stored: &[File]) -> Result<()> {
    for file in stored {
        let kept = File {
            state: files::KEPT.to_owned(),
            object: Some(RECEIVED.to_owned()),
            record: Some(row.id()),
            changed_at: work.bindings.now,
            ..file.clone()
        };
        files::update(&work.tx, &kept).await?;
    }
    Ok(())
}

/// Sets off the automations that wait for mails of a mailbox, each once for a mail.
pub(super) async fn set_off_by(work: &Work, mailbox: &str, row: &Row) -> Result<()> {
    let waits = |flow: &&Arc<workflow::Flow>| {
        flow.trigger.mail.as_ref().is_some_and(|mails| *mails.mailbox == *mailbox)
    };
    let mut flows: Vec<_> = work.published.flows().filter(waits).cloned().collect();
    flows.sort_by(|a, b| a.name.cmp(&b.name));
    for flow in flows {
        let when = flow.trigger.mail.as_ref().and_then(|mails| mails.when.as_ref());
        let holds = match when {
            Some(when) => read::holds_of(work, when, (row, None), None, &Given::default()).await,
            None => Ok(true),
        };
        let broken = match holds {
            Ok(true) => None,
            Ok(false) => continue,
            Err(found) => Some(found.render(Locale::En)),
        };
        let cause = Cause { broken, ..Cause::of_time(format!("mail/{}/{}", flow.name, row.id())) };
        set_off(work, &flow, row, cause).await?;
    }
    Ok(())
}
