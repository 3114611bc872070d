//! check, plan, apply, pack.

use crate::Site;
use serde_json::json;

#[test]
fn a_new_pack_is_checked_planned_applied_and_changed() {
    let site = Site::new();
    site.run(&["pack", "new", "fleet"]).is(0, &[]).says(&["lifeloom check ./fleet"]);
    site.run(&["check", "fleet"]).is(0, &[]).says(&["no errors", "fleet 0.1.0", "base"]);
    // Looking makes nothing.
    site.run(&["plan", "fleet"]).is(0, &[]).says(&["pack fleet: new, 0.1.0", "create table"]);
    assert!(!site.path("data").exists());
    // Nobody can be asked, so nothing is done.
    site.run(&["apply", "fleet"]).is(2, &["--yes"]);
    site.run(&["apply", "fleet", "--yes"]).is(0, &[]).says(&["published as number 1"]);
    site.run(&["apply", "fleet", "--yes"]).is(0, &[]).says(&["nothing to change"]);
    site.edit("fleet/objects/request.yaml", "  needed_on:", "  urgent: {type: boolean}\n  needed_on:");
    let plan = site.run(&["plan", "fleet", "--format", "json"]).is(0, &[]).json();
    assert_eq!(plan["files"], json!(["~ fleet/objects/request.yaml"]));
    assert!(plan["statements"][0].as_str().is_some_and(|sql| sql.contains("urgent")), "{plan}");
    site.run(&["apply", "fleet", "--yes"]).is(0, &[]).says(&["published as number 2"]);
    site.edit("fleet/pack.yaml", "0.1.0", "0.0.9");
    site.run(&["apply", "fleet", "--yes"]).is(1, &["error[lower_version]"]);
}

#[test]
fn findings_name_file_line_and_column() {
    let site = Site::new();
    site.run(&["pack", "new", "fleet"]).is(0, &[]);
    site.edit("fleet/objects/request.yaml", "required: true, min: 1", "requierd: true, min: 1");
    site.write("fleet/objets/van.yaml", "kind: object");
    let expect = [
        "fleet/objects/request.yaml:",
        "error[unknown_key]: unknown key `requierd` (did you mean `required`?)",
        "fleet/objets/van.yaml: error[stray_file]",
        "did you mean `objects`?",
    ];
    site.run(&["check", "fleet"]).is(1, &expect);
    // The same place is named when the pack is found by the engine, not by the check.
    site.run(&["plan", "fleet"]).is(1, &expect);
    site.run(&["check", "fleet", "--locale", "zh-CN"]).is(1, &["未知的键 `requierd`", "是否想写 `required`"]);
    let found = site.run(&["check", "fleet", "--format", "json"]).is(1, &[]).json();
    let errors = found["errors"].as_array().unwrap();
    let wrong = errors.iter().find(|error| error["code"] == "unknown_key").unwrap();
    assert_eq!(wrong["file"], "fleet/objects/request.yaml");
    assert!(wrong["line"].as_u64().is_some_and(|line| line > 1), "{wrong}");
}

#[test]
fn a_gap_in_a_decision_is_told_without_being_asked_for() {
    let site = Site::new();
    site.run(&["pack", "new", "fleet"]).is(0, &[]);
    let table = "kind: decision\nname: size\nhit: unique\ninputs: {amount: {type: integer, required: true, min: '0'}}\n\
                 outputs: {level: {type: text}}\nrules: [{when: {amount: '> 100'}, then: {level: high}}]\n";
    std::fs::create_dir_all(site.path("fleet/decisions")).unwrap();
    std::fs::write(site.path("fleet/decisions/size.yaml"), table).unwrap();
    site.run(&["check", "fleet"]).is(0, &[]).says(&[
        "fleet/decisions/size.yaml:",
        "warning: fleet.size: no rule holds for",
        "no errors",
    ]);
}

#[test]
fn required_packs_come_from_beside_or_from_the_binary() {
    let site = Site::new();
    site.run(&["pack", "new", "fleet", "--dir", "packs"]).is(0, &[]);
    site.run(&["pack", "new", "tours", "--dir", "packs"]).is(0, &[]);
    site.edit(
        "packs/tours/pack.yaml",
        "requires: {base: '>=1.0.0'}",
        "requires: {base: '>=1.0.0', fleet: '>=0.1'}",
    );
    site.run(&["check", "packs/tours"]).is(0, &[]).says(&["fleet 0.1.0", "tours 0.1.0", "base 1"]);
    site.run(&["check", "packs"]).is(0, &[]).says(&["fleet", "tours"]);
    site.run(&["check", "packs/tours/objects/request.yaml"]).is(0, &[]).says(&["tours"]);
    site.edit("packs/tours/pack.yaml", "fleet: '>=0.1'", "harbour: '>=0.1'");
    site.run(&["check", "packs/tours"]).is(1, &["harbour", "packs/tours/pack.yaml:"]);
    site.run(&["check", "crm"]).is(0, &[]).says(&["crm 1"]);
    site.run(&["check", "crn"])
        .is(1, &["error[pack_not_found]: pack `crn` was not found (did you mean `crm`?)"]);
}

#[test]
fn packs_are_listed_exported_and_removed() {
    let site = Site::with_fleet();
    site.run(&["pack", "list"]).is(0, &[]).says(&["fleet 0.1.0", "base 1", "crm  built in, not installed"]);
    site.run(&["pack", "install", "fleet", "--yes"]).is(2, &["lifeloom pack upgrade"]);
    site.run(&["pack", "export", "fleet", "--dir", "out"]).is(0, &[]);
    let text = |name: &str| std::fs::read_to_string(site.path(name)).unwrap();
    assert_eq!(text("out/fleet/objects/request.yaml"), text("fleet/objects/request.yaml"));
    site.run(&["pack", "remove", "fleet"]).is(2, &["--yes"]);
    site.run(&["pack", "remove", "fleet", "--yes"]).is(0, &[]);
    site.run(&["pack", "remove", "fleet", "--yes"]).is(1, &["error[pack_not_found]"]);
    site.run(&["purge", "--list"]).is(0, &[]).says(&["retired: fleet.request"]);
    site.run(&["purge"]).is(2, &["--yes"]);
    site.run(&["purge", "--yes"]).is(0, &[]).says(&["drop table"]);
    site.run(&["purge", "--list"]).is(0, &[]).says(&["nothing is retired"]);
}

#[test]
fn schemas_are_written() {
    let site = Site::new();
    site.run(&["schema", "--out", "schema"]).is(0, &[]).says(&["schemas in schema"]);
    let text = std::fs::read_to_string(site.path("schema/object.json")).unwrap();
    assert!(text.contains("json-schema.org"));
}
