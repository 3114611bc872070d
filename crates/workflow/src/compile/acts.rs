//! Steps that act by themselves, and those that wait.

use super::Builder;
use crate::flow::NodeId;
use crate::flow::trigger::Event;
use crate::step::act::{Act, Call, Deed, Retry, Send, Sub, Target};
use crate::step::query::Query;
use crate::step::set::Set;
use crate::step::wait::{Awaiting, On, Timer, Wait};
use calendar::{Duration, Quiet};
use catalog::{Object, ScriptRef};
use chrono::TimeDelta;
use definition::workflow as written;
use diagnostic::{Code, Diagnostic};
use expression::{Expectation, Expr, Root, Type};
use indexmap::IndexMap;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// `pack.file.function`.
fn script(name: &str) -> ScriptRef {
    let mut parts = name.splitn(3, '.').map(Arc::from);
    let mut next = || parts.next().unwrap_or_default();
    ScriptRef { pack: next(), file: next(), function: next() }
}

pub(super) fn retry(written: &written::Retry) -> Retry {
    let backoff = Duration::parse(&written.backoff).map_or(0, |time| time.days() * 86_400 + time.seconds());
    Retry { max: written.max, backoff: TimeDelta::seconds(backoff), factor: written.factor.max(1) }
}

impl<'a> Builder<'a> {
    pub(super) fn set(
        &mut self,
        object: &Object,
        set: &IndexMap<String, Json>,
        set_from: &IndexMap<String, definition::Expression>,
    ) -> Set {
        let computed = set_from.iter();
        Set {
            set: self.literals(object, set),
            set_from: computed
                .filter_map(|(f, e)| Some((f.as_str().into(), self.value(object, e, f)?)))
                .collect(),
            variables: Vec::new(),
        }
    }

    pub(super) fn create(&mut self, step: &written::CreateStep) -> Act {
        let object = self.other(Some(&step.create.object));
        let set = self.set(object, &step.create.set, &step.create.set_from);
        let into = self.into(step.into.as_ref(), Type::Reference(Some(object.name.clone())));
        Act { deed: Deed::Create { object: object.name.clone(), set }, into }
    }

