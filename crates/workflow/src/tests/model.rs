//! Random trees, random actions: what must hold after each of them holds.

use super::{act, compile, drive, instance, sound};
use crate::decision::DecisionKind;
use crate::instance::{Await, Awaited, Token, TokenState, WORK};
use crate::step::Step as Compiled;
use crate::{Answer, Decision, Instance, InstanceState, Question, Run, Task, TaskKind, TaskState};
use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use uuid::Uuid;

/// A step of a random tree.
#[derive(Clone, Debug)]
enum Block {
    Approve { people: &'static str, mode: &'static str },
    Handle,
    Tell,
    Choose(Vec<Vec<Block>>),
    Each(Vec<Vec<Block>>),
    Parallel { branches: Vec<Vec<Block>>, join: u8 },
    Repeat(Vec<Block>),
    ForEach { steps: Vec<Block>, together: bool },
    Wait(Vec<Vec<Block>>),
    Act { error: Option<Vec<Block>> },
    Together(usize),
}

fn blocks(depth: u32) -> BoxedStrategy<Vec<Block>> {
    proptest::collection::vec(block(depth), 1..4).boxed()
}

fn block(depth: u32) -> BoxedStrategy<Block> {
    let people = prop_oneof![Just("a"), Just("ab"), Just("abc"), Just("bc")];
    let mode = prop_oneof![
        Just("any"),
        Just("all"),
        Just("sequential"),
        Just("{count: 2}"),
        Just("{ratio: 0.6}, reject: unreachable")
    ];
    let approve = (people, mode).prop_map(|(people, mode)| Block::Approve { people, mode });
    let act = Just(Block::Act { error: None });
    let leaf = prop_oneof![6 => approve, 1 => Just(Block::Handle), 1 => Just(Block::Tell), 2 => act];
    if depth == 0 {
        return leaf.boxed();
    }
    let several = || proptest::collection::vec(blocks(depth - 1), 1..4);
    prop_oneof![
        4 => leaf,
        1 => several().prop_map(Block::Choose),
        1 => several().prop_map(Block::Each),
        2 => (several(), 0..3u8).prop_map(|(branches, join)| Block::Parallel { branches, join }),
        1 => blocks(depth - 1).prop_map(Block::Repeat),
        1 => (blocks(depth - 1), any::<bool>()).prop_map(|(steps, together)| Block::ForEach { steps, together }),
        2 => several().prop_map(Block::Wait),
        1 => blocks(depth - 1).prop_map(|steps| Block::Act { error: Some(steps) }),
        1 => (1..3usize).prop_map(Block::Together),
    ]
    .boxed()
}

/// Writes blocks as the steps of a definition.
struct Writer {
    count: u32,
}

impl Writer {
    fn name(&mut self) -> String {
        self.count += 1;
        format!("s{}", self.count)
    }

    fn steps(&mut self, blocks: &[Block]) -> String {
        let steps: Vec<String> =
            blocks.iter().map(|block| format!("{}: {}", self.name(), self.step(block))).collect();
        format!("{{{}}}", steps.join(", "))
    }

    fn branches(&mut self, all: &[Vec<Block>], head: impl Fn(usize) -> String) -> String {
        let branches = all.iter().enumerate();
        let written: Vec<String> = branches
            .map(|(place, steps)| format!("{}: {{{}steps: {}}}", self.name(), head(place), self.steps(steps)))
            .collect();
        format!("{{{}}}", written.join(", "))
    }

