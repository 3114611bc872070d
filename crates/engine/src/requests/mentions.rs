//! People who are named in a comment by their login, as in `@wang.lei`: they are told, where they may read the record.

use crate::records::read;
use crate::records::work::Work;
use diagnostic::{Code, Result};
use plan::actor::Access;
use script::Message;
use serde_json::{Map, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// People told by one comment at most.
const MOST: usize = 20;

/// Puts a notification into the outbox for each of them, but for the author. Whoever may not read the record is not
/// told that there is one, and the author not that somebody may not. Answers who was told.
pub(super) async fn tell(work: &Work, object: &Arc<str>, record: Uuid, text: &str) -> Result<BTreeSet<Uuid>> {
    let author = &work.identity.actor;
    let mut told = BTreeSet::new();
    for login in mentioned(text).into_iter().take(MOST) {
        let identity = match work.engine.identity_of_login(&work.tx, login).await {
            Ok(identity) if identity.actor.id != author.id => identity,
            Ok(_) => continue,
            Err(found) if found.code == Code::UnknownReference => continue,
            Err(found) => return Err(found),
        };
        let id = identity.actor.id;
        if !read::may(&work.seen_by(identity), object, record, Access::Read).await? {
            continue;
        }
        let name = &author.name;
        let message = Message {
            template: None,
            subject: json!({
                "en": format!("{name} mentioned you"),
                "zh-CN": format!("{name}提到了您"),
                "zh-TW": format!("{name}提到了您"),
            }),
            text: json!(text),
            about: Some((object.clone(), record)),
            values: Map::new(),
        };
        work.put_notification(id, &message, None).await?;
        told.insert(id);
    }
    Ok(told)
}

/// Logins after an `@` that begins a word: not those of addresses such as `a@b.example`.
fn mentioned(text: &str) -> BTreeSet<&str> {
    let part_of_login = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices('@') {
        let inside_a_word = text[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
        let rest = &text[at + 1..];
        let end = rest.find(|c| !part_of_login(c)).unwrap_or(rest.len());
        // A sentence may end behind a login.
        let login = rest[..end].trim_end_matches(['.', '-', '_']);
        if !inside_a_word && !login.is_empty() {
            found.insert(login);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::mentioned;

    #[test]
    fn logins_are_found() {
        let rows: [(&str, &[&str]); 8] = [
            ("@wang.lei please look", &["wang.lei"]),
            ("请@wang.lei看一下", &["wang.lei"]),
            ("(@a, @b and @a)", &["a", "b"]),
            ("ask @chen.jie.", &["chen.jie"]),
            ("write to sales@example.com", &[]),
            ("@ nobody", &[]),
            ("@", &[]),
            ("@Upper", &[]),
        ];
        for (text, expect) in rows {
            assert_eq!(mentioned(text).into_iter().collect::<Vec<_>>(), expect, "{text}");
        }
    }
}
