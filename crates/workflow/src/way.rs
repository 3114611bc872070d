//! Ways that do not follow the order of the steps: returns, jumps, and back to who returned the flow.

use crate::flow::{NodeId, ScopeId};
use crate::instance::{TaskState, Token, TokenData, TokenState};
use crate::run::{Past, Run};

/// One run through a scope: below which token, and for which item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reach {
    scope: ScopeId,
    under: Option<u32>,
    item: Option<u32>,
}

impl Run<'_> {
    /// Takes the flow to a node. The smallest scope that holds the node and the token is cleared, and one token put at
    /// the node; steps that hold the node on the way down wait for it. Without a token: from wherever the flow stands
    /// in the smallest running scope that holds the node.
    pub(crate) fn go_to(&mut self, token: Option<u32>, target: NodeId, past: Past) {
        let way = self.flow.way(target);
        let (reach, depth) = self.common(token, &way);
        self.clear(reach);
        self.supersede(reach, target, past);
        self.instance.round += 1;
        let mut at = reach;
        for (_, owner) in &way[depth..way.len() - 1] {
            at = Reach { scope: at.scope, under: Some(self.revive(*owner, at)), item: None };
        }
        let id = self.put(target, at.under);
        self.data(id).item = at.item;
        if let Some(under) = reach.under {
            self.data(under).left = self.children(under);
        }
    }

    /// The deepest run through a scope that is on the way to the node and that the token walks too, and how many steps
    /// of the way lie above it.
    fn common(&self, token: Option<u32>, way: &[(ScopeId, NodeId)]) -> (Reach, usize) {
        let mut reach = Reach { scope: 0, under: None, item: None };
        let mut depth = 0;
        for (down, (_, owner)) in way[1..].iter().zip(way) {
            let name = &self.flow.nodes[*owner].name;
            let live = |t: &&Token| {
                t.state.is_live() && t.node == *name && t.parent == reach.under && t.data.item == reach.item
            };
            let Some(found) = self.instance.tokens.iter().find(live) else { break };
            let next = match token {
                None => Reach { scope: down.0, under: Some(found.id), item: None },
                Some(token) => match self.reach_of(token, found.id) {
                    Some(next) if next.scope == down.0 => next,
                    _ => break,
                },
            };
            (reach, depth) = (next, depth + 1);
        }
        (reach, depth)
    }

    /// The run through a scope of a step, under its token, that another token belongs to.
    fn reach_of(&self, token: u32, under: u32) -> Option<Reach> {
        let mut at = self.instance.tokens.get(token as usize)?;
        while at.parent != Some(under) {
            at = self.instance.tokens.get(at.parent? as usize)?;
        }
        let scope = self.flow.nodes[self.node_of(at.id)?].scope;
        Some(Reach { scope, under: Some(under), item: at.data.item })
    }

    fn is_within(&self, token: u32, reach: Reach) -> bool {
        match reach.under {
            None => true,
            Some(under) => self.reach_of(token, under) == Some(reach),
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

    fn supersede(&mut self, reach: Reach, target: NodeId, past: Past) {
        for place in 0..self.instance.tasks.len() {
            let task = &self.instance.tasks[place];
            let again = self.flow.find(&task.node).is_some_and(|node| match past {
                Past::Superseded => self.flow.follows(target, node),
                Past::SupersededAt(source) => node == target || node == source,
                Past::Stands => false,
            });
            if again && task.kind.is_awaited() && task.state.is_passed() && self.is_within(task.token, reach)
            {
                self.instance.tasks[place].state = TaskState::Superseded;
            }
        }
    }

    /// A token at a step that holds the way, as it was when the flow last went through it, waiting for one branch.
    fn revive(&mut self, owner: NodeId, at: Reach) -> u32 {
        let name = &self.flow.nodes[owner].name;
        let before = self.instance.tokens.iter().rfind(|t| t.node == *name).map(|t| t.data.clone());
        let id = self.put(owner, at.under);
        self.token(id, TokenState::Waiting);
        *self.data(id) =
            TokenData { begun: 1, left: 1, item: at.item, back_to: None, ..before.unwrap_or_default() };
        id
    }

    /// How many branches of a token are on their way.
    pub(crate) fn children(&self, of: u32) -> u32 {
        self.instance.tokens.iter().filter(|t| t.parent == Some(of) && t.state.is_live()).count() as u32
    }
}
