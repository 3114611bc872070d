//! Delivering what lies in the outbox: taken on a lease, sent outside of any transaction, settled under the number of
//! the lease, so that a worker that comes back late changes nothing.

use crate::caller::Identity;
use crate::connectors::ConnectorCall;
use crate::ended::{Ended, busy, kept};
use crate::engine::Engine;
use crate::flow::calls;
use crate::identity::trail::{Origin, entry};
use crate::messages::Notice;
use crate::outbound::{Answer, Call, Uncalled};
use crate::outbox::{CONNECTOR, HTTP, MAIL, Mail, NOTIFY, opened};
use crate::records::command::Command;
use chrono::{DateTime, TimeDelta, Utc};
use diagnostic::{Code, Diagnostic, Result};
use futures_util::future::join_all;
use plan::planner::Mode;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::time::Duration;
use storage::news::Topic;
use storage::store::audit;
use storage::store::effect::{self, Effect};
use storage::store::job;
use tokio::sync::watch;
use uuid::Uuid;

/// What only administrators see.
const WHAT: &str = "effects";
/// How long one effect may take: longer than the longest session with a peer.
const LEASE: TimeDelta = TimeDelta::seconds(180);
/// Effects that are had at the same time.
const BATCH: u32 = 8;
/// How long the loop sleeps when nobody wakes it.
const IDLE: Duration = Duration::from_secs(2);
/// After the first failure; four times as long after each further one.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// The longest pause.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// How often an effect is tried: with these pauses about a day.
const MOST_ATTEMPTS: i64 = 26;
/// Makes a repeated call have no further effect.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Most effects of a list.
const MOST: u32 = 200;
/// The states of an effect.
pub const STATES: [&str; 5] = ["ready", "sending", "done", "failed", "unknown"];

