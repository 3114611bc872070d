//! Decisions: who may ask them, and the values of their inputs.

use crate::evaluate::Evaluated;
use crate::facts::{Facts, Needs};
use crate::known::Known;
use crate::planner::Planner;
use crate::row::Row;
use crate::scene::Roots;
use crate::wording::localized;
use catalog::{Decision, DecisionValue};
use decision::{Input, Scalar};
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use expression::{Expr, Value};
use serde_json::{Map, Value as Json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Values of inputs that the caller gives, by name.
pub type Given = HashMap<Arc<str>, Value>;

impl<'a> Known<'a> {
    /// A decision that the actor may ask.
    ///
    /// # Errors
    /// `not_found`, also for one that the actor may not ask.
    pub fn decision(&self, name: &str) -> Result<&'a Arc<Decision>> {
        let decision = self.catalog.decisions.get(name).filter(|decision| self.may_ask(decision));
        decision.ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))
    }

    /// Whether the actor may ask: it reads records of the object and all that the inputs speak of, and has one of the
    /// roles where the decision names some. What is asked about no record is for administrators where it names none:
    /// whoever may ask as he likes learns the whole table.
    pub fn may_ask(&self, decision: &Decision) -> bool {
        let actor = self.actor;
        let by_role = match &decision.roles {
            Some(roles) => actor.admin || roles.iter().any(|role| actor.has_role(role)),
            None => actor.admin || decision.object.is_some(),
        };
        let reads = |object: &Arc<str>| actor.grant(object).is_some_and(|grant| !grant.read.is_none());
        let knows = decision.inputs.iter().all(|input| match &input.from {
            DecisionValue::Record(expr) => self.reads_all(expr),
            DecisionValue::Given { .. } => true,
        });
        by_role && decision.object.iter().all(reads) && knows
    }

    /// Whether the actor may read every field that an expression speaks of.
    fn reads_all(&self, expr: &Expr) -> bool {
        let found = expression::dependencies(expr);
        let inner = found.children.iter().flat_map(|children| children.inner.iter().chain([&children.path]));
        let mut steps = found.paths.iter().chain(inner).flat_map(|path| &path.steps);
        steps.all(|step| self.readable(&step.object, &step.field).is_some())
            && found.trees.iter().all(|tree| expression::Schema::is_tree(self, tree))
    }
}

/// Reads what the caller gives.
///
/// # Errors
/// `unknown_field`, `required`, and what a type refuses, each at `inputs.<name>`.
pub fn given(decision: &Decision, inputs: &Map<String, Json>) -> Result<Given> {
    let mut found = Vec::new();
    let mut values = Given::new();
    let asked = |input: &&catalog::DecisionInput| matches!(input.from, DecisionValue::Given { .. });
    for name in inputs.keys() {
        let mut known = decision.inputs.iter().filter(asked).map(|input| &*input.name);
        if !known.any(|known| known == name) {
            let known: Vec<&str> = decision.inputs.iter().filter(asked).map(|input| &*input.name).collect();
            let hint = did_you_mean(name, known.iter().copied());
            let unknown = Diagnostic::new(Code::UnknownField).with("name", name).with_hint(hint);
            found.push(unknown.at(format!("inputs.{name}")));
        }
    }
    for (column, input) in decision.columns() {
        let DecisionValue::Given { ty, options, required } = &input.from else { continue };
        match ty.parse(options, inputs.get(&*input.name).unwrap_or(&Json::Null)) {
            Ok(value) => {
                found.extend(wrong(column, *required, &value));
                values.insert(input.name.clone(), value);
            }
            Err(wrong) => found.push(wrong.with("field", &input.name).at(format!("inputs.{}", input.name))),
        }
    }
    match Diagnostic::gather(found) {
        Some(found) => Err(Box::new(found)),
        None => Ok(values),
    }
}

/// Checks values of inputs that were not read from the wire.
///
/// # Errors
/// As [`given`], but for what a type refuses.
pub fn admit(decision: &Decision, given: &Given) -> Result<()> {
    let asked = decision.columns().filter_map(|(column, input)| match &input.from {
        DecisionValue::Given { required, .. } => Some((column, *required)),
        DecisionValue::Record(_) => None,
    });
    let found = asked.filter_map(|(column, required)| {
        wrong(column, required, given.get(&column.name).unwrap_or(&Value::Null))
    });
    Diagnostic::gather(found.collect()).map_or(Ok(()), |found| Err(Box::new(found)))
}

/// What is wrong with the value of an input.
fn wrong(column: &Input, required: bool, value: &Value) -> Option<Diagnostic> {
    let found = match Scalar::of(value) {
        None if required => Diagnostic::new(Code::Required),
        Some(value) if !column.domain.holds(&value) => {
            let words = [
                "`{field}` has a value that the decision does not know",
                "`{field}` 的值不在决策表的取值范围内",
                "`{field}` 的值不在決策表的取值範圍內",
            ];
            Diagnostic::new(Code::InvalidFieldValue).with_message(localized(words))
        }
        _ => return None,
    };
    Some(found.with("field", &column.name).at(format!("inputs.{}", column.name)))
}

impl Planner<'_> {
    /// The values of a decision's inputs in the order of its table: those of the record as it is stored, and those that
    /// were given. With the rights of a request, values that lie behind records which the actor may not see are absent;
    /// the caller looks whether it may see the records that are read.
    ///
    /// # Errors
    /// `number_out_of_range`; `internal` where an expression speaks of a record and there is none.
    pub fn decision_inputs(
        &self,
        decision: &Decision,
        row: Option<&Row>,
        given: &Given,
        facts: &Facts,
    ) -> Result<Evaluated<Vec<Value>>> {
        let needs = RefCell::new(Needs::default());
        let scene = self.scene(None, facts, &needs);
        let roots = Roots { row, record: row, ..Roots::default() };
        let mut values = Vec::with_capacity(decision.inputs.len());
        for input in &decision.inputs {
            let value = match &input.from {
                DecisionValue::Given { .. } => Some(given.get(&input.name).cloned().unwrap_or_default()),
                DecisionValue::Record(expr) if self.mode.has_rights() => {
                    scene.value(&self.known().expand(expr), roots)?
                }
                DecisionValue::Record(expr) => scene.value(expr, roots)?,
            };
            values.extend(value);
        }
        let needs = needs.take();
        match (needs.is_empty(), values.len() == decision.inputs.len()) {
            (false, _) => Ok(Evaluated::Read(needs)),
            (true, true) => Ok(Evaluated::Is(values)),
            (true, false) => {
                Err(Box::new(Diagnostic::new(Code::Internal).with("trace", "inputs of a decision")))
            }
        }
    }
}
