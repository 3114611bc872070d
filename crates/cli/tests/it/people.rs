//! user.

use crate::Site;
use serde_json::json;

#[test]
fn users_are_added_listed_and_given_tokens() {
    let site = Site::with_fleet();
    let add = ["user", "add", "chen.jie", "--name", "陈洁", "--roles", "fleet.member"];
    let added = site.run(&add);
    added.is(0, &[]).says(&["added chen.jie", "one-time password of chen.jie"]);
    site.run(&add).is(1, &["error[duplicate]"]);
    let unknown = ["user", "add", "li.na", "--name", "李娜", "--roles", "fleet.membre"];
    site.run(&unknown).is(1, &["role `fleet.membre` does not exist", "did you mean `fleet.member`?"]);
    let listed = site.run(&["user", "list", "--format", "json"]).is(0, &[]).json();
    let expect = json!([{"login": "chen.jie", "name": "陈洁", "active": true, "department": null, "roles": ["fleet.member"]}]);
    assert_eq!(listed["users"], expect);
    site.run(&["user", "role", "add", "chen.jie", "fleet.manager"]).is(0, &[]).says(&["fleet.manager"]);
    let fewer = site.run(&["user", "role", "remove", "chen.jie", "fleet.member", "--format", "json"]).json();
    assert_eq!(fewer["roles"], json!(["fleet.manager"]));
    let token = site.run(&["user", "token", "chen.jie", "--days", "1"]);
    token.is(0, &[]);
    assert!(token.out.trim().starts_with("llm_") && token.out.lines().count() == 1, "{token:?}");
    site.run(&["user", "token", "chen.ji"]).is(1, &["did you mean `chen.jie`?"]);
}

#[test]
fn passwords_come_from_standard_input_and_are_checked_first() {
    let site = Site::with_fleet();
    let add = ["user", "add", "boss", "--name", "Boss", "--password-stdin"];
    site.run_fed(&add, "short\n").is(1, &["error[weak_password]"]);
    let none = site.run(&["user", "list", "--format", "json"]).json();
    assert_eq!(none["users"], json!([]));
    site.run_fed(&add, "a long enough phrase\n").is(0, &[]).says(&["the password of boss is set"]);
    site.run_fed(&["user", "password", "boss", "--password-stdin"], "another long phrase\n").is(0, &[]);
    site.run(&["user", "password", "bos"]).is(1, &["user `bos` does not exist"]);
}
