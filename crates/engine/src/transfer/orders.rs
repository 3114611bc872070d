//! What is asked for and goes on without anybody waiting: imports and exports, each with its job.

use crate::engine::{Engine, internal};
use crate::identity::{Identity, Origin};
use crate::transfer::charset::Charset;
use crate::transfer::columns;
use crate::transfer::export::{Export, noted};
use crate::transfer::findings::ImportReport;
use crate::transfer::format::Format;
use crate::transfer::import::{ImportOptions, importable};
use crate::transfer::mapping::{ImportMode, Mapping};
use crate::transfer::rows::Header;
use crate::transfer::table::Table;
use crate::transfer::terms::{self, FILE, QUEUE, REJECTED};
use crate::work::Work;
use chrono::{DateTime, TimeDelta, Utc};
use diagnostic::{Code, Diagnostic, Locale, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::audit;
use storage::store::job::{self, Job};
use storage::store::transfer::{self, Transfer};
use uuid::Uuid;

/// Bytes of a file that is sent.
pub const LARGEST: usize = 64 * 1024 * 1024;
/// Bytes of the files of one user that are kept.
const MOST_HELD: i64 = 512 * 1024 * 1024;
/// How long an upload may take.
const UPLOAD: TimeDelta = TimeDelta::hours(1);
/// How long an import is kept, and can be undone.
const KEPT: TimeDelta = TimeDelta::days(30);
/// How long an export can be fetched.
const FETCHABLE: TimeDelta = TimeDelta::days(7);
/// Rows shown of a file.
const SAMPLES: usize = 5;
/// Characters shown of a cell.
const SAMPLE: usize = 120;
/// Most entries of a list.
const MOST: u32 = 100;

/// The kind of an import.
pub(crate) const IMPORT: &str = "import";
/// The kind of an export.
pub(crate) const EXPORT: &str = "export";

/// What is to be done with an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// All lines are tried, nothing is kept.
    Check,
    /// Lines are written.
    Run,
    /// What was written is taken back.
    Undo,
}

/// How a file is imported.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportPlan {
    /// What is done with a line.
    pub mode: ImportMode,
    /// Which column fills what.
    #[serde(flatten)]
    pub mapping: Mapping,
}

/// A step of an import.
#[derive(Clone, Debug)]
pub struct ImportOrder {
    /// The import.
    pub import: Uuid,
    /// What is to be done.
    pub step: Step,
    /// How; what was said before where nothing is said.
    pub plan: Option<ImportPlan>,
    /// The language of findings.
    pub locale: Locale,
}

/// A file to be made.
#[derive(Clone, Debug)]
pub struct ExportOrder {
    /// The object.
    pub object: String,
    /// The form.
    pub format: Format,
    /// The parameters of a list.
    pub parameters: Vec<(String, String)>,
    /// The language of what is said about it.
    pub locale: Locale,
}

/// What an import keeps of what was asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub header: Vec<String>,
    pub samples: Vec<Vec<String>>,
    pub plan: ImportPlan,
    pub locale: String,
    /// The characters of a CSV file.
    pub charset: Option<String>,
    /// Lines of the file, once it was read to its end.
    pub lines: Option<u64>,
    /// Parameters of an export.
    pub parameters: Vec<(String, String)>,
}

impl Asked {
    pub fn of(stored: &Transfer) -> Result<Asked> {
        serde_json::from_value(stored.asked.clone()).map_err(|error| internal("an order", &error))
    }

    pub fn charset(&self) -> Option<Charset> {
        self.charset.as_deref().and_then(Charset::from_label)
    }

    pub fn locale(&self) -> Locale {
        Locale::from_tag(&self.locale).unwrap_or_default()
    }
}

fn fresh(identity: &Identity, kind: &str, object: &str, format: &str, now: DateTime<Utc>) -> Transfer {
    let actor = &identity.actor;
    Transfer {
        id: Uuid::now_v7(),
        kind: kind.to_owned(),
        object: object.to_owned(),
        format: format.to_owned(),
        name: String::new(),
        step: "uploading".to_owned(),
        asked: json!({}),
        report: json!({}),
        job: None,
        size: 0,
        roles: Some(actor.roles.iter().map(ToString::to_string).collect()),
        created_by: (!actor.id.is_nil()).then_some(actor.id),
        created_at: now,
        expires_at: now + UPLOAD,
    }
}

pub(super) fn not_found() -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::NotFound))
}

pub(super) fn busy(state: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::TransferBusy).with("state", state))
}

/// Whether this is of that kind and belongs to whoever asks.
fn own(identity: &Identity, kind: &str, stored: &Transfer) -> bool {
    let actor = identity.actor.id;
    stored.kind == kind && stored.created_by == (!actor.is_nil()).then_some(actor)
}

