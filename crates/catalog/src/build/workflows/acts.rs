//! Steps that act by themselves or wait: names made full, records and fields looked up, conditions checked.

use super::{Check, joined, strs};
use crate::build::behaviour::settable;
use crate::build::compile::{Spot, compile, compile_some};
use crate::build::entry::{Findings, Noun, invalid, unknown};
use crate::build::objects::literal;
use crate::model::object::Object;
use crate::scopes;
use definition::Expression;
use definition::workflow::{
    Awaited, CreateStep, DeleteStep, FlowEvent, MoveEvent, QueryStep, RecordEvent, SendStep, SubStep, Timer,
};
use diagnostic::did_you_mean;
use expression::Type;
use indexmap::IndexMap;
use serde_json::Value as Json;
use std::sync::Arc;

impl<'a> Check<'a> {
    /// Another object, made full; the workflow's own where none is named.
    pub(super) fn other(
        &self,
        name: &mut Option<String>,
        path: &[String],
        findings: &mut Findings<'_>,
    ) -> Option<&'a Object> {
        let Some(name) = name else { return Some(self.object) };
        self.named(name, path, findings)
    }

    fn named(&self, name: &mut String, path: &[String], findings: &mut Findings<'_>) -> Option<&'a Object> {
        findings.resolve_in(Noun::Object, name, self.entry, &strs(path));
        self.catalog.objects.get(name.as_str()).map(|object| &**object)
    }

    /// Fields of an object that take values.
    pub(super) fn values(
        &self,
        object: &Object,
        set: &IndexMap<String, Json>,
        set_from: &IndexMap<String, Expression>,
        path: &[String],
        findings: &mut Findings<'_>,
    ) {
        for (name, json) in set {
            let at = joined(path, &["set", name]);
            if let Some(field) = settable(object, name, self.entry, &strs(&at), findings) {
                literal(&field.kind, json, name, &self.entry.origin, &strs(&at), findings);
            }
        }
        for (name, text) in set_from {
            let at = joined(path, &["set_from", name]);
            let at = strs(&at);
            if let Some(field) = settable(object, name, self.entry, &at, findings) {
                let spot = self.spot(&scopes::WORKFLOW_SET_FROM, &at);
                compile(self.catalog, text, spot, Some(&field.ty), &mut findings.found);
            }
        }
    }

    /// Which records of an object are meant.
    pub(super) fn filter(
        &self,
        object: &Object,
        text: Option<&Expression>,
        path: &[String],
        findings: &mut Findings<'_>,
    ) {
        let path = joined(path, &["where"]);
        let path = strs(&path);
        let spot = Spot { row: &object.name, ..self.spot(&scopes::WORKFLOW_RECORDS, &path) };
        compile_some(self.catalog, text, spot, &mut findings.found);
    }

    pub(super) fn create(&mut self, step: &mut CreateStep, own: &[String], findings: &mut Findings<'_>) {
        let path = joined(own, &["create"]);
        let object = self.named(&mut step.create.object, &joined(&path, &["object"]), findings);
        let Some(object) = object else { return };
        self.values(object, &step.create.set, &step.create.set_from, &path, findings);
        self.into(step.into.as_ref(), Type::Reference(Some(object.name.clone())), own, findings);
    }

    pub(super) fn query(&mut self, step: &mut QueryStep, own: &[String], findings: &mut Findings<'_>) {
        let path = joined(own, &["query"]);
        let object = self.named(&mut step.query.object, &joined(&path, &["object"]), findings);
        let Some(object) = object else { return };
        self.filter(object, step.query.r#where.as_ref(), &path, findings);
        let found = match step.query.count {
            true => Type::Integer,
            false => Type::List(Box::new(Type::Reference(Some(object.name.clone())))),
        };
        self.into(Some(&step.into), found, own, findings);
    }

    pub(super) fn delete(&self, step: &mut DeleteStep, own: &[String], findings: &mut Findings<'_>) {
        let path = joined(own, &["delete"]);
        let object = self.named(&mut step.delete.object, &joined(&path, &["object"]), findings);
        if let Some(object) = object {
            self.filter(object, Some(&step.delete.r#where), &path, findings);
        }
    }

    /// A move that the object has.
    pub(super) fn made(&self, object: &Object, name: &str, path: &[String], findings: &mut Findings<'_>) {
        let moves = object.transitions.iter().flat_map(|transitions| transitions.moves.keys());
        let known: Vec<&str> = moves.map(|name| &**name).collect();
        if !known.contains(&name) {
            let hint = did_you_mean(name, known.iter().copied());
            findings.push(unknown("move", name).with_hint(hint), &self.entry.origin, &strs(path));
        }
    }

    pub(super) fn script(&self, script: &mut String, own: &[String], findings: &mut Findings<'_>) {
        let path = joined(own, &["script"]);
        let Some((file, function)) = script.split_once('.') else { return };
        let written =
            definition::object::ScriptFunction { file: file.to_owned(), function: function.to_owned() };
        let found =
            crate::build::behaviour::script(self.catalog, &written, self.entry, &strs(&path), findings);
        if let Some(found) = found {
            *script = format!("{}.{}.{}", found.pack, found.file, found.function);
        }
    }

    pub(super) fn send(&self, step: &mut SendStep, own: &[String], findings: &mut Findings<'_>) {
        let path = joined(own, &["send"]);
        let send = &mut step.send;
        let full = |name: &str| match name.contains('.') {
            true => vec![name.to_owned()],
            false => self.entry.scopes.iter().map(|pack| format!("{pack}.{name}")).collect(),
        };
        let known =
            full(&send.template).into_iter().find(|name| self.catalog.templates.contains_key(&**name));
        match known {
            Some(name) => send.template = name,
            None => {
                let names = self.catalog.templates.keys().map(|name| &**name);
                let found =
                    unknown("template", &send.template).with_hint(did_you_mean(&send.template, names));
                findings.push(found, &self.entry.origin, &strs(&joined(&path, &["template"])));
            }
        }
        self.people(&mut send.to, &joined(&path, &["to"]), findings);
        if let Some(text) = &send.to_from {
            self.computed(text, &joined(&path, &["to_from"]), &[Type::Text], findings);
        }
    }

    pub(super) fn sub(&mut self, step: &mut SubStep, own: &[String], findings: &mut Findings<'_>) {
        let path = joined(own, &["sub"]);
        let name = joined(&path, &["workflow"]);
        findings.resolve_in(Noun::Workflow, &mut step.sub.workflow, self.entry, &strs(&name));
        match &step.sub.record {
            Some(text) => {
                self.computed(text, &joined(&path, &["record"]), &[Type::Reference(None)], findings);
            }
            None => self.below.push((step.sub.workflow.clone(), name)),
        }
        self.into(step.into.as_ref(), Type::Text, own, findings);
    }

    pub(super) fn awaited(&self, awaited: &mut Awaited, path: &[String], findings: &mut Findings<'_>) {
        if let Some(timer) = &mut awaited.timer {
            self.timer(timer, &joined(path, &["timer"]), findings);
        }
        let events = [
            ("record_created", &mut awaited.record_created),
            ("record_updated", &mut awaited.record_updated),
            ("record_deleted", &mut awaited.record_deleted),
        ];
        for (key, event) in events {
            self.record_event(event, &joined(path, &[key]), findings);
        }
        self.move_event(&mut awaited.transition, &joined(path, &["transition"]), findings);
        self.flow_event(&mut awaited.workflow_ended, &joined(path, &["workflow_ended"]), findings);
    }

    pub(super) fn record_event(
        &self,
        event: &mut Option<RecordEvent>,
        path: &[String],
        findings: &mut Findings<'_>,
    ) {
        let Some(event) = event else { return };
        let Some(object) = self.other(&mut event.object, &joined(path, &["object"]), findings) else {
            return;
        };
        for (place, name) in event.fields.iter().enumerate() {
            let at = joined(path, &["fields", &place.to_string()]);
            crate::build::paths::known(object, name, self.entry, &strs(&at), findings);
        }
        self.event_when(object, event.when.as_ref(), path, findings);
    }

    pub(super) fn move_event(
        &self,
        event: &mut Option<MoveEvent>,
        path: &[String],
        findings: &mut Findings<'_>,
    ) {
        let Some(event) = event else { return };
        let Some(object) = self.other(&mut event.object, &joined(path, &["object"]), findings) else {
            return;
        };
        for (place, name) in event.moves.iter().enumerate() {
            self.made(object, name, &joined(path, &["moves", &place.to_string()]), findings);
        }
        self.event_when(object, event.when.as_ref(), path, findings);
    }

    pub(super) fn flow_event(
        &self,
        event: &mut Option<FlowEvent>,
        path: &[String],
        findings: &mut Findings<'_>,
    ) {
        let Some(event) = event else { return };
        let at = joined(path, &["workflow"]);
        findings.resolve_in(Noun::Workflow, &mut event.workflow, self.entry, &strs(&at));
        self.event_when(self.object, event.when.as_ref(), path, findings);
    }

    pub(super) fn event_when(
        &self,
        object: &Object,
        when: Option<&Expression>,
        path: &[String],
        findings: &mut Findings<'_>,
    ) {
        let path = joined(path, &["when"]);
        let path = strs(&path);
        let spot = Spot { row: &object.name, ..self.spot(&scopes::WORKFLOW_EVENT, &path) };
        compile_some(self.catalog, when, spot, &mut findings.found);
    }

    fn timer(&self, timer: &mut Timer, path: &[String], findings: &mut Findings<'_>) {
        if let Some(calendar) = &mut timer.calendar {
            let at = joined(path, &["calendar"]);
            findings.resolve_in(Noun::Calendar, calendar, self.entry, &strs(&at));
        }
        if let Some(text) = &timer.after_from {
            self.computed(text, &joined(path, &["after_from"]), &[Type::Duration], findings);
        }
        if let Some(text) = &timer.until {
            self.computed(text, &joined(path, &["until"]), &[Type::Date, Type::DateTime], findings);
        }
    }

    /// A value of one of some types, or a list of them.
    fn computed(&self, text: &Expression, path: &[String], types: &[Type], findings: &mut Findings<'_>) {
        let path = strs(path);
        let spot = self.spot(&scopes::WORKFLOW_SET_FROM, &path);
        let Some(expr) = compile(self.catalog, text, spot, None, &mut findings.found) else { return };
        let fits = |ty: &Type| match ty {
            Type::Reference(_) => types.contains(&Type::Reference(None)),
            Type::Select(_) => types.contains(&Type::Text),
            other => types.contains(other),
        };
        let right = match &expr.ty {
            Type::List(item) => fits(item),
            one => fits(one),
        };
        if !right {
            let names: Vec<String> = types.iter().map(Type::to_string).collect();
            let reason = format!("{} is expected, this is {}", names.join(" or "), expr.ty);
            findings.push(invalid(reason), &self.entry.origin, &path);
        }
    }

    /// Steps that were named before, to be undone.
    pub(super) fn compensated(&self, steps: &[String], own: &[String], findings: &mut Findings<'_>) {
        for (place, name) in steps.iter().enumerate() {
            if !self.seen.contains(name) {
                let hint = did_you_mean(name, self.seen.iter().map(String::as_str));
                let at = joined(own, &["compensate", &place.to_string()]);
                findings.push(unknown("step", name).with_hint(hint), &self.entry.origin, &strs(&at));
            }
        }
    }

    pub(super) fn full_roles(
        &self,
        names: Vec<String>,
        path: &[&str],
        findings: &mut Findings<'_>,
    ) -> Vec<Arc<str>> {
        findings.resolve_all(Noun::Role, &names, self.entry, path)
    }
}
