//! A compiled workflow: an arena of nodes in nested scopes.

pub mod performer;

pub mod sla;

pub mod step;

pub mod trigger;

pub use definition::workflow::{Absent, AfterReturn, Dedupe, Lock, SelfApproval, TakeBack, Withdraw};
pub mod variable;

pub use performer::{Chain, Departments, Performer, Picked, Picker};
pub use variable::{Declared, Variables};

use catalog::FieldRight;
use diagnostic::Text;
use expression::{Expr, Value};
use indexmap::IndexMap;
use std::collections::HashMap;
use std::sync::Arc;

/// Place of a node in [`Flow::nodes`].
pub type NodeId = usize;
/// Place of a scope in [`Flow::scopes`]; scope 0 is the whole flow.
pub type ScopeId = usize;

/// A compiled workflow.
#[derive(Debug)]
pub struct Flow {
    /// Full name, `pack.workflow`.
    pub name: Arc<str>,
    /// What users see.
    pub label: Option<Text>,
    /// It happens by itself, rather than asking people for a decision.
    pub automation: bool,
    /// The object whose records it is about.
    pub object: Arc<str>,
    /// Content hash of its definition; a running instance pins it.
    pub hash: String,
    /// How it may be started.
    pub start: Start,
    /// What sets it off.
    pub trigger: trigger::Trigger,
    /// What may change of the record while it runs.
    pub lock: Lock,
    /// Fields whose change voids the approvals that saw the old value.
    pub material: Vec<Arc<str>>,
    /// Literals set on the record when the flow is submitted, approved, rejected, withdrawn.
    pub set: HashMap<Outcome, Vec<(Arc<str>, Value)>>,
    /// What holds for every approval in it.
    pub policy: Policy,
    /// What approvers may do with fields of the record, `*` for all others; a node may say otherwise.
    pub fields: IndexMap<Arc<str>, FieldRight>,
    /// How long it may take as a whole.
    pub overall: Option<Arc<sla::Sla>>,
    /// What it keeps in mind.
    pub variables: Variables,
    /// All nodes.
    pub nodes: Vec<Node>,
    /// All scopes.
    pub scopes: Vec<Scope>,
}

impl Flow {
    /// The node with this id in the definition.
    pub fn find(&self, name: &str) -> Option<NodeId> {
        self.nodes.iter().position(|n| *n.name == *name)
    }

    /// What of records it listens to, to be set off or to go on.
    pub fn listens(&self) -> impl Iterator<Item = &trigger::Event> {
        let waits = self.nodes.iter().filter_map(|node| match &node.step {
            step::Step::Wait(wait) => Some(&wait.branches),
            _ => None,
        });
        let awaited = waits.flatten().filter_map(|branch| match &branch.on {
            step::On::Event(event) => Some(event),
            step::On::Timer(_) => None,
        });
        self.trigger.events.iter().chain(awaited)
    }

    /// The scopes a node lies in, innermost first.
    pub fn enclosing(&self, node: NodeId) -> Vec<ScopeId> {
        let mut scope = self.nodes[node].scope;
        let mut all = vec![scope];
        while let Some(owner) = self.scopes[scope].owner {
            scope = self.nodes[owner].scope;
            all.push(scope);
        }
        all
    }

    /// The way down to a node: each scope that holds it, outermost first, with the node of that scope on the way.
    pub fn way(&self, node: NodeId) -> Vec<(ScopeId, NodeId)> {
        let mut way = vec![(self.nodes[node].scope, node)];
        let mut scope = self.nodes[node].scope;
        while let Some(owner) = self.scopes[scope].owner {
            scope = self.nodes[owner].scope;
            way.push((scope, owner));
        }
        way.reverse();
        way
    }

    /// Whether a flow that goes on from a node comes to another one, or it is the same.
    pub fn follows(&self, node: NodeId, other: NodeId) -> bool {
        for (here, there) in self.way(node).into_iter().zip(self.way(other)) {
            if here.0 != there.0 {
                // Two branches of one step.
                return false;
            }
            if here.1 != there.1 {
                // Nodes of a scope are numbered in their order.
                return there.1 > here.1;
            }
        }
        true
    }

    /// Whether a node lies in a scope, however deep.
    pub fn contains(&self, scope: ScopeId, node: NodeId) -> bool {
        self.enclosing(node).contains(&scope)
    }
}

/// A node: one step at one place.
#[derive(Debug)]
pub struct Node {
    /// Its id in the definition, unique in the flow.
    pub name: Arc<str>,
    /// What users see.
    pub label: Option<Text>,
    /// What approvers of this node may do with fields, before what the flow says.
    pub fields: IndexMap<Arc<str>, FieldRight>,
    /// The form in which its approvers see the record; `None` is the object's own.
    pub form: Option<Arc<str>>,
    /// What it does.
    pub step: step::Step,
    /// How often it is tried again where it fails.
    pub retry: Option<step::Retry>,
    /// Steps that are walked where it has failed for good.
    pub on_error: Option<ScopeId>,
    /// Steps that undo it.
    pub undo: Option<ScopeId>,
    /// The node after it in the same sequence.
    pub next: Option<NodeId>,
    /// The scope it lies in.
    pub scope: ScopeId,
}

/// A sequence of nodes that belongs to a node, or to the flow.
#[derive(Debug)]
pub struct Scope {
    /// The node that owns it; `None` for the whole flow.
    pub owner: Option<NodeId>,
    /// What the branch is called in the definition; `None` where its owner has no branches.
    pub branch: Option<Arc<str>>,
    /// What users see of the branch.
    pub label: Option<Text>,
    /// Its first node; `None` where it is empty.
    pub first: Option<NodeId>,
}

/// How a flow may be started.
#[derive(Debug, Default)]
pub struct Start {
    /// By hand.
    pub button: bool,
    /// By a move that names it as its approval.
    pub transition: bool,
    /// Roles that may start it by hand; empty: everyone who may change the record.
    pub roles: Vec<Arc<str>>,
    /// Must hold for the record.
    pub when: Option<Expr>,
}

/// How a flow ends, or that it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It begins.
    Submit,
    /// All approved.
    Approve,
    /// Somebody rejected.
    Reject,
    /// The initiator took it back.
    Withdraw,
    /// An administrator ended it.
    Cancel,
    /// An automation is done.
    Done,
}

/// What holds for every approval of a flow.
#[derive(Clone, Debug)]
pub struct Policy {
    /// When the initiator may withdraw.
    pub withdraw: Withdraw,
    /// When a person need not decide again.
    pub dedupe: Dedupe,
    /// What happens where the initiator is an approver.
    pub own: SelfApproval,
    /// What happens where nobody matches.
    pub empty: Empty,
    /// Decisions that need a comment.
    pub comment_required: Vec<DecisionKind>,
    /// Where a returned flow goes on.
    pub after_return: AfterReturn,
    /// Whether a decision may be taken back.
    pub take_back: TakeBack,
    /// What happens where somebody who should act is absent.
    pub absent: Absent,
    /// Nodes in which one person may not act twice.
    pub separate: Vec<Vec<Arc<str>>>,
}

/// What can be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionKind {
    /// Yes.
    Approve,
    /// No.
    Reject,
    /// Back to an earlier node.
    Return,
    /// It is done: what a `handle` asks for.
    Done,
}

/// What happens where nobody matches.
#[derive(Clone, Debug)]
pub enum Empty {
    /// Starting or moving on is refused.
    Refuse,
    /// The node counts as approved.
    Pass,
    /// The flow is rejected.
    Reject,
    /// These stand in.
    Assign(Performer),
}
