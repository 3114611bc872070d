//! Each field type: wire form → value → wire form, and what it refuses.

use definition::{ColumnType, FieldDefinition, FieldType};
use diagnostic::Locale;
use serde_json::{Value as Json, json};

fn field(definition: Json) -> FieldDefinition {
    serde_json::from_value(definition).unwrap()
}

/// What the field answers to a value: its wire form, or the codes of what is wrong with it.
fn check(definition: &Json, value: Json, expect: Json) {
    let field = field(definition.clone());
    let kind = field.kind.kind();
    let answer = match kind.parse(&value) {
        Err(found) => json!(found.code.name()),
        Ok(parsed) => {
            let mut found = Vec::new();
            kind.validate(&parsed, &mut found);
            match found.as_slice() {
                [] => json!([kind.render(&parsed)]),
                found => json!(found.iter().map(|f| f.code.name()).collect::<Vec<_>>().join(",")),
            }
        }
    };
    assert_eq!(answer, expect, "{definition} {value}");
    // What the field answers, it takes again.
    if let Json::Array(wire) = &answer {
        let again = kind.parse(&wire[0]).unwrap();
        assert_eq!(kind.render(&again), wire[0], "{definition} {value}");
    }
}

fn rows(definition: Json, rows: &[(Json, Json)]) {
    for (value, expect) in rows {
        check(&definition, value.clone(), expect.clone());
    }
    check(&definition, Json::Null, json!([null]));
}

const BAD: &str = "invalid_field_value";

#[test]
fn no_pattern_takes_for_ever() {
    // Engines that try one way after the other would not come back from these.
    for pattern in ["^(a+)+$", "^(a|aa)+$", "^(.*a){20}$", "^([a-z]+)*!$"] {
        let text = "a".repeat(2_000) + "B";
        let definition = json!({"type": "text", "max": 4000, "pattern": pattern});
        check(&definition, json!(text), json!("pattern_mismatch"));
    }
}

#[test]
fn texts() {
    rows(
        json!({"type": "text", "min": 2, "max": 4, "pattern": "^[a-z上海]+$"}),
        &[
            (json!("abc"), json!(["abc"])),
            (json!("上海"), json!(["上海"])),
            (json!("a"), json!("too_short")),
            (json!("abcde"), json!("too_long")),
            (json!("ABC"), json!("pattern_mismatch")),
            (json!("a\nb"), json!("pattern_mismatch,pattern_mismatch")),
            (json!("a\u{0}b"), json!(BAD)),
            (json!(5), json!(BAD)),
            (json!(["a"]), json!(BAD)),
        ],
    );
    rows(json!({"type": "text"}), &[(json!("x".repeat(256)), json!("too_long")), (json!(""), json!([""]))]);
    rows(
        json!({"type": "long_text", "max": 5}),
        &[(json!("a\nb"), json!(["a\nb"])), (json!("abcdef"), json!("too_long"))],
    );
    rows(json!({"type": "rich_text"}), &[(json!("**a**"), json!(["**a**"])), (json!(1), json!(BAD))]);
    rows(
        json!({"type": "barcode"}),
        &[(json!("690-1"), json!(["690-1"])), (json!("a\tb"), json!("pattern_mismatch"))],
    );
    rows(
        json!({"type": "color"}),
        &[(json!("#1F6feb"), json!(["#1F6feb"])), (json!("red"), json!("pattern_mismatch"))],
    );
    rows(
        json!({"type": "autonumber", "pattern": "Q-{seq:4}"}),
        &[(json!("Q-0007"), json!(["Q-0007"])), (json!(7), json!(BAD))],
    );
}

