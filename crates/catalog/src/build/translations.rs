//! Translations: their wordings put into the labels they are for.

use super::entry::{Entry, Findings, Noun, unknown};
use crate::model::catalog::Catalog;
use crate::model::connector::Connector;
use crate::model::decision::{Decision, DecisionValue};
use calendar::Calendar;
use definition::Translation;
use definition::field::FieldType;
use definition::workflow::{Branch, Step, StepKind};
use definition::{Form, MenuEntry, Page, SelectOption};
use diagnostic::{Locale, Text};
use indexmap::IndexMap;
use std::sync::Arc;

pub(super) fn merge(catalog: &mut Catalog, entries: &[Entry<Translation>], findings: &mut Findings<'_>) {
    for entry in entries {
        let locale = entry.definition.locale;
        for (address, wording) in &entry.definition.texts {
            let put = Put { locale, wording };
            if place(catalog, address, entry, findings, &put).is_none() {
                findings.push(unknown("text", address), &entry.origin, &["texts", address]);
            }
        }
    }
}

/// A wording on its way.
struct Put<'a> {
    locale: Locale,
    wording: &'a str,
}

impl Put<'_> {
    /// Into a label that may be missing; readers of other languages then see the name.
    fn label(&self, slot: &mut Option<Text>, name: &str) -> Option<()> {
        let text = slot.get_or_insert_with(|| Text::Plain(name.to_owned()));
        text.set(self.locale, self.wording.to_owned());
        Some(())
    }
}

/// Finds the text at an address such as `object.lead.fields.name.help` and sets its wording; `None` where there
/// is no such text.
fn place(
    catalog: &mut Catalog,
    address: &str,
    entry: &Entry<Translation>,
    findings: &Findings<'_>,
    put: &Put<'_>,
) -> Option<()> {
    let (noun, rest) = address.split_once('.')?;
    let noun = match noun {
        "object" => Noun::Object,
        "role" => Noun::Role,
        "view" => Noun::View,
        "page" => Noun::Page,
        "form" => Noun::Form,
        "app" => Noun::App,
        "workflow" => Noun::Workflow,
        "calendar" => Noun::Calendar,
        "connector" => Noun::Connector,
        "decision" => Noun::Decision,
        _ => return None,
    };
    let parts: Vec<&str> = rest.split('.').collect();
    let own = findings.registry.resolve(noun, parts[0], &entry.scopes).map(|name| (name, 1));
    let (name, used) = own.or_else(|| {
        let full = format!("{}.{}", parts[0], parts.get(1)?);
        Some((findings.registry.resolve(noun, &full, &[])?, 2))
    })?;
    let rest = &parts[used..];
    let short = name.rsplit('.').next().unwrap_or_default();
    match noun {
        Noun::Object => in_object(catalog, &name, rest, put),
        Noun::Role => {
            let role = Arc::make_mut(catalog.roles.get_mut(&name)?);
            rest.is_empty().then(|| put.label(&mut role.label, short)).flatten()
        }
        Noun::View => {
            let view = Arc::make_mut(catalog.views.get_mut(&name)?);
            match rest {
                [] => put.label(&mut view.label, short),
                ["columns", column @ ..] => {
                    let column = column.join(".");
                    put.label(&mut view.columns.get_mut(&column)?.label, &column)
                }
                _ => None,
            }
        }
        Noun::Form => in_form(Arc::make_mut(catalog.forms.get_mut(&name)?), rest, short, put),
        Noun::Page => in_page(Arc::make_mut(catalog.pages.get_mut(&name)?), rest, short, put),
        Noun::App => {
            let app = Arc::make_mut(catalog.apps.get_mut(&name)?);
            match rest {
                [] => put.label(&mut app.label, short),
                ["menu", entries @ ..] => in_menu(&mut app.menu, entries, put),
                _ => None,
            }
        }
        Noun::Workflow => {
            let workflow = Arc::make_mut(catalog.workflows.get_mut(&name)?);
            match rest {
                [] => put.label(&mut workflow.label, short),
                ["steps", step] => in_steps(&mut workflow.steps, step, put),
                _ => None,
            }
        }
        Noun::Connector => in_connector(Arc::make_mut(catalog.connectors.get_mut(&name)?), rest, short, put),
        Noun::Calendar => in_calendar(Arc::make_mut(catalog.calendars.get_mut(&name)?), rest, short, put),
        Noun::Decision => in_decision(Arc::make_mut(catalog.decisions.get_mut(&name)?), rest, short, put),
        _ => None,
    }
}

