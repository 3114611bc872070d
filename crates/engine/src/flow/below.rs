//! Flows below flows: each begins with the `sub` of the flow above.

use crate::flow::begin::{fresh, take};
use crate::flow::log::LogKind;
use crate::flow::{stored, values};
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use uuid::Uuid;
use workflow::{Instance, Parent, Run};

/// Starts the flow of a `sub`; `by` is the token that waits for its end.
pub(super) async fn start(
    work: &Work,
    above: &Instance,
    name: &str,
    record: Uuid,
    by: Option<(Uuid, u32)>,
) -> Result<Uuid> {
    let missing = || Diagnostic::new(Code::UnknownReference).with("what", "workflow").with("name", name);
    let flow = work.published.flow(name).cloned().ok_or_else(missing)?;
    let deepest = flow.trigger.max_depth.max(8) as usize;
    if work.chain.len() > deepest {
        return Err(Box::new(
            Diagnostic::new(Code::FlowTooDeep).with("workflow", name).with("most", deepest),
        ));
    }
    let object = work.published.object(&flow.object)?;
    let row = work.rows().load_to_write(object, record).await?;
    let row = row.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
    let mut instance = fresh(work, &flow, record, above.initiator);
    instance.parent = by.map(|(instance, token)| Parent { instance, token });
    let id = instance.id;
    if !flow.automation {
        take(work, &flow, &row, id).await?;
    }
    values::begin(work, &flow, &mut instance).await?;
    let mut held = stored::begin(work, &flow, &instance, row.version()).await?;
    held.caused(None, &work.chain);
    held.say(work, LogKind::Started, None, None);
    let mut run = Run::later(&flow, instance, work.bindings.now, Uuid::now_v7);
    // The flow above has not ended yet: what this one does is caused by it.
    work.drive(held, &mut run, None).await?;
    Ok(id)
}
