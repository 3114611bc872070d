//! Flows driven step by step: definitions through the production constructors, people and conditions played
//! by the test.

use crate::decision::DecisionKind;
use crate::step::{Step, choose::Case};
use crate::{
    Answer, Decision, Flow, Instance, InstanceState, Person, Place, Question, Run, Task, TaskKind, TaskState,
    TokenState,
};
use catalog::PhysicalNames;
use catalog::build::{Options, PackSource, build};
use chrono::{DateTime, TimeDelta};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use uuid::Uuid;

const OBJECTS: &str = "
kind: object
name: quote
title: name
ownership: shared
fields:
  name: {type: text}
  total: {type: money}
  status: {type: select, options: [draft, in_approval, approved, rejected]}
  tags: {type: multi_select, options: [x, y]}
";

const BASE: &[(&str, &str)] = &[
    ("pack.yaml", "kind: pack\nname: base\nversion: 0.1.0\n"),
    (
        "objects/user.yaml",
        "kind: object\nname: user\ntitle: login\nownership: shared\nfields:\n  login: {type: text, unique: true}\n  name: {type: text}\n  department: {type: reference, to: department}\n  manager: {type: reference, to: user}\n",
    ),
    (
        "objects/department.yaml",
        "kind: object\nname: department\ntitle: name\nownership: shared\nfields:\n  name: {type: text}\n  parent: {type: reference, to: department, tree: true}\n  head: {type: reference, to: user}\n",
    ),
    ("roles/finance.yaml", "kind: role\nname: finance\nobjects: {}\n"),
];

fn compile(steps: &str, more: &str) -> Flow {
    let workflow =
        format!("kind: workflow\nuse: approval\nname: approval\nobject: quote\n{more}\nsteps:\n{steps}");
    let own =
        |files: &[(&str, &str)]| files.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect();
    let base = PackSource { root: "base".to_owned(), files: own(BASE) };
    let sales = PackSource {
        root: "sales".to_owned(),
        files: own(&[
            ("pack.yaml", "kind: pack\nname: sales\nversion: 0.1.0\nrequires: {base: '>=0.1.0'}\n"),
            ("objects/quote.yaml", OBJECTS),
            ("workflows/approval.yaml", &workflow),
        ]),
    };
    let built = match build(&[base, sales], &PhysicalNames::default(), &Options::default()) {
        Ok(built) => built,
        Err(found) => panic!("{}", found.iter().map(|d| format!("{d}\n")).collect::<String>()),
    };
    let definition = &built.catalog.workflows["sales.approval"];
    crate::compile("sales.approval", definition, &built.catalog).unwrap()
}

/// People by a letter: `i` is the initiator.
fn user(letter: char) -> Uuid {
    Uuid::from_u128(letter as u128)
}

fn letter(user: Uuid) -> char {
    char::from_u32(user.as_u128() as u32).unwrap()
}

fn instance(flow: &Flow) -> Instance {
    Instance {
        id: Uuid::nil(),
        workflow: flow.name.clone(),
        hash: flow.hash.clone(),
        object: flow.object.clone(),
        record: Uuid::nil(),
        initiator: user('i'),
        state: InstanceState::Running,
        parked: None,
        round: 0,
        picks: crate::Picks::new(),
        started_at: DateTime::UNIX_EPOCH,
        ended_at: None,
        variables: BTreeMap::new(),
        tokens: Vec::new(),
        tasks: Vec::new(),
    }
}

