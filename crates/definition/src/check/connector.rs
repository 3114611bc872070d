//! Checks of a connector.
//!
//! What its expressions come to is for the catalog to say.

use super::{invalid, named, object, unknown, wrong};
use crate::connector::{
    Auth, BodyForm, BodyFrom, Connector, HttpConnection, ImapConnection, LONGEST_TIMEOUT, Operation,
    PathPart, SEND, SmtpConnection, is_header_name, is_header_value, wrong_base,
};
use crate::findings::Findings;
use calendar::Duration;
use diagnostic::{Code, Diagnostic};
use serde_json::Value as Json;

/// Headers in which a definition would say a secret.
const OF_SECRETS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];
/// Headers that say where a message goes and where it ends, and the key of what is asked once only.
const OF_THE_CALL: [&str; 10] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "keep-alive",
    "idempotency-key",
];

pub(super) fn check(written: &Connector, found: &mut Findings<'_>) {
    match (&written.http, &written.smtp, &written.imap) {
        (None, None, None) => found.key("", Diagnostic::new(Code::MissingKey).with("key", "http")),
        (Some(connection), None, None) => http(connection, found),
        (None, Some(connection), None) => smtp(connection, written, found),
        (None, None, Some(connection)) => imap(connection, written, found),
        (_, smtp, _) => found.key(
            if smtp.is_some() { "/smtp" } else { "/imap" },
            wrong([
                "a connector speaks one of `http`, `smtp` and `imap`",
                "连接器只能使用 `http`、`smtp`、`imap` 之一",
                "連接器只能使用 `http`、`smtp`、`imap` 其中之一",
            ]),
        ),
    }
    for (name, operation) in &written.operations {
        let pointer = format!("/operations/{name}");
        named(&pointer, name, found);
        self::operation(operation, &pointer, found);
    }
}

fn http(connection: &HttpConnection, found: &mut Findings<'_>) {
    if let Some([en, cn, tw]) = connection.url.as_deref().and_then(wrong_base) {
        let words = [format!("the address {en}"), format!("地址{cn}"), format!("位址{tw}")];
        found.value("/http/url", invalid(words));
    }
    headers(connection.headers.iter().map(|(name, value)| (name, Some(value))), "/http/headers", found);
    if let Some(text) = &connection.timeout {
        timeout(text, found);
    }
    if let Some(auth) = &connection.auth {
        self::auth(auth, found);
    }
}

fn timeout(text: &str, found: &mut Findings<'_>) {
    match Duration::parse(text) {
        Err(unreadable) => found.value("/http/timeout", *unreadable),
        Ok(length)
            if length.is_working()
                || length.days() != 0
                || !(1..=LONGEST_TIMEOUT).contains(&length.seconds()) =>
        {
            found.value(
                "/http/timeout",
                wrong([
                    "an answer may take 1s to 2m",
                    "等待应答的时间须为 1s 到 2m",
                    "等待回應的時間須為 1s 到 2m",
                ]),
            );
        }
        Ok(_) => {}
    }
}

fn auth(auth: &Auth, found: &mut Findings<'_>) {
    let ways: Vec<(&str, &str)> = auth.secrets().collect();
    if ways.is_empty() {
        found.key(
            "/http/auth",
            wrong([
                "`auth` says how: one or several of basic, bearer, header, query, hmac",
                "`auth` 须指定方式：basic、bearer、header、query、hmac 中的一种或多种",
                "`auth` 須指定方式：basic、bearer、header、query、hmac 中的一種或多種",
            ]),
        );
    }
    for (way, secret) in ways {
        named(&format!("/http/auth/{way}/secret"), secret, found);
    }
    if auth.basic.is_some() && auth.bearer.is_some() {
        found.key(
            "/http/auth/bearer",
            wrong([
                "`basic` and `bearer` both say the header `Authorization`: use one of them",
                "`basic` 与 `bearer` 都使用 `Authorization` 标头，只能使用其一",
                "`basic` 與 `bearer` 都使用 `Authorization` 標頭，只能使用其一",
            ]),
        );
    }
    let mut names: Vec<(String, &str)> = Vec::new();
    if let Some(auth) = &auth.header {
        names.push(("/http/auth/header/name".to_owned(), &auth.name));
    }
    if let Some(auth) = &auth.hmac {
        names.push(("/http/auth/hmac/timestamp".to_owned(), auth.timestamp()));
        names.push(("/http/auth/hmac/signature".to_owned(), auth.signature()));
    }
    for (pointer, name) in names {
        if !is_header_name(name) || OF_THE_CALL.contains(&name.to_ascii_lowercase().as_str()) {
            found.value(&pointer, no_header(name));
        }
    }
    if auth.query.as_ref().is_some_and(|auth| auth.name.is_empty()) {
        let nameless = ["a parameter of the address has a name", "地址参数须有名称", "位址參數須有名稱"];
        found.value("/http/auth/query/name", wrong(nameless));
    }
}

fn no_header(name: &str) -> Diagnostic {
    invalid([
        format!("`{name}` is no header that may be said here"),
        format!("此处不能设置标头 `{name}`"),
        format!("此處不能設定標頭 `{name}`"),
    ])
}

