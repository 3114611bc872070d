//! One write, from the draft to the last history row, inside a transaction that somebody else opened.
//!
//! The order is that of the binding rules: lock and read → defaults, transition → `before` hooks → formulas
//! and rules → statements → derived values → the rules that read them → `after` hooks → history, audit,
//! events. Nothing here begins or ends a transaction.

use crate::identity::guard;
use crate::records::changes::Changes;
use crate::records::command::{Command, Written};
use crate::records::followers::{self, News};
use crate::records::{bind, facts, hooks, trail};
use crate::work::Work;
use catalog::SystemField;
use diagnostic::{Code, Diagnostic, Result};
use plan::facts::Facts;
use plan::planner::{Finished, Planned, Progress};
use plan::write::{Operation, RowWrite};
use plan::{Draft, Row, Upsert};
use script::Budget;
use std::collections::BTreeSet;
use std::sync::Arc;
use storage::stages::timed;
use storage::store::number;
use storage::{row, settle};

/// How deep writes of scripts may set off further writes of scripts.
const DEEPEST: u32 = 8;

impl Work {
    /// Does what the command says.
    ///
    /// # Errors
    /// Everything the plan, the rules, the hooks and the database refuse. The caller's transaction must then
    /// be given up.
    pub async fn execute(&self, command: &Command) -> Result<Written> {
        if self.depth > DEEPEST {
            let reason = format!("writes of scripts go deeper than {DEEPEST}");
            let found =
                Diagnostic::new(Code::ScriptLimit).with("script", command.object()).with("reason", reason);
            return Err(Box::new(found));
        }
        // All scripts of a write, and of the writes they set off, live on one budget.
        let budget =
            self.budget.clone().unwrap_or_else(|| Arc::new(Budget::new(self.engine.scripts().limits())));
        let work = Work { target: command.target(), budget: Some(budget), ..self.clone() };
        work.carry_out(command).await
    }

    async fn carry_out(&self, command: &Command) -> Result<Written> {
        let mut known = Facts::default();
        let mut draft = self.draft(command, &mut known).await?;
        loop {
            // A planner is no value to hold while others run: it ends with the statement.
            let progress = timed("plan", || self.planner().prepare(&mut draft, &known))?;
            match progress {
                Progress::Read(needs) => facts::read(self, &needs, &mut known).await?,
                Progress::Ready => break,
            }
        }
        bind::resolve(self, &mut draft).await?;
        if self.hooks && hooks::before(self, command, &mut draft).await? {
            bind::resolve(self, &mut draft).await?;
        }
        loop {
            let finished = timed("plan", || self.planner().finish(&mut draft, &known))?;
            match finished {
                Finished::Read(needs) => facts::read(self, &needs, &mut known).await?,
                Finished::Done(planned) => {
                    if Box::pin(self.end_flows(&planned)).await? {
                        // The records are no longer what was planned with, and no longer what the caller saw.
                        return Box::pin(self.carry_out(&command.waived())).await;
                    }
                    return Box::pin(self.store(command, *planned)).await;
                }
                Finished::Parked(parked) => {
                    let instance = Box::pin(self.park(&parked)).await?;
                    let object = self.published.object(&parked.object)?;
                    let row = self.rows().load(object, parked.id).await?;
                    let row = row.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
                    let before = Some(row.clone());
                    let (created, parked, links) = (false, Some(instance), Vec::new());
                    return Ok(Written { row, created, parked, job: None, before, links });
                }
            }
        }
    }

    async fn draft(&self, command: &Command, known: &mut Facts) -> Result<Draft> {
        if let Command::Upsert { object, key, values, body } = command {
            loop {
                let upsert = self.planner().upsert(object, key, values, body, known)?;
                match upsert {
                    Upsert::Read(needs) => facts::read(self, &needs, known).await?,
                    Upsert::Draft(draft) => return Ok(*draft),
                }
            }
        }
        if let Command::Through { form, write } = command {
            let draft = Box::pin(self.draft(write, known)).await?;
            let (planner, object) = (self.planner(), self.published.object(write.object())?);
            return planner.known().form(object, form).map(|_| draft);
        }
        let planner = self.planner();
        match command {
            Command::Create { object, body } | Command::Upsert { object, body, .. } => {
                planner.create(object, body)
            }
            // Drafted above.
            Command::Through { .. } => Err(Box::new(Diagnostic::new(Code::NotFound))),
            Command::Update { object, id, body, precondition } => {
                planner.update(object, *id, body, *precondition)
            }
            Command::Delete { object, id, precondition } => planner.delete(object, *id, *precondition),
            Command::Restore { object, id } => planner.restore(object, *id),
            Command::Purge { object, id, precondition } => planner.purge(object, *id, *precondition),
            Command::Move { object, id, name, body, precondition, approved } => {
                planner.make_move(object, *id, name, body, *precondition, *approved)
            }
        }
    }

