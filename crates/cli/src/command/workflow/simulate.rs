//! `lifeloom workflow simulate`.

use super::draft;
use crate::command::people;
use crate::console::Console;
use crate::failure::Failure;
use crate::place::Place;
use chrono::{DateTime, Utc};
use clap::Args;
use engine::flow::simulate::{Simulation, Which};
use engine::flow::walk::script::Script;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Simulate {
    /// The workflow, such as crm.quote_approval
    workflow: String,
    /// The record: its id or its natural key
    record: String,
    /// Who starts it, by login [default: the owner of the record]
    #[arg(long = "as", value_name = "LOGIN")]
    by: Option<String>,
    /// Somebody whom the initiator names for a step; may be given several times
    #[arg(long, value_name = "STEP=LOGIN")]
    pick: Vec<String>,
    /// What people do at a step: approve, reject, return, done or nothing [default: they approve at once]
    #[arg(long, value_name = "STEP=DECISION")]
    decide: Vec<String>,
    /// A JSON file that says what people do: {"manager": {"decision": "return", "to": "draft", "after": "2d"}}
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// When it starts [default: now]
    #[arg(long, value_name = "TIME", value_parser = super::instant)]
    at: Option<DateTime<Utc>>,
    /// Definitions in the place of those that are published: files, or folders of packs
    #[arg(long, value_name = "PATH")]
    draft: Vec<String>,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(options: &Simulate, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    let pack = options.workflow.split('.').next();
    let draft = match options.draft.as_slice() {
        [] => None,
        paths => Some(draft::read(&engine, paths, pack)?),
    };
    let initiator = match &options.by {
        Some(login) => Some(people::user(&engine, login).await?.id),
        None => None,
    };
    let mut picks: BTreeMap<String, Vec<uuid::Uuid>> = BTreeMap::new();
    for pick in &options.pick {
        let (step, login) = pair(pick)?;
        picks.entry(step.to_owned()).or_default().push(people::user(&engine, login).await?.id);
    }
    let order = Simulation {
        workflow: options.workflow.clone(),
        record: Which::of(&options.record),
        initiator,
        picks,
        script: Script::read(&decisions(options)?)?,
        at: options.at,
        draft,
        locale: console.locale(),
    };
    let seen = engine.simulate(&engine.system(), order).await?;
    console.answer(&seen);
    let zone = engine.site().time_zone;
    let time = |at: &Json| {
        let at = at.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
        at.map_or("-".to_owned(), |at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string())
    };
    show(console, &seen, &time);
    Ok(())
}

fn pair(text: &str) -> Result<(&str, &str), Failure> {
    text.split_once('=').ok_or_else(|| Failure::Usage(format!("`{text}` should be STEP=VALUE")))
}

fn decisions(options: &Simulate) -> Result<Json, Failure> {
    let mut steps = match &options.script {
        None => Map::new(),
        Some(path) => {
            let wrong =
                |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", path.display()));
            let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
            serde_json::from_str(&text).map_err(|error| wrong(&error))?
        }
    };
    for said in &options.decide {
        let (step, decision) = pair(said)?;
        steps.insert(step.to_owned(), json!(decision));
    }
    Ok(Json::Object(steps))
}

/// An instant in the zone of the site.
type Time<'a> = &'a dyn Fn(&Json) -> String;

/// The way, for people: what happens, and below each what it leads to.
fn show(console: &Console, seen: &Json, time: Time<'_>) {
    let title = text(&seen["record"]["title"]);
    let draft = if seen["draft"] == true { " (draft)" } else { "" };
    let (workflow, initiator) = (text(&seen["workflow"]), name(&seen["initiator"]));
    console.say(format!("{workflow}{draft}, {title}, started by {initiator}; nothing was done\n"));
    steps(console, &seen["steps"], time, "");
    for incident in each(&seen["incidents"]) {
        console.say(format!("\nincident at {}: {}", text(&incident["label"]), text(&incident["reason"])));
    }
    for waiting in each(&seen["waiting"]) {
        console.say(format!("\nstands at {}", text(&waiting["label"])));
    }
    if seen["more_automations"] == true {
        console.say("\nmore automations would be set off than are told of");
    }
    match &seen["halted"] {
        Json::Null => {}
        halted => {
            console.say(format!("\nrefused at {}: {}", text(&halted["label"]), text(&halted["message"])))
        }
    }
    if let Some(outcome) = seen["outcome"].as_str() {
        console.say(format!("\n{} {outcome}", time(&seen["ended_at"])));
    }
}

fn steps(console: &Console, steps: &Json, time: Time<'_>, indent: &str) {
    for step in each(steps) {
        console.say(format!("{indent}{}  {}", time(&step["at"]), happened(step)));
        let mut more = Vec::new();
        for branch in each(&step["branches"]) {
            more.extend(each(&branch["cases"]).map(|case| {
                let sign = if case["taken"] == true { "+" } else { "-" };
                let when = case["when"].as_str().map_or(String::new(), |when| format!(" [{when}]"));
                let why = text(&case["why"]).replace('_', " ");
                format!("{sign} {}: {}{when}, {why}", text(&branch["label"]), text(&case["name"]))
            }));
        }
        more.extend(each(&step["entered"]).map(|entered| entered_line(entered, time)));
        for change in each(&step["changes"]) {
            let fields = each(&change["fields"]).map(|field| {
                format!("{}: {} → {}", text(&field["field"]), value(&field["before"]), value(&field["after"]))
            });
            let (operation, object) = (text(&change["operation"]), text(&change["object"]));
            more.push(format!("{operation} {object}: {}", fields.collect::<Vec<_>>().join(", ")));
        }
        more.extend(each(&step["effects"]).map(|effect| {
            if effect["call"].is_object() {
                return format!("call of {}: {} (not made)", text(&effect["kind"]), effect["call"]);
            }
            let to = effect["to"].as_str().map_or_else(|| name(&effect["to"]), str::to_owned);
            format!("{} to {to}: {} (not sent)", text(&effect["kind"]), text(&effect["subject"]))
        }));
        for line in more {
            console.say(format!("{indent}                    {line}"));
        }
        if step["below"].is_object() {
            self::steps(console, &step["below"]["steps"], time, &format!("{indent}    "));
        }
        for automation in each(&step["automations"]) {
            set_off(console, automation, time, &format!("{indent}    "));
        }
    }
}

/// An automation that something set off, and how far it comes.
fn set_off(console: &Console, automation: &Json, time: Time<'_>, indent: &str) {
    let (workflow, record) = (text(&automation["workflow"]), &automation["record"]);
    let title = record["title"].as_str().unwrap_or(text(&record["id"]));
    console.say(format!("{indent}sets off {workflow}: {} {title}", text(&record["object"])));
    let inner = format!("{indent}    ");
    steps(console, &automation["steps"], time, &inner);
    for incident in each(&automation["incidents"]) {
        console.say(format!(
            "{inner}incident at {}: {}",
            text(&incident["label"]),
            text(&incident["reason"])
        ));
    }
    for waiting in each(&automation["waiting"]) {
        console.say(format!("{inner}waits at {}", text(&waiting["label"])));
    }
    if let Some(message) = automation["halted"]["message"].as_str() {
        console.say(format!("{inner}refused at {}: {message}", text(&automation["halted"]["label"])));
    }
}

fn happened(step: &Json) -> String {
    let label = text(&step["label"]);
    match step["what"].as_str().unwrap_or_default() {
        "decided" => format!("{label}: {} decides: {}", name(&step["person"]), text(&step["decision"])),
        "woken" => format!("{label}: {}", text(&step["by"])),
        "failed" => format!("{label} fails: {}", text(&step["reason"])),
        "below" => format!("{label}: {}", text(&step["below"]["workflow"])),
        "started" => "started".to_owned(),
        "ended" => "ended".to_owned(),
        passed => {
            format!("{label}: {}% of the time has passed, {}", step["percent"], passed.replace('_', " "))
        }
    }
}

fn entered_line(entered: &Json, time: Time<'_>) -> String {
    let people = each(&entered["people"]).map(|asked| {
        let due = asked["due"].as_str().map_or(String::new(), |_| format!(", due {}", time(&asked["due"])));
        let skipped = asked["skipped"]
            .as_str()
            .map_or(String::new(), |why| format!(", skipped: {}", why.replace('_', " ")));
        format!("{} ({}{due}{skipped})", name(&asked["person"]), text(&asked["why"]))
    });
    format!("→ {} {}", text(&entered["label"]), people.collect::<Vec<_>>().join(", "))
}

pub(super) fn each(list: &Json) -> impl Iterator<Item = &Json> {
    list.as_array().into_iter().flatten()
}

pub(super) fn text(json: &Json) -> &str {
    json.as_str().unwrap_or("-")
}

pub(super) fn name(person: &Json) -> String {
    person["title"].as_str().or(person["login"].as_str()).unwrap_or("somebody yet to be named").to_owned()
}

fn value(json: &Json) -> String {
    match json {
        Json::Null => "nothing".to_owned(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
