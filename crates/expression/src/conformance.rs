//! The table of cases that every back end must meet, and the records they speak of.
//!
//! The data lies in `tests/data/*.yaml`; the head of `fixture.yaml` describes the form. A back end's test loads
//! [`cases`], makes the [`Fixture`]'s records its own, and compares. [`Case::compile`] gives the checked tree,
//! [`Fixture::context`] the same records in memory.

mod fixture;

pub use fixture::{Field, FixtureContext, Object, Row, fixture};

use crate::check::{Expectation, compile};
use crate::tree::{Expr, Root};
use crate::{Clock, Names, Type, Value};
use diagnostic::Diagnostic;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The records of the table, as one set of objects.
pub use fixture::Fixture;

/// One expression on one record with what must come of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// `file:number`, the number counting cases from 1.
    pub name: String,
    /// The source text.
    pub expression: String,
    /// The object bare names are fields of.
    pub object: Arc<str>,
    /// The alias of the record that is tested.
    pub record: String,
    /// The alias of the record `old` stands for; none on create.
    pub old: Option<String>,
    /// The alias of the user.
    pub user: String,
    /// The clock and the site's time zone.
    pub clock: Clock,
    /// Whether `today()` and `now()` are in scope.
    pub clock_allowed: bool,
    /// What its place wants.
    pub expectation: Expectation,
    /// What must come of it.
    pub outcome: Outcome,
    /// Back ends that refuse it before they run it: `sqlite`, `postgres`, `browser`.
    pub except: Vec<String>,
}

/// What must come of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// This value, in the JSON of [`crate::json::value_to_json`]; a reference is `@alias`. Read it with
    /// [`Case::expected`].
    Value(Json),
    /// This error when it is evaluated.
    Error(String),
    /// This error when it is checked.
    Refused {
        /// The code.
        code: String,
        /// `line:column`
        at: String,
    },
}

impl Case {
    /// The names in scope: the row, `old`, `user`, and the parameters of the fixture.
    pub fn names(&self, fixture: &Fixture) -> Names {
        let roots = [
            (Root::Row, self.object.clone()),
            (Root::Old, self.object.clone()),
            (Root::User, "base.user".into()),
        ];
        let parameters =
            fixture.parameters.iter().map(|(name, (ty, _))| (name.clone(), ty.clone())).collect();
        Names { roots: roots.into_iter().collect(), parameters, clock: self.clock_allowed }
    }

    /// The checked tree.
    ///
    /// # Errors
    /// The findings of the check.
    pub fn compile(&self, fixture: &Fixture) -> Result<Expr, Vec<Diagnostic>> {
        compile(&self.expression, &self.names(fixture), fixture, &self.expectation)
    }

    /// The expected value as the type of the expression; `None` where the table's text does not fit the type.
    pub fn expected(&self, fixture: &Fixture, ty: &Type) -> Option<Value> {
        match &self.outcome {
            Outcome::Value(json) => fixture.read(json, ty),
            _ => None,
        }
    }
}

/// All cases of all files, each expanded to one record.
///
/// # Panics
/// Where a file of the table is not of its form: the table is part of the program.
pub fn cases() -> Vec<Case> {
    let files = [
        ("logic", include_str!("../tests/data/logic.yaml")),
        ("numbers", include_str!("../tests/data/numbers.yaml")),
        ("text", include_str!("../tests/data/text.yaml")),
        ("time", include_str!("../tests/data/time.yaml")),
        ("records", include_str!("../tests/data/records.yaml")),
        ("refused", include_str!("../tests/data/refused.yaml")),
    ];
    files.into_iter().flat_map(|(name, text)| read_file(name, text)).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    object: String,
    record: String,
    cases: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Short(String, Json),
    Long(Box<Long>),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Long {
    expression: String,
    object: Option<String>,
    record: Option<String>,
    old: Option<String>,
    user: Option<String>,
    now: Option<String>,
    zone: Option<String>,
    clock: Option<bool>,
    wanted: Option<String>,
    expect: Option<Json>,
    nothing: bool,
    rows: Option<BTreeMap<String, Json>>,
    error: Option<String>,
    refused: Option<String>,
    at: Option<String>,
    except: Vec<String>,
}

fn read_file(name: &str, text: &str) -> Vec<Case> {
    let read: Result<File, _> = serde_saphyr::from_str(text);
    let file = read.unwrap_or_else(|error| panic!("{name}.yaml: {error}"));
    let mut cases = Vec::new();
    for (index, entry) in file.cases.iter().enumerate() {
        let short;
        let entry = match entry {
            Entry::Short(expression, expect) => {
                short = Long {
                    expression: expression.clone(),
                    expect: Some(expect.clone()),
                    nothing: expect.is_null(),
                    ..Long::default()
                };
                &short
            }
            Entry::Long(long) => &**long,
        };
        let label = format!("{name}:{}", index + 1);
        cases.extend(entry.expand(&label, &file.object, &file.record));
    }
    cases
}

impl Long {
    fn expand(&self, name: &str, object: &str, record: &str) -> Vec<Case> {
        let record = self.record.clone().unwrap_or_else(|| record.to_owned());
        let outcomes: Vec<(String, Outcome)> = match (&self.rows, &self.error, &self.refused, &self.expect) {
            (Some(rows), None, None, None) => {
                rows.iter().map(|(alias, value)| (alias.clone(), Outcome::Value(value.clone()))).collect()
            }
            (None, Some(code), None, None) => vec![(record, Outcome::Error(code.clone()))],
            (None, None, Some(code), None) => {
                let at = self.at.clone().unwrap_or_else(|| "1:1".to_owned());
                vec![(record, Outcome::Refused { code: code.clone(), at })]
            }
            (None, None, None, Some(value)) => vec![(record, Outcome::Value(value.clone()))],
            (None, None, None, None) if self.nothing => vec![(record, Outcome::Value(Json::Null))],
            _ => panic!("{name}: exactly one of expect, nothing, rows, error, refused"),
        };
        let case = |(record, outcome)| Case {
            name: name.to_owned(),
            expression: self.expression.clone(),
            object: self.object.as_deref().unwrap_or(object).into(),
            record,
            old: self.old.clone(),
            user: self.user.clone().unwrap_or_else(|| "lily".to_owned()),
            clock: self.clock(name),
            clock_allowed: self.clock.unwrap_or(true),
            expectation: self.expectation(),
            outcome,
            except: self.except.clone(),
        };
        outcomes.into_iter().map(case).collect()
    }

    fn clock(&self, name: &str) -> Clock {
        let now = self.now.as_deref().unwrap_or("2026-03-10T02:30:00Z");
        let zone = self.zone.as_deref().unwrap_or("Asia/Shanghai");
        Clock {
            now: crate::literal::datetime(now).unwrap_or_else(|| panic!("{name}: now")),
            zone: zone.parse().unwrap_or_else(|_| panic!("{name}: zone")),
        }
    }

    fn expectation(&self) -> Expectation {
        match self.wanted.as_deref() {
            None => Expectation::Any,
            Some("condition") => Expectation::Condition,
            Some(ty) => Expectation::Value(fixture::plain_type(ty)),
        }
    }
}
