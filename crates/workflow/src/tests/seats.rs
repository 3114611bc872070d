//! What people do with tasks beside deciding them, and who may not act.

use super::{check, compile, letter, played, user};
use crate::{Run, Task};
use serde_json::json;
use uuid::Uuid;

#[test]
fn seats_are_given_lent_added_and_taken_off() {
    let allow = "allow: [transfer, delegate, add_sign, remove_sign, cc]";
    let one = compile(&format!("  a: {{approve: {{by: [{{user: a}}]}}, {allow}}}"), "");
    let all = compile(&format!("  a: {{approve: {{by: [{{user: ab}}], mode: all}}, {allow}}}"), "");
    let none = compile("  a: {approve: {by: [{user: a}]}}", "");
    let rows = [
        (&one, "a>z", "running: a.z=open"),
        (&one, "a>z z+", "approved: a.z=approved"),
        (&all, "a>b", "running: a.a=removed a.b=open"),
        (&all, "a>b b+", "approved: a.a=removed a.b=approved"),
        (&none, "a>z", "not_permitted"),
        (&one, "a>a", "not_permitted"),
        (&one, "a~z z>z", "not_permitted"),
        (&one, "a~z", "running: a.z=open"),
        (&one, "a~z z+", "not_permitted"),
        (&one, "a~z z~", "running: a.a=open"),
        (&one, "a~z z~ a+", "approved: a.a=approved"),
        (&one, "a~", "not_permitted"),
        (&one, "a{z", "running: a.a=queued a.z=open"),
        (&one, "a{z a+", "not_your_turn"),
        (&one, "a{z z+", "running: a.a=open a.z=approved"),
        (&one, "a{z z+ a+", "approved: a.a=approved a.z=approved"),
        (&one, "a{z z-", "rejected: a.a=cancelled a.z=rejected"),
        (&one, "a}z", "running: a.a=open a.z=queued"),
        (&one, "a}z a+", "running: a.a=approved a.z=open"),
        (&one, "a}z a+ z+", "approved: a.a=approved a.z=approved"),
        (&all, "a|z a+ b+", "running: a.a=approved a.b=approved a.z=open"),
        (&all, "a|z a+ b+ z+", "approved: a.a=approved a.b=approved a.z=approved"),
        (&all, "a|z a\\z a+ b+", "approved: a.a=approved a.b=approved a.z=removed"),
        (&all, "a\\b a+", "approved: a.a=approved a.b=removed"),
        (&all, "b+ a\\b", "task_decided"),
        (&one, "a@z", "running: a.a=open a.z=open"),
        (&one, "a@z a@z a+", "approved: a.a=approved a.z=open"),
        (&none, "a{z", "not_permitted"),
        (&none, "a@z", "not_permitted"),
    ];
    for (flow, script, expect) in rows {
        check(flow, "", script, expect);
    }
    let turn = compile(&format!("  a: {{approve: {{by: [{{user: ab}}], mode: sequential}}, {allow}}}"), "");
    check(&turn, "", "a{z", "running: a.a=queued a.b=queued a.z=open");
    check(&turn, "", "a}z a+", "running: a.a=approved a.b=queued a.z=open");
    check(&turn, "", "a}z a+ z+", "running: a.a=approved a.b=open a.z=approved");
}

#[test]
fn a_seat_knows_how_it_came_to_its_holder() {
    let flow = compile(
        "  a: {approve: {by: [{user: a}]}, allow: [transfer, delegate, add_sign]}",
        "policy: {empty: {assign: {user: z}}}",
    );
    let rows = [
        ("a~z", "z: delegated"),
        ("a~z z~", "a: assigned"),
        ("a>y y~z z~", "y: transferred"),
        ("a|y y~z z~", "a: assigned y: added"),
        ("a|y y~z z~x x~", "a: assigned z: delegated"),
        ("a|y y~z z~x x~ z~", "a: assigned y: added"),
        ("a~z z>y", "y: transferred"),
        // Who has a seat already gets no second one: nothing came to anybody.
        ("a|y y>a", "a: assigned y: added"),
    ];
    for (script, expect) in rows {
        let run = played(&flow, "", script);
        let told =
            |t: &Task| format!("{}: {}", letter(t.assignee), json!(t.origin).as_str().unwrap_or_default());
        let told: Vec<String> = run.instance.tasks.iter().map(told).collect();
        assert_eq!(told.join(" "), expect, "{script}");
    }
}

