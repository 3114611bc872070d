//! What was published: every definition text of every publish, and the physical names it led to. The
//! database holds the truth; folders of packs are where it came from.

use super::stored;
use crate::error::internal;
use crate::{Dialect, Tx, cells, system, watch};
use catalog::PhysicalNames;
use chrono::{DateTime, Utc};
use diagnostic::Result;
use sha2::{Digest, Sha256};
use uuid::Uuid;

stored! {
    /// One publish.
    Publish in "sys_publish" {
        /// Counts publishes from 1.
        number: i64 = "number",
        /// When.
        at: DateTime<Utc> = "at",
        /// Who; `None` for the command line.
        by: Option<Uuid> = "by_user",
        /// What changed, in a line or more.
        summary: String = "summary",
        /// Hash of the catalog's sources.
        hash: String = "hash",
        /// The packs and their versions.
        packs: serde_json::Value = "packs",
    }
}

/// Under which key the database notes who checked what was published.
const CHECKED: &str = "catalog_checked";

/// One definition text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    /// The pack.
    pub pack: String,
    /// The path in the pack.
    pub path: String,
    /// The text.
    pub text: String,
}

/// The statement that takes the lock of publishes, with `_shared` for writers.
macro_rules! publish_lock {
    ($shared:literal) => {
        concat!(
            "select pg_advisory_xact_lock",
            $shared,
            "(hashtext('lifeloom publish ' || current_schema()))"
        )
    };
}

/// Takes the right to publish until the transaction ends, so that publishes follow one another, and answers
/// the number of the last one. A publish that was planned on another number must be planned again.
pub async fn serialise(tx: &Tx) -> Result<i64> {
    if tx.dialect() == Dialect::Postgres {
        // Writers share this lock, and take tables after it: a publish and a write never wait for one another. Writers
        // that come later wait behind a publish that waits, so it does not wait for long.
        let lock =
            concat!("set local lock_timeout = '5s'; ", publish_lock!(""), "; set local lock_timeout = 0");
        tx.batch(lock).await?;
    }
    version(tx).await
}

/// Begins a write: no publish gets in until the transaction ends. What is read last is the number of the last one.
pub(crate) const BEGIN_UNDER_CATALOG: &str = concat!(
    "begin; ",
    publish_lock!("_shared"),
    "; select coalesce((select number from sys_meta where key = 'catalog_version'), 0)"
);

/// The number of the last publish; 0 before the first.
pub async fn version(tx: &Tx) -> Result<i64> {
    Ok(system::meta(tx, watch::CATALOG).await?.map_or(0, |(_, number)| number))
}

/// As [`version`], for a write that was planned with a catalog: no publish gets in until the transaction ends.
/// Writers share this lock with one another.
pub async fn version_for_write(tx: &Tx) -> Result<i64> {
    match tx.dialect() {
        Dialect::Sqlite => version(tx).await,
        Dialect::Postgres => match tx.catalog().await {
            Some(number) => Ok(number),
            None => {
                tx.batch(publish_lock!("_shared")).await?;
                version(tx).await
            }
        },
    }
}

/// Keeps a publish with everything that belongs to it, and tells everyone with the commit.
pub async fn insert(tx: &Tx, publish: &Publish, sources: &[SourceText], names: &PhysicalNames) -> Result<()> {
    let dialect = tx.dialect();
    stored::insert(tx, std::slice::from_ref(publish), "").await?;
    for source in sources {
        let hash = text_hash(&source.text);
        let sql = "insert into sys_text (hash, body) values ($1, $2) on conflict (hash) do nothing";
        tx.execute_sql(sql, cells![dialect; &hash, &source.text]).await?;
        let sql = "insert into sys_source (publish, pack, path, hash) values ($1, $2, $3, $4)";
        tx.execute_sql(sql, cells![dialect; publish.number, &source.pack, &source.path, hash]).await?;
    }
    let names = serde_json::to_string(names).map_err(|e| internal("writing physical names", &e))?;
    let sql = "insert into sys_names (publish, names) values ($1, $2)";
    tx.execute_sql(sql, cells![dialect; publish.number, names]).await?;
    system::set_meta(tx, watch::CATALOG, "", publish.number).await?;
    watch::announce(tx).await
}

/// Replaces the physical names of the last publish: after a purge of what was retired.
pub async fn set_names(tx: &Tx, names: &PhysicalNames) -> Result<()> {
    let names = serde_json::to_string(names).map_err(|e| internal("writing physical names", &e))?;
    let sql = "update sys_names set names = $1 where publish = (select max(publish) from sys_names)";
    tx.execute_sql(sql, cells![tx.dialect(); names]).await.map(|_| ())
}

/// The physical names after the last publish; none before the first.
pub async fn names(tx: &Tx) -> Result<PhysicalNames> {
    match tx.row("select names from sys_names order by publish desc limit 1", vec![]).await? {
        Some(row) => {
            serde_json::from_str(&row.get::<String>(0)?).map_err(|e| internal("reading physical names", &e))
        }
        None => Ok(PhysicalNames::default()),
    }
}

/// The texts of a publish, by pack and path.
pub async fn sources(tx: &Tx, number: i64) -> Result<Vec<SourceText>> {
    texts(tx, number, "").await
}

/// As [`sources`], without what packs bring as data and as tests.
pub async fn sources_without_data(tx: &Tx, number: i64) -> Result<Vec<SourceText>> {
    let data = "and s.path not like 'demo/%' and s.path not like 'seeds/%' and s.path not like 'scenarios/%'";
    texts(tx, number, data).await
}

/// The hash of the texts of a publish.
pub async fn hash(tx: &Tx, number: i64) -> Result<String> {
    let row = tx.row("select hash from sys_publish where number = $1", cells![tx.dialect(); number]).await?;
    row.map_or_else(|| Ok(String::new()), |row| row.get(0))
}

/// The version of the program that checked a publish last, and which publish it was.
pub async fn checked(tx: &Tx) -> Result<Option<(String, i64)>> {
    system::meta(tx, CHECKED).await
}

/// Notes that this version of the program has checked the texts of a publish.
pub async fn note_checked(tx: &Tx, version: &str, number: i64) -> Result<()> {
    system::set_meta(tx, CHECKED, version, number).await
}

async fn texts(tx: &Tx, number: i64, which: &str) -> Result<Vec<SourceText>> {
    let sql = format!(
        "select s.pack, s.path, t.body from sys_source s join sys_text t on t.hash = s.hash \
         where s.publish = $1 {which} order by s.pack, s.path"
    );
    let rows = tx.rows(sql, cells![tx.dialect(); number]).await?;
    rows.iter()
        .map(|row| Ok(SourceText { pack: row.get(0)?, path: row.get(1)?, text: row.get(2)? }))
        .collect()
}

/// Publishes, newest first.
pub async fn list(tx: &Tx, limit: u32) -> Result<Vec<Publish>> {
    stored::select(tx, "order by number desc limit $1", cells![tx.dialect(); i64::from(limit)]).await
}

/// SHA-256 in hexadecimal.
pub(crate) fn text_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
