//! The catalog itself.

use crate::model::connector::{Connector, Operation};
use crate::model::decision::Decision;
use crate::model::derived::Derivations;
use crate::model::field::Field;
use crate::model::object::Object;
use crate::model::role::{Restriction, Role};
use crate::model::template::{Partial, Template};
use calendar::Calendar;
use definition::field::FieldType;
use definition::workflow::WorkflowUse;
use definition::{App, Form, Page, Scenario, Seed, View, Workflow};
use diagnostic::Text;
use expression::{FieldInfo, Schema};
use indexmap::IndexMap;
use semver::Version;
use std::sync::Arc;

/// Everything the installed packs describe, resolved and checked. Immutable.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Installed packs, required ones before those that require them.
    pub packs: IndexMap<Arc<str>, Pack>,
    /// Objects by full name.
    pub objects: IndexMap<Arc<str>, Arc<Object>>,
    /// Roles by full name.
    pub roles: IndexMap<Arc<str>, Arc<Role>>,
    /// Restrictions by object.
    pub restrictions: IndexMap<Arc<str>, Vec<Restriction>>,
    /// Forms by full name; names in them are full.
    pub forms: IndexMap<Arc<str>, Arc<Form>>,
    /// Views by full name; names in them are full.
    pub views: IndexMap<Arc<str>, Arc<View>>,
    /// Pages by full name; names in them are full.
    pub pages: IndexMap<Arc<str>, Arc<Page>>,
    /// Apps by full name; names in them are full.
    pub apps: IndexMap<Arc<str>, Arc<App>>,
    /// Workflows by full name; names in them are full. The `workflow` crate compiles them.
    pub workflows: IndexMap<Arc<str>, Arc<Workflow>>,
    /// Decisions by full name, compiled.
    pub decisions: IndexMap<Arc<str>, Arc<Decision>>,
    /// Seeds by full name, in the order they are loaded.
    pub seeds: IndexMap<Arc<str>, Arc<Seed>>,
    /// Demo data by full name, in the order it is loaded.
    pub demo: IndexMap<Arc<str>, Arc<Seed>>,
    /// Scenarios by full name.
    pub scenarios: IndexMap<Arc<str>, Arc<Scenario>>,
    /// Calendars by full name, with what they inherit.
    pub calendars: IndexMap<Arc<str>, Arc<Calendar>>,
    /// Connectors by full name.
    pub connectors: IndexMap<Arc<str>, Arc<Connector>>,
    /// Templates by full name.
    pub templates: IndexMap<Arc<str>, Arc<Template>>,
    /// Partials of packs: texts that templates of the same pack include.
    pub partials: Vec<Partial>,
    /// Script texts by (pack, file name without `.rhai`).
    pub scripts: IndexMap<(Arc<str>, Arc<str>), Arc<str>>,
    /// The order of derived values.
    pub derivations: Derivations,
    /// Content hash of all sources, hexadecimal.
    pub hash: String,
}

/// An installed pack.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Its name.
    pub name: Arc<str>,
    /// Its version.
    pub version: Version,
    /// What users see.
    pub label: Option<Text>,
    /// A sentence on what it is for.
    pub description: Option<Text>,
    /// Packs it needs.
    pub requires: Vec<Arc<str>>,
}

impl Catalog {
    /// Whether people decide about records of an object: flows that happen by themselves let nothing wait for them.
    pub fn decides_about(&self, object: &str) -> bool {
        let approves =
            |workflow: &Workflow| workflow.r#use == WorkflowUse::Approval && workflow.object == object;
        self.workflows.values().any(|workflow| approves(workflow))
    }

    /// The object of this full name or former name.
    pub fn object(&self, name: &str) -> Option<&Arc<Object>> {
        self.objects
            .get(name)
            .or_else(|| self.objects.values().find(|o| o.formerly.iter().any(|former| **former == *name)))
    }

    /// The operation of a name: `crm.erp.create_quote`, or `erp.create_quote` in the pack that defines the connector.
    pub fn operation(&self, name: &str, pack: Option<&str>) -> Option<(&Arc<Connector>, &Operation)> {
        let (connector, operation) = name.rsplit_once('.')?;
        let known = match (connector.contains('.'), pack) {
            (true, _) => self.connectors.get(connector),
            (false, Some(pack)) => self.connectors.get(format!("{pack}.{connector}").as_str()),
            (false, None) => None,
        };
        let connector = known?;
        Some((connector, connector.operations.get(operation)?))
    }
}

impl Schema for Catalog {
    fn field(&self, object: &str, name: &str) -> Option<FieldInfo> {
        let field = self.objects.get(object)?.field(name)?;
        Some(FieldInfo {
            name: field.name.clone(),
            ty: field.ty.clone(),
            on_clock: field.stored == crate::model::field::Stored::AtRead,
        })
    }

    fn field_names(&self, object: &str) -> Vec<String> {
        self.objects.get(object).map(|o| o.fields.keys().map(|k| k.to_string()).collect()).unwrap_or_default()
    }

    fn is_tree(&self, object: &str) -> bool {
        let parent = |field: &Field| matches!(&field.kind, FieldType::Reference(reference) if reference.tree);
        self.objects.get(object).is_some_and(|object| object.fields.values().any(parent))
    }
}
