//! What a deletion pulls along: children go too, references are cleared, or the deletion is refused. A restore
//! brings back the children that went with the record.

use crate::draft::{Draft, Input, RowDraft};
use crate::facts::{Facts, Needs, Referring};
use crate::grants::followed;
use crate::planner::Planner;
use crate::row::Row;
use crate::write::Operation;
use catalog::{Field, Object, Stored, SystemField};
use definition::FieldType;
use definition::field::OnDelete;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Type, Value};
use std::cell::RefCell;
use std::sync::Arc;

/// The most rows that one deletion touches.
const MAX_ROWS: usize = 10_000;

/// A reference to an object, and what happens to it on deletion.
struct Referrer<'c> {
    object: &'c Arc<Object>,
    field: &'c Field,
    policy: OnDelete,
}

impl Planner<'_> {
    /// Follows every deleted and restored row of the draft, those included that are found on the way.
    pub(crate) fn follow_deletions(
        &self,
        draft: &mut Draft,
        facts: &Facts,
        needs: &RefCell<Needs>,
    ) -> Result<()> {
        let mut place = 0;
        while place < draft.rows.len() {
            if draft.rows.len() > MAX_ROWS {
                return Err(Box::new(Diagnostic::new(Code::TooLarge).with("limit", MAX_ROWS)));
            }
            if !draft.pulled.contains(&place) {
                let done = match draft.rows[place].operation {
                    Operation::Delete => {
                        self.follow_removal(draft, place, Operation::Delete, facts, needs)?
                    }
                    Operation::Purge => self.follow_removal(draft, place, Operation::Purge, facts, needs)?,
                    Operation::Restore => self.follow_restore(draft, place, facts, needs),
                    Operation::Insert | Operation::Update => true,
                };
                if done {
                    draft.pulled.insert(place);
                }
            }
            place += 1;
        }
        if needs.borrow().is_empty() { self.check_restricting(draft, facts) } else { Ok(()) }
    }

    /// What restricts the deletion goes with it.
    fn check_restricting(&self, draft: &Draft, facts: &Facts) -> Result<()> {
        let goes = |row: &Row| {
            let drafted = draft.drafted(&row.object.name, row.id());
            drafted.is_some_and(|drafted| !drafted.stays())
        };
        let stays = draft.restricting.iter().filter_map(|key| facts.rows_referring(key)).flatten();
        match stays.into_iter().all(goes) {
            true => Ok(()),
            false => Err(Box::new(Diagnostic::new(Code::ReferencedElsewhere))),
        }
    }

    /// Whether records of `object` may be gone with a deletion of what is in the draft.
    fn may_go(&self, draft: &Draft, object: &Arc<str>) -> bool {
        let mut reached: Vec<Arc<str>> = vec![draft.root().object.name.clone()];
        let mut at = 0;
        while at < reached.len() {
            if reached[at] == *object {
                return true;
            }
            let next = reached[at].clone();
            for referrer in self.referrers(&next).filter(|referrer| referrer.policy == OnDelete::Cascade) {
                if !reached.contains(&referrer.object.name) {
                    reached.push(referrer.object.name.clone());
                }
            }
            at += 1;
        }
        false
    }

    /// Looks at a reference that restricts: whether it refuses the deletion at once, or must be read and
    /// looked at again when everything that goes is known.
    fn restrict(&self, draft: &mut Draft, key: Referring, facts: &Facts, missing: &mut Needs) -> Result<()> {
        match facts.exists(&key) {
            Some(false) => {}
            Some(true) if !self.may_go(draft, &key.object) => {
                return Err(Box::new(Diagnostic::new(Code::ReferencedElsewhere)));
            }
            Some(true) => {
                if facts.rows_referring(&key).is_none() {
                    missing.referring.insert(key.clone());
                }
                if !draft.restricting.contains(&key) {
                    draft.restricting.push(key);
                }
            }
            None => {
                missing.exists.insert(key);
            }
        }
        Ok(())
    }

    fn referrers<'s>(&'s self, target: &'s Arc<str>) -> impl Iterator<Item = Referrer<'s>> {
        let all = self
            .catalog
            .objects
            .values()
            .flat_map(|object| object.fields.values().map(move |field| (object, field)));
        all.filter(move |(_, field)| {
            matches!(field.stored, Stored::Column { .. })
                && matches!(&field.ty, Type::Reference(Some(to)) if to == target)
                && matches!(field.system, None | Some(SystemField::Owner))
        })
        .map(|(object, field)| Referrer { object, field, policy: policy(object, field) })
    }

    /// What a deleted or purged row pulls along. Before a purge what refers to the row must be gone or let go,
    /// in the recycle bin as well. `true` once everything about the row is known and in the draft.
    fn follow_removal(
        &self,
        draft: &mut Draft,
        place: usize,
        operation: Operation,
        facts: &Facts,
        needs: &RefCell<Needs>,
    ) -> Result<bool> {
        let bins: &[bool] = if operation == Operation::Purge { &[false, true] } else { &[false] };
        let (object, id) = (draft.rows[place].object.name.clone(), draft.rows[place].id);
        let mut pulled: Vec<(Row, Option<usize>)> = Vec::new();
        let mut missing = Needs::default();
        for referrer in self.referrers(&object) {
            for deleted in bins.iter().copied() {
                let key = Referring {
                    object: referrer.object.name.clone(),
                    field: referrer.field.name.clone(),
                    id,
                    deleted,
                };
                if referrer.policy == OnDelete::Restrict {
                    self.restrict(draft, key, facts, &mut missing)?;
                    continue;
                }
                let clear = (referrer.policy == OnDelete::Clear).then_some(referrer.field.index);
                match facts.rows_referring(&key) {
                    Some(rows) => pulled.extend(rows.iter().map(|row| (row.clone(), clear))),
                    None => {
                        missing.referring.insert(key);
                    }
                }
            }
        }
        if !missing.is_empty() {
            needs.borrow_mut().add(missing);
            return Ok(false);
        }
        for (row, clear) in pulled {
            pull(draft, place, row, clear, operation);
        }
        Ok(true)
    }

    fn follow_restore(&self, draft: &mut Draft, place: usize, facts: &Facts, needs: &RefCell<Needs>) -> bool {
        let (object, id) = (draft.rows[place].object.name.clone(), draft.rows[place].id);
        let at = draft.rows[place].before.as_ref().map(|row| row.system(SystemField::DeletedAt).clone());
        let mut missing = Needs::default();
        let mut pulled = Vec::new();
        for referrer in self.referrers(&object).filter(|referrer| referrer.policy == OnDelete::Cascade) {
            let key = Referring {
                object: referrer.object.name.clone(),
                field: referrer.field.name.clone(),
                id,
                deleted: true,
            };
            match facts.rows_referring(&key) {
                // What was deleted in the same instant went with the record.
                Some(rows) => {
                    let with =
                        rows.iter().filter(|row| Some(row.system(SystemField::DeletedAt)) == at.as_ref());
                    pulled.extend(with.cloned());
                }
                None => {
                    missing.referring.insert(key);
                }
            }
        }
        if !missing.is_empty() {
            needs.borrow_mut().add(missing);
            return false;
        }
        for row in pulled {
            pull(draft, place, row, None, Operation::Restore);
        }
        true
    }
}

/// Adds a row that a deleted, purged or restored one pulls along, unless it is in the draft already.
fn pull(draft: &mut Draft, from: usize, row: Row, clear: Option<usize>, operation: Operation) {
    if draft.drafted(&row.object.name, row.id()).is_some() {
        return;
    }
    let operation = if clear.is_some() { Operation::Update } else { operation };
    let mut pulled = RowDraft::change(operation, row, String::new(), Input::default());
    pulled.mechanical = true;
    match clear {
        Some(index) => pulled.assign(index, Value::Null),
        None => pulled.parent = Some(from),
    }
    draft.push(pulled);
}

/// What a deletion does to a reference. Children go with the parent they follow, unless they say otherwise.
fn policy(object: &Object, field: &Field) -> OnDelete {
    let said = match &field.kind {
        FieldType::Reference(reference) => reference.on_delete,
        FieldType::User(user) => user.on_delete,
        _ => None,
    };
    let follows = followed(object).is_some_and(|parent| parent.via == field.name);
    said.unwrap_or(if follows { OnDelete::Cascade } else { OnDelete::Restrict })
}
