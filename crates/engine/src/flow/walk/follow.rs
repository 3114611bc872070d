//! Automations that a walked flow sets off: each is walked, in the same transaction, as far as it comes by itself at once.
//! Where it waits for somebody, a time or an answer it stands.

use super::Walk;
use super::moment::{Below, Moment, SetOff};
use super::script::Script;
use crate::flow::{events, stored};
use crate::records::read::titles;
use crate::work::Work;
use diagnostic::Result;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use plan::planner::Mode;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use storage::store::event::Event;
use uuid::Uuid;
use workflow::Run;

/// Automations that are walked for one flow at most, those that they set off included.
const MOST: u32 = 100;

/// How many automations were set off, of all that are walked for one flow.
#[derive(Clone, Default)]
pub(super) struct Followed(Arc<AtomicU32>);

impl Followed {
    /// Whether one more is walked.
    fn one_more(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) < MOST
    }

    /// Whether some were not walked.
    pub fn is_cut(&self) -> bool {
        self.0.load(Ordering::Relaxed) > MOST
    }
}

/// Where something happened: below which automations, each with the moment that set it off, and at which moment.
struct Place {
    below: Vec<(usize, usize)>,
    moment: usize,
}

impl Place {
    fn of<'m>(&self, mut moments: &'m mut Vec<Moment>) -> Option<&'m mut Moment> {
        for (moment, automation) in &self.below {
            moments = &mut moments.get_mut(*moment)?.automations.get_mut(*automation)?.walked.moments;
        }
        moments.get_mut(self.moment)
    }
}

/// Takes the events of moments, in their order.
fn hear(moments: &mut [Moment], below: &[(usize, usize)], heard: &mut VecDeque<(Place, Event)>) {
    for (moment, happened) in moments.iter_mut().enumerate() {
        let events = std::mem::take(&mut happened.wrote.events);
        heard.extend(events.into_iter().map(|event| (Place { below: below.to_vec(), moment }, event)));
    }
}

impl Walk<'_> {
    /// Walks what was set off by what happened, then what that set off in turn, in this order. Nothing is where nobody
    /// watches what is written.
    pub(super) async fn follow(&mut self) -> Result<()> {
        if !self.follows {
            return Ok(());
        }
        let work = self.as_worker();
        let mut heard = VecDeque::new();
        hear(&mut self.moments, &[], &mut heard);
        while let Some((place, event)) = heard.pop_front() {
            for id in Box::pin(events::set_off_by(&work, &event)).await? {
                if !self.followed.one_more() {
                    continue;
                }
                let walked = self.automation(&work, id).await?;
                let Some(moment) = place.of(&mut self.moments) else { continue };
                moment.automations.push(walked);
                let below = [&place.below[..], &[(place.moment, moment.automations.len() - 1)]].concat();
                let walked = moment.automations.last_mut().map(|one| &mut one.walked.moments);
                hear(walked.unwrap_or(&mut Vec::new()), &below, &mut heard);
            }
        }
        Ok(())
    }

    /// The transaction as workers would go on in it.
    fn as_worker(&self) -> Work {
        let work = self.work.seen_by(self.work.engine.system());
        Work { mode: Mode::System, chain: Arc::default(), ..work }
    }

    fn automation<'a>(&'a self, work: &'a Work, id: Uuid) -> BoxFuture<'a, Result<SetOff>> {
        async move {
            let (held, instance) = Box::pin(stored::hold(work, id)).await?;
            let flow = stored::flow_of(work, &instance).await?;
            let object = work.published.object(&instance.object)?;
            let title = Box::pin(titles(work, object, &[instance.record])).await?.into_values().next();
            let run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
            let script = Script { fails: true, ends: true, at_once: true, ..Script::default() };
            let mut walk = Walk::of(work, held, run, Arc::new(script));
            // What it sets off is walked beside it.
            walk.follows = false;
            walk.followed = self.followed.clone();
            let halted = Box::pin(walk.go_on(Ok(()))).await;
            let halted = halted.map(|(node, found)| (node, Box::new(found)));
            let walked = Below {
                flow: flow.clone(),
                instance: walk.run.instance,
                moments: walk.moments,
                cases: walk.cases,
                halted,
            };
            Ok(SetOff { walked, title })
        }
        .boxed()
    }
}
