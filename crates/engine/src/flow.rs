//! Approvals: the engine's side of the token engine. One run is one short transaction under the lock of its
//! instance; what the run asks is answered from the same transaction.

mod arm;

mod asked;

pub(crate) mod changed;

pub(crate) mod automation;

mod awaits;

mod begin;

mod below;

pub(crate) mod calls;

pub(crate) mod dates;

mod deeds;

pub(crate) mod entries;
pub(crate) mod events;

pub(crate) mod schedule;

pub(crate) mod sla;

mod slot;

pub mod start;

pub mod simulate;

pub mod backtest;

pub mod draft;

pub mod decide;

mod decision;

pub mod drive;

pub(crate) mod ending;

mod notice;

pub(crate) mod people;

pub mod inbox;

pub mod instances;

pub mod operate;

pub mod migrate;

mod path;

mod pace;

pub(crate) mod labels;

mod administrator;

mod material;

mod foresee;

pub mod preview;

pub mod report;

pub(crate) mod urge;

pub mod walk;

mod values;

pub(crate) mod rights;

pub mod seats;

pub mod log;

pub(crate) mod stored;

pub mod tasks;

pub mod trace;

pub(crate) mod variable;

pub(crate) mod wake;

mod writes;

use crate::flow::stored::Held;
use crate::records::changes::Changes;
use crate::records::command::Command;
use crate::runs;
use crate::work::Work;
use diagnostic::Result;
use plan::facts::Lock;
use plan::planner::{Parked, Planned};
use storage::store::event::Event;
use storage::store::workflow as table;
use uuid::Uuid;
use workflow::{Question, Run};

impl Work {
    /// Starts the flow that a move waits for; answers the instance.
    pub(crate) async fn park(&self, parked: &Parked) -> Result<Uuid> {
        start::park(self, parked).await
    }

    /// Ends the flows of records that are about to be deleted; answers whether there were any.
    pub(crate) async fn end_flows(&self, planned: &Planned) -> Result<bool> {
        ending::end_with_records(self, planned).await
    }

    /// What a write means for the flows that hold its records: their locks, and the approvals that saw what is no
    /// longer true.
    pub(crate) async fn tell_flows(&self, changes: &Changes<'_>) -> Result<()> {
        Box::pin(material::changed(self, changes)).await
    }

    /// What happened to records that flows listen to.
    pub(crate) async fn events_of(&self, command: &Command, changes: &Changes<'_>) -> Result<Vec<Event>> {
        events::of_write(self, command, changes).await
    }

    /// Answers what a run asks until its tokens wait, and stores it.
    pub(crate) async fn drive(&self, held: Held, run: &mut Run<'_>, asked: Option<Question>) -> Result<()> {
        Box::pin(drive::until_it_waits(self, held, run, asked)).await
    }

    /// What an instance locks of its record.
    pub(crate) async fn lock_by(&self, instance: Uuid) -> Result<Lock> {
        if !self.heeds_flows() || self.moves(instance) {
            return Ok(Lock::None);
        }
        let Some(row) = table::instance(&self.tx, instance).await?.filter(stored::is_live) else {
            return Ok(Lock::None);
        };
        let instance = runs::look(&self.tx, &row).await?;
        let flow = stored::flow_of(self, &instance).await?;
        Ok(match flow.lock {
            workflow::Lock::None => Lock::None,
            workflow::Lock::All => Lock::All,
            workflow::Lock::Material => Lock::Fields(flow.material.clone()),
        })
    }
}
