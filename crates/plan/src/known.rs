//! The objects and fields that exist as far as an actor may know. A field that it may not read is, for it, an
//! unknown field: the same finding, hints from what it may know only.

use crate::actor::{Actor, ObjectGrant, Veil};
use crate::veil;
use crate::wording::{invalid_parameter, too_complex};
use catalog::expand::expand;
use catalog::{Catalog, Field, Object, Stored, Title, TitlePart};
use definition::Form;
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use expression::{Expr, FieldInfo, Path, Root, Schema, Step, Type};
use std::sync::Arc;

/// A catalog as one actor sees it.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// All there is.
    pub catalog: &'a Catalog,
    /// Who looks.
    pub actor: &'a Actor,
}

impl<'a> Known<'a> {
    /// An object and the rights on it.
    ///
    /// # Errors
    /// `not_found` for an unknown object and for one the actor has no right on.
    pub fn object(&self, name: &str) -> Result<(&'a Arc<Object>, &'a ObjectGrant)> {
        let object = self.catalog.object(name);
        let found = object.and_then(|object| Some((object, self.actor.grant(&object.name)?)));
        found.ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))
    }

    /// A form of an object that the actor knows, by its full name or by that within the object's pack.
    ///
    /// # Errors
    /// `invalid_parameter`.
    pub fn form(&self, object: &Object, name: &str) -> Result<&'a Arc<Form>> {
        let forms = &self.catalog.forms;
        let of_object = |form: &&Arc<Form>| *form.object == *object.name;
        let full = format!("{}.{name}", object.pack);
        let found = forms.get(name).or_else(|| forms.get(full.as_str())).filter(of_object);
        found.ok_or_else(|| {
            let names = forms.values().filter(of_object).map(|form| form.name.as_str());
            let words = ["there is no such form of this object", "此对象没有该表单", "此物件沒有該表單"];
            Box::new(invalid_parameter("form", words).with_hint(did_you_mean(name, names)))
        })
    }

    /// A field that the actor may read.
    pub fn readable(&self, object: &str, name: &str) -> Option<&'a Field> {
        let grant = self.actor.grant(object)?;
        let field = self.catalog.objects.get(object)?.field(name)?;
        grant.reads(field.index).then_some(field)
    }

    /// All fields of an object that the actor may read.
    pub fn fields(&self, object: &'a Object) -> impl Iterator<Item = &'a Field> {
        let grant = self.actor.grant(&object.name);
        object.fields.values().filter(move |field| grant.is_some_and(|grant| grant.reads(field.index)))
    }

    /// The finding about a field that does not exist as far as the actor may know.
    pub fn unknown_field(&self, object: &str, name: &str) -> Diagnostic {
        let names = self.field_names(object);
        let last = name.rsplit('.').next().unwrap_or(name);
        let hint = did_you_mean(last, names.iter().map(String::as_str));
        Diagnostic::new(Code::UnknownField).with("name", name).with_hint(hint)
    }

    /// A path through to-one references as it is written in parameters: `account.owner.name`.
    ///
    /// # Errors
    /// `unknown_field` naming the whole path.
    pub fn path(&self, object: &'a Object, text: &str) -> Result<(Path, &'a Field)> {
        let mut at = object.name.clone();
        let mut steps: Vec<Step> = Vec::new();
        let mut last: Option<&Field> = None;
        for name in text.split('.') {
            if let Some(before) = last {
                let Some(target) = to_one(before) else {
                    return Err(Box::new(self.unknown_field(&at, text)));
                };
                at = target;
            }
            let Some(field) = self.readable(&at, name) else {
                return Err(Box::new(self.unknown_field(&at, text)));
            };
            steps.push(Step { object: at.clone(), field: field.name.clone() });
            last = Some(field);
        }
        match last {
            Some(field) if steps.len() <= MAX_STEPS => Ok((Path { root: Root::Row, steps }, field)),
            _ => Err(Box::new(too_deep())),
        }
    }

    /// What records of the object are called, as far as the actor may read the parts: a reference among them
    /// stands for the title of its target, all of which must be readable.
    pub fn title(&self, object: &Object) -> Title {
        let readable = |part: &&TitlePart| self.reads_part(object, part, TITLE_DEPTH);
        let parts: Vec<TitlePart> = object.title.parts.iter().filter(readable).cloned().collect();
        if parts.iter().any(|part| matches!(part, TitlePart::Field(_))) {
            Title { parts }
        } else {
            Title::default()
        }
    }
}

