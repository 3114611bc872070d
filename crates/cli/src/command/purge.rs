//! `lifeloom purge`: what left the definitions leaves the database.

use crate::console::Console;
use crate::failure::Failure;
use crate::place::Place;
use clap::Args;
use diagnostic::{Code, Diagnostic, did_you_mean};
use serde_json::json;
use storage::migrate::purge::Retired;

/// Options of `purge`.
#[derive(Debug, Args)]
#[command(
    after_help = "Objects and fields that leave the definitions keep their data until they are purged.\n\n\
    Examples:\n  lifeloom purge --list\n  lifeloom purge crm.lead.fax crm.campaign"
)]
pub struct Purge {
    /// Objects (pack.object) and fields (pack.object.field) to drop [default: all that were retired]
    names: Vec<String>,
    /// Only list what could be dropped
    #[arg(long)]
    list: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

/// Drops tables and columns.
pub async fn run(options: &Purge, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    let retired = engine.retired().await?;
    let which = chosen(&retired, &options.names)?;
    let names: Vec<String> = which.iter().map(name_of).collect();
    for name in &names {
        console.say(format!("retired: {name}"));
    }
    if which.is_empty() {
        console.say("nothing is retired");
    }
    if which.is_empty() || options.list {
        console.answer(&json!({"ok": true, "retired": names, "dropped": []}));
        return Ok(());
    }
    console.confirm("Drop all of it with its data? A backup is the only way back.", options.yes)?;
    let dropped = engine.purge(&which).await?;
    console.answer(&json!({"ok": true, "retired": names, "dropped": dropped}));
    for line in dropped {
        console.say(line);
    }
    Ok(())
}

fn name_of(retired: &Retired) -> String {
    match retired {
        Retired::Object(object) => object.clone(),
        Retired::Field(object, field) => format!("{object}.{field}"),
    }
}

/// The named ones, or all.
fn chosen(retired: &[Retired], names: &[String]) -> Result<Vec<Retired>, Vec<Diagnostic>> {
    if names.is_empty() {
        return Ok(retired.to_vec());
    }
    let known: Vec<String> = retired.iter().map(name_of).collect();
    let (mut which, mut found) = (Vec::new(), Vec::new());
    for name in names {
        match known.iter().position(|known| known == name) {
            Some(at) => which.push(retired[at].clone()),
            None => {
                let hint = did_you_mean(name, known.iter().map(String::as_str));
                let unknown =
                    Diagnostic::new(Code::UnknownReference).with("what", "retired name").with("name", name);
                found.push(unknown.with_hint(hint));
            }
        }
    }
    if found.is_empty() { Ok(which) } else { Err(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_retired_can_be_chosen() {
        let retired = [Retired::Object("crm.fax".into()), Retired::Field("crm.lead".into(), "fax".into())];
        type Names<'a> = &'a [&'a str];
        let rows: [(Names<'_>, Result<Names<'_>, &str>); 4] = [
            (&[], Ok(&["crm.fax", "crm.lead.fax"])),
            (&["crm.lead.fax"], Ok(&["crm.lead.fax"])),
            (&["crm.lead"], Err("crm.lead")),
            (&["crm.fax", "crm.lead.fix"], Err("crm.lead.fix")),
        ];
        for (names, expect) in rows {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            match (chosen(&retired, &names), expect) {
                (Ok(which), Ok(expect)) => assert_eq!(which.iter().map(name_of).collect::<Vec<_>>(), expect),
                (Err(found), Err(expect)) => assert_eq!(found[0].arguments[1].1, expect),
                (got, _) => panic!("{names:?}: {got:?}"),
            }
        }
    }
}
