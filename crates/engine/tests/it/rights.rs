//! Who may see and change what.

use crate::site::{on_each, refusal, update};
use engine::records::Command;
use serde_json::json;

#[test]
fn rows_of_others_are_not_there() {
    on_each(async |site| {
        let (ann, bob) =
            (site.user("ann", &["desk.clerk"], None).await, site.user("bob", &["desk.clerk"], None).await);
        let head = site.user("head", &["desk.head"], None).await;
        let guest = site.user("guest", &[], None).await;
        let id = site.request(&ann, "A").await;
        assert_eq!(site.count(&ann, "desk.request", "").await, 1);
        assert_eq!(site.count(&bob, "desk.request", "").await, 0);
        assert_eq!(site.count(&head, "desk.request", "").await, 1);
        assert_eq!(refusal(site.record(&bob, "desk.request", id).await), "not_found");
        let stolen = site.engine.write(&bob, update("desk.request", id, json!({"subject": "B"}))).await;
        assert_eq!(refusal(stolen), "not_found");
        // An object without any grant is not there either.
        assert_eq!(refusal(site.record(&guest, "desk.request", id).await), "not_found");
        let create = Command::Create { object: "desk.request".into(), body: json!({"subject": "x"}) };
        assert_eq!(refusal(site.engine.write(&guest, create).await), "not_found");
        // Lines follow their request.
        assert_eq!(site.count(&ann, "desk.item", "").await, 1);
        assert_eq!(site.count(&bob, "desk.item", "").await, 0);
    });
}

#[test]
fn a_hidden_field_is_an_unknown_field() {
    on_each(async |site| {
        let ann = site.user("ann", &["desk.clerk"], None).await;
        let head = site.user("head", &["desk.head"], None).await;
        let id = site.request(&ann, "A").await;
        site.engine.write(&head, update("desk.request", id, json!({"secret": "s"}))).await.unwrap();
        let seen = site.record(&ann, "desk.request", id).await.unwrap();
        assert_eq!(seen.get("secret"), None);
        assert_eq!(site.record(&head, "desk.request", id).await.unwrap()["secret"], "s");
        let listed = |filter: &str| vec![("filter".to_owned(), filter.to_owned())];
        let hidden = site.engine.list(&ann, "desk.request", &listed("secret == \"s\"")).await;
        let unknown = site.engine.list(&ann, "desk.request", &listed("secreu == \"s\"")).await;
        assert_eq!(refusal(hidden), refusal(unknown));
        let written = site.engine.write(&ann, update("desk.request", id, json!({"secret": "t"}))).await;
        assert_eq!(refusal(written), "unknown_field secret");
    });
}

#[test]
fn a_change_of_roles_holds_at_once() {
    on_each(async |site| {
        let ann = site.user("ann", &["desk.clerk"], None).await;
        site.request(&site.engine.system(), "A").await;
        assert_eq!(site.count(&ann, "desk.request", "").await, 0);
        let roles = json!({"roles": {"create": [{"role": "desk.head"}]}});
        site.engine.write(&site.engine.system(), update("base.user", ann.actor.id, roles)).await.unwrap();
        let ann = site.engine.identity(ann.actor.id, None).await.unwrap();
        assert_eq!(site.count(&ann, "desk.request", "").await, 1);
        let gone = json!({"active": false});
        site.engine.write(&site.engine.system(), update("base.user", ann.actor.id, gone)).await.unwrap();
        assert_eq!(refusal(site.engine.identity(ann.actor.id, None).await), "unauthenticated");
    });
}
