//! Looking into the database of a site, beside the processes that work on it: what no command and no request says.

use crate::Site;
use diagnostic::Result;
use std::future::Future;
use storage::store::publish;
use storage::{Database, Dialect, Options, Tx, system};

/// Everything that a publish may change of tables, columns and indexes, and which publish it was, a line each.
pub type Shape = Vec<String>;

impl Site {
    /// Does something in one transaction on the site's database.
    pub fn inside<T, W>(&self, job: impl Fn(Tx) -> W + Send + Sync + 'static) -> T
    where
        T: Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let options = match &self.database {
            Some(database) => Options::url(database.url()),
            None => Options::folder(self.path("data")),
        };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let database = Database::open(options).await.unwrap();
            let done = database.maintain(job).await.unwrap();
            database.close().await.unwrap();
            done
        })
    }

    /// The tables, columns and indexes that there are, and the publish in force.
    pub fn shape(&self) -> Shape {
        self.inside(|tx| async move {
            let sql = match tx.dialect() {
                Dialect::Sqlite => {
                    "select name || ': ' || coalesce(sql, '') from sqlite_master \
                     where name not like 'sqlite_%' order by 1"
                }
                Dialect::Postgres => {
                    "select line from (select table_name || '.' || column_name || ': ' || data_type as line \
                     from information_schema.columns where table_schema = current_schema() union all \
                     select indexdef from pg_indexes where schemaname = current_schema()) as lines order by 1"
                }
            };
            let mut lines = texts(&tx, sql).await?;
            let number = publish::version(&tx).await?;
            lines.push(format!("publish {number}"));
            for file in publish::sources(&tx, number).await? {
                lines.push(format!("{}/{}: {}", file.pack, file.path, file.text));
            }
            Ok(lines)
        })
    }

    /// Copies the first record of an object so many times, with a code of its own each (`copy-1` …).
    pub fn multiply(&self, object: &str, times: usize) {
        let object = object.to_owned();
        self.inside(move |tx| {
            let object = object.clone();
            async move {
                let names = publish::names(&tx).await?;
                let table = &names.tables[object.as_str()];
                let code = &table.columns["code"].name;
                let sql = match tx.dialect() {
                    Dialect::Sqlite => format!("select name from pragma_table_info('{}')", table.table),
                    Dialect::Postgres => format!(
                        "select column_name::text from information_schema.columns \
                         where table_schema = current_schema() and table_name = '{}'",
                        table.table
                    ),
                };
                let columns = texts(&tx, &sql).await?;
                let (id, numbers) = match tx.dialect() {
                    Dialect::Sqlite => {
                        let all = format!("select 1 union all select n + 1 from numbers where n < {times}");
                        ("randomblob(16)", all)
                    }
                    Dialect::Postgres => {
                        ("gen_random_uuid()", format!("select n from generate_series(1, {times}) as n"))
                    }
                };
                let value = |column: &String| match column.as_str() {
                    "id" => id.to_owned(),
                    name if name == code => "'copy-' || n".to_owned(),
                    name => format!("t.\"{name}\""),
                };
                let (into, values): (Vec<_>, Vec<_>) =
                    columns.iter().map(|c| (format!("\"{c}\""), value(c))).unzip();
                tx.batch(&format!(
                    "with recursive numbers(n) as ({numbers}) insert into \"{0}\" ({1}) select {2} from \
                     (select {1} from \"{0}\" limit 1) as t, numbers",
                    table.table,
                    into.join(", "),
                    values.join(", ")
                ))
                .await
            }
        });
    }

    /// Makes the database one that a later version has written.
    pub fn age(&self) {
        self.inside(|tx| async move { system::set_meta(&tx, "schema_version", "", 9999).await });
    }

    /// Says what SQLite finds of damage in its file; `ok` for none. Nothing on PostgreSQL.
    pub fn damage(&self) -> String {
        self.inside(|tx| async move {
            match tx.dialect() {
                Dialect::Sqlite => Ok(texts(&tx, "pragma integrity_check").await?.join("\n")),
                Dialect::Postgres => Ok("ok".to_owned()),
            }
        })
    }
}

async fn texts(tx: &Tx, sql: &str) -> Result<Vec<String>> {
    tx.rows(sql, Vec::new()).await?.iter().map(|row| row.get(0)).collect()
}
