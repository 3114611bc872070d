//! Files over HTTP: uploads, fields, attachments, downloads, and who may have what.

use crate::client::{self, Answer};
use crate::site::{Site, on_each};
use chrono::{TimeDelta, Utc};
use engine::publish::{Change, PackFiles};
use serde_json::{Value as Json, json};
use storage::Database;
use storage::store::file::{self as table, File};
use uuid::Uuid;

const PAPER: &str = "kind: object
name: paper
label: Paper
title: name
ownership: user
features: [history, attachments]
fields:
  name: {type: text, required: true}
  scan: {type: file, types: [pdf, png], max_kb: 5000}
  photo: {type: image, max_kb: 100, max_megapixels: 10}
  mark: {type: signature}
  secret: {type: file}
  note: {type: text}
  extra: {type: json}
hooks: {before_save: paper.note}
";
const SCRIPT: &str = "fn note(record, ctx) {
    if record.scan != () { record.note = `${record.scan.name} ${record.scan.type} ${record.scan.size}`; }
}
";
const CLERK: &str = "kind: role
name: clerk
objects:
  papers.paper: {create: true, read: own, update: own, delete: own, purge: own, restore: own, history: own, fields: {secret: hidden}}
";
const READER: &str = "kind: role\nname: reader\nobjects:\n  papers.paper: {read: all}\n";
const RECORDS: &str = "/api/v1/records/papers.paper";

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x06\0\0\0");
    bytes
}

/// A site with people who keep papers.
async fn with_papers(mut site: Site) -> Site {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let about = "kind: pack\nname: papers\nversion: 1.0.0\nrequires: {base: '>=1.0.0'}\n";
    let files = vec![
        file("pack.yaml", about),
        file("objects/paper.yaml", PAPER),
        file("scripts/paper.rhai", SCRIPT),
        file("roles/clerk.yaml", CLERK),
        file("roles/reader.yaml", READER),
    ];
    let pack = PackFiles { root: "papers".to_owned(), files };
    site.engine.apply(&Change::Set(vec![pack]), None).await.map_err(|found| panic!("{found}")).unwrap();
    for (login, role) in [("ann", "papers.clerk"), ("ben", "papers.clerk"), ("rea", "papers.reader")] {
        site.person(login, role, None).await;
    }
    site
}

async fn bytes(
    site: &Site,
    who: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let bearer = format!("Bearer {}", site.token(who));
    let mut all = headers.to_vec();
    all.push(("authorization", &bearer));
    client::send(site.address, method, path, &all, body).await
}

/// A form with one file.
async fn form(site: &Site, who: &str, path: &str, name: &str, content: &[u8]) -> Answer {
    let mut body = format!(
        "--bound\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--bound--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=bound")];
    bytes(site, who, "POST", path, &headers, &body).await
}

