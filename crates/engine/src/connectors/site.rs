//! What the site says of a connector: another address or account than the definition's, and the secrets.

use crate::caller::Identity;
use crate::engine::Engine;
use crate::identity::trail::{Origin, entry};
use crate::mail_server::{IMAP, Server};
use crate::mailer::Mailer;
use crate::outbound::{Call, Uncalled};
use catalog::{Connection, Connector};
use definition::connector::wrong_base;
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use storage::Tx;
use storage::store::connector::{self as table, ConnectorSecret};
use storage::store::{audit, connector::place};
use uuid::Uuid;

/// What only administrators see.
pub(super) const WHAT: &str = "connectors";
/// Longest secret in bytes.
const LONGEST_SECRET: usize = 4096;

/// What stands in the place of what the definition says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Whom mails come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// A connector as it is reached from this site.
pub(crate) struct AtSite {
    pub url: Option<String>,
    pub user: Option<String>,
    pub from: Option<String>,
    secrets: BTreeMap<String, String>,
}

impl AtSite {
    /// Of what the definition and the site say.
    pub fn of(connector: &Connector, settings: Settings, secrets: BTreeMap<String, String>) -> AtSite {
        let (url, user, from) = match &connector.connection {
            Connection::Http(http) => {
                let basic = http.auth.as_ref().and_then(|auth| auth.basic.as_ref());
                (http.url.clone(), basic.map(|basic| basic.user.clone()), None)
            }
            Connection::Imap(imap) => (imap.url.clone(), Some(imap.auth.user.clone()), None),
            Connection::Smtp(smtp) => {
                (smtp.url.clone(), smtp.auth.as_ref().map(|auth| auth.user.clone()), smtp.from.clone())
            }
        };
        AtSite {
            url: settings.url.or(url),
            user: settings.user.or(user),
            from: settings.from.or(from),
            secrets,
        }
    }

    /// The value of a secret; the reason that there is none.
    pub fn secret(&self, name: &str) -> std::result::Result<&str, String> {
        self.secrets.get(name).map(String::as_str).ok_or_else(|| format!("its secret `{name}` is not set"))
    }
}

impl Engine {
    /// A connector with what the site says of it.
    pub(crate) async fn connector_at_site(&self, connector: &Connector) -> Result<AtSite> {
        let tx = self.database().reader();
        let settings = self.settings_of(&tx, &connector.name).await?;
        let mut secrets = BTreeMap::new();
        for kept in table::secrets(&tx, &connector.name).await? {
            let place = place(&kept.connector, &kept.name);
            let value = self.sealing()?.open(&kept.sealed, kept.id, &place)?;
            secrets.insert(kept.name, value);
        }
        Ok(AtSite::of(connector, settings, secrets))
    }

    async fn settings_of(&self, tx: &Tx, name: &str) -> Result<Settings> {
        let kept = table::find(tx, name).await?;
        Ok(kept.map(|kept| settings(&kept.settings)).unwrap_or_default())
    }

