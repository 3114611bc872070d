//! The columns of a decision: what can stand in each, and what is known of its values.

use super::Making;
use crate::build::compile::{Spot, compile_raw};
use crate::build::entry::{Findings, invalid, not_yet};
use crate::encrypted::computed_from;
use crate::expand::expand;
use crate::model::decision::{DecisionInput, DecisionOutput, DecisionValue};
use crate::model::object::Object;
use crate::scopes;
use decision::{Content, Domain, Input, Output, Scalar};
use definition::FieldType;
use definition::decision::{CellText, GivenType};
use definition::{Names, SelectOption};
use expression::{Expr, Kind, Type};
use std::sync::Arc;

impl Making<'_> {
    /// The columns of conditions and how each is found; `None` where one has no type.
    pub fn inputs(
        self,
        object: Option<&Arc<Object>>,
        findings: &mut Findings<'_>,
    ) -> Option<(Vec<Input>, Vec<DecisionInput>)> {
        let mut columns = Vec::new();
        let mut inputs = Vec::new();
        let mut whole = true;
        for (name, written) in &self.entry.definition.inputs {
            let name: Arc<str> = Arc::from(name.as_str());
            let found = match written.r#type {
                Some(ty) => {
                    let (options, required) = (written.options.clone(), written.required);
                    let content = Content::of(&ty.expression_type(&options));
                    let domain =
                        content.map(|content| Domain { nullable: !required, ..Domain::new(content) });
                    domain.map(|domain| (domain, DecisionValue::Given { ty, options, required }))
                }
                None => self.expression(&name, object, findings),
            };
            let Some((mut domain, from)) = found else {
                whole = false;
                continue;
            };
            self.bounds(&name, &mut domain, findings);
            let (label, description) = (written.label.clone(), written.description.clone());
            inputs.push(DecisionInput { name: name.clone(), label, description, from });
            columns.push(Input { name, domain });
        }
        whole.then_some((columns, inputs))
    }

    /// A column whose values come from the record.
    fn expression(
        self,
        name: &str,
        object: Option<&Arc<Object>>,
        findings: &mut Findings<'_>,
    ) -> Option<(Domain, DecisionValue)> {
        let path = ["inputs", name, "expression"];
        let (text, object) = (self.entry.definition.inputs.get(name)?.expression.as_ref()?, object?);
        let spot = Spot {
            scope: &scopes::DECISION_INPUT,
            row: &object.name,
            record: Some(&object.name),
            origin: &self.entry.origin,
            path: &path,
            variables: None,
        };
        let expr = compile_raw(self.catalog, text, spot, None, &mut findings.found)?;
        let expanded = expand(&expr, &self.catalog.objects);
        if let Some((field, at)) = computed_from(&expanded, &self.catalog.objects) {
            let finding = invalid(format!("`{}` is encrypted; a table would tell its value", field.name));
            findings.found.push(finding.in_source(self.entry.origin.inside(&path, at.line, at.column)));
            return None;
        }
        let Some(content) = Content::of(&expr.ty) else {
            let finding = invalid(format!("the cells of a table cannot compare a value of type {}", expr.ty));
            findings.push(finding, &self.entry.origin, &path);
            return None;
        };
        let mut domain = Domain::new(content);
        self.of_field(&expr, &mut domain);
        Some((domain, DecisionValue::Record(expr)))
    }

    /// What the definition of a field says of the values of a column that is nothing but the field.
    fn of_field(self, expr: &Expr, domain: &mut Domain) {
        let Kind::Path(path) = &expr.kind else { return };
        let Some(step) = path.steps.last() else { return };
        let field = self.catalog.objects.get(&step.object).and_then(|object| object.field(&step.field));
        let Some(field) = field.filter(|field| field.derived.is_none()) else { return };
        if let Type::Decimal { scale } = expr.ty {
            domain.content = Content::Number { places: scale };
        }
        let number = |number: Option<definition::Number>| number.map(|number| Scalar::Number(number.0));
        let whole = |number: Option<i64>| number.map(|number| Scalar::Number(number.into()));
        (domain.min, domain.max) = match &field.kind {
            FieldType::Integer(own) => (whole(own.min), whole(own.max)),
            FieldType::Decimal(own) => (number(own.min), number(own.max)),
            FieldType::Money(own) => (number(own.min), number(own.max)),
            FieldType::Percent(own) => (number(own.min), number(own.max)),
            _ => (None, None),
        };
        // A reference on the way may be absent, whatever its target says.
        domain.nullable = !(path.steps.len() == 1 && field.required);
    }

    /// What the author says of the values of a column.
    fn bounds(self, name: &str, domain: &mut Domain, findings: &mut Findings<'_>) {
        let Some(written) = self.entry.definition.inputs.get(name) else { return };
        let bare = Domain::new(domain.content.clone());
        let mut bound = |key: &str, text: &Option<CellText>| -> Option<Scalar> {
            let path = ["inputs", name, key];
            match decision::parse_value(&text.as_ref()?.0, &bare) {
                Ok(Some(value)) if domain.content.is_ordered() => Some(value),
                Ok(_) => {
                    findings.push(
                        invalid("values without an order have no bounds"),
                        &self.entry.origin,
                        &path,
                    );
                    None
                }
                Err(finding) => {
                    findings.push(finding, &self.entry.origin, &path);
                    None
                }
            }
        };
        let (min, max) = (bound("min", &written.min), bound("max", &written.max));
        if let (Some(min), Some(max)) = (&min, &max)
            && max < min
        {
            findings.push(invalid("`max` is below `min`"), &self.entry.origin, &["inputs", name, "max"]);
        }
        domain.min = min.or(domain.min.take());
        domain.max = max.or(domain.max.take());
        let (ty, options) = given(&domain.content);
        let mut values = Vec::new();
        for (place, json) in written.values.iter().enumerate() {
            match ty.parse(&options, json) {
                Ok(value) => values.extend(Scalar::of(&value)),
                Err(finding) => {
                    let path = ["inputs", name, "values", &place.to_string()];
                    findings.push(finding.with("field", name), &self.entry.origin, &path);
                }
            }
        }
        domain.values = (!values.is_empty()).then_some(values);
    }

    /// The columns of results and how each is shown; `None` where one cannot be answered.
    pub fn outputs(self, findings: &mut Findings<'_>) -> Option<(Vec<Output>, Vec<DecisionOutput>)> {
        let mut results = Vec::new();
        let mut outputs = Vec::new();
        let before = findings.found.len();
        for (name, written) in &self.entry.definition.outputs {
            let path = ["outputs", name.as_str()];
            if !can_be_answered(&written.kind) {
                let what = format!("an output of type `{}`", written.kind.name());
                findings.push(not_yet(what), &self.entry.origin, &path);
                continue;
            }
            let more = written.is_derived()
                || written.encrypted
                || written.unique
                || written.required
                || written.readonly
                || written.search
                || written.hidden
                || written.required_when.is_some()
                || written.default.is_some()
                || written.default_from.is_some();
            if more {
                let reason = "an output has a label, a help and the properties of its type, no others";
                findings.push(invalid(reason), &self.entry.origin, &path);
            }
            let (name, kind): (Arc<str>, _) = (Arc::from(name.as_str()), written.kind.clone());
            results.push(Output { name: name.clone(), ty: kind.kind().expression_type() });
            let (label, help) = (written.label.clone(), written.help.clone());
            outputs.push(DecisionOutput { name, label, help, kind });
        }
        (findings.found.len() == before).then_some((results, outputs))
    }
}

