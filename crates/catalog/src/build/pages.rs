//! Pages: blocks whose objects, fields, forms and views exist and fit.

use super::compile::{Spot, compile_some};
use super::entry::{Entry, Findings, Noun, invalid};
use super::paths;
use crate::model::catalog::Catalog;
use crate::model::object::Object;
use crate::scopes;
use definition::page::{Block, Related};
use definition::{Expression, Page};
use expression::Type;
use indexmap::IndexMap;
use std::sync::Arc;

pub(super) fn build(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Entry<Page>>,
    findings: &mut Findings<'_>,
) {
    for entry in entries.values() {
        let mut page = entry.definition.clone();
        page.name = entry.name.to_string();
        if let Some(object) = &mut page.object {
            findings.resolve_in(Noun::Object, object, entry, &["object"]);
        }
        if let Some(roles) = &mut page.roles {
            let full = findings.resolve_all(Noun::Role, roles, entry, &["roles"]);
            *roles = full.into_iter().map(|role| role.to_string()).collect();
        }
        let object = page.object.as_deref().and_then(|name| catalog.objects.get(name)).cloned();
        let mut check = Check { catalog, object: object.as_deref(), entry, findings };
        check.blocks(&mut page.blocks, &[]);
        for (name, tab) in &mut page.tabs {
            check.condition(tab.visible_when.as_ref(), &["tabs", name, "visible_when"]);
            check.blocks(&mut tab.blocks, &["tabs", name]);
        }
        catalog.pages.insert(entry.name.clone(), Arc::new(page));
    }
}

/// The blocks of one page; `object` is that of its record.
struct Check<'a, 'f> {
    catalog: &'a Catalog,
    object: Option<&'a Object>,
    entry: &'a Entry<Page>,
    findings: &'a mut Findings<'f>,
}

impl Check<'_, '_> {
    fn blocks(&mut self, blocks: &mut IndexMap<String, Block>, base: &[&str]) {
        for (name, block) in blocks {
            let path = [base, &["blocks", name]].concat();
            let at = |key| [path.as_slice(), &[key]].concat();
            self.condition(block.visible_when.as_ref(), &at("visible_when"));
            if let (Some(fields), Some(object)) = (&block.summary, self.object) {
                self.fields(object, fields.keys(), &at("summary"));
            }
            if let Some(form) = &mut block.form {
                self.findings.resolve_in(Noun::Form, form, self.entry, &at("form"));
                let of = self.catalog.forms.get(form.as_str()).map(|form| form.object.clone());
                if let (Some(of), Some(object)) = (of, self.object)
                    && *of != *object.name
                {
                    let reason =
                        format!("form `{form}` is one of {of}, and the page is about {}", object.name);
                    self.findings.push(invalid(reason), &self.entry.origin, &at("form"));
                }
            }
            if let Some(view) = &mut block.view {
                self.findings.resolve_in(Noun::View, view, self.entry, &at("view"));
            }
            if let Some(related) = &mut block.related {
                self.related(related, &at("related"));
            }
        }
    }

    fn condition(&mut self, text: Option<&Expression>, path: &[&str]) {
        if let Some(object) = self.object {
            let spot = Spot::of(&scopes::FORM_WHEN, &object.name, self.entry, path);
            compile_some(self.catalog, text, spot, &mut self.findings.found);
        }
    }

    fn fields<'n>(&mut self, object: &Object, names: impl Iterator<Item = &'n String>, path: &[&str]) {
        for (place, name) in names.enumerate() {
            if let Err(finding) = paths::path(self.catalog, object, name) {
                let place = place.to_string();
                self.findings.push(finding, &self.entry.origin, &[path, &[&place]].concat());
            }
        }
    }

    /// The reference leads from the other records to the page's.
    fn related(&mut self, related: &mut Related, path: &[&str]) {
        let at = |key| [path, &[key]].concat();
        self.findings.resolve_in(Noun::Object, &mut related.object, self.entry, &at("object"));
        let Some(other) = self.catalog.objects.get(related.object.as_str()) else { return };
        self.fields(other, related.columns.keys(), &at("columns"));
        let sort: Vec<String> =
            related.sort.iter().map(|key| key.trim_start_matches('-').to_owned()).collect();
        self.fields(other, sort.iter(), &at("sort"));
        let spot_path = at("where");
        let spot = Spot::of(&scopes::VIEW_WHERE, &other.name, self.entry, &spot_path);
        compile_some(self.catalog, related.r#where.as_ref(), spot, &mut self.findings.found);
        let via = paths::known(other, &related.via, self.entry, &at("via"), self.findings);
        if let (Some(via), Some(object)) = (via, self.object) {
            let leads = match &via.ty {
                Type::Reference(Some(target)) => *target == object.name,
                Type::Reference(None) => true,
                _ => false,
            };
            if !leads {
                let reason = format!("`{}` is no reference to a record of {}", via.name, object.name);
                self.findings.push(invalid(reason), &self.entry.origin, &at("via"));
            }
        }
    }
}
