//! Mistakes of authors. Each row is a file (after a common head); the snapshot shows what each is told.

use std::fmt::Write as _;

fn report(path: &str, head: &str, rows: &[&str]) -> String {
    let mut out = String::new();
    for row in rows {
        let text = format!("{head}{row}");
        let found = crate::findings(path, &text);
        assert!(!found.is_empty(), "no finding for {row}");
        let _ = write!(out, "{}\n=> {}\n", row.trim_end(), found.replace('\n', "\n   ").trim_end());
        out.push('\n');
    }
    out
}

#[test]
fn of_a_file() {
    let rows = [
        "",
        "   \n# nothing\n",
        "- a\n- b\n",
        "name: x\n",
        "kind: objekt\nname: x\n",
        "kind: 7\nname: x\n",
        "kind: report\nname: x\n",
        "kind: role\nname: x\n",
        "kind: object\n",
        "kind: object\nname: Deal\n",
        "kind: object\nname: a-b\n",
        "kind: object\nname: no\nlabel: {en: [x]}\n",
        "kind: object\nname: x\nname: y\n",
        "kind: object\nname: x\nlable: X\nicno: y\n",
        "kind: object\nname: x\nlabel: {de: X}\n",
        "kind: object\nname: x\nlabel:\n",
        "kind: object\nname: x\nlabel: !secret X\n",
        "kind: object\nname: x\nsingle: yes\n",
        "kind: object\nname: x\nsingle: 'true'\n",
        "kind: object\nname: x\nlabel: 0123\n",
        "kind: object\nname: x\n---\nkind: object\nname: y\n",
        "kind: object\nname: x\nlabel: *missing\n",
        "kind: object\nname: x\n label: y\n",
        "kind: object\nname: x\n? [a]\n: y\n",
        "kind: object\nname: x\n<<: 5\n",
    ];
    insta::assert_snapshot!(report("objects/x.yaml", "", &rows));
}

#[test]
fn of_fields() {
    let rows = [
        "a: {type: txt}",
        "a: {required: true}",
        "a: text",
        "a: {type: files}",
        "a: {type: text, requierd: true}",
        "a: {type: text, max: long}",
        "a: {type: text, max: 99999}",
        "a: {type: text, min: 5, max: 4}",
        "a: {type: text, pattern: '['}",
        "a: {type: text, pattern: '(((a{100}){100}){100}){100}'}",
        "a: {type: text, scale: 2}",
        "a: {type: text, required: 'yes'}",
        "a: {type: text, formerly: old}",
        "a: {type: integer, min: 1.5}",
        "a: {type: decimal, scale: 11}",
        "a: {type: decimal, min: 1, max: 0.5}",
        "a: {type: money, currency: yuan}",
        "a: {type: money, currency: XXY}",
        "a: {type: money, max: 123456789012345.678}",
        "a: {type: select}",
        "a: {type: select, options: {}}",
        "a: {type: select, options: [x, x]}",
        "a: {type: select, options: {x: {colour: red}}}",
        "a: {type: select, options: {a b: {}}}",
        "a: {type: select, options: [x, y], default: z}",
        "a: {type: reference}",
        "a: {type: reference, to: b, on_delete: forget}",
        "a: {type: reference, to: b, fill: {c: a.d}}",
        "a: {type: references, to: b, attributes: {id: {type: text}}}",
        "a: {type: references, to: b, attributes: {role: {type: txet}}}",
        "a: {type: references, to: b, required: true, default: []}",
        "a: {type: children, of: line}",
        "a: {type: children, of: line, via: deal, min: 3, max: 2}",
        "a: {type: children, of: line, via: deal, search: true}",
        "a: {type: autonumber}",
        "a: {type: autonumber, pattern: 'Q-{yyyy}'}",
        "a: {type: autonumber, pattern: 'Q-{SEQ}'}",
        "a: {type: rating, max: 11}",
        "a: {type: boolean, multiple: true}",
        "a: {type: date, default: tomorrow}",
        "a: {type: integer, default: '7'}",
        "a: {type: text, default: x, default_from: name}",
        "a: {type: text, formula: name, required: true}",
        "a: {type: money, formula: x, rollup: {sum: lines.x}}",
        "a: {type: money, rollup: {}}",
        "a: {type: money, rollup: {sum: lines.a, count: lines}}",
        "a: {type: money, rollup: {sum: lines}}",
        "a: {type: integer, rollup: {count: lines.a}}",
        "a: {type: integer, rollup: {total: lines.a}}",
        "a: {type: text, stored: true}",
        "a: {type: text, mask: last4}",
        "a: {type: text, encrypted: true, mask: last5}",
        "a: {type: text, encrypted: true, search: true}",
        "a: {type: text, encrypted: true, unique: true}",
        "a: {type: integer, encrypted: true}",
        "Amount: {type: text}",
        "id: {type: text}",
        "owner: {type: user}",
        "switch: {type: text}",
        "filter: {type: text}",
        "a: {type: text, formerly: [b]}\n  b: {type: text}",
    ];
    insta::assert_snapshot!(report("objects/x.yaml", "kind: object\nname: x\nfields:\n  ", &rows));
}