#[test]
fn decisions_are_taken_back_until_somebody_acted() {
    let policy = "policy: {take_back: next_untouched}";
    let steps = "  a: {approve: {by: [{user: ab}], mode: all}}\n  c: {approve: {by: [{user: c}]}}";
    let flow = compile(steps, policy);
    check(&flow, "", "a+ a?", "running: a.a=open a.b=open");
    check(&flow, "", "a+ b+ b?", "running: a.a=approved a.b=open c.c=cancelled");
    check(&flow, "", "a+ b+ b? b+ c+", "approved: a.a=approved a.b=approved c.c=cancelled c.c=approved");
    check(&flow, "", "a+ b+ a?", "take_back_too_late");
    check(&compile(steps, ""), "", "a+ a?", "take_back_too_late");
    check(&flow, "", "a+ b+ c+ c?", "instance_ended");
    let wrote = compile(
        &format!(
            "{}\n  s: {{set: {{total: '1'}}}}\n  d: {{approve: {{by: [{{user: d}}]}}}}",
            "  a: {approve: {by: [{user: a}]}}"
        ),
        policy,
    );
    check(&wrote, "", "a+ a?", "take_back_too_late");
    let any = compile("  a: {approve: {by: [{user: ab}]}}\n  c: {approve: {by: [{user: c}]}}", policy);
    check(&any, "", "a+ a?", "running: a.a=open a.b=open c.c=cancelled");
}

#[test]
fn what_can_be_done_is_told() {
    let flow = compile(
        "  a: {approve: {by: [{user: ab}], mode: all}, allow: [transfer, delegate, cc]}\n  b: {handle: {by: [{user: c}]}, allow: [return]}",
        "policy: {take_back: next_untouched}",
    );
    let check = |script: &str, who: char, expect: &str| {
        let run = played(&flow, "", script);
        let task = run.instance.tasks.iter().rfind(|t| t.assignee == user(who)).unwrap().id;
        assert_eq!(run.options(task).join(" "), expect, "{script} {who}");
    };
    check("", 'a', "approve reject transfer delegate cc");
    check("a~z", 'z', "resolve transfer delegate cc");
    check("a+", 'a', "take_back");
    check("a+ b+", 'a', "");
    check("a+ b+", 'b', "take_back");
    check("a+ b+", 'c', "done return");
    check("a+ b+ c!", 'c', "");
}

#[test]
fn who_added_people_is_told_that_they_can_be_taken_off() {
    let rows = [
        ("add_sign", "", 'a', ""),
        ("add_sign", "a|z", 'a', "z"),
        ("add_sign", "a|z", 'b', ""),
        ("add_sign", "a|z", 'z', ""),
        ("add_sign", "a|z z+", 'a', ""),
        ("add_sign", "a{z", 'a', ""),
        ("add_sign", "a{z", 'z', ""),
        ("add_sign, transfer", "a|z a>y", 'y', ""),
        ("add_sign, remove_sign", "", 'a', "b"),
        ("add_sign, remove_sign", "b+", 'a', ""),
        ("add_sign, remove_sign", "a|z", 'z', "a b"),
        ("remove_sign, cc", "a@z", 'a', "b"),
    ];
    for (allow, script, who, expect) in rows {
        let flow =
            compile(&format!("  a: {{approve: {{by: [{{user: ab}}], mode: all}}, allow: [{allow}]}}"), "");
        let run = played(&flow, "", script);
        let task = run.instance.tasks.iter().find(|t| t.assignee == user(who)).unwrap();
        let told: Vec<String> =
            run.removable(task.id).map(|seat| letter(seat.assignee).to_string()).collect();
        assert_eq!(told.join(" "), expect, "{allow}: {script} {who}");
        assert_eq!(run.options(task.id).contains(&"remove_sign"), !expect.is_empty());
        for seat in &run.instance.tasks {
            let mut tried = Run::resume(&flow, run.instance.clone(), run.now, Uuid::now_v7);
            let taken_off = tried.remove_sign(task.id, seat.id).is_ok();
            assert_eq!(taken_off, run.removable(task.id).any(|one| one.id == seat.id), "{script} {who}");
        }
    }
}

