//! The catalog in force and what was compiled from it. Immutable but for caches that only this catalog fills.

use crate::caller::Identity;
use crate::templates::Templates;
use catalog::{Catalog, Object, ScriptRef};
use diagnostic::{Code, Diagnostic, Result};
use plan::Grants;
use script::{Compiled, Scripts};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;
use workflow::Flow;

/// The roles an identity was made of, and for whom.
pub(crate) type IdentityKey = (Uuid, Option<Arc<[Arc<str>]>>);

/// Rights by the roles they were united of.
type GrantsByRoles = HashMap<Box<[Arc<str>]>, Arc<Grants>>;

/// Fields by their objects.
type Fields = HashMap<Arc<str>, HashSet<Arc<str>>>;

/// A published catalog. Requests hold it by `Arc` from start to end.
pub struct Published {
    /// Counts publishes; 0 for an empty database.
    pub number: u64,
    /// What the packs describe.
    pub catalog: Catalog,
    flows: HashMap<Arc<str>, Arc<Flow>>,
    /// What flows listen to: objects, with the fields that they name.
    listened: Fields,
    /// What flows hold to: objects, with the fields that are material to them.
    material: Fields,
    scripts: HashMap<(Arc<str>, Arc<str>), Arc<Compiled>>,
    templates: Templates,
    grants: RwLock<GrantsByRoles>,
    pub(crate) identities: RwLock<HashMap<IdentityKey, Arc<Identity>>>,
}

impl Published {
    /// Compiles scripts, flows and templates of a checked catalog.
    ///
    /// # Errors
    /// Every script that does not compile, every hook whose function does not exist.
    pub fn new(number: u64, catalog: Catalog, engine: &Scripts) -> Result<Published, Vec<Diagnostic>> {
        let mut found = Vec::new();
        let mut scripts = HashMap::new();
        for (key, text) in &catalog.scripts {
            match engine.compile(&format!("{}/scripts/{}.rhai", key.0, key.1), text) {
                Ok(compiled) => {
                    scripts.insert(key.clone(), compiled);
                }
                Err(error) => found.push(*error),
            }
        }
        let mut flows = HashMap::new();
        for (name, definition) in &catalog.workflows {
            match workflow::compile(name, definition, &catalog) {
                Ok(flow) => {
                    flows.insert(name.clone(), Arc::new(flow));
                }
                Err(errors) => found.extend(errors),
            }
        }
        let templates = Templates::prepare(&catalog, &mut found);
        if !found.is_empty() {
            return Err(found);
        }
        let (grants, identities) = (RwLock::default(), RwLock::default());
        let (listened, material) = (Fields::new(), Fields::new());
        let mut published =
            Published { number, catalog, flows, listened, material, scripts, templates, grants, identities };
        for flow in published.flows.values() {
            watch(flow, &mut published.listened, &mut published.material);
        }
        published.check_functions()?;
        Ok(published)
    }

    /// Every hook and action names a function that takes as many arguments as it is called with.
    fn check_functions(&self) -> Result<(), Vec<Diagnostic>> {
        let mut found = Vec::new();
        for object in self.catalog.objects.values() {
            let hooks = &object.hooks;
            let single = [&hooks.before_save, &hooks.after_save, &hooks.before_delete];
            for hook in single.into_iter().flatten().chain(hooks.after_move.values()) {
                found.extend(self.function(hook, 2).err().map(|e| *e));
            }
            for action in object.actions.values() {
                found.extend(self.function(&action.script, 3).err().map(|e| *e));
            }
        }
        if found.is_empty() { Ok(()) } else { Err(found) }
    }

    fn function(&self, wanted: &ScriptRef, arguments: usize) -> Result<&Arc<Compiled>> {
        let script = self.script(wanted)?;
        let known = script.functions.iter().any(|(name, n)| **name == *wanted.function && *n == arguments);
        if known {
            return Ok(script);
        }
        Err(Box::new(
            Diagnostic::new(Code::UnknownReference)
                .with("what", format!("function with {arguments} parameters"))
                .with("name", format!("{}.{}", wanted.file, wanted.function)),
        ))
    }

