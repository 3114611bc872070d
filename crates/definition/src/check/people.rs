//! Checks of who acts in a workflow: people whom others name, groups, steps that one person may not both do.

use super::{unknown, wrong};
use crate::findings::Findings;
use crate::workflow::{Empty, Performer, Picks, PreviousPicks, StartBy, Step, StepKind, Workflow};
use indexmap::IndexMap;

/// What is known of the steps before the one in sight.
#[derive(Clone, Default)]
struct Before<'a> {
    /// The approvals that are passed for certain.
    passed: Vec<&'a str>,
    /// Which of them is the last: unknown behind branches with approvals of their own.
    unsure: bool,
}

pub(super) fn check(workflow: &Workflow, found: &mut Findings<'_>) {
    let mut walk = Walk { by_move: workflow.start.by.contains(&StartBy::Transition), found };
    walk.sequence(&workflow.steps, "/steps", Before::default());
    if let Some(Empty::Assign(rule)) = &workflow.policy.empty {
        found_alone(rule, "/policy/empty/assign", walk.found);
    }
    separation(workflow, found);
}

/// A rule that must find its people by itself: nobody is there to name them.
pub(super) fn found_alone(rule: &Performer, pointer: &str, found: &mut Findings<'_>) {
    if !picking(rule).is_empty() {
        found.value(pointer, nobody_picks());
    }
    Walk { by_move: false, found }.shape(rule, pointer);
}

/// The steps inside a step, with the way to them.
fn blocks<'a>(step: &'a Step, pointer: &str) -> Vec<(String, &'a IndexMap<String, Step>)> {
    step.sequences().into_iter().map(|(way, steps)| (format!("{pointer}/{way}"), steps)).collect()
}

/// The rules by which a step finds its people, and the way to them.
fn rules(kind: &StepKind) -> (&'static str, &[Performer]) {
    match kind {
        StepKind::Approve(step) => ("approve/by", &step.approve.by),
        StepKind::Handle(step) => ("handle/by", &step.handle.by),
        StepKind::Cc(step) => ("cc/by", &step.cc.by),
        StepKind::Send(step) => ("send/to", &step.send.to),
        _ => ("", &[]),
    }
}

fn approvals<'a>(steps: &'a IndexMap<String, Step>, all: &mut Vec<&'a str>) {
    for (name, step) in steps {
        if matches!(step.kind, StepKind::Approve(_)) {
            all.push(name);
        }
        for (_, inner) in blocks(step, "") {
            approvals(inner, all);
        }
    }
}

/// The rules of a step by which people name others, however deep, with the way to each.
fn picking(rule: &Performer) -> Vec<(String, &Performer)> {
    let mut all = Vec::new();
    let mut open = vec![(String::new(), rule)];
    while let Some((path, rule)) = open.pop() {
        if matches!(rule, Performer::InitiatorPicks { .. } | Performer::PreviousPicks { .. }) {
            all.push((path.clone(), rule));
        }
        open.extend(rule.inner().into_iter().map(|(inner, rule)| (format!("{path}/{inner}"), rule)));
    }
    all
}

struct Walk<'f, 'p> {
    /// The workflow may be started by a move, which names nobody.
    by_move: bool,
    found: &'f mut Findings<'p>,
}

