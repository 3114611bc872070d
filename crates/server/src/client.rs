//! Where a request comes from. What a header says of it anybody may write: it counts only where a proxy that is
//! configured as trusted wrote it.

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;
use diagnostic::{Code, Diagnostic, Result};
use engine::identity::Origin;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What proxies tell of the client, nearest last.
const FORWARDED: &str = "x-forwarded-for";
/// Characters of what a client calls itself that are kept.
const AGENT: usize = 200;

/// The proxies whose word counts.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<Net>);

/// Addresses that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Net {
    first: u128,
    /// Bits that are the same, of 128.
    bits: u32,
}

fn wide(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl Net {
    fn parse(text: &str) -> Option<Net> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let own = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(own);
        (bits <= own).then(|| Net { first: wide(address), bits: bits + 128 - own })
    }

    fn holds(&self, address: IpAddr) -> bool {
        let differing = wide(address) ^ self.first;
        differing.leading_zeros() >= self.bits
    }
}

impl Proxies {
    /// Addresses, or networks as `10.0.0.0/8`.
    ///
    /// # Errors
    /// `invalid_configuration` naming what is neither.
    pub fn parse(texts: &[String]) -> Result<Proxies> {
        let one = |text: &String| {
            Net::parse(text.trim()).ok_or_else(|| {
                let reason = format!("trusted proxy `{text}` is neither an address nor a network");
                Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason))
            })
        };
        texts.iter().map(one).collect::<Result<Vec<Net>>>().map(Proxies)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.holds(address))
    }

    /// The client: the peer, or, where that is a trusted proxy, the last address in the header that is none.
    pub fn client(&self, request: &HttpRequest) -> IpAddr {
        let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        if !self.trusts(peer) {
            return peer;
        }
        let given = request.headers().get_all(FORWARDED).filter_map(|value| value.to_str().ok());
        let all: Vec<&str> = given.flat_map(|value| value.split(',')).map(str::trim).collect();
        let mut nearest = peer;
        for text in all.iter().rev() {
            // What cannot be read was not written by a proxy that is to be trusted.
            let Ok(address) = text.parse::<IpAddr>() else { return nearest };
            if !self.trusts(address) {
                return address;
            }
            nearest = address;
        }
        nearest
    }
}

/// One client for limits: an IPv6 user holds a whole /64.
pub fn group(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let kept = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(kept))
        }
    }
}

/// What the audit trail keeps of where a request comes from.
pub fn origin(proxies: &Proxies, request: &HttpRequest) -> Origin {
    let agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
    Origin {
        address: Some(proxies.client(request).to_canonical().to_string()),
        agent: agent.map(|agent| agent.chars().take(AGENT).collect()),
        request: crate::trace::current_id(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn only_trusted_proxies_say_who_the_client_is() {
        let rows = [
            ("203.0.113.9", "", "198.51.100.1", "203.0.113.9"),
            ("203.0.113.9", "10.0.0.0/8", "198.51.100.1", "203.0.113.9"),
            ("10.1.2.3", "10.0.0.0/8", "198.51.100.1", "198.51.100.1"),
            ("10.1.2.3", "10.0.0.0/8", "1.2.3.4, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
            ("10.1.2.3", "10.1.2.3", "198.51.100.1, 10.1.2.4", "10.1.2.4"),
            ("10.1.2.3", "10.0.0.0/8", "198.51.100.1, junk", "10.1.2.3"),
            ("10.1.2.3", "10.0.0.0/8", "", "10.1.2.3"),
            ("::ffff:10.1.2.3", "10.0.0.0/8", "2001:db8::7", "2001:db8::7"),
            ("fd00::1", "fd00::/8", "198.51.100.1", "198.51.100.1"),
        ];
        for (peer, trusted, header, expect) in rows {
            let trusted: Vec<String> = trusted.split_terminator(',').map(str::to_owned).collect();
            let proxies = Proxies::parse(&trusted).unwrap();
            let mut request =
                TestRequest::get().peer_addr(std::net::SocketAddr::new(peer.parse().unwrap(), 1));
            if !header.is_empty() {
                request = request.insert_header((FORWARDED, header));
            }
            let found = proxies.client(&request.to_http_request());
            assert_eq!(found, expect.parse::<IpAddr>().unwrap(), "{peer} {trusted:?} {header}");
        }
        for wrong in ["10.0.0.0/33", "x", "10.0.0", "::/129"] {
            assert!(Proxies::parse(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn neighbours_in_a_network_are_one_client() {
        let of = |text: &str| group(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::2"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
