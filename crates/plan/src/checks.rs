//! What a row must meet before it is written: values, references, rules, restrictions, locks. What reads
//! derived values of other rows is left for after they are settled.

use crate::actor::{Access, Rows};
use crate::defaults::same_values;
use crate::draft::{Draft, Given, Intent, Precondition, RowDraft};
use crate::facts::{Facts, Lock, Needs};
use crate::known::to_one;
use crate::options;
use crate::pairs;
use crate::planner::{Check, Later, LaterCheck, Mode, Planner};
use crate::row::Row;
use crate::scene::{Roots, Scene, is_deleted};
use crate::settled::is_local;
use crate::wording::not_permitted;
use crate::write::Operation;
use catalog::{Derived, Field, Object, Rule, Stored, SystemField};
use definition::FieldType;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Expr, Type, Value};
use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

/// The rows of a draft under examination.
pub(crate) struct Examination<'p, 'a> {
    pub planner: &'p Planner<'a>,
    pub found: Vec<Diagnostic>,
    pub later: Later,
}

impl Planner<'_> {
    /// Computes what reads only columns of its own row.
    pub(crate) fn derive_local(
        &self,
        draft: &mut Draft,
        facts: &Facts,
        needs: &RefCell<Needs>,
    ) -> Result<()> {
        for place in 0..draft.rows.len() {
            let row = &draft.rows[place];
            if !matches!(row.operation, Operation::Insert | Operation::Update) {
                continue;
            }
            let object = row.object.clone();
            let order = self.catalog.derivations.order.iter();
            for derivation in order.filter(|derivation| derivation.local && derivation.object == object.name)
            {
                let Some(field) = object.field(&derivation.field) else { continue };
                let Some(Derived::Formula(formula)) = &field.derived else { continue };
                let row = &draft.rows[place];
                let scene = self.scene(Some(draft), facts, needs);
                if let Some(value) = scene.value(formula, Roots::row(&row.row))? {
                    draft.rows[place].row.values[field.index] = crate::defaults::conform(value, &field.ty);
                }
            }
        }
        Ok(())
    }
}

impl Examination<'_, '_> {
    /// Everything that can be said of one row now.
    pub(crate) fn row(&mut self, scene: &Scene<'_>, row: &RowDraft) -> Result<()> {
        if row.mechanical || !row.stays() {
            return Ok(());
        }
        let object = row.object.clone();
        for field in object.fields.values() {
            self.value(row, field);
            self.required(scene, row, field)?;
            self.references(scene, row, field)?;
            self.options(scene, row, field)?;
        }
        self.links(scene, row)?;
        for (name, rule) in &object.rules {
            self.rule(scene, row, name, rule)?;
        }
        self.restriction(scene, row)?;
        self.owner(scene, row)
    }

    fn put(&mut self, row: &RowDraft, name: &str, found: Diagnostic) {
        let path = format!("{}{name}", row.path);
        self.found.push(self.planner.told(&row.object, name, path, found));
    }

    fn later(&mut self, row: &RowDraft, check: Check) {
        let old = row.before.clone();
        self.later.checks.push(LaterCheck {
            object: row.object.name.clone(),
            id: row.id,
            old,
            path: row.path.clone(),
            check,
        });
    }

    /// Bounds, patterns and options of a value that changes.
    fn value(&mut self, row: &RowDraft, field: &Field) {
        if !row.changes(field.index) || field.system.is_some() {
            return;
        }
        let mut problems = Vec::new();
        field.kind.kind().validate(&row.row.values[field.index], &mut problems);
        for problem in problems {
            self.put(row, &field.name, problem.with("field", &field.name));
        }
    }

    fn required(&mut self, scene: &Scene<'_>, row: &RowDraft, field: &Field) -> Result<()> {
        if let FieldType::Children(children) = &field.kind {
            if children.min.is_some() || children.max.is_some() || field.required {
                self.later(row, Check::Children(field.index));
            }
            return Ok(());
        }
        let given = matches!(field.stored, Stored::Column { .. })
            && field.system.is_none()
            && field.derived.is_none();
        if !given || matches!(field.kind, FieldType::Autonumber(_)) || !is_empty(&row.row.values[field.index])
        {
            return Ok(());
        }
        let wanted = match &field.required_when {
            _ if field.required => true,
            None => false,
            Some(when) if self.planner.is_later(when) => {
                self.later(row, Check::Required(field.index));
                false
            }
            Some(when) => scene.holds(when, Roots::change(&row.row, row.before.as_ref()))? == Some(true),
        };
        if wanted {
            self.put(row, &field.name, Diagnostic::new(Code::Required).with("field", &field.name));
        }
        Ok(())
    }

