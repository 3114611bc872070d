//! Steps at which nobody decides: the path says why, and the log tells of each.

use crate::packs;
use crate::site::on_each;
use diagnostic::Locale;
use engine::requests::{Submission, TaskAction};
use serde_json::{Value as Json, json};
use workflow::decision::DecisionKind;

fn workflow(name: &str, policy: &str, steps: &str) -> (String, String) {
    let head = format!("kind: workflow\nuse: approval\nname: {name}\nlabel: {{en: {name}}}\nobject: request");
    (format!("workflows/{name}.yaml"), format!("{head}\npolicy: {{{policy}}}\nsteps: {{{steps}}}\n"))
}

#[test]
fn what_nobody_decided_is_told_with_its_reason() {
    let nobody = "a: {approve: {by: [{superior: {of: initiator, level: 9}}]}}";
    let (own, bob) = ("a: {approve: {by: [{user: ann}]}}", "a: {approve: {by: [{user: bob}]}}");
    let again = format!("{bob}, b: {{approve: {{by: [{{user: bob}}, {{user: dan}}]}}}}");
    let rows = [
        ("empty_pass", "empty: pass", nobody, "approved: a skipped nobody | passed_automatically a nobody"),
        (
            "empty_reject",
            "empty: reject",
            nobody,
            "rejected: a skipped nobody | rejected_automatically a nobody",
        ),
        (
            "self_skip",
            "self: skip",
            own,
            "approved: a skipped own_request | passed_automatically a own_request",
        ),
        (
            "again",
            "dedupe: consecutive",
            &*again,
            "approved: a taken -, b skipped approved_before | passed_automatically b approved_before",
        ),
    ];
    on_each(async |site| {
        let mut flows = packs::example("flows");
        flows.files.extend(rows.iter().map(|(name, policy, steps, _)| workflow(name, policy, steps)));
        site.apply(vec![packs::shipped("base"), flows]).await;
        let aliases = site.engine.load_demo(None, &|_, _| {}).await.unwrap();
        let who = async |login: &str| site.engine.identity(aliases.0[login].1, None).await.unwrap();
        let (ann, bob) = (who("ann").await, who("bob").await);
        for (name, _, _, expect) in &rows {
            let record = site.create(&ann, "flows.request", json!({"subject": "S"})).await.id();
            let workflow = format!("flows.{name}").into();
            let order = Submission { workflow, record, comment: None, picks: Default::default() };
            let instance = site.engine.submit(&ann, order).await.unwrap();
            let seen = site.engine.instance(&ann, instance, Locale::En).await.unwrap();
            if let Some(open) = seen["tasks"].as_array().unwrap().iter().find(|task| task["state"] == "open")
            {
                let task = open["id"].as_str().unwrap().parse().unwrap();
                site.engine.decide(&bob, TaskAction::new(task, DecisionKind::Approve)).await.unwrap();
            }
            let seen = site.engine.instance(&ann, instance, Locale::En).await.unwrap();
            let text = |value: &Json| value.as_str().unwrap_or("-").to_owned();
            let step = |one: &Json| {
                format!("{} {} {}", text(&one["node"]), text(&one["state"]), text(&one["skipped"]))
            };
            let steps: Vec<String> = seen["path"].as_array().unwrap().iter().map(step).collect();
            let mut log = seen["log"].as_array().unwrap().iter().filter(|line| !line["skipped"].is_null());
            let line = log.next().unwrap();
            assert!(log.next().is_none() && line["actor"].is_null(), "{name}: {seen:#}");
            let line = format!("{} {} {}", text(&line["kind"]), text(&line["node"]), text(&line["skipped"]));
            assert_eq!(format!("{}: {} | {line}", text(&seen["state"]), steps.join(", ")), *expect, "{name}");
        }
    });
}
