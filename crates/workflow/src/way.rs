//! Ways that do not follow the order of the steps: returns, jumps, and back to who returned the flow.

use crate::flow::step::Step;
use crate::flow::{NodeId, ScopeId};
use crate::instance::{Task, TaskState, Token, TokenState};
use crate::run::{Past, Run};

/// One run through a scope: below which token, and for which item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reach {
    scope: ScopeId,
    under: Option<u32>,
    item: Option<u32>,
}

impl Run<'_> {
    /// Takes the flow to a node, on the way that a token walked, for the same items. The smallest scope that holds the node
    /// and that the flow still walks that way is cleared, and one token put at the node, which is answered; steps that hold
    /// the node on the way down wait for it.
    pub(crate) fn go_to(&mut self, token: u32, target: NodeId, past: Past) -> u32 {
        let way = self.flow.way(target);
        let (reach, depth) = self.common(token, &way);
        self.clear(reach);
        self.supersede(reach, token, target, past);
        self.instance.round += 1;
        let mut at = reach;
        for ((_, owner), (scope, _)) in way[depth..].iter().zip(&way[depth + 1..]) {
            self.at_item(at);
            at = Reach {
                scope: *scope,
                under: Some(self.revive(*owner, at)),
                item: self.item_in(token, *scope),
            };
        }
        self.at_item(at);
        let id = self.put(target, at.under);
        self.data(id).item = at.item;
        if let Some(under) = reach.under {
            let left = self.children(under);
            let data = self.data(under);
            (data.left, data.begun) = (left, data.begun.max(left));
        }
        id
    }

    /// The deepest run through a scope that is on the way to the node and that the token walks too, and how many steps
    /// of the way lie above it.
    fn common(&self, token: u32, way: &[(ScopeId, NodeId)]) -> (Reach, usize) {
        let mut reach = Reach { scope: 0, under: None, item: None };
        let mut depth = 0;
        for ((scope, _), (_, owner)) in way[1..].iter().zip(way) {
            let Some(walked) = self.walked(token, *scope) else { break };
            let Some(found) = self.below(*owner, reach).rfind(|t| t.state.is_live()) else { break };
            reach = Reach { scope: *scope, under: Some(found.id), item: walked.data.item };
            depth += 1;
        }
        (reach, depth)
    }

    /// The tokens at a node in one run through its scope.
    fn below(&self, node: NodeId, reach: Reach) -> impl DoubleEndedIterator<Item = &Token> {
        let name = &self.flow.nodes[node].name;
        let tokens = self.instance.tokens.iter();
        tokens.filter(move |t| t.node == *name && t.parent == reach.under && t.data.item == reach.item)
    }

    /// The token, or the one of those it hangs below, that walks a scope.
    pub(crate) fn walked(&self, token: u32, scope: ScopeId) -> Option<&Token> {
        let mut at = self.instance.tokens.get(token as usize)?;
        while self.flow.nodes[self.node_of(at.id)?].scope != scope {
            at = self.instance.tokens.get(at.parent? as usize)?;
        }
        Some(at)
    }

    fn item_in(&self, token: u32, scope: ScopeId) -> Option<u32> {
        self.walked(token, scope)?.data.item
    }

    /// Whether two tokens walk the same run through a scope, where both are in it.
    pub(crate) fn walk_together(&self, one: u32, other: u32, scope: ScopeId) -> bool {
        let run = |token| self.walked(token, scope).map(|t| (t.parent, t.data.item));
        run(one) == run(other)
    }

    /// Whether a token belongs to a run through a scope. Items that come after one another do to the first of them.
    fn is_within(&self, token: u32, reach: Reach) -> bool {
        let Some(under) = reach.under else { return true };
        let walked = self.walked(token, reach.scope).filter(|t| t.parent == Some(under));
        walked.is_some_and(|t| {
            t.data.item == reach.item || self.takes_turns(reach.scope) && t.data.item > reach.item
        })
    }

    /// Whether a scope is walked for one item after another.
    pub(crate) fn takes_turns(&self, scope: ScopeId) -> bool {
        let owner = self.flow.scopes[scope].owner.map(|owner| &self.flow.nodes[owner].step);
        matches!(owner, Some(Step::ForEach(walk)) if !walk.together)
    }

    /// The step that walks items goes on behind the one that is walked again.
    fn at_item(&mut self, at: Reach) {
        if let (Some(under), Some(item)) = (at.under.filter(|_| self.takes_turns(at.scope)), at.item) {
            self.data(under).round = item + 1;
        }
    }

    fn clear(&mut self, reach: Reach) {
        let live: Vec<u32> =
            self.instance.tokens.iter().filter(|t| t.state.is_live()).map(|t| t.id).collect();
        for id in live.into_iter().filter(|id| self.is_within(*id, reach)).collect::<Vec<_>>() {
            self.token(id, TokenState::Cancelled);
            self.data(id).left = 0;
            self.close_tasks(id);
        }
    }

    fn supersede(&mut self, reach: Reach, token: u32, target: NodeId, past: Past) {
        for place in 0..self.instance.tasks.len() {
            let task = &self.instance.tasks[place];
            let again = match past {
                Past::Superseded => self.comes_again(task, token, target),
                Past::SupersededAt(source) => {
                    self.flow.find(&task.node) == Some(target) || task.token == source
                }
                Past::Stands => false,
            };
            if again && task.kind.is_awaited() && task.state.is_passed() && self.is_within(task.token, reach)
            {
                self.instance.tasks[place].state = TaskState::Superseded;
            }
        }
    }

    /// Whether a flow that goes on at a node, on the way that a token walked, comes to what a task asked for.
    fn comes_again(&self, task: &Task, token: u32, target: NodeId) -> bool {
        for (scope, _) in self.flow.way(target) {
            if let (Some(item), Some(other)) = (self.item_in(token, scope), self.item_in(task.token, scope))
                && item != other
            {
                return other > item && self.takes_turns(scope);
            }
        }
        self.flow.find(&task.node).is_some_and(|node| self.flow.follows(target, node))
    }

    /// The token that stood at a step that holds the way stands there again, waiting for one branch.
    fn revive(&mut self, owner: NodeId, at: Reach) -> u32 {
        let before = self.below(owner, at).last().map(|t| t.id);
        let id = before.unwrap_or_else(|| self.put(owner, at.under));
        self.token(id, TokenState::Waiting);
        let data = self.data(id);
        (data.begun, data.left, data.item, data.back_to) = (1, 1, at.item, None);
        // It waits for that branch alone.
        (data.incident, data.missed) = (None, Vec::new());
        data.awaits.clear();
        id
    }

    /// How many branches of a token are on their way.
    pub(crate) fn children(&self, of: u32) -> u32 {
        self.instance.tokens.iter().filter(|t| t.parent == Some(of) && t.state.is_live()).count() as u32
    }
}
