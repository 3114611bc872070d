//! One sentence and its answer: in time, and in the words of the server where it refuses.

use super::bounded::{Bounded, Peer};
use async_imap::error::Error;
use std::time::Duration;

/// Why a mailbox cannot be read.
pub(super) type Trouble = String;

/// What sentences travel on.
pub(super) type Wire = Bounded<Box<dyn Peer>>;

/// Waits for an answer, as long as there is patience.
pub(super) async fn within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Trouble> {
    match tokio::time::timeout(patience, work).await {
        Ok(Err(Error::No(said) | Error::Bad(said))) => Err(refusal(&said)),
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err(format!("the server did not answer within {patience:?}")),
    }
}

/// The words of a server that refuses, without how the client writes them down.
fn refusal(said: &str) -> Trouble {
    let words = said.split_once("Some(\"").and_then(|(_, rest)| rest.rsplit_once("\")"));
    format!("the server refuses: {}", words.map_or(said, |(words, _)| words))
}
