//! Roll-ups and formulas across objects, settled, moved, raced; compared with what is true.

use crate::Database;
use crate::dialect::Dialect;
use crate::row::load_row;
use crate::row::write::apply;
use crate::select::Reading;
use crate::settle::{Deferred, lock_set, resume_up_to, settle, settle_up_to};
use crate::testing::{catalog_of_orders, create_tables, on_each};
use catalog::Catalog;
use diagnostic::Result;
use expression::Value;
use plan::Row;
use plan::read::Bindings;
use plan::write::{Operation, RowWrite};
use rust_decimal::Decimal;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

#[derive(Clone)]
struct Site {
    database: Database,
    catalog: Arc<Catalog>,
    bindings: Bindings,
}

impl Site {
    fn reading(&self) -> Reading<'_> {
        Reading { catalog: &self.catalog, bindings: &self.bindings, secret: None }
    }

    async fn new(database: Database) -> Site {
        let catalog = Arc::new(catalog_of_orders());
        create_tables(&database, &catalog).await;
        let now = "2026-03-10T02:30:00Z".parse().unwrap();
        let bindings = Bindings { now, time_zone: "Asia/Shanghai".into(), user: Arc::new(HashMap::new()) };
        Site { database, catalog, bindings }
    }

    fn row(&self, object: &str, id: Uuid, values: &[(&str, Value)]) -> Row {
        let mut row = Row::empty(self.catalog.objects[object].clone());
        row.set("id", Value::Reference(id));
        for (name, value) in values {
            row.set(name, value.clone());
        }
        row
    }

    fn insert(&self, object: &str, id: Uuid, values: &[(&str, Value)]) -> RowWrite {
        let after = self.row(object, id, values);
        RowWrite {
            object: after.object.clone(),
            id,
            operation: Operation::Insert,
            before: None,
            changed: (0..after.values.len()).filter(|i| !after.values[*i].is_null()).collect(),
            after,
            links: Vec::new(),
        }
    }

    async fn get(&self, tx: &crate::Tx, object: &str, id: Uuid) -> Row {
        let reading = self.reading();
        load_row(tx, reading, &self.catalog.objects[object], id, false).await.unwrap().unwrap()
    }

    /// Applies writes as the engine does: locks, writes, settles.
    async fn write(&self, writes: Vec<RowWrite>) -> Result<usize> {
        let site = self.clone();
        self.database
            .write(move |tx| {
                let (site, writes) = (site.clone(), writes.clone());
                async move { site.run(&tx, &writes).await }
            })
            .await
    }

    async fn run(&self, tx: &crate::Tx, writes: &[RowWrite]) -> Result<usize> {
        let reading = self.reading();
        // With the variable set, `concurrent_lines_and_parent_changes_add_up` fails on PostgreSQL: what shows
        // that it races, and that these locks are what it needs.
        if std::env::var_os("LIFELOOM_TEST_WITHOUT_LOCKS").is_none() {
            lock_set(tx, reading, writes, None).await?;
        }
        apply(tx, reading, writes).await?;
        let settled = settle(tx, reading, writes).await?;
        assert!(settled.deferred.is_empty());
        Ok(settled.changes.len())
    }

    /// Changes fields of a stored row, read in the same transaction.
    async fn change(&self, object: &str, id: Uuid, operation: Operation, values: Vec<(&'static str, Value)>) {
        let (site, object) = (self.clone(), object.to_owned());
        self.database
            .write(move |tx| {
                let (site, object, values) = (site.clone(), object.clone(), values.clone());
                async move {
                    let reading = site.reading();
                    let found = load_row(&tx, reading, &site.catalog.objects[&*object], id, true).await?;
                    let before = found.unwrap();
                    let mut after = before.clone();
                    let mut changed = Vec::new();
                    for (name, value) in &values {
                        after.set(name, value.clone());
                        changed.push(after.object.field(name).unwrap().index);
                    }
                    let object = after.object.clone();
                    let write = RowWrite {
                        object,
                        id,
                        operation,
                        before: Some(before),
                        after,
                        changed,
                        links: Vec::new(),
                    };
                    site.run(&tx, &[write]).await
                }
            })
            .await
            .unwrap();
    }

    async fn total(&self, order: Uuid) -> (Value, Value) {
        let row = self.get(&self.database.reader(), "test.order", order).await;
        (row.get("total").clone(), row.get("net").clone())
    }
}

fn money(text: &str) -> Value {
    Value::Decimal(Decimal::from_str_exact(text).unwrap())
}