    /// Newly chosen options are offered.
    fn options(&mut self, scene: &Scene<'_>, row: &RowDraft, field: &Field) -> Result<()> {
        let old = row.before.as_ref();
        if !row.changes(field.index) || !self.planner.chooses(field) {
            return Ok(());
        }
        if self.planner.chooses_later(field, &row.row, old) {
            self.later(row, Check::Options(field.index));
            return Ok(());
        }
        for found in options::refused(scene, field, &row.row, old)? {
            self.put(row, &field.name, found);
        }
        Ok(())
    }

    /// What a changed reference refers to is there, is visible to who gave it, and may be chosen.
    fn references(&mut self, scene: &Scene<'_>, row: &RowDraft, field: &Field) -> Result<()> {
        let engine_sets = !matches!(field.system, None | Some(SystemField::Owner));
        if !row.changes(field.index) || engine_sets || field.derived.is_some() {
            return Ok(());
        }
        let by_caller = row.by_caller.contains(&field.index);
        match &row.row.values[field.index] {
            Value::Reference(id) => {
                let Some(target) = to_one(field) else { return Ok(()) };
                self.reference(scene, row, field, &target, *id, by_caller)?;
                self.tree(scene, row, field, &target, *id);
            }
            Value::Link { object, id } => {
                let object = object.clone();
                self.reference(scene, row, field, &object, *id, by_caller)?;
            }
            Value::List(all) => {
                let Type::List(inner) = &field.ty else { return Ok(()) };
                let Type::Reference(Some(target)) = &**inner else { return Ok(()) };
                let before = row.before.as_ref().map(|before| &before.values[field.index]);
                let kept = |id: &Uuid| matches!(before, Some(Value::List(before)) if before.contains(&Value::Reference(*id)));
                for id in all.iter().filter_map(Value::as_reference).filter(|id| !kept(id)) {
                    self.reference(scene, row, field, target, id, by_caller)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn reference(
        &mut self,
        scene: &Scene<'_>,
        row: &RowDraft,
        field: &Field,
        target: &Arc<str>,
        id: Uuid,
        by_caller: bool,
    ) -> Result<()> {
        let problem = self.referred(scene, row, field.choose_where.as_ref(), target, id, by_caller)?;
        if let Some(code) = problem {
            self.put(row, &field.name, Diagnostic::new(code).with("field", &field.name));
        }
        Ok(())
    }

    /// What is wrong with a record that is referred to.
    fn referred(
        &self,
        scene: &Scene<'_>,
        row: &RowDraft,
        choose_where: Option<&Expr>,
        target: &Arc<str>,
        id: Uuid,
        by_caller: bool,
    ) -> Result<Option<Code>> {
        if !self.planner.catalog.objects.contains_key(target) {
            return Ok(Some(Code::ReferenceNotFound));
        }
        let Ok(found) = scene.record(target, id) else { return Ok(None) };
        let Some(found) = found.filter(|found| !is_deleted(found)) else {
            return Ok(Some(Code::ReferenceNotFound));
        };
        // A record that this request creates is known to its caller; so is the caller's own user.
        let own = scene.draft.is_some_and(|draft| draft.is_new(id))
            || (&**target == "base.user" && id == self.planner.actor.id);
        if by_caller && !own {
            // As it is stored: what this request makes of a record gives no right to refer to it.
            let stored = self.planner.scene(None, scene.facts, scene.needs);
            let seen = match stored.record(target, id) {
                Ok(Some(found)) => self.planner.may(&stored, Access::Read, found)?,
                Ok(None) => Some(false),
                Err(_) => None,
            };
            if seen == Some(false) {
                return Ok(Some(Code::ReferenceNotFound));
            }
        }
        if let Some(condition) = choose_where
            && self.planner.mode != Mode::System
        {
            let roots = Roots { row: Some(found), record: Some(&row.row), ..Roots::default() };
            if scene.holds(condition, roots)? == Some(false) {
                return Ok(Some(Code::NotChoosable));
            }
        }
        Ok(None)
    }

    /// A record must not come to lie below itself.
    fn tree(&mut self, scene: &Scene<'_>, row: &RowDraft, field: &Field, target: &Arc<str>, id: Uuid) {
        let is_tree = matches!(&field.kind, FieldType::Reference(reference) if reference.tree);
        if !is_tree || *target != row.object.name {
            return;
        }
        let mut at = id;
        for _ in 0..200 {
            if at == row.id {
                self.put(row, &field.name, Diagnostic::new(Code::TreeCycle));
                return;
            }
            match scene.record(target, at) {
                Ok(Some(above)) => match above.get(&field.name).as_reference() {
                    Some(above) => at = above,
                    None => return,
                },
                _ => return,
            }
        }
    }

    /// Pairs refer to what may be referred to, each record once, and are as many as allowed afterwards.
    fn links(&mut self, scene: &Scene<'_>, row: &RowDraft) -> Result<()> {
        for link in &row.input.links {
            let field = &row.object.fields[link.field];
            let Stored::Link(stored) = &field.stored else { continue };
            let mut seen = HashSet::new();
            let Some(before) = pairs::stored(row, field, scene.facts) else {
                let key = (row.object.name.clone(), field.name.clone(), row.id);
                scene.needs.borrow_mut().pairs.insert(key);
                continue;
            };
            for (target, _, path) in &link.pairs {
                let Given::Value(Value::Reference(id)) = target else { continue };
                // A pair that is there already stays, whether its target is visible or not.
                let kept = before.iter().any(|(known, ..)| known == id);
                let mut problem = match kept {
                    true => None,
                    false => {
                        self.referred(scene, row, field.choose_where.as_ref(), &stored.target, *id, true)?
                    }
                };
                if !seen.insert(*id) {
                    problem = Some(Code::Duplicate);
                }
                if let Some(code) = problem {
                    let found = Diagnostic::new(code).with("field", &field.name).with("fields", &field.name);
                    self.found.push(found.at(path.as_str()));
                }
            }
        }
        for field in row.object.fields.values() {
            if let (FieldType::References(kind), Stored::Link(_)) = (&field.kind, &field.stored)
                && let Some(count) = pair_count(scene, row, field)
            {
                let min = kind.min.unwrap_or(u32::from(field.required));
                let found = out_of_bounds(field, count, min, kind.max);
                let path = format!("{}{}", row.path, field.name);
                self.found
                    .extend(found.map(|found| self.planner.told(&row.object, &field.name, path, found)));
            }
        }
        Ok(())
    }

    fn rule(&mut self, scene: &Scene<'_>, row: &RowDraft, name: &Arc<str>, rule: &Rule) -> Result<()> {
        let later = rule.when.as_ref().is_some_and(|when| self.planner.is_later(when))
            || self.planner.is_later(&rule.require);
        if later {
            self.later(row, Check::Rule(name.clone()));
            return Ok(());
        }
        let roots = Roots::change(&row.row, row.before.as_ref());
        if let Some(found) = broken(scene, name, rule, roots)? {
            let at = rule.at.clone().unwrap_or_else(|| Arc::from(""));
            self.put(row, &at, found);
        }
        Ok(())
    }

    /// The row must still lie within what the restrictions leave open.
    fn restriction(&mut self, scene: &Scene<'_>, row: &RowDraft) -> Result<()> {
        if !self.planner.mode.has_rights() {
            return Ok(());
        }
        let Some(grant) = self.planner.actor.grant(&row.object.name) else { return Ok(()) };
        let refused = match grant.rows(Access::Restriction) {
            Rows::All => false,
            Rows::None => true,
            Rows::Where(condition) if self.planner.is_later(condition) => {
                self.later(row, Check::Restriction);
                false
            }
            Rows::Where(condition) => scene.holds(condition, Roots::row(&row.row))? == Some(false),
        };
        if refused {
            self.found.push(not_permitted(crate::begin::words(Access::Update), &row.object.name));
        }
        Ok(())
    }

    /// Another owner than oneself is given by who may assign.
    fn owner(&mut self, scene: &Scene<'_>, row: &RowDraft) -> Result<()> {
        let Some(field) = row.object.system(SystemField::Owner) else { return Ok(()) };
        if !self.planner.mode.has_rights()
            || !row.by_caller.contains(&field.index)
            || (row.before.is_some() && !row.changes(field.index))
        {
            return Ok(());
        }
        let owner = row.row.values[field.index].as_reference();
        let permitted = match &row.before {
            None if owner == Some(self.planner.actor.id) => return Ok(()),
            None => self.planner.may(scene, Access::Assign, &row.row)?,
            Some(before) => {
                let stored = self.planner.scene(None, scene.facts, scene.needs);
                self.planner.may(&stored, Access::Assign, before)?
            }
        };
        if permitted == Some(false) {
            self.put(row, &field.name, not_permitted(crate::begin::words(Access::Assign), &row.object.name));
        }
        Ok(())
    }

    /// A record that a running flow holds changes only as far as the flow lets it.
    pub(crate) fn locks(&mut self, draft: &Draft, facts: &Facts, needs: &RefCell<Needs>) {
        let approved = matches!(draft.intent, Intent::Move { approved: true, .. });
        if approved || draft.precondition == Precondition::Waived && matches!(draft.intent, Intent::Restore) {
            return;
        }
        for row in &draft.rows {
            let Some(before) = &row.before else { continue };
            let Some(flow) = before.flow() else { continue };
            let Some(lock) = facts.lock(flow) else {
                needs.borrow_mut().locks.insert(flow);
                continue;
            };
            let locked = match lock {
                Lock::None => continue,
                Lock::All => changes_anything(draft, row),
                Lock::Fields(fields) => {
                    row.operation != Operation::Update
                        || fields.iter().any(|field| changes_field(draft, row, field))
                }
            };
            if locked {
                self.found.push(Diagnostic::new(Code::RecordLocked).with("flow", flow));
            }
        }
    }
}

/// What a rule says of a record, if it is not met.
fn broken(scene: &Scene<'_>, name: &str, rule: &Rule, roots: Roots<'_>) -> Result<Option<Diagnostic>> {
    if let Some(when) = &rule.when
        && scene.holds(when, roots)? != Some(true)
    {
        return Ok(None);
    }
    Ok(match scene.holds(&rule.require, roots)? {
        Some(false) => {
            Some(Diagnostic::new(Code::RuleViolated).with("rule", name).with_message(rule.error.clone()))
        }
        _ => None,
    })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::List(all) => all.is_empty(),
        _ => false,
    }
}

fn changes_anything(draft: &Draft, row: &RowDraft) -> bool {
    let own = row.operation != Operation::Update
        || !row.input.links.is_empty()
        || row.before.as_ref().is_some_and(|before| !same_values(before, &row.row));
    own || row.object.fields.values().any(|field| changes_children(draft, row, field))
}

fn changes_field(draft: &Draft, row: &RowDraft, name: &str) -> bool {
    let Some(field) = row.object.field(name) else { return false };
    row.changes(field.index)
        || row.input.links.iter().any(|link| link.field == field.index)
        || changes_children(draft, row, field)
}

/// Whether a child of the field is written.
fn changes_children(draft: &Draft, row: &RowDraft, field: &Field) -> bool {
    let Stored::Children { object, via } = &field.stored else { return false };
    draft.rows.iter().any(|child| {
        let below = child.row.get(via).as_reference() == Some(row.id)
            || child.before.as_ref().is_some_and(|before| before.get(via).as_reference() == Some(row.id));
        let written = child.operation != Operation::Update
            || child.before.as_ref().is_some_and(|before| !same_values(before, &child.row));
        child.object.name == *object && below && written
    })
}

impl Planner<'_> {
    /// The checks that were left for after derived values were settled. `facts` must be fresh: rows have
    /// changed since. `Some` needs are read and added, then it is asked again.
    ///
    /// # Errors
    /// What the record does not meet.
    pub fn check_later(&self, later: &Later, facts: &Facts) -> Result<Option<Needs>> {
        let needs = RefCell::new(Needs::default());
        let scene = self.scene(None, facts, &needs);
        let mut found = Vec::new();
        for check in &later.checks {
            let Ok(Some(row)) = scene.record(&check.object, check.id) else { continue };
            if is_deleted(row) {
                continue;
            }
            if let Some(problem) = self.check_settled(&scene, check, row)? {
                found.push(problem);
            }
        }
        let needs = needs.take();
        if !needs.is_empty() {
            return Ok(Some(needs));
        }
        match Diagnostic::gather(found) {
            Some(found) => Err(Box::new(found)),
            None => Ok(None),
        }
    }

    fn check_settled(&self, scene: &Scene<'_>, check: &LaterCheck, row: &Row) -> Result<Option<Diagnostic>> {
        let object: &Arc<Object> = &row.object;
        let roots = Roots::change(row, check.old.as_ref());
        Ok(match &check.check {
            Check::Rule(name) => {
                let Some(rule) = object.rules.get(name) else { return Ok(None) };
                let at = format!("{}{}", check.path, rule.at.as_deref().unwrap_or_default());
                let field = rule.at.as_deref().unwrap_or_default();
                broken(scene, name, rule, roots)?.map(|found| self.told(object, field, at, found))
            }
            Check::Required(index) => {
                let field = &object.fields[*index];
                let Some(when) = &field.required_when else { return Ok(None) };
                let wanted = is_empty(&row.values[*index]) && scene.holds(when, roots)? == Some(true);
                wanted.then(|| {
                    let found = Diagnostic::new(Code::Required).with("field", &field.name);
                    self.told(object, &field.name, format!("{}{}", check.path, field.name), found)
                })
            }
            Check::Restriction => match self.may(scene, Access::Restriction, row)? {
                Some(false) => Some(not_permitted(crate::begin::words(Access::Update), &object.name)),
                _ => None,
            },
            Check::Children(index) => {
                let field = &object.fields[*index];
                let path = format!("{}{}", check.path, field.name);
                children_bounds(scene, row, field).map(|found| self.told(object, &field.name, path, found))
            }
            Check::Options(index) => {
                let field = &object.fields[*index];
                let found = options::refused(scene, field, row, check.old.as_ref())?;
                let path = format!("{}{}", check.path, field.name);
                Diagnostic::gather(found).map(|found| self.told(object, &field.name, path, found))
            }
        })
    }

    /// Whether the stored value of a derived field is computed in memory.
    pub(crate) fn is_local_field(&self, object: &str, field: &Field) -> bool {
        is_local(self.catalog, object, field)
    }
}

fn children_bounds(scene: &Scene<'_>, row: &Row, field: &Field) -> Option<Diagnostic> {
    let (FieldType::Children(children), Stored::Children { object, via }) = (&field.kind, &field.stored)
    else {
        return None;
    };
    let count = scene.referring(object, via, row.id()).ok()?.len();
    let min = children.min.unwrap_or(u32::from(field.required));
    out_of_bounds(field, count, min, children.max)
}

fn out_of_bounds(field: &Field, count: usize, min: u32, max: Option<u32>) -> Option<Diagnostic> {
    if count < min as usize {
        return Some(Diagnostic::new(Code::TooFewChildren).with("field", &field.name).with("min", min));
    }
    let max = max.filter(|max| count > *max as usize)?;
    Some(Diagnostic::new(Code::TooManyChildren).with("field", &field.name).with("max", max))
}

/// How many pairs a relation has afterwards, where the request writes it; a new record has none else.
fn pair_count(scene: &Scene<'_>, row: &RowDraft, field: &Field) -> Option<usize> {
    let link = row.input.links.iter().find(|link| link.field == field.index);
    let Some(link) = link else { return (row.operation == Operation::Insert).then_some(0) };
    match pairs::stored(row, field, scene.facts) {
        Some(stored) => Some(pairs::after(stored, link).len()),
        None => {
            let key = (row.object.name.clone(), field.name.clone(), row.id);
            scene.needs.borrow_mut().pairs.insert(key);
            None
        }
    }
}
