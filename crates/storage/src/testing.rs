//! Running one test on every database there is.

use crate::connection::Options;
use crate::database::Database;
use std::future::Future;
use test_support::TestDatabase;

/// How a database of the tests is opened.
pub fn options(database: &TestDatabase) -> Options {
    let mut options = Options::url(database.url());
    // Tests do not lose power.
    options.durable = false;
    options.connections = 6;
    options
}

/// A runtime as the server has one.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Runs a test on each database, opened and empty.
pub fn on_each<W: Future<Output = ()>>(test: impl Fn(Database) -> W) {
    for place in test_support::databases() {
        runtime().block_on(async {
            let database = Database::open(options(&place)).await.unwrap();
            test(database.clone()).await;
            database.close().await.unwrap();
        });
    }
}

/// What a migration of the tests has at hand: a zone that is not UTC, and a key.
pub fn means() -> crate::migrate::Means<'static> {
    static SECRET: std::sync::LazyLock<crate::secret::Secret> =
        std::sync::LazyLock::new(|| crate::secret::Secret::new("a key of the tests"));
    let clock = expression::Clock { now: chrono::Utc::now(), zone: chrono_tz::Asia::Shanghai };
    crate::migrate::Means { clock, secret: Some(&SECRET) }
}

/// A catalog with the objects of the table of expressions.
pub fn catalog_of(fixture: &expression::conformance::Fixture) -> catalog::Catalog {
    let mut catalog = catalog::Catalog::default();
    for (name, object) in &fixture.objects {
        let fields = object.fields.iter().map(|(field, info)| {
            let tree = object.parent.as_ref() == Some(field);
            let stored = match (&info.ty, &info.via) {
                (expression::Type::Children(child), Some(via)) => {
                    catalog::Stored::Children { object: child.clone(), via: via.clone() }
                }
                (ty, _) => catalog::Stored::Column { column: field.clone(), ty: column_type(ty) },
            };
            let mut made = field_of(field, info.ty.clone(), stored);
            if tree {
                made.kind = tree_reference(name);
            }
            made
        });
        catalog.objects.insert(name.clone(), std::sync::Arc::new(object_of(name, fields.collect())));
    }
    catalog
}

/// How values of a type are stored.
pub fn column_type(ty: &expression::Type) -> definition::ColumnType {
    use definition::ColumnType as C;
    use expression::Type as T;
    match ty {
        T::Boolean => C::Boolean,
        T::Integer | T::Duration => C::Integer,
        T::Decimal { scale } => C::Decimal { scale: *scale },
        T::Text | T::Select(_) | T::Null => C::Text,
        T::Date => C::Date,
        T::DateTime => C::DateTime,
        T::Time => C::Time,
        T::Reference(Some(_)) => C::Uuid,
        T::Reference(None) => C::Link,
        T::Children(_) | T::List(_) | T::Address | T::Json => C::Json,
    }
}

/// A field type that speaks of a tree.
pub fn tree_reference(object: &str) -> definition::FieldType {
    definition::FieldType::Reference(definition::field::ReferenceField {
        to: object.to_owned(),
        on_delete: None,
        tree: true,
        choose_where: None,
        fill: indexmap::IndexMap::new(),
    })
}

/// A field that says nothing but its name, type and place.
pub fn field_of(name: &str, ty: expression::Type, stored: catalog::Stored) -> catalog::Field {
    catalog::Field {
        name: name.into(),
        index: 0,
        label: None,
        help: None,
        placeholder: None,
        kind: definition::FieldType::Text(definition::field::TextField::default()),
        ty,
        stored,
        system: None,
        derived: None,
        required: false,
        required_when: None,
        readonly: false,
        default: expression::Value::Null,
        default_from: None,
        choose_where: None,
        offered_when: Vec::new(),
        fill: Vec::new(),
        encrypted: None,
        search: false,
        hidden: false,
        declassify: false,
        inputs: std::sync::Arc::from([]),
    }
}

