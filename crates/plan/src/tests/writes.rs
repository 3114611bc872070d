//! Creating, changing and deleting.

use super::world::{BOB, CHEN, LILY, Store, actor, codes, planned, uuid};
use crate::draft::Precondition;
use crate::facts::Lock;
use crate::planner::Mode;
use crate::scene::is_deleted;
use expression::Value;
use serde_json::{Value as Json, json};

#[test]
fn a_create_sets_what_nobody_said() {
    let (store, account, deal) = Store::shop();
    let row = store.row("shop.deal", deal).unwrap();
    let text = |name: &str| crate::render::render(row.object.field(name).unwrap(), row.get(name)).to_string();
    assert_eq!(text("stage"), "\"open\"");
    assert_eq!(text("chance"), "\"10\"");
    assert_eq!(text("expected"), "\"10.00\"");
    assert_eq!(text("note"), "\"Acme\"", "copied from the account");
    assert_eq!(row.get("owner").as_reference(), Some(uuid(LILY)));
    assert_eq!(row.get("department").as_reference(), actor("lily").department);
    assert_eq!(row.version(), 1);
    assert_eq!(row.get("account").as_reference(), Some(account));
    let line = store.rows.iter().find(|row| &*row.object.name == "shop.line").unwrap();
    assert_eq!(*line.get("amount"), Value::Decimal("10.00".parse().unwrap()));
    assert_eq!(*line.get("position"), Value::Integer(1));
}

#[test]
fn bodies_are_refused_with_every_finding_at_its_place() {
    let (mut store, account, _) = Store::shop();
    store.put(
        "shop.account",
        0x77,
        &[("number", "A7".into()), ("name", "Hid".into()), ("department", Value::Reference(uuid(0xD9)))],
    );
    store.put(
        "shop.account",
        0x78,
        &[
            ("number", "A8".into()),
            ("name", "Shut".into()),
            ("status", "closed".into()),
            ("confidential", false.into()),
            ("department", Value::Reference(actor("lily").department.unwrap())),
        ],
    );
    let account = account.to_string();
    let mut check = |body: Json, expect: &str| {
        let mut full = json!({"name": "N", "account": account});
        full.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let found =
            store.create("lily", "shop.deal", full).map_or_else(|found| codes(&found), |_| "ok".to_owned());
        assert_eq!(found, expect, "{body}");
    };
    check(json!({}), "ok");
    check(json!({"name": null}), "required@name");
    check(
        json!({"name": 5, "estimate": "x", "zzz": 1}),
        "invalid_field_value@name invalid_field_value@estimate unknown_field@zzz",
    );
    check(json!({"cost": "5"}), "unknown_field@cost");
    check(json!({"margin": "5"}), "unknown_field@margin");
    check(json!({"expected": "5"}), "read_only_field@expected");
    check(json!({"score": 5}), "read_only_field@score");
    check(json!({"number": "D-1"}), "read_only_field@number");
    check(json!({"version": 5, "created_by": uuid(1)}), "read_only_field@version read_only_field@created_by");
    check(json!({"stage": "won"}), "read_only_field@stage");
    check(json!({"stage": "open"}), "ok");
    check(json!({"estimate": "-1"}), "too_small@estimate");
    check(json!({"name": "far too long for this field"}), "too_long@name");
    check(json!({"account": uuid(0x99)}), "reference_not_found@account");
    check(json!({"account": uuid(0x77)}), "reference_not_found@account");
    check(json!({"account": uuid(0x78)}), "not_choosable@account");
    check(json!({"account": {"by": {"number": "A1"}}}), "ok");
    check(json!({"account": {"by": {"number": "A9"}}}), "reference_not_found@account");
    check(json!({"account": {"by": {"secret": "x"}}}), "unknown_field@account");
    check(
        json!({"lines": [{"product": "a", "price": "1"}, {"price": "x", "cost": 1}]}),
        "invalid_field_value@lines[1].price unknown_field@lines[1].cost",
    );
    check(
        json!({"lines": [{"product": "a", "price": "1", "quantity": 0}, {"price": "1"}]}),
        "too_small@lines[0].quantity required@lines[1].product",
    );
    check(
        json!({"lines": [{"product": "a", "price": "1", "deal": uuid(1)}]}),
        "read_only_field@lines[0].deal",
    );
    check(json!({"lines": {"update": [{"product": "a"}]}}), "invalid_field_value@lines.update[0].id");
    let four: Vec<Json> = (0..4).map(|_| json!({"product": "a", "price": "1"})).collect();
    check(json!({"lines": four}), "too_many_children@lines");
    check(json!({"buyers": [{"id": account, "role": "boss"}]}), "ok");
    check(json!({"buyers": [{"id": account, "role": "too long"}]}), "too_long@buyers[0].role");
    check(json!({"buyers": [{"id": uuid(0x77)}]}), "reference_not_found@buyers[0]");
    check(json!({"owner": uuid(BOB)}), "not_permitted@owner");
    check(json!({"owner": uuid(LILY)}), "ok");
    check(json!({"owner": null}), "not_permitted@owner");
}

