//! Checks of a workflow.

use super::{named, people, wrong};
use crate::findings::Findings;
use crate::workflow::{Branch, Empty, Lock, Step, StepKind, Workflow};
use diagnostic::{Code, Diagnostic};
use indexmap::IndexMap;

pub(super) fn check(workflow: &Workflow, found: &mut Findings<'_>) {
    let mut seen = IndexMap::new();
    steps(&workflow.steps, "", &mut seen, found);
    if workflow.steps.is_empty() {
        found.key("/steps", Diagnostic::new(Code::MissingKey).with("key", "steps"));
    }
    if workflow.record.lock == Lock::Material && workflow.record.material.is_empty() {
        found.value("/record/lock", Diagnostic::new(Code::MissingKey).with("key", "material"));
    }
    people::check(workflow, found);
    // An assignment that itself may find nobody would only move the question.
    if let Some(Empty::Assign(crate::workflow::Performer::Field { .. })) = &workflow.policy.empty {
        found.value(
            "/policy/empty/assign",
            wrong([
                "a field may be empty too: name a role or a user",
                "字段也可能为空：请指定角色或用户",
                "欄位也可能為空：請指定角色或使用者",
            ]),
        );
    }
}

fn steps(
    steps: &IndexMap<String, Step>,
    base: &str,
    seen: &mut IndexMap<String, String>,
    found: &mut Findings<'_>,
) {
    for (name, step) in steps {
        let pointer = format!("{base}/steps/{name}");
        named(&pointer, name, found);
        // Tasks, translations and ways back name a step by its name alone, so it is unique in the workflow.
        if let Some(first) = seen.insert(name.clone(), pointer.clone()) {
            let at = found.place(&first, crate::findings::At::Key);
            found.key(&pointer, Diagnostic::new(Code::DuplicateName).with("name", name).with("first", at));
        }
        match &step.kind {
            StepKind::Choose(choose) => branches(&choose.choose, &pointer, seen, found),
            StepKind::Set(set) if set.set.is_empty() && set.set_from.is_empty() => {
                found.key(&pointer, wrong(["nothing is set", "没有设置任何值", "沒有設定任何值"]));
            }
            _ => {}
        }
        if !matches!(step.kind, StepKind::Approve(_)) {
            if !step.allow.is_empty() {
                found.key(&format!("{pointer}/allow"), only_approve());
            }
            if !step.fields.is_empty() {
                found.key(&format!("{pointer}/fields"), only_approve());
            }
        }
    }
}

fn only_approve() -> Diagnostic {
    wrong([
        "only a step with `approve` takes this",
        "只有 `approve` 步骤支持此键",
        "只有 `approve` 步驟支援此鍵",
    ])
}

fn branches(
    branches: &IndexMap<String, Branch>,
    pointer: &str,
    seen: &mut IndexMap<String, String>,
    found: &mut Findings<'_>,
) {
    let last = branches.len().saturating_sub(1);
    for (index, (name, branch)) in branches.iter().enumerate() {
        let pointer = format!("{pointer}/choose/{name}");
        named(&pointer, name, found);
        if branch.when.is_none() && index != last {
            found.key(
                &pointer,
                wrong([
                    "only the last branch may go without `when`",
                    "只有最后一个分支可以没有 `when`",
                    "只有最後一個分支可以沒有 `when`",
                ]),
            );
        }
        steps(&branch.steps, &pointer, seen, found);
    }
}
