//! What a flow keeps in mind: variables that it declares, and the answers of decisions.

use super::{Check, joined, strs};
use crate::build::compile::compile;
use crate::build::entry::{Findings, Noun, invalid, not_yet, unknown};
use crate::build::objects;
use crate::model::decision::{Decision, DecisionValue};
use crate::scopes;
use decision::Scalar;
use definition::workflow::{DecideStep, SetStep};
use definition::{FieldDefinition, FieldType};
use diagnostic::{Code, Diagnostic, did_you_mean};
use expression::{Root, Type};
use indexmap::IndexMap;

impl Check<'_> {
    /// Takes the variables of the workflow, in their order: one may be computed from those before it.
    pub(super) fn declare(
        &mut self,
        variables: &mut IndexMap<String, FieldDefinition>,
        findings: &mut Findings<'_>,
    ) {
        for (name, written) in variables {
            let path = vec!["variables".to_owned(), name.clone()];
            if let FieldType::Reference(reference) = &mut written.kind
                && !reference.is_any()
            {
                findings.resolve_in(
                    Noun::Object,
                    &mut reference.to,
                    self.entry,
                    &strs(&joined(&path, &["to"])),
                );
            }
            if !can_be_kept(&written.kind) {
                let what = format!("a variable of type `{}`", written.kind.name());
                findings.push(not_yet(what), &self.entry.origin, &strs(&path));
                continue;
            }
            if says_more(written) {
                let reason =
                    "a variable has a label, a help, a default and the properties of its type, no others";
                findings.push(invalid(reason), &self.entry.origin, &strs(&path));
            }
            let ty = written.kind.kind().expression_type();
            if let Some(json) = &written.default {
                let at = joined(&path, &["default"]);
                objects::literal(&written.kind, json, name, &self.entry.origin, &strs(&at), findings);
            }
            if let Some(text) = &written.default_from {
                let at = joined(&path, &["default_from"]);
                let at = strs(&at);
                let spot = self.spot(&scopes::WORKFLOW_DEFAULT, &at);
                compile(self.catalog, text, spot, Some(&ty), &mut findings.found);
            }
            self.variable(name, ty, &path, findings);
            self.declared.insert(name.clone(), written.kind.clone());
        }
    }

    /// A variable may not hide what expressions call by that name already.
    pub(super) fn variable(&mut self, name: &str, ty: Type, path: &[String], findings: &mut Findings<'_>) {
        self.free(name, path, findings);
        self.variables.insert(name.to_owned(), ty);
    }

    pub(super) fn free(&self, name: &str, path: &[String], findings: &mut Findings<'_>) {
        let begins = |known: &String| known.split('.').next() == Some(name);
        let taken = self.object.fields.contains_key(name) || self.variables.keys().any(begins);
        if taken || Root::ALL.iter().any(|(root, _)| *root == name) {
            let reason = format!(
                "`{name}` is a field of {}, another variable or a word of expressions",
                self.object.name
            );
            findings.push(invalid(reason), &self.entry.origin, &strs(path));
        }
    }

    /// What a `set` says of variables, and of fields of the record.
    pub(super) fn set(&self, step: &SetStep, own: &[String], findings: &mut Findings<'_>) {
        let (mut fields, mut computed) = (step.set.clone(), step.set_from.clone());
        for (name, kind) in &self.declared {
            if let Some(json) = fields.shift_remove(name) {
                let at = joined(own, &["set", name]);
                objects::literal(kind, &json, name, &self.entry.origin, &strs(&at), findings);
            }
            if let Some(text) = computed.shift_remove(name) {
                let at = joined(own, &["set_from", name]);
                let at = strs(&at);
                let spot = self.spot(&scopes::WORKFLOW_SET_FROM, &at);
                let wanted = kind.kind().expression_type();
                compile(self.catalog, &text, spot, Some(&wanted), &mut findings.found);
            }
        }
        self.values(self.object, &fields, &computed, own, findings);
    }

    /// The variable that takes what came of a step: one that the workflow declares, or one of its own, which is known
    /// from this step on.
    pub(super) fn into(
        &mut self,
        name: Option<&String>,
        ty: Type,
        own: &[String],
        findings: &mut Findings<'_>,
    ) {
        let Some(name) = name else { return };
        let path = joined(own, &["into"]);
        let Some(kind) = self.declared.get(name) else {
            self.one_step(name, &path, findings);
            return self.variable(name, ty, &path, findings);
        };
        let declared = kind.kind().expression_type();
        if declared != ty {
            let reason = format!("`{name}` is {declared}, and what comes of the step is {ty}");
            findings.push(invalid(reason), &self.entry.origin, &strs(&path));
        }
    }

    /// A variable that is not declared holds what came of one step: of two, one could overwrite the other.
    pub(super) fn one_step(&mut self, name: &str, path: &[String], findings: &mut Findings<'_>) {
        if !self.answers.insert(name.to_owned()) {
            let reason = format!("another step fills `{name}` already; `variables` may declare it for both");
            findings.push(invalid(reason), &self.entry.origin, &strs(path));
        }
    }

    /// The answer of a decision becomes variables, one an output.
    pub(super) fn decide(&mut self, step: &mut DecideStep, own: &[String], findings: &mut Findings<'_>) {
        findings.resolve_in(Noun::Decision, &mut step.decide, self.entry, &strs(&joined(own, &["decide"])));
        // One that is wrong itself was reported where it stands.
        let Some(decision) = self.catalog.decisions.get(step.decide.as_str()).cloned() else { return };
        self.asked_about(step, &decision, own, findings);
        self.given(step, &decision, own, findings);
        let path = joined(own, &["into"]);
        self.free(&step.into, &path, findings);
        self.one_step(&step.into, &path, findings);
        let answers = decision.answers();
        self.variables.extend(answers.map(|(output, ty)| (format!("{}.{output}", step.into), ty)));
    }

    /// The record that the inputs of a decision speak of.
    fn asked_about(
        &self,
        step: &DecideStep,
        decision: &Decision,
        own: &[String],
        findings: &mut Findings<'_>,
    ) {
        let (key, reason) = match (&decision.object, &step.record_from) {
            (None, None) => return,
            (None, Some(_)) => ("record_from", "the decision is about no record".to_owned()),
            (Some(object), None) if *object == self.object.name => return,
            (Some(object), None) => {
                ("decide", format!("the decision is about {object}: `record_from` says about which record"))
            }
            (Some(object), Some(text)) => {
                let path = joined(own, &["record_from"]);
                let path = strs(&path);
                let spot = self.spot(&scopes::WORKFLOW_RECORD_FROM, &path);
                let Some(expr) = compile(self.catalog, text, spot, None, &mut findings.found) else { return };
                if expr.ty == Type::Reference(Some(object.clone())) {
                    return;
                }
                ("record_from", format!("a record of {object} is expected, this is {}", expr.ty))
            }
        };
        findings.push(invalid(reason), &self.entry.origin, &strs(&joined(own, &[key])));
    }

    /// The values that a step gives to a decision.
    fn given(&self, step: &DecideStep, decision: &Decision, own: &[String], findings: &mut Findings<'_>) {
        let asked =
            |name: &&str| decision.inputs.iter().any(|input| *input.name == **name && input.is_given());
        let known = || decision.inputs.iter().filter(|input| input.is_given()).map(|input| &*input.name);
        let names = step.with.keys().map(|name| ("with", name.as_str()));
        for (key, name) in names.chain(step.with_from.keys().map(|name| ("with_from", name.as_str()))) {
            if !asked(&name) {
                let hint = did_you_mean(name, known());
                let path = joined(own, &[key, name]);
                findings.push(unknown("input", name).with_hint(hint), &self.entry.origin, &strs(&path));
            }
        }
        for (column, input) in decision.columns() {
            let DecisionValue::Given { ty, options, required } = &input.from else { continue };
            let name = &*input.name;
            if let Some(json) = step.with.get(name) {
                let wrong = match ty.parse(options, json) {
                    Ok(value) if Scalar::of(&value).is_none_or(|value| column.domain.holds(&value)) => {
                        continue;
                    }
                    Ok(_) => invalid(format!("the decision does not know this value of `{name}`")),
                    Err(wrong) => wrong.with("field", name),
                };
                findings.push(wrong, &self.entry.origin, &strs(&joined(own, &["with", name])));
            } else if let Some(text) = step.with_from.get(name) {
                let path = joined(own, &["with_from", name]);
                let path = strs(&path);
                let spot = self.spot(&scopes::WORKFLOW_WITH_FROM, &path);
                let wanted = ty.expression_type(options);
                compile(self.catalog, text, spot, Some(&wanted), &mut findings.found);
            } else if *required {
                let missing = Diagnostic::new(Code::MissingKey).with("key", format!("with_from.{name}"));
                findings.push(missing, &self.entry.origin, &strs(own));
            }
        }
    }
}

/// Whether a flow can keep a value of this type: parts of records and files are none.
pub(super) fn can_be_kept(kind: &FieldType) -> bool {
    !matches!(
        kind,
        FieldType::Children(_)
            | FieldType::References(_)
            | FieldType::Autonumber(_)
            | FieldType::File(_)
            | FieldType::Image(_)
            | FieldType::Signature(_)
    )
}

/// Whether it says what only a field of a record can say.
fn says_more(written: &FieldDefinition) -> bool {
    written.is_derived()
        || written.encrypted
        || written.unique
        || written.required
        || written.readonly
        || written.search
        || written.hidden
        || written.required_when.is_some()
}
