//! Ways back among the items of a `for_each`: each item is walked for itself.

use crate::TokenState;
use crate::tests::{check, compile, played};

/// Two steps for each item.
fn walk(mode: &str) -> String {
    format!(
        "
  walk:
    for_each: {{in: 'tags', as: tag, mode: {mode}}}
    steps:
      a: {{approve: {{by: [{{user: a}}]}}, allow: [transfer]}}
      b: {{approve: {{by: [{{user: b}}]}}, allow: [return]}}
  last: {{approve: {{by: [{{user: d}}]}}}}"
    )
}

#[test]
fn only_what_was_done_for_the_same_item_is_returned_to() {
    let steps = "
  first: {approve: {by: [{user: f}]}}
  walk:
    for_each: {in: 'tags', as: tag, mode: parallel}
    steps:
      by_size: {choose: {high: {when: 'total > 1', steps: {a: {approve: {by: [{user: a}]}}}}}}
      b: {approve: {by: [{user: b}]}, allow: [return]}
  last: {approve: {by: [{user: d}]}}";
    let flow = compile(steps, "");
    let given = "2 high@0";
    check(
        &flow,
        given,
        "f+ a+ b<a",
        "running: first.f=approved a.a=superseded b.b=open b.b=returned a.a=open",
    );
    // The second item never came to the step.
    check(&flow, given, "f+ a+ b+ b<a", "invalid_transition");
    check(
        &flow,
        given,
        "f+ a+ b+ b<first",
        "running: first.f=superseded a.a=superseded b.b=returned b.b=superseded first.f=open",
    );
}

#[test]
fn decisions_are_taken_back_for_their_item() {
    let policy = "policy: {take_back: next_untouched}";
    let together = compile(&walk("parallel"), policy);
    check(&together, "2", "a>z a+ a?", "running: a.a=open a.z=open b.b=cancelled");
    check(
        &together,
        "2",
        "a>z a+ a? a+ b+ z+ b+",
        "running: a.a=approved a.z=approved b.b=cancelled b.b=approved b.b=approved last.d=open",
    );
    let one = walk("sequential").replace("      b: {approve: {by: [{user: b}]}, allow: [return]}\n", "");
    let one = compile(&one, policy);
    // What came after it is taken off: the next item too.
    check(&one, "2", "a+ a>z a?", "running: a.a=open a.z=cancelled");
    check(&one, "2", "a+ a>z a? a+", "running: a.a=approved a.z=cancelled a.a=open");
    check(&one, "2", "a+ a>z a? a+ a+", "running: a.a=approved a.z=cancelled a.a=approved last.d=open");
    // Into items that all ended.
    check(&one, "2", "a+ a>z z+ z?", "running: a.a=approved a.z=open last.d=cancelled");
    check(&one, "2", "a+ a>z z+ z? z+", "running: a.a=approved a.z=approved last.d=cancelled last.d=open");
}

#[test]
fn what_was_approved_for_an_item_is_asked_again_for_it() {
    let together = compile(&walk("parallel"), "");
    check(&together, "2", "a>z a+ *", "running: a.a=superseded a.z=open b.b=cancelled a.a=open");
    check(
        &together,
        "2",
        "a>z a+ z+ *",
        "running: a.a=superseded a.z=superseded b.b=cancelled b.b=cancelled a.a=open a.a=open",
    );
    check(
        &together,
        "2",
        "a>z a+ z+ b+ b+ *",
        "running: a.a=superseded a.z=superseded b.b=superseded b.b=superseded last.d=cancelled a.a=open a.a=open",
    );
    let turns = compile(&walk("sequential"), "");
    check(&turns, "2", "a+ b+ *", "running: a.a=superseded b.b=superseded a.a=cancelled a.a=open");
    check(
        &turns,
        "2",
        "a+ b+ * a+ b+",
        "running: a.a=superseded b.b=superseded a.a=cancelled a.a=approved b.b=approved a.a=open",
    );
}

#[test]
fn rounds_belong_to_their_item() {
    let steps = "
  walk:
    for_each: {in: 'tags', as: tag, mode: parallel}
    steps:
      again: {repeat: {max: 2}, steps: {a: {approve: {by: [{user: a}]}, allow: [transfer]}}}
      b: {approve: {by: [{user: b}]}, allow: [return]}";
    // The second item is in its first round when the first one goes back into its last.
    check(
        &compile(steps, ""),
        "2",
        "a>z a+ a+ b<a a+",
        "running: a.a=superseded a.z=open a.a=superseded b.b=returned a.a=approved b.b=open",
    );
}

#[test]
fn who_returned_an_item_gets_that_item_back() {
    let flow = format!("\n  first: {{approve: {{by: [{{user: f}}]}}}}{}", walk("sequential"));
    let flow = compile(&flow, "policy: {after_return: back_to_returner}");
    check(
        &flow,
        "2",
        "f+ a+ b+ a+ b<first f+",
        "running: first.f=superseded a.a=approved b.b=approved a.a=approved b.b=returned first.f=approved b.b=open",
    );
    check(
        &flow,
        "2",
        "f+ a+ b<first f+ b+",
        "running: first.f=superseded a.a=approved b.b=returned first.f=approved b.b=approved a.a=open",
    );
}

#[test]
fn a_step_is_waited_for_as_long_as_one_item_is() {
    let steps = "
  walk:
    for_each: {in: 'tags', as: tag, mode: parallel}
    steps:
      a: {approve: {by: [{user: a}]}}
  last: {approve: {by: [{user: d}]}}";
    let flow = compile(steps, "");
    let rows = [
        ("", Some(TokenState::Waiting), None),
        // The second item is done first.
        ("a+", Some(TokenState::Waiting), None),
        ("a+ a+", Some(TokenState::Done), Some(TokenState::Waiting)),
    ];
    for (script, a, last) in rows {
        let run = played(&flow, "2", script);
        let stands = |node| run.instance.token_at(node).map(|token| token.state);
        assert_eq!((stands("a"), stands("last")), (a, last), "{script}");
    }
}
