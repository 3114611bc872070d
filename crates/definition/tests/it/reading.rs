//! From text to tree: what YAML means here, places, bounds, JSON, and what files are by their path.

use definition::{FileKind, Kind, classify};
use diagnostic::Code;
use serde_json::{Value as Json, json};

fn tree(default: &str) -> Json {
    let text = format!("kind: seed\nname: s\nobject: x\nrecords: {{a: {{v: {default}}}}}\n");
    crate::parse("s.yaml", &text).tree["records"]["a"]["v"].clone()
}

#[test]
fn scalars_are_read_without_guessing() {
    let rows = [
        ("yes", json!("yes")),
        ("no", json!("no")),
        ("on", json!("on")),
        ("off", json!("off")),
        ("n", json!("n")),
        ("true", json!(true)),
        ("'true'", json!("true")),
        ("~", Json::Null),
        ("5", json!(5)),
        ("-5", json!(-5)),
        ("5.0", json!(5)),
        ("1e3", json!(1000)),
        ("0.1", json!(0.1)),
        ("1234567890.12345", json!(1_234_567_890.123_45)),
        ("'007'", json!("007")),
        ("2026-03-02", json!("2026-03-02")),
        ("10:30", json!("10:30")),
        ("1_000", json!("1_000")),
        ("0x1F", json!("0x1F")),
        ("+86 21 5555", json!("+86 21 5555")),
        (".inf", json!(".inf")),
        ("!!str 5", json!("5")),
        ("上海", json!("上海")),
        ("\"a\\u4e0a\"", json!("a上")),
    ];
    for (text, expect) in rows {
        assert_eq!(tree(text), expect, "{text}");
    }
}

#[test]
fn numbers_that_a_float_would_change_are_refused() {
    for text in ["0.1234567890123456789", "12345678901234567.8", "007", "99999999999999999999", "1e400"] {
        let file = format!("kind: seed\nname: s\nobject: x\nrecords: {{a: {{v: {text}}}}}\n");
        let (parsed, found) = definition::parse_file("s.yaml", &file);
        assert!(parsed.is_none(), "{text}");
        assert_eq!(found[0].code, Code::InvalidValue, "{text}");
        assert_eq!(found[0].source.as_ref().map(|s| (s.line, s.column)), Some((4, 18)), "{text}");
    }
}

