//! What is set where nobody said anything: owner and department, first stage, copied and default values.

use crate::draft::Draft;
use crate::facts::{Facts, Needs};
use crate::planner::{Mode, Planner};
use crate::row::Row;
use crate::scene::{Roots, Scene};
use crate::write::Operation;
use catalog::{Field, SystemField};
use diagnostic::Result;
use expression::{Path, Step, Type, Value, number};
use rust_decimal::prelude::ToPrimitive;
use std::cell::RefCell;

impl Planner<'_> {
    pub(crate) fn set_defaults(
        &self,
        draft: &mut Draft,
        facts: &Facts,
        needs: &RefCell<Needs>,
    ) -> Result<()> {
        for place in 0..draft.rows.len() {
            let row = &draft.rows[place];
            if row.mechanical || !matches!(row.operation, Operation::Insert | Operation::Update) {
                continue;
            }
            let creates = row.operation == Operation::Insert;
            if creates {
                self.set_owner(draft, place);
                set_literals(draft, place);
            }
            self.stamp_department(draft, place, facts, needs)?;
            let filled = self.fill_from_references(draft, place, facts, needs)?;
            // What follows may read what is missing here, so it waits.
            if !filled || !creates {
                continue;
            }
            self.set_computed(draft, place, facts, needs)?;
        }
        Ok(())
    }

    fn set_owner(&self, draft: &mut Draft, place: usize) {
        let row = &mut draft.rows[place];
        let Some(owner) = row.object.system(SystemField::Owner).map(|field| field.index) else { return };
        // The system itself owns nothing.
        let is_person = self.mode != Mode::System || !self.actor.id.is_nil();
        if row.row.values[owner].is_null()
            && !row.given.contains(&owner)
            && is_person
            && !self.actor.id.is_nil()
        {
            row.row.values[owner] = Value::Reference(self.actor.id);
        }
    }

    /// The department is that of the owner when the owner was set.
    pub(crate) fn stamp_department(
        &self,
        draft: &mut Draft,
        place: usize,
        facts: &Facts,
        needs: &RefCell<Needs>,
    ) -> Result<()> {
        let row = &draft.rows[place];
        let (Some(owner), Some(department)) =
            (row.object.system(SystemField::Owner), row.object.system(SystemField::Department))
        else {
            return Ok(());
        };
        let (owner, department) = (owner.index, department.index);
        if !row.changes(owner) {
            return Ok(());
        }
        let of = match row.row.values[owner].as_reference() {
            None => Value::Null,
            Some(id) if id == self.actor.id && self.mode.has_rights() => Value::from(self.actor.department),
            Some(id) => {
                let scene = self.scene(Some(draft), facts, needs);
                match scene.record(&std::sync::Arc::from("base.user"), id) {
                    Ok(user) => user.map(|user| user.get("department").clone()).unwrap_or_default(),
                    Err(_) => return Ok(()),
                }
            }
        };
        draft.rows[place].row.values[department] = of;
        Ok(())
    }

    /// Copies what a newly chosen reference fills; `false` where something must be read first.
    fn fill_from_references(
        &self,
        draft: &mut Draft,
        place: usize,
        facts: &Facts,
        needs: &RefCell<Needs>,
    ) -> Result<bool> {
        let mut complete = true;
        let mut filled = Vec::new();
        {
            let row = &draft.rows[place];
            let scene = self.scene(Some(draft), facts, needs);
            for field in row.object.fields.values() {
                if field.fill.is_empty() || !row.changes(field.index) || row.row.values[field.index].is_null()
                {
                    continue;
                }
                for (own, path) in &field.fill {
                    let Some(target) = row.object.field(own) else { continue };
                    if row.given.contains(&target.index) {
                        continue;
                    }
                    match scene.value(&whole_path(row, field, path, target), Roots::row(&row.row))? {
                        Some(value) => filled.push((target.index, conform(value, &target.ty))),
                        None => complete = false,
                    }
                }
            }
        }
        for (index, value) in filled {
            draft.rows[place].row.values[index] = value;
        }
        Ok(complete)
    }

    fn set_computed(
        &self,
        draft: &mut Draft,
        place: usize,
        facts: &Facts,
        needs: &RefCell<Needs>,
    ) -> Result<()> {
        let object = draft.rows[place].object.clone();
        for field in object.fields.values() {
            let Some(expr) = &field.default_from else { continue };
            let row = &draft.rows[place];
            if !row.row.values[field.index].is_null() || row.given.contains(&field.index) {
                continue;
            }
            let scene: Scene<'_> = self.scene(Some(draft), facts, needs);
            match scene.value(expr, Roots::row(&row.row))? {
                Some(value) => draft.rows[place].row.values[field.index] = conform(value, &field.ty),
                None => return Ok(()),
            }
        }
        Ok(())
    }
}

/// The path from the own row: a `fill` is written from the target on.
fn whole_path(row: &crate::draft::RowDraft, field: &Field, path: &Path, target: &Field) -> expression::Expr {
    let mut steps = path.steps.clone();
    let own = Step { object: row.object.name.clone(), field: field.name.clone() };
    steps.insert(0, own);
    crate::walk::row_path(steps, target.ty.clone())
}

fn set_literals(draft: &mut Draft, place: usize) {
    let row = &mut draft.rows[place];
    let object = row.object.clone();
    for field in object.fields.values() {
        if row.row.values[field.index].is_null()
            && !row.given.contains(&field.index)
            && !field.default.is_null()
        {
            row.row.values[field.index] = field.default.clone();
        }
    }
    if let Some(transitions) = &object.transitions
        && let (Some(field), Some(first)) = (object.field(&transitions.field), transitions.initial.first())
        && row.row.values[field.index].is_null()
    {
        row.row.values[field.index] = Value::Text(first.to_string());
    }
}

/// A computed value as its field holds it: numbers rounded half away from zero at the field's scale.
pub fn conform(value: Value, ty: &Type) -> Value {
    match (value, ty) {
        (Value::Integer(n), Type::Decimal { .. }) => Value::Decimal(n.into()),
        (Value::Decimal(d), Type::Decimal { scale }) => {
            let mut rounded = number::round(d, u32::from(*scale));
            rounded.rescale(u32::from(*scale));
            Value::Decimal(rounded)
        }
        (Value::Decimal(d), Type::Integer) => {
            number::round(d, 0).to_i64().map_or(Value::Null, Value::Integer)
        }
        (value, _) => value,
    }
}

/// Whether both rows have the same values but for what the engine stamps.
pub(crate) fn same_values(a: &Row, b: &Row) -> bool {
    a.object
        .fields
        .values()
        .filter(|field| !is_stamp(field))
        .all(|field| a.values[field.index] == b.values[field.index])
}

fn is_stamp(field: &Field) -> bool {
    matches!(
        field.system,
        Some(
            SystemField::Version
                | SystemField::CreatedAt
                | SystemField::CreatedBy
                | SystemField::UpdatedAt
                | SystemField::UpdatedBy
        )
    )
}