impl Walk<'_, '_> {
    fn sequence<'a>(&mut self, steps: &'a IndexMap<String, Step>, pointer: &str, mut before: Before<'a>) {
        for (name, step) in steps {
            let pointer = format!("{pointer}/{name}");
            self.step(step, &pointer, &before);
            let mut inside = Vec::new();
            for (pointer, inner) in blocks(step, &pointer) {
                approvals(inner, &mut inside);
                self.sequence(inner, &pointer, before.clone());
            }
            if matches!(step.kind, StepKind::Approve(_)) {
                before.passed.push(name);
                before.unsure = false;
            }
            before.unsure |= !inside.is_empty();
        }
    }

    fn step(&mut self, step: &Step, pointer: &str, before: &Before<'_>) {
        let (way, rules) = rules(&step.kind);
        let mut named = 0;
        for (place, rule) in rules.iter().enumerate() {
            let pointer = format!("{pointer}/{way}/{place}");
            self.shape(rule, &pointer);
            for (path, rule) in picking(rule) {
                named += 1;
                let pointer = format!("{pointer}{path}");
                if named > 1 {
                    self.found.value(
                        &pointer,
                        wrong([
                            "people are named for a step once: one rule of it may be a pick",
                            "每个步骤只能指定一次人员：只允许一条指定规则",
                            "每個步驟只能指定一次人員：只允許一條指定規則",
                        ]),
                    );
                }
                match rule {
                    Performer::PreviousPicks { previous_picks } => {
                        self.picker(previous_picks, &pointer, before);
                    }
                    _ if self.by_move => self.found.value(
                        &pointer,
                        wrong([
                            "a move names nobody: the workflow must not start by transition",
                            "流转动作无法指定人员：该流程不能由流转触发",
                            "流轉動作無法指定人員：該流程不能由流轉觸發",
                        ]),
                    ),
                    _ => {}
                }
            }
        }
    }

    /// What holds wherever a rule stands.
    fn shape(&mut self, rule: &Performer, pointer: &str) {
        let picks: Option<&Picks> = match rule {
            Performer::InitiatorPicks { initiator_picks } => Some(initiator_picks),
            Performer::PreviousPicks { previous_picks } => Some(&previous_picks.picks),
            _ => None,
        };
        if let Some(picks) = picks {
            if picks.min > picks.max {
                self.found.value(
                    pointer,
                    wrong(["`min` is more than `max`", "`min` 大于 `max`", "`min` 大於 `max`"]),
                );
            }
            if picks.from.as_deref().is_some_and(|from| !picking(from).is_empty()) {
                self.found.value(&format!("{pointer}/{}", key(rule)), nobody_picks());
            }
        }
        for (path, inner) in rule.inner() {
            if matches!((rule, inner), (Performer::Group { .. }, Performer::Group { .. })) {
                self.found.value(
                    &format!("{pointer}/{path}"),
                    wrong([
                        "a group holds no group: write its people here",
                        "人员组不能嵌套：请直接写出成员",
                        "人員群組不能巢狀：請直接寫出成員",
                    ]),
                );
            }
            self.shape(inner, &format!("{pointer}/{path}"));
        }
    }

    /// Whoever names people must have acted before.
    fn picker(&mut self, rule: &PreviousPicks, pointer: &str, before: &Before<'_>) {
        let pointer = format!("{pointer}/previous_picks");
        match &rule.at {
            Some(at) if before.passed.contains(&at.as_str()) => {}
            Some(at) => {
                let finding = unknown("earlier approval", at, before.passed.iter().copied());
                self.found.value(&format!("{pointer}/at"), finding);
            }
            None if before.passed.is_empty() && !before.unsure => self.found.value(
                &pointer,
                wrong([
                    "there is no approval before this step",
                    "此步骤之前没有审批步骤",
                    "此步驟之前沒有簽核步驟",
                ]),
            ),
            None if before.unsure => self.found.value(
                &pointer,
                wrong([
                    "there are branches before this step: say with `at` whose approver names the people",
                    "此步骤之前有分支：请用 `at` 指明由哪个步骤的审批人指定",
                    "此步驟之前有分支：請用 `at` 指明由哪個步驟的簽核人指定",
                ]),
            ),
            None => {}
        }
    }
}

fn key(rule: &Performer) -> &'static str {
    match rule {
        Performer::InitiatorPicks { .. } => "initiator_picks",
        _ => "previous_picks",
    }
}

fn nobody_picks() -> diagnostic::Diagnostic {
    wrong([
        "nobody can be asked here: use a rule that finds the people by itself",
        "此处无人可指定：请使用能自行确定人员的规则",
        "此處無人可指定：請使用能自行確定人員的規則",
    ])
}

fn separation(workflow: &Workflow, found: &mut Findings<'_>) {
    let mut known = Vec::new();
    approvals(&workflow.steps, &mut known);
    for (place, steps) in workflow.policy.separate.iter().enumerate() {
        let pointer = format!("/policy/separate/{place}");
        for (index, name) in steps.iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            if !known.contains(&name.as_str()) {
                found.value(&pointer, unknown("approval", name, known.iter().copied()));
            } else if steps[..index].contains(name) {
                found.value(&pointer, wrong(["the step is named twice", "步骤重复", "步驟重複"]));
            }
        }
        if steps.len() < 2 {
            found.value(
                &pointer,
                wrong(["at least two steps are needed", "至少需要两个步骤", "至少需要兩個步驟"]),
            );
        }
    }
}
