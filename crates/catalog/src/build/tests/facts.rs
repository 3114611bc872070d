//! What a build makes of definitions.

use super::sample::{built, built_on, try_build, with};
use crate::model::field::Stored;
use crate::names::PhysicalNames;
use crate::{Catalog, Field, Hop, Ownership, Scope};
use diagnostic::Locale;

const QUOTE: (&str, &str) = (
    "objects/quote.yaml",
    "kind: object\nname: quote\nownership: user\nfields:\n  number: {type: autonumber, pattern: 'Q-{seq:4}'}\n  due: {type: date}\n  lines: {type: children, of: line, via: quote}\n  total: {type: money, currency: CNY, rollup: {sum: lines.amount, where: 'optional == false'}}\n  taxed: {type: money, currency: CNY, formula: 'total * 1.13'}\n  days: {type: integer, formula: 'days_between(today(), due)'}\n  owner_name: {type: text, formula: owner.name}\n  secret: {type: text, encrypted: true, lookup: exact}\n",
);
const LINE: (&str, &str) = (
    "objects/line.yaml",
    "kind: object\nname: line\nfields:\n  quote: {type: reference, to: quote, required: true, on_delete: cascade}\n  price: {type: money, currency: CNY}\n  count: {type: integer}\n  optional: {type: boolean, default: false}\n  amount: {type: money, currency: CNY, formula: 'price * quantity'}\n  quantity: {type: integer, default: 1}\n  due: {type: date, formula: quote.due, stored: true}\n",
);

fn line() -> (&'static str, String) {
    (LINE.0, LINE.1.replace("  count: {type: integer}\n", ""))
}

fn field<'a>(catalog: &'a Catalog, object: &str, name: &str) -> &'a Field {
    &catalog.objects[object].fields[name]
}

#[test]
fn values_live_where_they_should() {
    let line = line();
    let catalog = built(&[QUOTE, (line.0, &line.1)]).catalog;
    let stored = |object, name| match &field(&catalog, object, name).stored {
        Stored::Column { column, .. } => format!("column {column}"),
        Stored::Children { object, via } => format!("children {object}.{via}"),
        Stored::Link(link) => format!("link {}", link.table),
        Stored::Joined(path) => format!("joined over {} steps", path.steps.len()),
        Stored::AtRead => "at read".to_owned(),
    };
    let rows = [
        ("crm.quote", "id", "column id"),
        ("crm.quote", "owner", "column owner"),
        ("crm.quote", "lines", "children crm.line.quote"),
        ("crm.quote", "total", "column total"),
        ("crm.quote", "taxed", "column taxed"),
        ("crm.quote", "days", "at read"),
        ("crm.quote", "owner_name", "joined over 2 steps"),
        ("crm.line", "position", "column position"),
        ("crm.line", "due", "column due"),
    ];
    for (object, name, expect) in rows {
        assert_eq!(stored(object, name), expect, "{object}.{name}");
    }
    let line = &catalog.objects["crm.line"];
    assert_eq!(line.ownership, Ownership::Inherit("quote".into()));
    assert_eq!(line.parent.as_ref().map(|parent| &*parent.field), Some("lines"));
    assert_eq!(catalog.objects["crm.quote"].key.as_ref().map(|key| &*key.name), Some("number"));
    let hash = field(&catalog, "crm.quote", "secret").encrypted.as_ref().and_then(|e| e.hash_column.clone());
    assert_eq!(hash.as_deref(), Some("secret_hash"));
}

