//! What a template shows: the fields it names, as its reader may see them.

use crate::engine::internal;
use crate::records::read;
use crate::work::Work;
use catalog::{Field, Stored};
use definition::field::FieldType;
use diagnostic::{Code, Diagnostic, Locale, Result, Text};
use expression::{Type, Value};
use plan::Row;
use script::template::Needs;
use serde_json::{Map, Value as Json, json};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

/// Most records that one message shows.
const MOST: usize = 2_000;

/// Gathers what a template shows of a record and what is behind it.
pub(crate) struct Gathering<'a> {
    /// Reading as the reader.
    pub work: &'a Work,
    /// The reader's language.
    pub locale: Locale,
    read: AtomicUsize,
}

type Later<'f, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'f>>;

impl<'a> Gathering<'a> {
    /// For a reader.
    pub fn new(work: &'a Work, locale: Locale) -> Gathering<'a> {
        Gathering { work, locale, read: AtomicUsize::new(0) }
    }

    /// What `record` is in the template; null where the reader may not see it.
    pub async fn record(&self, object: &str, id: Uuid, needs: &Needs) -> Result<Json> {
        let rows = read::visible_rows(self.work, object, &[id]).await?;
        match rows.first() {
            Some(row) => self.shown(row, needs).await,
            None => Ok(Json::Null),
        }
    }

    fn count(&self, more: usize) -> Result<()> {
        if self.read.fetch_add(more, Ordering::Relaxed) + more > MOST {
            let reason = format!("the template shows more than {MOST} records");
            return Err(Box::new(Diagnostic::new(Code::TemplateError).with("reason", reason)));
        }
        Ok(())
    }

    /// One record, as far as it is shown.
    fn shown<'f>(&'f self, row: &'f Row, needs: &'f Needs) -> Later<'f, Json> {
        Box::pin(async move {
            self.count(1)?;
            let mut out = Map::new();
            for (name, below) in &needs.0 {
                let value = match row.object.field(name) {
                    Some(field) => self.field(row, field, below).await?,
                    None => self.title(row).await?,
                };
                out.insert(name.clone(), value);
            }
            Ok(Json::Object(out))
        })
    }

    async fn title(&self, row: &Row) -> Result<Json> {
        let titles = read::titles(self.work, &row.object, &[row.id()]).await?;
        Ok(titles.get(&row.id()).map_or(Json::Null, |title| json!(title)))
    }

    async fn field(&self, row: &Row, field: &Field, below: &Needs) -> Result<Json> {
        let value = &row.values[field.index];
        match (&field.stored, &field.ty, &field.kind, value) {
            (Stored::Children { object, via }, ..) => self.children(row, object, via, below).await,
            (_, Type::Reference(Some(object)), _, Value::Reference(id)) if &*field.name != "id" => {
                self.record(object, *id, below).await
            }
            (_, Type::Reference(Some(_)), _, Value::Null) => Ok(Json::Null),
            (_, _, FieldType::Select(select), Value::Text(key)) => {
                let label = select.options.get(&**key).and_then(|option| option.label.as_ref());
                Ok(self.option(key, label))
            }
            (_, _, FieldType::MultiSelect(select), Value::List(keys)) => {
                let option = |key: &Value| {
                    let key = key.as_text().unwrap_or_default();
                    self.option(key, select.options.get(key).and_then(|option| option.label.as_ref()))
                };
                Ok(keys.iter().map(option).collect())
            }
            _ => Ok(field.kind.kind().render(value)),
        }
    }

    fn option(&self, key: &str, label: Option<&Text>) -> Json {
        json!({"key": key, "label": Text::or_name(label, self.locale, key)})
    }

    /// The children of a record that the reader may see, in their order.
    async fn children(&self, row: &Row, object: &Arc<str>, via: &str, below: &Needs) -> Result<Json> {
        let rows = self.work.rows().referring(self.work.published.object(object)?, via, row.id()).await?;
        self.count(rows.len())?;
        let ids: Vec<Uuid> = rows.iter().map(Row::id).collect();
        let seen = read::visible_rows(self.work, object, &ids).await?;
        let mut out = Vec::with_capacity(seen.len());
        for id in ids {
            if let Some(row) = seen.iter().find(|row| row.id() == id) {
                out.push(self.shown(row, below).await?);
            }
        }
        Ok(Json::Array(out))
    }
}

/// Further values of a template: those it declares, and no others.
pub(crate) fn values(declared: &[Arc<str>], given: &Map<String, Json>) -> Result<Map<String, Json>> {
    match given.keys().find(|name| !declared.iter().any(|known| **known == ***name)) {
        None => Ok(given.clone()),
        Some(name) => {
            let hint = diagnostic::did_you_mean(name, declared.iter().map(|known| &**known));
            let found = Diagnostic::new(Code::UnknownReference).with("what", "value").with("name", name);
            Err(Box::new(found.with_hint(hint)))
        }
    }
}

/// The user as a template shows it.
pub(crate) fn user(row: Option<&Row>) -> Json {
    let text = |name: &str| row.and_then(|row| row.get(name).as_text().map(str::to_owned));
    json!({"name": text("name"), "login": text("login"), "email": text("email")})
}

/// A zone by its name.
pub(crate) fn zone(name: &str) -> Result<chrono_tz::Tz> {
    name.parse().map_err(|_| internal("a time zone", &name))
}
