//! The web application. Its files are in the binary, packed as they are sent; they know nothing of this site.

use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    HeaderName, VARY,
};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use flate2::read::GzDecoder;
use include_dir::{Dir, include_dir};
use std::io::Read;
use uuid::Uuid;

/// What `npm run build` leaves; nothing where it was not run.
static BUILT: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../web/dist");

/// What keeps the application's files for times without a network.
const WORKER: &str = "sw.js";

/// Stands in the page where the nonce of this answer comes.
const NONCE: &str = "%NONCE%";

/// A file of the application, or its page for an address that somebody opens in a browser: what is to be seen there the
/// application knows. `None` for everything else.
pub fn answer(request: &HttpRequest) -> Option<HttpResponse> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let path = request.path().trim_start_matches('/');
    file(request, path).or_else(|| page(request, path))
}

fn file(request: &HttpRequest, path: &str) -> Option<HttpResponse> {
    let kind = content_type(path)?;
    let (bytes, packed) = match built(path) {
        Some(bytes) => (Bytes::from_static(bytes), None),
        None => packed(request, path)?,
    };
    // The name of what is under `assets` says what is in it.
    let kept = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, kind)).insert_header((CACHE_CONTROL, kept));
    answer.insert_header((VARY, "accept-encoding"));
    if let Some(name) = packed {
        answer.insert_header((CONTENT_ENCODING, name));
    }
    if path == WORKER {
        // It fetches the files that it keeps; it may do nothing else.
        answer.insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; connect-src 'self'"));
    }
    Some(answer.body(bytes))
}

/// The file in the smallest form that the client takes, and what that form is called.
fn packed(request: &HttpRequest, path: &str) -> Option<(Bytes, Option<&'static str>)> {
    let takes = head(request, &ACCEPT_ENCODING);
    for (name, ending) in [("br", "br"), ("gzip", "gz")] {
        if takes.split(',').any(|one| one.trim().split(';').next() == Some(name)) {
            return built(&format!("{path}.{ending}")).map(|bytes| (Bytes::from_static(bytes), Some(name)));
        }
    }
    let mut plain = Vec::new();
    GzDecoder::new(built(&format!("{path}.gz"))?).read_to_end(&mut plain).ok()?;
    Some((plain.into(), None))
}

fn built(path: &str) -> Option<&'static [u8]> {
    BUILT.get_file(path).map(include_dir::File::contents)
}

fn page(request: &HttpRequest, path: &str) -> Option<HttpResponse> {
    let opened = head(request, &ACCEPT).contains("text/html");
    // Addresses of files have endings; a page in place of one that is gone would be taken for it.
    let last = path.rsplit('/').next().unwrap_or_default();
    if !opened || path.starts_with("api/") || path.starts_with("assets/") || last.ends_with(".js") {
        return None;
    }
    let nonce = Uuid::new_v4().simple().to_string();
    let html = str::from_utf8(built("index.html")?).ok()?.replace(NONCE, &nonce);
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, "text/html; charset=utf-8"));
    answer.insert_header((CACHE_CONTROL, "no-store"));
    answer.insert_header((CONTENT_SECURITY_POLICY, policy));
    Some(answer.body(html))
}

fn head<'a>(request: &'a HttpRequest, name: &HeaderName) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The type of a file by its ending; `None` for what the application has no files of.
fn content_type(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        _ => return None,
    })
}
