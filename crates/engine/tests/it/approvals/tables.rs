//! Flows that ask decision tables, and what they keep in mind.

use super::{Office, paper};
use crate::site::{on_each, update};
use diagnostic::Locale;
use serde_json::json;

#[test]
fn the_log_tells_by_which_rules_a_table_answered() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let record = office.paper(None, 1).await;
        let instance = office.submit("worth", record).await.unwrap();
        // Finance reads the paper, but not what the table reads of it.
        for (login, expect) in [("ini", json!(["paper.worth", [2]])), ("fin1", json!([null, null]))] {
            let trace = office.site.engine.instance(office.who(login), instance, Locale::En).await.unwrap();
            let line = trace["log"].as_array().unwrap().iter().find(|line| line["kind"] == "decided");
            let line = line.unwrap_or_else(|| panic!("{login}: {trace}"));
            assert_eq!(json!([line["decision"], line["rules"]]), expect, "{login}");
            assert_eq!((&line["node"], &line["actor"]), (&json!("w"), &json!(null)), "{login}");
        }
    });
}

#[test]
fn what_a_table_or_a_variable_refuses_stops_the_flow() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let rows = [
            ("given", 5, "running: a.mgr=open"),
            ("given", 50, "running: a.mgr=open"),
            ("given", -1, "invalid_field_value inputs.amount"),
            ("bounded", 4, "running: a.mgr=open"),
            ("bounded", 5, "too_big variables.n"),
            ("bounded", 10, "too_big variables.n"),
        ];
        for (flow, amount, expect) in rows {
            assert_eq!(office.play(flow, amount, None, "").await, expect, "{flow}: {amount}");
        }
        let record = office.paper(None, 1).await;
        let emptied = update("paper.paper", record, json!({"amount": null}));
        office.site.engine.write(office.who("ini"), emptied).await.unwrap();
        let refused = crate::site::refusal(office.submit("given", record).await);
        assert_eq!(refused, "required inputs.amount", "what must be given is absent");
    });
}

#[test]
fn variables_begin_as_they_say_and_stay_as_they_began() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let rows = [
            (None, "nobody_to_approve", "a variable without a record leads nowhere"),
            (Some("ini"), "running: a.mgr=approved b.mgr=open", "a variable leads to the manager"),
        ];
        for (reviewer, expect, case) in rows {
            let found = office.play("changing", 1, reviewer, "mgr+").await;
            assert!(found.ends_with(expect), "{case}: {found}");
        }
        // The pinned definition counts, though the published one means another type by the name.
        let record = office.paper(Some("ini"), 1).await;
        let instance = office.submit("changing", record).await.unwrap();
        let change = |name: &str, rest: &str| match name {
            "changing" => {
                rest.replace("{type: integer, default: 3}", "{type: date}").replace("'n ?? -1'", "'1'")
            }
            _ => rest.to_owned(),
        };
        office.site.apply(vec![paper::pack("1.1.0", change)]).await;
        assert_eq!(office.act(instance, "mgr+").await, "done");
        let amount = office.site.engine.record(office.who("ini"), "paper.paper", record, &[]).await.unwrap();
        let amount: serde_json::Value = serde_json::from_slice(&amount).unwrap();
        assert_eq!(amount["amount"], json!(3));
    });
}