#[test]
fn computed_values_have_an_order_and_triggers() {
    let line = line();
    let catalog = built(&[QUOTE, (line.0, &line.1)]).catalog;
    let order: Vec<String> =
        catalog.derivations.order.iter().map(|d| format!("{}.{}", d.object, d.field)).collect();
    let place = |name: &str| order.iter().position(|have| have == name).unwrap();
    assert!(place("crm.line.amount") < place("crm.quote.total"));
    assert!(place("crm.quote.total") < place("crm.quote.taxed"));
    assert_eq!(order.len(), 4, "{order:?}");

    let triggers = |object: &str, name: &str| -> Vec<String> {
        let found = catalog.derivations.triggers.get(&(object.into(), name.into()));
        let shown = |hop: &Hop| match hop {
            Hop::Referrers { object, field } => format!("<-{object}.{field}"),
            Hop::Targets { object, field } => format!("->{object}.{field}"),
        };
        let of = |t: &crate::Trigger| {
            format!("{}{}", order[t.derivation], t.hops.iter().map(shown).collect::<String>())
        };
        found.into_iter().flatten().map(of).collect()
    };
    let rows: [(&str, &str, &[&str]); 6] = [
        ("crm.line", "price", &["crm.line.amount"]),
        ("crm.line", "amount", &["crm.quote.total->crm.line.quote"]),
        ("crm.line", "optional", &["crm.quote.total->crm.line.quote"]),
        ("crm.line", "quote", &["crm.quote.total->crm.line.quote", "crm.line.due"]),
        ("crm.quote", "due", &["crm.line.due<-crm.line.quote"]),
        ("crm.quote", "total", &["crm.quote.taxed"]),
    ];
    for (object, name, expect) in rows {
        let mut found = triggers(object, name);
        let mut expect: Vec<&str> = expect.to_vec();
        found.sort();
        expect.sort_unstable();
        assert_eq!(found, expect, "{object}.{name}");
    }
}

#[test]
fn readers_of_derived_values_need_their_inputs() {
    let line = line();
    let catalog = built(&[QUOTE, (line.0, &line.1)]).catalog;
    let inputs = |name: &str| -> Vec<String> {
        let mut all: Vec<String> =
            field(&catalog, "crm.quote", name).inputs.iter().map(|(o, f)| format!("{o}.{f}")).collect();
        all.sort();
        all
    };
    let total = [
        "crm.line.amount",
        "crm.line.optional",
        "crm.line.price",
        "crm.line.quantity",
        "crm.line.quote",
        "crm.quote.lines",
    ];
    assert_eq!(inputs("total"), total);
    let taxed: Vec<&str> = total.iter().copied().chain(["crm.quote.total"]).collect();
    assert_eq!(inputs("taxed"), taxed);
    let open = QUOTE.1.replace("rollup: {sum", "declassify: true, rollup: {sum");
    let catalog = built(&[(QUOTE.0, &open), (line.0, &line.1)]).catalog;
    let taxed = &field(&catalog, "crm.quote", "taxed").inputs;
    assert_eq!(taxed.iter().map(|(_, f)| &**f).collect::<Vec<_>>(), ["total"]);
}

#[test]
fn overlays_are_merged_per_property() {
    let lead = (
        "objects/lead.yaml",
        "kind: object\nname: lead\nfields:\n  name: {type: text, max: 20}\n  note: {type: text}\n  stage: {type: select, options: [new, old]}\n",
    );
    let site: &[(&str, &str)] = &[
        ("pack.yaml", "kind: pack\nname: site\nversion: 1.0.0\nrequires: {crm: '>=1'}\n"),
        ("objects/region.yaml", "kind: object\nname: region\nfields: {name: {type: text}}\n"),
        (
            "objects/lead.yaml",
            "kind: object\nextends: crm.lead\nfields:\n  name: {required: true}\n  region: {type: reference, to: region, after: name}\n  note: {hidden: true}\n  stage: {options: {middle: {after: new}}}\n",
        ),
    ];
    let built = try_build(&with(&[lead], &[site]), &PhysicalNames::default()).unwrap();
    let lead = &built.catalog.objects["crm.lead"];
    let own: Vec<&str> = lead.fields.values().filter(|f| f.system.is_none()).map(|f| &*f.name).collect();
    assert_eq!(own, ["name", "region", "note", "stage"]);
    assert!(lead.fields["name"].required && lead.fields["note"].hidden);
    let options = match &lead.fields["stage"].ty {
        expression::Type::Select(options) => options.to_vec(),
        other => panic!("{other:?}"),
    };
    assert_eq!(options, ["new", "middle", "old"]);
    assert_eq!(super::super::paths::target(&lead.fields["region"].ty).map(|t| &**t), Some("site.region"));
}

#[test]
fn names_survive_a_change_of_type_and_a_rename() {
    let object = |fields: &str| format!("kind: object\nname: lead\nfields:\n{fields}");
    let first = built(&[("objects/lead.yaml", &object("  a: {type: text}\n  b: {type: text}\n"))]);
    let text = object("  c: {type: text, formerly: [a]}\n  b: {type: integer}\n");
    let second = built_on(&[("objects/lead.yaml", &text)], &first.names);
    let columns = &second.names.tables["crm.lead"].columns;
    assert_eq!((columns["c"].name.as_str(), columns["b"].name.as_str()), ("a", "b_2"));
    assert_eq!(second.catalog.objects["crm.lead"].field("a").map(|f| &*f.name), Some("c"));
}

