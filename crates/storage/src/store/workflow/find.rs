//! Finding instances, tokens and tasks across flows.

use super::{Instance, TaskBox, Token};
use crate::Tx;
use crate::codec::Cell;
use crate::store::stored;
use crate::{Dialect, cells};
use chrono::{DateTime, Utc};
use diagnostic::Result;
use sea_orm::Value;
use uuid::Uuid;

/// Ids that one statement names at most.
const MOST_NAMED: usize = 500;

/// Which flows are meant; what is not said does not matter.
#[derive(Clone, Debug, Default)]
pub struct FlowFilter {
    /// The workflow.
    pub workflow: Option<String>,
    /// The record's object.
    pub object: Option<String>,
    /// The record.
    pub record: Option<Uuid>,
    /// Who started it.
    pub initiator: Option<Uuid>,
    /// Where it stands.
    pub state: Option<String>,
    /// Only those that have ended.
    pub ended: bool,
    /// Only those that cannot go on because something failed.
    pub incident: bool,
    /// Only those that have not ended and run under none of the definitions with these hashes.
    pub behind: Option<Vec<String>>,
    /// Only those that stand at this node.
    pub node: Option<String>,
    /// Where the task stands; of tasks only.
    pub task_state: Option<String>,
    /// Only tasks that nobody has opened yet; of tasks only.
    pub unread: bool,
    /// Only those that should have been done before this instant: tasks, and flows that run late themselves or in which a
    /// task does.
    pub overdue: Option<DateTime<Utc>>,
    /// From this instant on: when the flow started; of tasks, when the task came.
    pub since: Option<DateTime<Utc>>,
    /// Before this instant.
    pub until: Option<DateTime<Utc>>,
}

/// Conditions with their values.
struct Conditions {
    dialect: Dialect,
    values: Vec<Value>,
    parts: Vec<String>,
}

impl Conditions {
    fn new(dialect: Dialect, values: Vec<Value>) -> Conditions {
        Conditions { dialect, values, parts: Vec::new() }
    }

    fn and(&mut self, condition: &str, value: impl Cell) {
        self.values.push(value.cell(self.dialect));
        self.parts.push(format!("{condition} ${}", self.values.len()));
    }

    /// Conditions on columns of instances.
    fn of_instance(&mut self, filter: &FlowFilter) {
        if let Some(workflow) = &filter.workflow {
            self.and("workflow =", workflow);
        }
        if let Some(object) = &filter.object {
            self.and("object =", object);
        }
        if let Some(record) = filter.record {
            self.and("record =", record);
        }
        if let Some(initiator) = filter.initiator {
            self.and("initiator =", initiator);
        }
        if let Some(state) = &filter.state {
            self.and("state =", state);
        }
        if filter.ended {
            self.parts.push("ended_at is not null".to_owned());
        }
        if filter.incident {
            // Those that ended are told apart by the index of those that have not.
            self.parts.push("ended_at is null and incident is not null".to_owned());
        }
        if let Some(hashes) = &filter.behind {
            self.parts.push("ended_at is null".to_owned());
            let first = self.values.len() + 1;
            self.values.extend(hashes.iter().map(|hash| hash.cell(self.dialect)));
            let places: Vec<String> = (first..=self.values.len()).map(|place| format!("${place}")).collect();
            if !places.is_empty() {
                self.parts.push(format!("definition not in ({})", places.join(", ")));
            }
        }
        if let Some(node) = &filter.node {
            self.values.push(node.cell(self.dialect));
            self.parts.push(format!(
                "ended_at is null and exists (select 1 from workflow_token t where t.instance = workflow_instance.id \
                   and t.state in ('ready', 'waiting') and t.node = ${})",
                self.values.len()
            ));
        }
    }

    /// Flows that are late, or in which a task is.
    fn late(&mut self, now: DateTime<Utc>) {
        self.values.push(now.cell(self.dialect));
        let place = self.values.len();
        let own = match self.dialect {
            Dialect::Sqlite => {
                format!("julianday(json_extract(variables, '$.due_at')) < julianday(${place})")
            }
            Dialect::Postgres => format!("(variables ->> 'due_at')::timestamptz < ${place}"),
        };
        self.parts.push(format!(
            "ended_at is null and ({own} or exists (select 1 from workflow_task t \
               where t.instance = workflow_instance.id and t.state = 'open' and t.due_at < ${place}))"
        ));
    }

    fn between(&mut self, column: &str, filter: &FlowFilter) {
        if let Some(since) = filter.since {
            self.and(&format!("{column} >="), since);
        }
        if let Some(until) = filter.until {
            self.and(&format!("{column} <"), until);
        }
    }
}

