//! What a scenario knows while it plays: who acts, and records by their aliases.

use crate::identity::Identity;
use crate::publish::Aliases;
use crate::publish::data::{LoadDay, Notation};
use crate::published::Published;
use crate::scenario::stage::Stage;
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic, Locale, did_you_mean};
use indexmap::IndexMap;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Why a step did not end as it should.
pub(super) enum Stop {
    /// The product refused it.
    Refused(Box<Diagnostic>),
    /// What the step says cannot be done, or is not so: a sentence each.
    Unmet(Vec<String>),
}

impl From<Box<Diagnostic>> for Stop {
    fn from(found: Box<Diagnostic>) -> Stop {
        Stop::Refused(found)
    }
}

impl Stop {
    /// There is no such thing for the actor.
    pub fn not_found() -> Stop {
        Stop::Refused(Box::new(Diagnostic::new(Code::NotFound)))
    }

    /// One sentence.
    pub fn unmet(reason: impl Into<String>) -> Stop {
        Stop::Unmet(vec![reason.into()])
    }
}

/// What a scenario knows from one step to the next.
pub(super) struct Known {
    /// Records by alias.
    pub aliases: Aliases,
    /// Instances of workflows by alias.
    pub instances: HashMap<String, Uuid>,
    /// Who acts.
    pub login: String,
    /// The time that the step moves the clock to: one that a crash cut short goes on to the same.
    pub until: Option<DateTime<Utc>>,
}

/// A scenario at play.
pub(super) struct Scene<'a> {
    pub stage: &'a Stage,
    pub known: &'a mut Known,
}

impl Scene<'_> {
    /// Who acts, with the rights that hold now.
    pub async fn actor(&self) -> Result<Arc<Identity>, Stop> {
        self.identity(&self.known.login).await
    }

    /// Somebody, with the rights that hold now.
    pub async fn identity(&self, login: &str) -> Result<Arc<Identity>, Stop> {
        let engine = &self.stage.engine;
        let found = engine.identity_of_login(&engine.database().reader(), login).await;
        let nobody = |_| Stop::unmet(format!("there is no active user `{login}`"));
        let id = found.map_err(nobody)?.actor.id;
        // By id as requests do, so that a scenario sees what they would see, caches included.
        Ok(engine.identity(id, None).await?)
    }

    /// The id of somebody.
    pub async fn user(&self, login: &str) -> Result<Uuid, Stop> {
        Ok(self.identity(login).await?.actor.id)
    }

    /// The object and id of a record.
    pub fn record(&self, alias: &str) -> Result<(Arc<str>, Uuid), Stop> {
        let bare = alias.strip_prefix('@').unwrap_or(alias);
        self.known.aliases.0.get(bare).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.known.aliases.0.keys().map(String::as_str).collect();
            let hint = did_you_mean(bare, known);
            let hint = hint.map_or(String::new(), |hint| format!("; {}", hint.render(Locale::En)));
            Stop::unmet(format!("no record is called `{bare}`{hint}"))
        })
    }

    /// Gives a record a name.
    pub fn save(&mut self, alias: Option<&String>, object: Arc<str>, id: Uuid) {
        if let Some(alias) = alias {
            self.known.aliases.0.insert(alias.clone(), (object, id));
        }
    }

    /// Values of an object's fields with the aliases in them replaced by ids.
    pub fn values(&self, object: &str, given: &IndexMap<String, Json>) -> Result<Json, Stop> {
        let published = self.stage.engine.published();
        let read = match published.catalog.object(object) {
            Some(object) => self.notation(&published).record(object, given),
            None => self.notation(&published).values(given),
        };
        read.map(Json::Object).map_err(|found| Stop::unmet(found.render(Locale::En)))
    }

    /// A value with the aliases in it replaced by ids.
    pub fn value(&self, given: &Json) -> Result<Json, Stop> {
        let published = self.stage.engine.published();
        self.notation(&published).value(given).map_err(|found| Stop::unmet(found.render(Locale::En)))
    }

    fn notation<'n>(&'n self, published: &'n Published) -> Notation<'n> {
        let engine = &self.stage.engine;
        let day = LoadDay::of(engine, engine.now());
        Notation { catalog: &published.catalog, aliases: &self.known.aliases, day }
    }
}