    /// Statements, derived values, the rules that read them, `after` hooks, the trail.
    async fn store(&self, command: &Command, mut planned: Planned) -> Result<Written> {
        guard::check(self, &planned.writes).await?;
        bind::bind(self, &planned).await?;
        let rows = self.rows();
        settle::lock_set(&self.tx, rows.reading, &planned.writes, self.target).await?;
        self.number(&mut planned).await?;
        let applied = row::write::apply(&self.tx, rows.reading, &planned.writes).await;
        applied.map_err(|error| self.explain(error, &planned.writes))?;
        let settled = settle::settle(&self.tx, rows.reading, &planned.writes).await?;
        let mut known = Facts::default();
        loop {
            let needs = self.planner().check_later(&planned.later, &known)?;
            match needs {
                Some(needs) => facts::read(self, &needs, &mut known).await?,
                None => break,
            }
        }
        let job = match settled.deferred.is_empty() {
            false => Some(self.settle_later(&settled.deferred).await?),
            true => None,
        };
        if self.hooks {
            hooks::after(self, command, &planned).await?;
        }
        let changes = Changes { planned: &planned, derived: &settled.changes };
        self.tell_flows(&changes).await?;
        trail::write(self, command, &changes).await?;
        if followers::is_news(&planned) {
            let news = News::Changed(&planned);
            Box::pin(followers::tell(self, &planned.object, planned.id, news, &BTreeSet::new())).await?;
        }
        guard::close_sessions(self, &planned.writes).await?;
        self.forget_identities(&planned.writes).await?;
        let object = self.published.object(&planned.object)?;
        let root = planned.writes.iter().find(|w| w.id == planned.id);
        let row = match root.and_then(|write| self.known_after(write, &changes)) {
            Some(row) => row,
            None => {
                let stored = rows.load(object, planned.id).await?.or_else(|| root.map(|w| w.after.clone()));
                stored.ok_or_else(|| Diagnostic::new(Code::NotFound))?
            }
        };
        let created = root.is_some_and(|w| w.operation == Operation::Insert);
        let before = root.and_then(|write| write.before.clone());
        Ok(Written { row, created, parked: None, job, before, links: planned.links })
    }

    /// The row as it stands after its write, where nothing but the write and derived values can have changed
    /// it: neither writes of scripts nor a running flow.
    fn known_after(&self, write: &RowWrite, changes: &Changes<'_>) -> Option<Row> {
        let scripted = self.budget.as_ref().is_some_and(|budget| budget.has_written());
        let free = write.after.system(SystemField::Flow).is_null();
        let hooked = self.hooks && scripted;
        (free && !hooked).then(|| changes.after(write))
    }

    /// Gives new records their numbers.
    async fn number(&self, planned: &mut Planned) -> Result<()> {
        for numbering in &planned.numbers {
            let count = number::next(&self.tx, &numbering.scope, "", 1).await?;
            let text = numbering.text(u64::try_from(count).unwrap_or(0));
            let write = &mut planned.writes[numbering.write];
            write.after.values[numbering.field] = text.into();
            if !write.changed.contains(&numbering.field) {
                write.changed.push(numbering.field);
            }
        }
        Ok(())
    }

    /// Names the fields of a unique constraint that the database refused.
    fn explain(&self, error: Box<Diagnostic>, writes: &[RowWrite]) -> Box<Diagnostic> {
        let named =
            |error: Box<Diagnostic>, write: &RowWrite| storage::error::name_fields(error, &write.object);
        let mut found = writes.iter().fold(error, named);
        let known = self.planner().known();
        let fields = found.arguments.iter().find(|(key, _)| *key == "fields").map(|(_, value)| value.clone());
        // A clash is told without the names of fields that the actor may not read.
        if let (Code::Duplicate, true, Some(fields)) = (found.code, self.mode.has_rights(), fields)
            && let Some(write) = writes.first()
            && !fields.split(", ").all(|field| known.readable(&write.object.name, field).is_some())
        {
            let shown =
                fields.split(", ").filter(|field| known.readable(&write.object.name, field).is_some());
            found.arguments = vec![("fields", shown.collect::<Vec<_>>().join(", "))];
            found.path = None;
        }
        found
    }

    /// People, departments and roles decide about rights: what was computed from them is forgotten once the
    /// change is committed, here and in other processes.
    async fn forget_identities(&self, writes: &[RowWrite]) -> Result<()> {
        if writes.iter().any(|w| self.engine.decides_rights(&w.object.name)) {
            storage::watch::rights_changed(&self.tx).await?;
            self.engine.forget_identities_after(&self.tx);
        }
        Ok(())
    }
}
