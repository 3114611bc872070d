//! Whether the trail is what was written: every entry, its place in the chain, both ends of the chain, the rows of the
//! history that entries name, and the logs of flows, which are chains of their own.

use super::pen::{self, Pen, SEAL};
use super::seal::{ANCHOR, End, HEAD, link};
use super::{Entry, Kept, stored};
use crate::secret::Secret;
use crate::store::history;
use crate::store::workflow::verify::verify_logs;
use crate::{Tx, cells};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostic::{Code, Diagnostic, Result};
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Entries looked at together.
const PAGE: i64 = 500;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Places of the chain that were looked at, first and last; 0 and 0 where nothing is sealed.
    pub range: (i64, i64),
    /// Entries that are marked and wait for their seal.
    pub waiting: u64,
    /// Rows of the history that entries name.
    pub history: u64,
    /// Rows of the logs of flows.
    pub flows: u64,
    /// The seal at the end, to be kept elsewhere and compared later.
    pub seal: String,
    /// What does not hold, the first one in the order of the chain.
    pub broken: Option<Broken>,
}

/// A place at which the trail is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The place in the chain; `None` for an entry that has none.
    pub number: Option<i64>,
    /// The entry.
    pub id: Option<Uuid>,
    /// What is wrong, in English.
    pub what: String,
}

/// A place of the chain that is known from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The place.
    pub number: i64,
    /// The seal there, as [`Report::seal`].
    pub seal: String,
}

/// Looks at everything; to be called on one state of the database.
///
/// # Errors
/// `invalid_configuration` without the key, and what the database refuses. What is broken is no error but a finding.
pub async fn verify(tx: &Tx, pen: &Pen, known: Option<&Known>) -> Result<Report> {
    let Pen::Keyed(secret) = pen else {
        let reason = "the key of encrypted fields is needed, under which the trail was written";
        return Err(Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason)));
    };
    let mut walk = Walk::new(tx, secret);
    let found = walk.ends(known).await?;
    let found = match found {
        Some(broken) => Some(broken),
        None => walk.chain(known).await?,
    };
    let found = match found {
        Some(broken) => Some(broken),
        None => walk.waiting().await?,
    };
    // Of what the history lost, the later entries of the chain may tell why.
    let found = found.or_else(|| walk.unexplained());
    let logs = verify_logs(tx).await?;
    let broken = found.or_else(|| {
        let (flow, number) = logs.broken?;
        broken(
            None,
            None,
            format!("row {number} of the log of the flow {flow} is missing or is not what was written"),
        )
    });
    let first = walk.anchor.number + 1;
    let range = if walk.at.number < first { (0, 0) } else { (first, walk.at.number) };
    Ok(Report {
        range,
        waiting: walk.waiting,
        history: walk.named,
        flows: logs.rows,
        seal: STANDARD.encode(walk.at.seal),
        broken,
    })
}

struct Walk<'a> {
    tx: &'a Tx,
    secret: &'a Secret,
    anchor: End,
    head: End,
    /// Whether there is a head.
    begun: bool,
    /// Where the walk stands.
    at: End,
    waiting: u64,
    named: u64,
    /// Rows of the history that are not what an entry says, by the place of the entry.
    suspects: BTreeMap<(i64, Uuid), Suspect>,
    /// Records whose history went for good.
    purged: HashSet<Uuid>,
    /// Rows of the history that were written anew or forgotten, and the last place that says so.
    rewritten: HashMap<Uuid, i64>,
    /// Objects that were dropped with all they had.
    dropped: HashSet<String>,
    /// Objects that have another name now.
    renamed: HashMap<String, String>,
}

struct Suspect {
    entry: Uuid,
    record: Option<Uuid>,
    object: Option<String>,
    gone: bool,
}