impl Engine {
    /// Delivers what is due until `stop` says so. Any number of processes may do this at once.
    pub(crate) async fn deliver_off(&self, mut stop: watch::Receiver<bool>) {
        let ready = self.database().jobs_ready();
        let mut warned = false;
        while !*stop.borrow() {
            let done = match self.deliver_once().await {
                Ok(done) => done,
                Err(error) => {
                    tracing::warn!(%error, "the outbox could not be read");
                    0
                }
            };
            if done > 0 {
                continue;
            }
            if !warned && self.mail_waits().await {
                warned = true;
                tracing::warn!(
                    "mails wait in the outbox: no mail server is configured (--smtp-url, --mail-from)"
                );
            }
            tokio::select! {
                () = ready.notified() => {}
                () = tokio::time::sleep(IDLE) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Takes what is due and delivers it; answers how many effects that were.
    ///
    /// # Errors
    /// What the database refuses; an effect that is not had is not an error of the loop.
    pub async fn deliver_once(&self) -> Result<usize> {
        self.deliver_kinds(&self.deliverable()).await
    }

    /// As [`Engine::deliver_once`], of these kinds.
    pub(crate) async fn deliver_kinds(&self, kinds: &[&'static str]) -> Result<usize> {
        let (kinds, now) = (kinds.to_vec(), self.now());
        if kinds.is_empty() || !effect::is_due(&self.database().reader(), &kinds, now).await? {
            return Ok(0);
        }
        let taken = self
            .database()
            .write(move |tx| {
                let kinds = kinds.clone();
                async move { effect::claim(&tx, &kinds, BATCH, LEASE, now).await }
            })
            .await?;
        let ended = join_all(taken.iter().map(|effect| self.deliver(effect))).await;
        for settled in ended {
            settled?;
        }
        Ok(taken.len())
    }

    /// Which kinds of effects this process can have.
    fn deliverable(&self) -> Vec<&'static str> {
        self.mailer().map(|_| MAIL).into_iter().chain([CONNECTOR, HTTP, NOTIFY]).collect()
    }

    /// Whether mails wait for a mail server that nobody configured.
    async fn mail_waits(&self) -> bool {
        let due = effect::is_due(&self.database().reader(), &[MAIL], self.now()).await;
        self.mailer().is_none() && due.unwrap_or(false)
    }

    async fn deliver(&self, effect: &Effect) -> Result<()> {
        if effect.kind == NOTIFY {
            return self.put_notice(effect).await;
        }
        let ended = match effect.kind.as_str() {
            MAIL => self.send_mail(effect).await,
            HTTP => self.call_out(effect).await,
            // Boxed: a call holds a session with a peer, and lies beside others of its batch.
            CONNECTOR => Box::pin(self.ask_connector(effect)).await,
            other => Ended::ForNow(format!("this process delivers no {other}"), None),
        };
        self.settle(effect, ended).await
    }

    /// Keeps how having an effect ended, and tells the flow that waits for it.
    pub(crate) async fn settle(&self, effect: &Effect, ended: Ended) -> Result<()> {
        let now = self.now();
        let tried = effect.attempts;
        let told = match &ended {
            Ended::Had(answer) => calls::settled(effect, Ok(answer.clone()), now),
            Ended::ForNow(..) if tried < MOST_ATTEMPTS => None,
            Ended::ForGood(reason) | Ended::ForNow(reason, _) => {
                calls::settled(effect, Err(reason.clone()), now)
            }
            // A person says what became of it.
            Ended::Unknown(_) => None,
        };
        let refused = matches!(ended, Ended::ForGood(_));
        let (state, result, run_at) = match ended {
            Ended::Had(answer) => ("done", json!({"answer": answer}), now),
            Ended::ForNow(reason, after) if tried < MOST_ATTEMPTS => {
                tracing::info!(effect = %effect.id, kind = effect.kind, reason, "to be tried again");
                ("ready", json!({"reason": reason}), now + after.unwrap_or_else(|| pause(tried)))
            }
            Ended::ForGood(reason) | Ended::ForNow(reason, _) => {
                tracing::warn!(effect = %effect.id, kind = effect.kind, reason, "not delivered");
                ("failed", json!({"reason": reason, "refused": refused}), now)
            }
            Ended::Unknown(reason) => {
                tracing::warn!(effect = %effect.id, kind = effect.kind, reason, "not known whether delivered");
                ("unknown", json!({"reason": reason}), now)
            }
        };
        let effect = effect.clone();
        let kept = self
            .database()
            .write(move |tx| {
                let (effect, result, told) = (effect.clone(), result.clone(), told.clone());
                async move {
                    let kept = effect::settle(&tx, &effect, state, Some(result), run_at).await?;
                    if let Some(told) = told.filter(|_| kept) {
                        job::enqueue(&tx, &told).await?;
                    }
                    Ok(kept)
                }
            })
            .await?;
        if !kept {
            tracing::warn!("an effect took longer than its lease: another worker has it");
        }
        Ok(())
    }

    /// A notification becomes a record of its user; the effect ends in the same transaction, so there is one.
    async fn put_notice(&self, effect: &Effect) -> Result<()> {
        let notice: Result<Notice> = opened(effect.id, NOTIFY, &effect.payload, self.secret());
        let made = match notice {
            Ok(notice) => self.put_record(effect, notice).await,
            Err(found) => Err(found),
        };
        let Err(found) = made else { return Ok(()) };
        tracing::warn!(effect = %effect.id, %found, "a notification was not delivered");
        let (effect, result, now) = (effect.clone(), json!({"reason": found.to_string()}), self.now());
        let settle = self.database().write(move |tx| {
            let (effect, result) = (effect.clone(), result.clone());
            async move { effect::settle(&tx, &effect, "failed", Some(result), now).await }
        });
        settle.await.map(drop)
    }

    async fn put_record(&self, effect: &Effect, notice: Notice) -> Result<()> {
        let (effect, notice) = (effect.clone(), Arc::new(notice));
        self.transact(self.system(), Mode::System, true, move |work| {
            let (effect, notice) = (effect.clone(), notice.clone());
            async move {
                let about = notice.about.as_ref().map(|(object, id)| json!({"object": object, "id": id}));
                let body = json!({
                    "owner": notice.user, "subject": notice.subject, "text": notice.text, "about": about,
                });
                work.execute(&Command::Create { object: "base.notification".into(), body }).await?;
                work.engine.database().tell(&work.tx, Topic::Notifications, vec![notice.user]);
                match effect::settle(&work.tx, &effect, "done", None, work.bindings.now).await? {
                    true => Ok(()),
                    // Another worker has it: what was made here is rolled back.
                    false => Err(Box::new(Diagnostic::new(Code::DatabaseBusy))),
                }
            }
        })
        .await
    }

    async fn send_mail(&self, effect: &Effect) -> Ended {
        let Some(mailer) = self.mailer() else {
            return Ended::ForNow("no mail server is configured".to_owned(), None);
        };
        let mail = match Mail::of(effect, self.secret()) {
            Ok(mail) => mail,
            Err(found) => return Ended::ForGood(found.to_string()),
        };
        if mail.until.is_some_and(|until| until <= self.now()) {
            return Ended::ForGood("it was of no use any more".to_owned());
        }
        mailer.send(&mail, effect.id, effect.created_at).await.into()
    }

    /// Calls another machine, with the key of the effect, so that the peer can tell a repetition.
    async fn call_out(&self, effect: &Effect) -> Ended {
        let mut call: Call = match opened(effect.id, HTTP, &effect.payload, self.secret()) {
            Ok(call) => call,
            Err(found) => return Ended::ForGood(found.to_string()),
        };
        if !call.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(IDEMPOTENCY_KEY)) {
            call.headers.push((IDEMPOTENCY_KEY.to_owned(), effect.key.clone()));
        }
        match self.outbound().call(&call).await {
            Ok(answer) => judged(&answer, self.now()),
            Err(Uncalled::Refused(reason)) => Ended::ForGood(reason),
            Err(Uncalled::Unreached(reason) | Uncalled::Failed(reason)) => Ended::ForNow(reason, None),
        }
    }

    /// Asks another system, with the key of the effect.
    async fn ask_connector(&self, effect: &Effect) -> Ended {
        match opened::<ConnectorCall>(effect.id, CONNECTOR, &effect.payload, self.secret()) {
            Ok(call) => self.make_call(&call, &effect.key).await,
            Err(found) => Ended::ForGood(found.to_string()),
        }
    }

    /// The newest effects of the outbox, of one state or all: for administrators.
    ///
    /// # Errors
    /// `not_permitted`, and what the database refuses.
    pub async fn effects(&self, identity: &Identity, state: Option<&str>) -> Result<Vec<Json>> {
        identity.must_administer("list", WHAT)?;
        let all = effect::list(&self.database().reader(), state, MOST).await?;
        Ok(all.iter().map(|effect| self.shown(effect)).collect())
    }

    /// One effect: for administrators.
    ///
    /// # Errors
    /// `not_permitted`, `not_found`.
    pub async fn effect(&self, identity: &Identity, id: Uuid) -> Result<Json> {
        identity.must_administer("read", WHAT)?;
        let found = effect::get(&self.database().reader(), id).await?;
        found.map(|effect| self.shown(&effect)).ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))
    }

