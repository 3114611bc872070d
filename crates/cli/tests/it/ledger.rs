//! A pack whose records tell whether a write was done whole: every step of an order adds one line and one to
//! `step`, and the sums over the lines are stored.

use crate::Site;

const ORDER: &str = "kind: object
name: order
label: Order
title: code
ownership: user
key: code
features: [history]
fields:
  code: {type: text, required: true, max: 80, unique: true, search: true}
  step: {type: integer, default: 0}
  size: {type: SIZE, default: DEFAULT}
  status: {type: select, default: draft, options: {draft: {}, asked: {}, granted: {}, refused: {}}}
  lines: {type: children, of: line, via: order}
  line_count: {type: integer, rollup: {count: lines}}
  total: {type: money, currency: CNY, rollup: {sum: lines.amount}}
EXTRA";

const LINE: &str = "kind: object
name: line
label: Line
title: amount
ownership: inherit(order)
fields:
  order: {type: reference, to: order, required: true, on_delete: cascade}
  amount: {type: money, currency: CNY, required: true, min: 0}
";

const GRANT: &str = "kind: workflow
name: grant
use: approval
object: order
start: {by: [button], roles: [clerk]}
record: {set: {submit: {status: asked}, approve: {status: granted}, reject: {status: refused}}}
policy: {dedupe: none}
steps:
  first: {approve: {by: [{user: ann}], mode: any}}
  second: {approve: {by: [{user: ben}], mode: any}}
";

const CLERK: &str = "kind: role
name: clerk
objects:
  ledger.order: {create: true, read: all, update: all, delete: all, history: true}
workflows: {grant: {start: true}}
";

/// What `size` is in a version: every publish of the next version changes its type and copies all rows.
fn size_in(version: usize) -> (&'static str, &'static str) {
    if version.is_multiple_of(2) { ("text, max: 20", "'12'") } else { ("integer", "12") }
}

/// Writes the pack as it is in this version.
pub fn write(site: &Site, version: usize) {
    let (size, default) = size_in(version);
    // A stored formula of every version: computed for all rows when it is published.
    let extra = match version {
        0 => String::new(),
        _ => format!("  times_{version}: {{type: integer, formula: 'step + {version}'}}\n"),
    };
    let order = ORDER.replace("SIZE", size).replace("DEFAULT", default).replace("EXTRA", &extra);
    let about = format!("kind: pack\nname: ledger\nversion: 1.{version}.0\nrequires: {{base: '>=1.0.0'}}\n");
    site.write("ledger/pack.yaml", &about);
    site.write("ledger/objects/order.yaml", &order);
    site.write("ledger/objects/line.yaml", LINE);
    site.write("ledger/workflows/grant.yaml", GRANT);
    site.write("ledger/roles/clerk.yaml", CLERK);
}

/// Writes and publishes the pack, and makes the people of its approvals.
pub fn install(site: &Site) {
    write(site, 0);
    site.run(&["apply", "ledger", "--yes"]).is(0, &[]);
    for login in ["ann", "ben", "cat"] {
        site.run(&["user", "add", login, "--name", login, "--roles", "ledger.clerk"]).is(0, &[]);
    }
}

/// A token of somebody.
pub fn token(site: &Site, login: &str) -> String {
    let printed = site.run(&["user", "token", login]);
    printed.is(0, &[]);
    printed.out.trim().to_owned()
}
