//! Full-text search: the same tokens on both databases.
//!
//! A text is cut into words (letters and digits, folded to lower case and half width) and, where it is
//! Chinese, Japanese or Korean, into pairs of characters; the last character of a run also stands alone. So a
//! word of two characters is found by one token, a longer one by a phrase, a single character by a prefix. Each
//! token carries a tag of the field it stands in, so that a field a reader may not see is not looked into.
//! What is beyond ASCII is spelled in hexadecimal: neither database folds it in a way of its own.

use crate::codec::Cell;
use crate::dialect::Dialect;
use crate::transaction::Tx;
use catalog::{Field, Object, Stored};
use diagnostic::Result;
use expression::Value;
use plan::Row;
use plan::read::Search;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use uuid::Uuid;

/// Longest text that is indexed, in characters.
const LONGEST: usize = 20_000;
/// Most terms of one search; further ones are ignored.
const MOST_TERMS: usize = 16;

/// A run of characters that is looked for as a whole.
#[derive(Clone, Debug, PartialEq)]
enum Run {
    /// A word of letters and digits.
    Word(String),
    /// Characters without blanks between words.
    Dense(Vec<char>),
}

fn is_dense(c: char) -> bool {
    matches!(u32::from(c),
        0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3040..=0x30FF | 0x3105..=0x312F | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
}

/// Lower case and half width.
fn folded(c: char) -> impl Iterator<Item = char> {
    let narrow = match u32::from(c) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
        0x3000 => ' ',
        _ => c,
    };
    narrow.to_lowercase()
}

fn runs(text: &str) -> Vec<Run> {
    let mut found: Vec<Run> = Vec::new();
    let mut open = false;
    for c in text.chars().take(LONGEST).flat_map(folded) {
        if is_dense(c) {
            match found.last_mut() {
                Some(Run::Dense(run)) if open => run.push(c),
                _ => found.push(Run::Dense(vec![c])),
            }
            open = true;
        } else if c.is_alphanumeric() {
            match found.last_mut() {
                Some(Run::Word(word)) if open => word.push(c),
                _ => found.push(Run::Word(c.to_string())),
            }
            open = true;
        } else {
            open = false;
        }
    }
    found
}

fn spelled(token: &mut String, c: char) {
    if c.is_ascii_alphanumeric() {
        token.push(c);
    } else {
        // Writing to a string cannot fail.
        let _ = write!(token, "x{:05x}", u32::from(c));
    }
}

fn token<'c>(tag: &str, chars: impl IntoIterator<Item = &'c char>) -> String {
    let mut token = tag.to_owned();
    chars.into_iter().for_each(|c| spelled(&mut token, *c));
    token
}

/// Six letters that stand for a field; its column keeps its name through renames.
fn tag(field: &Field) -> String {
    let name = match &field.stored {
        Stored::Column { column, .. } => column.as_ref(),
        _ => field.name.as_ref(),
    };
    Sha256::digest(name.as_bytes()).iter().take(6).map(|byte| char::from(b'a' + byte % 26)).collect()
}

fn tokens_of(tag: &str, text: &str, tokens: &mut Vec<String>) {
    for run in runs(text) {
        match run {
            Run::Word(word) => {
                let chars: Vec<char> = word.chars().take(64).collect();
                tokens.push(token(tag, &chars));
            }
            Run::Dense(chars) => {
                chars.windows(2).for_each(|pair| tokens.push(token(tag, pair)));
                tokens.push(token(tag, chars.last()));
            }
        }
    }
    // Keeps phrases from reaching into the next field.
    tokens.push(format!("{tag}0"));
}

fn searched(object: &Object) -> impl Iterator<Item = &Field> {
    object.fields.values().filter(|field| field.search && field.encrypted.is_none())
}

/// Whether records of the object can be found by their words.
pub fn is_searchable(object: &Object) -> bool {
    searched(object).next().is_some()
}

/// The tokens of a record.
fn tokens(row: &Row) -> Vec<String> {
    let mut tokens = Vec::new();
    for field in searched(&row.object) {
        let tag = tag(field);
        match &row.values[field.index] {
            Value::Text(text) => tokens_of(&tag, text, &mut tokens),
            Value::List(items) => {
                items.iter().filter_map(Value::as_text).for_each(|text| tokens_of(&tag, text, &mut tokens));
            }
            Value::Json(serde_json::Value::Object(parts)) => {
                let texts = parts.values().filter_map(serde_json::Value::as_str);
                texts.for_each(|text| tokens_of(&tag, text, &mut tokens));
            }
            _ => {}
        }
    }
    tokens
}

