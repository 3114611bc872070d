//! The way ahead, told before and while a flow runs.

use super::works::{Works, pack};
use crate::site::{on_each, refusal};
use diagnostic::Locale;
use engine::requests::Operation;
use serde_json::Value as Json;
use std::fmt::Write as _;
use uuid::Uuid;

/// `first ann | by_size -large +otherwise | last cal dan | skipped boss(large) | approved`
fn shown(path: &Json) -> String {
    let text = |json: &Json| json.as_str().unwrap_or("?").to_owned();
    let mut parts = Vec::new();
    for step in path["steps"].as_array().unwrap() {
        let mut part = text(&step["node"]);
        for person in step["people"].as_array().unwrap() {
            let not = if person["skipped"].is_null() { "" } else { "!" };
            write!(part, " {not}{}", text(&person["person"]["login"])).unwrap();
        }
        for branch in step["branches"].as_array().into_iter().flatten() {
            let sign = if branch["taken"] == true { "+" } else { "-" };
            write!(part, " {sign}{}", text(&branch["name"])).unwrap();
        }
        if let Some(assumed) = step["assumed"].as_str() {
            write!(part, " ~{assumed}").unwrap();
        }
        parts.push(part);
    }
    for step in path["skipped"].as_array().unwrap() {
        parts.push(format!(
            "skipped {} {} {}",
            text(&step["node"]),
            text(&step["why"]),
            text(&step["branch"])
        ));
    }
    match &path["halted"] {
        Json::Null => parts.push(text(&path["outcome"])),
        halted => parts.push(format!("halted {} {}", text(&halted["node"]), text(&halted["code"]))),
    }
    parts.join(" | ")
}

/// `2 in by_size.large`: the place of a step, and the branch in which it stands.
fn place(step: &Json) -> String {
    match &step["within"] {
        Json::Null => step["position"].to_string(),
        within => {
            assert_eq!((&within["way"], &within["label"]), (&Json::from("steps"), &within["branch"]));
            let (node, branch) = (within["node"].as_str().unwrap(), within["branch"].as_str().unwrap());
            format!("{} in {node}.{branch}", step["position"])
        }
    }
}

async fn preview(works: &Works, login: &str, flow: &str, record: Uuid) -> Result<Json, String> {
    let (who, flow) = (works.who(login), format!("works.{flow}"));
    let seen = works.site.engine.preview_flow(&who, &flow, record, Default::default(), Locale::En).await;
    seen.map_err(|found| refusal::<()>(Err(found)))
}

const MORE: &str = "
  rest: {wait: {later: {timer: {after: 1h}, steps: {late: {approve: {by: [{user: bea}]}}}}, paid: {record_updated: {when: 'note == \"paid\"'}, steps: {paid_late: {approve: {by: [{user: ini}]}}}}}}
  put: {update: {set: {note: seen}}}
  by_note: {choose: {noted: {when: 'record.note == \"seen\"', steps: {seen: {approve: {by: [{user: cal}]}}}}}}";

/// The flow `pair` with more steps at its end.
async fn publish(works: &Works, more: &str) {
    let next = |name: &str, rest: &str| match name {
        "pair" => format!("{rest}{more}"),
        _ => rest.to_owned(),
    };
    works.site.apply(vec![pack("1.1.0", next)]).await;
}

#[test]
fn the_way_of_a_record_is_told_before_it_is_submitted() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let small = "first ann | by_size -large +otherwise | last cal dan | skipped boss branch_not_taken large | approved";
        let large = "first ann | by_size +large -otherwise | boss bea | last cal dan | approved";
        for (amount, expect) in [(1, small), (500, large)] {
            let record = works.job("asked", amount).await;
            let seen = preview(&works, "ini", "pair", record).await.unwrap();
            assert_eq!(shown(&seen), expect);
            assert_eq!(seen["steps"][0]["people"][0]["why"], "user ann");
            assert_eq!(place(&seen["steps"][0]), "0");
            // Nothing came of it.
            assert!(works.find(Default::default()).await.is_empty());
            assert_eq!(works.task("ann").await, None);
            let after = works.site.record(&works.who("ini"), "works.job", record).await.unwrap();
            assert_eq!((&after["version"], &after["pending"]), (&Json::from(1), &Json::Null));
        }
        let record = works.job("asked", 1).await;
        let seen = preview(&works, "ini", "pair", record).await.unwrap();
        assert_eq!(
            (place(&seen["skipped"][0]), &seen["skipped"][0]["asks"]),
            ("2 in by_size.large".to_owned(), &Json::from("approve"))
        );
        assert_eq!(preview(&works, "bea", "pair", record).await, Err("not_found".to_owned()));
        assert_eq!(preview(&works, "dan", "pair", record).await, Err("not_permitted".to_owned()));
        assert_eq!(preview(&works, "ini", "none", record).await, Err("not_found".to_owned()));
        // What steps do by themselves is seen by those behind them, and is gone afterwards.
        publish(&works, MORE).await;
        let seen = preview(&works, "ini", "pair", record).await.unwrap();
        let rest = "rest ~later | late bea | put | by_note +noted | seen !cal | skipped boss branch_not_taken large | \
                    skipped paid_late other_event paid | approved";
        assert_eq!(
            shown(&seen),
            format!("{} | {rest}", small.split(" | skipped").next().unwrap()).replace("!cal", "cal")
        );
        let after = works.site.record(&works.who("ini"), "works.job", record).await.unwrap();
        assert_eq!(after["note"], Json::Null);
        publish(&works, "\n  none: {approve: {by: [{field: record.created_by}]}}").await;
        works
            .site
            .engine
            .write(
                &works.site.engine.system(),
                crate::site::update(
                    "base.user",
                    works.who("bea").actor.id,
                    serde_json::json!({"active": false}),
                ),
            )
            .await
            .unwrap();
        let record = works.job("asked", 500).await;
        let seen = preview(&works, "ini", "pair", record).await.unwrap();
        let expect = "first ann | by_size +large -otherwise | boss | skipped last not_reached ? | \
                      skipped none not_reached ? | halted boss nobody_to_approve";
        assert_eq!(shown(&seen), expect);
        assert!(seen["halted"]["message"].is_string());
        let taken = works.submit("plain", 1).await;
        let about: Uuid = works.trace("ini", taken).await["record"]["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(preview(&works, "ini", "plain", about).await, Err("already_pending".to_owned()));
        // A number that a record takes next follows the last one.
        let next =
            works.site.record(&works.who("ini"), "works.job", works.job("asked", 1).await).await.unwrap();
        assert_eq!(next["number"], "J-0006");
    });
}

