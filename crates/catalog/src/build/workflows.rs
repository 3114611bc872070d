//! Workflows: names made full, conditions and performers checked. The `workflow` crate compiles them.

mod acts;
mod call;
mod performers;
mod sla;
mod trigger;

mod variables;

use super::behaviour::settable;
use super::compile::{Spot, compile, compile_some};
use super::entry::{Entry, Findings, Noun, invalid};
use super::objects::literal;
use super::paths;
use crate::model::catalog::Catalog;
use crate::model::object::Object;
use crate::scopes::{self, Scope};
use definition::workflow::{
    Branch, ForEachStep, Performer, RepeatStep, StartBy, Step, StepKind, WorkflowUse,
};
use definition::{Expression, FieldType, Workflow};
use diagnostic::{Code, Diagnostic};
use expression::Type;
use indexmap::IndexMap;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

type Definition = Entry<Workflow>;

pub(super) fn build(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Definition>,
    objects: &IndexMap<Arc<str>, Entry<definition::Object>>,
    findings: &mut Findings<'_>,
) {
    let mut below = Vec::new();
    for entry in entries.values() {
        let mut workflow = entry.definition.clone();
        workflow.name = entry.name.to_string();
        match trigger::object(&workflow.trigger).filter(|_| workflow.object.is_empty()) {
            Some(brought) => brought.clone_into(&mut workflow.object),
            None => findings.resolve_in(Noun::Object, &mut workflow.object, entry, &["object"]),
        }
        if let Some(object) = catalog.objects.get(workflow.object.as_str()) {
            let mut check = Check {
                catalog,
                object,
                entry,
                seen: HashSet::new(),
                variables: IndexMap::new(),
                declared: HashMap::new(),
                answers: HashSet::new(),
                sequences: Vec::new(),
                of_task: false,
                below: Vec::new(),
            };
            check.workflow(&mut workflow, findings);
            below.extend(check.below.into_iter().map(|(name, path)| (entry, name, path)));
        }
        catalog.workflows.insert(entry.name.clone(), Arc::new(workflow));
    }
    for (entry, name, path) in below {
        check_below(catalog, entry, &name, &path, findings);
    }
    for entry in objects.values() {
        check_approvals(catalog, entry, findings);
    }
}

