//! Decisions: what is refused and where, what is worth knowing, what a site and a translator change.

use super::sample::{built, packs, try_build, with};
use crate::diff::diff;
use crate::lint::lint;
use crate::names::PhysicalNames;

const LEAD: &str = "kind: object\nname: lead\nfields:\n  discount: {type: percent, scale: 1, min: 0, max: 100, required: true}\n  \
                    region: {type: select, options: [north, south]}\n  name: {type: text}\n  secret: {type: text, encrypted: true}\n  \
                    boss: {type: user}\n  on: {type: date}\n";

const HEAD: &str = "kind: decision\nname: risk\nobject: lead\ninputs: {discount: {expression: discount}}\n\
                    outputs: {level: {type: select, options: [low, high]}, limit: {type: money}}\n";

/// The files of a pack with this decision.
fn files(decision: &str) -> [(&str, &str); 2] {
    [("objects/lead.yaml", LEAD), ("decisions/risk.yaml", decision)]
}

fn check(decision: &str, expect: &[&str]) {
    let found = try_build(&packs(&files(decision)), &PhysicalNames::default()).err().unwrap_or_default();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, expect, "{decision}");
}

#[test]
fn what_is_wrong_is_told_at_its_place() {
    let with = |rest: &str| format!("{HEAD}{rest}");
    let rules = |rules: &str| with(&format!("hit: first\nrules:\n{rules}"));
    check(&rules("  - {when: {discount: '> 5'}, then: {level: low, limit: '5.00'}}"), &[]);
    check(&rules("  - {then_from: {limit: 'discount * 100'}, from: 2026-01-01}"), &[]);
    check(
        &rules("  - {when: {discount: '[5..1]'}}"),
        &["decisions/risk.yaml:8:24: error[invalid_cell]: no value lies in this interval"],
    );
    check(
        &rules("  - when:\n      discount: '1, five'"),
        &["decisions/risk.yaml:9:21: error[invalid_cell]: `five` is no number such as 0.3"],
    );
    check(
        &rules("  - {then: {level: lo}}"),
        &[
            "decisions/risk.yaml:8:20: error[unknown_option]: `lo` is not an option of `level` (did you mean `low`?)",
        ],
    );
    check(
        &rules("  - {then_from: {limit: 'discuont * 2'}}"),
        &[
            "decisions/risk.yaml:8:26: error[expression_name]: unknown name `discuont` (did you mean `discount`?)",
        ],
    );
    check(
        &rules("  - {then_from: {level: 'discount'}}"),
        &["decisions/risk.yaml:8:26: error[expression_type]: select is expected, this is decimal"],
    );
    check(
        &rules("  - {from: 2026-02-30, until: 2026-01-01}\n  - {from: 2026-02-01, until: 2026-01-31}"),
        &[
            "decisions/risk.yaml:8:12: error[invalid_value]: `2026-02-30` is no day such as 2026-03-31",
            "decisions/risk.yaml:9:31: error[invalid_value]: the rule ends before it begins",
        ],
    );
}

#[test]
fn a_sheet_is_told_at_its_line_and_column() {
    let table = |table: &str| format!("{HEAD}hit: first\ntable: |\n  {}\n", table.replace('\n', "\n  "));
    check(&table("discount | level | limit\n> 5 | low | 100000.00\n<= 5 | high | = discount * 2"), &[]);
    check(
        &table("discount | levl | limit\n> 5 | low | 100000.00"),
        &[
            "decisions/risk.yaml:8:14: error[unknown_reference]: column `levl` does not exist (did you mean `level`?)",
        ],
    );
    check(
        &table("discount | level | limit\n> 5 | low | 100,000\n>> 5 | hihg | = discont"),
        &[
            "decisions/risk.yaml:9:15: error[invalid_field_value]: `limit` must be an exact number, as text where it has more than 15 digits",
            "decisions/risk.yaml:10:4: error[invalid_cell]: a value is missing",
            "decisions/risk.yaml:10:10: error[unknown_option]: `hihg` is not an option of `level` (did you mean `high`?)",
            "decisions/risk.yaml:10:19: error[expression_name]: unknown name `discont` (did you mean `discount`?)",
        ],
    );
}

#[test]
fn columns_hold_what_cells_can_compare() {
    let input = |input: &str| {
        format!(
            "kind: decision\nname: risk\nobject: lead\ninputs: {{a: {input}}}\noutputs: {{b: {{type: text}}}}\nhit: first\nrules: [{{}}]\n"
        )
    };
    for fine in [
        "{expression: on}",
        "{expression: 'record.name'}",
        "{expression: 'boss.name ?? name'}",
        "{type: time, min: '09:00'}",
        "{expression: region, values: [north]}",
    ] {
        check(&input(fine), &[]);
    }
    let rows = [
        (
            "{expression: boss}",
            "4:26: error[invalid_value]: the cells of a table cannot compare a value of type reference to base.user",
        ),
        (
            "{expression: 'len(secret)'}",
            "4:31: error[invalid_value]: `secret` is encrypted; a table would tell its value",
        ),
        ("{expression: user.name}", "4:26: error[expression_name]: `user` is not in scope here"),
        (
            "{expression: region, min: 1}",
            "4:39: error[invalid_cell]: `1` is no value of this column (one of: north, south)",
        ),
        ("{expression: discount, min: 9, max: 5}", "4:49: error[invalid_value]: `max` is below `min`"),
        (
            "{expression: discount, values: [x]}",
            "4:45: error[invalid_field_value]: `a` must be an exact number, as text where it has more than 15 digits",
        ),
    ];
    for (text, expect) in rows {
        check(&input(text), &[&format!("decisions/risk.yaml:{expect}")]);
    }
    let output = |output: &str| {
        format!(
            "kind: decision\nname: risk\nhit: collect\ncollect: sum\ninputs: {{a: {{type: integer}}}}\noutputs: {{b: {output}}}\nrules: [{{}}]\n"
        )
    };
    check(&output("{type: duration}"), &[]);
    let rows = [
        (
            "{type: user}",
            "6:14: error[not_yet_supported]: an output of type `user` is not supported by this version",
        ),
        (
            "{type: integer, unique: true}",
            "6:14: error[invalid_value]: an output has a label, a help and the properties of its type, no others",
        ),
        ("{type: text}", "4:10: error[invalid_value]: `b` is of type `text`, which this does not gather"),
    ];
    for (text, expect) in rows {
        check(&output(text), &[&format!("decisions/risk.yaml:{expect}")]);
    }
}

