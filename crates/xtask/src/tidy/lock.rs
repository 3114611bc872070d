//! What the lock file must hold, and must not hold.

use anyhow::{Context, Result};

use crate::finding::Finding;
use crate::workspace::Workspace;

/// Two of these would be two drivers with separate pools and types, or two copies of SQLite in one process.
const EXACTLY_ONE: &[&str] = &["sqlx", "libsqlite3-sys", "sea-orm", "rhai"];

/// C libraries for TLS: rustls with ring is used everywhere, so that a build needs no OpenSSL and no CMake.
const NONE: &[&str] = &["openssl-sys", "aws-lc-sys", "native-tls"];

/// Finds packages that are doubled, missing or unwanted.
pub fn find(workspace: &Workspace) -> Result<Vec<Finding>> {
    let text = workspace.text("Cargo.lock")?.context("Cargo.lock is text")?;
    Ok(check(&names(&text)?))
}

fn names(lock: &str) -> Result<Vec<String>> {
    let lock: toml::Table = toml::from_str(lock)?;
    let packages =
        lock.get("package").and_then(toml::Value::as_array).context("Cargo.lock lists no package")?;
    let name = |package: &toml::Value| package.get("name").and_then(toml::Value::as_str).map(str::to_owned);
    Ok(packages.iter().filter_map(name).collect())
}

fn check(names: &[String]) -> Vec<Finding> {
    let count = |wanted: &str| names.iter().filter(|name| *name == wanted).count();
    let wrong = |name: &str| {
        let what = format!("{} versions of `{name}`, exactly one is allowed", count(name));
        Finding::new("Cargo.lock", what, format!("find who asks for it: cargo tree --invert {name}"))
    };
    let unwanted = |name: &str| {
        let what = format!("`{name}` is in the build");
        Finding::new(
            "Cargo.lock",
            what,
            format!("choose features that use rustls with ring: cargo tree --invert {name}"),
        )
    };
    let doubled = EXACTLY_ONE.iter().filter(|name| count(name) != 1).map(|name| wrong(name));
    doubled.chain(NONE.iter().filter(|name| count(name) > 0).map(|name| unwanted(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubled_missing_and_unwanted_packages_are_found() {
        let check = |lock: &[&str], findings: usize| {
            let text: String = lock.iter().map(|name| format!("[[package]]\nname = \"{name}\"\n")).collect();
            assert_eq!(super::check(&names(&text).unwrap()).len(), findings, "{lock:?}");
        };
        let good = ["sqlx", "libsqlite3-sys", "sea-orm", "rhai"];
        check(&good, 0);
        check(&good[1..], 1);
        check(&[&good[..], &["sqlx"]].concat(), 1);
        check(&[&good[..], &["openssl-sys", "aws-lc-sys"]].concat(), 2);
    }
}