/// What a `sub` without a `record` starts is about the record of the workflow itself, which one workflow at a time decides about.
fn check_below(
    catalog: &Catalog,
    entry: &Definition,
    name: &str,
    path: &[String],
    findings: &mut Findings<'_>,
) {
    let (Some(own), Some(other)) = (catalog.workflows.get(&entry.name), catalog.workflows.get(name)) else {
        return;
    };
    if own.object != other.object {
        let reason = format!("`{name}` is about {}: say which by `record`", other.object);
        findings.push(invalid(reason), &entry.origin, &strs(path));
    } else if [own, other].iter().all(|flow| flow.r#use == WorkflowUse::Approval) {
        let reason = format!(
            "`{name}` cannot decide about the record while this workflow decides about it: write its steps here, or name another `record`"
        );
        findings.push(invalid(reason), &entry.origin, &strs(path));
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
    /// Variables in scope, by name.
    variables: IndexMap<String, Type>,
    /// Those that the workflow declares: they can be set.
    declared: HashMap<String, FieldType>,
    /// The variables that hold answers of decisions, in scope or not.
    answers: HashSet<String>,
    /// The names of the steps of this sequence and those around it, outermost first.
    sequences: Vec<Vec<String>>,
    /// What is checked is about a task: paths may begin with who holds it.
    of_task: bool,
    /// Workflows that it starts about its own record, each with its place.
    below: Vec<(String, Vec<String>)>,
}

impl Check<'_> {
    fn spot<'b>(&'b self, scope: &'static Scope, path: &'b [&'b str]) -> Spot<'b> {
        Spot {
            scope,
            row: &self.object.name,
            record: Some(&self.object.name),
            origin: &self.entry.origin,
            path,
            variables: Some(&self.variables),
        }
    }

    fn field(&self, name: &str, path: &[&str], findings: &mut Findings<'_>) {
        paths::known(self.object, name, self.entry, path, findings);
    }

    /// A form that shows, makes and changes records of the workflow's object.
    fn form(&self, name: &mut String, path: &[&str], findings: &mut Findings<'_>) {
        findings.resolve_in(Noun::Form, name, self.entry, path);
        let Some(form) = self.catalog.forms.get(name.as_str()) else { return };
        if *form.object != *self.object.name {
            let reason = format!("`{}` is a form of {}, not of {}", form.name, form.object, self.object.name);
            findings.push(invalid(reason), &self.entry.origin, path);
        }
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
        self.trigger(workflow, findings);
        self.declare(&mut workflow.variables, findings);
        performers::policy(self, workflow, findings);
        if let Some(sla) = &mut workflow.sla {
            self.sla(sla, &[], findings);
        }
        if let Some(sla) = &mut workflow.overall_sla {
            self.overall_sla(sla, findings);
        }
        let mut path = vec!["steps".to_owned()];
        self.steps(&mut workflow.steps, &mut path, findings);
    }

    fn literal(&self, name: &str, json: &serde_json::Value, path: &[&str], findings: &mut Findings<'_>) {
        if let Some(field) = settable(self.object, name, self.entry, path, findings) {
            literal(&field.kind, json, name, &self.entry.origin, path, findings);
        }
    }

    /// Answers the variables that are in scope behind the last step; the steps behind the sequence do not know those that
    /// were added in it.
    fn steps(
        &mut self,
        steps: &mut IndexMap<String, Step>,
        path: &mut Vec<String>,
        findings: &mut Findings<'_>,
    ) -> IndexMap<String, Type> {
        let before = self.variables.clone();
        self.sequences.push(steps.keys().cloned().collect());
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
        self.sequences.pop();
        std::mem::replace(&mut self.variables, before)
    }

    fn step(&mut self, step: &mut Step, own: &[String], findings: &mut Findings<'_>) {
        let at = |more: &[&str]| joined(own, more);
        for name in step.fields.keys().filter(|name| *name != "*") {
            self.field(name, &strs(&at(&["fields", name])), findings);
        }
        if let Some(form) = &mut step.form {
            self.form(form, &strs(&at(&["form"])), findings);
        }
        if let Some(sla) = &mut step.sla {
            self.sla(sla, own, findings);
        }
        match &mut step.kind {
            StepKind::Approve(step) => self.people(&mut step.approve.by, &at(&["approve", "by"]), findings),
            StepKind::Handle(step) => self.people(&mut step.handle.by, &at(&["handle", "by"]), findings),
            StepKind::Cc(step) => self.people(&mut step.cc.by, &at(&["cc", "by"]), findings),
            StepKind::Set(step) => self.set(step, own, findings),
            StepKind::Choose(step) => self.branches(&mut step.choose, &at(&["choose"]), findings),
            StepKind::Each(step) => self.branches(&mut step.each, &at(&["each"]), findings),
            StepKind::Parallel(step) => {
                for (name, branch) in &mut step.parallel {
                    let mut inner = at(&["parallel", name, "steps"]);
                    self.steps(&mut branch.steps, &mut inner, findings);
                }
            }
            StepKind::Repeat(step) => self.repeat(step, own, findings),
            StepKind::ForEach(step) => self.for_each(step, own, findings),
            StepKind::Decide(step) => self.decide(step, own, findings),
            StepKind::Goto(step) => self.goto(&step.goto, own, findings),
            StepKind::End(_) => {}
            StepKind::Wait(step) => {
                for (name, awaited) in &mut step.wait {
                    let path = at(&["wait", name]);
                    self.awaited(awaited, &path, findings);
                    self.steps(&mut awaited.steps, &mut joined(&path, &["steps"]), findings);
                }
            }
            // What is done together is known behind it.
            StepKind::Together(step) => {
                self.variables = self.steps(&mut step.together, &mut at(&["together"]), findings);
            }
            StepKind::Create(step) => self.create(step, own, findings),
            StepKind::Query(step) => self.query(step, own, findings),
            StepKind::Update(step) => {
                let (update, path) = (&mut step.update, at(&["update"]));
                if let Some(object) = self.other(&mut update.object, &joined(&path, &["object"]), findings) {
                    self.filter(object, update.r#where.as_ref(), &path, findings);
                    self.values(object, &update.set, &update.set_from, &path, findings);
                }
            }
            StepKind::Delete(step) => self.delete(step, own, findings),
            StepKind::Transition(step) => {
                let (made, path) = (&mut step.transition, at(&["transition"]));
                if let Some(object) = self.other(&mut made.object, &joined(&path, &["object"]), findings) {
                    self.filter(object, made.r#where.as_ref(), &path, findings);
                    self.made(object, &made.r#move, &joined(&path, &["move"]), findings);
                    self.values(object, &made.set, &made.set_from, &path, findings);
                }
            }
            StepKind::Script(step) => {
                self.script(&mut step.script, own, findings);
                self.into(step.into.as_ref(), Type::Json, own, findings);
            }
            StepKind::Send(step) => self.send(step, own, findings),
            StepKind::Sub(step) => self.sub(step, own, findings),
            StepKind::Call(step) => self.call(step, own, findings),
            StepKind::Compensate(step) => self.compensated(&step.compensate, own, findings),
        }
        for (key, steps) in [("on_error", &mut step.on_error), ("undo", &mut step.undo)] {
            if let Some(steps) = steps {
                self.steps(&mut steps.steps, &mut joined(own, &[key, "steps"]), findings);
            }
        }
    }

    fn people(&self, by: &mut [Performer], path: &[String], findings: &mut Findings<'_>) {
        for (place, performer) in by.iter_mut().enumerate() {
            self.performer(performer, &strs(&joined(path, &[&place.to_string()])), findings);
        }
    }

    fn branches(
        &mut self,
        branches: &mut IndexMap<String, Branch>,
        path: &[String],
        findings: &mut Findings<'_>,
    ) {
        for (name, branch) in branches {
            self.when(branch.when.as_ref(), &joined(path, &[name, "when"]), findings);
            let mut inner = joined(path, &[name, "steps"]);
            self.steps(&mut branch.steps, &mut inner, findings);
        }
    }

    fn when(&self, text: Option<&Expression>, path: &[String], findings: &mut Findings<'_>) {
        let path = strs(path);
        let spot = self.spot(&scopes::WORKFLOW_WHEN, &path);
        compile_some(self.catalog, text, spot, &mut findings.found);
    }

    fn repeat(&mut self, step: &mut RepeatStep, own: &[String], findings: &mut Findings<'_>) {
        self.when(step.repeat.r#while.as_ref(), &joined(own, &["repeat", "while"]), findings);
        let before = self.variables.clone();
        if let Some(counter) = &step.repeat.r#as {
            self.variable(counter, Type::Integer, &joined(own, &["repeat", "as"]), findings);
        }
        // What a round has found out is known when it ends.
        self.variables = self.steps(&mut step.steps, &mut joined(own, &["steps"]), findings);
        self.when(step.repeat.until.as_ref(), &joined(own, &["repeat", "until"]), findings);
        self.variables = before;
    }

    fn for_each(&mut self, step: &mut ForEachStep, own: &[String], findings: &mut Findings<'_>) {
        let path = joined(own, &["for_each", "in"]);
        let path = strs(&path);
        let spot = self.spot(&scopes::WORKFLOW_ITEMS, &path);
        let items = compile(self.catalog, &step.for_each.r#in, spot, None, &mut findings.found);
        let before = self.variables.clone();
        match items.map(|items| items.ty) {
            Some(Type::List(item)) => {
                self.variable(&step.for_each.r#as, *item, &joined(own, &["for_each", "as"]), findings);
            }
            Some(Type::Children(object)) => {
                let item = Type::Reference(Some(object));
                self.variable(&step.for_each.r#as, item, &joined(own, &["for_each", "as"]), findings);
            }
            _ => {}
        }
        self.steps(&mut step.steps, &mut joined(own, &["steps"]), findings);
        self.variables = before;
    }

    /// A jump leads to a step of its own or an enclosing sequence.
    fn goto(&self, target: &str, own: &[String], findings: &mut Findings<'_>) {
        if !self.sequences.iter().flatten().any(|name| name == target) {
            let known = self.sequences.iter().flatten().map(String::as_str);
            let found = Diagnostic::new(Code::UnknownReference).with("what", "step").with("name", target);
            let hint = diagnostic::did_you_mean(target, known);
            findings.push(found.with_hint(hint), &self.entry.origin, &strs(&joined(own, &["goto"])));
        }
    }
}

fn joined(path: &[String], more: &[&str]) -> Vec<String> {
    path.iter().map(String::as_str).chain(more.iter().copied()).map(str::to_owned).collect()
}

fn strs(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}
