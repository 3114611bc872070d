//! Checks of what happens by itself: what sets a workflow off, what it waits for, what acts in one transaction.

use super::wrong;
use crate::findings::Findings;
use crate::workflow::{
    Awaited, DateField, Outcome, Schedule, Step, StepKind, Timer, Trigger, Workflow, WorkflowUse,
};
use calendar::Duration;
use diagnostic::{Code, Diagnostic};
use indexmap::IndexMap;

pub(super) fn check(workflow: &Workflow, found: &mut Findings<'_>) {
    let automation = workflow.r#use == WorkflowUse::Automation;
    if automation {
        if workflow.trigger == Trigger::default() {
            found.key("/use", Diagnostic::new(Code::MissingKey).with("key", "trigger"));
        }
    } else if workflow.trigger != Trigger::default() {
        let reason = [
            "only an automation has a trigger: an approval says how it starts in `start`",
            "只有自动化流程有触发器：审批流程用 `start` 说明如何发起",
            "只有自動化流程有觸發器：簽核流程用 `start` 說明如何發起",
        ];
        found.key("/trigger", wrong(reason));
    }
    if workflow.object.is_empty() && !is_about_its_run(&workflow.trigger) {
        found.key("", Diagnostic::new(Code::MissingKey).with("key", "object"));
    }
    if let Some(schedule) = &workflow.trigger.schedule {
        schedule_of(schedule, found);
    }
    if let Some(dates) = &workflow.trigger.date_field {
        date_field(dates, found);
    }
    Walk { automation, found }.steps(&workflow.steps, "/steps", false);
}

/// Whether what sets it off brings a record of its own.
fn is_about_its_run(trigger: &Trigger) -> bool {
    let run = trigger.schedule.as_ref().is_some_and(|schedule| schedule.each.is_none());
    run || trigger.webhook.is_some() || trigger.mail_received.is_some()
}

fn schedule_of(schedule: &Schedule, found: &mut Findings<'_>) {
    let pointer = "/trigger/schedule";
    let zone = zone(schedule.timezone.as_deref(), pointer, found);
    if let Err(error) = calendar::Schedule::parse(&schedule.cron, zone) {
        found.value(&format!("{pointer}/cron"), *error);
    }
}

fn zone(name: Option<&str>, pointer: &str, found: &mut Findings<'_>) -> chrono_tz::Tz {
    match name.map(calendar::zone) {
        Some(Ok(zone)) => zone,
        Some(Err(error)) => {
            found.value(&format!("{pointer}/timezone"), *error);
            chrono_tz::Tz::UTC
        }
        None => chrono_tz::Tz::UTC,
    }
}

fn date_field(dates: &DateField, found: &mut Findings<'_>) {
    let pointer = "/trigger/date_field";
    zone(dates.timezone.as_deref(), pointer, found);
    for (place, offset) in dates.offset.iter().enumerate() {
        duration(offset, &format!("{pointer}/offset/{place}"), found);
    }
    if let Some(at) = &dates.at
        && chrono::NaiveTime::parse_from_str(at, "%H:%M").is_err()
    {
        let reason =
            ["a time of day is expected: `09:00`", "应为一天中的时间：`09:00`", "應為一天中的時間：`09:00`"];
        found.value(&format!("{pointer}/at"), wrong(reason));
    }
}

fn duration(text: &str, pointer: &str, found: &mut Findings<'_>) {
    if let Err(error) = Duration::parse(text) {
        found.value(pointer, *error);
    }
}

struct Walk<'f, 'p> {
    automation: bool,
    found: &'f mut Findings<'p>,
}

impl Walk<'_, '_> {
    fn steps(&mut self, steps: &IndexMap<String, Step>, base: &str, together: bool) {
        for (name, step) in steps {
            let pointer = format!("{base}/{name}");
            self.step(step, &pointer, together);
            let together = together || matches!(step.kind, StepKind::Together(_));
            for (way, inner) in step.sequences() {
                // What happens after a failure is no part of the transaction that failed.
                let own = way != "on_error/steps" && way != "undo/steps";
                self.steps(inner, &format!("{pointer}/{way}"), together && own);
            }
        }
    }

