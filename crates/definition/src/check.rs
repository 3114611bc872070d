//! What can be told wrong about a definition without looking at any other file.

mod automation;

mod calendar;
mod decision;

mod connector;

mod object;

mod page;

mod people;

mod presentation;

mod records;

mod sla;

mod workflow;

use crate::definition::Definition;
use crate::findings::Findings;
use crate::name;
use crate::wording::say;
use diagnostic::{Code, Diagnostic, did_you_mean};

/// Checks a definition; findings stand at the place of what they are about.
pub(crate) fn check(definition: &Definition, found: &mut Findings<'_>) {
    match definition {
        Definition::Pack(pack) => {
            own_name(&pack.name, found);
            for name in pack.requires.keys().filter(|name| !name::is_name(name)) {
                named(&format!("/requires/{name}"), name, found);
            }
        }
        Definition::Object(object) => {
            own_name(&object.name, found);
            object::check(object, found);
        }
        Definition::Role(role) => {
            own_name(&role.name, found);
            presentation::role(role, found);
        }
        Definition::Form(form) => {
            own_name(&form.name, found);
            presentation::form(form, found);
        }
        Definition::View(view) => {
            own_name(&view.name, found);
            presentation::view(view, found);
        }
        Definition::Page(page) => {
            own_name(&page.name, found);
            page::page(page, found);
        }
        Definition::App(app) => {
            own_name(&app.name, found);
            presentation::menu(&app.menu, "", found);
        }
        Definition::Seed(seed) | Definition::Demo(seed) => {
            own_name(&seed.name, found);
            records::seed(seed, found);
        }
        Definition::Translation(translation) => own_name(&translation.name, found),
        Definition::Scenario(scenario) => {
            own_name(&scenario.name, found);
            records::scenario(scenario, found);
        }
        Definition::Workflow(workflow) => {
            own_name(&workflow.name, found);
            workflow::check(workflow, found);
        }
        Definition::Template(template) => {
            own_name(&template.name, found);
            presentation::template(template, found);
        }
        Definition::Calendar(written) => {
            own_name(&written.name, found);
            calendar::check(written, found);
        }
        Definition::Connector(written) => {
            own_name(&written.name, found);
            connector::check(written, found);
        }
        Definition::Decision(decision) => {
            own_name(&decision.name, found);
            decision::check(decision, found);
        }
        Definition::Overlay(_) => {}
    }
}

fn own_name(name: &str, found: &mut Findings<'_>) {
    if let Some(wrong) = name::check_name(name) {
        found.value("/name", wrong);
    }
}

/// Checks a name that is a key.
pub(crate) fn named(pointer: &str, name: &str, found: &mut Findings<'_>) {
    if let Some(wrong) = name::check_name(name) {
        found.key(pointer, wrong);
    }
}

/// A name that does not exist in this file.
fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Diagnostic {
    let found = Diagnostic::new(Code::UnknownReference).with("what", what).with("name", name);
    found.with_hint(did_you_mean(name, known))
}

/// Words in three languages as an invalid value.
fn invalid(words: [String; 3]) -> Diagnostic {
    say(Code::InvalidValue, words)
}

/// Fixed words as an invalid value.
fn wrong([en, cn, tw]: [&str; 3]) -> Diagnostic {
    invalid([en.to_owned(), cn.to_owned(), tw.to_owned()])
}
