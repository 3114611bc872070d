//! A definition, checked by the catalog, becomes a flow.

mod acts;
mod performers;
mod sla;
mod steps;
mod trigger;
mod variables;

use crate::decision::DecisionKind;
use crate::flow::sla::Sla;
use crate::flow::{Empty, Flow, Node, NodeId, Outcome, Policy, Scope, ScopeId, Start, Variables};
use crate::step::Step;
use crate::step::choose::Choose;
use catalog::{Catalog, Object};
use definition::workflow as written;
use diagnostic::{Code, Diagnostic};
use expression::{Expectation, Expr, Names, Root, Type, Value};
use indexmap::IndexMap;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// Compiles a workflow whose names the catalog resolved.
///
/// # Errors
/// Expressions that do not hold against this catalog: possible for a definition that a running instance pins
/// while the objects moved on.
pub fn compile(
    name: &str,
    definition: &written::Workflow,
    catalog: &Catalog,
) -> Result<Flow, Vec<Diagnostic>> {
    let Some(object) = catalog.object(&definition.object) else {
        return Err(vec![
            Diagnostic::new(Code::UnknownReference).with("what", "object").with("name", &definition.object),
        ]);
    };
    let (nodes, scopes, found) = (Vec::new(), Vec::new(), Vec::new());
    let (variables, known) = (IndexMap::new(), Variables::default());
    let (sla, of_task) = (None, false);
    let mut builder = Builder { catalog, object, variables, known, nodes, scopes, found, sla, of_task };
    let trigger = builder.trigger(definition);
    builder.declare(&definition.variables);
    builder.sla = definition.sla.as_ref().and_then(|sla| builder.sla(sla));
    let overall = definition.overall_sla.as_ref().and_then(|sla| builder.terms(sla));
    builder.scope(None, &definition.steps);
    let start = builder.start(&definition.start, &definition.trigger);
    let set = builder.record_set(&definition.record.set);
    let policy = builder.policy(&definition.policy);
    if !builder.found.is_empty() {
        return Err(builder.found);
    }
    Ok(Flow {
        name: name.into(),
        label: definition.label.clone(),
        automation: definition.r#use == written::WorkflowUse::Automation,
        object: object.name.clone(),
        hash: hash(definition),
        start,
        trigger,
        lock: definition.record.lock,
        material: definition.record.material.iter().map(|f| f.as_str().into()).collect(),
        set,
        policy,
        fields: rights(&definition.fields),
        overall,
        variables: builder.known,
        nodes: builder.nodes,
        scopes: builder.scopes,
    })
}

/// Content hash of a definition: a running instance pins it.
pub fn hash(definition: &written::Workflow) -> String {
    // Definitions hold nothing that serde_json refuses.
    let text = serde_json::to_string(definition).unwrap_or_default();
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn rights(fields: &IndexMap<String, definition::FieldRight>) -> IndexMap<Arc<str>, catalog::FieldRight> {
    let right = |r: &definition::FieldRight| match r {
        definition::FieldRight::Hidden => catalog::FieldRight::Hidden,
        definition::FieldRight::Read => catalog::FieldRight::Read,
        definition::FieldRight::Edit => catalog::FieldRight::Edit,
    };
    fields.iter().map(|(name, r)| (name.as_str().into(), right(r))).collect()
}

pub(crate) struct Builder<'a> {
    catalog: &'a Catalog,
    object: &'a Object,
    /// Variables in scope.
    pub(crate) variables: IndexMap<String, Type>,
    /// All variables, as they were met.
    known: Variables,
    nodes: Vec<Node>,
    scopes: Vec<Scope>,
    found: Vec<Diagnostic>,
    /// How long people have where their step does not say it.
    sla: Option<Arc<Sla>>,
    /// What is compiled is about a task: paths may begin with who holds it.
    of_task: bool,
}

