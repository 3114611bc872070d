//! Other systems, as a scenario plays them: the oldest call that waits is compared and answered.

use crate::connectors::{Asked, ConnectorCall};
use crate::ended::Ended;
use crate::outbox::{CONNECTOR, opened};
use crate::scenario::compare::fits;
use crate::scenario::scene::{Scene, Stop};
use chrono::TimeDelta;
use definition::scenario::AnswerCall;
use diagnostic::Result;
use serde_json::{Map, Value as Json, json};
use storage::store::effect::{self, Effect};

impl Scene<'_> {
    pub(super) async fn answer(&mut self, answer: &AnswerCall) -> Result<(), Stop> {
        let engine = &self.stage.engine;
        let Some(waiting) = self.oldest_call().await? else {
            return Err(Stop::unmet(format!("{} should be asked, and nothing is", answer.call)));
        };
        let call: ConnectorCall = opened(waiting.id, CONNECTOR, &waiting.payload, engine.secret())?;
        if call.name() != answer.call {
            return Err(Stop::unmet(format!("{} should be asked, and it is {}", answer.call, call.name())));
        }
        let asked = shown(&call.asked);
        let expected = json!(answer.asked);
        if !fits(&expected, &asked) {
            return Err(Stop::unmet(format!("{expected} should be asked, and it is {asked}")));
        }
        let ended = match &answer.refused {
            Some(reason) => Ended::ForGood(reason.clone()),
            None => Ended::Had(json!({"status": 200, "values": answer.with, "body": ""})),
        };
        Ok(engine.settle(&waiting, ended).await?)
    }

    async fn oldest_call(&self) -> Result<Option<Effect>> {
        let engine = &self.stage.engine;
        let now = engine.now();
        let taken = engine.database().write(move |tx| async move {
            effect::claim(&tx, &[CONNECTOR], 1, TimeDelta::minutes(1), now).await
        });
        Ok(taken.await?.pop())
    }
}

fn shown(asked: &Asked) -> Json {
    match asked {
        Asked::Http { method, path, query, body, .. } => {
            let query: Map<String, Json> =
                query.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            let body = serde_json::from_str(body).unwrap_or_else(|_| json!(body));
            json!({"method": method, "path": path, "query": query, "body": body})
        }
        Asked::Mail(mail) => json!(mail),
    }
}
