//! Options from three places, and what the machine refuses.

use crate::mounted::Disk;
use crate::server::Server;
use crate::{Ended, Site};
use std::path::Path;

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

/// Every command that works on a database.
const COMMANDS: [&[&str]; 17] = [
    &["serve", "--listen", "127.0.0.1:0"],
    &["worker"],
    &["plan", "base"],
    &["apply", "base", "--yes"],
    &["pack", "list"],
    &["pack", "install", "crm", "--yes"],
    &["pack", "remove", "crm", "--yes"],
    &["pack", "export", "base", "--dir", "out"],
    &["user", "list"],
    &["user", "add", "mei", "--name", "Mei"],
    &["export", "base.user"],
    &["import", "base.user", "users.csv"],
    &["demo", "load"],
    &["openapi"],
    &["purge", "--yes"],
    &["backup", "all.backup"],
    &["restore", "some.backup"],
];

/// The files that the commands read.
fn write_files(site: &Site) {
    site.write("users.csv", "login,name\nmei,Mei\n");
    site.write("some.backup", "{}\n");
}

/// Runs every command; each must end with 3 and these words, and leave nothing behind in the site's folder.
fn each_is_refused(site: &Site, environment: &[(&str, &str)], words: &[&str]) {
    write_files(site);
    let files = |folder: &Path| {
        let mut names: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = files(site.folder.path());
    for command in COMMANDS {
        let ended = site.run_with(command, environment);
        assert_eq!(ended.code, 3, "{command:?}: {ended:#?}");
        for word in words {
            assert!(ended.err.contains(word), "{command:?} does not say {word:?}: {ended:#?}");
        }
        assert_eq!(files(site.folder.path()), before, "{command:?}");
    }
}

#[test]
fn a_server_that_nobody_reaches_is_named_with_the_cure() {
    let site = Site::new();
    // Port 9 is that of a service which throws everything away, and is nowhere in use.
    let nobody = [("LIFELOOM_DATABASE", "postgres://nobody@127.0.0.1:9/none")];
    each_is_refused(&site, &nobody, &["error[database_unavailable]", "Start the database"]);
}

on_both! {
    fn a_database_of_a_later_version_is_left_alone(site: Site) {
        site.run(&["apply", "base", "--yes"]).is(0, &[]);
        let secret = std::fs::read(site.path("data/secret.key")).unwrap();
        site.age();
        each_is_refused(&site, &[], &["error[database_too_new]", "9999"]);
        assert_eq!(std::fs::read(site.path("data/secret.key")).unwrap(), secret);
    }
}

/// A site whose data folder is a disk of its own.
fn on_a_disk(size: &str) -> Option<(Site, Disk)> {
    let site = Site::new();
    let disk = Disk::mount(site.path("data"), size)?;
    Some((site, disk))
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let Some((site, disk)) = on_a_disk("64m") else { return };
    let refused = |ended: Ended| {
        ended.is(3, &["error[read_only_storage]", "Give the process write access"]);
    };
    // Before there is a database …
    disk.remount("ro");
    refused(site.run(&["apply", "base", "--yes"]));
    refused(site.run(&["serve", "--listen", "127.0.0.1:0"]));
    disk.remount("rw");
    site.run(&["apply", "base", "--yes"]).is(0, &[]);
    // … and when there is one.
    write_files(&site);
    disk.remount("ro");
    for command in COMMANDS {
        refused(site.run(command));
    }
    // A target that cannot be written is no different.
    disk.remount("rw");
    let target = Disk::mount(site.path("target"), "1m").unwrap();
    target.remount("ro");
    refused(site.run(&["backup", "target/all.backup"]));
    refused(site.run(&["export", "base.user", "--out", "target/users.csv"]));
    refused(site.run(&["openapi", "--out", "target/openapi.json"]));
    refused(site.run(&["schema", "--out", "target/schema"]));
    refused(site.run(&["pack", "export", "base", "--dir", "target"]));
    refused(site.run(&["pack", "new", "fleet", "--dir", "target"]));
    site.run(&["user", "list"]).is(0, &[]);
}

#[test]
fn a_full_disk_is_named_and_what_was_begun_goes_on_later() {
    let Some((site, disk)) = on_a_disk("300k") else { return };
    let full = &["error[disk_full]", "Free some space"];
    site.run(&["apply", "base", "--yes"]).is(3, full);
    site.run(&["serve", "--listen", "127.0.0.1:0"]).is(3, full);
    // With room the same command does what it could not do before.
    disk.remount("size=64m");
    site.run(&["pack", "new", "fleet"]).is(0, &[]);
    site.run(&["apply", "fleet", "--yes"]).is(0, &[]).says(&["published as number 1"]);
    site.write(
        "requests.csv",
        &format!("subject\n{}", (0..4000).map(|n| format!("R{n}\n")).collect::<String>()),
    );
    let used = used(&disk) / 1024;
    disk.remount(&format!("size={}k", used + 600));
    let before = site.shape();
    let told = site.run(&["apply", "crm", "--yes"]);
    told.is(3, full);
    assert_eq!(site.shape(), before, "a publish on a full disk changed something");
    site.run(&["import", "fleet.request", "requests.csv"]).is(3, full);
    // A backup beside it is nobody's half file.
    let target = Disk::mount(site.path("target"), "16k").unwrap();
    site.run(&["backup", "target/all.backup"]).is(3, full);
    assert_eq!(std::fs::read_dir(&target.path).unwrap().count(), 0);
    disk.remount("size=64m");
    site.run(&["apply", "crm", "--yes"]).is(0, &[]).says(&["published as number 2"]);
    let server = Server::serve(&site, &[]);
    server.admin().post("/records/fleet.request", &serde_json::json!({"subject": "last"})).is(201);
    assert_eq!(site.damage(), "ok");
}

/// Bytes that the files of a disk take.
fn used(disk: &Disk) -> u64 {
    let sizes = std::fs::read_dir(&disk.path).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    sizes.map(|size| size.div_ceil(4096) * 4096).sum()
}
