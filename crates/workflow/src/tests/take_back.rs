//! Decisions that are taken back: the flow stands as it stood before them, or they stay.

use super::{check, compile, drive, play, played, shown, sound};
use crate::instance::{Await, Awaited};
use chrono::DateTime;
use uuid::Uuid;

const POLICY: &str = "policy: {take_back: next_untouched}";

/// Three branches of which so many are awaited.
fn branches(join: &str) -> String {
    format!(
        "
  both:
    parallel:
      one: {{steps: {{a: {{approve: {{by: [{{user: a}}]}}}}}}}}
      two: {{steps: {{b: {{approve: {{by: [{{user: bx}}], mode: sequential}}, allow: [add_sign, transfer]}}}}}}
      three: {{steps: {{c: {{approve: {{by: [{{user: c}}]}}}}, e: {{approve: {{by: [{{user: e}}]}}}}}}}}
    join: {join}
  last: {{approve: {{by: [{{user: df}}], mode: all}}, allow: [transfer, add_sign]}}"
    )
}

#[test]
fn branches_that_were_given_up_wait_again() {
    let any = compile(&branches("any"), POLICY);
    let two = compile(&branches("{count: 2}"), POLICY);
    let rows = [
        (
            &any,
            "a+",
            "running: a.a=approved b.b=cancelled b.x=cancelled c.c=cancelled last.d=open last.f=open",
        ),
        (&any, "a+ a?", "running: a.a=open b.b=open b.x=queued c.c=open last.d=cancelled last.f=cancelled"),
        (
            &any,
            "a+ a? c+ e+",
            "running: a.a=cancelled b.b=cancelled b.x=cancelled c.c=approved last.d=cancelled last.f=cancelled e.e=approved last.d=open last.f=open",
        ),
        // Seats as they were: given away, added, decided.
        (
            &any,
            "b>z a+ a?",
            "running: a.a=open b.z=open b.x=queued c.c=open last.d=cancelled last.f=cancelled",
        ),
        (
            &any,
            "b{z a+ a?",
            "running: a.a=open b.b=queued b.x=queued c.c=open b.z=open last.d=cancelled last.f=cancelled",
        ),
        (
            &any,
            "b+ a+ a?",
            "running: a.a=open b.b=approved b.x=open c.c=open last.d=cancelled last.f=cancelled",
        ),
        (
            &any,
            "c+ a+ a?",
            "running: a.a=open b.b=open b.x=queued c.c=approved e.e=open last.d=cancelled last.f=cancelled",
        ),
        (
            &any,
            "c+ a+ a? c?",
            "running: a.a=open b.b=open b.x=queued c.c=open e.e=cancelled last.d=cancelled last.f=cancelled",
        ),
        (
            &any,
            "a+ d>z a?",
            "running: a.a=open b.b=open b.x=queued c.c=open last.z=cancelled last.f=cancelled",
        ),
        (
            &any,
            "a+ d|z a?",
            "running: a.a=open b.b=open b.x=queued c.c=open last.d=cancelled last.f=cancelled last.z=cancelled",
        ),
        (&any, "a+ d|z d+ a?", "take_back_too_late"),
        (&two, "a+ a?", "running: a.a=open b.b=open b.x=queued c.c=open"),
        (
            &two,
            "a+ b+ x+ x?",
            "running: a.a=approved b.b=approved b.x=open c.c=open last.d=cancelled last.f=cancelled",
        ),
        (
            &two,
            "a+ b+ x+ x? b? a?",
            "running: a.a=open b.b=open b.x=queued c.c=open last.d=cancelled last.f=cancelled",
        ),
        (&two, "a+ b+ a?", "take_back_too_late"),
        (&two, "a+ b+ x+ a?", "take_back_too_late"),
    ];
    for (flow, script, expect) in rows {
        check(flow, "", script, expect);
    }
}

/// Steps for each item, and what comes behind.
fn inside(owner: &str) -> String {
    format!(
        "
  around:
    {owner}
    steps:
      both:
        parallel:
          one: {{steps: {{a: {{approve: {{by: [{{user: a}}]}}, allow: [transfer]}}}}}}
          two: {{steps: {{b: {{approve: {{by: [{{user: b}}]}}, allow: [transfer]}}}}}}
        join: any
  last: {{approve: {{by: [{{user: d}}]}}}}"
    )
}

#[test]
fn rounds_and_items_are_not_counted_twice() {
    let rounds = compile(&inside("repeat: {max: 2}"), POLICY);
    let until = compile(&inside("repeat: {max: 2, until: 'total > 1'}"), POLICY);
    let turns = compile(&inside("for_each: {in: tags, as: tag}"), POLICY);
    let together = compile(&inside("for_each: {in: tags, as: tag, mode: parallel}"), POLICY);
    let one = compile(&inside("for_each: {in: tags, as: tag, mode: parallel, join: any}"), POLICY);
    let rows = [
        (&rounds, "a+ b>z a+", "running: a.a=approved b.b=cancelled a.a=approved b.z=cancelled last.d=open"),
        (&rounds, "a+ b>z a+ a?", "running: a.a=approved b.b=cancelled a.a=open b.z=open last.d=cancelled"),
        (&rounds, "a+ b>z", "running: a.a=approved b.b=cancelled a.a=open b.z=open"),
        (
            &rounds,
            "a+ b>z z+ z? z+",
            "running: a.a=approved b.b=cancelled a.a=cancelled b.z=approved last.d=cancelled last.d=open",
        ),
        (&until, "a+ a>x a?", "running: a.a=open b.b=open a.x=cancelled b.b=cancelled"),
        (&turns, "a+ b>z z+ z?", "running: a.a=approved b.b=cancelled a.a=open b.z=open last.d=cancelled"),
        (&together, "a>z a+ a?", "running: a.a=open b.b=open a.z=open b.b=open"),
        (&together, "a>z a+ b+ b?", "running: a.a=approved b.b=cancelled a.z=open b.b=open last.d=cancelled"),
        (&together, "a>z a+ b+ b? a?", "running: a.a=open b.b=open a.z=open b.b=open last.d=cancelled"),
        (&one, "a>z a+ a?", "running: a.a=open b.b=open a.z=open b.b=open last.d=cancelled"),
        (
            &one,
            "a>z a+ a? z+",
            "running: a.a=cancelled b.b=cancelled a.z=approved b.b=cancelled last.d=cancelled last.d=open",
        ),
    ];
    for (flow, script, expect) in rows {
        check(flow, "2", script, expect);
    }
}