/// Names of headers, and those values that are known.
fn headers<'h>(
    all: impl Iterator<Item = (&'h String, Option<&'h String>)>,
    base: &str,
    found: &mut Findings<'_>,
) {
    for (name, value) in all {
        let pointer = format!("{base}/{}", name.replace('~', "~0").replace('/', "~1"));
        let lower = name.to_ascii_lowercase();
        if OF_SECRETS.contains(&lower.as_str()) {
            found.key(
                &pointer,
                invalid([
                    format!("`{name}` holds a secret, which no definition does: name it under `auth`"),
                    format!("`{name}` 含有密钥，定义中不得包含密钥，请在 `auth` 中引用"),
                    format!("`{name}` 含有密鑰，定義中不得包含密鑰，請在 `auth` 中引用"),
                ]),
            );
        } else if !is_header_name(name) || OF_THE_CALL.contains(&lower.as_str()) {
            found.key(&pointer, no_header(name));
        }
        if value.is_some_and(|value| !is_header_value(value)) {
            found.value(
                &pointer,
                wrong([
                    "the value of a header is one line of ASCII",
                    "标头的值须为一行 ASCII 文本",
                    "標頭的值須為一行 ASCII 文字",
                ]),
            );
        }
    }
}

/// Whether an address begins with one of the schemes and names a host and nothing more.
fn names_a_host(url: &str, schemes: [&str; 3]) -> bool {
    let rest = schemes.iter().find_map(|scheme| url.strip_prefix(scheme));
    rest.is_some_and(|host| {
        let host = host.trim_end_matches('/');
        !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "@/?#\\{}".contains(c))
    })
}

fn imap(connection: &ImapConnection, written: &Connector, found: &mut Findings<'_>) {
    let formed = |url: &String| names_a_host(url, ["imaps://", "starttls://", "imap://"]);
    if !connection.url.as_ref().is_none_or(formed) {
        found.value(
            "/imap/url",
            wrong([
                "a mailbox is reached at imaps://mail.example.com, without user and password",
                "邮箱的地址写法为 imaps://mail.example.com，不含用户名和密码",
                "信箱的位址寫法為 imaps://mail.example.com，不含使用者和密碼",
            ]),
        );
    }
    named("/imap/auth/secret", &connection.auth.secret, found);
    if let Some(every) = &connection.every {
        match Duration::parse(every) {
            Err(unreadable) => found.value("/imap/every", *unreadable),
            Ok(length)
                if length.is_working() || length.days() != 0 || !(10..=86400).contains(&length.seconds()) =>
            {
                found.value(
                    "/imap/every",
                    wrong([
                        "a mailbox is looked into every 10s to 24h",
                        "查看邮箱的间隔须为 10s 到 24h",
                        "查看信箱的間隔須為 10s 到 24h",
                    ]),
                );
            }
            Ok(_) => {}
        }
    }
    for (key, folder) in [("folder", &connection.folder), ("move_to", &connection.move_to)] {
        if folder.as_ref().is_some_and(|name| name.is_empty() || name.contains(char::is_control)) {
            found.value(
                &format!("/imap/{key}"),
                wrong([
                    "a folder has a name of one line",
                    "文件夹名称须为一行文本",
                    "資料夾名稱須為一行文字",
                ]),
            );
        }
    }
    if let Some(name) = written.operations.keys().next() {
        found.key(
            &format!("/operations/{name}"),
            wrong([
                "a mailbox is read: it has no operations",
                "邮箱仅供读取，没有操作",
                "信箱僅供讀取，沒有操作",
            ]),
        );
    }
}

fn smtp(connection: &SmtpConnection, written: &Connector, found: &mut Findings<'_>) {
    let formed = |url: &String| names_a_host(url, ["smtps://", "starttls://", "smtp://"]);
    if !connection.url.as_ref().is_none_or(formed) {
        found.value(
            "/smtp/url",
            wrong([
                "a mail server is written as smtps://mail.example.com, without user and password",
                "邮件服务器的写法为 smtps://mail.example.com，不含用户名和密码",
                "郵件伺服器的寫法為 smtps://mail.example.com，不含使用者和密碼",
            ]),
        );
    }
    if let Some(auth) = &connection.auth {
        named("/smtp/auth/secret", &auth.secret, found);
    }
    if let Some(name) = written.operations.keys().next() {
        found.key(
            &format!("/operations/{name}"),
            invalid([
                format!("a mail server has the operation `{SEND}` and no other"),
                format!("邮件服务器只有操作 `{SEND}`"),
                format!("郵件伺服器只有操作 `{SEND}`"),
            ]),
        );
    }
}

