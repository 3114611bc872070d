//! Templates as packs bring them, hostile ones among them.

use super::{Checked, Partials, Rendering, Text, check, render};
use catalog::{Catalog, Object, Options, PackSource, PhysicalNames};
use diagnostic::{Code, Locale};
use serde_json::{Value as Json, json};
use std::sync::Arc;

const ORDER: &str = "
kind: object
name: order
fields:
  number: {type: text}
  note: {type: text}
  quote: {type: text}
  secret_of_nobody: {type: text}
  nobody: {type: text}
  day: {type: date}
  total: {type: money, currency: EUR}
  card: {type: text, encrypted: true}
  state: {type: select, options: {open: {label: {en: Open, zh-CN: 打开}}, closed: {}}}
  lines: {type: children, of: line, via: order}
  others: {type: children, of: other, via: order}
";
const LINE: &str = "
kind: object
name: line
fields:
  order: {type: reference, to: order, required: true}
  name: {type: text}
";

fn catalog() -> Catalog {
    let other = LINE.replace("name: line", "name: other");
    let files = [
        ("pack.yaml", "kind: pack\nname: shop\nversion: 1.0.0\n"),
        ("objects/order.yaml", ORDER),
        ("objects/line.yaml", LINE),
        ("objects/other.yaml", &other),
    ];
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let packs = [PackSource { root: String::new(), files }];
    catalog::build(&packs, &PhysicalNames::default(), &Options::default()).unwrap().catalog
}

fn partials() -> Partials {
    let texts = [
        ("foot", "{{record.number}}."),
        ("itself", "{{> itself}}"),
        ("ping", "{{> pong}}"),
        ("pong", "{{#if record.number}}{{> ping}}{{/if}}"),
        ("wrong", "{{record.nothing}}"),
        ("wide", "{{> wider}}{{> wider}}{{> wider}}{{> wider}}{{> wider}}{{> wider}}{{> wider}}"),
        ("wider", "{{> widest}}{{> widest}}{{> widest}}{{> widest}}{{> widest}}{{> widest}}"),
        ("widest", "{{> foot}}{{> foot}}{{> foot}}{{> foot}}{{> foot}}{{> foot}}{{> foot}}"),
    ];
    let parse = |(name, text): (&str, &str)| {
        let checked = Checked::parse(Text { file: name, text, at: (1, 1) }).unwrap();
        (name.to_owned(), Arc::new(checked))
    };
    texts.into_iter().map(parse).collect()
}

fn data() -> Json {
    json!({
        "user": {"name": "Ann"},
        "record": {
            "number": "a",
            "note": "{{user.name}} <script>",
            "quote": "\">'",
            "secret_of_nobody": null,
            "nobody": null,
            "day": "2026-03-02",
            "total": "1234.5",
            "state": {"key": "open", "label": "Open"},
            "lines": [{"position": 1, "name": "pen"}, {"position": 2, "name": "{{x}}"}],
            "others": [],
        },
    })
}

/// Parses, checks and renders; the text, or the first finding.
fn said(text: &str, catalog: &Catalog, order: &Arc<Object>) -> Result<String, Box<diagnostic::Diagnostic>> {
    let partials = partials();
    let checked = Checked::parse(Text { file: "templates/a.html.hbs", text, at: (1, 1) })?;
    check(&checked, &partials, catalog, Some(order), &["link".into()])
        .map_err(|mut found| Box::new(found.remove(0)))?;
    let how = Rendering { html: true, locale: Locale::En, zone: chrono_tz::Tz::Asia__Shanghai };
    render(&checked, &partials, data(), how)
}

