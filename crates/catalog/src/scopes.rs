//! For each key that holds an expression: which records it may speak of, whether the clock is allowed, where it
//! is evaluated. One table, read by the check and by the documents.

use expression::{Names, Root};
use std::sync::Arc;

/// Where an expression is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// In the server, on records in memory.
    Rust,
    /// In the statements of either database.
    Sql,
    /// In the definition of an index of either database.
    Index,
    /// In the browser.
    Browser,
}

/// What an expression must yield.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yields {
    /// True or false; null counts as false (refuses, for `require`).
    Condition,
    /// A value of the field it fills.
    Value,
    /// Several values, or children.
    Items,
}

/// One key that holds an expression.
#[derive(Debug)]
pub struct Scope {
    /// Where it stands: `object.fields.*.formula`.
    pub key: &'static str,
    /// Records in scope. `Row` is what bare names speak of.
    pub roots: &'static [Root],
    /// What the bare names are, in words.
    pub row: &'static str,
    /// Whether `today()` and `now()` are allowed.
    pub clock: bool,
    /// Where it is evaluated.
    pub backends: &'static [Backend],
    /// What it yields.
    pub yields: Yields,
}

use Backend::{Browser, Index, Rust, Sql};
use Root::{Approver, Assignee, Initiator, Old, Record, Row, User};
use Yields::{Condition, Items, Value};

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $key:literal [$($root:ident)*] $row:literal clock $clock:literal [$($backend:ident)*] $yields:ident;)*) => {
        $($(#[$doc])* pub static $name: Scope = Scope {
            key: $key, roots: &[$($root),*], row: $row, clock: $clock, backends: &[$($backend),*], yields: $yields,
        };)*
        /// Every key that holds an expression.
        pub static ALL: &[&Scope] = &[$(&$name),*];
    };
}