#[test]
fn numbers() {
    let range = "number_out_of_range";
    rows(
        json!({"type": "integer", "min": -5, "max": 100}),
        &[
            (json!(7), json!([7])),
            (json!(7.0), json!([7])),
            (json!(7.5), json!(BAD)),
            (json!("7"), json!(BAD)),
            (json!(-6), json!("too_small")),
            (json!(101), json!("too_big")),
            (json!(u64::MAX), json!(range)),
            (json!(1e300), json!(BAD)),
        ],
    );
    rows(
        json!({"type": "decimal", "scale": 2, "min": "-1.5"}),
        &[
            (json!("12.345"), json!(["12.35"])),
            (json!("-0.005"), json!(["-0.01"])),
            (json!(0.1), json!(["0.1"])),
            (json!(12), json!(["12"])),
            (json!("1e2"), json!(["100"])),
            (json!("-2"), json!("too_small")),
            (json!("9999999999999999.99"), json!(["9999999999999999.99"])),
            (json!("10000000000000000"), json!(range)),
            (json!(0.1234567890123456), json!(BAD)),
            (json!("1,5"), json!(BAD)),
            (json!("NaN"), json!(BAD)),
            (json!(""), json!(BAD)),
            (json!(true), json!(BAD)),
        ],
    );
    rows(
        json!({"type": "money", "currency": "CNY", "min": 0}),
        &[
            (json!("1234.5"), json!(["1234.50"])),
            (json!(1234), json!(["1234.00"])),
            (json!("0.005"), json!(["0.01"])),
            (json!("-0.01"), json!("too_small")),
        ],
    );
    rows(
        json!({"type": "money", "currency": "JPY"}),
        &[(json!("1234.5"), json!(["1235"])), (json!(0), json!(["0"]))],
    );
    rows(json!({"type": "money", "currency": "KWD"}), &[(json!("1.2345"), json!(["1.235"]))]);
    rows(json!({"type": "money"}), &[(json!("1"), json!(["1.00"]))]);
    rows(
        json!({"type": "percent", "max": 100}),
        &[
            (json!("30"), json!(["30"])),
            (json!("12.50"), json!(["12.5"])),
            (json!("100.0001"), json!("too_big")),
        ],
    );
    rows(
        json!({"type": "rating"}),
        &[(json!(5), json!([5])), (json!(6), json!("too_big")), (json!(-1), json!("too_small"))],
    );
    rows(
        json!({"type": "boolean"}),
        &[(json!(true), json!([true])), (json!("true"), json!(BAD)), (json!(1), json!(BAD))],
    );
}

#[test]
fn times() {
    rows(
        json!({"type": "date"}),
        &[
            (json!("2026-03-31"), json!(["2026-03-31"])),
            (json!("2024-02-29"), json!(["2024-02-29"])),
            (json!("2026-02-29"), json!(BAD)),
            (json!("2026-3-1"), json!(BAD)),
            (json!("2026-03-31T00:00:00Z"), json!(BAD)),
            (json!(20260331), json!(BAD)),
        ],
    );
    rows(
        json!({"type": "datetime"}),
        &[
            (json!("2026-03-31T09:00:00+08:00"), json!(["2026-03-31T01:00:00Z"])),
            (json!("2026-03-31T01:00:00.1234567Z"), json!(["2026-03-31T01:00:00.123456Z"])),
            (json!("2026-03-31T09:00:00"), json!(BAD)),
            (json!("2026-03-31"), json!(BAD)),
        ],
    );
    rows(
        json!({"type": "time"}),
        &[
            (json!("09:30"), json!(["09:30:00"])),
            (json!("23:59:59"), json!(["23:59:59"])),
            (json!("24:00"), json!(BAD)),
            (json!("9:30"), json!(BAD)),
        ],
    );
    rows(
        json!({"type": "duration", "min": "1m", "max": "2h"}),
        &[
            (json!(90), json!([90])),
            (json!("1h 30m"), json!([5400])),
            (json!("30s"), json!("too_small")),
            (json!("3h"), json!("too_big")),
            (json!("1 week"), json!(BAD)),
            (json!("1h30"), json!(BAD)),
            (json!(i64::MAX), json!(BAD)),
        ],
    );
}

#[test]
fn choices() {
    let options = json!({"a": {}, "b": {"retired": true}});
    rows(
        json!({"type": "select", "options": options}),
        &[
            (json!("a"), json!(["a"])),
            (json!("b"), json!(["b"])),
            (json!("c"), json!("unknown_option")),
            (json!(1), json!(BAD)),
        ],
    );
    rows(
        json!({"type": "multi_select", "options": ["a", "b", "c"], "max": 2}),
        &[
            (json!(["a", "b"]), json!([["a", "b"]])),
            (json!(["a", "a"]), json!([["a"]])),
            (json!([]), json!([[]])),
            (json!(["a", "z"]), json!("unknown_option")),
            (json!(["a", "b", "c"]), json!("too_many_children")),
            (json!("a"), json!(BAD)),
            (json!([null]), json!(BAD)),
        ],
    );
}