/// The condition that the row with this id holds all words, each in one of the fields.
pub fn condition(
    dialect: Dialect,
    bind: &mut dyn FnMut(String) -> String,
    id: &str,
    object: &Object,
    search: &Search,
) -> String {
    let tags: Vec<String> = search
        .fields
        .iter()
        .filter_map(|index| object.fields.get_index(*index))
        .map(|(_, field)| field)
        .filter(|field| field.search && field.encrypted.is_none())
        .map(tag)
        .collect();
    let runs = runs(&search.text);
    if tags.is_empty() || runs.is_empty() {
        return "FALSE".to_owned();
    }
    let terms: Vec<String> = runs.iter().take(MOST_TERMS).map(|run| term(run, &tags, dialect)).collect();
    let name = bind(object.name.to_string());
    match dialect {
        Dialect::Sqlite => {
            let query = bind(terms.join(" AND "));
            format!(
                "{id} IN (SELECT s.record FROM sys_search_text JOIN sys_search s ON s.id = sys_search_text.rowid \
                 WHERE s.object = {name} AND sys_search_text MATCH {query})"
            )
        }
        Dialect::Postgres => {
            let query = bind(terms.join(" & "));
            format!(
                "{id} IN (SELECT s.record FROM sys_search s WHERE s.object = {name} \
                 AND s.tokens @@ CAST({query} AS tsquery))"
            )
        }
    }
}

/// One run in any of the fields, in the query language of the database. Tokens are ASCII letters and digits.
fn term(run: &Run, tags: &[String], dialect: Dialect) -> String {
    let alternatives: Vec<String> = tags
        .iter()
        .map(|tag| {
            let (tokens, prefix) = match run {
                Run::Word(word) => {
                    let chars: Vec<char> = word.chars().take(64).collect();
                    (vec![token(tag, &chars)], true)
                }
                Run::Dense(chars) if chars.len() == 1 => (vec![token(tag, chars)], true),
                Run::Dense(chars) => (chars.windows(2).map(|pair| token(tag, pair)).collect(), false),
            };
            match dialect {
                Dialect::Sqlite => format!("\"{}\"{}", tokens.join(" "), if prefix { " *" } else { "" }),
                Dialect::Postgres => {
                    let quoted: Vec<String> = tokens.iter().map(|token| format!("'{token}'")).collect();
                    format!("({}{})", quoted.join(" <-> "), if prefix { ":*" } else { "" })
                }
            }
        })
        .collect();
    let or = if dialect == Dialect::Sqlite { " OR " } else { " | " };
    format!("({})", alternatives.join(or))
}

/// Writes the tokens of a record; to be called in the transaction that writes the record.
pub async fn index(tx: &Tx, row: &Row) -> Result<()> {
    let tokens = tokens(row);
    let dialect = tx.dialect();
    let (object, id) = (row.object.name.as_ref().cell(dialect), row.id().cell(dialect));
    if dialect == Dialect::Postgres {
        let sql = "INSERT INTO sys_search (object, record, tokens) VALUES ($1, $2, CAST($3 AS tsvector)) \
                   ON CONFLICT (object, record) DO UPDATE SET tokens = excluded.tokens";
        tx.execute_sql(sql, vec![object, id, vector(&tokens).cell(dialect)]).await?;
        return Ok(());
    }
    let sql = "INSERT INTO sys_search (object, record) VALUES ($1, $2) \
               ON CONFLICT (object, record) DO UPDATE SET record = excluded.record RETURNING id";
    let number: Option<i64> = match tx.row(sql, vec![object, id]).await? {
        Some(row) => Some(row.get(0)?),
        None => None,
    };
    let text = tokens.join(" ").cell(dialect);
    tx.execute_sql(
        "INSERT OR REPLACE INTO sys_search_text (rowid, tokens) VALUES ($1, $2)",
        vec![number.cell(dialect), text],
    )
    .await?;
    Ok(())
}

/// Takes a record out of the index.
pub async fn remove(tx: &Tx, object: &Object, id: Uuid) -> Result<()> {
    let dialect = tx.dialect();
    let values = || vec![object.name.as_ref().cell(dialect), id.cell(dialect)];
    if dialect == Dialect::Sqlite {
        let sql = "DELETE FROM sys_search_text WHERE rowid IN \
                   (SELECT id FROM sys_search WHERE object = $1 AND record = $2)";
        tx.execute_sql(sql, values()).await?;
    }
    tx.execute_sql("DELETE FROM sys_search WHERE object = $1 AND record = $2", values()).await?;
    Ok(())
}

/// Drops what the index still holds of words that were taken out (SQLite marks them only).
pub async fn compact(tx: &Tx) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        tx.batch("INSERT INTO sys_search_text (sys_search_text) VALUES ('optimize')").await?;
    }
    Ok(())
}

/// PostgreSQL's text of a vector: each token with its places, of which it keeps 256 below 16,384.
fn vector(tokens: &[String]) -> String {
    let mut text = String::with_capacity(tokens.len() * 24);
    for (place, token) in tokens.iter().enumerate() {
        let _ = write!(text, "{token}:{} ", (place + 1).min(16_383));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let mut tokens = Vec::new();
        tokens_of("", text, &mut tokens);
        assert_eq!(tokens.join(" "), expect, "{text}");
    }

    #[test]
    fn texts_become_words_and_pairs() {
        check("Hello, World 2026", "hello world 2026 0");
        check("ＡＢＣ　ｄ１", "abc d1 0");
        check("华为", "x0534ex04e3a x04e3a 0");
        check("A华", "a x0534e 0");
        check("é", "x000e9 0");
        check("—", "0");
    }
}