/// An object with the system fields and these.
pub fn object_of(name: &str, own: Vec<catalog::Field>) -> catalog::Object {
    use catalog::SystemField as S;
    use expression::Type as T;
    let column = |name: &str, ty: &T| catalog::Stored::Column { column: name.into(), ty: column_type(ty) };
    let system = [
        ("id", S::Id, T::Reference(Some(name.into()))),
        ("version", S::Version, T::Integer),
        ("created_at", S::CreatedAt, T::DateTime),
        ("created_by", S::CreatedBy, T::Reference(Some("base.user".into()))),
        ("updated_at", S::UpdatedAt, T::DateTime),
        ("updated_by", S::UpdatedBy, T::Reference(Some("base.user".into()))),
        ("deleted_at", S::DeletedAt, T::DateTime),
        ("position", S::Position, T::Integer),
    ];
    let mut fields = indexmap::IndexMap::new();
    for (name, which, ty) in system {
        let mut field = field_of(name, ty.clone(), column(name, &ty));
        field.system = Some(which);
        fields.insert(field.name.clone(), field);
    }
    for field in own {
        fields.insert(field.name.clone(), field);
    }
    for (index, field) in fields.values_mut().enumerate() {
        field.index = index;
    }
    catalog::Object {
        name: name.into(),
        pack: "test".into(),
        label: None,
        plural: None,
        description: None,
        icon: None,
        table: name.replace('.', "_").into(),
        formerly: Vec::new(),
        fields,
        aliases: std::collections::HashMap::new(),
        title: catalog::Title::default(),
        ownership: catalog::Ownership::Shared,
        parent: None,
        history: false,
        comments: false,
        attachments: false,
        followers: false,
        strict: false,
        single: false,
        key: None,
        uniques: indexmap::IndexMap::new(),
        indexes: indexmap::IndexMap::new(),
        rules: indexmap::IndexMap::new(),
        transitions: None,
        hooks: catalog::Hooks::default(),
        actions: indexmap::IndexMap::new(),
    }
}

/// The tables of a catalog, without indexes.
pub async fn create_tables(database: &Database, catalog: &catalog::Catalog) {
    use crate::dialect::{Dialect, quoted};
    use definition::ColumnType as C;
    let sqlite = database.dialect() == Dialect::Sqlite;
    let word = |ty: C| match (ty, sqlite) {
        (C::Text | C::Date | C::DateTime | C::Time | C::Json, true) => "text".to_owned(),
        (C::Integer | C::Decimal { .. } | C::Boolean, true) => "integer".to_owned(),
        (C::Uuid | C::Link, true) => "blob".to_owned(),
        (C::Text, false) => "text collate \"C\"".to_owned(),
        (C::Integer, false) => "bigint".to_owned(),
        (C::Decimal { scale }, false) => format!("numeric(18,{scale})"),
        (C::Boolean, false) => "boolean".to_owned(),
        (C::Date, false) => "date".to_owned(),
        (C::DateTime, false) => "timestamptz".to_owned(),
        (C::Time, false) => "time".to_owned(),
        (C::Uuid | C::Link, false) => "uuid".to_owned(),
        (C::Json, false) => "jsonb".to_owned(),
    };
    let mut statements = Vec::new();
    for object in catalog.objects.values() {
        let mut columns = Vec::new();
        for field in object.fields.values() {
            match &field.stored {
                catalog::Stored::Column { column, ty } => {
                    let key = if &**column == "id" { " primary key" } else { "" };
                    columns.push(format!("{} {}{key}", quoted(column), word(*ty)));
                    if *ty == C::Link {
                        columns.push(format!("{} {}", quoted(&format!("{column}_object")), word(C::Text)));
                    }
                    if let Some(hash) = field.encrypted.as_ref().and_then(|e| e.hash_column.as_ref()) {
                        columns.push(format!("{} {}", quoted(hash), word(C::Text)));
                    }
                }
                catalog::Stored::Link(link) => {
                    let attributes = link.attributes.iter();
                    let attributes: String = attributes
                        .map(|(_, column, _, ty)| format!(", {} {}", quoted(column), word(*ty)))
                        .collect();
                    statements.push(format!(
                        "create table {} (id {id} primary key, source {id}, target {id}, position bigint{attributes})",
                        quoted(&link.table),
                        id = word(C::Uuid)
                    ));
                }
                _ => {}
            }
        }
        statements.push(format!("create table {} ({})", quoted(&object.table), columns.join(", ")));
    }
    let sql = statements.join(";\n");
    database
        .write_alone(move |tx| {
            let sql = sql.clone();
            async move { tx.batch(&sql).await }
        })
        .await
        .unwrap();
}

