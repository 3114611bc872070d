//! Connectors: what is said to other systems, what is taken from their answers, and what is told to nobody.

use crate::effects::{caller, person, waiting};
use crate::mail;
use crate::outbound::{Peer, answer};
use crate::packs;
use crate::site::{Site, on_each, refusal};
use chrono::TimeDelta;
use diagnostic::Locale;
use engine::connectors::{Asked, ConnectorCall, Settings};
use engine::ended::Ended;
use engine::identity::Origin;
use engine::publish::PackFiles;
use engine::requests::{self, Press, Request};
use engine::signature;
use engine::{Engine, Identity};
use expression::Value;
use indexmap::IndexMap;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::secret::Secret;
use storage::store::{audit, connector, effect};

const CONNECTORS: &str = "
kind: connector
name: NAME
http: {AUTH headers: {X-Tenant: '42'}, timeout: 5s}
operations:
  create:
    path: /quotes/{number}
    parameters:
      number: {type: text, required: true, max: 40}
      total: {type: money}
      on: {type: date}
      lines: {type: json}
    query: {v: '2'}
    query_from: {on: on}
    headers_from: {X-Number: 'if len(number) > 20 { number } else { () }'}
    body: {form: quote, head: {currency: CNY}}
    body_from: {head: {total: total}, number: number, lines: lines}
    answer:
      id: {type: text, path: /data/id, required: true}
      total: {type: decimal, path: /data/total}
      ok: {type: boolean}
      lines: {type: json, path: /data/lines}
      at: {type: datetime}
      count: {type: integer}
  ping: {path: /ping}
  form: {path: /form, body_as: form, body: {a: 1}, body_from: {b: b, c: c}, parameters: {b: {type: text}, c: {type: integer}}}
  once: {path: /once, method: POST, retry: never, ok: [200, 409]}
";
const ORDER: &str = "
kind: object
name: order
title: number
ownership: shared
fields: {number: {type: text, required: true, max: 40}}
actions:
  ask: {label: Ask, script: order.ask, with: {operation: {type: text}, values: {type: json}}}
";
const SCRIPT: &str = "fn ask(record, params, ctx) { connector(params.operation, params.values) }";
const POST: &str = "
kind: connector
name: post
smtp: {auth: {user: desk, secret: password}}
";
/// Ways to show who calls.
const WAYS: [(&str, &str); 6] = [
    ("none", ""),
    ("basic", "auth: {basic: {user: desk, secret: password}},"),
    ("bearer", "auth: {bearer: {secret: token}},"),
    ("header", "auth: {header: {name: X-Key, secret: token}},"),
    ("query", "auth: {query: {name: key, secret: token}},"),
    ("hmac", "auth: {hmac: {secret: token}},"),
];
/// What is told to nobody.
const SECRET: &str = "planted-s3cret/+ value";

fn pack() -> PackFiles {
    let mut files = vec![
        ("pack.yaml".to_owned(), "kind: pack\nname: out\nversion: 1.0.0\nrequires: {base: '*'}\n".to_owned()),
        ("objects/order.yaml".to_owned(), ORDER.to_owned()),
        ("scripts/order.rhai".to_owned(), SCRIPT.to_owned()),
        ("connectors/post.yaml".to_owned(), POST.to_owned()),
    ];
    for (name, auth) in WAYS {
        let text = CONNECTORS.replace("NAME", name).replace("AUTH", auth);
        files.push((format!("connectors/{name}.yaml"), text));
    }
    PackFiles { root: "out".to_owned(), files }
}

/// An engine that may call this machine.
async fn opened(site: &Site) -> Engine {
    site.apply(vec![packs::shipped("base"), pack()]).await;
    caller(site).await
}

fn url(url: String) -> Settings {
    Settings { url: Some(url), ..Settings::default() }
}

/// Says where a connector is, and its secret.
async fn set(engine: &Engine, way: &str, peer: &str) {
    let (who, from) = (engine.system(), Origin::default());
    let name = format!("out.{way}");
    engine.set_connector(&who, &name, url(peer.to_owned()), &from).await.unwrap();
    let told = engine.connector(&who, &name, Locale::En).await.unwrap();
    for secret in told["secrets"].as_array().unwrap() {
        let secret = secret["name"].as_str().unwrap();
        engine.set_connector_secret(&who, &name, secret, SECRET, &from).await.unwrap();
    }
}

