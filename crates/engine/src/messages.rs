//! Messages on their way into the outbox, in the transaction of what causes them: rendered in the language of
//! whoever gets them, with what that person may see.
//!
//! Read in this order: the messages here, then `shown` (what templates show) and `thread` (what a mail
//! goes on from).

mod shown;
mod thread;

use crate::caller::Identity;
use crate::engine::internal;
use crate::mail::Mail;
use crate::outbound::{Call, Uncalled};
use crate::outbox::{CONNECTOR, HTTP, MAIL, NOTIFY, effect, sealed};
use crate::templates::Templates;
use crate::work::Work;
use chrono_tz::Tz;
use diagnostic::{Code, Diagnostic, Locale, Result, Text, did_you_mean};
use plan::Row;
use script::template::{Rendered, Rendering};
use script::{Message, Receiver};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use shown::Gathering;
use std::sync::Arc;
use storage::store::{effect as table, mail as told};
use uuid::Uuid;

/// A notification on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    /// Who gets it.
    pub user: Uuid,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// The record it is about.
    pub about: Option<(String, Uuid)>,
}

/// Who reads a message.
pub(crate) struct Reader {
    row: Option<Row>,
    /// With what rights.
    pub identity: Arc<Identity>,
    /// In which language.
    pub locale: Locale,
    zone: Tz,
}

impl Work {
    /// Puts a mail into the outbox.
    ///
    /// # Errors
    /// `effect_refused` where nobody could send it, what its template refuses.
    pub(crate) async fn put_mail(&self, to: &Receiver, message: &Message, pack: Option<&str>) -> Result<()> {
        let reader = match to {
            Receiver::User(id) => self.reader(*id).await?,
            Receiver::Address(_) => self.stranger()?,
        };
        let said = self.said(message, &reader, pack).await?;
        let text = |name: &str| reader.row.as_ref().and_then(|row| row.get(name).as_text());
        let to = match to {
            Receiver::Address(address) => address.clone(),
            Receiver::User(_) => match text("email") {
                Some(address) => address.to_owned(),
                None => return Err(refused("mail", "the user has no address")),
            },
        };
        let thread = match &message.about {
            Some((object, record)) => self.thread(&to, object, *record).await?,
            None => Vec::new(),
        };
        let mail = Mail {
            to,
            name: text("name").map(str::to_owned),
            subject: said.subject,
            text: said.text,
            html: said.html,
            thread,
            until: None,
        };
        let made = mail.effect(&key("mail"), self.engine.secret(), self.bindings.now)?;
        if let Some((object, record)) = &message.about {
            self.tell_of(made.id, mail, object, *record).await?;
        }
        table::insert(&self.tx, &[made]).await
    }

    /// Keeps for the timeline of a record to whom a mail went and what it was about; what it says is its receiver's.
    async fn tell_of(&self, id: Uuid, mail: Mail, object: &str, record: Uuid) -> Result<()> {
        let head = Mail { text: String::new(), html: None, ..mail };
        let actor = self.identity.actor.id;
        let told = told::Mail {
            id,
            object: object.to_owned(),
            record,
            kind: MAIL.to_owned(),
            payload: sealed(id, MAIL, &head, self.engine.secret())?,
            by: (!actor.is_nil()).then_some(actor),
            at: self.bindings.now,
        };
        told::insert(&self.tx, &told).await
    }

    /// Puts a notification into the outbox.
    ///
    /// # Errors
    /// As [`Work::put_mail`].
    pub(crate) async fn put_notification(
        &self,
        user: Uuid,
        message: &Message,
        pack: Option<&str>,
    ) -> Result<()> {
        let reader = self.reader(user).await?;
        let said = self.said(message, &reader, pack).await?;
        let about = message.about.as_ref().map(|(object, id)| (object.to_string(), *id));
        let notice = Notice { user, subject: said.subject, text: said.text, about };
        let made = effect(NOTIFY, &notice, &key(NOTIFY), self.engine.secret(), self.bindings.now)?;
        table::insert(&self.tx, &[made]).await
    }

    /// Puts a call of another machine into the outbox; answers the effect's id.
    ///
    /// # Errors
    /// `effect_refused` for one that could never be made.
    pub(crate) async fn put_call(&self, given: &Json) -> Result<Uuid> {
        let call = call_of(given)?;
        self.engine.outbound().check(&call).map_err(|wrong| match wrong {
            Uncalled::Refused(reason) | Uncalled::Unreached(reason) | Uncalled::Failed(reason) => {
                refused("call", &reason)
            }
        })?;
        let made = effect(HTTP, &call, &key(HTTP), self.engine.secret(), self.bindings.now)?;
        let id = made.id;
        table::insert(&self.tx, &[made]).await?;
        Ok(id)
    }

