//! The tables of the engine itself and how one version of them becomes the next. The list only grows: what
//! was released is never edited.

use crate::cells;
use crate::dialect::{Dialect, SystemType};
use crate::transaction::Tx;
use diagnostic::{Code, Diagnostic, Result};

/// The steps, oldest first; the version of a database is the number of steps it has taken.
const STEPS: [&str; 11] = [
    include_str!("system/0001_first.sql"),
    include_str!("system/0002_accounts.sql"),
    include_str!("system/0003_audit.sql"),
    include_str!("system/0004_transfers.sql"),
    include_str!("system/0005_files.sql"),
    include_str!("system/0006_followers.sql"),
    include_str!("system/0007_mails.sql"),
    include_str!("system/0008_automations.sql"),
    include_str!("system/0009_connectors.sql"),
    include_str!("system/0010_workflows.sql"),
    include_str!("system/0011_mailboxes.sql"),
];

/// The version this program writes.
pub const VERSION: i64 = STEPS.len() as i64;

/// Brings the tables of the engine to [`VERSION`]. Runs inside one transaction, serialised among processes.
pub async fn migrate(tx: &Tx) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.row(
            "select pg_advisory_xact_lock(hashtext('lifeloom system ' || current_schema()))::text",
            vec![],
        )
        .await?;
    }
    let [text, integer] = [SystemType::Text, SystemType::Integer].map(|ty| tx.dialect().system_type(ty));
    tx.batch(&format!(
        "create table if not exists sys_meta (key {text} not null primary key, value {text} not null, number {integer} not null)"
    ))
    .await?;
    let found = version(tx).await?;
    check(found)?;
    if found == VERSION {
        return Ok(());
    }
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        for statement in statements(step, tx.dialect()) {
            tx.batch(&statement).await?;
        }
    }
    set_meta(tx, "schema_version", "", VERSION).await
}

/// The version of the database; 0 for an empty one.
async fn version(tx: &Tx) -> Result<i64> {
    Ok(meta(tx, "schema_version").await?.map_or(0, |(_, number)| number))
}

fn check(found: i64) -> Result<()> {
    if found > VERSION {
        return Err(Box::new(
            Diagnostic::new(Code::DatabaseTooNew).with("found", found).with("known", VERSION),
        ));
    }
    Ok(())
}

/// Whether the tables are there and of this version, without taking any lock.
pub async fn is_current(tx: &Tx) -> Result<bool> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "select name from sqlite_master where type = 'table' and name = 'sys_meta'",
        Dialect::Postgres => {
            "select tablename::text from pg_tables where schemaname = current_schema() and tablename = 'sys_meta'"
        }
    };
    if tx.row(sql, vec![]).await?.is_none() {
        return Ok(false);
    }
    let found = version(tx).await?;
    check(found)?;
    Ok(found == VERSION)
}

/// A text and a number kept under a key.
pub async fn meta(tx: &Tx, key: &str) -> Result<Option<(String, i64)>> {
    match tx.row("select value, number from sys_meta where key = $1", cells![tx.dialect(); key]).await? {
        Some(row) => Ok(Some((row.get(0)?, row.get(1)?))),
        None => Ok(None),
    }
}

/// Keeps a text and a number under a key.
pub async fn set_meta(tx: &Tx, key: &str, value: &str, number: i64) -> Result<()> {
    let sql = "insert into sys_meta (key, value, number) values ($1, $2, $3) \
               on conflict (key) do update set value = excluded.value, number = excluded.number";
    tx.execute_sql(sql, cells![tx.dialect(); key, value, number]).await.map(|_| ())
}

/// Forgets what is kept under a key.
pub async fn remove_meta(tx: &Tx, key: &str) -> Result<()> {
    tx.execute_sql("delete from sys_meta where key = $1", cells![tx.dialect(); key]).await.map(|_| ())
}

/// Adds one to the number kept under a key and answers it; the row stays locked until the transaction ends.
pub async fn count_meta(tx: &Tx, key: &str) -> Result<i64> {
    let sql = "insert into sys_meta (key, value, number) values ($1, '', 1) \
               on conflict (key) do update set number = sys_meta.number + 1 returning number";
    match tx.row(sql, cells![tx.dialect(); key]).await? {
        Some(row) => row.get(0),
        None => Err(crate::error::internal("counting", key)),
    }
}

/// The statements of a step in the words of the database.
pub(crate) fn statements(step: &str, dialect: Dialect) -> Vec<String> {
    let mut statements = Vec::new();
    let mut current = String::new();
    for line in step.lines().filter(|line| !line.starts_with("--")) {
        let line = match (line.strip_prefix("@sqlite "), line.strip_prefix("@postgres "), dialect) {
            (Some(rest), _, Dialect::Sqlite) | (_, Some(rest), Dialect::Postgres) => rest,
            (None, None, _) => line,
            _ => continue,
        };
        current.push_str(line);
        current.push('\n');
        if line.trim_end().ends_with(';') {
            statements.push(translated(current.trim().trim_end_matches(';'), dialect));
            current.clear();
        }
    }
    statements
}

fn translated(statement: &str, dialect: Dialect) -> String {
    SystemType::ALL.iter().fold(statement.to_owned(), |text, (word, ty)| {
        text.replace(&format!("{{{word}}}"), dialect.system_type(*ty))
    })
}

/// A table of the engine: its name, its columns and what they hold.
pub(crate) type SystemTable = (String, Vec<(String, SystemType)>);

/// All tables of the engine that hold what cannot be derived, in an order in which none refers to a later one.
pub(crate) fn tables() -> Vec<SystemTable> {
    let meta = vec![
        ("key".to_owned(), SystemType::Text),
        ("value".to_owned(), SystemType::Text),
        ("number".to_owned(), SystemType::Integer),
    ];
    let mut all = vec![("sys_meta".to_owned(), meta)];
    for line in STEPS.iter().flat_map(|step| step.lines()) {
        if let Some((name, added)) =
            line.strip_prefix("alter table ").and_then(|rest| rest.split_once(" add column "))
        {
            let table = all.iter_mut().find(|(known, _)| known == name);
            if let (Some((_, columns)), Some(added)) = (table, system_column(added)) {
                columns.push(added);
            }
        } else if let Some((name, columns)) =
            line.strip_prefix("create table ").and_then(|rest| rest.split_once(" ("))
        {
            all.push((name.to_owned(), columns.split(", ").filter_map(system_column).collect()));
        }
    }
    all
}

/// `name {TYPE} …` of a migration.
fn system_column(part: &str) -> Option<(String, SystemType)> {
    let (name, rest) = part.split_once(" {")?;
    let (word, _) = rest.split_once('}')?;
    let ty = SystemType::ALL.iter().find(|(known, _)| *known == word)?.1;
    Some((name.trim().to_owned(), ty))
}
