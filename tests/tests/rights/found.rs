//! What the generated tests found, one row each.

use crate::dice::Dice;
use crate::roles::{Grant, Restriction, Right, Role, Scope};
use crate::shape::SHAPES;
use crate::site::{Site, Size};
use engine::records::Command;
use engine::requests::{Asked, Done, Press, Request};
use plan::Precondition;
use plan::planner::Mode;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use test_support::{TestDatabase, databases};
use uuid::Uuid;

/// One role that may do nearly everything: names of clients, secrets of memos and the tree of regions are hidden,
/// and so are clients of a level above 1.
pub fn clerk() -> Vec<Role> {
    let mut grants: BTreeMap<&'static str, Grant> = BTreeMap::new();
    for shape in SHAPES.iter().filter(|shape| shape.name != "line") {
        let mut grant = Grant { create: true, import: true, action: true, ..Grant::default() };
        for access in crate::roles::ACCESSES {
            grant.scopes.insert(access, Scope::All);
        }
        grant.moves = crate::roles::MOVES.to_vec();
        grants.insert(shape.name, grant);
    }
    let hide = |grants: &mut BTreeMap<&'static str, Grant>, object: &str, field: &'static str| {
        grants.get_mut(object).unwrap().fields.insert(field, Right::Hidden);
    };
    hide(&mut grants, "client", "c_name");
    hide(&mut grants, "memo", "m_secret");
    hide(&mut grants, "region", "r_parent");
    hide(&mut grants, "product", "p_name");
    let restriction = Restriction { object: "client", condition: "c_level <= 1", exempt: Vec::new() };
    vec![Role { name: "r0".to_owned(), grants, restrictions: vec![restriction] }]
}

pub struct Scene {
    pub site: Site,
    pub open: Uuid,
    pub closed: Uuid,
    pub order: Uuid,
}

impl Scene {
    async fn new(place: &TestDatabase) -> Scene {
        Scene::with(place, clerk()).await
    }

    /// With other roles.
    pub async fn with(place: &TestDatabase, roles: Vec<Role>) -> Scene {
        let size = Size { people: 1, roles: 1 };
        let site = Site::with(place, Dice::new(5), roles, &size).await;
        let client = |code: &str, level: i64| json!({"c_code": code, "c_name": "NAMED", "c_level": level, "c_credit": "7.00", "owner": site.people[0].id});
        let open = site.make("vault.client", client("open", 0)).await;
        let closed = site.make("vault.client", client("closed", 4)).await;
        let order =
            json!({"o_code": "one", "o_client": closed, "o_budget": "1.00", "owner": site.people[0].id});
        let order = site.make("vault.order", order).await;
        Scene { site, open, closed, order }
    }

    pub async fn list(&self, object: &str, query: &[(&str, &str)]) -> Result<Vec<Json>, String> {
        let query: Vec<(String, String)> =
            query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        match self.site.engine.list(&self.site.identities[0], object, &query).await {
            Ok(page) => Ok(serde_json::from_slice(&page.body).unwrap()),
            Err(found) => Err(found.code.name().to_owned()),
        }
    }

    /// The code of a refusal, `done` where there is none. Nothing stays.
    pub async fn write(&self, command: Command) -> String {
        let job = move |work: engine::work::Work| {
            let command = command.clone();
            async move {
                work.execute(&command).await.and_then(|_| {
                    Err::<(), _>(Box::new(diagnostic::Diagnostic::new(diagnostic::Code::TaskDecided)))
                })
            }
        };
        let found =
            self.site.engine.transact(self.site.identities[0].clone(), Mode::Request, true, job).await;
        let found = found.unwrap_err();
        match found.code {
            diagnostic::Code::TaskDecided => "done".to_owned(),
            code => {
                format!("{} {}", code.name(), found.path.as_deref().unwrap_or_default()).trim_end().to_owned()
            }
        }
    }
}

pub fn create(object: &str, body: Json) -> Command {
    Command::Create { object: object.into(), body }
}

fn on_each<W: Future<Output = ()>>(test: impl Fn(Scene) -> W) {
    for place in databases() {
        crate::on(Some(place), async |place| test(Scene::new(&place).await).await);
    }
}

