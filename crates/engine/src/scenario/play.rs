//! Playing one scenario: its steps in order, until one does not end as it should.

use crate::scenario::scene::{Known, Scene, Stop};
use crate::scenario::stage::{ADMIN, Stage, work_off};
use crate::scenario::wording::refusal;
use definition::scenario::ScenarioStep;
use definition::{Parsed, Scenario};
use diagnostic::{Code, Diagnostic, Result};
use std::collections::HashMap;
use std::sync::Arc;

/// A scenario with the file it was read from.
pub(super) struct Script {
    /// `pack.name`.
    pub name: String,
    /// Names in it are full.
    pub scenario: Arc<Scenario>,
    /// Where its steps stand.
    pub file: Parsed,
}

/// Plays all steps; the first that fails ends the scenario, because what follows builds on it.
pub(super) async fn play(script: &Script, stage: &mut Stage) -> Vec<Diagnostic> {
    let aliases = match stage.engine.aliases().await {
        Ok(aliases) => aliases,
        Err(found) => return vec![*found],
    };
    let mut known = Known { aliases, instances: HashMap::new(), login: ADMIN.to_owned(), until: None };
    for (index, step) in script.scenario.steps.iter().enumerate() {
        let failed = match play_step(&mut known, stage, step).await {
            Ok(failed) => failed,
            Err(found) => return vec![*found],
        };
        if failed.is_empty() {
            continue;
        }
        let (name, number) = (step.action.name(), index + 1);
        let place = script.file.key_at(&format!("/steps/{index}/{name}"));
        let told = |reason: String| {
            let reason = format!("step {number} ({name}, as {}): {reason}", known.login);
            Diagnostic::new(Code::ScenarioFailed).with("reason", reason).in_source(place.clone())
        };
        return failed.into_iter().map(told).collect();
    }
    Vec::new()
}

/// Does the step and the jobs it leaves behind; answers what went wrong. Where the database was cut off meanwhile it is
/// opened anew, and what was not done is done again.
async fn play_step(known: &mut Known, stage: &mut Stage, step: &ScenarioStep) -> Result<Vec<String>> {
    if let Some(login) = &step.r#as {
        known.login.clone_from(login);
    }
    known.until = None;
    let mut done = act(known, stage, step).await;
    if stage.is_cut() {
        stage.reopen().await?;
        if done.is_err() {
            done = act(known, stage, step).await;
        }
    }
    if done.is_ok() {
        done = work_off(&stage.engine).await.map_err(Stop::from);
        if stage.is_cut() {
            stage.reopen().await?;
            done = work_off(&stage.engine).await.map_err(Stop::from);
        }
    }
    Ok(match done {
        Ok(()) => Vec::new(),
        Err(Stop::Refused(found)) => vec![format!("it is refused with {}", refusal(&found))],
        Err(Stop::Unmet(reasons)) => reasons,
    })
}

async fn act(known: &mut Known, stage: &Stage, step: &ScenarioStep) -> Result<(), Stop> {
    let mut scene = Scene { stage, known };
    scene.act(&step.action).await
}
