//! Ways through a flow: branches, rounds, jumps and returns.

mod items;

use super::{check, compile, played, shown};
use crate::TaskState;

#[test]
fn branches_copies_and_ends() {
    let steps = "
  first: {approve: {by: [{user: a}]}}
  by_risk:
    choose:
      high: {when: 'total > 100', steps: {boss: {approve: {by: [{user: b}]}}, tell: {cc: {by: [{user: c}]}}}}
      odd: {when: 'total > 10', steps: {stop: {end: rejected}}}
      otherwise: {steps: {}}
  last: {approve: {by: [{user: d}]}}";
    let flow = compile(steps, "");
    check(&flow, "", "a+", "running: first.a=approved last.d=open");
    check(&flow, "high", "a+ b+", "running: first.a=approved boss.b=approved tell.c=open last.d=open");
    check(
        &flow,
        "high",
        "a+ b+ d+",
        "approved: first.a=approved boss.b=approved tell.c=open last.d=approved",
    );
    check(&flow, "odd", "a+", "rejected: first.a=approved");
}

#[test]
fn branches_at_the_same_time() {
    let steps = "
  both:
    parallel:
      one: {steps: {a: {approve: {by: [{user: a}]}}, b: {approve: {by: [{user: b}]}, allow: [return]}}}
      two: {steps: {c: {approve: {by: [{user: c}]}, allow: [return]}}}
  last: {approve: {by: [{user: d}]}, allow: [return]}";
    let flow = compile(steps, "");
    check(&flow, "", "", "running: a.a=open c.c=open");
    check(&flow, "", "c+ a+", "running: a.a=approved c.c=approved b.b=open");
    check(&flow, "", "c+ a+ b+", "running: a.a=approved c.c=approved b.b=approved last.d=open");
    check(&flow, "", "a+ b- ", "rejected: a.a=approved c.c=cancelled b.b=rejected");
    // Inside a branch the other one is not touched.
    check(&flow, "", "a+ b<a", "running: a.a=superseded c.c=open b.b=returned a.a=open");
    check(
        &flow,
        "",
        "a+ b<a c+ a+ b+",
        "running: a.a=superseded c.c=approved b.b=returned a.a=approved b.b=approved last.d=open",
    );
    // Nobody is sent to a branch beside his own, and back into one only that one is walked again.
    check(&flow, "", "a+ c<a", "invalid_transition");
    check(
        &flow,
        "",
        "a+ b+ c+ d<a",
        "running: a.a=superseded c.c=approved b.b=superseded last.d=returned a.a=open",
    );
    check(
        &flow,
        "",
        "a+ b+ c+ d<a a+ b+",
        "running: a.a=superseded c.c=approved b.b=superseded last.d=returned a.a=approved b.b=approved last.d=open",
    );
    let first = compile(&steps.replace("  last:", "    join: any\n  last:"), "");
    check(&first, "", "c+", "running: a.a=cancelled c.c=approved last.d=open");
    let empty =
        compile("  both: {parallel: {one: {steps: {}}, two: {}}}\n  last: {approve: {by: [{user: d}]}}", "");
    check(&empty, "", "", "running: last.d=open");
}

#[test]
fn all_cases_that_hold() {
    let steps = "
  ask:
    each:
      high: {when: 'total > 1', steps: {a: {approve: {by: [{user: a}]}}}}
      far: {when: 'total > 2', steps: {b: {approve: {by: [{user: b}]}}}}
      otherwise: {steps: {c: {approve: {by: [{user: c}]}}}}
  last: {approve: {by: [{user: d}]}}";
    let flow = compile(steps, "");
    check(&flow, "high far", "", "running: a.a=open b.b=open");
    check(&flow, "high far", "b+ a+", "running: a.a=approved b.b=approved last.d=open");
    check(&flow, "far", "b+", "running: b.b=approved last.d=open");
    check(&flow, "", "", "running: c.c=open");
}