    /// Puts a call of an operation of a connector into the outbox; answers the effect's id.
    ///
    /// # Errors
    /// As [`crate::Engine::prepare_call`].
    pub(crate) async fn put_operation(&self, name: &str, values: &Json, pack: Option<&str>) -> Result<Uuid> {
        let call = self.engine.prepare_call_of(&self.published, name, pack, values)?;
        let made = call.effect(&key(CONNECTOR), self.engine.secret(), self.bindings.now)?;
        let id = made.id;
        table::insert(&self.tx, &[made]).await?;
        Ok(id)
    }

    /// What a message says to its reader.
    async fn said(&self, message: &Message, reader: &Reader, pack: Option<&str>) -> Result<Rendered> {
        let Some(name) = &message.template else {
            let words = |json: &Json| match json {
                Json::Null => Ok(String::new()),
                json => match serde_json::from_value::<Text>(json.clone()) {
                    Ok(text) => Ok(text.get(reader.locale).unwrap_or_default().to_owned()),
                    Err(_) => Err(refused("message", "text or a map of languages is expected")),
                },
            };
            return Ok(Rendered {
                subject: words(&message.subject)?,
                text: words(&message.text)?,
                html: None,
            });
        };
        let templates: &Templates = self.published.templates();
        let prepared = templates.get(name, pack)?;
        let mut data = shown::values(&prepared.template.values, &message.values)?;
        if let Some(object) = &prepared.template.object {
            let Some((_, id)) = message.about.as_ref().filter(|(about, _)| about == object) else {
                return Err(refused("message", &format!("template `{name}` is about a record of {object}")));
            };
            let reading = self.seen_by(reader.identity.clone());
            let record = Gathering::new(&reading, reader.locale).record(object, *id, &prepared.needs).await?;
            data.insert("record".to_owned(), record);
        }
        data.insert("user".to_owned(), shown::user(reader.row.as_ref()));
        data.insert("site".to_owned(), self.site());
        let how = Rendering { html: false, locale: reader.locale, zone: reader.zone };
        templates.render(prepared, &Json::Object(data), how)
    }

    fn site(&self) -> Json {
        json!({
            "address": self.engine.public_address(),
            "today": self.engine.day_of(self.bindings.now).to_string(),
        })
    }

    /// A user who gets something: rendered with that user's rights.
    pub(crate) async fn reader(&self, id: Uuid) -> Result<Reader> {
        let users = self.published.object("base.user")?;
        let row = self.rows().load(users, id).await?;
        let row = row.ok_or_else(|| refused("message", "there is no such user"))?;
        let identity = match self.engine.identity(id, None).await {
            Ok(identity) => identity,
            Err(found) if found.code == Code::Unauthenticated => {
                return Err(refused("message", "the user is not active"));
            }
            Err(found) => return Err(found),
        };
        let site = self.engine.site();
        let locale = row.get("locale").as_text().and_then(Locale::from_tag).unwrap_or(site.locale);
        let zone = row.get("time_zone").as_text().and_then(|name| name.parse().ok());
        let zone = zone.unwrap_or(site.time_zone);
        Ok(Reader { row: Some(row), identity, locale, zone })
    }

    /// Somebody of whom only an address is known: sees what the sender may see, in the site's language.
    fn stranger(&self) -> Result<Reader> {
        let site = self.engine.site();
        Ok(Reader {
            row: None,
            identity: self.identity.clone(),
            locale: site.locale,
            zone: shown::zone(&site.time_zone_name)?,
        })
    }
}

/// `{method, url, headers, body}`; a body that is no text is JSON.
fn call_of(given: &Json) -> Result<Call> {
    const KEYS: [&str; 4] = ["method", "url", "headers", "body"];
    let none = Map::new();
    let map = given.as_object().unwrap_or(&none);
    if let Some(odd) = map.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let found = Diagnostic::new(Code::UnknownKey).with("key", odd);
        return Err(Box::new(found.with_hint(did_you_mean(odd, KEYS))));
    }
    let text = |key: &str| match map.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(refused("call", &format!("`{key}` is text"))),
    };
    let url = text("url")?.ok_or_else(|| refused("call", "`url` is missing"))?;
    let mut headers = Vec::new();
    match map.get("headers") {
        None | Some(Json::Null) => {}
        Some(Json::Object(given)) => {
            for (name, value) in given {
                let value =
                    value.as_str().ok_or_else(|| refused("call", "the values of headers are text"))?;
                headers.push((name.clone(), value.to_owned()));
            }
        }
        Some(_) => return Err(refused("call", "`headers` is a map")),
    }
    let body = match map.get("body") {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(json) => {
            if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
            }
            serde_json::to_string(json).map_err(|error| internal("a call's body", &error))?
        }
    };
    let usual = if map.contains_key("body") { "POST" } else { "GET" };
    Ok(Call { method: text("method")?.unwrap_or_else(|| usual.to_owned()), url, headers, body })
}

/// Every message of a script is one of its own.
fn key(kind: &str) -> String {
    format!("{kind}/{}", Uuid::now_v7())
}

fn refused(what: &str, reason: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::EffectRefused).with("what", what).with("reason", reason))
}