#[test]
fn a_record_without_an_owner_is_made_by_who_may_assign() {
    let (mut store, account, _) = Store::shop();
    for (who, body, owned) in [("lily", json!({}), true), ("root", json!({"owner": null}), false)] {
        let mut deal = json!({"name": "D", "account": account});
        deal.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let planned = store.create(who, "shop.deal", deal).unwrap_or_else(|found| panic!("{found:#?}"));
        let row = store.row("shop.deal", planned).unwrap();
        assert_eq!(row.get("owner").is_null(), !owned, "{body}");
    }
}

#[test]
fn a_patch_clears_by_null_and_keeps_what_is_absent() {
    let (mut store, _, deal) = Store::shop();
    let planned = store.update("lily", "shop.deal", deal, json!({"note": null, "estimate": "200"})).unwrap();
    let row = store.row("shop.deal", deal).unwrap();
    assert!(row.get("note").is_null());
    assert_eq!(row.get("name").as_text(), Some("Deal"));
    assert_eq!(row.version(), 2);
    assert_eq!(*row.get("expected"), Value::Decimal("20.00".parse().unwrap()));
    let changes: Vec<String> =
        planned.history[0].changes.iter().map(|c| format!("{} {}>{}", c.field, c.old, c.new)).collect();
    assert_eq!(changes, ["note \"Acme\">null", "estimate \"100.00\">\"200.00\""]);
    let nothing = store.update("lily", "shop.deal", deal, json!({"estimate": "200"})).unwrap();
    assert!(nothing.writes.is_empty());
    let planned = store.update("lily", "shop.deal", deal, json!({"card": "6222021234"})).unwrap();
    assert_eq!(planned.history[0].changes[0].new, json!("****1234"), "no secret in the history");
}

#[test]
fn updates_are_refused_by_row_version_and_field() {
    let (mut store, _, deal) = Store::shop();
    let mut check = |login: &str, precondition: Precondition, body: Json, expect: &str| {
        let written = store
            .write(login, Mode::Request, |planner, _| planner.update("shop.deal", deal, &body, precondition));
        let found = written.map_or_else(|found| codes(&found), |_| "ok".to_owned());
        assert_eq!(found, expect, "{login} {body}");
    };
    let any = Precondition::Absent;
    check("bob", any, json!({"note": "x"}), "not_found");
    check("guest", any, json!({"note": "x"}), "not_found");
    check("chen", any, json!({"note": "by chen"}), "ok");
    check("lily", Precondition::Version(1), json!({"note": "x"}), "stale_version");
    check("lily", Precondition::Version(2), json!({"note": "x"}), "ok");
    check("lily", any, json!({"stage": "offer"}), "read_only_field@stage");
    check("lily", any, json!({"id": uuid(5)}), "read_only_field@id");
    check("lily", any, json!({"owner": uuid(BOB)}), "not_permitted@owner");
    check("chen", any, json!({"owner": uuid(CHEN)}), "ok");
    check("lily", any, json!({"note": "no longer mine"}), "not_found");
    check("root", any, json!({"cost": "3"}), "ok");
}

