//! What a flow asks of other systems.

use super::{Check, joined, strs};
use crate::build::compile::compile;
use crate::build::entry::{Findings, Noun, invalid, unknown};
use crate::build::objects;
use crate::model::connector::Operation;
use crate::scopes;
use definition::workflow::{Call, CallStep};
use diagnostic::{Code, Diagnostic, did_you_mean};
use expression::Value;

impl Check<'_> {
    /// The operation gets its full name; what it answers becomes variables, one a part.
    pub(super) fn call(&mut self, step: &mut CallStep, own: &[String], findings: &mut Findings<'_>) {
        let path = joined(own, &["call"]);
        let Some(operation) = self.asked(&mut step.call, &path, findings) else { return };
        self.told(&step.call, &operation, &path, findings);
        let Some(into) = &step.into else { return };
        let path = joined(own, &["into"]);
        if operation.answer.is_empty() {
            let reason = format!("nothing is taken from an answer of {}", step.call.connector);
            findings.push(invalid(reason), &self.entry.origin, &strs(&path));
        }
        self.free(into, &path, findings);
        self.one_step(into, &path, findings);
        let parts = operation.answer.iter();
        self.variables
            .extend(parts.map(|(name, part)| (format!("{into}.{name}"), part.r#type.expression_type())));
    }

    fn asked(&self, call: &mut Call, path: &[String], findings: &mut Findings<'_>) -> Option<Operation> {
        let path = joined(path, &["connector"]);
        let Some((connector, operation)) = call.connector.rsplit_once('.') else {
            let reason = "a connector and its operation are expected, such as `erp.create_order`";
            findings.push(invalid(reason), &self.entry.origin, &strs(&path));
            return None;
        };
        let connector = findings.resolve(Noun::Connector, connector, self.entry, &strs(&path))?;
        // One that is wrong itself was reported where it stands.
        let known = &self.catalog.connectors.get(&connector)?.operations;
        let found = known.get(operation).cloned();
        if found.is_none() {
            let hint = did_you_mean(operation, known.keys().map(|name| &**name));
            let finding = unknown("operation", operation).with_hint(hint);
            findings.push(finding, &self.entry.origin, &strs(&path));
        }
        call.connector = format!("{connector}.{operation}");
        found
    }

    /// The values that are given to the operation.
    fn told(&self, call: &Call, operation: &Operation, path: &[String], findings: &mut Findings<'_>) {
        let names = call.with.keys().map(|name| ("with", name));
        for (key, name) in names.chain(call.with_from.keys().map(|name| ("with_from", name))) {
            if !operation.parameters.contains_key(name.as_str()) {
                let hint = did_you_mean(name, operation.parameters.keys().map(|known| &**known));
                let finding = unknown("parameter", name).with_hint(hint);
                findings.push(finding, &self.entry.origin, &strs(&joined(path, &[key, name])));
            }
        }
        for (name, parameter) in &operation.parameters {
            if let Some(json) = call.with.get(&**name) {
                let path = joined(path, &["with", name]);
                let path = strs(&path);
                objects::literal(&parameter.kind, json, name, &self.entry.origin, &path, findings);
            } else if let Some(text) = call.with_from.get(&**name) {
                let path = joined(path, &["with_from", name]);
                let path = strs(&path);
                let spot = self.spot(&scopes::WORKFLOW_WITH_FROM, &path);
                let wanted = parameter.kind.kind().expression_type();
                compile(self.catalog, text, spot, Some(&wanted), &mut findings.found);
            } else if parameter.required && parameter.default == Value::Null {
                let missing = Diagnostic::new(Code::MissingKey).with("key", format!("with_from.{name}"));
                findings.push(missing, &self.entry.origin, &strs(path));
            }
        }
    }
}