    /// What stands in the outbox, but for what only the receiver is to read.
    fn shown(&self, effect: &Effect) -> Json {
        let to = match effect.kind.as_str() {
            MAIL => Mail::of(effect, self.secret()).ok().map(|mail| mail.to),
            HTTP => opened::<Call>(effect.id, HTTP, &effect.payload, self.secret()).ok().map(|call| call.url),
            CONNECTOR => opened::<ConnectorCall>(effect.id, CONNECTOR, &effect.payload, self.secret())
                .ok()
                .map(|call| call.name()),
            _ => None,
        };
        let result = effect.result.as_ref();
        json!({
            "id": effect.id,
            "kind": effect.kind,
            "to": to,
            "state": effect.state,
            "attempts": effect.attempts,
            "reason": result.and_then(|result| result.get("reason")),
            "answer": result.and_then(|result| result.get("answer")),
            "created_at": effect.created_at,
            "run_at": effect.run_at,
        })
    }

    /// An administrator says what becomes of an effect that is not being delivered: `retry` now, or that it is
    /// `done` or `failed`.
    ///
    /// # Errors
    /// `not_permitted`, `not_found`, a conflict while it is being delivered.
    pub async fn settle_effect(
        &self,
        identity: &Identity,
        id: Uuid,
        verdict: &str,
        from: &Origin,
    ) -> Result<()> {
        identity.must_administer("settle", WHAT)?;
        let found = effect::get(&self.database().reader(), id).await?;
        let found = found.ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))?;
        let now = self.now();
        let woken = match verdict {
            "retry" => None,
            // What it answered is not known: the steps behind know nothing of it.
            "done" => calls::settled(&found, Ok(Json::Null), now),
            _ => calls::settled(&found, Err("settled by an administrator".to_owned()), now),
        };
        let state = if verdict == "retry" { "ready" } else { verdict }.to_owned();
        let result = (verdict != "retry").then(|| json!({"reason": "settled by an administrator"}));
        let detail = json!({"effect": id, "as": verdict});
        let entered = entry("effect.settled", now, Some(identity.actor.id), None, from, detail);
        let pen = self.pen().clone();
        let kept = self
            .database()
            .write(move |tx| {
                let (state, result, woken) = (state.clone(), result.clone(), woken.clone());
                let (entered, pen) = (entered.clone(), pen.clone());
                async move {
                    let kept = effect::decide(&tx, id, &state, result, now).await?;
                    if kept {
                        audit::insert(&tx, &pen, &[entered]).await?;
                    }
                    if let Some(woken) = woken.filter(|_| kept) {
                        job::enqueue(&tx, &woken).await?;
                    }
                    Ok(kept)
                }
            })
            .await?;
        match kept {
            true => Ok(()),
            false => Err(Box::new(Diagnostic::new(Code::TaskDecided).with("state", "sending"))),
        }
    }
}

/// What an answer means: a peer that is busy is asked again, one that says no is not.
fn judged(answer: &Answer, now: DateTime<Utc>) -> Ended {
    let (status, text) = (answer.status, kept(&answer.body));
    match busy(answer, now) {
        _ if (200..=299).contains(&status) => Ended::Had(json!({"status": status, "body": text})),
        Some(after) => Ended::ForNow(format!("status {status}: {text}"), after),
        None => Ended::ForGood(format!("status {status}: {text}")),
    }
}

/// How long to wait after so many failures.
fn pause(attempts: i64) -> TimeDelta {
    let factor = 4_i32.checked_pow(u32::try_from(attempts - 1).unwrap_or(0)).unwrap_or(i32::MAX);
    FIRST_PAUSE.checked_mul(factor).map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_an_hour() {
        let rows = [(1, 30), (2, 120), (3, 480), (4, 1920), (5, 3600), (20, 3600), (1000, 3600)];
        for (attempts, seconds) in rows {
            assert_eq!(pause(attempts), TimeDelta::seconds(seconds), "{attempts}");
        }
    }
}
