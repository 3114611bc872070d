//! What a step of a scenario does to a flow as an administrator.

use crate::requests::{OperateOrder, Operation, Request};
use crate::runs;
use crate::scenario::scene::{Scene, Stop};
use definition::scenario::ScenarioAction;
use storage::store::workflow as table;
use uuid::Uuid;

impl Scene<'_> {
    /// Halts a flow, lets it go on, takes it to a step, or says what becomes of what failed.
    pub async fn operate(&self, action: &ScenarioAction) -> Result<(), Stop> {
        let (record, comment) = match action {
            ScenarioAction::Suspend(on) | ScenarioAction::Resume(on) => (&on.record, &on.comment),
            ScenarioAction::Jump(jump) => (&jump.record, &jump.comment),
            ScenarioAction::Retry(retry) => (&retry.record, &retry.comment),
            ScenarioAction::Skip(skip) => (&skip.record, &skip.comment),
            _ => return Err(Stop::unmet("nothing is done to a flow here")),
        };
        let instance = self.instance(record).await?.ok_or_else(Stop::not_found)?;
        let operation = match action {
            ScenarioAction::Suspend(_) => Operation::Suspend,
            ScenarioAction::Jump(jump) => Operation::Jump(jump.to.clone()),
            ScenarioAction::Retry(retry) => {
                Operation::Retry(self.failed(instance, retry.node.as_deref()).await?)
            }
            ScenarioAction::Skip(skip) => {
                let token = self.failed(instance, skip.node.as_deref()).await?;
                Operation::Skip { token, value: self.value(&skip.value)? }
            }
            _ => Operation::Resume,
        };
        self.ask(Request::Operate(OperateOrder { instance, operation, comment: comment.clone() })).await
    }

    /// The token at which a step failed, or else one that came to it; `None` where no step is named.
    async fn failed(&self, instance: Uuid, node: Option<&str>) -> Result<Option<u32>, Stop> {
        let Some(node) = node else { return Ok(None) };
        let work = self.stage.engine.reading(&self.stage.engine.system());
        let row = table::instance(&work.tx, instance).await?.ok_or_else(Stop::not_found)?;
        let instance = runs::look(&work.tx, &row).await?;
        let failed = instance.incidents().find(|token| *token.node == *node);
        let token = failed.or_else(|| instance.token_at(node)).ok_or_else(Stop::not_found)?;
        Ok(Some(token.id))
    }
}
