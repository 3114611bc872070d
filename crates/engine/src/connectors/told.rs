//! What administrators see of connectors, and how they try one.

use super::prepare::ConnectorCall;
use super::site::{AtSite, Settings, WHAT, settings};
use crate::caller::Identity;
use crate::ended::Ended;
use crate::engine::Engine;
use crate::identity::trail::{Origin, entry};
use crate::records::read::{self, People};
use catalog::{Ask, Connection, Connector, Operation, Parameter};
use definition::connector::PathPart;
use diagnostic::{Code, Diagnostic, Locale, Result, Text};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::audit;
use storage::store::connector::{self as table, Connector as Kept, ConnectorSecret};

impl Engine {
    /// All connectors, what is set of each, and how each was last used: for administrators.
    ///
    /// # Errors
    /// `not_permitted`, and what the database refuses.
    pub async fn connectors(&self, identity: &Arc<Identity>, locale: Locale) -> Result<Vec<Json>> {
        identity.must_administer("list", WHAT)?;
        let tx = self.database().reader();
        let (kept, secrets) = (table::list(&tx).await?, table::all_secrets(&tx).await?);
        let people = self.setters(identity, &kept, &secrets).await?;
        let published = self.published();
        let told = published.catalog.connectors.values().map(|connector| {
            let kept = kept.iter().find(|kept| *kept.name == *connector.name);
            let secrets = secrets.iter().filter(|secret| *secret.connector == *connector.name);
            head(connector, kept, &secrets.collect::<Vec<_>>(), &people, locale)
        });
        Ok(told.collect())
    }

    /// One connector with its operations: for administrators.
    ///
    /// # Errors
    /// `not_permitted`, `not_found`.
    pub async fn connector(&self, identity: &Arc<Identity>, name: &str, locale: Locale) -> Result<Json> {
        let connector = self.connector_for(identity, "read", name)?;
        let tx = self.database().reader();
        let (kept, secrets) = (table::find(&tx, name).await?, table::secrets(&tx, name).await?);
        let people = self.setters(identity, kept.as_slice(), &secrets).await?;
        let secrets: Vec<&ConnectorSecret> = secrets.iter().collect();
        let mut told = head(&connector, kept.as_ref(), &secrets, &people, locale);
        told["operations"] = connector.operations.values().map(|one| operation(one, locale)).collect();
        Ok(told)
    }

    async fn setters(
        &self,
        identity: &Arc<Identity>,
        kept: &[Kept],
        secrets: &[ConnectorSecret],
    ) -> Result<People> {
        let ids = kept.iter().filter_map(|kept| kept.changed_by);
        let ids = ids.chain(secrets.iter().filter_map(|secret| secret.set_by));
        read::people(&self.reading(identity), ids.collect::<Vec<_>>()).await
    }

    /// Asks something of another system at once, on record: for administrators. Answers its status and what is taken from
    /// its answer.
    ///
    /// # Errors
    /// `not_permitted`, `not_found`, findings about the parameters, `connector_failed` where it was not done.
    pub async fn try_connector(
        &self,
        identity: &Identity,
        (name, operation): (&str, &str),
        parameters: &Json,
        key: &str,
        from: &Origin,
    ) -> Result<Json> {
        let connector = self.connector_for(identity, "try", name)?;
        if !connector.operations.contains_key(operation) {
            return Err(Box::new(Diagnostic::new(Code::NotFound)));
        }
        let full = format!("{}.{operation}", connector.name);
        let call = self.prepare_call_of(&self.published(), &full, None, parameters)?;
        let ended = self.make_call(&call, key).await;
        self.tell_try(identity, &call, &ended, from).await?;
        match ended {
            Ended::Had(mut answer) => {
                Ok(json!({"status": answer["status"].take(), "values": answer["values"].take()}))
            }
            Ended::ForGood(reason) | Ended::ForNow(reason, _) | Ended::Unknown(reason) => {
                let found = Diagnostic::new(Code::ConnectorFailed).with("connector", full);
                Err(Box::new(found.with("reason", reason)))
            }
        }
    }

