//! Webhooks: other systems set off automations, with signed messages.
//!
//! Whoever cannot sign learns nothing: not whether there is such a webhook, nor what it takes.

use crate::caller::Identity;
use crate::engine::Engine;
use crate::flow::automation::{Cause, set_off_alone};
use crate::flow::variable;
use crate::identity::trail::{Origin, entry};
use crate::parameters;
use crate::records::read;
use crate::signature::{Proof, Signature, verify};
use diagnostic::{Code, Diagnostic, Locale, Result, Text};
use plan::planner::Mode;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use storage::store::audit;
use storage::store::connector::{self as table, ConnectorSecret, place};
use uuid::Uuid;
use workflow::Flow;

/// What only administrators see.
const WHAT: &str = "webhooks";
/// What the secret of a webhook is called, beside those of connectors: no connector can call one so.
const SECRET: &str = "@webhook";
/// The shortest secret, in bytes.
const SHORTEST: usize = 16;
/// The longest one.
const LONGEST: usize = 4096;
/// Longest key under which a sender repeats a message, in bytes.
const LONGEST_KEY: usize = 200;

impl Engine {
    /// Takes a message: its automation starts, once for a key of the sender, and without one once for a message.
    ///
    /// # Errors
    /// `invalid_message` for one that is not proven, and for a webhook that is not there or has no secret;
    /// `invalid_body` and findings about what it holds.
    pub async fn take_message(
        &self,
        workflow: &str,
        said: &Signature,
        body: &[u8],
        key: Option<&str>,
    ) -> Result<()> {
        let now = self.now();
        let published = self.published();
        let flow = published.flow(workflow).filter(|flow| flow.trigger.webhook.is_some()).cloned();
        let secret = self.webhook_secret(workflow).await?;
        // An unknown webhook costs a signature too.
        let proof = verify(secret.as_deref().unwrap_or_default().as_bytes(), said, body, now);
        let unproven = || Box::new(Diagnostic::new(Code::InvalidMessage));
        let (Ok(proof), Some(_), Some(flow)) = (proof, secret, flow) else { return Err(unproven()) };
        let variables = variables(&flow, body)?;
        let key = match key {
            Some(key) if key.is_empty() || key.len() > LONGEST_KEY => {
                let reason = format!("`Idempotency-Key`: 1 to {LONGEST_KEY} bytes are expected");
                return Err(Box::new(Diagnostic::new(Code::InvalidBody).with("reason", reason)));
            }
            Some(key) => key.to_owned(),
            None => Uuid::now_v7().to_string(),
        };
        let key = format!("webhook/{}/{key}", flow.name);
        self.transact(self.system(), Mode::System, true, move |work| {
            let (flow, proof, key): (Arc<Flow>, Proof, String) = (flow.clone(), proof.clone(), key.clone());
            let variables = variables.clone();
            async move {
                // Whoever hears a message may say it again: nothing comes of that.
                if !proof.take(&work.tx, &flow.name, now).await? {
                    return Ok(());
                }
                let cause = Cause { variables, ..Cause::of_time(key) };
                Box::pin(set_off_alone(&work, &flow, now, cause)).await
            }
        })
        .await
    }

    async fn webhook_secret(&self, workflow: &str) -> Result<Option<String>> {
        let kept = table::secrets(&self.database().reader(), workflow).await?;
        let Some(kept) = kept.into_iter().find(|kept| kept.name == SECRET) else { return Ok(None) };
        self.sealing()?.open(&kept.sealed, kept.id, &place(&kept.connector, &kept.name)).map(Some)
    }

