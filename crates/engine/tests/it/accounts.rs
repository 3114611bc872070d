//! Accounts: lock-out, second factors, resets, tokens, what ends sessions, and who may give what to whom.

use crate::site::{Site, on_each, open, refusal, update};
use chrono::TimeDelta;
use engine::handover::Order;
use engine::identity::password::verified;
use engine::identity::{NewToken, Origin, Session, SessionKind, SignIn, totp};
use engine::outbox::Mail;
use engine::records::Command;
use engine::{Engine, Identity};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::time::Duration;
use storage::secret::Secret;
use storage::store::{audit, effect, reset, session as table};
use uuid::Uuid;

const PASSWORD: &str = "correct horse battery";

async fn person(site: &Site, login: &str, roles: &[&str]) -> Arc<Identity> {
    let identity = site.user(login, roles, None).await;
    site.engine.set_password(identity.actor.id, login, PASSWORD, false).await.unwrap();
    identity
}

async fn sign_in(engine: &Engine, login: &str, password: &str) -> diagnostic::Result<Session> {
    let signed_in = engine.sign_in(SignIn::new(login, password)).await?;
    engine.authenticate(&signed_in.token).await
}

async fn with_otp(engine: &Engine, login: &str, otp: &str) -> String {
    let asked = SignIn { otp: Some(otp.to_owned()), ..SignIn::new(login, PASSWORD) };
    refusal(engine.sign_in(asked).await)
}

fn here() -> Origin {
    Origin { address: Some("192.0.2.1".into()), ..Origin::default() }
}

#[test]
fn a_login_rests_whether_anybody_has_it_or_not() {
    on_each(async |site| {
        person(&site, "ann", &[]).await;
        for login in ["ann", "nobody", "Not A Login"] {
            for attempt in 0..8 {
                let refused = site.engine.sign_in(SignIn::new(login, "wrong horse battery")).await;
                assert_eq!(refusal(refused), "invalid_credentials", "{login} {attempt}");
            }
            // Neither a wrong nor the right password is heard, in whatever letters the login is written.
            for password in ["wrong horse battery", PASSWORD] {
                for written in [login.to_owned(), login.to_uppercase()] {
                    let refused = site.engine.sign_in(SignIn::new(&written, password)).await.unwrap_err();
                    assert_eq!(refused.code.name(), "too_many_requests", "{written}");
                    assert!(refused.arguments.iter().any(|(key, value)| *key == "seconds" && value == "300"));
                }
            }
        }
        site.clock.advance(TimeDelta::minutes(6));
        assert!(sign_in(&site.engine, "ann", PASSWORD).await.is_ok());
        // One that was right begins the count anew.
        for _ in 0..7 {
            sign_in(&site.engine, "ann", "wrong horse battery").await.unwrap_err();
        }
        assert!(sign_in(&site.engine, "ann", PASSWORD).await.is_ok());
        for _ in 0..7 {
            sign_in(&site.engine, "ann", "wrong horse battery").await.unwrap_err();
        }
        assert!(sign_in(&site.engine, "ann", PASSWORD).await.is_ok());
        let told = audit::list(&site.engine.database().reader(), &audit::Filter::default(), None, 200)
            .await
            .unwrap();
        assert!(told.iter().any(|entry| entry.kind == "session.refused" && entry.detail["rests"] == true));
    });
}

/// Durations vary with what else the machine does; what is done does not.
#[test]
fn unknown_and_known_logins_cost_the_same() {
    on_each(async |site| {
        person(&site, "known", &[]).await;
        let mut done = Vec::new();
        for login in ["known", "unknown"] {
            let before = (verified(), written(&site).await);
            sign_in(&site.engine, login, "wrong horse battery").await.unwrap_err();
            let after = (verified(), written(&site).await);
            done.push((after.0 - before.0, after.1 - before.1));
        }
        assert_eq!(done[0], done[1], "passwords compared, audit rows written");
        assert_eq!(done[0], (1, 1));
    });
}

