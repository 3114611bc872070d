//! Children and the record they belong to: writing a child writes its parent too, all the way up, so that the
//! parent's version tells of every change of what it shows.
//!
//! A child belongs to the parent whose rights it follows. A record that has an owner of its own is no child in
//! this sense where another one merely lists it; it raises that one's version only where it is written through
//! it.

use crate::actor::Access;
use crate::checks::Examination;
use crate::draft::{Draft, RowDraft};
use crate::facts::{Facts, Needs};
use crate::grants::followed;
use crate::planner::{Check, Later, LaterCheck, Planned, Planner};
use crate::scene::is_deleted;
use crate::write::Operation;
use catalog::{Object, Parent, SystemField};
use definition::FieldType;
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

impl Planner<'_> {
    /// Puts the parents of written children into the draft; gives a child that is written by itself its place
    /// among its siblings, and its parent's rules.
    pub(crate) fn join_parents(
        &self,
        draft: &mut Draft,
        facts: &Facts,
        needs: &RefCell<Needs>,
        planned: &mut Planned,
    ) -> Result<()> {
        self.give_place(draft, facts, needs)?;
        let before = draft.rows.len();
        let mut place = 0;
        while place < draft.rows.len() {
            let row = &draft.rows[place];
            let child = row.object.clone();
            if let Some(parent) = followed(&child) {
                let restored = row.operation == Operation::Restore;
                for id in parents(row, parent) {
                    self.join(draft, (&child, parent), id, restored, facts, needs)?;
                    if place == 0 {
                        self.parent_checks(&parent.object, id, facts, planned);
                    }
                }
            }
            place += 1;
        }
        if draft.rows.len() == before {
            return Ok(());
        }
        // A parent's flow may hold its children.
        let mut examination = Examination { planner: self, found: Vec::new(), later: Later::default() };
        examination.locks(draft, facts, needs);
        match Diagnostic::gather(examination.found) {
            Some(found) => Err(Box::new(found)),
            None => Ok(()),
        }
    }

    /// A new child without a place comes last.
    fn give_place(&self, draft: &mut Draft, facts: &Facts, needs: &RefCell<Needs>) -> Result<()> {
        let root = draft.root();
        let (Some(parent), Some(position)) =
            (followed(&root.object), root.object.system(SystemField::Position).map(|field| field.index))
        else {
            return Ok(());
        };
        let Some(id) = root.row.get(&parent.via).as_reference() else { return Ok(()) };
        if root.operation != Operation::Insert || !root.row.values[position].is_null() {
            return Ok(());
        }
        let scene = self.scene(Some(draft), facts, needs);
        let Ok(siblings) = scene.referring(&root.object.name, &parent.via, id) else { return Ok(()) };
        // A place behind hidden siblings would tell how many there are.
        let mut seen = Vec::with_capacity(siblings.len());
        for sibling in siblings {
            match self.may(&scene, Access::Read, sibling)? {
                Some(true) => seen.push(sibling),
                Some(false) => {}
                None => return Ok(()),
            }
        }
        let last = seen.iter().filter_map(|row| match row.system(SystemField::Position) {
            Value::Integer(place) => Some(*place),
            _ => None,
        });
        let next = last.max().unwrap_or(0) + 1;
        draft.rows[0].row.values[position] = Value::Integer(next);
        Ok(())
    }

    /// Puts one parent into the draft, as a row that the engine itself writes.
    fn join(
        &self,
        draft: &mut Draft,
        (child, parent): (&Object, &Parent),
        id: Uuid,
        restored: bool,
        facts: &Facts,
        needs: &RefCell<Needs>,
    ) -> Result<()> {
        if draft.drafted(&parent.object, id).is_some() {
            return Ok(());
        }
        let key = (parent.object.clone(), id);
        match facts.row(&key) {
            None => {
                needs.borrow_mut().rows.insert(key);
            }
            Some(Some(row)) if !is_deleted(row) => {
                let mut touched =
                    RowDraft::change(Operation::Update, row.clone(), String::new(), Default::default());
                touched.mechanical = true;
                draft.push(touched);
            }
            // What lies in the bin shows nothing, and nothing comes back below it.
            Some(_) if restored => {
                let found = Diagnostic::new(Code::ReferenceNotFound).with("field", &parent.via);
                return Err(Box::new(self.told(child, &parent.via, parent.via.to_string(), found)));
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// What the parent must still meet after its child changed.
    fn parent_checks(&self, object: &Arc<str>, id: Uuid, facts: &Facts, planned: &mut Planned) {
        let Some(of) = self.catalog.objects.get(object) else { return };
        let old = facts.row(&(object.clone(), id)).flatten().cloned();
        let mut add = |check: Check| {
            planned.later.checks.push(LaterCheck {
                object: object.clone(),
                id,
                old: old.clone(),
                path: String::new(),
                check,
            });
        };
        for (name, rule) in &of.rules {
            if rule.when.as_ref().is_some_and(|when| self.is_later(when)) || self.is_later(&rule.require) {
                add(Check::Rule(name.clone()));
            }
        }
        for field in of.fields.values() {
            if matches!(&field.kind, FieldType::Children(children) if children.min.is_some() || children.max.is_some())
            {
                add(Check::Children(field.index));
            }
        }
    }
}

/// The parents of a row, before and after.
fn parents(row: &RowDraft, parent: &Parent) -> BTreeSet<Uuid> {
    let rows = [Some(&row.row), row.before.as_ref()];
    rows.into_iter().flatten().filter_map(|row| row.get(&parent.via).as_reference()).collect()
}

/// Whoever holds a written child is written too: the parent whose rights it follows, and the record through
/// which it was written.
pub(crate) fn raise(draft: &Draft, written: &mut [bool]) {
    let mut changed: Vec<usize> = (0..written.len()).filter(|place| written[*place]).collect();
    while let Some(place) = changed.pop() {
        let row = &draft.rows[place];
        let mut above: Vec<usize> = row.parent.into_iter().collect();
        if let Some(parent) = followed(&row.object) {
            above.extend(parents(row, parent).iter().filter_map(|id| draft.place(&parent.object, *id)));
        }
        for place in above {
            if !written[place] {
                written[place] = true;
                changed.push(place);
            }
        }
    }
}
