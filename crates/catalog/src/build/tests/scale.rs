//! A large site, to be timed by hand: `cargo test --release -p catalog large_site -- --ignored --nocapture`.

use super::sample::{packs, try_build};
use crate::names::PhysicalNames;
use std::time::Instant;

/// Objects with twelve fields each, among them references, formulas and roll-ups.
fn generate(objects: usize) -> Vec<(String, String)> {
    (0..objects)
        .map(|n| {
            let up = n / 2;
            let child = if n > 0 && 2 * n < objects {
                format!(
                    "  kids: {{type: children, of: o{}, via: up}}\n  total: {{type: integer, rollup: {{sum: kids.a}}}}\n",
                    2 * n
                )
            } else {
                "  p: {type: date}\n  q: {type: datetime}\n".to_owned()
            };
            let text = format!(
                "kind: object\nname: o{n}\nownership: user\nlabel: {{en: Object {n}, zh-CN: 对象}}\nfields:\n  up: {{type: reference, to: o{up}}}\n  name: {{type: text, required: true, max: 80, search: true}}\n  a: {{type: integer, min: 0}}\n  b: {{type: money, currency: CNY}}\n  c: {{type: money, currency: CNY, formula: 'b * a'}}\n  d: {{type: select, options: {{x: {{}}, y: {{}}}}, default: x}}\n  e: {{type: boolean, default: false}}\n  f: {{type: text, formula: up.name}}\n  g: {{type: date, required_when: 'd == \"y\"'}}\n  h: {{type: user}}\n{child}rules:\n  r: {{when: 'd == \"y\"', require: 'a > 0', error: no}}\n"
            );
            (format!("objects/o{n}.yaml"), text)
        })
        .collect()
}

fn build(objects: usize) {
    let files = generate(objects);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let packs = packs(&files);
    let start = Instant::now();
    let built = try_build(&packs, &PhysicalNames::default()).unwrap();
    eprintln!("{objects} objects in {:?}", start.elapsed());
    assert_eq!(built.catalog.objects.len(), objects + 2);
    let fields = built.catalog.objects.values().map(|object| object.fields.len()).sum::<usize>();
    assert!(fields > objects * 12);
}

#[test]
fn generated_objects_build() {
    build(40);
}

#[test]
#[ignore = "timed by hand"]
fn large_site() {
    build(1000);
}