fn in_form(form: &mut Form, rest: &[&str], short: &str, put: &Put<'_>) -> Option<()> {
    match rest {
        [] => put.label(&mut form.label, short),
        ["sections", section] => put.label(&mut form.sections.get_mut(*section)?.label, section),
        ["sections", section, "help"] => put.label(&mut form.sections.get_mut(*section)?.help, ""),
        ["fields", field] => put.label(&mut form.fields.get_mut(*field)?.label, field),
        ["fields", field, "help"] => put.label(&mut form.fields.get_mut(*field)?.help, ""),
        _ => None,
    }
}

fn in_decision(decision: &mut Decision, rest: &[&str], short: &str, put: &Put<'_>) -> Option<()> {
    match rest {
        [] => put.label(&mut decision.label, short),
        ["inputs", name, part @ ..] => {
            let input = decision.inputs.iter_mut().find(|input| *input.name == **name)?;
            match (part, &mut input.from) {
                ([], _) => put.label(&mut input.label, name),
                (["options", option], DecisionValue::Given { options, .. }) => {
                    put.label(&mut options.get_mut(*option)?.label, option)
                }
                _ => None,
            }
        }
        ["outputs", name, part @ ..] => {
            let output = decision.outputs.iter_mut().find(|output| *output.name == **name)?;
            match part {
                [] => put.label(&mut output.label, name),
                ["help"] => put.label(&mut output.help, ""),
                ["options", option] => {
                    put.label(&mut options(&mut output.kind)?.get_mut(*option)?.label, option)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn in_connector(connector: &mut Connector, rest: &[&str], short: &str, put: &Put<'_>) -> Option<()> {
    let (operation, rest) = match rest {
        [] => return put.label(&mut connector.label, short),
        ["operations", operation, rest @ ..] => (operation, rest),
        _ => return None,
    };
    let found = connector.operations.get_mut(*operation)?;
    match rest {
        [] => put.label(&mut found.label, operation),
        ["answer", part] => put.label(&mut found.answer.get_mut(*part)?.label, part),
        ["parameters", name, rest @ ..] => {
            let parameter = found.parameters.get_mut(*name)?;
            match rest {
                [] => put.label(&mut parameter.label, name),
                ["help"] => put.label(&mut parameter.help, ""),
                _ => None,
            }
        }
        _ => None,
    }
}

fn in_calendar(calendar: &mut Calendar, rest: &[&str], short: &str, put: &Put<'_>) -> Option<()> {
    let (workday, name) = match rest {
        [] => return put.label(&mut calendar.label, short),
        ["holidays", name] => (false, name),
        ["workdays", name] => (true, name),
        _ => return None,
    };
    let mut entries = calendar.entries_mut().iter_mut();
    let entry = entries.find(|entry| *entry.name == **name && entry.workday == workday)?;
    put.label(&mut entry.label, name)
}

fn in_object(catalog: &mut Catalog, name: &Arc<str>, rest: &[&str], put: &Put<'_>) -> Option<()> {
    let short = name.rsplit('.').next().unwrap_or_default();
    let object = Arc::make_mut(catalog.objects.get_mut(name)?);
    match rest {
        [] => put.label(&mut object.label, short),
        ["plural"] => put.label(&mut object.plural, short),
        ["description"] => put.label(&mut object.description, ""),
        ["fields", field, part @ ..] => {
            let field = object.fields.get_mut(*field)?;
            let name = field.name.clone();
            match part {
                [] => put.label(&mut field.label, &name),
                ["help"] => put.label(&mut field.help, ""),
                ["placeholder"] => put.label(&mut field.placeholder, ""),
                ["options", option] => {
                    put.label(&mut options(&mut field.kind)?.get_mut(*option)?.label, option)
                }
                ["attributes", attribute, part @ ..] => {
                    let FieldType::References(references) = &mut field.kind else { return None };
                    let attribute = references.attributes.get_mut(*attribute)?;
                    match part {
                        [] => put.label(&mut attribute.label, ""),
                        ["options", option] => {
                            put.label(&mut options(&mut attribute.kind)?.get_mut(*option)?.label, option)
                        }
                        _ => None,
                    }
                }
                _ => None,
            }
        }
        ["rules", rule] => {
            object.rules.get_mut(*rule)?.error.set(put.locale, put.wording.to_owned());
            Some(())
        }
        ["unique", unique] => put.label(&mut object.uniques.get_mut(*unique)?.message, unique),
        ["moves", name] => put.label(&mut object.transitions.as_mut()?.moves.get_mut(*name)?.label, name),
        ["actions", name] => put.label(&mut object.actions.get_mut(*name)?.label, name),
        _ => None,
    }
}

fn options(kind: &mut FieldType) -> Option<&mut IndexMap<String, SelectOption>> {
    match kind {
        FieldType::Select(select) => Some(&mut select.options),
        FieldType::MultiSelect(select) => Some(&mut select.options),
        _ => None,
    }
}

fn in_page(page: &mut Page, rest: &[&str], short: &str, put: &Put<'_>) -> Option<()> {
    let (blocks, rest) = match rest {
        [] => return put.label(&mut page.label, short),
        ["tabs", tab] => return put.label(&mut page.tabs.get_mut(*tab)?.label, tab),
        ["tabs", tab, rest @ ..] => (&mut page.tabs.get_mut(*tab)?.blocks, rest),
        rest => (&mut page.blocks, rest),
    };
    match rest {
        ["blocks", block] => put.label(&mut blocks.get_mut(*block)?.label, block),
        ["blocks", block, "markdown"] => put.label(&mut blocks.get_mut(*block)?.markdown, ""),
        _ => None,
    }
}

/// `leads`, or a path through groups: `sales.leads`, `sales.menu.leads`.
fn in_menu(menu: &mut IndexMap<String, MenuEntry>, path: &[&str], put: &Put<'_>) -> Option<()> {
    let (first, rest) = path.split_first()?;
    let entry = menu.get_mut(*first)?;
    match rest {
        [] => put.label(&mut entry.label, first),
        ["menu", rest @ ..] => in_menu(&mut entry.menu, rest, put),
        rest => in_menu(&mut entry.menu, rest, put),
    }
}

/// Steps have one name in the whole workflow, whichever branch they are in.
fn in_steps(steps: &mut IndexMap<String, Step>, name: &str, put: &Put<'_>) -> Option<()> {
    if let Some(step) = steps.get_mut(name) {
        return put.label(&mut step.label, name);
    }
    steps.values_mut().find_map(|step| {
        let further = step.on_error.iter_mut().chain(&mut step.undo);
        let found = in_kind(&mut step.kind, name, put);
        found.or_else(|| further.into_iter().find_map(|steps| in_steps(&mut steps.steps, name, put)))
    })
}

fn in_kind(kind: &mut StepKind, name: &str, put: &Put<'_>) -> Option<()> {
    match kind {
        StepKind::Choose(step) => in_branches(&mut step.choose, name, put),
        StepKind::Each(step) => in_branches(&mut step.each, name, put),
        StepKind::Parallel(step) => step.parallel.iter_mut().find_map(|(branch_name, branch)| {
            if branch_name == name {
                return put.label(&mut branch.label, name);
            }
            in_steps(&mut branch.steps, name, put)
        }),
        StepKind::Wait(step) => step.wait.iter_mut().find_map(|(branch_name, awaited)| {
            if branch_name == name {
                return put.label(&mut awaited.label, name);
            }
            in_steps(&mut awaited.steps, name, put)
        }),
        StepKind::Repeat(step) => in_steps(&mut step.steps, name, put),
        StepKind::ForEach(step) => in_steps(&mut step.steps, name, put),
        StepKind::Together(step) => in_steps(&mut step.together, name, put),
        _ => None,
    }
}

fn in_branches(branches: &mut IndexMap<String, Branch>, name: &str, put: &Put<'_>) -> Option<()> {
    branches.iter_mut().find_map(|(branch_name, branch)| {
        if branch_name == name {
            return put.label(&mut branch.label, name);
        }
        in_steps(&mut branch.steps, name, put)
    })
}
