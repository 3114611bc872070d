//! What steps find out, and who knows it.

use super::{act, compile, instance, shown, user};
use crate::{Answer, Flow, Instance, Person, Question, Run};
use chrono::DateTime;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// The values as an instance keeps them: those of the flow, then those of each token that holds some.
fn kept(instance: &Instance) -> String {
    let one = |values: &BTreeMap<Arc<str>, Json>| {
        values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
    };
    let mut all = vec![one(&instance.variables)];
    for token in &instance.tokens {
        let items = token.data.known.iter();
        all.extend(items.map(|(item, values)| format!("{}[{item}] {}", token.node, one(values))));
    }
    all.join("; ")
}

/// Decisions answer with how often one was asked; lists have two items; rounds go on.
fn drive(run: &mut Run<'_>, mut asked: Option<Question>, count: &mut u32) {
    while let Some(question) = asked {
        let answer = match question {
            Question::Decide { node, .. } => {
                *count += 1;
                let crate::step::Step::Decide(step) = &run.flow.nodes[node].step else {
                    panic!("no decision")
                };
                Answer::Values(vec![(step.variable("level"), json!(*count))])
            }
            Question::Write { .. } => Answer::Values(vec![("n".into(), json!(7))]),
            Question::Items { .. } => Answer::Items(vec![json!(1), json!(2)]),
            Question::Cases { .. } => Answer::Cases(vec![0]),
            Question::Again { after, .. } => Answer::Holds(!after),
            _ => Answer::People(vec![Person::new(user('a'), "a")]),
        };
        asked = run.answer(answer).unwrap();
    }
}

/// Runs a flow; people then do what is said, each at the first open task.
fn check(flow: &Flow, acts: &[&str], expect: &[&str]) {
    let mut run = Run::start(flow, instance(flow), DateTime::UNIX_EPOCH, Uuid::now_v7);
    let mut count = 0;
    let asked = run.advance().unwrap();
    drive(&mut run, asked, &mut count);
    let mut told = vec![kept(&run.instance)];
    for what in acts {
        let task = run.instance.tasks.iter().find(|task| task.state == crate::TaskState::Open).unwrap().id;
        let asked = match *what {
            "+" => {
                let (kind, seen) = (crate::decision::DecisionKind::Approve, 1);
                run.decide(task, crate::Decision { kind, comment: None, to: None, back: false, seen })
                    .unwrap()
            }
            what => act(&mut run, task, what).unwrap(),
        };
        drive(&mut run, asked, &mut count);
        told.push(kept(&run.instance));
    }
    assert_eq!(told, expect, "{}", shown(&run.instance));
}

const LOOK: &str = "{approve: {by: [{user: a}]}, allow: [return]}";

#[test]
fn an_answer_is_kept_with_the_sequence() {
    let decide = "{decide: risk, into: r}";
    let flat = compile(&format!("  d: {decide}\n  a: {LOOK}"), "");
    check(&flat, &["+"], &["r.level=1", "r.level=1"]);
    let inside = |outer: &str| format!("  o: {{{outer}, steps: {{d: {decide}, a: {LOOK}}}}}\n  z: {LOOK}");
    // Each item has its own, at the same time and one after another.
    let together = compile(&inside("for_each: {in: tags, as: t, mode: parallel}"), "");
    let both = "; o[0] r.level=1; o[1] r.level=2";
    check(&together, &["+", "+"], &[both, both, both]);
    let turn = compile(&inside("for_each: {in: tags, as: t}"), "");
    check(&turn, &["+"], &["; o[0] r.level=1", both]);
    // A round overwrites what the one before it found out.
    let rounds = compile(&inside("repeat: {max: 3}"), "");
    check(&rounds, &["+"], &["; o[0] r.level=1", "; o[0] r.level=2"]);
}

#[test]
fn a_return_finds_what_was_known() {
    let flow = format!(
        "  o:\n    choose:\n      x: {{when: 'true', steps: {{d: {{decide: risk, into: r}}, a: {LOOK}, b: {LOOK}}}}}\n  z: {LOOK}"
    );
    let flow = compile(&flow, "");
    // Back to a step behind the decision: it is not asked again; the second is the step as it was when it was left.
    let once = "; o[0] r.level=1";
    check(
        &flow,
        &["+", "<a", "+", "+", "<b"],
        &[once, once, once, once, once, "; o[0] r.level=1; o[0] r.level=1"],
    );
}

#[test]
fn what_is_declared_is_one_for_the_flow() {
    let flow = compile(
        &format!("  o: {{for_each: {{in: tags, as: t}}, steps: {{s: {{set: {{n: 7}}}}, a: {LOOK}}}}}"),
        "variables: {n: {type: integer}}",
    );
    check(&flow, &["+"], &["n=7", "n=7"]);
}