async fn written(site: &Site) -> usize {
    audit::list(&site.engine.database().reader(), &audit::Filter::default(), None, 200).await.unwrap().len()
}

#[test]
fn a_second_factor_is_asked_for_and_counts_once() {
    on_each(async |site| {
        let engine = &site.engine;
        let ann = person(&site, "ann", &[]).await.actor.id;
        let session = sign_in(engine, "ann", PASSWORD).await.unwrap();
        let refused = engine.begin_second_factor(&session, "wrong horse battery", &here()).await;
        assert_eq!(refusal(refused), "invalid_credentials");
        let begun = engine.begin_second_factor(&session, PASSWORD, &here()).await.unwrap();
        assert!(begun.uri.contains(&begun.secret) && begun.uri.starts_with("otpauth://totp/"));
        // Not in force before its first code.
        assert!(sign_in(engine, "ann", PASSWORD).await.is_ok());
        let secret = totp::from_base32(&begun.secret).unwrap();
        let code = |at: i64| totp::code_at(&secret, engine.now() + TimeDelta::seconds(at));
        assert_eq!(refusal(engine.confirm_second_factor(&session, "000000", &here()).await), "invalid_otp");
        let codes = engine.confirm_second_factor(&session, &code(0), &here()).await.unwrap();
        assert_eq!(codes.len(), 10);
        assert!(engine.has_second_factor(ann).await.unwrap());
        let again = engine.begin_second_factor(&session, PASSWORD, &here()).await;
        assert_eq!(refusal(again), "second_factor_exists");
        assert_eq!(refusal(engine.sign_in(SignIn::new("ann", PASSWORD)).await), "otp_required");
        // The code that put it into force is used up.
        assert_eq!(with_otp(engine, "ann", &code(0)).await, "invalid_credentials");
        assert_eq!(with_otp(engine, "ann", &code(30)).await, "done");
        assert_eq!(with_otp(engine, "ann", &code(30)).await, "invalid_credentials", "a replay");
        assert_eq!(with_otp(engine, "ann", &code(0)).await, "invalid_credentials", "an earlier one");
        site.clock.advance(TimeDelta::minutes(2));
        assert_eq!(with_otp(engine, "ann", &code(-90)).await, "invalid_credentials", "too old");
        // Of parallel uses of one code one wins.
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (engine, code) = (engine.clone(), code(0));
            running.spawn(async move { with_otp(&engine, "ann", &code).await });
        }
        let won = running.join_all().await.into_iter().filter(|outcome| outcome == "done").count();
        assert_eq!(won, 1);
        assert_eq!(with_otp(engine, "ann", &codes[0].to_uppercase()).await, "done", "a recovery code");
        assert_eq!(with_otp(engine, "ann", &codes[0]).await, "invalid_credentials", "which counts once");
        // Nothing of it lies in the database as it was shown.
        let tx = engine.database().reader();
        let kept = storage::store::factor::find(&tx, ann).await.unwrap().unwrap();
        assert!(!kept.secret.contains(&begun.secret) && kept.secret.starts_with("e1:"));
        assert_eq!(storage::store::factor::codes_left(&tx, ann).await.unwrap(), 9);
        // A wrong password tells nothing of the second factor.
        let wrong = SignIn { otp: Some(code(0)), ..SignIn::new("ann", "wrong horse battery") };
        assert_eq!(refusal(engine.sign_in(wrong).await), "invalid_credentials");
        let root = site.user("root", &["base.admin"], None).await;
        assert_eq!(
            refusal(engine.take_second_factor_away(&session.identity, ann, &here()).await),
            "not_permitted"
        );
        engine.take_second_factor_away(&root, ann, &here()).await.unwrap();
        assert!(sign_in(engine, "ann", PASSWORD).await.is_ok());
    });
}