/// The names by which the expressions of the rules know the inputs.
pub(super) fn parameters(inputs: &[DecisionInput]) -> expression::Names {
    let clock = scopes::DECISION_THEN.clock;
    let mut names = expression::Names { clock, ..expression::Names::default() };
    for input in inputs {
        let ty = match &input.from {
            DecisionValue::Record(expr) => expr.ty.clone(),
            DecisionValue::Given { ty, options, .. } => ty.expression_type(options),
        };
        names.parameters.insert(input.name.to_string(), ty);
    }
    names
}

/// Whether a literal says all there is to say of a value of this type: records and files are none.
fn can_be_answered(kind: &FieldType) -> bool {
    !matches!(
        kind,
        FieldType::Reference(_)
            | FieldType::References(_)
            | FieldType::Children(_)
            | FieldType::User(_)
            | FieldType::Department(_)
            | FieldType::Autonumber(_)
            | FieldType::File(_)
            | FieldType::Image(_)
            | FieldType::Signature(_)
    )
}

/// The type by which literals of a column are read.
fn given(content: &Content) -> (GivenType, Names<SelectOption>) {
    let ty = match content {
        Content::Boolean => GivenType::Boolean,
        Content::Number { places: 0 } => GivenType::Integer,
        Content::Number { .. } => GivenType::Decimal,
        Content::Text => GivenType::Text,
        Content::Options(_) => GivenType::Select,
        Content::Date => GivenType::Date,
        Content::DateTime => GivenType::Datetime,
        Content::Time => GivenType::Time,
        Content::Duration => GivenType::Duration,
    };
    let options = match content {
        Content::Options(options) => {
            Names(options.iter().map(|option| (option.clone(), SelectOption::default())).collect())
        }
        _ => Names::default(),
    };
    (ty, options)
}
