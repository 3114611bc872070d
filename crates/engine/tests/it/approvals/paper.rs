//! A pack of papers, with one flow for every way in which a paper is approved.

use engine::publish::PackFiles;

const OBJECT: &str = "
kind: object
name: paper
title: name
ownership: user
features: [history, comments]
fields:
  name: {type: text, required: true, max: 60}
  amount: {type: integer}
  note: {type: text, max: 60}
  reviewer: {type: user}
  units: {type: references, to: base.department}
  color: {type: select, options: {red: {}, grey: {retired: true}}}
  client: {type: reference, to: client}
  status: {type: select, default: draft, options: {draft: {}, running: {}, done: {}, refused: {}}}
  lines: {type: children, of: sheet, via: paper}
transitions:
  field: status
  initial: [draft, running]
  moves:
    finish: {from: [draft], to: done, approval: asked}
";

const SHEET: &str = "
kind: object
name: sheet
title: name
ownership: inherit(paper)
fields:
  paper: {type: reference, to: paper, required: true, on_delete: cascade}
  name: {type: text, required: true, max: 60}
  cost: {type: integer}
";

/// What finance may not see.
const CLIENT: &str = "
kind: object
name: client
title: code
ownership: shared
fields:
  code: {type: text, required: true, max: 60}
unique:
  code: {fields: [code]}
";

const WRITER: &str = "
kind: role
name: writer
objects:
  paper.paper: {create: true, read: all, update: all, delete: all, moves: all, comment: true}
";

const FINANCE: &str = "
kind: role
name: finance
objects:
  paper.paper: {read: all}
  paper.sheet: {read: all, fields: {cost: hidden}}
";

/// The flows: name, then everything below `object`.
pub const FLOWS: [(&str, &str); 32] = [
    (
        "asked",
        "start: {by: [button, transition]}\nrecord: {lock: none}\nsteps:\n  a: {approve: {by: [{role: finance}], mode: any}}",
    ),
    ("any", "steps:\n  a: {approve: {by: [{role: finance}], mode: any}}"),
    ("all", "steps:\n  a: {approve: {by: [{role: finance}], mode: all}}"),
    ("turns", "steps:\n  a: {approve: {by: [{role: finance}, {user: boss}], mode: sequential}}"),
    ("user", "steps:\n  a: {approve: {by: [{user: boss}], mode: any}}"),
    ("superior", "steps:\n  a: {approve: {by: [{superior: {of: initiator, level: 1}}], mode: any}}"),
    ("second", "steps:\n  a: {approve: {by: [{superior: {of: initiator, level: 2}}], mode: any}}"),
    ("heads", "steps:\n  a: {approve: {by: [{department_heads: [company, sales, none]}], mode: all}}"),
    ("heads_of", "steps:\n  a: {approve: {by: [{department_heads: {of: record.units}}], mode: all}}"),
    ("head", "steps:\n  a: {approve: {by: [{department_head: {of: initiator}}], mode: any}}"),
    ("field", "steps:\n  a: {approve: {by: [{field: record.reviewer}], mode: any}}"),
    ("within", "steps:\n  a: {approve: {by: [{role: finance, within: initiator.department}], mode: any}}"),
    (
        "steps",
        "policy: {comment_required: [reject, return]}\nsteps:\n  \
         a: {approve: {by: [{user: mgr}], mode: any}}\n  \
         b: {approve: {by: [{role: finance}], mode: all}, allow: [return]}\n  \
         c: {approve: {by: [{user: boss}], mode: any}, allow: [return, comment]}",
    ),
    ("never", "policy: {withdraw: never}\nsteps:\n  a: {approve: {by: [{user: mgr}], mode: any}}"),
    (
        "early",
        "policy: {withdraw: before_first_decision}\nsteps:\n  a: {approve: {by: [{role: finance}], mode: all}}",
    ),
    ("late", "policy: {withdraw: anytime}\nsteps:\n  a: {approve: {by: [{role: finance}], mode: all}}"),
    (
        "branches",
        "steps:\n  by_size:\n    choose:\n      \
         large: {when: 'record.amount > 100', steps: {boss: {approve: {by: [{user: boss}], mode: any}}}}\n      \
         odd: {when: 'record.amount < 0', steps: {stop: {end: rejected}}}\n      \
         otherwise: {steps: {}}\n  last: {approve: {by: [{user: mgr}], mode: any}}",
    ),
    (
        "writes",
        "record: {set: {submit: {status: running}, approve: {status: done}, reject: {status: refused}, withdraw: {status: draft}}}\n\
         steps:\n  note: {set: {note: seen}, set_from: {amount: 'record.amount + 1'}}\n  \
         a: {approve: {by: [{user: mgr}], mode: any}}",
    ),
    (
        "copies",
        "steps:\n  a: {approve: {by: [{user: mgr}], mode: any}}\n  \
         tell: {cc: {by: [{field: record.reviewer}, {role: finance}]}}",
    ),
    ("locked", "record: {lock: all}\nsteps:\n  a: {approve: {by: [{user: mgr}], mode: any}}"),
    (
        "material",
        "record: {lock: material, material: [amount, lines]}\nsteps:\n  a: {approve: {by: [{user: mgr}], mode: any}}",
    ),
    (
        "open",
        "record: {lock: none, material: [amount]}\nsteps:\n  a: {approve: {by: [{user: mgr}], mode: any}}\n  \
         b: {approve: {by: [{user: boss}], mode: any}}",
    ),
    (
        "edited",
        "record: {lock: material, material: [amount]}\nsteps:\n  a: {approve: {by: [{user: mgr}], mode: any}, fields: {amount: edit}}\n  \
         b: {approve: {by: [{user: boss}], mode: any}, fields: {amount: hidden}}\n  \
         c: {approve: {by: [{role: finance}], mode: all}, fields: {amount: edit, note: edit}}",
    ),
    (
        "nobody",
        "policy: {empty: reject}\nsteps:\n  a: {approve: {by: [{field: record.reviewer}], mode: any}}",
    ),
    (
        "stand_in",
        "policy: {empty: {assign: {user: boss}}}\nsteps:\n  a: {approve: {by: [{field: record.reviewer}], mode: any}}",
    ),
    (
        "own",
        "policy: {self: superior, dedupe: consecutive}\nsteps:\n  a: {approve: {by: [{user: ini}], mode: any}}\n  \
         b: {approve: {by: [{user: mgr}, {user: boss}], mode: all}}",
    ),
    (
        "rights",
        "fields: {'*': read, amount: hidden}\nsteps:\n  \
         a: {approve: {by: [{role: finance}], mode: any}, \
         form: short, fields: {note: edit, lines: edit, status: edit, color: edit, client: edit}}\n  \
         b: {approve: {by: [{user: boss}], mode: any}, fields: {'*': hidden, name: edit}}",
    ),
    (
        "needless",
        "policy: {self: skip}\nsteps:\n  a: {approve: {by: [{user: ini}, {user: boss}], mode: all}}",
    ),
    (
        "worth",
        "steps:\n  w: {decide: worth, into: w}\n  put: {set_from: {note: w.level}}\n  a: {approve: {by: [{role: finance}]}}",
    ),
    (
        "given",
        "steps:\n  s: {decide: size, with_from: {amount: amount}, into: s}\n  put: {set_from: {note: s.level}}\n  a: {approve: {by: [{user: mgr}]}}",
    ),
    (
        "bounded",
        "variables: {n: {type: integer, max: 9, default_from: amount}}\nsteps:\n  \
         more: {set_from: {n: n + 5}}\n  a: {approve: {by: [{user: mgr}]}}",
    ),
    (
        "changing",
        "variables: {n: {type: integer, default: 3}, who: {type: user, default_from: reviewer}}\nsteps:\n  \
         a: {approve: {by: [{user: mgr}]}}\n  put: {set_from: {amount: 'n ?? -1'}}\n  b: {approve: {by: [{field: who.manager}]}}",
    ),
];