#[test]
fn rounds_and_items() {
    let round = "
  again: {repeat: {max: 3, as: round}, steps: {a: {approve: {by: [{user: a}]}}}}
  last: {approve: {by: [{user: d}]}}";
    check(&compile(round, ""), "", "a+ a+", "running: a.a=approved a.a=approved a.a=open");
    check(&compile(round, ""), "", "a+ a+ a+", "running: a.a=approved a.a=approved a.a=approved last.d=open");
    let until = compile(&round.replace("max: 3", "max: 3, until: 'total > 1'"), "");
    check(&until, "until", "a+", "running: a.a=approved last.d=open");
    check(&until, "", "a+", "running: a.a=approved a.a=open");
    let checked = compile(&round.replace("max: 3", "max: 3, while: 'total > 1'"), "");
    check(&checked, "", "", "running: last.d=open");
    check(&checked, "while", "a+", "running: a.a=approved a.a=open");
    let items = "
  walk: {for_each: {in: 'tags', as: tag}, steps: {a: {approve: {by: [{user: a}]}, allow: [return]}}}
  last: {approve: {by: [{user: d}]}, allow: [return]}";
    check(&compile(items, ""), "0", "", "running: last.d=open");
    check(&compile(items, ""), "2", "a+", "running: a.a=approved a.a=open");
    check(&compile(items, ""), "2", "a+ a+", "running: a.a=approved a.a=approved last.d=open");
    check(&compile(items, ""), "2", "a+ a+ d<a", "invalid_transition");
    let together = compile(&items.replace("as: tag", "as: tag, mode: parallel"), "");
    check(&together, "2", "", "running: a.a=open a.a=open");
    check(&together, "2", "a+", "running: a.a=open a.a=approved");
    let one = compile(&items.replace("as: tag", "as: tag, mode: parallel, join: any"), "");
    check(&one, "3", "a+", "running: a.a=cancelled a.a=cancelled a.a=approved last.d=open");
}

#[test]
fn jumps_go_to_steps_around() {
    let steps = "
  a: {approve: {by: [{user: a}]}}
  by_risk:
    choose:
      again: {when: 'total > 1', steps: {b: {approve: {by: [{user: b}]}}, up: {goto: a}}}
  last: {approve: {by: [{user: d}]}}";
    let flow = compile(steps, "");
    check(&flow, "again", "a+ b+", "running: a.a=superseded b.b=superseded a.a=open");
    check(&flow, "", "a+", "running: a.a=approved last.d=open");
    let out = compile(
        "  both:\n    parallel:\n      one: {steps: {a: {approve: {by: [{user: a}]}}, out: {goto: last}}}\n      two: {steps: {b: {approve: {by: [{user: b}]}}}}\n  last: {approve: {by: [{user: d}]}}",
        "",
    );
    check(&out, "", "a+", "running: a.a=approved b.b=cancelled last.d=open");
    let round = compile("  top: {set: {total: '1'}}\n  up: {goto: top}", "");
    check(&round, "", "", "flow_too_long");
}

#[test]
fn returning_supersedes_what_lies_between() {
    let steps = "
  first: {approve: {by: [{user: a}]}}
  by_risk:
    choose:
      high: {when: 'total > 100', steps: {boss: {approve: {by: [{user: b}]}, allow: [return]}}}
  last: {approve: {by: [{user: d}]}, allow: [return]}";
    let flow = compile(steps, "");
    check(&flow, "high", "a+ b<first", "running: first.a=superseded boss.b=returned first.a=open");
    check(
        &flow,
        "high",
        "a+ b+ d<first",
        "running: first.a=superseded boss.b=superseded last.d=returned first.a=open",
    );
    // A branch that ended is walked again from there.
    check(
        &flow,
        "high",
        "a+ b+ d<boss",
        "running: first.a=approved boss.b=superseded last.d=returned boss.b=open",
    );
    check(
        &flow,
        "high",
        "a+ b+ d<boss b+ d+",
        "approved: first.a=approved boss.b=superseded last.d=returned boss.b=approved last.d=approved",
    );
    check(&flow, "high", "a<first", "invalid_transition");
    check(
        &flow,
        "high",
        "a+ b<first a+ b+ d+",
        "approved: first.a=superseded boss.b=returned first.a=approved boss.b=approved last.d=approved",
    );
}

#[test]
fn a_returned_flow_goes_on_as_the_policy_says() {
    let steps = "
  a: {approve: {by: [{user: a}]}}
  b: {approve: {by: [{user: b}]}}
  c: {approve: {by: [{user: c}]}, allow: [return]}";
    let here = compile(steps, "");
    let back = compile(steps, "policy: {after_return: back_to_returner}");
    let ask = compile(steps, "policy: {after_return: ask}");
    check(
        &here,
        "",
        "a+ b+ c<a a+",
        "running: a.a=superseded b.b=superseded c.c=returned a.a=approved b.b=open",
    );
    check(&back, "", "a+ b+ c<a", "running: a.a=superseded b.b=approved c.c=returned a.a=open");
    check(
        &back,
        "",
        "a+ b+ c<a a+",
        "running: a.a=superseded b.b=approved c.c=returned a.a=approved c.c=open",
    );
    check(
        &back,
        "",
        "a+ b+ c<a a+ c+",
        "approved: a.a=superseded b.b=approved c.c=returned a.a=approved c.c=approved",
    );
    check(
        &ask,
        "",
        "a+ b+ c<a a+",
        "running: a.a=superseded b.b=superseded c.c=returned a.a=approved b.b=open",
    );
    check(
        &ask,
        "",
        "a+ b+ c<<a a+",
        "running: a.a=superseded b.b=approved c.c=returned a.a=approved c.c=open",
    );
}