#[test]
fn separate_duties_are_done_by_different_people() {
    let both = "  one: {approve: {by: [{user: ab}]}}\n  two: {approve: {by: [{user: ab}]}, allow: [return]}";
    let same = "  one: {approve: {by: [{user: a}]}}\n  two: {approve: {by: [{user: a}]}}";
    let apart = "separate: [[one, two]]";
    let rows = [
        (both, "", "a+", "running: one.a=approved one.b=cancelled two.a=open two.b=open"),
        (both, apart, "a+", "running: one.a=approved one.b=cancelled two.b=open"),
        (both, apart, "b+ a+", "approved: one.a=cancelled one.b=approved two.a=approved"),
        // What was returned is no approval any more.
        (
            both,
            apart,
            "a+ b<one b+",
            "running: one.a=superseded one.b=cancelled two.b=returned one.a=cancelled one.b=approved two.a=open",
        ),
        (same, apart, "a+", "nobody_to_approve"),
        (same, "separate: [[one, two]], empty: pass", "a+", "approved: one.a=approved"),
        (same, "separate: [[one, two]], empty: reject", "a+", "rejected: one.a=approved"),
        (
            same,
            "separate: [[one, two]], empty: {assign: {user: za}}",
            "a+",
            "running: one.a=approved two.z=open",
        ),
        (same, "separate: [[one, two]], empty: {assign: {user: a}}", "a+", "nobody_to_approve"),
    ];
    for (steps, policy, script, expect) in rows {
        check(&compile(steps, &format!("policy: {{{policy}}}")), "", script, expect);
    }
}

#[test]
fn who_may_not_act_does_not_come_in_either() {
    let of = |what: &str, policy: &str| {
        let allow = "allow: [transfer, delegate, add_sign]";
        let steps = format!(
            "  one: {{approve: {{by: [{{user: a}}]}}}}\n  two: {{{what}: {{by: [{{user: b}}]}}, {allow}}}"
        );
        compile(&steps, &format!("policy: {{{policy}}}"))
    };
    let stays = "running: one.a=approved two.b=open";
    let rows = [
        ("approve", "self: superior", "a+ b>i", "own_request"),
        ("approve", "self: skip", "a+ b>i", "own_request"),
        ("approve", "self: department_head", "a+ b|i", "own_request"),
        ("approve", "self: skip", "a+ b{i", "own_request"),
        ("approve", "self: skip", "a+ b^>i", stays),
        ("approve", "self: skip", "a+ b^|i", stays),
        // What the initiator thinks of it is no decision.
        ("approve", "self: skip", "a+ b~i i~ b+", "approved: one.a=approved two.b=approved"),
        ("approve", "self: allow", "a+ b>i i+", "approved: one.a=approved two.i=approved"),
        ("handle", "self: skip", "a+ b>i i!", "approved: one.a=approved two.i=done"),
        ("approve", "separate: [[one, two]]", "a+ b>a", "separate_duties"),
        ("approve", "separate: [[one, two]]", "a+ b|a", "separate_duties"),
        ("approve", "separate: [[one, two]]", "a+ b^>a", stays),
        ("approve", "separate: [[one, two]]", "a+ b^|a", stays),
    ];
    for (what, policy, script, expect) in rows {
        check(&of(what, policy), "", script, expect);
    }
    let nobody = "  one: {approve: {by: [{user: '-'}]}}";
    let empty = |who: &str| {
        compile(nobody, &format!("policy: {{self: superior, empty: {{assign: {{user: {who}}}}}}}"))
    };
    check(&empty("ia"), "", "", "running: one.a=open");
    check(&empty("i"), "", "", "nobody_to_approve");
}

