//! What is told with a refusal, beside its words.

use super::Office;
use crate::site::on_each;
use diagnostic::{Code, Diagnostic, Locale};
use engine::flow::decide::TaskAction;
use engine::records::Command;
use engine::requests::{Asked, Request};
use plan::Precondition;
use serde_json::{Value as Json, json};
use uuid::Uuid;
use workflow::decision::DecisionKind;

/// What is told beside the words, by name.
fn told<'f>(found: &'f Diagnostic, name: &str) -> &'f Json {
    found.told.iter().find(|(known, _)| *known == name).map_or(&Json::Null, |(_, what)| what)
}

async fn refused(office: &Office, login: &str, request: Request) -> Box<Diagnostic> {
    let asked = Asked { request, key: None, id: "test".into(), address: None };
    office.site.engine.perform(office.who(login), asked).await.unwrap_err()
}

fn approve(task: Uuid, seen: Option<i64>) -> Request {
    Request::Decide(TaskAction { seen, ..TaskAction::new(task, DecisionKind::Approve) })
}

#[test]
fn a_refusal_says_what_happened() {
    on_each(async |site| {
        let office = Office::open(site).await;
        let engine = &office.site.engine;
        let record = office.paper(None, 1).await;
        let instance = office.submit("rights", record).await.unwrap();
        let (own, other) =
            (office.task(instance, "fin1").await.unwrap(), office.task(instance, "fin2").await.unwrap());
        let read = async || office.site.record(office.who("ini"), "paper.paper", record).await.unwrap();
        let seen = read().await["version"].as_i64().unwrap();
        let body = json!({"note": "seen"});
        let save = Request::SaveTask { task: own, body, precondition: Precondition::Absent };
        let asked = Asked { request: save, key: None, id: "test".into(), address: None };
        engine.perform(office.who("fin1"), asked).await.unwrap();

        let found = refused(&office, "fin2", approve(other, Some(seen))).await;
        assert_eq!(found.code, Code::StaleVersion);
        let changed = told(&found, "changed");
        assert_eq!(changed["version"], read().await["version"], "{changed}");
        assert_eq!(changed["by"]["login"], "fin1", "{changed}");
        let field = &changed["fields"][0];
        assert_eq!(
            (&field["field"], &field["old"], &field["new"]),
            (&json!("note"), &Json::Null, &json!("seen"))
        );

        // Who starts a flow hears which flow holds the record.
        let write = |precondition| Command::Update {
            object: "paper.paper".into(),
            id: record,
            body: json!({"name": "x"}),
            precondition,
        };
        let found = refused(&office, "ini", Request::Write(write(Precondition::Waived))).await;
        assert_eq!(told(&found, "flow"), &json!({"id": instance, "workflow": "paper.rights"}), "{found}");
        assert_eq!(
            found.render(Locale::En),
            "the record is locked by the workflow paper.rights until it ends"
        );
        let found = refused(&office, "ini", Request::Write(write(Precondition::Version(seen)))).await;
        assert_eq!(
            (found.code, &told(&found, "changed")["fields"][0]["new"]),
            (Code::StaleVersion, &json!("seen"))
        );

        office.act(instance, "fin1+").await;
        for (login, task) in [("fin1", own), ("fin2", other)] {
            let found = refused(&office, login, approve(task, None)).await;
            let decided = told(&found, "decided");
            assert_eq!((found.code, &decided["state"]), (Code::TaskDecided, &json!("approved")));
            assert_eq!((&decided["by"]["login"], &decided["automatic"]), (&json!("fin1"), &json!(false)));
            for (locale, words) in
                [(Locale::En, "the task is already approved (fin1, "), (Locale::ZhCn, "任务已同意（fin1，")]
            {
                assert!(found.render(locale).starts_with(words), "{}", found.render(locale));
            }
        }
        let stranger = refused(&office, "mgr", approve(own, None)).await;
        assert_eq!((stranger.code, stranger.told.len()), (Code::NotFound, 0));
    });
}