    /// All webhooks, what they take and whether their secrets are set: for administrators.
    ///
    /// # Errors
    /// `not_permitted`, and what the database refuses.
    pub async fn webhooks(&self, identity: &Arc<Identity>, locale: Locale) -> Result<Vec<Json>> {
        identity.must_administer("list", WHAT)?;
        let secrets = table::all_secrets(&self.database().reader()).await?;
        let secrets: Vec<_> = secrets.into_iter().filter(|secret| secret.name == SECRET).collect();
        let setters = secrets.iter().filter_map(|secret| secret.set_by).collect::<Vec<_>>();
        let people = read::people(&self.reading(identity), setters).await?;
        let published = self.published();
        let mut flows: Vec<_> = published.flows().collect();
        flows.sort_by(|a, b| a.name.cmp(&b.name));
        let told = flows.into_iter().filter_map(|flow| {
            let sent = flow.trigger.webhook.as_ref()?;
            let kept = secrets.iter().find(|secret| *secret.connector == *flow.name);
            let short = flow.name.rsplit('.').next().unwrap_or_default();
            let label = published.catalog.workflows.get(&flow.name).and_then(|one| one.label.as_ref());
            let parameters = sent.iter().map(|(name, one)| {
                let label = Text::or_name(one.label.as_ref(), locale, name);
                json!({"name": name, "label": label, "type": one.kind.name(), "required": one.required})
            });
            Some(json!({
                "workflow": flow.name,
                "label": Text::or_name(label, locale, short),
                "parameters": parameters.collect::<Vec<_>>(),
                "set": kept.is_some(),
                "set_at": kept.map(|kept| kept.set_at),
                "set_by": people.of(kept.and_then(|kept| kept.set_by)),
            }))
        });
        Ok(told.collect())
    }

    /// Sets the secret of a webhook, or forgets it: its messages are refused then.
    ///
    /// # Errors
    /// `not_permitted`, `not_found`, `invalid_body` for a secret that is too short.
    pub async fn set_webhook_secret(
        &self,
        identity: &Identity,
        workflow: &str,
        value: Option<&str>,
        from: &Origin,
    ) -> Result<()> {
        identity.must_administer("change", WHAT)?;
        let published = self.published();
        let flow = published.flow(workflow).filter(|flow| flow.trigger.webhook.is_some());
        let name = flow.map(|flow| flow.name.clone()).ok_or_else(|| Diagnostic::new(Code::NotFound))?;
        let (id, by, now) = (Uuid::now_v7(), identity.actor.id, self.now());
        let kept = match value {
            Some(value) if !(SHORTEST..=LONGEST).contains(&value.len()) => {
                let reason = format!("`value`: {SHORTEST} to {LONGEST} bytes are expected");
                return Err(Box::new(Diagnostic::new(Code::InvalidBody).with("reason", reason).at("value")));
            }
            Some(value) => Some(ConnectorSecret {
                id,
                connector: name.to_string(),
                name: SECRET.to_owned(),
                sealed: self.sealing()?.seal(value, id, &place(&name, SECRET))?,
                set_at: now,
                set_by: (!by.is_nil()).then_some(by),
            }),
            None => None,
        };
        let what = if kept.is_some() { "webhook.secret_set" } else { "webhook.secret_removed" };
        let told = entry(what, now, Some(by), None, from, json!({"workflow": name}));
        let pen = self.pen().clone();
        self.database()
            .write(move |tx| {
                let (name, kept, told, pen) = (name.clone(), kept.clone(), told.clone(), pen.clone());
                async move {
                    match &kept {
                        Some(kept) => table::keep(&tx, kept).await?,
                        None if table::remove(&tx, &name, SECRET).await? => {}
                        None => return Err(Box::new(Diagnostic::new(Code::NotFound))),
                    }
                    audit::insert(&tx, &pen, &[told]).await
                }
            })
            .await
    }
}

/// What a message holds, as the variables of its flow.
fn variables(flow: &Flow, body: &[u8]) -> Result<BTreeMap<Arc<str>, Json>> {
    let json: Json = match body.is_empty() {
        true => Json::Null,
        false => serde_json::from_slice(body).map_err(|error| {
            Diagnostic::new(Code::InvalidBody).with("reason", format!("it is no JSON: {error}"))
        })?,
    };
    let none = Default::default();
    let read = parameters::read(flow.trigger.webhook.as_ref().unwrap_or(&none), &json)?;
    Ok(read.into_iter().map(|(name, value)| (name, variable::kept(&value))).collect())
}