    fn step(&mut self, block: &Block) -> String {
        const ALLOW: &str = "allow: [return, transfer, delegate, add_sign, remove_sign]";
        match block {
            Block::Approve { people, mode } => {
                format!("{{approve: {{by: [{{user: {people}}}], mode: {mode}}}, {ALLOW}}}")
            }
            Block::Handle => "{handle: {by: [{user: d}]}}".to_owned(),
            Block::Tell => "{cc: {by: [{user: c}]}}".to_owned(),
            Block::Choose(all) => {
                let last = all.len() - 1;
                let head =
                    |place| if place == last { String::new() } else { "when: 'total > 1', ".to_owned() };
                format!("{{choose: {}}}", self.branches(all, head))
            }
            Block::Each(all) => {
                format!("{{each: {}}}", self.branches(all, |_| "when: 'total > 1', ".to_owned()))
            }
            Block::Parallel { branches, join } => {
                let join = match join {
                    0 => "all",
                    1 => "any",
                    _ => "{count: 1}",
                };
                format!("{{parallel: {}, join: {join}}}", self.branches(branches, |_| String::new()))
            }
            Block::Repeat(steps) => format!("{{repeat: {{max: 2}}, steps: {}}}", self.steps(steps)),
            Block::ForEach { steps, together } => {
                let mode = if *together { "parallel" } else { "sequential" };
                let item = self.name();
                format!("{{for_each: {{in: tags, as: {item}, mode: {mode}}}, steps: {}}}", self.steps(steps))
            }
            Block::Wait(all) => {
                format!("{{wait: {}}}", self.branches(all, |_| "timer: {after: 1h}, ".to_owned()))
            }
            Block::Act { error } => {
                let error =
                    error.as_ref().map(|steps| format!(", on_error: {{steps: {}}}", self.steps(steps)));
                format!("{{update: {{set: {{name: x}}}}, retry: {{max: 1}}{}}}", error.unwrap_or_default())
            }
            Block::Together(count) => {
                let steps: Vec<String> = (0..*count)
                    .map(|_| format!("{}: {{update: {{set: {{name: x}}}}}}", self.name()))
                    .collect();
                format!("{{together: {{{}}}}}", steps.join(", "))
            }
        }
    }
}

/// Answers what the model asks beyond what other tests ask: timers go off in an hour, both items are walked.
fn answered(run: &mut Run<'_>, mut asked: Option<Question>, given: &str) -> diagnostic::Result<()> {
    while let Some(question) = asked {
        asked = match question {
            Question::Arm { node, .. } => {
                let Compiled::Wait(wait) = &run.flow.nodes[node].step else {
                    unreachable!("only a wait arms")
                };
                let due = run.now + TimeDelta::hours(1);
                let awaits = wait.branches.iter();
                let awaits = awaits.map(|one| Await { name: one.name.clone(), what: Awaited::At(due) });
                run.answer(Answer::Awaits(awaits.collect()))?
            }
            other => {
                let answer = super::answer(run, other, given);
                run.answer(answer)?
            }
        };
    }
    Ok(())
}

/// Nothing that runs stands where nobody and nothing will move it.
fn is_awaited(instance: &Instance) {
    if instance.state != InstanceState::Running {
        return;
    }
    let live = instance.tokens.iter().filter(|token| token.state.is_live());
    for token in live.filter(|token| token.data.left == 0) {
        let asked = |task: &Task| task.token == token.id && task.kind.is_awaited() && task.state.is_live();
        let by_people = instance.tasks.iter().any(asked);
        let by_time = !token.data.awaits.is_empty();
        assert!(by_people || by_time || token.data.incident.is_some(), "nothing moves {token:?}");
        if by_people {
            let open = |task: &Task| asked(task) && task.state == TaskState::Open;
            assert!(instance.tasks.iter().any(open), "nobody's turn at {token:?}");
        }
    }
}

