//! One flow from its start to its end.

use super::deals::{Deals, FLOW, shown};
use crate::site::on_each;
use engine::flow::simulate::{Simulation, Which};
use serde_json::json;

#[test]
fn a_flow_is_walked_to_its_end_on_a_clock_of_its_own() {
    on_each(async |site| {
        let deals = Deals::open(site).await;
        let record = deals.deal(500).await;
        let seen = deals.simulate("admin", deals.order(record, json!({}))).await.unwrap();
        let expect = [
            "+0h started > check ann (user ann) | update status=asked",
            "+0h decided check approve by ann > by_size > boss bea (user bea) +large:condition_met \
             -huge:earlier_taken -otherwise:earlier_taken",
            "+0h decided boss approve by bea > write",
            "+0h woken write work > rest | mail a@b.example About deal 500",
            "+72h woken rest later > book",
            "+72h woken book work | connector ? ?",
            "+72h woken book answer > child",
            "+72h woken child work > more | create number=D-0002 | create name=D-0001 | create amount=500 \
             | create status=open",
            "+72h woken more work",
            "+72h below more",
            "  +72h woken sleep enter",
            "  +73h woken sleep later > look dan (user dan)",
            "  +73h decided look done by dan",
            "  +73h ended",
            "+73h woken more answer > keep",
            "+73h woken keep work",
            "+73h ended | update status=won",
            "approved",
        ];
        assert_eq!(shown(&seen), expect, "{seen:#}");
        assert_eq!(seen["steps"][1]["branches"][0]["cases"][0]["when"], "record.amount > 100");
        assert_eq!(seen["steps"][0]["entered"][0]["people"][0]["due"], "2026-03-02T09:00:00Z");
    });
}

/// Set off by what the flow writes: it tells, makes a record, and waits.
const MARKS: &str = "
kind: workflow
name: marks
use: automation
object: deal
trigger: {record_updated: {fields: [status], when: 'status == \"won\" && old.status != \"won\"'}}
steps:
  write: {send: {by: mail, template: told, to_from: record.mobile}}
  made: {create: {object: deal, set: {name: copy, amount: 1}}}
  rest: {wait: {later: {timer: {after: 1d}, steps: {}}}}
  late: {update: {set: {note: late}}}
";

/// Set off by that record, and by each that it makes itself.
const GROWS: &str = "
kind: workflow
name: grows
use: automation
object: deal
trigger: {record_created: {when: 'name == \"copy\"'}}
reentry: {in_own_chain: start, max_depth: 4}
steps:
  more: {create: {object: deal, set: {name: copy, amount: 2}}}
";

/// Set off by the end of the flow; what it does fails.
const ENDS: &str = "
kind: workflow
name: ends
use: automation
object: deal
trigger: {workflow_ended: {workflow: sale, outcome: [approved]}}
steps:
  wrong: {update: {set: {amount: -1}}, retry: {max: 0}}
";

#[test]
fn automations_that_it_sets_off_are_followed() {
    on_each(async |site| {
        let deals = Deals::open_with(site, &[MARKS, GROWS, ENDS]).await;
        let record = deals.deal(5).await;
        let before = deals.counts().await;
        let seen = deals.simulate("admin", deals.order(record, json!({"rest": "nothing"}))).await.unwrap();
        let lines = shown(&seen);
        let set_off: Vec<&str> =
            lines.iter().map(String::as_str).filter(|line| line.trim_start().starts_with("deals.")).collect();
        // One that sets itself off does so as deep as it says.
        let expect = [
            "  deals.ends deal 5 stands",
            "  deals.marks deal 5 stands",
            "      deals.grows copy done",
            "          deals.grows copy done",
        ];
        assert_eq!(set_off, expect, "{lines:#?}");
        for expect in [
            "    incident wrong",
            "    +73h woken write work > made | mail a@b.example About deal 5",
            "    waits rest",
            "approved",
        ] {
            assert!(lines.iter().any(|line| line == expect), "{expect}: {lines:#?}");
        }
        assert!(!lines.iter().any(|line| line.contains("note=late")), "{lines:#?}");
        assert_eq!(seen["more_automations"], false);
        assert_eq!(deals.counts().await, before);
    });
}

