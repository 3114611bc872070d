//! Checks of the time people have: lengths, marks, what happens at them.

use super::{people, wrong};
use crate::findings::Findings;
use crate::workflow::{Escalate, EscalateHow, Sla, SlaAct, SlaDecision, Step, Workflow, WorkflowUse};
use calendar::Duration;
use diagnostic::{Code, Diagnostic};
use indexmap::IndexMap;

/// Marks of one step at most.
const MOST_MARKS: usize = 10;

pub(super) fn check(workflow: &Workflow, found: &mut Findings<'_>) {
    if let Some(sla) = &workflow.sla {
        terms(sla, "/sla", found);
    }
    if let Some(sla) = &workflow.overall_sla {
        terms(sla, "/overall_sla", found);
        overall(workflow, sla, found);
    }
    steps(workflow, &workflow.steps, "/steps", found);
}

/// Of a whole flow nobody holds a task: people are told, and it is rejected as it stands.
fn overall(workflow: &Workflow, sla: &Sla, found: &mut Findings<'_>) {
    for (mark, act) in &sla.at {
        let at = format!("/overall_sla/at/{mark}");
        match act {
            SlaAct::Escalate(Escalate { how: EscalateHow::Add | EscalateHow::Transfer, .. }) => {
                let reason = [
                    "of a whole flow people can be told only: `how: tell`",
                    "整个流程超时只能知会相关人员：`how: tell`",
                    "整個流程逾時只能知會相關人員：`how: tell`",
                ];
                found.value(&format!("{at}/escalate/how"), wrong(reason));
            }
            SlaAct::Decide(decision)
                if *decision != SlaDecision::Reject || workflow.r#use != WorkflowUse::Approval =>
            {
                let reason = [
                    "a whole flow can be decided with `reject` only, where it is an approval",
                    "整个流程只能自动作出 `reject` 决定，且仅限审批流程",
                    "整個流程只能自動作出 `reject` 決定，且僅限簽核流程",
                ];
                found.value(&format!("{at}/decide"), wrong(reason));
            }
            _ => {}
        }
    }
}

fn steps(workflow: &Workflow, all: &IndexMap<String, Step>, base: &str, found: &mut Findings<'_>) {
    for (name, step) in all {
        let pointer = format!("{base}/{name}");
        if let Some(sla) = &step.sla {
            terms(sla, &format!("{pointer}/sla"), found);
        }
        let at = if step.sla.is_some() { format!("{pointer}/sla/at") } else { "/sla/at".to_owned() };
        for (mark, act) in step.deadline(workflow).iter().flat_map(|sla| &sla.at) {
            if let SlaAct::Decide(decision) = act
                && !decision.fits(&step.kind)
            {
                found.value(&format!("{at}/{mark}/decide"), unfit(*decision, name));
            }
        }
        for (way, inner) in step.sequences() {
            steps(workflow, inner, &format!("{pointer}/{way}"), found);
        }
    }
}

fn terms(sla: &Sla, pointer: &str, found: &mut Findings<'_>) {
    let due = format!("{pointer}/due");
    match Duration::parse(&sla.due) {
        Err(error) => found.value(&due, *error),
        Ok(length) if length.is_negative() || length.is_zero() => {
            let reason = [
                "people need some time: a length above nothing is expected",
                "期限必须大于零",
                "期限必須大於零",
            ];
            found.value(&due, wrong(reason));
        }
        Ok(length) if length.is_working() && sla.calendar.is_none() => {
            found.key(pointer, Diagnostic::new(Code::MissingKey).with("key", "calendar"));
        }
        Ok(_) => {}
    }
    if sla.at.len() > MOST_MARKS {
        let reason = ["ten marks are the most", "最多十个时间点", "最多十個時間點"];
        found.value(&format!("{pointer}/at"), wrong(reason));
    }
    for (mark, act) in &sla.at {
        let at = format!("{pointer}/at/{mark}");
        if Sla::percent(mark).is_none() {
            let reason = [
                "a share of the time is expected: `50%`, at most `1000%`",
                "应为时间的百分比，例如 `50%`，最大 `1000%`",
                "應為時間的百分比，例如 `50%`，最大 `1000%`",
            ];
            found.key(&at, wrong(reason));
        }
        if let SlaAct::Escalate(escalate) = act {
            for (place, rule) in escalate.by.iter().enumerate() {
                people::found_alone(rule, &format!("{at}/escalate/by/{place}"), found);
            }
        }
    }
}

fn unfit(decision: SlaDecision, step: &str) -> Diagnostic {
    let name = decision.name();
    super::invalid([
        format!("step `{step}` cannot be decided with `{name}`: give it an `sla` of its own"),
        format!("步骤 `{step}` 不能自动作出 `{name}` 决定：请为其单独设置 `sla`"),
        format!("步驟 `{step}` 不能自動作出 `{name}` 決定：請為其單獨設定 `sla`"),
    ])
}
