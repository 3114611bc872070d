//! The records that an expression may speak of.

/// A record in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Root {
    /// The row that is tested: bare names. Inside a child function, the child.
    Row,
    /// `record`: the outer record (inside child functions, and in flows the record the flow is about).
    Record,
    /// `old`: the record before the change; all null on create.
    Old,
    /// `user`: who acts. Only its own fields and `user.roles` (list of text), `user.departments`
    /// (own department and those below), never a longer path.
    User,
    /// `initiator`: who started the flow.
    Initiator,
    /// `approver`: the person a performer rule is testing.
    Approver,
    /// `assignee`: who holds the task.
    Assignee,
    /// `event`: what started an automation.
    Event,
    /// A record that a variable holds. It has no name of its own: the first step names the variable and no object, the
    /// steps behind it start at the record.
    Variable,
}
