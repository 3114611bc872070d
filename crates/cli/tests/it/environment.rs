//! Options from three places, and what the machine refuses.

use crate::Site;

#[test]
fn options_come_from_the_line_the_environment_and_the_file() {
    let site = Site::new();
    site.run(&["pack", "new", "fleet"]).is(0, &[]);
    site.write("lifeloom.toml", "data = \"from-file\"\nyes = true\n");
    site.run(&["apply", "fleet"]).is(0, &[]);
    assert!(site.path("from-file/lifeloom.db").exists());
    site.run_with(&["apply", "fleet"], &[("LIFELOOM_DATA", "from-environment")]).is(0, &[]);
    assert!(site.path("from-environment/lifeloom.db").exists());
    let environment = [("LIFELOOM_DATA", "from-environment"), ("LIFELOOM_FORMAT", "json")];
    let listed = site.run_with(&["pack", "list", "--data", "from-file"], &environment);
    listed.is(0, &[]).json();
    site.run_with(&["pack", "list", "--data", "nowhere"], &environment).is(3, &[]);
    site.write("lifeloom.toml", "data = \"x\"\ndatabse = \"y\"\n");
    let wrong = "lifeloom.toml:2:1: error[unknown_key]: unknown key `databse` (did you mean `database`?)";
    site.run(&["pack", "list"]).is(1, &[wrong]);
    site.run(&["pack", "list", "--config", "none.toml"]).is(3, &["none.toml"]);
}

#[test]
fn usage_errors_end_with_two() {
    let site = Site::new();
    for words in [&["chek"][..], &["check"], &["check", "--frmat", "json"], &["pack", "new", "Fleet"]] {
        assert_eq!(site.run(words).code, 2, "{words:?}");
    }
    site.run(&["--help"]).is(0, &[]).says(&["lifeloom.toml"]);
    for command in ["check", "plan", "apply", "backup", "restore", "purge", "worker"] {
        site.run(&[command, "--help"]).is(0, &[]).says(&["Example", &format!("lifeloom {command}")]);
    }
}

#[test]
fn what_the_machine_refuses_ends_with_three_and_changes_nothing() {
    let site = Site::new();
    site.run(&["user", "list"]).is(3, &["error[database_unavailable]", "lifeloom serve"]);
    assert!(!site.path("data").exists());
    site.run(&["user", "list", "--database", "mysql://x"])
        .is(3, &["error[invalid_configuration]", "postgres://"]);
    let nobody = "postgres://nobody@127.0.0.1:9/none";
    site.run(&["user", "list", "--database", nobody]).is(3, &["error[database_unavailable]"]);
    site.write("file", "no folder");
    site.run(&["apply", "base", "--yes", "--data", "file/data"]).is(3, &["file/data"]);
}

#[test]
fn a_foreign_key_of_encrypted_fields_is_refused() {
    let site = Site::with_fleet();
    std::fs::write(site.path("data/secret.key"), "another key altogether").unwrap();
    site.run(&["user", "list"]).is(3, &["error[invalid_configuration]", "secret.key", "LIFELOOM_SECRET"]);
}
