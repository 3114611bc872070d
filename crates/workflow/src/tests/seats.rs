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
