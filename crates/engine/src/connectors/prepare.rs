//! Values become a call: checked, complete but for what the site says, and without any secret.

use super::fill::{Values, refused};
use crate::engine::{Engine, internal};
use crate::mail::Mail;
use crate::outbound::{Call, Uncalled};
use crate::outbox::{CONNECTOR, effect};
use crate::parameters;
use crate::published::Published;
use catalog::{Ask, Connector, HttpAsk, Operation};
use chrono::{DateTime, Utc};
use definition::connector::{BodyForm, Retry, is_header_value};
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use expression::json::value_to_json;
use expression::{Clock, Value};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::sync::Arc;
use storage::secret::Secret;
use storage::store::effect::Effect;
use url::form_urlencoded::Serializer;

/// Stands for the address of a connector while a call is checked.
const SOMEWHERE: &str = "https://connector.invalid";

/// Something that is asked of another system. It holds no secret and no address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectorCall {
    /// The connector's full name.
    pub connector: Arc<str>,
    /// The operation.
    pub operation: Arc<str>,
    /// Whether it may be asked again, as it was when it was prepared.
    pub retry: Retry,
    /// What is said.
    pub asked: Asked,
}

/// What is said to another system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// A call over HTTP: its address is that of the connector, then `path`, then `query`.
    Http {
        /// The method.
        method: String,
        /// What follows the address of the connector, escaped.
        path: String,
        /// Parameters of the address.
        query: Vec<(String, String)>,
        /// Headers.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// A mail.
    Mail(Mail),
}

impl ConnectorCall {
    /// What is called, for people: `crm.erp.create_quote`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.connector, self.operation)
    }

    /// The effect that makes the call, once under this key.
    ///
    /// # Errors
    /// `internal` where it cannot be sealed.
    pub fn effect(&self, key: &str, secret: Option<&Secret>, now: DateTime<Utc>) -> Result<Effect> {
        let at_most_once = self.retry == Retry::Never;
        Ok(Effect { at_most_once, ..effect(CONNECTOR, self, key, secret, now)? })
    }
}

impl Engine {
    /// A call of the operation `connector.operation`, in full or as the pack names it, from values that expressions
    /// yield. Needs no database.
    ///
    /// # Errors
    /// `unknown_reference`, findings about the values, `effect_refused` for what could never be sent.
    pub fn prepare_call(
        &self,
        published: &Published,
        operation: &str,
        pack: Option<&str>,
        values: &IndexMap<Arc<str>, Value>,
    ) -> Result<ConnectorCall> {
        let json = values.iter().map(|(name, value)| (name.to_string(), value_to_json(value))).collect();
        self.prepare_call_of(published, operation, pack, &Json::Object(json))
    }

    /// As [`Engine::prepare_call`], from values as the API takes them.
    ///
    /// # Errors
    /// As [`Engine::prepare_call`].
    pub fn prepare_call_of(
        &self,
        published: &Published,
        operation: &str,
        pack: Option<&str>,
        values: &Json,
    ) -> Result<ConnectorCall> {
        let known = published.catalog.operation(operation, pack);
        let (connector, operation) = known.ok_or_else(|| unknown(published, operation, pack))?;
        let values = parameters::read(&operation.parameters, values)?;
        let asked = match &operation.ask {
            Ask::Mail => Asked::Mail(mail(&values)?),
            Ask::Http(ask) => {
                let clock = Clock { now: self.now(), zone: self.site().time_zone };
                self.asked(ask, &Values { values: &values, clock, decimals: ask.decimals })?
            }
        };
        Ok(call(connector, operation, asked))
    }

