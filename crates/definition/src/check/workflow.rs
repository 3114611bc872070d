//! Checks of a workflow.

use super::{named, people, wrong};
use crate::findings::Findings;
use crate::workflow::{Branch, Empty, ForEachStep, Join, Lock, RepeatStep, Step, StepKind, Workflow};
use diagnostic::{Code, Diagnostic};
use indexmap::IndexMap;

pub(super) fn check(workflow: &Workflow, found: &mut Findings<'_>) {
    for (name, variable) in &workflow.variables {
        let pointer = format!("/variables/{name}");
        named(&pointer, name, found);
        super::object::check_field(variable, &pointer, found);
    }
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
        inner(&step.kind, &pointer, seen, found);
        if !matches!(step.kind, StepKind::Approve(_) | StepKind::Handle(_)) {
            if !step.allow.is_empty() {
                found.key(&format!("{pointer}/allow"), only_approve());
            }
            if !step.fields.is_empty() {
                found.key(&format!("{pointer}/fields"), only_approve());
            }
        }
    }
}

/// What belongs to the type of a step, its own steps too.
fn inner(kind: &StepKind, pointer: &str, seen: &mut IndexMap<String, String>, found: &mut Findings<'_>) {
    let empty = kind.sequences().is_empty();
    match kind {
        StepKind::Choose(_) | StepKind::Each(_) | StepKind::Parallel(_) if empty => {
            let reason = ["at least one branch is expected", "至少需要一个分支", "至少需要一個分支"];
            found.value(&format!("{pointer}/{}", kind.name()), wrong(reason));
        }
        StepKind::Repeat(RepeatStep { steps, .. }) | StepKind::ForEach(ForEachStep { steps, .. })
            if steps.is_empty() =>
        {
            found.key(pointer, Diagnostic::new(Code::MissingKey).with("key", "steps"));
        }
        StepKind::Choose(choose) => branches(&choose.choose, &format!("{pointer}/choose"), seen, found),
        StepKind::Each(each) => branches(&each.each, &format!("{pointer}/each"), seen, found),
        StepKind::Parallel(parallel) => {
            for (name, path) in &parallel.parallel {
                let pointer = format!("{pointer}/parallel/{name}");
                named(&pointer, name, found);
                steps(&path.steps, &pointer, seen, found);
            }
            more_than_there(parallel.join, parallel.parallel.len(), pointer, found);
        }
        StepKind::Repeat(repeat) => {
            if let Some(counter) = &repeat.repeat.r#as {
                named(&format!("{pointer}/repeat/as"), counter, found);
            }
            steps(&repeat.steps, pointer, seen, found);
        }
        StepKind::ForEach(walked) => {
            named(&format!("{pointer}/for_each/as"), &walked.for_each.r#as, found);
            steps(&walked.steps, pointer, seen, found);
        }
        StepKind::Set(set) if set.set.is_empty() && set.set_from.is_empty() => {
            found.key(pointer, wrong(["nothing is set", "没有设置任何值", "沒有設定任何值"]));
        }
        StepKind::Decide(decide) => {
            named(&format!("{pointer}/into"), &decide.into, found);
            for name in decide.with_from.keys().filter(|name| decide.with.contains_key(*name)) {
                let twice = Diagnostic::new(Code::DuplicateName).with("name", name).with("first", "`with`");
                found.key(&format!("{pointer}/with_from/{name}"), twice);
            }
        }
        _ => {}
    }
}

/// A join that waits for more branches than there are would wait for all of them, which is not what it says.
fn more_than_there(join: Join, branches: usize, pointer: &str, found: &mut Findings<'_>) {
    if matches!(join, Join::Count(count) if count.get() as usize > branches) {
        let reason = ["there are fewer branches than that", "没有这么多分支", "沒有這麼多分支"];
        found.value(&format!("{pointer}/join"), wrong(reason));
    }
}

fn only_approve() -> Diagnostic {
    wrong([
        "only a step with `approve` or `handle` takes this",
        "只有 `approve` 或 `handle` 步骤支持此键",
        "只有 `approve` 或 `handle` 步驟支援此鍵",
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
        let pointer = format!("{pointer}/{name}");
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