/// One thing that happens, picked by numbers; a refusal changes nothing that is stored.
fn happen(run: &mut Run<'_>, pick: (u8, u8), given: &str) {
    run.now += TimeDelta::seconds(1);
    let before = run.instance.clone();
    let open: Vec<Task> = run
        .instance
        .tasks
        .iter()
        .filter(|task| task.kind != TaskKind::Cc && task.state == TaskState::Open)
        .cloned()
        .collect();
    let past: Vec<Uuid> =
        run.instance.tasks.iter().filter(|t| t.decided_at.is_some()).map(|t| t.id).collect();
    let waking: Vec<(u32, String)> = run
        .instance
        .tokens
        .iter()
        .filter(|token| token.state == TokenState::Waiting)
        .flat_map(|token| token.data.awaits.iter().map(|one| (token.id, one.name.to_string())))
        .collect();
    let done = match pick.0 % 16 {
        0..=4 if !open.is_empty() => {
            let task = &open[usize::from(pick.1) % open.len()];
            let kind = match task.kind {
                TaskKind::Handle => DecisionKind::Done,
                _ => DecisionKind::Approve,
            };
            let decision =
                Decision { kind, by: task.assignee, comment: None, to: None, back: false, seen: 1 };
            return decided(run, task.id, decision, given);
        }
        5 if !open.is_empty() => {
            let task = open[usize::from(pick.1) % open.len()].id;
            let targets = run.return_targets(task);
            match targets.get(usize::from(pick.1) % targets.len().max(1)) {
                Some(target) => return returned(run, task, *target, given),
                None => Ok(None),
            }
        }
        6 if !open.is_empty() => {
            let task = open[usize::from(pick.1) % open.len()].id;
            acted(run, task, pick.1)
        }
        11..=13 if !past.is_empty() => {
            let task = past[usize::from(pick.1) % past.len()];
            run.take_back(task)
        }
        14 if pick.1 == 0 => run.withdraw().map(|()| None),
        14 => jumped(run, pick.1),
        7..=9 if !waking.is_empty() => {
            let (token, by) = &waking[usize::from(pick.1) % waking.len()];
            run.wake(*token, by)
        }
        10 if !waking.is_empty() => {
            let (token, by) = &waking[usize::from(pick.1) % waking.len()];
            run.fail(*token, by, "it failed".to_owned())
        }
        _ => {
            let broken = run.instance.tokens.iter();
            let broken = broken.filter(|token| token.state.is_live() && token.data.incident.is_some());
            match broken.map(|token| token.id).next() {
                Some(token) if pick.1.is_multiple_of(2) => run.retry(token).map(|()| None),
                Some(token) => run.skip(token),
                None => Ok(None),
            }
        }
    };
    if done.and_then(|asked| answered(run, asked, given)).is_err() {
        run.instance = before;
    }
}

/// What somebody does with an open task beside deciding it.
fn acted(run: &mut Run<'_>, task: Uuid, pick: u8) -> diagnostic::Result<Option<Question>> {
    let acts = [">d", "|d", "{d", "}d", "\\", "~d", "~", "^|d", "^>d", "=+", "=~"];
    let seat = run.removable(task).next().map(|seat| seat.id);
    match (acts[usize::from(pick) % acts.len()], seat) {
        ("\\", Some(seat)) => run.remove_sign(task, seat),
        ("\\", None) => Ok(None),
        (what, _) => act(run, task, what),
    }
}

/// An administrator takes the flow to one of the steps it can be taken to.
fn jumped(run: &mut Run<'_>, pick: u8) -> diagnostic::Result<Option<Question>> {
    let targets = run.jump_targets()?;
    let Some(target) = targets.get(usize::from(pick) % targets.len().max(1)) else { return Ok(None) };
    let name = run.flow.nodes[target.node].name.clone();
    run.jump(&name)
}

/// What stands of a flow: its tokens, and the seats that are asked.
fn stands(run: &Run<'_>) -> (Vec<Token>, Vec<(Uuid, TaskState)>) {
    let tokens = run.instance.tokens.iter().filter(|token| token.state.is_live()).cloned();
    let tasks = run.instance.tasks.iter();
    let asked =
        tasks.filter(|task| task.kind.is_awaited() && (task.state.is_live() || task.state.is_passed()));
    (tokens.collect(), asked.map(|task| (task.id, task.state)).collect())
}