    /// The connector of this full name, for administrators.
    pub(super) fn connector_for(
        &self,
        identity: &Identity,
        action: &str,
        name: &str,
    ) -> Result<Arc<Connector>> {
        identity.must_administer(action, WHAT)?;
        let known = self.published().catalog.connectors.get(name).cloned();
        known.ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))
    }

    /// Says of a connector what stands in the place of its definition; what is not said is as the definition says.
    ///
    /// # Errors
    /// `not_permitted`, `not_found`, `invalid_body` for an address that cannot be used or is not permitted.
    pub async fn set_connector(
        &self,
        identity: &Identity,
        name: &str,
        settings: Settings,
        from: &Origin,
    ) -> Result<()> {
        let connector = self.connector_for(identity, "change", name)?;
        self.check_settings(&connector, &settings)?;
        let (by, now) = (identity.actor.id, self.now());
        let kept = serde_json::to_value(&settings)
            .map_err(|error| crate::engine::internal("settings of a connector", &error))?;
        let told = entry(
            "connector.changed",
            now,
            Some(by),
            None,
            from,
            json!({"connector": connector.name, "settings": kept}),
        );
        self.write_connector(told, move |tx| {
            let (connector, kept) = (connector.clone(), kept.clone());
            async move { table::set(&tx, &connector.name, &kept, known(by), now).await }
        })
        .await
    }

    fn check_settings(&self, connector: &Connector, settings: &Settings) -> Result<()> {
        let wrong = |key: &str, reason: String| {
            let found = Diagnostic::new(Code::InvalidBody).with("reason", format!("`{key}`: {reason}"));
            Err(Box::new(found.at(key)))
        };
        let is_http = matches!(connector.connection, Connection::Http(_));
        let is_smtp = matches!(connector.connection, Connection::Smtp(_));
        if !is_smtp && settings.from.is_some() {
            return wrong("from", "only a mail server that sends has one".to_owned());
        }
        if settings.user.is_some()
            && AtSite::of(connector, Settings::default(), BTreeMap::new()).user.is_none()
        {
            return wrong("user", "the connector has none".to_owned());
        }
        match &settings.url {
            Some(url) if is_http => {
                if let Some([reason, ..]) = wrong_base(url) {
                    return wrong("url", format!("the address {reason}"));
                }
                let call = Call { method: "GET".to_owned(), url: url.clone(), ..Call::default() };
                match self.outbound().check(&call) {
                    Ok(()) => {}
                    Err(
                        Uncalled::Refused(reason) | Uncalled::Unreached(reason) | Uncalled::Failed(reason),
                    ) => {
                        return wrong("url", reason);
                    }
                }
            }
            Some(url) if !is_smtp => {
                if let Err(reason) = Server::read(IMAP, url) {
                    return wrong("url", reason);
                }
            }
            _ => {}
        }
        if is_smtp
            && let Err((key, reason)) = Mailer::check(settings.url.as_deref(), settings.from.as_deref())
        {
            return wrong(key, reason);
        }
        Ok(())
    }

    /// Sets a secret of a connector; nobody reads it any more, but the calls that need it.
    ///
    /// # Errors
    /// `not_permitted`, `not_found`, `invalid_body` for a value that nobody could send.
    pub async fn set_connector_secret(
        &self,
        identity: &Identity,
        name: &str,
        secret: &str,
        value: &str,
        from: &Origin,
    ) -> Result<()> {
        let connector = self.connector_for(identity, "change", name)?;
        let secret = named(&connector, secret)?;
        if value.is_empty() || value.len() > LONGEST_SECRET || value.chars().any(char::is_control) {
            let reason = format!("`value`: 1 to {LONGEST_SECRET} bytes of one line are expected");
            return Err(Box::new(Diagnostic::new(Code::InvalidBody).with("reason", reason).at("value")));
        }
        let (id, by, now) = (Uuid::now_v7(), identity.actor.id, self.now());
        let kept = ConnectorSecret {
            id,
            connector: connector.name.to_string(),
            name: secret.to_string(),
            sealed: self.sealing()?.seal(value, id, &place(&connector.name, &secret))?,
            set_at: now,
            set_by: known(by),
        };
        let what = json!({"connector": connector.name, "secret": secret});
        let told = entry("connector.secret_set", now, Some(by), None, from, what);
        self.write_connector(told, move |tx| {
            let kept = kept.clone();
            async move { table::keep(&tx, &kept).await }
        })
        .await
    }

    /// Forgets a secret of a connector.
    ///
    /// # Errors
    /// `not_permitted`, `not_found`, also where it is not set.
    pub async fn remove_connector_secret(
        &self,
        identity: &Identity,
        name: &str,
        secret: &str,
        from: &Origin,
    ) -> Result<()> {
        let connector = self.connector_for(identity, "change", name)?;
        let (by, now) = (identity.actor.id, self.now());
        let what = json!({"connector": connector.name, "secret": secret});
        let told = entry("connector.secret_removed", now, Some(by), None, from, what);
        let secret = secret.to_owned();
        self.write_connector(told, move |tx| {
            let (connector, secret) = (connector.clone(), secret.clone());
            async move {
                match table::remove(&tx, &connector.name, &secret).await? {
                    true => Ok(()),
                    false => Err(Box::new(Diagnostic::new(Code::NotFound))),
                }
            }
        })
        .await
    }

    /// Writes what the site says of a connector, on record.
    async fn write_connector<F, W>(&self, told: audit::Entry, write: F) -> Result<()>
    where
        F: Fn(Tx) -> W + Send + Sync + 'static,
        W: Future<Output = Result<()>> + Send + 'static,
    {
        let (pen, write) = (self.pen().clone(), Arc::new(write));
        self.database()
            .write(move |tx| {
                let (pen, told, write) = (pen.clone(), told.clone(), write.clone());
                async move {
                    write(tx.clone()).await?;
                    audit::insert(&tx, &pen, &[told]).await
                }
            })
            .await
    }
}

/// What is kept of settings.
pub(super) fn settings(kept: &Json) -> Settings {
    serde_json::from_value(kept.clone()).unwrap_or_default()
}

/// A secret that the connector needs.
fn named(connector: &Connector, secret: &str) -> Result<Arc<str>> {
    let known = connector.secrets.iter().find(|name| ***name == *secret).cloned();
    known.ok_or_else(|| {
        let hint = did_you_mean(secret, connector.secrets.iter().map(|name| &**name));
        Box::new(Diagnostic::new(Code::NotFound).with_hint(hint))
    })
}

fn known(user: Uuid) -> Option<Uuid> {
    (!user.is_nil()).then_some(user)
}
