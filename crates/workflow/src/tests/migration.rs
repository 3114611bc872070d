//! Running flows go on under another version.

use super::{compile, drive, instance, played, shown, sound, written};
use crate::Run;
use crate::instance::{Await, Awaited};
use crate::migration::{Migration, Renamed};
use chrono::DateTime;
use uuid::Uuid;

const OLD: &str = "
  first: {approve: {by: [{user: a}]}}
  both:
    parallel:
      one: {steps: {b: {approve: {by: [{user: b}]}}}}
      two: {steps: {c: {approve: {by: [{user: c}]}}, d: {approve: {by: [{user: d}]}}}}
  last: {approve: {by: [{user: e}]}, allow: [return]}";

/// Plays a script under the old version and goes on under the new one; `renamed` is `old>new old>new`.
fn check(new: &str, renamed: &str, script: &str, after: &str, expect: &str) {
    let (old, renamed) = (compile(OLD, ""), pairs(renamed));
    let run = played(&old, "", script);
    let (from, to) = (written(OLD, ""), written(new, ""));
    let migration = Migration::new(&from, &to, &renamed);
    let found: Vec<String> = migration
        .obstacles(&run.instance)
        .iter()
        .map(|found| format!("{} {}", found.code.name(), found.path.as_deref().unwrap_or_default()))
        .collect();
    if !found.is_empty() {
        return assert_eq!(found.join(", "), expect, "{script}");
    }
    let flow = compile(new, "");
    let mut moved = run.instance;
    migration.apply(&mut moved, &flow.hash);
    let mut run = Run::resume(&flow, moved, DateTime::UNIX_EPOCH, Uuid::now_v7);
    sound(&run);
    for step in after.split_whitespace() {
        super::play(&mut run, step, "").unwrap();
        sound(&run);
    }
    assert_eq!(shown(&run.instance), expect, "{script}, then {after}");
}

fn pairs(text: &str) -> Renamed {
    text.split_whitespace()
        .filter_map(|pair| pair.split_once('>'))
        .map(|(a, b)| (a.into(), b.into()))
        .collect()
}

#[test]
fn flows_go_on_where_their_steps_stand() {
    let more = OLD.replace("  last:", "  mid: {approve: {by: [{user: m}]}}\n  last:");
    let renamed = OLD
        .replace("first:", "start:")
        .replace("  both:", "  split:")
        .replace("      one: {steps: {b:", "      one: {steps: {bb:");
    let handled = OLD.replace("first: {approve", "first: {handle");
    let shorter = OLD.replace(", d: {approve: {by: [{user: d}]}}", "");
    let inside = "
  first: {approve: {by: [{user: a}]}}
  both:
    parallel:
      one: {steps: {b: {approve: {by: [{user: b}]}}, c: {approve: {by: [{user: c}]}}}}
      two: {steps: {d: {approve: {by: [{user: d}]}}}}
  other: {repeat: {max: 2}, steps: {last: {approve: {by: [{user: e}]}}}}";
    let rows = [
        (
            &*more,
            "",
            "a+ b+ c+",
            "d+",
            "running: first.a=approved b.b=approved c.c=approved d.d=approved mid.m=open",
        ),
        (
            &*more,
            "",
            "a+ b+ c+ d+",
            "e+",
            "approved: first.a=approved b.b=approved c.c=approved d.d=approved last.e=approved",
        ),
        (&*renamed, "", "", "", "migration_step_gone first"),
        (&*renamed, "first>start", "", "a+", "running: start.a=approved bb.b=open c.c=open"),
        (
            &*renamed,
            "first>start",
            "a+",
            "",
            "migration_step_gone both, migration_step_gone b, migration_elsewhere c",
        ),
        (
            &*renamed,
            "first>start both>split b>bb",
            "a+ b+ c+ d+",
            "e<start",
            "running: start.a=superseded bb.b=superseded c.c=superseded d.d=superseded last.e=returned start.a=open",
        ),
        (
            &*renamed,
            "both>split b>bb",
            "a+",
            "b+ c+",
            "running: first.a=approved bb.b=approved c.c=approved d.d=open",
        ),
        (&*handled, "", "", "", "migration_other_kind first"),
        (&*handled, "first>last", "", "", "running: last.a=open"),
        (&*handled, "", "a+", "b+", "running: first.a=approved b.b=approved c.c=open"),
        (&*shorter, "", "a+ c+", "", "migration_step_gone d"),
        (&*shorter, "", "a+", "b+ c+", "running: first.a=approved b.b=approved c.c=approved last.e=open"),
        (inside, "", "a+", "", "migration_steps_meet c"),
        (
            inside,
            "",
            "a+ c+",
            "d+ b+ c+",
            "running: first.a=approved b.b=approved c.c=approved d.d=approved c.c=approved last.e=open",
        ),
        (inside, "", "a+ b+ c+ d+", "", "migration_elsewhere last"),
    ];
    for (new, renamed, script, after, expect) in rows {
        check(new, renamed, script, after, expect);
    }
}

#[test]
fn what_is_waited_for_must_be_there() {
    let old = "  rest: {wait: {later: {timer: {after: 1h}, steps: {}}}}";
    let new = "  rest: {wait: {other: {timer: {after: 1h}, steps: {}}}}";
    let flow = compile(old, "");
    let mut run = Run::start(&flow, instance(&flow), DateTime::UNIX_EPOCH, Uuid::now_v7);
    let asked = run.advance().unwrap();
    drive(&mut run, asked, "").unwrap();
    let mut instance = run.instance;
    instance.tokens[0].state = crate::TokenState::Waiting;
    let at = Awaited::At(DateTime::UNIX_EPOCH);
    instance.tokens[0].data.awaits = vec![Await { name: "later".into(), what: at.clone() }];
    let renamed = Renamed::new();
    let (from, same, other) = (written(old, ""), written(old, ""), written(new, ""));
    assert!(Migration::new(&from, &same, &renamed).obstacles(&instance).is_empty());
    let found = Migration::new(&from, &other, &renamed).obstacles(&instance);
    assert_eq!(found[0].code.name(), "migration_awaited_gone");
    instance.tokens[0].data.awaits = vec![Await { name: "enter".into(), what: at }];
    assert!(Migration::new(&from, &other, &renamed).obstacles(&instance).is_empty());
    let subject = definition::workflow::Workflow { object: "sales.other".to_owned(), ..same };
    let found = Migration::new(&from, &subject, &renamed).obstacles(&instance);
    assert_eq!(found[0].code.name(), "migration_other_subject");
    let named = Renamed::from([("rest".into(), "none".into())]);
    assert_eq!(Migration::unknown(&other, &named), [("rest", "none")]);
}
