//! Pages of records, their order, their relations and their words, on every database there is.

use crate::Database;
use crate::aggregate::fetch_groups;
use crate::row::write::apply;
use crate::secret::Secret;
use crate::select::{PageOf, Reading, fetch_one, fetch_page};
use crate::settle::settle;
use crate::testing::{catalog_of_orders, create_tables, on_each};
use catalog::{Catalog, Encryption};
use definition::FieldType;
use definition::field::{DatetimeField, Mask, MoneyField, TextField};
use expression::{Aggregate, Expectation, Names, Path, Root, Step, Value, compile};
use plan::read::{
    AggregateSelect, Bindings, Conditions, Count, Group, Measure, Output, Page, Search, Select, Shape,
    SortKey,
};
use plan::write::{Operation, RowWrite};
use plan::{Row, Rows};
use rust_decimal::Decimal;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

struct Site {
    database: Database,
    catalog: Arc<Catalog>,
    bindings: Bindings,
    secret: Secret,
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

fn text_kind() -> FieldType {
    FieldType::Text(TextField::default())
}

/// The rows of [`site`].
fn rows_of(catalog: &Catalog) -> Vec<RowWrite> {
    let insert = |object: &str, n: u128, values: &[(&str, Value)]| {
        let mut after = Row::empty(catalog.objects[object].clone());
        after.set("id", Value::Reference(id(n)));
        values.iter().for_each(|(name, value)| after.set(name, value.clone()));
        let (object, changed) = (after.object.clone(), Vec::new());
        RowWrite {
            object,
            id: id(n),
            operation: Operation::Insert,
            before: None,
            after,
            changed,
            links: vec![],
        }
    };
    let reference = |n| Value::Reference(id(n));
    let at = |text: &str| Value::DateTime(text.parse().unwrap());
    let money = |n: i64| Value::Decimal(Decimal::new(n, 2));
    vec![
        insert("test.customer", 1, &[("name", "华为技术".into()), ("card", "6222000011112222".into())]),
        insert("test.customer", 2, &[("name", "Acme".into())]),
        insert(
            "test.order",
            11,
            &[
                ("name", "a \"quoted\"".into()),
                ("customer", reference(1)),
                ("placed_at", at("2026-01-31T17:00:00Z")),
            ],
        ),
        insert(
            "test.order",
            12,
            &[("name", "b".into()), ("customer", reference(2)), ("placed_at", at("2026-02-01T00:00:00Z"))],
        ),
        insert("test.order", 13, &[("customer", reference(2)), ("placed_at", at("2026-01-31T15:00:00.25Z"))]),
        insert("test.order", 14, &[("name", "北京华为".into())]),
        insert("test.order", 15, &[("name", "b".into())]),
        insert(
            "test.line",
            21,
            &[("order", reference(11)), ("amount", money(12345)), ("position", Value::Integer(2))],
        ),
        insert(
            "test.line",
            22,
            &[("order", reference(11)), ("amount", money(5)), ("position", Value::Integer(1))],
        ),
        insert(
            "test.line",
            23,
            &[("order", reference(12)), ("amount", money(-250)), ("position", Value::Integer(1))],
        ),
    ]
}

/// Customers 1 (华为技术, hidden in some tests) and 2 (Acme), orders 11–15, lines 21–23 of order 11.
async fn site(database: Database) -> Site {
    let mut catalog = catalog_of_orders();
    let customer = Arc::make_mut(catalog.objects.get_mut("test.customer").unwrap());
    let ty = expression::Type::Text;
    let stored = catalog::Stored::Column { column: "card".into(), ty: definition::ColumnType::Text };
    let mut card = crate::testing::field_of("card", ty, stored);
    card.encrypted = Some(Encryption { mask: Mask::Last4, hash_column: Some("card_hash".into()) });
    card.index = customer.fields.len();
    customer.fields.insert("card".into(), card);
    let catalog = Arc::new(catalog);
    create_tables(&database, &catalog).await;
    let now = "2026-03-10T02:30:00Z".parse().unwrap();
    let bindings = Bindings { now, time_zone: "Asia/Shanghai".into(), user: Arc::new(HashMap::new()) };
    let site = Site { database, catalog, bindings, secret: Secret::new("test") };
    let writes = rows_of(&site.catalog);
    let (catalog, bindings, secret) = (site.catalog.clone(), site.bindings.clone(), site.secret.clone());
    let work = site.database.write(move |tx| {
        let (catalog, bindings, secret, writes) =
            (catalog.clone(), bindings.clone(), secret.clone(), writes.clone());
        async move {
            let reading = Reading { catalog: &catalog, bindings: &bindings, secret: Some(&secret) };
            apply(&tx, reading, &writes).await?;
            settle(&tx, reading, &writes).await.map(|_| ())
        }
    });
    work.await.unwrap();
    site
}

fn path(object: &str, steps: &[(&str, &str)]) -> Path {
    let _ = object;
    let steps = steps.iter().map(|(object, field)| Step { object: (*object).into(), field: (*field).into() });
    Path { root: Root::Row, steps: steps.collect() }
}

impl Site {
    fn reading(&self) -> Reading<'_> {
        Reading { catalog: &self.catalog, bindings: &self.bindings, secret: Some(&self.secret) }
    }

