//! What comes back, as bytes that can be compared.

use crate::ask::Ask;
use crate::site::Site;
use engine::transfer::{Format, ImportMode, ImportOptions};
use std::fmt::Write as _;

/// Headers that say something of the answer; the others are of the connection and the clock.
const TOLD: [&str; 6] = ["content-type", "etag", "location", "allow", "retry-after", "cache-control"];

/// Asks on behalf of a person, by place in `Site::people`.
pub async fn to(site: &Site, client: &reqwest::Client, person: usize, ask: &Ask) -> String {
    match ask {
        Ask::Http { method, path, query, headers, body } => {
            let mut all = String::new();
            let mut query = query.clone();
            for _ in 0..4 {
                let one = http(site, client, person, (method, path, &query, headers, body)).await;
                let next = cursor(&one);
                let _ = writeln!(all, "{one}");
                let Some(next) = next.filter(|_| *method == "GET") else { break };
                query.retain(|(name, _)| name != "cursor" && name != "offset");
                query.push(("cursor".to_owned(), next));
            }
            all
        }
        Ask::Export { object, parameters } => {
            let mut out = Vec::new();
            let done = site
                .engine
                .export(&site.identities[person], object, parameters, Format::Csv, &mut out, &|_| {})
                .await;
            format!("{done:?}\n{}", String::from_utf8_lossy(&out))
        }
        Ask::Import { object, file } => {
            let options =
                ImportOptions { mode: ImportMode::Upsert, dry_run: true, ..ImportOptions::default() };
            let who = &site.identities[person];
            format!(
                "{:?}",
                site.engine
                    .import(who, object, std::io::Cursor::new(file.clone()), options, None, &|_| {})
                    .await
            )
        }
        Ask::Made { order } => crate::files::made(site, client, person, order).await,
        Ask::Tried { object, file, plan } => {
            crate::files::tried(site, client, person, (object, file, plan)).await
        }
    }
}

/// One request without parameters.
pub async fn step(site: &Site, client: &reqwest::Client, person: usize, method: &str, path: &str) -> String {
    http(site, client, person, (method, path, &[], &[], &serde_json::Value::Null)).await
}

/// Method, path, parameters, headers, body; a text is sent as it is.
pub type Http<'a> = (&'a str, &'a str, &'a [(String, String)], &'a [(String, String)], &'a serde_json::Value);

pub async fn http(
    site: &Site,
    client: &reqwest::Client,
    person: usize,
    (method, path, query, headers, body): Http<'_>,
) -> String {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let url = reqwest::Url::parse_with_params(&format!("{}{path}", site.address), query).unwrap();
    let mut request = client.request(method, url).bearer_auth(&site.tokens[person]);
    // The same id makes the trace the same.
    request = request.header("x-request-id", "same");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    if let Some(text) = body.as_str() {
        request = request.body(text.to_owned());
    } else if !body.is_null() {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let answer = request.send().await.unwrap();
    let mut text = answer.status().as_u16().to_string();
    for name in TOLD {
        if let Some(value) = answer.headers().get(name) {
            let _ = write!(text, " {name}: {}", value.to_str().unwrap_or("?"));
        }
    }
    text.push('\n');
    let body = answer.text().await.unwrap();
    format!("{text}{body}")
}

/// The cursor of the next page of a list.
fn cursor(answer: &str) -> Option<String> {
    let body = answer.split_once('\n')?.1;
    let json: serde_json::Value = serde_json::from_str(body).ok()?;
    json["next"].as_str().map(str::to_owned)
}
