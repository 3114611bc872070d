//! Definitions that are tried before anybody publishes them.

use crate::engine::Engine;
use crate::publish::change::prepare;
use crate::publish::{Change, PackFiles, without_data};
use crate::published::Published;
use definition::read::parse_file;
use diagnostic::{Code, Diagnostic, Result};
use std::sync::Arc;
use storage::Tx;
use storage::store::publish::{self as table, SourceText};

/// What is tried in the place of what is published.
#[derive(Clone, Debug)]
pub enum Draft {
    /// Texts of definitions, each in the place of the one with its kind and name in this pack.
    Texts {
        /// The pack.
        pack: String,
        /// Where each came from, and the text.
        texts: Vec<(String, String)>,
    },
    /// Packs, in the place of those with their names.
    Packs(Vec<PackFiles>),
}

impl Engine {
    /// The catalog that would be in force under a draft.
    ///
    /// # Errors
    /// All findings in the definitions; `draft_changes_records` where tables would have to change first.
    pub async fn draft(&self, draft: &Draft) -> Result<Arc<Published>> {
        let (engine, draft) = (self.clone(), draft.clone());
        let read = move |tx: Tx| {
            let (engine, draft) = (engine.clone(), draft.clone());
            async move { of(&engine, &tx, &draft).await }
        };
        self.database().read(read).await
    }
}

async fn of(engine: &Engine, tx: &Tx, draft: &Draft) -> Result<Arc<Published>> {
    let change = match draft {
        Draft::Packs(packs) => Change::Set(packs.clone()),
        Draft::Texts { pack, texts } => {
            let number = table::version(tx).await?;
            Change::Set(vec![replaced(table::sources(tx, number).await?, pack, texts)?])
        }
    };
    let prepared = prepare(engine, tx, &change).await?;
    let was = engine.published();
    let objects = prepared.published.catalog.objects.iter();
    let mut moved = objects.filter(|(name, object)| {
        let before = was.catalog.objects.get(*name);
        before.is_none_or(|before| !before.fields.keys().eq(object.fields.keys()))
    });
    let object = moved.next().map(|(name, _)| name.to_string());
    if object.is_some() || !prepared.migration.steps.is_empty() {
        let what = object.or_else(|| prepared.migration.steps.first().map(|step| step.what.clone()));
        let found = Diagnostic::new(Code::DraftChangesRecords).with("what", what.unwrap_or_default());
        return Err(Box::new(found));
    }
    let mut published = prepared.published;
    published.number = was.number;
    published.catalog = without_data(std::mem::take(&mut published.catalog));
    Ok(Arc::new(published))
}

/// The files of an installed pack, with texts in the place of the definitions that they say anew.
fn replaced(sources: Vec<SourceText>, pack: &str, texts: &[(String, String)]) -> Result<PackFiles> {
    let own = sources.into_iter().filter(|source| source.pack == pack);
    let mut files: Vec<(String, String)> = own.map(|source| (source.path, source.text)).collect();
    if files.is_empty() {
        return Err(Box::new(Diagnostic::new(Code::PackNotFound).with("pack", pack)));
    }
    for (path, text) in texts {
        let wanted = header(path, text)?;
        let known = files.iter_mut().find(|(path, text)| {
            // Most files need not be parsed to be told apart.
            text.contains(&wanted.1) && header(path, text).is_ok_and(|known| known == wanted)
        });
        match known {
            Some(known) => known.1.clone_from(text),
            None => files.push((format!("{}s/{}.yaml", wanted.0, wanted.1), text.clone())),
        }
    }
    Ok(PackFiles { root: pack.to_owned(), files })
}

/// The kind and the name of a definition.
fn header(path: &str, text: &str) -> Result<(String, String)> {
    match parse_file(path, text) {
        (Some(parsed), _) => Ok((parsed.kind.name().to_owned(), parsed.name)),
        (None, found) => Err(crate::publish::gathered(found)),
    }
}
