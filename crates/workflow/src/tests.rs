//! Flows driven step by step: definitions through the production constructors, people and conditions played
//! by the test.

use crate::decision::DecisionKind;
use crate::{Answer, Decision, Flow, Instance, InstanceState, Person, Question, Run, TaskState};
use catalog::PhysicalNames;
use catalog::build::{Options, PackSource, build};
use chrono::DateTime;
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
        tokens: Vec::new(),
        tasks: Vec::new(),
    }
}

/// Who matches is written in the login of the rule: `{user: ab}` means a and b. The first case always holds
/// whose name is in `cases`.
fn answer(flow: &Flow, question: Question, cases: &str) -> Answer {
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
        Question::Case { node } => {
            let crate::step::Step::Choose(choose) = &flow.nodes[node].step else { panic!("not a choose") };
            Answer::Case(choose.cases.iter().position(|c| cases.contains(&*c.name) || c.when.is_none()))
        }
        Question::Write { .. } => Answer::Written,
    }
}

fn drive(run: &mut Run<'_>, mut asked: Option<Question>, cases: &str) -> diagnostic::Result<()> {
    while let Some(question) = asked {
        let answer = answer(run.flow, question, cases);
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

/// Plays a script of decisions (`a+` approves, `a-` rejects, `a<node` returns, `!` withdraws) and compares what
/// stands in the end. A decision that is refused ends the script with its code.
fn check(flow: &Flow, cases: &str, script: &str, expect: &str) {
    let mut run = Run::start(flow, instance(flow), DateTime::UNIX_EPOCH, Uuid::now_v7);
    let started = run.advance().and_then(|asked| drive(&mut run, asked, cases));
    if let Err(found) = started {
        return assert_eq!(found.code.name(), expect);
    }
    for step in script.split_whitespace() {
        if step == "!" {
            if let Err(found) = run.withdraw() {
                return assert_eq!(found.code.name(), expect, "{script}");
            }
            continue;
        }
        let who = user(step.chars().next().unwrap());
        let what = &step[1..];
        let task = run.instance.tasks.iter().rev().find(|t| t.assignee == who && t.state == TaskState::Open);
        let task = task.or_else(|| run.instance.tasks.iter().rev().find(|t| t.assignee == who)).unwrap().id;
        let (kind, to, comment) = match what {
            "+" => (DecisionKind::Approve, None, None),
            "-" => (DecisionKind::Reject, None, Some("no".to_owned())),
            "-silent" => (DecisionKind::Reject, None, None),
            back => (DecisionKind::Return, Some(back[1..].to_owned()), Some("again".to_owned())),
        };
        let decided = run.decide(task, Decision { kind, comment, to, seen: 1 });
        if let Err(found) = decided.and_then(|asked| drive(&mut run, asked, cases)) {
            return assert_eq!(found.code.name(), expect, "{script}");
        }
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
    check(&flow, "high", "a+ b+ d<boss", "invalid_transition");
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

/// Two nodes at once, as branches side by side have them.
#[test]
fn who_approves_loses_what_waits_elsewhere() {
    let rows = [
        ("any", "ab", "approved: one.a=approved two.a=cancelled two.b=approved"),
        ("all", "ab", "approved: one.a=approved two.a=cancelled two.b=approved"),
        ("sequential", "ab", "approved: one.a=approved two.a=cancelled two.b=approved"),
        ("all", "a", "approved: one.a=approved two.a=cancelled two.z=approved"),
    ];
    for (mode, people, expect) in rows {
        let steps = format!(
            "  one: {{approve: {{by: [{{user: a}}]}}}}\n  two: {{approve: {{by: [{{user: {people}}}], mode: {mode}}}}}"
        );
        let flow = compile(&steps, "policy: {separate: [[one, two]], empty: {assign: {user: z}}}");
        let mut run = Run::start(&flow, instance(&flow), DateTime::UNIX_EPOCH, Uuid::now_v7);
        let asked = run.advance().unwrap();
        drive(&mut run, asked, "").unwrap();
        run.put(1);
        let asked = run.advance().unwrap();
        drive(&mut run, asked, "").unwrap();
        // The first node is the last of its sequence here.
        let decide = |run: &mut Run<'_>, node: &str| {
            let open = |t: &&crate::Task| *t.node == *node && t.state == TaskState::Open;
            let task = run.instance.tasks.iter().find(open).unwrap().id;
            let decision = Decision { kind: DecisionKind::Approve, comment: None, to: None, seen: 1 };
            let asked = run.decide(task, decision).unwrap();
            drive(run, asked, "").unwrap();
        };
        run.token(1, crate::TokenState::Waiting);
        decide(&mut run, "one");
        // The token that left the first node stands at the second one, too: it is taken off for this test.
        let last = run.instance.tokens.last().unwrap().id;
        if last > 1 {
            run.token(last, crate::TokenState::Cancelled);
            run.instance.tasks.retain(|task| task.token <= 1);
        }
        decide(&mut run, "two");
        assert_eq!(shown(&run.instance), expect, "{mode} {people}");
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