    fn select(&self, outputs: Vec<Output>, conditions: Conditions, sort: &[(&str, bool)]) -> Select {
        let key = |(field, descending): &(&str, bool)| SortKey {
            path: path("", &[("test.order", field)]),
            descending: *descending,
        };
        let shape = Arc::new(Shape {
            object: self.catalog.objects["test.order"].clone(),
            outputs,
            sort: sort.iter().map(key).collect(),
            guards: conditions.guards.clone(),
            access: conditions.access.clone(),
        });
        Select { shape, conditions, page: Page::Keyset { limit: 50, after: None }, count: Count::Exact }
    }

    async fn page(&self, select: &Select) -> PageOf {
        fetch_page(&self.database.reader(), self.reading(), select).await.unwrap()
    }

    fn filter(&self, text: &str) -> Option<expression::Expr> {
        let names =
            Names { roots: [(Root::Row, Arc::from("test.order"))].into_iter().collect(), ..Names::default() };
        Some(compile(text, &names, &*self.catalog, &Expectation::Condition).unwrap())
    }
}

fn all() -> Conditions {
    Conditions { access: Rows::All, ..Conditions::default() }
}

fn name() -> Output {
    let path = path("", &[("test.order", "name")]);
    Output::Value { key: "name".into(), path, kind: text_kind(), mask: None }
}

fn body(page: &PageOf) -> &str {
    std::str::from_utf8(&page.body).unwrap()
}