#[test]
fn anchors_and_merge_keys_are_followed() {
    let text = "kind: seed\nname: s\nobject: x\nrecords:\n  a: &a {x: 1, y: 2}\n  b: {before: 0, <<: *a, y: 3}\n  c: *a\n";
    let parsed = crate::parse("s.yaml", text);
    let record = |name: &str| parsed.tree["records"][name].to_string();
    assert_eq!(record("b"), r#"{"before":0,"x":1,"y":3}"#);
    assert_eq!(record("c"), r#"{"x":1,"y":2}"#);
    // What an alias repeats is found at the alias.
    assert_eq!(parsed.value_at("/records/c/x").to_string(), "s.yaml:7:6");
    assert_eq!(parsed.value_at("/records/b/y").to_string(), "s.yaml:6:29");
}

#[test]
fn bombs_are_refused_quickly() {
    let mut laughs = String::from("a: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (index, name) in "bcdefghij".chars().enumerate() {
        let before = (b'a' + index as u8) as char;
        let list = vec![format!("*{before}"); 10].join(",");
        laughs.push_str(&format!("{name}: &{name} [{list}]\n"));
    }
    let wide = format!("a: [{}]", "x,".repeat(210_000));
    let large = format!("a: '{}'", "x".repeat(9 << 20));
    let rows = [
        ("laughs", laughs),
        ("deep lists", "[".repeat(100_000)),
        ("deep maps", "{a: ".repeat(10_000)),
        ("wide", wide),
        ("large", large),
    ];
    for (name, text) in rows {
        let start = std::time::Instant::now();
        for path in ["x.yaml", "x.json"] {
            let (parsed, found) = definition::parse_file(path, &text);
            assert!(parsed.is_none());
            let expect = [Code::LimitExceeded, Code::InvalidYaml];
            assert!(expect.contains(&found[0].code), "{name}: {:?}", found[0]);
        }
        assert!(start.elapsed().as_secs() < 60, "{name} took {:?}", start.elapsed());
    }
}

#[test]
fn json_is_read_with_places() {
    let text = "{\n  \"kind\": \"object\",\n  \"name\": \"x\",\n  \"fields\": {\"a\": {\"type\": \"text\", \"maxx\": 5}}\n}\n";
    assert_eq!(
        crate::findings("objects/x.json", text),
        "objects/x.json:4:36: error[unknown_key]: unknown key `maxx` (did you mean `max`?)\n"
    );
    assert_eq!(
        crate::findings("objects/x.json", "{\"kind\": \"object\",}"),
        "objects/x.json:1:19: error[invalid_yaml]: not readable: key must be a string\n"
    );
    let good = crate::parse("objects/x.json", "{\"kind\": \"object\", \"name\": \"x\"}");
    assert_eq!((good.kind, good.name.as_str()), (Kind::Object, "x"));
}

#[test]
fn a_place_inside_a_text_is_a_place_of_the_file() {
    let text = "\
kind: object
name: x
rules:
  plain: {require: amount > 0, error: E}
  single: {require: 'a == ''x'' && b', error: E}
  double: {require: \"a == \\\"x\\\" && b\", error: E}
  literal:
    require: |
      a &&
        b
    error: E
  folded:
    require: >-
      aaa &&
      bbb
    error: E
";
    let parsed = crate::parse("x.yaml", text);
    let rows = [
        ("plain", 1, 1, "x.yaml:4:20"),
        ("plain", 1, 8, "x.yaml:4:27"),
        ("single", 1, 1, "x.yaml:5:22"),
        ("single", 1, 13, "x.yaml:5:36"),
        ("double", 1, 1, "x.yaml:6:22"),
        ("double", 1, 13, "x.yaml:6:36"),
        ("literal", 1, 1, "x.yaml:9:7"),
        ("literal", 2, 3, "x.yaml:10:9"),
        ("folded", 1, 1, "x.yaml:14:7"),
        ("folded", 1, 8, "x.yaml:15:7"),
    ];
    for (rule, line, column, expect) in rows {
        let place = parsed.inside(&format!("/rules/{rule}/require"), line, column);
        assert_eq!(place.to_string(), expect, "{rule} {line}:{column}");
    }
    assert_eq!(parsed.positions.key("/rules/single"), Some((5, 3)));
    assert_eq!(parsed.positions.value("/rules/single"), Some((5, 11)));
    assert_eq!(parsed.positions.value("/rules/none"), None);
    assert_eq!(parsed.key_at("/rules/single/none/deeper").to_string(), "x.yaml:5:3");
}

#[test]
fn columns_count_characters() {
    let text = "kind: object\nname: x\nlabel: {zh-CN: 商机, xx: 一}\n";
    assert!(
        crate::findings("x.yaml", text).starts_with("x.yaml:3:20: error"),
        "{}",
        crate::findings("x.yaml", text)
    );
}

#[test]
fn findings_come_at_once_and_in_order() {
    let text = "kind: object\nname: Bad\nicno: x\nfields:\n  a: {type: txt}\n  b: {type: text, mx: 1}\n";
    let places: Vec<String> = crate::findings("x.yaml", text).lines().map(|l| l[..10].to_owned()).collect();
    assert_eq!(places, ["x.yaml:3:1", "x.yaml:5:1", "x.yaml:6:1"]);
}

#[test]
fn files_are_told_by_their_path() {
    let rows = [
        ("pack.yaml", Ok(FileKind::Definition(Kind::Pack))),
        ("objects/lead.yaml", Ok(FileKind::Definition(Kind::Object))),
        ("objects/lead.json", Ok(FileKind::Definition(Kind::Object))),
        ("seeds/a.yml", Ok(FileKind::Definition(Kind::Seed))),
        ("demo/a.csv", Ok(FileKind::Table)),
        ("scripts/lead.rhai", Ok(FileKind::Script)),
        ("README.md", Ok(FileKind::Note)),
        (".gitkeep", Ok(FileKind::Note)),
        ("objects/.gitkeep", Ok(FileKind::Note)),
        ("objects/lead.csv", Err(Code::StrayFile)),
        ("objects/old/lead.yaml", Err(Code::StrayFile)),
        ("object/lead.yaml", Err(Code::StrayFile)),
        ("scripts/lead.js", Err(Code::StrayFile)),
        ("notes.txt", Err(Code::StrayFile)),
        ("objects.yaml", Err(Code::StrayFile)),
        ("reports/a.yaml", Err(Code::NotYetSupported)),
        ("templates/a.text.hbs", Ok(FileKind::TemplateText)),
        ("templates/a.yaml", Ok(FileKind::Definition(Kind::Template))),
        ("templates/a.html", Err(Code::StrayFile)),
        ("decisions/a.yaml", Ok(FileKind::Definition(Kind::Decision))),
        ("decisions/a.csv", Err(Code::StrayFile)),
        ("reports/a.yaml", Err(Code::NotYetSupported)),
    ];
    for (path, expect) in rows {
        assert_eq!(classify(path).map_err(|found| found.code), expect, "{path}");
    }
    assert_eq!(
        classify("object/lead.yaml").unwrap_err().to_string(),
        "object/lead.yaml: error[stray_file]: no loader reads this file (did you mean `objects`?)"
    );
}