#[test]
fn what_a_decision_did_elsewhere_is_undone() {
    let apart = "
  both:
    parallel:
      right: {steps: {two: {approve: {by: [{user: a}]}}}}
      left: {steps: {one: {approve: {by: [{user: a}]}}}}";
    let apart = compile(
        apart,
        "policy: {take_back: next_untouched, separate: [[one, two]], empty: {assign: {user: z}}}",
    );
    let returned = "
  a: {approve: {by: [{user: a}]}}
  b: {approve: {by: [{user: b}]}}
  c: {approve: {by: [{user: c}]}, allow: [return]}";
    let returned = compile(returned, "policy: {take_back: next_untouched, after_return: back_to_returner}");
    let spared =
        "  a: {approve: {by: [{user: ax}], mode: all}}\n  b: {approve: {by: [{user: xc}], mode: all}}";
    let spared = compile(spared, "policy: {take_back: next_untouched, dedupe: consecutive}");
    let round = "
  a: {approve: {by: [{user: a}]}}
  again: {repeat: {max: 2}, steps: {b: {approve: {by: [{user: b}]}}}}";
    let told = "
  a: {approve: {by: [{user: a}]}}
  tell: {cc: {by: [{user: c}]}}
  b: {approve: {by: [{user: b}]}}";
    let (round, told) = (compile(round, POLICY), compile(told, POLICY));
    let rows = [
        (&apart, "a+", "running: two.a=cancelled one.a=approved two.z=open"),
        (&apart, "a+ a?", "running: two.a=open one.a=open two.z=cancelled"),
        // Who is sent back to a step goes straight back once more.
        (
            &returned,
            "a+ b+ c<a a+ a?",
            "running: a.a=superseded b.b=approved c.c=returned a.a=open c.c=cancelled",
        ),
        (
            &returned,
            "a+ b+ c<a a+ a? a+",
            "running: a.a=superseded b.b=approved c.c=returned a.a=approved c.c=cancelled c.c=open",
        ),
        (&spared, "x+ a+", "running: a.a=approved a.x=approved b.x=skipped b.c=open"),
        (&spared, "x+ a+ a?", "running: a.a=open a.x=approved b.x=cancelled b.c=cancelled"),
        (&round, "a+ a?", "running: a.a=open b.b=cancelled"),
        (&told, "a+ a?", "take_back_too_late"),
    ];
    for (flow, script, expect) in rows {
        check(flow, "", script, expect);
    }
}

/// A flow in which one branch waits for something while another is decided; then an administrator does something.
fn meanwhile(what: &Awaited, then: &str, expect: &str) {
    let steps = "
  both:
    parallel:
      one: {steps: {a: {approve: {by: [{user: a}]}}}}
      two: {steps: {b: {handle: {by: [{user: b}]}}}}
    join: any
  last: {approve: {by: [{user: d}]}}
  more: {approve: {by: [{user: e}]}}";
    let flow = compile(steps, POLICY);
    let mut run = played(&flow, "", "");
    let token = run.instance.token_at("b").unwrap().id;
    run.data(token).awaits = vec![Await { name: "later".into(), what: what.clone() }];
    play(&mut run, "a+", "").unwrap();
    let done = match then {
        "" => Ok(None),
        to => run.jump(to),
    };
    done.and_then(|asked| drive(&mut run, asked, "")).unwrap();
    match play(&mut run, "a?", "") {
        Err(found) => assert_eq!(found.code.name(), expect, "{what:?} {then}"),
        Ok(()) => {
            sound(&run);
            let awaits = run.awaits(token, "later");
            assert_eq!(format!("{} {awaits}", shown(&run.instance)), expect, "{what:?} {then}");
        }
    }
}

#[test]
fn what_cannot_be_made_as_it_was_stays() {
    let event = Awaited::Event { object: "sales.quote".into(), record: None };
    let (time, effect) = (Awaited::At(DateTime::UNIX_EPOCH), Awaited::Effect(Uuid::nil()));
    let rows = [
        (&time, "", "running: a.a=open b.b=open last.d=cancelled true"),
        // What a branch would have heard while it was given up is lost.
        (&event, "", "take_back_too_late"),
        (&effect, "", "take_back_too_late"),
        (&time, "more", "take_back_too_late"),
        (&time, "b", "take_back_too_late"),
    ];
    for (what, then, expect) in rows {
        meanwhile(what, then, expect);
    }
}