#[test]
fn of_objects() {
    let head =
        "kind: object\nname: x\nfields:\n  name: {type: text}\n  stage: {type: select, options: [a, b]}\n";
    let rows = [
        "title: nam",
        "title: '{name} {code}'",
        "title: '{name'",
        "ownership: mine",
        "ownership: inherit(parent)",
        "ownership: inherit(name)",
        "features: [history, coments]",
        "features: [history, activities]",
        "concurrency: yes",
        "key: code",
        "unique: {u: {fields: []}}",
        "unique: {u: {fields: [nam]}}",
        "unique: {u: {where: 'a == 1'}}",
        "key: u\nunique: {u: {fields: [name], where: 'stage == \"a\"'}}",
        "indexes: {i: [name, -stag]}",
        "indexes: {i: name}",
        "rules: {r: {when: 'true'}}",
        "rules: {r: {require: 'true', error: X, at: nome}}",
        "rules: {R: {require: 'true', error: X}}",
        "rules: [{require: 'true', error: X}]",
        "transitions: {field: stag}",
        "transitions: {field: name}",
        "transitions: {moves: {m: {from: [a], to: b}}}",
        "transitions: {field: stage, initial: [c], moves: {m: {from: [a, c], to: d}}}",
        "transitions: {field: stage, moves: {m: {from: [a]}}}",
        "transitions: {field: stage, moves: {m: {from: a, to: b}}}",
        "transitions: {field: stage, moves: {m: {from: [a], to: b, set: {stage: a}}}}",
        "transitions: {field: stage, moves: {m: {from: [a], to: b, set_from: {nme: 'name'}, require: [nme]}}}",
        "hooks: {before_save: check}",
        "hooks: {before_sav: x.check}",
        "hooks: {after_win: x.check}",
        "actions: {go: {label: Go}}",
        "actions: {go: {script: x.go, on: list}}",
        "actions: {go: {script: x.go, with: {to: {type: refrence}}}}",
    ];
    insta::assert_snapshot!(report("objects/x.yaml", head, &rows));
}