#[test]
fn contacts() {
    rows(
        json!({"type": "email"}),
        &[
            (json!("li.wei@example.com"), json!(["li.wei@example.com"])),
            (json!("李@例子.公司"), json!(["李@例子.公司"])),
            (json!("a@b"), json!("pattern_mismatch")),
            (json!("a b@example.com"), json!("pattern_mismatch")),
            (json!("a@b@example.com"), json!("pattern_mismatch")),
            (json!("@example.com"), json!("pattern_mismatch")),
        ],
    );
    rows(
        json!({"type": "email", "multiple": true}),
        &[
            (json!(["a@example.com", "b@example.com"]), json!([["a@example.com", "b@example.com"]])),
            (json!(["a@example.com", "x"]), json!("pattern_mismatch")),
            (json!("a@example.com"), json!(BAD)),
        ],
    );
    rows(
        json!({"type": "phone"}),
        &[
            (json!("+86 21 5555 0100"), json!(["+86 21 5555 0100"])),
            (json!("(021) 5555-0100 转 12"), json!(["(021) 5555-0100 转 12"])),
            (json!("12"), json!("pattern_mismatch")),
            (json!("call me"), json!("pattern_mismatch")),
            (json!(13_800_000_000_i64), json!(BAD)),
        ],
    );
    rows(
        json!({"type": "url"}),
        &[
            (json!("https://例子.cn/a?b=c"), json!(["https://例子.cn/a?b=c"])),
            (json!("javascript:alert(1)"), json!("pattern_mismatch")),
            (json!("https://"), json!("pattern_mismatch")),
            (json!("https://a b"), json!("pattern_mismatch")),
        ],
    );
    rows(
        json!({"type": "address"}),
        &[
            (json!({"city": "上海", "country": "CN"}), json!([{"country": "CN", "city": "上海"}])),
            (json!({"city": "", "street": null}), json!([null])),
            (json!({"town": "x"}), json!(BAD)),
            (json!({"city": 5}), json!(BAD)),
            (json!("上海"), json!(BAD)),
        ],
    );
    rows(
        json!({"type": "geo"}),
        &[
            (json!({"lat": "31.23040", "lng": 121.4737}), json!([{"lat": "31.2304", "lng": "121.4737"}])),
            (json!({"lat": 91, "lng": 0}), json!(BAD)),
            (json!({"lat": 1}), json!(BAD)),
        ],
    );
    rows(
        json!({"type": "json"}),
        &[(json!({"a": [1, "x"]}), json!([{"a": [1, "x"]}])), (json!(5), json!([5]))],
    );
}

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

#[test]
fn references() {
    let one = json!([{"id": ID}]);
    for definition in
        [json!({"type": "reference", "to": "a"}), json!({"type": "user"}), json!({"type": "department"})]
    {
        rows(
            definition,
            &[
                (json!(ID), one.clone()),
                (json!({"id": ID}), one.clone()),
                (json!({"id": ID, "title": "x"}), one.clone()),
                (json!({"by": {"number": "7"}}), json!(BAD)),
                (json!({"id": ID, "name": "x"}), json!(BAD)),
                (json!("7"), json!(BAD)),
                (json!(7), json!(BAD)),
            ],
        );
    }
    rows(
        json!({"type": "reference", "to": "any"}),
        &[
            (json!({"object": "crm.account", "id": ID}), json!([{"object": "crm.account", "id": ID}])),
            (json!({"id": ID}), json!(BAD)),
            (json!(ID), json!(BAD)),
        ],
    );
    rows(
        json!({"type": "user", "multiple": true}),
        &[(json!([ID, {"id": ID}]), json!([[{"id": ID}]])), (json!(ID), json!(BAD))],
    );
    rows(
        json!({"type": "references", "to": "a"}),
        &[(json!([{"id": ID, "role": "x"}]), json!([[{"id": ID, "role": "x"}]])), (json!([5]), json!(BAD))],
    );
    rows(
        json!({"type": "children", "of": "a", "via": "b"}),
        &[
            (json!([{"qty": 1}]), json!([[{"qty": 1}]])),
            (json!({"create": [{}], "delete": [ID]}), json!([{"create": [{}], "delete": [ID]}])),
            (json!({"add": []}), json!(BAD)),
            (json!([1]), json!(BAD)),
        ],
    );
}

#[test]
fn inputs_of_references() {
    use definition::field::{ReferenceEntry, ReferenceInput};
    let read = |json: Json, any: bool| ReferenceInput::read(&json, any).ok();
    assert_eq!(read(Json::Null, false), Some(ReferenceInput::Null));
    let by = read(json!({"by": {"number": "Q-7"}}), false);
    assert!(matches!(by, Some(ReferenceInput::By { object: None, keys }) if keys["number"] == "Q-7"));
    let by = read(json!({"object": "crm.quote", "by": {"number": "Q-7"}}), true);
    assert!(matches!(by, Some(ReferenceInput::By { object: Some(object), .. }) if object == "crm.quote"));
    assert_eq!(read(json!({"by": {}}), false), None);
    assert_eq!(read(json!({"id": ID, "by": {"a": 1}}), false), None);
    let entry = ReferenceEntry::read(&json!({"id": ID, "role": "decider"})).unwrap();
    assert_eq!(entry.attributes, *json!({"role": "decider"}).as_object().unwrap());
}

