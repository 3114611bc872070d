//! A definition of any kind.

use crate::{
    App, Calendar, Connector, Decision, Form, Object, Overlay, Pack, Page, Role, Scenario, Seed, Template,
    Translation, View, Workflow,
};

/// A definition of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Definition {
    /// A pack.
    Pack(Pack),
    /// An object.
    Object(Box<Object>),
    /// A role.
    Role(Role),
    /// A form.
    Form(Form),
    /// A view.
    View(Box<View>),
    /// A page.
    Page(Box<Page>),
    /// An app.
    App(App),
    /// Records a pack needs.
    Seed(Seed),
    /// Sample records.
    Demo(Seed),
    /// A translation.
    Translation(Translation),
    /// A scenario.
    Scenario(Scenario),
    /// A workflow.
    Workflow(Box<Workflow>),
    /// A template.
    Template(Template),
    /// A calendar.
    Calendar(Box<Calendar>),
    /// A connector.
    Connector(Box<Connector>),
    /// A decision.
    Decision(Box<Decision>),
    /// Changes to a definition of another pack (`extends:`).
    Overlay(Overlay),
}
