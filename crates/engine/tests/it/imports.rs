//! Imports and exports that go on without anybody waiting, their undo, and large bulk writes.

use crate::site::{Site, on_each, refusal, update};
use diagnostic::Locale;
use engine::requests::bulk::BulkMode;
use engine::requests::{Asked, Done, LargeBulk, Request};
use engine::transfer::orders::{ExportOrder, ImportOrder, ImportPlan, Step};
use engine::transfer::{Format, ImportMode, ImportOptions, Mapping};
use engine::{Engine, Identity};
use serde_json::{Value as Json, json};
use std::io::Cursor;
use std::sync::Arc;
use uuid::Uuid;

async fn ask(engine: &Engine, who: &Arc<Identity>, request: Request) -> diagnostic::Result<Uuid> {
    let asked = Asked { request, key: None, id: "test".into(), address: None };
    match engine.perform(who, asked).await? {
        Done::Job(job) => Ok(job),
        other => panic!("{other:?}"),
    }
}

async fn upload(site: &Site, who: &Arc<Identity>, object: &str, format: Format, file: &[u8]) -> Uuid {
    let id = site.engine.begin_upload(who, object, (format, None), "a file").await.unwrap();
    for (number, piece) in (0..).zip(file.chunks(1000)) {
        site.engine.upload_part(id, number, piece.to_vec()).await.unwrap();
    }
    site.engine.end_upload(who, id, file.len()).await.unwrap();
    id
}

fn order(import: Uuid, step: Step, plan: Option<ImportPlan>) -> Request {
    Request::Import(ImportOrder { import, step, plan, locale: Locale::En })
}

/// Does what is waiting and answers the job.
async fn done(site: &Site, who: &Arc<Identity>, job: Uuid) -> Json {
    while site.engine.work_once("test").await.unwrap() > 0 {}
    site.engine.job(who, job).await.unwrap()
}

async fn step(site: &Site, who: &Arc<Identity>, import: Uuid, step: Step, plan: Option<ImportPlan>) -> Json {
    let job = ask(&site.engine, who, order(import, step, plan)).await.unwrap();
    let job = done(site, who, job).await;
    assert_eq!(job["state"], "done", "{job}");
    job["result"].clone()
}

fn counts(report: &Json) -> [u64; 4] {
    ["rows", "created", "updated", "refused"].map(|name| report[name].as_u64().unwrap())
}

async fn bytes(site: &Site, who: &Arc<Identity>, object: &str, format: Format, fields: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let asked = [("fields".to_owned(), fields.to_owned()), ("sort".to_owned(), "number".to_owned())];
    site.engine.export(who, object, &asked, format, &mut out, &|_| {}).await.unwrap();
    out
}

fn plan(mode: ImportMode, mapping: Json) -> Option<ImportPlan> {
    Some(ImportPlan { mode, mapping: serde_json::from_value(mapping).unwrap() })
}