/// Instances, newest first; `before` is the id of the last one of the page before.
pub async fn instances(
    tx: &Tx,
    filter: &FlowFilter,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Instance>> {
    let values = cells![tx.dialect(); before.unwrap_or(Uuid::max()), i64::from(limit)];
    let mut conditions = Conditions::new(tx.dialect(), values);
    conditions.parts.push("id < $1".to_owned());
    conditions.of_instance(filter);
    conditions.between("started_at", filter);
    if let Some(now) = filter.overdue {
        conditions.late(now);
    }
    let rest = format!("where {} order by id desc limit $2", conditions.parts.join(" and "));
    stored::select(tx, &rest, conditions.values).await
}

/// How many instances there are.
pub async fn count(tx: &Tx, filter: &FlowFilter) -> Result<u64> {
    let mut conditions = Conditions::new(tx.dialect(), Vec::new());
    conditions.of_instance(filter);
    conditions.between("started_at", filter);
    if let Some(now) = filter.overdue {
        conditions.late(now);
    }
    conditions.parts.push("true".to_owned());
    let sql = format!("select count(*) from workflow_instance where {}", conditions.parts.join(" and "));
    let row = tx.row(&sql, conditions.values).await?;
    Ok(row.map_or(Ok(0), |row| row.get::<i64>(0))?.try_into().unwrap_or_default())
}

/// The tasks in a box of a person, newest first; `before` is the id of the last one of the page before.
pub async fn in_box(
    tx: &Tx,
    user: Uuid,
    which: TaskBox,
    filter: &FlowFilter,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<super::Task>> {
    let lies = match which {
        TaskBox::Todo => {
            "kind <> 'cc' and state = 'open' and (assignee = $1 or (assignee is null and \
             id in (select task from workflow_task_candidate where user_id = $1)))"
        }
        TaskBox::Done => "kind <> 'cc' and decided_by = $1",
        TaskBox::Copies => "kind = 'cc' and assignee = $1",
    };
    let values = cells![tx.dialect(); user, before.unwrap_or(Uuid::max()), i64::from(limit)];
    let mut conditions = Conditions::new(tx.dialect(), values);
    conditions.of_instance(filter);
    let flows = match conditions.parts.is_empty() {
        true => String::new(),
        false => {
            let parts = std::mem::take(&mut conditions.parts).join(" and ");
            format!(" and instance in (select id from workflow_instance where {parts})")
        }
    };
    conditions.between("created_at", filter);
    if let Some(state) = &filter.task_state {
        conditions.and("state =", state);
    }
    if let Some(now) = filter.overdue {
        conditions.and("due_at <", now);
    }
    if filter.unread {
        conditions.parts.push("read_at is null".to_owned());
    }
    let times: String = conditions.parts.iter().map(|part| format!(" and {part}")).collect();
    let rest = format!("where {lies} and id < $2{flows}{times} order by id desc limit $3");
    stored::select(tx, &rest, conditions.values).await
}

/// These instances, in no order.
pub async fn instances_with(tx: &Tx, ids: &[Uuid]) -> Result<Vec<Instance>> {
    let mut all = Vec::new();
    for part in ids.chunks(MOST_NAMED) {
        let places: Vec<String> = (1..=part.len()).map(|place| format!("${place}")).collect();
        let values = part.iter().map(|id| id.cell(tx.dialect())).collect();
        all.extend(stored::select(tx, &format!("where id in ({})", places.join(", ")), values).await?);
    }
    Ok(all)
}

/// The tokens that stand somewhere in these instances.
pub async fn live_tokens(tx: &Tx, instances: &[Uuid]) -> Result<Vec<Token>> {
    let mut all = Vec::new();
    for part in instances.chunks(MOST_NAMED) {
        let places: Vec<String> = (1..=part.len()).map(|place| format!("${place}")).collect();
        let rest = format!(
            "where instance in ({}) and state in ('ready', 'waiting') order by id",
            places.join(", ")
        );
        let values = part.iter().map(|id| id.cell(tx.dialect())).collect();
        all.extend(stored::select::<Token>(tx, &rest, values).await?);
    }
    Ok(all)
}

/// The open tasks of these instances that wait for somebody.
pub async fn open_tasks(tx: &Tx, instances: &[Uuid]) -> Result<Vec<super::Task>> {
    let mut all = Vec::new();
    for part in instances.chunks(MOST_NAMED) {
        let places: Vec<String> = (1..=part.len()).map(|place| format!("${place}")).collect();
        let rest = format!(
            "where instance in ({}) and state = 'open' and kind <> 'cc' order by id",
            places.join(", ")
        );
        let values = part.iter().map(|id| id.cell(tx.dialect())).collect();
        all.extend(stored::select(tx, &rest, values).await?);
    }
    Ok(all)
}
