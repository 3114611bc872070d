//! Roll-ups and formulas across objects, settled, moved, raced; compared with what is true.

use crate::Database;
use crate::dialect::Dialect;
use crate::row::load_row;
use crate::row::write::apply;
use crate::select::Reading;
use crate::settle::{lock_set, settle};
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
        let reading = Reading { catalog: &self.catalog, bindings: &self.bindings, secret: None };
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
        let reading = Reading { catalog: &self.catalog, bindings: &self.bindings, secret: None };
        lock_set(tx, reading, writes).await?;
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
                    let reading = Reading { catalog: &site.catalog, bindings: &site.bindings, secret: None };
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
