//! The address of a mail server, of those that send and of those that keep.

use std::net::IpAddr;
use url::{Host, Url};

/// How a session is kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Security {
    /// From its first byte.
    Whole,
    /// From its second sentence.
    Begun,
    /// Not at all.
    None,
}

/// What a kind of server is spoken to in: schemes and usual ports.
pub(crate) type Schemes = [(&'static str, Security, u16); 3];

/// Servers that send.
pub(crate) const SMTP: Schemes =
    [("smtps", Security::Whole, 465), ("starttls", Security::Begun, 587), ("smtp", Security::None, 25)];
/// Servers that keep.
pub(crate) const IMAP: Schemes =
    [("imaps", Security::Whole, 993), ("starttls", Security::Begun, 143), ("imap", Security::None, 143)];

/// Where the mail server of a connector is.
pub(crate) struct Server {
    pub host: String,
    /// The address, where one is said in the place of a name.
    pub address: Option<IpAddr>,
    pub port: u16,
    pub security: Security,
}

impl Server {
    /// Takes an address apart; why it is none.
    pub fn read(schemes: Schemes, text: &str) -> Result<Server, String> {
        let [(first, ..), (second, ..), (third, ..)] = schemes;
        let broken =
            |why: &str| format!("the address of a mail server {why}, such as {first}://mail.example.com");
        let url = Url::parse(text.trim()).map_err(|_| broken("is expected"))?;
        let known = schemes.into_iter().find(|(scheme, ..)| *scheme == url.scheme());
        let Some((_, security, usual)) = known else {
            return Err(broken(&format!("begins with {first}://, {second}:// or {third}://")));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(broken("holds no user and no password"));
        }
        if url.query().is_some() || url.fragment().is_some() || !matches!(url.path(), "" | "/") {
            return Err(broken("names a host and nothing more"));
        }
        let (host, address) = match url.host() {
            Some(Host::Ipv4(ip)) => (ip.to_string(), Some(IpAddr::V4(ip))),
            Some(Host::Ipv6(ip)) => (ip.to_string(), Some(IpAddr::V6(ip))),
            // A scheme that the URL standard does not know leaves numbers as text.
            Some(Host::Domain(name)) if !name.is_empty() => {
                let name = name.to_ascii_lowercase();
                let address = name.parse().ok();
                (name, address)
            }
            _ => return Err(broken("names a host")),
        };
        let port = url.port().unwrap_or(usual);
        Ok(Server { host, address, port, security })
    }
}
