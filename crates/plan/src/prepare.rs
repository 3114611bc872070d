//! From a parsed draft to one that hooks may see: stored rows, keys and children, what a deletion pulls along,
//! rights on rows, owner, filled and default values. Each stage asks for what it lacks and goes on from there.

use crate::actor::Access;
use crate::begin::words;
use crate::draft::{ChildInput, ChildrenInput, Draft, Given, Intent, Precondition, RowDraft, Stage};
use crate::facts::{Facts, Needs, Referring};
use crate::grants::followed;
use crate::planner::{Mode, Planner, Progress};
use crate::row::Row;
use crate::scene::{Scene, is_deleted};
use crate::wording::not_permitted;
use crate::write::Operation;
use catalog::{Object, Stored, SystemField};
use diagnostic::{Code, Diagnostic, Result};
use expression::{Type, Value};
use std::cell::RefCell;
use std::sync::Arc;
use uuid::Uuid;

impl Planner<'_> {
    /// Brings a draft on until hooks may run.
    ///
    /// # Errors
    /// Whatever refuses the write before its values are looked at.
    pub fn prepare(&self, draft: &mut Draft, facts: &Facts) -> Result<Progress> {
        let needs = RefCell::new(Needs::default());
        for stage in [Stage::Loaded, Stage::Applied, Stage::Ready] {
            if draft.stage >= stage {
                continue;
            }
            match stage {
                Stage::Parsed | Stage::Loaded => self.load(draft, facts, &needs)?,
                Stage::Applied => self.apply(draft, facts, &needs)?,
                Stage::Ready => self.fill_in(draft, facts, &needs)?,
            }
            if !needs.borrow().is_empty() {
                return Ok(Progress::Read(needs.take()));
            }
            draft.stage = stage;
        }
        Ok(Progress::Ready)
    }

    /// Reads the record the request is about and checks the rights on it.
    fn load(&self, draft: &mut Draft, facts: &Facts, needs: &RefCell<Needs>) -> Result<()> {
        let root = draft.root();
        if root.operation == Operation::Insert || root.before.is_some() {
            return Ok(());
        }
        let key = (root.object.name.clone(), root.id);
        let Some(found) = facts.row(&key) else {
            needs.borrow_mut().rows.insert(key);
            return Ok(());
        };
        let not_found = || Box::new(Diagnostic::new(Code::NotFound));
        let row = found.ok_or_else(not_found)?.clone();
        let fits = match draft.intent {
            Intent::Restore => is_deleted(&row),
            Intent::Purge => true,
            _ => !is_deleted(&row),
        };
        if !fits {
            return Err(not_found());
        }
        let access = match draft.intent {
            Intent::Delete => Access::Delete,
            Intent::Purge => Access::Purge,
            Intent::Restore => Access::Restore,
            _ => Access::Update,
        };
        let scene = self.scene(None, facts, needs);
        match self.may(&scene, Access::Read, &row)? {
            Some(true) => {}
            Some(false) => return Err(not_found()),
            None => return Ok(()),
        }
        match self.may(&scene, access, &row)? {
            Some(true) => {}
            Some(false) => return Err(Box::new(not_permitted(words(access), &row.object.name))),
            None => return Ok(()),
        }
        if let Intent::Move { name, .. } = &draft.intent
            && !self.check_move(&scene, &row, name)?
        {
            return Ok(());
        }
        self.check_version(draft, &row)?;
        let root = &mut draft.rows[0];
        root.row = row.clone();
        root.before = Some(row);
        Ok(())
    }

    fn check_version(&self, draft: &Draft, row: &Row) -> Result<()> {
        match draft.precondition {
            Precondition::Version(seen) if seen != row.version() => {
                Err(Box::new(Diagnostic::new(Code::StaleVersion)))
            }
            Precondition::Absent if row.object.strict && self.mode == Mode::Request => {
                Err(Box::new(Diagnostic::new(Code::PreconditionRequired)))
            }
            _ => Ok(()),
        }
    }

    /// Turns keys into ids, children into rows, and follows deletions.
    fn apply(&self, draft: &mut Draft, facts: &Facts, needs: &RefCell<Needs>) -> Result<()> {
        let mut found = std::mem::take(&mut draft.found);
        let mut place = 0;
        while place < draft.rows.len() {
            self.apply_values(&mut draft.rows[place], facts, needs, &mut found);
            self.apply_children(draft, place, facts, needs, &mut found)?;
            place += 1;
        }
        let unseen = self.check_given(draft, facts, needs)?;
        if !needs.borrow().is_empty() {
            draft.found = found;
            return Ok(());
        }
        found.extend(unseen);
        if let Some(found) = Diagnostic::gather(found) {
            return Err(Box::new(found));
        }
        if let Intent::Move { name, .. } = draft.intent.clone() {
            self.apply_move(draft, &name, facts, needs)?;
        }
        if needs.borrow().is_empty() {
            self.follow_deletions(draft, facts, needs)?;
        }
        Ok(())
    }

    /// References that the caller gave and that lead to nothing it may see. They are looked at before anything
    /// is copied from what they lead to, and answer like those that lead to nothing at all.
    fn check_given(&self, draft: &Draft, facts: &Facts, needs: &RefCell<Needs>) -> Result<Vec<Diagnostic>> {
        let mut found = Vec::new();
        if !self.mode.has_rights() {
            return Ok(found);
        }
        // As all is stored: what this request makes of a record gives no right to refer to it.
        let scene = self.scene(None, facts, needs);
        for row in draft.rows.iter().filter(|row| !row.mechanical && row.stays()) {
            for field in row.object.fields.values().filter(|field| row.by_caller.contains(&field.index)) {
                let target = match (&row.row.values[field.index], &field.ty) {
                    (Value::Reference(id), Type::Reference(Some(target))) => (target.clone(), *id),
                    (Value::Link { object, id }, _) => (object.clone(), *id),
                    _ => continue,
                };
                if row.changes(field.index) && !self.is_seen(&scene, draft, &target)? {
                    let path = format!("{}{}", row.path, field.name);
                    let unknown = Diagnostic::new(Code::ReferenceNotFound).with("field", &field.name);
                    found.push(unknown.at(path));
                }
            }
        }
        Ok(found)
    }

    /// Whether the actor sees the record; also where it must be read first, which is noted.
    fn is_seen(&self, scene: &Scene<'_>, draft: &Draft, (object, id): &(Arc<str>, Uuid)) -> Result<bool> {
        // A record that this request creates is known to its caller; so is the caller's own user.
        if draft.is_new(*id) || (&**object == "base.user" && *id == self.actor.id) {
            return Ok(true);
        }
        if !self.catalog.objects.contains_key(object) {
            return Ok(false);
        }
        match scene.record(object, *id) {
            Err(_) => Ok(true),
            Ok(Some(row)) if !is_deleted(row) => Ok(self.may(scene, Access::Read, row)? != Some(false)),
            Ok(_) => Ok(false),
        }
    }

    fn apply_values(
        &self,
        row: &mut RowDraft,
        facts: &Facts,
        needs: &RefCell<Needs>,
        found: &mut Vec<Diagnostic>,
    ) {
        let values = std::mem::take(&mut row.input.values);
        for (index, given) in values {
            let value = match &given {
                Given::Value(value) => value.clone(),
                Given::Key(key) => match facts.key(key) {
                    Some(Some(id)) => reference(&row.object, index, &key.object, id),
                    Some(None) => {
                        let name = &row.object.fields[index].name;
                        let path = format!("{}{name}", row.path);
                        found.push(Diagnostic::new(Code::ReferenceNotFound).with("field", name).at(path));
                        continue;
                    }
                    None => {
                        needs.borrow_mut().key(key.clone());
                        row.input.values.push((index, given));
                        continue;
                    }
                },
            };
            row.assign(index, value);
            row.by_caller.insert(index);
        }
        for link in &mut row.input.links {
            for (target, _, path) in &mut link.pairs {
                let Given::Key(key) = target else { continue };
                match facts.key(key) {
                    Some(Some(id)) => *target = Given::Value(Value::Reference(id)),
                    Some(None) => {
                        let name = &row.object.fields[link.field].name;
                        found.push(
                            Diagnostic::new(Code::ReferenceNotFound).with("field", name).at(path.as_str()),
                        );
                    }
                    None => needs.borrow_mut().key(key.clone()),
                }
            }
        }
    }

    fn apply_children(
        &self,
        draft: &mut Draft,
        place: usize,
        facts: &Facts,
        needs: &RefCell<Needs>,
        found: &mut Vec<Diagnostic>,
    ) -> Result<()> {
        let inputs = std::mem::take(&mut draft.rows[place].input.children);
        for (index, input) in inputs {
            let parent = &draft.rows[place];
            let Stored::Children { object, via } = &parent.object.fields[index].stored else { continue };
            let Some(child) = self.catalog.objects.get(object).cloned() else { continue };
            let key =
                Referring { object: child.name.clone(), field: via.clone(), id: parent.id, deleted: false };
            let stored = match (parent.operation, facts.rows_referring(&key)) {
                (Operation::Insert, _) => &[][..],
                (_, Some(rows)) => rows,
                (_, None) => {
                    needs.borrow_mut().referring.insert(key);
                    draft.rows[place].input.children.push((index, input));
                    continue;
                }
            };
            // Children that the actor may not see are not there for it: they stay as they are.
            let Some(stored) = self.seen(stored, facts, needs)? else {
                draft.rows[place].input.children.push((index, input));
                continue;
            };
            let siblings = Siblings { parent: place, child, via: via.clone(), stored };
            self.place_children(draft, &siblings, input, found);
        }
        Ok(())
    }

    /// Those of the rows that the actor sees; `None` where something must be read first.
    pub(crate) fn seen<'r>(
        &self,
        rows: &'r [Row],
        facts: &Facts,
        needs: &RefCell<Needs>,
    ) -> Result<Option<Vec<&'r Row>>> {
        let scene = self.scene(None, facts, needs);
        let mut seen = Vec::with_capacity(rows.len());
        let mut complete = true;
        for row in rows {
            match self.may(&scene, Access::Read, row)? {
                Some(true) => seen.push(row),
                Some(false) => {}
                None => complete = false,
            }
        }
        Ok(complete.then_some(seen))
    }

    fn place_children(
        &self,
        draft: &mut Draft,
        siblings: &Siblings<'_>,
        input: ChildrenInput,
        found: &mut Vec<Diagnostic>,
    ) {
        match input {
            ChildrenInput::Replace(children) => {
                let kept: Vec<Uuid> = children.iter().filter_map(|child| child.id).collect();
                for (position, child) in children.into_iter().enumerate() {
                    self.place_child(draft, siblings, child, Some(position + 1), found);
                }
                for row in siblings.stored.iter().filter(|row| !kept.contains(&row.id())) {
                    siblings.remove(draft, row, String::new());
                }
            }
            ChildrenInput::Patch { create, update, delete } => {
                for child in update {
                    self.place_child(draft, siblings, child, None, found);
                }
                let last = siblings.stored.iter().filter_map(|row| position(row)).max().unwrap_or(0);
                let last = usize::try_from(last).unwrap_or(0);
                for (place, child) in create.into_iter().enumerate() {
                    self.place_child(draft, siblings, child, Some(last + place + 1), found);
                }
                for (id, path) in delete {
                    match siblings.stored.iter().find(|row| row.id() == id) {
                        Some(row) => siblings.remove(draft, row, path),
                        None => {
                            found.push(Diagnostic::new(Code::ReferenceNotFound).with("field", "id").at(path))
                        }
                    }
                }
            }
        }
    }

    fn place_child(
        &self,
        draft: &mut Draft,
        siblings: &Siblings<'_>,
        child: ChildInput,
        position: Option<usize>,
        found: &mut Vec<Diagnostic>,
    ) {
        let mut row = match child.id {
            None => {
                let parent = draft.rows[siblings.parent].id;
                let mut row =
                    RowDraft::insert(siblings.child.clone(), (self.new_id)(), child.path, child.input);
                row.row.set(&siblings.via, Value::Reference(parent));
                if let Some(field) = siblings.child.field(&siblings.via) {
                    row.given.insert(field.index);
                }
                row
            }
            Some(id) => match siblings.stored.iter().find(|row| row.id() == id) {
                Some(before) => {
                    RowDraft::change(Operation::Update, (*before).clone(), child.path, child.input)
                }
                None => {
                    let path = format!("{}id", child.path);
                    found.push(Diagnostic::new(Code::ReferenceNotFound).with("field", "id").at(path));
                    return;
                }
            },
        };
        if let (Some(position), Some(field)) = (position, siblings.child.system(SystemField::Position)) {
            row.row.values[field.index] = Value::Integer(i64::try_from(position).unwrap_or(i64::MAX));
        }
        row.parent = Some(siblings.parent);
        draft.push(row);
    }

    /// Rights on the rows below the record, then everything that is set where nobody said anything.
    fn fill_in(&self, draft: &mut Draft, facts: &Facts, needs: &RefCell<Needs>) -> Result<()> {
        self.check_rows(draft, facts, needs)?;
        if needs.borrow().is_empty() {
            self.set_defaults(draft, facts, needs)?;
        }
        Ok(())
    }

    fn check_rows(&self, draft: &Draft, facts: &Facts, needs: &RefCell<Needs>) -> Result<()> {
        if !self.mode.has_rights() {
            return Ok(());
        }
        // Rights are those on what is stored, whatever this request makes of it.
        let scene = self.scene(None, facts, needs);
        let mut found = Vec::new();
        for row in draft.rows.iter().filter(|row| !row.mechanical) {
            if row.operation == Operation::Insert {
                let grant = self.actor.grant(&row.object.name);
                if !grant.is_some_and(|grant| grant.create) {
                    found.push(
                        not_permitted(["create", "新建", "新增"], &row.object.name).at(row.path.as_str()),
                    );
                }
                if row.parent.is_none() {
                    found.extend(self.may_not_join(&scene, row)?);
                }
                continue;
            }
            // A child that goes to another parent joins that one.
            let moves = row.operation == Operation::Update
                && followed(&row.object).is_some_and(|parent| {
                    row.before
                        .as_ref()
                        .is_some_and(|before| before.get(&parent.via) != row.row.get(&parent.via))
                });
            if moves {
                found.extend(self.may_not_join(&scene, row)?);
            }
            let (Some(before), Some(_)) = (&row.before, row.parent) else { continue };
            let access = match row.operation {
                Operation::Delete | Operation::Purge => Access::Delete,
                _ => Access::Update,
            };
            // A child that only moves to another place among its siblings is not changed by that.
            let changes = row.operation != Operation::Update || !row.given.is_empty();
            if changes && self.may(&scene, access, before)? == Some(false) {
                found.push(not_permitted(words(access), &row.object.name).at(row.path.as_str()));
            }
        }
        match Diagnostic::gather(found) {
            Some(found) if needs.borrow().is_empty() => Err(Box::new(found)),
            _ => Ok(()),
        }
    }

    /// Why a child may not be put under its parent: whoever reads the parent only adds nothing to it.
    fn may_not_join(&self, scene: &Scene<'_>, row: &RowDraft) -> Result<Option<Diagnostic>> {
        let under = self.actor.grant(&row.object.name).and_then(|grant| grant.under);
        let (Some(parent), Some(access)) = (followed(&row.object), under) else { return Ok(None) };
        // Without a parent it is refused as a missing value later.
        let Some(id) = row.row.get(&parent.via).as_reference() else { return Ok(None) };
        let at = format!("{}{}", row.path, parent.via);
        let missing = || Diagnostic::new(Code::ReferenceNotFound).with("field", &parent.via).at(at.as_str());
        match scene.record(&parent.object, id) {
            Err(_) => Ok(None),
            Ok(None) => Ok(Some(missing())),
            Ok(Some(found)) if is_deleted(found) => Ok(Some(missing())),
            Ok(Some(found)) if self.may(scene, access, found)? != Some(false) => Ok(None),
            Ok(Some(found)) if self.may(scene, Access::Read, found)? == Some(true) => {
                Ok(Some(not_permitted(words(access), &parent.object).at(at.as_str())))
            }
            Ok(Some(_)) => Ok(Some(missing())),
        }
    }
}

/// The children of one field of one row.
struct Siblings<'f> {
    parent: usize,
    child: Arc<Object>,
    via: Arc<str>,
    stored: Vec<&'f Row>,
}

impl Siblings<'_> {
    fn remove(&self, draft: &mut Draft, row: &Row, path: String) {
        let mut removed = RowDraft::change(Operation::Delete, row.clone(), path, Default::default());
        removed.parent = Some(self.parent);
        draft.push(removed);
    }
}

fn position(row: &Row) -> Option<i64> {
    match row.system(SystemField::Position) {
        Value::Integer(position) => Some(*position),
        _ => None,
    }
}

/// The value of a reference that was found by a key.
fn reference(object: &Object, index: usize, target: &Arc<str>, id: Uuid) -> Value {
    match &object.fields[index].ty {
        expression::Type::Reference(None) => Value::Link { object: target.clone(), id },
        _ => Value::Reference(id),
    }
}
