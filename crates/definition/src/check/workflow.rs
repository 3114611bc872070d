//! Checks of a workflow.

use super::{automation, named, people, sla, wrong};
use crate::findings::Findings;
use crate::shape::Expression;
use crate::workflow::{Branch, Empty, Join, Lock, Step, StepKind, Workflow};
use diagnostic::{Code, Diagnostic};
use indexmap::IndexMap;

pub(super) fn check(workflow: &Workflow, found: &mut Findings<'_>) {
    for (name, variable) in &workflow.variables {
        let pointer = format!("/variables/{name}");
        named(&pointer, name, found);
        super::object::check_field(variable, &pointer, found);
    }
    let mut seen = IndexMap::new();
    steps(&workflow.steps, "/steps", &mut seen, found);
    if workflow.steps.is_empty() {
        found.key("/steps", Diagnostic::new(Code::MissingKey).with("key", "steps"));
    }
    if workflow.record.lock == Lock::Material && workflow.record.material.is_empty() {
        found.value("/record/lock", Diagnostic::new(Code::MissingKey).with("key", "material"));
    }
    people::check(workflow, found);
    automation::check(workflow, found);
    sla::check(workflow, found);
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
        let pointer = format!("{base}/{name}");
        named(&pointer, name, found);
        // Tasks, translations and ways back name a step by its name alone, so it is unique in the workflow.
        if let Some(first) = seen.insert(name.clone(), pointer.clone()) {
            let at = found.place(&first, crate::findings::At::Key);
            found.key(&pointer, Diagnostic::new(Code::DuplicateName).with("name", name).with("first", at));
        }
        own(&step.kind, &pointer, found);
        only_for(step, &pointer, found);
        for (way, inner) in step.sequences() {
            self::steps(inner, &format!("{pointer}/{way}"), seen, found);
        }
    }
}

/// What belongs to the type of a step.
fn own(kind: &StepKind, pointer: &str, found: &mut Findings<'_>) {
    match kind {
        StepKind::Choose(choose) => branches(&choose.choose, &format!("{pointer}/choose"), found),
        StepKind::Each(each) => branches(&each.each, &format!("{pointer}/each"), found),
        StepKind::Parallel(parallel) => {
            at_least_one(parallel.parallel.keys(), &format!("{pointer}/parallel"), found);
            more_than_there(parallel.join, parallel.parallel.len(), pointer, found);
        }
        StepKind::Wait(wait) => at_least_one(wait.wait.keys(), &format!("{pointer}/wait"), found),
        StepKind::Repeat(repeat) => {
            if let Some(counter) = &repeat.repeat.r#as {
                named(&format!("{pointer}/repeat/as"), counter, found);
            }
            not_empty(&repeat.steps, pointer, found);
        }
        StepKind::ForEach(walked) => {
            named(&format!("{pointer}/for_each/as"), &walked.for_each.r#as, found);
            not_empty(&walked.steps, pointer, found);
        }
        StepKind::Set(set) if set.set.is_empty() && set.set_from.is_empty() => {
            found.key(pointer, nothing_set());
        }
        StepKind::Update(step) if step.update.set.is_empty() && step.update.set_from.is_empty() => {
            found.value(&format!("{pointer}/update"), nothing_set());
        }
        StepKind::Create(crate::workflow::CreateStep { into: Some(into), .. })
        | StepKind::Script(crate::workflow::ScriptStep { into: Some(into), .. })
        | StepKind::Sub(crate::workflow::SubStep { into: Some(into), .. })
        | StepKind::Query(crate::workflow::QueryStep { into, .. }) => {
            named(&format!("{pointer}/into"), into, found);
        }
        StepKind::Decide(decide) => {
            named(&format!("{pointer}/into"), &decide.into, found);
            once(&decide.with, &decide.with_from, pointer, found);
        }
        StepKind::Call(step) => {
            if let Some(into) = &step.into {
                named(&format!("{pointer}/into"), into, found);
            }
            once(&step.call.with, &step.call.with_from, &format!("{pointer}/call"), found);
        }
        _ => {}
    }
}

/// What is given as a literal is not computed too.
fn once(
    with: &IndexMap<String, serde_json::Value>,
    with_from: &IndexMap<String, Expression>,
    pointer: &str,
    found: &mut Findings<'_>,
) {
    for name in with_from.keys().filter(|name| with.contains_key(*name)) {
        let twice = Diagnostic::new(Code::DuplicateName).with("name", name).with("first", "`with`");
        found.key(&format!("{pointer}/with_from/{name}"), twice);
    }
}

/// Keys that belong to some types of steps.
fn only_for(step: &Step, pointer: &str, found: &mut Findings<'_>) {
    if !step.asks_people() {
        if step.sla.is_some() {
            found.key(&format!("{pointer}/sla"), only_approve());
        }
        if !step.allow.is_empty() {
            found.key(&format!("{pointer}/allow"), only_approve());
        }
        if !step.fields.is_empty() {
            found.key(&format!("{pointer}/fields"), only_approve());
        }
        if step.form.is_some() {
            found.key(&format!("{pointer}/form"), only_approve());
        }
    }
    let acting = [
        ("retry", step.retry.is_some()),
        ("on_error", step.on_error.is_some()),
        ("undo", step.undo.is_some()),
    ];
    for (key, said) in acting {
        if said && !step.acts() {
            let finding = wrong([
                "only a step that acts by itself takes this",
                "只有自动执行的步骤支持此键",
                "只有自動執行的步驟支援此鍵",
            ]);
            found.key(&format!("{pointer}/{key}"), finding);
        }
    }
    for (key, steps) in [("on_error", &step.on_error), ("undo", &step.undo)] {
        if let Some(steps) = steps {
            not_empty(&steps.steps, &format!("{pointer}/{key}"), found);
        }
    }
}

fn not_empty(steps: &IndexMap<String, Step>, pointer: &str, found: &mut Findings<'_>) {
    if steps.is_empty() {
        found.key(pointer, Diagnostic::new(Code::MissingKey).with("key", "steps"));
    }
}

fn nothing_set() -> Diagnostic {
    wrong(["nothing is set", "没有设置任何值", "沒有設定任何值"])
}

fn at_least_one<'a>(names: impl Iterator<Item = &'a String>, pointer: &str, found: &mut Findings<'_>) {
    let mut none = true;
    for name in names {
        named(&format!("{pointer}/{name}"), name, found);
        none = false;
    }
    if none {
        found.value(
            pointer,
            wrong(["at least one branch is expected", "至少需要一个分支", "至少需要一個分支"]),
        );
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

fn branches(branches: &IndexMap<String, Branch>, pointer: &str, found: &mut Findings<'_>) {
    at_least_one(branches.keys(), pointer, found);
    let last = branches.len().saturating_sub(1);
    for (index, (name, branch)) in branches.iter().enumerate() {
        if branch.when.is_none() && index != last {
            found.key(
                &format!("{pointer}/{name}"),
                wrong([
                    "only the last branch may go without `when`",
                    "只有最后一个分支可以没有 `when`",
                    "只有最後一個分支可以沒有 `when`",
                ]),
            );
        }
    }
}