impl<'a> Walk<'a> {
    fn new(tx: &'a Tx, secret: &'a Secret) -> Walk<'a> {
        Walk {
            tx,
            secret,
            anchor: End::START,
            head: End::START,
            begun: false,
            at: End::START,
            waiting: 0,
            named: 0,
            suspects: BTreeMap::new(),
            purged: HashSet::new(),
            rewritten: HashMap::new(),
            dropped: HashSet::new(),
            renamed: HashMap::new(),
        }
    }

    /// Both ends, and nothing before the first.
    async fn ends(&mut self, known: Option<&Known>) -> Result<Option<Broken>> {
        match End::read(self.tx, self.secret, ANCHOR).await? {
            None => {}
            Some(Ok(anchor)) => self.anchor = anchor,
            Some(Err(what)) => return Ok(broken(None, None, format!("the beginning of the chain {what}"))),
        }
        self.at = self.anchor.clone();
        let first = self.one("where sealed_number <= $1 order by sealed_number limit 1").await?;
        if let Some(row) = first {
            return Ok(broken(row.number, Some(row.id), "was put before the beginning of the chain"));
        }
        match End::read(self.tx, self.secret, HEAD).await? {
            Some(Ok(head)) => (self.head, self.begun) = (head, true),
            Some(Err(what)) => return Ok(broken(None, None, format!("the end of the chain {what}"))),
            None => {
                if let Some(row) = self.one("where sealed_number > $1 order by sealed_number limit 1").await?
                {
                    return Ok(broken(row.number, Some(row.id), "is sealed, and the chain has no end"));
                }
                if self.anchor != End::START || known.is_some() {
                    return Ok(broken(None, None, "the end of the chain is gone"));
                }
            }
        }
        Ok(known.filter(|known| known.number > self.head.number).and_then(|known| {
            broken(
                Some(self.head.number + 1),
                None,
                format!("is missing: the chain once went to {}", known.number),
            )
        }))
    }

    async fn one(&self, rest: &str) -> Result<Option<Kept>> {
        stored::first(self.tx, rest, cells![self.tx.dialect(); self.anchor.number]).await
    }

    async fn chain(&mut self, known: Option<&Known>) -> Result<Option<Broken>> {
        loop {
            let rest = "where sealed_number > $1 order by sealed_number limit $2";
            let rows: Vec<Kept> =
                stored::select(self.tx, rest, cells![self.tx.dialect(); self.at.number, PAGE]).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                if let Some(broken) = self.step(row, known) {
                    return Ok(Some(broken));
                }
            }
            self.histories(&rows).await?;
        }
        let same = self.at.number == self.head.number && self.at.seal == self.head.seal;
        Ok((!same).then(|| (Some(self.at.number + 1), "is missing at the end of the chain")).and_then(
            |(number, what)| match self.at.number.cmp(&self.head.number) {
                std::cmp::Ordering::Less => broken(number, None, what),
                _ => broken(Some(self.head.number + 1), None, "stands behind the end of the chain"),
            },
        ))
    }

    fn step(&mut self, row: &Kept, known: Option<&Known>) -> Option<Broken> {
        let number = self.at.number + 1;
        if row.number != Some(number) {
            return broken(Some(number), None, "is missing");
        }
        let mark = self.mark(&row.entry());
        let seal = link(self.secret, number, &self.at.seal, (&mark, row.mark.is_some()));
        let marked = row.mark.as_deref().is_none_or(|given| given == mark);
        if !marked || row.seal.as_deref() != Some(&seal[..]) || row.id <= self.anchor.last {
            return broken(Some(number), Some(row.id), "is not what was written");
        }
        self.at = End { number, seal, last: Uuid::nil() };
        let other = known.is_some_and(|known| known.number == number && known.seal != STANDARD.encode(seal));
        other.then(|| broken(Some(number), Some(row.id), "has another seal than it once had")).flatten()
    }

    fn mark(&self, entry: &Entry) -> [u8; SEAL] {
        self.secret.mark(&[b"entry", &pen::bytes(entry)])
    }

    /// The rows of the history that these entries name, and what they say of rows that went.
    async fn histories(&mut self, rows: &[Kept]) -> Result<()> {
        let mut named: Vec<(i64, &Kept, Uuid, &Json)> = Vec::new();
        // Those that wait for a place stand behind all that have one.
        let behind = self.at.number + 1 + i64::try_from(self.waiting).unwrap_or_default();
        for (place, row) in (0..).zip(rows) {
            let (number, detail) = (row.number.unwrap_or(behind + place), &row.detail);
            let ids = |key: &str| detail[key].as_array().into_iter().flatten().filter_map(id_of);
            self.purged.extend(ids("purged"));
            self.rewritten.extend(ids("forgotten").map(|id| (id, i64::MAX)));
            let dropped = detail["dropped"].as_array().into_iter().flatten().filter_map(|name| name.as_str());
            self.dropped.extend(dropped.map(str::to_owned));
            for (former, name) in detail["renamed"].as_object().into_iter().flatten() {
                self.renamed.insert(former.clone(), name.as_str().unwrap_or_default().to_owned());
            }
            for pair in detail["history"].as_array().into_iter().flatten() {
                let Some(id) = id_of(&pair[0]) else { continue };
                if row.kind == REWRITTEN {
                    self.rewritten.insert(id, number);
                }
                named.push((number, row, id, pair));
            }
        }
        self.named += named.len() as u64;
        for part in named.chunks(500) {
            let ids: Vec<Uuid> = part.iter().map(|(_, _, id, _)| *id).collect();
            let kept: HashMap<Uuid, history::Row> =
                history::rows(self.tx, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
            for (number, row, id, named) in part {
                let found = kept.get(id);
                if found.is_some_and(|found| named[1] == pen::digest(self.secret, found).as_str()) {
                    continue;
                }
                let record = id_of(&named[2]).or(row.record);
                let object = named[3].as_str().map(str::to_owned).or_else(|| row.object.clone());
                let suspect = Suspect { entry: row.id, record, object, gone: found.is_none() };
                self.suspects.insert((*number, *id), suspect);
            }
        }
        Ok(())
    }

    /// Entries without a place.
    async fn waiting(&mut self) -> Result<Option<Broken>> {
        let mut after = Uuid::nil();
        // Before the first seal, what an older version wrote is without marks.
        loop {
            let rest = "where sealed_number is null and id > $1 order by id limit $2";
            let rows: Vec<Kept> =
                stored::select(self.tx, rest, cells![self.tx.dialect(); after, PAGE]).await?;
            let Some(last) = rows.last() else { return Ok(None) };
            after = last.id;
            for row in &rows {
                let mark = self.mark(&row.entry());
                let written = row.mark.as_deref().map_or(!self.begun, |given| given == mark);
                if !written || row.seal.is_some() || row.id <= self.anchor.last {
                    return Ok(broken(None, Some(row.id), "was put in by who has no key, or changed"));
                }
            }
            self.histories(&rows).await?;
            self.waiting += rows.len() as u64;
        }
    }

    /// Whether an object was dropped, under this name or a later one.
    fn is_dropped(&self, object: &str) -> bool {
        let mut name = object;
        // Two objects may have exchanged their names.
        for _ in 0..=self.renamed.len() {
            if self.dropped.contains(name) {
                return true;
            }
            match self.renamed.get(name) {
                Some(next) => name = next,
                None => return false,
            }
        }
        false
    }

    fn unexplained(&self) -> Option<Broken> {
        let explained = |number: i64, id: &Uuid, suspect: &Suspect| {
            let rewritten = self.rewritten.get(id).is_some_and(|last| *last > number);
            let purged = suspect.gone && suspect.record.is_some_and(|record| self.purged.contains(&record));
            let dropped =
                suspect.gone && suspect.object.as_ref().is_some_and(|object| self.is_dropped(object));
            rewritten || purged || dropped
        };
        let (place, suspect) =
            self.suspects.iter().find(|((number, id), suspect)| !explained(*number, id, suspect))?;
        let number = Some(place.0).filter(|number| *number <= self.at.number);
        let what = if suspect.gone { "is gone" } else { "is not what was written" };
        broken(number, Some(suspect.entry), format!("names a row of the history that {what} ({})", place.1))
    }
}

/// The kind of entries that say how rows of the history were written anew.
pub(crate) const REWRITTEN: &str = "history.rewritten";

fn id_of(json: &Json) -> Option<Uuid> {
    json.as_str().and_then(|text| Uuid::parse_str(text).ok())
}

fn broken(number: Option<i64>, id: Option<Uuid>, what: impl Into<String>) -> Option<Broken> {
    Some(Broken { number, id, what: what.into() })
}
