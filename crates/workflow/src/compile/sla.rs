//! How long people have, as it is written, becomes what a step keeps.

use super::Builder;
use crate::flow::sla::{Act, Mark, Sla};
use calendar::Duration;
use definition::workflow::{self as written, SlaAct};
use std::sync::Arc;

impl Builder<'_> {
    /// The time of each task.
    pub(super) fn sla(&mut self, sla: &written::Sla) -> Option<Arc<Sla>> {
        self.of_task = true;
        let terms = self.terms(sla);
        self.of_task = false;
        terms
    }

    /// `None` where the length cannot be read: then no flow comes of it.
    pub(super) fn terms(&mut self, sla: &written::Sla) -> Option<Arc<Sla>> {
        let due = Duration::parse(&sla.due).map_err(|found| self.found.push(*found)).ok()?;
        let mut marks = Vec::new();
        for (mark, act) in &sla.at {
            let Some(percent) = written::Sla::percent(mark) else { continue };
            marks.push(Mark { percent, act: self.act_at(act) });
        }
        marks.sort_by_key(|mark| mark.percent);
        Some(Arc::new(Sla { calendar: sla.calendar.as_deref().map(Arc::from), due, marks }))
    }

    fn act_at(&mut self, act: &SlaAct) -> Act {
        match act {
            SlaAct::Remind => Act::Remind,
            SlaAct::Escalate(escalate) => {
                Act::Escalate { by: self.performers(&escalate.by), how: escalate.how }
            }
            SlaAct::Decide(decision) => Act::Decide(*decision),
        }
    }
}