    pub(super) fn update(&mut self, step: &written::UpdateStep) -> Act {
        let update = &step.update;
        let at = self.target(update.object.as_ref(), update.r#where.as_ref());
        let object = self.other(Some(&at.object.to_string()));
        let set = self.set(object, &update.set, &update.set_from);
        Act { deed: Deed::Update { at, set }, into: None }
    }

    pub(super) fn delete(&mut self, step: &written::DeleteStep) -> Act {
        let at = self.target(Some(&step.delete.object), Some(&step.delete.r#where));
        Act { deed: Deed::Delete { at }, into: None }
    }

    pub(super) fn transition(&mut self, step: &written::TransitionStep) -> Act {
        let made = &step.transition;
        let at = self.target(made.object.as_ref(), made.r#where.as_ref());
        let object = self.other(Some(&at.object.to_string()));
        let set = self.set(object, &made.set, &made.set_from);
        Act { deed: Deed::Move { at, name: made.r#move.as_str().into(), set }, into: None }
    }

    pub(super) fn script(&mut self, step: &written::ScriptStep) -> Act {
        let into = self.into(step.into.as_ref(), Type::Json);
        Act { deed: Deed::Script(script(&step.script)), into }
    }

    pub(super) fn sub(&mut self, step: &written::SubStep) -> Act {
        let record = step.sub.record.as_ref();
        let record = record.and_then(|text| self.expression(text.text(), &Expectation::Any));
        let into = self.into(step.into.as_ref(), Type::Text);
        let workflow = step.sub.workflow.as_str().into();
        Act { deed: Deed::Sub(Sub { workflow, record, wait: step.sub.wait }), into }
    }

    pub(super) fn asks(&mut self, step: &written::CallStep) -> Act {
        Act { deed: Deed::Call(self.call(step)), into: None }
    }

    pub(super) fn send(&mut self, step: &written::SendStep) -> Act {
        let send = &step.send;
        let to_from = send.to_from.as_ref();
        let send = Send {
            mail: send.by == written::Channel::Mail,
            template: send.template.as_str().into(),
            to: self.performers(&send.to),
            to_from: to_from.and_then(|text| self.expression(text.text(), &Expectation::Any)),
        };
        Act { deed: Deed::Send(send), into: None }
    }

    /// The variable that takes what comes of a step.
    fn into(&mut self, into: Option<&String>, ty: Type) -> Option<Arc<str>> {
        let into = into?;
        self.variable(into, ty);
        Some(into.as_str().into())
    }

    fn call(&mut self, step: &written::CallStep) -> Call {
        let written::Call { connector: name, with, with_from } = &step.call;
        let into: Option<Arc<str>> = step.into.as_deref().map(Into::into);
        let mut made =
            Call { operation: name.as_str().into(), with: Map::new(), with_from: Vec::new(), into };
        let Some((_, operation)) = self.catalog.operation(name, None) else {
            self.found
                .push(Diagnostic::new(Code::UnknownReference).with("what", "operation").with("name", name));
            return made;
        };
        made.with.extend(with.iter().map(|(name, json)| (name.clone(), json.clone())));
        for (name, text) in with_from {
            let Some(parameter) = operation.parameters.get(name.as_str()) else { continue };
            let wanted = Expectation::Value(parameter.kind.kind().expression_type());
            let value = self.expression(text.text(), &wanted);
            made.with_from.extend(value.map(|value| (name.as_str().into(), value)));
        }
        for (part, answer) in made.into.iter().flat_map(|_| &operation.answer) {
            if let Some(variable) = made.variable(part) {
                self.variable(&variable, answer.r#type.expression_type());
            }
        }
        made
    }

    pub(super) fn query(&mut self, step: &written::QueryStep) -> Query {
        let query = &step.query;
        let target = self.target(Some(&query.object), query.r#where.as_ref());
        let found = Type::List(Box::new(Type::Reference(Some(target.object.clone()))));
        self.variable(&step.into, if query.count { Type::Integer } else { found });
        let into = step.into.as_str().into();
        Query { object: target.object, filter: target.filter, limit: query.limit, count: query.count, into }
    }

    /// Another object, or the flow's own.
    pub(super) fn other(&mut self, name: Option<&String>) -> &'a Object {
        let Some(name) = name else { return self.object };
        match self.catalog.object(name) {
            Some(object) => object,
            None => {
                let found = Diagnostic::new(Code::UnknownReference).with("what", "object").with("name", name);
                self.found.push(found);
                self.object
            }
        }
    }

    fn target(&mut self, object: Option<&String>, filter: Option<&definition::Expression>) -> Target {
        let object = self.other(object);
        let filter = filter.and_then(|text| self.on(object, false, text.text()));
        let filter = filter.map(|filter| catalog::expand::expand(&filter, &self.catalog.objects));
        Target { object: object.name.clone(), filter }
    }

    /// A condition whose bare names are another record; `record` is the flow's own.
    pub(super) fn on(&mut self, object: &Object, old: bool, text: &str) -> Option<Expr> {
        let mut names = self.names();
        names.roots.insert(Root::Row, object.name.clone());
        if old {
            names.roots.insert(Root::Old, object.name.clone());
        }
        self.compiled(text, &names, &Expectation::Condition)
    }

    pub(super) fn wait(&mut self, node: NodeId, step: &written::WaitStep) -> Wait {
        let mut branches = Vec::new();
        for (name, awaited) in &step.wait {
            let scope = self.branch(node, (name, awaited.label.as_ref()), &awaited.steps);
            let on = match &awaited.timer {
                Some(timer) => Some(On::Timer(self.timer(timer))),
                None => self.awaited(awaited).map(On::Event),
            };
            branches.extend(on.map(|on| Awaiting { name: name.as_str().into(), on, scope }));
        }
        Wait { branches }
    }

    fn awaited(&mut self, awaited: &written::Awaited) -> Option<Event> {
        let mut events = Vec::new();
        self.record_events(
            (&awaited.record_created, &awaited.record_updated, &awaited.record_deleted),
            &mut events,
        );
        events.extend(awaited.transition.as_ref().map(|made| self.moved(made)));
        events.extend(awaited.workflow_ended.as_ref().map(|ended| self.ended(ended)));
        events.into_iter().next()
    }

    fn timer(&mut self, timer: &written::Timer) -> Timer {
        let computed = |builder: &mut Self, text: &Option<definition::Expression>| {
            text.as_ref().and_then(|text| builder.expression(text.text(), &Expectation::Any))
        };
        let quiet = timer.not_between.as_deref();
        Timer {
            // What does not parse was refused when the definition was read.
            after: timer.after.as_deref().and_then(|text| Duration::parse(text).ok()),
            after_from: computed(self, &timer.after_from),
            until: computed(self, &timer.until),
            calendar: timer.calendar.as_deref().map(Arc::from),
            quiet: quiet.and_then(|times| match times {
                [from, until] => Quiet::parse(from, until).ok(),
                _ => None,
            }),
        }
    }
}
