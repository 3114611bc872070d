//! A compiled workflow: an arena of nodes in nested scopes.

pub mod performer;

pub mod step;

pub mod variable;

pub use performer::{Chain, Performer, Picked, Picker};
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
    /// The object whose records it is about.
    pub object: Arc<str>,
    /// Content hash of its definition; a running instance pins it.
    pub hash: String,
    /// How it may be started.
    pub start: Start,
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
    /// What it does.
    pub step: step::Step,
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

/// What is locked while a flow runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lock {
    /// Nothing; a change of a material field voids approvals.
    None,
    /// The material fields.
    #[default]
    Material,
    /// The whole record.
    All,
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
}

/// What holds for every approval of a flow.
#[derive(Clone, Debug)]
pub struct Policy {
    /// When the initiator may withdraw.
    pub withdraw: Withdraw,
    /// When a person need not decide again.
    pub dedupe: Dedupe,
    /// What happens where the initiator is an approver.
    pub own: Own,
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

/// What happens where somebody who should act is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Absent {
    /// The task waits until he is back.
    #[default]
    Wait,
    /// His substitute acts.
    Substitute,
    /// He is left out.
    Skip,
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

/// When the initiator may withdraw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdraw {
    /// Never.
    Never,
    /// Until somebody decided.
    BeforeFirstDecision,
    /// As long as it runs.
    Anytime,
}

/// Where a returned flow goes on (逐级重审 or 直达退回人).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterReturn {
    /// Step by step from the one it was returned to.
    #[default]
    FromHere,
    /// At once to who returned it.
    BackToReturner,
    /// Who returns it says.
    Ask,
}

/// Whether a decision may be taken back (拿回).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TakeBack {
    /// No.
    #[default]
    Never,
    /// As long as nobody has acted upon it.
    NextUntouched,
}

/// When a person who approved need not approve again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dedupe {
    /// Always asked again.
    None,
    /// Not asked again by the node directly after.
    Consecutive,
    /// Not asked again in this round.
    AnyEarlier,
}

/// What happens where the initiator is an approver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// May approve.
    Allow,
    /// Is left out.
    Skip,
    /// The superior stands in.
    Superior,
    /// The head of the department stands in.
    DepartmentHead,
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
