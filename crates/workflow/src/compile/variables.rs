//! Variables of a definition become variables of a flow, and steps what they do to them.

use super::Builder;
use crate::flow::Declared;
use crate::step::decide::Decide;
use crate::step::set::Set;
use catalog::DecisionValue;
use definition::workflow as written;
use definition::{FieldDefinition, FieldType};
use diagnostic::{Code, Diagnostic};
use expression::{Expectation, Expr, Kind, Position, Type, Value};
use indexmap::IndexMap;
use serde_json::Value as Json;
use std::sync::Arc;

impl Builder<'_> {
    pub(super) fn declare(&mut self, variables: &IndexMap<String, FieldDefinition>) {
        for (name, variable) in variables {
            let kind = variable.kind.clone();
            let ty = kind.kind().expression_type();
            let default = match (&variable.default, &variable.default_from) {
                (Some(json), _) => self.constant(name, &kind, json),
                (None, Some(text)) => self.expression(text.text(), &Expectation::Value(ty.clone())),
                (None, None) => None,
            };
            self.variable(name, ty);
            self.known.declared.insert(name.as_str().into(), Declared { kind, default });
        }
    }

    /// A variable that the steps from here on know.
    pub(super) fn variable(&mut self, name: &str, ty: Type) {
        self.known.types.insert(name.into(), ty.clone());
        self.variables.insert(name.to_owned(), ty);
    }

    /// What a `set` says of fields of the record, and of variables.
    pub(super) fn assign(&mut self, step: &written::SetStep) -> Set {
        let (mut fields, mut computed) = (step.set.clone(), step.set_from.clone());
        let mut variables = Vec::new();
        for (name, kind) in self.declared() {
            if let Some(json) = fields.shift_remove(&*name) {
                variables.extend(self.constant(&name, &kind, &json).map(|expr| (name.clone(), expr)));
            }
            if let Some(text) = computed.shift_remove(&*name) {
                let wanted = Expectation::Value(kind.kind().expression_type());
                variables.extend(self.expression(text.text(), &wanted).map(|expr| (name, expr)));
            }
        }
        Set { variables, ..self.set(self.object, &fields, &computed) }
    }

    pub(super) fn decide(&mut self, step: &written::DecideStep) -> Decide {
        let record = step.record_from.as_ref();
        let record = record.and_then(|text| self.expression(text.text(), &Expectation::Any));
        let (decision, into): (Arc<str>, Arc<str>) = (step.decide.as_str().into(), step.into.as_str().into());
        let mut made = Decide { decision, with: Vec::new(), record, into };
        let Some(table) = self.catalog.decisions.get(step.decide.as_str()) else {
            let found = Diagnostic::new(Code::UnknownReference).with("what", "decision");
            self.found.push(found.with("name", &step.decide));
            return made;
        };
        for input in &table.inputs {
            let DecisionValue::Given { ty, options, .. } = &input.from else { continue };
            let wanted = ty.expression_type(options);
            let given = match (step.with.get(&*input.name), step.with_from.get(&*input.name)) {
                (Some(json), _) => match ty.parse(options, json) {
                    Ok(value) => Some(known(value, wanted)),
                    Err(error) => {
                        self.found.push(error.with("field", &input.name));
                        None
                    }
                },
                (None, Some(text)) => self.expression(text.text(), &Expectation::Value(wanted)),
                (None, None) => None,
            };
            made.with.extend(given.map(|given| (input.name.clone(), given)));
        }
        for (output, ty) in table.answers() {
            self.variable(&made.variable(output), ty);
        }
        made
    }

    fn declared(&self) -> Vec<(Arc<str>, FieldType)> {
        let declared = self.known.declared.iter();
        declared.map(|(name, declared)| (name.clone(), declared.kind.clone())).collect()
    }

    /// A literal as an expression.
    fn constant(&mut self, name: &str, kind: &FieldType, json: &Json) -> Option<Expr> {
        match kind.kind().parse(json) {
            Ok(value) => Some(known(value, kind.kind().expression_type())),
            Err(error) => {
                self.found.push(error.with("field", name));
                None
            }
        }
    }
}

fn known(value: Value, ty: Type) -> Expr {
    Expr { kind: Kind::Literal(value), ty, at: Position::default() }
}