#[test]
fn the_seat_of_an_initiator_who_is_passed_over_counts_for_nobody() {
    let of = |by: &str, mode: &str| {
        let steps = format!("  a: {{approve: {{by: [{by}], mode: {mode}}}, allow: [add_sign, remove_sign]}}");
        compile(&steps, "policy: {self: skip}")
    };
    let three = "{user: iab}";
    let group = "{group: [{by: {user: i}, weight: 3}, {by: {user: ab}, weight: 2}]}";
    let rows = [
        (of(three, "any"), "", "running: a.i=skipped a.a=open a.b=open"),
        (of(three, "any"), "b+", "approved: a.i=skipped a.a=cancelled a.b=approved"),
        (of(three, "all"), "b+", "running: a.i=skipped a.a=open a.b=approved"),
        (of(three, "all"), "b+ a+", "approved: a.i=skipped a.a=approved a.b=approved"),
        (of(three, "sequential"), "a+", "running: a.i=skipped a.a=approved a.b=open"),
        (of(three, "{count: 2}"), "b+", "running: a.i=skipped a.a=open a.b=approved"),
        (of(three, "{ratio: 0.5}"), "", "running: a.i=skipped a.a=open a.b=open"),
        (of(three, "{ratio: 0.5}"), "b+", "approved: a.i=skipped a.a=cancelled a.b=approved"),
        (of(group, "{weight: 4}"), "a+", "running: a.i=skipped a.a=approved a.b=open"),
        (of(group, "{weight: 5}"), "", "too_few_to_approve"),
        (of(three, "any, reject: unreachable"), "a- b-", "rejected: a.i=skipped a.a=rejected a.b=rejected"),
        (of("{user: i}", "all"), "", "approved: a.i=skipped"),
        (of("{group: [{by: {user: i}, weight: 3}]}", "{weight: 3}"), "", "approved: a.i=skipped"),
    ];
    for (flow, script, expect) in rows {
        check(&flow, "", script, expect);
    }
    // Who approved before did decide, and who lost his seat has none.
    let two = "  one: {approve: {by: [{user: a}]}}\n  two: {approve: {by: [{user: ab}]}}";
    check(
        &compile(two, "policy: {self: skip, dedupe: consecutive}"),
        "",
        "a+",
        "approved: one.a=approved two.a=skipped two.b=cancelled",
    );
    let apart = "  one: {approve: {by: [{user: a}]}}\n  two: {approve: {by: [{user: ia}]}}";
    check(
        &compile(apart, "policy: {self: skip, separate: [[one, two]]}"),
        "",
        "a+",
        "approved: one.a=approved two.i=skipped",
    );
    // The weight of a seat that was skipped as its time passed is not lost.
    let weighed = of("{group: [{by: {user: ab}, weight: 2}]}", "{weight: 2}");
    check(&weighed, "", "a=~", "approved: a.a=skipped a.b=cancelled");
}

