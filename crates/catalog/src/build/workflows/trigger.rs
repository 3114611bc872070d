//! What sets an automation off: its object, names made full, conditions checked.

use super::variables::can_be_kept;
use super::{Check, joined, strs};
use crate::build::compile::compile_some;
use crate::build::entry::{Findings, Noun, invalid, not_yet};
use crate::build::parameters::parameter;
use crate::build::paths;
use crate::model::connector::Connection;
use crate::scopes;
use definition::Workflow;
use definition::shape::Names;
use definition::workflow::{DateField, Schedule, Trigger, Webhook};
use expression::Type;

/// What an automation is about that no record sets off: a schedule, once for all, or another system.
const RUN: &str = "base.run";
/// What an automation is about that a mail sets off.
const MAIL: &str = "base.mail";

/// The object of an automation that names none: what its trigger brings.
pub(super) fn object(trigger: &Trigger) -> Option<&'static str> {
    let alone = trigger.schedule.as_ref().is_some_and(|schedule| schedule.each.is_none());
    let run = (alone || trigger.webhook.is_some()).then_some(RUN);
    run.or(trigger.mail_received.as_ref().map(|_| MAIL))
}

impl Check<'_> {
    pub(super) fn trigger(&mut self, workflow: &mut Workflow, findings: &mut Findings<'_>) {
        let trigger = &mut workflow.trigger;
        let at = |key: &str| vec!["trigger".to_owned(), key.to_owned()];
        let records = [
            ("record_created", &mut trigger.record_created),
            ("record_updated", &mut trigger.record_updated),
            ("record_deleted", &mut trigger.record_deleted),
        ];
        for (key, event) in records {
            if let Some(event) = event
                && event.object.is_some()
            {
                let reason = "a trigger is about the object of its workflow";
                findings.push(invalid(reason), &self.entry.origin, &["trigger", key, "object"]);
            }
            self.record_event(event, &at(key), findings);
        }
        self.move_event(&mut trigger.transition, &at("transition"), findings);
        self.flow_event(&mut trigger.workflow_ended, &at("workflow_ended"), findings);
        if let Some(schedule) = &trigger.schedule {
            self.schedule(schedule, findings);
        }
        if let Some(dates) = &trigger.date_field {
            self.dates(dates, findings);
        }
        if let Some(form) = &mut trigger.form_submitted {
            self.form(&mut form.form, &["trigger", "form_submitted", "form"], findings);
            self.event_when(self.object, form.when.as_ref(), &at("form_submitted"), findings);
        }
        if let Some(button) = &mut trigger.button {
            let roles = button.roles.keys().cloned().collect();
            let full = self.full_roles(roles, &["trigger", "button", "roles"], findings);
            button.roles = Names(full.into_iter().map(|role| (role.to_string(), ())).collect());
            self.when(button.when.as_ref(), &joined(&at("button"), &["when"]), findings);
        }
        if let Some(mail) = &mut trigger.mail_received {
            self.mailbox(&mut mail.mailbox, findings);
            self.when(mail.when.as_ref(), &joined(&at("mail_received"), &["when"]), findings);
        }
        if let Some(webhook) = &mut trigger.webhook {
            self.webhook(webhook, &at("webhook"), findings);
        }
        let brought =
            [trigger.schedule.is_some(), trigger.webhook.is_some(), trigger.mail_received.is_some()];
        let own = object(trigger).filter(|brought| **brought != *self.object.name);
        if let Some(own) = own.filter(|_| brought.contains(&true)) {
            let reason = format!("what sets it off brings a record of {own}: leave `object` out");
            findings.push(invalid(reason), &self.entry.origin, &["object"]);
        }
    }

    /// A mailbox is a connector that is read.
    fn mailbox(&self, mailbox: &mut String, findings: &mut Findings<'_>) {
        let path = ["trigger", "mail_received", "mailbox"];
        findings.resolve_in(Noun::Connector, mailbox, self.entry, &path);
        let known = self.catalog.connectors.get(mailbox.as_str());
        if known.is_some_and(|known| !matches!(known.connection, Connection::Imap(_))) {
            let reason = format!("`{mailbox}` is no mailbox: it does not speak `imap`");
            findings.push(invalid(reason), &self.entry.origin, &path);
        }
    }

    /// What another system sends becomes variables.
    fn webhook(&mut self, webhook: &mut Webhook, own: &[String], findings: &mut Findings<'_>) {
        for (name, field) in &mut webhook.parameters {
            let path = joined(own, &["parameters", name]);
            let Some((_, parameter)) = parameter(name, field, self.entry, &strs(&path), findings) else {
                continue;
            };
            if !can_be_kept(&parameter.kind) {
                let what = format!("a parameter of type `{}`", parameter.kind.name());
                findings.push(not_yet(what), &self.entry.origin, &strs(&path));
            }
            self.variable(name, parameter.kind.kind().expression_type(), &path, findings);
            field.kind = parameter.kind;
        }
    }

    fn schedule(&self, schedule: &Schedule, findings: &mut Findings<'_>) {
        let path = ["trigger", "schedule", "each"];
        let spot = self.spot(&scopes::WORKFLOW_EACH, &path);
        compile_some(self.catalog, schedule.each.as_ref(), spot, &mut findings.found);
    }

    fn dates(&self, dates: &DateField, findings: &mut Findings<'_>) {
        let path = ["trigger", "date_field", "field"];
        let Some(field) = paths::known(self.object, &dates.field, self.entry, &path, findings) else {
            return;
        };
        if !matches!(field.ty, Type::Date | Type::DateTime) {
            let reason = format!("`{}` is no date", dates.field);
            findings.push(invalid(reason), &self.entry.origin, &path);
        }
        let path = ["trigger".to_owned(), "date_field".to_owned(), "when".to_owned()];
        self.when(dates.when.as_ref(), &path, findings);
    }
}
