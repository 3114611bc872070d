//! backup and restore.

use crate::Site;

#[test]
fn a_backup_restores_everything_into_an_empty_place() {
    let site = Site::with_fleet();
    site.run(&["user", "add", "chen.jie", "--name", "陈洁", "--roles", "fleet.member"]).is(0, &[]);
    site.run(&["backup", "all.backup"]).is(0, &["secret.key"]).says(&["rows of", "all.backup"]);
    site.run(&["backup", "all.backup"]).is(2, &["--yes"]);
    site.run(&["restore", "none.backup", "--data", "second"]).is(3, &["error[file_not_readable]"]);
    assert!(!site.path("second").exists());
    std::fs::create_dir(site.path("second")).unwrap();
    std::fs::copy(site.path("data/secret.key"), site.path("second/secret.key")).unwrap();
    site.run(&["restore", "all.backup", "--data", "second"]).is(0, &[]).says(&["restored"]);
    let users = |data: &str| site.run(&["user", "list", "--data", data]).is(0, &[]).out.clone();
    assert!(users("second").contains("陈洁"));
    assert_eq!(users("data"), users("second"));
    // What is there is not written over.
    let again = site.run(&["restore", "all.backup", "--data", "second"]);
    assert_ne!(again.code, 0);
    assert!(again.err.contains("not empty"), "{again:?}");
}

#[test]
fn a_backup_with_a_changed_byte_is_refused() {
    let site = Site::with_fleet();
    site.run(&["backup", "all.backup"]).is(0, &[]);
    site.edit("all.backup", "差旅", "差族");
    let refused = site.run(&["restore", "all.backup", "--data", "second"]);
    assert_ne!(refused.code, 0, "{refused:?}");
    site.run(&["user", "list", "--data", "second"]).is(3, &["nothing was published"]);
}
