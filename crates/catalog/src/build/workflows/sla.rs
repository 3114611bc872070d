//! How long people have: its calendar made full, who comes in checked.

use super::{Check, joined, strs};
use crate::build::entry::{Findings, Noun};
use definition::workflow::{Sla, SlaAct};

impl Check<'_> {
    /// The time of each task.
    pub(super) fn sla(&mut self, sla: &mut Sla, own: &[String], findings: &mut Findings<'_>) {
        self.of_task = true;
        self.terms(sla, &joined(own, &["sla"]), findings);
        self.of_task = false;
    }

    /// The time of the whole flow.
    pub(super) fn overall_sla(&mut self, sla: &mut Sla, findings: &mut Findings<'_>) {
        self.terms(sla, &joined(&[], &["overall_sla"]), findings);
    }

    fn terms(&self, sla: &mut Sla, path: &[String], findings: &mut Findings<'_>) {
        if let Some(calendar) = &mut sla.calendar {
            let at = joined(path, &["calendar"]);
            findings.resolve_in(Noun::Calendar, calendar, self.entry, &strs(&at));
        }
        for (mark, act) in &mut sla.at {
            if let SlaAct::Escalate(escalate) = act {
                let at = joined(path, &["at", mark, "escalate", "by"]);
                self.people(&mut escalate.by, &at, findings);
            }
        }
    }
}
