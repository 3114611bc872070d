//! What wakes tokens, kept where it is found: times and work in the queue of jobs, events in the table of who listens. It
//! follows from how tokens stand before and after a step, so nothing is left of a token that is gone.

use crate::flow::calls;
use crate::work::Work;
use chrono::{DateTime, Utc};
use diagnostic::Result;
use storage::store::job;
use storage::store::workflow::{self as table, Subscription};
use uuid::Uuid;
use workflow::{Await, Awaited, Token, TokenState};

/// Makes what tokens await now, and takes off what they await no more.
pub(super) async fn keep(work: &Work, instance: Uuid, before: &[Token], after: &[Token]) -> Result<()> {
    let mut listens = Vec::new();
    for token in after {
        let known = before.iter().find(|known| known.id == token.id).map_or(&[][..], awaits);
        let wanted = awaits(token);
        for gone in known.iter().filter(|one| !wanted.contains(one)) {
            match gone.what {
                Awaited::At(_) => {
                    let key = calls::key(instance, token.id, &gone.name);
                    job::cancel_key(&work.tx, &key, work.bindings.now).await?;
                }
                Awaited::Event { .. } => {
                    table::remove_subscription(&work.tx, instance, i64::from(token.id), &gone.name).await?;
                }
                Awaited::Effect(_) | Awaited::Flow(_) => {}
            }
        }
        for fresh in wanted.iter().filter(|one| !known.contains(one)) {
            match &fresh.what {
                Awaited::At(at) => {
                    let made =
                        calls::job(work, instance, token.id, &fresh.name, later(*at, work.bindings.now));
                    job::enqueue(&work.tx, &made).await?;
                }
                Awaited::Event { object, record } => listens.push(Subscription {
                    id: Uuid::now_v7(),
                    instance,
                    token: i64::from(token.id),
                    name: fresh.name.to_string(),
                    object: object.to_string(),
                    record: *record,
                    created_at: work.bindings.now,
                }),
                Awaited::Effect(_) | Awaited::Flow(_) => {}
            }
        }
    }
    table::insert_subscriptions(&work.tx, &listens).await
}

/// The flows that a token waits for.
pub(super) fn flows(token: &Token) -> impl Iterator<Item = Uuid> {
    awaits(token).iter().filter_map(|one| match one.what {
        Awaited::Flow(below) => Some(below),
        _ => None,
    })
}

fn awaits(token: &Token) -> &[Await] {
    match token.state {
        TokenState::Waiting => &token.data.awaits,
        _ => &[],
    }
}

fn later(at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    at.max(now)
}
