//! Decisions: a compiled table, and how its inputs are found and its outputs are shown.

use decision::{Input, Output, Table};
use definition::decision::GivenType;
use definition::{FieldType, Names, SelectOption};
use diagnostic::{Source, Text};
use expression::{Expr, Type};
use std::sync::Arc;

/// A decision. Its inputs and outputs stand in the order of the table's columns.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its full name.
    pub name: Arc<str>,
    /// What users see.
    pub label: Option<Text>,
    /// What it decides.
    pub description: Option<Text>,
    /// The object whose records it is asked about.
    pub object: Option<Arc<str>>,
    /// Who may ask it over the interface, beside what the object grants.
    pub roles: Option<Vec<Arc<str>>>,
    /// How each input is found.
    pub inputs: Vec<DecisionInput>,
    /// How each output is shown.
    pub outputs: Vec<DecisionOutput>,
    /// The table.
    pub table: Arc<Table>,
    /// Where each rule stands.
    pub places: Vec<Source>,
    /// Where the definition stands.
    pub place: Source,
    /// What the author wrote.
    pub written: definition::Decision,
}

/// How an input is found.
#[derive(Clone, Debug)]
pub struct DecisionInput {
    /// Its name.
    pub name: Arc<str>,
    /// What users see.
    pub label: Option<Text>,
    /// What it means.
    pub description: Option<Text>,
    /// Where its value comes from.
    pub from: DecisionValue,
}

impl DecisionInput {
    /// Whether whoever asks gives its value.
    pub fn is_given(&self) -> bool {
        matches!(self.from, DecisionValue::Given { .. })
    }
}

/// Where the value of an input comes from.
#[derive(Clone, Debug)]
pub enum DecisionValue {
    /// From the record. Lookups are not replaced yet: rights are checked on what the author wrote.
    Record(Expr),
    /// From the caller.
    Given {
        /// Its type.
        ty: GivenType,
        /// Its options.
        options: Names<SelectOption>,
        /// Whether it must be there.
        required: bool,
    },
}

/// How an output is shown.
#[derive(Clone, Debug)]
pub struct DecisionOutput {
    /// Its name.
    pub name: Arc<str>,
    /// What users see.
    pub label: Option<Text>,
    /// A sentence that explains it.
    pub help: Option<Text>,
    /// Its type.
    pub kind: FieldType,
}

impl Decision {
    /// Columns of the table with how each is found.
    pub fn columns(&self) -> impl Iterator<Item = (&Input, &DecisionInput)> {
        self.table.inputs.iter().zip(&self.inputs)
    }

    /// What is answered, with its type: a list of values where each rule that holds has an entry.
    pub fn answers(&self) -> impl Iterator<Item = (&Arc<str>, Type)> {
        let many = self.table.hit.is_many();
        self.table.outputs.iter().map(move |output| {
            let one = self.table.answered(output);
            (&output.name, if many { Type::List(Box::new(one)) } else { one })
        })
    }

    /// Columns of results with how each is shown.
    pub fn results(&self) -> impl Iterator<Item = (&Output, &DecisionOutput)> {
        self.table.outputs.iter().zip(&self.outputs)
    }
}
