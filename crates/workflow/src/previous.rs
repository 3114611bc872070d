//! Who approved just before a step, in time: at the step that the flow came from, and where several branches ended there,
//! in the last step of each.

use crate::flow::ScopeId;
use crate::instance::{Task, TaskKind, TaskState, Token};
use crate::run::Run;
use std::collections::BTreeMap;
use uuid::Uuid;

impl Run<'_> {
    /// Whether somebody approved just before a token came to its step.
    pub(crate) fn approved_just_before(&self, token: u32, user: Uuid) -> bool {
        let before = self.decided_before(token);
        self.instance.tasks.iter().any(|task| before.contains(&task.token) && task.was_approved_by(user))
    }

    /// The tokens at the steps that were decided just before: in the sequence of a token, or before the step around it.
    fn decided_before(&self, token: u32) -> Vec<u32> {
        let own = self.node_name(token);
        let mut at = self.instance.tokens.get(token as usize);
        while let Some(here) = at {
            let sequence = self.sequence(here);
            let walked = self.instance.tokens.iter().take_while(|t| t.id < here.id).filter(|t| {
                t.parent == here.parent && self.sequence(t) == sequence && own.as_ref() != Some(&t.node)
            });
            let found = self.last_decided(&walked.collect::<Vec<_>>());
            if !found.is_empty() {
                return found;
            }
            at = here.parent.and_then(|id| self.instance.tokens.get(id as usize));
        }
        Vec::new()
    }

    /// The last tokens of a sequence at which somebody decided, or below which somebody did.
    fn last_decided(&self, sequence: &[&Token]) -> Vec<u32> {
        for token in sequence.iter().rev() {
            if self.instance.tasks.iter().any(|task| task.token == token.id && stands(task)) {
                return vec![token.id];
            }
            let mut branches: BTreeMap<_, Vec<&Token>> = BTreeMap::new();
            for below in self.instance.tokens.iter().filter(|t| t.parent == Some(token.id)) {
                branches.entry(self.sequence(below)).or_default().push(below);
            }
            let found: Vec<u32> = branches.values().flat_map(|branch| self.last_decided(branch)).collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The scope that a token walks, for which item. Items that come after one another are one sequence.
    fn sequence(&self, token: &Token) -> Option<(ScopeId, Option<u32>)> {
        let scope = self.flow.nodes[self.flow.find(&token.node)?].scope;
        Some((scope, token.data.item.filter(|_| !self.takes_turns(scope))))
    }
}

fn stands(task: &Task) -> bool {
    task.kind == TaskKind::Approve
        && task.decided_at.is_some()
        && matches!(task.state, TaskState::Approved | TaskState::Rejected)
}
