//! What connectors come to, what overlays and translations change in them, and what is refused.

use super::sample::{built, packs, try_build, with};
use crate::model::connector::{Ask, Filling};
use crate::names::PhysicalNames;
use diagnostic::Locale;
use expression::Type;

const ERP: &str = "kind: connector
name: erp
http: {url: 'https://erp.example.com', auth: {bearer: {secret: token}}, headers: {X-Tenant: '42', X-Site: a}}
operations:
  quote:
    path: /quotes/{number}
    parameters: {number: {type: text, required: true}, total: {type: money}, to: {type: reference, to: base.user}}
    headers: {x-tenant: '43'}
    query_from: {on: 'today()'}
    body: {kind: quote, head: {currency: CNY}}
    body_from: {head: {total: total * 2}, lines: [number, {a: to}]}
    answer: {id: {type: text, path: /data/id}}
";

fn lines(files: &[(&str, &str)]) -> String {
    let found = try_build(&packs(files), &PhysicalNames::default()).err().unwrap_or_default();
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Each text with what is found in it.
fn report(rows: &[&str], file: impl Fn(&str) -> String) -> String {
    let told = |row: &&str| {
        let found = lines(&[("connectors/c.yaml", &file(row))]);
        format!("{row}\n=> {}", if found.is_empty() { "nothing" } else { &found })
    };
    rows.iter().map(told).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn expressions_speak_of_parameters() {
    let rows = [
        "body_from: {a: a, b: {c: [d, 'now()']}}",
        "body_from: j",
        "body_from: {a: {b: [a, ab]}}",
        "query_from: {a: 'a + 1'}",
        "query_from: {a: j}",
        "headers_from: {a: a}",
        "body_as: form\n    body_from: {a: j}",
        "body_as: form\n    body_from: {a: {b: a}}",
        "path: /x/{j}",
        "body_from: {a: r.login}",
        "body_from: {a: record.name}",
        "body_from: {a: user.login}",
    ];
    let file = |keys: &str| {
        format!(
            "kind: connector\nname: c\nhttp: {{}}\noperations:\n  o:\n    parameters: {{a: {{type: text, required: true}}, \
             d: {{type: date}}, j: {{type: json, required: true}}, r: {{type: reference, to: base.user}}}}\n    {keys}"
        )
    };
    insta::assert_snapshot!(report(&rows, file));
}

#[test]
fn parameters_are_fields_that_belong_to_no_object() {
    let rows = [
        "{type: reference, to: base.user}",
        "{type: reference, to: base.usr}",
        "{type: children, of: base.user, via: a}",
        "{type: file}",
        "{type: address}",
        "{type: text, formula: 'a'}",
        "{type: integer, default: x}",
    ];
    let file = |field: &str| {
        format!("kind: connector\nname: c\nhttp: {{}}\noperations: {{o: {{parameters: {{p: {field}}}}}}}")
    };
    insta::assert_snapshot!(report(&rows, file));
}

#[test]
fn a_connector_is_resolved() {
    let text = "kind: translation\nname: zh\nlocale: zh-CN\ntexts: {connector.erp: 系统, connector.erp.operations.quote: 报价, connector.erp.operations.quote.parameters.total: 金额, connector.erp.operations.quote.answer.id: 编号}";
    let catalog = built(&[("connectors/erp.yaml", ERP), ("translations/zh.yaml", text)]).catalog;
    let (connector, quote) = catalog.operation("erp.quote", Some("crm")).unwrap();
    assert_eq!(connector.secrets.iter().map(|name| &**name).collect::<Vec<_>>(), ["token"]);
    let told = [&connector.label, &quote.label, &quote.parameters["total"].label, &quote.answer["id"].label];
    let told =
        told.map(|text| text.as_ref().and_then(|text| text.get(Locale::ZhCn)).unwrap_or_default().to_owned());
    assert_eq!(told, ["系统", "报价", "金额", "编号"]);
    let Ask::Http(ask) = &quote.ask else { panic!("no call") };
    let headers: Vec<_> = ask.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        headers,
        ["X-Site", "x-tenant"],
        "an operation's own header takes the place of the connector's"
    );
    let Some(Filling::Map(body)) = &ask.body else { panic!("no body") };
    assert_eq!(body.keys().collect::<Vec<_>>(), ["kind", "head", "lines"]);
    let Filling::Map(head) = &body["head"] else { panic!("no head") };
    assert!(matches!(&head["total"], Filling::From(expr) if matches!(expr.ty, Type::Decimal { .. })));
    let names = ["crm.erp.quote", "erp.quote", "erp.qoute", "crm.erp", "quote", ""];
    let known = names.map(|name| catalog.operation(name, None).is_some());
    assert_eq!(known, [true, false, false, false, false, false]);
}

#[test]
fn a_mail_server_sends() {
    let text = "kind: connector\nname: post\nsmtp: {auth: {user: desk, secret: password}}";
    let catalog = built(&[("connectors/post.yaml", text)]).catalog;
    let (connector, send) = catalog.operation("crm.post.send", None).unwrap();
    assert_eq!(connector.secrets.iter().map(|name| &**name).collect::<Vec<_>>(), ["password"]);
    let told: Vec<_> =
        send.parameters.iter().map(|(name, p)| format!("{name} {} {}", p.kind.name(), p.required)).collect();
    assert_eq!(
        told,
        [
            "to email true",
            "name text false",
            "subject text true",
            "text long_text true",
            "html long_text false"
        ]
    );
}

#[test]
fn an_overlay_changes_a_connector() {
    let site = [
        ("pack.yaml", "kind: pack\nname: site\nversion: 1.0.0\nrequires: {crm: '*'}\n"),
        (
            "connectors/erp.yaml",
            "kind: connector\nextends: crm.erp\nhttp: {url: 'https://test.example.com'}\noperations:\n  quote: {body_from: {head: {vat: 'total * 0.13'}}}\n  ping: {path: /ping}",
        ),
    ];
    let found =
        try_build(&with(&[("connectors/erp.yaml", ERP)], &[&site]), &PhysicalNames::default()).unwrap();
    let connector = &found.catalog.connectors["crm.erp"];
    assert_eq!(connector.operations.keys().map(|name| &**name).collect::<Vec<_>>(), ["quote", "ping"]);
    let broken = [
        site[0],
        (
            "connectors/erp.yaml",
            "kind: connector\nextends: crm.erp\noperations: {quote: {body_from: {head: {vat: 'totl'}}}}",
        ),
    ];
    let found =
        try_build(&with(&[("connectors/erp.yaml", ERP)], &[&broken]), &PhysicalNames::default()).unwrap_err();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        ["connectors/erp.yaml:3:47: error[expression_name]: unknown name `totl` (did you mean `total`?)"]
    );
}