#[test]
fn rules_that_must_not_hold_at_once_are_refused() {
    let rules = |hit: &str, second: &str| {
        format!(
            "{HEAD}hit: {hit}\nrules:\n  - {{when: {{discount: '<= 30'}}, then: {{level: low}}}}\n  - {second}\n"
        )
    };
    let over = "{when: {discount: '>= 30'}, then: {level: high}}";
    check(
        &rules("unique", over),
        &[
            "decisions/risk.yaml:9:5: error[rules_overlap]: rules 1 and 2 both hold for discount = 30, and `hit: unique` permits one",
        ],
    );
    check(
        &rules("any", over),
        &[
            "decisions/risk.yaml:9:5: error[rules_contradict]: rules 1 and 2 both hold for discount = 30 and answer differently, which `hit: any` does not permit",
        ],
    );
    check(&rules("any", "{when: {discount: '>= 30'}, then: {level: low}}"), &[]);
    check(&rules("unique", "{when: {discount: '> 30'}, then: {level: high}}"), &[]);
    // The field has one place: nothing lies between.
    check(&rules("unique", "{when: {discount: '(29.9..30)'}, then: {level: high}}"), &[]);
}

#[test]
fn gaps_and_idle_rules_are_worth_knowing() {
    let told = |rest: &str| -> Vec<String> {
        let text = format!("{HEAD}{rest}");
        let notices = lint(&built(&files(&text)).catalog);
        let place =
            |notice: &crate::Notice| notice.place.as_ref().map(ToString::to_string).unwrap_or_default();
        notices.iter().map(|notice| format!("{} {}", place(notice), notice.what)).collect()
    };
    let rules = "rules:\n  - {when: {discount: '> 30'}}\n  - {when: {discount: '> 40'}}\n  - {when: {discount: '> 100'}}\n";
    assert_eq!(
        told(&format!("hit: first\n{rules}")),
        [
            "decisions/risk.yaml:10:5 rule 3 holds for no value that can occur",
            "decisions/risk.yaml:9:5 rule 2 never counts: rule 1 holds wherever it does",
            "decisions/risk.yaml:2:7 no rule holds for discount = 0, and there is no default",
        ]
    );
    assert_eq!(told("hit: first\nrules: [{}]"), Vec::<String>::new());
    assert_eq!(told("hit: collect\nrules: [{when: {discount: 5}}]"), Vec::<String>::new());
}

#[test]
fn sites_replace_rules_and_translators_name_columns() {
    let base =
        format!("{HEAD}hit: first\nrules: [{{when: {{discount: '> 30'}}}}]\ndefault: {{level: low}}\n");
    let overlay = "kind: decision\nextends: crm.risk\ntable: |\n  discount|level\n  > 20|high\n  > 10|low\n";
    let words = "kind: translation\nname: tw\nlocale: zh-TW\ntexts:\n  decision.crm.risk: 風險\n  decision.crm.risk.inputs.discount: 折扣\n  \
                 decision.crm.risk.outputs.level: 等級\n  decision.crm.risk.outputs.level.options.high: 高\n";
    let pack = "kind: pack\nname: site\nversion: 1.0.0\nrequires: {crm: '>=1'}\n";
    let site: &[(&str, &str)] =
        &[("pack.yaml", pack), ("decisions/risk.yaml", overlay), ("translations/tw.yaml", words)];
    let before = built(&files(&base)).catalog;
    let after = try_build(&with(&files(&base), &[site]), &PhysicalNames::default()).unwrap().catalog;
    let decision = &after.decisions["crm.risk"];
    assert_eq!(decision.table.rules.len(), 2);
    assert_eq!(decision.places[1].line, 6);
    let tw = |text: &Option<diagnostic::Text>| {
        text.as_ref().unwrap().get(diagnostic::Locale::ZhTw).unwrap().to_owned()
    };
    assert_eq!(
        (tw(&decision.label), tw(&decision.inputs[0].label), tw(&decision.outputs[0].label)),
        ("風險".into(), "折扣".into(), "等級".into())
    );
    let lines =
        |old, new| -> Vec<String> { diff(old, new).lines.into_iter().map(|line| line.what).collect() };
    assert!(lines(Some(&before), &after).contains(&"decision crm.risk changes".to_owned()));
    assert!(lines(None, &before).contains(&"decision crm.risk".to_owned()));
    let gone = built(&[("objects/lead.yaml", LEAD)]).catalog;
    assert_eq!(lines(Some(&before), &gone), ["decision crm.risk"]);
    assert!(lines(Some(&before), &built(&files(&format!("# moved\n{base}"))).catalog).is_empty());
}