scopes! {
    /// A derived value. One on the clock is computed at read.
    FORMULA = "object.fields.*.formula" [Row] "the record" clock true [Rust Sql Browser] Value;
    /// Which children a roll-up counts.
    ROLLUP_WHERE = "object.fields.*.rollup.where" [Row Record] "the child; record is the own record" clock false [Rust Sql] Condition;
    /// The value of a new record.
    DEFAULT_FROM = "object.fields.*.default_from" [Row User] "the new record" clock true [Rust Browser] Value;
    /// Whether a value is needed.
    REQUIRED_WHEN = "object.fields.*.required_when" [Row Old User] "the record" clock true [Rust Browser] Condition;
    /// Which records a reference offers.
    CHOOSE_WHERE = "object.fields.*.choose_where" [Row Record User] "the candidate; record is the own record" clock true [Rust Sql Browser] Condition;
    /// When an option is offered.
    OPTION_WHEN = "object.fields.*.options.*.when" [Row User] "the record" clock true [Rust Browser] Condition;
    /// Which records a unique constraint covers: own columns and constants.
    UNIQUE_WHERE = "object.unique.*.where" [Row] "the record; only its own columns" clock false [Rust Index] Condition;
    /// When a rule applies.
    RULE_WHEN = "object.rules.*.when" [Row Old User] "the record" clock true [Rust Browser] Condition;
    /// What a rule demands.
    RULE_REQUIRE = "object.rules.*.require" [Row Old User] "the record" clock true [Rust Browser] Condition;
    /// When a move is possible.
    MOVE_WHEN = "object.transitions.moves.*.when" [Row Old User] "the record before the move" clock true [Rust Browser] Condition;
    /// What a move sets.
    MOVE_SET_FROM = "object.transitions.moves.*.set_from.*" [Row Old User] "the record before the move" clock true [Rust] Value;
    /// When an action is offered.
    ACTION_WHEN = "object.actions.*.when" [Row User] "the record" clock true [Rust Browser] Condition;
    /// Which rows a grant reaches.
    ROLE_SCOPE = "role.objects.*.<right>" [Row User] "the record" clock true [Rust Sql] Condition;
    /// Which rows stay open to everyone.
    RESTRICTION = "role.restrictions.*.where" [Row User] "the record" clock true [Rust Sql] Condition;
    /// Whether a part of a form is shown, fixed or needed.
    FORM_WHEN = "form.*.visible_when|readonly_when|required_when, page.*.visible_when" [Row User] "the record" clock true [Rust Browser] Condition;
    /// Which rows a view shows; also the filter of a request and of a script's query.
    VIEW_WHERE = "view.where, ?filter=" [Row User] "the record" clock true [Sql] Condition;
    /// Whether a flow may start.
    WORKFLOW_START = "workflow.start.when" [Row Record Initiator User] "the record, also named record" clock true [Rust] Condition;
    /// What a variable holds when a flow starts.
    WORKFLOW_DEFAULT = "workflow.variables.*.default_from" [Row Record Initiator] "the record, also named record" clock true [Rust] Value;
    /// Which branch a flow takes.
    WORKFLOW_WHEN = "workflow.steps.*.choose|each.*.when, repeat.while|until" [Row Record Initiator] "the record, also named record" clock true [Rust] Condition;
    /// What a flow sets on the record, or a variable of it; whom it tells, which record it is about, until when it waits.
    WORKFLOW_SET_FROM = "workflow.steps.*.set_from.*|send.to_from|sub.record|wait.*.timer.after_from|until" [Row Record Initiator] "the record, also named record" clock true [Rust] Value;
    /// What a `for_each` walks.
    WORKFLOW_ITEMS = "workflow.steps.*.for_each.in" [Row Record Initiator] "the record, also named record" clock true [Rust] Items;
    /// What a flow gives to a decision.
    WORKFLOW_WITH_FROM = "workflow.steps.*.with_from.*" [Row Record Initiator] "the record, also named record" clock true [Rust] Value;
    /// Of which record a flow asks a decision.
    WORKFLOW_RECORD_FROM = "workflow.steps.*.record_from" [Row Record Initiator] "the record, also named record" clock true [Rust] Value;
    /// What a decision asks of the record.
    DECISION_INPUT = "decision.inputs.*.expression" [Row Record] "the record, also named record" clock true [Rust] Value;
    /// What a rule of a decision answers.
    DECISION_THEN = "decision.rules.*.then_from.*" [] "the inputs of the decision" clock true [Rust] Value;
    /// Which records a step of a flow changes or looks for.
    WORKFLOW_RECORDS = "workflow.steps.*.update|delete|transition|query.where" [Row Record Initiator] "the record that is looked for; record is that of the flow" clock true [Rust Sql] Condition;
    /// Whether something that happened to a record counts.
    WORKFLOW_EVENT = "workflow.trigger.*.when, workflow.steps.*.wait.*.*.when" [Row Old Record Initiator] "the record it happened to, as it was left; record is that of the flow" clock true [Rust] Condition;
    /// For which records a schedule sets off a flow.
    WORKFLOW_EACH = "workflow.trigger.schedule.each" [Row] "the record" clock true [Rust Sql] Condition;
    /// Who acts, by a path from the record or the initiator.
    WORKFLOW_PATH = "workflow.steps.*.approve.by (field, of, within)" [Row Record Initiator] "the record, also named record" clock false [Rust] Value;
    /// Who comes in as the time of a task passes, by a path from the record, the initiator or who holds the task.
    WORKFLOW_TASK_PATH = "workflow.sla.at.*.escalate.by (field, of, within)" [Row Record Initiator Assignee] "the record, also named record" clock false [Rust] Value;
    /// Up to whom superiors act: the first for whom it holds.
    WORKFLOW_UNTIL = "workflow.steps.*.approve.by.superior_chain.until" [Row Record Initiator Approver] "the record, also named record" clock true [Rust] Condition;
    /// Which people act.
    WORKFLOW_WHERE = "workflow.steps.*.approve.by.where" [Row Record Initiator] "the person; record is the record" clock true [Sql] Condition;
    /// What a call of another system says: its parameters are bare names.
    CONNECTOR_FROM = "connector.operations.*.query_from|headers_from|body_from" [] "the parameters" clock true [Rust] Value;
}

/// The object of every user.
pub const USER: &str = "base.user";
/// The object of every department.
pub const DEPARTMENT: &str = "base.department";

impl Scope {
    /// The names in scope for a row of `row` and, where the key speaks of an outer record, one of `record`.
    pub fn names(&self, row: &Arc<str>, record: Option<&Arc<str>>) -> Names {
        let mut names = Names { clock: self.clock, ..Names::default() };
        for root in self.roots {
            let object = match root {
                Row | Old => row.clone(),
                Record => record.unwrap_or(row).clone(),
                _ => Arc::from(USER),
            };
            names.roots.insert(*root, object);
        }
        names
    }
}
