//! What can be done with a task as the flow stands.

use crate::flow::step::Allow;
use crate::instance::{InstanceState, TaskKind, TaskState};
use crate::run::Run;
use uuid::Uuid;

impl Run<'_> {
    /// The names of all that the holder of a task can do with it now, in the order a person looks for them.
    pub fn options(&self, task: Uuid) -> Vec<&'static str> {
        let Some(found) = self.instance.tasks.iter().find(|t| t.id == task && t.kind.is_awaited()) else {
            return Vec::new();
        };
        if self.instance.state != InstanceState::Running {
            return Vec::new();
        }
        if found.state != TaskState::Open {
            return if self.may_take_back(task) { vec!["take_back"] } else { Vec::new() };
        }
        let mut options: Vec<&'static str> = match (found.owners.is_empty(), found.kind) {
            (false, _) => vec!["resolve"],
            (true, TaskKind::Handle) => vec!["done"],
            (true, _) => vec!["approve", "reject"],
        };
        if found.owners.is_empty() && !self.return_targets(task).is_empty() {
            options.push("return");
        }
        let step = self.people_of(found);
        let allowed = [
            (Allow::Comment, "comment"),
            (Allow::Transfer, "transfer"),
            (Allow::Delegate, "delegate"),
            (Allow::AddSign, "add_sign"),
            (Allow::RemoveSign, "remove_sign"),
            (Allow::Cc, "cc"),
        ];
        let allowed = allowed.into_iter().filter(|(what, _)| match what {
            Allow::RemoveSign => self.removable(task).next().is_some(),
            _ => step.is_some_and(|step| step.allows(*what)),
        });
        options.extend(allowed.map(|(_, name)| name));
        options
    }

    fn may_take_back(&self, task: Uuid) -> bool {
        let mut tried = Run::resume(self.flow, self.instance.clone(), self.now, self.new_id);
        tried.take_back(task).is_ok()
    }
}
