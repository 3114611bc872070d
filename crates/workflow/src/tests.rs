//! Flows driven step by step: definitions through the production constructors, people and conditions played
//! by the test.

mod branches;

mod deadlines;
mod migration;

mod model;

mod operations;

mod seats;

mod take_back;

mod variables;

use crate::decision::DecisionKind;
use crate::flow::sla::{EscalateHow, SlaDecision};
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

const RISK: &str = "
kind: decision
name: risk
inputs: {n: {type: integer}}
outputs: {level: {type: text}}
rules: []
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
    let catalog = catalog(steps, more);
    crate::compile("sales.approval", &catalog.workflows["sales.approval"], &catalog).unwrap()
}

/// The definition itself.
fn written(steps: &str, more: &str) -> definition::workflow::Workflow {
    (*catalog(steps, more).workflows["sales.approval"]).clone()
}

fn catalog(steps: &str, more: &str) -> catalog::Catalog {
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
            ("decisions/risk.yaml", RISK),
            ("workflows/approval.yaml", &workflow),
        ]),
    };
    match build(&[base, sales], &PhysicalNames::default(), &Options::default()) {
        Ok(built) => built.catalog,
        Err(found) => panic!("{}", found.iter().map(|d| format!("{d}\n")).collect::<String>()),
    }
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
        parent: None,
        round: 0,
        picks: crate::Picks::new(),
        started_at: DateTime::UNIX_EPOCH,
        due_at: None,
        ended_at: None,
        variables: BTreeMap::new(),
        tokens: Vec::new(),
        tasks: Vec::new(),
    }
}

/// The people whom a rule names.
fn people(rule: &crate::Performer) -> Vec<Person> {
    match rule {
        crate::Performer::User(letters) => {
            let named = letters.chars().filter(|c| *c != '-');
            named.map(|c| Person::new(user(c), format!("user {letters}"))).collect()
        }
        crate::Performer::Group(members) => {
            let weighed = |(rule, weight): &(crate::Performer, u32)| {
                let weight = *weight;
                people(rule).into_iter().map(move |person| Person { weight, ..person })
            };
            members.iter().flat_map(weighed).collect()
        }
        _ => Vec::new(),
    }
}

