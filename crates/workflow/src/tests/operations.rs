//! What administrators do to a running flow.

use super::{compile, drive, instance, played, shown, sound};
use crate::instance::{Await, Awaited, Incident, Missed, TokenState};
use crate::{Flow, Run};
use chrono::DateTime;
use uuid::Uuid;

/// Plays a script, then jumps; a refusal is told by its code.
fn jumped(flow: &Flow, given: &str, script: &str, to: &str, expect: &str) {
    let mut run = played(flow, given, script);
    let done = run.jump(to).and_then(|asked| drive(&mut run, asked, given));
    match done {
        Ok(()) => {
            sound(&run);
            assert_eq!(shown(&run.instance), expect, "{script} to {to}");
        }
        Err(found) => assert_eq!(found.code.name(), expect, "{script} to {to}"),
    }
}

#[test]
fn a_jump_leaves_what_runs_beside_it() {
    let steps = "
  first: {approve: {by: [{user: a}]}}
  both:
    parallel:
      one: {steps: {b: {approve: {by: [{user: b}]}}, c: {approve: {by: [{user: c}]}}}}
      two: {steps: {d: {approve: {by: [{user: d}]}}}}
  walk: {for_each: {in: tags, as: tag}, steps: {e: {approve: {by: [{user: e}]}}, f: {approve: {by: [{user: f}]}}}}
  last: {approve: {by: [{user: g}]}}";
    let flow = compile(steps, "");
    let rows = [
        ("2", "a+", "c", "running: first.a=approved b.b=cancelled d.d=open c.c=open"),
        ("2", "a+ b+", "b", "running: first.a=approved b.b=superseded d.d=open c.c=cancelled b.b=open"),
        (
            "2",
            "a+ b+",
            "last",
            "running: first.a=approved b.b=approved d.d=cancelled c.c=cancelled last.g=open",
        ),
        (
            "2",
            "a+ b+",
            "first",
            "running: first.a=superseded b.b=superseded d.d=cancelled c.c=cancelled first.a=open",
        ),
        ("2", "", "c", "running: first.a=cancelled c.c=open"),
        ("2", "", "e", "invalid_value"),
        (
            "2",
            "a+ b+ c+ d+",
            "f",
            "running: first.a=approved b.b=approved d.d=approved c.c=approved e.e=cancelled f.f=open",
        ),
        ("2", "", "none", "unknown_reference"),
        ("0", "a+ b+ c+ d+ g+", "first", "instance_ended"),
    ];
    for (given, script, to, expect) in rows {
        jumped(&flow, given, script, to, expect);
    }
}

/// A flow whose only token awaits its work.
fn working(flow: &Flow) -> Run<'_> {
    let mut run = Run::start(flow, instance(flow), DateTime::UNIX_EPOCH, Uuid::now_v7);
    let asked = run.advance().unwrap();
    drive(&mut run, asked, "").unwrap();
    run.token(0, TokenState::Waiting);
    run.data(0).awaits = vec![Await { name: "work".into(), what: Awaited::At(DateTime::UNIX_EPOCH) }];
    run
}

const HANDLED: &str = "  a: {handle: {by: [{user: a}]}}\n  b: {handle: {by: [{user: b}]}}";

#[test]
fn a_suspended_flow_keeps_what_happens_to_it() {
    let flow = compile(HANDLED, "");
    let mut run = working(&flow);
    let one = |by: &str| Missed { by: by.into(), failed: None, value: serde_json::Value::Null };
    assert!(!run.miss(0, one("work")), "a running flow misses nothing");
    run.suspend().unwrap();
    assert_eq!(run.suspend().unwrap_err().code.name(), "instance_suspended");
    assert!(run.awaits(0, "work"));
    assert_eq!(run.wake(0, "work").unwrap_err().code.name(), "instance_suspended");
    assert_eq!(run.jump("b").unwrap_err().code.name(), "instance_suspended");
    assert!(run.miss(0, one("work")) && run.miss(0, one("work")) && run.miss(0, one("answer")));
    let missed = run.take_missed();
    assert_eq!(missed, [(0, one("work")), (0, one("answer"))]);
    assert!(run.unsuspend().unwrap().is_none());
    assert!(run.awaits(0, "work") && run.take_missed().is_empty());
    run.suspend().unwrap();
    run.cancel().unwrap();
    assert_eq!(run.unsuspend().unwrap_err().code.name(), "instance_ended");
}

#[test]
fn what_failed_is_tried_again_or_left_out() {
    let flow = compile(HANDLED, "");
    let mut run = working(&flow);
    for (named, code) in [(None, "not_found"), (Some(0), "not_found"), (Some(7), "not_found")] {
        assert_eq!(run.failed_token(named).unwrap_err().code.name(), code);
    }
    assert_eq!(run.retry(0).unwrap_err().code.name(), "not_found");
    assert_eq!(run.skip(9).unwrap_err().code.name(), "not_found");
    run.fail(0, "work", "gone".to_owned()).unwrap();
    let reasons = |run: &Run<'_>| {
        run.instance.incidents().map(|token| token.data.incident.clone().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&run), [Incident { name: "work".into(), reason: "gone".to_owned() }]);
    assert_eq!(run.failed_token(None).unwrap(), 0);
    run.retry(0).unwrap();
    assert!(run.awaits(0, "work") && reasons(&run).is_empty());
    run.fail(0, "work", "gone".to_owned()).unwrap();
    let asked = run.skip(0).unwrap();
    drive(&mut run, asked, "").unwrap();
    assert_eq!(shown(&run.instance), "running: a.a=cancelled b.b=open");
}
