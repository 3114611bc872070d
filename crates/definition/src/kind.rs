//! The kinds of definitions.

use std::fmt;

/// A kind of definition that this version reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `kind: pack`
    Pack,
    /// `kind: object`
    Object,
    /// `kind: role`
    Role,
    /// `kind: form`
    Form,
    /// `kind: view`
    View,
    /// `kind: page`
    Page,
    /// `kind: app`
    App,
    /// `kind: seed`
    Seed,
    /// `kind: demo`
    Demo,
    /// `kind: translation`
    Translation,
    /// `kind: scenario`
    Scenario,
    /// `kind: workflow`
    Workflow,
    /// `kind: template`
    Template,
    /// `kind: calendar`
    Calendar,
    /// `kind: connector`
    Connector,
    /// `kind: decision`
    Decision,
}

impl Kind {
    /// All kinds, in the order documents list them.
    pub const ALL: [Kind; 16] = [
        Kind::Pack,
        Kind::Object,
        Kind::Role,
        Kind::Form,
        Kind::View,
        Kind::Page,
        Kind::App,
        Kind::Seed,
        Kind::Demo,
        Kind::Translation,
        Kind::Scenario,
        Kind::Workflow,
        Kind::Template,
        Kind::Calendar,
        Kind::Connector,
        Kind::Decision,
    ];

    /// Kinds of the language that this version does not execute, with their folders.
    pub const NOT_YET: [(&str, &str); 4] =
        [("report", "reports"), ("dashboard", "dashboards"), ("metric", "metrics"), ("portal", "portals")];

    /// What stands after `kind:`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Pack => "pack",
            Kind::Object => "object",
            Kind::Role => "role",
            Kind::Form => "form",
            Kind::View => "view",
            Kind::Page => "page",
            Kind::App => "app",
            Kind::Seed => "seed",
            Kind::Demo => "demo",
            Kind::Translation => "translation",
            Kind::Scenario => "scenario",
            Kind::Workflow => "workflow",
            Kind::Template => "template",
            Kind::Calendar => "calendar",
            Kind::Connector => "connector",
            Kind::Decision => "decision",
        }
    }

    /// The kind that stands after `kind:`.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The folder of a pack in which its files lie; `None` for the pack's own file.
    pub fn folder(self) -> Option<&'static str> {
        Some(match self {
            Kind::Pack => return None,
            Kind::Object => "objects",
            Kind::Role => "roles",
            Kind::Form => "forms",
            Kind::View => "views",
            Kind::Page => "pages",
            Kind::App => "apps",
            Kind::Seed => "seeds",
            Kind::Demo => "demo",
            Kind::Translation => "translations",
            Kind::Scenario => "scenarios",
            Kind::Workflow => "workflows",
            Kind::Template => "templates",
            Kind::Calendar => "calendars",
            Kind::Connector => "connectors",
            Kind::Decision => "decisions",
        })
    }

    /// Whether a site may change a definition of this kind by an overlay.
    pub fn can_be_extended(self) -> bool {
        matches!(
            self,
            Kind::Object
                | Kind::Role
                | Kind::Form
                | Kind::View
                | Kind::Page
                | Kind::App
                | Kind::Workflow
                | Kind::Calendar
                | Kind::Connector
                | Kind::Decision
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
