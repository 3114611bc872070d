//! The call is made: the address and the secrets of the site are put to it, and its answer is judged.

use super::answer;
use super::hush::Hush;
use super::prepare::{Asked, ConnectorCall, address};
use super::site::AtSite;
use crate::ended::{Ended, busy, kept};
use crate::engine::Engine;
use crate::mail::Mail;
use crate::mailer::Mailer;
use crate::outbound::{Answer, Call, Uncalled};
use crate::signature::sign;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::{Connection, Connector, Operation};
use definition::connector::{HttpConnection, Retry, SmtpConnection};
use diagnostic::Result;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use storage::store::connector as table;
use uuid::{Builder, Uuid};

/// How long an answer may take where the definition says nothing.
const USUAL: Duration = Duration::from_secs(30);
/// The header by which another system recognises a repetition.
const KEY: &str = "idempotency-key";

/// What a call comes to once the site has had its say; why it cannot be made now.
type Said<T> = std::result::Result<T, String>;

impl Engine {
    /// Makes a call. The key is the same for every attempt at the same thing: operations that are `keyed` send it, and a
    /// mail is recognised by it. Outside of any transaction; nothing that is told of the end repeats a secret.
    pub async fn make_call(&self, call: &ConnectorCall, key: &str) -> Ended {
        let published = self.published();
        let known = published.catalog.connectors.get(&call.connector);
        let operation =
            known.and_then(|connector| Some((connector, connector.operations.get(&call.operation)?)));
        let Some((connector, operation)) = operation else {
            return Ended::ForGood(format!("there is no operation {} any more", call.name()));
        };
        let site = match self.connector_at_site(connector).await {
            Ok(site) => site,
            Err(found) => return Ended::ForNow(found.to_string(), None),
        };
        let ended = match (&connector.connection, &call.asked) {
            (Connection::Http(http), Asked::Http { .. }) => {
                self.call_http(http, operation, &site, call, key).await
            }
            (Connection::Smtp(smtp), Asked::Mail(mail)) => self.call_smtp(smtp, &site, mail, key).await,
            _ => return Ended::ForGood(format!("{} is reached in another way now", connector.name)),
        };
        self.note_use(connector, operation, &ended).await;
        ended
    }

    async fn call_http(
        &self,
        http: &HttpConnection,
        operation: &Operation,
        site: &AtSite,
        call: &ConnectorCall,
        key: &str,
    ) -> Ended {
        let (made, hush) = match self.addressed(http, site, call, key) {
            Ok(made) => made,
            Err(reason) => return Ended::ForNow(reason, None),
        };
        let ended = match self.outbound().call_within(&made, patience(http)).await {
            Ok(answer) => self.judged(operation, call.retry, &answer),
            Err(Uncalled::Refused(reason)) => Ended::ForGood(reason),
            // Nothing was said to it.
            Err(Uncalled::Unreached(reason)) => Ended::ForNow(reason, None),
            Err(Uncalled::Failed(reason)) if call.retry == Retry::Never => Ended::Unknown(reason),
            Err(Uncalled::Failed(reason)) => Ended::ForNow(reason, None),
        };
        match ended {
            Ended::Had(answer) => Ended::Had(hush.json(answer)),
            Ended::ForGood(reason) => Ended::ForGood(hush.text(&reason)),
            Ended::ForNow(reason, after) => Ended::ForNow(hush.text(&reason), after),
            Ended::Unknown(reason) => Ended::Unknown(hush.text(&reason)),
        }
    }

    /// The call with its address, and with what shows who calls; what is not to be repeated of it.
    fn addressed(
        &self,
        http: &HttpConnection,
        site: &AtSite,
        call: &ConnectorCall,
        key: &str,
    ) -> Said<(Call, Hush)> {
        let Asked::Http { method, path, query, headers, body } = &call.asked else {
            return Err("it is no call over HTTP".to_owned());
        };
        let base = site.url.as_ref().ok_or("its address is not set")?;
        let (mut query, mut headers, mut hush) = (query.clone(), headers.clone(), Hush::default());
        if call.retry == Retry::Keyed {
            headers.push((KEY.to_owned(), key.to_owned()));
        }
        if let Some(auth) = &http.auth {
            for (_, name) in auth.secrets() {
                hush.add(site.secret(name)?);
            }
            if let Some(basic) = &auth.basic {
                let user = site.user.as_deref().unwrap_or(&basic.user);
                let both = format!("{user}:{}", site.secret(&basic.secret)?);
                hush.add(&both);
                headers.push(("authorization".to_owned(), format!("Basic {}", STANDARD.encode(both))));
            }
            if let Some(bearer) = &auth.bearer {
                headers
                    .push(("authorization".to_owned(), format!("Bearer {}", site.secret(&bearer.secret)?)));
            }
            if let Some(header) = &auth.header {
                headers.push((header.name.clone(), site.secret(&header.secret)?.to_owned()));
            }
            if let Some(parameter) = &auth.query {
                query.push((parameter.name.clone(), site.secret(&parameter.secret)?.to_owned()));
            }
            if let Some(hmac) = &auth.hmac {
                let signed = sign(site.secret(&hmac.secret)?.as_bytes(), self.now(), body.as_bytes());
                headers.push((hmac.timestamp().to_owned(), signed.timestamp));
                headers.push((hmac.signature().to_owned(), signed.signature));
            }
        }
        let url = address(base, path, &query);
        Ok((Call { method: method.clone(), url, headers, body: body.clone() }, hush))
    }

