//! Taking a decision back (拿回). What a decision moves is kept with it, so that the flow can stand again exactly as it
//! stood before: branches that were given up for it wait again, a round is not counted twice.

use crate::flow::step::Step;
use crate::flow::{NodeId, TakeBack};
use crate::instance::{Moved, Seat, Stand, Task, TaskState, TokenData, TokenState};
use crate::run::{Question, Run};
use diagnostic::{Code, Diagnostic, Result};
use uuid::Uuid;

impl Run<'_> {
    /// The run rests: what the decision moved that it began with is kept with it.
    pub(crate) fn keep_moved(&mut self) {
        let Some(before) = self.before.take() else { return };
        if !self.instance.state.is_live() || self.flow.policy.take_back == TakeBack::Never {
            return;
        }
        let Some(place) = self.instance.tasks.iter().position(|task| task.id == before.task) else { return };
        let own = self.instance.tasks[place].token;
        let moved = before.moved(&self.instance.tokens, &self.instance.tasks, own);
        self.instance.tasks[place].moved = moved.map(Box::new);
    }

    /// Takes back what somebody decided, as long as nobody acted upon it: the flow stands as it stood before.
    ///
    /// # Errors
    /// `instance_ended`, `not_found`, `take_back_too_late`.
    pub fn take_back(&mut self, task: Uuid) -> Result<Option<Question>> {
        self.running()?;
        let late = || Box::new(Diagnostic::new(Code::TakeBackTooLate));
        let place = self.instance.tasks.iter().position(|t| t.id == task && t.kind.is_awaited());
        let place = place.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
        let mine = self.instance.tasks[place].clone();
        let stands = matches!(mine.state, TaskState::Approved | TaskState::Done) && !mine.automatic;
        let Some(moved) = mine.moved.as_deref().filter(|_| stands) else { return Err(late()) };
        if self.flow.policy.take_back == TakeBack::Never || !self.is_untouched(&mine, moved) {
            return Err(late());
        }
        self.put_back(moved);
        let mine = &mut self.instance.tasks[place];
        (mine.state, mine.seen, mine.comment, mine.moved) = (TaskState::Queued, None, None, None);
        (mine.decided_at, mine.decided_by) = (None, None);
        let mine = mine.clone();
        self.decided(&mine)
    }

    /// Whether nothing came of a decision that cannot be taken off again.
    fn is_untouched(&self, mine: &Task, moved: &Moved) -> bool {
        let tokens = &self.instance.tokens;
        let token = |id: u32| tokens.get(id as usize);
        if moved.is_inside(mine.token, &self.instance.tasks) {
            // The step still waits: what others decide at it stands.
            return token(mine.token).is_some_and(|own| own.state.is_live());
        }
        let at = mine.decided_at;
        let later = |t: &Task| t.id != mine.id && t.decided_at >= at;
        let is_left = |now: &Stand| token(now.token).is_some_and(|token| now.is_of(token));
        let known = |id: u32| self.node_of(id).is_some_and(|node| self.only_leads_on(node));
        !self.instance.tasks.iter().any(later) && moved.stands.iter().all(is_left) && moved.put().all(known)
    }

    /// Whether a step asks people or says where the flow goes on, and does nothing that others see.
    fn only_leads_on(&self, node: NodeId) -> bool {
        let step = &self.flow.nodes[node].step;
        let branches = matches!(step, Step::Choose(_) | Step::Each(_) | Step::Parallel(_));
        let items = matches!(step, Step::Repeat(_) | Step::ForEach(_));
        branches || items || matches!(step, Step::People(_) | Step::Wait(_))
    }

    fn put_back(&mut self, moved: &Moved) {
        for id in moved.put() {
            self.token(id, TokenState::Cancelled);
            self.data(id).left = 0;
            let at = |task: &&mut Task| {
                task.token == id && task.kind.is_awaited() && (task.state.is_live() || task.state.is_passed())
            };
            self.instance.tasks.iter_mut().filter(at).for_each(|task| task.state = TaskState::Cancelled);
        }
        for before in &moved.stood {
            self.token(before.token, before.state);
            let data = self.data(before.token);
            let (items, known) = (std::mem::take(&mut data.items), std::mem::take(&mut data.known));
            *data = TokenData { items, known, ..before.data.clone() };
        }
        for task in &mut self.instance.tasks {
            match moved.seats.iter().find(|turn| turn.task == task.id) {
                // Whatever became of it since stays.
                Some(turn) if turn.to == Seat::of(task) => turn.from.put(task),
                None if moved.made.contains(&task.id) => task.state = TaskState::Cancelled,
                _ => {}
            }
        }
    }
}
