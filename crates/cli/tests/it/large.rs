//! Checking a pack of many objects. `LIFELOOM_LARGE_OBJECTS=1000 cargo test --release -p cli large` measures the
//! goal: a thousand objects with twelve thousand fields in under two seconds.

use crate::Site;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Objects of an ordinary run.
const FEW: usize = 40;
/// Fields of each object.
const FIELDS: usize = 12;
/// What the goal speaks of.
const GOAL: (usize, Duration) = (1000, Duration::from_secs(2));

fn generate(site: &Site, objects: usize) {
    site.write("large/pack.yaml", "kind: pack\nname: large\nversion: 1.0.0\nrequires: {base: '>=1.0.0'}\n");
    for number in 0..objects {
        let mut text = format!(
            "kind: object\nname: thing_{number}\nlabel: Thing {number}\ntitle: '{{code}} {{name}}'\n"
        );
        text.push_str("ownership: user\nkey: code\nfeatures: [history]\nfields:\n");
        text.push_str("  code: {type: text, required: true, max: 20, unique: true}\n");
        text.push_str("  name: {type: text, required: true, max: 80, search: true}\n");
        text.push_str("  note: {type: long_text}\n  quantity: {type: integer, min: 0, default: 1}\n");
        text.push_str("  price: {type: money, currency: CNY, min: 0}\n  share: {type: percent, max: 100}\n");
        text.push_str(
            "  begins: {type: date}\n  happens: {type: datetime}\n  open: {type: boolean, default: true}\n",
        );
        text.push_str("  stage: {type: select, options: {draft: {label: Draft}, done: {label: Done}}, default: draft}\n");
        let before = number.saturating_sub(1);
        let _ = writeln!(text, "  before: {{type: reference, to: thing_{before}, on_delete: clear}}");
        text.push_str("  total: {type: money, currency: CNY, formula: 'quantity * price'}\n");
        text.push_str("rules:\n  priced: {when: 'stage == \"done\"', require: 'price > 0 && before.open', error: A price is needed}\n");
        site.write(&format!("large/objects/thing_{number}.yaml"), &text);
        let view = format!(
            "kind: view\nname: things_{number}\nobject: thing_{number}\ntype: list\ncolumns: [code, name, before.name]\n\
             where: 'open && stage == \"draft\"'\nsort: [code]\n"
        );
        site.write(&format!("large/views/things_{number}.yaml"), &view);
    }
}

#[test]
fn a_large_pack_is_checked() {
    let wanted = std::env::var("LIFELOOM_LARGE_OBJECTS").ok().and_then(|text| text.parse().ok());
    let objects: usize = wanted.unwrap_or(FEW);
    let site = Site::new();
    generate(&site, objects);
    let base = site.run(&["check", "base", "--format", "json"]).is(0, &[]).json();
    let begin = Instant::now();
    let checked = site.run(&["check", "large", "--format", "json"]).is(0, &[]).json();
    let took = begin.elapsed();
    eprintln!("check of {objects} objects took {took:?}");
    let more = |key: &str| checked[key].as_u64().unwrap() - base[key].as_u64().unwrap();
    assert_eq!((more("objects"), more("fields")), (objects as u64, (objects * FIELDS) as u64));
    if !cfg!(debug_assertions) && objects <= GOAL.0 {
        assert!(took < GOAL.1, "{took:?}");
    }
}
