//! Request ids and the span of a request.

use actix_web::http::header::HeaderMap;
use uuid::Uuid;

tokio::task_local! {
    /// The id of the request that the current task answers.
    static REQUEST_ID: String;
}

/// The header that carries a request's id in both directions.
pub const HEADER: &str = "x-request-id";

/// The id of the request at hand; empty outside of one.
pub fn current_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

/// Runs `work` as the answer to the request with this id.
pub async fn with_id<T>(id: String, work: impl Future<Output = T>) -> T {
    REQUEST_ID.scope(id, work).await
}

/// The caller's own id where it is short and plain, else a new one.
pub fn id_of(headers: &HeaderMap) -> String {
    let given = headers.get(HEADER).and_then(|value| value.to_str().ok());
    let plain = |id: &&str| {
        !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
    };
    given.filter(plain).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}
