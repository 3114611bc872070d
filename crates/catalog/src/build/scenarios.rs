//! Scenarios: names made full, aliases and fields checked, so that a test fails for what it tests.

use super::data::{Aliases, check_values};
use super::entry::{Entry, Findings, Noun, invalid, unknown};
use super::paths;
use crate::model::catalog::Catalog;
use crate::model::connector::Connection;
use crate::model::object::Object;
use crate::scopes;
use calendar::Duration;
use chrono::DateTime;
use chrono_tz::Tz;
use definition::Scenario;
use definition::calendar::USUAL;
use definition::scenario::{
    AddPeople, Advance, AdvanceBy, AnswerCall, ApproveTask, CopyTo, Decide, Expect, GiveTo, GivenDemo,
    JumpTo, MoveRecord, OnFlow, OnRecord, ReceiveMail, RetryStep, ReturnTo, RunAction, ScenarioAction,
    SkipStep,
};
use diagnostic::did_you_mean;
use expression::Expectation;
use indexmap::IndexMap;
use serde_json::Value as Json;
use std::sync::Arc;

type Definition = Entry<Scenario>;

pub(super) fn build(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Definition>,
    aliases: &Aliases,
    findings: &mut Findings<'_>,
) {
    for entry in entries.values() {
        let mut scenario = entry.definition.clone();
        scenario.name = entry.name.to_string();
        if let GivenDemo::Files(files) = &mut scenario.given.demo {
            let full = findings.resolve_all(Noun::Demo, files, entry, &["given", "demo"]);
            *files = full.into_iter().map(|name| name.to_string()).collect();
        }
        if let Some(clock) = &scenario.given.clock
            && DateTime::parse_from_rfc3339(clock).is_err()
            && DateTime::parse_from_str(clock, "%Y-%m-%dT%H:%M%:z").is_err()
        {
            let reason = format!("`{clock}` is no instant such as 2026-03-02T09:00:00+08:00");
            findings.push(invalid(reason), &entry.origin, &["given", "clock"]);
        }
        let mut check = Check { catalog, entry, aliases: aliases.clone() };
        for (place, step) in scenario.steps.iter_mut().enumerate() {
            let place = place.to_string();
            let name = step.action.name();
            check.action(&mut step.action, &["steps", &place, name], false, findings);
        }
        catalog.scenarios.insert(entry.name.clone(), Arc::new(scenario));
    }
}

/// The calendar of whoever names none: that of the own pack, else that of `base`.
fn calendar_of(entry: &Definition, findings: &Findings<'_>) -> String {
    let own = findings.registry.resolve(Noun::Calendar, USUAL, &entry.scopes);
    own.map_or_else(|| format!("base.{USUAL}"), |name| name.to_string())
}

struct Check<'a> {
    catalog: &'a Catalog,
    entry: &'a Definition,
    /// Those of the data, and those that steps before have saved.
    aliases: Aliases,
}