    fn asked(&self, ask: &HttpAsk, values: &Values<'_>) -> Result<Asked> {
        let (mut query, mut headers) = (Vec::new(), Vec::new());
        for (name, filling) in &ask.query {
            query.extend(values.text(filling)?.map(|value| (name.clone(), value)));
        }
        for (name, filling) in &ask.headers {
            let Some(value) = values.text(filling)? else { continue };
            if !is_header_value(&value) {
                return Err(refused(&format!("header `{name}` is one line of ASCII")));
            }
            headers.push((name.clone(), value));
        }
        let body = body(ask, values)?;
        if let Some((kind, _)) = &body
            && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            headers.push(("content-type".to_owned(), (*kind).to_owned()));
        }
        let call = Call {
            method: ask.method.name().to_owned(),
            url: address(SOMEWHERE, &values.path(&ask.path)?, &query),
            headers,
            body: body.map(|(_, text)| text).unwrap_or_default(),
        };
        self.outbound().check(&call).map_err(|wrong| match wrong {
            Uncalled::Refused(reason) | Uncalled::Unreached(reason) | Uncalled::Failed(reason) => {
                refused(&reason)
            }
        })?;
        let Call { method, headers, body, .. } = call;
        Ok(Asked::Http { method, path: values.path(&ask.path)?, query, headers, body })
    }
}

fn call(connector: &Connector, operation: &Operation, asked: Asked) -> ConnectorCall {
    let (connector, operation, retry) = (connector.name.clone(), operation.name.clone(), operation.retry);
    ConnectorCall { connector, operation, retry, asked }
}

/// An address: that of the connector, a path below it, parameters.
pub(super) fn address(base: &str, path: &str, query: &[(String, String)]) -> String {
    let mut url = format!("{}{path}", base.trim_end_matches('/'));
    if !query.is_empty() {
        url.push('?');
        url.push_str(&Serializer::new(String::new()).extend_pairs(query).finish());
    }
    url
}

/// The body and what it is.
fn body(ask: &HttpAsk, values: &Values<'_>) -> Result<Option<(&'static str, String)>> {
    let Some(filling) = &ask.body else { return Ok(None) };
    Ok(Some(match (ask.body_as, filling) {
        (BodyForm::Form, catalog::Filling::Map(map)) => {
            let mut form = Serializer::new(String::new());
            for (name, filling) in map {
                if let Some(value) = values.text(filling)? {
                    form.append_pair(name, &value);
                }
            }
            ("application/x-www-form-urlencoded", form.finish())
        }
        (BodyForm::Form, catalog::Filling::Fixed(Json::Object(map))) => {
            let fixed = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
            let pairs = map.iter().map(|(name, json)| (name, fixed(json)));
            ("application/x-www-form-urlencoded", Serializer::new(String::new()).extend_pairs(pairs).finish())
        }
        _ => {
            let text = serde_json::to_string(&values.json(filling)?);
            ("application/json", text.map_err(|error| internal("a call's body", &error))?)
        }
    }))
}

/// The mail that a mail server is asked to send.
fn mail(values: &IndexMap<Arc<str>, Value>) -> Result<Mail> {
    let text = |name: &str| values.get(name).and_then(Value::as_text).map(str::to_owned);
    let mail = Mail {
        to: text("to").unwrap_or_default(),
        name: text("name"),
        subject: text("subject").unwrap_or_default(),
        text: text("text").unwrap_or_default(),
        html: text("html"),
        ..Mail::default()
    };
    mail.check()?;
    Ok(mail)
}

fn unknown(published: &Published, name: &str, pack: Option<&str>) -> Box<Diagnostic> {
    let own = |connector: &str| {
        pack.and_then(|pack| connector.strip_prefix(pack)?.strip_prefix('.').map(str::to_owned))
    };
    let all = published.catalog.connectors.values().flat_map(|connector| {
        let spelt = own(&connector.name).unwrap_or_else(|| connector.name.to_string());
        connector.operations.keys().map(move |operation| format!("{spelt}.{operation}"))
    });
    let all: Vec<String> = all.collect();
    let hint = did_you_mean(name, all.iter().map(String::as_str));
    let found = Diagnostic::new(Code::UnknownReference).with("what", "operation").with("name", name);
    Box::new(found.with_hint(hint))
}
