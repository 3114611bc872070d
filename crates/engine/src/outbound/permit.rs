//! Which addresses may be called.

use diagnostic::{Code, Diagnostic, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an administrator permits beside the public internet.
#[derive(Clone, Debug, Default)]
pub struct Permit {
    hosts: Vec<String>,
    networks: Vec<(IpAddr, u8)>,
}

impl Permit {
    /// Of names of hosts, addresses and networks (`erp.example.com`, `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`).
    ///
    /// # Errors
    /// `invalid_configuration`.
    pub fn new<'w>(words: impl IntoIterator<Item = &'w str>) -> Result<Permit> {
        let mut permit = Permit::default();
        for word in words.into_iter().map(str::trim).filter(|word| !word.is_empty()) {
            let wrong = || {
                let reason = format!("--allow-outbound: `{word}` is no host, address or network");
                Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason))
            };
            let (address, length) = match word.split_once('/') {
                Some((address, length)) => (address, Some(length.parse::<u8>().map_err(|_| wrong())?)),
                None => (word, None),
            };
            match (address.parse::<IpAddr>(), length) {
                (Ok(ip), length) => {
                    let most = if ip.is_ipv4() { 32 } else { 128 };
                    let length = length.unwrap_or(most);
                    if length > most {
                        return Err(wrong());
                    }
                    permit.networks.push((ip, length));
                }
                (Err(_), None) if is_name(word) => permit.hosts.push(word.to_ascii_lowercase()),
                (Err(_), _) => return Err(wrong()),
            }
        }
        Ok(permit)
    }

    /// Whether a host that resolved to this address may be called.
    pub fn allows(&self, host: &str, address: IpAddr) -> bool {
        is_public(address)
            || self.hosts.iter().any(|known| known == host)
            || self.networks.iter().any(|network| within(address, *network))
    }
}

/// A name of a host as it stands in a URL.
fn is_name(word: &str) -> bool {
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    // A name that ends in a number would be read as an address.
    let ends_in_number = word.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    word.len() <= 253 && word.split('.').all(label) && !ends_in_number
}

fn within(address: IpAddr, (network, length): (IpAddr, u8)) -> bool {
    let same = |a: u128, b: u128, bits: u8| {
        let shift = u32::from(bits) - u32::from(length);
        shift >= 128 || a >> shift == b >> shift
    };
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) => same(u32::from(a).into(), u32::from(b).into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => same(a.into(), b.into(), 128),
        _ => false,
    }
}

/// Whether an address is one of the public internet: nothing of this machine, of its networks, or reserved.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match (a, b) {
        // This network, private, loopback, link-local, multicast, reserved and broadcast.
        (0 | 10 | 127 | 224..=255, _) => true,
        (100, 64..=127) | (169, 254) | (172, 16..=31) | (192, 168) | (198, 18 | 19) => true,
        // Assignments of protocols, documentation, relays of 6to4.
        (192, 0) => c == 0 || c == 2,
        (192, 88) => c == 99,
        (198, 51) => c == 100,
        (203, 0) => c == 113,
        _ => false,
    };
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    // Only what is given out to the public; this leaves out loopback, mapped and compatible addresses, NAT64, unique
    // local, link-local, site-local and multicast.
    if parts[0] & 0xe000 != 0x2000 {
        return false;
    }
    let special = match (parts[0], parts[1]) {
        // Teredo, ORCHID, benchmarks, documentation: protocols and examples; 6to4 wraps an IPv4 address.
        (0x2001, 0x0000..=0x01ff) | (0x2001, 0x0db8) | (0x2002, _) => true,
        (0x3fff, 0x0000..=0x0fff) => true,
        _ => false,
    };
    !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "2606:4700::1111",
            "2400:3200::1",
        ];
        for address in public {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        let others = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "5f00::1",
        ];
        for address in others {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn an_administrator_permits_more() {
        let permit =
            Permit::new(["ERP.example.com", "10.1.0.0/16", "192.168.7.7", " ", "fd00::/8", "0.0.0.0/0"]);
        let permit = Permit {
            networks: permit.unwrap().networks[..3].to_vec(),
            hosts: vec!["erp.example.com".into()],
        };
        let rows = [
            ("x.example.com", "10.1.2.3", true),
            ("x.example.com", "10.2.2.3", false),
            ("x.example.com", "192.168.7.7", true),
            ("x.example.com", "192.168.7.8", false),
            ("x.example.com", "fd12::1", true),
            ("x.example.com", "fe80::1", false),
            ("x.example.com", "::ffff:10.1.2.3", false),
            ("erp.example.com", "10.9.9.9", true),
            ("sub.erp.example.com", "10.9.9.9", false),
            ("x.example.com", "1.1.1.1", true),
        ];
        for (host, address, expect) in rows {
            assert_eq!(permit.allows(host, address.parse().unwrap()), expect, "{host} {address}");
        }
        for wrong in ["10.0.0.0/33", "fd00::/129", "10.0.0.0/x", "a b", "http://x", "x:80", "1.2.3", "-/8"] {
            assert!(Permit::new([wrong]).is_err(), "{wrong}");
        }
    }
}