#[test]
fn a_running_flow_tells_how_it_would_go_on() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let instance = works.submit("pair", 500).await;
        let predicted = async |login: &str| {
            works.site.engine.prediction(&works.who(login), instance, Locale::En).await.map(|path| match path
            {
                Json::Null => "ended".to_owned(),
                path => shown(&path),
            })
        };
        let all = "first ann | by_size +large -otherwise | boss bea | last cal dan | approved";
        assert_eq!(predicted("ini").await.unwrap(), all);
        assert_eq!(predicted("ann").await.unwrap(), all, "who has a task in it");
        assert_eq!(refusal(predicted("bea").await), "not_found");
        assert_eq!(works.operate("admin", instance, Operation::Suspend).await, "done");
        assert_eq!(predicted("ini").await.unwrap(), all, "as if it went on");
        assert_eq!(works.operate("admin", instance, Operation::Resume).await, "done");
        assert_eq!(works.act("ann+").await, "done");
        let trace = works.trace("ini", instance).await;
        assert_eq!(trace["log"].as_array().unwrap().len(), 4, "{trace:#}");
        let told =
            |at: usize| (trace["path"][at]["asks"].clone(), trace["path"][at]["within"]["branch"].clone());
        assert_eq!(
            (told(1), told(2)),
            ((Json::Null, Json::Null), (Json::from("approve"), Json::from("large")))
        );
        assert_eq!(predicted("ini").await.unwrap(), "by_size | boss bea | last cal dan | approved");
        let seen = works.site.engine.prediction(&works.who("ini"), instance, Locale::En).await.unwrap();
        assert_eq!(
            (&seen["steps"][1]["state"], &seen["steps"][2]["state"]),
            (&"waiting".into(), &"predicted".into())
        );
        for word in ["bea+", "cal+", "dan+"] {
            assert_eq!(works.act(word).await, "done", "{word}");
        }
        assert_eq!(predicted("ini").await.unwrap(), "ended");
    });
}

#[test]
fn it_is_told_when_a_flow_is_expected_to_end() {
    on_each(async |site| {
        let works = Works::open(site).await;
        let ahead = async |amount: i64| {
            let record = works.job("asked", amount).await;
            let seen = preview(&works, "ini", "pair", record).await.unwrap();
            let hours = |at: &Json| {
                let at = at.as_str()?.parse::<chrono::DateTime<chrono::Utc>>().ok()?;
                Some((at - works.site.engine.now()).num_hours())
            };
            let steps: Vec<Option<i64>> =
                seen["steps"].as_array().unwrap().iter().map(|step| hours(&step["expected"])).collect();
            (steps, hours(&seen["finish"]))
        };
        // Nothing is known of steps that nobody has passed yet.
        assert_eq!(ahead(1).await, (vec![None, None, None], None));
        // Such steps have taken two hours and one.
        let instance = works.submit("pair", 1).await;
        for (hours, word) in [(2, "ann+"), (1, "cal+"), (0, "dan+")] {
            works.site.clock.advance(chrono::TimeDelta::hours(hours));
            assert_eq!(works.act(word).await, "done");
        }
        assert_eq!(works.trace("admin", instance).await["state"], "approved");
        assert_eq!(ahead(1).await, (vec![Some(2), Some(2), Some(3)], Some(3)));
        // Nobody has passed this one; what comes behind it cannot be told.
        assert_eq!(ahead(500).await, (vec![Some(2), None, None, None], None));
        // Time that people have goes before.
        let timed = |name: &str, rest: &str| match name {
            "pair" => rest.replace("[{user: bea}]}", "[{user: bea}]}, sla: {due: 8h}"),
            _ => rest.to_owned(),
        };
        works.site.apply(vec![pack("1.1.0", timed)]).await;
        assert_eq!(ahead(500).await, (vec![Some(2), Some(10), Some(10), Some(11)], Some(11)));
    });
}