#[test]
fn of_roles_forms_views_apps() {
    let rows = [
        "kind: role\nname: r\nobjects: {crm.lead: {read: departmnt}}",
        "kind: role\nname: r\nobjects: {crm.lead: {read: 5, reed: all}}",
        "kind: role\nname: r\nobjects: {crm.lead: {create: own}}",
        "kind: role\nname: r\nobjects: {crm.lead: {fields: {cost: none}}}",
        "kind: role\nname: r\nobjects: {crm.lead: {moves: every}}",
        "kind: role\nname: r\nobjects: {crm.lead: all}",
        "kind: role\nname: r\nrestrictions: {crm.lead: {exempt: [ceo]}}",
        "kind: role\nname: r\nworkflows: {w: true}",
        "kind: form\nname: f",
        "kind: form\nname: f\nobject: x\nsections: {a: {columns: 9, fields: [n]}}",
        "kind: form\nname: f\nobject: x\nsections: {a: {fields: [n]}, b: {fields: [n]}}",
        "kind: form\nname: f\nobject: x\nsections: {a: {fields: n}}",
        "kind: form\nname: f\nobject: x\nlayouts: {phone: {a: {columns: 1}}, watch: {}}",
        "kind: form\nname: f\nobject: x\nfields: {a: {widget: slider}}",
        "kind: form\nname: f\nobject: x\npublic: {enabled: true}",
        "kind: view\nname: v\nobject: x\ntype: map",
        "kind: view\nname: v\nobject: x\ntype: gant",
        "kind: view\nname: v\nobject: x\ntype: gantt\nstart: a",
        "kind: view\nname: v\nobject: x\ntype: gantt\nstart: a\nend: b\ncard: {title: c}\ncover: d",
        "kind: view\nname: v\nobject: x\ntype: gallery\ncard: {title: a, sum: b}\ndepends_on: c",
        "kind: view\nname: v\nobject: x\ntype: table",
        "kind: view\nname: v\nobject: x\ntype: kanban",
        "kind: view\nname: v\nobject: x\ngroup_by: stage",
        "kind: view\nname: v\nobject: x\ncolumns: [a, a]",
        "kind: view\nname: v\nobject: x\nlimit: 501\nsort: name",
        "kind: page\nname: p",
        "kind: page\nname: p\nobject: x\nblocks: {a: {}}",
        "kind: page\nname: p\nobject: x\nblocks: {a: {summary: [n], timeline: {}}}",
        "kind: page\nname: p\nobject: x\ntabs: {t: {blocks: {a: {related: {object: y}}}}}",
        "kind: page\nname: p\nobject: x\ntabs: {t: {label: T}}",
        "kind: page\nname: p\ndefault: true\nblocks: {a: {timeline: {}}, b: {view: v, visible_when: 'true'}}",
        "kind: page\nname: p\nblocks: {a: {chart: x}, b: {view: v, width: wide}}",
        "kind: app\nname: a\nmenu: {m: {}}",
        "kind: app\nname: a\nmenu: {m: {object: x, page: p}}",
        "kind: app\nname: a\nmenu: {m: {object: x, menu: {n: {object: y}}}}",
        "kind: app\nname: a\nmenu: {m: {label: M, menu: {n: {objct: y}}}}",
        "kind: pack\nname: p\nversion: 1.0",
        "kind: pack\nname: p\nversion: one",
        "kind: pack\nname: p\nversion: 1.0.0\nrequires: {base: '>>1'}",
        "kind: pack\nname: p\nversion: 1.0.0\nglue: {with: [crm]}",
        "kind: seed\nname: s\nobject: x",
        "kind: seed\nname: s\nobject: x\nfile: ../x.csv",
        "kind: demo\nname: s\nobject: x\nfile: x.csv\nrecords: {a: {name: 1}}",
        "kind: demo\nname: s\nobject: x\nrecords: {a: 1, B: {}}",
        "kind: translation\nname: t\nlocale: zh\ntexts: {}",
        "kind: translation\nname: t\nlocale: zh-TW\ntexts: {object.x: 5}",
    ];
    insta::assert_snapshot!(report("x.yaml", "", &rows));
}

