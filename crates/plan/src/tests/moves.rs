//! State transitions.

use super::world::{CATALOG, Store, actor, bindings, codes, uuid};
use crate::Evaluated;
use crate::draft::Precondition;
use crate::explain::{Question, Reason};
use crate::facts::Facts;
use crate::moves::Available;
use crate::planner::{Mode, Planner};
use expression::Value;
use serde_json::{Value as Json, json};
use uuid::Uuid;

fn make(store: &mut Store, login: &str, deal: Uuid, name: &str, body: Json) -> String {
    let written = store.write(login, Mode::Request, |planner, _| {
        planner.make_move("shop.deal", deal, name, &body, Precondition::Absent, false)
    });
    written.map_or_else(|found| codes(&found), |_| "ok".to_owned())
}

#[test]
fn moves_go_from_stage_to_stage_under_their_conditions() {
    let (mut store, _, deal) = Store::shop();
    let mut check = |login: &str, name: &str, body: Json, expect: &str| {
        assert_eq!(make(&mut store, login, deal, name, body.clone()), expect, "{login} {name} {body}");
    };
    check("lily", "fly", json!({}), "not_found");
    check("lily", "lose", json!({}), "not_permitted");
    check("bob", "propose", json!({}), "not_found");
    check("lily", "win", json!({}), "not_permitted");
    check("chen", "win", json!({}), "invalid_transition");
    check("lily", "propose", json!({}), "required@due");
    check("lily", "propose", json!({"stage": "won"}), "read_only_field@stage");
    check("lily", "propose", json!({"due": "2026-04-01"}), "ok");
    check("lily", "propose", json!({}), "invalid_transition");
    check("chen", "win", json!({"estimate": "5000"}), "rule_violated@estimate");
    check("chen", "win", json!({}), "rule_violated@lines");
    check("chen", "lose", json!({}), "required@reason");
    let row = store.row("shop.deal", deal).unwrap();
    assert_eq!(row.get("stage").as_text(), Some("offer"));
    assert_eq!(*row.get("estimate"), Value::Decimal("101.00".parse().unwrap()), "set from the record before");
    let price = json!({"lines": [{"product": "all", "price": "101"}]});
    store.update("chen", "shop.deal", deal, price).unwrap();
    assert_eq!(
        make(&mut store, "chen", deal, "win", json!({})),
        "ok",
        "the roll-up is looked at after it settled"
    );
}

#[test]
fn the_moves_offered_are_those_that_can_be_made() {
    let (store, _, deal) = Store::shop();
    let offered = |login: &str| {
        let actor = actor(login);
        let bindings = bindings(&actor);
        let new_id = || uuid(1);
        let planner = Planner {
            catalog: &CATALOG,
            actor: &actor,
            bindings: &bindings,
            new_id: &new_id,
            mode: Mode::Request,
        };
        let Available::Moves(moves) =
            planner.available_moves(store.row("shop.deal", deal).unwrap(), &Facts::default()).unwrap()
        else {
            panic!("nothing has to be read")
        };
        moves
            .iter()
            .map(|made| format!("{}:{}", made.name, made.missing.join(",")))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(offered("lily"), "propose:due");
    assert_eq!(offered("chen"), "propose:due lose:");
    assert_eq!(offered("bob"), "");
}

#[test]
fn explanations_agree_with_the_enforcement() {
    let (store, _, deal) = Store::shop();
    let check = |login: &str, action: &str, field: Option<&str>, expect: bool| {
        let actor = actor(login);
        let bindings = bindings(&actor);
        let new_id = || uuid(1);
        let planner = Planner {
            catalog: &CATALOG,
            actor: &actor,
            bindings: &bindings,
            new_id: &new_id,
            mode: Mode::Request,
        };
        let question =
            Question { object: "shop.deal", action, row: store.row("shop.deal", deal), field, whole: true };
        let Evaluated::Is(found) = planner.explain(&question, &Facts::default()).unwrap() else {
            panic!("reads nothing")
        };
        assert_eq!(found.allowed, expect, "{login} {action} {field:?}: {found:?}");
        found.reasons
    };
    check("lily", "read", None, true);
    check("bob", "read", None, false);
    check("chen", "update", None, true);
    check("chen", "delete", None, false);
    check("lily", "read", Some("cost"), false);
    check("lily", "update", Some("name"), true);
    check("lily", "update", Some("expected"), false);
    check("lily", "win", None, false);
    check("chen", "win", None, true);
    check("root", "purge", None, true);
    let reasons = check("guest", "read", None, false);
    assert_eq!(reasons, [Reason::NoGrant]);
    let reasons = check("lily", "read", Some("margin"), false);
    assert!(
        reasons
            .iter()
            .any(|reason| matches!(reason, Reason::HiddenInput { field, .. } if &**field == "cost"))
    );
}