#[test]
fn cells_of_a_table() {
    let rows = [
        (json!({"type": "integer"}), "7", json!(7)),
        (json!({"type": "boolean"}), "true", json!(true)),
        (json!({"type": "money"}), "1234.5", json!("1234.50")),
        (json!({"type": "multi_select", "options": ["a", "b"]}), "a; b", json!(["a", "b"])),
        (
            json!({"type": "email", "multiple": true}),
            "a@example.com;b@example.com",
            json!(["a@example.com", "b@example.com"]),
        ),
        (json!({"type": "phone"}), "021; 5", json!("021; 5")),
        (json!({"type": "date"}), "2026-03-31", json!("2026-03-31")),
        (json!({"type": "rating"}), "3", json!(3)),
        (json!({"type": "json"}), "{\"a\": 1}", json!({"a": 1})),
        (json!({"type": "text"}), "", Json::Null),
        (json!({"type": "integer"}), "", Json::Null),
    ];
    for (definition, text, expect) in rows {
        let field = field(definition.clone());
        let kind = field.kind.kind();
        assert_eq!(kind.render(&kind.parse_text(text).unwrap()), expect, "{definition} {text}");
    }
}

/// A small definition of every type.
fn every_type() -> Vec<FieldType> {
    let own = |name: &str| match name {
        "select" | "multi_select" => json!({"options": ["a"]}),
        "reference" | "references" => json!({"to": "a"}),
        "children" => json!({"of": "a", "via": "b"}),
        "autonumber" => json!({"pattern": "{seq}"}),
        _ => json!({}),
    };
    let make = |name: &&str| {
        let mut definition = own(name);
        definition["type"] = json!(name);
        field(definition).kind
    };
    FieldType::NAMES.iter().map(make).collect()
}

#[test]
fn every_type_has_a_schema_a_widget_and_a_column() {
    for kind in every_type() {
        let name = kind.name();
        let kind = kind.kind();
        assert!(jsonschema::meta::is_valid(&kind.json_schema()), "{name}");
        assert!(!kind.widget().is_empty(), "{name}");
        assert_eq!(kind.column().is_none(), matches!(name, "children" | "references"), "{name}");
    }
}

#[test]
fn wire_forms_fit_the_schema() {
    let rows = [
        (json!({"type": "money"}), json!("1234.5")),
        (json!({"type": "decimal", "scale": 0}), json!("5")),
        (json!({"type": "percent"}), json!("-12.5")),
        (json!({"type": "date"}), json!("2026-03-31")),
        (json!({"type": "datetime"}), json!("2026-03-31T09:00:00+08:00")),
        (json!({"type": "select", "options": ["a"]}), json!("a")),
        (json!({"type": "reference", "to": "a"}), json!({"id": ID})),
        (json!({"type": "address"}), json!({"city": "x"})),
        (json!({"type": "geo"}), json!({"lat": "1", "lng": "2"})),
        (json!({"type": "user", "multiple": true}), json!([ID])),
    ];
    for (definition, value) in rows {
        let field = field(definition.clone());
        let kind = field.kind.kind();
        let wire = kind.render(&kind.parse(&value).unwrap());
        assert!(jsonschema::is_valid(&kind.json_schema(), &wire), "{definition} {wire}");
    }
}

#[test]
fn encrypted_values_are_text_in_the_table_and_masked() {
    use definition::field::Mask;
    let field = field(json!({"type": "phone", "encrypted": true, "mask": "last4"}));
    assert_eq!(field.column(), Some(ColumnType::Text));
    assert_eq!(Mask::Last4.apply("6222000011112222"), "****2222");
    assert_eq!(Mask::First3Last4.apply("13800001234"), "138****1234");
    assert_eq!(Mask::Last4.apply("1234"), "****");
    assert_eq!(Mask::All.apply("1234567"), "****");
}

#[test]
fn refusals_speak_three_languages() {
    let field = field(json!({"type": "date"}));
    let found = field.kind.kind().parse(&json!("x")).unwrap_err().with("field", "due");
    assert_eq!(found.render(Locale::En), "`due` must be a day such as 2026-03-31");
    assert_eq!(found.render(Locale::ZhCn), "`due` 必须是日期，例如 2026-03-31");
    assert_eq!(found.render(Locale::ZhTw), "`due` 必須是日期，例如 2026-03-31");
}

#[test]
fn numbers_are_built_of_parts() {
    use definition::field::{AutonumberField, NumberPart};
    let parts = |pattern: &str| AutonumberField { pattern: pattern.to_owned() }.parts();
    assert_eq!(
        parts("OPP-{yyyy}{mm}-{account.code}-{seq:4}").unwrap(),
        [
            NumberPart::Literal("OPP-".to_owned()),
            NumberPart::Year,
            NumberPart::Month,
            NumberPart::Literal("-".to_owned()),
            NumberPart::Field("account.code".to_owned()),
            NumberPart::Literal("-".to_owned()),
            NumberPart::Sequence(4),
        ]
    );
    for wrong in ["OPP", "{seq}{seq}", "{seq:0}", "{seq:x}", "{seq", "{A}{seq}"] {
        assert!(parts(wrong).is_err(), "{wrong}");
    }
}
