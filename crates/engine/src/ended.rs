//! How having an effect ended, and what a peer's answer says of it.

use crate::mailer::Undelivered;
use crate::outbound::Answer;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value as Json;

/// Characters of an answer that are kept for administrators.
const MOST_KEPT: usize = 2000;
/// The longest that a peer may ask for.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);

/// How having an effect ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// It was had; what the peer answered.
    Had(Json),
    /// It will never be had.
    ForGood(String),
    /// Another time it may be; when the peer wants to be asked again, where it said so.
    ForNow(String, Option<TimeDelta>),
    /// Nobody knows whether it was had, and it must not be had twice: a person says.
    Unknown(String),
}

impl Ended {
    /// The word for administrators: the state of an effect that ended so, `ready` where it is tried again.
    pub fn name(&self) -> &'static str {
        match self {
            Ended::Had(_) => "done",
            Ended::ForGood(_) => "failed",
            Ended::ForNow(..) => "ready",
            Ended::Unknown(_) => "unknown",
        }
    }
}

impl From<std::result::Result<(), Undelivered>> for Ended {
    fn from(sent: std::result::Result<(), Undelivered>) -> Ended {
        match sent {
            Ok(()) => Ended::Had(Json::Null),
            Err(Undelivered::ForGood(reason)) => Ended::ForGood(reason),
            Err(Undelivered::ForNow(reason)) => Ended::ForNow(reason, None),
        }
    }
}

/// What is kept of an answer for administrators.
pub(crate) fn kept(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(MOST_KEPT).collect()
}

/// Whether a peer says that it would answer otherwise another time, and when, where it says so.
pub(crate) fn busy(answer: &Answer, now: DateTime<Utc>) -> Option<Option<TimeDelta>> {
    let is_busy = matches!(answer.status, 408 | 425 | 429 | 500..=599);
    is_busy.then(|| answer.retry_after.as_deref().and_then(|text| wait(text.trim(), now)))
}

/// `Retry-After`: seconds, or an instant.
fn wait(text: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    let seconds = match text.parse::<u32>() {
        Ok(seconds) => i64::from(seconds),
        Err(_) => (DateTime::parse_from_rfc2822(text).ok()?.to_utc() - now).num_seconds(),
    };
    Some(TimeDelta::seconds(seconds).clamp(TimeDelta::seconds(1), LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_says_when_it_wants_to_be_asked_again() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let rows = [
            ("5", Some(5)),
            ("0", Some(1)),
            ("86401", Some(86_400)),
            ("Tue, 14 Nov 2023 22:14:20 GMT", Some(60)),
            ("Tue, 14 Nov 2023 22:00:00 GMT", Some(1)),
            ("Mon, 14 Nov 2033 22:00:00 GMT", Some(86_400)),
            ("-5", None),
            ("soon", None),
            ("99999999999999", None),
        ];
        for (text, expect) in rows {
            assert_eq!(wait(text, now), expect.map(TimeDelta::seconds), "{text}");
        }
    }
}