#[test]
fn a_workbook_brings_back_what_it_took() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        let rows = [
            ("R-0001", "=1+1", "T", "2026-03-01", "draft"),
            ("R-0002", "-5", "W", "", "approved"),
            ("R-0003", "'quoted", "", "1999-12-31", "checked"),
            ("R-0004", "上海 \"x\", y; z", "T", "2026-12-31", "draft"),
            ("R-0005", "#N/A", "T", "", "draft"),
        ];
        for (number, subject, topic, due, status) in rows {
            let mut body = json!({"subject": subject, "status": "draft"});
            if !topic.is_empty() {
                body["topic"] = json!({"by": {"code": topic}});
            }
            if !due.is_empty() {
                body["due"] = json!(due);
            }
            let made = site.create(&site.engine.system(), "desk.request", body).await;
            assert_eq!(made.row.get("number").as_text(), Some(number));
            if status != "draft" {
                // The system may give a stage as an import does.
                let text = format!("number,status\n{number},{status}\n");
                let how = ImportOptions::default();
                let file = Cursor::new(text.into_bytes());
                site.engine.import(&head, "desk.request", file, how, None, &|_| {}).await.unwrap();
            }
        }
        let fields = "number,subject,topic,due,status,amount";
        let csv = bytes(&site, &site.engine.system(), "desk.request", Format::Csv, fields).await;
        let book = bytes(&site, &site.engine.system(), "desk.request", Format::Xlsx, fields).await;
        assert!(book.starts_with(b"PK"));
        for format in Format::ALL {
            let file = if format == Format::Csv { csv.clone() } else { book.clone() };
            let how = ImportOptions { format, ..ImportOptions::default() };
            let done = site.engine.import(&head, "desk.request", Cursor::new(file), how, None, &|_| {}).await;
            let report = done.unwrap();
            assert_eq!((report.rows, report.updated, report.refused), (5, 5, 0), "{:#?}", report.failed);
            let again = bytes(&site, &site.engine.system(), "desk.request", Format::Csv, fields).await;
            assert_eq!(String::from_utf8(again).unwrap(), String::from_utf8(csv.clone()).unwrap());
        }
        // A workbook that claims to be one.
        for wrong in [&b"number,subject\n1,2\n"[..], &b"PK\x03\x04 and nothing"[..], &book[..book.len() / 2]]
        {
            let how = ImportOptions { format: Format::Xlsx, ..ImportOptions::default() };
            let file = Cursor::new(wrong.to_vec());
            let done = site.engine.import(&head, "desk.request", file, how, None, &|_| {}).await;
            assert_eq!(refusal(done), "invalid_file");
        }
    });
}