#[test]
fn derived_values_follow_their_inputs() {
    on_each(|database| async move {
        let site = Site::new(database).await;
        let [customer, first, second, line, other] = std::array::from_fn(|_| Uuid::now_v7());
        let order = |id| site.insert("test.order", id, &[("customer", Value::Reference(customer))]);
        let line_of = |id, order, amount: &str| {
            site.insert("test.line", id, &[("order", Value::Reference(order)), ("amount", money(amount))])
        };
        let writes = vec![
            site.insert("test.customer", customer, &[("discount", money("10.0000"))]),
            order(first),
            order(second),
            line_of(line, first, "100.05"),
            line_of(other, first, "50.00"),
        ];
        site.write(writes).await.unwrap();
        // net = total * (100 - customer.discount) / 100, rounded half away from zero.
        assert_eq!(site.total(first).await, (money("150.05"), money("135.05")));
        assert_eq!(site.total(second).await, (money("0.00"), money("0.00")));
        let before = site.get(&site.database.reader(), "test.order", first).await.version();

        site.change("test.line", line, Operation::Update, vec![("amount", money("0.05"))]).await;
        assert_eq!(site.total(first).await, (money("50.05"), money("45.05")));
        site.change("test.line", other, Operation::Update, vec![("order", Value::Reference(second))]).await;
        assert_eq!(site.total(first).await.0, money("0.05"));
        assert_eq!(site.total(second).await, (money("50.00"), money("45.00")));
        site.change("test.customer", customer, Operation::Update, vec![("discount", money("50"))]).await;
        assert_eq!(site.total(second).await.1, money("25.00"));
        site.change("test.line", other, Operation::Delete, vec![]).await;
        assert_eq!(site.total(second).await.0, money("0.00"));
        site.change("test.line", other, Operation::Restore, vec![]).await;
        assert_eq!(site.total(second).await.0, money("50.00"));
        // Derived writes leave the version alone.
        assert_eq!(site.get(&site.database.reader(), "test.order", first).await.version(), before);
    });
}

#[test]
fn derived_values_of_one_object_and_level_are_read_together() {
    on_each(|database| async move {
        // A second roll-up over the same lines: as many statements as with one.
        let statements = async |catalog: Catalog, database: &Database| {
            let now = "2026-03-10T02:30:00Z".parse().unwrap();
            let bindings = Bindings { now, time_zone: "UTC".into(), user: Arc::new(HashMap::new()) };
            let site = Site { database: database.clone(), catalog: Arc::new(catalog), bindings };
            let (order, line) = (Uuid::now_v7(), Uuid::now_v7());
            site.write(vec![site.insert("test.order", order, &[])]).await.unwrap();
            let values = [("order", Value::Reference(order)), ("amount", money("2.50"))];
            let write = site.insert("test.line", line, &values);
            let run = site.clone();
            let count = site.database.write(move |tx| {
                let (site, write) = (run.clone(), write.clone());
                async move {
                    site.run(&tx, &[write]).await?;
                    Ok(tx.statements())
                }
            });
            (count.await.unwrap(), site.get(&site.database.reader(), "test.order", order).await)
        };
        let (first, mut second) = (catalog_of_orders(), catalog_of_orders());
        create_tables(&database, &first).await;
        let (one, _) = statements(first, &database).await;
        add_count(&mut second, &database).await;
        let (two, order) = statements(second, &database).await;
        assert_eq!(one, two);
        assert_eq!((order.get("total"), order.get("lines_count")), (&money("2.50"), &Value::Integer(1)));
    });
}

/// Adds the roll-up `lines_count` to the orders.
async fn add_count(catalog: &mut Catalog, database: &Database) {
    let order = Arc::make_mut(catalog.objects.get_mut("test.order").unwrap());
    let stored =
        catalog::Stored::Column { column: "lines_count".into(), ty: definition::ColumnType::Integer };
    let mut field = crate::testing::field_of("lines_count", expression::Type::Integer, stored);
    field.kind = definition::FieldType::Integer(definition::field::IntegerField::default());
    field.index = order.fields.len();
    field.derived = Some(catalog::Derived::Rollup(catalog::Rollup {
        aggregate: expression::Aggregate::Count,
        children: "lines".into(),
        value: None,
        filter: None,
    }));
    order.fields.insert("lines_count".into(), field);
    let derivation = catalog::Derivation {
        object: "test.order".into(),
        field: "lines_count".into(),
        local: false,
        level: 0,
    };
    catalog.derivations.order.insert(1, derivation);
    for trigger in catalog.derivations.triggers.values_mut().flatten() {
        trigger.derivation += usize::from(trigger.derivation > 0);
    }
    let key = ("test.line".into(), "order".into());
    let lines = catalog.derivations.triggers.get_mut(&key).unwrap();
    lines.push(catalog::Trigger { derivation: 1, ..lines[0].clone() });
    let table = catalog.objects["test.order"].table.clone();
    database
        .write(move |tx| {
            let sql = format!("alter table \"{table}\" add column lines_count bigint");
            async move { tx.batch(&sql).await }
        })
        .await
        .unwrap();
}

