//! Variables of workflows and the answers of decisions: what steps know, and what is refused.

use super::sample::{packs, try_build};
use crate::names::PhysicalNames;

const LEAD: &str = "kind: object\nname: lead\nfields:\n  name: {type: text}\n  boss: {type: user}\n  amount: {type: money}\n  \
                    parent: {type: reference, to: lead}\n  lines: {type: children, of: line, via: lead}\n";
const LINE: &str = "kind: object\nname: line\nfields:\n  lead: {type: reference, to: lead}\n  keeper: {type: user}\n  n: {type: integer}\n";
const RISK: &str = "kind: decision\nname: risk\nobject: lead\ninputs:\n  amount: {expression: amount}\n  \
                    urgent: {type: boolean, required: true}\n  tries: {type: integer, min: '0', max: '5'}\n\
                    outputs: {level: {type: select, options: [low, high]}, limit: {type: money}}\nhit: first\nrules: []\n";
const MANY: &str = "kind: decision\nname: many\nhit: collect\ninputs: {n: {type: integer}}\noutputs: {who: {type: text}}\nrules: []\n";
const CARE: &str = "kind: decision\nname: care\nobject: line\nhit: collect\ncollect: count\ninputs: {n: {expression: n}}\noutputs: {hits: {type: text}}\nrules: []\n";

fn check(variables: &str, steps: &str, expect: &[&str]) {
    let flow = format!(
        "kind: workflow\nname: check\nuse: approval\nobject: lead\nvariables: {{{variables}}}\nsteps:\n{steps}\n  ok: {{end: approved}}\n"
    );
    let files = [
        ("objects/lead.yaml", LEAD),
        ("objects/line.yaml", LINE),
        ("decisions/risk.yaml", RISK),
        ("decisions/many.yaml", MANY),
        ("decisions/care.yaml", CARE),
        ("workflows/check.yaml", flow.as_str()),
    ];
    let found = try_build(&packs(&files), &PhysicalNames::default()).err().unwrap_or_default();
    let found: Vec<String> = found
        .iter()
        .map(|found| found.to_string().trim_start_matches("workflows/check.yaml:").to_owned())
        .collect();
    let fits = found.len() == expect.len() && found.iter().zip(expect).all(|(f, e)| f.starts_with(e));
    // What else is known is long.
    assert!(fits, "{flow}\n{found:#?}\n{expect:#?}");
}

#[test]
fn a_workflow_declares_what_it_keeps_in_mind() {
    let say = "  say: {set_from: {name: 'if n > 1 { \"many\" } else { \"one\" }'}}";
    check("n: {type: integer}", say, &[]);
    check("n: {type: integer, default: 5}", "  more: {set: {n: 7}, set_from: {name: name}}", &[]);
    check("n: {type: integer, default_from: 'len(name)'}, m: {type: integer, default_from: n + 1}", say, &[]);
    check(
        "first: {type: user, default_from: initiator.manager}",
        "  ask: {approve: {by: [{field: first}]}}",
        &[],
    );
    check(
        "lead: {type: reference, to: lead}",
        "  say: {set_from: {name: lead.parent.name, lead: parent}}",
        &[],
    );
    check(
        "m: {type: integer, default_from: n}, n: {type: integer}",
        say,
        &["5:46: error[expression_name]: unknown name `n`"],
    );
    check(
        "n: {type: integer, default: x}",
        say,
        &["5:41: error[invalid_field_value]: `n` must be a whole number"],
    );
    check(
        "n: {type: integer}",
        "  more: {set: {n: x}}",
        &["7:19: error[invalid_field_value]: `n` must be a whole number"],
    );
    check(
        "n: {type: integer}",
        "  more: {set_from: {n: name}}",
        &["7:24: error[expression_type]: integer is expected, this is text"],
    );
    check("", "  more: {set: {nmae: x}}", &["7:22: error[unknown_reference]: field `nmae` does not exist"]);
    check(
        "n: {type: integer, required: true}",
        say,
        &[
            "5:16: error[invalid_value]: a variable has a label, a help, a default and the properties of its type, no others",
        ],
    );
    check(
        "n: {type: children, of: line, via: lead}",
        "  end: {end: approved}",
        &["5:16: error[not_yet_supported]: a variable of type `children` is not supported by this version"],
    );
    check(
        "n: {type: reference, to: nowhere}",
        "  end: {end: approved}",
        &["5:38: error[unknown_reference]: object `nowhere` does not exist"],
    );
}

