//! What a running flow locks of its record, which approvals a change voids, and what is done for who has left.

use super::Office;
use crate::site::{make_move, on_each, refusal, update};
use engine::records::Command;
use serde_json::json;

#[test]
fn a_running_flow_locks_what_it_says() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let rows = [
            ("locked", json!({"note": "x"}), "record_locked"),
            ("locked", json!({"lines": {"create": [{"name": "two"}]}}), "record_locked"),
            ("material", json!({"note": "x"}), "done"),
            ("material", json!({"amount": 2}), "record_locked"),
            ("material", json!({"lines": {"create": [{"name": "two"}]}}), "record_locked"),
            ("open", json!({"amount": 2}), "done"),
        ];
        for (flow, body, expect) in rows {
            let record = office.paper(None, 1).await;
            office.submit(flow, record).await.unwrap();
            let changed =
                office.site.engine.write(office.who("ini"), update("paper.paper", record, body.clone()));
            assert_eq!(refusal(changed.await), expect, "{flow}: {body}");
        }
        // A child that is written by itself is held by its parent's flow, and so is a deletion.
        let record = office.paper(None, 1).await;
        office.submit("locked", record).await.unwrap();
        let line = json!({"paper": record, "name": "two"});
        let create = Command::Create { object: "paper.sheet".into(), body: line };
        assert_eq!(refusal(office.site.engine.write(office.who("ini"), create).await), "record_locked");
        let delete = Command::Delete {
            object: "paper.paper".into(),
            id: record,
            precondition: plan::Precondition::Waived,
        };
        assert_eq!(refusal(office.site.engine.write(office.who("ini"), delete).await), "record_locked");
        assert_eq!(refusal(office.submit("any", record).await), "already_pending");
    });
}

#[test]
fn a_material_change_voids_what_was_approved() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let record = office.paper(None, 1).await;
        let instance = office.submit("open", record).await.unwrap();
        office.act(instance, "mgr+").await;
        let body = json!({"note": "immaterial"});
        office.site.engine.write(office.who("ini"), update("paper.paper", record, body)).await.unwrap();
        assert_eq!(office.shown(instance).await, "running: a.mgr=approved b.boss=open");
        let body = json!({"amount": 2});
        office.site.engine.write(office.who("ini"), update("paper.paper", record, body)).await.unwrap();
        assert_eq!(office.shown(instance).await, "running: a.mgr=superseded b.boss=cancelled a.mgr=open");
    });
}

#[test]
fn a_change_at_a_task_voids_what_others_approved_before() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let record = office.paper(None, 1).await;
        let instance = office.submit("edited", record).await.unwrap();
        let rows = [
            ("", "mgr", json!({"amount": 2}), "running: a.mgr=open", "nobody approved before"),
            (
                "mgr+ boss+",
                "fin1",
                json!({"note": "n"}),
                "running: a.mgr=approved b.boss=approved c.fin1=open c.fin2=open",
                "immaterial",
            ),
            (
                "fin2+",
                "fin1",
                json!({"amount": 3}),
                "running: a.mgr=superseded b.boss=superseded c.fin1=cancelled c.fin2=superseded a.mgr=open",
                "the way back passes over who did not see it",
            ),
        ];
        for (words, login, body, expect, case) in rows {
            for word in words.split_whitespace() {
                assert_eq!(office.act(instance, word).await, "done", "{case}: {word}");
            }
            let task = office.task(instance, login).await.unwrap();
            assert_eq!(office.save(login, task, body).await, "done", "{case}");
            assert_eq!(office.shown(instance).await, expect, "{case}");
        }
        let changed = update("paper.paper", record, json!({"amount": 4}));
        assert_eq!(refusal(office.site.engine.write(office.who("ini"), changed).await), "record_locked");
    });
}

#[test]
fn a_parked_move_is_made_for_who_has_left() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let engine = &office.site.engine;
        let rows = [
            (json!({"active": false}), "done", "done", "left"),
            (json!({"active": false, "roles": []}), "initiator_may_not", "draft", "has no roles any more"),
        ];
        for (change, expect, status, case) in rows {
            let record = office.paper(None, 1).await;
            let written = engine.write(office.who("ini"), make_move("paper.paper", record, "finish")).await;
            let instance = written.unwrap().parked.unwrap();
            let ini = office.who("ini").actor.id;
            engine.write(&engine.system(), update("base.user", ini, change)).await.unwrap();
            assert_eq!(office.act(instance, "fin1+").await, expect, "{case}");
            let seen = office.site.record(&engine.system(), "paper.paper", record).await.unwrap();
            assert_eq!(seen["status"], status, "{case}");
        }
    });
}
