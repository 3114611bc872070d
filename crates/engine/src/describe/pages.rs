//! Pages as clients are told of them: without the blocks that would show what the asker may not know.

use super::Reader;
use definition::Page;
use definition::page::{Block, Related};
use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

impl Reader<'_> {
    /// Whether somebody has one of the roles it is for, and knows the object it is about.
    pub(super) fn sees_page(&self, page: &Page) -> bool {
        let actor = self.known.actor;
        let roles = page.roles.as_ref();
        (actor.admin || roles.is_none_or(|roles| roles.iter().any(|role| actor.has_role(role))))
            && page.object.as_ref().is_none_or(|object| self.knows(object))
    }

    /// Conditions stand in it as they were written, and under `expressions` as clients evaluate them.
    pub(super) fn page(&self, name: &str, page: &Page) -> Json {
        let mut shown = self.plain("page", name, page);
        let mut expressions = Map::new();
        shown.insert("label".to_owned(), json!(self.text(page.label.as_ref(), name)));
        self.keep_blocks(page, &page.blocks, shown.get_mut("blocks"), &mut expressions);
        if let Some(Json::Object(tabs)) = shown.get_mut("tabs") {
            for (name, tab) in &page.tabs {
                let Some(one) = tabs.get_mut(name) else { continue };
                self.keep_blocks(page, &tab.blocks, one.get_mut("blocks"), &mut expressions);
                one["label"] = json!(self.text(tab.label.as_ref(), name));
                if let Some(object) = &page.object {
                    self.keep_conditions(object, one, &mut expressions);
                }
            }
            tabs.retain(|_, tab| tab["blocks"].as_object().is_some_and(|blocks| !blocks.is_empty()));
        }
        shown.insert("expressions".to_owned(), Json::Object(expressions));
        shown.shift_remove("roles");
        Json::Object(shown)
    }

    fn keep_blocks(
        &self,
        page: &Page,
        blocks: &IndexMap<String, Block>,
        shown: Option<&mut Json>,
        expressions: &mut Map<String, Json>,
    ) {
        let Some(Json::Object(shown)) = shown else { return };
        for (name, block) in blocks {
            let Some(one) = shown.get_mut(name) else { continue };
            if !self.sees_block(block) {
                shown.shift_remove(name);
                continue;
            }
            if let Some(object) = &page.object {
                self.keep_fields(object, one.get_mut("summary"));
                self.keep_conditions(object, one, expressions);
            }
            if let Some(related) = &block.related {
                let settings = &mut one["related"];
                self.keep_fields(&related.object, settings.get_mut("columns"));
                self.keep_fields(&related.object, settings.get_mut("sort"));
            }
        }
    }

    fn sees_block(&self, block: &Block) -> bool {
        let catalog = self.catalog();
        let view = |name: &String| {
            catalog.views.get(name.as_str()).is_some_and(|view| {
                let open = |text: &definition::Expression| self.understands(&view.object, text.text());
                self.knows(&view.object) && view.r#where.as_ref().is_none_or(open)
            })
        };
        block.view.as_ref().is_none_or(view) && block.related.as_ref().is_none_or(|r| self.sees_related(r))
    }

    fn sees_related(&self, related: &Related) -> bool {
        let object = &related.object;
        self.known.readable(object, &related.via).is_some()
            && related.r#where.as_ref().is_none_or(|text| self.understands(object, text.text()))
    }
}
