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

#[test]
fn records_leave_as_csv_and_come_back() {
    let site = Site::with_fleet();
    let rows = "subject,quantity,price,category.code\n电钻,3,120.00,TOOL\n=1+1,1,,TRIP\n";
    site.write("requests.csv", rows);
    site.run(&["import", "fleet.request", "requests.csv"])
        .is(0, &[])
        .says(&["2 created, 0 changed, 0 refused"]);
    let out = site.run(&["export", "fleet.request", "--filter", "quantity == 1"]);
    out.is(0, &["1 records"]).says(&["number", "category.code", "'=1+1", "TRIP"]);
    site.run(&["export", "fleet.category", "--out", "categories.csv"]).is(0, &[]);
    site.edit("categories.csv", "工具", "五金工具");
    let again = site.run(&["import", "fleet.category", "categories.csv"]);
    again.is(0, &[]).says(&["0 created, 2 changed, 0 refused"]);
    site.run(&["export", "fleet.category"]).is(0, &[]).says(&["五金工具"]);
    site.write("wrong.csv", "subject,quantity\n螺丝,0\n螺母,2\n扳手,many\n");
    let wrong = site.run(&["import", "fleet.request", "wrong.csv"]);
    wrong
        .is(1, &["wrong.csv:2: error[too_small]", "wrong.csv:4: error["])
        .says(&["1 created, 0 changed, 2 refused"]);
    site.write("unknown.csv", "subjct\n螺丝\n");
    site.run(&["import", "fleet.request", "unknown.csv"])
        .is(1, &["unknown.csv:1:", "did you mean `subject`?"]);
}