#[test]
fn people_and_other_systems_do_what_the_script_says() {
    on_each(async |site| {
        let deals = Deals::open(site).await;
        let record = deals.deal(500).await;
        let rows = [
            (
                json!({"check": {"decision": "reject", "comment": "no", "after": "5h"}}),
                "+4h reminded check | notify ann 待办提醒：sale",
                "rejected",
            ),
            (
                json!({"check": "nothing", "boss": "reject"}),
                "+8h decided_automatically check > by_size > boss bea (user bea) +large:condition_met \
                 -huge:earlier_taken -otherwise:earlier_taken",
                "rejected",
            ),
            (
                json!({"boss": [{"decision": "return", "to": "check"}, "reject"]}),
                "+0h decided boss return by bea > check ann (user ann)",
                "rejected",
            ),
            (
                json!({"rest": {"branch": "paid", "after": "1d"}, "book": {"answer": {"id": "E-7"}}}),
                "+25h woken keep work | update note=E-7",
                "approved",
            ),
            (json!({"book": {"fail": "it is away"}}), "+73h failed book answer", "incident book"),
            (
                json!({"rest": {"branch": "paid", "after": "9d"}, "look": "nothing"}),
                "+72h woken rest later > book",
                "waits more",
            ),
        ];
        for (decisions, line, last) in rows {
            let seen = deals.simulate("admin", deals.order(record, decisions.clone())).await.unwrap();
            let lines = shown(&seen);
            for expect in [line, last] {
                assert!(lines.iter().any(|line| line == expect), "{decisions}: {lines:#?}");
            }
        }
    });
}

#[test]
fn nothing_is_left_of_what_was_tried() {
    on_each(async |site| {
        let deals = Deals::open(site).await;
        let record = deals.deal(500).await;
        let before = deals.counts().await;
        let (published, cached) = (site_number(&deals), deals.who("ini"));
        let draft = Deals::draft(&FLOW.replace("user: bea", "user: cal"));
        for draft in [None, draft] {
            let order = Simulation { draft, ..deals.order(record, json!({})) };
            deals.simulate("admin", order).await.unwrap();
        }
        assert_eq!(deals.counts().await, before);
        assert_eq!(site_number(&deals), published);
        assert_eq!(deals.site.engine.deliver_once().await.unwrap(), 0, "no mail goes out");
        let after = deals.site.record(&cached, "deals.deal", record).await.unwrap();
        assert_eq!((&after["version"], &after["status"]), (&json!(1), &json!("open")));
        // A number that a record takes next follows the last one.
        let next = deals.site.record(&cached, "deals.deal", deals.deal(1).await).await.unwrap();
        assert_eq!(next["number"], "D-0002");
    });
}

fn site_number(deals: &Deals) -> u64 {
    deals.site.engine.published().number
}

#[test]
fn drafts_are_tried_and_what_cannot_be_tried_is_refused() {
    on_each(async |site| {
        let deals = Deals::open(site).await;
        let record = deals.deal(500).await;
        let order = |change: &dyn Fn(&mut Simulation)| {
            let mut order = deals.order(record, json!({}));
            change(&mut order);
            order
        };
        let refused = async |login: &str, order: Simulation| deals.simulate(login, order).await.unwrap_err();
        assert_eq!(refused("ini", order(&|_| {})).await, "not_permitted");
        assert_eq!(refused("admin", order(&|o| o.workflow = "deals.none".to_owned())).await, "not_found");
        assert_eq!(refused("admin", order(&|o| o.record = Which::of("D-9999"))).await, "not_found");
        let nobody = uuid::Uuid::now_v7();
        assert_eq!(
            refused("admin", order(&|o| o.initiator = Some(nobody))).await,
            "unknown_reference initiator"
        );
        assert_eq!(
            refused("admin", order(&|o| o.draft = Deals::draft("kind: workflow"))).await,
            "missing_key, missing_key, missing_key"
        );
        let small = deals.deal(0).await;
        assert_eq!(refused("admin", order(&|o| o.record = Which::Id(small))).await, "rule_violated");
        // By its natural key, by somebody else, at another time, under a draft.
        let seen = deals
            .simulate(
                "admin",
                order(&|o| {
                    o.record = Which::of("D-0001");
                    o.initiator = Some(deals.who("dan").actor.id);
                    o.at = Some("2026-05-01T00:00:00Z".parse().unwrap());
                    o.draft = Deals::draft(
                        &FLOW.replace("user: bea", "user: cal").replace("user: ann", "user: nobody"),
                    );
                }),
            )
            .await
            .unwrap();
        assert_eq!(seen["started_at"], "2026-05-01T00:00:00Z");
        assert_eq!((&seen["initiator"]["login"], &seen["draft"]), (&json!("dan"), &json!(true)));
        assert_eq!(shown(&seen).last().unwrap(), "halted check nobody_to_approve");
        // What is at work already cannot be tried.
        let busy = engine::requests::Submission::new("deals.sale", record);
        deals.site.engine.submit(&deals.who("ini"), busy).await.unwrap();
        assert_eq!(refused("admin", order(&|_| {})).await, "already_pending");
    });
}
