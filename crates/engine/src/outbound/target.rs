//! What a URL names, once everything odd is refused.

use std::net::IpAddr;
use url::{Host, Url};

/// Longest URL in bytes.
const LONGEST: usize = 2048;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uncalled {
    /// It is not permitted or not well-formed: another time would change nothing.
    Refused(String),
    /// The peer is not there: nothing was said to it.
    Unreached(String),
    /// The peer was too slow, broke off, or says too much: it may have done what it was asked.
    Failed(String),
}

/// A place that may be called if its address may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// By https.
    pub encrypted: bool,
    /// The name or address as TLS and the `Host` header want it, in small letters.
    pub host: String,
    /// The address, where the URL names one.
    pub address: Option<IpAddr>,
    /// The port.
    pub port: u16,
    /// Path and query.
    pub path: String,
}

impl Target {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// `Uncalled::Refused` for everything but plain http and https URLs.
    pub fn new(text: &str) -> Result<Target, Uncalled> {
        let refuse = |why: &str| Err(Uncalled::Refused(format!("the address {why}")));
        if text.len() > LONGEST {
            return refuse("is too long");
        }
        // The standard drops line breaks and tabs, and reads `\` as `/`: nobody who means well writes them.
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return refuse("holds spaces, control characters or backslashes");
        }
        let Ok(url) = Url::parse(text) else { return refuse("is no URL") };
        let encrypted = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return refuse("is neither http nor https"),
        };
        // `http:host` and `http:///host` are read as `http://host` by the standard.
        let rest = &text[url.scheme().len()..];
        if !rest.starts_with("://") || rest[3..].starts_with('/') {
            return refuse("is no URL");
        }
        if !url.username().is_empty()
            || url.password().is_some()
            || rest[3..].split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
        {
            return refuse("holds a user");
        }
        let (host, address) = match url.host() {
            Some(Host::Domain(name)) => (name.trim_end_matches('.').to_owned(), None),
            Some(Host::Ipv4(ip)) => (ip.to_string(), Some(IpAddr::V4(ip))),
            Some(Host::Ipv6(ip)) => (format!("[{ip}]"), Some(IpAddr::V6(ip))),
            None => return refuse("names no host"),
        };
        let Some(port) = url.port_or_known_default().filter(|port| *port != 0) else {
            return refuse("names no port");
        };
        if host.is_empty() {
            return refuse("names no host");
        }
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Ok(Target { encrypted, host, address, port, path })
    }

    /// The `Host` header.
    pub fn authority(&self) -> String {
        match (self.encrypted, self.port) {
            (true, 443) | (false, 80) => self.host.clone(),
            _ => format!("{}:{}", self.host, self.port),
        }
    }
}
