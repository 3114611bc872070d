//! What steps find out, and who knows it.

use super::{act, compile, instance, shown, user};
use crate::decision::DecisionKind;
use crate::instance::WORK;
use crate::{Answer, Decision, Flow, Instance, Person, Question, Run, Token};
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

/// Runs a flow; then `w` lets a worker come, `+` approves, and what people do else is done at the first open task.
fn check(flow: &Flow, acts: &[&str], expect: &[&str]) {
    let mut run = Run::start(flow, instance(flow), DateTime::UNIX_EPOCH, Uuid::now_v7);
    let mut count = 0;
    let asked = run.advance().unwrap();
    drive(&mut run, asked, &mut count);
    let mut told = vec![kept(&run.instance)];
    for what in acts {
        let open =
            run.instance.tasks.iter().find(|task| task.state == crate::TaskState::Open).map(|task| task.id);
        let asked = match (*what, open) {
            ("w", _) => {
                let works = |token: &&Token| token.data.awaits.iter().any(|one| *one.name == *WORK);
                let token = run.instance.tokens.iter().find(works).unwrap().id;
                run.wake(token, WORK).unwrap()
            }
            ("+", Some(task)) => {
                let (kind, by, seen) = (DecisionKind::Approve, user('a'), 1);
                run.decide(task, Decision { kind, by, comment: None, to: None, back: false, seen }).unwrap()
            }
            (what, task) => act(&mut run, task.unwrap(), what).unwrap(),
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
    // Back to a step behind the decision, also from outside of the branch: it is not asked again.
    let once = "; o[0] r.level=1";
    check(&flow, &["+", "<a", "+", "+", "<b"], &[once; 6]);
}

#[test]
fn what_is_declared_is_one_for_the_flow() {
    let flow = compile(
        &format!("  o: {{for_each: {{in: tags, as: t}}, steps: {{s: {{set: {{n: 7}}}}, a: {LOOK}}}}}"),
        "variables: {n: {type: integer}}",
    );
    check(&flow, &["+"], &["n=7", "n=7"]);
}

#[test]
fn what_is_done_together_is_known_behind_it() {
    let inside = "together: {d: {decide: risk, into: r}, s: {set: {name: x}}}";
    let flow = compile(&format!("  t: {{{inside}}}\n  w: {{set_from: {{name: r.level}}}}\n  a: {LOOK}"), "");
    check(&flow, &["w"], &["", "n=7,r.level=1"]);
    let each = format!(
        "  o: {{for_each: {{in: tags, as: t}}, steps: {{t: {{{inside}}}, w: {{set_from: {{name: r.level}}}}, a: {LOOK}}}}}"
    );
    let (one, both) = ("n=7; o[0] r.level=1", "n=7; o[0] r.level=1; o[1] r.level=2");
    check(&compile(&each, ""), &["w", "+", "w"], &["", one, one, both]);
}