#[test]
fn what_is_too_much_is_settled_later() {
    on_each(|database| async move {
        let site = Site::new(database).await;
        let customer = Uuid::now_v7();
        let orders: Vec<Uuid> = (0..5).map(|_| Uuid::now_v7()).collect();
        let mut writes = vec![site.insert("test.customer", customer, &[("discount", money("0"))])];
        for order in &orders {
            writes.push(site.insert("test.order", *order, &[("customer", Value::Reference(customer))]));
            let values = [("order", Value::Reference(*order)), ("amount", money("100"))];
            writes.push(site.insert("test.line", Uuid::now_v7(), &values));
        }
        site.write(writes).await.unwrap();
        // Two rows at a time: five orders of one customer take three rounds.
        let change = site.clone();
        let deferred: Deferred = site
            .database
            .write(move |tx| {
                let site = change.clone();
                async move {
                    let reading = site.reading();
                    let before = site.get(&tx, "test.customer", customer).await;
                    let mut after = before.clone();
                    after.set("discount", money("50"));
                    let write = RowWrite {
                        object: after.object.clone(),
                        id: customer,
                        operation: Operation::Update,
                        changed: vec![after.object.field("discount").unwrap().index],
                        before: Some(before),
                        after,
                        links: Vec::new(),
                    };
                    apply(&tx, reading, std::slice::from_ref(&write)).await?;
                    let settled = settle_up_to(&tx, reading, &[write], 2).await?;
                    assert_eq!(settled.changes.len(), 2);
                    Ok(settled.deferred)
                }
            })
            .await
            .unwrap();
        assert_eq!(deferred.work.iter().map(|(.., ids)| ids.len()).sum::<usize>(), 3);
        let net = |orders: Vec<Uuid>| {
            let site = site.clone();
            async move {
                let mut found = Vec::new();
                for order in orders {
                    found.push(site.total(order).await.1);
                }
                found.sort_by_key(|value| value.as_decimal());
                found
            }
        };
        let (half, full) = (money("50.00"), money("100.00"));
        let expect = |halves: usize| [vec![half.clone(); halves], vec![full.clone(); 5 - halves]].concat();
        assert_eq!(net(orders.clone()).await, expect(2));
        // It travels through the table of jobs as JSON.
        let mut left: Deferred = serde_json::from_str(&serde_json::to_string(&deferred).unwrap()).unwrap();
        for halves in [4, 5] {
            let (run, work) = (site.clone(), left.clone());
            left = site
                .database
                .write(move |tx| {
                    let (site, work) = (run.clone(), work.clone());
                    async move { Ok(resume_up_to(&tx, site.reading(), &work, 2).await?.deferred) }
                })
                .await
                .unwrap();
            assert_eq!(net(orders.clone()).await, expect(halves));
        }
        assert!(left.is_empty());
    });
}

#[test]
fn concurrent_lines_and_parent_changes_add_up() {
    on_each(|database| async move {
        let site = Site::new(database).await;
        let (customer, order) = (Uuid::now_v7(), Uuid::now_v7());
        let writes = vec![
            site.insert("test.customer", customer, &[("discount", money("0"))]),
            site.insert("test.order", order, &[("customer", Value::Reference(customer))]),
        ];
        site.write(writes).await.unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for n in 1..=24_i64 {
            let site = site.clone();
            tasks.spawn(async move {
                if n % 6 == 0 {
                    let discount = Value::Decimal(Decimal::from(n));
                    site.change("test.customer", customer, Operation::Update, vec![("discount", discount)])
                        .await;
                    return;
                }
                let amount = Value::Decimal(Decimal::from(n));
                let values = [("order", Value::Reference(order)), ("amount", amount)];
                let write = site.insert("test.line", Uuid::now_v7(), &values);
                site.write(vec![write]).await.unwrap();
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        let truth: i64 = (1..=24).filter(|n| n % 6 != 0).sum();
        let discount = site.get(&site.database.reader(), "test.customer", customer).await;
        let rate = Decimal::from(100) - discount.get("discount").as_decimal().unwrap();
        let net = (Decimal::from(truth) * rate / Decimal::from(100))
            .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        let (total, found) = site.total(order).await;
        assert_eq!(total.as_decimal().unwrap(), Decimal::from(truth), "{}", site.database.dialect().name());
        assert_eq!(found.as_decimal().unwrap(), net, "{}", site.database.dialect().name());
        assert!(matches!(site.database.dialect(), Dialect::Sqlite | Dialect::Postgres));
    });
}