#[test]
fn names_of_variables_are_their_own() {
    let taken = |name: &str| {
        format!(
            "error[invalid_value]: `{name}` is a field of crm.lead, another variable or a word of expressions"
        )
    };
    let fine = "  say: {cc: {by: [{user: a}]}}";
    check("name: {type: text}", fine, &[&format!("5:19: {}", taken("name"))]);
    check("record: {type: text}", fine, &[&format!("5:21: {}", taken("record"))]);
    let each = |name: &str| {
        format!("  all: {{for_each: {{in: lines, as: {name}}}, steps: {{z: {{cc: {{by: [{{user: a}}]}}}}}}}}")
    };
    check("n: {type: text}", &each("n"), &[&format!("7:35: {}", taken("n"))]);
    let risk = "  a: {decide: risk, into: risk, with: {urgent: true}}\n";
    check("risk: {type: text}", risk, &[&format!("7:27: {}", taken("risk"))]);
    check("", &format!("{risk}{}", each("risk")), &[&format!("8:35: {}", taken("risk"))]);
    let beside = "  both:\n    parallel:\n      x: {steps: {a: {decide: many, into: due}}}\n      y: {steps: {b: {decide: many, into: due}}}";
    check(
        "",
        beside,
        &[
            "10:43: error[invalid_value]: another step fills `due` already; `variables` may declare it for both",
        ],
    );
}

#[test]
fn the_answer_of_a_decision_is_known_behind_it() {
    let risk = "  a: {decide: risk, into: risk, with: {urgent: true}, with_from: {tries: n}}\n";
    let way =
        "  b: {choose: {x: {when: 'risk.level == \"high\"', steps: {c: {set_from: {amount: risk.limit}}}}}}";
    let n = "n: {type: integer}";
    check(n, &format!("{risk}{way}"), &[]);
    check(
        n,
        &format!("{way}\n{risk}"),
        &[
            "7:27: error[expression_name]: unknown name `risk`",
            "7:81: error[expression_name]: unknown name `risk`",
        ],
    );
    check(
        n,
        &format!("{risk}{}", way.replace("level", "leval")),
        &["8:32: error[expression_name]: unknown name `leval` (did you mean `level`?)"],
    );
    check(
        n,
        &format!("{risk}{}", way.replace("high", "hihg")),
        &["8:41: error[expression_type]: `hihg` is not one of the options (did you mean `high`?)"],
    );
    // Behind a branch nothing is known of what was decided in it; behind a round it is.
    let inside = "  a: {choose: {x: {when: 'n > 1', steps: {b: {decide: many, into: due}}}}}\n";
    check(
        n,
        &format!(
            "{inside}  c: {{for_each: {{in: due.who, as: who}}, steps: {{d: {{set_from: {{name: who}}}}}}}}"
        ),
        &[
            "8:22: error[expression_name]: unknown name `due`",
            "8:70: error[expression_name]: unknown name `who`",
        ],
    );
    let round = "  a: {repeat: {max: 3, until: 'care.hits > 2'}, steps: {b: {decide: care, record_from: line, into: care}}}";
    check("line: {type: reference, to: line}", round, &[]);
    let people =
        "  a: {decide: many, into: due, with: {n: 1}}\n  b: {approve: {by: [{where: 'login in due.who'}]}}";
    check("", people, &[]);
    let items = "  a: {for_each: {in: lines, as: line}, steps: {b: {approve: {by: [{field: line.keeper}]}}, c: {decide: care, record_from: line, into: care}}}";
    check("", items, &[]);
}

#[test]
fn a_decision_is_asked_for_what_it_takes() {
    let ask = |rest: &str| format!("  a: {{decide: {rest}}}");
    check("", &ask("risk, into: r, with: {urgent: false, tries: 5}"), &[]);
    check(
        "",
        &ask("rsik, into: r"),
        &["7:15: error[unknown_reference]: decision `rsik` does not exist (did you mean `risk`?)"],
    );
    check("", &ask("risk, into: r"), &["7:6: error[missing_key]: key `with_from.urgent` is missing"]);
    check(
        "",
        &ask("risk, into: r, with: {urgent: true, trise: 1}"),
        &["7:58: error[unknown_reference]: input `trise` does not exist (did you mean `tries`?)"],
    );
    check(
        "",
        &ask("risk, into: r, with: {urgent: true, amount: 1}"),
        &["7:59: error[unknown_reference]: input `amount` does not exist (one of: urgent, tries)"],
    );
    check(
        "",
        &ask("risk, into: r, with: {urgent: true, tries: 6}"),
        &["7:58: error[invalid_value]: the decision does not know this value of `tries`"],
    );
    check(
        "",
        &ask("risk, into: r, with: {urgent: 1}"),
        &["7:45: error[invalid_field_value]: `urgent` must be true or false"],
    );
    check(
        "",
        &ask("risk, into: r, with_from: {urgent: name}"),
        &["7:50: error[expression_type]: boolean is expected, this is text"],
    );
    check(
        "",
        &ask("care, into: r"),
        &[
            "7:15: error[invalid_value]: the decision is about crm.line: `record_from` says about which record",
        ],
    );
    check(
        "",
        &ask("care, into: r, record_from: parent"),
        &["7:43: error[invalid_value]: a record of crm.line is expected, this is reference to crm.lead"],
    );
    check(
        "",
        &ask("many, into: r, record_from: parent"),
        &["7:43: error[invalid_value]: the decision is about no record"],
    );
}