/// Who matches is written in the login of the rule: `{user: ab}` means a and b. `given` is what else holds: names of
/// cases, `while`, `until`, and how many items a list has.
fn answer(flow: &Flow, question: Question, given: &str) -> Answer {
    let people = |rules: &[crate::Performer]| {
        let mut all = Vec::new();
        for rule in rules {
            if let crate::Performer::User(letters) = rule {
                let named = letters.chars().filter(|c| *c != '-');
                all.extend(named.map(|c| Person::new(user(c), format!("user {letters}"))));
            }
        }
        all
    };
    match question {
        Question::People { rules, .. } => Answer::People(people(&rules)),
        Question::Fallback { rule, .. } => Answer::Fallback(people(&[rule])),
        Question::Substitute { others, head, .. } => {
            let substitute = Person::new(user(if head { 'h' } else { 's' }), "");
            Answer::Substituted { others, substitutes: vec![substitute] }
        }
        Question::Cases { node, .. } => {
            let (cases, all) = match &flow.nodes[node].step {
                Step::Choose(step) => (&step.cases, false),
                Step::Each(step) => (&step.cases, true),
                _ => panic!("no cases"),
            };
            let named = |c: &Case| c.when.is_some() && given.split(' ').any(|one| one == &*c.name);
            let mut holding: Vec<usize> = (0..cases.len()).filter(|place| named(&cases[*place])).collect();
            if holding.is_empty() {
                holding.extend(cases.iter().position(|c| c.when.is_none()));
            }
            holding.truncate(if all { usize::MAX } else { 1 });
            Answer::Cases(holding)
        }
        Question::Again { after, .. } => Answer::Holds(given.contains(if after { "until" } else { "while" })),
        Question::Items { .. } => {
            let count = given.split(' ').find_map(|one| one.parse().ok()).unwrap_or(0);
            Answer::Items((0..count).map(serde_json::Value::from).collect())
        }
        Question::Write { .. } => Answer::Written,
    }
}

fn drive(run: &mut Run<'_>, mut asked: Option<Question>, given: &str) -> diagnostic::Result<()> {
    while let Some(question) = asked {
        let answer = answer(run.flow, question, given);
        asked = run.answer(answer)?;
    }
    Ok(())
}

/// The state and every task, one line each round of looking.
fn shown(instance: &Instance) -> String {
    let mut text = format!("{}:", instance.state.name());
    for task in &instance.tasks {
        write!(text, " {}.{}={}", task.node, letter(task.assignee), task.state.name()).unwrap();
    }
    text
}

/// What always holds: a token that waits for branches waits for as many as there are, and a flow that runs stands
/// somewhere.
fn sound(run: &Run<'_>) {
    let instance = &run.instance;
    for token in instance.tokens.iter().filter(|t| t.state.is_live()) {
        let below =
            instance.tokens.iter().filter(|t| t.parent == Some(token.id) && t.state.is_live()).count();
        assert_eq!(token.data.left as usize, below, "{token:?}");
        let parent = token.parent.map(|id| instance.tokens[id as usize].state);
        assert!(parent.is_none_or(|state| state == TokenState::Waiting), "{token:?} below {parent:?}");
    }
    let live = instance.tokens.iter().any(|t| t.state.is_live());
    assert_eq!(live, instance.state == InstanceState::Running);
    for task in instance.tasks.iter().filter(|t| t.kind.is_awaited() && t.state.is_live()) {
        assert!(instance.tokens[task.token as usize].state.is_live(), "{task:?}");
    }
}

/// What people do beside deciding: `a>b` gives to b, `a~b` asks b to act, `a~` gives back, `a{b`, `a}b`, `a|b` add b
/// before, after and beside, `a\b` takes b off, `a@b` tells b, `a?` takes back, `a<node` returns, `a<<node` returns and
/// wants it back at once.
fn act(run: &mut Run<'_>, task: Uuid, what: &str) -> diagnostic::Result<Option<Question>> {
    let other = user(what.chars().last().unwrap());
    let seat = |run: &Run<'_>| run.instance.tasks.iter().rfind(|t| t.assignee == other).unwrap().id;
    let back = |run: &mut Run<'_>, to: &str, back: bool| {
        let (kind, to, comment) = (DecisionKind::Return, Some(to.to_owned()), Some("again".to_owned()));
        run.decide(task, Decision { kind, comment, to, back, seen: 1 })
    };
    match &what[..1] {
        ">" => run.transfer(task, other),
        "~" if what.len() == 1 => run.resolve(task).map(|()| None),
        "~" => run.delegate(task, other).map(|()| None),
        "{" => run.add_sign(task, &[other], Place::Before),
        "}" => run.add_sign(task, &[other], Place::After),
        "|" => run.add_sign(task, &[other], Place::Parallel),
        "\\" => {
            let seat = seat(run);
            run.remove_sign(task, seat)
        }
        "@" => run.copy_to(task, &[other]).map(|()| None),
        "?" => run.take_back(task),
        _ if what.starts_with("<<") => back(run, &what[2..], true),
        _ => back(run, &what[1..], false),
    }
}