#[test]
fn guessing_codes_leads_to_a_rest_too() {
    on_each(async |site| {
        let engine = &site.engine;
        person(&site, "ann", &[]).await;
        let session = sign_in(engine, "ann", PASSWORD).await.unwrap();
        let begun = engine.begin_second_factor(&session, PASSWORD, &here()).await.unwrap();
        let secret = totp::from_base32(&begun.secret).unwrap();
        engine.confirm_second_factor(&session, &totp::code_at(&secret, engine.now()), &here()).await.unwrap();
        for _ in 0..8 {
            assert_eq!(with_otp(engine, "ann", "abcdef").await, "invalid_credentials");
        }
        let right = totp::code_at(&secret, engine.now() + TimeDelta::seconds(30));
        assert_eq!(with_otp(engine, "ann", &right).await, "too_many_requests");
    });
}

/// What ends sessions, and which: sessions, tokens.
#[test]
fn what_closes_an_account_closes_its_sessions_everywhere_at_once() {
    on_each(async |site| {
        let (engine, system) = (&site.engine, site.engine.system());
        let other = open(&site.place, site.clock.clone()).await;
        let rows = ["reset", "suspension", "deletion", "role", "change"];
        for (index, what) in rows.into_iter().enumerate() {
            let login = format!("user{index}");
            let user = person(&site, &login, &["desk.clerk", "desk.head"]).await.actor.id;
            let browser = engine.sign_in(SignIn::new(&login, PASSWORD)).await.unwrap().token;
            let current = engine.sign_in(SignIn::new(&login, PASSWORD)).await.unwrap().token;
            let program = engine.make_token(user, "p", None, None).await.unwrap();
            for token in [&browser, &current, &program] {
                engine.authenticate(token).await.unwrap();
                other.authenticate(token).await.unwrap();
            }
            let session = engine.authenticate(&current).await.unwrap();
            match what {
                "reset" => engine.set_password(user, &login, "another good phrase", false).await.unwrap(),
                "change" => {
                    let new = "another good phrase";
                    engine.change_password(&session, PASSWORD, new, &here()).await.unwrap();
                }
                "suspension" => {
                    let change = update("base.user", user, json!({"active": false}));
                    drop(engine.write(&system, change).await.unwrap());
                }
                "deletion" => {
                    let precondition = plan::Precondition::Waived;
                    let delete = Command::Delete { object: "base.user".into(), id: user, precondition };
                    drop(engine.write(&system, delete).await.unwrap());
                }
                _ => {
                    // Not as an expression, where `user` is who asks.
                    let asked = [("user", user.to_string()), ("role", "desk.head".to_owned())];
                    let asked = asked.map(|(name, value)| (name.to_owned(), value));
                    let listed = engine.list(&system, "base.role_assignment", &asked).await.unwrap();
                    let listed: Vec<Json> = serde_json::from_slice(&listed.body).unwrap();
                    let roles = json!({"roles": {"delete": [listed[0]["id"]]}});
                    drop(engine.write(&system, update("base.user", user, roles)).await.unwrap());
                }
            }
            // [another session, the one that asked, a token]
            let lives = match what {
                "change" => [false, true, false],
                "role" => [false, false, true],
                _ => [false, false, false],
            };
            let tokens = [&browser, &current, &program];
            for (token, lives) in tokens.into_iter().zip(lives) {
                assert_eq!(engine.authenticate(token).await.is_ok(), lives, "{what}");
            }
            // Another process on the same database, within a second.
            tokio::time::sleep(Duration::from_millis(1000)).await;
            for (token, lives) in tokens.into_iter().zip(lives) {
                assert_eq!(other.authenticate(token).await.is_ok(), lives, "{what}, elsewhere");
            }
            if what == "role" {
                let left = engine.authenticate(&program).await.unwrap();
                assert!(!left.identity.actor.has_role("desk.head"), "a token keeps what is left");
            }
            if what == "suspension" {
                let back = update("base.user", user, json!({"active": true}));
                engine.write(&system, back).await.unwrap();
                for token in tokens {
                    // It does not rise again.
                    assert_eq!(refusal(engine.authenticate(token).await), "unauthenticated");
                }
            }
        }
        other.database().close().await.unwrap();
    });
}