#[test]
fn an_import_is_tried_done_and_undone() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head", "desk.clerk"], None).await;
        let old =
            site.create(&site.engine.system(), "desk.request", json!({"subject": "Old", "note": "n"})).await;
        let mut text = "Nr,Thema,Kind,note,state\nR-0001,Older,Travel stuff,,new\n".to_owned();
        (0..450).for_each(|n| text.push_str(&format!(",Subject {n},Tools,,new\n")));
        text.push_str(",forbidden,Tools,,new\n,Bad,Nothing,,new\n,,Tools,,new\n");
        let import = upload(&site, &head, "desk.request", Format::Csv, text.as_bytes()).await;
        let mapping = json!({
            "columns": {"Nr": "number", "Thema": "subject", "Kind": "topic.code", "state": "status"},
            "values": {"Kind": {"Travel stuff": "T", "Tools": "W"}, "state": {"new": "draft"}},
        });
        let wrong = plan(
            ImportMode::Upsert,
            json!({"columns": {"Nr": "numbr", "Thema": "subject", "Kind": null, "state": null}}),
        );
        let refused = ask(&site.engine, &head, order(import, Step::Check, wrong)).await;
        assert_eq!(refusal(refused), "unknown_field numbr");
        let refused = ask(&site.engine, &head, order(import, Step::Undo, None)).await;
        assert_eq!(refusal(refused), "transfer_busy");

        let how = plan(ImportMode::Upsert, mapping);
        let tried = step(&site, &head, import, Step::Check, how.clone()).await;
        assert_eq!(counts(&tried), [454, 450, 1, 3], "{tried:#}");
        assert_eq!(site.count(&head, "desk.request", "").await, 1, "a trial keeps nothing");
        let report = step(&site, &head, import, Step::Run, None).await;
        assert_eq!(counts(&report), counts(&tried));
        assert_eq!(report["findings"][0]["count"], 1);
        assert_eq!(report["findings"].as_array().unwrap().len(), 3);
        assert_eq!(site.count(&head, "desk.request", "topic.code == \"W\"").await, 450);

        let mut rejected = Vec::new();
        site.engine.rejected(&head, import, Format::Csv, &mut rejected).await.unwrap();
        let rejected = String::from_utf8(rejected).unwrap();
        assert!(
            rejected.starts_with("Nr,Thema,Kind,note,state,#line,#error\n,forbidden,Tools,,new,453,"),
            "{rejected}"
        );
        assert_eq!(rejected.lines().count(), 4);
        // What is corrected in that file can be imported as it is.
        let fixed = rejected.replace("forbidden", "permitted").replace("Nothing", "Tools");
        let fixed = fixed.replace(",,Tools", ",Named,Tools");
        let second = upload(&site, &head, "desk.request", Format::Csv, fixed.as_bytes()).await;
        let report = step(&site, &head, second, Step::Run, how).await;
        assert_eq!(counts(&report), [3, 3, 0, 0], "{report:#}");

        // Somebody changes one of the new records meanwhile, and deletes another.
        let lines = site.engine.import_lines(&head, import, None, -1, 10).await.unwrap().0;
        let changed: Uuid = lines[3]["id"].as_str().unwrap().parse().unwrap();
        let gone: Uuid = lines[5]["id"].as_str().unwrap().parse().unwrap();
        site.engine.write(&head, update("desk.request", changed, json!({"note": "mine"}))).await.unwrap();
        let delete = engine::records::Command::Delete {
            object: "desk.request".into(),
            id: gone,
            precondition: plan::Precondition::Waived,
        };
        site.engine.write(&site.engine.system(), delete).await.unwrap();
        let undone = step(&site, &head, import, Step::Undo, None).await;
        let undone = &undone["undone"];
        assert_eq!((&undone["deleted"], &undone["set_back"]), (&json!(448), &json!(1)), "{undone:#}");
        assert_eq!(undone["kept"], json!({"changed_since": 1, "gone": 1}));
        assert_eq!(site.count(&head, "desk.request", "").await, 1 + 3 + 1);
        let record = site.record(&head, "desk.request", old.id()).await.unwrap();
        assert_eq!(
            (&record["subject"], &record["topic"], &record["note"]),
            (&json!("Old"), &json!(null), &json!("n"))
        );
        let kept = site.engine.import_lines(&head, import, Some("changed_since"), -1, 10).await.unwrap().0;
        assert_eq!(kept.len(), 1);
        assert_eq!(refusal(ask(&site.engine, &head, order(import, Step::Run, None)).await), "transfer_busy");
        site.engine.forget_transfer(&head, "import", import).await.unwrap();
        assert_eq!(refusal(site.engine.import_of(&head, import).await), "not_found");
    });
}

#[test]
fn one_record_in_several_lines_is_set_back_to_what_it_was() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        let import = "code,name\nT,One\nT,Two\nNEW,A\nT,Three\nNEW,B\n";
        let id = upload(&site, &head, "desk.topic", Format::Csv, import.as_bytes()).await;
        let report = step(&site, &head, id, Step::Run, None).await;
        assert_eq!(counts(&report), [5, 1, 4, 0]);
        let undone = step(&site, &head, id, Step::Undo, None).await;
        // Topics may be changed by the head, not deleted: the rights are those of who asks.
        assert_eq!(undone["undone"]["set_back"], 4, "{undone:#}");
        assert_eq!(undone["undone"]["kept"], json!({"not_permitted": 1}));
        let names = "name == \"Travel\" && code == \"T\" || name == \"A\" && code == \"NEW\"";
        assert_eq!(site.count(&head, "desk.topic", names).await, 2);
    });
}

