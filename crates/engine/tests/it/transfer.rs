//! Records out of and into CSV.

use crate::site::{Site, on_each, refusal};
use engine::Identity;
use engine::transfer::{Format, ImportMode, ImportOptions, ImportReport};
use serde_json::json;
use std::io::Cursor;
use std::sync::Arc;

async fn import(
    site: &Site,
    who: &Arc<Identity>,
    object: &str,
    text: &str,
    mode: ImportMode,
) -> ImportReport {
    let options = ImportOptions { mode, ..ImportOptions::default() };
    let done = site.engine.import(who, object, file(text), options, None, &|_| {}).await;
    done.unwrap_or_else(|found| panic!("{found:#?}"))
}

fn file(text: &str) -> Cursor<Vec<u8>> {
    Cursor::new(text.as_bytes().to_vec())
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
            file("subjekt,amount\nx,1\n"),
            ImportOptions { mode: ImportMode::Create, ..ImportOptions::default() },
            None,
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
        let written =
            site.engine.export(&head, "desk.topic", &asked, Format::Csv, &mut out, &|_| {}).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(written, 4);
        assert_eq!(text, "code,name\nT,Trips\nW,Tools\nX,'=1+1\nY,\"a, \"\"b\"\"\"\n");
        let report = import(&site, &head, "desk.topic", &text, ImportMode::Upsert).await;
        assert_eq!(shown(&report), "4 rows, 0 new, 4 changed []");
        assert_eq!(site.count(&head, "desk.topic", "name == \"=1+1\"").await, 1);
        let tried = ImportOptions { mode: ImportMode::Create, dry_run: true, ..ImportOptions::default() };
        let report =
            site.engine.import(&head, "desk.topic", file("code,name\nT,x\nZ,y\n"), tried, None, &|_| {});
        assert_eq!(shown(&report.await.unwrap()), "2 rows, 1 new, 0 changed [2: duplicate code]");
        assert_eq!(site.count(&head, "desk.topic", "").await, 4, "a trial keeps nothing");
    });
}

#[test]
fn a_trial_sees_the_whole_file_as_the_import_does() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        // The first and the last line name the same record, far more than one transaction of an import apart.
        let mut text = "code,name\nSAME,first\n".to_owned();
        (0..450).for_each(|n| text.push_str(&format!("C{n},line {n}\n")));
        text.push_str("SAME,last\n");
        let heard = std::sync::Mutex::new(Vec::new());
        let told = |done: u64| heard.lock().unwrap().push(done);
        for dry_run in [true, true, false] {
            let options = ImportOptions { mode: ImportMode::Create, dry_run, ..ImportOptions::default() };
            let report =
                site.engine.import(&head, "desk.topic", file(&text), options, None, &told).await.unwrap();
            assert_eq!(shown(&report), "452 rows, 451 new, 0 changed [453: duplicate code]", "{dry_run}");
            let there = site.count(&head, "desk.topic", "starts_with(code, \"C\")").await;
            assert_eq!(there, if dry_run { 0 } else { 450 });
        }
        assert!(heard.lock().unwrap().contains(&452), "progress is told");
    });
}

#[test]
fn a_cell_clears_a_field() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        let text = "number,subject,topic.code,note,due\nR-0001,One,T,#N/A is what I wrote,2026-03-01\n\
                    R-0002,Two,T,'#N/A,2026-03-01\n";
        let report = import(&site, &head, "desk.request", text, ImportMode::Upsert).await;
        assert_eq!(shown(&report), "2 rows, 2 new, 0 changed []");
        let empty = "number,subject,topic.code,note,due\nR-0001,,,,\n";
        let report = import(&site, &head, "desk.request", empty, ImportMode::Upsert).await;
        assert_eq!(shown(&report), "1 rows, 0 new, 1 changed []");
        let kept = "number == \"R-0001\" && topic.code == \"T\" && due == date(\"2026-03-01\")";
        assert_eq!(site.count(&head, "desk.request", kept).await, 1, "an empty cell changes nothing");
        let text = "number,topic.code,note,due,subject\nR-0001,#N/A,#N/A,#N/A,\nR-0002,,,,#N/A\n#N/A,,,,\n";
        let report = import(&site, &head, "desk.request", text, ImportMode::Upsert).await;
        assert_eq!(shown(&report), "3 rows, 0 new, 1 changed [3: required subject; 4: not_found]");
        let cleared = "number == \"R-0001\" && is_empty(topic) && is_empty(note) && is_empty(due)";
        assert_eq!(site.count(&head, "desk.request", cleared).await, 1);
        let mut out = Vec::new();
        let asked =
            [("fields".to_owned(), "number,note".to_owned()), ("sort".to_owned(), "number".to_owned())];
        site.engine
            .export(&site.engine.system(), "desk.request", &asked, Format::Csv, &mut out, &|_| {})
            .await
            .unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "number,note\nR-0001,\nR-0002,'#N/A\n");
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
        let refused =
            site.engine.export(&clerk, "desk.request", &[], Format::Csv, &mut Vec::new(), &|_| {}).await;
        assert_eq!(refusal(refused), "not_permitted");
        let options = ImportOptions { mode: ImportMode::Create, ..ImportOptions::default() };
        let refused =
            site.engine.import(&clerk, "desk.request", file("subject\nx\n"), options, None, &|_| {}).await;
        assert_eq!(refusal(refused), "not_permitted");
        let mut out = Vec::new();
        let written =
            site.engine.export(&head, "desk.request", &[], Format::Csv, &mut out, &|_| {}).await.unwrap();
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
