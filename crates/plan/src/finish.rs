//! From a draft that hooks have seen to what is written.

use crate::checks::Examination;
use crate::defaults::same_values;
use crate::draft::{Draft, RowDraft};
use crate::facts::{Facts, Needs};
use crate::pairs;
use crate::parents::raise;
use crate::planner::{FieldChange, Finished, HistoryEntry, Later, Numbering, Parked, Planned, Planner};
use crate::render::{render, text};
use crate::row::Row;
use crate::scene::Roots;
use crate::walk;
use crate::write::{LinkWrite, Operation, RowWrite};
use catalog::{Derived, Field, Hop, Object, Stored, SystemField};
use definition::FieldType;
use definition::field::NumberPart;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Root, Value};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

impl Planner<'_> {
    /// Sets a value as a hook does, by its name on the wire.
    ///
    /// # Errors
    /// `unknown_field`, `read_only_field`, `invalid_field_value`.
    pub fn set(&self, draft: &mut Draft, place: usize, name: &str, json: &Json) -> Result<()> {
        let Some(row) = draft.rows.get_mut(place) else { return Ok(()) };
        let object = row.object.clone();
        let Some(field) = object.field(name) else {
            return Err(Box::new(self.known().unknown_field(&object.name, name)));
        };
        let stage = object.transitions.as_ref().is_some_and(|transitions| transitions.field == field.name);
        let written = matches!(field.stored, Stored::Column { .. })
            && field.derived.is_none()
            && matches!(field.system, None | Some(SystemField::Owner))
            && (!stage || row.operation == Operation::Insert)
            && !matches!(field.kind, FieldType::Autonumber(_));
        if !written {
            return Err(Box::new(Diagnostic::new(Code::ReadOnlyField).with("field", name)));
        }
        let value = field.kind.kind().parse(json).map_err(|found| Box::new(found.with("field", name)))?;
        if row.row.values[field.index] != value {
            row.assign(field.index, value);
        }
        Ok(())
    }

    /// Checks everything that can be checked now and says what is written.
    ///
    /// # Errors
    /// All findings about the record at once.
    pub fn finish(&self, draft: &mut Draft, facts: &Facts) -> Result<Finished> {
        let needs = RefCell::new(Needs::default());
        for place in 0..draft.rows.len() {
            self.stamp_department(draft, place, facts, &needs)?;
        }
        self.derive_local(draft, facts, &needs)?;
        let mut examination = Examination { planner: self, found: Vec::new(), later: Later::default() };
        {
            let scene = self.scene(Some(draft), facts, &needs);
            for row in &draft.rows {
                examination.row(&scene, row)?;
            }
            examination.locks(draft, facts, &needs);
            self.check_move_requires(draft, &mut examination.found);
        }
        let Examination { found, later, .. } = examination;
        let mut planned = Planned {
            object: draft.root().object.name.clone(),
            id: draft.root().id,
            later,
            made: match &draft.intent {
                crate::draft::Intent::Move { name, .. } => Some(name.clone()),
                _ => None,
            },
            ..Planned::default()
        };
        self.join_parents(draft, facts, &needs, &mut planned)?;
        let numbers = self.numbers(draft, facts, &needs)?;
        if !needs.borrow().is_empty() {
            return Ok(Finished::Read(needs.take()));
        }
        if let Some(found) = Diagnostic::gather(found) {
            return Err(Box::new(found));
        }
        if let Some((name, workflow)) = self.approval(draft) {
            return self.park(draft, name, workflow);
        }
        self.write(draft, facts, &mut planned, numbers);
        Ok(Finished::Done(Box::new(planned)))
    }

    fn park(&self, draft: &Draft, name: Arc<str>, workflow: Arc<str>) -> Result<Finished> {
        let root = draft.root();
        let stored = root.before.as_ref().unwrap_or(&root.row);
        if !stored.system(SystemField::Flow).is_null() {
            return Err(Box::new(Diagnostic::new(Code::AlreadyPending)));
        }
        let (object, id, version) = (root.object.name.clone(), root.id, stored.version());
        Ok(Finished::Parked(Box::new(Parked {
            object,
            id,
            name,
            workflow,
            version,
            sent: Self::sent(draft),
        })))
    }

    /// The numbers to give to new rows, by place in the draft.
    fn numbers(
        &self,
        draft: &Draft,
        facts: &Facts,
        needs: &RefCell<Needs>,
    ) -> Result<Vec<(usize, Numbering)>> {
        let mut numbers = Vec::new();
        let scene = self.scene(Some(draft), facts, needs);
        let day = self.bindings.clock().today();
        for (place, row) in
            draft.rows.iter().enumerate().filter(|(_, row)| row.operation == Operation::Insert)
        {
            for field in row.object.fields.values().filter(|field| row.row.values[field.index].is_null()) {
                let FieldType::Autonumber(kind) = &field.kind else { continue };
                // The catalog has refused patterns that cannot be read.
                let Ok(parts) = kind.parts() else { continue };
                let mut number = Numbering {
                    write: place,
                    field: field.index,
                    scope: String::new(),
                    before: String::new(),
                    digits: 1,
                    after: String::new(),
                };
                let mut counted = false;
                let mut reset = format!("{}.{}", row.object.name, field.name);
                for part in parts {
                    let (words, resets) = match part {
                        NumberPart::Literal(words) => (words, false),
                        NumberPart::Year => (day.format("%Y").to_string(), true),
                        NumberPart::ShortYear => (day.format("%y").to_string(), true),
                        NumberPart::Month => (day.format("%m").to_string(), true),
                        NumberPart::Day => (day.format("%d").to_string(), true),
                        NumberPart::Sequence(digits) => {
                            number.digits = digits;
                            counted = true;
                            continue;
                        }
                        NumberPart::Field(path) => (self.number_part(&scene, row, &path)?, true),
                    };
                    if resets {
                        reset.push('/');
                        reset.push_str(&words);
                    }
                    if counted { number.after.push_str(&words) } else { number.before.push_str(&words) }
                }
                number.scope = reset;
                numbers.push((place, number));
            }
        }
        Ok(numbers)
    }

    fn number_part(&self, scene: &crate::scene::Scene<'_>, row: &RowDraft, path: &str) -> Result<String> {
        let mut steps = Vec::new();
        let mut object: &Arc<Object> = &row.object;
        let mut last: Option<&Field> = None;
        for name in path.split('.') {
            if let Some(target) =
                last.and_then(crate::known::to_one).and_then(|target| self.catalog.objects.get(&target))
            {
                object = target;
            }
            let Some(field) = object.field(name) else { return Ok(String::new()) };
            steps.push(expression::Step { object: object.name.clone(), field: field.name.clone() });
            last = Some(field);
        }
        let Some(field) = last else { return Ok(String::new()) };
        let expr = walk::row_path(steps, field.ty.clone());
        Ok(scene.value(&expr, Roots::row(&row.row))?.map(|value| text(field, &value)).unwrap_or_default())
    }

    fn write(&self, draft: &Draft, facts: &Facts, planned: &mut Planned, numbers: Vec<(usize, Numbering)>) {
        let links: Vec<_> = draft.rows.iter().map(|row| pairs::changes(row, facts)).collect();
        let written = written(draft, &links);
        let mut places: HashMap<usize, usize> = HashMap::new();
        let mut locks: BTreeSet<(Arc<str>, Uuid)> = BTreeSet::new();
        for (place, row) in draft.rows.iter().enumerate().filter(|(place, _)| written[*place]) {
            let mut write = self.row_write(row);
            write.links = links[place].iter().map(|(link, _)| link.clone()).collect();
            self.lock(&write, &mut locks);
            if let Some(entry) = history(&write, links[place].iter().map(|(_, change)| change.clone())) {
                planned.history.push(entry);
            }
            if write.id == planned.id {
                planned.links = links[place].iter().map(|(_, change)| change.clone()).collect();
            }
            places.insert(place, planned.writes.len());
            planned.writes.push(write);
        }
        for (place, mut number) in numbers {
            if let Some(write) = places.get(&place) {
                number.write = *write;
                planned.numbers.push(number);
            }
        }
        planned.locks = locks.into_iter().collect();
    }

    fn row_write(&self, row: &RowDraft) -> RowWrite {
        let mut after = row.row.clone();
        let by = if self.actor.id.is_nil() { Value::Null } else { Value::Reference(self.actor.id) };
        let now = Value::DateTime(self.bindings.now);
        let mut set = |which: SystemField, value: Value| {
            if let Some(field) = row.object.system(which) {
                after.values[field.index] = value;
            }
        };
        match row.operation {
            Operation::Insert => {
                set(SystemField::Version, Value::Integer(1));
                set(SystemField::CreatedAt, now.clone());
                set(SystemField::CreatedBy, by.clone());
            }
            _ => set(SystemField::Version, Value::Integer(row.before.as_ref().map_or(0, Row::version) + 1)),
        }
        set(SystemField::UpdatedAt, now.clone());
        set(SystemField::UpdatedBy, by);
        match row.operation {
            Operation::Delete => set(SystemField::DeletedAt, now),
            Operation::Restore => set(SystemField::DeletedAt, Value::Null),
            _ => {}
        }
        let columns =
            row.object.fields.values().filter(|field| matches!(field.stored, Stored::Column { .. }));
        let changed = columns
            .filter(|field| match &row.before {
                Some(before) => before.values[field.index] != after.values[field.index],
                None => !after.values[field.index].is_null(),
            })
            .map(|field| field.index)
            .collect();
        RowWrite {
            object: row.object.clone(),
            id: row.id,
            operation: row.operation,
            before: row.before.clone(),
            after,
            changed,
            links: Vec::new(),
        }
    }

    /// What must be locked so that derived values come out true: the row itself, the records that roll up what
    /// changes, before and after, and those that its stored formulas read.
    fn lock(&self, write: &RowWrite, locks: &mut BTreeSet<(Arc<str>, Uuid)>) {
        if write.before.is_some() {
            locks.insert((write.object.name.clone(), write.id));
        }
        let rows = [Some(&write.after), write.before.as_ref()];
        let mut refer = |field: &str| {
            let Some(field) = write.object.field(field) else { return };
            let Some(target) = crate::known::to_one(field) else { return };
            let ids = rows.iter().flatten().filter_map(|row| row.values[field.index].as_reference());
            locks.extend(ids.map(|id| (target.clone(), id)));
        };
        for index in &write.changed {
            let key = (write.object.name.clone(), write.object.fields[*index].name.clone());
            for trigger in self.catalog.derivations.triggers.get(&key).into_iter().flatten() {
                if let Some(Hop::Targets { object, field }) = trigger.hops.first()
                    && *object == write.object.name
                {
                    refer(field);
                }
            }
        }
        for field in
            write.object.fields.values().filter(|field| !self.is_local_field(&write.object.name, field))
        {
            let (Some(Derived::Formula(formula)), Stored::Column { .. }) = (&field.derived, &field.stored)
            else {
                continue;
            };
            for (path, inside) in walk::paths(formula) {
                if !inside && path.root == Root::Row && path.steps.len() > 1 {
                    refer(&path.steps[0].field);
                }
            }
        }
    }
}

