//! Records out of and into CSV.

use crate::site::{Site, on_each, refusal};
use engine::Identity;
use engine::transfer::{ImportMode, ImportOptions, ImportReport};
use serde_json::json;
use std::sync::Arc;

async fn import(
    site: &Site,
    who: &Arc<Identity>,
    object: &str,
    text: &str,
    mode: ImportMode,
) -> ImportReport {
    let options = ImportOptions { mode, dry_run: false };
    let done = site.engine.import(who, object, text.as_bytes(), options, &|_| {}).await;
    done.unwrap_or_else(|found| panic!("{found:#?}"))
}

fn shown(report: &ImportReport) -> String {
    let failed: Vec<String> = report
        .failed
        .iter()
        .map(|row| format!("{}: {}", row.line, refusal::<()>(Err(Box::new(row.found.clone())))))
        .collect();
    format!(
        "{} rows, {} new, {} changed [{}]",
        report.rows,
        report.created,
        report.updated,
        failed.join("; ")
    )
}

#[test]
fn rows_that_are_refused_are_told_and_the_others_are_done() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        let text = "subject,topic.code,due,status,owner.login\n\
                    One,T,2026-03-01,approved,head\n\
                    ,T,,,\n\
                    Three,NONE,,,\n\
                    forbidden,,,,\n\
                    Five,W,yesterday,,\n\
                    Six,,,,,\n\
                    \n\
                    'Seven,W,,,\n";
        let report = import(&site, &head, "desk.request", text, ImportMode::Create).await;
        assert_eq!(
            shown(&report),
            "7 rows, 2 new, 0 changed [3: required subject; 4: reference_not_found topic; \
             5: hook_refused subject; 6: invalid_field_value due; 7: invalid_body]"
        );
        assert_eq!(site.count(&head, "desk.request", "").await, 2);
        assert_eq!(
            site.count(&head, "desk.request", "status == \"approved\" && topic.code == \"T\"").await,
            1
        );
        let wrong = site.engine.import(
            &head,
            "desk.request",
            "subjekt,amount\nx,1\n".as_bytes(),
            ImportOptions { mode: ImportMode::Create, dry_run: false },
            &|_| {},
        );
        assert_eq!(refusal(wrong.await), "unknown_field subjekt");
    });
}

#[test]
fn what_is_exported_can_be_imported() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        let topics = "code,name\nT,Trips\nX,=1+1\nY,\"a, \"\"b\"\"\"\n";
        let report = import(&site, &head, "desk.topic", topics, ImportMode::Upsert).await;
        assert_eq!(shown(&report), "3 rows, 2 new, 1 changed []");
        let mut out = Vec::new();
        let asked = [("fields".to_owned(), "code,name".to_owned()), ("sort".to_owned(), "code".to_owned())];
        let written = site.engine.export(&head, "desk.topic", &asked, &mut out, &|_| {}).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(written, 4);
        assert_eq!(text, "code,name\nT,Trips\nW,Tools\nX,'=1+1\nY,\"a, \"\"b\"\"\"\n");
        let report = import(&site, &head, "desk.topic", &text, ImportMode::Upsert).await;
        assert_eq!(shown(&report), "4 rows, 0 new, 4 changed []");
        assert_eq!(site.count(&head, "desk.topic", "name == \"=1+1\"").await, 1);
        let tried = ImportOptions { mode: ImportMode::Create, dry_run: true };
        let report =
            site.engine.import(&head, "desk.topic", "code,name\nT,x\nZ,y\n".as_bytes(), tried, &|_| {});
        assert_eq!(shown(&report.await.unwrap()), "2 rows, 1 new, 0 changed [2: duplicate code]");
        assert_eq!(site.count(&head, "desk.topic", "").await, 4, "a trial keeps nothing");
    });
}

#[test]
fn rights_hold_for_files_too() {
    on_each(async |site| {
        let department = site
            .create(&site.engine.system(), "base.department", json!({"code": "d", "name": "D"}))
            .await
            .id();
        let clerk = site.user("clerk", &["desk.clerk"], Some(department)).await;
        let head = site.user("head", &["desk.head"], Some(department)).await;
        let stranger = site.user("stranger", &["desk.clerk"], None).await;
        site.request(&clerk, "Ours").await;
        site.request(&stranger, "Theirs").await;
        let refused = site.engine.export(&clerk, "desk.request", &[], &mut Vec::new(), &|_| {}).await;
        assert_eq!(refusal(refused), "not_permitted");
        let options = ImportOptions { mode: ImportMode::Create, dry_run: false };
        let refused =
            site.engine.import(&clerk, "desk.request", "subject\nx\n".as_bytes(), options, &|_| {}).await;
        assert_eq!(refusal(refused), "not_permitted");
        let mut out = Vec::new();
        let written = site.engine.export(&head, "desk.request", &[], &mut out, &|_| {}).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(written, 1, "only rows of the own department may be taken out: {text}");
        let header = text.lines().next().unwrap();
        assert_eq!(
            header,
            "id,created_at,created_by.login,updated_at,updated_by.login,owner.login,department.code,number,subject,topic.code,note,secret,amount,due,status"
        );
        assert!(text.contains("clerk,d,R-0001,Ours,,,,200.00,,draft"), "{text}");
    });
}