    /// A compiled script.
    pub(crate) fn script(&self, wanted: &ScriptRef) -> Result<&Arc<Compiled>> {
        self.scripts.get(&(wanted.pack.clone(), wanted.file.clone())).ok_or_else(|| {
            Box::new(
                Diagnostic::new(Code::UnknownReference)
                    .with("what", "script")
                    .with("name", format!("{}/{}", wanted.pack, wanted.file)),
            )
        })
    }

    /// The object of this name, whoever asks.
    ///
    /// # Errors
    /// `not_found`.
    pub fn object(&self, name: &str) -> Result<&Arc<Object>> {
        self.catalog.object(name).ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))
    }

    /// The templates.
    pub(crate) fn templates(&self) -> &Templates {
        &self.templates
    }

    /// Whether a flow, of those that are published or still run, listens to records of an object.
    pub(crate) fn listens_to(&self, object: &str) -> bool {
        self.listened.contains_key(object)
    }

    /// Whether one of them names the field.
    pub(crate) fn listens_to_field(&self, object: &str, field: &str) -> bool {
        self.listened.get(object).is_some_and(|fields| fields.contains(field))
    }

    /// Whether a field is material to a flow, of those that are published or still run.
    pub(crate) fn is_material(&self, object: &str, field: &str) -> bool {
        self.material.get(object).is_some_and(|fields| fields.contains(field))
    }

    /// The flows that something that happens to records of an object may set off.
    pub(crate) fn set_off_by<'a>(&'a self, object: &'a str) -> impl Iterator<Item = &'a Arc<Flow>> {
        let set_off =
            move |flow: &&Arc<Flow>| flow.trigger.events.iter().any(|event| *event.object == *object);
        self.flows.values().filter(set_off)
    }

    /// Watches for what definitions watch for that were published before and are still needed.
    pub(crate) fn listen_for(&mut self, needed: &[(String, String)]) {
        for (name, body) in needed {
            let definition = serde_json::from_str(body).ok();
            let flow = definition.and_then(|written| workflow::compile(name, &written, &self.catalog).ok());
            if let Some(flow) = flow {
                watch(&flow, &mut self.listened, &mut self.material);
            }
        }
    }

    /// A compiled flow.
    pub fn flow(&self, name: &str) -> Option<&Arc<Flow>> {
        self.flows.get(name)
    }

    /// All compiled flows.
    pub fn flows(&self) -> impl Iterator<Item = &Arc<Flow>> {
        self.flows.values()
    }

    /// The rights of a set of roles, united once.
    pub fn grants(&self, roles: &[Arc<str>]) -> Arc<Grants> {
        if let Some(known) = self.grants.read().unwrap_or_else(PoisonError::into_inner).get(roles) {
            return known.clone();
        }
        let united = Arc::new(plan::grants::unite(&self.catalog, roles));
        self.grants.write().unwrap_or_else(PoisonError::into_inner).insert(roles.into(), united.clone());
        united
    }

    /// Whether writing this object, or its children, runs scripts. Such a write commits alone.
    pub(crate) fn is_scripted(&self, object: &Object) -> bool {
        let own = |o: &Object| {
            let hooks = &o.hooks;
            hooks.before_save.is_some()
                || hooks.after_save.is_some()
                || hooks.before_delete.is_some()
                || !hooks.after_move.is_empty()
        };
        let child = |o: &&Arc<Object>| o.parent.as_ref().is_some_and(|p| p.object == object.name);
        own(object) || self.catalog.objects.values().filter(child).any(|o| own(o))
    }
}

/// Notes what a flow listens to, and what is material to it.
fn watch(flow: &Flow, listened: &mut Fields, material: &mut Fields) {
    for event in flow.listens() {
        listened.entry(event.object.clone()).or_default().extend(event.fields.iter().cloned());
    }
    if !flow.material.is_empty() {
        material.entry(flow.object.clone()).or_default().extend(flow.material.iter().cloned());
    }
}