#[test]
fn a_worker_that_dies_is_followed_by_one_that_goes_on() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        let mut text = "code,name\n".to_owned();
        (0..900).for_each(|n| text.push_str(&format!("C{n},Name {n}\n")));
        let import = upload(&site, &head, "desk.topic", Format::Csv, text.as_bytes()).await;
        let how = plan(ImportMode::Create, json!({}));
        let job = ask(&site.engine, &head, order(import, Step::Run, how)).await.unwrap();
        let (_tell, told) = tokio::sync::watch::channel(true);
        // Told to stop before it begins, it does one batch and gives the job back.
        let engine = site.engine.clone();
        let mut rounds = 0;
        while engine.work_until_stopped("first", &told).await.unwrap() > 0 {
            let state = site.engine.job(&head, job).await.unwrap();
            if state["state"] == "done" {
                break;
            }
            rounds += 1;
            assert_eq!(state["state"], "ready");
            let so_far = 900.min(rounds * 200);
            assert_eq!(state["progress"]["done"], so_far, "{state}");
            assert_eq!(site.count(&head, "desk.topic", "starts_with(code, \"C\")").await, so_far);
            if rounds == 2 {
                // This one dies without a word: its lease runs out.
                let now = site.engine.now();
                let claimed = site.engine.database().write(move |tx| async move {
                    storage::store::job::claim(
                        &tx,
                        "transfer",
                        "dies",
                        1,
                        chrono::TimeDelta::seconds(-1),
                        now,
                    )
                    .await
                });
                assert_eq!(claimed.await.unwrap().len(), 1);
            }
        }
        let state = site.engine.job(&head, job).await.unwrap();
        assert_eq!(state["state"], "done", "{state}");
        assert_eq!(counts(&state["result"]), [900, 900, 0, 0]);
        assert_eq!(site.count(&head, "desk.topic", "starts_with(code, \"C\")").await, 900);
    });
}

#[test]
fn files_belong_to_who_sent_them_and_rights_are_those_of_then_and_now() {
    on_each(async |site| {
        let department = site
            .create(&site.engine.system(), "base.department", json!({"code": "d", "name": "D"}))
            .await
            .id();
        let head = site.user("head", &["desk.head"], Some(department)).await;
        let other = site.user("other", &["desk.head"], None).await;
        let clerk = site.user("clerk", &["desk.clerk"], Some(department)).await;
        let refused = site.engine.begin_upload(&clerk, "desk.topic", (Format::Csv, None), "x").await;
        assert_eq!(refusal(refused), "not_permitted");
        let import = upload(&site, &head, "desk.topic", Format::Csv, b"code,name\nN,New\n").await;
        assert_eq!(refusal(site.engine.import_of(&other, import).await), "not_found");
        assert_eq!(refusal(ask(&site.engine, &other, order(import, Step::Run, None)).await), "not_found");
        assert_eq!(refusal(site.engine.forget_transfer(&other, "import", import).await), "not_found");
        assert_eq!(refusal(site.engine.forget_transfer(&head, "export", import).await), "not_found");
        // The right is gone before the job runs.
        let job = ask(&site.engine, &head, order(import, Step::Run, None)).await.unwrap();
        let user = update("base.user", head.actor.id, json!({"roles": [{"role": "desk.clerk"}]}));
        site.engine.write(&site.engine.system(), user).await.unwrap();
        let state = done(&site, &head, job).await;
        assert_eq!(
            (&state["state"], &state["result"]["error"]["code"]),
            (&json!("failed"), &json!("not_found")),
            "{state}"
        );

        site.request(&clerk, "Ours").await;
        site.request(&other, "Theirs").await;
        let of = |object: &str| {
            let parameters = vec![("fields".to_owned(), "subject".to_owned())];
            let format = Format::Xlsx;
            Request::Export(ExportOrder { object: object.to_owned(), format, parameters, locale: Locale::En })
        };
        let user = update("base.user", head.actor.id, json!({"roles": [{"role": "desk.head"}]}));
        site.engine.write(&site.engine.system(), user).await.unwrap();
        let head = site.engine.identity(head.actor.id, None).await.unwrap();
        assert_eq!(refusal(ask(&site.engine, &clerk, of("desk.request")).await), "not_permitted");
        let job = ask(&site.engine, &head, of("desk.request")).await.unwrap();
        let state = done(&site, &head, job).await;
        assert_eq!((&state["state"], &state["result"]["records"]), (&json!("done"), &json!(1)), "{state}");
        let export: Uuid = state["result"]["export"].as_str().unwrap().parse().unwrap();
        assert_eq!(refusal(site.engine.export_file(&other, export).await), "not_found");
        let (name, format, size) = site.engine.export_file(&head, export).await.unwrap();
        assert_eq!((name.as_str(), format), ("desk.request.xlsx", Format::Xlsx));
        let (part, _) = site.engine.file_part(export, 0).await.unwrap().unwrap();
        assert_eq!(i64::try_from(part.len()).unwrap(), size);
        assert!(part.starts_with(b"PK"));
        let user = update("base.user", head.actor.id, json!({"roles": []}));
        site.engine.write(&site.engine.system(), user).await.unwrap();
        let none = site.engine.identity(head.actor.id, None).await.unwrap();
        assert_eq!(refusal(site.engine.export_file(&none, export).await), "not_found");
    });
}

