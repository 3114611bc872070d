//! Another key for encrypted fields, while the site is in use: new values are written under it at once, older ones
//! follow in small transactions. Whoever dies in between leaves values under both keys, which both open.

use crate::engine::Engine;
use crate::identity::second_factor::SEALED_AS;
use diagnostic::{Code, Diagnostic, Result};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;
use storage::reseal;
use storage::secret::{CURRENT_META, Secret};
use storage::store::audit;
use storage::system;
use uuid::Uuid;

/// How long other processes may take to hear of the key.
const NEWS: Duration = Duration::from_millis(1500);
/// Rounds over all values at most: each finds what a process wrote that heard of the key late.
const ROUNDS: usize = 20;

impl Engine {
    fn keys(&self) -> Result<&Secret> {
        self.secret().ok_or_else(|| {
            let reason = "the key of encrypted fields is not there";
            Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason))
        })
    }

    /// Says to every process that new values are written under this key.
    ///
    /// # Errors
    /// `invalid_configuration` where this process does not have it, and what the database refuses.
    pub async fn write_under(&self, number: u64) -> Result<()> {
        let secret = self.keys()?;
        let former = secret.current();
        secret.write_under(number)?;
        let (pen, now) = (self.pen().clone(), self.now());
        let said = self
            .database()
            .write_alone(move |tx| {
                let pen = pen.clone();
                async move {
                    let number = i64::try_from(number).unwrap_or_default();
                    if system::meta(&tx, CURRENT_META).await?.map(|(_, known)| known) == Some(number) {
                        return Ok(());
                    }
                    system::set_meta(&tx, CURRENT_META, "", number).await?;
                    let entry = audit::Entry {
                        id: Uuid::now_v7(),
                        at: now,
                        actor: None,
                        kind: "key.changed".to_owned(),
                        object: None,
                        record: None,
                        request: None,
                        detail: json!({"from": former, "to": number}),
                    };
                    audit::insert(&tx, &pen, &[entry]).await?;
                    storage::watch::announce(&tx).await
                }
            })
            .await;
        if said.is_err() {
            // Nobody else heard of it.
            secret.write_under(former)?;
        }
        said
    }

    /// Writes the values of all encrypted fields anew that are under another key than new values are, in small
    /// transactions beside whatever else goes on; may be stopped and begun again at any time. `told` hears how many
    /// were written. Answers how many there were.
    ///
    /// # Errors
    /// What the database refuses; `invalid_configuration` without the key.
    pub async fn reseal(&self, told: &(dyn Fn(u64, &str) + Send + Sync)) -> Result<u64> {
        self.keys()?;
        let mut done = 0;
        for _ in 0..ROUNDS {
            tokio::time::sleep(NEWS).await;
            let before = done;
            for column in reseal::columns(&self.database().reader(), SEALED_AS).await? {
                let mut after = Uuid::nil();
                loop {
                    let step = self.reseal_step(&column, after).await?;
                    done += step.values;
                    told(done, &column.name());
                    match step.after {
                        Some(last) => after = last,
                        None => break,
                    }
                }
            }
            if done == before {
                break;
            }
        }
        Ok(done)
    }

    async fn reseal_step(&self, column: &reseal::Sealed, after: Uuid) -> Result<reseal::Resealed> {
        let (secret, column) = (self.keys()?.clone(), column.clone());
        self.database()
            .write(move |tx| {
                let (secret, column) = (secret.clone(), column.clone());
                async move { column.batch(&tx, &secret, after).await }
            })
            .await
    }

    /// The key that new values are written under; `None` without one.
    pub fn key_in_use(&self) -> Option<u64> {
        self.secret().map(Secret::current)
    }

    /// How many values are under each key.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn values_by_key(&self) -> Result<BTreeMap<u64, u64>> {
        self.database()
            .read_long(|tx| async move {
                let mut counts = BTreeMap::new();
                for column in reseal::columns(&tx, SEALED_AS).await? {
                    column.count(&tx, &mut counts).await?;
                }
                Ok(counts)
            })
            .await
    }
}