#[test]
fn of_workflows() {
    let head = "kind: workflow\nname: w\nobject: quote\n";
    let rows = [
        "steps: {}",
        "use: automation\nsteps: {a: {end: approved}}",
        "use: approval\nsteps: {}",
        "use: approval\nsteps: {a: {}}",
        "use: approval\nsteps: {a: {aprove: {by: [{role: r}]}}}",
        "use: approval\nsteps: {a: {parallel: {}}}",
        "use: approval\nsteps: {a: {approve: {by: []}}}",
        "use: approval\nsteps: {a: {approve: {by: [{rolle: r}]}}}",
        "use: approval\nsteps: {a: {approve: {by: [{role: r, user: u}]}}}",
        "use: approval\nsteps: {a: {approve: {by: [{external: {of: initiator}}]}}}",
        "use: approval\nsteps: {a: {approve: {by: [{superior: {level: 0}}]}}}",
        "use: approval\nsteps: {a: {approve: {by: [{role: r}], mode: {ratio: 1.5}}}}",
        "use: approval\nsteps: {a: {approve: {by: [{role: r}], mode: {count: 0}}}}",
        "use: approval\nsteps: {a: {approve: {by: [{role: r}], mode: {ratio: 0}}}}",
        "use: approval\nsteps: {a: {approve: {by: [{role: r}], mode: {ratio: all}}}}",
        "use: approval\nsteps: {a: {handle: {by: [{role: r}], mode: {weight: 0}}}}",
        "use: approval\nsteps: {a: {approve: {by: [{role: r}], mode: {ration: 0.5}}}}",
        "use: approval\nsteps: {a: {approve: {by: [{role: r}], mode: {}}}}",
        "use: approval\nsteps: {a: {approve: {by: [{role: r}], mode: {count: 1, ratio: 0.5}}}}",
        "use: approval\nsteps: {a: {approve: {by: [{role: r}], mode: 5}}}",
        "use: approval\nsteps: {a: {approve: {by: [{role: r}], mode: most}}}",
        "use: approval\nsteps: {a: {approve: {by: [{role: r}]}, allow: [return, sign]}}",
        "use: approval\nsteps: {a: {approve: {by: [{role: r}]}, cc: {by: [{role: r}]}}}",
        "use: approval\nsteps: {a: {cc: {by: [{role: r}]}, allow: [comment]}}",
        "use: approval\nsteps: {a: {cc: {by: [{role: r}]}, form: main}}",
        "use: approval\nsteps: {a: {set: {}}}",
        "use: approval\nsteps: {a: {end: done}}",
        "use: approval\nsteps: {a: {choose: {x: {steps: {}}, y: {when: 'true', steps: {}}}}}",
        "use: approval\nsteps: {a: {choose: {x: {when: 'true', steps: {a: {end: approved}}}}}}",
        "use: approval\nsteps: {a: {choose: {x: {when: 'true', steps: {b: {goto: 7}}}}}}",
        "use: approval\nsteps: {a: {each: {}}, b: {choose: {}}, c: {repeat: {max: 2}, steps: {}}, d: {for_each: {in: x, as: y}}}",
        "use: approval\nsteps: {a: {parallel: {x: {steps: {}}}, join: {count: 2}}}",
        "use: approval\nsteps: {a: {parallel: {x: {steps: {}}}, join: {count: 0}}}",
        "use: approval\nsteps: {a: {parallel: {x: {steps: {}}}, join: {most: 1}}}",
        "use: approval\nsteps: {a: {parallel: {x: {steps: {}}}, join: some}}",
        "use: approval\npolicy: {take_back: never, dedupe: some}\nsteps: {a: {end: approved}}",
        "use: approval\npolicy: {empty: {assign: {rule: x}}}\nsteps: {a: {end: approved}}",
        "use: approval\npolicy: {empty: maybe, after_return: ask}\nsteps: {a: {end: approved}}",
        "use: approval\nrecord: {lock: material}\nsteps: {a: {end: approved}}",
        "use: approval\nstart: {by: [cron]}\nsteps: {a: {end: approved}}",
        "use: approval\nsteps: {a: {decide: t}}",
        "use: approval\nsteps: {a: {decide: t, into: r, wiht: {}}}",
        "use: approval\nsteps: {a: {decide: t, into: R.x, with: {n: 1}, with_from: {n: m}}}",
        "use: approval\nvariables: {n: {typ: integer}, m: {type: integre}}\nsteps: {a: {end: approved}}",
        "use: approval\nvariables: {O: {type: text}, n: {type: integer, default: 1, default_from: m}}\nsteps: {a: {end: approved}}",
    ];
    insta::assert_snapshot!(report("workflows/w.yaml", head, &rows));
}

