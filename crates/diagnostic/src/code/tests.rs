use super::*;
use std::collections::{BTreeSet, HashSet};

/// The `{places}` of a message.
fn places(message: &str) -> BTreeSet<&str> {
    message.split('{').skip(1).filter_map(|part| part.split('}').next()).collect()
}

#[test]
fn names_are_unique_and_every_language_has_the_same_places() {
    let mut seen = HashSet::new();
    for code in Code::ALL {
        assert!(seen.insert(code.name()), "{code} twice");
        for locale in Locale::ALL {
            assert_eq!(places(code.message(locale)), places(code.message(Locale::En)), "{code}");
        }
    }
}