#[test]
fn who_decided_counts_not_whose_task_it_was() {
    let two = "  one: {approve: {by: [{user: a}]}}\n  two: {approve: {by: [{user: az}]}}";
    let next = "  one: {approve: {by: [{user: a}]}}\n  two: {approve: {by: [{user: bz}]}}";
    let apart = "separate: [[one, two]]";
    let rows = [
        (two, apart, "a+/z", "running: one.a=approved two.a=open"),
        (two, apart, "a+/z a+/z", "separate_duties"),
        (two, apart, "a+/y a+/z", "approved: one.a=approved two.a=approved two.z=cancelled"),
        (two, "dedupe: consecutive", "a+/z", "approved: one.a=approved two.a=cancelled two.z=skipped"),
        (two, "dedupe: any_earlier", "a+/y", "running: one.a=approved two.a=open two.z=open"),
        (two, "self: skip", "a+/i", "own_request"),
        (two, "self: skip", "a-/i", "rejected: one.a=rejected"),
        (
            next,
            "take_back: next_untouched, separate: [[one, two]]",
            "a+/z a?",
            "running: one.a=open two.b=cancelled",
        ),
    ];
    for (steps, policy, script, expect) in rows {
        check(&compile(steps, &format!("policy: {{{policy}}}")), "", script, expect);
    }
    let both = "  both:\n    parallel:\n      x: {steps: {one: {approve: {by: [{user: a}]}}}}\n      y: {steps: {two: {approve: {by: [{user: bz}]}}}}";
    let flow = compile(both, "policy: {separate: [[one, two]]}");
    check(&flow, "", "a+/z", "running: one.a=approved two.b=open two.z=cancelled");
    // What was stored before it was kept: whoever had the task.
    let flow = compile(two, "");
    let mut run = played(&flow, "", "a+/z");
    let mut stored = json!(run.instance.tasks[0]);
    assert_eq!(stored["decided_by"], json!(user('z')));
    stored.as_object_mut().unwrap().remove("decided_by");
    run.instance.tasks[0] = serde_json::from_value(stored).unwrap();
    assert!(
        run.instance.tasks[0].was_approved_by(user('a')) && !run.instance.tasks[0].was_approved_by(user('z'))
    );
}

#[test]
fn who_approves_loses_what_waits_elsewhere() {
    let rows = [
        ("any", "ab", "a+ b+", "approved: two.a=cancelled two.b=approved one.a=approved"),
        ("all", "ab", "a+ b+", "approved: two.a=cancelled two.b=approved one.a=approved"),
        ("sequential", "ab", "a+ b+", "approved: two.a=cancelled two.b=approved one.a=approved"),
        ("all", "a", "a+ z+", "approved: two.a=cancelled one.a=approved two.z=approved"),
    ];
    for (mode, people, script, expect) in rows {
        // The first branch is decided first: the newest open task of somebody is the one that is acted upon.
        let steps = format!(
            "
  both:
    parallel:
      right: {{steps: {{two: {{approve: {{by: [{{user: {people}}}], mode: {mode}}}}}}}}}
      left: {{steps: {{one: {{approve: {{by: [{{user: a}}]}}}}}}}}"
        );
        let flow = compile(&steps, "policy: {separate: [[one, two]], empty: {assign: {user: z}}}");
        check(&flow, "", script, expect);
    }
}

#[test]
fn who_names_people_is_found() {
    let steps = "
  first: {approve: {by: [{user: a}]}}
  mine: {approve: {by: [{initiator_picks: {}}]}}
  tell: {cc: {by: [{user: c}]}}
  by_size:
    choose:
      high: {when: 'total > 100', steps: {inner: {approve: {by: [{group: [{by: {previous_picks: {}}, weight: 2}]}]}}}}
  last: {approve: {by: [{previous_picks: {at: first}}]}}";
    let flow = compile(steps, "");
    let rows =
        [("first", None), ("mine", None), ("tell", None), ("inner", Some("mine")), ("last", Some("first"))];
    for (node, expect) in rows {
        let node = flow.find(node).unwrap();
        let picker = flow.picker(node).map(|picker| &*flow.nodes[picker].name);
        assert_eq!(picker, expect, "{}", flow.nodes[node].name);
    }
    let follows = |node: &str| flow.following(flow.find(node).unwrap()).map(|next| &*flow.nodes[next].name);
    assert_eq!((follows("tell"), follows("inner"), follows("last")), (Some("by_size"), Some("last"), None));
    assert_eq!(
        flow.picked(flow.find("inner").unwrap()).map(|picked| (picked.min, picked.max)),
        Some((1, 20))
    );
}

