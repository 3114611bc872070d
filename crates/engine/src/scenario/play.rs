//! Playing one scenario: its steps in order, until one does not end as it should.

use crate::publish::Aliases;
use crate::scenario::scene::{Scene, Stop};
use crate::scenario::stage::{ADMIN, Stage, work_off};
use crate::scenario::wording::refusal;
use definition::scenario::ScenarioStep;
use definition::{Parsed, Scenario};
use diagnostic::{Code, Diagnostic};
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
pub(super) async fn play(script: &Script, stage: &Stage) -> Vec<Diagnostic> {
    let aliases = match stage.engine.aliases().await {
        Ok(aliases) => aliases,
        Err(found) => return vec![*found],
    };
    let mut scene = begin(stage, aliases);
    for (index, step) in script.scenario.steps.iter().enumerate() {
        let failed = play_step(&mut scene, step).await;
        if failed.is_empty() {
            continue;
        }
        let (name, number) = (step.action.name(), index + 1);
        let place = script.file.key_at(&format!("/steps/{index}/{name}"));
        let told = |reason: String| {
            let reason = format!("step {number} ({name}, as {}): {reason}", scene.login);
            Diagnostic::new(Code::ScenarioFailed).with("reason", reason).in_source(place.clone())
        };
        return failed.into_iter().map(told).collect();
    }
    Vec::new()
}

fn begin(stage: &Stage, aliases: Aliases) -> Scene<'_> {
    Scene { stage, aliases, instances: HashMap::new(), login: ADMIN.to_owned() }
}

/// Does the step and the jobs it leaves behind; answers what went wrong.
async fn play_step(scene: &mut Scene<'_>, step: &ScenarioStep) -> Vec<String> {
    if let Some(login) = &step.r#as {
        scene.login.clone_from(login);
    }
    let done = match scene.act(&step.action).await {
        Ok(()) => work_off(&scene.stage.engine).await.map_err(Stop::from),
        Err(stop) => Err(stop),
    };
    match done {
        Ok(()) => Vec::new(),
        Err(Stop::Refused(found)) => vec![format!("it is refused with {}", refusal(&found))],
        Err(Stop::Unmet(reasons)) => reasons,
    }
}