/// A table that reads what finance may not see.
const WORTH: &str = "
kind: decision
name: worth
object: paper
hit: first
inputs: {cost: {expression: lines.sum(cost)}}
outputs: {level: {type: text}}
rules: [{when: {cost: '> 100'}, then: {level: high}}, {then: {level: low}}]
";

const SIZE: &str = "
kind: decision
name: size
hit: unique
inputs: {amount: {type: integer, required: true, min: '0'}}
outputs: {level: {type: text}}
rules: [{when: {amount: '> 100'}, then: {level: high}}, {when: {amount: '[0..10]'}, then: {level: low}}]
";

/// The pack at a version; `change` may replace what a flow says.
pub fn pack(version: &str, change: impl Fn(&str, &str) -> String) -> PackFiles {
    let about = format!("kind: pack\nname: paper\nversion: {version}\nrequires: {{base: '*'}}\n");
    let mut files = vec![
        ("pack.yaml".to_owned(), about),
        ("objects/paper.yaml".to_owned(), OBJECT.to_owned()),
        ("objects/sheet.yaml".to_owned(), SHEET.to_owned()),
        ("objects/client.yaml".to_owned(), CLIENT.to_owned()),
        ("forms/short.yaml".to_owned(), "kind: form\nname: short\nobject: paper\n".to_owned()),
        ("decisions/worth.yaml".to_owned(), WORTH.to_owned()),
        ("decisions/size.yaml".to_owned(), SIZE.to_owned()),
        ("roles/writer.yaml".to_owned(), WRITER.to_owned()),
        ("roles/finance.yaml".to_owned(), FINANCE.to_owned()),
    ];
    for (name, rest) in FLOWS {
        let rest = change(name, rest);
        let start = if rest.contains("start:") { "" } else { "start: {by: [button]}\n" };
        let text = format!("kind: workflow\nuse: approval\nname: {name}\nobject: paper\n{start}{rest}\n");
        files.push((format!("workflows/{name}.yaml"), text));
    }
    PackFiles { root: "paper".to_owned(), files }
}