/// Which rows of the draft are written: those that change, and the parents of children that do.
fn written(draft: &Draft, links: &[Vec<(LinkWrite, FieldChange)>]) -> Vec<bool> {
    let changes = draft.rows.iter().zip(links).map(|(row, links)| match (&row.operation, &row.before) {
        (Operation::Update, Some(before)) => !same_values(before, &row.row) || !links.is_empty(),
        _ => true,
    });
    let mut written: Vec<bool> = changes.collect();
    raise(draft, &mut written);
    written
}

/// What the history keeps of a write.
fn history(write: &RowWrite, links: impl Iterator<Item = FieldChange>) -> Option<HistoryEntry> {
    if !write.object.history || write.operation == Operation::Purge {
        return None;
    }
    let empty = Row::empty(write.object.clone());
    let before = write.before.as_ref().unwrap_or(&empty);
    let kept = |field: &&Field| {
        matches!(field.system, None | Some(SystemField::Owner | SystemField::Department))
            && field.derived.is_none()
    };
    let fields = write.changed.iter().map(|index| &write.object.fields[*index]).filter(kept);
    let changes: Vec<FieldChange> = fields
        .map(|field| FieldChange {
            field: field.name.clone(),
            old: render(field, &before.values[field.index]),
            new: render(field, &write.after.values[field.index]),
        })
        .chain(links)
        .collect();
    if changes.is_empty() && write.operation == Operation::Update {
        return None;
    }
    let (object, id, version) = (write.object.name.clone(), write.id, write.after.version());
    Some(HistoryEntry { object, id, version, operation: write.operation, changes })
}