#[test]
fn of_deadlines() {
    let head = "kind: workflow\nname: w\nobject: quote\nuse: approval\n";
    let people = "{approve: {by: [{role: r}]}}";
    let rows = [
        "sla: 8h\nsteps: {a: PEOPLE}".to_owned(),
        "sla: {}\nsteps: {a: PEOPLE}".to_owned(),
        "sla: {due: soon}\nsteps: {a: PEOPLE}".to_owned(),
        "sla: {due: -1h}\nsteps: {a: PEOPLE}".to_owned(),
        "sla: {due: 0h}\nsteps: {a: PEOPLE}".to_owned(),
        "sla: {due: 8h working}\nsteps: {a: PEOPLE}".to_owned(),
        "sla: {due: 8h, at: {half: remind, 0%: remind, 1001%: remind, 050%: remind, 50 %: remind}}\nsteps: {a: PEOPLE}".to_owned(),
        "sla: {due: 8h, at: {50%: remnd}}\nsteps: {a: PEOPLE}".to_owned(),
        "sla: {due: 8h, at: {50%: {mail: x}}}\nsteps: {a: PEOPLE}".to_owned(),
        "sla: {due: 8h, at: {50%: {escalate: {by: []}}}}\nsteps: {a: PEOPLE}".to_owned(),
        "sla: {due: 8h, at: {50%: {escalate: {by: [{rolle: r}], how: ask}}}}\nsteps: {a: PEOPLE}".to_owned(),
        "sla: {due: 8h, at: {50%: {escalate: {by: [{initiator_picks: {}}]}}}}\nsteps: {a: PEOPLE}".to_owned(),
        "sla: {due: 8h, at: {100%: {decide: done}}}\nsteps: {a: PEOPLE}".to_owned(),
        "sla: {due: 8h, at: {100%: {decide: approve}}}\nsteps: {a: PEOPLE, b: {handle: {by: [{role: r}]}}}".to_owned(),
        "steps: {a: {handle: {by: [{role: r}]}, sla: {due: 8h, at: {100%: {decide: reject}}}}}".to_owned(),
        "steps: {a: {end: approved, sla: {due: 8h}}}".to_owned(),
        "overall_sla: {due: 0h, at: {50%: remnd}}\nsteps: {a: PEOPLE}".to_owned(),
        "overall_sla: {due: 8h working, at: {0%: {escalate: {by: [{rolle: r}], how: transfer}}}}\nsteps: {a: PEOPLE}".to_owned(),
        "overall_sla: {due: 8h, at: {50%: {escalate: {by: [{role: r}], how: add}}, 100%: {decide: skip}}}\nsteps: {a: PEOPLE}".to_owned(),
        format!(
            "sla: {{due: 8h, at: {{{}}}}}\nsteps: {{a: PEOPLE}}",
            (1..=11).map(|mark| format!("{mark}%: remind")).collect::<Vec<_>>().join(", ")
        ),
    ];
    let rows: Vec<String> = rows.iter().map(|row| row.replace("PEOPLE", people)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    insta::assert_snapshot!(report("workflows/w.yaml", head, &rows));
}

#[test]
fn of_people() {
    let head = "kind: workflow\nname: w\nobject: quote\nuse: approval\n";
    let rows = [
        "steps: {a: {approve: {by: [{superior_chain: {from: 0, upto: x}}]}}}",
        "steps: {a: {approve: {by: [{user: []}, {user: 7}, {where: ''}]}}}",
        "steps: {a: {approve: {by: [{group: []}]}}}",
        "steps: {a: {approve: {by: [{group: [{weight: 2}, {by: {rolle: r}}, {by: {role: r}, weight: 0}]}]}}}",
        "steps: {a: {approve: {by: [{group: [{by: {group: [{by: {role: r}}]}}]}]}}}",
        "steps: {a: {approve: {by: [{initiator_picks: {min: 3, max: 2}}]}}}",
        "steps: {a: {approve: {by: [{initiator_picks: {from: {rolle: r}}}]}}}",
        "steps: {a: {approve: {by: [{initiator_picks: {from: {group: [{by: {initiator_picks: {}}}]}}}]}}}",
        "steps: {a: {approve: {by: [{initiator_picks: {}}, {group: [{by: {initiator_picks: {}}}]}]}}}",
        "start: {by: [transition]}\nsteps: {a: {cc: {by: [{initiator_picks: {}}]}}}",
        "policy: {empty: {assign: {initiator_picks: {}}}}\nsteps: {a: {end: approved}}",
        "steps: {a: {approve: {by: [{previous_picks: {}}]}}}",
        "steps: {a: {approve: {by: [{role: r}]}}, b: {approve: {by: [{previous_picks: {at: c}}]}}, c: {approve: {by: [{role: r}]}}}",
        "steps: {a: {choose: {x: {when: 'true', steps: {b: {approve: {by: [{role: r}]}}}}}}, c: {approve: {by: [{previous_picks: {}}]}}}",
        "steps: {a: {choose: {x: {when: 'true', steps: {b: {approve: {by: [{role: r}]}}}}}}, c: {approve: {by: [{previous_picks: {at: b}}]}}}",
        "policy: {absent: gone}\nsteps: {a: {end: approved}}",
        "policy: {separate: [[a], [a, c], [a, a], [a, b]]}\nsteps: {a: {approve: {by: [{role: r}]}}, b: {approve: {by: [{role: r}]}}}",
    ];
    insta::assert_snapshot!(report("workflows/w.yaml", head, &rows));
}

#[test]
fn of_decisions() {
    let head = "kind: decision\nname: risk\n";
    let rows = [
        "inputs: {}\noutputs: {}",
        "inputs: {a: {type: integer}}\noutputs: {b: {type: text}}",
        "inputs: {a: {type: integer}}\noutputs: {b: {type: text}}\nrules: []\ntable: a b",
        "inputs: {a: {}}\noutputs: {b: {type: text}}\nrules: []",
        "inputs: {a: {expression: x}}\noutputs: {b: {type: text}}\nrules: []",
        "object: o\ninputs: {a: {expression: x, type: integer}}\noutputs: {b: {type: text}}\nrules: []",
        "object: o\ninputs: {a: {expression: x, required: true, options: [y]}}\noutputs: {b: {type: text}}\nrules: []",
        "inputs: {a: {type: money}}\noutputs: {b: {type: text}}\nrules: []",
        "inputs: {a: {type: select}}\noutputs: {b: {type: select}}\nrules: []",
        "inputs: {note: {type: text}, a: {type: text}}\noutputs: {a: {type: text}}\nrules: []",
        "hit: best\ninputs: {a: {type: text}}\noutputs: {b: {type: text}}\nrules: []",
        "hit: priority\ninputs: {a: {type: text}}\noutputs: {b: {type: text}}\nrules: []",
        "collect: sum\ninputs: {a: {type: text}}\noutputs: {b: {type: integer}}\nrules: []",
        "hit: collect\ncollect: sum\ninputs: {a: {type: text}}\noutputs: {b: {type: integer}, c: {type: integer}}\nrules: []",
        "hit: collect\ncollect: count\ninputs: {a: {type: text}}\noutputs: {b: {type: integer}}\ndefault: {b: 1}\nrules: []",
        "inputs: {amount: {type: integer}}\noutputs: {level: {type: text}}\ndefault: {levle: x}\nrules:\n  - {when: {amuont: 5}, then: {levl: x}, then_from: {level: amount}}",
        "inputs: {a: {type: integer}}\noutputs: {b: {type: text}}\nrules:\n  - {when: {a: 5}, then: {b: x}, then_from: {b: a}}",
        "inputs: {a: {type: integer}}\noutputs: {b: {type: text}}\nrules:\n  - {wehn: {a: 5}}\n  - {when: {a: [5]}}\n  - {from: 2026-1-1}",
    ];
    insta::assert_snapshot!(report("decisions/risk.yaml", head, &rows));
}

#[test]
fn of_scenarios() {
    let head = "kind: scenario\nname: s\ngiven: {demo: true, clock: 2026-03-02T09:00:00+08:00}\nsteps:\n  - ";
    let rows = [
        "{}",
        "as: lily",
        "{as: lily, creat: {object: x}}",
        "{create: {set: {a: 1}}}",
        "{create: {object: x}, update: {record: y}}",
        "{move: {record: a}}",
        "{advance: soon}",
        "{advance: -9h working}",
        "{advance: {by: 1w working}}",
        "{advance: {calendar: x}}",
        "{advance: 9}",
        "{refused: {update: {record: a}}}",
        "{refused: {update: {record: a}, code: record_loked}}",
        "{refused: {code: record_locked}}",
        "{refused: {expect: {}, code: record_locked}}",
        "{refused: {update: {recrd: a}, code: record_locked}}",
        "{expect: {record: a, mail: {to: x}}}",
        "{expect: {tasks: [{node: manager}]}}",
        "{query: {object: x}}",
    ];
    insta::assert_snapshot!(report("scenarios/s.yaml", head, &rows));
}

#[test]
fn of_calendars() {
    let head = "kind: calendar\nname: c\n";
    let rows = [
        "hours: ['09:00-18:00']\ndays: [mon, son]",
        "hours: ['9-18', '09:00-12:00']\ndays: [mon]",
        "hours: ['09:00-12:00', '11:30-18:00']\ndays: [mon]",
        "hours: ['09:00-12:00']",
        "days: [mon]",
        "week: {mon: ['22:00-06:00', '05:00-07:00', '23:00-24:00']}",
        "week: {mo: ['22:00-06:00']}",
        "week: {mon: '22:00-06:00'}",
        "timezone: Asia/Shangai",
        "timezone: CST",
        "day: 1d",
        "day: 8h working",
        "day: 0h",
        "day: eight",
        "holidays: [{on: 2026-01-01}]",
        "holidays: {a: {}}",
        "holidays: {a: {on: 2026-02-30}}",
        "holidays: {a: {from: 2026-02-23, until: 2026-02-16}}",
        "holidays: {a: {from: 2026-02-23}}",
        "holidays: {a: {until: 2026-02-23}}",
        "holidays: {a: {on: 2026-02-20, from: 2026-02-16, until: 2026-02-23}}",
        "holidays: {a: {from: 2026-01-01, until: 2027-01-02}}",
        "holidays: {Spring-Festival: {on: 2026-02-20}}",
        "holidays: {a: {on: 2026-02-20, like: fri}}",
        "workdays: {a: {on: 2026-02-20}}",
        "workdays: {a: {on: 2026-02-20, like: friday}}",
        "workdays: {a: {on: 2026-02-20, like: fri, hours: ['09:00-12:00']}}",
        "workdays: {a: {on: 2026-02-20, hours: []}}",
        "workdays: {a: {on: 2026-02-20, hours: ['09:00-09:00']}}",
        "inherits: [a]",
    ];
    insta::assert_snapshot!(report("calendars/c.yaml", head, &rows));
}

#[test]
fn of_connectors() {
    let head = "kind: connector\nname: c\n";
    let rows = [
        "operations: {}",
        "http: {}\nsmtp: {}",
        "http: {url: 'ftp://erp.example.com'}",
        "http: {url: 'https://'}",
        "http: {url: 'https://ann:secret@erp.example.com'}",
        "http: {url: 'https://erp.example.com/api?key=1'}",
        "http: {url: 'https://erp.example.com/{tenant}'}",
        "http: {auth: {}}",
        "http: {auth: {bearer: {secrt: a}}}",
        "http: {auth: {bearer: {secret: 'A token!'}}}",
        "http: {auth: {basic: {user: a, secret: a}, bearer: {secret: b}}}",
        "http: {auth: {header: {name: 'X Key', secret: a}, query: {name: '', secret: b}}}",
        "http: {auth: {hmac: {secret: a, signature: Host}}}",
        "http: {headers: {Authorization: Bearer x, Host: a, 'a b': c, X-Line: \"a\\nb\", Idempotency-Key: '1'}}",
        "http: {timeout: 5m}",
        "http: {timeout: soon}",
        "http: {decimals: exact}",
        "smtp: {url: 'https://mail.example.com'}",
        "smtp: {url: 'smtps://ann:secret@mail.example.com'}",
        "smtp: {}\noperations: {ping: {path: /}}",
        "http: {}\noperations: {Ping: {path: /}}",
        "http: {}\noperations: {ping: {method: get}}",
        "http: {}\noperations: {ping: {path: quotes}}",
        "http: {}\noperations: {ping: {path: /quotes?a=1}}",
        "http: {}\noperations: {ping: {path: /a/../b}}",
        "http: {}\noperations: {ping: {path: '/a/{number'}}",
        "http: {}\noperations: {ping: {path: '/a/{number}'}}",
        "http: {}\noperations: {ping: {path: '/a/{number}', parameters: {number: {type: text}}}}",
        "http: {}\noperations: {ping: {parameters: {number: {type: txt}, Other: {type: text, maks: 1}}}}",
        "http: {}\noperations: {ping: {method: GET, body: {a: 1}}}",
        "http: {}\noperations: {ping: {query: {a: '1'}, query_from: {a: b}, headers: {x-a: b}, headers_from: {X-A: b}}}",
        "http: {}\noperations: {ping: {body: {a: {b: 1}}, body_from: {a: {b: x, c: y}}}}",
        "http: {}\noperations: {ping: {body: [1], body_from: {a: x}}}",
        "http: {}\noperations: {ping: {body_as: form, body_from: a}}",
        "http: {}\noperations: {ping: {body_from: {a: 1}}}",
        "http: {}\noperations: {ping: {answer: {id: {path: id}}}}",
        "http: {}\noperations: {ping: {answer: {id: {type: text, path: data.id}}}}",
        "http: {}\noperations: {ping: {ok: [200, 20], retry: sometimes}}",
    ];
    insta::assert_snapshot!(report("connectors/c.yaml", head, &rows));
}

#[test]
fn of_overlays() {
    let rows = [
        "kind: object\nextends: opportunity",
        "kind: seed\nextends: crm.x",
        "kind: object\nextends: crm.x\nfields: {amount: {requird: true}}",
        "kind: object\nextends: crm.x\nfields: {region: {type: selct}}",
        "kind: object\nextends: crm.x\nfields: {region: {type: text, max: x, after: 5}}",
        "kind: object\nextends: crm.x\nfields: {Region: {type: text}}",
        "kind: object\nextends: crm.x\nremove: [a]",
        "kind: role\nextends: crm.x\nobjects: {crm.lead: {read: 5}}",
        "kind: workflow\nextends: crm.x\nsteps: {a: {aprove: {}}}",
    ];
    insta::assert_snapshot!(report("x.yaml", "", &rows));
}
