//! Connectors that come, go or are others.

use super::{ChangeKind, Changes};
use crate::model::catalog::Catalog;
use crate::model::connector::{Connection, Connector};

pub(super) fn compare(old: &Catalog, new: &Catalog, changes: &mut Changes) {
    for (name, connector) in &new.connectors {
        match old.connectors.get(name) {
            None => changes.add(ChangeKind::Add, format!("connector {name}")),
            Some(before) => differences(before, connector, changes),
        }
    }
    for name in old.connectors.keys().filter(|name| !new.connectors.contains_key(*name)) {
        changes.add(ChangeKind::Retire, format!("connector {name}"));
    }
}

fn differences(old: &Connector, new: &Connector, changes: &mut Changes) {
    let mut add =
        |what: String| changes.add(ChangeKind::Behaviour, format!("connector {}: {what}", new.name));
    let url = |connector: &Connector| {
        let url = match &connector.connection {
            Connection::Http(http) => &http.url,
            Connection::Smtp(smtp) => &smtp.url,
            Connection::Imap(imap) => &imap.url,
        };
        url.as_ref().map_or("that of the site".to_owned(), String::clone)
    };
    // Where secrets go is worth a line of its own.
    if url(old) != url(new) {
        add(format!("address {} becomes {}", url(old), url(new)));
    } else if old.connection != new.connection {
        add("it is reached in another way".to_owned());
    }
    if old.secrets != new.secrets {
        add(format!("secrets {} become {}", old.secrets.join(", "), new.secrets.join(", ")));
    }
    for (name, operation) in &new.operations {
        match old.operations.get(name) {
            None => add(format!("operation {name} is added")),
            Some(before) if before != operation => add(format!("operation {name} changes")),
            Some(_) => {}
        }
    }
    for name in old.operations.keys().filter(|name| !new.operations.contains_key(*name)) {
        add(format!("operation {name} is gone"));
    }
}