#[test]
fn whoever_has_two_seats_decides_for_both() {
    let group = "{group: [{by: {user: a}, weight: 3}, {by: {user: b}}, {by: {user: c}}]}";
    let allow = "allow: [transfer, add_sign, remove_sign]";
    let of = |mode: &str| compile(&format!("  a: {{approve: {{by: [{group}], {mode}}}, {allow}}}"), "");
    let weighed = of("mode: {weight: 4}");
    let one = of("mode: {weight: 3}");
    let all = of("mode: all");
    let rows = [
        (&weighed, "a>b", "running: a.a=removed a.b=open a.c=open"),
        (&weighed, "a>b b+", "approved: a.a=removed a.b=approved a.c=cancelled"),
        (&weighed, "a>b c+", "running: a.a=removed a.b=open a.c=approved"),
        (&weighed, "b+ a>b", "approved: a.a=removed a.b=approved a.c=cancelled"),
        (&one, "a>b b+", "approved: a.a=removed a.b=approved a.c=cancelled"),
        // Who was added around a seat stands where that one was, or around the one that stays.
        (&one, "a}z a>z", "running: a.a=removed a.b=open a.c=open a.z=open"),
        (&one, "a}z a>z z+", "approved: a.a=removed a.b=cancelled a.c=cancelled a.z=approved"),
        (&one, "a^|z a>z z+", "approved: a.a=removed a.b=cancelled a.c=cancelled a.z=approved"),
        (&one, "a|z a>z z+", "approved: a.a=removed a.b=cancelled a.c=cancelled a.z=approved"),
        (&one, "a}z a>b b+", "running: a.a=removed a.b=approved a.c=open a.z=open"),
        (&one, "a}z a>b b+ z+", "approved: a.a=removed a.b=approved a.c=cancelled a.z=approved"),
        (&all, "b{z a>z z+ b+ c+", "approved: a.a=removed a.b=approved a.c=approved a.z=approved"),
        (&weighed, "b{z a>z z+ b+", "approved: a.a=removed a.b=approved a.c=cancelled a.z=approved"),
        // Nothing is rejected because somebody is taken off.
        (&weighed, "b\\a", "too_few_to_approve"),
        (&weighed, "b\\c a+ b+", "approved: a.a=approved a.b=approved a.c=removed"),
        (&weighed, "b- ", "rejected: a.a=cancelled a.b=rejected a.c=cancelled"),
        (&of("mode: {weight: 6}"), "", "too_few_to_approve"),
        (&of("mode: {count: 9}"), "a+ b+ c+", "approved: a.a=approved a.b=approved a.c=approved"),
    ];
    for (flow, script, expect) in rows {
        check(flow, "", script.trim(), expect);
    }
}

#[test]
fn who_stands_in_for_the_initiator_has_that_seat() {
    let of = |by: &str, mode: &str| {
        compile(&format!("  a: {{approve: {{by: [{by}], mode: {mode}}}}}"), "policy: {self: superior}")
    };
    let group = "{group: [{by: {user: i}, weight: 3}, {by: {user: a}}, {by: {user: s}}]}";
    let rows = [
        (of("{user: ia}", "sequential"), "", "running: a.s=open a.a=queued"),
        (of("{user: ais}", "sequential"), "a+", "running: a.a=approved a.s=open"),
        (of(group, "{weight: 4}"), "", "running: a.s=open a.a=open"),
        (of(group, "{weight: 4}"), "s+", "approved: a.s=approved a.a=cancelled"),
        (of(group, "{weight: 5}"), "s+ a+", "approved: a.s=approved a.a=approved"),
        (of(group, "{weight: 6}"), "", "too_few_to_approve"),
    ];
    for (flow, script, expect) in rows {
        check(&flow, "", script, expect);
    }
}
