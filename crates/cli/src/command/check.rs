//! `lifeloom check`: all findings in definitions at once.

use crate::console::Console;
use crate::failure::Failure;
use crate::packs;
use catalog::Notice;
use catalog::lint::NoticeKind;
use clap::Args;
use engine::publish::PackFiles;
use script::{Limits, Scripts};
use serde_json::json;

/// Options of `check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  lifeloom check definitions/crm\n  lifeloom check my-pack --format json")]
pub struct Check {
    /// Folders of packs, folders that hold packs, files of packs, or names of built-in packs
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// List too what is permitted and worth knowing: disclosures, values computed at read
    #[arg(long)]
    notices: bool,
}

/// Checks packs.
pub fn run(options: &Check, console: &Console) -> Result<(), Failure> {
    let packs: Vec<PackFiles> = packs::read(&options.paths)?.all();
    let checked = engine::publish::check(&packs, &Scripts::new(Limits::default()))?;
    let catalog = &checked.catalog;
    let notices = catalog::lint(catalog);
    // Those that authors wrote; every object has some more.
    let fields =
        catalog.objects.values().flat_map(|o| o.fields.values()).filter(|f| f.system.is_none()).count();
    let names: Vec<String> =
        catalog.packs.values().map(|pack| format!("{} {}", pack.name, pack.version)).collect();
    console.answer(&json!({
        "ok": true,
        "errors": [],
        "packs": catalog.packs.values().map(|p| json!({"name": p.name, "version": p.version})).collect::<Vec<_>>(),
        "objects": catalog.objects.len(),
        "fields": fields,
        "notices": notices
            .iter()
            .map(|n| {
                let place = n.place.as_ref().map(ToString::to_string);
                json!({"kind": format!("{:?}", n.kind), "subject": n.subject, "what": n.what, "place": place})
            })
            .collect::<Vec<_>>(),
    }));
    let is_gap = |notice: &&Notice| notice.kind == NoticeKind::NoRule;
    for notice in notices.iter().filter(|notice| options.notices || is_gap(notice)) {
        let place = notice.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        // Whoever meets a gap is refused.
        let word = if is_gap(&notice) { "warning" } else { "note" };
        console.say(format!("{place}{word}: {}: {}", notice.subject, notice.what));
    }
    console.say(format!(
        "no errors: {} ({} objects, {fields} fields, {} roles, {} workflows, {} decisions, {} scenarios)",
        names.join(", "),
        catalog.objects.len(),
        catalog.roles.len(),
        catalog.workflows.len(),
        catalog.decisions.len(),
        catalog.scenarios.len()
    ));
    match notices.iter().filter(|notice| !options.notices && !is_gap(notice)).count() {
        0 => {}
        1 => console.say("1 thing worth knowing: add --notices"),
        more => console.say(format!("{more} things worth knowing: add --notices")),
    }
    Ok(())
}