    /// What an answer means: a peer that is busy is asked again where that may be, one that says no is not.
    fn judged(&self, operation: &Operation, retry: Retry, answer: &Answer) -> Ended {
        let (status, text) = (answer.status, kept(&answer.body));
        if operation.is_ok(status) {
            return match answer::taken(operation, &answer.body) {
                Ok(values) => Ended::Had(json!({"status": status, "values": values, "body": text})),
                // It was done, so asking again would not help.
                Err(reason) => Ended::ForGood(format!("status {status}, but {reason}: {text}")),
            };
        }
        match busy(answer, self.now()) {
            Some(after) if retry != Retry::Never => Ended::ForNow(format!("status {status}: {text}"), after),
            _ => Ended::ForGood(format!("status {status}: {text}")),
        }
    }

    async fn call_smtp(&self, smtp: &SmtpConnection, site: &AtSite, mail: &Mail, key: &str) -> Ended {
        let mut hush = Hush::default();
        let mailer = match self.mailer_of(smtp, site, &mut hush).await {
            Ok(mailer) => mailer,
            Err(ended) => return ended,
        };
        // The same key gives the same `Message-ID`.
        let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        let id: Uuid = Builder::from_random_bytes(id).into_uuid();
        match Ended::from(mailer.send(mail, id, self.now()).await) {
            Ended::Had(_) => Ended::Had(json!({"status": null, "values": {}, "body": ""})),
            Ended::ForGood(reason) => Ended::ForGood(hush.text(&reason)),
            Ended::ForNow(reason, after) => Ended::ForNow(hush.text(&reason), after),
            Ended::Unknown(reason) => Ended::Unknown(hush.text(&reason)),
        }
    }

    /// The way to a mail server, at an address that was judged as every other.
    async fn mailer_of(
        &self,
        smtp: &SmtpConnection,
        site: &AtSite,
        hush: &mut Hush,
    ) -> std::result::Result<Mailer, Ended> {
        let wait = |reason: String| Ended::ForNow(reason, None);
        let url = site.url.as_deref().ok_or_else(|| wait("its address is not set".to_owned()))?;
        let from =
            site.from.as_deref().ok_or_else(|| wait("whom its mails come from is not set".to_owned()))?;
        let account = match &smtp.auth {
            None => None,
            Some(auth) => {
                let password = site.secret(&auth.secret).map_err(wait)?;
                hush.add(password);
                Some((site.user.as_deref().unwrap_or(&auth.user), password))
            }
        };
        Mailer::to_judged(self.outbound(), url, from, account).await.map_err(|wrong| match wrong {
            Uncalled::Refused(reason) => Ended::ForGood(reason),
            Uncalled::Unreached(reason) | Uncalled::Failed(reason) => wait(reason),
        })
    }

    /// How a connector was last used, for administrators. The call was made, whether that can be noted or not.
    async fn note_use(&self, connector: &Arc<Connector>, operation: &Operation, ended: &Ended) {
        let (name, operation, now) = (connector.name.clone(), operation.name.clone(), self.now());
        let outcome = ended.name();
        let noted: Result<()> = self
            .database()
            .write(move |tx| {
                let (name, operation) = (name.clone(), operation.clone());
                async move { table::used(&tx, &name, &operation, outcome, now).await }
            })
            .await;
        if let Err(error) = noted {
            tracing::warn!(%error, "the use of a connector could not be noted");
        }
    }
}

fn patience(http: &HttpConnection) -> Duration {
    let written = http.timeout.as_deref().and_then(|text| calendar::Duration::parse(text).ok());
    let seconds = written.and_then(|length| u64::try_from(length.seconds()).ok());
    seconds.map_or(USUAL, Duration::from_secs)
}
