//! `Idempotency-Key`: which request a request repeats.

use crate::caller::Caller;
use crate::problem::{Answer, Problem};
use actix_web::HttpRequest;
use diagnostic::{Code, Diagnostic};
use engine::requests::{Asked, Request, RequestKey};
use sha2::{Digest, Sha256};

const HEADER: &str = "idempotency-key";
/// Characters of a key at most.
const LONGEST: usize = 255;

/// The key of a request, where its header names one.
///
/// # Errors
/// `invalid_header`.
pub fn key(caller: &Caller, request: &HttpRequest, body: &[u8]) -> Answer<Option<RequestKey>> {
    let Some(header) = request.headers().get(HEADER) else { return Ok(None) };
    let text = header.to_str().unwrap_or_default();
    let plain = !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|b| b.is_ascii_graphic());
    if !plain {
        let found = Diagnostic::new(Code::InvalidHeader).with("name", "Idempotency-Key");
        let found = found.with("reason", format!("1 to {LONGEST} visible ASCII characters are expected"));
        return Err(Problem::new(Box::new(found), caller.locale));
    }
    Ok(Some(RequestKey {
        actor: caller.identity().actor.id,
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        key: text.to_owned(),
        body_hash: Sha256::digest(body).to_vec(),
    }))
}

/// A request with its key and id.
///
/// # Errors
/// `invalid_header`.
pub fn asked(caller: &Caller, http: &HttpRequest, body: &[u8], request: Request) -> Answer<Asked> {
    Ok(Asked { key: key(caller, http, body)?, ..plain(caller, http, request) })
}

/// A request without a key.
pub fn plain(caller: &Caller, http: &HttpRequest, request: Request) -> Asked {
    let address = caller.state.as_ref().map(|state| state.address(http));
    Asked { request, key: None, id: crate::trace::current_id(), address }
}
