//! The time that rendering may take.

use handlebars::{RenderError, RenderErrorReason};
use std::time::{Duration, Instant};

/// How long it may take.
const TIME: Duration = Duration::from_secs(1);

/// Ends what takes too long.
pub(super) struct Clock(Instant);

impl Clock {
    /// The time begins now.
    pub(super) fn start() -> Clock {
        Clock(Instant::now() + TIME)
    }

    /// Refuses to go on once it is over.
    pub(super) fn check(&self) -> Result<(), RenderError> {
        match Instant::now() < self.0 {
            true => Ok(()),
            false => Err(RenderErrorReason::Other(format!("it takes longer than {TIME:?}")).into()),
        }
    }
}