impl Engine {
    /// Begins to take a file; its parts follow. Without a set of characters that of a CSV file is found out.
    ///
    /// # Errors
    /// `not_found`, `not_permitted` without the right to import, `quota_exceeded` where too much is kept already.
    pub async fn begin_upload(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        (format, charset): (Format, Option<Charset>),
        name: &str,
    ) -> Result<Uuid> {
        let object = {
            let work = self.reading(identity);
            importable(&work.planner().known(), object)?.name.to_string()
        };
        let mut new = fresh(identity, IMPORT, &object, format.name(), self.now());
        new.name = name.chars().filter(|c| !c.is_control()).take(200).collect();
        let charset = charset.map(|charset| charset.name().to_owned());
        new.asked = json!(Asked { charset, ..Asked::default() });
        let id = new.id;
        self.database()
            .write(move |tx| {
                let new = new.clone();
                async move {
                    may_hold_more(&tx, new.created_by).await?;
                    transfer::insert(&tx, &new).await
                }
            })
            .await?;
        Ok(id)
    }

    /// Takes a part of a file.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn upload_part(&self, import: Uuid, number: i64, piece: Vec<u8>) -> Result<()> {
        let piece = Arc::new(piece);
        self.database()
            .write(move |tx| {
                let piece = piece.clone();
                async move { transfer::put_part(&tx, import, FILE, number, piece.to_vec()).await }
            })
            .await
    }

    /// The file is there: what its columns would fill.
    ///
    /// # Errors
    /// `invalid_file`.
    pub async fn end_upload(&self, identity: &Arc<Identity>, import: Uuid, size: usize) -> Result<Json> {
        let stored = self.own_transfer(identity, IMPORT, import).await?;
        let format = Format::from_name(&stored.format).unwrap_or_default();
        let charset = Asked::of(&stored)?.charset();
        let mut table = Table::open(self.spool(import, FILE).await?, (format, charset), 0).await?;
        let rows = table.next().await?;
        let shown = |cell: &String| cell.chars().take(SAMPLE).collect();
        let samples = rows.iter().filter(|row| !row.is_blank()).take(SAMPLES);
        let samples = samples.map(|row| row.cells.iter().map(shown).collect()).collect();
        let charset = table.charset.map(|charset| charset.name().to_owned());
        let asked = Asked { header: table.header.clone(), samples, charset, ..Asked::default() };
        let mut stored = stored;
        stored.step = "uploaded".to_owned();
        stored.size = i64::try_from(size).unwrap_or(i64::MAX);
        stored.expires_at = self.now() + KEPT;
        stored.asked = json!(asked);
        self.put_transfer(stored).await?;
        self.import_of(identity, import).await
    }

    async fn put_transfer(&self, stored: Transfer) -> Result<()> {
        let stored = Arc::new(stored);
        let done = self.database().write(move |tx| {
            let stored = stored.clone();
            async move { transfer::update(&tx, &stored).await }
        });
        if done.await? { Ok(()) } else { Err(not_found()) }
    }

    pub(super) async fn own_transfer(&self, identity: &Identity, kind: &str, id: Uuid) -> Result<Transfer> {
        let found = transfer::get(&self.database().reader(), id).await?;
        found.filter(|stored| own(identity, kind, stored)).ok_or_else(not_found)
    }

    /// An import, for whoever asked for it.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn import_of(&self, identity: &Arc<Identity>, id: Uuid) -> Result<Json> {
        let stored = self.own_transfer(identity, IMPORT, id).await?;
        let asked = Asked::of(&stored)?;
        let mut shown = self.shown_transfer(&stored).await?;
        let work = self.reading(identity);
        let known = work.planner().known();
        let object = known.object(&stored.object).ok().map(|(object, _)| object);
        let column = |(place, name): (usize, &String)| {
            let wanted = asked.plan.mapping.target(name);
            let field =
                object.zip(wanted).and_then(|(object, wanted)| columns::fills(&known, object, wanted));
            let samples: Vec<&String> = asked.samples.iter().filter_map(|row| row.get(place)).collect();
            json!({"name": name, "field": field, "samples": samples})
        };
        shown["charset"] = json!(asked.charset);
        shown["lines"] = json!(asked.lines);
        shown["columns"] = asked.header.iter().enumerate().map(column).collect();
        if asked.plan.mapping != Mapping::default() || stored.step != "uploaded" {
            shown["plan"] = json!(asked.plan);
        }
        Ok(shown)
    }

    /// The newest imports of the asker.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn imports(&self, identity: &Identity) -> Result<Vec<Json>> {
        self.transfers(identity, IMPORT).await
    }

    /// The newest exports of the asker.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn exports(&self, identity: &Identity) -> Result<Vec<Json>> {
        self.transfers(identity, EXPORT).await
    }

    async fn transfers(&self, identity: &Identity, kind: &str) -> Result<Vec<Json>> {
        let actor = identity.actor.id;
        let tx = self.database().reader();
        let found = transfer::list(&tx, kind, (!actor.is_nil()).then_some(actor), MOST).await?;
        let mut shown = Vec::with_capacity(found.len());
        for stored in &found {
            shown.push(self.shown_transfer(stored).await?);
        }
        Ok(shown)
    }

    /// An export, for whoever asked for it.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn export_of(&self, identity: &Identity, id: Uuid) -> Result<Json> {
        let stored = self.own_transfer(identity, EXPORT, id).await?;
        self.shown_transfer(&stored).await
    }

    async fn shown_transfer(&self, stored: &Transfer) -> Result<Json> {
        let job = match stored.job {
            Some(id) => job::get(&self.database().reader(), id).await?,
            None => None,
        };
        let state = job.as_ref().map(|job| job.state.clone());
        let progress = job.as_ref().and_then(|job| job.progress.clone());
        Ok(json!({
            "id": stored.id,
            "object": stored.object,
            "format": stored.format,
            "name": stored.name,
            "size": stored.size,
            "step": stored.step,
            "job": stored.job,
            "state": state,
            "progress": progress,
            "report": stored.report,
            "created_at": stored.created_at,
            "expires_at": stored.expires_at,
        }))
    }

    /// Lines of an import that were written, behind `behind`; of one outcome of its undo or of all.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn import_lines(
        &self,
        identity: &Identity,
        id: Uuid,
        outcome: Option<&str>,
        behind: i64,
        limit: u32,
    ) -> Result<(Vec<Json>, Option<i64>)> {
        self.own_transfer(identity, IMPORT, id).await?;
        let lines = transfer::lines(&self.database().reader(), id, outcome, behind, limit).await?;
        let next = lines.last().filter(|_| lines.len() == limit as usize).map(|line| line.number);
        let shown = |line: &transfer::Line| {
            let wrote = if line.earlier.is_none() { "created" } else { "updated" };
            json!({"line": line.line, "id": line.record, "wrote": wrote, "undone": line.outcome})
        };
        Ok((lines.iter().map(shown).collect(), next))
    }

    /// Removes an import or export with its files; what was written stays.
    ///
    /// # Errors
    /// `not_found`, `transfer_busy` while a job works on it.
    pub async fn forget_transfer(
        &self,
        identity: &Arc<Identity>,
        kind: &'static str,
        id: Uuid,
    ) -> Result<()> {
        let identity = identity.clone();
        self.database()
            .write(move |tx| {
                let identity = identity.clone();
                async move {
                    let stored = transfer::get_to_write(&tx, id).await?;
                    let stored = stored.filter(|one| own(&identity, kind, one)).ok_or_else(not_found)?;
                    if is_open(&tx, &stored).await?.is_some() {
                        return Err(busy("a job works on it"));
                    }
                    transfer::remove(&tx, id).await
                }
            })
            .await
    }

    /// An import that is done at once, without a file that is kept: what its undo needs.
    pub(super) async fn keep_import(
        &self,
        identity: &Arc<Identity>,
        header: &Header,
        options: &ImportOptions,
    ) -> Result<Uuid> {
        let plan = ImportPlan { mode: options.mode, mapping: options.mapping.clone() };
        let locale = options.locale.tag().to_owned();
        let asked = Asked { header: header.names.clone(), plan, locale, ..Asked::default() };
        let now = self.now();
        let mut new = fresh(identity, IMPORT, &header.object.name, options.format.name(), now);
        new.step = "run".to_owned();
        new.asked = json!(asked);
        new.expires_at = now + KEPT;
        let id = new.id;
        let write = self.database().write(move |tx| {
            let new = new.clone();
            async move { transfer::insert(&tx, &new).await }
        });
        write.await?;
        Ok(id)
    }
}

