//! How long people have: its calendar made full, who comes in checked.

use super::{Check, joined, strs};
use crate::build::entry::{Findings, Noun};
use definition::workflow::{Sla, SlaAct};

impl Check<'_> {
    pub(super) fn sla(&mut self, sla: &mut Sla, own: &[String], findings: &mut Findings<'_>) {
        let path = joined(own, &["sla"]);
        if let Some(calendar) = &mut sla.calendar {
            let at = joined(&path, &["calendar"]);
            findings.resolve_in(Noun::Calendar, calendar, self.entry, &strs(&at));
        }
        self.of_task = true;
        for (mark, act) in &mut sla.at {
            if let SlaAct::Escalate(escalate) = act {
                let at = joined(&path, &["at", mark, "escalate", "by"]);
                self.people(&mut escalate.by, &at, findings);
            }
        }
        self.of_task = false;
    }
}
