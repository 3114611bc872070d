//! What sets a flow off.

use super::Builder;
use crate::flow::trigger::{Dates, Event, EventKind, Mails, Schedule, Trigger};
use crate::instance::InstanceState;
use calendar::Duration;
use catalog::Parameter;
use chrono::NaiveTime;
use definition::FieldDefinition;
use definition::workflow as written;
use expression::{Expectation, Expr};
use indexmap::IndexMap;
use std::sync::Arc;

impl Builder<'_> {
    pub(super) fn trigger(&mut self, definition: &written::Workflow) -> Trigger {
        let written = &definition.trigger;
        let mut events = Vec::new();
        self.record_events(
            (&written.record_created, &written.record_updated, &written.record_deleted),
            &mut events,
        );
        events.extend(written.transition.as_ref().map(|made| self.moved(made)));
        events.extend(written.workflow_ended.as_ref().map(|ended| self.ended(ended)));
        events.extend(written.form_submitted.as_ref().map(|form| {
            let kind = EventKind::Submitted(form.form.as_str().into());
            self.event(kind, None, &[], form.when.as_ref())
        }));
        for event in &mut events {
            event.own = false;
        }
        let zone = |name: &Option<String>| name.as_deref().and_then(|name| calendar::zone(name).ok());
        let webhook = written.webhook.as_ref().map(|webhook| self.sent(&webhook.parameters));
        Trigger {
            events,
            schedule: written.schedule.as_ref().map(|schedule| Schedule {
                cron: schedule.cron.as_str().into(),
                zone: zone(&schedule.timezone),
                each: schedule.each.as_ref().and_then(|each| self.on(self.object, false, each.text())),
            }),
            dates: written.date_field.as_ref().map(|dates| Dates {
                field: dates.field.as_str().into(),
                offsets: dates.offset.iter().filter_map(|text| Duration::parse(text).ok()).collect(),
                at: dates.at.as_deref().and_then(time_of_day).unwrap_or(NaiveTime::MIN),
                zone: zone(&dates.timezone),
                when: self.some(dates.when.as_ref()),
            }),
            webhook,
            mail: written.mail_received.as_ref().map(|mail| Mails {
                mailbox: mail.mailbox.as_str().into(),
                when: self.some(mail.when.as_ref()),
            }),
            per_record: definition.reentry.per_record,
            in_own_chain: definition.reentry.in_own_chain == written::InOwnChain::Start,
            max_depth: definition.reentry.max_depth,
        }
    }

    /// What another system sends, each a variable.
    fn sent(&mut self, parameters: &IndexMap<String, FieldDefinition>) -> IndexMap<Arc<str>, Parameter> {
        let mut sent = IndexMap::new();
        for (name, field) in parameters {
            let kind = field.kind.kind();
            self.variable(name, kind.expression_type());
            // What does not parse was refused when the definition was checked.
            let default = field.default.as_ref().and_then(|json| kind.parse(json).ok()).unwrap_or_default();
            let parameter = Parameter {
                kind: field.kind.clone(),
                label: field.label.clone(),
                help: field.help.clone(),
                placeholder: None,
                required: field.required,
                default,
            };
            sent.insert(name.as_str().into(), parameter);
        }
        sent
    }

    fn some(&mut self, when: Option<&definition::Expression>) -> Option<Expr> {
        when.and_then(|when| self.expression(when.text(), &Expectation::Condition))
    }

    /// What is made, changed and deleted, in this order.
    pub(super) fn record_events(
        &mut self,
        (created, updated, deleted): (
            &Option<written::RecordEvent>,
            &Option<written::RecordEvent>,
            &Option<written::RecordEvent>,
        ),
        events: &mut Vec<Event>,
    ) {
        let kinds =
            [(created, EventKind::Created), (updated, EventKind::Updated), (deleted, EventKind::Deleted)];
        for (written, kind) in kinds {
            let Some(written) = written else { continue };
            events.push(self.event(kind, written.object.as_ref(), &written.fields, written.when.as_ref()));
        }
    }

    pub(super) fn moved(&mut self, made: &written::MoveEvent) -> Event {
        let moves = made.moves.iter().map(|name| name.as_str().into()).collect();
        self.event(EventKind::Moved(moves), made.object.as_ref(), &[], made.when.as_ref())
    }

    pub(super) fn ended(&mut self, ended: &written::FlowEvent) -> Event {
        let states = ended.outcome.iter().map(|ending| match ending {
            written::Ending::Approved => InstanceState::Approved,
            written::Ending::Rejected => InstanceState::Rejected,
            written::Ending::Withdrawn => InstanceState::Withdrawn,
            written::Ending::Cancelled => InstanceState::Cancelled,
            written::Ending::Done => InstanceState::Done,
        });
        let kind = EventKind::Ended { workflow: ended.workflow.as_str().into(), states: states.collect() };
        self.event(kind, None, &[], ended.when.as_ref())
    }

    fn event(
        &mut self,
        kind: EventKind,
        object: Option<&String>,
        fields: &[String],
        when: Option<&definition::Expression>,
    ) -> Event {
        let other = self.other(object);
        let own = other.name == self.object.name;
        let when = when.and_then(|when| self.on(other, true, when.text()));
        let fields = fields.iter().map(|name| name.as_str().into()).collect();
        Event { object: other.name.clone(), own, kind, fields, when }
    }
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}
