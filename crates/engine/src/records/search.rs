//! Looking for words in everything that may be read.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::records::read;
use diagnostic::Result;
use serde_json::{Value as Json, json};
use std::sync::Arc;

impl Engine {
    /// Records that hold the words, at most `limit` of each object, in the order of the objects.
    ///
    /// # Errors
    /// `not_found` for an unknown object, `query_too_complex` for words that are too many.
    pub async fn search(
        &self,
        identity: &Arc<Identity>,
        words: &str,
        only: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Json>> {
        let work = self.reading(identity);
        let known = work.planner().known();
        let only = only.map(|name| known.object(name)).transpose()?.map(|(object, _)| object.name.clone());
        let mut hits = Vec::new();
        for object in work.published.catalog.objects.values() {
            if only.as_ref().is_some_and(|only| *only != object.name) {
                continue;
            }
            let readable = work.identity.actor.grant(&object.name).is_some_and(|grant| !grant.read.is_none());
            if !readable || !known.fields(object).any(|field| field.search) {
                continue;
            }
            let asked = [("search", words), ("limit", &limit.to_string()), ("fields", "id")];
            let asked = asked.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let rows = read::listed_rows(&work, &object.name, &asked).await?;
            let ids: Vec<_> = rows.iter().map(plan::Row::id).collect();
            let titles = read::titles(&work, object, &ids).await?;
            let hit = |id| json!({"object": object.name, "id": id, "title": titles.get(id)});
            hits.extend(ids.iter().map(hit));
        }
        Ok(hits)
    }
}