/// How many references a title is followed through, as storage follows them.
const TITLE_DEPTH: usize = 3;

/// The most references a path of a request walks through.
pub const MAX_STEPS: usize = 6;

fn too_deep() -> Diagnostic {
    too_complex(["a path has too many steps", "路径层级过多", "路徑層級過多"])
}

/// The object a to-one reference leads to.
pub fn to_one(field: &Field) -> Option<Arc<str>> {
    match (&field.ty, &field.stored) {
        (_, Stored::Children { .. } | Stored::Link(_)) => None,
        (Type::Reference(Some(target)), _) => Some(target.clone()),
        _ => None,
    }
}

impl<'a> Known<'a> {
    /// The expression said of columns and children only, stored formulas under their veils. Rights on its fields
    /// must have been checked before.
    pub fn expand(&self, expr: &Expr) -> Expr {
        let mut out = expand(expr, &self.catalog.objects);
        veil::cover(&mut out, &|step| self.veil(step));
        out
    }

    /// The veil over a field.
    pub fn veil(&self, step: &Step) -> Option<&'a Veil> {
        let grant = self.actor.grant(&step.object)?;
        let field = self.catalog.objects.get(&step.object)?.field(&step.field)?;
        grant.veils.get(&field.index)
    }

    /// Whether the actor may read everything that the title of the object is made of.
    pub fn reads_title(&self, object: &Object) -> bool {
        self.reads_all_parts(object, TITLE_DEPTH)
    }

    fn reads_all_parts(&self, object: &Object, depth: usize) -> bool {
        object.title.parts.iter().all(|part| self.reads_part(object, part, depth))
    }

    fn reads_part(&self, object: &Object, part: &TitlePart, depth: usize) -> bool {
        let TitlePart::Field(name) = part else { return true };
        let Some(field) = self.readable(&object.name, name) else { return false };
        if self.actor.grant(&object.name).is_some_and(|grant| grant.is_veiled(field.index)) {
            return false;
        }
        match to_one(field).filter(|_| depth > 0).and_then(|target| self.catalog.objects.get(&target)) {
            Some(target) => self.reads_all_parts(target, depth - 1),
            None => true,
        }
    }

    /// The objects whose rows the title of records of the object walks into.
    pub fn title_targets(&self, object: &Object) -> Vec<Arc<str>> {
        let mut found: Vec<Arc<str>> = Vec::new();
        let mut open = vec![object];
        while let Some(object) = open.pop() {
            for part in &object.title.parts {
                let TitlePart::Field(name) = part else { continue };
                let target =
                    object.field(name).and_then(to_one).and_then(|target| self.catalog.objects.get(&target));
                if let Some(target) = target.filter(|target| !found.contains(&target.name)) {
                    found.push(target.name.clone());
                    open.push(target);
                }
            }
        }
        found
    }
}

impl Schema for Known<'_> {
    fn field(&self, object: &str, name: &str) -> Option<FieldInfo> {
        self.readable(object, name)?;
        self.catalog.field(object, name)
    }

    fn field_names(&self, object: &str) -> Vec<String> {
        let Some(object) = self.catalog.objects.get(object) else { return Vec::new() };
        self.fields(object).map(|field| field.name.to_string()).collect()
    }

    /// A tree whose parents the actor may not read is none for it.
    fn is_tree(&self, object: &str) -> bool {
        let Some(known) = self.catalog.objects.get(object) else { return false };
        let parent = crate::scene::tree_field(known);
        parent.is_some_and(|parent| self.readable(object, &parent).is_some())
    }
}
