//! One transaction at work: what a write needs around it.

use crate::caller::Identity;
use crate::engine::Engine;
use crate::published::Published;
use crate::rows::Rows;
use plan::planner::{Mode, Planner};
use plan::read::Bindings;
use script::Budget;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use storage::Tx;
use uuid::Uuid;

/// The queue of the engine's own jobs.
pub(crate) const QUEUE: &str = "engine";

/// What a write needs around it. Scripts of a write get a deeper one of the same transaction.
#[derive(Clone)]
pub struct Work {
    /// The engine.
    pub engine: Engine,
    /// The catalog the whole transaction works under.
    pub published: Arc<Published>,
    /// Who writes.
    pub identity: Arc<Identity>,
    /// The transaction.
    pub tx: Tx,
    /// The instant and the user, the same for the whole transaction.
    pub bindings: Bindings,
    /// Which rights and read-only fields apply.
    pub mode: Mode,
    /// Whether hooks run: not for seeds and demo data, whose records say all there is to say.
    pub hooks: bool,
    /// Counts writes of scripts inside writes of scripts.
    pub depth: u32,
    /// The request, for the audit trail.
    pub request: Option<Arc<str>>,
    /// The address the request came from, for the audit trail.
    pub address: Option<Arc<str>>,
    /// The stored record that is about to be written: locked when it is read.
    pub target: Option<Uuid>,
    /// What the script that runs may still ask for; scripts of its writes live on it too.
    pub budget: Option<Arc<Budget>>,
    /// The task that is worked at: `identity` may change what its step opens.
    pub task: Option<HeldTask>,
    /// The flows that led to this work, outermost first.
    pub chain: Arc<[Link]>,
}

/// A flow that leads to work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The workflow.
    pub workflow: Arc<str>,
    /// Its instance.
    pub instance: Uuid,
}

/// The task of somebody who changes what its step opens.
#[derive(Clone)]
pub struct HeldTask {
    /// The running flow: it locks the record for everybody else.
    pub instance: Uuid,
    /// Who holds it, with the rights that its roles give: those of scripts.
    pub holder: Arc<Identity>,
}

impl Work {
    /// Rows in this transaction.
    pub fn rows(&self) -> Rows<'_> {
        Rows::new(&self.tx, &self.published, &self.bindings, self.engine.secret())
    }

    /// The planner of this write.
    pub fn planner(&self) -> Planner<'_> {
        Planner {
            catalog: &self.published.catalog,
            actor: &self.identity.actor,
            bindings: &self.bindings,
            new_id: &Uuid::now_v7,
            mode: self.mode,
        }
    }

    /// The same transaction as somebody else would read in it.
    pub(crate) fn seen_by(&self, identity: Arc<Identity>) -> Work {
        let bindings = Bindings { now: self.bindings.now, ..self.engine.bindings(&identity) };
        Work { identity, mode: Mode::Request, bindings, target: None, task: None, ..self.clone() }
    }

    /// Whether this is the work of a caller or of a flow, which flows that hold its records lock out and whose
    /// approvals it may void: not what the engine keeps up by itself, such as owners and what packs bring.
    pub(crate) fn heeds_flows(&self) -> bool {
        self.mode.has_rights() || !self.chain.is_empty()
    }

    /// Whether a flow itself is at work, or led to it: it is not voided by that.
    pub(crate) fn is_of(&self, instance: Uuid) -> bool {
        self.chain.iter().any(|link| link.instance == instance)
    }

    /// Whether a flow itself is at work, or a task of it: it does not lock its record against that.
    pub(crate) fn moves(&self, instance: Uuid) -> bool {
        self.task.as_ref().is_some_and(|task| task.instance == instance) || self.is_of(instance)
    }

    /// The same work, as a flow causes it to which other flows led.
    pub(crate) fn caused_by(&self, instance: &workflow::Instance, led: Vec<Link>) -> Work {
        let link = Link { workflow: instance.workflow.clone(), instance: instance.id };
        // A flow inside the transaction of another one knows more of what led to it than its row.
        let led = if led.len() >= self.chain.len() { led } else { self.chain.to_vec() };
        Work { chain: led.into_iter().chain([link]).collect(), ..self.clone() }
    }

    /// The same work, one script deeper. The first script of a write brings the budget of them all.
    pub(crate) fn deeper(&self) -> Work {
        let limits = self.engine.scripts().limits();
        let budget = self.budget.clone().unwrap_or_else(|| Arc::new(Budget::new(limits)));
        if self.depth == 0 {
            budget.begin();
        }
        // A step opens fields for its approver, not for scripts.
        let identity = self.task.as_ref().map_or(&self.identity, |task| &task.holder).clone();
        let (depth, mode, budget) = (self.depth + 1, Mode::Script, Some(budget));
        Work { identity, task: None, depth, mode, budget, ..self.clone() }
    }
}
