//! Decisions: their columns typed, their rules read and compiled, rules that contradict each other refused.
//!
//! `columns` makes the columns, this file the rules between them.

mod columns;

use super::compile::inside;
use super::entry::{Entry, Findings, Noun, invalid};
use crate::model::catalog::Catalog;
use crate::model::decision::{Decision, DecisionOutput};
use chrono::NaiveDate;
use decision::analyse::Finding;
use decision::{Cell, Collect, Hit, MAX_RULES, Rule, Table, Then};
use definition::decision::{CollectPolicy, HitPolicy, Part, RuleText, ThenText};
use diagnostic::{Code, Diagnostic, Source};
use expression::{Expectation, Names, Type, Value, literal};
use indexmap::IndexMap;
use std::sync::Arc;

type Definition = Entry<definition::Decision>;

/// `known`: a publish has checked the same texts before, so the rules are not compared with each other again.
pub(super) fn build(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Definition>,
    known: bool,
    findings: &mut Findings<'_>,
) {
    for entry in entries.values() {
        let before = findings.found.len();
        let made = Making { catalog, entry }.decision(findings);
        if findings.found.len() == before
            && !known
            && let Some(made) = &made
        {
            compare(made, findings);
        }
        if let Some(made) = made {
            catalog.decisions.insert(entry.name.clone(), Arc::new(made));
        }
    }
}

/// Rules that hold at once although they must not.
fn compare(decision: &Decision, findings: &mut Findings<'_>) {
    for finding in decision.table.analyse() {
        let (code, first, second, example) = match finding {
            Finding::Overlap { first, second, example } => (Code::RulesOverlap, first, second, example),
            Finding::Contradiction { first, second, example } => {
                (Code::RulesContradict, first, second, example)
            }
            _ => continue,
        };
        let place = decision.places.get(second - 1).cloned().unwrap_or_default();
        let finding = Diagnostic::new(code).with("first", first).with("second", second);
        findings.found.push(finding.with("example", example).in_source(place));
    }
}

/// A decision that is being made.
#[derive(Clone, Copy)]
struct Making<'a> {
    catalog: &'a Catalog,
    entry: &'a Definition,
}

