//! How long people have, as it is written, becomes what a step keeps.

use super::Builder;
use crate::flow::DecisionKind;
use crate::flow::sla::{Act, Mark, Sla};
use calendar::Duration;
use definition::workflow::{self as written, SlaAct, SlaDecision};
use std::sync::Arc;

impl Builder<'_> {
    /// `None` where the length cannot be read: then no flow comes of it.
    pub(super) fn sla(&mut self, sla: &written::Sla) -> Option<Arc<Sla>> {
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
                self.of_task = true;
                let by = self.performers(&escalate.by);
                self.of_task = false;
                Act::Escalate { by, how: escalate.how }
            }
            SlaAct::Decide(SlaDecision::Approve) => Act::Decide(DecisionKind::Approve),
            SlaAct::Decide(SlaDecision::Reject) => Act::Decide(DecisionKind::Reject),
            SlaAct::Decide(SlaDecision::Done) => Act::Decide(DecisionKind::Done),
        }
    }
}