#[test]
fn sessions_are_listed_and_ended() {
    on_each(async |site| {
        let engine = &site.engine;
        let ann = person(&site, "ann", &[]).await;
        let bob = person(&site, "bob", &[]).await;
        let first = sign_in(engine, "ann", PASSWORD).await.unwrap();
        let second = sign_in(engine, "ann", PASSWORD).await.unwrap();
        let user = ann.actor.id;
        let held = engine.held(user, SessionKind::Session).await.unwrap();
        assert_eq!(held.iter().map(|one| one.id).collect::<Vec<_>>(), [second.id, first.id]);
        let foreign = engine.revoke(&bob, bob.actor.id, (SessionKind::Session, first.id), &here()).await;
        assert_eq!(refusal(foreign), "not_found");
        let wrong_kind = engine.revoke(&ann, user, (SessionKind::Api, first.id), &here()).await;
        assert_eq!(refusal(wrong_kind), "not_found");
        engine.revoke(&ann, user, (SessionKind::Session, first.id), &here()).await.unwrap();
        assert_eq!(engine.held(user, SessionKind::Session).await.unwrap().len(), 1);
        sign_in(engine, "ann", PASSWORD).await.unwrap();
        engine.make_token(user, "p", None, None).await.unwrap();
        assert_eq!(engine.revoke_all(&ann, user, Some(second.id), false, &here()).await.unwrap(), 1);
        assert_eq!(engine.held(user, SessionKind::Session).await.unwrap().len(), 1);
        assert_eq!(engine.held(user, SessionKind::Api).await.unwrap().len(), 1);
        assert_eq!(engine.revoke_all(&ann, user, None, true, &here()).await.unwrap(), 2);
    });
}

#[test]
fn a_token_has_never_more_rights_than_its_owner() {
    on_each(async |site| {
        let engine = &site.engine;
        let ann = person(&site, "ann", &["desk.clerk"]).await;
        let session = sign_in(engine, "ann", PASSWORD).await.unwrap();
        let new = |roles: Option<&[&str]>, end: Option<i64>| NewToken {
            label: "t".into(),
            roles: roles.map(|roles| roles.iter().map(|role| Arc::from(*role)).collect()),
            expires_at: end.map(|hours| engine.now() + TimeDelta::hours(hours)),
        };
        let rows = [
            (new(Some(&["desk.head"]), None), "not_permitted roles"),
            (new(Some(&["base.admin"]), None), "not_permitted roles"),
            (new(None, Some(-1)), "invalid_body expires_at"),
            (new(Some(&["desk.clerk"]), Some(1)), "done"),
            (new(Some(&[]), None), "done"),
        ];
        for (new, expect) in rows {
            let shown = format!("{new:?}");
            assert_eq!(refusal(engine.create_token(&session, new, None, &here()).await), expect, "{shown}");
        }
        let made =
            engine.create_token(&session, new(Some(&["desk.clerk"]), Some(1)), None, &here()).await.unwrap();
        let token = made.token.unwrap();
        let program = engine.authenticate(&token).await.unwrap();
        let by_token = engine.create_token(&program, new(None, None), None, &here()).await;
        assert_eq!(refusal(by_token), "not_permitted", "a token makes no tokens");
        // A role that its owner gets later is none of a token that names its roles; one that goes is gone.
        let roles = json!({"roles": [{"role": "desk.head"}]});
        engine.write(&engine.system(), update("base.user", ann.actor.id, roles)).await.unwrap();
        let held: Vec<String> = engine
            .authenticate(&token)
            .await
            .unwrap()
            .identity
            .actor
            .roles
            .iter()
            .map(|r| r.to_string())
            .collect();
        assert_eq!(held, ["base.employee"]);
        site.clock.advance(TimeDelta::hours(2));
        assert_eq!(refusal(engine.authenticate(&token).await), "unauthenticated");
    });
}

