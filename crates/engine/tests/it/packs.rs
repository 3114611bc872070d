//! Packs for tests: the shipped ones, read from their folders.

use engine::publish::PackFiles;
use std::path::Path;

/// A folder of `definitions/` with all its files.
pub fn shipped(name: &str) -> PackFiles {
    folder("definitions", name)
}

/// A folder of `examples/` with all its files.
pub fn example(name: &str) -> PackFiles {
    folder("examples", name)
}

fn folder(of: &str, name: &str) -> PackFiles {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(of).join(name);
    let mut files = Vec::new();
    collect(&folder, &folder, &mut files);
    files.sort();
    PackFiles { root: format!("{of}/{name}"), files }
}

fn collect(top: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(top, &path, files);
        } else {
            let inside = path.strip_prefix(top).unwrap().to_str().unwrap().replace('\\', "/");
            files.push((inside, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// A small pack: requests with lines and an amount that follows them, and their sign-off.
pub fn desk(version: &str) -> PackFiles {
    let files = [
        ("pack.yaml", PACK),
        ("objects/request.yaml", REQUEST),
        ("objects/item.yaml", ITEM),
        ("objects/topic.yaml", TOPIC),
        ("roles/clerk.yaml", CLERK),
        ("roles/head.yaml", HEAD),
        ("workflows/sign_off.yaml", SIGN_OFF),
        ("scripts/request.rhai", SCRIPT),
        ("seeds/topics.yaml", TOPICS),
    ];
    let mut files: Vec<(String, String)> =
        files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    files[0].1 = files[0].1.replace("VERSION", version);
    PackFiles { root: "desk".to_owned(), files }
}

/// The pack with one text of one file replaced.
pub fn changed(mut pack: PackFiles, path: &str, old: &str, new: &str) -> PackFiles {
    let file = pack.files.iter_mut().find(|(known, _)| known == path).unwrap();
    assert!(file.1.contains(old), "{path} does not hold {old}");
    file.1 = file.1.replace(old, new);
    pack
}

const PACK: &str = "
kind: pack
name: desk
version: VERSION
requires: {base: '>=1.0.0'}
";

const TOPIC: &str = "
kind: object
name: topic
title: name
key: code
fields:
  code: {type: text, required: true, unique: true, max: 20}
  name: {type: text, required: true, max: 80}
";

const TOPICS: &str = "
kind: seed
name: topics
object: topic
records:
  travel: {code: T, name: Travel}
  tools: {code: W, name: Tools}
";

const REQUEST: &str = "
kind: object
name: request
title: '{number} {subject}'
ownership: user
features: [history, comments]
key: number
fields:
  number: {type: autonumber, pattern: 'R-{seq:4}'}
  subject: {type: text, required: true, max: 200, search: true}
  topic: {type: reference, to: topic}
  note: {type: long_text}
  secret: {type: text, max: 50}
  lines: {type: children, of: item, via: request}
  amount: {type: money, currency: CNY, rollup: {sum: lines.total}}
  due: {type: date}
  status:
    type: select
    required: true
    default: draft
    options: {draft: {}, checked: {}, approved: {}}
rules:
  not_too_much: {require: 'amount <= 1000000', at: amount, error: Too much}
transitions:
  field: status
  initial: [draft]
  moves:
    check: {from: [draft], to: checked, when: 'amount > 0'}
    approve: {from: [checked], to: approved, approval: sign_off}
actions:
  double: {label: Double, script: request.double, with: {times: {type: integer, required: true, min: 1, max: 5}}}
hooks:
  before_save: request.tidy
";

const ITEM: &str = "
kind: object
name: item
title: name
ownership: inherit(request)
fields:
  request: {type: reference, to: request, required: true, on_delete: cascade}
  name: {type: text, required: true, max: 80}
  quantity: {type: decimal, required: true, min: '0'}
  price: {type: money, currency: CNY, required: true}
  total: {type: money, currency: CNY, formula: 'quantity * price'}
";

const CLERK: &str = "
kind: role
name: clerk
objects:
  desk.request: {create: true, read: own, update: own, delete: own, restore: own, moves: all, actions: all, history: true, comment: true, fields: {secret: hidden}}
  desk.topic: {read: all}
";

const HEAD: &str = "
kind: role
name: head
objects:
  desk.request: {create: true, read: all, update: all, export: department_tree, import: true, moves: all, assign: all, history: true}
  desk.topic: {create: true, read: all, update: all, export: all, import: true}
";

const SIGN_OFF: &str = "
kind: workflow
use: approval
name: sign_off
object: request
start: {by: [button, transition]}
record: {lock: all}
policy: {withdraw: anytime, self: allow, comment_required: [reject]}
steps:
  heads: {approve: {by: [{role: head}], mode: any}}
";

const SCRIPT: &str = r#"
fn tidy(record, ctx) {
    if record.subject == "forbidden" {
        refuse("subject", "this subject is refused");
    }
}

fn double(record, params, ctx) {
    for line in record.lines {
        update(line, #{quantity: line.quantity * params.times});
    }
    record
}
"#;