/// One step of a script.
fn play(run: &mut Run<'_>, step: &str, given: &str) -> diagnostic::Result<()> {
    if step == "!" {
        return run.withdraw();
    }
    let who = user(step.chars().next().unwrap());
    let mine = |t: &&Task| t.assignee == who && t.kind != TaskKind::Cc;
    let open = run.instance.tasks.iter().rev().filter(mine).find(|t| t.state == TaskState::Open);
    let task = open.or_else(|| run.instance.tasks.iter().rev().find(mine)).unwrap().id;
    let (kind, comment) = match &step[1..] {
        "+" => (DecisionKind::Approve, None),
        "-" => (DecisionKind::Reject, Some("no".to_owned())),
        "-silent" => (DecisionKind::Reject, None),
        "!" => (DecisionKind::Done, None),
        more => {
            let asked = act(run, task, more)?;
            return drive(run, asked, given);
        }
    };
    let asked = run.decide(task, Decision { kind, comment, to: None, back: false, seen: 1 })?;
    drive(run, asked, given)
}

/// Plays a script of decisions (`a+` approves, `a-` rejects, `a<node` returns, `!` withdraws) and compares what
/// stands in the end. A decision that is refused ends the script with its code.
fn check(flow: &Flow, cases: &str, script: &str, expect: &str) {
    let mut run = Run::start(flow, instance(flow), DateTime::UNIX_EPOCH, Uuid::now_v7);
    let started = run.advance().and_then(|asked| drive(&mut run, asked, cases));
    if let Err(found) = started {
        return assert_eq!(found.code.name(), expect);
    }
    for step in script.split_whitespace() {
        run.now += TimeDelta::seconds(1);
        if let Err(found) = play(&mut run, step, cases) {
            return assert_eq!(found.code.name(), expect, "{script}");
        }
        sound(&run);
    }
    assert_eq!(shown(&run.instance), expect, "{script}");
}