/// Who matches is written in the login of the rule: `{user: ab}` means a and b. `given` is what else holds: names of
/// cases (`high@1` for the second item alone), `while`, `until`, and how many items a list has.
fn answer(run: &Run<'_>, question: Question, given: &str) -> Answer {
    let flow = run.flow;
    match question {
        Question::People { rules, .. } => Answer::People(rules.iter().flat_map(people).collect()),
        Question::Fallback { rule, .. } => Answer::Fallback(people(&rule)),
        Question::Substitute { people, head, .. } => {
            let substitute = Person::new(user(if head { 'h' } else { 's' }), "");
            Answer::Substituted { people, substitutes: vec![substitute] }
        }
        Question::Cases { node, token } => {
            let (cases, all) = match &flow.nodes[node].step {
                Step::Choose(step) => (&step.cases, false),
                Step::Each(step) => (&step.cases, true),
                _ => panic!("no cases"),
            };
            let item = run.instance.tokens[token as usize].data.item;
            let named = |c: &Case| {
                let mut names = given.split(' ').map(|one| one.split_once('@').unwrap_or((one, "")));
                c.when.is_some()
                    && names.any(|(name, of)| name == &*c.name && (of.is_empty() || of.parse().ok() == item))
            };
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
        Question::Write { .. } | Question::Do { .. } => Answer::Written,
        Question::Arm { .. } => Answer::Awaits(Vec::new()),
        Question::Decide { .. } => Answer::Values(Vec::new()),
    }
}

fn drive(run: &mut Run<'_>, mut asked: Option<Question>, given: &str) -> diagnostic::Result<()> {
    while let Some(question) = asked {
        let answer = answer(run, question, given);
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
        let owner = run.flow.scopes[run.flow.nodes[run.flow.find(&token.node).unwrap()].scope].owner;
        let items = owner.is_some_and(|owner| matches!(run.flow.nodes[owner].step, Step::ForEach(_)));
        assert_eq!(token.data.item.is_some(), items, "{token:?} walks for an item");
    }
    let live = instance.tokens.iter().any(|t| t.state.is_live());
    assert_eq!(live, instance.state == InstanceState::Running);
    for task in instance.tasks.iter().filter(|t| t.kind.is_awaited() && t.state.is_live()) {
        assert!(instance.tokens[task.token as usize].state.is_live(), "{task:?}");
    }
}

/// What people do beside deciding: `a>b` gives to b, `a~b` asks b to act, `a~` gives back, `a{b`, `a}b`, `a|b` add b
/// before, after and beside, `a\b` takes b off, `a@b` tells b, `a?` takes back, `a<node` returns, `a<<node` returns and
/// wants it back at once. As time passes: `a^|b` lets b decide too, `a^>b` gives it to b, `a^@b` tells b, `a=+`, `a=-`,
/// `a=!` and `a=~` decide for a.
fn act(run: &mut Run<'_>, task: Uuid, what: &str) -> diagnostic::Result<Option<Question>> {
    let other = user(what.chars().last().unwrap());
    let seat = |run: &Run<'_>| run.instance.tasks.iter().rfind(|t| t.assignee == other).unwrap().id;
    let back = |run: &mut Run<'_>, to: &str, back: bool| {
        let (kind, to, comment) = (DecisionKind::Return, Some(to.to_owned()), Some("again".to_owned()));
        let by = run.instance.tasks.iter().find(|t| t.id == task).unwrap().assignee;
        run.decide(task, Decision { kind, by, comment, to, back, seen: 1 })
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
        "^" => {
            let how = match &what[1..2] {
                "|" => EscalateHow::Add,
                ">" => EscalateHow::Transfer,
                _ => EscalateHow::Tell,
            };
            run.escalate(task, &[Person::new(other, "superior")], how)
        }
        "=" => {
            let kind = match &what[1..] {
                "+" => SlaDecision::Approve,
                "-" => SlaDecision::Reject,
                "~" => SlaDecision::Skip,
                _ => SlaDecision::Done,
            };
            run.decide_alone(task, kind, 1)
        }
        _ if what.starts_with("<<") => back(run, &what[2..], true),
        _ => back(run, &what[1..], false),
    }
}

/// One step of a script: `a+` approves, `a+/z` is z who approves in the task of a.
fn play(run: &mut Run<'_>, step: &str, given: &str) -> diagnostic::Result<()> {
    if step == "!" {
        return run.withdraw();
    }
    if step == "*" {
        let asked = run.material_changed(|_| true)?;
        return drive(run, asked, given);
    }
    let (step, by) = step.split_once('/').unwrap_or((step, &step[..1]));
    let (who, by) = (user(step.chars().next().unwrap()), user(by.chars().next().unwrap()));
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
    let asked = run.decide(task, Decision { kind, by, comment, to: None, back: false, seen: 1 })?;
    drive(run, asked, given)
}

/// A flow after a script that is not refused anywhere.
fn played<'f>(flow: &'f Flow, given: &str, script: &str) -> Run<'f> {
    let mut run = Run::start(flow, instance(flow), DateTime::UNIX_EPOCH, Uuid::now_v7);
    run.advance().and_then(|asked| drive(&mut run, asked, given)).unwrap();
    for step in script.split_whitespace() {
        run.now += TimeDelta::seconds(1);
        play(&mut run, step, given).unwrap();
    }
    run
}

/// Plays a script of decisions (`a+` approves, `a-` rejects, `a<node` returns, `!` withdraws, `*` changes what was approved) and compares what
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
            "running: one.s=open one.a=open",
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
