//! What scripts send: mails and notifications through templates, calls of other machines.

use crate::outbound::{Peer, answer};
use crate::packs;
use crate::site::{Site, on_each, refusal, update};
use chrono::TimeDelta;
use diagnostic::Locale;
use engine::outbound::{Outbound, Permit};
use engine::outbox::Mail;
use engine::publish::PackFiles;
use engine::requests::{Asked, Press, Request};
use engine::{Engine, Identity, Options};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::Database;
use storage::secret::Secret;
use storage::store::effect::{self, Effect};
use uuid::Uuid;

const ORDER: &str = "
kind: object
name: order
title: number
ownership: user
features: [comments, followers]
fields:
  number: {type: text, required: true, max: 40}
  note: {type: text, max: 200}
  secret: {type: text, max: 40}
  state: {type: select, default: open, options: {open: {label: {en: Open, zh-CN: 进行中}}, closed: {}}}
  total: {type: money, currency: CNY, min: 0}
  lines: {type: children, of: line, via: order}
actions:
  tell: {label: Tell, script: order.tell, with: {to: {type: text}}}
  send: {label: Send, script: order.send, with: {to: {type: text}}}
  call: {label: Call, script: order.reach, with: {url: {type: text}}}
  take_back: {label: Back, script: order.take_back, with: {to: {type: text}}}
  swallow: {label: Swallow, script: order.swallow}
  remove: {label: Remove, script: order.remove}
";
const LINE: &str = "
kind: object
name: line
title: name
ownership: inherit(order)
fields:
  order: {type: reference, to: order, required: true, on_delete: cascade}
  name: {type: text, required: true, max: 80}
  cost: {type: integer}
