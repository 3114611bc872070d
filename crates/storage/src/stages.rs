//! The stages of a request, and how long each took. They go with the work from thread to thread: the stage of a
//! statement is noted where the statement runs.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracing::Instrument;

tokio::task_local! {
    static CURRENT: Stages;
}

/// What the stages of one request took; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Stages(Arc<Mutex<Vec<(&'static str, Duration)>>>);

impl Stages {
    /// Those of the request the current task works for; nobody's outside of one.
    pub fn current() -> Stages {
        CURRENT.try_with(Clone::clone).unwrap_or_default()
    }

    /// Runs `work` as part of this request.
    pub async fn scope<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }

    /// Stages in the order in which they first ended; those of one name are added up.
    pub fn all(&self) -> Vec<(&'static str, Duration)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, name: &'static str, took: Duration) {
        let mut stages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match stages.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += took,
            None => stages.push((name, took)),
        }
    }
}

/// Notes how long a stage takes, and puts it into a span of its own.
pub async fn stage<T>(name: &'static str, work: impl Future<Output = T>) -> T {
    let begin = Instant::now();
    let done = work.instrument(tracing::debug_span!("stage", name)).await;
    note(name, begin.elapsed());
    done
}

/// As [`stage`], for work that does not wait.
pub fn timed<T>(name: &'static str, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let done = tracing::debug_span!("stage", name).in_scope(work);
    note(name, begin.elapsed());
    done
}

/// Notes how long a stage of the current request took.
pub fn note(name: &'static str, took: Duration) {
    // Outside of a request nobody asks.
    let _ = CURRENT.try_with(|current| current.add(name, took));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stages_of_one_name_add_up() {
        let stages = Stages::default();
        let inside = async {
            note("storage", Duration::from_millis(1));
            assert_eq!(stage("plan", async { 7 }).await, 7);
            note("storage", Duration::from_millis(2));
        };
        stages.clone().scope(inside).await;
        let noted = stages.all();
        assert_eq!(noted.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["storage", "plan"]);
        assert_eq!(noted[0].1, Duration::from_millis(3));
        note("storage", Duration::from_millis(4));
        assert_eq!(stages.all()[0].1, Duration::from_millis(3), "outside of the request");
    }
}
