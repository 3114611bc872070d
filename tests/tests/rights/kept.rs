//! Requests with a key that have been done once: asked again, they are told what they led to, as the asker may read
//! it now.

use crate::answer;
use crate::ask::{Ask, pair};
use crate::dice::Dice;
use crate::matrix::{Channel, Verb, body};
use crate::shape::shape;
use crate::site::Site;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// How many each person does.
const EACH: usize = 10;

/// Does some requests on behalf of a person; those that were done.
pub async fn some(site: &mut Site, dice: &mut Dice, client: &reqwest::Client, person: usize) -> Vec<Ask> {
    let mut kept = Vec::new();
    for number in 0..EACH {
        let (object, path, method, sent) = one(site, dice, person);
        let headers = vec![pair("idempotency-key", format!("key-{number}"))];
        let ask = Ask::Http { method, path, query: Vec::new(), headers, body: sent.clone() };
        let told = answer::to(site, client, person, &ask).await;
        assert!(!told.starts_with('5'), "{ask:?}\n{told}");
        if !told.starts_with('2') {
            continue;
        }
        let said: Json =
            told.split_once('\n').and_then(|(_, body)| serde_json::from_str(body).ok()).unwrap_or_default();
        let who = site.people[person].clone();
        let written = said["id"].as_str().or_else(|| said["results"][0]["id"].as_str());
        if let (Some(object), Some(id)) = (object, written.and_then(|id| id.parse::<Uuid>().ok())) {
            let body = sent.pointer("/operations/0/create").unwrap_or(&sent);
            site.keep(&who, id, object, body.clone());
        }
        kept.push(ask);
    }
    kept
}

type Sent = (Option<&'static str>, String, &'static str, Json);

/// The object that is written, where one is; address, method and body.
fn one(site: &mut Site, dice: &mut Dice, person: usize) -> Sent {
    // Orders and lines are left out: what a line adds to its order is told by the order.
    let object = *dice.pick(&["region", "client", "product", "memo"]);
    let base = format!("/api/v1/records/vault.{object}");
    let who = site.people[person].clone();
    let seen = |row: &&crate::world::Row| site.world.may(&who, "read", row);
    let rows: Vec<Uuid> = site.world.live(object).filter(seen).map(|row| row.id).collect();
    match dice.below(8) {
        0..=2 => {
            let sent = body(dice, site, person, shape(object), Verb::Create, Channel::Single);
            (Some(object), base, "POST", Json::Object(sent))
        }
        3 | 4 if !rows.is_empty() => {
            let sent = body(dice, site, person, shape(object), Verb::Update, Channel::Single);
            (Some(object), format!("{base}/{}", dice.pick(&rows)), "PATCH", Json::Object(sent))
        }
        5 => {
            let create = body(dice, site, person, shape(object), Verb::Create, Channel::Single);
            let wrong = json!({"update": {"id": Uuid::from_u128(9), "nothing": 1}});
            let sent = json!({"mode": "each", "operations": [{"create": create}, wrong]});
            (Some(object), format!("{base}/bulk"), "POST", sent)
        }
        6 if !rows.is_empty() && object != "region" && object != "product" => {
            (None, format!("{base}/{}/comments", dice.pick(&rows)), "POST", json!({"body": "kept"}))
        }
        _ => {
            let sent = json!({"what": "look", "body": {
                "object": format!("vault.{object}"),
                "id": dice.pick(&site.world.rows.keys().copied().collect::<Vec<_>>()),
                "names": [["id"]],
            }});
            (None, "/api/v1/records/vault.order/actions/touch".to_owned(), "POST", sent)
        }
    }
}