impl Builder<'_> {
    /// The steps behind the sequence do not know the variables that are added in it.
    pub(crate) fn scope(
        &mut self,
        owner: Option<NodeId>,
        steps: &IndexMap<String, written::Step>,
    ) -> ScopeId {
        let before = self.variables.clone();
        let scope = self.sequence(owner, steps);
        self.variables = before;
        scope
    }

    /// The steps of one of several ways out of a node.
    pub(crate) fn branch(
        &mut self,
        owner: NodeId,
        (name, label): (&str, Option<&diagnostic::Text>),
        steps: &IndexMap<String, written::Step>,
    ) -> ScopeId {
        let scope = self.scope(Some(owner), steps);
        (self.scopes[scope].branch, self.scopes[scope].label) = (Some(name.into()), label.cloned());
        scope
    }

    /// Leaves the variables in scope that the last step leaves.
    pub(crate) fn sequence(
        &mut self,
        owner: Option<NodeId>,
        steps: &IndexMap<String, written::Step>,
    ) -> ScopeId {
        let scope = self.scopes.len();
        self.scopes.push(Scope { owner, branch: None, label: None, first: None });
        let mut before: Option<NodeId> = None;
        for (name, step) in steps {
            let node = self.node(scope, name, step);
            match before {
                Some(before) => self.nodes[before].next = Some(node),
                None => self.scopes[scope].first = Some(node),
            }
            before = Some(node);
        }
        scope
    }

    fn node(&mut self, scope: ScopeId, name: &str, step: &written::Step) -> NodeId {
        let node = self.nodes.len();
        self.nodes.push(Node {
            name: name.into(),
            label: step.label.clone(),
            fields: rights(&step.fields),
            form: step.form.as_deref().map(Into::into),
            // Replaced below: a step's inner scopes must know the node they belong to.
            step: Step::Choose(Choose { cases: Vec::new() }),
            next: None,
            scope,
            retry: step.retry.as_ref().map(acts::retry),
            on_error: None,
            undo: None,
        });
        let built = self.step(node, step);
        self.nodes[node].step = built;
        self.nodes[node].on_error = step.on_error.as_ref().map(|steps| self.scope(Some(node), &steps.steps));
        self.nodes[node].undo = step.undo.as_ref().map(|steps| self.scope(Some(node), &steps.steps));
        node
    }

    /// Bare names and `record` are the record, `initiator` who started, `user` who acts; variables stand for themselves.
    pub(crate) fn expression(&mut self, text: &str, expectation: &Expectation) -> Option<Expr> {
        let user: Arc<str> = "base.user".into();
        let mut names = Names { clock: true, ..Names::default() };
        names.roots.insert(Root::Row, self.object.name.clone());
        names.roots.insert(Root::Record, self.object.name.clone());
        names.roots.insert(Root::Initiator, user.clone());
        names.roots.insert(Root::User, user);
        names.parameters = self.variables.clone();
        match expression::compile(text, &names, self.catalog, expectation) {
            Ok(expr) => Some(expr),
            Err(errors) => {
                self.found.extend(errors);
                None
            }
        }
    }

    pub(crate) fn value(
        &mut self,
        object: &Object,
        expression: &definition::Expression,
        field: &str,
    ) -> Option<Expr> {
        let expected = match object.field(field) {
            Some(field) => Expectation::Value(field.ty.clone()),
            None => Expectation::Any,
        };
        self.expression(expression.text(), &expected)
    }

    pub(crate) fn literals(
        &mut self,
        object: &Object,
        set: &IndexMap<String, Json>,
    ) -> Vec<(Arc<str>, Value)> {
        let mut values = Vec::new();
        for (name, json) in set {
            let Some(field) = object.field(name) else {
                self.found.push(Diagnostic::new(Code::UnknownField).with("name", name));
                continue;
            };
            match field.kind.kind().parse(json) {
                Ok(value) => values.push((field.name.clone(), value)),
                Err(error) => self.found.push(error.with("field", name)),
            }
        }
        values
    }

    fn record_set(&mut self, set: &written::RecordSet) -> HashMap<Outcome, Vec<(Arc<str>, Value)>> {
        let events = [
            (Outcome::Submit, &set.submit),
            (Outcome::Approve, &set.approve),
            (Outcome::Reject, &set.reject),
            (Outcome::Withdraw, &set.withdraw),
        ];
        let object = self.object;
        events.into_iter().map(|(event, literals)| (event, self.literals(object, literals))).collect()
    }

    fn start(&mut self, start: &written::Start, trigger: &written::Trigger) -> Start {
        if trigger != &written::Trigger::default() {
            let Some(button) = &trigger.button else { return Start::default() };
            let when = button.when.as_ref();
            return Start {
                button: true,
                transition: false,
                roles: button.roles.keys().map(|role| role.as_str().into()).collect(),
                when: when.and_then(|when| self.expression(when.text(), &Expectation::Condition)),
            };
        }
        Start {
            button: start.by.contains(&written::StartBy::Button),
            transition: start.by.contains(&written::StartBy::Transition),
            roles: start.roles.iter().flatten().map(|r| r.as_str().into()).collect(),
            when: start.when.as_ref().and_then(|when| self.expression(when.text(), &Expectation::Condition)),
        }
    }

    fn policy(&mut self, policy: &written::Policy) -> Policy {
        Policy {
            withdraw: policy.withdraw,
            dedupe: policy.dedupe,
            own: policy.self_approval,
            empty: match &policy.empty {
                None => Empty::Refuse,
                Some(written::Empty::Pass) => Empty::Pass,
                Some(written::Empty::Reject) => Empty::Reject,
                Some(written::Empty::Assign(performer)) => {
                    self.performer(performer).map_or(Empty::Refuse, Empty::Assign)
                }
            },
            comment_required: policy
                .comment_required
                .iter()
                .map(|on| match on {
                    written::CommentOn::Approve => DecisionKind::Approve,
                    written::CommentOn::Reject => DecisionKind::Reject,
                    written::CommentOn::Return => DecisionKind::Return,
                })
                .collect(),
            after_return: policy.after_return,
            take_back: policy.take_back,
            absent: policy.absent,
            separate: performers::separate(policy),
        }
    }
}