pub async fn attempt(engine: &Engine, name: &str, operation: &str, values: Json) -> diagnostic::Result<Json> {
    engine.try_connector(&engine.system(), (name, operation), &values, "the key", &Origin::default()).await
}

/// The value of a header that a peer heard.
fn header<'h>(heard: &'h str, name: &str) -> Option<&'h str> {
    heard.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[test]
fn a_peer_sees_who_calls_and_nobody_else_does() {
    on_each(async |site| {
        let engine = opened(&site).await;
        let echo = json!({"data": {"id": format!("key {SECRET}")}, "said": SECRET}).to_string();
        let peer = Peer::start("127.0.0.1", answer("201 Created", echo.as_bytes()), false);
        for (way, _) in WAYS {
            set(&engine, way, &peer.url("/api/")).await;
            let values = json!({"number": "Q 1/报", "total": "1234.50", "on": "2026-03-02", "lines": [1, {"a": null}]});
            let told = attempt(&engine, &format!("out.{way}"), "create", values).await.unwrap();
            let heard = peer.heard().pop().unwrap();
            let (first, body) = (heard.lines().next().unwrap(), heard.split("\r\n\r\n").nth(1).unwrap());
            let key = if way == "query" { "&key=planted-s3cret%2F%2B+value" } else { "" };
            let expect = format!("POST /api/quotes/Q%201%2F%E6%8A%A5?v=2&on=2026-03-02{key} HTTP/1.1");
            assert_eq!(first, expect, "{way}");
            let said: Json = serde_json::from_str(body).unwrap();
            let expect = json!({"form": "quote", "head": {"currency": "CNY", "total": "1234.50"}, "number": "Q 1/报", "lines": [1, {"a": null}]});
            assert_eq!(said, expect);
            let basic = "Basic ZGVzazpwbGFudGVkLXMzY3JldC8rIHZhbHVl";
            let authorization = match way {
                "basic" => Some(basic.to_owned()),
                "bearer" => Some(format!("Bearer {SECRET}")),
                _ => None,
            };
            assert_eq!(header(&heard, "authorization"), authorization.as_deref(), "{way}");
            assert_eq!(header(&heard, "x-key"), (way == "header").then_some(SECRET), "{way}");
            assert_eq!(header(&heard, "x-tenant"), Some("42"));
            assert_eq!(header(&heard, "x-number"), None, "a header without a value is left out");
            assert_eq!(header(&heard, "idempotency-key"), Some("the key"));
            let signed = header(&heard, "x-lifeloom-signature").map(|signature| signature::Signature {
                timestamp: header(&heard, "x-lifeloom-timestamp").unwrap().to_owned(),
                signature: signature.to_owned(),
            });
            assert_eq!(signed.is_some(), way == "hmac");
            if let Some(signed) = signed {
                let proven = signature::verify(SECRET.as_bytes(), &signed, body.as_bytes(), engine.now());
                proven.unwrap();
            }
            // A peer that repeats the secret does not get it told.
            let id = if way == "none" { format!("key {SECRET}") } else { "key •••".to_owned() };
            assert_eq!((&told["status"], &told["values"]["id"]), (&json!(201), &json!(id)), "{way}");
        }
        nobody_is_told(&site, &engine).await;
        engine.database().close().await.unwrap();
    });
}

