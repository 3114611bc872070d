//! What a transaction has written, for those who take it back and tell what it did.

use crate::store::effect::Effect;
use crate::store::event::Event;
use crate::transaction::Tx;
use plan::write::RowWrite;
use std::any::Any;

/// What a transaction has written since it was last asked.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// What it put into the outbox.
    pub effects: Vec<Effect>,
    /// Records that it wrote, in order.
    pub writes: Vec<RowWrite>,
    /// What then happened, as those hear of it who listen.
    pub events: Vec<Event>,
}

impl Watched {
    /// What was written since [`Tx::watch`], or since this was last asked.
    pub fn take(tx: &Tx) -> Watched {
        let mut all = Watched::default();
        for one in tx.take_seen() {
            let one: Box<dyn Any> = one;
            let one = match one.downcast::<Effect>() {
                Ok(effect) => {
                    all.effects.push(*effect);
                    continue;
                }
                Err(other) => other,
            };
            match one.downcast::<Event>() {
                Ok(event) => all.events.push(*event),
                Err(other) => all.writes.extend(other.downcast::<RowWrite>().ok().map(|write| *write)),
            }
        }
        all
    }
}