/// The job that works on it, while it does.
async fn is_open(tx: &storage::Tx, stored: &Transfer) -> Result<Option<Job>> {
    let Some(id) = stored.job else { return Ok(None) };
    let found = job::get(tx, id).await?;
    Ok(found.filter(|job| matches!(job.state.as_str(), "ready" | "running")))
}

/// Refuses where the files of one user are too many bytes.
async fn may_hold_more(tx: &storage::Tx, by: Option<Uuid>) -> Result<()> {
    if transfer::held_by(tx, by).await? < MOST_HELD {
        return Ok(());
    }
    let found = Diagnostic::new(Code::QuotaExceeded).with("what", "files of imports and exports");
    Err(Box::new(found.with("limit", format!("{} MiB", MOST_HELD / 1024 / 1024))))
}

/// Checks the order of a step and leaves it to a job; answers the job.
///
/// # Errors
/// `not_found`, `transfer_busy`, `not_permitted`, findings about the mapping.
pub(crate) async fn import(work: &Work, order: &ImportOrder) -> Result<Uuid> {
    let stored = transfer::get_to_write(&work.tx, order.import).await?;
    let mut stored = stored.filter(|one| own(&work.identity, IMPORT, one)).ok_or_else(not_found)?;
    if is_open(&work.tx, &stored).await?.is_some() {
        return Err(busy("a job works on it"));
    }
    let ended = match stored.job {
        Some(id) => job::get(&work.tx, id).await?.map(|job| job.state),
        None => None,
    };
    let unfinished = ended.as_deref() != Some("done") && stored.job.is_some();
    let mut asked = Asked::of(&stored)?;
    let goes_on = match (order.step, stored.step.as_str()) {
        (Step::Check | Step::Run, "uploaded" | "check") => false,
        // What was broken off goes on where it ended, as it began.
        (Step::Run, "run") | (Step::Undo, "undo") if unfinished => true,
        (Step::Undo, "run") => false,
        (_, "uploading") => return Err(busy("the file is not there yet")),
        (_, "run") => return Err(busy("it has been run")),
        (_, "undo") => return Err(busy("it has been undone")),
        _ => return Err(busy("it has not been run")),
    };
    {
        let known = work.planner().known();
        let object = importable(&known, &stored.object)?;
        if order.step != Step::Undo && !goes_on {
            asked.plan = order.plan.clone().unwrap_or(asked.plan);
            let format = Format::from_name(&stored.format).unwrap_or_default();
            let zone = work.engine.site().time_zone;
            Header::read(&known, object, &asked.header, (&asked.plan.mapping, format), zone)?;
        }
    }
    asked.locale = order.locale.tag().to_owned();
    if !goes_on && order.step != Step::Undo {
        stored.report = json!(ImportReport::default());
        transfer::remove_parts(&work.tx, stored.id, REJECTED).await?;
    }
    let (step, kind) = match order.step {
        Step::Check => ("check", terms::CHECK),
        Step::Run => ("run", terms::RUN),
        Step::Undo => ("undo", terms::UNDO),
    };
    stored.step = step.to_owned();
    stored.asked = json!(asked);
    // The job has the rights with which it was asked for.
    stored.roles = Some(work.identity.actor.roles.iter().map(ToString::to_string).collect());
    enqueue(work, stored, kind).await
}