#[test]
fn one_all_and_sequence() {
    let one = compile("  a: {approve: {by: [{user: ab}]}}", "");
    check(&one, "", "", "running: a.a=open a.b=open");
    check(&one, "", "a+", "approved: a.a=approved a.b=cancelled");
    check(&one, "", "b-", "rejected: a.a=cancelled a.b=rejected");
    check(&one, "", "a+ b+", "instance_ended");
    let all = compile("  a: {approve: {by: [{user: ab}], mode: all}}", "");
    check(&all, "", "a+", "running: a.a=approved a.b=open");
    check(&all, "", "a+ a+", "task_decided");
    check(&all, "", "a+ b+", "approved: a.a=approved a.b=approved");
    check(&all, "", "a+ b-", "rejected: a.a=approved a.b=rejected");
    let turn = compile("  a: {approve: {by: [{user: abc}], mode: sequential}}", "");
    check(&turn, "", "", "running: a.a=open a.b=queued a.c=queued");
    check(&turn, "", "b+", "not_your_turn");
    check(&turn, "", "b-", "not_your_turn");
    check(&turn, "", "a+ b+", "running: a.a=approved a.b=approved a.c=open");
    check(&turn, "", "a+ b+ c+", "approved: a.a=approved a.b=approved a.c=approved");
    check(&turn, "", "a+ b-", "rejected: a.a=approved a.b=rejected a.c=cancelled");
}

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
fn policies_hold() {
    let two = "  one: {approve: {by: [{user: a}]}}\n  mid: {approve: {by: [{user: b}]}}\n  two: {approve: {by: [{user: a}]}}";
    let next = "  one: {approve: {by: [{user: a}]}}\n  two: {approve: {by: [{user: a}]}}";
    let rows = [
        (
            two,
            "policy: {dedupe: any_earlier}",
            "a+ b+",
            "approved: one.a=approved mid.b=approved two.a=skipped",
        ),
        (two, "policy: {dedupe: consecutive}", "a+ b+", "running: one.a=approved mid.b=approved two.a=open"),
        (next, "policy: {dedupe: consecutive}", "a+", "approved: one.a=approved two.a=skipped"),
        (next, "policy: {dedupe: none}", "a+", "running: one.a=approved two.a=open"),
        ("  one: {approve: {by: [{user: i}]}}", "policy: {self: allow}", "", "running: one.i=open"),
        ("  one: {approve: {by: [{user: i}]}}", "policy: {self: skip}", "", "approved: one.i=skipped"),
        (
            "  one: {approve: {by: [{user: ia}]}}",
            "policy: {self: superior}",
            "",
            "running: one.a=open one.s=open",
        ),
        (
            "  one: {approve: {by: [{user: i}]}}",
            "policy: {self: department_head}",
            "h+",
            "approved: one.h=approved",
        ),
        ("  one: {approve: {by: [{user: '-'}]}}", "", "", "nobody_to_approve"),
        ("  one: {approve: {by: [{user: '-'}]}}", "policy: {empty: pass}", "", "approved:"),
        ("  one: {approve: {by: [{user: '-'}]}}", "policy: {empty: reject}", "", "rejected:"),
        (
            "  one: {approve: {by: [{user: '-'}]}}",
            "policy: {empty: {assign: {user: z}}}",
            "",
            "running: one.z=open",
        ),
        (next, "policy: {withdraw: never}", "!", "withdraw_too_late"),
        (next, "policy: {withdraw: before_first_decision}", "!", "withdrawn: one.a=cancelled"),
        (two, "policy: {withdraw: before_first_decision}", "a+ !", "withdraw_too_late"),
        (two, "policy: {withdraw: anytime}", "a+ !", "withdrawn: one.a=approved mid.b=cancelled"),
        (next, "policy: {comment_required: [reject]}", "a-silent", "comment_required"),
        (next, "policy: {comment_required: [reject]}", "a-", "rejected: one.a=rejected"),
    ];
    for (steps, policy, script, expect) in rows {
        check(&compile(steps, policy), "", script, expect);
    }
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
fn so_many_or_so_much() {
    let of = |mode: &str| compile(&format!("  a: {{approve: {{by: [{{user: abc}}], {mode}}}}}"), "");
    check(&of("mode: {count: 2}"), "", "a+", "running: a.a=approved a.b=open a.c=open");
    check(&of("mode: {count: 2}"), "", "a+ c+", "approved: a.a=approved a.b=cancelled a.c=approved");
    check(&of("mode: {ratio: 0.6}"), "", "a+", "running: a.a=approved a.b=open a.c=open");
    check(&of("mode: {ratio: 0.6}"), "", "a+ b+", "approved: a.a=approved a.b=approved a.c=cancelled");
    check(&of("mode: {ratio: 1}"), "", "a+ b+", "running: a.a=approved a.b=approved a.c=open");
    check(&of("mode: {weight: 3}"), "", "a+ b+", "running: a.a=approved a.b=approved a.c=open");
    check(&of("mode: {weight: 2}"), "", "a+ b+", "approved: a.a=approved a.b=approved a.c=cancelled");
    check(&of("mode: {count: 2}, reject: unreachable"), "", "a-", "running: a.a=rejected a.b=open a.c=open");
    check(
        &of("mode: {count: 2}, reject: unreachable"),
        "",
        "a- b+ c+",
        "approved: a.a=rejected a.b=approved a.c=approved",
    );
    check(
        &of("mode: {count: 2}, reject: unreachable"),
        "",
        "a- b-",
        "rejected: a.a=rejected a.b=rejected a.c=cancelled",
    );
    check(
        &of("mode: any, reject: unreachable"),
        "",
        "a- b- c-",
        "rejected: a.a=rejected a.b=rejected a.c=rejected",
    );
}

#[test]
fn things_are_done_without_a_decision() {
    let flow = compile("  a: {handle: {by: [{user: ab}]}}\n  b: {approve: {by: [{user: b}]}}", "");
    check(&flow, "", "a!", "running: a.a=done a.b=cancelled b.b=open");
    check(&flow, "", "a+", "not_permitted");
    check(&flow, "", "a! b!", "not_permitted");
    check(&flow, "", "a! b+", "approved: a.a=done a.b=cancelled b.b=approved");
}

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
fn what_can_be_done_is_told() {
    let flow = compile(
        "  a: {approve: {by: [{user: ab}], mode: all}, allow: [transfer, delegate, cc]}\n  b: {handle: {by: [{user: c}]}, allow: [return]}",
        "policy: {take_back: next_untouched}",
    );
    let check = |script: &str, who: char, expect: &str| {
        let mut run = Run::start(&flow, instance(&flow), DateTime::UNIX_EPOCH, Uuid::now_v7);
        run.advance().and_then(|asked| drive(&mut run, asked, "")).unwrap();
        for step in script.split_whitespace() {
            run.now += TimeDelta::seconds(1);
            play(&mut run, step, "").unwrap();
        }
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