async fn mails(site: &Site) -> Vec<Mail> {
    let now = site.engine.now();
    let claim = site
        .engine
        .database()
        .write(move |tx| async move { effect::claim(&tx, &["mail"], 50, TimeDelta::minutes(1), now).await });
    let secret = Secret::new("a key for tests");
    let taken = claim.await.unwrap();
    for effect in &taken {
        assert!(effect.payload["sealed"].is_string(), "what is in a mail lies sealed in the outbox");
    }
    taken.iter().map(|effect| Mail::of(effect, Some(&secret)).unwrap()).collect()
}

fn token_in(mail: &Mail) -> String {
    mail.text.split("#token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_forgotten_password_is_set_by_a_link_once() {
    on_each(async |site| {
        let engine = &site.engine;
        let ann = person(&site, "ann", &[]).await.actor.id;
        let email = update("base.user", ann, json!({"email": "ann@example.com", "locale": "en"}));
        engine.write(&engine.system(), email).await.unwrap();
        person(&site, "mailless", &[]).await;
        let session = sign_in(engine, "ann", PASSWORD).await.unwrap();
        let program = engine.make_token(ann, "p", None, None).await.unwrap();
        for login in ["ann", "nobody", "mailless"] {
            engine.ask_for_reset(login, &here()).await.unwrap();
            // A second request while the first waits is the same.
            engine.ask_for_reset(login, &here()).await.unwrap();
        }
        while engine.work_once("test").await.unwrap() > 0 {}
        let sent = mails(&site).await;
        assert_eq!(sent.len(), 1);
        assert_eq!(
            (sent[0].to.as_str(), sent[0].subject.as_str()),
            ("ann@example.com", "Reset your password")
        );
        assert!(sent[0].text.contains("https://desk.example/reset-password#token=llm_"), "{}", sent[0].text);
        let token = token_in(&sent[0]);
        for wrong in ["", "llm_00", &token[..token.len() - 1]] {
            let refused = engine.reset_password(wrong, "another good phrase", &here()).await;
            assert_eq!(refusal(refused), "invalid_reset_link");
        }
        let weak = engine.reset_password(&token, "short", &here()).await;
        assert!(refusal(weak).starts_with("weak_password"), "and the link stays");
        // Of parallel uses one wins.
        let mut running = tokio::task::JoinSet::new();
        for number in 0..4 {
            let (engine, token) = (engine.clone(), token.clone());
            let new = format!("another good phrase {number}");
            running.spawn(async move { (refusal(engine.reset_password(&token, &new, &here()).await), new) });
        }
        let outcomes = running.join_all().await;
        let won: Vec<&String> =
            outcomes.iter().filter(|(told, _)| told == "done").map(|(_, new)| new).collect();
        assert_eq!(won.len(), 1, "{outcomes:?}");
        assert!(sign_in(engine, "ann", won[0]).await.is_ok());
        assert!(sign_in(engine, "ann", PASSWORD).await.is_err());
        assert_eq!(refusal(engine.authenticate(&program).await), "unauthenticated");
        let tx = engine.database().reader();
        assert!(table::list(&tx, ann).await.unwrap().iter().all(|one| one.id != session.id));
        // A link ends by itself, and with a password that is set otherwise.
        for way in ["time", "password"] {
            engine.ask_for_reset("ann", &here()).await.unwrap();
            while engine.work_once("test").await.unwrap() > 0 {}
            let token = token_in(&mails(&site).await[0]);
            match way {
                "time" => site.clock.advance(TimeDelta::minutes(31)),
                _ => engine.set_password(ann, "ann", "yet another phrase", false).await.unwrap(),
            }
            let refused = engine.reset_password(&token, "another good phrase", &here()).await;
            assert_eq!(refusal(refused), "invalid_reset_link", "{way}");
        }
        // No box is filled: three links an hour.
        for _ in 0..3 {
            engine.ask_for_reset("ann", &here()).await.unwrap();
            while engine.work_once("test").await.unwrap() > 0 {}
        }
        let lately = reset::made_since(&tx, ann, engine.now() - TimeDelta::hours(1)).await.unwrap();
        assert_eq!(lately, 3);
    });
}

/// An administrator of people who is none of anything else.
async fn delegate(site: &Site) -> Arc<Identity> {
    let mut pack = crate::packs::desk("1.1.0");
    let role = "kind: role\nname: people\nobjects:\n  base.user: {create: true, read: all, update: all, delete: all}\n  base.role_assignment: {create: true, read: all, update: all, delete: all}\n";
    pack.files.push(("roles/people.yaml".to_owned(), role.to_owned()));
    site.apply(vec![pack]).await;
    site.user("dora", &["desk.people", "desk.clerk"], None).await
}

#[test]
fn nobody_gives_or_takes_what_he_lacks() {
    on_each(async |site| {
        let dora = delegate(&site).await;
        let (engine, me) = (&site.engine, dora.actor.id);
        let chief = site.user("chief", &["base.admin"], None).await.actor.id;
        let head = site.user("head", &["desk.head"], None).await.actor.id;
        let clerk = site.user("clerk", &["desk.clerk"], None).await.actor.id;
        let assign = |user: Uuid, role: &str| Command::Create {
            object: "base.role_assignment".into(),
            body: json!({"user": user, "role": role}),
        };
        let user = |id: Uuid, body: Json| update("base.user", id, body);
        let new = |login: &str, role: &str| Command::Create {
            object: "base.user".into(),
            body: json!({"login": login, "name": "N", "roles": [{"role": role}]}),
        };
        let delete = |id: Uuid| Command::Delete {
            object: "base.user".into(),
            id,
            precondition: plan::Precondition::Waived,
        };
        let rows = [
            (assign(me, "base.admin"), "not_permitted role"),
            (assign(clerk, "desk.head"), "not_permitted role"),
            (assign(head, "desk.clerk"), "done"),
            (user(me, json!({"roles": {"create": [{"role": "base.admin"}]}})), "not_permitted role"),
            (user(head, json!({"roles": []})), "not_permitted role"),
            (new("n1", "desk.head"), "not_permitted role"),
            (new("n2", "desk.clerk"), "done"),
            // A foreign address would receive the link that resets the password.
            (user(chief, json!({"email": "dora@example.com"})), "not_permitted roles"),
            (user(head, json!({"login": "other"})), "not_permitted roles"),
            (user(chief, json!({"active": false})), "not_permitted roles"),
            (user(chief, json!({"title": "Chief"})), "done"),
            (user(clerk, json!({"email": "clerk@example.com"})), "done"),
            (delete(chief), "not_permitted roles"),
            (delete(clerk), "done"),
        ];
        for (command, expect) in rows {
            let shown = format!("{command:?}");
            assert_eq!(refusal(engine.write(&dora, command).await), expect, "{shown}");
        }
    });
}

#[test]
fn of_many_first_administrators_one_is_made() {
    on_each(async |site| {
        let other = open(&site.place, site.clock.clone()).await;
        let mut running = tokio::task::JoinSet::new();
        for number in 0..50 {
            let engine = if number % 2 == 0 { site.engine.clone() } else { other.clone() };
            let login = if number % 5 == 0 { "admin" } else { "chief" };
            running.spawn(async move {
                engine.first_administrator(login, Some(PASSWORD)).await.unwrap().is_some()
            });
        }
        let made = running.join_all().await.into_iter().filter(|made| *made).count();
        assert_eq!(made, 1);
        let holders =
            site.count(&site.engine.system(), "base.role_assignment", "role == \"base.admin\"").await;
        assert_eq!(holders, 1);
        assert!(site.engine.first_administrator("admin", None).await.unwrap().is_none());
        other.database().close().await.unwrap();
    });
}

#[test]
fn a_leaver_hands_everything_over() {
    on_each(async |site| {
        let engine = &site.engine;
        let root = site.user("root", &["base.admin"], None).await;
        let (lee, sue) = (
            site.user("lee", &["desk.clerk", "desk.head"], None).await,
            site.user("sue", &["desk.clerk"], None).await,
        );
        let (from, to) = (lee.actor.id, sue.actor.id);
        let report = site.user("rob", &["desk.clerk"], None).await;
        engine.write(&root, update("base.user", report.actor.id, json!({"manager": from}))).await.unwrap();
        engine.write(&root, update("base.user", to, json!({"manager": from}))).await.unwrap();
        let department = json!({"code": "desk", "name": "Desk", "head": from});
        let department = site.create(&root, "base.department", department).await.id();
        for number in 0..250 {
            let body = json!({"subject": format!("R{number}"), "lines": []});
            site.create(&lee, "desk.request", body).await;
        }
        // An approval that waits for the leaver, who is the only one of that role.
        let id = site.request(&report, "A").await;
        let mv = |name: &str| crate::site::make_move("desk.request", id, name);
        engine.write(&report, mv("check")).await.unwrap();
        let parked = engine.write(&report, mv("approve")).await.unwrap().parked.unwrap();
        let order = Order { from, to, deactivate: true };
        let ask = |order: Order| engine::requests::Asked {
            request: engine::requests::Request::HandOver(order),
            key: None,
            id: "test".into(),
            address: None,
        };
        assert_eq!(refusal(engine.perform(&sue, ask(order.clone())).await), "not_permitted");
        for wrong in [from, Uuid::now_v7()] {
            let wrong = Order { to: wrong, ..order.clone() };
            assert_eq!(refusal(engine.perform(&root, ask(wrong)).await), "reference_not_found to");
        }
        let engine::requests::Done::Job(job) = engine.perform(&root, ask(order.clone())).await.unwrap()
        else {
            panic!("a job does it");
        };
        assert_eq!(refusal(engine.perform(&root, ask(order)).await), "handover_running");
        while engine.work_once("test").await.unwrap() > 0 {}
        let told = engine.job(&root, job).await.unwrap();
        assert_eq!(told["state"], "done", "{told}");
        let result = &told["result"];
        let moved = json!({"base.department": 1, "base.user": 2, "desk.request": 250});
        assert_eq!(result["records"], moved, "{told}");
        assert_eq!((&result["tasks"], &result["failed"]), (&json!(1), &json!([])));
        assert_eq!(site.count(&root, "desk.request", &format!("owner == \"{from}\"")).await, 0);
        let seen = site.record(&root, "base.user", to).await.unwrap();
        assert_eq!(seen["manager"], Json::Null, "nobody leads himself");
        let seen = site.record(&root, "base.department", department).await.unwrap();
        assert_eq!(seen["head"]["id"], json!(to));
        assert_eq!(refusal(engine.identity(from, None).await), "unauthenticated");
        // The successor decides in the leaver's place, and everything is told.
        let todo = engine.task_box(&sue, "todo", &Default::default(), None, 10).await.unwrap().entries;
        assert_eq!(todo.len(), 1);
        let task: Uuid = todo[0]["id"].as_str().unwrap().parse().unwrap();
        let kind = workflow::decision::DecisionKind::Approve;
        let action = engine::flow::decide::TaskAction::new(task, kind);
        engine.decide(&sue, action).await.unwrap();
        let log = engine.instance(&root, parked, diagnostic::Locale::En).await.unwrap()["log"].clone();
        let kinds: Vec<&str> =
            log.as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["started", "handed_over", "approved"]);
        let tx = engine.database().reader();
        let audit = audit::list(&tx, &audit::Filter::default(), None, 500).await.unwrap();
        let entry = audit.iter().find(|entry| entry.kind == "account.handed_over").unwrap();
        assert_eq!((entry.record, entry.actor), (Some(from), Some(root.actor.id)));
        let told = storage::store::history::list(&tx, "base.department", department, None, 50).await.unwrap();
        let by = Some(root.actor.id);
        assert!(told.iter().any(|change| change.changed.field == "head" && change.by == by));
    });
}