async fn upload(site: &Site, who: &str, name: &str, content: &[u8]) -> Json {
    let answer = form(site, who, "/api/v1/files", name, content).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

async fn paper(site: &Site, who: &str, body: Json) -> String {
    let answer = site.post(who, RECORDS, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn files_follow_the_record_and_the_field() {
    on_each(|site| async move {
        let site = with_papers(site).await;
        let picture = png(640, 480);
        let file = upload(&site, "ann", "../../<img src=x onerror=alert(1)>合同.png", &picture).await;
        assert_eq!(file["name"], "<img src=x onerror=alert(1)>合同.png");
        let shown = json!({"id": file["id"], "name": file["name"], "type": "image/png", "size": picture.len(), "width": 640, "height": 480});
        assert_eq!(file, shown, "what it is said to be does not count");
        // Until it is part of a record it is its uploader's alone.
        let pending = format!("/api/v1/uploads/{}", file["id"].as_str().unwrap());
        assert_eq!(site.get("ann", &pending).await.json()["whole"], true);
        for other in ["ben", "rea", "root"] {
            assert_eq!(told(&site.get(other, &pending).await), (404, "not_found".to_owned()));
            let dropped = site.call(other, "DELETE", &pending, &[], &Json::Null).await;
            assert_eq!(told(&dropped), (404, "not_found".to_owned()));
        }
        let stolen = site.post("ben", RECORDS, json!({"name": "x", "photo": file})).await;
        assert_eq!(told(&stolen), (422, "file_refused".to_owned()));
        let id = paper(&site, "ann", json!({"name": "One", "photo": {"id": file["id"]}})).await;
        let one = format!("{RECORDS}/{id}");
        assert_eq!(site.get("ann", &one).await.json()["photo"], shown);
        assert_eq!(site.get("ann", &pending).await.status, 404, "it is part of a record now");
        let path = format!("{one}/files/photo");
        let answer = site.get("ann", &path).await;
        assert_eq!((answer.status, &answer.body), (200, &picture));
        let header = |name: &str| answer.header(name).unwrap_or_default().to_owned();
        assert_eq!(header("content-type"), "image/png");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-security-policy").starts_with("sandbox;"), "{answer:?}");
        assert!(
            header("content-disposition").starts_with("attachment; filename=\"_img src_x onerror_alert_1__")
        );
        assert!(header("content-disposition").ends_with("%E5%90%88%E5%90%8C.png"));
        let tag = header("etag");
        let again = bytes(&site, "ann", "GET", &path, &[("if-none-match", &tag)], b"").await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        let part = bytes(&site, "ann", "GET", &path, &[("range", "bytes=1-3")], b"").await;
        assert_eq!((part.status, part.text()), (206, "PNG".to_owned()));
        let beyond = bytes(&site, "ann", "GET", &path, &[("range", "bytes=9999-")], b"").await;
        assert_eq!(beyond.status, 416);
        let zipped = bytes(&site, "ann", "GET", &path, &[("accept-encoding", "gzip")], b"").await;
        assert_eq!(zipped.body, picture);
        // Rows and fields that may not be read answer as those that are not there.
        assert_eq!(site.get("rea", &path).await.body, picture);
        for (who, field) in
            [("ben", "photo"), ("ann", "secret"), ("ann", "nothing"), ("ann", "name"), ("ann", "scan")]
        {
            let answer = site.get(who, &format!("{one}/files/{field}")).await;
            assert_eq!(told(&answer), (404, "not_found".to_owned()), "{who} {field}");
        }
        assert_eq!(client::send(site.address, "GET", &path, &[], b"").await.status, 401);
        let hidden = site.patch("ann", &one, json!({"secret": file})).await;
        assert_eq!(hidden.json()["errors"][0]["code"], "unknown_field");
        // The same value written back keeps it; another takes its place; the history tells of both.
        assert_eq!(site.patch("ann", &one, json!({"photo": shown})).await.json()["photo"], shown);
        let next = upload(&site, "ann", "b.png", &png(2, 2)).await;
        assert_eq!(
            site.patch("ann", &one, json!({"photo": next["id"]})).await.json()["photo"]["name"],
            "b.png"
        );
        assert_eq!(site.get("ann", &path).await.body, png(2, 2));
        let taken = paper(&site, "ann", json!({"name": "Two"})).await;
        let twice = site.patch("ann", &format!("{RECORDS}/{taken}"), json!({"photo": next["id"]})).await;
        assert_eq!(told(&twice), (422, "file_refused".to_owned()), "no file is part of two records");
        let history = site.get("ann", &format!("{one}/history")).await.json();
        assert_eq!(history["changes"][0]["new"]["name"], "b.png");
        assert_eq!(history["changes"][0]["old"]["id"], file["id"]);
        swept(&site, &id, &path).await;
        site
    });
}

/// A deleted record takes its files along, and brings them back; a purged one lets go of them, and they are swept.
async fn swept(site: &Site, id: &str, path: &str) {
    let one = format!("{RECORDS}/{id}");
    let call = async |method: &str, path: &str| site.call("ann", method, path, &[], &Json::Null).await.status;
    assert_eq!(call("DELETE", &one).await, 204);
    assert_eq!(site.get("ann", path).await.status, 404);
    assert_eq!(site.post("ann", &format!("{one}/restore"), json!({})).await.status, 200);
    assert_eq!(site.get("ann", path).await.status, 200);
    assert_eq!(call("DELETE", &one).await, 204);
    assert_eq!(call("DELETE", &format!("{one}?purge=true")).await, 204);
    let left = async || {
        let files = site.engine.database().reader();
        let rows = files.rows("select count(*) from sys_file where state <> 'kept'", vec![]).await.unwrap();
        rows[0].get::<i64>(0).unwrap()
    };
    assert_eq!(left().await, 2, "the one that was replaced, and the one that was purged");
    assert_eq!(site.engine.sweep_files().await.unwrap(), 0, "not before a day is over");
    age(site).await;
    assert_eq!(site.engine.sweep_files().await.unwrap(), 2);
    assert_eq!(left().await, 0);
}

/// Makes every file older by two days.
async fn age(site: &Site) {
    let past = Utc::now() - TimeDelta::days(2);
    let database = site.engine.database();
    let sql = "update sys_file set changed_at = $1";
    let done = database
        .write(move |tx| async move { tx.execute_sql(sql, storage::cells![tx.dialect(); past]).await })
        .await;
    done.unwrap();
}

#[test]
fn files_are_values_among_others() {
    on_each(|site| async move {
        let site = with_papers(site).await;
        let file = upload(&site, "ann", "a.pdf", b"%PDF-1.7 x").await;
        let id = paper(&site, "ann", json!({"name": "n", "scan": file["id"]})).await;
        paper(&site, "ann", json!({"name": "plain"})).await;
        let list = async |query: &str| site.get("ann", &format!("{RECORDS}?{query}")).await;
        let one = list("fields=name,scan,note&filter=is_empty(scan)%20==%20false&count=exact").await.json();
        assert_eq!((&one["count"], &one["records"][0]["scan"]), (&json!(1), &file), "{one}");
        assert_eq!(one["records"][0]["note"], "a.pdf application/pdf 10", "scripts read what a file is");
        for query in
            ["sort=scan", "scan=a.pdf", "filter=scan%20==%20%22a.pdf%22", "expand=scan", "fields=secret"]
        {
            assert_eq!(list(query).await.status, 400, "{query}");
        }
        // Files of fields that may not be read are as if they were not there.
        let hidden = upload(&site, "root", "s.pdf", b"%PDF-1.7 secret").await;
        let path = format!("{RECORDS}/{id}");
        let before = site.get("ann", &format!("{path}/files/secret")).await;
        assert_eq!(site.patch("root", &path, json!({"secret": hidden["id"]})).await.status, 200);
        assert_eq!(site.get("root", &format!("{path}/files/secret")).await.text(), "%PDF-1.7 secret");
        let after = site.get("ann", &format!("{path}/files/secret")).await;
        assert_eq!(
            (told(&before), told(&after)),
            ((404, "not_found".to_owned()), (404, "not_found".to_owned()))
        );
        for path in
            [path.clone(), format!("{path}/history"), format!("{path}/attachments"), RECORDS.to_owned()]
        {
            let text = site.get("ann", &path).await.text();
            assert!(!text.contains("s.pdf") && !text.contains(hidden["id"].as_str().unwrap()), "{text}");
        }
        let id_of_hidden = hidden["id"].as_str().unwrap();
        for path in [format!("/api/v1/uploads/{id_of_hidden}"), format!("{path}/attachments/{id_of_hidden}")]
        {
            assert_eq!(site.get("ann", &path).await.status, 404, "{path}");
        }
        // Exports name files; imports take none.
        let asked = json!({"object": "papers.paper", "fields": "name,scan", "sort": "name"});
        let exported = site.post("root", "/api/v1/exports", asked).await;
        assert_eq!(exported.text(), "name,scan\nn,a.pdf\nplain,\n");
        let import = "/api/v1/imports?object=papers.paper&name=p.csv";
        let headers = [("content-type", "text/csv")];
        let sent = bytes(&site, "root", "POST", import, &headers, b"name,scan\nx,a.pdf\ny,\n").await;
        assert_eq!(sent.status, 201, "{}", sent.text());
        let run = format!("{}/run", sent.header("location").unwrap());
        let started = site.post("root", &run, json!({"mode": "create"})).await;
        while site.engine.work_once("test").await.unwrap() > 0 {}
        let job = site.get("root", started.header("location").unwrap()).await.json();
        assert_eq!((&job["result"]["created"], &job["result"]["refused"]), (&json!(1), &json!(1)), "{job}");
        nothing_else_hands_it_out(&site, &id, (&file, &hidden)).await;
        site
    });
}

/// A value that leads to a file makes nobody its reader: neither one that a caller wrote into another field, nor one
/// that stands in another record.
async fn nothing_else_hands_it_out(site: &Site, id: &str, (file, hidden): (&Json, &Json)) {
    let path = format!("{RECORDS}/{id}");
    let posed = site.patch("ann", &path, json!({"extra": {"id": hidden["id"], "name": "s.pdf"}})).await;
    assert_eq!(posed.status, 200, "{}", posed.text());
    assert_eq!(site.get("ann", &format!("{path}/files/extra")).await.status, 404);
    assert_eq!(site.patch("ann", &path, json!({"extra": null})).await.status, 200);
    for file in [file, hidden] {
        let attached = format!("{path}/attachments/{}", file["id"].as_str().unwrap());
        for method in ["GET", "DELETE"] {
            let answer = site.call("ann", method, &attached, &[], &Json::Null).await;
            assert_eq!(told(&answer), (404, "not_found".to_owned()), "a field's file is no attachment");
        }
    }
    let other: Uuid = paper(site, "ben", json!({"name": "other"})).await.parse().unwrap();
    let (from, file): (Uuid, Uuid) = (id.parse().unwrap(), file["id"].as_str().unwrap().parse().unwrap());
    let table = site.engine.published().catalog.objects["papers.paper"].table.clone();
    let database = site.engine.database();
    let copied = database.write(move |tx| {
        let table = table.clone();
        async move {
            let column = table::find(&tx, file).await?.and_then(|file| file.field).unwrap();
            let value = format!("select \"{column}\" from \"{table}\" where id = $1");
            let sql = format!("update \"{table}\" set \"{column}\" = ({value}) where id = $2");
            tx.execute_sql(sql, storage::cells![tx.dialect(); from, other]).await
        }
    });
    copied.await.unwrap();
    let own = format!("{RECORDS}/{other}");
    assert_eq!(site.get("ben", &own).await.json()["scan"]["name"], "a.pdf");
    assert_eq!(site.get("ben", &format!("{own}/files/scan")).await.status, 404);
    assert_eq!(site.get("ann", &format!("{path}/files/scan")).await.status, 200);
    let released = database.write(move |tx| async move {
        let row = table::find(&tx, file).await?.unwrap();
        table::update(&tx, &File { state: table::RELEASED.to_owned(), ..row }).await
    });
    released.await.unwrap();
    assert_eq!(site.get("ann", &format!("{path}/files/scan")).await.status, 404, "it is let go");
}

#[test]
fn bytes_decide_what_is_taken() {
    on_each(|site| async move {
        let site = with_papers(site).await;
        let page = b"<html><script>alert(1)</script></html>";
        for (name, content) in [("a.exe", &b"MZ\x90\0\x03\0\0\0"[..]), ("a.png", b"\x89PNG\r\n\x1a\n\0\0")] {
            let answer = form(&site, "ann", "/api/v1/files", name, content).await;
            assert_eq!(told(&answer), (422, "file_refused".to_owned()), "{name}");
        }
        let refused = async |field: &str, name: &str, content: &[u8]| {
            let file = upload(&site, "ann", name, content).await;
            let answer = site.post("ann", RECORDS, json!({"name": "n", field: file["id"]})).await;
            assert_eq!(told(&answer), (422, "file_refused".to_owned()), "{field} {name}: {}", answer.text());
        };
        refused("photo", "page.png", page).await;
        refused("scan", "page.pdf", page).await;
        refused("photo", "bomb.png", &png(100_000, 100_000)).await;
        refused("photo", "none.png", &png(0, 10)).await;
        refused("mark", "mark.gif", b"GIF89a\x03\0\x05\0").await;
        refused("mark", "drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>").await;
        let mut large = png(10, 10);
        large.resize(200 * 1024, 0);
        refused("photo", "large.png", &large).await;
        // A page is handed out as text, to be kept, wherever it stands.
        let file = upload(&site, "ann", "page.html", page).await;
        assert_eq!(file["type"], "text/plain");
        let id = paper(&site, "ann", json!({"name": "n"})).await;
        let attached =
            site.post("ann", &format!("{RECORDS}/{id}/attachments"), json!({"file": file["id"]})).await;
        assert_eq!(attached.status, 201, "{}", attached.text());
        let path = format!("{RECORDS}/{id}/attachments/{}", file["id"].as_str().unwrap());
        let answer = site.get("ann", &path).await;
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
        assert!(answer.header("content-disposition").is_some_and(|value| value.starts_with("attachment;")));
        // What poses as an upload is none.
        let pose =
            json!({"files": {"upload": {"filepath": "/etc/passwd"}}, "file": {"filepath": "/etc/passwd"}});
        assert_eq!(
            told(&site.post("ann", "/api/v1/files", pose.clone()).await),
            (415, "unsupported_media_type".to_owned())
        );
        assert_eq!(site.post("ann", &format!("{RECORDS}/{id}/attachments"), pose).await.status, 400);
        for value in [json!({"path": "/etc/passwd"}), json!("/etc/passwd"), json!([]), json!({"id": 1})] {
            let answer = site.patch("ann", &format!("{RECORDS}/{id}"), json!({"scan": value})).await;
            assert!(matches!(answer.status, 400 | 422), "{value}: {}", answer.text());
        }
        for body in [
            &b""[..],
            b"--bound\r\n",
            b"--bound\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--bound--\r\n",
        ] {
            let headers = [("content-type", "multipart/form-data; boundary=bound")];
            let answer = bytes(&site, "ann", "POST", "/api/v1/files", &headers, body).await;
            assert_eq!(told(&answer), (400, "invalid_body".to_owned()), "{}", answer.text());
        }
        site
    });
}

#[test]
fn uploads_go_on_where_they_were_cut_off() {
    on_each(|site| async move {
        let site = with_papers(site).await;
        let mut whole = b"%PDF-1.7\n".to_vec();
        // Larger than a part.
        whole.extend((0..4_700_000_u32).map(|n| u8::try_from(n % 251).unwrap()));
        let asked = json!({"name": "long.pdf", "size": whole.len()});
        let begun = site.post("ann", "/api/v1/uploads", asked).await;
        assert_eq!(begun.status, 201, "{}", begun.text());
        let path = begun.header("location").unwrap().to_owned();
        let send = async |who: &str, offset: usize, end: usize| {
            let offset = offset.to_string();
            let headers = [("content-type", "application/octet-stream"), ("upload-offset", offset.as_str())];
            bytes(&site, who, "PATCH", &path, &headers, &whole[offset.parse().unwrap()..end]).await
        };
        assert_eq!(send("ann", 0, 1000).await.status, 204);
        let head = bytes(&site, "ann", "HEAD", &path, &[], b"").await;
        assert_eq!((head.status, head.header("upload-offset")), (200, Some("1000")));
        assert_eq!(head.header("upload-length"), Some(whole.len().to_string().as_str()));
        assert_eq!(
            told(&send("ann", 0, 500).await),
            (409, "upload_offset".to_owned()),
            "what is there is there"
        );
        assert_eq!(told(&send("ann", 2000, 2500).await), (409, "upload_offset".to_owned()));
        assert_eq!(send("ben", 1000, 2000).await.status, 404);
        let early = site.post("ann", RECORDS, json!({"name": "n", "scan": path.rsplit('/').next()})).await;
        assert_eq!(told(&early), (422, "file_refused".to_owned()), "it is not whole");
        let done = send("ann", 1000, whole.len()).await;
        assert_eq!((done.status, &done.json()["type"]), (200, &json!("application/pdf")), "{}", done.text());
        let whole_size = whole.len().to_string();
        let headers = [("content-type", "application/octet-stream"), ("upload-offset", whole_size.as_str())];
        let more = bytes(&site, "ann", "PATCH", &path, &headers, b"x").await;
        assert_eq!(told(&more), (404, "not_found".to_owned()), "it was judged");
        let id = paper(&site, "ann", json!({"name": "n", "scan": done.json()["id"]})).await;
        let file = format!("{RECORDS}/{id}/files/scan");
        assert_eq!(site.get("ann", &file).await.body, whole);
        let middle = bytes(&site, "ann", "GET", &file, &[("range", "bytes=4194300-4194310")], b"").await;
        assert_eq!((middle.status, middle.body.as_slice()), (206, &whole[4_194_300..=4_194_310]));
        // Bounds: a file, all files.
        let too_large =
            site.post("ann", "/api/v1/uploads", json!({"name": "x", "size": 9 * 1024 * 1024})).await;
        assert_eq!(told(&too_large), (413, "too_large".to_owned()));
        let ask =
            async || site.post("ann", "/api/v1/uploads", json!({"name": "x", "size": 6 * 1024 * 1024})).await;
        let held = ask().await;
        assert_eq!(held.status, 201);
        assert_eq!(told(&ask().await), (507, "quota_exceeded".to_owned()));
        let more = [("content-type", "application/octet-stream"), ("upload-offset", "0")];
        let small = site.post("ann", "/api/v1/uploads", json!({"name": "x", "size": 3})).await;
        let small = bytes(&site, "ann", "PATCH", small.header("location").unwrap(), &more, b"four").await;
        assert_eq!(told(&small), (413, "too_large".to_owned()));
        assert_eq!(
            site.call("ann", "DELETE", held.header("location").unwrap(), &[], &Json::Null).await.status,
            204
        );
        assert_eq!(ask().await.status, 201, "there is room again");
        site
    });
}

/// As many more uploads like one.
async fn repeated(site: &Site, id: Uuid, times: usize) {
    let make = move |tx: storage::Tx| async move {
        let one = table::find(&tx, id).await?.unwrap();
        for _ in 0..times {
            table::begin(&tx, &File { id: Uuid::now_v7(), ..one.clone() }, None).await?;
        }
        Ok(())
    };
    site.engine.database().write(make).await.unwrap();
}

#[test]
fn few_uploads_may_wait() {
    on_each(|site| async move {
        let site = with_papers(site).await;
        let begin =
            async |who: &str| site.post(who, "/api/v1/uploads", json!({"name": "x", "size": 1})).await;
        let begun = begin("ann").await;
        assert_eq!(begun.status, 201, "{}", begun.text());
        let first = begun.header("location").unwrap().to_owned();
        repeated(&site, begun.json()["id"].as_str().unwrap().parse().unwrap(), 199).await;
        assert_eq!(told(&begin("ann").await), (507, "quota_exceeded".to_owned()));
        assert_eq!(begin("ben").await.status, 201, "others are not held up");
        assert_eq!(site.call("ann", "DELETE", &first, &[], &Json::Null).await.status, 204);
        assert_eq!(begin("ann").await.status, 201);
        // What is left lying is let go after a day, and its bytes go a day later.
        age(&site).await;
        assert_eq!(site.engine.sweep_files().await.unwrap(), 1);
        age(&site).await;
        assert_eq!(site.engine.sweep_files().await.unwrap(), 201);
        site
    });
}

#[test]
fn attachments_belong_to_the_record() {
    on_each(|site| async move {
        let site = with_papers(site).await;
        let id = paper(&site, "ann", json!({"name": "n"})).await;
        let path = format!("{RECORDS}/{id}/attachments");
        let added = form(&site, "ann", &path, "a.pdf", b"%PDF-1.7 a").await;
        assert_eq!(added.status, 201, "{}", added.text());
        let list = site.get("rea", &path).await.json();
        assert_eq!(list["attachments"][0]["name"], "a.pdf");
        let one = format!("{path}/{}", added.json()["id"].as_str().unwrap());
        assert_eq!(site.get("rea", &one).await.text(), "%PDF-1.7 a");
        // Readers read; who may not see the record has nothing.
        assert_eq!(form(&site, "rea", &path, "b.pdf", b"%PDF-1.7 b").await.status, 403);
        assert_eq!(site.call("rea", "DELETE", &one, &[], &Json::Null).await.status, 403);
        assert_eq!(site.get("ben", &path).await.status, 404);
        assert_eq!(site.get("ben", &one).await.status, 404);
        let other = paper(&site, "ann", json!({"name": "other"})).await;
        let elsewhere = one.replace(&id, &other);
        assert_eq!(site.get("ann", &elsewhere).await.status, 404, "an attachment of another record");
        assert_eq!(site.call("ann", "DELETE", &elsewhere, &[], &Json::Null).await.status, 404);
        let pending = upload(&site, "ann", "c.pdf", b"%PDF-1.7 c").await;
        let stolen = site.post("root", &path, json!({"file": pending["id"]})).await;
        assert_eq!(told(&stolen), (422, "file_refused".to_owned()), "what others uploaded");
        let others = format!("{RECORDS}/{other}/attachments");
        let twice = site.post("ann", &others, json!({"file": added.json()["id"]})).await;
        assert_eq!(told(&twice), (422, "file_refused".to_owned()), "what is attached already");
        let customer = site.create("boss", "shop.customer", json!({"code": "C", "name": "n"})).await;
        let none = format!("/api/v1/records/shop.customer/{customer}/attachments");
        assert_eq!(told(&site.get("boss", &none).await), (404, "not_found".to_owned()));
        assert_eq!(form(&site, "boss", &none, "a.pdf", b"%PDF-1.7 a").await.status, 404);
        assert_eq!(site.call("ann", "DELETE", &one, &[], &Json::Null).await.status, 204);
        assert_eq!(site.get("ann", &one).await.status, 404, "it is let go");
        assert_eq!(site.get("rea", &path).await.json()["attachments"], json!([]));
        let history = site.get("ann", &format!("{RECORDS}/{id}/history")).await.json();
        let told: Vec<&Json> =
            history["changes"].as_array().unwrap().iter().map(|change| &change["field"]).collect();
        assert_eq!(told[..2], [&json!("attachments"), &json!("attachments")], "{history}");
        let trail = site.get("root", &format!("/api/v1/audit?kind=attachment.*&record={id}")).await.json();
        let kinds: Vec<&Json> =
            trail["entries"].as_array().unwrap().iter().map(|entry| &entry["kind"]).collect();
        assert_eq!(kinds, [&json!("attachment.removed"), &json!("attachment.added")]);
        assert_eq!(site.engine.seal_now().await.unwrap().forged, 0);
        assert_eq!(site.engine.verify_audit(None).await.unwrap().broken, None);
        site
    });
}

#[test]
fn a_backup_brings_the_files_along() {
    on_each(|site| async move {
        let site = with_papers(site).await;
        let file = upload(&site, "ann", "a.pdf", b"%PDF-1.7 in a backup").await;
        paper(&site, "ann", json!({"name": "n", "scan": file["id"]})).await;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("site.backup");
        let extent =
            storage::backup::backup(site.engine.database(), &target, site.engine.file_store()).await.unwrap();
        assert_eq!(extent.parts, 1);
        let database = Database::open(storage::Options::folder(folder.path().join("new"))).await.unwrap();
        let files = storage::files::Files::folder(folder.path().join("new files"));
        let restored =
            storage::backup::restore(&database, &target, Some(&files), engine::publish::catalog_of)
                .await
                .unwrap();
        assert_eq!(restored, extent);
        let id = file["id"].as_str().unwrap().parse().unwrap();
        let row: File = table::find(&database.reader(), id).await.unwrap().unwrap();
        let bytes = files.get(id, row.parts().unwrap()[0].key).await.unwrap();
        assert_eq!(&bytes[..], b"%PDF-1.7 in a backup");
        database.close().await.unwrap();
        site
    });
}