#[test]
fn a_branch_that_is_walked_again_remembers_what_was_done_in_it() {
    let steps = "
  by_risk:
    choose:
      high: {when: 'total > 100', steps: {x: {approve: {by: [{user: x}]}}, b: {approve: {by: [{user: b}]}, allow: [return]}}}
  last: {approve: {by: [{user: d}]}, allow: [return]}";
    let flow = compile(steps, "");
    check(
        &flow,
        "high",
        "x+ b+ d<b b<x",
        "running: x.x=superseded b.b=superseded last.d=returned b.b=returned x.x=open",
    );
}

#[test]
fn nobody_is_passed_over_on_the_way_back_to_who_returned_a_flow() {
    let steps = "
  first: {approve: {by: [{user: a}]}}
  both:
    parallel:
      one: {steps: {b: {approve: {by: [{user: b}]}}}}
      two: {steps: {c: {approve: {by: [{user: c}]}, allow: [return]}}}
  last: {approve: {by: [{user: d}]}}";
    let flow = compile(steps, "policy: {after_return: back_to_returner}");
    check(
        &flow,
        "",
        "a+ c<first a+",
        "running: first.a=superseded b.b=cancelled c.c=returned first.a=approved b.b=open c.c=open",
    );
}

#[test]
fn whoever_approved_just_before_is_spared_in_whichever_branch() {
    let ask = |who: &str| format!("{{approve: {{by: [{{user: {who}}}]}}}}");
    let last = |who: &str| format!("\n  last: {}", ask(who));
    let both = format!(
        "  first: {}\n  both:\n    parallel:\n      x: {{steps: {{one: {}, two: {}}}}}\n      y: {{steps: {{three: {}}}}}",
        ask("z"),
        ask("c"),
        ask("a"),
        ask("b")
    );
    let tags =
        "\n  tags: {for_each: {in: tags, as: tag, mode: MODE}, steps: {each: {approve: {by: [{user: ab}]}}}}";
    let beside = |mode: &str| format!("  first: {}{}", ask("z"), tags.replace("MODE", mode));
    let pass = "  skip:\n    choose:\n      high: {when: 'total > 100', steps: {inner: {approve: {by: [{user: b}]}}}}\n      other: {steps: {}}";
    let rows = [
        (both.clone() + &*last("a"), "", "z+ c+ a+ b+", true),
        (both.clone() + &*last("a"), "", "z+ c+ b+ a+", true),
        (both.clone() + &*last("b"), "", "z+ c+ a+ b+", true),
        (both.clone() + &*last("b"), "", "z+ c+ b+ a+", true),
        // Not the last step of its branch, and before the branches.
        (both.clone() + &*last("c"), "", "z+ c+ b+ a+", false),
        (both.clone() + &*last("z"), "", "z+ b+ c+ a+", false),
        (beside("sequential") + &*last("a"), "2", "z+ a+ b+", false),
        (beside("sequential") + &*last("b"), "2", "z+ a+ b+", true),
        (beside("sequential") + &*last("z"), "0", "z+", true),
        (beside("parallel") + &*last("a"), "2", "z+ a+ b+", true),
        (format!("  first: {}\n{pass}{}", ask("a"), last("a")), "", "a+", true),
        (format!("  first: {}\n{pass}{}", ask("a"), last("a")), "high", "a+ b+", false),
        (format!("  first: {}\n{pass}{}", ask("a"), last("b")), "high", "a+ b+", true),
    ];
    for (steps, given, script, spared) in rows {
        let flow = compile(&steps, "policy: {dedupe: consecutive}");
        let run = played(&flow, given, script);
        let last = run.instance.tasks.iter().rfind(|task| *task.node == *"last").unwrap();
        assert_eq!(
            last.state == TaskState::Skipped,
            spared,
            "{steps}\n{given}: {script}: {}",
            shown(&run.instance)
        );
    }
}
