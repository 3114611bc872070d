//! `lifeloom workflow backtest`.

use super::draft;
use super::simulate::{each, name, text};
use crate::console::Console;
use crate::failure::Failure;
use crate::place::Place;
use chrono::{DateTime, Utc};
use clap::Args;
use engine::flow::backtest::{Backtest as Order, MOST};
use engine::flow::draft::Draft;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::time::Instant;

#[derive(Debug, Args)]
pub(super) struct Backtest {
    /// The changed definitions: files, or folders of packs
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// The workflow [default: the one that the file changes]
    #[arg(long, value_name = "NAME")]
    workflow: Option<String>,
    /// Only flows that started from this instant or day on
    #[arg(long, value_name = "TIME", value_parser = super::instant)]
    since: Option<DateTime<Utc>>,
    /// Only flows that started before this instant or day
    #[arg(long, value_name = "TIME", value_parser = super::instant)]
    until: Option<DateTime<Utc>>,
    /// At most so many, the newest ones
    #[arg(long, value_name = "COUNT")]
    limit: Option<u32>,
    #[command(flatten)]
    place: Place,
}

/// What came of it so far.
#[derive(Default)]
struct Sum {
    same: u64,
    different: u64,
    untold: BTreeMap<String, u64>,
    shown: Vec<Json>,
}

impl Sum {
    fn all(&self) -> u64 {
        self.same + self.different + self.untold.values().sum::<u64>()
    }
}

pub(super) async fn run(options: &Backtest, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    let pack = options.workflow.as_deref().and_then(|name| name.split('.').next());
    let draft = draft::read(&engine, &options.paths, pack)?;
    let workflow = match (&options.workflow, &draft) {
        (Some(name), _) => name.clone(),
        (None, Draft::Texts { texts, .. }) => draft::workflow(&engine, texts)?,
        (None, Draft::Packs(_)) => {
            return Err(Failure::Usage("name the workflow with --workflow PACK.NAME".to_owned()));
        }
    };
    let (published, began) = (engine.draft(&draft).await?, Instant::now());
    let (mut sum, mut before) = (Sum::default(), None);
    loop {
        let left = options
            .limit
            .map_or(MOST, |limit| limit.saturating_sub(u32::try_from(sum.all()).unwrap_or(limit)));
        if left == 0 {
            break;
        }
        let (since, until, limit) = (options.since, options.until, left.min(MOST));
        let order =
            Order { workflow: workflow.clone(), since, until, before, limit, locale: console.locale() };
        let page = engine.backtest(&engine.system(), &published, &order).await?;
        take(console, &mut sum, &page);
        before = page["next"].as_str().and_then(|next| next.parse().ok());
        if before.is_none() {
            break;
        }
    }
    let (Sum { same, different, .. }, seconds) = (&sum, began.elapsed().as_secs_f64());
    let untold: u64 = sum.untold.values().sum();
    console.answer(&json!({
        "workflow": workflow,
        "counts": {"same": same, "different": different, "untold": untold},
        "untold": sum.untold,
        "different": sum.shown,
        "seconds": seconds,
    }));
    console.say(format!("{workflow}: {same} the same, {different} different, {untold} cannot be told"));
    for (reason, count) in &sum.untold {
        console.say(format!("  {count} {}", reason.replace('_', " ")));
    }
    console.note(format!("{} flows in {seconds:.1} s", sum.all()));
    Ok(())
}

fn take(console: &Console, sum: &mut Sum, page: &Json) {
    sum.same += page["counts"]["same"].as_u64().unwrap_or(0);
    for untold in each(&page["untold"]) {
        *sum.untold.entry(text(&untold["reason"]).to_owned()).or_default() += 1;
    }
    for one in each(&page["different"]) {
        sum.different += 1;
        show(console, one);
        if console.is_json() {
            sum.shown.push(one.clone());
        }
    }
}

fn show(console: &Console, one: &Json) {
    let (title, at) = (text(&one["record"]["title"]), text(&one["started_at"]));
    console.say(format!("{title}  {at}  {}  another {}", text(&one["instance"]), text(&one["what"])));
    for (word, way) in [("was", &one["old"]), ("new", &one["new"])] {
        let stops = each(&way["steps"]).map(stop).collect::<Vec<_>>().join(" → ");
        let refused = way["refused"]["message"].as_str().map_or(String::new(), |why| format!(": {why}"));
        console.say(format!("  {word}: {stops} = {}{refused}", text(&way["outcome"])));
    }
}

fn stop(stop: &Json) -> String {
    let people = each(&stop["people"]).map(name).collect::<Vec<_>>().join(", ");
    match people.is_empty() {
        true => text(&stop["node"]).to_owned(),
        false => format!("{} ({people})", text(&stop["node"])),
    }
}
