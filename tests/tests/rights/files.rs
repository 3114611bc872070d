//! Files: what is asked for of exports and imports, at once and by jobs, and what comes back.

use crate::answer::{http, step};
use crate::ask::{Ask, Asker, pair};
use crate::shape::{Field, Kind, Shape};
use crate::site::Site;
use serde_json::{Map, Value as Json, json};

impl Asker<'_> {
    /// An export: by the engine, over HTTP at once, or by a job.
    pub fn exported(&mut self) -> Ask {
        let of = self.object();
        let parameters = self.parameters(of);
        if self.dice.chance(40) {
            return Ask::Export { object: of.full(), parameters };
        }
        let mut order = json!({"object": of.full()});
        let mut conditions = Map::new();
        for (name, value) in parameters {
            match matches!(name.as_str(), "filter" | "fields" | "sort" | "search" | "view") {
                true => order[name] = json!(value),
                false => drop(conditions.insert(name, json!(value))),
            }
        }
        if !conditions.is_empty() {
            order["where"] = Json::Object(conditions);
        }
        match self.dice.chance(30) {
            true => {
                order["job"] = json!(true);
                Ask::Made { order }
            }
            false => Ask::post("/api/v1/exports".to_owned(), order),
        }
    }

    /// An import that is tried: by the engine, or sent and tried by a job.
    pub fn imported(&mut self) -> Ask {
        let of = self.object();
        let file = self.file(of);
        if self.dice.chance(60) {
            return Ask::Import { object: of.full(), file };
        }
        let mut plan = json!({"mode": self.dice.pick(&["upsert", "upsert", "create"])});
        if let (Some(key), true) = (of.key, self.dice.chance(40)) {
            plan["key"] = json!(key);
        }
        Ask::Tried { object: of.full(), file, plan }
    }

    /// One line: of a record by its id or its key, or of a new one.
    fn file(&mut self, of: &'static Shape) -> String {
        let given = |field: &&Field| !field.system && !field.name.ends_with("_code");
        let fields: Vec<&Field> = of.fields.iter().filter(given).filter(|_| self.dice.chance(30)).collect();
        let (mut headers, mut cells) = (Vec::new(), Vec::new());
        match (self.dice.below(3), of.key) {
            (0, Some(key)) => {
                // Whether a code is taken is told by its clash, which is declared: only what is seen, and new ones.
                let world = &self.site.world;
                let seen = |row: &&crate::world::Row| world.may(self.who, "read", row);
                let codes: Vec<&Json> =
                    world.live(of.name).filter(seen).filter_map(|row| row.values.get(key)).collect();
                let fresh = format!("new{}", self.dice.next());
                let code = match codes.is_empty() || self.dice.chance(20) {
                    true => fresh,
                    false => self.dice.pick(&codes).as_str().unwrap_or_default().to_owned(),
                };
                headers.push(key.to_owned());
                cells.push(code);
            }
            (1, _) => {}
            _ => {
                headers.push("id".to_owned());
                cells.push(self.id_of(of.name).to_string());
            }
        }
        for field in fields {
            let by = match field.kind {
                Kind::To("client") => Some("c_code"),
                Kind::To("product") => Some("p_code"),
                Kind::To("region") => Some("r_code"),
                _ => None,
            };
            match by.filter(|_| self.dice.chance(50)) {
                Some(key) => {
                    let all = self.site.world.rows.values().filter_map(|row| row.values.get(key)?.as_str());
                    let all: Vec<&str> = all.collect();
                    headers.push(format!("{}.{key}", field.name));
                    cells.push((*self.dice.pick(&all)).to_owned());
                }
                None => {
                    headers.push(field.name.to_owned());
                    cells.push(self.operand(field.kind));
                }
            }
        }
        if headers.is_empty() {
            headers.push("id".to_owned());
            cells.push(self.id_of(of.name).to_string());
        }
        format!("{}\n{}\n", headers.join(","), cells.join(","))
    }
}

/// Does what waits.
async fn work(site: &Site) {
    while site.engine.work_once("rights").await.unwrap() > 0 {}
}

/// An answer without the names and times of jobs and files, which are new each time.
fn plain(told: &str, names: &[String]) -> String {
    let mut text = told.to_owned();
    if let Some((head, body)) = told.split_once('\n')
        && let Ok(Json::Object(mut map)) = serde_json::from_str::<Json>(body)
    {
        map.retain(|name, _| !name.ends_with("_at"));
        text = format!("{head}\n{}", Json::Object(map));
    }
    for name in names {
        text = text.replace(name.as_str(), "same");
    }
    text
}

fn body(told: &str) -> Json {
    told.split_once('\n').and_then(|(_, body)| serde_json::from_str(body).ok()).unwrap_or_default()
}

/// Orders a file and fetches it.
pub async fn made(site: &Site, client: &reqwest::Client, person: usize, order: &Json) -> String {
    let ordered = http(site, client, person, ("POST", "/api/v1/exports", &[], &[], order)).await;
    let job = body(&ordered)["job"].as_str().map(str::to_owned);
    let Some(job) = job else { return ordered };
    work(site).await;
    let done = step(site, client, person, "GET", &format!("/api/v1/jobs/{job}")).await;
    let file = body(&done)["result"]["file"].as_str().unwrap_or_default().to_owned();
    let export = file.trim_end_matches("/file").to_owned();
    let mut told = vec![ordered, done];
    for path in [&file, &export] {
        told.push(step(site, client, person, "GET", path).await);
    }
    told.push(step(site, client, person, "DELETE", &export).await);
    let id = export.rsplit('/').next().unwrap_or_default().to_owned();
    let names: Vec<String> = [job, id].into_iter().filter(|name| !name.is_empty()).collect();
    told.iter().map(|one| plain(one, &names) + "\n").collect()
}

/// Sends a file, has it tried, and asks for all that is told of it.
pub async fn tried(
    site: &Site,
    client: &reqwest::Client,
    person: usize,
    (object, file, plan): (&str, &str, &Json),
) -> String {
    let query = [pair("object", object), pair("name", "some.csv")];
    let media = [pair("content-type", "text/csv")];
    let sent = (("POST"), "/api/v1/imports", &query[..], &media[..], &json!(file));
    let sent = http(site, client, person, sent).await;
    let Some(import) = body(&sent)["id"].as_str().map(str::to_owned) else { return sent };
    let path = format!("/api/v1/imports/{import}");
    let asked = http(site, client, person, ("POST", &format!("{path}/check"), &[], &[], plan)).await;
    let job = body(&asked)["job"].as_str().unwrap_or("none").to_owned();
    work(site).await;
    let mut told = vec![sent, asked];
    for more in ["", "/lines", "/rejected"] {
        told.push(step(site, client, person, "GET", &format!("{path}{more}")).await);
    }
    told.push(step(site, client, person, "GET", &format!("/api/v1/jobs/{job}")).await);
    told.push(step(site, client, person, "DELETE", &path).await);
    told.iter().map(|one| plain(one, &[import.clone(), job.clone()]) + "\n").collect()
}