#[test]
fn records_carry_references_children_and_masked_secrets() {
    on_each(|database| async move {
        let site = site(database).await;
        let customer = site.catalog.objects["test.customer"].clone();
        let money = || FieldType::Money(MoneyField::default());
        let card = |mask| Output::Value {
            key: "card".into(),
            path: path("", &[("test.customer", "card")]),
            kind: text_kind(),
            mask,
        };
        let mask = customer.field("card").unwrap().encrypted.clone();
        let reference = |access: Rows| Output::Reference {
            key: "customer".into(),
            path: path("", &[("test.order", "customer")]),
            target: Some(customer.clone()),
            title: customer.title.clone(),
            access,
            reader: None,
            expand: vec![card(mask.clone())],
        };
        let lines = Output::Children {
            key: "lines".into(),
            object: site.catalog.objects["test.line"].clone(),
            via: "order".into(),
            access: Rows::All,
            outputs: vec![Output::Value {
                key: "amount".into(),
                path: path("", &[("test.line", "amount")]),
                kind: money(),
                mask: None,
            }],
        };
        let placed = Output::Value {
            key: "placed_at".into(),
            path: path("", &[("test.order", "placed_at")]),
            kind: FieldType::Datetime(DatetimeField::default()),
            mask: None,
        };
        let total = Output::Value {
            key: "total".into(),
            path: path("", &[("test.order", "total")]),
            kind: money(),
            mask: None,
        };
        let one = Conditions { ids: Some(vec![id(11)]), ..all() };
        let outputs = vec![name(), placed, total, reference(Rows::All), lines];
        let select = site.select(outputs, one.clone(), &[]);
        let found = fetch_one(&site.database.reader(), site.reading(), &select).await.unwrap().unwrap();
        assert_eq!(
            std::str::from_utf8(&found).unwrap(),
            "{\"name\":\"a \\\"quoted\\\"\",\"placed_at\":\"2026-01-31T17:00:00Z\",\"total\":\"123.50\",\
             \"customer\":{\"id\":\"01900000-0000-7000-8000-000000000001\",\"title\":\"华为技术\",\
             \"card\":\"****2222\"},\"lines\":[{\"amount\":\"0.05\"},{\"amount\":\"123.45\"}]}"
        );
        // A row that may not be seen shows its id and nothing else.
        let hidden = site.select(vec![reference(Rows::None)], one, &[]);
        assert_eq!(
            body(&site.page(&hidden).await),
            "[{\"customer\":{\"id\":\"01900000-0000-7000-8000-000000000001\",\"title\":null}}]"
        );
    });
}

