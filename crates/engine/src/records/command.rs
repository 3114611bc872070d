//! What a write asks for, and what it answers.

use plan::Precondition;
use plan::Row;
use plan::planner::FieldChange;
use serde_json::Value as Json;
use std::sync::Arc;
use uuid::Uuid;

/// One write, as a request, a script, a flow or an import asks for it.
#[derive(Clone, Debug)]
pub enum Command {
    /// A new record, with its children.
    Create {
        /// The object.
        object: Arc<str>,
        /// The body as the API takes it.
        body: Json,
    },
    /// A change of a record and its children.
    Update {
        /// The object.
        object: Arc<str>,
        /// The record.
        id: Uuid,
        /// The body as the API takes it.
        body: Json,
        /// The version the caller saw.
        precondition: Precondition,
    },
    /// Create or change by a natural key.
    Upsert {
        /// The object.
        object: Arc<str>,
        /// The unique constraint or key field.
        key: Arc<str>,
        /// Its values as text.
        values: Vec<String>,
        /// The body as the API takes it.
        body: Json,
    },
    /// Into the recycle bin.
    Delete {
        /// The object.
        object: Arc<str>,
        /// The record.
        id: Uuid,
        /// The version the caller saw.
        precondition: Precondition,
    },
    /// Out of the recycle bin.
    Restore {
        /// The object.
        object: Arc<str>,
        /// The record.
        id: Uuid,
    },
    /// Gone for good.
    Purge {
        /// The object.
        object: Arc<str>,
        /// The record.
        id: Uuid,
        /// The version the caller saw.
        precondition: Precondition,
    },
    /// A move of the state machine.
    Move {
        /// The object.
        object: Arc<str>,
        /// The record.
        id: Uuid,
        /// The move.
        name: Arc<str>,
        /// Further fields that change with it; null for none.
        body: Json,
        /// The version the caller saw.
        precondition: Precondition,
        /// Its workflow has approved it.
        approved: bool,
    },
    /// A record that is created or changed in a form.
    Through {
        /// The form's name.
        form: Arc<str>,
        /// What the form sends.
        write: Box<Command>,
    },
}

impl Command {
    /// The object's name as the caller wrote it.
    pub fn object(&self) -> &str {
        match self {
            Command::Create { object, .. }
            | Command::Update { object, .. }
            | Command::Upsert { object, .. }
            | Command::Delete { object, .. }
            | Command::Restore { object, .. }
            | Command::Purge { object, .. }
            | Command::Move { object, .. } => object,
            Command::Through { write, .. } => write.object(),
        }
    }

    /// The same write, of whatever version.
    pub fn waived(&self) -> Command {
        let mut command = self.clone();
        match &mut command {
            Command::Create { .. } | Command::Upsert { .. } | Command::Restore { .. } => {}
            Command::Update { precondition, .. }
            | Command::Delete { precondition, .. }
            | Command::Purge { precondition, .. }
            | Command::Move { precondition, .. } => *precondition = Precondition::Waived,
            Command::Through { write, .. } => **write = write.waived(),
        }
        command
    }

    /// The stored record it is about, where the command names one.
    pub fn target(&self) -> Option<Uuid> {
        match self {
            Command::Create { .. } | Command::Upsert { .. } => None,
            Command::Update { id, .. }
            | Command::Delete { id, .. }
            | Command::Restore { id, .. }
            | Command::Purge { id, .. }
            | Command::Move { id, .. } => Some(*id),
            Command::Through { write, .. } => write.target(),
        }
    }

    /// The word for the audit trail.
    pub fn verb(&self) -> &'static str {
        match self {
            Command::Create { .. } => "create",
            Command::Update { .. } => "update",
            Command::Upsert { .. } => "upsert",
            Command::Delete { .. } => "delete",
            Command::Restore { .. } => "restore",
            Command::Purge { .. } => "purge",
            Command::Move { .. } => "move",
            Command::Through { write, .. } => write.verb(),
        }
    }

    /// The same write, as a form sends it, where one does.
    pub fn through(self, form: Option<&str>) -> Command {
        match form {
            Some(form) => Command::Through { form: form.into(), write: Box::new(self) },
            None => self,
        }
    }

    /// The form that sends it.
    pub fn form(&self) -> Option<&Arc<str>> {
        match self {
            Command::Through { form, .. } => Some(form),
            _ => None,
        }
    }
}

/// What a write did.
#[derive(Clone, Debug)]
pub struct Written {
    /// The record as stored; for a purged one as it was.
    pub row: Row,
    /// It did not exist before.
    pub created: bool,
    /// The flow that must approve first; the record itself is unchanged.
    pub parked: Option<Uuid>,
    /// The job that computes the derived values that are too many for one transaction.
    pub job: Option<Uuid>,
    /// The record as it was; nothing where it is new.
    pub before: Option<Row>,
    /// The many-to-many relations of the record that changed, with what they were.
    pub links: Vec<FieldChange>,
}

impl Written {
    /// The record's id.
    pub fn id(&self) -> Uuid {
        self.row.id()
    }
}