    async fn tell_try(
        &self,
        identity: &Identity,
        call: &ConnectorCall,
        ended: &Ended,
        from: &Origin,
    ) -> Result<()> {
        let what = json!({"connector": call.connector, "operation": call.operation, "outcome": ended.name()});
        let told = entry("connector.tried", self.now(), Some(identity.actor.id), None, from, what);
        let pen = self.pen().clone();
        self.database()
            .write(move |tx| {
                let (pen, told) = (pen.clone(), told.clone());
                async move { audit::insert(&tx, &pen, &[told]).await }
            })
            .await
    }
}

/// A connector and what is set of it.
fn head(
    connector: &Connector,
    kept: Option<&Kept>,
    secrets: &[&ConnectorSecret],
    people: &People,
    locale: Locale,
) -> Json {
    let said = kept.map(|kept| settings(&kept.settings)).unwrap_or_default();
    let by_definition = AtSite::of(connector, Settings::default(), Default::default());
    let at_site = AtSite::of(connector, said.clone(), Default::default());
    let secret = |name: &Arc<str>| {
        let kept = secrets.iter().find(|secret| *secret.name == **name);
        json!({
            "name": name,
            "set": kept.is_some(),
            "set_at": kept.map(|kept| kept.set_at),
            "set_by": people.of(kept.and_then(|kept| kept.set_by)),
        })
    };
    let (kind, is_mail) = match connector.connection {
        Connection::Http(_) => ("http", false),
        Connection::Smtp(_) => ("smtp", true),
        Connection::Imap(_) => ("imap", false),
    };
    let all_set = connector.secrets.iter().all(|name| secrets.iter().any(|secret| *secret.name == **name));
    let ready = all_set && at_site.url.is_some() && (!is_mail || at_site.from.is_some());
    let short = connector.name.rsplit('.').next().unwrap_or_default();
    json!({
        "name": connector.name,
        "label": Text::or_name(connector.label.as_ref(), locale, short),
        "description": connector.description.as_ref().and_then(|text| text.get(locale)),
        "kind": kind,
        "ready": ready,
        "definition": {"url": by_definition.url, "user": by_definition.user, "from": by_definition.from},
        "settings": {"url": said.url, "user": said.user, "from": said.from},
        "changed_at": kept.and_then(|kept| kept.changed_at),
        "changed_by": people.of(kept.and_then(|kept| kept.changed_by)),
        "secrets": connector.secrets.iter().map(secret).collect::<Vec<_>>(),
        "used_at": kept.and_then(|kept| kept.used_at),
        "used_operation": kept.and_then(|kept| kept.used_operation.as_ref()),
        "used_outcome": kept.and_then(|kept| kept.used_outcome.as_ref()),
    })
}

fn operation(operation: &Operation, locale: Locale) -> Json {
    let (method, path) = match &operation.ask {
        Ask::Mail => (None, None),
        Ask::Http(ask) => {
            let part = |part: &PathPart| match part {
                PathPart::Text(text) => text.clone(),
                PathPart::Parameter(name) => format!("{{{name}}}"),
            };
            (Some(ask.method.name()), Some(ask.path.iter().map(part).collect::<String>()))
        }
    };
    let parameter = |(name, parameter): (&Arc<str>, &Parameter)| {
        json!({
            "name": name,
            "label": Text::or_name(parameter.label.as_ref(), locale, name),
            "help": parameter.help.as_ref().and_then(|text| text.get(locale)),
            "type": parameter.kind.name(),
            "required": parameter.required,
        })
    };
    let answer = operation.answer.iter().map(|(name, part)| {
        json!({
            "name": name,
            "label": Text::or_name(part.label.as_ref(), locale, name),
            "type": part.r#type.name(),
        })
    });
    json!({
        "name": operation.name,
        "label": Text::or_name(operation.label.as_ref(), locale, &operation.name),
        "description": operation.description.as_ref().and_then(|text| text.get(locale)),
        "method": method,
        "path": path,
        "retry": operation.retry.name(),
        "parameters": operation.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "answer": answer.collect::<Vec<_>>(),
    })
}