#[test]
fn pages_follow_one_another_in_every_order() {
    on_each(|database| async move {
        let site = site(database).await;
        for (sort, expect) in [
            (vec![("name", false)], "[13, 11, 12, 15, 14]"),
            (vec![("name", true)], "[14, 15, 12, 11, 13]"),
            (vec![("total", true), ("name", false)], "[11, 13, 15, 14, 12]"),
            (vec![("placed_at", false)], "[14, 15, 13, 11, 12]"),
            (vec![("placed_at", true)], "[12, 11, 13, 15, 14]"),
            // By the title of the customer: none, Acme, 华为技术.
            (vec![("customer", false), ("name", true)], "[14, 15, 12, 13, 11]"),
        ] {
            let mut select = site.select(vec![name()], all(), &sort);
            let mut seen: Vec<u128> = Vec::new();
            let mut after = None;
            loop {
                select.page = Page::Keyset { limit: 2, after };
                let page = site.page(&select).await;
                assert_eq!(page.total, Some((5, false)));
                select.page = Page::Offset { limit: 2, offset: seen.len() as u64 };
                assert_eq!(site.page(&select).await.body, page.body, "{sort:?}");
                // The ids of a page, by the rows the same page has with nothing but ids shown.
                let mut ids = select.clone();
                Arc::make_mut(&mut ids.shape).outputs = vec![Output::Value {
                    key: "id".into(),
                    path: path("", &[("test.order", "id")]),
                    kind: text_kind(),
                    mask: None,
                }];
                let shown: Vec<serde_json::Value> =
                    serde_json::from_slice(&site.page(&ids).await.body).unwrap();
                let of = |row: &serde_json::Value| Uuid::parse_str(row["id"].as_str().unwrap()).unwrap();
                seen.extend(shown.iter().map(|row| of(row).as_u128() - id(0).as_u128()));
                match page.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
            assert_eq!(format!("{seen:?}"), expect, "{sort:?} on {}", site.database.dialect().name());
        }
    });
}

#[test]
fn filters_do_not_see_through_closed_references() {
    on_each(|database| async move {
        let site = site(database).await;
        let guards: HashMap<Arc<str>, Rows> =
            [(Arc::from("test.customer"), Rows::None)].into_iter().collect();
        for (filter, open, closed) in [
            ("customer.name == \"Acme\"", 2, 0),
            ("is_empty(customer.name)", 2, 5),
            ("name.contains(\"华\") || total > 100", 2, 2),
            ("lines.any(amount < 0)", 1, 1),
            ("customer.card == \"6222000011112222\"", 1, 0),
        ] {
            let conditions = Conditions { filter: site.filter(filter), ..all() };
            let select = site.select(vec![name()], conditions.clone(), &[]);
            assert_eq!(site.page(&select).await.total, Some((open, false)), "{filter}");
            let select = site.select(vec![name()], Conditions { guards: guards.clone(), ..conditions }, &[]);
            assert_eq!(site.page(&select).await.total, Some((closed, false)), "{filter}, closed");
        }
        let closed = Conditions { access: Rows::None, ..Conditions::default() };
        assert_eq!(site.page(&site.select(vec![name()], closed, &[])).await.rows, 0);
    });
}

#[test]
fn words_are_found_in_fields_that_may_be_read() {
    on_each(|database| async move {
        let site = site(database).await;
        let field = site.catalog.objects["test.order"].field("name").unwrap().index;
        for (text, fields, expect) in [
            ("华为", vec![field], 1),
            ("华", vec![field], 1),
            ("为", vec![field], 1),
            ("京华为", vec![field], 1),
            ("华京", vec![field], 0),
            ("B", vec![field], 2),
            ("quot", vec![field], 1),
            ("quoted a", vec![field], 1),
            ("quoted b", vec![field], 0),
            ("华为", vec![], 0),
            ("\" OR *", vec![field], 0),
        ] {
            let search = Some(Search { text: text.to_owned(), fields });
            let select = site.select(vec![name()], Conditions { search, ..all() }, &[]);
            let total = site.page(&select).await.total;
            assert_eq!(total, Some((expect, false)), "{text} on {}", site.database.dialect().name());
        }
    });
}

#[test]
fn groups_count_days_in_the_zone_of_the_site() {
    on_each(|database| async move {
        let site = site(database).await;
        let money = FieldType::Money(MoneyField::default());
        let measure = |key: &str, aggregate, field: Option<&str>| Measure {
            key: key.into(),
            aggregate,
            path: field.map(|field| path("", &[("test.order", field)])),
            kind: field.map(|_| money.clone()),
        };
        let group = |key: &str, field: &str, bucket: Option<&str>, target: Option<&str>| Group {
            key: key.into(),
            path: path("", &[("test.order", field)]),
            kind: text_kind(),
            bucket: bucket.map(str::to_owned),
            target: target.map(|target| site.catalog.objects[target].clone()),
            title: target.map(|target| site.catalog.objects[target].title.clone()).unwrap_or_default(),
        };
        let select = |groups| AggregateSelect {
            object: site.catalog.objects["test.order"].clone(),
            conditions: all(),
            groups,
            measures: vec![
                measure("orders", Aggregate::Count, None),
                measure("sum", Aggregate::Sum, Some("total")),
                measure("mean", Aggregate::Avg, Some("total")),
            ],
            sort: Vec::new(),
            limit: 100,
        };
        let months = select(vec![group("month", "placed_at", Some("month"), None)]);
        let found = fetch_groups(&site.database.reader(), site.reading(), &months).await.unwrap();
        assert_eq!(
            body(&found),
            "[{\"month\":null,\"orders\":2,\"sum\":\"0.00\",\"mean\":\"0.00\"},\
             {\"month\":\"2026-01-01\",\"orders\":1,\"sum\":\"0.00\",\"mean\":\"0.00\"},\
             {\"month\":\"2026-02-01\",\"orders\":2,\"sum\":\"121.00\",\"mean\":\"60.50\"}]"
        );
        let customers = select(vec![group("customer", "customer", None, Some("test.customer"))]);
        let found = fetch_groups(&site.database.reader(), site.reading(), &customers).await.unwrap();
        let rows: serde_json::Value = serde_json::from_slice(&found.body).unwrap();
        assert_eq!(rows[0]["customer"], serde_json::Value::Null);
        assert_eq!((&rows[1]["customer"]["title"], &rows[1]["orders"]), (&"Acme".into(), &2.into()));
        assert_eq!(rows[2]["sum"], "123.50");
    });
}
