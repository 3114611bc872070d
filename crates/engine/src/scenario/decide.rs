//! Tasks of a record's workflow: who holds them, and deciding them.

use crate::flow::decide::TaskAction;
use crate::identity::Identity;
use crate::requests::Request;
use crate::scenario::scene::{Scene, Stop};
use indexmap::IndexMap;
use std::collections::BTreeMap;
use storage::store::workflow::{self as table, Task};
use uuid::Uuid;
use workflow::decision::DecisionKind;

/// A decision as a step says it.
pub(super) struct Wanted<'a> {
    pub record: &'a str,
    pub node: Option<&'a str>,
    pub comment: Option<&'a str>,
    /// Step → logins of the people who are named for it.
    pub picks: Option<&'a IndexMap<String, Vec<String>>>,
}

/// A task with the login of who holds it.
pub(super) struct Held {
    pub task: Task,
    pub login: String,
    /// The login of the absent person in whose place it is held.
    pub in_place_of: Option<String>,
}

impl Scene<'_> {
    /// The newest workflow instance of a record, or the one that was saved under this name.
    pub async fn instance(&self, alias: &str) -> Result<Option<Uuid>, Stop> {
        if let Some(id) = self.known.instances.get(alias) {
            return Ok(Some(*id));
        }
        let (object, record) = self.record(alias)?;
        let tx = self.stage.engine.database().reader();
        Ok(table::instances_of(&tx, &object, record).await?.first().map(|instance| instance.id))
    }

    /// All tasks of the newest instance of a record.
    pub async fn tasks(&self, alias: &str) -> Result<Vec<Held>, Stop> {
        let Some(instance) = self.instance(alias).await? else { return Ok(Vec::new()) };
        let work = self.stage.engine.reading(&self.stage.engine.system());
        let mut held = Vec::new();
        for task in table::tasks(&work.tx, instance).await? {
            let person = crate::records::read::person(&work, task.assignee).await?;
            let login = person["login"].as_str().unwrap_or_default().to_owned();
            let absent = task.data["in_place_of"]["user"].as_str().and_then(|user| user.parse().ok());
            let absent = crate::records::read::person(&work, absent).await?;
            let in_place_of = absent["login"].as_str().map(str::to_owned);
            held.push(Held { task, login, in_place_of });
        }
        Ok(held)
    }

    /// The task a decision is about: an open one of the actor, else the last it had. An administrator may take
    /// anybody's.
    pub async fn task(&self, identity: &Identity, wanted: &Wanted<'_>, copies: bool) -> Result<Uuid, Stop> {
        let tasks: Vec<Task> = self.tasks(wanted.record).await?.into_iter().map(|held| held.task).collect();
        let fits =
            |task: &&Task| wanted.node.is_none_or(|node| task.node == node) && (copies || task.kind != "cc");
        let own = |task: &&Task| task.assignee == Some(identity.actor.id);
        let open = |task: &&Task| task.state == "open";
        let mine = tasks.iter().filter(fits).filter(own);
        let found = mine
            .clone()
            .find(open)
            .or_else(|| tasks.iter().filter(fits).find(open).filter(|_| identity.actor.admin))
            .or_else(|| mine.clone().next_back());
        found.map(|task| task.id).ok_or_else(Stop::not_found)
    }

    /// Approves, rejects or returns.
    pub async fn decide(
        &self,
        kind: DecisionKind,
        wanted: Wanted<'_>,
        to: Option<&str>,
        back: bool,
    ) -> Result<(), Stop> {
        let actor = self.actor().await?;
        let action = TaskAction {
            task: self.task(&actor, &wanted, false).await?,
            kind,
            comment: wanted.comment.map(str::to_owned),
            to: to.map(str::to_owned),
            back,
            picks: self.picks(wanted.picks).await?,
            seen: None,
        };
        Ok(self.stage.engine.decide(&actor, action).await?)
    }

    /// People by their logins.
    pub async fn picks(
        &self,
        picks: Option<&IndexMap<String, Vec<String>>>,
    ) -> Result<BTreeMap<String, Vec<Uuid>>, Stop> {
        let work = self.stage.engine.reading(&self.stage.engine.system());
        let mut named = BTreeMap::new();
        for (step, logins) in picks.into_iter().flatten() {
            let mut people = Vec::new();
            for login in logins {
                let user = crate::identity::user_by_login(&work.rows(), login).await?;
                let nobody = || Stop::unmet(format!("there is no user `{login}`"));
                people.push(user.ok_or_else(nobody)?.id());
            }
            named.insert(step.clone(), people);
        }
        Ok(named)
    }

    /// Takes a request back.
    pub async fn withdraw(&self, wanted: Wanted<'_>) -> Result<(), Stop> {
        let actor = self.actor().await?;
        let instance = self.instance(wanted.record).await?.ok_or_else(Stop::not_found)?;
        let comment = wanted.comment.map(str::to_owned);
        Ok(self.stage.engine.withdraw(&actor, instance, comment).await?)
    }

    /// Says something: about the task the actor has, else about the record.
    pub async fn comment(&self, wanted: Wanted<'_>) -> Result<(), Stop> {
        let actor = self.actor().await?;
        let text = wanted.comment.unwrap_or_default().to_owned();
        let request = match self.task(&actor, &wanted, true).await {
            Ok(task) => Request::CommentOnTask { task, text },
            Err(_) if wanted.node.is_none() => {
                let (object, record) = self.record(wanted.record)?;
                Request::Comment { object, record, text }
            }
            Err(stop) => return Err(stop),
        };
        self.ask(request).await
    }
}