#[test]
fn titles_and_formulas_stop_at_what_is_hidden() {
    on_each(|scene| async move {
        let one = format!("o_client == \"{}\"", scene.closed);
        let rows =
            scene.list("vault.order", &[("filter", &one), ("fields", "o_client,o_exposure")]).await.unwrap();
        assert_eq!(rows[0]["o_client"]["title"], Json::Null);
        assert_eq!(rows[0]["o_exposure"], Json::Null, "it is made of what the closed client holds");
        let filtered = scene.list("vault.order", &[("filter", &format!("{one} && o_exposure == 8"))]).await;
        assert_eq!(filtered.unwrap().len(), 0);
        let vendor = json!({"p_code": "v", "p_name": "thing", "p_vendor": scene.open});
        let product = scene.site.make("vault.product", vendor).await;
        let line = json!({"l_order": scene.order, "l_name": "l", "l_product": product});
        scene.site.make("vault.line", line).await;
        let lines =
            scene.list("vault.line", &[("filter", &format!("l_product == \"{product}\""))]).await.unwrap();
        let title = lines[0]["l_product"]["title"].as_str().unwrap_or_default();
        assert!(!title.contains("NAMED") && !title.contains("thing"), "{title}");
        let refused = [
            ("vault.order", ("sort", "o_client"), "invalid_parameter"),
            ("vault.order", ("sort", "o_exposure"), "invalid_parameter"),
            ("vault.order", ("sort", "o_client.c_name"), "unknown_field"),
            ("vault.order", ("fields", "o_client.c_name"), "unknown_field"),
            (
                "vault.client",
                ("filter", "within(c_region, \"0190b5a0-0000-7000-8000-000000000000\")"),
                "invalid_filter",
            ),
        ];
        for (object, parameter, expect) in refused {
            assert_eq!(scene.list(object, &[parameter]).await.unwrap_err(), expect, "{parameter:?}");
        }
        let who = &scene.site.identities[0];
        assert_eq!(scene.list("vault.client", &[("search", "NAMED")]).await.unwrap().len(), 0);
        assert_eq!(scene.site.engine.search(who, "NAMED", None, 10).await.unwrap().len(), 0);
        for veiled in [
            json!({"groups": ["o_exposure"], "aggregates": {"n": {"count": true}}}),
            json!({"aggregates": {"m": {"max": "o_exposure"}}}),
        ] {
            let found = scene.site.engine.query(who, "vault.order", &veiled).await.unwrap_err();
            assert_eq!(found.code.name(), "invalid_parameter", "{veiled}");
        }
        let groups = json!({"groups": ["p_vendor"], "aggregates": {"n": {"count": true}}});
        let engine::records::read::Answered::Groups(groups) =
            scene.site.engine.query(who, "vault.product", &groups).await.unwrap()
        else {
            panic!("no groups")
        };
        assert!(!String::from_utf8_lossy(&groups).contains("NAMED"));
        scene.site.close().await;
    });
}

#[test]
fn what_leads_to_hidden_records_answers_like_what_leads_nowhere() {
    on_each(|scene| async move {
        let order =
            |client: Json| create("vault.order", json!({"o_code": "new", "o_client": client, "o_level": 1}));
        let nobody = Uuid::from_u128(7);
        for (hidden, nothing) in [
            (json!(scene.closed), json!(nobody)),
            (json!({"by": {"c_code": "closed"}}), json!({"by": {"c_code": "nowhere"}})),
        ] {
            let found = scene.write(order(hidden)).await;
            assert_eq!(found, "reference_not_found o_client");
            assert_eq!(found, scene.write(order(nothing)).await);
        }
        let upsert = |value: &str| Command::Upsert {
            object: "vault.client".into(),
            key: "c_code".into(),
            values: vec![value.to_owned()],
            body: json!({"c_level": 1}),
        };
        // Both are creates, and both lack what this role cannot give.
        assert_eq!(scene.write(upsert("closed")).await, "hidden_value");
        assert_eq!(scene.write(upsert("nowhere")).await, "hidden_value");
        let region = scene.site.make("vault.region", json!({"r_code": "r", "r_name": "r"})).await;
        let command =
            Command::Delete { object: "vault.region".into(), id: region, precondition: Precondition::Waived };
        assert_eq!(scene.write(command).await, "done");
        scene.site.close().await;
    });
}

#[test]
fn who_acted_and_what_a_task_is_about_follow_the_readers_rights() {
    on_each(|scene| async move {
        let (engine, who) = (&scene.site.engine, &scene.site.identities[0]);
        let commented = scene.site.comments.iter().find(|(record, _)| {
            scene.site.world.rows.get(record).is_some_and(|row| row.object == "order" && !row.deleted)
        });
        let (record, _) = commented.unwrap();
        let comments = engine.comments(who, "vault.order", *record, None, 10).await.unwrap();
        assert_eq!(comments.entries[0]["author"]["title"], Json::Null, "its author has left");
        scene.site.close().await;
    });
}

#[test]
fn an_explanation_tells_no_more_than_its_asker_may_read() {
    on_each(|scene| async move {
        let (engine, who) = (&scene.site.engine, &scene.site.identities[0]);
        let asking = |action| engine::Asking {
            user: None,
            object: "vault.client",
            record: Some(scene.open),
            action,
            field: None,
        };
        let told = engine.explain(who, asking("read")).await.unwrap();
        assert_eq!(told["allowed"], true);
        // The condition of the restriction speaks of a level that is readable.
        assert!(told["reasons"].as_array().unwrap().iter().any(|reason| reason["holds"] == true), "{told}");
        let hidden = engine::Asking { record: Some(scene.closed), ..asking("read") };
        assert_eq!(engine.explain(who, hidden).await.unwrap_err().code.name(), "not_found");
        scene.site.close().await;
    });
}

#[test]
fn the_answer_of_a_script_is_told_again_under_the_same_rights_only() {
    on_each(|scene| async move {
        let engine = &scene.site.engine;
        let person = scene.site.people[0].id;
        let press = || {
            let parameters = json!({"what": "tell"});
            let press =
                Press { object: "vault.order".into(), record: None, action: "touch".into(), parameters };
            let key = engine::requests::RequestKey {
                actor: person,
                method: "POST".to_owned(),
                path: "/touch".to_owned(),
                key: "k".to_owned(),
                body_hash: vec![1],
            };
            Asked { request: Request::Press(press), key: Some(key), id: "press".into(), address: None }
        };
        let who = engine.identity(person, None).await.unwrap();
        let first = engine.perform(&who, press()).await.unwrap();
        assert_eq!(first, Done::Answered(json!({"told": "something"})));
        assert_eq!(engine.perform(&who, press()).await.unwrap(), first);
        let fewer = engine.identity(person, Some(std::sync::Arc::from([]))).await.unwrap();
        assert_eq!(engine.perform(&fewer, press()).await.unwrap(), Done::Answered(Json::Null));
        scene.site.close().await;
    });
}
