//! What happens as the time of tasks passes.

use super::{check, compile, letter, played, user};
use crate::TaskState;
use crate::flow::sla::{Act, EscalateHow};
use crate::step::Step;

const ALLOW: &str = "allow: [transfer, add_sign, remove_sign]";

#[test]
fn others_come_in() {
    let people = |who: &str, mode: &str| {
        compile(&format!("  a: {{approve: {{by: [{{user: {who}}}], {mode}}}, {ALLOW}}}"), "")
    };
    let one = people("a", "mode: any");
    let all = people("ab", "mode: all");
    let turn = people("ab", "mode: sequential");
    let few = people("abc", "mode: {count: 2}, reject: unreachable");
    let rows = [
        (&one, "a^|z", "running: a.a=open a.z=open"),
        (&one, "a^|z z+", "approved: a.a=cancelled a.z=approved"),
        (&one, "a^|z a+", "approved: a.a=approved a.z=cancelled"),
        // One of the two decides for the seat, the others of the step still for theirs.
        (&all, "a^|z z+", "running: a.a=cancelled a.b=open a.z=approved"),
        (&all, "a^|z a+", "running: a.a=approved a.b=open a.z=cancelled"),
        (&all, "a^|z z+ b+", "approved: a.a=cancelled a.b=approved a.z=approved"),
        (&all, "a^|z z-", "rejected: a.a=cancelled a.b=cancelled a.z=rejected"),
        (&all, "a^|z z^|y y+ b+", "approved: a.a=cancelled a.b=approved a.z=cancelled a.y=approved"),
        (&all, "a^|b", "running: a.a=open a.b=open"),
        (&all, "b+ a^|b", "running: a.a=open a.b=approved"),
        (&all, "a^|z a\\z", "running: a.a=open a.b=open a.z=removed"),
        // Where the first of them goes, the other keeps the seat.
        (&all, "a^|z a>b", "running: a.a=removed a.b=open a.z=open"),
        (&all, "a^|z a>b b+", "running: a.a=removed a.b=approved a.z=open"),
        (&all, "a^|z a>b b+ z+", "approved: a.a=removed a.b=approved a.z=approved"),
        (&one, "a^|z z{y z+", "not_your_turn"),
        (&one, "a^|z a{y z+", "running: a.a=cancelled a.z=approved a.y=open"),
        (&one, "a^|z a{y z+ y+", "approved: a.a=cancelled a.z=approved a.y=approved"),
        (&turn, "a^|z", "running: a.a=open a.b=queued a.z=open"),
        (&turn, "a^|z z+", "running: a.a=cancelled a.b=open a.z=approved"),
        (&turn, "a^|z z+ b+", "approved: a.a=cancelled a.b=approved a.z=approved"),
        (&few, "a^|z z-", "running: a.a=cancelled a.b=open a.c=open a.z=rejected"),
        (&few, "a^|z z- b-", "rejected: a.a=cancelled a.b=rejected a.c=cancelled a.z=rejected"),
        (&few, "a^|z z- b+ c+", "approved: a.a=cancelled a.b=approved a.c=approved a.z=rejected"),
        (&one, "a^>z", "running: a.z=open"),
        (&one, "a^>z z+", "approved: a.z=approved"),
        (&all, "a^>b", "running: a.a=open a.b=open"),
        (&one, "a^@z", "running: a.a=open a.z=open"),
        (&one, "a^@z a^@z a+", "approved: a.a=approved a.z=open"),
        (&one, "a+ a^|z", "instance_ended"),
        (&turn, "b^|z", "not_your_turn"),
    ];
    for (flow, script, expect) in rows {
        check(flow, "", script, expect);
    }
}

