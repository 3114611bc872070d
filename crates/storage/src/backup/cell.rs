//! Values of columns as JSON that either database reads back.

use crate::codec::{Cell, Cells, parse_time, time_text};
use crate::dialect::{Dialect, SystemType};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use definition::ColumnType;
use diagnostic::Result;
use rust_decimal::Decimal;
use sea_orm::Value;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Id,
    Time,
    Json,
    Text,
    Flag,
    Integer,
    Bytes,
    Decimal(u8),
    Date,
    Clock,
}

impl Kind {
    pub fn of_system(ty: SystemType) -> Kind {
        match ty {
            SystemType::Id => Kind::Id,
            SystemType::Time => Kind::Time,
            SystemType::Json => Kind::Json,
            SystemType::Text => Kind::Text,
            SystemType::Flag => Kind::Flag,
            SystemType::Integer => Kind::Integer,
            SystemType::Bytes => Kind::Bytes,
        }
    }

    pub fn of_column(ty: ColumnType) -> Kind {
        match ty {
            ColumnType::Text => Kind::Text,
            ColumnType::Integer => Kind::Integer,
            ColumnType::Decimal { scale } => Kind::Decimal(scale),
            ColumnType::Boolean => Kind::Flag,
            ColumnType::Date => Kind::Date,
            ColumnType::DateTime => Kind::Time,
            ColumnType::Time => Kind::Clock,
            ColumnType::Uuid | ColumnType::Link => Kind::Id,
            ColumnType::Json => Kind::Json,
        }
    }

    /// The value in a column of a row.
    pub fn read(self, row: &Cells, index: usize) -> Result<Json> {
        Ok(match self {
            Kind::Id => row.get::<Option<Uuid>>(index)?.map(|id| id.to_string()).into(),
            Kind::Time => row.get::<Option<DateTime<Utc>>>(index)?.map(time_text).into(),
            // Wrapped, so that the JSON value null is told from no value.
            Kind::Json => row.get::<Option<Json>>(index)?.map_or(Json::Null, |json| Json::Array(vec![json])),
            Kind::Text => row.get::<Option<String>>(index)?.into(),
            Kind::Flag => row.get::<Option<bool>>(index)?.into(),
            Kind::Integer => row.get::<Option<i64>>(index)?.into(),
            Kind::Bytes => row.get::<Option<Vec<u8>>>(index)?.map(|bytes| STANDARD.encode(bytes)).into(),
            Kind::Decimal(scale) => {
                let exact = row.scaled(index, u32::from(scale))?;
                let rescaled = exact.map(|mut number| {
                    number.rescale(u32::from(scale));
                    number.to_string()
                });
                rescaled.into()
            }
            Kind::Date => row.get::<Option<NaiveDate>>(index)?.map(|day| day.to_string()).into(),
            Kind::Clock => {
                row.get::<Option<NaiveTime>>(index)?.map(|time| time.format("%H:%M:%S").to_string()).into()
            }
        })
    }

    /// The value to bind; `None` where the JSON is of another kind.
    pub fn bound(self, json: Json, dialect: Dialect) -> Option<Value> {
        let sqlite = dialect == Dialect::Sqlite;
        Some(match (self, json) {
            (kind, Json::Null) => kind.null(dialect),
            (Kind::Id, Json::String(text)) => Uuid::parse_str(&text).ok()?.cell(dialect),
            (Kind::Time, Json::String(text)) => parse_time(&text)?.cell(dialect),
            (Kind::Json, Json::Array(mut wrapped)) => wrapped.pop()?.cell(dialect),
            (Kind::Text, Json::String(text)) => text.cell(dialect),
            (Kind::Flag, Json::Bool(flag)) => flag.cell(dialect),
            (Kind::Integer, Json::Number(number)) => number.as_i64()?.cell(dialect),
            (Kind::Bytes, Json::String(text)) => STANDARD.decode(text).ok()?.cell(dialect),
            (Kind::Decimal(scale), Json::String(text)) => {
                let mut number: Decimal = text.parse().ok()?;
                number.rescale(u32::from(scale));
                if sqlite {
                    Value::BigInt(Some(i64::try_from(number.mantissa()).ok()?))
                } else {
                    Value::Decimal(Some(number))
                }
            }
            (Kind::Date | Kind::Clock, Json::String(text)) if sqlite => text.cell(dialect),
            (Kind::Date, Json::String(text)) => Value::ChronoDate(Some(text.parse().ok()?)),
            (Kind::Clock, Json::String(text)) => Value::ChronoTime(Some(text.parse().ok()?)),
            _ => return None,
        })
    }

    fn null(self, dialect: Dialect) -> Value {
        match (self, dialect) {
            (Kind::Id, _) => None::<Uuid>.cell(dialect),
            (Kind::Time, _) => None::<DateTime<Utc>>.cell(dialect),
            (Kind::Json, _) => None::<Json>.cell(dialect),
            (Kind::Text, _) | (Kind::Date | Kind::Clock, Dialect::Sqlite) => None::<String>.cell(dialect),
            (Kind::Flag, _) => None::<bool>.cell(dialect),
            (Kind::Integer, _) | (Kind::Decimal(_), Dialect::Sqlite) => None::<i64>.cell(dialect),
            (Kind::Bytes, _) => None::<Vec<u8>>.cell(dialect),
            (Kind::Decimal(_), Dialect::Postgres) => Value::Decimal(None),
            (Kind::Date, Dialect::Postgres) => Value::ChronoDate(None),
            (Kind::Clock, Dialect::Postgres) => Value::ChronoTime(None),
        }
    }
}