fn operation(written: &Operation, pointer: &str, found: &mut Findings<'_>) {
    for (name, parameter) in &written.parameters {
        let pointer = format!("{pointer}/parameters/{name}");
        named(&pointer, name, found);
        object::check_field(parameter, &pointer, found);
    }
    path(written, pointer, found);
    let fixed = written.headers.iter().map(|(name, value)| (name, Some(value)));
    headers(fixed, &format!("{pointer}/headers"), found);
    headers(written.headers_from.keys().map(|name| (name, None)), &format!("{pointer}/headers_from"), found);
    let twice = |key: &str, from: &str, name: &String, found: &mut Findings<'_>| {
        found.key(&format!("{pointer}/{from}/{name}"), said_twice(&format!("{key}.{name}")));
    };
    for name in written.query_from.keys().filter(|name| written.query.contains_key(*name)) {
        twice("query", "query_from", name, found);
    }
    for name in written.headers_from.keys() {
        if written.headers.keys().any(|known| known.eq_ignore_ascii_case(name)) {
            twice("headers", "headers_from", name, found);
        }
    }
    body(written, pointer, found);
    answer(written, pointer, found);
}

/// The path begins with a slash, and its parameters are known and always have a value.
fn path(written: &Operation, pointer: &str, found: &mut Findings<'_>) {
    let at = format!("{pointer}/path");
    let path = &written.path;
    let odd = |c: char| c.is_whitespace() || c.is_control() || "?#\\<>\"".contains(c);
    let steps = path.split('/').skip(1).any(|step| matches!(step, "." | ".."));
    let parts =
        written.parts().filter(|_| path.is_empty() || path.starts_with('/') && !path.contains(odd) && !steps);
    let Some(parts) = parts else {
        found.value(
            &at,
            wrong([
                "a path is written as /quotes/{number}; parameters of the address belong to `query`",
                "路径的写法为 /quotes/{number}，地址参数写在 `query` 中",
                "路徑的寫法為 /quotes/{number}，位址參數寫在 `query` 中",
            ]),
        );
        return;
    };
    for part in parts {
        let PathPart::Parameter(name) = part else { continue };
        match written.parameters.get(&name) {
            None => {
                found.value(&at, unknown("parameter", &name, written.parameters.keys().map(String::as_str)))
            }
            Some(parameter) if !parameter.required && parameter.default.is_none() => found.value(
                &at,
                invalid([
                    format!("`{name}` stands in the path: it needs `required: true` or a default"),
                    format!("`{name}` 用于路径，须设置 `required: true` 或默认值"),
                    format!("`{name}` 用於路徑，須設定 `required: true` 或預設值"),
                ]),
            ),
            Some(_) => {}
        }
    }
}

fn body(written: &Operation, pointer: &str, found: &mut Findings<'_>) {
    let key = if written.body.is_some() { "body" } else { "body_from" };
    if written.body.is_none() && written.body_from.is_none() {
        return;
    }
    if written.method().reads() {
        let method = written.method().name();
        found.key(
            &format!("{pointer}/{key}"),
            invalid([
                format!("a call by {method} has no body"),
                format!("{method} 请求没有正文"),
                format!("{method} 請求沒有內文"),
            ]),
        );
    }
    if let (Some(fixed), Some(from)) = (&written.body, &written.body_from) {
        disjoint(fixed, from, "body", &format!("{pointer}/body_from"), found);
    }
    let is_map = written.body.as_ref().is_none_or(Json::is_object)
        && written.body_from.as_ref().is_none_or(|from| matches!(from, BodyFrom::Map(_)));
    if written.body_as == BodyForm::Form && !is_map {
        found.value(
            &format!("{pointer}/{key}"),
            wrong([
                "the body of a form is a map of names and values",
                "表单正文须为名称与值的映射",
                "表單內文須為名稱與值的對應",
            ]),
        );
    }
}

/// Every part of a body is said once.
fn disjoint(fixed: &Json, from: &BodyFrom, path: &str, pointer: &str, found: &mut Findings<'_>) {
    match (fixed, from) {
        (Json::Object(fixed), BodyFrom::Map(from)) => {
            for (name, from) in from {
                if let Some(fixed) = fixed.get(name) {
                    disjoint(fixed, from, &format!("{path}.{name}"), &format!("{pointer}/{name}"), found);
                }
            }
        }
        _ => found.key(pointer, said_twice(path)),
    }
}

fn said_twice(what: &str) -> Diagnostic {
    invalid([format!("`{what}` is said already"), format!("`{what}` 已经设置"), format!("`{what}` 已經設定")])
}

fn answer(written: &Operation, pointer: &str, found: &mut Findings<'_>) {
    for (name, part) in &written.answer {
        let pointer = format!("{pointer}/answer/{name}");
        named(&pointer, name, found);
        if part.path.as_ref().is_some_and(|path| !path.is_empty() && !path.starts_with('/')) {
            found.value(
                &format!("{pointer}/path"),
                wrong([
                    "a place in an answer is written as /data/id",
                    "应答中的位置写法为 /data/id",
                    "回應中的位置寫法為 /data/id",
                ]),
            );
        }
    }
    for (place, status) in written.ok.iter().enumerate() {
        if !(200..=599).contains(status) {
            found.value(
                &format!("{pointer}/ok/{place}"),
                invalid([
                    format!("{status} is no status of an answer (200 to 599)"),
                    format!("{status} 不是应答状态码（200 到 599）"),
                    format!("{status} 不是回應狀態碼（200 到 599）"),
                ]),
            );
        }
    }
}