#[test]
fn what_nobody_decided_is_decided() {
    let steps = "  a: {approve: {by: [{user: a}]}}\n  b: {handle: {by: [{user: a}]}}\n  c: {approve: {by: [{user: a}]}}";
    let flow = compile(steps, "");
    check(&flow, "", "a=+", "running: a.a=approved b.a=open");
    check(&flow, "", "a=-", "rejected: a.a=rejected");
    check(&flow, "", "a=!", "not_permitted");
    check(&flow, "", "a+ a=!", "running: a.a=approved b.a=done c.a=open");
    check(&flow, "", "a+ a=+", "not_permitted");
    check(&flow, "", "a=~", "running: a.a=skipped b.a=open");
    check(&flow, "", "a=~ a=~ a=~", "approved: a.a=skipped b.a=skipped c.a=skipped");
    // It is no decision of whoever had the task: it spares and bars nobody, and nobody takes it back.
    check(
        &compile(steps, "policy: {dedupe: any_earlier}"),
        "",
        "a=+ a!",
        "running: a.a=approved b.a=done c.a=open",
    );
    check(
        &compile(steps, "policy: {separate: [[a, c]]}"),
        "",
        "a=+ a!",
        "running: a.a=approved b.a=done c.a=open",
    );
    check(&compile(steps, "policy: {take_back: next_untouched}"), "", "a=! ", "not_permitted");
    let two = "  a: {approve: {by: [{user: ab}], mode: all}}";
    check(&compile(two, "policy: {take_back: next_untouched}"), "", "a=+ a?", "take_back_too_late");
    check(
        &compile(two, "policy: {comment_required: [approve]}"),
        "",
        "a=+ b=+",
        "approved: a.a=approved a.b=approved",
    );
    check(&compile(two, ""), "", "a=~ b-", "rejected: a.a=skipped a.b=rejected");
    check(&compile(two, ""), "", "a^|z a=~ b+", "approved: a.a=skipped a.b=approved a.z=cancelled");
    // The others decide, while there are any.
    let of = |people: &str, mode: &str| {
        compile(&format!("  a: {{approve: {{by: [{{user: {people}}}], mode: {mode}}}}}"), "")
    };
    let rows = [
        (of("ab", "any"), "a=~", "running: a.a=skipped a.b=open"),
        (of("ab", "any"), "a=~ b-", "rejected: a.a=skipped a.b=rejected"),
        (of("ab", "any"), "a=~ b+", "approved: a.a=skipped a.b=approved"),
        (of("ab", "any"), "a=~ b=~", "approved: a.a=skipped a.b=skipped"),
        (of("abc", "{count: 2}"), "a=~ b+", "running: a.a=skipped a.b=approved a.c=open"),
        (of("abc", "{ratio: 0.5}"), "a=~", "running: a.a=skipped a.b=open a.c=open"),
        (of("abc", "{ratio: 0.5}"), "a=~ b+", "approved: a.a=skipped a.b=approved a.c=cancelled"),
        (of("abc", "sequential"), "a=~ b+", "running: a.a=skipped a.b=approved a.c=open"),
    ];
    for (flow, script, expect) in rows {
        check(&flow, "", script, expect);
    }
    // What was skipped is looked through, as if the step had not been there.
    let last = "  a: {approve: {by: [{user: a}]}}\n  b: {approve: {by: [{user: b}]}}\n  c: {approve: {by: [{user: a}]}}";
    let consecutive = compile(last, "policy: {dedupe: consecutive}");
    check(&consecutive, "", "a+ b=~", "approved: a.a=approved b.b=skipped c.a=skipped");
    check(&consecutive, "", "a+ b=+", "running: a.a=approved b.b=approved c.a=open");
}

#[test]
fn a_step_says_its_own_time_or_has_that_of_the_flow() {
    let flow = compile(
        "  a: {approve: {by: [{user: a}]}}\n  b: {approve: {by: [{user: b}]}, sla: {due: 2d}}\n  c: {cc: {by: [{user: c}]}}",
        "sla: {due: 8h, at: {200%: {decide: approve}, 50%: remind, 100%: {escalate: {by: [{superior: {of: assignee}}], how: add}}}}",
    );
    let sla = |name: &str| match &flow.nodes[flow.find(name).unwrap()].step {
        Step::People(step) => step.sla.as_deref(),
        _ => None,
    };
    let own = sla("a").unwrap();
    assert_eq!(own.due.to_string(), "8h");
    assert_eq!(own.marks.iter().map(|mark| mark.percent).collect::<Vec<_>>(), [50, 100, 200]);
    assert!(matches!(&own.marks[1].act, Act::Escalate { by, how: EscalateHow::Add } if by.len() == 1));
    assert_eq!(sla("b").map(|sla| (sla.due.to_string(), sla.marks.len())), Some(("2d".to_owned(), 0)));
    assert!(sla("c").is_none());
    let run = played(&flow, "", "a+ b+");
    let copies = run.instance.tasks.iter().filter(|t| t.assignee == user('c') && letter(t.assignee) == 'c');
    assert!(copies.clone().all(|t| t.state == TaskState::Open && run.deadline(t).is_none()));
    assert_eq!(copies.count(), 1);
}