/// Checks an order and leaves it to a job; answers the job.
///
/// # Errors
/// `not_found`, `not_permitted`, findings about the parameters, `quota_exceeded`.
pub(crate) async fn export(work: &Work, order: &ExportOrder) -> Result<Uuid> {
    Export::begin(&work.engine, &work.identity, &order.object, &order.parameters, Format::Csv)?;
    let (object, _) = work.planner().known().object(&order.object)?;
    let asked = Asked {
        parameters: order.parameters.clone(),
        locale: order.locale.tag().to_owned(),
        ..Asked::default()
    };
    let now = work.bindings.now;
    let mut new = fresh(&work.identity, EXPORT, &object.name, order.format.name(), now);
    new.name = format!("{}.{}", object.name, order.format.name());
    new.step = "run".to_owned();
    new.asked = json!(asked);
    new.expires_at = now + FETCHABLE;
    may_hold_more(&work.tx, new.created_by).await?;
    transfer::insert(&work.tx, &new).await?;
    let from = Origin {
        address: work.address.as_deref().map(str::to_owned),
        request: work.request.clone().unwrap_or_default(),
        ..Origin::default()
    };
    let entry = noted(&work.identity, now, (&object.name, order.format, &order.parameters), &from);
    audit::insert(&work.tx, work.engine.pen(), &[entry]).await?;
    enqueue(work, new, terms::MAKE).await
}

pub(crate) async fn enqueue(work: &Work, mut stored: Transfer, kind: &str) -> Result<Uuid> {
    let mut job = Job::new(QUEUE, kind, json!({"transfer": stored.id}), work.bindings.now);
    job.created_by = stored.created_by;
    job.dedup_key = Some(format!("transfer/{}", stored.id));
    if !job::enqueue(&work.tx, &job).await? {
        return Err(busy("a job works on it"));
    }
    stored.job = Some(job.id);
    transfer::update(&work.tx, &stored).await?;
    Ok(job.id)
}

/// What is kept of an order until its job does it.
pub(crate) fn of_job(work: &Work, kind: &str, object: &str, asked: Json) -> Transfer {
    let mut new = fresh(&work.identity, kind, object, "json", work.bindings.now);
    new.step = "run".to_owned();
    new.asked = asked;
    new.expires_at = work.bindings.now + FETCHABLE;
    new
}
