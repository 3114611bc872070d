//! What a decision moved: found by how the flow stood before it.

use crate::instance::{Awaited, Instance, Moved, Seat, Stand, Task, Token, TokenData, TokenState, Turn};
use uuid::Uuid;

impl Stand {
    pub(crate) fn of(token: &Token) -> Stand {
        let data = TokenData { items: Vec::new(), known: Default::default(), ..token.data.clone() };
        Stand { token: token.id, state: token.state, data }
    }

    pub(crate) fn is_of(&self, token: &Token) -> bool {
        *self == Stand::of(token)
    }

    /// Whether the token is left to time alone: what it listens to elsewhere cannot be heard afterwards.
    fn listens(&self) -> bool {
        let listens = |what: &Awaited| !matches!(what, Awaited::At(_));
        self.state == TokenState::Waiting && self.data.awaits.iter().any(|one| listens(&one.what))
    }
}

impl Seat {
    pub(crate) fn of(task: &Task) -> Seat {
        Seat { state: task.state, order: task.order, weight: task.weight, added: task.added }
    }

    pub(crate) fn put(self, task: &mut Task) {
        (task.state, task.order, task.weight, task.added) = (self.state, self.order, self.weight, self.added);
    }
}

/// How the flow stood before a decision.
pub(crate) struct Before {
    pub task: Uuid,
    tokens: Vec<Stand>,
    seats: Vec<(Uuid, Seat)>,
}

impl Before {
    pub(crate) fn of(instance: &Instance, task: Uuid) -> Before {
        let seats = instance.tasks.iter().map(|task| (task.id, Seat::of(task)));
        Before { task, tokens: instance.tokens.iter().map(Stand::of).collect(), seats: seats.collect() }
    }

    /// What was moved since. `None` where that cannot be undone: a token that was taken off listened for something, and
    /// nobody knows what it would have heard.
    pub(crate) fn moved(self, tokens: &[Token], tasks: &[Task], own: u32) -> Option<Moved> {
        let mut moved = Moved::default();
        for token in tokens {
            let before = self.tokens.get(token.id as usize);
            if token.id != own && before.is_some_and(|stood| stood.is_of(token)) {
                continue;
            }
            let now = Stand::of(token);
            if before.is_some_and(Stand::listens) && !now.listens() {
                return None;
            }
            moved.stood.extend(before.cloned());
            moved.stands.push(now);
        }
        for task in tasks.iter().filter(|task| task.id != self.task && task.kind.is_awaited()) {
            let to = Seat::of(task);
            match self.seats.iter().find(|(id, _)| *id == task.id) {
                Some((_, from)) if *from == to => {}
                Some((id, from)) => moved.seats.push(Turn { task: *id, from: *from, to }),
                None if (task.token as usize) < self.tokens.len() => moved.made.push(task.id),
                None => {}
            }
        }
        Some(moved)
    }
}

impl Moved {
    /// Whether it moved nothing but seats beside its own.
    pub(crate) fn is_inside(&self, own: u32, tasks: &[Task]) -> bool {
        let beside = |id: Uuid| tasks.iter().any(|task| task.id == id && task.token == own);
        self.stands.len() == 1 && self.made.is_empty() && self.seats.iter().all(|turn| beside(turn.task))
    }

    /// The tokens that it put.
    pub(crate) fn put(&self) -> impl Iterator<Item = u32> {
        let ids = self.stands.iter().map(|now| now.token);
        ids.filter(|id| !self.stood.iter().any(|before| before.token == *id))
    }
}