#[test]
fn children_are_replaced_patched_and_bump_their_parent() {
    let (mut store, _, deal) = Store::shop();
    let lines = |store: &Store| -> Vec<String> {
        let mut lines: Vec<_> =
            store.rows.iter().filter(|row| &*row.object.name == "shop.line" && !is_deleted(row)).collect();
        lines.sort_by_key(|row| format!("{:?}", row.get("position")));
        lines.iter().map(|row| row.get("product").as_text().unwrap_or_default().to_owned()).collect()
    };
    let first = store.rows.iter().find(|row| &*row.object.name == "shop.line").unwrap().id();
    let body = json!({"lines": [{"product": "bolt", "price": "1"}, {"id": first, "quantity": 2}]});
    store.update("lily", "shop.deal", deal, body).unwrap();
    assert_eq!(lines(&store), ["bolt", "nut"]);
    assert_eq!(store.row("shop.deal", deal).unwrap().version(), 2);
    assert_eq!(*store.row("shop.deal", deal).unwrap().get("total"), Value::Decimal("6.00".parse().unwrap()));
    let body = json!({"lines": {"create": [{"product": "cap", "price": "1"}], "delete": [first]}});
    store.update("lily", "shop.deal", deal, body).unwrap();
    assert_eq!(lines(&store), ["bolt", "cap"]);
    let line =
        store.create("lily", "shop.line", json!({"deal": deal, "product": "dot", "price": "2"})).unwrap();
    assert_eq!(store.row("shop.deal", deal).unwrap().version(), 4, "a child on its own bumps the parent too");
    let fourth = store.create("lily", "shop.line", json!({"deal": deal, "product": "egg", "price": "2"}));
    assert_eq!(codes(&fourth.unwrap_err()), "too_many_children@lines");
    let refused = store.update("bob", "shop.line", line, json!({"price": "1"}));
    assert_eq!(codes(&refused.unwrap_err()), "not_found");
    let refused = store.create("bob", "shop.line", json!({"deal": deal, "product": "x", "price": "2"}));
    assert_eq!(codes(&refused.unwrap_err()), "reference_not_found@deal");
    let stranger = json!({"lines": [{"id": uuid(0x55), "quantity": 2}]});
    assert_eq!(
        codes(&store.update("lily", "shop.deal", deal, stranger).unwrap_err()),
        "reference_not_found@lines[0].id"
    );
    store.update("lily", "shop.deal", deal, json!({"lines": []})).unwrap();
    assert!(lines(&store).is_empty());
}

#[test]
fn deletions_restrict_pull_children_along_and_come_back() {
    let (mut store, account, deal) = Store::shop();
    let delete = |store: &mut Store, login: &str, object: &str, id| {
        let written =
            store.write(login, Mode::Request, |planner, _| planner.delete(object, id, Precondition::Absent));
        written.map_or_else(|found| codes(&found), |outcome| planned(outcome).writes.len().to_string())
    };
    assert_eq!(delete(&mut store, "root", "shop.account", account), "referenced_elsewhere");
    assert_eq!(delete(&mut store, "lily", "shop.account", account), "not_permitted");
    assert_eq!(delete(&mut store, "bob", "shop.deal", deal), "not_found");
    assert_eq!(delete(&mut store, "lily", "shop.deal", deal), "2");
    assert!(store.rows.iter().filter(|row| &*row.object.name == "shop.line").all(is_deleted));
    assert_eq!(delete(&mut store, "lily", "shop.deal", deal), "not_found");
    let restored =
        store.write("lily", Mode::Request, |planner, _| planner.restore("shop.deal", deal)).unwrap();
    assert_eq!(planned(restored).writes.len(), 2);
    assert!(!store.rows.iter().any(is_deleted));
    let purge = |store: &mut Store, login: &str| {
        let written = store
            .write(login, Mode::Request, |planner, _| planner.purge("shop.deal", deal, Precondition::Absent));
        written.map_or_else(|found| codes(&found), |outcome| planned(outcome).writes.len().to_string())
    };
    assert_eq!(purge(&mut store, "lily"), "not_permitted");
    assert_eq!(purge(&mut store, "root"), "2");
    assert!(store.row("shop.deal", deal).is_none());
}