#[test]
fn references_views_and_uniques_bring_indexes_once() {
    let files = [
        (
            "objects/lead.yaml",
            "kind: object\nname: lead\nownership: user\nfields:\n  name: {type: text, unique: true}\n  stage: {type: select, options: [new, old]}\n  who: {type: user}\nindexes: {by_who: [who, -name]}\n",
        ),
        (
            "views/new.yaml",
            "kind: view\nname: fresh\nobject: lead\nwhere: 'stage == \"new\"'\nsort: [-created_at]\n",
        ),
        ("views/named.yaml", "kind: view\nname: named\nobject: lead\nsort: [name]\n"),
    ];
    let built = built(&files);
    let mut covers: Vec<&str> = built.names.tables["crm.lead"].indexes.values().map(String::as_str).collect();
    covers.sort_unstable();
    assert_eq!(
        covers,
        [
            "index department",
            "index id of live rows alone",
            "index owner",
            "index stage,created_at desc of live rows alone",
            "index who,name desc",
            "unique name"
        ]
    );
    let again = built_on(&files, &built.names);
    assert_eq!(again.names, built.names);
}

#[test]
fn grants_and_translations_are_resolved() {
    let files = [
        (
            "objects/lead.yaml",
            "kind: object\nname: lead\nlabel: Lead\nownership: user\nfields:\n  name: {type: text}\n  cost: {type: integer}\n",
        ),
        (
            "roles/rep.yaml",
            "kind: role\nname: rep\nobjects:\n  crm.lead: {create: true, read: 'owner == user.id', update: own, fields: {'*': read, name: edit}}\nrestrictions:\n  crm.lead: {where: 'cost < 5', exempt: [rep]}\n",
        ),
        (
            "translations/tw.yaml",
            "kind: translation\nname: tw\nlocale: zh-TW\ntexts: {object.lead: 線索, object.lead.fields.cost: 成本}\n",
        ),
    ];
    let catalog = built(&files).catalog;
    let grant = &catalog.roles["crm.rep"].objects["crm.lead"];
    assert!(matches!(grant.read, Scope::Condition(_)) && grant.update == Scope::Own);
    let rights: Vec<(&str, crate::FieldRight)> =
        grant.fields.iter().map(|(name, right)| (&**name, *right)).collect();
    assert_eq!(rights, [("name", crate::FieldRight::Edit), ("cost", crate::FieldRight::Read)]);
    assert_eq!(catalog.restrictions["crm.lead"][0].exempt, ["crm.rep".into()]);
    let lead = &catalog.objects["crm.lead"];
    assert_eq!(lead.label.as_ref().and_then(|text| text.get(Locale::ZhTw)), Some("線索"));
    assert_eq!(lead.fields["cost"].label.as_ref().and_then(|text| text.get(Locale::En)), Some("cost"));
}

#[test]
fn tables_of_data_become_records_in_loading_order() {
    let files = [
        (
            "objects/lead.yaml",
            "kind: object\nname: lead\nfields:\n  code: {type: text, unique: true}\n  day: {type: date}\n  up: {type: reference, to: lead}\n  who: {type: user}\n",
        ),
        ("demo/a_leads.yaml", "kind: demo\nname: leads\nobject: lead\nfile: leads.csv\n"),
        ("demo/leads.csv", "alias,code,day,who.login,up\none,@@x,today-3,lily,\n,b,2026-01-02,@no,@one\n"),
        (
            "demo/b_users.yaml",
            "kind: demo\nname: users\nobject: base.user\nrecords:\n  lily: {login: lily}\n",
        ),
    ];
    let catalog = built(&files).catalog;
    assert_eq!(catalog.demo.keys().map(|name| &**name).collect::<Vec<_>>(), ["crm.users", "crm.leads"]);
    let records = serde_json::to_string(&catalog.demo["crm.leads"].records).unwrap();
    assert_eq!(
        records,
        r#"{"one":{"code":"@@x","day":{"today":-3},"who":{"by":{"login":"lily"}}},"leads.csv#3":{"code":"b","day":"2026-01-02","who":{"by":{"login":"@no"}},"up":"@one"}}"#
    );
}
