//! Workflows: names made full, conditions and performers checked. The `workflow` crate compiles them.

mod performers;

use super::behaviour::settable;
use super::compile::{Spot, compile, compile_some};
use super::entry::{Entry, Findings, Noun, invalid};
use super::objects::literal;
use super::paths;
use crate::model::catalog::Catalog;
use crate::model::object::Object;
use crate::scopes::{self, Scope};
use definition::workflow::{StartBy, Step, StepKind};
use definition::{Expression, Workflow};
use diagnostic::{Code, Diagnostic};
use indexmap::IndexMap;
use std::collections::HashSet;
use std::sync::Arc;

type Definition = Entry<Workflow>;

pub(super) fn build(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Definition>,
    objects: &IndexMap<Arc<str>, Entry<definition::Object>>,
    findings: &mut Findings<'_>,
) {
    for entry in entries.values() {
        let mut workflow = entry.definition.clone();
        workflow.name = entry.name.to_string();
        findings.resolve_in(Noun::Object, &mut workflow.object, entry, &["object"]);
        if let Some(object) = catalog.objects.get(workflow.object.as_str()) {
            Check { catalog, object, entry, seen: HashSet::new() }.workflow(&mut workflow, findings);
        }
        catalog.workflows.insert(entry.name.clone(), Arc::new(workflow));
    }
    for entry in objects.values() {
        check_approvals(catalog, entry, findings);
    }
}

/// A move is approved by a workflow on the same object that can be started by a transition.
fn check_approvals(catalog: &Catalog, entry: &Entry<definition::Object>, findings: &mut Findings<'_>) {
    let Some(object) = catalog.objects.get(&entry.name) else { return };
    let moves = object.transitions.iter().flat_map(|transitions| &transitions.moves);
    for (name, made) in moves {
        let Some(workflow) = made.approval.as_ref().and_then(|name| catalog.workflows.get(name)) else {
            continue;
        };
        let path = ["transitions", "moves", name, "approval"];
        if *workflow.object != *object.name {
            let reason = format!("`{}` decides about {}", workflow.name, workflow.object);
            findings.push(invalid(reason), &entry.origin, &path);
        } else if !workflow.start.by.contains(&StartBy::Transition) {
            let reason =
                format!("`{}` does not start by transition (`start: {{by: [transition]}}`)", workflow.name);
            findings.push(invalid(reason), &entry.origin, &path);
        }
    }
}

struct Check<'a> {
    catalog: &'a Catalog,
    object: &'a Object,
    entry: &'a Definition,
    /// Names of steps, which tasks and returns name without their branch.
    seen: HashSet<String>,
}

impl Check<'_> {
    fn spot<'b>(&'b self, scope: &'static Scope, path: &'b [&'b str]) -> Spot<'b> {
        Spot {
            scope,
            row: &self.object.name,
            record: Some(&self.object.name),
            origin: &self.entry.origin,
            path,
        }
    }

    fn field(&self, name: &str, path: &[&str], findings: &mut Findings<'_>) {
        paths::known(self.object, name, self.entry, path, findings);
    }

    fn workflow(&mut self, workflow: &mut Workflow, findings: &mut Findings<'_>) {
        if let Some(roles) = &mut workflow.start.roles {
            let full = findings.resolve_all(Noun::Role, roles, self.entry, &["start", "roles"]);
            *roles = full.into_iter().map(|role| role.to_string()).collect();
        }
        let path = ["start", "when"];
        compile_some(
            self.catalog,
            workflow.start.when.as_ref(),
            self.spot(&scopes::WORKFLOW_START, &path),
            &mut findings.found,
        );
        for (place, name) in workflow.record.material.iter().enumerate() {
            self.field(name, &["record", "material", &place.to_string()], findings);
        }
        let events = [
            ("submit", &workflow.record.set.submit),
            ("approve", &workflow.record.set.approve),
            ("reject", &workflow.record.set.reject),
            ("withdraw", &workflow.record.set.withdraw),
        ];
        for (event, set) in events {
            for (name, json) in set {
                self.literal(name, json, &["record", "set", event, name], findings);
            }
        }
        for name in workflow.fields.keys().filter(|name| *name != "*") {
            self.field(name, &["fields", name], findings);
        }
        performers::policy(self, workflow, findings);
        let mut path = vec!["steps".to_owned()];
        self.steps(&mut workflow.steps, &mut path, findings);
    }

    fn literal(&self, name: &str, json: &serde_json::Value, path: &[&str], findings: &mut Findings<'_>) {
        if let Some(field) = settable(self.object, name, self.entry, path, findings) {
            literal(&field.kind, json, name, &self.entry.origin, path, findings);
        }
    }

    fn steps(
        &mut self,
        steps: &mut IndexMap<String, Step>,
        path: &mut Vec<String>,
        findings: &mut Findings<'_>,
    ) {
        for (name, step) in steps {
            path.push(name.clone());
            if !self.seen.insert(name.clone()) {
                let at: Vec<&str> = path.iter().map(String::as_str).collect();
                let finding =
                    Diagnostic::new(Code::DuplicateName).with("name", name).with("first", "another branch");
                findings.push(finding, &self.entry.origin, &at);
            }
            self.step(step, path, findings);
            path.pop();
        }
    }

    fn step(&mut self, step: &mut Step, path: &mut Vec<String>, findings: &mut Findings<'_>) {
        let own = path.clone();
        let at = |more: &[&str]| -> Vec<String> {
            own.iter().cloned().chain(more.iter().map(|key| (*key).to_owned())).collect()
        };
        for name in step.fields.keys().filter(|name| *name != "*") {
            self.field(name, &strs(&at(&["fields", name])), findings);
        }
        match &mut step.kind {
            StepKind::Approve(step) => {
                for (place, performer) in step.approve.by.iter_mut().enumerate() {
                    self.performer(performer, &strs(&at(&["approve", "by", &place.to_string()])), findings);
                }
            }
            StepKind::Cc(step) => {
                for (place, performer) in step.cc.by.iter_mut().enumerate() {
                    self.performer(performer, &strs(&at(&["cc", "by", &place.to_string()])), findings);
                }
            }
            StepKind::Set(step) => {
                for (name, json) in &step.set {
                    self.literal(name, json, &strs(&at(&["set", name])), findings);
                }
                for (name, text) in &step.set_from {
                    self.set_from(name, text, &strs(&at(&["set_from", name])), findings);
                }
            }
            StepKind::Choose(step) => {
                for (name, branch) in &mut step.choose {
                    let when = at(&["choose", name, "when"]);
                    let when = strs(&when);
                    let spot = self.spot(&scopes::WORKFLOW_WHEN, &when);
                    compile_some(self.catalog, branch.when.as_ref(), spot, &mut findings.found);
                    path.extend(["choose".to_owned(), name.clone(), "steps".to_owned()]);
                    self.steps(&mut branch.steps, path, findings);
                    path.truncate(path.len() - 3);
                }
            }
            StepKind::End(_) => {}
        }
    }

    fn set_from(&self, name: &str, text: &Expression, path: &[&str], findings: &mut Findings<'_>) {
        if let Some(field) = settable(self.object, name, self.entry, path, findings) {
            let spot = self.spot(&scopes::WORKFLOW_SET_FROM, path);
            compile(self.catalog, text, spot, Some(&field.ty), &mut findings.found);
        }
    }
}

fn strs(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}