#[test]
fn many_writes_are_done_by_a_job() {
    on_each(async |site| {
        let head = site.user("head", &["desk.head"], None).await;
        let bulk = |mode, operations: Vec<Json>| {
            let operations = Arc::new(operations);
            Request::LargeBulk(LargeBulk {
                object: "desk.topic".into(),
                mode,
                operations,
                locale: Locale::En,
            })
        };
        let mut operations: Vec<Json> =
            (0..650).map(|n| json!({"create": {"code": format!("B{n}"), "name": "x"}})).collect();
        operations[333] = json!({"create": {"code": "T", "name": "taken"}});
        let job = ask(&site.engine, &head, bulk(BulkMode::Atomic, operations.clone())).await.unwrap();
        let state = done(&site, &head, job).await;
        let error = &state["result"]["error"];
        assert_eq!((&state["state"], &error["code"]), (&json!("failed"), &json!("duplicate")), "{state}");
        assert_eq!(site.count(&head, "desk.topic", "starts_with(code, \"B\")").await, 0, "all or nothing");

        let job = ask(&site.engine, &head, bulk(BulkMode::Each, operations.clone())).await.unwrap();
        let state = done(&site, &head, job).await;
        assert_eq!(state["result"]["refused"], 1, "{state}");
        assert_eq!(state["progress"], json!({"done": 650, "of": 650, "refused": 1}));
        assert_eq!(site.count(&head, "desk.topic", "starts_with(code, \"B\")").await, 649);
        let (mut all, mut from) = (Vec::new(), 0);
        loop {
            let (page, next) = site.engine.results_of_job(&head, job, from, 170).await.unwrap();
            all.extend(page);
            match next {
                Some(next) => from = next,
                None => break,
            }
        }
        assert_eq!(all.len(), 650);
        assert!(all[333].get("error").is_some() && all[332]["status"] == 201, "{} {}", all[332], all[333]);
        let other = site.user("other", &["desk.head"], None).await;
        assert_eq!(refusal(site.engine.results_of_job(&other, job, 0, 10).await), "not_found");

        operations.remove(333);
        let updates: Vec<Json> = all
            .iter()
            .filter_map(|one| Some(json!({"update": {"id": one["id"].as_str()?, "name": "y"}})))
            .collect();
        let job = ask(&site.engine, &head, bulk(BulkMode::Atomic, updates)).await.unwrap();
        let state = done(&site, &head, job).await;
        assert_eq!(state["state"], "done", "{state}");
        assert_eq!(site.count(&head, "desk.topic", "name == \"y\"").await, 649);
    });
}

#[test]
fn a_key_that_is_none_is_refused() {
    on_each(async |site| {
        let root = site.engine.system();
        let text = "Login,name\nlily,Lily\n";
        let how = ImportOptions {
            mapping: Mapping { key: Some("nothing".to_owned()), ..Mapping::default() },
            ..ImportOptions::default()
        };
        let file = || Cursor::new(text.as_bytes().to_vec());
        let refused = site.engine.import(&root, "base.user", file(), how, None, &|_| {}).await;
        assert_eq!(refusal(refused), "unknown_reference key");
    });
}
