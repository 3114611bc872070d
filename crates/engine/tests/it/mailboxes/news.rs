//! A mailbox that keeps failing is told of once to administrators, and once more when that is over.

use super::{PASSWORD, Peer, here, open_post, poll, set};
use crate::site::{Site, on_each};
use chrono::TimeDelta;
use engine::Engine;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// What somebody was told of mailboxes so far, the oldest first.
async fn told(site: &Site, engine: &Engine, user: Uuid) -> Vec<Json> {
    while engine.deliver_once().await.unwrap() > 0 {}
    let asked =
        vec![("filter".to_owned(), format!("owner == \"{user}\"")), ("sort".into(), "created_at".into())];
    let found = site.engine.list(&engine.system(), "base.notification", &asked).await.unwrap();
    serde_json::from_slice(&found.body).unwrap()
}

#[test]
fn administrators_hear_once_of_a_mailbox_that_keeps_failing() {
    on_each(async |site| {
        let (peer, (_files, engine)) = (Peer::start(), open_post(&site, here()).await);
        let administrator = async |login: &str, locale: &str, active: bool| {
            let roles = json!([{"role": "base.admin"}]);
            let body =
                json!({"login": login, "name": login, "locale": locale, "active": active, "roles": roles});
            site.create(&engine.system(), "base.user", body).await.id()
        };
        let ann = administrator("ann", "en", true).await;
        let wei = administrator("wei", "zh_tw", true).await;
        administrator("gone", "en", false).await;
        let bob = site.user("bob", &[], None).await.actor.id;
        // Whether the password is right, and what each administrator was told after that.
        let rows: [(bool, usize); 12] = [
            (false, 0),
            (true, 0),
            (false, 0),
            (false, 0),
            (false, 1),
            (false, 1),
            (false, 1),
            (true, 2),
            (true, 2),
            (false, 2),
            (false, 2),
            (false, 3),
        ];
        for (place, (right, expect)) in rows.into_iter().enumerate() {
            set(&engine, peer.port, if right { PASSWORD } else { "wrong" }).await;
            site.clock.advance(TimeDelta::minutes(1));
            poll(&engine).await;
            assert_eq!(told(&site, &engine, ann).await.len(), expect, "look {place}");
            assert_eq!(told(&site, &engine, wei).await.len(), expect, "look {place}");
        }
        assert_eq!(told(&site, &engine, bob).await, Vec::<Json>::new());
        let told = [told(&site, &engine, ann).await, told(&site, &engine, wei).await].concat();
        let expected = [
            (
                0,
                "Mailbox cannot be read: desk",
                "the server refuses: [AUTHENTICATIONFAILED] Authentication failed.",
            ),
            (1, "Mailbox can be read again: desk", "taken now"),
            (3, "信箱無法讀取：desk", "請在「外部連線」中檢查"),
            (4, "信箱已恢復：desk", "已排除"),
        ];
        for (place, subject, part) in expected {
            let (told, text) = (&told[place], told[place]["text"].as_str().unwrap_or_default());
            assert!(told["subject"] == subject && text.contains(part), "{told}");
            assert!(!text.contains("wrong") && !text.contains("{{"), "{text}");
        }
        engine.database().close().await.unwrap();
    });
}