#[test]
fn a_running_flow_locks_what_it_says() {
    let (mut store, _, deal) = Store::shop();
    let flow = uuid(0xF1);
    for row in store.rows.iter_mut().filter(|row| row.id() == deal) {
        row.set("flow", Value::Reference(flow));
    }
    let mut check = |lock: Lock, body: Json, expect: &str| {
        store.locks.insert(flow, lock);
        let found = store
            .update("lily", "shop.deal", deal, body.clone())
            .map_or_else(|found| codes(&found), |_| "ok".to_owned());
        assert_eq!(found, expect, "{body}");
    };
    let fields = |name: &str| Lock::Fields(vec![name.into()]);
    check(Lock::None, json!({"note": "1"}), "ok");
    check(Lock::All, json!({"note": "2"}), "record_locked");
    check(fields("estimate"), json!({"note": "3"}), "ok");
    check(fields("estimate"), json!({"estimate": "3"}), "record_locked");
    check(fields("lines"), json!({"lines": []}), "record_locked");
    check(fields("estimate"), json!({"lines": []}), "ok");
    store.locks.insert(flow, fields("lines"));
    let line = store.create("lily", "shop.line", json!({"deal": deal, "product": "x", "price": "1"}));
    assert_eq!(codes(&line.unwrap_err()), "record_locked", "a child on its own is held too");
}

#[test]
fn upserts_find_or_create_and_numbers_are_given() {
    let mut store = Store::new();
    let upsert = |store: &mut Store, name: &str| {
        let body = json!({"name": name});
        let key = ["A5".to_owned()];
        let row = store.rows.iter().find(|row| &*row.object.name == "shop.account").cloned();
        let found = row.as_ref().map(crate::row::Row::id);
        let written = store.write("lily", Mode::Request, |planner, facts| {
            let mut facts = facts.clone();
            loop {
                match planner.upsert("shop.account", "number", &key, &body, &facts)? {
                    crate::Upsert::Draft(draft) => return Ok(*draft),
                    crate::Upsert::Read(needs) => {
                        needs.keys.iter().for_each(|key| facts.add_key(key.clone(), found));
                        // Whether the record of the key is visible hangs on the record.
                        needs
                            .rows
                            .iter()
                            .for_each(|(object, id)| facts.add_row(object.clone(), *id, row.clone()));
                    }
                }
            }
        });
        planned(written.unwrap()).id
    };
    let first = upsert(&mut store, "One");
    let second = upsert(&mut store, "Two");
    assert_eq!(first, second);
    assert_eq!(store.row("shop.account", first).unwrap().get("name").as_text(), Some("Two"));
    let written = store.write("lily", Mode::Request, |planner, _| {
        planner.create("shop.deal", &json!({"name": "N", "account": first}))
    });
    let numbers = planned(written.unwrap()).numbers;
    assert_eq!(numbers[0].scope, "shop.deal.number/2026");
    assert_eq!(numbers[0].text(7), "D-2026-007");
}

#[test]
fn options_are_chosen_only_while_they_are_offered() {
    let (mut store, account, _) = Store::shop();
    let mut check = |body: Json, expect: &str| {
        let found = store
            .update("lily", "shop.account", account, body.clone())
            .map_or_else(|found| codes(&found), |_| "ok".to_owned());
        assert_eq!(found, expect, "{body}");
    };
    check(json!({"size": "tiny"}), "option_not_offered@size");
    check(json!({"size": "large", "tags": ["vip", "furnace"]}), "ok");
    check(json!({"industry": "food"}), "ok");
    check(json!({"name": "kept as it is", "size": "large"}), "ok");
    check(json!({"tags": ["furnace"]}), "ok");
    check(json!({"size": "small"}), "ok");
    check(json!({"size": "large"}), "option_not_offered@size");
    check(json!({"tags": ["vip", "fax"]}), "option_not_offered@tags");
    check(json!({"industry": "steel", "size": "large"}), "ok");
    check(json!({"size": "none"}), "unknown_option@size");
    let loaded = store.write("lily", Mode::System, |planner, _| {
        planner.create("shop.account", &json!({"number": "A9", "name": "Old", "size": "tiny"}))
    });
    assert!(loaded.is_ok(), "what is loaded may be old: {loaded:?}");
}