#[test]
fn hostile_templates_are_refused_and_hostile_values_stay_values() {
    let catalog = catalog();
    let order = catalog.object("shop.order").unwrap().clone();
    let cases =
        test_support::corpus::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile/templates.txt"));
    assert!(cases.len() >= 100, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let ended = match said(&case.text, &catalog, &order) {
            Ok(text) => format!("done: {text}"),
            Err(found) => found.code.name().to_owned(),
        };
        if ended != case.expect {
            wrong.push(format!("{}: {ended}, not {}", case.name, case.expect));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn findings_name_line_column_and_what_was_meant() {
    let catalog = catalog();
    let order = catalog.object("shop.order").unwrap().clone();
    let rows = [
        ("a\n  {{record.numbr}}", (2, 3), "unknown name `numbr` in `record.numbr`", "number"),
        ("{{link}}\n{{lable record.state}}", (2, 1), "unknown helper `lable`", "label"),
        ("x\n\n{{#if record.number}}", (3, 1), "invalid handlebars syntax", ""),
        ("{{record.state}}", (1, 1), "write `{{label x}}`", ""),
        ("{{> fot}}", (1, 1), "there is no `templates/_fot.hbs`", "foot"),
    ];
    for (text, place, reason, hint) in rows {
        let found = said(text, &catalog, &order).unwrap_err();
        assert_eq!(found.code, Code::TemplateError, "{text}");
        let source = found.source.clone().unwrap();
        assert_eq!(source.file, "templates/a.html.hbs");
        let shown = found.to_string();
        assert!(shown.contains(reason) && shown.contains(hint), "{text}: {shown}");
        // The parser tells where it gave up, which is behind the tag that is not closed.
        if !reason.starts_with("invalid") {
            assert_eq!((source.line, source.column), place, "{text}: {shown}");
        }
    }
}

#[test]
fn values_are_shown_in_the_readers_way() {
    let catalog = catalog();
    let order = catalog.object("shop.order").unwrap().clone();
    let rows = [
        (Locale::En, "{{date record.day}}", "2 March 2026"),
        (Locale::ZhCn, "{{date record.day}}", "2026年3月2日"),
        (Locale::En, "{{money record.total}}|{{money record.total \"CNY\"}}", "1,234.50|CNY 1,234.50"),
        (Locale::En, "{{number record.total}}|{{number record.total 0}}", "1,234.5|1,235"),
        (Locale::En, "{{number record.number}}|{{date record.number}}", "|"),
        (Locale::En, "{{upper record.number}}{{lower \"B\"}}", "Ab"),
        (Locale::En, "{{len record.lines}}", "2"),
        (Locale::En, "{{datetime link}}", "2026-03-02 09:00"),
        (Locale::En, "{{record.note}}", "{{user.name}} <script>"),
    ];
    for (locale, text, expect) in rows {
        let checked = Checked::parse(Text { file: "a", text, at: (1, 1) }).unwrap();
        check(&checked, &Partials::new(), &catalog, Some(&order), &["link".into()]).unwrap();
        let how = Rendering { html: false, locale, zone: chrono_tz::Tz::Asia__Shanghai };
        let mut data = data();
        data["link"] = json!("2026-03-02T01:00:00Z");
        assert_eq!(render(&checked, &Partials::new(), data, how).unwrap(), expect, "{text}");
    }
}

#[test]
fn what_grows_or_lasts_too_long_is_stopped() {
    let catalog = catalog();
    let order = catalog.object("shop.order").unwrap().clone();
    let lines: Vec<Json> = (0..500).map(|n| json!({"position": n, "name": "x"})).collect();
    let mut data = data();
    data["record"]["lines"] = json!(lines);
    let nested = "{{#each record.lines}}{{#each @root.record.lines}}{{#each @root.record.lines}}";
    let ends = "{{/each}}{{/each}}{{/each}}";
    for inside in ["", "{{name}}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"] {
        let text = format!("{nested}{inside}{ends}");
        let checked = Checked::parse(Text { file: "a", text: &text, at: (1, 1) }).unwrap();
        check(&checked, &Partials::new(), &catalog, Some(&order), &[]).unwrap();
        let how = Rendering { html: false, locale: Locale::En, zone: chrono_tz::Tz::UTC };
        let found = render(&checked, &Partials::new(), data.clone(), how).unwrap_err();
        assert_eq!(found.code, Code::TemplateError, "{found}");
    }
}
