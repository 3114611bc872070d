//! What several packs make together: glue, overlays across an upgrade; what is worth knowing of the result; what
//! is wrong with flows.

use super::sample::{built, packs, try_build, with};
use crate::lint::{NoticeKind, lint};
use crate::merge::upgrade_conflicts;
use crate::names::PhysicalNames;

const LEAD: &str = "kind: object\nname: lead\nfields:\n  name: {type: text, max: 50}\n";

#[test]
fn glue_comes_with_all_it_joins() {
    let crm = [("objects/lead.yaml", LEAD)];
    let pms: &[(&str, &str)] = &[("pack.yaml", "kind: pack\nname: pms\nversion: 1.0.0\n")];
    let glue: &[(&str, &str)] = &[
        ("pack.yaml", "kind: pack\nname: hand_over\nversion: 1.0.0\nglue: {with: [crm, pms]}\n"),
        ("objects/lead.yaml", "kind: object\nextends: crm.lead\nfields:\n  project: {type: text}\n"),
    ];
    let alone: &[(&str, &str)] =
        &[("pack.yaml", "kind: pack\nname: odd\nversion: 1.0.0\nglue: {with: [odd, crm]}\n")];
    type Files<'f> = &'f [(&'f str, &'f str)];
    let rows: [(&[Files<'_>], Result<bool, &str>); 4] = [
        (&[pms, glue], Ok(true)),
        // One of the two is missing: nothing of the glue is there, and nothing is wrong.
        (&[glue], Ok(false)),
        (&[glue, pms], Ok(true)),
        (&[alone], Err("pack odd cannot glue itself")),
    ];
    for (more, expect) in rows {
        let made = try_build(&with(&crm, more), &PhysicalNames::default());
        match (made, expect) {
            (Ok(made), Ok(there)) => {
                assert_eq!(made.catalog.packs.contains_key("hand_over"), there);
                assert_eq!(made.catalog.objects["crm.lead"].fields.contains_key("project"), there);
            }
            (Err(found), Err(reason)) => {
                assert!(found.iter().any(|found| found.to_string().contains(reason)), "{found:?}")
            }
            (made, expect) => panic!("{:?} instead of {expect:?}", made.map(|made| made.catalog.packs)),
        }
    }
}

#[test]
fn an_upgrade_names_what_both_sides_changed() {
    let crm = |version: &str, lead: &str| {
        let pack = format!("kind: pack\nname: crm\nversion: {version}\nrequires: {{base: '>=1'}}\n");
        [("pack.yaml".to_owned(), pack), ("objects/lead.yaml".to_owned(), lead.to_owned())]
    };
    let site = |overlay: &str| {
        let pack = "kind: pack\nname: site\nversion: 1.0.0\nrequires: {crm: '>=1'}\n".to_owned();
        [("pack.yaml".to_owned(), pack), ("objects/lead.yaml".to_owned(), overlay.to_owned())]
    };
    let sources = |crm: &[(String, String)], site: &[(String, String)]| {
        let crm: Vec<(&str, &str)> = crm.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let site: Vec<(&str, &str)> = site.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        with(&crm, &[&site])
    };
    let longer = LEAD.replace("50", "80");
    let overlay = |more: &str, max: &str| {
        format!(
            "kind: object\nextends: crm.lead\n{more}fields:\n  name: {{max: {max}}}\n  own: {{type: text}}\n"
        )
    };
    let rows = [
        (overlay("", "60"), longer.as_str(), Some("crm.lead: fields.name.max")),
        // The author has looked at the new version.
        (overlay("based_on: 2.0.0\n", "60"), longer.as_str(), None),
        (overlay("based_on: 1.0.0\n", "60"), longer.as_str(), Some("crm.lead: fields.name.max")),
        // Both made the same change, or only one side made one.
        (overlay("", "80"), longer.as_str(), None),
        (overlay("", "60"), LEAD, None),
    ];
    for (overlay, lead, expect) in rows {
        let old = sources(&crm("1.0.0", LEAD), &site(&overlay));
        let new = sources(&crm("2.0.0", lead), &site(&overlay));
        let found: Vec<String> = upgrade_conflicts(&old, &new).iter().map(ToString::to_string).collect();
        match expect {
            None => assert!(found.is_empty(), "{overlay}: {found:?}"),
            Some(what) => {
                assert_eq!(found.len(), 1, "{overlay}: {found:?}");
                assert!(found[0].contains(what) && found[0].starts_with("objects/lead.yaml:"), "{found:?}");
            }
        }
    }
}

#[test]
fn what_is_worth_knowing_is_listed() {
    let order = "kind: object\nname: order\nfields:\n  name: {type: text}\n  code: {type: text, unique: true}\n  \
                 due: {type: date}\n  lines: {type: children, of: line, via: order}\n  \
                 notes: {type: children, of: note, via: order}\n  late: {type: boolean, formula: 'due < today()'}\n  \
                 amount: {type: integer, rollup: {sum: lines.amount}}\n  \
                 noted: {type: integer, rollup: {count: notes}, declassify: true}\n";
    let line = "kind: object\nname: line\nfields:\n  order: {type: reference, to: order}\n  amount: {type: integer}\n";
    let note = "kind: object\nname: note\nownership: user\nfields:\n  order: {type: reference, to: order}\n";
    let role =
        "kind: role\nname: rep\nobjects:\n  order: {create: true, read: all, fields: {code: hidden}}\n";
    let reader = "kind: role\nname: reader\nobjects:\n  order: {read: all, fields: {code: hidden}}\n";
    let made = built(&[
        ("objects/order.yaml", order),
        ("objects/line.yaml", line),
        ("objects/note.yaml", note),
        ("roles/rep.yaml", role),
        ("roles/reader.yaml", reader),
    ]);
    let found = lint(&made.catalog);
    let told: Vec<(NoticeKind, &str)> = found.iter().map(|notice| (notice.kind, &*notice.subject)).collect();
    let expect = [
        (NoticeKind::OnClock, "crm.order.late"),
        (NoticeKind::Declassified, "crm.order.noted"),
        (NoticeKind::OtherScopes, "crm.order.noted"),
        (NoticeKind::UniqueClash, "crm.order.code"),
    ];
    assert_eq!(told, expect, "{found:#?}");
    assert!(found[3].what.contains("crm.rep"), "only who creates learns of a clash: {}", found[3].what);
    assert!(lint(&built(&[("objects/lead.yaml", LEAD)]).catalog).is_empty());
}

/// Builds the files; where something is expected, it is all that is found, with its place.
fn check(files: &[(&str, &str)], expect: &str) {
    let made = try_build(&packs(files), &PhysicalNames::default());
    let found: Vec<String> = made.err().unwrap_or_default().iter().map(ToString::to_string).collect();
    match expect {
        "" => assert!(found.is_empty(), "{files:?}: {found:?}"),
        expect => {
            assert_eq!(found.len(), 1, "{files:?}: {found:?}");
            assert!(found[0].contains(expect), "{files:?}: {found:?}");
            assert!(found[0].contains(".yaml:"), "it has a place: {found:?}");
        }
    }
}

#[test]
fn flows_speak_of_what_exists() {
    let object = "kind: object\nname: lead\nfields:\n  name: {type: text}\n  boss: {type: user}\n  \
                  stage: {type: select, default: new, options: {new: {}, done: {}}}\n  sum: {type: integer, formula: 'len(name)'}\n\
                  transitions:\n  field: stage\n  moves:\n    finish: {from: [new], to: done, approval: check}\n";
    let flow = |start: &str, steps: &str| {
        format!("kind: workflow\nname: check\nuse: approval\nobject: lead\nstart: {start}\nsteps:\n{steps}\n")
    };
    let fine = "  ask: {approve: {by: [{field: boss}]}}";
    let rows = [
        (flow("{by: [transition]}", fine), ""),
        (flow("{by: [button]}", fine), "`crm.check` does not start by transition"),
        (
            flow("{by: [transition]}", "  ask: {approve: {by: [{role: chief}]}}"),
            "role `chief` does not exist",
        ),
        (
            flow("{by: [transition]}", "  ask: {approve: {by: [{field: name}]}}"),
            "a path to a record of base.user",
        ),
        (flow("{by: [transition]}", "  ask: {approve: {by: [{field: bos}]}}"), "unknown name `bos`"),
        (flow("{by: [transition]}", &format!("{fine}\n  put: {{set: {{sum: 1}}}}")), "its value is computed"),
        (
            flow("{by: [transition]}", &format!("{fine}\n  put: {{set: {{nam: x}}}}")),
            "field `nam` does not exist",
        ),
        (flow("{by: [transition], when: 'nam == \"x\"'}", fine), "unknown name `nam`"),
        (flow("{by: [transition], roles: [nobody]}", fine), "role `nobody` does not exist"),
    ];
    for (flow, expect) in rows {
        let files = [("objects/lead.yaml", object), ("workflows/check.yaml", flow.as_str())];
        check(&files, expect);
    }
}

#[test]
fn the_people_of_a_step_can_be_found() {
    let object = "kind: object\nname: lead\nfields:\n  name: {type: text}\n  boss: {type: user}\n  \
                  parent: {type: reference, to: lead}\n  lines: {type: children, of: line, via: lead}\n";
    let line = "kind: object\nname: line\nfields:\n  lead: {type: reference, to: lead}\n";
    let flow = |by: &str, policy: &str| {
        format!(
            "kind: workflow\nname: check\nuse: approval\nobject: lead\npolicy: {{{policy}}}\nsteps:\n  \
             ask: {{approve: {{by: [{by}]}}}}\n"
        )
    };
    let rows = [
        (
            "{superior_chain: {of: record.boss, until: 'approver.login == name && initiator.login != name'}}",
            "",
        ),
        ("{superior_chain: {of: name}}", "a path to a record of base.user"),
        ("{superior_chain: {of: initiator, until: 'aprover.login == name'}}", "unknown name `aprover`"),
        ("{superior_chain: {of: initiator, until: 'name'}}", "expected"),
        ("{superior_chain: {of: initiator, until: 'user.login == name'}}", "`user`"),
        ("{where: 'login == record.name && manager == initiator'}", ""),
        ("{where: 'record.lines.count() > 0'}", ""),
        ("{where: 'record.parent.lines.count() > 0'}", "a list of the record itself"),
        ("{where: 'boss == initiator'}", "unknown name `boss`"),
        ("{initiator_picks: {from: {role: chief}}}", "role `chief` does not exist"),
        ("{group: [{by: {role: chief}}]}", "role `chief` does not exist"),
        ("{user: [a, b]}", ""),
    ];
    let rows = rows.map(|(by, expect)| (flow(by, ""), expect));
    let away = (flow("{user: a}", "absent: substitute"), "object `base.absence` does not exist");
    for (flow, expect) in rows.into_iter().chain([away]) {
        let files = [
            ("objects/lead.yaml", object),
            ("objects/line.yaml", line),
            ("workflows/check.yaml", flow.as_str()),
        ];
        check(&files, expect);
    }
}

#[test]
fn flows_below_are_about_a_record_of_theirs() {
    let flow = |name: &str, of: &str, object: &str, step: &str| {
        let trigger = if of == "automation" { "trigger: {record_created: {}}\n" } else { "" };
        format!(
            "kind: workflow\nname: {name}\nuse: {of}\nobject: {object}\n{trigger}steps:\n  {name}_step: {step}\n"
        )
    };
    let rows = [
        (
            "approval",
            "approval",
            "lead",
            "{sub: {workflow: other}}",
            "`crm.other` cannot decide about the record",
        ),
        ("automation", "approval", "lead", "{sub: {workflow: other}}", ""),
        ("approval", "automation", "lead", "{sub: {workflow: other}}", ""),
        ("automation", "automation", "lead", "{sub: {workflow: main}}", ""),
        ("approval", "approval", "lead", "{sub: {workflow: other, record: parent}}", ""),
        (
            "automation",
            "approval",
            "deal",
            "{sub: {workflow: other}}",
            "`crm.other` is about crm.deal: say which by `record`",
        ),
        ("automation", "approval", "deal", "{sub: {workflow: other, record: deal}}", ""),
    ];
    let lead = "kind: object\nname: lead\nfields:\n  parent: {type: reference, to: lead}\n  deal: {type: reference, to: deal}\n";
    for (own, of, object, step, expect) in rows {
        let wait =
            if of == "automation" { "{update: {set: {deal: null}}}" } else { "{approve: {by: [{user: a}]}}" };
        let (main, other) = (flow("main", own, "lead", step), flow("other", of, object, wait));
        let files = [
            ("objects/lead.yaml", lead),
            ("objects/deal.yaml", "kind: object\nname: deal\nfields:\n  name: {type: text}\n"),
            ("workflows/main.yaml", main.as_str()),
            ("workflows/other.yaml", other.as_str()),
        ];
        check(&files, expect);
    }
}