";
const SCRIPT: &str = r#"
fn tell(record, params, ctx) {
    notify(params.to, #{ subject: #{ en: "Order " + record.number, "zh-CN": "订单 " + record.number },
                         text: "see there", record: record });
}
fn send(record, params, ctx) { mail(params.to, #{ template: "order", record: record, values: #{ link: "x" } }); }
fn reach(record, params, ctx) { http(#{ url: params.url, body: #{ number: record.number } }) }
fn take_back(record, params, ctx) { mail(params.to, #{ subject: "s", text: "t" }); refuse("no"); }
fn swallow(record, params, ctx) { try { update(record, #{ total: "-1" }); } catch { } 1 }
fn remove(record, params, ctx) { delete(record); }
"#;
const TEMPLATE: &str = "
kind: template
name: order
use: mail
object: order
values: [link]
subject: {en: 'Order {{record.number}}', zh-CN: '订单 {{record.number}}'}
";
const TEXT: &str = "{{user.name}}/{{label record.state}}/{{record.note}}/{{record.secret}}/{{record.title}}/\
                    {{#each record.lines}}{{name}};{{/each}}/{{link}}";
const HTML: &str = "<p title=\"{{record.note}}\">{{> foot}}</p>";
const CLERK: &str = "
kind: role
name: clerk
objects:
  out.order: {create: true, read: all, update: all, delete: all, history: all, actions: all, fields: {secret: hidden}}
  out.line: {create: true, read: 'name != \"gold\"', update: all, delete: all, fields: {cost: hidden}}
";
const HEAD: &str = "
kind: role
name: head
objects:
  out.order: {create: true, read: all, update: all, history: all, comment: all, actions: all}
";

fn pack() -> PackFiles {
    let files = [
        ("pack.yaml", "kind: pack\nname: out\nversion: 1.0.0\nrequires: {base: '*'}\n"),
        ("objects/order.yaml", ORDER),
        ("objects/line.yaml", LINE),
        ("scripts/order.rhai", SCRIPT),
        ("templates/order.yaml", TEMPLATE),
        ("templates/order.text.hbs", TEXT),
        ("templates/order.html.hbs", HTML),
        ("templates/_foot.hbs", "{{record.number}}."),
        ("roles/clerk.yaml", CLERK),
        ("roles/head.yaml", HEAD),
    ];
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    PackFiles { root: "out".to_owned(), files }
}

fn press(record: Uuid, action: &str, parameters: Json) -> Asked {
    let (object, action) = ("out.order".into(), action.into());
    let press = Press { object, record: Some(record), action, parameters };
    Asked { request: Request::Press(press), key: None, id: "".into(), address: None }
}

fn say(record: Uuid, text: &str) -> Asked {
    let request = Request::Comment { object: "out.order".into(), record, text: text.into() };
    Asked { request, key: None, id: "".into(), address: None }
}

/// What lies in the outbox, oldest first.
pub async fn waiting(site: &Site) -> Vec<Effect> {
    let mut all = effect::list(&site.engine.database().reader(), Some("ready"), 100).await.unwrap();
    all.reverse();
    all
}

pub async fn person(site: &Site, login: &str, role: &str, more: Json) -> Arc<Identity> {
    let made = site.user(login, &[role], None).await;
    site.engine.write(&site.engine.system(), update("base.user", made.actor.id, more)).await.unwrap();
    site.engine.identity(made.actor.id, None).await.unwrap()
}

/// Who reads all of an order, who all but its secret, and who none of it; and the order.
async fn readers(site: &Site) -> ([Arc<Identity>; 3], Uuid) {
    site.apply(vec![packs::shipped("base"), pack()]).await;
    let ann = person(site, "ann", "out.head", json!({"locale": "en"})).await;
    let bo = person(site, "bo", "out.clerk", json!({"locale": "zh_cn"})).await;
    let stranger = person(site, "cy", "base.employee", json!({})).await;
    let id = order(site, &ann).await;
    ([ann, bo, stranger], id)
}

async fn order(site: &Site, who: &Arc<Identity>) -> Uuid {
    let body =
        json!({"number": "O-1", "note": "{{user.name}} <b>\"", "lines": [{"name": "pen"}, {"name": "ink"}]});
    site.create(who, "out.order", body).await.id()
}

#[test]
fn a_mail_says_what_its_reader_may_see_in_the_readers_language() {
    on_each(async |site| {
        site.apply(vec![packs::shipped("base"), pack()]).await;
        let ann = person(&site, "ann", "out.head", json!({"email": "ann@example.com", "locale": "en"})).await;
        let bo =
            person(&site, "bo", "out.clerk", json!({"email": "bo@example.com", "locale": "zh_tw"})).await;
        let silent = person(&site, "silent", "out.clerk", json!({})).await;
        let id = order(&site, &ann).await;
        let secret = update("out.order", id, json!({"secret": "hush"}));
        site.engine.write(&ann, secret).await.unwrap();
        let secret = Secret::new("a key for tests");
        for who in [&ann, &bo] {
            site.engine.perform(&ann, press(id, "send", json!({"to": who.actor.id}))).await.unwrap();
        }
        site.engine.perform(&ann, press(id, "send", json!({"to": "eve@example.com"}))).await.unwrap();
        let mails: Vec<Mail> =
            waiting(&site).await.iter().map(|effect| Mail::of(effect, Some(&secret)).unwrap()).collect();
        let shown: Vec<_> =
            mails.iter().map(|m| (m.to.as_str(), m.subject.as_str(), m.text.as_str())).collect();
        let note = "{{user.name}} <b>\"";
        assert_eq!(
            shown,
            [
                ("ann@example.com", "Order O-1", format!("ann/Open/{note}/hush/O-1/pen;ink;/x").as_str()),
                ("bo@example.com", "订单 O-1", format!("bo/进行中/{note}//O-1/pen;ink;/x").as_str()),
                ("eve@example.com", "订单 O-1", format!("/进行中/{note}/hush/O-1/pen;ink;/x").as_str()),
            ]
        );
        let html = mails[0].html.as_deref().unwrap();
        assert_eq!(html, "<p title=\"{{user.name}} &lt;b&gt;&quot;\">O-1.</p>");
        // The record's timeline tells to whom and about what, to who reads all of it or caused the mail.
        let told = async |who: &Arc<Identity>| {
            let found = site.engine.timeline(who, "out.order", id, None, 50, Locale::En).await.unwrap();
            let mails = found.entries.into_iter().filter(|one| one["kind"] == "mail");
            mails
                .map(|one| json!([one["by"]["login"], one["to"], one["subject"], one["state"]]))
                .collect::<Vec<_>>()
        };
        let lines = |subjects: [Json; 3], names: [Json; 3]| -> Vec<Json> {
            let both = names.into_iter().zip(subjects);
            both.map(|(name, subject)| json!(["ann", name, subject, "ready"])).collect()
        };
        let all = lines(
            [json!("订单 O-1"), json!("订单 O-1"), json!("Order O-1")],
            [json!("eve@example.com"), json!("bo"), json!("ann")],
        );
        assert_eq!(told(&ann).await, all);
        assert_eq!(
            told(&bo).await,
            lines(Default::default(), Default::default()),
            "a field is hidden from bo"
        );
        let chen = person(&site, "chen", "out.head", json!({})).await;
        assert_eq!(told(&chen).await, all);
        // What cannot be sent refuses the action as a whole.
        let before = waiting(&site).await.len();
        for (action, to, expect) in [
            ("send", silent.actor.id.to_string(), "effect_refused"),
            ("send", "a b@example.com".to_owned(), "effect_refused"),
            ("send", Uuid::nil().to_string(), "effect_refused"),
            ("take_back", "ann@example.com".to_owned(), "hook_refused"),
        ] {
            let refused = site.engine.perform(&ann, press(id, action, json!({"to": to}))).await;
            assert_eq!(refusal(refused), expect, "{action} {to}");
        }
        assert_eq!(waiting(&site).await.len(), before, "nothing of it is kept");
        assert_eq!(told(&ann).await, all, "nor told");
    });
}

#[test]
fn a_notification_is_made_once_for_its_user_alone() {
    on_each(async |site| {
        site.apply(vec![packs::shipped("base"), pack()]).await;
        let ann = person(&site, "ann", "out.head", json!({"locale": "en"})).await;
        let bo = person(&site, "bo", "out.clerk", json!({"locale": "zh_cn"})).await;
        let id = order(&site, &ann).await;
        site.engine.perform(&ann, press(id, "tell", json!({"to": bo.actor.id}))).await.unwrap();
        assert_eq!(site.count(&bo, "base.notification", "").await, 0, "it is sent after the commit");
        assert_eq!(site.engine.deliver_once().await.unwrap(), 1);
        assert_eq!(site.engine.deliver_once().await.unwrap(), 0);
        assert_eq!(
            site.count(&bo, "base.notification", r#"subject == "订单 O-1" && is_empty(read_at)"#).await,
            1
        );
        assert_eq!(site.count(&ann, "base.notification", "").await, 0, "not for others");
        let seen = site.engine.list(&bo, "base.notification", &[]).await.unwrap();
        let seen: Json = serde_json::from_slice(&seen.body).unwrap();
        assert_eq!(seen[0]["about"]["id"], json!(id), "{seen}");
        let notification: Uuid = seen[0]["id"].as_str().unwrap().parse().unwrap();
        let read = update("base.notification", notification, json!({"read_at": "2026-03-02T02:00:00Z"}));
        site.engine.write(&bo, read).await.unwrap();
        let forged = update("base.notification", notification, json!({"subject": "x"}));
        assert_ne!(refusal(site.engine.write(&bo, forged).await), "done", "what was said is not changed");
    });
}

#[test]
fn who_is_named_in_a_comment_is_told_if_it_may_be_read() {
    on_each(async |site| {
        let ([ann, bo, stranger], id) = readers(&site).await;
        let rows = [
            ("@bo please look, @cy too, and @nobody", 1, 0),
            ("@ann is me, mail bo@example.com", 0, 0),
            ("again @bo and @bo", 1, 0),
        ];
        let mut told = 0;
        for (text, more, hidden) in rows {
            site.engine.perform(&ann, say(id, text)).await.unwrap();
            while site.engine.deliver_once().await.unwrap() > 0 {}
            told += more;
            assert_eq!(site.count(&bo, "base.notification", "").await, told, "{text}");
            assert_eq!(site.count(&stranger, "base.notification", "").await, hidden, "{text}");
            assert_eq!(site.count(&ann, "base.notification", "").await, 0, "{text}");
        }
        let filter = r#"subject == "ann提到了您" && contains(text, "please")"#;
        assert_eq!(site.count(&bo, "base.notification", filter).await, 1);
    });
}

#[test]
fn who_follows_a_record_is_told_as_far_as_it_may_be_read() {
    on_each(async |site| {
        let ([ann, bo, stranger], id) = readers(&site).await;
        let (object, part) = ("out.order", json!([{"name": "cap"}]));
        let lines = site.engine.list(&ann, "out.line", &[]).await.unwrap();
        let lines: Vec<Json> = serde_json::from_slice(&lines.body).unwrap();
        let line = &lines[0]["id"];
        assert_eq!(refusal(site.engine.follow(&stranger, object, id, true).await), "not_found");
        for who in [&ann, &bo] {
            site.engine.follow(who, object, id, true).await.unwrap();
            site.engine.follow(who, object, id, true).await.unwrap();
        }
        let seen = site.engine.followers(&bo, object, id).await.unwrap();
        assert_eq!(
            (seen["followers"].as_array().unwrap().len(), &seen["following"]),
            (2, &json!(true)),
            "{seen}"
        );
        // What `bo` may not read is no news, and nobody hears of the own deeds, or twice of one.
        let rows = [
            (json!({"note": "x"}), "ann修改了O-1: note", "note"),
            (json!({"note": "x"}), "", "nothing changed"),
            (json!({"secret": "y"}), "", "hidden"),
            (json!({"secret": "z", "note": "z"}), "ann修改了O-1: note", "one of both is hidden"),
            (json!({"lines": {"update": [{"id": line, "cost": 7}]}}), "", "hidden in a part"),
            (json!({"lines": {"create": [{"name": "gold"}]}}), "", "a part that is not seen"),
            (json!({"lines": {"delete": [line]}}), "ann修改了O-1: out.line", "a part is gone"),
            (json!({"lines": part, "state": "closed"}), "ann修改了O-1: state、out.line", "parts"),
            (json!("well"), "ann评论了O-1: well", "a comment"),
            (json!("@bo see"), "ann提到了您: @bo see", "mentioned and following"),
        ];
        let told = async |who: &Arc<Identity>| {
            while site.engine.deliver_once().await.unwrap() > 0 {}
            let seen = site.engine.list(who, "base.notification", &[]).await.unwrap();
            let seen: Vec<Json> = serde_json::from_slice(&seen.body).unwrap();
            let text = |one: &Json, key: &str| one[key].as_str().unwrap().to_owned();
            seen.iter()
                .map(|one| format!("{}: {}", text(one, "subject"), text(one, "text")))
                .collect::<Vec<_>>()
        };
        let mut before = 0;
        for (body, expect, case) in rows {
            match body.as_str() {
                Some(text) => drop(site.engine.perform(&ann, say(id, text)).await.unwrap()),
                None => drop(site.engine.write(&ann, update(object, id, body)).await.unwrap()),
            }
            let heard = told(&bo).await;
            assert_eq!(heard.len() - before, usize::from(!expect.is_empty()), "{case}: {heard:?}");
            assert!(expect.is_empty() || heard.iter().any(|one| one == expect), "{case}: {heard:?}");
            before = heard.len();
        }
        assert_eq!(told(&ann).await.len(), 0, "not of the own deeds");
        site.engine.follow(&bo, object, id, false).await.unwrap();
        site.engine.write(&ann, update(object, id, json!({"note": "w"}))).await.unwrap();
        assert_eq!(told(&bo).await.len(), before, "no longer");
        assert_eq!(site.engine.followers(&bo, object, id).await.unwrap()["following"], json!(false));
    });
}

/// A further engine on the site's database that may call this machine.
pub async fn caller(site: &Site) -> Engine {
    let options =
        storage::Options { durable: false, connections: 4, ..storage::Options::url(site.place.url()) };
    let database = Database::open(options).await.unwrap();
    let outbound = Outbound::new(Permit::new(["127.0.0.1"]).unwrap());
    let secret = Some(Secret::new("a key for tests"));
    let options = Options { clock: site.clock.clone(), secret, outbound, ..Options::default() };
    Engine::open(database, options).await.unwrap()
}

#[test]
fn a_call_goes_out_after_the_commit_and_again_where_the_peer_is_busy() {
    on_each(async |site| {
        site.apply(vec![packs::shipped("base"), pack()]).await;
        let ann = person(&site, "ann", "out.head", json!({})).await;
        let id = order(&site, &ann).await;
        let inwards = site.engine.perform(&ann, press(id, "call", json!({"url": "http://127.0.0.1/"}))).await;
        assert_eq!(refusal(inwards), "effect_refused", "nobody permitted it here");
        let engine = caller(&site).await;
        let rows = [("200 OK", "done", 1), ("404 Not Found", "failed", 1), ("503 Busy", "ready", 2)];
        for (head, state, times) in rows {
            let peer = Peer::start("127.0.0.1", answer(head, b"told"), false);
            engine.perform(&ann, press(id, "call", json!({"url": peer.url("/hook")}))).await.unwrap();
            let waiting = waiting(&site).await.pop().unwrap();
            assert!(waiting.payload["sealed"].is_string(), "headers may hold secrets");
            assert_eq!(peer.heard().len(), 0, "not before the commit");
            let mut keys = Vec::new();
            for _ in 0..times {
                assert_eq!(engine.deliver_once().await.unwrap(), 1, "{head}");
                let heard = peer.heard().pop().unwrap();
                assert!(heard.starts_with("POST /hook HTTP/1.1"), "{heard}");
                keys.push(
                    heard.split("idempotency-key: ").nth(1).unwrap().split("\r\n").next().unwrap().to_owned(),
                );
                site.clock.advance(TimeDelta::seconds(30));
            }
            keys.dedup();
            assert_eq!(keys, [waiting.key], "a repetition has the same key");
            let shown = engine.effect(&engine.system(), waiting.id).await.unwrap();
            assert_eq!(
                (shown["state"].as_str(), shown["attempts"].as_i64()),
                (Some(state), Some(times)),
                "{shown}"
            );
            let from = engine::identity::Origin::default();
            engine.settle_effect(&engine.system(), waiting.id, "done", &from).await.unwrap();
        }
        engine.database().close().await.unwrap();
    });
}

#[test]
fn what_a_failed_write_began_is_not_kept_however_the_script_takes_it() {
    on_each(async |site| {
        site.apply(vec![packs::shipped("base"), pack()]).await;
        let ann = person(&site, "ann", "out.clerk", json!({})).await;
        let id = order(&site, &ann).await;
        let swallowed = site.engine.perform(&ann, press(id, "swallow", Json::Null)).await;
        assert_ne!(refusal(swallowed), "done");
        let head = person(&site, "head", "out.head", json!({})).await;
        let removed = site.engine.perform(&head, press(id, "remove", Json::Null)).await;
        assert_ne!(refusal(removed), "done", "a script deletes with the rights of who calls it");
        site.engine.perform(&ann, press(id, "remove", Json::Null)).await.unwrap();
        assert_eq!(site.count(&ann, "out.order", "").await, 0);
    });
}