/// Orders with lines: `total` adds up the lines, `net` takes the customer's discount off.
pub fn catalog_of_orders() -> catalog::Catalog {
    use catalog::{Derivation, Derived, Hop, Rollup, Stored, Trigger};
    use expression::{Expectation, Names, Root, Type, compile};
    use std::sync::Arc;
    let column = |name: &str, ty: &Type| Stored::Column { column: name.into(), ty: column_type(ty) };
    let plain = |name: &str, ty: Type| {
        let stored = column(name, &ty);
        field_of(name, ty, stored)
    };
    let to = |object: &str| Type::Reference(Some(object.into()));
    let money = Type::Decimal { scale: 2 };
    let lines = Stored::Children { object: "test.line".into(), via: "order".into() };
    let mut total = plain("total", money.clone());
    total.derived = Some(Derived::Rollup(Rollup {
        aggregate: expression::Aggregate::Sum,
        children: "lines".into(),
        value: Some("amount".into()),
        filter: None,
    }));
    let mut title = plain("name", Type::Text);
    title.search = true;
    let named = || catalog::Title { parts: vec![catalog::TitlePart::Field("name".into())] };
    let mut customer =
        object_of("test.customer", vec![title.clone(), plain("discount", Type::Decimal { scale: 4 })]);
    customer.title = named();
    let order = |net: catalog::Field| {
        let fields = vec![
            title.clone(),
            plain("customer", to("test.customer")),
            plain("placed_at", Type::DateTime),
            total.clone(),
            net,
            field_of("lines", Type::Children("test.line".into()), lines.clone()),
        ];
        let mut order = object_of("test.order", fields);
        order.title = named();
        Arc::new(order)
    };
    let line = object_of("test.line", vec![plain("order", to("test.order")), plain("amount", money.clone())]);
    let mut catalog = catalog::Catalog::default();
    catalog.objects.insert("test.customer".into(), Arc::new(customer));
    catalog.objects.insert("test.order".into(), order(plain("net", money.clone())));
    catalog.objects.insert("test.line".into(), Arc::new(line));
    let names =
        Names { roots: [(Root::Row, Arc::from("test.order"))].into_iter().collect(), ..Names::default() };
    let formula =
        compile("total * (100 - customer.discount) / 100", &names, &catalog, &Expectation::Any).unwrap();
    let mut net = plain("net", money);
    net.derived = Some(Derived::Formula(formula));
    catalog.objects.insert("test.order".into(), order(net));
    let derived = |field: &str| Derivation {
        object: "test.order".into(),
        field: field.into(),
        local: false,
        level: usize::from(field == "net"),
    };
    catalog.derivations.order = vec![derived("total"), derived("net")];
    let up = || vec![Hop::Targets { object: "test.line".into(), field: "order".into() }];
    let down = vec![Hop::Referrers { object: "test.order".into(), field: "customer".into() }];
    let mut trigger = |object: &str, field: &str, derivation: usize, hops: Vec<Hop>| {
        let key = (Arc::from(object), Arc::from(field));
        catalog.derivations.triggers.entry(key).or_default().push(Trigger { derivation, hops });
    };
    trigger("test.line", "amount", 0, up());
    trigger("test.line", "order", 0, up());
    trigger("test.order", "total", 1, Vec::new());
    trigger("test.order", "customer", 1, Vec::new());
    trigger("test.customer", "discount", 1, down);
    catalog
}
