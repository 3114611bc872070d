//! Scenarios: the tests that packs ship. Each plays in a throw-away database of its own, with a clock that
//! stands still until the scenario moves it, so that nothing waits and nothing is shared.
//!
//! What they do goes the way of requests: the same rights, rules, hooks and flows.

mod stage;

mod wording;

mod compare;

mod scene;

mod decide;

mod mail;

mod answer;

mod expect;

mod seat;

mod operate;

mod act;

mod play;

use crate::publish::{PackFiles, check};
use crate::published::Published;
use definition::{Definition, Kind};
use diagnostic::{Code, Diagnostic, Result};
use play::Script;
use script::{Limits, Scripts};
use stage::{Stages, Start};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is played, and where.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only the scenarios of these packs; empty for all.
    pub packs: Vec<String>,
    /// Only scenarios whose name holds this.
    pub filter: Option<String>,
    /// Each scenario is played again and again, its database cut off after one write more each time and opened anew.
    pub crashes: bool,
    /// `postgres://…`: each scenario in a schema of its own there. SQLite files in a temporary folder otherwise.
    pub database: Option<String>,
}

/// How a scenario ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// `pack.name`.
    pub name: String,
    /// The file it stands in.
    pub file: String,
    /// What was not as expected, each with the place of its step; empty where all was.
    pub failures: Vec<Diagnostic>,
    /// How long it took, without making the database it starts from.
    pub took: Duration,
    /// How often its database was cut off.
    pub crashes: i64,
}

/// Plays the scenarios of packs, as many at a time as there are cores; `told` hears of each as it ends. Answers
/// them in the order of their names. Must be called on a multi-thread runtime.
///
/// # Errors
/// All findings in the definitions, `unknown_reference` where no scenario is selected, `database_unavailable`.
pub async fn run(
    packs: &[PackFiles],
    selection: &Selection,
    told: &(dyn Fn(&Outcome) + Send + Sync),
) -> Result<Vec<Outcome>, Vec<Diagnostic>> {
    let published = check(packs, &Scripts::new(Limits::default()))?;
    let scripts = selected(packs, &published, selection);
    if scripts.is_empty() {
        let name = selection.filter.clone().unwrap_or_else(|| selection.packs.join(", "));
        let found = Diagnostic::new(Code::UnknownReference).with("what", "scenario").with("name", name);
        return Err(vec![found]);
    }
    let stages = Arc::new(Stages::new(packs, selection.database.clone()).map_err(|found| vec![*found])?);
    let mut ended = play_all(scripts, stages.clone(), selection.crashes, told).await;
    stages.clear().await;
    ended.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(ended)
}

fn selected(packs: &[PackFiles], published: &Published, selection: &Selection) -> Vec<Script> {
    let mut found = Vec::new();
    for pack in packs {
        let Ok((pack_name, _)) = pack.header() else { continue };
        if !selection.packs.is_empty() && !selection.packs.contains(&pack_name) {
            continue;
        }
        for (path, text) in &pack.files {
            if !matches!(definition::classify(path), Ok(definition::FileKind::Definition(Kind::Scenario))) {
                continue;
            }
            let shown = if pack.root.is_empty() { path.clone() } else { format!("{}/{path}", pack.root) };
            let Some(file) = definition::parse_file(&shown, text).0 else { continue };
            let Definition::Scenario(own) = &file.definition else { continue };
            let name = format!("{pack_name}.{}", own.name);
            let Some(scenario) = published.catalog.scenarios.get(name.as_str()) else { continue };
            if selection.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str())) {
                found.push(Script { name, scenario: scenario.clone(), file });
            }
        }
    }
    found
}

async fn play_all(
    scripts: Vec<Script>,
    stages: Arc<Stages>,
    crashes: bool,
    told: &(dyn Fn(&Outcome) + Send + Sync),
) -> Vec<Outcome> {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let mut waiting = scripts.into_iter();
    let mut running = tokio::task::JoinSet::new();
    let mut ended = Vec::new();
    loop {
        while running.len() < cores {
            let Some(script) = waiting.next() else { break };
            running.spawn(play_one(script, stages.clone(), crashes));
        }
        match running.join_next().await {
            None => return ended,
            Some(Ok(outcome)) => {
                told(&outcome);
                ended.push(outcome);
            }
            // A task only fails by a panic, which its thread has reported; the scenario must not pass unseen.
            Some(Err(failed)) => {
                let found = Diagnostic::new(Code::ScenarioFailed).with("reason", failed);
                let (name, file) = (String::from("?"), String::new());
                ended.push(Outcome { name, file, failures: vec![found], took: Duration::ZERO, crashes: 0 });
            }
        }
    }
}

async fn play_one(script: Script, stages: Arc<Stages>, crashes: bool) -> Outcome {
    let mut played = Played::default();
    let failures = match staged(&script, &stages, crashes, &mut played).await {
        Ok(failures) => failures,
        Err(error) => {
            let what = wording::refusal(&error);
            let place = script.file.value_at("/given");
            let reason = format!("what the scenario starts from cannot be made: {what}");
            vec![Diagnostic::new(Code::ScenarioFailed).with("reason", reason).in_source(place)]
        }
    };
    let Played { took, crashes } = played;
    Outcome { name: script.name, file: script.file.path, failures, took, crashes }
}

/// What a scenario took.
#[derive(Default)]
struct Played {
    took: Duration,
    crashes: i64,
}

async fn staged(
    script: &Script,
    stages: &Stages,
    crashes: bool,
    played: &mut Played,
) -> Result<Vec<Diagnostic>> {
    let start = Start::of(&script.scenario.given)?;
    let mut stage = stages.open(&start).await?;
    let (began, before) = (Instant::now(), stage.engine.database().fuse().begun());
    let mut failures = play::play(script, &mut stage).await;
    played.took = began.elapsed();
    let writes = stage.engine.database().fuse().begun() - before;
    let outcome = if crashes { stage.outcome().await? } else { Vec::new() };
    stage.close().await?;
    for after in 0..writes {
        if !crashes || !failures.is_empty() {
            break;
        }
        let mut stage = stages.open(&start).await?;
        stage.engine.database().fuse().cut_after(after);
        failures = play::play(script, &mut stage).await;
        let found = stage.outcome().await?;
        if failures.is_empty() && found != outcome {
            failures.push(wording::otherwise(&outcome, &found));
        }
        let cut = |one: &mut Diagnostic| {
            *one = std::mem::replace(one, Diagnostic::new(Code::ScenarioFailed)).with("cut_after", after);
        };
        failures.iter_mut().for_each(cut);
        stage.close().await?;
        played.crashes += 1;
    }
    Ok(failures)
}