/// A decision that is taken back at once never was.
fn decided(run: &mut Run<'_>, task: Uuid, decision: Decision, given: &str) {
    let before = run.instance.clone();
    let stood = stands(run);
    let done = run.decide(task, decision).and_then(|asked| answered(run, asked, given));
    if done.is_err() {
        run.instance = before;
        return;
    }
    let mut back = Run::resume(run.flow, run.instance.clone(), run.now, Uuid::now_v7);
    if back.take_back(task).and_then(|asked| answered(&mut back, asked, given)).is_ok() {
        assert_eq!(stands(&back), stood, "taken back");
    }
}

/// A return leaves one token in the sequence it leads to.
fn returned(run: &mut Run<'_>, task: Uuid, target: crate::NodeId, given: &str) {
    let before = run.instance.clone();
    let to = Some(run.flow.nodes[target].name.to_string());
    let (kind, comment) = (DecisionKind::Return, Some("again".to_owned()));
    let by = before.tasks.iter().find(|one| one.id == task).unwrap().assignee;
    let decision = Decision { kind, by, comment, to, back: false, seen: 1 };
    let done = run.decide(task, decision).and_then(|asked| answered(run, asked, given));
    if done.is_err() {
        run.instance = before;
        return;
    }
    let last = run.instance.tokens.iter().rfind(|token| token.node == run.flow.nodes[target].name);
    let Some(last) = last.filter(|token| token.state.is_live()) else { return };
    let beside = run.instance.tokens.iter().filter(|token| {
        token.state.is_live() && token.parent == last.parent && token.data.item == last.data.item
    });
    let scope = run.flow.nodes[target].scope;
    let here =
        beside.filter(|token| run.flow.find(&token.node).is_some_and(|n| run.flow.nodes[n].scope == scope));
    assert_eq!(here.count(), 1, "tokens beside {last:?}");
}

/// As many as a test run bears; `PROPTEST_CASES` says another number.
fn config() -> ProptestConfig {
    let usual = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => usual,
        None => ProptestConfig { cases: 48, ..usual },
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_must_hold_holds(
        tree in blocks(2),
        given in prop_oneof![Just("2"), Just("s2 s4 s6 s8 until 1"), Just("while 3")],
        picks in proptest::collection::vec(any::<(u8, u8)>(), 0..60),
    ) {
        let written = Writer { count: 0 }.steps(&tree);
        let flow = compile(&format!("  {written}"), "policy: {take_back: next_untouched, withdraw: anytime}");
        let mut run = Run::start(&flow, instance(&flow), DateTime::UNIX_EPOCH, Uuid::now_v7);
        let started = run.advance().and_then(|asked| answered(&mut run, asked, given));
        prop_assert!(started.is_ok(), "{started:?}");
        for pick in picks {
            happen(&mut run, pick, given);
            sound(&run);
            is_awaited(&run.instance);
            // What is stored is what is read back.
            let stored = serde_json::to_string(&run.instance).unwrap();
            let read: Instance = serde_json::from_str(&stored).unwrap();
            prop_assert_eq!(&read, &run.instance);
        }
    }
}

#[test]
fn a_worker_takes_what_acts() {
    let flow = compile("  a: {update: {set: {name: x}}}\n  b: {approve: {by: [{user: a}]}}", "");
    let mut run = Run::start(&flow, instance(&flow), DateTime::UNIX_EPOCH, Uuid::now_v7);
    run.advance().and_then(|asked| drive(&mut run, asked, "")).unwrap();
    assert!(run.awaits(0, WORK));
    let asked = run.wake(0, WORK).unwrap();
    drive(&mut run, asked, "").unwrap();
    assert_eq!(super::shown(&run.instance), "running: b.a=open");
    // What comes late or twice does nothing.
    assert!(run.wake(0, WORK).unwrap().is_none());
    assert_eq!(super::shown(&run.instance), "running: b.a=open");
}