impl Making<'_> {
    fn decision(self, findings: &mut Findings<'_>) -> Option<Decision> {
        let written = &self.entry.definition;
        let mut object = None;
        if let Some(name) = &written.object {
            let full = findings.resolve(Noun::Object, name, self.entry, &["object"])?;
            object = Some(self.catalog.objects.get(&full)?.clone());
        }
        let roles = written.roles.as_ref();
        let roles = roles.map(|roles| findings.resolve_all(Noun::Role, roles, self.entry, &["roles"]));
        let (columns, inputs) = self.inputs(object.as_ref(), findings)?;
        let (results, outputs) = self.outputs(findings)?;
        let hit = self.hit(&outputs, findings);
        let default = written.default.as_ref().map(|default| {
            let given = outputs.iter().map(|output| match default.get(&*output.name) {
                Some(json) => {
                    let (kind, path) = (&output.kind, ["default", &*output.name]);
                    super::objects::literal(kind, json, &output.name, &self.entry.origin, &path, findings)
                }
                None => Value::Null,
            });
            given.collect()
        });
        let mut table = Table {
            name: self.entry.name.clone(),
            hit,
            inputs: columns,
            outputs: results,
            rules: Vec::new(),
            default,
        };
        let places = self.rules(&mut table, &outputs, &columns::parameters(&inputs), findings);
        Some(Decision {
            name: self.entry.name.clone(),
            label: written.label.clone(),
            description: written.description.clone(),
            object: object.map(|object| object.name.clone()),
            roles,
            inputs,
            outputs,
            table: Arc::new(table),
            places,
            place: self.entry.origin.at(&["name"]),
            written: written.clone(),
        })
    }

    fn hit(self, outputs: &[DecisionOutput], findings: &mut Findings<'_>) -> Hit {
        let collect = match self.entry.definition.collect.unwrap_or_default() {
            CollectPolicy::List => Collect::List,
            CollectPolicy::Sum => Collect::Sum,
            CollectPolicy::Min => Collect::Min,
            CollectPolicy::Max => Collect::Max,
            CollectPolicy::Count => Collect::Count,
        };
        let hit = match self.entry.definition.hit {
            HitPolicy::Unique => Hit::Unique,
            HitPolicy::Any => Hit::Any,
            HitPolicy::First => Hit::First,
            HitPolicy::Priority => Hit::Priority,
            HitPolicy::RuleOrder => Hit::RuleOrder,
            HitPolicy::OutputOrder => Hit::OutputOrder,
            HitPolicy::Collect => Hit::Collect(collect),
        };
        for output in outputs {
            let ty = output.kind.kind().expression_type();
            let adds = ty.is_number() || ty == Type::Duration;
            let fits = match hit {
                Hit::Collect(Collect::Sum) => adds,
                Hit::Collect(Collect::Min | Collect::Max) => {
                    adds || matches!(ty, Type::Date | Type::DateTime | Type::Time)
                }
                _ => true,
            };
            if !fits {
                let reason = format!(
                    "`{}` is of type `{}`, which this does not gather",
                    output.name,
                    output.kind.name()
                );
                findings.push(invalid(reason), &self.entry.origin, &["collect"]);
            }
        }
        hit
    }

    /// Fills in the rules and answers where each stands.
    fn rules(
        self,
        table: &mut Table,
        outputs: &[DecisionOutput],
        names: &Names,
        findings: &mut Findings<'_>,
    ) -> Vec<Source> {
        let (texts, misplaced) = self.entry.definition.rule_texts();
        for ((line, column), finding) in misplaced {
            findings.found.push(finding.in_source(self.entry.origin.inside(&["table"], line, column)));
        }
        if texts.len() > MAX_RULES {
            let many = Diagnostic::new(Code::LimitExceeded).with("what", "the number of rules");
            findings.push(many.with("limit", MAX_RULES), &self.entry.origin, &["rules"]);
            return Vec::new();
        }
        let mut places = Vec::with_capacity(texts.len());
        for text in &texts {
            let rule = self.rule(text, table, outputs, names, findings);
            table.rules.push(rule);
            places.push(self.place(&text.place));
        }
        places
    }

    fn rule(
        self,
        text: &RuleText,
        table: &Table,
        outputs: &[DecisionOutput],
        names: &Names,
        findings: &mut Findings<'_>,
    ) -> Rule {
        let mut when = Vec::with_capacity(table.inputs.len());
        for input in &table.inputs {
            let cell =
                text.when.get(&*input.name).map(|part| (part, decision::parse(&part.text, &input.domain)));
            when.push(match cell {
                None => Cell::Any,
                Some((_, Ok(cell))) => cell,
                Some((part, Err(finding))) => {
                    findings.found.push(self.placed(*finding, part));
                    Cell::Any
                }
            });
        }
        let then = outputs.iter().map(|output| self.then(text, output, names, findings)).collect();
        let from = text.from.as_ref().and_then(|part| self.day(part, findings));
        let until = text.until.as_ref().and_then(|part| self.day(part, findings));
        if let (Some(from), Some(until), Some(part)) = (from, until, &text.until)
            && until < from
        {
            let finding = invalid("the rule ends before it begins");
            findings.found.push(finding.in_source(self.place(part)));
        }
        Rule { when, then, from, until }
    }

    fn then(
        self,
        text: &RuleText,
        output: &DecisionOutput,
        names: &Names,
        findings: &mut Findings<'_>,
    ) -> Then {
        if let Some(part) = text.then_from.get(&*output.name) {
            let wanted = Expectation::Value(output.kind.kind().expression_type());
            return match expression::compile(&part.text, names, self.catalog, &wanted) {
                Ok(expr) => Then::Computed(expr),
                Err(wrong) => {
                    findings.found.extend(wrong.into_iter().map(|finding| self.placed(finding, part)));
                    Then::Literal(Value::Null)
                }
            };
        }
        let Some(part) = text.then.get(&*output.name) else { return Then::Literal(Value::Null) };
        let kind = output.kind.kind();
        let read = match &part.text {
            ThenText::Json(json) => kind.parse(json),
            ThenText::Cell(text) => kind.parse_text(text),
        };
        let mut wrong = Vec::new();
        let value = read.unwrap_or_else(|finding| {
            wrong.push(*finding);
            Value::Null
        });
        kind.validate(&value, &mut wrong);
        let place = self.place(part);
        let wrong = wrong.into_iter().map(|one| one.with("field", &output.name).in_source(place.clone()));
        findings.found.extend(wrong);
        Then::Literal(value)
    }

    fn day(self, part: &Part<String>, findings: &mut Findings<'_>) -> Option<NaiveDate> {
        let day = literal::date(&part.text);
        if day.is_none() {
            let finding = invalid(format!("`{}` is no day such as 2026-03-31", part.text));
            findings.found.push(finding.in_source(self.place(part)));
        }
        day
    }

    /// Where a part of a rule begins.
    fn place<T>(self, part: &Part<T>) -> Source {
        let path: Vec<&str> = part.path.iter().map(String::as_str).collect();
        match part.at {
            (1, 1) => self.entry.origin.at(&path),
            (line, column) => self.entry.origin.inside(&path, line, column),
        }
    }

    /// From a position inside a part of a rule to one in the file.
    fn placed<T>(self, finding: Diagnostic, part: &Part<T>) -> Diagnostic {
        let path: Vec<&str> = part.path.iter().map(String::as_str).collect();
        inside(finding, &self.entry.origin, &path, part.at)
    }
}