#[test]
fn pairs_are_bounded_and_kept_in_the_history() {
    let (mut store, first, deal) = Store::shop();
    let other = |store: &mut Store, number: &str| {
        store.create("lily", "shop.account", json!({"number": number, "name": number})).unwrap()
    };
    let (second, third) = (other(&mut store, "A2"), other(&mut store, "A3"));
    let mut check = |body: Json, expect: Json| {
        let found = match store.update("lily", "shop.deal", deal, json!({"buyers": body})) {
            Err(found) => Json::String(codes(&found)),
            Ok(planned) => match planned.history.first() {
                Some(entry) => json!([entry.changes[0].old, entry.changes[0].new]),
                None => json!(planned.writes.len()),
            },
        };
        assert_eq!(found, expect, "{body}");
    };
    let pair = |id, role: Json| json!({"id": id, "role": role});
    let (one, two) = (pair(first, json!("boss")), pair(second, Json::Null));
    check(json!([one]), json!([null, [one]]));
    check(json!([one]), json!(0));
    check(json!({"create": [two]}), json!([[one], [one, two]]));
    check(json!({"create": [{"id": third}]}), json!("too_many_children@buyers"));
    check(
        json!({"create": [{"id": third}], "delete": [first]}),
        json!([[one, two], [two, pair(third, Json::Null)]]),
    );
    check(
        json!({"update": [pair(second, json!("user"))]}),
        json!([[two, pair(third, Json::Null)], [pair(second, json!("user")), pair(third, Json::Null)]]),
    );
    check(json!([one, one]), json!("duplicate@buyers[1]"));
    check(json!([]), json!([[pair(second, json!("user")), pair(third, Json::Null)], null]));
}

#[test]
fn what_goes_along_restricts_nothing() {
    let (mut store, _, deal) = Store::shop();
    let line = |store: &mut Store, deal, replaces| {
        let body = json!({"deal": deal, "product": "p", "price": "1", "replaces": replaces});
        store.create("root", "shop.line", body).unwrap()
    };
    let first = line(&mut store, deal, None::<uuid::Uuid>);
    let second = line(&mut store, deal, Some(first));
    let delete = |store: &mut Store, object: &str, id| {
        let written =
            store.write("root", Mode::Request, |planner, _| planner.delete(object, id, Precondition::Absent));
        written.map_or_else(|found| codes(&found), |outcome| planned(outcome).writes.len().to_string())
    };
    assert_eq!(delete(&mut store, "shop.line", first), "referenced_elsewhere");
    let account = json!({"by": {"number": "A1"}});
    let other = store.create("lily", "shop.deal", json!({"name": "Other", "account": account})).unwrap();
    let stranger = line(&mut store, other, Some(second));
    assert_eq!(delete(&mut store, "shop.deal", deal), "referenced_elsewhere", "a line of another deal stays");
    assert_eq!(delete(&mut store, "shop.line", stranger), "2", "with the deal it belongs to");
    assert_eq!(delete(&mut store, "shop.deal", deal), "4", "the deal and its three lines");
    let purge = |store: &mut Store, object: &str, id| {
        let written =
            store.write("root", Mode::Request, |planner, _| planner.purge(object, id, Precondition::Absent));
        written.map_or_else(|found| codes(&found), |outcome| planned(outcome).writes.len().to_string())
    };
    assert_eq!(purge(&mut store, "shop.deal", deal), "referenced_elsewhere", "the stranger is in the bin");
    assert_eq!(purge(&mut store, "shop.line", stranger), "2");
    assert_eq!(purge(&mut store, "shop.deal", deal), "4");
}
