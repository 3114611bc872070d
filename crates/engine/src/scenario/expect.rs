//! Comparing what is seen with what should be.

use crate::scenario::compare::fits;
use crate::scenario::decide::Held;
use crate::scenario::scene::{Scene, Stop};
use crate::scenario::wording::shown;
use chrono::{DateTime, Utc};
use definition::scenario::{Expect, ExpectTask, Query};
use diagnostic::Code;
use serde_json::Value as Json;
use std::sync::Arc;
use storage::store::history;
use storage::store::workflow::FlowFilter;
use uuid::Uuid;

/// Most entries of a history that are counted.
const MOST: u32 = 10_000;

impl Scene<'_> {
    /// Compares all that an `expect` names; every difference is told.
    pub async fn expect(&self, expected: &Expect) -> Result<(), Stop> {
        let mut unmet = Vec::new();
        let Some(alias) = &expected.record else {
            return Err(Stop::unmet("an expectation names its `record`"));
        };
        let (object, id) = self.record(alias)?;
        if let Some(visible) = expected.visible {
            let seen = self.seen(&object, id).await?.is_some();
            if seen != visible {
                let word = |yes: bool| if yes { "visible" } else { "not visible" };
                unmet.push(format!(
                    "`{alias}` should be {} to `{}` and is {}",
                    word(visible),
                    self.known.login,
                    word(seen)
                ));
            }
        }
        if !expected.fields.is_empty() || !expected.absent.is_empty() || expected.pending.is_some() {
            match self.seen(&object, id).await? {
                Some(record) => self.compare(expected, &record, &mut unmet)?,
                None => unmet.push(format!("`{alias}` is not visible to `{}`", self.known.login)),
            }
        }
        if let Some(tasks) = &expected.tasks {
            self.expect_tasks(alias, tasks, &mut unmet).await?;
        }
        for (field, count) in &expected.history {
            let tx = self.stage.engine.database().reader();
            let entries = history::list(&tx, &object, id, None, MOST).await?;
            let found = entries.iter().filter(|change| change.changed.field == *field).count() as u64;
            if found != *count {
                unmet.push(format!("the history of `{field}` should have {count} entries and has {found}"));
            }
        }
        if unmet.is_empty() { Ok(()) } else { Err(Stop::Unmet(unmet)) }
    }

    /// The record as the actor sees it.
    async fn seen(&self, object: &Arc<str>, id: Uuid) -> Result<Option<Json>, Stop> {
        let actor = self.actor().await?;
        match self.stage.engine.record(&actor, object, id, &[]).await {
            Ok(body) => {
                let read = serde_json::from_slice(&body);
                read.map(Some).map_err(|error| Stop::unmet(format!("the record is no JSON: {error}")))
            }
            Err(error) if error.code == Code::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn compare(&self, expected: &Expect, record: &Json, unmet: &mut Vec<String>) -> Result<(), Stop> {
        for (field, wanted) in &expected.fields {
            let wanted = self.value(wanted)?;
            match record.get(field) {
                None => unmet.push(format!("`{field}` should be {} and is not shown", shown(&wanted))),
                Some(found) if fits(&wanted, found) => {}
                Some(found) => {
                    unmet.push(format!("`{field}` should be {} and is {}", shown(&wanted), shown(found)));
                }
            }
        }
        for field in &expected.absent {
            if let Some(found) = record.get(field) {
                unmet.push(format!("`{field}` should not be shown and is {}", shown(found)));
            }
        }
        if let Some(wanted) = expected.pending {
            let found = record.get("pending").is_some_and(|p| !p.is_null() && *p != Json::Bool(false));
            if found != wanted {
                let word = |yes: bool| if yes { "waits" } else { "does not wait" };
                unmet.push(format!("it should be that a move {} and it {}", word(wanted), word(found)));
            }
        }
        Ok(())
    }

    async fn expect_tasks(
        &self,
        alias: &str,
        expected: &[ExpectTask],
        unmet: &mut Vec<String>,
    ) -> Result<(), Stop> {
        let mut held = self.tasks(alias).await?;
        for wanted in expected {
            let state = wanted.state.as_deref().unwrap_or("open");
            let fits = |held: &Held| {
                held.login == wanted.assignee
                    && held.task.state == state
                    && wanted.node.as_ref().is_none_or(|node| held.task.node == *node)
                    && wanted
                        .in_place_of
                        .as_ref()
                        .is_none_or(|absent| held.in_place_of.as_ref() == Some(absent))
            };
            let Some(at) = held.iter().position(fits) else {
                let node = wanted.node.as_ref().map_or(String::new(), |node| format!(" at `{node}`"));
                let tasks = listed(&held);
                unmet
                    .push(format!("`{}` should hold a task{node} that is {state}; {tasks}", wanted.assignee));
                continue;
            };
            let found = held.remove(at);
            if let Some(due) = &wanted.due {
                self.expect_due(due, &found, unmet)?;
            }
            if let Some(which) = &wanted.r#box {
                self.expect_in_box(which, &found, unmet).await?;
            }
        }
        let further: Vec<Held> = held.into_iter().filter(|held| held.task.state == "open").collect();
        if !further.is_empty() {
            unmet.push(format!("further open tasks: {}", listed(&further)));
        }
        Ok(())
    }

    fn expect_due(&self, wanted: &str, held: &Held, unmet: &mut Vec<String>) -> Result<(), Stop> {
        let zone = self.stage.engine.site().time_zone;
        let Some(at) = calendar::read_instant(wanted, zone) else {
            return Err(Stop::unmet(format!("`{wanted}` is no instant")));
        };
        if held.task.due_at != Some(at) {
            let local = |at: DateTime<Utc>| at.with_timezone(&zone).to_rfc3339();
            let found = held.task.due_at.map_or_else(|| "not at all".to_owned(), local);
            unmet.push(format!("the task of `{}` should be due {} and is {found}", held.login, local(at)));
        }
        Ok(())
    }

    async fn expect_in_box(&self, which: &str, held: &Held, unmet: &mut Vec<String>) -> Result<(), Stop> {
        let person = self.identity(&held.login).await?;
        let page = self
            .stage
            .engine
            .task_box(&person, which, &FlowFilter::default(), None, crate::flow::tasks::MOST)
            .await?;
        let id = Json::String(held.task.id.to_string());
        if !page.entries.iter().any(|entry| entry["id"] == id) {
            unmet.push(format!("the task of `{}` should lie in the box `{which}` and does not", held.login));
        }
        Ok(())
    }

    /// Counts the records that the actor finds.
    pub async fn query(&self, query: &Query) -> Result<(), Stop> {
        let actor = self.actor().await?;
        let mut asked = vec![("count".to_owned(), "exact".to_owned()), ("limit".to_owned(), "5".to_owned())];
        asked.extend(query.filter.clone().map(|filter| ("filter".to_owned(), filter)));
        asked.extend(query.search.clone().map(|words| ("search".to_owned(), words)));
        let listing = self.stage.engine.list(&actor, &query.object, &asked).await?;
        let found = listing.total.map_or(0, |(total, _)| total);
        if found == query.count {
            return Ok(());
        }
        let first = String::from_utf8_lossy(&listing.body).chars().take(400).collect::<String>();
        let reason = format!("{} records should be found and {found} are: {first}", query.count);
        Err(Stop::unmet(reason))
    }
}

fn listed(held: &[Held]) -> String {
    let entry = |held: &Held| format!("{} {} {}", held.login, held.task.node, held.task.state);
    match held.is_empty() {
        true => "there are none".to_owned(),
        false => format!("there are [{}]", held.iter().map(entry).collect::<Vec<_>>().join(", ")),
    }
}
