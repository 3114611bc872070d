//! Options of looked-up selects: `industry: {type: select, formula: account.industry}` names none of its own, it
//! has those of the field it looks at.

use super::collect::Entries;
use super::paths;
use crate::model::catalog::Catalog;
use definition::SelectOption;
use definition::field::FieldType;
use definition::shape::Names;
use std::sync::Arc;

/// Gives every select that is a pure lookup and declares no options those of its source. A lookup of a lookup
/// needs as many rounds as there are steps; one that never ends is a cycle, which the formulas report.
pub(super) fn take_options(catalog: &mut Catalog, entries: &Entries<definition::Object>) {
    let mut open = Vec::new();
    for entry in entries.values() {
        for (name, definition) in &entry.definition.fields {
            let FieldType::Select(select) = &definition.kind else { continue };
            if let (true, Some(formula)) = (select.options.is_empty(), &definition.formula) {
                open.push((entry.name.clone(), name.clone(), formula.text().trim().to_owned()));
            }
        }
    }
    loop {
        let before = open.len();
        open.retain(|(object, field, source)| match options_of(catalog, object, source) {
            Some(options) => {
                take(catalog, object, field, options);
                false
            }
            None => true,
        });
        if open.is_empty() || open.len() == before {
            return;
        }
    }
}

/// The options of the select that a path ends in; `None` while it has none, and where there is no such field.
fn options_of(catalog: &Catalog, object: &str, path: &str) -> Option<Names<SelectOption>> {
    let (_, field) = paths::path(catalog, catalog.objects.get(object)?, path).ok()?;
    match &field.kind {
        FieldType::Select(select) if !select.options.is_empty() => Some(select.options.clone()),
        _ => None,
    }
}

fn take(catalog: &mut Catalog, object: &str, field: &str, mut options: Names<SelectOption>) {
    // What may be chosen is for the source to say.
    options.values_mut().for_each(|option| option.when = None);
    let Some(object) = catalog.objects.get_mut(object) else { return };
    let Some(field) = Arc::make_mut(object).fields.get_mut(field) else { return };
    if let FieldType::Select(select) = &mut field.kind {
        select.options = options;
        field.ty = field.kind.kind().expression_type();
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, PackSource, PhysicalNames, build};
    use definition::field::FieldType;

    #[test]
    fn a_looked_up_select_has_the_options_of_its_source() {
        let object = |name: &str, fields: &str| {
            (
                format!("objects/{name}.yaml"),
                format!("kind: object\nname: {name}\nownership: shared\nfields:\n{fields}"),
            )
        };
        let account = "  kind: {type: select, options: [new, old]}\n  size: {type: select, options: {big: {when: 'kind == \"old\"'}, small: {}}}\n";
        let contact =
            "  account: {type: reference, to: account}\n  size: {type: select, formula: account.size}\n";
        let visit =
            "  contact: {type: reference, to: contact}\n  size: {type: select, formula: contact.size}\n";
        let pack = PackSource {
            root: String::new(),
            files: vec![
                ("pack.yaml".to_owned(), "kind: pack\nname: shop\nversion: 1.0.0\n".to_owned()),
                object("visit", visit),
                object("contact", contact),
                object("account", account),
            ],
        };
        let base = PackSource {
            root: String::new(),
            files: vec![
                ("pack.yaml".to_owned(), "kind: pack\nname: base\nversion: 1.0.0\n".to_owned()),
                object("user", "  login: {type: text}\n"),
                object("department", "  code: {type: text}\n"),
            ],
        };
        let built = build(&[base, pack], &PhysicalNames::default(), &Options::default()).unwrap();
        for name in ["shop.contact", "shop.visit"] {
            let field = &built.catalog.objects[name].fields["size"];
            let FieldType::Select(select) = &field.kind else { panic!("{:?}", field.kind) };
            assert_eq!(select.options.keys().collect::<Vec<_>>(), ["big", "small"]);
            assert!(select.options.values().all(|option| option.when.is_none()));
        }
    }
}