    fn step(&mut self, step: &Step, pointer: &str, together: bool) {
        if let Some(retry) = &step.retry {
            duration(&retry.backoff, &format!("{pointer}/retry/backoff"), self.found);
        }
        match &step.kind {
            StepKind::Wait(wait) => {
                for (name, awaited) in &wait.wait {
                    self.awaited(awaited, &format!("{pointer}/wait/{name}"));
                }
            }
            StepKind::Approve(_) if self.automation => {
                let reason = [
                    "an automation asks nobody for a decision: use `handle`, or start an approval with `sub`",
                    "自动化流程不征求决定：请使用 `handle`，或用 `sub` 发起审批",
                    "自動化流程不徵求決定：請使用 `handle`，或用 `sub` 發起簽核",
                ];
                self.found.key(&format!("{pointer}/approve"), wrong(reason));
            }
            StepKind::End(step) if self.automation != (step.end == Outcome::Done) => {
                let reason = [
                    "an automation ends `done`, an approval `approved` or `rejected`",
                    "自动化流程以 `done` 结束，审批以 `approved` 或 `rejected` 结束",
                    "自動化流程以 `done` 結束，簽核以 `approved` 或 `rejected` 結束",
                ];
                self.found.value(&format!("{pointer}/end"), wrong(reason));
            }
            _ => {}
        }
        let waits = matches!(
            step.kind,
            StepKind::Approve(_)
                | StepKind::Handle(_)
                | StepKind::Wait(_)
                | StepKind::Together(_)
                | StepKind::Call(_)
        ) || matches!(&step.kind, StepKind::Sub(step) if step.sub.wait);
        if together && (waits || step.on_error.is_some() || step.retry.is_some()) {
            let reason = [
                "steps that happen together wait for nothing, and fail together",
                "`together` 中的步骤不能等待，且必须一起失败",
                "`together` 中的步驟不能等待，且必須一起失敗",
            ];
            self.found.key(pointer, wrong(reason));
        }
    }

    fn awaited(&mut self, awaited: &Awaited, pointer: &str) {
        let ways = [
            awaited.timer.is_some(),
            awaited.record_created.is_some(),
            awaited.record_updated.is_some(),
            awaited.record_deleted.is_some(),
            awaited.transition.is_some(),
            awaited.workflow_ended.is_some(),
        ];
        if ways.into_iter().filter(|said| *said).count() != 1 {
            let reason = [
                "one thing is waited for: `timer`, `record_created`, `record_updated`, `record_deleted`, `transition` \
                 or `workflow_ended`",
                "每个分支等待一件事：`timer`、`record_created`、`record_updated`、`record_deleted`、`transition` 或 \
                 `workflow_ended`",
                "每個分支等待一件事：`timer`、`record_created`、`record_updated`、`record_deleted`、`transition` 或 \
                 `workflow_ended`",
            ];
            self.found.key(pointer, wrong(reason));
        }
        if let Some(timer) = &awaited.timer {
            self.timer(timer, &format!("{pointer}/timer"));
        }
    }

    fn timer(&mut self, timer: &Timer, pointer: &str) {
        let said = [timer.after.is_some(), timer.after_from.is_some(), timer.until.is_some()];
        if said.into_iter().filter(|said| *said).count() != 1 {
            let reason = [
                "one of `after`, `after_from` and `until` is needed",
                "需要 `after`、`after_from`、`until` 之一",
                "需要 `after`、`after_from`、`until` 其中之一",
            ];
            self.found.key(pointer, wrong(reason));
        }
        if let Some(after) = &timer.after {
            duration(after, &format!("{pointer}/after"), self.found);
            if timer.calendar.is_none() && Duration::parse(after).is_ok_and(|time| time.is_working()) {
                self.found.key(pointer, Diagnostic::new(Code::MissingKey).with("key", "calendar"));
            }
        }
        if let Some([from, until]) = timer.not_between.as_deref()
            && let Err(error) = calendar::Quiet::parse(from, until)
        {
            self.found.value(&format!("{pointer}/not_between"), *error);
        }
    }
}
