//! What is refused, where, and with which cure.

use super::sample::{packs, try_build, with};
use crate::build::PackSource;
use crate::names::PhysicalNames;

fn lines(packs: &[PackSource]) -> String {
    let found = try_build(packs, &PhysicalNames::default()).err().unwrap_or_default();
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// One object `lead` made of these lines after `kind` and `name`.
fn check(object: &str, expect: &str) {
    let text = format!("kind: object\nname: lead\n{object}");
    assert_eq!(lines(&packs(&[("objects/lead.yaml", &text)])), expect, "{object}");
}

#[test]
fn fields_refer_to_what_exists() {
    check("fields:\n  who: {type: reference, to: base.user}", "");
    check(
        "fields:\n  who: {type: reference, to: base.usr}",
        "objects/lead.yaml:4:30: error[unknown_reference]: object `base.usr` does not exist (did you mean `base.user`?)",
    );
    check(
        "ownership: user\nfields:\n  owner: {type: text}",
        "objects/lead.yaml:5:3: error[invalid_name]: `owner` is not a permitted name: every record has this field already",
    );
    check(
        "fields:\n  a: {type: text}\n  list: {type: children, of: lead, via: up}",
        "objects/lead.yaml:5:41: error[unknown_reference]: field of crm.lead `up` does not exist (one of: id, version, created_at, created_by, updated_at, updated_by, deleted_at, position, flow, a, list)",
    );
}

#[test]
fn expressions_are_checked_where_they_stand() {
    check(
        "fields:\n  a: {type: integer}\n  b: {type: integer, formula: 'a + amuont'}\n  amount: {type: integer}",
        "objects/lead.yaml:5:36: error[expression_name]: unknown name `amuont` (did you mean `amount`?)",
    );
    check(
        "fields:\n  a: {type: integer}\nrules:\n  r: {require: 'a > \"x\"', error: no}",
        "objects/lead.yaml:6:19: error[expression_type]: integer and text cannot be compared",
    );
    check(
        "fields:\n  a: {type: date, unique: true, formula: 'today()'}",
        "objects/lead.yaml:4:27: error[invalid_value]: `unique` is not possible: the value depends on the clock and is computed at read\nobjects/lead.yaml:4:27: error[invalid_value]: `a` cannot be unique: it is computed at read",
    );
}

#[test]
fn rings_of_formulas_are_named() {
    check(
        "fields:\n  a: {type: integer, formula: 'b + 1'}\n  b: {type: integer, formula: 'c'}\n  c: {type: integer, formula: 'a'}",
        "objects/lead.yaml:4:6: error[cycle]: computed fields form a cycle: crm.lead.a → crm.lead.b → crm.lead.c → crm.lead.a",
    );
}

#[test]
fn constraints_speak_of_comparable_columns() {
    check(
        "fields:\n  a: {type: json, unique: true}",
        "objects/lead.yaml:4:27: error[invalid_value]: `a` cannot be unique: its values cannot be compared",
    );
    check(
        "fields:\n  a: {type: text}\n  who: {type: user}\nunique:\n  u: {fields: [a], where: 'who.name == \"x\"'}",
        "objects/lead.yaml:7:27: error[invalid_value]: only the record's own columns can be compared here",
    );
    check(
        "key: a\nfields:\n  a: {type: text}",
        "objects/lead.yaml:3:6: error[invalid_value]: `a` cannot be the key: it is not unique without a condition",
    );
    check(
        "fields:\n  a: {type: text}\nindexes: {by_a: [a, bb]}",
        "objects/lead.yaml:5:21: error[unknown_reference]: field `bb` does not exist (one of: a)",
    );
}

#[test]
fn moves_lead_between_stages() {
    let fields = "fields:\n  stage: {type: select, options: [open, won]}\n";
    check(&format!("{fields}transitions: {{field: stage, moves: {{win: {{from: [open], to: won}}}}}}"), "");
    check(
        &format!("{fields}transitions: {{field: stage, moves: {{win: {{from: [opne], to: won}}}}}}"),
        "objects/lead.yaml:5:50: error[unknown_reference]: option `opne` does not exist (did you mean `open`?)",
    );
    check(
        &format!("{fields}hooks: {{before_save: lead.won}}"),
        "objects/lead.yaml:5:22: error[unknown_reference]: script `scripts/lead.rhai` does not exist",
    );
}

#[test]
fn deadlines_name_what_there_is() {
    let lead = (
        "objects/lead.yaml",
        "kind: object\nname: lead\nownership: shared\nfields:\n  name: {type: text}\n  who: {type: user}\n",
    );
    let calendar =
        ("calendars/days.yaml", "kind: calendar\nname: days\nhours: ['09:00-17:00']\ndays: [mon]\n");
    let check = |sla: &str, expect: &str| {
        let flow = format!(
            "kind: workflow\nuse: approval\nname: w\nobject: lead\nsla: {{due: 8h, {sla}}}\nsteps:\n  a: {{approve: {{by: [{{user: x}}]}}}}\n"
        );
        assert_eq!(lines(&packs(&[lead, calendar, ("workflows/w.yaml", &flow)])), expect, "{sla}");
    };
    let escalate = |by: &str| format!("at: {{50%: {{escalate: {{by: [{by}]}}}}}}");
    check("calendar: days", "");
    check(
        "calendar: day",
        "workflows/w.yaml:5:26: error[unknown_reference]: calendar `day` does not exist (did you mean `days`?)",
    );
    for by in [
        "{superior: {of: assignee}}",
        "{field: assignee.manager}",
        "{field: who}",
        "{role: base.admin, within: assignee.department}",
    ] {
        check(&escalate(by), "");
    }
    check(
        &escalate("{role: nobody}"),
        "workflows/w.yaml:5:50: error[unknown_reference]: role `nobody` does not exist (one of: base.admin)",
    );
    check(
        &escalate("{field: assignee.login}"),
        "workflows/w.yaml:5:51: error[invalid_value]: a path to a record of base.user is expected",
    );
    check(
        &escalate("{where: 'manager == assignee'}"),
        "workflows/w.yaml:5:63: error[expression_name]: `assignee` is not in scope here",
    );
    let overall = "kind: workflow\nuse: approval\nname: w\nobject: lead\noverall_sla: {due: 8h working, calendar: day, at: {50%: {escalate: {by: [{field: who}, {field: assignee}]}}}}\nsteps:\n  a: {approve: {by: [{user: x}]}}\n";
    assert_eq!(
        lines(&packs(&[lead, calendar, ("workflows/w.yaml", overall)])),
        "workflows/w.yaml:5:42: error[unknown_reference]: calendar `day` does not exist (did you mean `days`?)\nworkflows/w.yaml:5:96: error[expression_name]: `assignee` is not in scope here"
    );
    let step = "kind: workflow\nuse: approval\nname: w\nobject: lead\nsteps:\n  a: {approve: {by: [{field: assignee}]}}\n";
    assert_eq!(
        lines(&packs(&[lead, ("workflows/w.yaml", step)])),
        "workflows/w.yaml:6:30: error[expression_name]: `assignee` is not in scope here"
    );
}

#[test]
fn roles_views_forms_and_data_are_checked() {
    let lead = (
        "objects/lead.yaml",
        "kind: object\nname: lead\nownership: shared\nfields:\n  name: {type: text}\n  who: {type: user}\n",
    );
    let rows = [
        (
            "roles/rep.yaml",
            "kind: role\nname: rep\nobjects:\n  crm.lead: {read: own, fields: {nmae: read}, moves: [go]}\n",
            "roles/rep.yaml:4:20: error[invalid_value]: records of crm.lead have no owner; use `all`, `none` or a condition\nroles/rep.yaml:4:40: error[unknown_reference]: field `nmae` does not exist (did you mean `name`?)\nroles/rep.yaml:4:55: error[unknown_reference]: move `go` does not exist",
        ),
        (
            "views/all.yaml",
            "kind: view\nname: all\nobject: lead\ncolumns: [name, who.nme]\nsort: [-name]\n",
            "views/all.yaml:4:17: error[unknown_reference]: field `nme` does not exist (did you mean `name`?)",
        ),
        (
            "forms/main.yaml",
            "kind: form\nname: main\nobject: lead\nsections:\n  a: {fields: [name, nam]}\n",
            "forms/main.yaml:5:22: error[unknown_reference]: field `nam` does not exist (did you mean `name`?)",
        ),
        (
            "seeds/s.yaml",
            "kind: seed\nname: s\nobject: lead\nrecords:\n  one: {name: 5, who: '@nobody'}\n",
            "seeds/s.yaml:5:15: error[invalid_field_value]: `name` must be text\nseeds/s.yaml:5:23: error[unknown_reference]: alias `@nobody` does not exist (one of: one)",
        ),
        (
            "translations/tw.yaml",
            "kind: translation\nname: tw\nlocale: zh-TW\ntexts: {object.lead: 線索, object.lead.fields.no: 無}\n",
            "translations/tw.yaml:4:49: error[unknown_reference]: text `object.lead.fields.no` does not exist",
        ),
    ];
    for (path, text, expect) in rows {
        assert_eq!(lines(&packs(&[lead, (path, text)])), expect, "{path}");
    }
}

#[test]
fn packs_need_each_other() {
    let crm = (
        "pack.yaml",
        "kind: pack\nname: crm\nversion: 1.0.0\nengine: '>=99'\nrequires: {base: '>=2', erp: '>=1'}\n",
    );
    assert_eq!(
        lines(&packs(&[crm])),
        "pack.yaml:4:9: error[version_mismatch]: pack crm needs engine >=99, but 0.1.0 is there\npack.yaml:5:18: error[version_mismatch]: pack crm needs base >=2, but 1.0.0 is there\npack.yaml:5:30: error[unknown_reference]: pack `erp` does not exist (one of: base, crm)"
    );
}

#[test]
fn overlays_name_what_exists() {
    let lead = ("objects/lead.yaml", "kind: object\nname: lead\nfields: {name: {type: text}}\n");
    let site: &[(&str, &str)] = &[
        ("pack.yaml", "kind: pack\nname: site\nversion: 1.0.0\nrequires: {crm: '>=1'}\n"),
        ("objects/lead.yaml", "kind: object\nextends: crm.led\nfields: {name: {required: true}}\n"),
        (
            "objects/more.yaml",
            "kind: object\nextends: crm.lead\nfields: {region: {type: text, after: nmae}}\n",
        ),
    ];
    assert_eq!(
        lines(&with(&[lead], &[site])),
        "objects/lead.yaml:2:10: error[unknown_reference]: object `crm.led` does not exist (did you mean `crm.lead`?)\nobjects/more.yaml:3:38: error[unknown_reference]: neighbour `nmae` does not exist (did you mean `name`?)"
    );
}

#[test]
fn pages_show_what_there_is() {
    let files = [
        ("objects/lead.yaml", "kind: object\nname: lead\nfields: {name: {type: text}}\n"),
        (
            "objects/task.yaml",
            "kind: object\nname: task\nfields: {lead: {type: reference, to: lead}, name: {type: text}}\n",
        ),
        ("forms/task_main.yaml", "kind: form\nname: task_main\nobject: task\n"),
    ];
    let check = |page: &str, expect: &str| {
        let page = format!("kind: page\nname: lead\nobject: lead\n{page}\n");
        let files = [files.as_slice(), &[("pages/lead.yaml", page.as_str())]].concat();
        assert_eq!(lines(&packs(&files)), expect, "{page}");
    };
    let rows = [
        ("blocks: {a: {related: {object: task, via: lead, columns: [name], sort: [-name]}}}", ""),
        ("blocks: {a: {timeline: {}, visible_when: 'name == \"x\"'}}", ""),
        (
            "blocks: {a: {related: {object: task, via: name}}}",
            "pages/lead.yaml:4:43: error[invalid_value]: `name` is no reference to a record of crm.lead",
        ),
        (
            "blocks: {a: {summary: [nmae]}}",
            "pages/lead.yaml:4:24: error[unknown_reference]: field `nmae` does not exist (did you mean `name`?)",
        ),
        (
            "blocks: {a: {form: task_main}}",
            "pages/lead.yaml:4:20: error[invalid_value]: form `crm.task_main` is one of crm.task, and the page is about crm.lead",
        ),
        (
            "blocks: {a: {timeline: {}}}\ntabs: {t: {visible_when: 'size > 1', blocks: {b: {view: none}}}}",
            "pages/lead.yaml:5:27: error[expression_name]: unknown name `size` (one of: id, version, created_at, created_by, updated_at, updated_by, deleted_at, flow, name, user)\npages/lead.yaml:5:57: error[unknown_reference]: view `none` does not exist",
        ),
    ];
    for (page, expect) in rows {
        check(page, expect);
    }
}

#[test]
fn what_follows_from_an_unread_file_is_not_reported() {
    let files = [
        ("objects/lead.yaml", "kind: object\nname: lead\nfields: {name: {tpye: text}}\n"),
        (
            "objects/task.yaml",
            "kind: object\nname: task\nfields:\n  lead: {type: reference, to: lead}\n  name: {type: text, formula: lead.name}\n",
        ),
    ];
    let found = lines(&packs(&files));
    assert!(found.lines().all(|line| line.starts_with("objects/lead.yaml")) && !found.is_empty(), "{found}");
}

#[test]
fn encrypted_fields_are_neither_ordered_nor_computed_with() {
    let object = "kind: object\nname: lead\nfields:\n  name: {type: text}\n  card: {type: text, encrypted: true}\n  \
                  code: {type: text, encrypted: true, lookup: exact}\n  tags: {type: multi_select, options: {a: {}}}\n  \
                  size: {type: integer}\n  stage: {type: select, options: {a: {}}}\n";
    let check = |view: &str, expect: &str| {
        let view = format!("kind: view\nname: all\nobject: lead\n{view}\n");
        let files = [("objects/lead.yaml", object), ("views/all.yaml", view.as_str())];
        assert_eq!(lines(&packs(&files)), expect, "{view}");
    };
    let cannot = |place: &str, what: &str| format!("views/all.yaml:{place}: error[invalid_value]: {what}");
    let only =
        "is encrypted; only `is_empty` and, with `lookup: exact`, comparison with a constant can be answered";
    let rows = [
        ("sort: [name, -size]", None),
        ("where: 'code == \"a\" || code in [\"b\"] || is_empty(card)'", None),
        ("sort: [-card]", Some(("4:8", "rows cannot be sorted by `card`: it is encrypted".to_owned()))),
        ("sort: [name, code]", Some(("4:14", "rows cannot be sorted by `code`: it is encrypted".to_owned()))),
        (
            "sort: [tags]",
            Some(("4:8", "rows cannot be sorted by `tags`: it is of type `multi_select`".to_owned())),
        ),
        (
            "type: kanban\ngroup_by: card",
            Some(("5:11", "rows cannot be grouped by `card`: it is encrypted".to_owned())),
        ),
        (
            "type: kanban\ngroup_by: stage\ncard: {sum: name}",
            Some(("6:13", "rows cannot be summed by `name`: it is of type `text`".to_owned())),
        ),
        ("where: 'card == \"a\"'", Some(("4:9", format!("`card` {only}")))),
        ("where: 'size > 1 && code > \"a\"'", Some(("4:21", format!("`code` {only}")))),
        ("where: 'starts_with(code, \"a\")'", Some(("4:21", format!("`code` {only}")))),
        ("where: 'code == name'", Some(("4:9", format!("`code` {only}")))),
    ];
    for (view, expect) in rows {
        check(view, &expect.map(|(place, what)| cannot(place, &what)).unwrap_or_default());
    }
    let computed = format!("{object}  all: {{type: text, formula: 'name + card'}}\n");
    let files = [("objects/lead.yaml", computed.as_str())];
    let expect = "objects/lead.yaml:10:38: error[invalid_value]: `card` is encrypted; what is computed from it would tell it";
    assert_eq!(lines(&packs(&files)), expect);
    let role = "kind: role\nname: rep\nobjects:\n  lead: {read: 'card == \"a\"'}\n";
    let files = [("objects/lead.yaml", object), ("roles/rep.yaml", role)];
    assert_eq!(lines(&packs(&files)), format!("roles/rep.yaml:4:17: error[invalid_value]: `card` {only}"));
}

#[test]
fn layouts_are_made_of_fitting_fields() {
    let object = "kind: object\nname: task\nfields:\n  name: {type: text}\n  from: {type: date}\n  to: {type: date}\n  \
                  at: {type: datetime}\n  done: {type: percent}\n  \
                  size: {type: integer}\n  after: {type: references, to: task}\n  next: {type: reference, to: task}\n  \
                  part_of: {type: reference, to: task, tree: true}\n  who: {type: user}\n  photo: {type: image}\n  \
                  paper: {type: file}\n";
    let check = |view: &str, expect: &str| {
        let view = format!("kind: view\nname: plan\nobject: task\n{view}\n");
        let files = [("objects/task.yaml", object), ("views/plan.yaml", view.as_str())];
        let place = if expect.is_empty() { "" } else { "views/plan.yaml:" };
        assert_eq!(lines(&packs(&files)), format!("{place}{expect}"), "{view}");
    };
    let rows = [
        (
            "type: gantt\nstart: from\nend: to\ndepends_on: after\nprogress: done\nparent: part_of\ngroup_by: who",
            "",
        ),
        ("type: gantt\nstart: at\nend: at\ndepends_on: next", ""),
        ("type: gallery\ncover: photo\ncard: {title: name, lines: [who, size]}", ""),
        ("type: gallery\ncover: paper", ""),
        (
            "type: gallery\ncover: name",
            "5:8: error[invalid_value]: `cover` must be an image or file field; `name` is of type `text` (one of: photo, paper)",
        ),
        (
            "type: gantt\nstart: name\nend: to",
            "5:8: error[invalid_value]: `start` must be a date or datetime field; `name` is of type `text` (one of: from, to, at)",
        ),
        (
            "type: gantt\nstart: from\nend: at",
            "6:6: error[invalid_value]: `start` and `end` must be of the same type; `from` is a date, `at` a datetime",
        ),
        (
            "type: gantt\nstart: from\nend: too",
            "6:6: error[unknown_reference]: field `too` does not exist (did you mean `to`?)",
        ),
        (
            "type: gantt\nstart: from\nend: to\ndepends_on: who",
            "7:13: error[invalid_value]: `depends_on` must be a reference or references to the same object; `who` is of type `user` (one of: after, next, part_of)",
        ),
        (
            "type: gantt\nstart: from\nend: to\nprogress: size",
            "7:11: error[invalid_value]: `progress` must be a percent field; `size` is of type `integer` (one of: done)",
        ),
        (
            "type: gantt\nstart: from\nend: to\nparent: next",
            "7:9: error[invalid_value]: `parent` must be a reference to the same object with `tree: true`; `next` is of type `reference to crm.task` (one of: part_of)",
        ),
        (
            "type: gantt\nstart: from\nend: to\ngroup_by: size",
            "7:11: error[invalid_value]: `group_by` must be a select, reference or boolean field; `size` is of type `integer` (one of: next, part_of, who)",
        ),
        (
            "type: tree\nparent: after",
            "5:9: error[invalid_value]: `parent` must be a reference to the same object with `tree: true`; `after` is of type `references: reference to crm.task` (one of: part_of)",
        ),
        (
            "type: calendar\nstart: at\nend: to",
            "6:6: error[invalid_value]: `start` and `end` must be of the same type; `at` is a datetime, `to` a date",
        ),
    ];
    for (view, expect) in rows {
        check(view, expect);
    }
}

#[test]
fn a_flow_names_forms_of_its_own_object() {
    let lead = ("objects/lead.yaml", "kind: object\nname: lead\ntitle: name\nfields: {name: {type: text}}\n");
    let deal = ("objects/deal.yaml", "kind: object\nname: deal\ntitle: name\nfields: {name: {type: text}}\n");
    let main = ("forms/main.yaml", "kind: form\nname: main\nobject: lead\n");
    let other = ("forms/other.yaml", "kind: form\nname: other\nobject: deal\n");
    let scenario = "kind: scenario\nname: s\nsteps:\n  - create: {object: lead, form: ";
    for (form, flow, step) in [
        ("main", "", ""),
        ("mian", "unknown_reference]: form `mian` does not exist (did you mean `main`?)", "same"),
        ("other", "invalid_value]: `crm.other` is a form of crm.deal, not of crm.lead", "same"),
    ] {
        let written = format!(
            "kind: workflow\nuse: automation\nname: w\nobject: lead\ntrigger: {{form_submitted: {{form: {form}}}}}\nsteps: {{a: {{end: done}}}}\n"
        );
        let played = format!("{scenario}{form}, set: {{name: A}}}}\n");
        let at = |place: &str, words: &str| match words {
            "" => String::new(),
            words => format!("{place}: error[{words}"),
        };
        let (with_flow, with_step) = (("workflows/w.yaml", &*written), ("scenarios/s.yaml", &*played));
        assert_eq!(lines(&packs(&[lead, deal, main, other, with_flow])), at("workflows/w.yaml:5:34", flow));
        let asked = format!(
            "kind: workflow\nuse: approval\nname: a\nobject: lead\nsteps:\n  a: {{approve: {{by: [{{user: u}}]}}, form: {form}}}\n"
        );
        let shown = lines(&packs(&[lead, deal, main, other, ("workflows/a.yaml", &*asked)]));
        assert_eq!(shown, at("workflows/a.yaml:6:41", flow));
        let step = if step == "same" { flow } else { step };
        assert_eq!(lines(&packs(&[lead, deal, main, other, with_step])), at("scenarios/s.yaml:4:34", step));
    }
}