impl Check<'_> {
    /// Checks one action. What must be refused may name fields and moves that do not exist.
    fn action(
        &mut self,
        action: &mut ScenarioAction,
        path: &[&str],
        refused: bool,
        findings: &mut Findings<'_>,
    ) {
        match action {
            ScenarioAction::Create(create) => {
                self.object_name(&mut create.object, path, findings);
                let object = self.catalog.objects.get(create.object.as_str());
                if let Some(object) = object.filter(|_| !refused) {
                    self.values(object, &create.set, path, "set", findings);
                    self.form(&mut create.form, object, path, findings);
                }
                self.save(create.save.as_ref(), object.map(|object| object.name.clone()));
            }
            ScenarioAction::Update(update) => {
                let object = self.record(&update.record, path, findings);
                if let Some(object) = object.filter(|_| !refused) {
                    self.values(&object, &update.set, path, "set", findings);
                    self.form(&mut update.form, &object, path, findings);
                }
            }
            ScenarioAction::Move(made) => self.moved(made, path, refused, findings),
            ScenarioAction::Action(run) => self.run(run, path, refused, findings),
            ScenarioAction::Submit(submit) => {
                self.record(&submit.record, path, findings);
                let at = [path, &["workflow"]].concat();
                findings.resolve_in(Noun::Workflow, &mut submit.workflow, self.entry, &at);
                self.save(submit.save.as_ref(), None);
            }
            ScenarioAction::Approve(ApproveTask { record, .. })
            | ScenarioAction::Reject(Decide { record, .. })
            | ScenarioAction::Withdraw(Decide { record, .. })
            | ScenarioAction::Done(Decide { record, .. })
            | ScenarioAction::TakeBack(Decide { record, .. })
            | ScenarioAction::Resolve(Decide { record, .. })
            | ScenarioAction::Cancel(Decide { record, .. })
            | ScenarioAction::Suspend(OnFlow { record, .. })
            | ScenarioAction::Resume(OnFlow { record, .. })
            | ScenarioAction::Jump(JumpTo { record, .. })
            | ScenarioAction::Retry(RetryStep { record, .. })
            | ScenarioAction::Skip(SkipStep { record, .. })
            | ScenarioAction::Urge(Decide { record, .. })
            | ScenarioAction::Comment(Decide { record, .. })
            | ScenarioAction::Transfer(GiveTo { record, .. })
            | ScenarioAction::Delegate(GiveTo { record, .. })
            | ScenarioAction::RemoveSign(GiveTo { record, .. })
            | ScenarioAction::AddSign(AddPeople { record, .. })
            | ScenarioAction::Copy(CopyTo { record, .. })
            | ScenarioAction::Return(ReturnTo { record, .. })
            | ScenarioAction::Delete(OnRecord { record })
            | ScenarioAction::Restore(OnRecord { record }) => drop(self.record(record, path, findings)),
            // An upload is no record of an object.
            ScenarioAction::Upload(upload) => self.save(Some(&upload.save), None),
            ScenarioAction::Query(query) => {
                self.object_name(&mut query.object, path, findings);
                if let (Some(filter), false) = (&query.filter, refused) {
                    self.filter(&query.object, filter, path, findings);
                }
            }
            ScenarioAction::Advance(advance) => self.advance(advance, path, findings),
            ScenarioAction::Answer(answer) => self.answered(answer, path, findings),
            ScenarioAction::Mail(mail) => self.mail(mail, path, findings),
            ScenarioAction::Refused(inner) => {
                let name = inner.action.name();
                let path = [path, &[name]].concat();
                self.action(&mut inner.action, &path, true, findings);
                let known = diagnostic::Code::ALL.iter().map(|code| code.name());
                if !known.clone().any(|code| code == inner.code) {
                    let hint = did_you_mean(&inner.code, known);
                    let at = [&path[..path.len() - 1], &["code"]].concat();
                    findings.push(unknown("code", &inner.code).with_hint(hint), &self.entry.origin, &at);
                }
            }
            ScenarioAction::Expect(expect) => self.expect(expect, path, findings),
        }
    }

    fn moved(&self, made: &MoveRecord, path: &[&str], refused: bool, findings: &mut Findings<'_>) {
        let object = self.record(&made.record, path, findings);
        let Some(object) = object.filter(|_| !refused) else { return };
        let moves = object.transitions.as_ref().map(|transitions| &transitions.moves);
        let known: Vec<&str> = moves.into_iter().flat_map(|m| m.keys()).map(|name| &**name).collect();
        self.known("move", &made.r#move, &known, path, "move", findings);
        self.values(&object, &made.set, path, "set", findings);
    }

    /// The operation gets its full name, and only parts that it has are answered.
    fn answered(&self, answer: &mut AnswerCall, path: &[&str], findings: &mut Findings<'_>) {
        let at = [path, &["call"]].concat();
        let (connector, name) = answer.call.rsplit_once('.').unwrap_or((&answer.call, ""));
        let Some(connector) = findings.resolve(Noun::Connector, connector, self.entry, &at) else { return };
        let Some(connector) = self.catalog.connectors.get(&connector) else { return };
        let known: Vec<&str> = connector.operations.keys().map(|name| &**name).collect();
        self.known("operation", name, &known, path, "call", findings);
        if let Some(operation) = connector.operations.get(name) {
            let parts: Vec<&str> = operation.answer.keys().map(|name| &**name).collect();
            for part in answer.with.keys() {
                self.known("part", part, &parts, &[path, &["with"]].concat(), part, findings);
            }
        }
        answer.call = format!("{}.{name}", connector.name);
    }

    /// Time of a calendar: the one that is named, else the one that is usual.
    fn advance(&self, advance: &mut Advance, path: &[&str], findings: &mut Findings<'_>) {
        let working = Duration::parse(advance.by()).is_ok_and(|by| by.is_working());
        let (mut name, at) = match advance.calendar() {
            Some(name) => (name.to_owned(), [path, &["calendar"]].concat()),
            None if working => (calendar_of(self.entry, findings), path.to_vec()),
            None => return,
        };
        findings.resolve_in(Noun::Calendar, &mut name, self.entry, &at);
        *advance = Advance::Calendar(AdvanceBy { by: advance.by().to_owned(), calendar: Some(name) });
    }

    fn run(&mut self, run: &mut RunAction, path: &[&str], refused: bool, findings: &mut Findings<'_>) {
        if let Some(object) = &mut run.object {
            self.object_name(object, path, findings);
        }
        let object = match (&run.record, &run.object) {
            (Some(record), _) => self.record(record, path, findings),
            (None, Some(object)) => self.catalog.objects.get(object.as_str()).cloned(),
            (None, None) => {
                let reason = "an action is about a `record` or an `object`";
                findings.push(invalid(reason), &self.entry.origin, path);
                None
            }
        };
        if let Some(object) = object.filter(|_| !refused) {
            let known: Vec<&str> = object.actions.keys().map(|name| &**name).collect();
            self.known("action", &run.action, &known, path, "action", findings);
        }
        // What an action answers is known only when it has run.
        self.save(run.save.as_ref(), None);
    }

    fn expect(&self, expect: &Expect, path: &[&str], findings: &mut Findings<'_>) {
        let Some(record) = &expect.record else { return };
        let Some(object) = self.record(record, path, findings) else { return };
        let names = expect.fields.keys().map(|name| ("fields", name));
        let names = names.chain(expect.history.keys().map(|name| ("history", name)));
        for (key, name) in names.filter(|(_, name)| *name != "pending") {
            if let Err(finding) = paths::field(&object, name) {
                findings.push(finding, &self.entry.origin, &[path, &[key, name]].concat());
            }
        }
        for (place, task) in expect.tasks.iter().flatten().enumerate() {
            if let Some(due) =
                task.due.as_deref().filter(|due| calendar::read_instant(due, Tz::UTC).is_none())
            {
                let reason =
                    format!("`{due}` is no instant such as 2026-03-02T09:00:00+08:00 or 2026-03-02T09:00");
                let place = place.to_string();
                findings.push(
                    invalid(reason),
                    &self.entry.origin,
                    &[path, &["tasks", &place, "due"]].concat(),
                );
            }
        }
        for (place, name) in expect.absent.iter().enumerate() {
            if let Err(finding) = paths::field(&object, name) {
                let place = place.to_string();
                findings.push(finding, &self.entry.origin, &[path, &["absent", &place]].concat());
            }
        }
    }

    fn object_name(&self, name: &mut String, path: &[&str], findings: &mut Findings<'_>) {
        let at = [path, &["object"]].concat();
        findings.resolve_in(Noun::Object, name, self.entry, &at);
    }

    fn mail(&mut self, mail: &mut ReceiveMail, path: &[&str], findings: &mut Findings<'_>) {
        let at = [path, &["mailbox"]].concat();
        findings.resolve_in(Noun::Connector, &mut mail.mailbox, self.entry, &at);
        let known = self.catalog.connectors.get(mail.mailbox.as_str());
        if known.is_some_and(|known| !matches!(known.connection, Connection::Imap(_))) {
            let reason = format!("`{}` is no mailbox: it does not speak `imap`", mail.mailbox);
            findings.push(invalid(reason), &self.entry.origin, &at);
        }
        self.save(mail.save.as_ref(), Some("base.mail".into()));
    }

    fn form(&self, form: &mut Option<String>, object: &Object, path: &[&str], findings: &mut Findings<'_>) {
        let Some(name) = form else { return };
        let at = [path, &["form"]].concat();
        findings.resolve_in(Noun::Form, name, self.entry, &at);
        let other = self.catalog.forms.get(name.as_str()).filter(|form| *form.object != *object.name);
        if let Some(form) = other {
            let reason = format!("`{}` is a form of {}, not of {}", form.name, form.object, object.name);
            findings.push(invalid(reason), &self.entry.origin, &at);
        }
    }

    fn save(&mut self, alias: Option<&String>, object: Option<Arc<str>>) {
        if let Some(alias) = alias {
            self.aliases.insert(alias.clone(), object.unwrap_or_default());
        }
    }

    /// The object of the record that an alias names; `None` where it is unknown, or known only to the run.
    fn record(&self, alias: &str, path: &[&str], findings: &mut Findings<'_>) -> Option<Arc<Object>> {
        let alias = alias.strip_prefix('@').unwrap_or(alias);
        match self.aliases.get(alias) {
            Some(object) => self.catalog.objects.get(object).cloned(),
            None => {
                let hint = did_you_mean(alias, self.aliases.keys().map(String::as_str));
                let at = [path, &["record"]].concat();
                findings.push(unknown("alias", alias).with_hint(hint), &self.entry.origin, &at);
                None
            }
        }
    }

    fn values(
        &self,
        object: &Object,
        set: &IndexMap<String, Json>,
        path: &[&str],
        key: &str,
        findings: &mut Findings<'_>,
    ) {
        // An alias that an action or a flow saved is a record of an object nobody knows yet.
        let aliases = &self.aliases;
        for (name, finding) in check_values(self.catalog, object, set, aliases) {
            let vague =
                set[&name].as_str().and_then(|text| text.strip_prefix('@')).and_then(|a| aliases.get(a));
            if !vague.is_some_and(|object| object.is_empty()) {
                findings.push(finding, &self.entry.origin, &[path, &[key, &name]].concat());
            }
        }
    }

    fn known(
        &self,
        what: &str,
        name: &str,
        known: &[&str],
        path: &[&str],
        key: &str,
        findings: &mut Findings<'_>,
    ) {
        if !known.contains(&name) {
            let hint = did_you_mean(name, known.iter().copied());
            findings.push(unknown(what, name).with_hint(hint), &self.entry.origin, &[path, &[key]].concat());
        }
    }

    fn filter(&self, object: &str, text: &str, path: &[&str], findings: &mut Findings<'_>) {
        let Some((object, _)) = self.catalog.objects.get_key_value(object) else { return };
        let names = scopes::VIEW_WHERE.names(object, None);
        if let Err(wrong) = expression::compile(text, &names, self.catalog, &Expectation::Condition) {
            let at = [path, &["filter"]].concat();
            for finding in wrong {
                let source = match &finding.source {
                    Some(inner) => self.entry.origin.inside(&at, inner.line, inner.column),
                    None => self.entry.origin.at(&at),
                };
                findings.found.push(finding.in_source(source));
            }
        }
    }
}