/// No list, effect, audit entry or row of the database holds the secret; a key of another place opens none.
async fn nobody_is_told(site: &Site, engine: &Engine) {
    let who = engine.system();
    let mut told = vec![json!(engine.connectors(&who, Locale::En).await.unwrap())];
    for (way, _) in WAYS {
        told.push(engine.connector(&who, &format!("out.{way}"), Locale::En).await.unwrap());
    }
    told.push(json!(engine.effects(&who, None).await.unwrap()));
    let audit = engine.audit(&who, &audit::Filter::default(), None, 200).await.unwrap();
    let kinds: Vec<&str> = audit.entries.iter().filter_map(|entry| entry["kind"].as_str()).collect();
    for kind in ["connector.changed", "connector.secret_set", "connector.tried"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    told.push(json!(audit.entries));
    // The connector without authentication was answered with it: that is what its peer says of itself.
    for json in &told {
        assert!(!json.to_string().contains("planted"), "{json}");
    }
    let tx = site.engine.database().reader();
    let secret = Secret::new("a key for tests");
    for kept in connector::all_secrets(&tx).await.unwrap() {
        assert!(kept.sealed.starts_with("e1:"), "{}", kept.sealed);
        let open = |connector: &str, name: &str| {
            secret.open(&kept.sealed, kept.id, &connector::place(connector, name))
        };
        assert_eq!(open(&kept.connector, &kept.name).unwrap(), SECRET);
        assert!(open("out.other", &kept.name).is_err() && open(&kept.connector, "other").is_err());
    }
}

#[test]
fn answers_are_taken_as_their_types_read_them() {
    on_each(async |site| {
        let engine = opened(&site).await;
        let rows = [
            (
                r#"{"data": {"id": 7, "total": 12.5, "lines": [1]}, "ok": true, "at": "2026-03-02T09:00:00+08:00", "count": "12"}"#,
                r#"{"id":"7","total":"12.5","ok":true,"lines":[1],"at":"2026-03-02T01:00:00Z","count":12}"#,
            ),
            (
                r#"{"data": {"id": "A", "total": "0.10", "lines": null}, "ok": "false", "count": ""}"#,
                r#"{"id":"A","total":"0.10","ok":false,"lines":null,"at":null,"count":null}"#,
            ),
            (r#"{"data": {"id": null}}"#, "status 200, but `/data/id` of its answer is missing"),
            (r#"{"id": "A"}"#, "status 200, but `/data/id` of its answer is missing"),
            (r#"[]"#, "status 200, but `/data/id` of its answer is missing"),
            ("", "status 200, but `/data/id` of its answer is missing"),
            ("<html>", "status 200, but its answer is no JSON: <html>"),
            (r#"{"data": {"id": {}}}"#, "`/data/id` of its answer is no text"),
            (r#"{"data": {"id": 1}, "ok": 1}"#, "`/ok` of its answer is no boolean"),
            (r#"{"data": {"id": 1}, "count": 1.5}"#, "`/count` of its answer is no integer"),
            (
                r#"{"data": {"id": 1, "total": 1234567890.12345678}}"#,
                "`/data/total` of its answer is no decimal",
            ),
            (r#"{"data": {"id": 1, "total": "many"}}"#, "`/data/total` of its answer is no decimal"),
            (r#"{"data": {"id": 1}, "at": "soon"}"#, "`/at` of its answer is no datetime"),
        ];
        for (body, expect) in rows {
            let peer = Peer::start("127.0.0.1", answer("200 OK", body.as_bytes()), false);
            set(&engine, "none", &peer.url("")).await;
            let told = match attempt(&engine, "out.none", "create", json!({"number": "1"})).await {
                Ok(told) => told["values"].to_string(),
                Err(found) => found.to_string(),
            };
            assert!(told.contains(expect), "{body}: {told}");
        }
        let long = format!(r#"{{"data": {{"id": "{}"}}}}"#, "x".repeat(70_000));
        let peer = Peer::start("127.0.0.1", answer("200 OK", long.as_bytes()), false);
        set(&engine, "none", &peer.url("")).await;
        let told =
            attempt(&engine, "out.none", "create", json!({"number": "1"})).await.unwrap_err().to_string();
        assert!(told.contains("has more than 65536 bytes") && told.len() < 4000, "{told}");
        engine.database().close().await.unwrap();
    });
}

#[test]
fn what_could_never_be_said_is_refused_where_it_is_caused() {
    on_each(async |site| {
        let engine = opened(&site).await;
        let published = engine.published();
        let rows = [
            ("none.create", json!({"number": "1"}), "done"),
            ("out.none.create", json!({"number": "1"}), "done"),
            ("none.creat", json!({"number": "1"}), "unknown_reference"),
            ("create", json!({"number": "1"}), "unknown_reference"),
            ("none.create", json!({}), "required number"),
            ("none.create", json!({"number": "1", "totl": "1"}), "unknown_field totl"),
            ("none.create", json!({"number": "1", "total": "many"}), "invalid_field_value total"),
            ("none.create", json!({"number": "1", "on": "2026-02-30"}), "invalid_field_value on"),
            ("none.create", json!({"number": ".."}), "effect_refused"),
            (
                "none.create",
                json!({"number": "a number longer than twenty\r\nX: y"}),
                "pattern_mismatch number",
            ),
            ("none.create", json!({"number": "报".repeat(21)}), "effect_refused"),
            ("none.create", json!({"number": "1", "lines": "x".repeat(1 << 20)}), "effect_refused"),
            ("none.create", json!([]), "invalid_body"),
            (
                "post.send",
                json!({"to": "ann@example.com", "subject": "a\nb", "text": "c"}),
                "pattern_mismatch subject",
            ),
            ("post.send", json!({"to": "ann", "subject": "a", "text": "c"}), "pattern_mismatch to"),
        ];
        for (operation, values, expect) in rows {
            let made = engine.prepare_call_of(&published, operation, Some("out"), &values);
            assert_eq!(refusal(made), expect, "{operation} {values}");
        }
        let found = engine.prepare_call_of(&published, "none.creat", Some("out"), &json!({})).unwrap_err();
        assert!(found.to_string().contains("did you mean `none.create`?"), "{found}");
        // Values of expressions are taken as those of the interface are.
        let values = IndexMap::from([
            (Arc::from("number"), Value::Text("Q-1".into())),
            (Arc::from("total"), Value::Integer(5)),
        ]);
        let made = engine.prepare_call(&published, "none.create", Some("out"), &values).unwrap();
        let Asked::Http { body, .. } = &made.asked else { panic!("no call") };
        assert!(body.contains(r#""total":"5"#), "{body}");
        let kept: ConnectorCall = serde_json::from_value(serde_json::to_value(&made).unwrap()).unwrap();
        assert_eq!(kept, made);
        let form =
            engine.prepare_call_of(&published, "none.form", Some("out"), &json!({"b": "x & y", "c": null}));
        let Asked::Http { body, headers, .. } = form.unwrap().asked else { panic!("no call") };
        assert_eq!(body, "a=1&b=x+%26+y");
        assert!(
            headers.contains(&("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()))
        );
        engine.database().close().await.unwrap();
    });
}

/// Lets a script ask for an operation; answers the effect.
async fn asked(
    site: &Site,
    engine: &Engine,
    who: &Arc<Identity>,
    operation: &str,
    values: Json,
) -> effect::Effect {
    let record = site.create(who, "out.order", json!({"number": "O-1"})).await.id();
    let parameters = json!({"operation": operation, "values": values});
    let press = Press { object: "out.order".into(), record: Some(record), action: "ask".into(), parameters };
    let request = requests::Asked { request: Request::Press(press), key: None, id: "".into(), address: None };
    engine.perform(who, request).await.unwrap();
    waiting(site).await.pop().unwrap()
}

#[test]
fn a_call_of_a_script_is_repeated_as_its_operation_allows() {
    on_each(async |site| {
        let engine = opened(&site).await;
        let who = person(&site, "ann", "base.admin", json!({})).await;
        let good = r#"{"data": {"id": "7"}}"#;
        // Operation, what the peer answers, how the effect stands, whether the key is sent, when it is tried again.
        let rows = [
            ("none.create", answer("201 Created", good.as_bytes()), "done", true, 0),
            ("none.create", answer("503 Busy", b"later"), "ready", true, 30),
            ("none.create", answer("429 Slow\r\nretry-after: 90", b"later"), "ready", true, 90),
            ("none.create", answer("400 Bad", b"no"), "failed", true, 0),
            ("none.create", Vec::new(), "ready", true, 30),
            ("none.ping", answer("204 Gone", b""), "done", false, 0),
            ("none.ping", Vec::new(), "ready", false, 30),
            ("none.once", answer("200 OK", b""), "done", false, 0),
            ("none.once", answer("409 There", b""), "done", false, 0),
            ("none.once", answer("201 Other", b""), "failed", false, 0),
            ("none.once", answer("503 Busy", b""), "failed", false, 0),
            ("none.once", Vec::new(), "unknown", false, 0),
        ];
        for (operation, said, state, keyed, after) in rows {
            let peer = Peer::start("127.0.0.1", said, false);
            set(&engine, "none", &peer.url("")).await;
            let values = if operation == "none.create" { json!({"number": "Q-1"}) } else { json!({}) };
            let waiting = asked(&site, &engine, &who, operation, values).await;
            assert!(waiting.payload["sealed"].is_string());
            assert_eq!(waiting.at_most_once, operation == "none.once");
            assert_eq!(engine.deliver_once().await.unwrap(), 1);
            let heard = peer.heard().pop().unwrap();
            let key = header(&heard, "idempotency-key");
            assert_eq!(key, keyed.then_some(waiting.key.as_str()), "{operation}");
            let kept = effect::get(&engine.database().reader(), waiting.id).await.unwrap().unwrap();
            assert_eq!(kept.state, state, "{operation}: {:?}", kept.result);
            assert_eq!((kept.run_at - engine.now()).num_seconds(), after, "{operation} {state}");
            let shown = engine.effect(&engine.system(), waiting.id).await.unwrap();
            assert_eq!(shown["to"], format!("out.{operation}"));
            let told = engine.connector(&engine.system(), "out.none", Locale::En).await.unwrap();
            assert_eq!(told["used_outcome"], state);
            if state == "done" && operation == "none.create" {
                let values = &kept.result.as_ref().unwrap()["answer"]["values"];
                let connector = &engine.published().catalog.connectors["out.none"];
                let values = engine::connectors::answer::values(&connector.operations["create"], values);
                assert_eq!((&values["id"], &values["count"]), (&Value::Text("7".into()), &Value::Null));
            }
            engine.settle_effect(&engine.system(), waiting.id, "done", &Origin::default()).await.unwrap();
        }
        // Where nothing was said, it may be said again, whatever the operation is; with the same key.
        let dead = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let nowhere = format!("http://{}", dead.local_addr().unwrap());
        drop(dead);
        set(&engine, "none", &nowhere).await;
        let once = asked(&site, &engine, &who, "none.once", json!({})).await;
        assert_eq!(engine.deliver_once().await.unwrap(), 1);
        let kept = effect::get(&engine.database().reader(), once.id).await.unwrap().unwrap();
        assert_eq!(kept.state, "ready", "{:?}", kept.result);
        // A worker that vanishes in between leaves it to a person.
        site.clock.advance(TimeDelta::minutes(1));
        let now = engine.now();
        let claimed = engine.database().write(move |tx| async move {
            effect::claim(&tx, &["connector"], 8, TimeDelta::seconds(60), now).await
        });
        assert_eq!(claimed.await.unwrap().len(), 1);
        site.clock.advance(TimeDelta::minutes(2));
        engine.deliver_once().await.unwrap();
        let kept = effect::get(&engine.database().reader(), once.id).await.unwrap().unwrap();
        assert_eq!(kept.state, "unknown");
        engine.database().close().await.unwrap();
    });
}

#[test]
fn what_is_not_on_the_public_internet_is_not_asked() {
    on_each(async |site| {
        let engine = opened(&site).await;
        let (who, from) = (engine.system(), Origin::default());
        let rows = [
            ("out.bearer", url("http://10.0.0.1".into()), "invalid_body url"),
            ("out.bearer", url("http://169.254.169.254/latest".into()), "invalid_body url"),
            ("out.bearer", url("http://[::ffff:10.0.0.1]/".into()), "invalid_body url"),
            ("out.bearer", url("file:///etc/passwd".into()), "invalid_body url"),
            ("out.bearer", url("https://ann:b@example.com".into()), "invalid_body url"),
            ("out.bearer", url("https://example.com/a?b=c".into()), "invalid_body url"),
            ("out.bearer", url("https://example.com/a".into()), "done"),
            ("out.bearer", Settings { user: Some("ann".into()), ..Settings::default() }, "invalid_body user"),
            ("out.basic", Settings { user: Some("ann".into()), ..Settings::default() }, "done"),
            (
                "out.bearer",
                Settings { from: Some("a@b.example".into()), ..Settings::default() },
                "invalid_body from",
            ),
            ("out.post", url("https://example.com".into()), "invalid_body url"),
            ("out.post", url("smtps://ann:b@example.com".into()), "invalid_body url"),
            ("out.post", Settings { from: Some("ann".into()), ..Settings::default() }, "invalid_body from"),
            (
                "out.post",
                Settings {
                    url: Some("smtps://mail.example.com".into()),
                    user: Some("ann".into()),
                    from: Some("A <a@b.example>".into()),
                },
                "done",
            ),
            ("out.nothing", Settings::default(), "not_found"),
        ];
        for (name, settings, expect) in rows {
            let done = engine.set_connector(&who, name, settings.clone(), &from).await;
            assert_eq!(refusal(done), expect, "{name} {settings:?}");
        }
        // Names that lead inwards, and addresses of mail servers, are judged when they are called.
        let peer = Peer::start("127.0.0.1", answer("200 OK", b""), false);
        set(&engine, "bearer", &format!("http://localhost:{}", peer.address.port())).await;
        let failed = attempt(&site.engine, "out.bearer", "ping", Json::Null).await.unwrap_err();
        assert_eq!(failed.code.name(), "connector_failed");
        assert!(failed.to_string().contains("not on the public internet"), "{failed}");
        assert_eq!(peer.heard().len(), 0);
        let settings =
            Settings { url: Some("smtps://10.0.0.1".into()), user: None, from: Some("a@b.example".into()) };
        engine.set_connector(&who, "out.post", settings, &from).await.unwrap();
        engine.set_connector_secret(&who, "out.post", "password", SECRET, &from).await.unwrap();
        let send = json!({"to": "ann@example.com", "subject": "s", "text": "t"});
        let failed = attempt(&engine, "out.post", "send", send).await.unwrap_err();
        assert!(failed.to_string().contains("not on the public internet"), "{failed}");
        engine.database().close().await.unwrap();
    });
}

#[test]
fn only_administrators_ask_and_only_what_is_set() {
    on_each(async |site| {
        let engine = opened(&site).await;
        let (root, from) = (engine.system(), Origin::default());
        let ann = person(&site, "ann", "base.employee", json!({})).await;
        let told = [
            refusal(engine.connectors(&ann, Locale::En).await),
            refusal(engine.connector(&ann, "out.none", Locale::En).await),
            refusal(engine.set_connector(&ann, "out.none", Settings::default(), &from).await),
            refusal(engine.set_connector_secret(&ann, "out.bearer", "token", SECRET, &from).await),
            refusal(engine.remove_connector_secret(&ann, "out.bearer", "token", &from).await),
            refusal(engine.try_connector(&ann, ("out.none", "ping"), &Json::Null, "k", &from).await),
        ];
        assert_eq!(told, ["not_permitted"; 6]);
        let set = async |secret: &str, value: &str| {
            refusal(engine.set_connector_secret(&root, "out.bearer", secret, value, &from).await)
        };
        assert_eq!(set("tokn", SECRET).await, "not_found");
        assert_eq!(set("token", "").await, "invalid_body value");
        assert_eq!(set("token", "a\nb").await, "invalid_body value");
        assert_eq!(set("token", &"x".repeat(5000)).await, "invalid_body value");
        // What is not set yet may be set later: the call waits.
        let reason =
            async || attempt(&engine, "out.bearer", "ping", Json::Null).await.unwrap_err().to_string();
        assert!(reason().await.contains("its address is not set"));
        engine.set_connector(&root, "out.bearer", url("https://erp.invalid".into()), &from).await.unwrap();
        assert!(reason().await.contains("its secret `token` is not set"));
        let ready =
            async || engine.connector(&root, "out.bearer", Locale::En).await.unwrap()["ready"] == true;
        assert!(!ready().await);
        assert_eq!(set("token", SECRET).await, "done");
        assert!(ready().await);
        let call = engine.prepare_call_of(&engine.published(), "out.bearer.ping", None, &Json::Null).unwrap();
        let ended = engine.make_call(&call, "k").await;
        assert!(
            matches!(&ended, Ended::ForNow(reason, None) if reason.contains("looking it up")),
            "{ended:?}"
        );
        let told = engine.connector(&root, "out.bearer", Locale::En).await.unwrap();
        assert_eq!((&told["used_operation"], &told["used_outcome"]), (&json!("ping"), &json!("ready")));
        engine.remove_connector_secret(&root, "out.bearer", "token", &from).await.unwrap();
        assert_eq!(
            refusal(engine.remove_connector_secret(&root, "out.bearer", "token", &from).await),
            "not_found"
        );
        assert!(reason().await.contains("its secret `token` is not set"));
        engine.database().close().await.unwrap();
    });
}

#[test]
fn a_mail_leaves_through_the_mail_server_of_a_connector() {
    on_each(async |site| {
        let engine = opened(&site).await;
        let peer = mail::Peer::start();
        let (who, from) = (engine.system(), Origin::default());
        let plain = POST.replace("{auth: {user: desk, secret: password}}", "{}");
        let mut changed = pack();
        changed
            .files
            .iter_mut()
            .filter(|(path, _)| path == "connectors/post.yaml")
            .for_each(|(_, text)| *text = plain.clone());
        site.apply(vec![packs::shipped("base"), changed]).await;
        // The other process hears of the publish.
        while engine.published().number != site.engine.published().number {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let url = Some(format!("smtp://127.0.0.1:{}", peer.port));
        let settings = Settings { url, user: None, from: Some("Desk <desk@desk.example>".into()) };
        engine.set_connector(&who, "out.post", settings, &from).await.unwrap();
        let send = json!({"to": "ann@example.com", "name": "Ann", "subject": "您好", "text": "hello"});
        for _ in 0..2 {
            let told = attempt(&engine, "out.post", "send", send.clone()).await.unwrap();
            assert_eq!(told, json!({"status": null, "values": {}}));
        }
        let mails = peer.mails(2);
        let id = |mail: &Json| {
            let text = mail["text"].as_str().unwrap().to_owned();
            text.lines().find(|line| line.starts_with("Message-ID:")).map(str::to_owned)
        };
        assert!(id(&mails[0]).is_some() && id(&mails[0]) == id(&mails[1]), "the same key is the same mail");
        engine.database().close().await.unwrap();
    });
}

#[test]
fn secrets_follow_another_key() {
    for place in test_support::databases() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let path = place.folder().join("keys");
            let secret = Some(Secret::from_file(&path).unwrap());
            let options = storage::Options { durable: false, ..storage::Options::url(place.url()) };
            let database = storage::Database::open(options).await.unwrap();
            let engine = Engine::open(database, engine::Options { secret, ..engine::Options::default() })
                .await
                .unwrap();
            let change = engine::publish::Change::Set(vec![packs::shipped("base"), pack()]);
            engine.apply(&change, None).await.unwrap();
            set(&engine, "bearer", "https://erp.invalid").await;
            let sealed =
                async || connector::all_secrets(&engine.database().reader()).await.unwrap().remove(0).sealed;
            assert!(sealed().await.starts_with("e1:"));
            let number = Secret::add_key(&path).unwrap();
            engine.write_under(number).await.unwrap();
            engine.reseal(&|_, _| {}).await.unwrap();
            assert!(sealed().await.starts_with("e2:2:"));
            let failed = attempt(&engine, "out.bearer", "ping", Json::Null).await.unwrap_err().to_string();
            assert!(failed.contains("looking it up"), "{failed}");
            engine.database().close().await.unwrap();
        });
    }
}

#[test]
fn a_signed_message_is_taken_once() {
    on_each(async |site| {
        let (engine, now) = (&site.engine, site.engine.now());
        let signed = signature::sign(SECRET.as_bytes(), now, b"body");
        let take = async |scope: &'static str, keep: bool| {
            let proof = signature::verify(SECRET.as_bytes(), &signed, b"body", now).unwrap();
            let taken = engine.database().write(move |tx| {
                let proof = proof.clone();
                async move {
                    let taken = proof.take(&tx, scope, now).await?;
                    match keep {
                        true => Ok(taken),
                        false => Err(Box::new(diagnostic::Diagnostic::new(diagnostic::Code::NotFound))),
                    }
                }
            });
            taken.await.map_err(drop)
        };
        assert_eq!(take("one", false).await, Err(()), "what causes nothing is not taken");
        assert_eq!(take("one", true).await, Ok(true));
        assert_eq!(take("one", true).await, Ok(false));
        assert_eq!(take("other", true).await, Ok(true));
        site.clock.advance(TimeDelta::days(2));
        engine.sweep().await.unwrap();
        assert_eq!(take("one", true).await, Ok(true), "its time is over, so `verify` refuses it anyway");
    });
}
