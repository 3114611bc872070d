//! Request ids, and what a request says of the time it took.

use crate::limit::Allowance;
use actix_web::http::header::HeaderMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use storage::stages::Stages;
use uuid::Uuid;

tokio::task_local! {
    static CURRENT: Current;
}

/// What is known of the request that the current task answers.
#[derive(Clone, Debug)]
pub struct Current {
    /// Its id.
    pub id: Arc<str>,
    stages: Stages,
    left: Arc<Mutex<Option<Allowance>>>,
}

/// The header that carries a request's id in both directions.
pub const HEADER: &str = "x-request-id";

/// The id of the request at hand; empty outside of one.
pub fn current_id() -> Arc<str> {
    CURRENT.try_with(|current| current.id.clone()).unwrap_or_default()
}

impl Current {
    /// A request with this id, of which nothing has happened yet.
    pub fn new(id: String) -> Current {
        Current { id: id.into(), stages: Stages::default(), left: Arc::default() }
    }

    /// Runs `work` as the answer to this request.
    pub async fn scope<T>(self, work: impl Future<Output = T>) -> T {
        let stages = self.stages.clone();
        CURRENT.scope(self, stages.scope(work)).await
    }

    /// What is left of the tightest limit that the request met.
    pub fn left(&self) -> Option<Allowance> {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stages and how long each took.
    pub fn stages(&self) -> Vec<(&'static str, Duration)> {
        self.stages.all()
    }

    /// The value of `Server-Timing`: stages in the order in which they ended, in milliseconds.
    pub fn timing(&self, total: Duration) -> String {
        let mut text = String::new();
        for (name, took) in self.stages.all().into_iter().chain([("total", total)]) {
            if !text.is_empty() {
                text.push_str(", ");
            }
            // Writing to a string cannot fail.
            let _ = write!(text, "{name};dur={:.3}", took.as_secs_f64() * 1000.0);
        }
        text
    }
}

/// Notes what is left of a limit that the current request met; the tightest one is told.
pub fn allow(left: Allowance) {
    // Outside of a request nobody asks.
    let _ = CURRENT.try_with(|current| {
        let mut known = current.left.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none_or(|known| left.remaining < known.remaining) {
            *known = Some(left);
        }
    });
}

/// The caller's own id where it is short and plain, else a new one.
pub fn id_of(headers: &HeaderMap) -> String {
    let given = headers.get(HEADER).and_then(|value| value.to_str().ok());
    let plain = |id: &&str| {
        !id.is_empty()
            && id.len() <= 64
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
    };
    given.filter(plain).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};
    use storage::stages;

    #[test]
    fn only_plain_ids_are_kept() {
        let rows =
            [("abc-1.2:3_Z", true), ("", false), ("a b", false), ("x\"y", false), (&"a".repeat(65), false)];
        for (given, kept) in rows {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(HEADER), HeaderValue::from_str(given).unwrap());
            assert_eq!(id_of(&headers) == given, kept, "{given}");
        }
    }

    #[tokio::test]
    async fn a_request_says_what_its_stages_took() {
        let current = Current::new("r".to_owned());
        let inside = current.clone();
        inside
            .scope(async {
                stages::note("storage", Duration::from_millis(3));
                assert_eq!(&*current_id(), "r");
            })
            .await;
        assert_eq!(current.timing(Duration::from_millis(4)), "storage;dur=3.000, total;dur=4.000");
    }
}
