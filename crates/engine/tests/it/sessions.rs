//! Sessions: how long they live, and what their use costs.

use crate::site::{Site, on_each, refusal};
use chrono::TimeDelta;
use engine::identity::{SessionKind, SignIn};
use storage::store::session as table;
use uuid::Uuid;

const PASSWORD: &str = "correct horse battery";

async fn last_use(site: &Site, user: Uuid) -> chrono::DateTime<chrono::Utc> {
    table::list(&site.engine.database().reader(), user).await.unwrap()[0].last_used_at
}

#[test]
fn a_session_lives_while_it_is_used_at_the_cost_of_a_write_in_minutes() {
    on_each(async |site| {
        let ann = site.user("ann", &[], None).await.actor.id;
        site.engine.set_password(ann, "ann", PASSWORD, false).await.unwrap();
        let token = site.engine.sign_in(SignIn::new("ann", PASSWORD)).await.unwrap().token;
        let begun = last_use(&site, ann).await;
        site.clock.advance(TimeDelta::minutes(4));
        for _ in 0..50 {
            site.engine.authenticate(&token).await.unwrap();
        }
        assert_eq!(last_use(&site, ann).await, begun, "a use shortly after another is not written down");
        // Eleven hours a time, far beyond the twelve of the first: each use makes it live on.
        for _ in 0..4 {
            site.clock.advance(TimeDelta::hours(11));
            let session = site.engine.authenticate(&token).await.unwrap();
            assert_eq!(session.expires_at, Some(site.engine.now() + TimeDelta::hours(12)));
            for _ in 0..200 {
                if last_use(&site, ann).await == site.engine.now() {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            assert_eq!(last_use(&site, ann).await, site.engine.now());
        }
        site.clock.advance(TimeDelta::hours(13));
        assert_eq!(refusal(site.engine.authenticate(&token).await), "unauthenticated");
        // However much it is used, it ends.
        let token = site.engine.sign_in(SignIn::new("ann", PASSWORD)).await.unwrap().token;
        for _ in 0..72 {
            site.clock.advance(TimeDelta::hours(10));
            if site.engine.authenticate(&token).await.is_err() {
                break;
            }
        }
        site.clock.advance(TimeDelta::minutes(10));
        assert_eq!(refusal(site.engine.authenticate(&token).await), "unauthenticated");
    });
}

#[test]
fn what_has_ended_is_removed() {
    on_each(async |site| {
        let engine = &site.engine;
        let ann = site.user("ann", &[], None).await.actor.id;
        engine.set_password(ann, "ann", PASSWORD, false).await.unwrap();
        engine.sign_in(SignIn::new("ann", PASSWORD)).await.unwrap();
        engine.sign_in(SignIn::new("nobody", PASSWORD)).await.unwrap_err();
        let rows = async |table: &str| {
            let tx = engine.database().reader();
            tx.rows(format!("select last_at from {table}"), vec![]).await.map_or(0, |rows| rows.len())
        };
        engine.sweep().await.unwrap();
        assert_eq!(
            (rows("sys_attempt").await, engine.held(ann, SessionKind::Session).await.unwrap().len()),
            (1, 1)
        );
        site.clock.advance(TimeDelta::hours(25));
        engine.sweep().await.unwrap();
        assert_eq!(rows("sys_attempt").await, 0);
        let tx = engine.database().reader();
        assert!(table::list(&tx, ann).await.unwrap().is_empty());
    });
}
